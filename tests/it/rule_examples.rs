//! `whimbrel test`

use std::path::Path;

use insta::assert_snapshot;

use crate::support::Folder;

/// A rule that is complete; `@` stands for its examples.
const RULE: &str = "\
rule no-text \"text columns need a limit\" {
  forbid AddField
  when   field is TextField and model in deployed
  message \"`{field.name}` holds any text\"
  why ```
  Somebody will store a novel.
  ```
  see \"https://example.org\"
@}
";

const BAD: &str = "  bad ```
  migrations.AddField(\"order\", \"note\", models.TextField(null=True))
  ```
";
const SHORT: &str = "  good \"short\" ```
  migrations.AddField(\"order\", \"note\", models.CharField(max_length=9))
  ```
";
const NEW_TABLE: &str = "  good \"a new table\" ```
  migrations.CreateModel(\"Bill\", fields=[])
  migrations.AddField(\"bill\", \"note\", models.TextField())
  ```
";

fn folder(examples: &[&str]) -> Folder {
    Folder::with(&[("team.rules", &RULE.replace('@', &examples.concat()))])
}

#[test]
fn all_built_in_examples_pass_and_leave_no_hole() {
    let run = Folder::with(&[]).run(&["test"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.lines().count() == 1 && run.out.ends_with(": all pass\n"), "{}", run.out);
}

#[test]
fn the_rule_files_of_this_repository_replace_the_built_in_ones() {
    let run = Folder::with(&[]).run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["test", "rules/"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.ends_with(": all pass\n"), "{}", run.out);
}

#[test]
fn examples_that_show_what_they_should_pass() {
    let run = folder(&[BAD, SHORT, NEW_TABLE]).run(&["test", "team.rules"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 rule, 3 examples: all pass\n"));
}

#[test]
fn an_example_that_is_not_reported_shows_its_place_and_the_condition_in_the_way() {
    let run = folder(&[&BAD.replace("Text", "Email"), SHORT]).run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::not-reported

      × `team/no-text` must report this example, and says nothing
       ╭─[team.rules:3:10]
     2 │   forbid AddField
     3 │   when   field is TextField and model in deployed
       ·          ─────────┬────────
       ·                   ╰── not true here
     4 │   message "`{field.name}` holds any text"
       ╰────
        ╭─[team.rules:10:3]
      9 │   bad ```
     10 │   migrations.AddField("order", "note", models.EmailField(null=True))
        ·   ─────────────────────────────────┬────────────────────────────────
        ·                                    ╰── nothing is found here
     11 │   ```
        ╰────
      help: if the condition is right, this is a `good` example; if not, correct
            it

    1 rule, 2 examples: 1 fails
    "#);
}

#[test]
fn a_good_example_that_is_reported_shows_what_the_rule_says() {
    let run = folder(&[BAD, &SHORT.replace("Char", "Text")]).run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::reported

      × `team/no-text` must not report this example, and does
        ╭─[team.rules:13:3]
     12 │   good "short" ```
     13 │   migrations.AddField("order", "note", models.TextField(max_length=9))
        ·   ──────────────────────────────────┬─────────────────────────────────
        ·                                     ╰── reported
     14 │   ```
        ╰────
      help: it says: `note` holds any text
            if that is right, the example is a `bad` one; if not, the rule needs
            another condition

    1 rule, 2 examples: 1 fails
    "#);
}

#[test]
fn what_is_undecided_is_neither_bad_nor_good() {
    let open = SHORT.replace("models.CharField(max_length=9)", "NOTE");
    let run = folder(&[BAD, &open.replace("good", "bad"), &open]).run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::undecided

      × `team/no-text` must report this example, and can't decide
        ╭─[team.rules:13:40]
     12 │   bad "short" ```
     13 │   migrations.AddField("order", "note", NOTE)
        ·                                        ──┬─
        ·                                          ╰── `NOTE` is not defined in this file
     14 │   ```
        ╰────
      help: write the value out, or mark the example as `possible`

    example::undecided

      × `team/no-text` must not report this example, and can't decide
        ╭─[team.rules:16:40]
     15 │   good "short" ```
     16 │   migrations.AddField("order", "note", NOTE)
        ·                                        ──┬─
        ·                                          ╰── `NOTE` is not defined in this file
     17 │   ```
        ╰────
      help: write the value out, or turn this into a `bad … possible` example

    1 rule, 3 examples: 2 fail
    "#);
    let possible = open.replace("good \"short\"", "bad possible");
    let run = folder(&[BAD, SHORT, NEW_TABLE, &possible]).run(&["test", "team.rules"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 rule, 4 examples: all pass\n"));
}

#[test]
fn a_mistake_in_an_example_is_shown_in_the_rule_file() {
    let run =
        folder(&[&BAD.replace("))", ")"), &SHORT.replace("AddField", "AddColumn"), "  bad ```\n  # none\n  ```\n"])
            .run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::syntax

      × invalid Python: the file ends too early
        ╭─[team.rules:10:67]
      9 │   bad ```
     10 │   migrations.AddField("order", "note", models.TextField(null=True)
        ·                                                                   ▲
        ·                                                                   ╰── here
     11 │   ```
        ╰────
      help: an example is Python: operations, or a whole `class Migration`

    example::unknown-operation

      × `migrations.AddColumn` is not an operation
        ╭─[team.rules:13:3]
     12 │   good "short" ```
     13 │   migrations.AddColumn("order", "note", models.CharField(max_length=9))
        ·   ──────────┬─────────
        ·             ╰── not an operation
     14 │   ```
        ╰────
      help: did you mean `AddField`?

    example::empty

      × this example has no operation
        ╭─[team.rules:15:7]
     14 │   ```
     15 │   bad ```
        ·       ─┬─
        ·        ╰── nothing to judge
     16 │   # none
        ╰────
      help: write an operation, `migrations.AddField(…)`, or a `class Migration`

    1 rule, 3 examples: 3 fail
    "#);
}

#[test]
fn a_condition_that_no_example_notices_is_a_hole() {
    let folder = folder(&[BAD, SHORT]);
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 0);
    assert_snapshot!(run.out, @r#"
    coverage::condition

      ⚠ no example notices when this is always true
       ╭─[team.rules:3:33]
     2 │   forbid AddField
     3 │   when   field is TextField and model in deployed
       ·                                 ────────┬────────
       ·                                         ╰── replaced by True, nothing changes
     4 │   message "`{field.name}` holds any text"
       ╰────
      help: add a `good` example to `team/no-text` that is quiet only because this
            is false

    1 rule, 2 examples: all pass; 1 hole
    "#);
    assert_eq!(folder.run(&["test", "team.rules", "--strict"]).status, 1);
}

#[test]
fn a_rule_says_what_it_lacks_and_a_database_clause_wants_an_example_of_another() {
    let text = "rule a { forbid AddIndex  database mysql >= 8.1  message \"no\"\n  bad ```\n  AddIndex(\"order\", \
                models.Index(fields=[\"a\"], name=\"a\"))\n  ```\n}\n";
    let run = Folder::with(&[("rules/team.rules", text)]).run(&["test", "rules"]);
    assert_eq!(run.status, 0);
    assert_snapshot!(run.out, @r#"
    coverage::database

      ⚠ no example notices that `team/a` is limited to some databases
       ╭─[rules/team.rules:1:6]
     1 │ rule a { forbid AddIndex  database mysql >= 8.1  message "no"
       ·      ┬
       ·      ╰── has a `database` clause
     2 │   bad ```
       ╰────
      help: add `good … on <another database>` with an operation that the rule
            would report otherwise

    coverage::incomplete

      ⚠ `team/a` has no `good` example, no `why` and no `fix` or `see`
       ╭─[rules/team.rules:1:6]
     1 │ rule a { forbid AddIndex  database mysql >= 8.1  message "no"
       ·      ┬
       ·      ╰── this rule
     2 │   bad ```
       ╰────
      help: add
            - `good`: the same, done well
            - `why`: what happens, to whom, and when
            - `fix`, or `see`: the way out

    1 rule, 1 example: all pass; 2 holes
    "#);
}

#[test]
fn a_definition_needs_one_rule_that_notices_it() {
    let rule = |name: &str, examples: &str| {
        format!(
            "rule {name} {{ forbid RemoveField when short(name)  message \"m\"  see \"https://e.org\"\nwhy ```\nw\n```\n\
             {examples}}}\n"
        )
    };
    let example = |word: &str, name: &str| format!("{word} ```\nmigrations.RemoveField(\"order\", \"{name}\")\n```\n");
    let both = example("bad", "a") + &example("good", "name");
    let short = "let short(n: str) = n in [\"a\", \"b\"]\n";
    let files = format!("{short}{}{}", rule("first", &both), rule("second", &both));
    let run = Folder::with(&[("team.rules", &files)]).run(&["test", "team.rules"]);
    assert_eq!((run.status, run.out.as_str()), (0, "2 rules, 4 examples: all pass\n"));
    let files = format!("{short}{}", rule("first", &example("bad", "a")));
    let run = Folder::with(&[("team.rules", &files)]).run(&["test", "team.rules"]);
    assert!(run.out.contains("; 2 holes"), "{}", run.out);
}

#[test]
fn settings_apps_names_and_own_operations_reach_the_rule() {
    let text = r#"
setting big: list[str] = []
operation Partition(model_name: str, months: int = 12) like SchemaOperation
rule partitions {
  forbid Partition
  when    app == "archive" and migration.name matches "*_auto_*" and model_name in big and months > 12
  message "m"
  see "https://example.org"
  why ```
  w
  ```
  bad with big = ["order"] with app = "archive" with migration = "0002_auto_1" ```
  Partition("order", months=24)
  ```
  good with app = "archive" with migration = "0002_auto_1" ```
  Partition("order", months=24)
  ```
  good with big = ["order"] with app = "archive" ```
  Partition("order", months=24)
  ```
  good with big = ["order"] with migration = "0002_auto_1" ```
  Partition("order", months=24)
  ```
  good with big = ["order"] with app = "archive" with migration = "0002_auto_1" ```
  Partition("order")
  ```
}
"#;
    let run = Folder::with(&[("team.rules", text)]).run(&["test", "team.rules"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 rule, 5 examples: all pass\n"));
}

#[test]
fn without_a_path_the_configured_files_are_tested_as_they_are_written() {
    let rule = RULE.replace('@', &[BAD, SHORT, NEW_TABLE].concat());
    let folder = Folder::with(&[
        ("whimbrel.toml", "rules = [\"ci/*.rules\"]\n"),
        ("ci/team.rules", &rule),
        ("ci/exceptions.rules", "use team\nextend team/no-text { unless app == \"shop\" because \"it is sold\" }\n"),
    ]);
    let run = folder.run(&["test"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 rule, 3 examples: all pass\n"));
    let run = folder.run(&["test", "ci/team.rules", "-q"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
}

#[test]
fn files_that_do_not_load_or_are_not_there_are_no_failed_test() {
    let folder = Folder::with(&[("team.rules", "rule a { forbid AddFeild message \"m\" }\n"), ("a.py", "")]);
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `AddField`?"), "{}", run.err);
    for (path, message) in [
        ("tema.rules", "whimbrel: there is no `tema.rules`\n  help: did you mean `team.rules`?\n"),
        ("a.py", "whimbrel: `a.py` is no rule file\n  help: the names of rule files end in `.rules`\n"),
    ] {
        let run = folder.run(&["test", path]);
        assert_eq!((run.status, run.err.as_str()), (2, message));
    }
}

/// A rule with a fix, and the examples `bad`.
fn with_fix(fix: &str, bad: &[&str]) -> String {
    let bad: String = bad.iter().flat_map(|code| ["  bad ```\n  ", *code, "\n  ```\n"]).collect();
    let good = "  good ```\n  migrations.AddField(\"order\", \"total\", models.TextField(db_default=\"\"))\n  ```\n";
    format!(
        "rule defaults \"no default in the database\" {{\n  forbid AddField when field.db_default is not set\n  message \"m\"\n  \
         why \"w\"\n  fix \"give it one\" {fix}\n{bad}{good}}}\n"
    )
}

const DRAFT: &str = "migrations.AddField(\"order\", \"note\", models.TextField(default=DRAFT))";

#[test]
fn every_fix_is_applied_to_every_bad_example() {
    let constant = format!("DRAFT = \"draft\"\n  {DRAFT}");
    let text = with_fix("{ set field.db_default = field.default }", &[&constant]);
    let folder = Folder::with(&[("team.rules", &text)]);
    let run = folder.run(&["test", "--strict", "team.rules"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 rule, 2 examples: all pass\n"));

    folder.write("team.rules", &with_fix("{ set field.default = \"x\" }", &[&constant]));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::fix-reported

      × `team/defaults` still reports what this fix makes
       ╭─[team.rules:5:7]
     4 │   why "w"
     5 │   fix "give it one" { set field.default = "x" }
       ·       ──────┬──────
       ·             ╰── applied
     6 │   bad ```
     7 │   DRAFT = "draft"
     8 │   migrations.AddField("order", "note", models.TextField(default=DRAFT))
       ·   ──────────────────────────────────┬──────────────────────────────────
       ·                                     ╰── in this example
     9 │   ```
       ╰────
      help: it makes
                migrations.AddField("order", "note", models.TextField(default="x")),
            if that is right, the rule needs a condition; if not, correct the fix

    1 rule, 2 examples: all pass, but 1 broken fix
    "#);

    let renamed = "{ rename op to AddFild from \"a b\" }";
    folder.write("team.rules", &with_fix(renamed, &[&constant]));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("example::fix-syntax"), "{}", run.out);
    assert!(run.out.contains("from a b import AddFild"), "{}", run.out);
}

#[test]
fn a_fix_must_not_lead_to_the_finding_of_another_rule() {
    let other =
        "rule no-notes { forbid AddField(field.db_default is set, name == \"note\") message \"no notes here\" }\n";
    let text = with_fix("{ set field.db_default = field.default }", &[&format!("DRAFT = \"draft\"\n  {DRAFT}")]);
    let run = Folder::with(&[("team.rules", &format!("{text}{other}"))]).run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("what this fix makes is reported by `team/no-notes`"), "{}", run.out);
    assert!(run.out.contains("of which is said: no notes here"), "{}", run.out);
    assert!(run.out.contains("2 rules, 2 examples: all pass, but 1 broken fix"), "{}", run.out);
}

#[test]
fn a_fix_that_no_example_can_show_is_a_hole() {
    let bad = "migrations.AddField(\"order\", \"note\", models.TextField(null=True))";
    let text = with_fix("{ set field.db_default = field.default }", &[bad]);
    let run = Folder::with(&[("team.rules", &text)]).run(&["test", "team.rules"]);
    assert_eq!(run.status, 0);
    assert_snapshot!(run.out, @r#"
    coverage::fix

      ⚠ no `bad` example shows what this fix makes
       ╭─[team.rules:5:7]
     4 │   why "w"
     5 │   fix "give it one" { set field.db_default = field.default }
       ·       ──────┬──────
       ·             ╰── can't be applied to any
     6 │   bad ```
       ╰────
      help: add a `bad` example in which what is written can be told, and the
            place for it stands in the file

    1 rule, 2 examples: all pass; 1 hole
    "#);
}

#[test]
fn code_in_the_steps_of_a_fix_must_be_python() {
    let fix = |code: &str| format!("```\n    1. release it\n    2. then\n       {code}\n    That is all.\n  ```");
    let bad = "migrations.AddField(\"order\", \"note\", models.TextField())";
    let fine = fix("migrations.AlterField(\"{model.name}\", \"{name}\", …)");
    let folder = Folder::with(&[("team.rules", &with_fix(&fine, &[bad]))]);
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 0, "{}", run.out);
    folder.write("team.rules", &with_fix(&fix("migrations.AlterField(\"{model.name}\", {model.name} {name})"), &[bad]));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::fix-code

      × the code in this fix is not Python
       ╭─[team.rules:5:7]
     4 │   why "w"
     5 │   fix "give it one" ```
       ·       ──────┬──────
       ·             ╰── shown as a way out
     6 │     1. release it
       ╰────
        ╭─[team.rules:12:3]
     11 │   bad ```
     12 │   migrations.AddField("order", "note", models.TextField())
        ·   ────────────────────────────┬───────────────────────────
        ·                               ╰── in this example
     13 │   ```
        ╰────
      help: invalid Python: unexpected 'note':
            migrations.AlterField("order", order note)
            write Python that can be pasted, with `…` for what only the reader can
            know

    1 rule, 2 examples: all pass, but 1 broken fix
    "#);
}

#[test]
fn sql_in_the_steps_of_a_fix_quotes_names_as_each_database_does() {
    let fix = |sql: &str| format!("```\n    migrations.RunSQL('{sql}', migrations.RunSQL.noop)\n  ```");
    let bad = "migrations.AddField(\"order\", \"note\", models.TextField())";
    let fine = fix("ALTER TABLE {db.quote}{table}{db.quote} ADD note text");
    let folder = Folder::with(&[("team.rules", &with_fix(&fine, &[bad]))]);
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 0, "{}", run.out);
    folder.write("team.rules", &with_fix(&fix("ALTER TABLE \"{table}\" ADD note text"), &[bad]));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("example::fix-quotes"), "{}", run.out);
    assert!(run.out.contains("on mysql it shows"), "{}", run.out);
    assert!(run.out.contains("write `{db.quote}` around names"), "{}", run.out);
}

#[test]
fn steps_that_take_the_place_of_an_operation_are_put_there_and_judged() {
    let fix = "```\n    migrations.SeparateDatabaseAndState(state_operations=[<this {op.kind}>])\n  ```";
    let bad = "migrations.AddField(\"order\", \"note\", models.TextField())";
    let text = with_fix(fix, &[bad]);
    let folder = Folder::with(&[("team.rules", &text)]);
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 0, "{}", run.out);
    let other = "rule no-halves { forbid SeparateDatabaseAndState  message \"no halves here\" }";
    folder.write("team.rules", &format!("{text}\n{other}\n"));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("what this fix makes is reported by `team/no-halves`: no halves here"), "{}", run.out);
}

#[test]
fn what_bad_examples_show_is_kept_beside_the_file_and_compared() {
    let folder = folder(&[BAD, SHORT, NEW_TABLE]);
    let run = folder.run(&["test", "--update", "team.rules"]);
    assert_eq!(run.status, 0);
    assert_eq!(run.out, "updated: team.rules.snap\n1 rule, 3 examples: all pass\n");
    assert_snapshot!(folder.read("team.rules.snap"), @r#"
    == team/no-text: bad 1
      team/no-text (https://example.org)

        × `note` holds any text
         ╭─[shop/migrations/0002_example.py:1:1]
       1 │ migrations.AddField("order", "note", models.TextField(null=True))
         · ─────────────────────────────────────────────────────────────────
         ╰────
    "#);
    let again = folder.run(&["test", "--update", "team.rules"]);
    assert_eq!(again.out, "1 rule, 3 examples: all pass\n");

    // Lines in front of the example are not part of it.
    let text = folder.read("team.rules");
    folder.write("team.rules", &format!("# a comment\n\n{text}"));
    assert_eq!(folder.run(&["test", "team.rules"]).status, 0);

    folder.write("team.rules", &text.replace("holds any text", "may hold a novel"));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.out, @r#"
    example::snapshot

      × what is shown of `team/no-text: bad 1` has changed
       ╭─[team.rules:1:6]
     1 │ rule no-text "text columns need a limit" {
       ·      ───┬───
       ·         ╰── this rule
     2 │   forbid AddField
       ╰────
      help: `team.rules.snap` says otherwise:
            - × `note` holds any text
            + × `note` may hold a novel
            if that is right, run `whimbrel test --update`

    1 rule, 3 examples: all pass, but snapshots differ
    "#);
    folder.write("team.rules", &text.replace("bad ```", "bad \"a title\" ```"));
    let run = folder.run(&["test", "team.rules"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("`team.rules.snap` does not have `team/no-text: bad \"a title\"`"), "{}", run.out);
    assert!(run.out.contains("which is gone"), "{}", run.out);
    let updated = folder.run(&["test", "--update", "team.rules"]);
    assert_eq!((updated.status, folder.run(&["test", "team.rules"]).status), (0, 0));

    // What a broken example shows is not kept.
    let kept = folder.read("team.rules.snap");
    folder.write("team.rules", &text.replace("good", "bad"));
    assert_eq!(folder.run(&["test", "--update", "team.rules"]).status, 1);
    assert_eq!(folder.read("team.rules.snap"), kept);
}
