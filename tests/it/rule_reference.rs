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
    defined   built in, as rules/compat.rules:120

    Rule
      forbid  RemoveField
      when    field in deployed
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
    assert_snapshot!(run.out, @r"
    RenameIndex
    Renames an index, by its old name or by the fields that `index_together` gave
    it.

    Names
      op: Operation           The operation.
      model: Model            The model it is about.
      table: str              The model's table.
      model_name: str         The `model_name` argument.
      new_name: str           The `new_name` argument.
      old_name: str?          The `old_name` argument.
      old_fields: list[str]?  The `old_fields` argument.

    Names that every head has
      app: str                   Label of the app.
      migration: Migration       The migration.
      siblings: list[Operation]  The other operations of the file that reach the
                                 database.
      earlier: list[Operation]   Those of the siblings that stand in front of it.
      later: list[Operation]     Those of the siblings that stand behind it.
      db: Database               The database it is judged for.
      django: version            The version of Django.
      deployed: Deployed         What the code that may still be running knows.

    Operation: An operation of a migration.
      kind: str             Its class, without the module.
      model: Model?         The model it is about, if it is about one.
      field: Field?         The field it is about, if it is about one.
      name: str?            Its `name` argument, if it has one.
      code: Code?           The code of a RunPython.
      in_transaction: bool  Whether Django runs it inside a transaction on the
                            database it is judged for.
      is  CreateModel, DeleteModel, RenameModel, AlterModelTable,
          AlterModelTableComment, AlterUniqueTogether, AlterIndexTogether,
          AlterOrderWithRespectTo, AlterModelOptions, AlterModelManagers, AddIndex,
          RemoveIndex, RenameIndex, AddConstraint, RemoveConstraint,
          AlterConstraint, AddField, RemoveField, AlterField, RenameField,
          SeparateDatabaseAndState, RunSQL, RunPython, AddIndexConcurrently,
          RemoveIndexConcurrently, AddConstraintNotValid, ValidateConstraint,
          CreateExtension, BloomExtension, BtreeGinExtension, BtreeGistExtension,
          CITextExtension, CryptoExtension, HStoreExtension, TrigramExtension,
          UnaccentExtension, CreateCollation, RemoveCollation, IgnoreMigration,
          SchemaOperation, DataOperation, FieldOperation, ModelOperation,
          IndexOperation, ConstraintOperation

    Model: A model.
      name: str               Its name, in lower case.
      app: str                Label of its app.
      label: str              `app.model`, in lower case.
      table: str              Its table: `db_table`, else `app_model`.
      managed: bool           Whether Django creates and alters its table.
      proxy: bool             Whether it has no table of its own.
      db_table_comment: str?  The table's comment.
      fields: list[Field]     Its fields.

    Migration: A migration.
      name: str                     Its name: the file's, without `.py`.
      app: str                      Label of its app.
      path: str                     Its file.
      atomic: bool                  Whether it runs in one transaction, where the
                                    database can.
      initial: bool                 Whether it is marked as its app's first.
      operations: list[Operation]   What reaches the database, in order.
      dependencies: list[str]       What it depends on, as `app.name`.
      run_before: list[str]         What depends on it by its own wish, as
                                    `app.name`.
      replaces: list[str]           What a squash replaces, as `app.name`.
      latest: list[str]             The latest migrations of its app: more than one
                                    are in conflict, and `migrate` refuses to run.
      is_latest: bool               Whether no other migration of its app builds
                                    upon it.
      missing_dependencies: list[str]
                                    What it depends on and is not there, of apps
                                    whose migrations are known.
      circle: list[str]             The migrations of a circle of dependencies that
                                    it stands in.
      replaces_circle: list[str]    The squashed migrations of a circle of
                                    replacements that it stands in.
      replaces_present: list[str]   What a squash replaces and is there.
      replaces_missing: list[str]   What a squash replaces and is not there (any
                                    more).
      replaces_squashed: list[str]  What a squash replaces and is a squash itself.
      duplicates: list[str]         Other files that are the same migration of the
                                    same app.

    Database: A database.
      vendor: postgresql | mysql | mariadb | sqlite
                         Which database it is.
      version: version?  Its version, when it is configured.

    Deployed: What deployed code knows.
      in  a Model, a Field, a Migration may be in it

    A type with `?` may be unset: ask `is set` before an order such as `<`.
    ");
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
    assert_snapshot!(run.out, @r"
    RULE                                       SEVERITY  ORIGIN           SCOPE
    compat/column-removed                      warning   built in         all
    compat/column-renamed                      error     built in         all
    compat/not-null-column-without-db-default  error     built in         all
    compat/table-dropped                       error     built in         all
    compat/table-renamed                       error     built in         all
    data/data-migration-irreversible           warning   built in         all
    data/data-mixed-with-schema                warning   built in         all
    data/dependency-missing                    error     built in         all
    data/fixture-loaded                        warning   built in         all
    data/missing-on-historical-model           error     built in         all
    data/model-imported                        off       built in         all
        off because ADR 17 (ci/team.rules:30)
    data/pending-trigger-events                error     built in         postgresql
    data/rows-written-in-one-transaction       warning   built in         all
    data/schema-changed-in-transaction         error     built in         mysql, mariadb
    data/sql-irreversible                      off       built in         all
        off in whimbrel.toml:3
    data/whole-table-loaded                    info      built in         all
    data/whole-table-written                   warning   built in         all
    graph/circular-dependency                  error     built in         all
    graph/circular-squash                      error     built in         all
    graph/conflicting-migrations               error     built in         all
    graph/duplicate-migration                  error     built in         all
    graph/half-squash                          warning   built in         all
    graph/missing-dependency                   error     built in         all
    graph/nested-squash                        error     built in         django < 6.0
    postgresql/concurrently-in-transaction     error     built in         postgresql
    postgresql/index-without-concurrently      error     built in         postgresql
    team/no-big-index                          error     ci/team.rules:2  postgresql >= 12, django >= 4.2

    27 rules, 2 of them off
    ");
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
