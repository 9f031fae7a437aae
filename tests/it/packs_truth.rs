//! The built-in packs against what was measured: every break is found, every long lock is found, and what is
//! compatible and quick is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use whimbrel::check::{Checked, Content, Finding, Project, Request, Tables, check};
use whimbrel::diagnostic::Severity;
use whimbrel::history::Settings;
use whimbrel::language::RuleSet;
use whimbrel::migration::NoModules;
use whimbrel::rules;

use crate::cases::{Case, Measured, cases};

/// Where the packs and the measurement differ: the question, the case, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // A view takes the table's place.
    (QUESTIONS[0], "alter_model_table__with_view_left_behind", "INSERT … RETURNING into a view, on SQLite alone"),
    (QUESTIONS[2], "alter_model_table__with_view_left_behind", "the view comes one operation behind the rename"),
    // What the new code can't do, the running code can't do either, and that is reported.
    (QUESTIONS[1], "run_sql__drop_column", SAME),
    (QUESTIONS[1], "run_sql__drop_column_if_exists_cascade", SAME),
    (QUESTIONS[1], "run_sql__drop_column_with_reverse", SAME),
    (QUESTIONS[1], "run_sql__drop_default", SAME),
    (QUESTIONS[1], "run_sql__set_not_null", SAME),
    (QUESTIONS[1], "run_sql__set_not_null_after_valid_check", SAME),
    (QUESTIONS[1], "remove_field__source_of_generated", "DROP COLUMN … CASCADE takes a column that computes from it"),
    // What is not looked at, or takes long for another reason.
    (QUESTIONS[3], "run_python__vendor_branch", "what a function sends as SQL is not looked at"),
    (QUESTIONS[3], "postgres__add_not_valid_and_validate_non_atomic", "the lock and the reading are two transactions"),
    (QUESTIONS[5], "run_sql__lock_table", "a LOCK TABLE is held until the migration ends, whatever it does by then"),
    // Nothing is raised, but something else happens: that is an error all the same.
    (QUESTIONS[4], "alter_field__m2m_auto_to_through_state_only", IGNORED),
    (QUESTIONS[5], "alter_field__m2m_auto_to_through_state_only", IGNORED),
    (QUESTIONS[4], "multi__remove_then_add_same_name_null", REPLACED),
    (QUESTIONS[5], "multi__remove_then_add_same_name_null", REPLACED),
    (QUESTIONS[4], "multi__swap_fields", REPLACED),
    (QUESTIONS[5], "multi__swap_fields", REPLACED),
    (QUESTIONS[4], "unique_together__to_unique_constraint", BETWEEN),
    (QUESTIONS[5], "unique_together__to_unique_constraint", BETWEEN),
];

const SAME: &str = "SQL leaves the models as they are: its own code is the running code";
const IGNORED: &str = "MariaDB's INSERT IGNORE stores 0 in the new column rather than fail";
const REPLACED: &str = "measured as rows that changed: all of a column is gone, or is that of another one";
const BETWEEN: &str = "between the two operations, MariaDB inserts a second row where there was a conflict";

/// What is asked of each result.
const QUESTIONS: [&str; 6] = [
    "breaks running code, found",
    "breaks its own code, found",
    "breaks between operations, found",
    "blocks for long or rewrites, found",
    "compatible, no error about code",
    "compatible and quick, no error",
];

/// How often a question was asked, and the cases in which the answer was the wrong one.
#[derive(Default)]
struct Tally {
    asked: usize,
    wrong: BTreeSet<String>,
}

/// All cases, with what the packs say of each of their results.
static JUDGED: LazyLock<Vec<(Case, Vec<Vec<Finding>>)>> = LazyLock::new(|| {
    let (rules, diagnostics) = rules::load(&rules::built_in());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let judge = |case: Case| {
        let findings = case.results.iter().map(|measured| findings(&rules, &case, measured)).collect();
        (case, findings)
    };
    cases().into_par_iter().map(judge).collect()
});

/// Each result with its case and what the packs say of it.
fn judged() -> impl Iterator<Item = (&'static Case, &'static Measured, &'static [Finding])> {
    let results = |(case, findings): &'static (Case, Vec<Vec<Finding>>)| {
        case.results.iter().zip(findings).map(move |(measured, findings)| (case, measured, findings.as_slice()))
    };
    JUDGED.iter().flat_map(results)
}

fn findings(rules: &RuleSet, case: &Case, measured: &Measured) -> Vec<Finding> {
    let deployed = case.migrations[..case.migrations.len() - 1].to_vec();
    let file = Checked { content: Content::Migration(Arc::clone(case.change())), project: 0, assumptions: Vec::new() };
    let outcome = check(Request {
        rules,
        files: &[file],
        projects: &[Project { present: case.migrations.clone(), deployed: Some(deployed) }],
        databases: &[measured.database],
        django: measured.django,
        tables: &Tables::default(),
        settings: &Settings::default(),
        modules: &NoModules,
    });
    outcome.findings
}

/// Whether old code fails, or goes on with other results: rows that the migration itself writes are not counted.
fn breaks(measured: &Measured) -> bool {
    let silent = measured.record["verdicts"]["silent_kind"].as_str();
    measured.verdict() == "breaks" || (measured.verdict() == "silent" && silent != Some("rows"))
}

/// Whether a table that is in use is read or written in full while others wait for it.
fn takes_long(measured: &Measured) -> bool {
    let waiting = measured.texts("blocks_writes");
    let works = ["index_built", "scans"].iter().flat_map(|work| measured.texts(work));
    let rewrites = measured.record["rewrite"].as_bool() == Some(true);
    rewrites || works.into_iter().any(|table| waiting.contains(&table))
}

/// The answers for one result: for each question that it is asked, whether the packs say the right thing.
fn answers(findings: &[Finding], measured: &Measured) -> Vec<(usize, bool)> {
    let warns =
        |finding: &Finding, hazards: &[&str]| finding.hazards.iter().any(|hazard| hazards.contains(&hazard.as_str()));
    let found = |hazards: &[&str], severity: Severity| {
        findings.iter().any(|finding| finding.severity >= severity && warns(finding, hazards))
    };
    let runs = measured.verdict() != "does not run";
    let verdicts = &measured.record["verdicts"];
    let new_code = verdicts["new_code_failures"].as_array().is_some_and(|failures| !failures.is_empty());
    let between = verdicts["between_operations_failing"].as_object().is_some_and(|failures| !failures.is_empty());
    let compatible = runs && !breaks(measured) && !new_code && !between;
    let code = ["breaks-old-code", "breaks-new-code"];
    let locks = ["blocks-reads", "blocks-writes", "rewrites-table", "scans-table"];
    let mut answers = Vec::new();
    if breaks(measured) {
        answers.push((0, found(&["breaks-old-code"], Severity::Warning)));
    }
    if runs && new_code {
        answers.push((1, found(&["breaks-new-code"], Severity::Warning)));
    }
    if between {
        answers.push((2, found(&["breaks-old-code"], Severity::Error)));
    }
    if runs && takes_long(measured) {
        answers.push((3, found(&locks, Severity::Warning)));
    }
    if compatible {
        answers.push((4, !found(&code, Severity::Error)));
        if !takes_long(measured) {
            answers.push((5, !findings.iter().any(|finding| finding.severity == Severity::Error)));
        }
    }
    answers
}

#[test]
fn the_packs_agree_with_what_was_measured() {
    let judged = judged().flat_map(|(case, measured, findings)| {
        let said: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        let said = said.join(" ");
        let vendor = measured.database.vendor.word().to_owned();
        let answers = answers(findings, measured).into_iter();
        answers.map(move |(question, right)| (vendor.clone(), case.name.clone(), question, right, said.clone()))
    });

    let mut table: BTreeMap<(usize, String), Tally> = BTreeMap::new();
    let mut wrong: BTreeMap<(usize, String), BTreeSet<String>> = BTreeMap::new();
    for (vendor, case, question, right, said) in judged {
        let tally = table.entry((question, vendor.clone())).or_default();
        tally.asked += 1;
        if !right {
            tally.wrong.insert(case.clone());
            wrong.entry((question, case)).or_default().insert(format!("{vendor} [{said}]"));
        }
    }
    for ((question, vendor), tally) in &table {
        println!(
            "{:36} {vendor:11} {:4} asked, {:3} cases otherwise",
            QUESTIONS[*question],
            tally.asked,
            tally.wrong.len()
        );
    }
    let explained = |question: usize, case: &str| {
        EXCEPTIONS.iter().any(|(asked, name, _)| *asked == QUESTIONS[question] && *name == case)
    };
    let mut unexplained = String::new();
    for ((question, case), places) in &wrong {
        if !explained(*question, case) {
            writeln!(unexplained, "{}: {case}: {places:?}", QUESTIONS[*question]).unwrap();
        }
    }
    assert_eq!(unexplained, "");
    for (asked, case, _) in EXCEPTIONS {
        let known = wrong.keys().any(|(question, name)| QUESTIONS[*question] == *asked && name == case);
        assert!(known, "{asked}: {case} agrees by now");
    }
}

/// Rules that speak of one operation and of one hazard, because they tell of two causes.
const TOGETHER: &[(&str, &str, &str)] = &[
    ("compat/breaks-between-operations", "compat/column-replaced", "errors on the way, and other values in the end"),
    ("compat/column-removed", "data/sql-irreversible", BACK),
    ("compat/column-type-changed", "compat/rows-become-unreadable", "new code, before the migration and after it"),
    ("compat/foreign-key-added", "compat/parent-delete-refused", "writing a key, and deleting what it refers to"),
    ("compat/table-dropped", "data/sql-irreversible", BACK),
    (
        "compat/unique-constraint-added",
        "compat/unique-constraint-removed",
        "two constraints, of which one takes the other's place",
    ),
    ("data/data-mixed-with-schema", "data/rows-written-in-one-transaction", TABLE),
    ("data/data-mixed-with-schema", "data/whole-table-written", TABLE),
    ("postgresql/backfill-under-table-lock", "postgresql/constraint-validated-under-lock", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/index-under-table-lock", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/not-null-scan", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/index-under-table-lock", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/index-without-concurrently", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/not-null-scan", STATEMENTS),
    ("postgresql/index-under-table-lock", "postgresql/not-null-scan", STATEMENTS),
];

const STATEMENTS: &str = "two statements of one operation, each with a remedy of its own";
const TABLE: &str = "the lock of the table that was altered, and those of the rows that are written";
const BACK: &str = "rows that do not come back, and `migrate` that refuses to go back";

#[test]
fn two_rules_never_report_one_operation_for_the_same_cause() {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (case, measured, findings) in judged() {
        for first in findings {
            for second in findings.iter().filter(|second| first.rule < second.rule) {
                let both = first.hazards.iter().filter(|hazard| second.hazards.contains(hazard));
                let shared: Vec<&str> = both.map(String::as_str).collect();
                if first.operation == second.operation && !shared.is_empty() {
                    let vendor = measured.database.vendor.word();
                    let place = format!("{} on {vendor}: {}", case.name, shared.join(" "));
                    found.entry((first.rule.clone(), second.rule.clone())).or_default().insert(place);
                }
            }
        }
    }
    let known = |pair: &(String, String)| TOGETHER.iter().any(|(a, b, _)| *a == pair.0 && *b == pair.1);
    let mut unexplained = String::new();
    for (pair, places) in found.iter().filter(|(pair, _)| !known(pair)) {
        let some: Vec<&String> = places.iter().take(3).collect();
        writeln!(unexplained, "{} and {}: {} cases, {some:?}", pair.0, pair.1, places.len()).unwrap();
    }
    assert_eq!(unexplained, "");
    for (a, b, _) in TOGETHER {
        assert!(found.contains_key(&((*a).to_owned(), (*b).to_owned())), "{a} and {b} are never together");
    }
}
