//! `whimbrel explain` and `whimbrel rules`

use insta::assert_snapshot;

use crate::support::Folder;

fn project() -> Folder {
    Folder::with(&[
        ("whimbrel.toml", "[rules]\nfiles = [\"ci/*.rules\"]\n\"data/sql-irreversible\" = \"off\"\n"),
        (
            "ci/team.rules",
            r#"use compat
rule no-big-index "indexes are built at night" {
  forbid AddIndex(index.name is set), RemoveIndex
  when   app != "archive"
  unless migration.name matches "*_night_*"
  database postgresql >= 12
  django >= 4.2
  hazard blocks-writes, policy
  was no-index
  message "wait for the night: `{op.kind}`"
  why ```
  The office works
  by day.

  - and so do customers
  ```
  fix "take the other class" { rename op to AddIndexConcurrently from "django.contrib.postgres.operations" }
  fix "or wait" ```
  1. sleep
  ```
  see "https://example.org/night"
  bad "by day" on postgresql 14 ```
  migrations.RemoveIndex("order", "a")
  ```
  bad possible ```
  migrations.AddIndex("order", INDEX)
  ```
}
extend compat/column-removed { severity warning  unless app == "legacy" because "only the nightly job reads it" }
disable data/model-imported because "ADR 17"
"#,
        ),
    ])
}

#[test]
fn explain_shows_everything_that_a_rule_says() {
    let run = project().run(&["explain", "no-index"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @r#"
    team/no-big-index
    indexes are built at night

    severity   error
    hazards    blocks-writes, policy
    databases  postgresql >= 12
    django     >= 4.2
    once       no-index
    defined    ci/team.rules:2

    Rule
      forbid  AddIndex(index.name is set), RemoveIndex
      when    app != "archive"
      unless  migration.name matches "*_night_*"

    Says
      wait for the night: `{op.kind}`

    Why
      The office works by day.

      - and so do customers

    Instead
      - take the other class
        rename op to AddIndexConcurrently from "django.contrib.postgres.operations"
      - or wait
        1. sleep

    Bad (on postgresql 14): by day
        migrations.RemoveIndex("order", "a")

    Bad (undecided)
        migrations.AddIndex("order", INDEX)

    See
      https://example.org/night
    "#);
}

#[test]
fn explain_shows_what_other_files_change() {
    let run = project().run(&["explain", "compat/column-removed"]);
    let head: Vec<&str> = run.out.lines().take(14).collect();
    assert_snapshot!(head.join("\n"), @r#"
    compat/column-removed
    column removed while running code reads it

    severity  warning
    changed   severity warning in ci/team.rules:29
    changed   unless app == "legacy" because only the nightly job reads it
              (ci/team.rules:29)
    hazards   breaks-old-code, loses-data, irreversible
    defined   built in, as rules/compat.rules:263

    Rule
      forbid  schema.DropColumn
      when    breaks_old_code != []
      unless  app == "legacy"
    "#);
    let run = project().run(&["explain", "data/model-imported"]);
    assert!(run.out.contains("\noff       because ADR 17 (ci/team.rules:30)\n"), "{}", run.out);
}

#[test]
fn every_page_fits_eighty_columns_but_for_code() {
    let run = project().run(&["explain", "model-imported"]);
    let prose = run.out.lines().filter(|line| !line.starts_with("    ") && !line.contains("https://"));
    for line in prose {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn an_unknown_rule_gets_a_suggestion() {
    for (id, help) in [
        ("compat/colum-removed", "did you mean `compat/column-removed`?"),
        ("colum-removed", "did you mean `compat/column-removed`?"),
        ("zd/column-removed", "did you mean `compat/column-removed`?"),
        ("quux", "`whimbrel rules` lists the rules that are loaded"),
    ] {
        let run = project().run(&["explain", id]);
        assert_eq!(run.status, 2);
        assert_eq!(run.err, format!("whimbrel: no loaded rule is called `{id}`\n  help: {help}\n"));
    }
    assert_eq!(project().run(&["explain"]).status, 2);
}

#[test]
fn names_lists_what_a_rule_may_say_about_a_head() {
    let run = project().run(&["explain", "--names", "RenameIndex"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out);
    let run = project().run(&["explain", "--names", "DropColumn"]);
    assert_eq!(run.err, "whimbrel: there is no head `DropColumn`\n  help: did you mean `RemoveField`?\n");
    assert_eq!(run.status, 2);
}

#[test]
fn every_head_has_a_page() {
    for head in ["CreateModel.fields", "state.RemoveField", "Migration", "SchemaOperation", "RunPython"] {
        let run = project().run(&["explain", "--names", head]);
        assert!(run.status == 0 && run.out.starts_with(&format!("{head}\n")), "{}{}", run.out, run.err);
    }
}

#[test]
fn rules_lists_every_rule_with_its_origin() {
    let run = project().run(&["rules"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let rows: Vec<String> = run.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for row in [
        "RULE SEVERITY ORIGIN SCOPE",
        "compat/column-removed warning built in all",
        "compat/table-dropped error built in all",
        "data/model-imported off built in all",
        "off because ADR 17 (ci/team.rules:30)",
        "data/sql-irreversible off built in all",
        "off in whimbrel.toml:3",
        "postgresql/index-without-concurrently error built in postgresql",
        "team/no-big-index error ci/team.rules:2 postgresql >= 12, django >= 4.2",
    ] {
        assert!(rows.iter().any(|line| line == row), "there is no `{row}` in\n{}", run.out);
    }
    let list: serde_json::Value = serde_json::from_str(&project().run(&["rules", "--format", "json"]).out).unwrap();
    let rules = list["rules"].as_array().unwrap();
    let off = rules.iter().filter(|rule| !rule["disabled"].is_null()).count();
    let summary = format!("{} rules, {off} of them off", rules.len());
    assert!(rows.contains(&summary), "there is no `{summary}` in\n{}", run.out);
}

#[test]
fn rules_speaks_json() {
    let run = project().run(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(list["version"], 1);
    let rule = |id: &str| list["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap().clone();
    assert_snapshot!(serde_json::to_string_pretty(&rule("team/no-big-index")).unwrap(), @r#"
    {
      "databases": [
        "postgresql >= 12"
      ],
      "disabled": null,
      "django": [
        ">= 4.2"
      ],
      "hazards": [
        "blocks-writes",
        "policy"
      ],
      "id": "team/no-big-index",
      "origin": {
        "built_in": false,
        "line": 2,
        "path": "ci/team.rules"
      },
      "pack": "team",
      "severity": "error",
      "title": "indexes are built at night"
    }
    "#);
    assert_eq!(rule("data/model-imported")["disabled"]["because"], "ADR 17");
    assert_eq!(rule("data/sql-irreversible")["disabled"]["place"], "whimbrel.toml:3");
    assert_eq!(rule("compat/column-removed")["origin"]["built_in"], true);
}

#[test]
fn findings_of_the_tools_own_have_a_page() {
    let folder = Folder::with(&[("whimbrel.toml", "[rules]\n\"whimbrel/unused-suppression\" = \"error\"\n")]);
    let page = folder.run(&["explain", "whimbrel/unused-suppression"]);
    insta::assert_snapshot!(page.out, @r#"
    whimbrel/unused-suppression
    a suppression or an assumption changes nothing any more

    severity  error in whimbrel.toml:2 (warning by itself)
    defined   built in: the tool's own, no rule decides it

    Instead
      remove the comment, or the rule in it that is not broken any more
    "#);
    for own in whimbrel::check::own::OWN {
        let page = folder.run(&["explain", own.id]);
        assert_eq!(page.status, 0, "{}", page.err);
        assert!(page.out.starts_with(own.id) && page.out.contains("Instead"), "{}", page.out);
    }
    let run = folder.run(&["explain", "whimbrel/unused-supression"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `whimbrel/unused-suppression`?"), "{}", run.err);
}
