//! All that one migration does to one database, and to the code around it.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::effects::compat::{self, Code, MigrationEffects, ModelTables, Rollout, Then};
use crate::effects::earlier::{Earlier, index_without_table, rests_on};
use crate::effects::locks;
use crate::effects::neighbourhood::{Neighbourhood, Relations, named_by};
use crate::effects::phase::Phase;
use crate::effects::reversal::{self, Reversal};
use crate::effects::written::{Written, written};
use crate::history::{Around, History, NodeId, ProjectState, Side};
use crate::migration::{Migration, Operation};
use crate::schema::{Schema, Statement, Target};
use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, SchemaChange};
use crate::target::Vendor;

/// What stands when all migrations of a release have run.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// The models as its code sees them.
    pub code: ProjectState,
    /// The models that the database holds.
    pub database: ProjectState,
}

/// What a migration does.
#[derive(Clone, Debug)]
pub struct Effects {
    /// What it sends, in order.
    pub statements: Vec<Statement>,
    /// For each statement, the locks that it takes and the work that it does under them.
    pub locks: Vec<locks::Effect>,
    /// What its changes do to old and new code.
    pub compatibility: MigrationEffects,
    /// For each operation, nested ones behind the one they stand in: whether it can be taken back.
    pub reversals: Vec<Reversal>,
    /// What the database holds before it.
    pub before: Schema,
    /// The tables that were there before its release, by their names before the migration.
    live: Schema,
}

/// A migration with the models around it, whatever the database.
pub struct Surroundings<'h> {
    history: &'h History,
    node: NodeId,
    migration: &'h Migration,
    /// The models that the database holds before it.
    database: ProjectState,
    /// The states that each operation gets.
    sent: Vec<Around>,
    /// The models as its code sees them: before its first operation, and after each.
    within: Vec<ProjectState>,
    /// The models of the code that runs.
    old: &'h ProjectState,
    /// What its release leaves; `None` for a migration that is one of its own.
    release: Option<&'h Release>,
    relations: Relations,
    /// What earlier SQL has made, once somebody asks.
    earlier: OnceCell<Earlier<'h>>,
}

impl<'h> Surroundings<'h> {
    /// What is around a migration of `history`, with others that have run before it: `old` are the models of the code that runs.
    #[must_use]
    pub fn of(
        history: &'h History,
        (node, others): (NodeId, &[NodeId]),
        old: &'h ProjectState,
        release: Option<&'h Release>,
    ) -> Self {
        let migration = history.graph().migration(node);
        let database = history.before_behind(node, others, Side::Database);
        let sent = history.states_sent(node, others);
        let within = history.states_within(node, others, Side::State);
        let mut all: Vec<&ProjectState> = vec![&database, old];
        all.extend(&within);
        all.extend(sent.last().map(|around| &around.after));
        all.extend(release.iter().flat_map(|release| [&release.code, &release.database]));
        let relations = Relations::of(&all, history.settings());
        let earlier = OnceCell::new();
        Self { history, node, migration, database, sent, within, old, release, relations, earlier }
    }

    /// The state before its first operation, then after each of its operations, nested ones behind the one they stand in.
    #[must_use]
    pub fn within(&self) -> &[ProjectState] {
        &self.within
    }

    /// Whether running code knows all fields that a model has before the migration.
    fn is_old(&self, (app, name): &(String, String)) -> bool {
        let of = |state: &'h ProjectState| state.model(app, name).likely();
        let Some(old) = of(self.old) else { return false };
        let now = self.database.model(app, name).likely();
        now.is_none_or(|now| now.fields.iter().all(|(field, _)| old.fields.iter().any(|(other, _)| other == field)))
    }

    /// What the migration does to the database that `models` are for.
    #[must_use]
    pub fn effects(&self, models: &ModelTables) -> Effects {
        let Self { migration, database, relations, .. } = self;
        let (settings, target) = (models.settings(), models.target());
        let mut touched = named_by(migration);
        let written = written(migration, &self.sent);
        let given_rows = written.iter().flat_map(|own| relations.models_of(&own.table));
        touched.extend(given_rows.filter(|key| !self.is_old(key)).cloned());
        let (mut near, sent, before, statements) = loop {
            let mut near = Neighbourhood::of(&touched, relations);
            let sent = near.parts_around(&self.sent);
            let mut before = models.schema(&near.part_of(database));
            let statements = before.clone().send(migration, &sent, settings, target);
            if statements.iter().flat_map(|sent| &sent.changes).any(rests_on) {
                let earlier = self.earlier.get_or_init(|| Earlier::of(self.history, self.node));
                earlier.enter(&mut before, target.database.vendor);
            }
            // SQL names tables, and with them models that no operation names.
            let tables = statements.iter().flat_map(|sent| &sent.changes).flat_map(tables_of);
            let more: Vec<_> =
                tables.flat_map(|table| relations.models_of(table)).filter(|key| !near.holds(key)).collect();
            if !more.is_empty() {
                touched.extend(more.into_iter().cloned());
            } else if statements.iter().flat_map(|sent| &sent.changes).any(|change| seeks_index(change, &before))
                && !touched.is_superset(&relations.models())
            {
                touched = relations.models();
            } else {
                break (near, sent, before, statements);
            }
        };
        let old = &near.part_of(self.old);
        let within: Vec<ProjectState> = self.within.iter().map(|state| near.part_of(state)).collect();
        let release = self
            .release
            .map(|release| Release { code: near.part_of(&release.code), database: near.part_of(&release.database) });
        let code = |state: &ProjectState| Code::new(state, models.schema(state), models);
        let live = models.schema(old);
        let old_code = Code::new(old, live.clone(), models);
        let new = release.as_ref().map(|release| &release.code).or(within.last()).unwrap_or(old);
        let behind = sent.last().map(|around| models.schema(&around.after));
        let finally = release.as_ref().map(|release| models.schema(&release.database));
        let atomic = migration.atomic.value.as_ref().copied().unwrap_or(true);
        let commits_each = matches!(target.database.vendor, Vendor::MySql | Vendor::MariaDb);
        let mut reversals = Vec::new();
        for operation in &migration.operations {
            reversal(operation, &migration.app, &sent, target, &mut reversals);
        }
        let codes: RefCell<HashMap<usize, Arc<Code>>> = RefCell::default();
        let nodes: Vec<NodeId> = self.history.graph().plan().collect();
        let replayed = || Schema::replay(self.history, &nodes, target);
        let compatibility = compat::of_migration(&Rollout {
            old: &old_code,
            new: &code(new),
            before: &before,
            statements: &statements,
            written: &written,
            then: behind.as_ref().zip(finally.as_ref()).map(|(from, to)| Then { from, to }),
            replayed: Some(&replayed),
            transactional: atomic && !commits_each,
            operations: reversals.len(),
            code_after: &|operations| {
                let build = || Arc::new(code(within.get(operations).or(within.last()).unwrap_or(new)));
                Arc::clone(codes.borrow_mut().entry(operations).or_insert_with(build))
            },
        });
        let is_live = |table: &str| live.tables.contains_key(table);
        let filled = filled(&statements, &written, relations);
        let locks = locks::walk(&statements, &before, atomic, target, &is_live, &filled);
        Effects { statements, locks, compatibility, reversals, before, live }
    }
}

impl Effects {
    /// Whether a table was there before the release, so that running code may use it.
    #[must_use]
    pub fn is_live(&self, table: &str) -> bool {
        self.live.tables.contains_key(table)
    }

    /// When the migration may run.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.compatibility.phase
    }
}

/// The tables that the migration makes and that a RunPython of it fills in a loop over rows, those of many-to-many
/// relations included, each with the operation's place. A row or two are read in a moment.
fn filled(statements: &[Statement], written: &[Written], relations: &Relations) -> Vec<(usize, String)> {
    let made = statements.iter().flat_map(|sent| &sent.changes).filter_map(|change| match &change.kind {
        ChangeKind::CreateTable { .. } => change.table.as_deref(),
        _ => None,
    });
    let made: Vec<&str> = made.collect();
    let mut filled = Vec::new();
    for own in written.iter().filter(|own| own.repeated) {
        let tables = made.iter().filter(|table| relations.models_of(table).any(|model| *model == own.model));
        filled.extend(tables.map(|table| (own.operation, (*table).to_owned())));
    }
    filled
}

/// The tables that a change names: its own, those that its foreign keys refer to, and what it may name beside.
fn tables_of(change: &SchemaChange) -> impl Iterator<Item = &str> {
    let (columns, constraints): (&[Column], &[Constraint]) = match &change.kind {
        ChangeKind::CreateTable { columns, constraints, .. } => (columns, constraints),
        ChangeKind::AddColumn { column, .. } => (std::slice::from_ref(column), &[]),
        ChangeKind::AddConstraint { constraint, .. } => (&[], std::slice::from_ref(constraint)),
        _ => (&[], &[]),
    };
    let inline = columns.iter().filter_map(|column| column.references.as_ref());
    let own = constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { references, .. } => Some(references),
        _ => None,
    });
    let beside = match &change.kind {
        ChangeKind::Other { object, .. } => object.as_deref(),
        _ => None,
    };
    let referred = inline.chain(own).map(|references| references.table.as_str());
    change.table.as_deref().into_iter().chain(referred).chain(beside)
}

/// Whether a change is about an index of a table that is not among those that were looked at.
fn seeks_index(change: &SchemaChange, before: &Schema) -> bool {
    index_without_table(change).is_some_and(|name| before.table_of_index(name).is_none())
}

/// Whether an operation, and those inside it, can be taken back.
fn reversal(operation: &Operation, app: &str, states: &[Around], target: Target, reversals: &mut Vec<Reversal>) {
    let empty = ProjectState::default();
    let own = reversals.len();
    let before = states.get(own).map_or(&empty, |around| &around.before);
    reversals.push(reversal::of(operation, app, before, target));
    for child in &operation.children {
        reversal(child, app, states, target, reversals);
    }
}
