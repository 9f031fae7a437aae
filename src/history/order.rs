//! Putting nodes into an order.

use std::collections::HashMap;

/// The nodes, sorted.
pub(super) fn sorted(nodes: &[usize]) -> Vec<usize> {
    let mut nodes = nodes.to_vec();
    nodes.sort_unstable();
    nodes
}

/// The nodes, each behind its parents, and the circles that had to be cut for that: one for each set of nodes that all
/// depend on each other. Depends on nothing but the nodes and their parents, whatever their number and depth.
///
/// Tarjan's algorithm, with a stack of its own.
pub(super) fn topological(nodes: &[usize], parents: &dyn Fn(usize) -> Vec<usize>) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut search = Search { parents, seen: HashMap::new(), open: Vec::new(), order: Vec::new(), circles: Vec::new() };
    for node in nodes {
        if !search.seen.contains_key(node) {
            search.visit(*node);
        }
    }
    (search.order, search.circles)
}

struct Search<'p> {
    parents: &'p dyn Fn(usize) -> Vec<usize>,
    /// When a node was first met, the earliest node that it leads back to, and whether it still waits for its place.
    seen: HashMap<usize, Seen>,
    open: Vec<usize>,
    order: Vec<usize>,
    circles: Vec<Vec<usize>>,
}

struct Seen {
    met: usize,
    back_to: usize,
    waiting: bool,
}

impl Search<'_> {
    fn meet(&mut self, node: usize) -> std::vec::IntoIter<usize> {
        let met = self.seen.len();
        self.seen.insert(node, Seen { met, back_to: met, waiting: true });
        self.open.push(node);
        (self.parents)(node).into_iter()
    }

    fn visit(&mut self, start: usize) {
        let mut path = vec![(start, self.meet(start))];
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            if let Some(parent) = rest.next() {
                match self.seen.get(&parent) {
                    None => path.push((parent, self.meet(parent))),
                    Some(seen) if seen.waiting => {
                        let back_to = seen.met;
                        self.lead_back(node, back_to);
                    }
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            let (met, back_to) = self.seen.get(&node).map_or((0, 0), |seen| (seen.met, seen.back_to));
            if let Some((child, _)) = path.last() {
                self.lead_back(*child, back_to);
            }
            if met == back_to {
                self.place(node);
            }
        }
    }

    fn lead_back(&mut self, node: usize, to: usize) {
        if let Some(seen) = self.seen.get_mut(&node) {
            seen.back_to = seen.back_to.min(to);
        }
    }

    /// Gives a place to the nodes that wait since `first`: one, or several that depend on each other.
    fn place(&mut self, first: usize) {
        let start = self.open.iter().rposition(|node| *node == first).unwrap_or_default();
        let mut group = self.open.split_off(start);
        for node in &group {
            if let Some(seen) = self.seen.get_mut(node) {
                seen.waiting = false;
            }
        }
        group.sort_unstable();
        let on_itself = group.len() == 1 && (self.parents)(first).contains(&first);
        if group.len() > 1 || on_itself {
            self.circles.push(self.circle(&group));
        }
        self.order.extend(group);
    }

    /// A way around within nodes that depend on each other.
    fn circle(&self, group: &[usize]) -> Vec<usize> {
        let mut way: Vec<usize> = Vec::new();
        let mut at: HashMap<usize, usize> = HashMap::new();
        let mut node = group[0];
        loop {
            if let Some(start) = at.get(&node) {
                return way.split_off(*start);
            }
            at.insert(node, way.len());
            way.push(node);
            let next = (self.parents)(node).into_iter().find(|parent| group.binary_search(parent).is_ok());
            match next {
                Some(parent) => node = parent,
                None => return way,
            }
        }
    }
}
