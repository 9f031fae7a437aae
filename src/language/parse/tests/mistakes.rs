//! One test per kind of mistake: place, code, message, underlined text in angle brackets, help.

use super::{parsed, report, rules};

/// The report of a rule with these lines in it. The next rule must come out whole.
fn in_rule(lines: &str) -> String {
    let text = format!("rule a {{\n  forbid AddField\n{lines}\n  message \"m\"\n}}\nrule b {{ forbid X }}\n");
    let (file, _) = parsed(&text);
    let last = rules(&file).last().expect("the next rule");
    assert_eq!((last.id.value.as_str(), last.clauses.len(), last.poisoned), ("b", 1, false));
    report(&text)
}

#[test]
fn a_misspelt_clause_is_named_with_the_one_that_was_meant() {
    assert_eq!(
        in_rule("  severty error"),
        "3:3 syntax::unknown-clause: there is no clause `severty` <severty> did you mean `severity`?"
    );
    assert_eq!(
        in_rule("  severty error\n  hazrd x"),
        "3:3 syntax::unknown-clause: there is no clause `severty` <severty> did you mean `severity`?\n4:3 syntax::unknown-clause: there is no clause `hazrd` <hazrd> did you mean `hazard`?"
    );
    assert_eq!(
        in_rule("  if field.null"),
        "3:3 syntax::unknown-clause: there is no clause `if` <if> did you mean `when`?"
    );
    assert_eq!(
        in_rule("  zzz error"),
        "3:3 syntax::unknown-clause: there is no clause `zzz` <zzz> the clauses of a rule are `forbid`, `on`, `when`, `require`, `unless`, `let`, `severity`, `hazard`, `unknown`, `database`, `django`, `message`, `label`, `why`, `see`, `was`, `fix`, `given`, `deployed`, `bad`, `good`"
    );
    assert_eq!(
        in_rule("  remove field.null"),
        "3:3 syntax::unknown-clause: `remove` does not belong in a rule <remove> `remove` belongs in a `fix`"
    );
}

#[test]
fn an_unfinished_condition_does_not_hide_the_misspelt_clause_below() {
    assert_eq!(
        in_rule("  when field.null and\n  severty error"),
        "4:3 syntax::unknown-clause: there is no clause `severty` <severty> did you mean `severity`? The clause above it is not finished"
    );
}

#[test]
fn operators_of_other_languages_are_translated() {
    assert_eq!(
        in_rule("  when a && b || !c"),
        "3:10 syntax::operator: `&&` is written `and` <&&> write `and`\n3:15 syntax::operator: `||` is written `or` <||> write `or`\n3:18 syntax::operator: `!` is written `not` <!> write `not`"
    );
    assert_eq!(in_rule("  when a = b"), "3:10 syntax::operator: `=` is written `==` <=> write `==`");
    assert_eq!(
        in_rule("  when a === 1 or b <> 2 or c => 3"),
        "3:10 syntax::operator: `===` is written `==` <===> write `==`\n3:21 syntax::operator: `<>` is written `!=` <<>> write `!=`\n3:31 syntax::operator: `=>` is written `>=` <=>> write `>=`"
    );
    assert_eq!(
        in_rule("  when a AND NOT b"),
        "3:10 syntax::operator: `AND` is written `and` <AND> write `and`\n3:14 syntax::operator: `NOT` is written `not` <NOT> write `not`"
    );
    assert_eq!(in_rule("  when a =~ \"x\""), "3:10 syntax::operator: `=~` is written `matches` <=~> write `matches`");
    assert_eq!(in_rule("  when a is in b"), "3:10 syntax::operator: `is in` is written `in` <is> write `in`");
    assert_eq!(
        in_rule("  when a -> b"),
        "3:10 syntax::unexpected: `->` is not expected here <->> write `and` or `or` between conditions; a rule has no `->`"
    );
}

#[test]
fn literals_of_other_languages_are_translated() {
    assert_eq!(in_rule("  when a == true"), "3:13 syntax::operator: `true` is written `True` <true> write `True`");
    assert_eq!(in_rule("  when a == null"), "3:13 syntax::operator: `null` is not a value <null> write `a is not set`");
    assert_eq!(in_rule("  when a is None"), "3:13 syntax::operator: `None` is not a kind <None> write `a is not set`");
    assert_eq!(in_rule("  when a is not True"), "3:17 syntax::operator: `True` is not a kind <True> write `not a`");
    assert_eq!(
        in_rule("  when a is 3"),
        "3:13 syntax::operator: `is` asks for a kind, and `3` is a value <3> write `a == 3`"
    );
    assert_eq!(
        in_rule("  when a is unknown"),
        "3:13 syntax::operator: `unknown` is not a kind <unknown> write `a is not known`"
    );
    assert_eq!(
        in_rule("  when a in (\"x\", \"y\")"),
        r#"3:13 syntax::operator: a list stands in square brackets <("x", "y")> write `["x", "y"]`"#
    );
    assert_eq!(
        in_rule("  when a in [b]"),
        r#"3:14 syntax::unexpected: a list holds texts, numbers, `True` and `False`, not `b` <b> if it is a text, write `"b"`"#
    );
    assert_eq!(
        in_rule("  when a in [[1]]"),
        "3:14 syntax::unexpected: lists do not nest <[1]> write the inner elements into the outer list"
    );
    assert_eq!(
        in_rule("  when a > 99999999999999999999"),
        "3:12 syntax::number: `99999999999999999999` is too large for a number <99999999999999999999> numbers go up to 9223372036854775807"
    );
}

#[test]
fn two_comparisons_in_a_row_are_taken_apart() {
    assert_eq!(
        in_rule("  when a < b <= c"),
        "3:8 syntax::operator: `a < b <= c` compares twice <a < b <= c> write `a < b and b <= c`"
    );
    assert_eq!(
        in_rule("  when a < b in c"),
        "3:14 syntax::unexpected: `a < b in c` compares twice <in c> join two comparisons with `and`, or put one of them in parentheses"
    );
}

#[test]
fn conditions_and_heads_are_joined_differently() {
    assert_eq!(
        in_rule("  when a, b"),
        "3:8 syntax::operator: conditions are joined with `and`, not with commas <a, b> write `when a and b`"
    );
    assert_eq!(
        in_rule("  on A or B"),
        "3:8 syntax::operator: operations are listed with commas <or> write `,` instead"
    );
    assert_eq!(
        in_rule("  on A == 1"),
        "3:6 syntax::unexpected: expected an operation, found `A == 1` <A == 1> write operations with commas here, and conditions behind `when`"
    );
}

#[test]
fn a_missing_operand_is_asked_for() {
    assert_eq!(
        in_rule("  when"),
        "3:3 syntax::missing-operand: `when` needs a condition behind it <when> write it like `when model in deployed`"
    );
    assert_eq!(
        in_rule("  when a and"),
        "3:10 syntax::missing-operand: `and` needs a condition behind it <and> write a condition behind `and`, or remove it"
    );
    assert_eq!(
        in_rule("  when a =="),
        "3:10 syntax::missing-operand: `==` needs a value behind it <==> write a value behind `==`, or remove it"
    );
    assert_eq!(
        in_rule("  when not"),
        "3:8 syntax::missing-operand: `not` needs a condition behind it <not> write a condition behind `not`, or remove it"
    );
    assert_eq!(
        in_rule("  unless a because"),
        r#"3:12 syntax::missing-operand: `because` needs a text behind it <because> write it like `unless app == "legacy" because "…"`"#
    );
    assert_eq!(
        in_rule("  severity"),
        "3:3 syntax::missing-operand: `severity` needs a word behind it <severity> write it like `severity error`"
    );
    assert_eq!(
        in_rule("  label field"),
        r#"3:9 syntax::missing-operand: `field` needs a text behind it <field> write it like `label field "…"`"#
    );
    assert_eq!(
        in_rule("  django 5.0"),
        "3:10 syntax::unexpected: expected a version such as `>= 5.0`, found `5.0` <5.0> write `django >= 5.0`"
    );
    assert_eq!(
        in_rule("  database"),
        "3:3 syntax::missing-operand: `database` needs a database behind it <database> write it like `database postgresql >= 12`"
    );
    assert_eq!(
        in_rule("  given"),
        "3:3 syntax::missing-operand: `given` needs a fence of three backticks behind it <given> write it like `given ````"
    );
    assert_eq!(
        in_rule("  when any(o is X)"),
        "3:8 syntax::missing-operand: `any` needs to know what it goes through <any(o is X)> write `any(o is RunSQL for o in siblings)`"
    );
    assert_eq!(
        in_rule("  when ()"),
        "3:8 syntax::missing-operand: `()` holds nothing <()> write a condition between the parentheses, or remove them"
    );
}

#[test]
fn a_wrong_operand_is_shown() {
    assert_eq!(
        in_rule("  severity \"error\""),
        r#"3:12 syntax::operator: `severity` takes a word without quotes <"error"> write `severity error`"#
    );
    assert_eq!(
        in_rule("  severity error fatal"),
        "3:18 syntax::unexpected: `fatal` is too much for `severity` <fatal> write it like `severity error`"
    );
    assert_eq!(
        in_rule("  severity = error"),
        "3:12 syntax::unexpected: `severity` needs no `=` behind it <=> remove it: write it like `severity error`"
    );
    assert_eq!(
        in_rule("  severity: error"),
        "3:11 syntax::unexpected: `severity` needs no `:` behind it <:> remove it: write it like `severity error`"
    );
    assert_eq!(
        in_rule("  see https"),
        r#"3:7 syntax::unexpected: `see` takes a text, found `https` <https> write it like `see "https://…"`"#
    );
    assert_eq!(
        in_rule("  why \"a\" \"b\""),
        r#"3:11 syntax::unexpected: `"b"` is too much for `why` <"b"> write it like `why "…"`"#
    );
    assert_eq!(
        in_rule("  when \"a\""),
        r#"3:8 syntax::unexpected: `when` takes a condition, found a text <"a"> write a condition such as `model in deployed`"#
    );
    assert_eq!(
        in_rule("  hazard a b"),
        "3:12 syntax::unexpected: `b` is too much for `hazard` <b> write it like `hazard breaks-old-code`"
    );
    assert_eq!(
        in_rule("  bad \"t\""),
        r#"3:7 syntax::missing-operand: `"t"` needs a fence of three backticks behind it <"t"> write it like `bad ````"#
    );
    assert_eq!(
        in_rule("  unless model not deployed"),
        "3:16 syntax::unexpected: `not deployed` is too much for `unless` <not deployed> write `not in` for a list, `is not` for a kind, or `and not` for another condition"
    );
    assert_eq!(
        in_rule("  severity error;"),
        "3:17 syntax::unexpected: `;` is not expected here <;> remove it: clauses need no `;`"
    );
    assert_eq!(
        in_rule("  see “x”"),
        r#"3:7 syntax::unexpected: `“` is not expected here <“> write texts between straight quotes: `"…"`"#
    );
    assert_eq!(
        in_rule("  on a.b.C.d"),
        "3:12 syntax::unexpected: `a.b.C.d` has a part too many <d> a head is an operation, `namespace.Operation` or `Operation.part`"
    );
    assert_eq!(
        in_rule("  when a is X(1)"),
        "3:13 syntax::unexpected: `X` takes no arguments behind `is` <X(1)> write `is X`, and ask for the arguments with `and`"
    );
    assert_eq!(
        in_rule("  see \"a\\q\""),
        r#"3:9 syntax::escape: `\q` is not an escape <\q> write `\\q` for a backslash; the escapes are `\"`, `\'`, `\\`, `\n` and `\t`"#
    );
    assert_eq!(
        in_rule("  database 3"),
        "3:12 syntax::unexpected: expected a database, found `3` <3> write it like `database postgresql >= 12, mysql`"
    );
    assert_eq!(in_rule("  when x { y }"), "3:10 syntax::unexpected: `when` has no block <{> remove the braces");
}

#[test]
fn brackets_tell_where_they_break() {
    assert_eq!(in_rule("  when (a or b"), "3:8 syntax::open-bracket: this `(` is not closed <(> close it with `)`");
    assert_eq!(
        in_rule("  when any(o is X of siblings)"),
        "3:19 syntax::unexpected: expected a comma or `)`, found `of` <of> write a comma in front of `of`, or `)`"
    );
    assert_eq!(
        in_rule("  when any(o is X for o siblings)"),
        "3:19 syntax::unexpected: expected `for`, a name, `in` and a collection, found `for` <for> write it like `any(o is RunSQL for o in siblings)`"
    );
    assert_eq!(
        in_rule("  when a in [\"x\" \"y\"]"),
        r#"3:18 syntax::unexpected: expected a comma or `]`, found `"y"` <"y"> write a comma in front of `"y"`, or `]`"#
    );
    assert_eq!(
        in_rule("  on AddField(a == 1"),
        "3:14 syntax::open-bracket: this `(` is not closed <(> close it with `)`"
    );
    assert_eq!(
        in_rule("  when f(o for o in p)"),
        "3:12 syntax::unexpected: `f` does not go through a collection <for o in p> only `any`, `all`, `count`, `first` and `sum` take `… for … in …`"
    );
    assert_eq!(
        in_rule("  when a)"),
        "3:9 syntax::unexpected: `)` is not expected here <)> remove it: nothing is open here"
    );
}

#[test]
fn a_text_ends_on_its_line() {
    assert_eq!(
        in_rule("  see \"x"),
        r#"3:7 syntax::open-string: this text is not closed <"> close the text with `"` on the same line; several lines stand in a fence of three backticks"#
    );
    assert_eq!(
        in_rule("  see x\""),
        r#"3:7 syntax::unexpected: `see` takes a text, found `x` <x> write it like `see "https://…"`"#
    );
    assert_eq!(
        in_rule("  see \"\"\"x\n  y\"\"\""),
        r#"3:9 syntax::open-string: this text is not closed <"> a text of several lines stands in a fence of three backticks"#
    );
}

#[test]
fn a_fence_that_is_not_closed_ends_at_the_next_one() {
    assert_eq!(
        in_rule("  given ```\n  x()\n  bad ```\n  y()\n  ```"),
        "3:9 syntax::open-fence: this fence is not closed <```> close the fence with three backticks at the start of a line"
    );
    assert_eq!(
        report("rule a {\n  given ```\n  x()\n}\nrule b { forbid X }"),
        "2:9 syntax::open-fence: this fence is not closed <```> close the fence with three backticks at the start of a line"
    );
    assert_eq!(
        in_rule("  given ``\n  x()\n  ```"),
        "3:9 syntax::open-fence: a fence opens with three backticks that end their line <``> open a fence with three backticks at the end of its clause's line, close it with three at the start of a line"
    );
    assert_eq!(
        in_rule("  given\n  ```\n  x()\n  ```"),
        "4:3 syntax::open-fence: this fence was never opened <```> open a fence with three backticks at the end of its clause's line, close it with three at the start of a line"
    );
}

#[test]
fn braces_tell_where_they_belong() {
    assert_eq!(
        report("rule a {\n  forbid X\nrule b { forbid Y }"),
        "1:8 syntax::open-block: this rule is not closed <{> close the block with `}`"
    );
    assert_eq!(
        report("rule a\n  forbid X\n}\nrule b { forbid Y }"),
        "1:1 syntax::open-block: this rule has no opening brace <rule> write the clauses between `{` and `}`"
    );
    assert_eq!(
        report("rule a {\n  forbid X }\n  severity error\n}"),
        "3:3 syntax::unexpected: `severity` stands outside of a rule <severity> remove the `}` that comes too early, or start a rule with `rule some-id {`"
    );
    assert_eq!(report("rule a { forbid X }\n}"), "2:1 syntax::unexpected: this `}` closes nothing <}> remove it");
    assert_eq!(
        report("{ forbid X }"),
        "1:1 syntax::unexpected: this block belongs to no declaration <{> write `rule some-id` in front of it"
    );
    assert_eq!(
        report("forbid X"),
        "1:1 syntax::unexpected: `forbid` stands outside of a rule <forbid> start a rule with `rule some-id {`"
    );
    assert_eq!(
        in_rule("  fix \"t\" { set field.a = 1\n  severity error"),
        "3:11 syntax::open-block: this `fix` is not closed <{> close the block with `}`"
    );
    assert_eq!(
        in_rule("  fix \"t\" set field.a = 1 }"),
        "3:11 syntax::open-block: this `fix` lacks its opening brace <set> write `{` in front of the edits"
    );
    assert_eq!(
        report("rule a { forbid X\n fix \"t\" { set b.c = 1 "),
        "2:10 syntax::open-block: this `fix` is not closed <{> close the block with `}`"
    );
}

#[test]
fn a_declaration_that_does_not_exist_is_named() {
    assert_eq!(
        report("rul a { forbid X }"),
        "1:1 syntax::unknown-declaration: there is no declaration `rul` <rul> did you mean `rule`?"
    );
    assert_eq!(
        report("policy a { forbid X }"),
        "1:1 syntax::unknown-declaration: there is no declaration `policy` <policy> a file holds `rule`, `extend`, `disable`, `let`, `setting`, `use`, `operation`, `fieldclass`, `edition`"
    );
    assert_eq!(
        report("nonsense"),
        "1:1 syntax::unknown-declaration: there is no declaration `nonsense` <nonsense> a file holds `rule`, `extend`, `disable`, `let`, `setting`, `use`, `operation`, `fieldclass`, `edition`"
    );
    assert_eq!(
        report("extend a/b { on X }"),
        "1:14 syntax::unknown-clause: `on` does not belong in an `extend` <on> `on` belongs in a rule"
    );
}

#[test]
fn a_definition_says_what_it_lacks() {
    assert_eq!(
        report("let x"),
        "1:5 syntax::missing-operand: expected `=` and a value behind `x` <x> write it like `let live(m: Model) = m in deployed`"
    );
    assert_eq!(
        report("let f(m Model) = m"),
        "1:9 syntax::unexpected: expected `=` and a value, found `Model` <Model> write it like `let live(m: Model) = m in deployed`"
    );
    assert_eq!(
        report("let = 3"),
        "1:5 syntax::unexpected: expected a name, found `=` <=> write it like `let live(m: Model) = m in deployed`"
    );
    assert_eq!(
        report("setting a: = 1"),
        r#"1:12 syntax::unexpected: expected a name, found `=` <=> write it like `setting big_tables: list[str] = [] "…"`"#
    );
    assert_eq!(
        report("operation X(a: str)"),
        "1:11 syntax::missing-operand: `X(a: str)` needs `like` and what it behaves like behind it <X(a: str)> write it like `operation CreatePartition(model_name: str) like SchemaOperation`"
    );
    assert_eq!(
        report("use"),
        "1:1 syntax::missing-operand: `use` needs a pack behind it <use> write it like `use acme/zero-downtime as zd`"
    );
    assert_eq!(
        report("edition one"),
        "1:9 syntax::unexpected: `edition` takes a number, found `one` <one> write it like `edition 1`"
    );
    assert_eq!(
        report("disable a/b because"),
        r#"1:13 syntax::missing-operand: `because` needs a text behind it <because> write it like `disable pack/some-id because "…"`"#
    );
    assert_eq!(
        report("rule { forbid X }"),
        "1:6 syntax::unexpected: `rule` takes an id, found a block <{ forbid X }> write it like `rule some-id { … }`"
    );
}

#[test]
fn nesting_is_limited_and_costs_no_other_rule() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    let allowed = format!("rule a {{ forbid X when {} }}", nested(60));
    assert_eq!(report(&allowed), "");
    let nested_too_deeply = format!("rule a {{ forbid X when {} severity error }}\nrule b {{ forbid Y }}", nested(65));
    assert_eq!(
        report(&nested_too_deeply),
        "1:24 syntax::too-deep: brackets nest more than 64 levels deep <(> give a part of the condition a name with `let`"
    );
    let (file, _) = parsed(&nested_too_deeply);
    let counts: Vec<_> = rules(&file).map(|rule| (rule.clauses.len(), rule.poisoned)).collect();
    assert_eq!(counts, [(3, true), (1, false)]);
    assert_eq!(
        report(&format!("rule a {{ when {}a }}", "not ".repeat(65))),
        "1:15 syntax::too-deep: 65 times `not` is too much <not> two `not` cancel out: remove them in pairs"
    );
}

#[test]
fn an_unclosed_text_or_block_says_where_it_opened_and_where_it_should_close() {
    let labels = |text: &str| {
        let (_, diagnostics) = parsed(text);
        let places = diagnostics[0].labels.iter().map(|label| format!("{} {}", label.span.start, label.text));
        places.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(labels("rule a { see \"x \n}"), "13 opened here, 15 expected before this");
    assert_eq!(labels("rule a {\n forbid X\n"), "7 opened here, 18 expected `}` behind this");
    assert_eq!(labels("rule a { why ```\n x\n"), "13 opened here, 19 expected a closing fence behind this");
    assert_eq!(labels("rule a { when (b\n }"), "14 opened here, 16 expected `)` behind this");
}
