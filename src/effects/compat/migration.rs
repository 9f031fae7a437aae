//! Who is to blame: the changes of a migration, one after the other, between the code that runs and the code to come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::effects::compat::check::{Snapshot, failures_of};
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::made::{Cover, Made};
use crate::effects::compat::need::Touched;
use crate::effects::compat::origins::Origins;
use crate::effects::compat::values::{changes_result, chokes, recoded, stumbles};
use crate::effects::compat::watch::{At, Watch};
use crate::effects::compat::{Code, failures};
use crate::effects::loss::{Loss, Losses};
use crate::effects::phase::Phase;
use crate::effects::written::Written;
use crate::python::Unknown;
use crate::schema::{Schema, Statement};
use crate::sql::{ChangeKind, Rows, SchemaChange};

/// A migration on its way into a running system.
#[derive(Clone, Copy)]
pub struct Rollout<'a> {
    /// The code that runs while the migration does.
    pub old: &'a Code,
    /// The code that the release brings.
    pub new: &'a Code,
    /// What the database holds before the migration.
    pub before: &'a Schema,
    /// What the migration sends, in order.
    pub statements: &'a [Statement],
    /// What its functions write.
    pub written: &'a [Written],
    /// What follows in the release; `None` when this migration is its last.
    pub then: Option<Then<'a>>,
    /// What the statements of all migrations there are make, SQL among them: it takes a replay of all of them.
    pub replayed: Option<&'a dyn Fn() -> Schema>,
    /// Whether all of it happens at once: `atomic`, on a database that can take back DDL.
    pub transactional: bool,
    /// How many operations the migration has, nested ones counted.
    pub operations: usize,
    /// The code of which the models are those after so many of the migration's operations; 0 for those before it. It is
    /// asked for few of them, but for these more than once.
    pub code_after: &'a dyn Fn(usize) -> Arc<Code>,
}

/// What the other migrations of a release do, as their models tell it.
#[derive(Clone, Copy)]
pub struct Then<'a> {
    /// What the database holds for the models behind the migration.
    pub from: &'a Schema,
    /// What it holds for those behind all migrations of the release.
    pub to: &'a Schema,
}

impl Then<'_> {
    /// Whether the table is another one in the end.
    fn changes(self, table: &str) -> bool {
        self.from.table(table) != self.to.table(table)
    }
}

/// What a change does to those who run.
#[derive(Clone, Debug, Default)]
pub struct ChangeEffects {
    /// What the old code can't do any more from here on.
    pub breaks_old_code: Vec<Failure>,
    /// What the old code can't do until a later operation of the same migration.
    pub breaks_in_between: Vec<Failure>,
    /// What the new code can't do before this change.
    pub breaks_new_code: Vec<Failure>,
    /// Whether statements that the old code has prepared on the server fail: "cached plan must not change result type".
    /// Django prepares none by default; `prepare_threshold`, or a pooler that prepares, does.
    pub breaks_prepared_statements: bool,
    /// What of the data is gone afterwards.
    pub loses_data: Vec<Loss>,
    /// What can't be told, and why.
    pub unknown: Vec<Unknown>,
}

/// What a migration does to those who run.
#[derive(Clone, Debug)]
pub struct MigrationEffects {
    /// For each statement, for each of its changes.
    pub changes: Vec<Vec<ChangeEffects>>,
    /// For each operation, what code with its models can't do on the schema that the migration leaves: of a state that
    /// changes without the database.
    pub breaks_new_code_after: Vec<Vec<Failure>>,
    /// For each operation, what such code can't do with some values, neither there nor on what all migrations leave: of a
    /// state that changes without the database as well.
    pub may_break_new_code_after: Vec<Vec<Failure>>,
    /// For each operation, why it can't be told whether there is more of that.
    pub unknown_after: Vec<Vec<Unknown>>,
    /// For each operation, what old code can't do any more because of relations that the database has had before: once
    /// the new code has written, where only the state learns of one; now, where a function writes the rows.
    pub breaks_old_code_later: Vec<Vec<Failure>>,
    /// The schema afterwards.
    pub after: Schema,
    /// When it may run.
    pub phase: Phase,
}

/// The effects of a migration.
#[must_use]
pub fn of_migration(rollout: &Rollout<'_>) -> MigrationEffects {
    let before = Snapshot::of(rollout.before);
    let end = (rollout.code_after)(rollout.operations);
    let mut old = Watch::new(rollout.old, &before);
    let mut new = Watch::new(rollout.new, &before);
    let mut own = Watch::new(&end, &before);
    let mut schema = rollout.before.clone();
    let mut origins = Origins::default();
    let mut effects: Vec<Vec<ChangeEffects>> = Vec::new();
    let losses = Losses { statements: rollout.statements, vendor: rollout.old.vendor() };
    for (number, statement) in rollout.statements.iter().enumerate() {
        let mut own_effects = Vec::new();
        for (index, change) in statement.changes.iter().enumerate() {
            let mut effect = ChangeEffects {
                loses_data: losses.of(number, change, &schema, &origins).into_iter().collect(),
                breaks_prepared_statements: changes_result(change, &schema, rollout.old),
                ..ChangeEffects::default()
            };
            let at = At { statement: number, change: index, operation: statement.operation };
            origins.follow(change, &schema, at);
            let last = schema.clone();
            schema.apply(change);
            let touched = Touched::by(change, &last, &schema);
            let snapshot = Snapshot::of(&schema);
            for watch in [&mut old, &mut new, &mut own] {
                watch.step(&snapshot, &touched, change, at);
            }
            // What a statement is not known for is said below.
            if matches!(change.kind, ChangeKind::Unknown) && statement.doubt.is_none() {
                effect.unknown.push(statement.not_judged(change));
            }
            own_effects.push(effect);
        }
        if let (Some(doubt), Some(first)) = (&statement.doubt, own_effects.first_mut()) {
            first.unknown.push(doubt.clone());
        }
        effects.push(own_effects);
    }
    let mut blame = |at: At, place: fn(&mut ChangeEffects) -> &mut Vec<Failure>, failure: Failure| {
        if let Some(effect) = effects.get_mut(at.statement).and_then(|changes| changes.get_mut(at.change)) {
            place(effect).push(failure);
        }
    };
    let made = Made::by(rollout.statements, rollout.before);
    let mut covered = Vec::new();
    let appeared = old.appeared();
    for (failure, at) in appeared.iter().cloned() {
        let (failure, filled) = rollout.with_rows(failure);
        let at = filled.unwrap_or(at);
        if made.is_read_only(&failure, rollout.old.vendor()) {
            blame(at, |effect| &mut effect.breaks_old_code, Failure { cause: Cause::ReadOnlyView, ..failure });
        } else if let Some(Cover { unknown, operation }) = made.covers(&failure) {
            covered.push((unknown, at));
            if !rollout.transactional && operation > at.operation {
                blame(at, |effect| &mut effect.breaks_in_between, failure);
            }
        } else if !is_harmless(&failure, rollout) {
            let failure = rollout.with_written_rows(failure, at.operation, &schema);
            blame(at, |effect| &mut effect.breaks_old_code, failure);
        }
    }
    for (failure, at) in recoded(rollout) {
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    for (failure, at) in stumbles(rollout) {
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    // Code that gets an error with every query reads nothing that is wrong. One relation fails without the others.
    let reads = |failure: &Failure| {
        !appeared.iter().any(|(other, _)| {
            let fails =
                (other.action, other.certainty, other.outcome) == (failure.action, Certainty::Certain, Outcome::Error);
            let same = failure.action != Action::M2m || other.table == failure.table;
            fails && same && other.model == failure.model
        })
    };
    for (failure, at) in origins.replaced(rollout.old, &schema) {
        if !reads(&failure) {
            continue;
        }
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    if !rollout.transactional {
        // What goes on without an error meanwhile does not fail.
        for (failure, at) in old.passed().into_iter().filter(|(failure, _)| failure.outcome == Outcome::Error) {
            blame(at, |effect| &mut effect.breaks_in_between, failure);
        }
    }
    for (failure, at) in new.vanished() {
        let (failure, filled) = rollout.with_rows(failure);
        let at = filled.unwrap_or(at);
        blame(at, |effect| &mut effect.breaks_new_code, failure);
    }
    for (unknown, at) in covered.into_iter().chain(old.unknown).chain(new.unknown) {
        if let Some(effect) = effects.get_mut(at.statement).and_then(|changes| changes.get_mut(at.change))
            && !effect.unknown.contains(&unknown)
        {
            effect.unknown.push(unknown);
        }
    }
    let appeared = own.appeared();
    let (breaks_new_code_after, unknown_after) = stays(rollout, &schema, &made, &appeared);
    let may_break_new_code_after = apart(rollout, &schema, &made, &appeared);
    let phase = Phase::of(&effects, &breaks_new_code_after);
    let breaks_old_code_later = learned(rollout, &schema);
    MigrationEffects {
        changes: effects,
        breaks_new_code_after,
        may_break_new_code_after,
        unknown_after,
        breaks_old_code_later,
        after: schema,
        phase,
    }
}

impl ChangeEffects {
    /// Adds what another change does.
    fn join(&mut self, other: &Self) {
        let add = |own: &mut Vec<Failure>, others: &[Failure]| {
            own.extend_from_slice(others);
            own.sort();
            own.dedup();
        };
        add(&mut self.breaks_old_code, &other.breaks_old_code);
        add(&mut self.breaks_in_between, &other.breaks_in_between);
        add(&mut self.breaks_new_code, &other.breaks_new_code);
        self.breaks_prepared_statements |= other.breaks_prepared_statements;
        self.loses_data.extend_from_slice(&other.loses_data);
        self.unknown.extend_from_slice(&other.unknown);
    }
}

impl MigrationEffects {
    /// What all changes of one operation do together; `statements` are those that the effects were computed from.
    #[must_use]
    pub fn of_operation(&self, statements: &[Statement], operation: usize) -> ChangeEffects {
        let mut all = ChangeEffects::default();
        for (statement, changes) in statements.iter().zip(&self.changes) {
            if statement.operation == operation {
                for change in changes {
                    all.join(change);
                }
            }
        }
        let also = |lists: &[Vec<Failure>]| lists.get(operation).cloned().unwrap_or_default();
        all.join(&ChangeEffects {
            breaks_old_code: also(&self.breaks_old_code_later),
            breaks_new_code: also(&self.breaks_new_code_after),
            unknown: self.unknown_after.get(operation).cloned().unwrap_or_default(),
            ..ChangeEffects::default()
        });
        all
    }
}

impl Rollout<'_> {
    /// The failure with the rows in mind that were there before: they refer to others now, not later. Beside it, the
    /// change that gave them what they refer to by: the DEFAULT that did so may be gone again.
    fn with_rows(&self, mut failure: Failure) -> (Failure, Option<At>) {
        if let (Cause::Referred(child), Certainty::Later, Some(column)) =
            (&failure.cause, failure.certainty, &failure.column)
            && let Some(own) = self.before.table(child)
        {
            let filled = self.fills(child, column);
            if own.column(column).is_some() || filled.is_some() {
                failure.certainty = Certainty::Possible;
                return (failure, filled);
            }
        }
        (failure, None)
    }

    /// The change that adds a column with a value for the rows that are there.
    fn fills(&self, table: &str, column: &str) -> Option<At> {
        let fills = |change: &SchemaChange| match &change.kind {
            ChangeKind::AddColumn { column: added, .. } => {
                let given = added.default.as_ref().is_some_and(|default| !default.is_null());
                given && added.name == column && change.table.as_deref() == Some(table)
            }
            _ => false,
        };
        self.statements.iter().enumerate().find_map(|(statement, sent)| {
            let change = sent.changes.iter().position(fills)?;
            Some(At { statement, change, operation: sent.operation })
        })
    }

    /// The failure with the rows in mind that the migration itself writes behind an operation: they refer to others now,
    /// not later.
    fn with_written_rows(&self, mut failure: Failure, operation: usize, after: &Schema) -> Failure {
        if self.writes_referring(&failure, operation, after).is_some() {
            failure.certainty = Certainty::Possible;
        }
        failure
    }

    /// Whether new code can't do something when all migrations of the release have run, as far as the models tell. What
    /// they don't tell, nothing mends that leaves the table as it is.
    fn in_the_end(&self, after: &Schema) -> impl Fn(&Failure) -> bool + use<'_> {
        let finally = failures(self.new, self.then.map_or(after, |then| then.to)).failures;
        let now = self.then.map(|_| failures(self.new, after).failures).unwrap_or_default();
        move |failure| {
            let unchanged = self.then.is_some_and(|then| !then.changes(&failure.table));
            finally.binary_search(failure).is_ok() || unchanged && now.binary_search(failure).is_ok()
        }
    }

    /// The operation, that one or one behind it, which writes rows that refer to others; `None` where it is for new code
    /// to write some.
    fn writes_referring(&self, failure: &Failure, operation: usize, after: &Schema) -> Option<usize> {
        let (Cause::Referred(child), Certainty::Later, Some(name)) =
            (&failure.cause, failure.certainty, &failure.column)
        else {
            return None;
        };
        let in_every_row = after.table(child)?.column(name).is_some_and(|column| !column.null);
        let by_function = self.written.iter().filter(|written| {
            let refers = written.columns.contains(name) || written.inserts && in_every_row;
            written.table == *child && refers
        });
        // What Django copies on SQLite is there before.
        let by_sql = self.statements.iter().filter(|sent| sent.sql.is_some()).filter(|sent| {
            let inserts = |change: &SchemaChange| {
                let rows = matches!(change.kind, ChangeKind::ChangeRows { rows: Rows::Insert, .. });
                rows && change.table.as_ref() == Some(child)
            };
            in_every_row && sent.changes.iter().any(inserts)
        });
        let operations = by_function.map(|written| written.operation).chain(by_sql.map(|sent| sent.operation));
        operations.filter(|own| *own >= operation).min()
    }
}

/// What old code can't do any more, once code with the models after an operation has written: relations of which the
/// database knew already.
fn learned(rollout: &Rollout<'_>, after: &Schema) -> Vec<Vec<Failure>> {
    let mut blamed = vec![Vec::new(); rollout.operations];
    let referring = |schema| failures_of(rollout.old, &Snapshot::of(schema), rollout.old.needs.freedoms()).failures;
    // Tables and columns that an earlier migration of the release has made, and that get rows now.
    if !rollout.written.is_empty() {
        for failure in referring(rollout.before).into_iter().filter(|failure| !is_harmless(failure, rollout)) {
            if let Some(operation) = rollout.writes_referring(&failure, 0, rollout.before)
                && let Some(failures) = blamed.get_mut(operation)
            {
                failures.push(Failure { certainty: Certainty::Possible, ..failure });
            }
        }
    }
    let sends: BTreeSet<usize> = rollout.statements.iter().map(|statement| statement.operation).collect();
    if sends.len() >= rollout.operations {
        return blamed;
    }
    let mut referred = referring(after);
    if !referred.is_empty() {
        let before = referring(rollout.before);
        referred.retain(|failure| before.binary_search(failure).is_ok());
    }
    for failure in referred {
        let (Cause::Referred(child), Some(column)) = (&failure.cause, &failure.column) else { continue };
        let writes = |number: usize| (rollout.code_after)(number).lets_parents_go(child, column);
        if writes(0) || !writes(rollout.operations) {
            continue;
        }
        let operation = (1..=rollout.operations).find(|number| writes(*number)).map(|number| number - 1);
        if let Some(failures) = operation.and_then(|operation| blamed.get_mut(operation)) {
            failures.push(failure);
        }
    }
    blamed
}

/// Whether a failure is none, as the new code shows: it writes no row that refers to another, or does not let the other
/// one go either; or the computed column repeats another one.
fn is_harmless(failure: &Failure, rollout: &Rollout<'_>) -> bool {
    match (&failure.cause, failure.certainty, &failure.column) {
        (Cause::Referred(child), Certainty::Later, Some(column)) => !rollout.new.lets_parents_go(child, column),
        (Cause::Computed, _, Some(column)) => rollout.new.always_fits(&failure.table, column),
        _ => false,
    }
}

/// What code with the models after the migration can't do with some values on the schema after it, by operation, where
/// only the state has changed; `appeared` is what changes of the database have brought about.
fn apart(rollout: &Rollout<'_>, after: &Schema, made: &Made<'_>, appeared: &[(Failure, At)]) -> Vec<Vec<Failure>> {
    let mut blamed = vec![Vec::new(); rollout.operations];
    let sends: BTreeSet<usize> = rollout.statements.iter().map(|statement| statement.operation).collect();
    if sends.len() >= rollout.operations {
        return blamed;
    }
    let (start, end) = ((rollout.code_after)(0), (rollout.code_after)(rollout.operations));
    let mut left = failures(&end, after).failures;
    left.retain(|failure| failure.depends_on_values() && made.covers(failure).is_none());
    left.retain(|failure| !failure.column.as_ref().is_some_and(|column| end.guesses(&failure.table, column)));
    left.retain(|failure| made.may_mend(failure).is_none() && !appeared.iter().any(|(other, _)| other == failure));
    if left.is_empty() {
        return blamed;
    }
    let known = failures(&start, rollout.before).failures;
    let finally = rollout.in_the_end(after);
    left.retain(|failure| known.binary_search(failure).is_err() && finally(failure));
    if let Some(replayed) = rollout.replayed.filter(|_| !left.is_empty()) {
        let replayed = failures(rollout.new, &replayed()).failures;
        left.retain(|failure| replayed.binary_search(failure).is_ok());
    }
    for failure in left {
        let fails = |number: &usize| failures(&(rollout.code_after)(*number), after).failures.contains(&failure);
        let operation = (1..=rollout.operations).find(fails).map(|number| number - 1);
        if let Some(failures) = operation.and_then(|operation| blamed.get_mut(operation)) {
            failures.push(failure);
        }
    }
    blamed
}

/// What code with the models after the migration can't do on the schema after it, by operation; `appeared` is what
/// changes have brought about. Beside it, what of that can't be told.
fn stays(
    rollout: &Rollout<'_>,
    after: &Schema,
    made: &Made<'_>,
    appeared: &[(Failure, At)],
) -> (Vec<Vec<Failure>>, Vec<Vec<Unknown>>) {
    let mut blamed = vec![Vec::new(); rollout.operations];
    let mut unknown = vec![Vec::new(); rollout.operations];
    let (start, end) = ((rollout.code_after)(0), (rollout.code_after)(rollout.operations));
    let mut left = failures(&end, after).failures;
    left.retain(|failure| !failure.depends_on_values() && made.covers(failure).is_none());
    // Whether the database has a column of which the name is a guess can't be told.
    left.retain(|failure| !failure.column.as_ref().is_some_and(|column| end.guesses(&failure.table, column)));
    // Nor whether it lacks one, where that may be what it calls another.
    left.retain(|failure| failure.cause != Cause::NoColumn || !start.guesses_some(&failure.table));
    if !left.is_empty() {
        let known = failures(&start, rollout.before).failures;
        let finally = rollout.in_the_end(after);
        left.retain(|failure| known.binary_search(failure).is_err() && finally(failure));
    }
    // A table of which the models say nothing may be one that SQL has made.
    let is_missing = |failure: &Failure| failure.cause == Cause::NoTable;
    if let Some(replayed) = rollout.replayed.filter(|_| left.iter().any(is_missing)) {
        let replayed = failures(rollout.new, &replayed()).failures;
        left.retain(|failure| !is_missing(failure) || replayed.binary_search(failure).is_ok());
    }
    let blame: BTreeMap<&Failure, At> = appeared.iter().map(|(failure, at)| (failure, *at)).collect();
    for failure in left {
        let operation = match blame.get(&failure) {
            Some(at) => Some(at.operation),
            None => (1..=rollout.operations)
                .find(|number| {
                    *number == rollout.operations
                        || failures(&(rollout.code_after)(*number), after).failures.contains(&failure)
                })
                .map(|number| number - 1),
        };
        let Some(operation) = operation.filter(|operation| *operation < rollout.operations) else { continue };
        match made.may_mend(&failure) {
            Some(doubt) if unknown[operation].contains(&doubt) => {}
            Some(doubt) => unknown[operation].push(doubt),
            None => blamed[operation].push(rollout.with_rows(failure).0),
        }
    }
    for (failure, operation) in chokes(&start, &end, rollout.statements) {
        if let Some(failures) = blamed.get_mut(operation) {
            failures.push(failure);
        }
    }
    (blamed, unknown)
}
