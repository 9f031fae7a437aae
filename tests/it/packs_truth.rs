//! The built-in packs against what was measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use whimbrel::check::{Checked, Content, Finding, Project, Request, Tables, check};
use whimbrel::history::Settings;
use whimbrel::language::RuleSet;
use whimbrel::rules;

use crate::cases::{Case, Measured, cases};

fn findings(rules: &RuleSet, case: &Case, measured: &Measured) -> Vec<Finding> {
    let deployed = case.migrations[..case.migrations.len() - 1].to_vec();
    let outcome = check(Request {
        rules,
        files: &[Checked {
            content: Content::Migration(Arc::clone(case.change())),
            project: 0,
            assumptions: Vec::new(),
        }],
        projects: &[Project { present: case.migrations.clone(), deployed: Some(deployed) }],
        databases: &[measured.database],
        django: measured.django,
        tables: &Tables::default(),
        settings: &Settings::default(),
    });
    outcome.findings
}

#[test]
fn dump() {
    let mut files = rules::built_in();
    if let Ok(text) = std::fs::read_to_string("/tmp/dbg/debug.rules") {
        files.push(whimbrel::source::SourceFile::new("debug.rules", text));
    }
    let (rules, diagnostics) = rules::load(&files);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    for case in cases() {
        for measured in &case.results {
            let found: Vec<String> = findings(&rules, &case, measured)
                .iter()
                .map(|f| format!("{}:{}", f.severity.word().chars().next().unwrap(), f.rule))
                .collect();
            for f in findings(&rules, &case, measured).iter().filter(|f| f.rule.starts_with("debug/")) {
                println!(
                    "DBG\t{}\t{:?}\t{}\t{}\t{}",
                    case.name, measured.database.vendor, measured.django, f.rule, f.message
                );
            }
            println!(
                "DUMP\t{}\t{:?}\t{}\t{}\t{}\t{}\t{}",
                case.name,
                measured.database.vendor,
                measured.django,
                measured.verdict(),
                measured.texts("failing_actions").join(","),
                measured.texts("new_code_failures").join(","),
                found.join(" "),
            );
        }
    }
}
