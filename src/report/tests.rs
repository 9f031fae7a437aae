use std::sync::Arc;

use super::*;
use crate::check::{Certainty, Finding, MigrationSummary, OperationReference, Suppression, Undecided, UndecidedRule};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{SourceFile, Span};

const MIGRATION: &str = r#"from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddField(
            model_name="order",
            name="status",
            field=models.CharField(max_length=20, default="né"),
        ),
        migrations.RunSQL(SQL),
    ]
"#;

const PLAIN: RenderOptions =
    RenderOptions { color: false, width: 100, unicode: true, quiet: false, hyperlinks: false, fail_on: FailOn::Never };

fn file() -> Arc<SourceFile> {
    SourceFile::new("shop/migrations/0007_status.py", MIGRATION)
}

/// The place of `text` in `source`.
fn at(source: &SourceFile, text: &str) -> Span {
    let start = source.text().find(text).unwrap();
    Span::new(start, start + text.len())
}

fn finding(source: &Arc<SourceFile>) -> Finding {
    let start = at(source, "migrations.AddField").start;
    let end = at(source, "        migrations.RunSQL").start - 2;
    Finding {
        rule: "compat/not-null-column-without-db-default".to_owned(),
        severity: Severity::Error,
        hazards: vec!["breaks-old-code".to_owned()],
        certainty: Certainty::Certain,
        message: "old code can't insert into `shop_order`: `status` is NOT NULL and the database knows no default"
            .to_owned(),
        help: Some("give it a `db_default`:\n    field=models.CharField(max_length=20, db_default=\"new\")".to_owned()),
        fixes: Vec::new(),
        url: Some("https://docs.djangoproject.com/en/stable/".to_owned()),
        source: Arc::clone(source),
        span: Span::new(start, end),
        labels: Vec::new(),
        app: "shop".to_owned(),
        migration: "0007_status".to_owned(),
        operation: Some(OperationReference {
            index: 0,
            kind: "AddField".to_owned(),
            model: Some("order".to_owned()),
            name: Some("status".to_owned()),
        }),
        databases: vec!["postgresql@16".to_owned()],
        fingerprint: "f00".to_owned(),
        suppressed: None,
    }
}

fn outcome(findings: Vec<Finding>, undecided: Vec<Undecided>) -> Outcome {
    Outcome {
        databases: vec!["postgresql@16".to_owned(), "mysql@8.0".to_owned()],
        django: "5.2".to_owned(),
        findings,
        undecided,
        migrations: vec![MigrationSummary {
            path: "shop/migrations/0007_status.py".to_owned(),
            app: "shop".to_owned(),
            name: "0007_status".to_owned(),
            operations: 2,
        }],
        files: 1,
        settled: Vec::new(),
        rules: Vec::new(),
    }
}

fn mixed() -> Outcome {
    let source = file();
    let first = finding(&source);
    let mut second = finding(&source);
    second.rule = "locks/scan".to_owned();
    second.severity = Severity::Warning;
    second.certainty = Certainty::Possible;
    second.message = "writes to `shop_order` wait".to_owned();
    second.help = None;
    second.url = None;
    second.labels = vec![
        Label { span: at(&source, "default=\"né\""), text: "the table is rewritten for this".to_owned() },
        Label { span: at(&source, "name=\"status\""), text: String::new() },
    ];
    second.databases.push("mysql@8.0".to_owned());
    let mut third = finding(&source);
    third.suppressed = Some(Suppression { by: "comment".to_owned(), reason: Some("empty table".to_owned()) });
    let unknown = Undecided {
        cause: "`SQL` is not a literal".to_owned(),
        span: at(&source, "SQL"),
        source,
        app: "shop".to_owned(),
        migration: "0002_more".to_owned(),
        suppressed: None,
        rules: vec![
            UndecidedRule { rule: "locks/scan".to_owned(), message: "writes to `⟨table⟩` wait".to_owned() },
            UndecidedRule { rule: "sql/unknown".to_owned(), message: "`⟨statement⟩` drops a column".to_owned() },
        ],
    };
    outcome(vec![first, second, third], vec![unknown])
}

#[test]
fn full_shows_places_and_the_way_out() {
    insta::assert_snapshot!(render(&mixed(), Format::Full, &PLAIN), @r#"
    compat/not-null-column-without-db-default (https://docs.djangoproject.com/en/stable/)

      × old code can't insert into `shop_order`: `status` is NOT NULL and the database knows no
      │ default
       ╭─[shop/migrations/0007_status.py:6:9]
     5 │     operations = [
     6 │         migrations.AddField(
       ·         ───────────────────
     7 │             model_name="order",
       ╰────
      help: give it a `db_default`:
                field=models.CharField(max_length=20, db_default="new")

    locks/scan

      ⚠ possibly: writes to `shop_order` wait [postgresql@16, mysql@8.0]
        ╭─[shop/migrations/0007_status.py:9:51]
      7 │             model_name="order",
      8 │             name="status",
        ·             ─────────────
      9 │             field=models.CharField(max_length=20, default="né"),
        ·                                                   ──────┬─────
        ·                                                         ╰── the table is rewritten for this
     10 │         ),
        ╰────

    whimbrel/undecided

      ⚠ this can't be decided: `SQL` is not a literal
        ╭─[shop/migrations/0007_status.py:11:23]
     10 │         ),
     11 │         migrations.RunSQL(SQL),
        ·                       ─┬─
        ·                        ╰── not known before the migration runs
     12 │     ]
        ╰────
      help: these rules wait for it:
            - possibly locks/scan: writes to `⟨table⟩` wait
            - possibly sql/unknown: `⟨statement⟩` drops a column

    1 error, 1 warning, 1 undecided, 1 suppressed (1 by comment) in 1 migration (2 operations)
    "#);
}

#[test]
fn full_fits_eighty_columns_of_ascii() {
    let options = RenderOptions { width: 80, unicode: false, ..PLAIN };
    let mut outcome = outcome(vec![finding(&file())], Vec::new());
    outcome.findings[0].help = Some("one ".repeat(40));
    insta::assert_snapshot!(render(&outcome, Format::Full, &options), @r#"
    compat/not-null-column-without-db-default (https://docs.djangoproject.com/en/stable/)

      x old code can't insert into `shop_order`: `status` is NOT NULL and the
      | database knows no default
       ,-[shop/migrations/0007_status.py:6:9]
     5 |     operations = [
     6 |         migrations.AddField(
       :         ^^^^^^^^^^^^^^^^^^^
     7 |             model_name="order",
       `----
      help: one one one one one one one one one one one one one one one one one
            one one one one one one one one one one one one one one one one one
            one one one one one one

    1 error in 1 migration (2 operations)
    "#);
}

#[test]
fn without_problems_there_is_one_line_and_none_when_quiet() {
    let clean = outcome(Vec::new(), Vec::new());
    let quiet = RenderOptions { quiet: true, ..PLAIN };
    for format in [Format::Full, Format::Concise] {
        assert_eq!(render(&clean, format, &PLAIN), "no problems in 1 migration (2 operations)\n");
        assert_eq!(render(&clean, format, &quiet), "");
    }
    assert_eq!(render(&Outcome::default(), Format::Concise, &PLAIN), "no problems in 0 migrations (0 operations)\n");
    assert!(!render(&mixed(), Format::Full, &quiet).contains("suppressed"));
}

#[test]
fn a_message_on_several_lines_is_one_line_in_the_concise_report() {
    let mut outcome = outcome(vec![finding(&file())], Vec::new());
    outcome.findings[0].message = "one\n  two\u{1b}[2J".to_owned();
    let options = RenderOptions { quiet: true, color: true, ..PLAIN };
    assert_eq!(
        render(&outcome, Format::Concise, &options),
        "shop/migrations/0007_status.py:6:9: \u{1b}[31merror[compat/not-null-column-without-db-default]\u{1b}[0m \
         one two?[2J\n"
    );
}

#[test]
fn concise_is_one_line_each() {
    insta::assert_snapshot!(render(&mixed(), Format::Concise, &PLAIN), @r"
    shop/migrations/0007_status.py:6:9: error[compat/not-null-column-without-db-default] old code can't insert into `shop_order`: `status` is NOT NULL and the database knows no default
    shop/migrations/0007_status.py:6:9: warning[locks/scan] possibly: writes to `shop_order` wait [postgresql@16, mysql@8.0]
    shop/migrations/0007_status.py:11:23: warning[whimbrel/undecided] this can't be decided: `SQL` is not a literal (locks/scan, sql/unknown)
    1 error, 1 warning, 1 undecided, 1 suppressed (1 by comment) in 1 migration (2 operations)
    ");
}

#[test]
fn json_has_the_contract_s_keys() {
    let mut outcome = mixed();
    outcome.findings.remove(0);
    outcome.findings[1].labels.clear();
    let mut report: serde_json::Value = serde_json::from_str(&render(&outcome, Format::Json, &PLAIN)).unwrap();
    assert_eq!(report["findings"][1]["suppressed"]["by"], "comment");
    assert_eq!(report["summary"]["suppressed"], 1);
    outcome.findings.pop();
    report = serde_json::from_str(&render(&outcome, Format::Json, &PLAIN)).unwrap();
    assert_eq!(report["summary"]["suppressed"], 0);
    insta::assert_snapshot!(render(&outcome, Format::Json, &PLAIN), @r#"
    {
      "version": 1,
      "target": {
        "databases": [
          "postgresql@16",
          "mysql@8.0"
        ],
        "django": "5.2"
      },
      "findings": [
        {
          "rule": "locks/scan",
          "severity": "warning",
          "hazards": [
            "breaks-old-code"
          ],
          "certainty": "possible",
          "message": "writes to `shop_order` wait",
          "help": null,
          "url": null,
          "path": "shop/migrations/0007_status.py",
          "line": 6,
          "column": 9,
          "end_line": 10,
          "end_column": 10,
          "app": "shop",
          "migration": "0007_status",
          "operation": {
            "index": 0,
            "kind": "AddField",
            "model": "order",
            "name": "status"
          },
          "database": "postgresql@16",
          "other_databases": [
            "mysql@8.0"
          ],
          "labels": [
            {
              "text": "the table is rewritten for this",
              "line": 9,
              "column": 51,
              "end_line": 9,
              "end_column": 63
            },
            {
              "text": "",
              "line": 8,
              "column": 13,
              "end_line": 8,
              "end_column": 26
            }
          ],
          "fixes": [],
          "fingerprint": "f00",
          "suppressed": null
        }
      ],
      "undecided": [
        {
          "cause": "`SQL` is not a literal",
          "path": "shop/migrations/0007_status.py",
          "line": 11,
          "column": 23,
          "rules": [
            "locks/scan",
            "sql/unknown"
          ],
          "suppressed": null
        }
      ],
      "migrations": [
        {
          "path": "shop/migrations/0007_status.py",
          "app": "shop",
          "name": "0007_status",
          "phase": "unknown"
        }
      ],
      "summary": {
        "files": 1,
        "operations": 2,
        "errors": 0,
        "warnings": 1,
        "info": 0,
        "undecided": 1,
        "suppressed": 0
      }
    }
    "#);
}

#[test]
fn config_errors_are_drawn_by_the_same_hand() {
    let source = SourceFile::new("whimbrel.toml", "databases = [\"pg\"]\n");
    let span = at(&source, "\"pg\"");
    let error = Diagnostic::error(&source, "config::bad-database", "`pg` is no database", span, "").with_help("write");
    insta::assert_snapshot!(render_diagnostics(&[error], &PLAIN), @r#"
    config::bad-database

      × `pg` is no database
       ╭─[whimbrel.toml:1:14]
     1 │ databases = ["pg"]
       ·              ────
       ╰────
      help: write
    "#);
}
