//! The graph with squashed migrations in the place of what they replace, or without them.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::graph::Raw;
use crate::history::order;

/// A graph that has an order.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// What each node depends on, sorted; only what stands before it in the order.
    parents: Vec<Vec<usize>>,
    /// The nodes, each behind its parents.
    order: Vec<usize>,
    /// Where each node stands in the order.
    position: Vec<Option<usize>>,
}

impl View {
    /// Whether the node has a place here.
    pub(super) fn contains(&self, node: usize) -> bool {
        self.position(node).is_some()
    }

    /// Where the node stands in the order.
    pub(super) fn position(&self, node: usize) -> Option<usize> {
        self.position.get(node).copied().flatten()
    }

    /// The nodes, each behind its parents.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// What the node depends on.
    pub(super) fn parents(&self, node: usize) -> &[usize] {
        self.parents.get(node).map_or(&[], Vec::as_slice)
    }

    /// The nodes that depend on this one, directly or not, and itself.
    pub(super) fn descendants(&self, node: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([node]);
        for next in self.order.iter().skip(self.position(node).unwrap_or(self.order.len())) {
            if self.parents(*next).iter().any(|parent| found.contains(parent)) {
                found.insert(*next);
            }
        }
        found
    }

    /// The ancestors of `nodes`, themselves included, that `base` does not have among its own (nor is), in the order in
    /// which Django would run them: `MigrationGraph.forwards_plan` takes the last of a node's parents first.
    ///
    /// Walks down from the last one, and stops where everything left belongs to `base`: git does the same for `A..B`.
    pub(super) fn beyond(&self, base: usize, nodes: &[usize]) -> Vec<usize> {
        let mut found = Vec::new();
        // Position → whether `base` has it.
        let mut open: BTreeMap<usize, bool> = BTreeMap::new();
        let mut others = 0_usize;
        let add = |open: &mut BTreeMap<usize, bool>, others: &mut usize, node: usize, of_base: bool| {
            let Some(position) = self.position(node) else { return };
            match open.insert(position, of_base) {
                None => *others += usize::from(!of_base),
                Some(true) => {
                    open.insert(position, true);
                }
                Some(false) => *others -= usize::from(of_base),
            }
        };
        add(&mut open, &mut others, base, true);
        for node in nodes {
            add(&mut open, &mut others, *node, false);
        }
        while others > 0 {
            let Some((position, of_base)) = open.pop_last() else { break };
            let Some(node) = self.order.get(position).copied() else { break };
            if !of_base {
                others -= 1;
                found.push(node);
            }
            for parent in self.parents(node) {
                add(&mut open, &mut others, *parent, of_base);
            }
        }
        if found.len() < 2 {
            return found;
        }
        let mut starts: Vec<usize> = nodes.to_vec();
        starts.sort_unstable();
        found.sort_unstable();
        let within = |nodes: &[usize]| -> Vec<usize> {
            nodes.iter().rev().copied().filter(|node| found.binary_search(node).is_ok()).collect()
        };
        order::topological(&within(&starts), &|node| within(self.parents(node))).0
    }
}

/// What kept the graph from being put into an order as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Broken {
    /// Nodes that depend on each other.
    pub(super) circles: Vec<Vec<usize>>,
    /// Squashed migrations that replace each other.
    pub(super) squashes: Vec<Vec<usize>>,
}

/// The graph with nothing applied, as `MigrationLoader.build_graph` (`django.db.migrations.loader`) makes it, except
/// that the squashed migrations in `unused` are taken out, as if some of what they replace had been applied.
pub(super) fn build(raw: &Raw, unused: &BTreeSet<usize>) -> (View, Broken) {
    let mut nodes = Nodes::of(raw);
    // A squashed migration may replace others: those come first.
    let squashes: Vec<usize> = raw.replaces.keys().copied().collect();
    let replaced = |squash: usize| raw.replaces.get(&squash).into_iter().flatten().copied();
    let inner = |squash: usize| replaced(squash).filter(|node| raw.replaces.contains_key(node)).collect();
    let (sequence, squash_circles) = order::topological(&squashes, &inner);
    for squash in sequence {
        let replaced: BTreeSet<usize> = replaced(squash).collect();
        if unused.contains(&squash) {
            nodes.take_out_squash(squash, &replaced);
        } else if nodes.alive[squash] {
            nodes.take_out_replaced(squash, &replaced);
        }
    }
    let alive: Vec<usize> = (0..raw.real).filter(|node| nodes.alive[*node]).collect();
    let is_known = |parent: &usize| *parent < raw.real && nodes.alive[*parent];
    // `MigrationGraph.iterative_dfs` takes the last of the parents first; a plan starts from what nothing stands on.
    let known = |node: usize| -> Vec<usize> { nodes.parents[node].iter().rev().copied().filter(is_known).collect() };
    let is_last = |node: &&usize| !nodes.children[**node].iter().any(|child| raw.apps[*child] == raw.apps[**node]);
    let starts: Vec<usize> = alive.iter().filter(is_last).chain(&alive).copied().collect();
    let (order, circles) = order::topological(&starts, &known);
    let mut position = vec![None; raw.real];
    for (place, node) in order.iter().enumerate() {
        position[*node] = Some(place);
    }
    let mut parents = vec![Vec::new(); raw.real];
    for node in &order {
        parents[*node] = nodes.parents[*node].iter().copied().filter(is_known).collect();
        parents[*node].retain(|parent| position[*parent] < position[*node]);
    }
    (View { parents, order, position }, Broken { circles, squashes: squash_circles })
}

/// `MigrationGraph` while squashed migrations find their places.
struct Nodes {
    parents: Vec<BTreeSet<usize>>,
    children: Vec<BTreeSet<usize>>,
    alive: Vec<bool>,
}

impl Nodes {
    fn of(raw: &Raw) -> Self {
        let count = raw.parents.len();
        let mut children = vec![BTreeSet::new(); count];
        for (child, parents) in raw.parents.iter().enumerate() {
            for parent in parents {
                children[*parent].insert(child);
            }
        }
        Self { parents: raw.parents.clone(), children, alive: vec![true; count] }
    }

    /// `remove_replaced_nodes`: dependencies on what is replaced become dependencies on the replacement.
    fn take_out_replaced(&mut self, squash: usize, replaced: &BTreeSet<usize>) {
        for node in replaced {
            self.alive[*node] = false;
            let children = std::mem::take(&mut self.children[*node]);
            for child in children {
                self.parents[child].remove(node);
                if !replaced.contains(&child) && child != squash {
                    self.parents[child].insert(squash);
                    self.children[squash].insert(child);
                }
            }
            let parents = std::mem::take(&mut self.parents[*node]);
            for parent in parents {
                self.children[parent].remove(node);
                if !replaced.contains(&parent) && parent != squash {
                    self.parents[squash].insert(parent);
                    self.children[parent].insert(squash);
                }
            }
        }
    }

    /// `remove_replacement_node`: dependencies on the replacement become dependencies on the last of what it replaces.
    fn take_out_squash(&mut self, squash: usize, replaced: &BTreeSet<usize>) {
        self.alive[squash] = false;
        let alive = |node: &usize| self.alive[*node];
        let before_others: BTreeSet<usize> =
            replaced.iter().copied().filter(alive).flat_map(|node| self.parents[node].iter().copied()).collect();
        let last: Vec<usize> =
            replaced.iter().copied().filter(alive).filter(|node| !before_others.contains(node)).collect();
        for child in std::mem::take(&mut self.children[squash]) {
            self.parents[child].remove(&squash);
            for node in &last {
                self.children[*node].insert(child);
                self.parents[child].insert(*node);
            }
        }
        for parent in std::mem::take(&mut self.parents[squash]) {
            self.children[parent].remove(&squash);
        }
    }
}
