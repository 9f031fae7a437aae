//! What the history knows around one migration.

use crate::check::place::Place;
use crate::history::{History, ProjectState, Side};
use crate::migration::Migration;

/// What the history knows around a migration: the state before its first operation, then after each of its operations, nested ones behind
/// the one they stand in (nothing when its history is not known), and its place among all.
#[derive(Clone, Debug, Default)]
pub struct States {
    around: Vec<ProjectState>,
    place: Place,
}

impl States {
    /// The states around the operations of a migration that belongs to the history.
    #[must_use]
    pub fn of(history: &History, migration: &Migration) -> Self {
        let graph = history.graph();
        let node = graph.node(&migration.app, &migration.name);
        // Two files may claim one name; only one of them is in the graph.
        let node = node.filter(|node| graph.migration(*node).source.path() == migration.source.path());
        let around = node.map(|node| history.states_within(node, Side::State)).unwrap_or_default();
        Self { around, place: Place::of(history, migration) }
    }

    /// Where the migration stands among all.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The state before the operation at that place among all of the file.
    pub(super) fn before(&self, order: usize) -> Option<&ProjectState> {
        self.around.get(order)
    }

    /// The state after the operation at that place among all of the file.
    pub(super) fn after(&self, order: usize) -> Option<&ProjectState> {
        self.around.get(order + 1)
    }
}
