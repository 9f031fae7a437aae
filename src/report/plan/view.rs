//! A plan in the words that every format shares.

use std::collections::BTreeSet;

use crate::check::Planned;
use crate::effects::Effects;
use crate::effects::compat::{Certainty, ChangeEffects, Failure, Outcome};
use crate::effects::locks::{self, Blocks};
use crate::effects::loss::Loss;
use crate::effects::phase::Phase;
use crate::effects::reversal::Reversal;
use crate::migration::{Operation, Reach};
use crate::python::Unknown;
use crate::report::plan::reverse;
use crate::sql::ChangeKind;

/// A migration and what it does to one database.
pub(super) struct View {
    pub(super) path: String,
    pub(super) app: String,
    pub(super) name: String,
    pub(super) database: String,
    pub(super) django: String,
    pub(super) phase: Phase,
    /// Why it is that phase.
    pub(super) reason: String,
    pub(super) steps: Vec<Step>,
}

/// A change, or an operation that sends none.
pub(super) struct Step {
    /// 1-based line of the file.
    pub(super) line: usize,
    /// The operation that sends it: `AddField order.status`.
    pub(super) operation: String,
    /// What it is in SQL; `None` for an operation that sends nothing.
    pub(super) sql: Option<String>,
    /// Whether Django sends it only behind all operations.
    pub(super) deferred: bool,
    pub(super) locks: Vec<locks::TableLock>,
    /// Work that is done under locks: rewriting, reading, building.
    pub(super) work: Vec<String>,
    pub(super) breaks_old_code: Vec<Broken>,
    pub(super) breaks_new_code: Vec<Broken>,
    /// What is gone.
    pub(super) loses: Vec<String>,
    /// What going back does.
    pub(super) reverse: String,
    /// What can't be told.
    pub(super) unknown: Vec<String>,
}

/// Something that code can't do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Broken {
    pub(super) certainty: &'static str,
    pub(super) actions: Vec<&'static str>,
    pub(super) why: String,
    /// Nothing is raised, but something else happens.
    pub(super) silent: bool,
}

impl View {
    pub(super) fn of(planned: &Planned) -> Self {
        let migration = &planned.migration;
        let operations = migration.all_operations();
        let line = |span: crate::source::Span| migration.source.position(span.start).line;
        let mut steps = Vec::new();
        let mut told: BTreeSet<usize> = BTreeSet::new();
        let (phase, reason) = match &planned.effects {
            None => (Phase::Unknown, "its history is not known".to_owned()),
            Some(effects) => (effects.phase(), reason(effects)),
        };
        for (number, statement) in planned.effects.iter().flat_map(|effects| effects.statements.iter().enumerate()) {
            let Some(effects) = &planned.effects else { continue };
            let operation = operations.get(statement.operation).copied();
            told.insert(statement.operation);
            for (index, change) in statement.changes.iter().enumerate() {
                let own = effects.compatibility.changes.get(number).and_then(|changes| changes.get(index));
                // Locks are the statement's: they are told once.
                let lock = effects.locks.get(number).filter(|_| index == 0);
                let mut unknown = not_known(own, lock);
                unknown.extend(statement.doubt.iter().map(reason_of));
                let sql = match (&change.kind, &statement.sql) {
                    (ChangeKind::Unknown, Some(sql)) => shortened(sql),
                    _ => change.to_string(),
                };
                steps.push(Step {
                    line: line(change.span),
                    operation: operation.map(label).unwrap_or_default(),
                    sql: Some(sql),
                    deferred: statement.deferred,
                    locks: lock.map(|lock| lock.locks.clone()).unwrap_or_default(),
                    work: lock.map(work).unwrap_or_default(),
                    breaks_old_code: own.map(|own| broken(&own.breaks_old_code)).unwrap_or_default(),
                    breaks_new_code: own.map(|own| broken(&own.breaks_new_code)).unwrap_or_default(),
                    loses: own.map(|own| own.loses_data.iter().map(lost).collect()).unwrap_or_default(),
                    reverse: reverse::of_change(
                        change,
                        statement,
                        &effects.before,
                        effects.reversals.get(statement.operation),
                    ),
                    unknown,
                });
            }
        }
        for (order, operation) in operations.iter().enumerate().filter(|(order, _)| !told.contains(order)) {
            if !operation.children.is_empty() {
                continue;
            }
            let compatibility = planned.effects.as_ref().map(|effects| &effects.compatibility);
            let left = compatibility.and_then(|all| all.breaks_new_code_after.get(order));
            let unknown = compatibility.and_then(|all| all.unknown_after.get(order));
            let reversal = planned.effects.as_ref().and_then(|effects| effects.reversals.get(order));
            steps.push(Step {
                line: line(operation.span),
                operation: label(operation),
                sql: None,
                deferred: false,
                locks: Vec::new(),
                work: Vec::new(),
                breaks_old_code: Vec::new(),
                breaks_new_code: left.map(|left| broken(left)).unwrap_or_default(),
                loses: Vec::new(),
                reverse: reverse_of_operation(operation, reversal),
                unknown: unknown.into_iter().flatten().map(reason_of).collect(),
            });
        }
        Self {
            path: migration.source.path().to_owned(),
            app: migration.app.clone(),
            name: migration.name.clone(),
            database: planned.target.database.to_string(),
            django: planned.target.django.to_string(),
            phase,
            reason,
            steps,
        }
    }
}

/// `AddField order.status`
fn label(operation: &Operation) -> String {
    let kind = operation.kind_name().unwrap_or("an operation that is not known");
    let half = if operation.reach == Reach::State { " (state only)" } else { "" };
    let model = operation.text("model_name");
    let name = operation.text("name").or_else(|| operation.text("old_name"));
    match (model, name) {
        (Some(model), Some(name)) => format!("{kind} {model}.{name}{half}"),
        (Some(one), None) | (None, Some(one)) => format!("{kind} {one}{half}"),
        (None, None) => format!("{kind}{half}"),
    }
}

/// A text on one line, and not too long.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn broken(failures: &[Failure]) -> Vec<Broken> {
    let mut all: Vec<Broken> = Vec::new();
    for failure in failures {
        let certainty = match failure.certainty {
            Certainty::Certain => "certain",
            Certainty::Possible => "possible",
            Certainty::Later => "later",
        };
        let (why, silent) = (failure.why(), failure.outcome == Outcome::Silent);
        let action = failure.action.word();
        match all.iter_mut().find(|known| known.why == why && known.certainty == certainty && known.silent == silent) {
            Some(known) if known.actions.contains(&action) => {}
            Some(known) => known.actions.push(action),
            None => all.push(Broken { certainty, actions: vec![action], why, silent }),
        }
    }
    all.sort();
    all
}

fn work(locks: &locks::Effect) -> Vec<String> {
    let mut work = Vec::new();
    for (tables, what) in [
        (&locks.rewrites, "writes every row anew"),
        (&locks.scans, "reads every row"),
        (&locks.builds_index, "builds an index"),
    ] {
        work.extend(tables.iter().map(|table| format!("{what} of {table}").replace("an index of", "an index on")));
    }
    if let Some(algorithm) = locks.algorithm {
        work.push(format!("ALGORITHM={algorithm}"));
    }
    let waits = locks.holds.iter().filter(|held| {
        held.blocks > Blocks::Nothing
            && !locks.locks.iter().any(|own| own.table == held.table && own.blocks >= held.blocks)
    });
    if !work.is_empty() {
        work.extend(waits.map(|held| format!("meanwhile {} of {} still wait", who(held.blocks), held.table)));
    }
    work
}

/// Who waits.
pub(super) fn who(blocks: Blocks) -> &'static str {
    match blocks {
        Blocks::Nothing => "nobody",
        Blocks::Writes => "writes",
        Blocks::ReadsAndWrites => "reads and writes",
    }
}

fn lost(loss: &Loss) -> String {
    match loss {
        Loss::Table(table) => format!("all rows of {table}"),
        Loss::Column { table, column } => format!("the values of {table}.{column}"),
        Loss::Values { table, column, from, to } => {
            format!("what {to} can't hold of the values of {table}.{column}, which are {from}")
        }
        Loss::Rows(table) => format!("rows of {table}"),
    }
}

/// ```text
/// `forward` is a function, which may send this or not
/// ```
fn reason_of(unknown: &Unknown) -> String {
    format!("`{}` {}", shortened(&unknown.text), unknown.reason)
}

fn not_known(own: Option<&ChangeEffects>, locks: Option<&locks::Effect>) -> Vec<String> {
    let own = own.into_iter().flat_map(|own| &own.unknown);
    let mut unknown: Vec<String> = own.map(reason_of).collect();
    unknown.extend(locks.into_iter().flat_map(|locks| &locks.unknown).map(|what| format!("it does not tell {what}")));
    unknown.dedup();
    unknown
}

fn reverse_of_operation(operation: &Operation, reversal: Option<&Reversal>) -> String {
    reverse::refused(reversal.filter(|reversal| !matches!(reversal, Reversal::OnlyWithoutRows { .. }))).unwrap_or_else(
        || {
            let words = if operation.reach == Reach::State { "state only" } else { "yes" };
            words.to_owned()
        },
    )
}

/// Why a migration has its phase: the first thing that breaks, for each side.
fn reason(effects: &Effects) -> String {
    let changes = || effects.compatibility.changes.iter().flatten();
    let first = |failures: Vec<&Failure>| {
        let now = failures.into_iter().filter(|failure| failure.certainty != Certainty::Later);
        now.min_by_key(|failure| failure.certainty).map(|failure| {
            let can = if failure.certainty == Certainty::Certain { "can't" } else { "may not be able to" };
            format!("{can} {} {}: {}", failure.action.word(), failure.model, failure.why())
        })
    };
    let old =
        first(changes().flat_map(|change| change.breaks_old_code.iter().chain(&change.breaks_in_between)).collect());
    let new = first(changes().flat_map(|change| &change.breaks_new_code).collect());
    let after = first(effects.compatibility.breaks_new_code_after.iter().flatten().collect());
    let unknown = changes().find_map(|change| change.unknown.first());
    match (effects.phase(), old, new, after) {
        (Phase::Any, ..) => "old and new code work before and after it".to_owned(),
        (Phase::Unknown, ..) => unknown.map_or_else(|| "it can't be told what it does".to_owned(), reason_of),
        (_, Some(old), Some(new), _) => format!("afterwards old code {old}; before it new code {new}"),
        (_, _, _, Some(after)) => format!("new code {after}, before and after it"),
        (_, Some(old), None, None) => format!("afterwards old code {old}"),
        (_, None, Some(new), None) => format!("before it new code {new}"),
        (_, None, None, None) => String::new(),
    }
}
