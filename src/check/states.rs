//! The project's states around the operations of one migration.

use crate::history::{History, ProjectState, Side};
use crate::migration::Migration;

/// The state before a migration's first operation, then after each of its operations, nested ones behind the one they
/// stand in; empty when its history is not known.
#[derive(Clone, Debug, Default)]
pub struct States(Vec<ProjectState>);

impl States {
    /// The states around the operations of a migration that belongs to the history.
    #[must_use]
    pub fn of(history: &History, migration: &Migration) -> Self {
        let graph = history.graph();
        let node = graph.node(&migration.app, &migration.name);
        // Two files may claim one name; only one of them is in the graph.
        let node = node.filter(|node| graph.migration(*node).source.path() == migration.source.path());
        Self(node.map(|node| history.states_within(node, Side::State)).unwrap_or_default())
    }

    /// The state before the operation at that place among all of the file.
    pub(super) fn before(&self, order: usize) -> Option<&ProjectState> {
        self.0.get(order)
    }

    /// The state after the operation at that place among all of the file.
    pub(super) fn after(&self, order: usize) -> Option<&ProjectState> {
        self.0.get(order + 1)
    }
}
