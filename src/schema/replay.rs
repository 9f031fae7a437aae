//! The schema that migrations leave behind, statement by statement.

use std::collections::BTreeSet;

use crate::history::{Graph, History, NodeId};
use crate::schema::{Schema, Target};

impl Schema {
    /// The schema before a migration: what the statements of all migrations that lead to it have made.
    ///
    /// Unlike [`Schema::of`], which is what Django would make of models, this knows of RunSQL, and of tables and columns
    /// that the state has forgotten. It costs a replay of the statements of all these migrations.
    #[must_use]
    pub fn before(history: &History, node: NodeId, target: Target) -> Self {
        Self::replay(history, &history.graph().parents(node), target)
    }

    /// The schema when some migrations, and all that lead to them, have run.
    #[must_use]
    pub fn replay(history: &History, nodes: &[NodeId], target: Target) -> Self {
        let graph = history.graph();
        let mut schema = Self::default();
        for node in in_order(graph, nodes) {
            schema.send(graph.migration(node), &history.states_sent(node, &[]), history.settings(), target);
        }
        schema
    }
}

/// The nodes and all that lead to them, each behind those that it depends on.
fn in_order(graph: &Graph, nodes: &[NodeId]) -> Vec<NodeId> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    // Whether all that leads to it is in the order by now.
    let mut open: Vec<(NodeId, bool)> = nodes.iter().rev().map(|node| (*node, false)).collect();
    while let Some((node, done)) = open.pop() {
        if done {
            order.push(node);
        } else if seen.insert(node) {
            open.push((node, true));
            open.extend(graph.parents(node).into_iter().rev().map(|parent| (parent, false)));
        }
    }
    order
}
