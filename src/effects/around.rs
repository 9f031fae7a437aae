//! All that one migration does to one database, and to the code around it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::effects::compat::{self, Code, MigrationEffects, Rollout};
use crate::effects::locks;
use crate::effects::phase::Phase;
use crate::effects::reversal::{self, Reversal};
use crate::history::{Around, History, NodeId, ProjectState, Side};
use crate::migration::Operation;
use crate::schema::{Schema, Statement, Target};
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

impl Effects {
    /// The effects of a migration of `history`: `old` are the models of the code that runs. Without a `release`, the
    /// migration is one of its own.
    #[must_use]
    pub fn of(history: &History, node: NodeId, old: &ProjectState, release: Option<&Release>, target: Target) -> Self {
        let migration = history.graph().migration(node);
        let settings = history.settings();
        let before = Schema::of(&history.before(node, Side::Database), settings, target);
        let sent = history.states_sent(node);
        let statements = before.clone().send(migration, &sent, settings, target);
        let code = |state: &ProjectState| Code::new(state, Schema::of(state, settings, target), settings, target);
        let live = Schema::of(old, settings, target);
        let old_code = Code::new(old, live.clone(), settings, target);
        let own_states = history.states_within(node, Side::State);
        let new = release.map(|release| &release.code).or(own_states.last()).unwrap_or(old);
        let finally = release.map(|release| Schema::of(&release.database, settings, target));
        let atomic = migration.atomic.value.as_ref().copied().unwrap_or(true);
        let commits_each = matches!(target.database.vendor, Vendor::MySql | Vendor::MariaDb);
        let mut reversals = Vec::new();
        for operation in &migration.operations {
            reversal(operation, &migration.app, &sent, target, &mut reversals);
        }
        let codes: RefCell<HashMap<usize, Arc<Code>>> = RefCell::default();
        let compatibility = compat::of_migration(&Rollout {
            old: &old_code,
            new: &code(new),
            before: &before,
            statements: &statements,
            finally: finally.as_ref(),
            transactional: atomic && !commits_each,
            operations: reversals.len(),
            code_after: &|operations| {
                let build = || Arc::new(code(own_states.get(operations).or(own_states.last()).unwrap_or(new)));
                Arc::clone(codes.borrow_mut().entry(operations).or_insert_with(build))
            },
        });
        let is_live = |table: &str| live.tables.contains_key(table);
        let locks = locks::walk(&statements, &before, atomic, target, &is_live);
        Self { statements, locks, compatibility, reversals, before, live }
    }

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
