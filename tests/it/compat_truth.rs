//! Compatibility, loss, reversal and phase, compared with what was measured.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use whimbrel::effects::compat::{
    Action, Cause, Certainty, Code, Failure, MigrationEffects, ModelTables, Outcome, Rollout, of_migration,
};
use whimbrel::effects::reversal::{self, Reversal};
use whimbrel::effects::written;
use whimbrel::history::Side;
use whimbrel::migration::Operation;
use whimbrel::schema::{Schema, Target};
use whimbrel::target::Vendor;

use crate::cases::{Case, Measured, cases, sent, settings};

/// What the model does not see or the measurement does not: the case, the question, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // Measured less than what happens.
    ("alter_field__array_base_grow", "new code first: verdict", "no long elements of arrays were tried"),
    (
        "alter_field__char_indexed_to_text_indexed",
        "new code first: verdict",
        "the only longer text that was tried is too long for the index of the new schema as well",
    ),
    (
        "alter_field__collation_remove_pg",
        "old code: verdict",
        "the default collation of that server is the one that is removed",
    ),
    (
        "alter_field__int_pk_to_auto",
        "new code first: certain",
        "inserts collide on the new schema too, where the identity starts at 1, and were not counted",
    ),
    ("alter_field__text_to_char", "loses data", "the rows that were compared fit; longer ones are cut off"),
    ("delete_model__drop_table_after_state_only", "loses data", "rows of tables without a model were not compared"),
    (
        "delete_model__drop_table_with_fk_out_after_state_only",
        "loses data",
        "rows of tables without a model were not compared",
    ),
    ("delete_model__target_of_fk_not_removed", "loses data", "the comparison on SQLite did not see the dropped rows"),
    ("multi__rename_step3_remove_old", "loses data", "columns without a field were not compared"),
    ("run_sql__drop_column_after_state_removal_not_null", "loses data", "columns without a field were not compared"),
    ("run_sql__drop_column_after_state_removal_null", "loses data", "columns without a field were not compared"),
    ("run_sql__drop_table_not_a_model", "loses data", "rows of tables without a model were not compared"),
    (
        "remove_field__datetime_auto_now_add",
        "loses data",
        "the time is the same in all rows, and comes back as a default",
    ),
    (
        "postgres__create_collation_and_use",
        "old code: verdict",
        "LIKE over a nondeterministic collation is refused, and the schema does not know which collations are",
    ),
    // What depends on rows or on the code of a function.
    ("add_field__o2o_not_null_default", "new code afterwards", "the default refers to a row that is not there"),
    ("alter_field__int_to_datetime", "reversible", "numbers that are times do not fit the integer column again"),
    ("run_python__delete_rows", "loses data", "what a function does is not looked at"),
    (
        "rename_field__source_of_generated",
        "new code afterwards",
        "the state keeps the old name in the expression; models that are written by hand do not",
    ),
    (
        "alter_field__m2m_auto_to_through_state_only",
        "old code: verdict",
        "INSERT IGNORE stores 0 instead of the default, in a column that the old code does not read",
    ),
    // SQL that leaves the models as they are: the new code is the old code.
    ("run_sql__drop_constraint", "new code afterwards", "its upserts are the old code's"),
    ("run_sql__drop_constraint", "new code first: verdict", "the models still have the constraint"),
    ("run_sql__set_not_null_after_valid_check", "new code afterwards", "the check refused the same before"),
    ("run_sql__timestamptz_precision", "new code first: verdict", "the models still have the precision"),
    // Cases of our own.
    ("add_constraint__unique_conditional_null", "old code: verdict", "no two rows with NULL there were tried"),
    (
        "add_field__generated_from_cast",
        "old code: verdict",
        "that a column is computed by a function of the same range is not known",
    ),
    ("add_field__search_vector_generated", "old code: verdict", "that the words of a short text fit is not known"),
    ("alter_constraint__check_tightened", "old code: verdict", "no value between the two limits was tried"),
    (
        "alter_field__positive_big_to_bigint",
        "old code: verdict",
        "no number beyond the range that Django gives the field was tried",
    ),
    (
        "alter_field__positive_small_to_small",
        "old code: verdict",
        "no number beyond the range that Django gives the field was tried",
    ),
    (
        "alter_field__positive_to_int",
        "old code: verdict",
        "no number beyond the range that Django gives the field was tried",
    ),
    // Cases of our own that were written without a look at the rules.
    ("rare_add__generated_json_key", "old code: verdict", "no long text was tried in the JSON"),
    (
        "rare_alter__collation_text_mariadb",
        "old code: verdict",
        "no texts were tried in which the two collations differ",
    ),
    (
        "rare_alter__duration_to_float",
        "old code: verdict",
        "SQLite's real numbers hold the microseconds of each duration",
    ),
    ("rare_alter__fk_to_self", "old code: verdict", "the keys that were tried are there in both tables"),
    ("rare_constraint__check_json_key", "old code: verdict", "no value was tried that the check refuses"),
    ("rare_constraint__unique_case_when", "old code: verdict", "no two such rows were tried"),
    ("rare_multi__check_removed_and_positive", "old code: verdict", "the check that goes has refused the same"),
    (
        "rare_multi__new_column_copied_old_removed",
        "old code: verdict",
        "the new column was filled with what the old one held",
    ),
    ("rare_sql__percent_escaped", "old code: verdict", "no text was tried that the check refuses"),
    ("rare_sql__percent_plain", "old code: verdict", "no text was tried that the check refuses"),
    ("rare_sql__trigger_dropped", "old code: verdict", "what a trigger does is not looked at"),
    ("rare_sql__view_of_unmanaged_dropped", "old code: verdict", "which views there are is not known"),
    (
        "rare_alter__db_default_from_now_to_none",
        "old code: verdict",
        "on Django 6.0 MariaDB goes on filling a column that is left out, by the expression that was dropped",
    ),
    (
        "rare_alter__db_default_to_auto_now_add",
        "old code: verdict",
        "on Django 6.0 MariaDB goes on filling a column that is left out, by the expression that was dropped",
    ),
    (
        "run_sql__column_generated",
        "old code: verdict",
        "that the range of what is computed is wide enough is not known",
    ),
    ("run_sql__drop_primary_key", "old code: verdict", "upserts over the primary key were not tried"),
    ("run_sql__words_trigger_fills_null", "old code: verdict", "which columns a trigger fills is not followed"),
];

/// What is asked of our own cases: the lab tries fewer values than the given ones were measured with, and looks at less
/// of what comes later.
const OF_OWN: &[&str] = &["old code: verdict", "old code in between"];

/// A case on one database and version of Django, as it is predicted.
struct Predicted {
    effects: MigrationEffects,
    reversal: Reversal,
}

fn predict(case: &Case, target: Target) -> Predicted {
    let history = case.history();
    let (change, node) = (case.change(), case.node(&history));
    let before = Schema::before(&history, node, target);
    let states = history.states_within(node, &[], Side::State);
    let made: RefCell<HashMap<usize, Arc<Code>>> = RefCell::default();
    let tables = ModelTables::new(settings(), target);
    let code_after = |number: usize| {
        let build = || Arc::new(Code::new(&states[number], tables.schema(&states[number]), &tables));
        made.borrow_mut().entry(number).or_insert_with(build).clone()
    };
    let (old, new) = (code_after(0), code_after(states.len() - 1));
    let sent = sent(&history, node, target);
    let takes_back_ddl = matches!(target.database.vendor, Vendor::PostgreSql | Vendor::Sqlite);
    let written = written(change, &history.states_sent(node, &[]));
    let rollout = Rollout {
        old: &old,
        new: &new,
        before: &before,
        statements: &sent,
        written: &written,
        then: None,
        replayed: None,
        transactional: change.atomic.value == Ok(true) && takes_back_ddl,
        operations: states.len() - 1,
        code_after: &code_after,
    };
    let effects = of_migration(&rollout);
    let sent_states = history.states_sent(node, &[]);
    let mut all = Vec::new();
    flatten(&change.operations, &mut all);
    let reversal = all
        .iter()
        .zip(&sent_states)
        .map(|(operation, states)| reversal::of(operation, "shop", &states.before, target))
        .fold(Reversal::Yes, Reversal::and);
    Predicted { effects, reversal }
}

fn flatten<'a>(operations: &'a [Operation], all: &mut Vec<&'a Operation>) {
    for operation in operations {
        all.push(operation);
        flatten(&operation.children, all);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Right,
    Missed,
    FalseAlarm,
    Unknown,
    Excepted,
}

/// What a kind of action in the measurements may be explained by.
fn explains(kind: &str) -> &'static [Action] {
    use Action::{BulkCreate, BulkUpdate, Delete, Insert, M2m, Query, Select, Update, Upsert};
    match kind {
        "insert_full" | "insert_min" | "dup" | "dup_row" | "dup_but" | "dup_other_case" | "get_or_create"
        | "update_or_create" | "limit" => &[Insert, Select, Update, Query],
        "bulk_create" => &[BulkCreate, Insert, Select],
        "save" | "update" | "update_fields" | "qs_update" | "set_item_order" => &[Update, Select],
        "bulk_update" => &[BulkUpdate, Update, Select],
        "delete" | "qs_delete" => &[Delete, Select],
        "upsert" => &[Upsert, Insert],
        kind if kind.starts_with("m2m_") => &[M2m, Select],
        _ => &[Select, Query],
    }
}

/// The kinds of actions that must fail when one is predicted with certainty.
fn demands(action: Action) -> &'static [&'static str] {
    match action {
        Action::Select => &["select"],
        Action::Query => {
            &["filter", "order", "contains", "sum", "year", "jsonkey", "join_filter", "select_related", "reverse"]
        }
        Action::Insert => &["insert_full", "insert_min"],
        Action::Update => &["update", "save", "qs_update"],
        Action::Delete => &["delete", "qs_delete"],
        Action::Upsert => &["upsert"],
        Action::BulkCreate => &["bulk_create"],
        Action::BulkUpdate => &["bulk_update"],
        Action::M2m => &["m2m_add", "m2m_list"],
    }
}

fn bare(action: &str) -> (&str, &str) {
    let (model, kind) = action.split_once('.').unwrap_or(("", action));
    (model, kind.split(':').next().unwrap_or(kind))
}

/// Measured actions that nothing explains.
fn unexplained<'m>(measured: &[&'m str], predicted: &[&Failure]) -> Vec<&'m str> {
    let gone = |failure: &&&Failure| failure.cause == Cause::NoTable;
    let explained = |action: &&str| {
        let (model, kind) = bare(action);
        // Reading across a relation fails with the model at its other end, and so does writing one.
        let across = matches!(
            kind,
            "reverse"
                | "fk"
                | "select_related"
                | "join_filter"
                | "delete"
                | "qs_delete"
                | "get_item_order"
                | "set_item_order"
        ) || predicted
            .iter()
            .filter(gone)
            .any(|failure| failure.action == Action::Query && failure.model.ends_with(model))
            || model.ends_with("proxy");
        predicted.iter().any(|failure| {
            let own = failure.model.rsplit('.').next() == Some(model);
            (own || across) && explains(kind).contains(&failure.action)
        })
    };
    measured.iter().copied().filter(|action| !explained(action)).collect()
}

/// Failures that are predicted with certainty and were not measured.
fn unconfirmed(measured: &[&str], predicted: &[&Failure], has_rows: bool) -> Vec<String> {
    let confirmed = |failure: &&&Failure| {
        let model = failure.model.rsplit('.').next();
        let gone = matches!(failure.cause, Cause::NoTable | Cause::NoColumn) && failure.action != Action::Query;
        let needs_rows = !matches!(failure.action, Action::Insert | Action::Select | Action::Query);
        needs_rows && !has_rows
            || measured.iter().any(|action| {
                let (own, kind) = bare(action);
                Some(own) == model && (gone || demands(failure.action).contains(&kind))
            })
    };
    let certain = predicted.iter().filter(|failure| failure.certainty == Certainty::Certain);
    let silent = certain.filter(|failure| failure.outcome == Outcome::Error && !confirmed(failure));
    silent.map(|failure| format!("{} {}: {failure}", failure.model, failure.action.word())).collect()
}

#[derive(Default)]
struct Report {
    /// (question, database) → answers.
    counts: BTreeMap<(&'static str, String), BTreeMap<Answer, usize>>,
    wrong: BTreeSet<String>,
    unknown: BTreeSet<String>,
    used: BTreeSet<(&'static str, &'static str)>,
}

impl Report {
    fn answer(&mut self, case: &Case, measured: &Measured, question: &'static str, answer: Answer, detail: &str) {
        if case.own && !OF_OWN.contains(&question) {
            return;
        }
        let database = measured.record["db"].as_str().unwrap_or_default().to_owned();
        let exception = EXCEPTIONS
            .iter()
            .find(|(excepted, asked, _)| *excepted == case.name && (*asked == question || *asked == "*"));
        let answer = match (answer, exception) {
            (Answer::Missed | Answer::FalseAlarm, Some((excepted, asked, _))) => {
                self.used.insert((excepted, asked));
                Answer::Excepted
            }
            (answer, _) => answer,
        };
        let line = format!("{question} | {} | {database} {} | {answer:?} | {detail}", case.name, measured.django);
        match answer {
            Answer::Missed | Answer::FalseAlarm => {
                self.wrong.insert(line);
            }
            Answer::Unknown => {
                self.unknown.insert(line);
            }
            Answer::Right | Answer::Excepted => {}
        }
        *self.counts.entry((question, database)).or_default().entry(answer).or_default() += 1;
    }
}

fn judge(report: &mut Report, case: &Case, measured: &Measured) {
    let target = Target { database: measured.database, django: measured.django };
    let predicted = predict(case, target);
    let effects = &predicted.effects;
    let all = || effects.changes.iter().flatten();
    let unknown = all().any(|change| !change.unknown.is_empty());
    let texts = |failures: &[&Failure]| -> String {
        let texts =
            failures.iter().map(|f| format!("{} {} {:?} {:?} {f}", f.model, f.action.word(), f.certainty, f.outcome));
        texts.collect::<Vec<_>>().join("; ")
    };

    // Where tidy rows did not survive the migration, only empty tables were looked at.
    let has_rows = measured.record["migration"]["clean"] == "ok";

    // Old code on the new schema.
    let old: Vec<&Failure> = all().flat_map(|change| &change.breaks_old_code).collect();
    let now: Vec<&Failure> = old.iter().copied().filter(|failure| failure.certainty != Certainty::Later).collect();
    let errors = now.iter().any(|failure| failure.outcome == Outcome::Error);
    let failing = measured.texts("failing_actions");
    let rows = measured.record["verdicts"]["silent_kind"].as_str() == Some("rows");
    let answer = match measured.verdict() {
        "breaks" if errors => Answer::Right,
        "breaks" if unknown => Answer::Unknown,
        "breaks" => Answer::Missed,
        _ if errors => Answer::FalseAlarm,
        "silent" if !now.is_empty() || rows => Answer::Right,
        "silent" if unknown => Answer::Unknown,
        "silent" => Answer::Missed,
        _ if unknown => Answer::Unknown,
        _ if !now.is_empty() => Answer::FalseAlarm,
        _ => Answer::Right,
    };
    report.answer(case, measured, "old code: verdict", answer, &texts(&now));
    if answer == Answer::Right {
        let missing = unexplained(&failing, &now);
        let answer = if missing.is_empty() { Answer::Right } else { Answer::Missed };
        report.answer(case, measured, "old code: actions", answer, &format!("{missing:?} not by {}", texts(&now)));
        let wrong = unconfirmed(&failing, &now, has_rows);
        let answer = if wrong.is_empty() { Answer::Right } else { Answer::FalseAlarm };
        report.answer(case, measured, "old code: certain", answer, &format!("{wrong:?}"));
    }

    // New code on the old schema.
    let new: Vec<&Failure> = all().flat_map(|change| &change.breaks_new_code).collect();
    let after: Vec<&Failure> = effects.breaks_new_code_after.iter().flatten().collect();
    let first: Vec<&Failure> = new.iter().copied().filter(|failure| failure.certainty != Certainty::Later).collect();
    let now: Vec<&Failure> = first.iter().copied().filter(|failure| failure.outcome == Outcome::Error).collect();
    let failing = measured.texts("forward_failing_actions");
    if let Some(compatible) = measured.record["verdicts"]["forward_compatible"].as_bool() {
        // Something else is read or stored, without an error.
        let silent = !compatible && failing.is_empty();
        let by_rows = rows && silent;
        let answer = match (compatible || silent, now.is_empty()) {
            (true, true) if !silent || by_rows || !first.is_empty() => Answer::Right,
            (false, false) => Answer::Right,
            _ if unknown => Answer::Unknown,
            (true, false) => Answer::FalseAlarm,
            (_, true) => Answer::Missed,
        };
        report.answer(case, measured, "new code first: verdict", answer, &texts(&now));
        if answer == Answer::Right {
            let missing = unexplained(&failing, &now);
            let answer = if missing.is_empty() { Answer::Right } else { Answer::Missed };
            report.answer(
                case,
                measured,
                "new code first: actions",
                answer,
                &format!("{missing:?} not by {}", texts(&now)),
            );
            let wrong = unconfirmed(&failing, &now, has_rows);
            let answer = if wrong.is_empty() { Answer::Right } else { Answer::FalseAlarm };
            report.answer(case, measured, "new code first: certain", answer, &format!("{wrong:?}"));
        }
    }

    // New code on the new schema.
    let fails = measured.record["verdicts"]["new_code_failures"].as_array().is_some_and(|list| !list.is_empty());
    let now: Vec<&Failure> = after
        .into_iter()
        .filter(|failure| failure.outcome == Outcome::Error && failure.certainty != Certainty::Later)
        .collect();
    let answer = match (fails, now.is_empty()) {
        (true, false) | (false, true) => Answer::Right,
        _ if unknown => Answer::Unknown,
        (true, true) => Answer::Missed,
        (false, false) => Answer::FalseAlarm,
    };
    report.answer(case, measured, "new code afterwards", answer, &texts(&now));

    // Old code after new code has written: only what is not broken already.
    let failing = measured.texts("mixed_failing_actions");
    let later: Vec<&Failure> = old.iter().copied().filter(|failure| failure.certainty == Certainty::Later).collect();
    let is_main =
        |action: &&str| matches!(bare(action).1, "delete" | "qs_delete" | "bulk_update" | "select" | "sum" | "jsonkey");
    let failing: Vec<&str> = failing.into_iter().filter(is_main).collect();
    if measured.verdict() == "compatible" {
        let missing = unexplained(&failing, &later);
        let answer = match (missing.is_empty(), failing.is_empty(), later.is_empty()) {
            (true, true, true) | (true, false, _) => Answer::Right,
            _ if unknown => Answer::Unknown,
            (true, true, false) => Answer::FalseAlarm,
            _ => Answer::Missed,
        };
        report.answer(case, measured, "old code later", answer, &format!("{missing:?} not by {}", texts(&later)));
    }

    // Old code between two operations.
    let fails = match &measured.record["verdicts"]["between_operations_failing"] {
        Json::Object(map) => !map.is_empty(),
        Json::Array(list) => !list.is_empty(),
        _ => false,
    };
    let between: Vec<&Failure> = all()
        .flat_map(|change| &change.breaks_in_between)
        .filter(|failure| failure.outcome == Outcome::Error)
        .collect();
    if measured.verdict() != "breaks" {
        let answer = match (fails, between.is_empty()) {
            (true, false) | (false, true) => Answer::Right,
            _ if unknown => Answer::Unknown,
            (true, true) => Answer::Missed,
            (false, false) => Answer::FalseAlarm,
        };
        report.answer(case, measured, "old code in between", answer, &texts(&between));
    }

    if measured.database.vendor == Vendor::PostgreSql {
        let broken = measured.record["verdicts"]["prepared_statements_broken"].is_object();
        let answer = match (broken, all().any(|change| change.breaks_prepared_statements)) {
            (true, true) | (false, false) => Answer::Right,
            _ if unknown => Answer::Unknown,
            (true, false) => Answer::Missed,
            (false, true) => Answer::FalseAlarm,
        };
        report.answer(case, measured, "prepared statements", answer, "");
    }

    if let Some(lost) = measured.record["data_loss"].as_bool() {
        let losses: Vec<String> = all().flat_map(|change| &change.loses_data).map(|loss| format!("{loss:?}")).collect();
        let answer = match (lost, losses.is_empty()) {
            (true, false) | (false, true) => Answer::Right,
            _ if unknown => Answer::Unknown,
            (true, true) => Answer::Missed,
            (false, false) => Answer::FalseAlarm,
        };
        report.answer(case, measured, "loses data", answer, &losses.join("; "));
    }
    if let Some(reversible) = measured.record["reversible"].as_bool() {
        let answer = match (&predicted.reversal, reversible) {
            (Reversal::Yes, true) | (Reversal::No | Reversal::OnlyWithoutRows { .. }, false) => Answer::Right,
            (Reversal::Unknown(_), _) => Answer::Unknown,
            (Reversal::Yes, false) => Answer::Missed,
            (_, true) => Answer::FalseAlarm,
        };
        let error = measured.record["reverse_error"].as_str().unwrap_or_default();
        report.answer(case, measured, "reversible", answer, &format!("{:?} {error}", predicted.reversal));
    }
}

#[test]
fn compatibility_is_as_measured() {
    let mut report = Report::default();
    let only = std::env::var("WHIMBREL_CASE").ok();
    for case in &cases() {
        if only.as_ref().is_some_and(|only| !case.name.contains(only.as_str())) {
            continue;
        }
        for measured in case.results.iter().filter(|measured| measured.verdict() != "does not run") {
            judge(&mut report, case, measured);
        }
    }
    println!("{:26} {:13} {:>6} {:>6} {:>6} {:>8} {:>8}", "", "", "right", "missed", "false", "unknown", "excepted");
    for ((question, database), answers) in &report.counts {
        let count = |answer| answers.get(&answer).copied().unwrap_or(0);
        println!(
            "{question:26} {database:13} {:>6} {:>6} {:>6} {:>8} {:>8}",
            count(Answer::Right),
            count(Answer::Missed),
            count(Answer::FalseAlarm),
            count(Answer::Unknown),
            count(Answer::Excepted)
        );
    }
    for line in &report.unknown {
        println!("unknown: {line}");
    }
    for line in &report.wrong {
        println!("wrong: {line}");
    }
    let unused: Vec<_> = EXCEPTIONS
        .iter()
        .filter(|(case, asked, _)| only.is_none() && !report.used.contains(&(*case, *asked)))
        .collect();
    assert_eq!(unused, Vec::<&(&str, &str, &str)>::new(), "exceptions that nothing needs");
    for ((question, database), answers) in &report.counts {
        let all: usize = answers.values().sum();
        let unknown = answers.get(&Answer::Unknown).copied().unwrap_or(0);
        assert!(only.is_some() || unknown * 100 < all * 5, "{question} on {database}: {unknown} of {all} are unknown");
    }
    assert!(report.wrong.is_empty(), "{} answers are wrong", report.wrong.len());
}
