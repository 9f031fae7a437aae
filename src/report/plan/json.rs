//! The plan as JSON, a public contract: version 1.

use serde::Serialize;

use crate::report::plan::view::{Broken, Step, View, who};

#[derive(Serialize)]
struct Plan<'v> {
    version: u32,
    migrations: Vec<Migration<'v>>,
}

#[derive(Serialize)]
struct Migration<'v> {
    path: &'v str,
    app: &'v str,
    name: &'v str,
    database: &'v str,
    django: &'v str,
    phase: &'static str,
    reason: &'v str,
    steps: Vec<Change<'v>>,
}

#[derive(Serialize)]
struct Change<'v> {
    line: usize,
    operation: &'v str,
    /// Null for an operation that sends nothing.
    sql: Option<&'v str>,
    deferred: bool,
    locks: Vec<Lock<'v>>,
    work: &'v [String],
    breaks_old_code: Vec<Failure<'v>>,
    breaks_new_code: Vec<Failure<'v>>,
    loses: &'v [String],
    reverse: &'v str,
    unknown: &'v [String],
}

#[derive(Serialize)]
struct Lock<'v> {
    table: &'v str,
    /// Null where the database has no names for its locks.
    mode: Option<&'static str>,
    blocks: &'static str,
}

#[derive(Serialize)]
struct Failure<'v> {
    certainty: &'static str,
    actions: &'v [&'static str],
    why: &'v str,
    silent: bool,
}

pub(super) fn render(views: &[View]) -> String {
    let plan = Plan { version: 1, migrations: views.iter().map(migration).collect() };
    // Nothing in it can fail to be written.
    let mut text = serde_json::to_string_pretty(&plan).unwrap_or_default();
    text.push('\n');
    text
}

fn migration(view: &View) -> Migration<'_> {
    Migration {
        path: &view.path,
        app: &view.app,
        name: &view.name,
        database: &view.database,
        django: &view.django,
        phase: view.phase.word(),
        reason: &view.reason,
        steps: view.steps.iter().map(change).collect(),
    }
}

fn change(step: &Step) -> Change<'_> {
    Change {
        line: step.line,
        operation: &step.operation,
        sql: step.sql.as_deref(),
        deferred: step.deferred,
        locks: step
            .locks
            .iter()
            .map(|lock| Lock {
                table: &lock.table,
                mode: lock.mode.map(crate::effects::locks::LockMode::words),
                blocks: who(lock.blocks),
            })
            .collect(),
        work: &step.work,
        breaks_old_code: step.breaks_old_code.iter().map(failure).collect(),
        breaks_new_code: step.breaks_new_code.iter().map(failure).collect(),
        loses: &step.loses,
        reverse: &step.reverse,
        unknown: &step.unknown,
    }
}

fn failure(broken: &Broken) -> Failure<'_> {
    Failure { certainty: broken.certainty, actions: &broken.actions, why: &broken.why, silent: broken.silent }
}
