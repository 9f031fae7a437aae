//! SQL as it stands in real migrations is recognised.

use std::collections::BTreeMap;
use std::path::Path;

use whimbrel::sql::{ChangeKind, Statement, statements};
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
