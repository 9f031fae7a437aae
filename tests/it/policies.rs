//! The policies that other organisations enforce with code of their own, as rule files: `tests/policies/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whimbrel::diagnostic::Severity;
use whimbrel::examples;
use whimbrel::rules;
use whimbrel::source::SourceFile;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies")
}

fn files() -> Vec<Arc<SourceFile>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
    paths.sort();
    let read = |path: &PathBuf| {
        SourceFile::new(path.file_name().unwrap().to_string_lossy(), fs::read_to_string(path).unwrap())
    };
    paths.iter().map(read).collect()
}

#[test]
fn all_policies_pass_and_every_condition_is_noticed() {
    let files = files();
    let (set, diagnostics) = rules::load(&files);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let report = examples::test(&set, |_| Some(Severity::Error));
    let told = |diagnostics: &[whimbrel::diagnostic::Diagnostic]| -> Vec<String> {
        let place = |diagnostic: &whimbrel::diagnostic::Diagnostic| {
            let line = diagnostic.source.position(diagnostic.labels[0].span.start).line;
            format!("{}:{line} {}: {}", diagnostic.source.path(), diagnostic.message, diagnostic.underlined())
        };
        diagnostics.iter().map(place).collect()
    };
    assert_eq!(told(&report.failures), Vec::<String>::new());
    assert_eq!(told(&report.holes), Vec::<String>::new());
    assert!(report.rules >= 60, "{} policies", report.rules);
}

/// `sql` of a RunSQL is text as people write it; the heads for statements are not led astray by small letters.
#[test]
fn no_policy_matches_sql_letter_by_letter() {
    for file in files() {
        assert!(!file.text().contains(" in sql)"), "{}", file.path());
    }
}

#[test]
fn policies_are_formatted() {
    for file in files() {
        assert_eq!(whimbrel::language::format(&file).unwrap(), file.text(), "`whimbrel fmt tests/policies`");
    }
}

#[test]
fn the_page_beside_the_policies_names_each_of_them_once() {
    let page = fs::read_to_string(folder().join("README.md")).unwrap();
    let (set, _) = rules::load(&files());
    let known: BTreeSet<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(id, _)| id));
    let named: Vec<&str> = cells.filter(|cell| cell.contains('/')).collect();
    assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(named.len(), known.len(), "a policy is named twice");
}
