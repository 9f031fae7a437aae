//! States at migrations, replayed when they are asked for.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::history::apply::{apply, forget};
use crate::history::graph::{Graph, NodeId};
use crate::history::state::ProjectState;
use crate::history::step::{Change, Scope, Step};
use crate::history::view::View;
use crate::history::{Settings, Side, lower, names};
use crate::migration::{Migration, Operation, Reach};

/// The project's states over all of its migrations.
///
/// Everything is computed once, when it is first asked for, and only from what leads there. May be asked from several
/// threads.
pub struct History {
    graph: Graph,
    settings: Settings,
    sides: [Replayed; 2],
    /// The migrations that rename a model, with its lower-case name before.
    renaming: OnceLock<Vec<(NodeId, Arc<str>)>>,
    /// The migrations that create a model in the state only, with its lower-case name.
    adopting: OnceLock<Vec<(NodeId, String)>>,
}

/// The states before and after an operation.
#[derive(Clone, Debug)]
pub struct Around {
    /// Before it.
    pub before: ProjectState,
    /// After it.
    pub after: ProjectState,
}

/// How an operation and those inside it reach the state and the database, in order.
fn reaches_of(operation: &Operation, reaches: &mut Vec<Reach>) {
    reaches.push(operation.reach);
    for child in &operation.children {
        reaches_of(child, reaches);
    }
}

/// What has been computed for one side.
#[derive(Default)]
struct Replayed {
    steps: Vec<OnceLock<Vec<Vec<Step>>>>,
    /// After each migration, with nothing applied.
    fresh: Vec<OnceLock<ProjectState>>,
    /// The same where some squashed migrations are not used, by the address of that graph, which lives as long.
    others: Mutex<HashMap<usize, Arc<[OnceLock<ProjectState>]>>>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("migrations", &self.graph.nodes().count()).finish_non_exhaustive()
    }
}

impl Replayed {
    fn new(nodes: usize) -> Self {
        Self { steps: cells(nodes), fresh: cells(nodes), others: Mutex::default() }
    }
}

fn cells<T, C: FromIterator<OnceLock<T>>>(count: usize) -> C {
    std::iter::repeat_with(OnceLock::new).take(count).collect()
}

impl History {
    /// The history of these migrations, whatever their order.
    #[must_use]
    pub fn new(migrations: &[Arc<Migration>], settings: Settings) -> Self {
        let graph = Graph::new(migrations, &settings);
        let nodes = graph.nodes().count();
        Self {
            graph,
            settings,
            sides: [Replayed::new(nodes), Replayed::new(nodes)],
            renaming: OnceLock::new(),
            adopting: OnceLock::new(),
        }
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The settings that were given.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The state before a migration.
    #[must_use]
    pub fn state_before(&self, node: NodeId) -> ProjectState {
        self.before(node, Side::State)
    }

    /// The state after a migration.
    #[must_use]
    pub fn state_after(&self, node: NodeId) -> ProjectState {
        self.after(node, Side::State)
    }

    /// The state before a migration, of one side.
    #[must_use]
    pub fn before(&self, node: NodeId, side: Side) -> ProjectState {
        self.before_behind(node, &[], side)
    }

    /// The state before a migration, of one side, where these have run as well: see [`History::renamed_before`].
    #[must_use]
    pub fn before_behind(&self, node: NodeId, others: &[NodeId], side: Side) -> ProjectState {
        let mut state = self.with_view(node, side, |replay| replay.before(node.0, others));
        self.enter(&mut state, node.0);
        state
    }

    /// The state after a migration, of one side.
    #[must_use]
    pub fn after(&self, node: NodeId, side: Side) -> ProjectState {
        self.with_view(node, side, |replay| replay.after(node.0).clone())
    }

    /// The state before a migration's first operation, then after each of its operations, nested ones behind the one
    /// they stand in; `others` have run before it as well.
    #[must_use]
    pub fn states_within(&self, node: NodeId, others: &[NodeId], side: Side) -> Vec<ProjectState> {
        let mut state = self.before_behind(node, others, side);
        let mut states = vec![state.clone()];
        for steps in self.steps(node.0, side) {
            self.run(&mut state, node.0, steps);
            states.push(state.clone());
        }
        states
    }

    /// The states that the `database_forwards` of each operation gets, nested ones behind the one they stand in.
    ///
    /// They are those that code sees ([`Side::State`]); operations in `database_operations` have states of their own,
    /// which begin with that before the SeparateDatabaseAndState (`django.db.migrations.operations.special`). `others`
    /// have run before the migration as well.
    #[must_use]
    pub fn states_sent(&self, node: NodeId, others: &[NodeId]) -> Vec<Around> {
        let mut reaches = Vec::new();
        for operation in &self.graph.migration(node).operations {
            reaches_of(operation, &mut reaches);
        }
        let steps = |side| self.steps(node.0, side);
        let steps_of = |side, place: usize| steps(side).get(place).map(Vec::as_slice).unwrap_or_default();
        let mut state = self.before_behind(node, others, Side::State);
        let mut database: Option<ProjectState> = None;
        let mut states = Vec::with_capacity(reaches.len());
        for (place, reach) in reaches.into_iter().enumerate() {
            let (own, side) = match reach {
                Reach::Database => (database.get_or_insert_with(|| state.clone()), Side::Database),
                Reach::Both => {
                    database = None;
                    (&mut state, Side::State)
                }
                Reach::State => (&mut state, Side::State),
            };
            let before = own.clone();
            self.run(own, node.0, steps_of(side, place));
            states.push(Around { before, after: own.clone() });
        }
        states
    }

    /// Migrations of other apps that a migration does not depend on, and that rename a model of the state before it. Where
    /// such a one has run first, which `has_run` tells, Django finds the new name, and everything that refers to the
    /// model refers to it (`MigrationExecutor`: one state for all that is applied).
    #[must_use]
    pub fn renamed_before(&self, node: NodeId, has_run: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
        let graph = &self.graph;
        if graph.is_replaced(node) {
            return Vec::new();
        }
        let state = self.before(node, Side::State);
        let own = &graph.key(node).app;
        let concerns = |(other, name): &&(NodeId, Arc<str>)| {
            let app = &graph.key(*other).app;
            app != own && state.model(app, name).likely().is_some() && has_run(*other)
        };
        let independent = |other: &NodeId| {
            !graph.with_ancestors(node).contains(other) && !graph.with_ancestors(*other).contains(&node)
        };
        self.renaming().iter().filter(concerns).map(|(other, _)| *other).filter(independent).collect()
    }

    fn renaming(&self) -> &[(NodeId, Arc<str>)] {
        self.renaming.get_or_init(|| {
            let renames = |node: NodeId| {
                self.steps(node.0, Side::State).iter().flatten().filter_map(move |step| match &step.change {
                    Change::RenameModel { old, .. } => Some((node, Arc::clone(old))),
                    _ => None,
                })
            };
            self.graph.plan().flat_map(renames).collect()
        })
    }

    /// Enters into `state`, the one after a migration that is judged alone, the models by which migrations that do not lead
    /// to it take over tables, in the state only: those that the database has and that no model of `state` knows. An app
    /// gives its model to another one in this way, and the two migrations run together.
    pub fn enter_adopted(&self, node: NodeId, state: &mut ProjectState) {
        let adopting = self.adopting();
        if adopting.is_empty() {
            return;
        }
        let tables = |state: &ProjectState| -> BTreeSet<String> {
            state.models().filter_map(|(_, _, model)| names::table(state, model).ok()).collect()
        };
        let known = tables(state);
        let given_up: BTreeSet<String> =
            tables(&self.after(node, Side::Database)).into_iter().filter(|table| !known.contains(table)).collect();
        if given_up.is_empty() {
            return;
        }
        let before = self.graph.with_ancestors(node);
        for (other, name) in adopting.iter().filter(|(other, _)| !before.contains(other)) {
            let theirs = self.state_after(*other);
            let app = &self.graph.key(*other).app;
            if let Some(model) = theirs.model(app, name).certain()
                && names::table(&theirs, model).is_ok_and(|table| given_up.contains(&table))
            {
                let entered = state.app_mut(app).models.entry(Arc::from(name.as_str()));
                entered.or_insert_with(|| Arc::clone(model));
            }
        }
    }

    fn adopting(&self) -> &[(NodeId, String)] {
        self.adopting.get_or_init(|| {
            let created = |node: NodeId, side| {
                self.steps(node.0, side).iter().flatten().filter_map(|step| match &step.change {
                    Change::CreateModel(model) => Some(model.name.to_lowercase()),
                    _ => None,
                })
            };
            let adopts = |node: NodeId| {
                let made: BTreeSet<String> = created(node, Side::Database).collect();
                created(node, Side::State).filter(move |name| !made.contains(name)).map(move |name| (node, name))
            };
            self.graph.plan().flat_map(adopts).collect()
        })
    }

    /// The state after the latest migrations of an app, together.
    #[must_use]
    pub fn state_of_app(&self, app: &str) -> ProjectState {
        let leaves: Vec<usize> = self.graph.leaves(app).into_iter().map(|node| node.0).collect();
        self.replay(self.graph.fresh(), &self.side(Side::State).fresh, Side::State).together(None, &leaves)
    }

    /// The state after all migrations.
    #[must_use]
    pub fn final_state(&self) -> ProjectState {
        self.finally(Side::State)
    }

    /// The state after all migrations, of one side.
    #[must_use]
    pub fn finally(&self, side: Side) -> ProjectState {
        let mut state = ProjectState::default();
        let replay = self.replay(self.graph.fresh(), &self.side(side).fresh, side);
        for node in self.graph.plan() {
            replay.run(&mut state, node.0);
        }
        state
    }

    fn side(&self, side: Side) -> &Replayed {
        match side {
            Side::State => &self.sides[0],
            Side::Database => &self.sides[1],
        }
    }

    fn replay<'h>(&'h self, view: &'h View, after: &'h [OnceLock<ProjectState>], side: Side) -> Replay<'h> {
        Replay { history: self, view, after, side }
    }

    /// Replays in the graph in which the node has its place.
    fn with_view<T>(&self, node: NodeId, side: Side, replay: impl FnOnce(&Replay<'_>) -> T) -> T {
        let replayed = self.side(side);
        if !self.graph.is_replaced(node) {
            return replay(&self.replay(self.graph.fresh(), &replayed.fresh, side));
        }
        let view = self.graph.view_of(node);
        // Nothing here panics, so that a poisoned lock still holds what it should.
        let mut others = replayed.others.lock().unwrap_or_else(PoisonError::into_inner);
        let address = std::ptr::from_ref(view).addr();
        let after = Arc::clone(others.entry(address).or_insert_with(|| cells(replayed.fresh.len())));
        drop(others);
        replay(&self.replay(view, &after, side))
    }

    fn steps(&self, node: usize, side: Side) -> &[Vec<Step>] {
        let migration = &self.graph.migrations[node];
        self.side(side).steps[node].get_or_init(|| lower::steps(migration, side))
    }

    /// Notes what may stand before a migration without being known.
    fn enter(&self, state: &mut ProjectState, node: usize) {
        let Some((doubt, own_app)) = self.graph.doubt_of(node) else { return };
        state.open(&doubt);
        if own_app {
            forget(state, &self.graph.migrations[node].app, &Scope::App, &doubt);
        }
    }

    fn run(&self, state: &mut ProjectState, node: usize, steps: &[Step]) {
        let app = &self.graph.migrations[node].app;
        for step in steps {
            apply(state, app, step, &self.settings);
        }
    }
}

/// States in one graph.
struct Replay<'h> {
    history: &'h History,
    view: &'h View,
    after: &'h [OnceLock<ProjectState>],
    side: Side,
}

impl Replay<'_> {
    fn before(&self, node: usize, others: &[NodeId]) -> ProjectState {
        let others = others.iter().map(|other| other.0);
        let all: Vec<usize> = self.view.parents(node).iter().copied().chain(others).collect();
        self.together(Some(node), &all)
    }

    /// The state after all of these, which are the parents of a node or stand for themselves.
    fn together(&self, node: Option<usize>, nodes: &[usize]) -> ProjectState {
        let Some(base) = self.base(node, nodes) else { return ProjectState::default() };
        let mut state = self.after(base).clone();
        for node in self.view.beyond(base, nodes) {
            self.run(&mut state, node);
        }
        state
    }

    /// The one whose state theirs is built upon. Of two branches of an app, the one that Django would run first, for
    /// they may touch the same things; apart from that, the one that has most of what leads to the others.
    fn base(&self, node: Option<usize>, parents: &[usize]) -> Option<usize> {
        let app = |node: usize| &self.history.graph.migrations[node].app;
        let own = parents.iter().copied().filter(|parent| node.is_some_and(|node| app(node) == app(*parent)));
        own.max().or_else(|| parents.iter().copied().max_by_key(|node| self.view.position(*node)))
    }

    fn after(&self, node: usize) -> &ProjectState {
        // Down to what is known, then up again: histories are longer than stacks.
        let mut open = vec![node];
        let mut next = node;
        while self.after[next].get().is_none() {
            let Some(base) = self.base(Some(next), self.view.parents(next)) else { break };
            open.push(base);
            next = base;
        }
        while let Some(node) = open.pop() {
            if self.after[node].get().is_none() {
                let state = self.compute(node);
                // Another thread may have been faster, with the same.
                let _ = self.after[node].set(state);
            }
        }
        self.after[node].get_or_init(ProjectState::default)
    }

    /// The state after a node whose base is known already.
    fn compute(&self, node: usize) -> ProjectState {
        let parents = self.view.parents(node);
        let mut state = match self.base(Some(node), parents) {
            None => ProjectState::default(),
            Some(base) => {
                let mut state = self.after[base].get().cloned().unwrap_or_default();
                for other in self.view.beyond(base, parents) {
                    self.run(&mut state, other);
                }
                state
            }
        };
        self.run(&mut state, node);
        state
    }

    fn run(&self, state: &mut ProjectState, node: usize) {
        self.history.enter(state, node);
        for steps in self.history.steps(node, self.side) {
            self.history.run(state, node, steps);
        }
    }
}
