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
      op: Operation                  The operation.
      changes: list[Change]          What it sends to the database, in order.
      breaks_old_code: list[str]     What running code certainly can't do after it:
                                     `select`, `insert`, ….
      may_break_old_code: list[str]  What running code can't do with some values.
      old_code_failures: list[Failure]
                                     What running code can no longer do after it,
                                     certain or not.
      breaks_new_code: list[str]     What the code of this release certainly can't
                                     do before it.
      new_code_failures: list[Failure]
                                     What the code of this release can't do before
                                     it, certain or not.
      left_behind: list[Failure]     What code with the models after it can't do on
                                     the schema that this migration leaves: what a
                                     change of the state alone forgets.
      loses_data: bool               Whether data is gone that going back does not
                                     bring back.
      reversible: bool               Whether `migrate` can take it back, rows and
                                     all.
      model: Model                   The model it is about.
      table: str                     The model's table.
      model_name: str                The `model_name` argument.
      new_name: str                  The `new_name` argument.
      old_name: str?                 The `old_name` argument.
      old_fields: list[str]?         The `old_fields` argument.

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
      kind: str                      Its class, without the module.
      model: Model?                  The model it is about, if it is about one.
      field: Field?                  The field it is about, if it is about one.
      name: str?                     Its `name` argument, if it has one.
      code: Code?                    The code of a RunPython.
      in_transaction: bool           Whether Django runs it inside a transaction on
                                     the database it is judged for.
      changes: list[Change]          What it sends to the database, in order.
      breaks_old_code: list[str]     What running code certainly can't do after it:
                                     `select`, `insert`, ….
      may_break_old_code: list[str]  What running code can't do with some values.
      old_code_failures: list[Failure]
                                     What running code can no longer do after it,
                                     certain or not.
      breaks_new_code: list[str]     What the code of this release certainly can't
                                     do before it.
      new_code_failures: list[Failure]
                                     What the code of this release can't do before
                                     it, certain or not.
      left_behind: list[Failure]     What code with the models after it can't do on
                                     the schema that this migration leaves: what a
                                     change of the state alone forgets.
      loses_data: bool               Whether data is gone that going back does not
                                     bring back.
      reversible: bool               Whether `migrate` can take it back, rows and
                                     all.
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

    Change: A change that reaches the database.
      change: Change                 The change itself.
      kind: str                      What it is in SQL: `ADD COLUMN`.
      table: str?                    Its table.
      model: Model?                  The model whose table it is; tables of
                                     many-to-many relations have none.
      column: str?                   Its column.
      to: str?                       The new name.
      op: Operation                  The operation that sends it.
      in_sql: bool                   Whether it is written as SQL, in a RunSQL.
      live: bool?                    Whether the table was there before this
                                     release, so that running code may use it.
      old_code_failures: list[Failure]
                                     What running code can no longer do after it,
                                     certain or not.
      breaks_old_code: list[str]     What running code certainly can't do any more:
                                     `select`, `insert`, ….
      may_break_old_code: list[str]  What running code can't do with some values.
      breaks_old_code_later: list[str]
                                     What running code can't do once new code has
                                     written.
      breaks_in_between: list[str]   What running code can't do until a later
                                     operation of this migration.
      new_code_failures: list[Failure]
                                     What the code of this release can't do before
                                     it, certain or not.
      breaks_new_code: list[str]     What the code of this release certainly can't
                                     do before it.
      breaks_prepared_statements: bool
                                     Whether statements that are prepared on the
                                     server fail afterwards.
      loses_data: bool               Whether data is gone that going back does not
                                     bring back.
      locks: list[Lock]              The locks that its statement takes on tables
                                     that running code uses.
      holds: list[Lock]              The locks that the transaction holds while its
                                     statement works, its own included.
      lock: access-share < row-share < row-exclusive < share-update-exclusive < share < share-row-exclusive < exclusive < access-exclusive?
                                     The strongest lock that its statement takes, on
                                     PostgreSQL.
      blocks: nothing < writes < reads-and-writes
                                     Who waits for the locks that its statement
                                     takes.
      rewrites: bool                 Whether all rows of a table that running code
                                     uses are written again.
      scans: bool                    Whether a table that running code uses is read
                                     in full, for a check or an index.
      builds_index: bool             Whether an index is built on a table that
                                     running code uses.
      rewritten_tables: list[str]    The tables of which all rows are written again.
      scanned_tables: list[str]      The tables that are read in full.
      validates: bool                Whether it validates a constraint that was NOT
                                     VALID.
      transactional: bool            Whether it can run in a transaction.
      algorithm: instant < nocopy < inplace < copy?
                                     How MySQL and MariaDB do it.
      definition: Column?            The column as it becomes, or as it was if it
                                     goes.
      old_type: str?                 The type that the column has.
      new_type: str?                 The type that the column gets.
      constraint: TableConstraint?   The constraint.
      index: TableIndex?             The index.
      name: str?                     Name of the constraint or index, when it is
                                     known.
      concurrently: bool             Whether it says CONCURRENTLY.
      not_valid: bool?               Whether rows that are there are not looked at:
                                     NOT VALID.
      using_index: str?              The index that becomes the constraint: USING
                                     INDEX.
      cascade: bool?                 Whether it says CASCADE.
      if_not_exists: bool?           Whether it says IF NOT EXISTS.
      filtered: bool?                Whether a WHERE limits it.
      words: str?                    Its words, in upper case and without names.
      object: str?                   What it names beside the table: a type, a view,
                                     a parameter.
      sql: str?                      The SQL, when it is written in the migration.
      is  CreateTable, DropTable, RenameTable, AddColumn, DropColumn, RenameColumn,
          AlterColumnType, SetNotNull, DropNotNull, SetDefault, DropDefault,
          AddConstraint, ValidateConstraint, DropConstraint, RenameConstraint,
          CreateIndex, DropIndex, RenameIndex, Comment, RemakeTable, Insert, Update,
          Delete, Truncate, Other, Unknown

    Failure: Something that code can't do.
      action: select | query | insert | update | delete | upsert | bulk_create | bulk_update | m2m
                    What the code does.
      model: str    The model that it does it with, as `app.model`.
      table: str    The table that it fails on.
      column: str?  The column, where it is about one.
      certainty: certain | possible | later
                    Whether it always fails, for some values, or once new code has
                    written.
      silent: bool  Whether no error is raised, but something else happens.
      why: str      Why it fails.

    Model: A model.
      name: str               Its name, in lower case.
      app: str                Label of its app.
      label: str              `app.model`, in lower case.
      table: str              Its table: `db_table`, else `app_model`.
      managed: bool           Whether Django creates and alters its table.
      proxy: bool             Whether it has no table of its own.
      db_table_comment: str?  The table's comment.
      fields: list[Field]     Its fields.
      rows: int?              About how many rows its table has, as `[tables]` says.
      hot: bool               Whether its table is always in use, as `[tables]`
                              says.
      owner: str?             Who answers for its table, as `[tables]` says.

    Migration: A migration.
      name: str                     Its name: the file's, without `.py`.
      app: str                      Label of its app.
      path: str                     Its file.
      atomic: bool                  Whether it runs in one transaction, where the
                                    database can.
      initial: bool                 Whether it is marked as its app's first.
      edited: bool                  Whether running code has it already, with other
                                    statements; comments and layout do not count.
      operations: list[Operation]   What reaches the database, in order.
      changes: list[Change]         What it sends to the database, in order.
      phase: any | pre-deploy | post-deploy | split | unknown
                                    When it may run: before the new code, after the
                                    old code is gone, whenever, or never.
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
    policy/argument-names                      off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:758)
    policy/automatic-name                      off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:241)
    policy/automatic-through                   off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:607)
    policy/column-without-comment              off       built in         django >= 4.2
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:470)
    policy/database-ignored                    off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:722)
    policy/field-removed                       off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:312)
    policy/foreign-key-without-index           off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:635)
    policy/hash-index                          off       built in         postgresql
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:559)
    policy/hints-missing                       off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:692)
    policy/hot-table                           off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:361)
    policy/limited-text                        off       built in         postgresql
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:502)
    policy/model-by-another-name               off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:796)
    policy/model-deleted                       off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:286)
    policy/name-not-as-agreed                  off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:264)
    policy/non-atomic-with-several-operations  off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:108)
    policy/non-atomic-without-need             off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:76)
    policy/not-elidable                        off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:665)
    policy/primary-key-not-as-agreed           off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:440)
    policy/protected-app                       off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:388)
    policy/python-beside-schema                off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:17)
    policy/raw-sql                             off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:338)
    policy/several-index-builds                off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:189)
    policy/small-primary-key                   off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:409)
    policy/too-many-operations                 off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:146)
    policy/unique-together                     off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:581)
    policy/wide-index                          off       built in         all
        off because it is a matter of taste or of house rules: give it a severity to
        switch it on (rules/policy.rules:538)
    postgresql/concurrently-in-transaction     error     built in         postgresql
    postgresql/index-without-concurrently      error     built in         postgresql
    team/no-big-index                          error     ci/team.rules:2  postgresql >= 12, django >= 4.2

    53 rules, 28 of them off
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
