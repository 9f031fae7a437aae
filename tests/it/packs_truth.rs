//! The built-in packs against what was measured: every break is found, every long lock is found, and what is
//! compatible and quick is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use whimbrel::check::{Checked, Content, Finding, Project, Request, Tables, check};
use whimbrel::diagnostic::Severity;
use whimbrel::examples;
use whimbrel::history::Settings;
use whimbrel::language::RuleSet;
use whimbrel::migration::{Migration, NoModules, Operation, Reach};
use whimbrel::rules;
use whimbrel::schema::{Schema, Target};
use whimbrel::target::Database;

use crate::cases::{Case, Measured, cases};
use crate::schema_truth::django_sql;

/// Where the packs and the measurement differ: the question, the case, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // Nothing is raised, but something else happens: that is an error all the same.
    (QUESTIONS[4], "alter_field__m2m_auto_to_through_state_only", IGNORED),
    (QUESTIONS[5], "alter_field__m2m_auto_to_through_state_only", IGNORED),
    (QUESTIONS[4], "multi__remove_then_add_same_name_null", REPLACED),
    (QUESTIONS[5], "multi__remove_then_add_same_name_null", REPLACED),
    (QUESTIONS[4], "multi__delete_and_create_same_model", REPLACED),
    (QUESTIONS[5], "multi__delete_and_create_same_model", REPLACED),
    (QUESTIONS[4], "multi__swap_fields", REPLACED),
    (QUESTIONS[5], "multi__swap_fields", REPLACED),
    // Cases of our own.
    (QUESTIONS[0], "run_sql__words_trigger_fills_null", "a trigger that fills what old code leaves out is the remedy"),
    (QUESTIONS[1], "options__managed_on", "running code reads the table, so that it is there"),
    (QUESTIONS[1], "separate__state_remove_generated", "the database refused the same before"),
    (QUESTIONS[3], "multi__unique_by_concurrent_index", "the build and the lock are two transactions"),
    (QUESTIONS[3], "run_sql__truncate", "the file is new, and empty"),
    (QUESTIONS[3], "run_sql__words_domain_column", "whether a type is a domain with constraints is not known"),
    (QUESTIONS[3], "run_sql__words_unique_using_index", "the index is built in front of the stronger lock"),
    (QUESTIONS[4], "rename_field__and_old_name_added", REPLACED),
    (QUESTIONS[5], "rename_field__and_old_name_added", REPLACED),
    (QUESTIONS[5], "run_sql__words_list", "the lock is that of the column, and the UPDATE is not looked at by the lab"),
    (QUESTIONS[5], "run_sql__words_set_access_method", "it is the method that the table has"),
    // Cases of our own that were written without a look at the rules.
    (QUESTIONS[0], "rare_python__editor_alter_unique", EDITOR),
    (QUESTIONS[6], "rare_python__editor_alter_unique", EDITOR),
    (QUESTIONS[3], "rare_python__editor_alter_unique", EDITOR),
    (QUESTIONS[3], "rare_python__editor_add_index", EDITOR),
    (QUESTIONS[0], "rare_sql__do_block_execute_format", COMPUTED),
    (QUESTIONS[6], "rare_sql__do_block_execute_format", COMPUTED),
    (QUESTIONS[1], "rare_apart__m2m_to_through_table_kept", VALUES),
    (QUESTIONS[1], "rare_apart__type_of_column_differs", VALUES),
    (QUESTIONS[1], "rare_multi__unmanaged_then_field_then_managed", "who made the table is not known"),
    (QUESTIONS[3], "rare_index__concurrently_and_field", "the build and the lock are two transactions"),
    (QUESTIONS[3], "rare_python__moves_to_m2m", WRITES),
    (QUESTIONS[3], "rare_sql__domain_check_added", "which columns are of a domain is not looked at"),
    (QUESTIONS[4], "rare_multi__new_column_copied_old_removed", REPLACED),
    (QUESTIONS[5], "rare_multi__new_column_copied_old_removed", REPLACED),
    (QUESTIONS[4], "rare_remove__and_column_taken_over", REPLACED),
    (QUESTIONS[5], "rare_remove__and_column_taken_over", REPLACED),
    (QUESTIONS[4], "rare_rename__two_in_a_ring_of_three", REPLACED),
    (QUESTIONS[5], "rare_rename__two_in_a_ring_of_three", REPLACED),
    (QUESTIONS[5], "rare_composite__added_to_model", "nothing fails, because nothing is made"),
    (QUESTIONS[5], "rare_sql__logged_and_storage", "the table is logged already"),
    (QUESTIONS[5], "rare_sql__my_fulltext", "what an index lets wait on MariaDB is not counted as work"),
    (QUESTIONS[4], "rare_alter__fk_to_self", "nothing fails, and each row refers to another one than before"),
    (QUESTIONS[4], "rare_alter__db_default_from_now_to_none", KEEPS),
    (QUESTIONS[5], "rare_alter__db_default_from_now_to_none", KEEPS),
    (QUESTIONS[4], "rare_alter__db_default_to_auto_now_add", KEEPS),
    (QUESTIONS[5], "rare_alter__db_default_to_auto_now_add", KEEPS),
    (QUESTIONS[6], "rare_sql__view_of_unmanaged_dropped", "the names of a view's columns are not known"),
];

const COMPUTED: &str = "what is put together when it runs is not known";
const KEEPS: &str =
    "on Django 6.0 MariaDB goes on filling a column that is left out, by the expression that was dropped";
const WRITES: &str = "what a function writes into a new table is not looked at";
const EDITOR: &str = "which model a function hands to the schema editor is not followed";
const VALUES: &str = "the state says less, or more, than the database for some values";
const IGNORED: &str = "MariaDB's INSERT IGNORE stores 0 in the new column rather than fail";
const REPLACED: &str = "measured as rows that changed: all of a column or table is gone, or is that of another one";

/// What is asked of each result.
const QUESTIONS: [&str; 8] = [
    "breaks running code, found",
    "breaks its own code, found",
    "breaks between operations, found",
    "blocks for long or rewrites, found",
    "compatible, no error about code",
    "compatible and quick, no error",
    "breaks running code, told by name",
    "fails on rows that are there, found",
];

/// How often a question was asked, and the cases in which the answer was the wrong one.
#[derive(Default)]
struct Tally {
    asked: usize,
    wrong: BTreeSet<String>,
}

fn built_in() -> RuleSet {
    let (rules, diagnostics) = rules::load(&rules::built_in());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    rules
}

/// All cases, with what the packs say of each of their results.
static JUDGED: LazyLock<Vec<(Case, Vec<Vec<Finding>>)>> = LazyLock::new(|| {
    let rules = built_in();
    let judge = |case: Case| {
        let findings =
            case.results.iter().map(|measured| findings(&rules, &case.migrations, measured.target())).collect();
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

/// What is said of the last of these migrations, when the others are deployed.
fn findings(rules: &RuleSet, migrations: &[Arc<Migration>], target: Target) -> Vec<Finding> {
    let Some((change, deployed)) = migrations.split_last() else { return Vec::new() };
    let file = Checked { content: Content::Migration(Arc::clone(change)), project: 0, assumptions: Vec::new() };
    let outcome = check(Request {
        rules,
        files: &[file],
        projects: &[Project { present: migrations.to_vec(), deployed: Some(deployed.to_vec()) }],
        databases: &[target.database],
        django: target.django,
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

/// Whether the migration changes the models: where it does not, its own code is the running code, and what one can't
/// do the other can't do either.
fn changes_models(case: &Case) -> bool {
    fn changes(operation: &Operation) -> bool {
        let alone = ["RunSQL", "RunPython", "SeparateDatabaseAndState"];
        let itself =
            operation.reach != Reach::Database && operation.kind_name().is_none_or(|kind| !alone.contains(&kind));
        itself || operation.children.iter().any(changes)
    }
    case.change().operations.iter().any(changes)
}

/// For each thing that takes long while others wait, the hazards of which one must be named.
///
/// Locks and work were measured for the migration as a whole: where it has several operations, one may do the work before
/// another takes the lock.
fn hazards_of_work(case: &Case, measured: &Measured) -> Vec<&'static [&'static str]> {
    let works = |work: &str, waits: &str| {
        let waiting = measured.texts(waits);
        measured.texts(work).iter().any(|table| waiting.contains(table))
    };
    // Without a transaction around both, VALIDATE CONSTRAINT reads the table under a lock of its own, which lets others
    // write (`tests/truth/postgresql-statements.tsv`).
    let validates = measured.texts("sql").iter().any(|sql| sql.contains("VALIDATE CONSTRAINT"));
    let apart = measured.record["atomic"] == false && validates;
    let scans = |waits: &str| !apart && works("scans", waits);
    let alone = case.change().operations.len() == 1;
    let mut hazards: Vec<&[&str]> = Vec::new();
    if measured.record["rewrite"].as_bool() == Some(true) {
        hazards.push(&["rewrites-table"]);
    } else if works("index_built", "blocks_writes") {
        hazards.push(&["blocks-writes", "blocks-reads"]);
    } else if scans("blocks_writes") {
        hazards.push(if alone { &["scans-table"] } else { &["scans-table", "blocks-writes", "blocks-reads"] });
    }
    if alone && (works("index_built", "blocks_reads") || scans("blocks_reads")) {
        hazards.push(&["blocks-reads"]);
    }
    hazards
}

/// For each failure of running code that was measured, the tables and columns that its message names. The table of a
/// many-to-many relation counts as its model's, after which it is named.
fn names_of_failures(case: &Case, measured: &Measured) -> Vec<BTreeSet<String>> {
    let history = case.history();
    let schema = Schema::before(&history, case.node(&history), measured.target());
    let of_table = |word: &str| {
        let is_it = |table: &&String| word == *table || word.starts_with(&format!("{table}_"));
        schema.tables.keys().filter(is_it).cloned().collect::<Vec<String>>()
    };
    // MariaDB names the column and not its table.
    let of_column = |word: &str| {
        let tables = schema.tables.iter().filter(|(_, table)| table.column(word).is_some());
        let mut names: Vec<String> = tables.map(|(table, _)| table.clone()).collect();
        if !names.is_empty() {
            names.push(word.to_owned());
        }
        names
    };
    let failures = measured.record["verdicts"]["failures"].as_array().into_iter().flatten();
    let names = failures.filter_map(|failure| failure["message"].as_str()).map(|message| {
        words(message).flat_map(|word| of_table(word).into_iter().chain(of_column(word))).collect::<BTreeSet<String>>()
    });
    names.filter(|names| !names.is_empty()).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// Whether a finding speaks of one of these names.
fn speaks_of(finding: &Finding, names: &BTreeSet<String>) -> bool {
    let labels = finding.labels.iter().map(|label| label.text.as_str());
    labels.chain([finding.message.as_str()]).flat_map(words).any(|word| names.contains(word))
}

/// Whether the migration ran on tables that are `empty` or that have rows, `clean` ones.
fn succeeds(measured: &Measured, on: &str) -> bool {
    measured.record["migration"][on] == "ok"
}

/// The answers for one result: for each question that it is asked, whether the packs say the right thing.
fn answers(case: &Case, findings: &[Finding], measured: &Measured) -> Vec<(usize, bool)> {
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
    let work = hazards_of_work(case, measured);
    let mut answers = Vec::new();
    if breaks(measured) {
        answers.push((0, found(&["breaks-old-code"], Severity::Warning)));
        let breaking = || findings.iter().filter(|finding| warns(finding, &["breaks-old-code"]));
        let told = |names: &BTreeSet<String>| breaking().any(|finding| speaks_of(finding, names));
        answers.push((6, names_of_failures(case, measured).iter().all(told)));
    }
    if runs && new_code && changes_models(case) {
        answers.push((1, found(&["breaks-new-code"], Severity::Warning)));
    }
    if between {
        answers.push((2, found(&["breaks-old-code"], Severity::Error)));
    }
    // Nothing takes long on a table without rows, and with rows it fails.
    let fails_on_rows = succeeds(measured, "empty") && !succeeds(measured, "clean");
    if fails_on_rows {
        answers.push((7, found(&["may-fail"], Severity::Warning)));
    }
    if runs && !work.is_empty() && !fails_on_rows {
        answers.push((3, work.iter().all(|hazards| found(hazards, Severity::Warning))));
    }
    if compatible {
        answers.push((4, !found(&code, Severity::Error)));
        if work.is_empty() {
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
        let answers = answers(case, findings, measured).into_iter();
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
    (
        "compat/check-constraint-added",
        "data/pending-trigger-events",
        "rows that do not fit, and rows that wait for a check",
    ),
    (
        "compat/auto-number-removed",
        "compat/database-object-dropped",
        "Django up to 4.0 drops the sequence of the column",
    ),
    ("compat/auto-number-removed", "compat/column-replaced", "what INSERT leaves out, and what SELECT reads"),
    ("compat/auto-number-removed", "compat/column-type-changed", CHANGES),
    ("compat/column-compares-otherwise", "compat/column-made-not-null", CHANGES),
    ("compat/column-compares-otherwise", "compat/column-type-narrowed", CHANGES),
    (
        "compat/check-constraint-added",
        "compat/column-replaced",
        "values that the new column refuses, and those that it holds",
    ),
    ("compat/column-made-not-null", "compat/same-value-for-null", "rows that come with NULL, and those that have it"),
    (
        "compat/check-constraint-added",
        "data/pending-trigger-events",
        "what old code writes later, and rows that the migration itself has written",
    ),
    ("compat/column-made-not-null", "compat/unique-constraint-added", CHANGES),
    ("compat/column-removed", "data/sql-irreversible", BACK),
    (
        "compat/column-renamed",
        "compat/database-ahead-of-state",
        "new code that waits for it, and code that keeps the name",
    ),
    ("compat/column-renamed", "compat/not-null-column-without-db-default", "two columns, in one RunSQL"),
    ("compat/column-type-incompatible", "compat/parent-delete-refused", CHANGES),
    ("compat/column-type-changed", "compat/rows-become-unreadable", "new code, before the migration and after it"),
    ("compat/column-type-changed", "compat/relation-to-other-rows", CHANGES),
    ("compat/column-type-incompatible", "compat/relation-to-other-rows", CHANGES),
    ("compat/foreign-key-added", "compat/parent-delete-refused", "writing a key, and deleting what it refers to"),
    (
        "compat/parent-delete-refused",
        "compat/relation-to-other-rows",
        "what the keys that are there mean, and deleting what they refer to now",
    ),
    (
        "compat/generated-column-added",
        "compat/unique-constraint-added",
        "values that can't be computed, and values twice",
    ),
    ("compat/table-dropped", "data/sql-irreversible", BACK),
    (
        "compat/unique-constraint-added",
        "compat/unique-constraint-removed",
        "two constraints, of which one takes the other's place",
    ),
    (
        "compat/not-null-column-without-db-default",
        "data/one-value-for-all-rows",
        "rows that old code inserts, and rows that are there",
    ),
    ("data/data-mixed-with-schema", "data/rows-written-in-one-transaction", TABLE),
    ("data/data-mixed-with-schema", "data/whole-table-written", TABLE),
    ("data/nulls-filled-at-once", "mysql/table-copied", STATEMENTS),
    ("data/nulls-filled-at-once", "postgresql/not-null-scan", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/constraint-validated-under-lock", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/index-under-table-lock", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/not-null-scan", STATEMENTS),
    ("postgresql/backfill-under-table-lock", "postgresql/table-rewritten", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/index-under-table-lock", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/index-without-concurrently", STATEMENTS),
    ("postgresql/constraint-validated-under-lock", "postgresql/not-null-scan", STATEMENTS),
    ("postgresql/drop-index-without-concurrently", "postgresql/foreign-key-drop-locks-parent", STATEMENTS),
    ("postgresql/index-under-table-lock", "postgresql/not-null-scan", STATEMENTS),
];

const CHANGES: &str = "two changes of one field, each of which breaks something else";
const STATEMENTS: &str = "two statements of one operation, each with a remedy of its own";
const TABLE: &str = "the lock of the table that was altered, and those of the rows that are written";
const BACK: &str = "rows that do not come back, and `migrate` that refuses to go back";

/// Pairs of rules that report one operation and share a hazard, with the places where they do.
type Pairs = BTreeMap<(String, String), BTreeSet<String>>;

fn pair(pairs: &mut Pairs, findings: &[Finding], place: impl Fn(&str) -> String) {
    for first in findings {
        for second in findings.iter().filter(|second| first.rule < second.rule) {
            let both = first.hazards.iter().filter(|hazard| second.hazards.contains(hazard));
            let shared: Vec<&str> = both.map(String::as_str).collect();
            if first.operation == second.operation && !shared.is_empty() {
                let places = pairs.entry((first.rule.clone(), second.rule.clone())).or_default();
                places.insert(place(&shared.join(" ")));
            }
        }
    }
}

/// The operations of which Django's SQL was recorded, with what is said of them on each database.
fn django_sql(rules: &RuleSet) -> Vec<(String, Vec<Finding>)> {
    let judge = |line: serde_json::Value| {
        let migrations = django_sql::migrations(&line);
        let case = line["case"].as_str().expect("a name").to_owned();
        let mut said = Vec::new();
        for result in line["results"].as_array().expect("results") {
            let database: Database = result["db"].as_str().expect("a database").parse().expect("a database");
            let version = result["db_version"].as_str().and_then(|version| version.parse().ok());
            // Between them, the same is sent.
            let versions: Vec<&str> = django_sql::texts(&result["django"]).collect();
            let ends = [versions.first(), versions.last()].into_iter().flatten();
            for django in ends.collect::<BTreeSet<_>>() {
                let database = Database { version, ..database };
                let target = Target { database, django: django.parse().expect("numbers") };
                said.push((format!("{case} on {database}, Django {django}"), findings(rules, &migrations, target)));
            }
        }
        said
    };
    let lines: Vec<serde_json::Value> = django_sql::lines().collect();
    lines.into_par_iter().flat_map_iter(judge).collect()
}

#[test]
fn two_rules_never_report_one_operation_for_the_same_cause() {
    let mut found = Pairs::new();
    for (case, measured, findings) in judged() {
        let vendor = measured.database.vendor.word();
        pair(&mut found, findings, |shared| format!("{} on {vendor}: {shared}", case.name));
    }
    let rules = built_in();
    for (name, findings) in django_sql(&rules) {
        pair(&mut found, &findings, |shared| format!("{name}: {shared}"));
    }
    for example in examples::together(&rules) {
        let (title, vendor) = (&example.title, example.database.vendor.word());
        pair(&mut found, &example.findings, |shared| {
            format!("example {title:?} of {} on {vendor}: {shared}", example.rule)
        });
    }
    let known = |pair: &(String, String)| TOGETHER.iter().any(|(a, b, _)| *a == pair.0 && *b == pair.1);
    let mut unexplained = String::new();
    for (pair, places) in found.iter().filter(|(pair, _)| !known(pair)) {
        let some: Vec<&String> = places.iter().take(3).collect();
        writeln!(unexplained, "{} and {}: {} cases, {some:#?}", pair.0, pair.1, places.len()).unwrap();
    }
    assert_eq!(unexplained, "");
    let met = |(a, b, _): &&(&str, &str, &str)| found.contains_key(&((*a).to_owned(), (*b).to_owned()));
    let apart: Vec<_> = TOGETHER.iter().filter(|pair| !met(pair)).map(|(a, b, _)| (a, b)).collect();
    assert_eq!(apart, [], "never together");
}
