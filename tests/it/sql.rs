//! SQL as it stands in real migrations is recognised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use whimbrel::migration::{Operation, read_migration};
use whimbrel::source::SourceFile;
use whimbrel::sql::{ChangeKind, Statement, run_sql, statements};
use whimbrel::target::Vendor;

use crate::cases::cases;

/// Whether it says itself that it can't be seen through.
fn opaque(statement: &Statement) -> bool {
    matches!(statement.words.as_str(), "DO" | "CALL" | "EXECUTE")
}

fn unknown(statement: &Statement) -> bool {
    statement.changes.iter().any(|change| change.kind == ChangeKind::Unknown)
}

#[test]
fn what_django_sent_in_the_cases_is_recognised() {
    let mut seen = 0;
    let mut bad = BTreeMap::new();
    for case in cases() {
        for measured in &case.results {
            for text in measured.texts("sql") {
                for statement in statements(text, measured.database.vendor) {
                    seen += 1;
                    if unknown(&statement) && !opaque(&statement) {
                        bad.insert(text.to_owned(), format!("{statement:?}"));
                    }
                }
            }
        }
    }
    assert!(seen > 5_000, "{seen}");
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn what_django_sent_for_the_operations_is_recognised() {
    let text = std::fs::read_to_string(Path::new("tests/truth/operations.tsv")).unwrap();
    let mut seen = 0;
    for line in text.lines().skip(2) {
        let cells: Vec<&str> = line.split('\t').collect();
        for (cell, vendor) in [(1, Vendor::PostgreSql), (5, Vendor::MariaDb), (6, Vendor::Sqlite)] {
            for sent in cells[cell].split(" ;; ") {
                if matches!(sent, "(no SQL)" | "TABLE REMAKE" | "n/a") || sent.is_empty() {
                    continue;
                }
                let sent = sent.trim_start_matches("DEFERRED: ");
                let sent =
                    if sent.starts_with('[') { sent.split_once("] ").map_or(sent, |(_, sql)| sql) } else { sent };
                for statement in statements(sent, vendor) {
                    seen += 1;
                    // The table cuts statements at 60 characters for MariaDB.
                    let cut = vendor != Vendor::PostgreSql && sent.len() >= 60;
                    let fine =
                        if cut { statement.changes[0].kind != ChangeKind::Unknown } else { !unknown(&statement) };
                    assert!(fine, "{sent}: {statement:#?}");
                }
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// Every RunSQL of the packages that `.ci/truth-packages` has fetched.
#[test]
fn the_sql_of_real_packages_is_recognised_and_leads_back_to_its_place() {
    let (mut seen, mut not_literal, mut opaque_ones) = (0, 0, 0);
    for path in migration_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("target/truth-packages")) {
        let text = std::fs::read_to_string(&path).unwrap();
        if !text.contains("RunSQL") {
            continue;
        }
        let source = SourceFile::new(path.display().to_string(), text);
        let Ok(Some(migration)) = read_migration(&source, "app", "name") else { continue };
        let mut operations: Vec<&Operation> = migration.operations.iter().collect();
        while let Some(operation) = operations.pop() {
            operations.extend(&operation.children);
            for written in [operation.sql(), operation.reverse_sql()]
                .iter()
                .flatten()
                .flat_map(|sql| run_sql(sql, Vendor::PostgreSql))
            {
                seen += 1;
                let Some(sql) = &written.sql else {
                    assert!(written.unknown.is_some());
                    not_literal += 1;
                    continue;
                };
                if opaque(&written.statement) {
                    opaque_ones += 1;
                } else {
                    assert!(!unknown(&written.statement), "{}: {sql}", path.display());
                }
                // Texts in several literals have quotes between their parts; the ends are exact, but for one that Python
                // escapes.
                let place = source.slice(written.statement.span);
                let end = |text: &str| text.chars().next_back().filter(|_| !sql.ends_with('\''));
                let ends = |text: &str| (text.chars().next(), end(text));
                assert_eq!(ends(place), ends(sql), "{}: {sql}", path.display());
            }
        }
    }
    assert!(seen > 900, "{seen}");
    assert!(opaque_ones * 100 < seen && not_literal * 20 < seen, "{opaque_ones} and {not_literal} of {seen}");
}

fn migration_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("run `.ci/truth-packages`");
    let mut files = Vec::new();
    for entry in entries.map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(migration_files(&entry));
        } else if entry.extension().is_some_and(|end| end == "py")
            && entry.parent().is_some_and(|parent| parent.ends_with("migrations"))
        {
            files.push(entry);
        }
    }
    files
}
