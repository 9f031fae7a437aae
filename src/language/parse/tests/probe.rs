//! p

use super::*;

#[test]
fn probe() {
    let cases = [
        "rule a {\n  forbid AddField\n  when field.null and\n  severty error\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n  severty error\n  mesage \"m\"\n}\n",
        "rule a {\n  forbid AddField\n  message \"m\"\n  severty error\n}\n",
        "rule a { forbid AddField severty error mesage \"m\" }\n",
        "rule a {\n  forbid AddField\n  when a && b || !c\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n  when field.null = true and 1 < x < 3\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n  when field.x is None or x == null or x is not True\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n  message \"m\n  severity error\n}\n",
        "rule a {\n  forbid AddField\n  message m\"\n  severity error\n}\n",
        "rule a {\n  forbid AddField\n  message \"m\"\n  bad ```\n  x()\n\n}\nrule b { forbid X message \"m\" }\n",
        "rule a {\n  forbid AddField\n  message \"m\"\n  bad ```\n  x()\n  good ```\n  y()\n  ```\n}\n",
        "rule a {\n  forbid AddField\n  message \"m\"\n  bad ``\n  x()\n  ```\n  good ```\n  y()\n  ```\n}\n",
        "rule a {\n  forbid AddField\n  message \"m\"\nrule b { forbid X message \"m\" }\n",
        "rule a \n  forbid AddField\n  message \"m\"\n}\nrule b { forbid X message \"m\" }\n",
        "rule a {\n  forbid AddField }\n  message \"m\"\n}\nrule b { forbid X message \"m\" }\n",
        "rul a {\n  forbid AddField\n  message \"m\"\n}\nrule b { forbid X message \"m\" }\n",
        "forbid AddField\n",
        "rule a {\n  forbid AddField\n when (a or b\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when any(o is X of siblings)\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when any(o is X for o siblings)\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when a b\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when a -> b\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when\n  severity error\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n severity \"error\"\n hazard \"x\", y\n  message m\n}\n",
        "rule a {\n  forbid AddField\n when a ==\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n unless model not deployed\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField\n when x elif y\n  message \"m\"\n}\n",
        "rule a {\n  forbid AddField or RemoveField\n when x, y\n  message \"m\"; severity error\n}\n",
        "let x\nlet f(m Model) = m\nlet = 3\nsetting a = []\noperation X(a: str)\nuse\nedition one\ndisable zd/x because\n",
        "rule a {\n  fix \"t\" set field.x = 1 }\n  message \"m\"\n}\n",
        "rule a {\n  forbid X\n  fix \"t\" { set field.x = 1 \n  message \"m\"\n}\n",
        "extend zd/x { on AddField forbid X }\n}\n",
        "rule a { forbid X(a == 1 message \"m\" }\nrule b { forbid X[1] message \"\"\"m\"\"\" }",
        "rule a { forbid X when a in (\"x\", \"y\") and b in [\"x\" \"y\"] message \"a\" \"b\" }",
        "rule a { forbid X django 5.0 database postgresql 12 severity error fatal message “m” }",
        "rule a { forbid X when not a is set and b is unknown and c is \"x\" and d is in e message \"a\\q\" }",
        "rule a { message: \"x\"\n severity = error\n if x \n when x;\n}",
        "rule a {\n forbid X\n why\n ```\n text\n ```\n message \"m\"\n}",
    ];
    for case in cases {
        let (file, diagnostics) = parsed(case);
        println!("{case}{}", report(&diagnostics));
        for declaration in &file.declarations {
            if let DeclarationKind::Rule(rule) = &declaration.kind {
                println!("   = {} {} {}", rule.id.value, rule.clauses.len(), rule.poisoned);
            }
        }
        println!("--------");
    }
}
