//! Who is to blame: the changes of a migration, one after the other, between the code that runs and the code to come.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::check::{Compatibility, failures_of};
use crate::effects::compat::code::Model;
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::origins::Origins;
use crate::effects::compat::{Code, failures, table};
use crate::effects::loss::{Loss, Losses};
use crate::effects::phase::Phase;
use crate::python::Unknown;
use crate::schema::{Schema, Statement, Table};
use crate::sql::{ChangeKind, SchemaChange};
use crate::target::Vendor;

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
    /// What the database holds when all migrations of the release have run; `None` when this is the last.
    pub finally: Option<&'a Schema>,
    /// Whether all of it happens at once: `atomic`, on a database that can take back DDL.
    pub transactional: bool,
    /// How many operations the migration has, nested ones counted.
    pub operations: usize,
    /// The code of which the models are those after so many of the migration's operations; 0 for those before it.
    pub code_after: &'a dyn Fn(usize) -> Code,
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
    pub loses_data: Option<Loss>,
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
    /// The schema afterwards.
    pub after: Schema,
    /// When it may run.
    pub phase: Phase,
}

/// The effects of a migration.
#[must_use]
pub fn of_migration(rollout: &Rollout<'_>) -> MigrationEffects {
    let mut old = Watch::new(rollout.old, rollout.before);
    let mut new = Watch::new(rollout.new, rollout.before);
    let mut schema = rollout.before.clone();
    let mut origins = Origins::default();
    let mut effects: Vec<Vec<ChangeEffects>> = Vec::new();
    let losses = Losses { statements: rollout.statements, vendor: rollout.old.vendor() };
    for (number, statement) in rollout.statements.iter().enumerate() {
        let mut own = Vec::new();
        for (index, change) in statement.changes.iter().enumerate() {
            let mut effect = ChangeEffects {
                loses_data: losses.of(number, change, &schema, &origins),
                breaks_prepared_statements: changes_result(change, &schema, rollout.old),
                ..ChangeEffects::default()
            };
            let mut tables = tables_of(change, &schema);
            let at = At { statement: number, change: index, operation: statement.operation };
            origins.follow(change, at);
            schema.apply(change);
            tables.extend(tables_of(change, &schema));
            old.step(&schema, &tables, at);
            new.step(&schema, &tables, at);
            if matches!(change.kind, ChangeKind::Unknown) {
                effect.unknown.push(Unknown {
                    text: statement.sql.clone().unwrap_or_default(),
                    span: change.span,
                    reason: "is not a statement that can be judged".to_owned(),
                });
            }
            own.push(effect);
        }
        if let (Some(doubt), Some(first)) = (&statement.doubt, own.first_mut()) {
            first.unknown.push(doubt.clone());
        }
        effects.push(own);
    }
    let mut blame = |at: At, place: fn(&mut ChangeEffects) -> &mut Vec<Failure>, failure: Failure| {
        if let Some(effect) = effects.get_mut(at.statement).and_then(|changes| changes.get_mut(at.change)) {
            place(effect).push(failure);
        }
    };
    let made = Made::by(rollout.statements);
    let mut covered = Vec::new();
    for (failure, at) in old.appeared() {
        if let Some(unknown) = made.covers(&failure) {
            covered.push((unknown, at));
        } else if !is_harmless(&failure, rollout) {
            blame(at, |effect| &mut effect.breaks_old_code, failure);
        }
    }
    for (failure, at) in recoded(rollout) {
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    for (failure, at) in stumbles(rollout) {
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    for (failure, at) in origins.replaced(rollout.old, &schema) {
        blame(at, |effect| &mut effect.breaks_old_code, failure);
    }
    if !rollout.transactional {
        for (failure, at) in old.passed() {
            blame(at, |effect| &mut effect.breaks_in_between, failure);
        }
    }
    for (failure, at) in new.vanished() {
        let failure = rollout.with_rows(failure);
        blame(at, |effect| &mut effect.breaks_new_code, failure);
    }
    for (unknown, at) in covered.into_iter().chain(old.unknown).chain(new.unknown) {
        if let Some(effect) = effects.get_mut(at.statement).and_then(|changes| changes.get_mut(at.change))
            && !effect.unknown.contains(&unknown)
        {
            effect.unknown.push(unknown);
        }
    }
    let breaks_new_code_after = stays(rollout, &schema);
    let phase = Phase::of(&effects, &breaks_new_code_after);
    MigrationEffects { changes: effects, breaks_new_code_after, after: schema, phase }
}

impl Rollout<'_> {
    /// The failure with the rows in mind that were there before: they refer to others now, not later.
    fn with_rows(&self, mut failure: Failure) -> Failure {
        if let (Cause::Referred(child), Certainty::Later, Some(column)) =
            (&failure.cause, failure.certainty, &failure.column)
            && self.before.tables.get(child).is_some_and(|own| own.column(column).is_some())
        {
            failure.certainty = Certainty::Possible;
        }
        failure
    }
}

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// The place of its statement.
    pub(super) statement: usize,
    /// Its place in the statement.
    pub(super) change: usize,
    /// The operation that sends it.
    pub(super) operation: usize,
}

/// A code whose failures are followed from change to change.
struct Watch<'a> {
    code: &'a Code,
    before: &'a Schema,
    /// The failures of the models that were touched, on the schema before.
    initial: BTreeMap<usize, BTreeSet<Failure>>,
    /// The same, on the schema so far.
    current: BTreeMap<usize, BTreeSet<Failure>>,
    /// When a failure last came, and when it last went.
    came: BTreeMap<Failure, At>,
    went: BTreeMap<Failure, At>,
    unknown: Vec<(Unknown, At)>,
}

impl<'a> Watch<'a> {
    fn new(code: &'a Code, before: &'a Schema) -> Self {
        Self {
            code,
            before,
            initial: BTreeMap::new(),
            current: BTreeMap::new(),
            came: BTreeMap::new(),
            went: BTreeMap::new(),
            unknown: Vec::new(),
        }
    }

    fn step(&mut self, schema: &Schema, tables: &BTreeSet<String>, at: At) {
        for model in self.code.touching(tables) {
            let only = BTreeSet::from([model]);
            let initial = self
                .initial
                .entry(model)
                .or_insert_with(|| failures_of(self.code, self.before, &only).failures.into_iter().collect());
            let Compatibility { failures, unknown, doubts } = failures_of(self.code, schema, &only);
            let now: BTreeSet<Failure> = failures.into_iter().collect();
            let last = self.current.entry(model).or_insert_with(|| initial.clone());
            for failure in now.difference(last) {
                self.came.insert(failure.clone(), at);
            }
            for failure in last.difference(&now) {
                self.went.insert(failure.clone(), at);
            }
            *last = now;
            let about = unknown.into_iter().filter(|(table, _)| tables.contains(table)).map(|(_, unknown)| unknown);
            let doubts = doubts.iter().map(|doubt| doubt.unknown.clone());
            for unknown in about.chain(doubts) {
                if !self.unknown.iter().any(|(known, _)| *known == unknown) {
                    self.unknown.push((unknown, at));
                }
            }
        }
    }

    fn initially(&self, failure: &Failure) -> bool {
        self.initial.values().any(|failures| failures.contains(failure))
    }

    fn finally(&self, failure: &Failure) -> bool {
        self.current.values().any(|failures| failures.contains(failure))
    }

    /// What fails in the end and did not before, with the change since which it does.
    fn appeared(&self) -> Vec<(Failure, At)> {
        let new = self.came.iter().filter(|(failure, _)| self.finally(failure) && !self.initially(failure));
        new.map(|(failure, at)| (failure.clone(), *at)).collect()
    }

    /// What failed before and does not in the end, with the change that is the cure.
    fn vanished(&self) -> Vec<(Failure, At)> {
        let cured = self.went.iter().filter(|(failure, _)| self.initially(failure) && !self.finally(failure));
        cured.map(|(failure, at)| (failure.clone(), *at)).collect()
    }

    /// What fails after one operation and is cured by another.
    fn passed(&self) -> Vec<(Failure, At)> {
        let between = self.came.iter().filter(|(failure, came)| {
            let cured_later = self.went.get(*failure).is_some_and(|went| went.operation > came.operation);
            cured_later && !self.initially(failure) && !self.finally(failure)
        });
        between.map(|(failure, at)| (failure.clone(), *at)).collect()
    }
}

/// What the old code can't read once the new code has written, on databases that take any value: see
/// [`Kind::stumbles_over`](crate::effects::compat::kind::Kind::stumbles_over).
fn stumbles(rollout: &Rollout<'_>) -> Vec<(Failure, At)> {
    let mut found = Vec::new();
    for (old, new, (before, after)) in rollout.old.shared_columns(rollout.new) {
        let actions = before.kind.stumbles_over(after.kind, rollout.old.vendor());
        let Some(at) = retyped(rollout.statements, &old.table, &before.name).filter(|_| !actions.is_empty()) else {
            continue;
        };
        let cause = Cause::Unreadable(new.label.clone());
        found.extend(actions.iter().map(|action| (failure(old, &before.name, *action, Certainty::Later, &cause), at)));
    }
    found
}

/// What code with the models after the migration can't do with the rows from before it, by operation.
fn chokes(start: &Code, end: &Code, statements: &[Statement]) -> Vec<(Failure, usize)> {
    let mut found = Vec::new();
    for (old, new, (before, after)) in start.shared_columns(end) {
        let actions = after.kind.chokes_on_rows_of(before.kind, end.vendor());
        let Some(at) = retyped(statements, &old.table, &before.name).filter(|_| !actions.is_empty()) else { continue };
        let cause = Cause::Unreadable(old.label.clone());
        found.extend(
            actions
                .iter()
                .map(|action| (failure(new, &after.name, *action, Certainty::Possible, &cause), at.operation)),
        );
    }
    found
}

/// Texts that another character set may not hold: MySQL refuses them (measured: `run_sql__convert_charset`).
fn recoded(rollout: &Rollout<'_>) -> Vec<(Failure, At)> {
    let mut found = Vec::new();
    for (number, statement) in rollout.statements.iter().enumerate() {
        for (index, change) in statement.changes.iter().enumerate() {
            let (ChangeKind::Other { words, .. }, Some(table)) = (&change.kind, &change.table) else { continue };
            if !words.contains("CONVERT TO CHARACTER SET") {
                continue;
            }
            let at = At { statement: number, change: index, operation: statement.operation };
            for (model, column) in rollout.old.texts(table) {
                found.extend(
                    [Action::Insert, Action::Update]
                        .map(|action| (failure(model, column, action, Certainty::Possible, &Cause::CharacterSet), at)),
                );
            }
        }
    }
    found
}

fn failure(model: &Model, column: &str, action: Action, certainty: Certainty, cause: &Cause) -> Failure {
    Failure {
        model: model.label.clone(),
        action,
        certainty,
        outcome: Outcome::Error,
        table: model.table.clone(),
        column: Some(column.to_owned()),
        cause: cause.clone(),
    }
}

/// Whether a plan of the old code gets a result of another type: PostgreSQL refuses to run it.
fn changes_result(change: &SchemaChange, schema: &Schema, old: &Code) -> bool {
    let (ChangeKind::AlterColumnType { column, to, collation, .. }, Some(name)) = (&change.kind, &change.table) else {
        return false;
    };
    let own = schema.tables.get(name).and_then(|own| own.columns.iter().find(|own| own.name == *column));
    let differs = own.is_none_or(|own| own.column_type.as_ref() != Ok(to) || own.collation != *collation);
    old.vendor() == Vendor::PostgreSql && differs && old.reading(name, column).next().is_some()
}

/// The last change of a column's type, or copy of its table.
fn retyped(statements: &[Statement], table: &str, column: &str) -> Option<At> {
    last_change(statements, &|change: &SchemaChange| {
        let is_it = match &change.kind {
            ChangeKind::AlterColumnType { column: own, .. } => own == column,
            ChangeKind::RemakeTable => true,
            _ => false,
        };
        is_it && change.table.as_deref() == Some(table)
    })
}

fn last_change(statements: &[Statement], is_it: &dyn Fn(&SchemaChange) -> bool) -> Option<At> {
    statements.iter().enumerate().rev().find_map(|(number, statement)| {
        let change = statement.changes.iter().rposition(is_it)?;
        Some(At { statement: number, change, operation: statement.operation })
    })
}

/// Views and triggers that the migration makes: they may let work what would fail on the tables alone.
struct Made<'a> {
    views: Vec<(&'a str, &'a SchemaChange)>,
    triggers: Vec<(&'a str, &'a SchemaChange)>,
}

impl<'a> Made<'a> {
    fn by(statements: &'a [Statement]) -> Self {
        let mut made = Self { views: Vec::new(), triggers: Vec::new() };
        for change in statements.iter().flat_map(|statement| &statement.changes) {
            let ChangeKind::Other { words, object } = &change.kind else { continue };
            let is = |what: &str| words.starts_with("CREATE") && words.split(' ').any(|word| word == what);
            let name = object.as_deref().or(change.table.as_deref());
            if let (true, Some(name)) = (is("VIEW"), name) {
                made.views.push((name, change));
            }
            if let (true, Some(table)) = (is("TRIGGER"), change.table.as_deref().or(name)) {
                made.triggers.push((table, change));
            }
        }
        made
    }

    /// Why the failure may be none.
    fn covers(&self, failure: &Failure) -> Option<Unknown> {
        let (made, what) = match failure.cause {
            Cause::NoTable => (&self.views, "view"),
            Cause::Unnamed | Cause::NotNull => (&self.triggers, "trigger"),
            _ => return None,
        };
        let (name, change) = made.iter().find(|(name, _)| *name == failure.table)?;
        Some(Unknown {
            text: (*name).to_owned(),
            span: change.span,
            reason: format!("has a {what} that may stand in for what is missing"),
        })
    }
}

/// The tables that a change is about, with those at the other end of foreign keys.
fn tables_of(change: &SchemaChange, schema: &Schema) -> BTreeSet<String> {
    let mut tables: BTreeSet<String> = change.table.iter().cloned().collect();
    match &change.kind {
        ChangeKind::RenameTable { to } => {
            tables.insert(to.clone());
        }
        ChangeKind::Other { object: Some(object), .. } => {
            tables.insert(object.clone());
        }
        // PostgreSQL names no table where it drops an index.
        ChangeKind::DropIndex { name: Some(name), .. } if change.table.is_none() => {
            let has = |own: &Table| own.indexes.iter().any(|index| index.name.as_ref() == Some(name));
            tables.extend(schema.tables.iter().filter(|(_, own)| has(own)).map(|(table, _)| table.clone()));
        }
        _ => {}
    }
    let referenced: Vec<String> = tables
        .iter()
        .filter_map(|name| schema.tables.get(name))
        .flat_map(|own| table::foreign_keys(own).into_iter().map(|(_, references)| references.table.clone()))
        .collect();
    tables.extend(referenced);
    tables
}

/// Whether a failure is none, as the new code shows: it writes no row that refers to another, or does not let the other
/// one go either; or the computed column repeats another one.
fn is_harmless(failure: &Failure, rollout: &Rollout<'_>) -> bool {
    match (&failure.cause, failure.certainty, &failure.column) {
        (Cause::Referred(child), Certainty::Later, Some(column)) => !rollout.new.lets_parents_go(child, column),
        (Cause::Computed, _, Some(column)) => rollout.new.is_copy(&failure.table, column),
        _ => false,
    }
}

/// What code with the models after the migration can't do on the schema after it, by operation.
fn stays(rollout: &Rollout<'_>, after: &Schema) -> Vec<Vec<Failure>> {
    let mut blamed = vec![Vec::new(); rollout.operations];
    let (start, end) = ((rollout.code_after)(0), (rollout.code_after)(rollout.operations));
    let known: BTreeSet<Failure> = failures(&start, rollout.before).failures.into_iter().collect();
    let mut watch = Watch::new(&end, rollout.before);
    let mut schema = rollout.before.clone();
    for (number, statement) in rollout.statements.iter().enumerate() {
        for (index, change) in statement.changes.iter().enumerate() {
            let mut tables = tables_of(change, &schema);
            schema.apply(change);
            tables.extend(tables_of(change, &schema));
            watch.step(&schema, &tables, At { statement: number, change: index, operation: statement.operation });
        }
    }
    let blame: BTreeMap<Failure, At> = watch.appeared().into_iter().collect();
    let finally: BTreeSet<Failure> =
        failures(rollout.new, rollout.finally.unwrap_or(after)).failures.into_iter().collect();
    for failure in failures(&end, after).failures {
        if known.contains(&failure) || !finally.contains(&failure) || failure.depends_on_values() {
            continue;
        }
        let operation = match blame.get(&failure) {
            Some(at) => Some(at.operation),
            None => (1..=rollout.operations)
                .find(|number| {
                    *number == rollout.operations
                        || failures(&(rollout.code_after)(*number), after).failures.contains(&failure)
                })
                .map(|number| number - 1),
        };
        let failure = rollout.with_rows(failure);
        if let Some(failures) = operation.and_then(|operation| blamed.get_mut(operation)) {
            failures.push(failure);
        }
    }
    for (failure, operation) in chokes(&start, &end, rollout.statements) {
        if let Some(failures) = blamed.get_mut(operation) {
            failures.push(failure);
        }
    }
    blamed
}
