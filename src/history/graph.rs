//! The graph of all migrations: which of them must have run before which.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::history::lower::custom;
use crate::history::problem::{GraphProblem, GraphProblemKind, MigrationKey};
use crate::history::state::Doubt;
use crate::history::view::View;
use crate::history::{Settings, order, view};
use crate::language::did_you_mean;
use crate::migration::{Dependency, Migration};
use crate::source::Span;

/// A migration of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) usize);

/// The graph of all migrations that are known, before and after squashed ones have taken the place of others.
#[derive(Debug)]
pub struct Graph {
    pub(super) migrations: Vec<Arc<Migration>>,
    /// All keys, sorted: those of `migrations` by index in `nodes`, and those that are only named.
    index: BTreeMap<MigrationKey, usize>,
    /// Keys by index; the first `migrations.len()` have migrations, sorted.
    keys: Vec<MigrationKey>,
    pub(super) raw: Raw,
    fresh: View,
    /// What replaces a node, by the node.
    replacing: BTreeMap<usize, Vec<usize>>,
    /// For each replaced node the graph in which it has its place, once somebody asks.
    views: Vec<OnceLock<Arc<View>>>,
    /// The same graphs by the squashed migrations that they leave out.
    shared_views: Mutex<HashMap<BTreeSet<usize>, Arc<View>>>,
    /// The latest migrations of each app.
    leaves: BTreeMap<String, Vec<usize>>,
    problems: Vec<GraphProblem>,
    /// Nodes whose place among the migrations of their app is only likely.
    guessed: BTreeSet<usize>,
}

/// The graph as the files state it.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// Number of nodes with a migration; nodes from there on are only named by others.
    pub(super) real: usize,
    /// The app of each node, as a number.
    pub(super) apps: Vec<usize>,
    /// What each node depends on, sorted.
    pub(super) parents: Vec<BTreeSet<usize>>,
    /// What each squashed migration replaces, itself left out.
    pub(super) replaces: BTreeMap<usize, BTreeSet<usize>>,
}

impl Graph {
    /// The graph of these migrations, whatever their order.
    #[must_use]
    pub fn new(migrations: &[Arc<Migration>], settings: &Settings) -> Self {
        let mut builder = Builder::default();
        builder.nodes(migrations);
        builder.dependencies(settings);
        builder.replacements();
        builder.number_apps();
        let guessed = builder.join_unknown();
        let Builder { migrations, index, keys, raw, mentions, mut problems, .. } = builder;
        let (fresh, broken) = view::build(&raw, &BTreeSet::new());
        let place = |node: usize| (Arc::clone(&migrations[node].source), migrations[node].class_span);
        let named = |nodes: &[usize]| nodes.iter().map(|node| keys[*node].clone()).collect::<Vec<_>>();
        let mut report = |node: usize, kind: GraphProblemKind| {
            let (source, span) = place(node);
            problems.push(GraphProblem { source, span, kind });
        };
        for circle in &broken.squashes {
            report(circle[0], GraphProblemKind::SquashCircle { circle: named(circle) });
        }
        for circle in &broken.circles {
            report(circle[0], GraphProblemKind::Circle { circle: named(circle) });
        }
        let leaves = leaves(&fresh, &keys);
        for (app, leaves) in leaves.iter().filter(|(_, leaves)| leaves.len() > 1) {
            let kind = GraphProblemKind::Conflict { app: app.clone(), leaves: named(leaves) };
            report(leaves[0], kind);
        }
        let mut replacing: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (squash, replaced) in &raw.replaces {
            for original in replaced {
                replacing.entry(*original).or_default().push(*squash);
            }
        }
        let views = std::iter::repeat_with(OnceLock::new).take(raw.real).collect();
        let shared_views = Mutex::default();
        let mut graph =
            Self { migrations, index, keys, raw, fresh, replacing, views, shared_views, leaves, problems, guessed };
        graph.missing(&mentions);
        graph.problems.sort_by(|a, b| (a.source.path(), a.span.start).cmp(&(b.source.path(), b.span.start)));
        graph
    }

    /// The migration of that app and name.
    #[must_use]
    pub fn node(&self, app: &str, name: &str) -> Option<NodeId> {
        let key = MigrationKey { app: app.to_owned(), name: name.to_owned() };
        self.index.get(&key).copied().filter(|node| *node < self.raw.real).map(NodeId)
    }

    /// All migrations, by app and name.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.raw.real).map(NodeId)
    }

    /// The migration of a node.
    #[must_use]
    pub fn migration(&self, node: NodeId) -> &Arc<Migration> {
        &self.migrations[node.0]
    }

    /// App and name of a node.
    #[must_use]
    pub fn key(&self, node: NodeId) -> &MigrationKey {
        &self.keys[node.0]
    }

    /// What is wrong with the graph, by place.
    #[must_use]
    pub fn problems(&self) -> &[GraphProblem] {
        &self.problems
    }

    /// Whether a squashed migration stands in its place, with nothing applied yet.
    #[must_use]
    pub fn is_replaced(&self, node: NodeId) -> bool {
        !self.fresh.contains(node.0)
    }

    /// The migrations that Django runs on an empty database, each behind those that it depends on.
    pub fn plan(&self) -> impl Iterator<Item = NodeId> + use<'_> {
        self.fresh.order().iter().map(|node| NodeId(*node))
    }

    /// What a node directly depends on, squashed migrations in the place of what they replace; for a node that is
    /// itself replaced: as long as it is not.
    #[must_use]
    pub fn parents(&self, node: NodeId) -> Vec<NodeId> {
        self.view_of(node).parents(node.0).iter().map(|parent| NodeId(*parent)).collect()
    }

    /// A node and all that lead to it, as [`parents`](Self::parents) has them.
    #[must_use]
    pub fn with_ancestors(&self, node: NodeId) -> BTreeSet<NodeId> {
        let view = self.view_of(node);
        let mut found = BTreeSet::new();
        let mut open = vec![node.0];
        while let Some(next) = open.pop() {
            if found.insert(NodeId(next)) {
                open.extend(view.parents(next));
            }
        }
        found
    }

    /// The latest migrations of an app: one, unless they are in conflict. None for an app without migrations.
    #[must_use]
    pub fn leaves(&self, app: &str) -> Vec<NodeId> {
        self.leaves.get(app).into_iter().flatten().copied().map(NodeId).collect()
    }

    /// Why a node may have ancestors that are not known: of its own app as well, or only of others.
    pub(super) fn doubt_of(&self, node: usize) -> Option<(Arc<Doubt>, bool)> {
        let doubt = unknown_dependencies(&self.migrations[node])?;
        Some((doubt, self.guessed.contains(&node)))
    }

    /// The graph with nothing applied.
    pub(super) fn fresh(&self) -> &View {
        &self.fresh
    }

    /// The graph in which a node has its place: a replaced one as long as it is not.
    pub(super) fn view_of(&self, node: NodeId) -> &View {
        if self.fresh.contains(node.0) {
            return &self.fresh;
        }
        self.views[node.0].get_or_init(|| {
            let unused = self.unused_for(node);
            // Nothing here panics, so that a poisoned lock still holds what it should.
            let mut shared = self.shared_views.lock().unwrap_or_else(PoisonError::into_inner);
            let view = shared.entry(unused).or_insert_with_key(|unused| Arc::new(view::build(&self.raw, unused).0));
            Arc::clone(view)
        })
    }

    /// The squashed migrations that must not be used for a replaced node to have its place: those that replace it or
    /// one of its ancestors, as the files state them.
    fn unused_for(&self, node: NodeId) -> BTreeSet<usize> {
        let raw = &self.raw;
        let squashes_of = |original: usize| self.replacing.get(&original).into_iter().flatten().copied();
        let mut unused = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![node.0];
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            if next >= raw.real {
                // Only its replacement is left.
                open.extend(squashes_of(next));
                continue;
            }
            open.extend(&raw.parents[next]);
            // Nothing that replaces it is used, nor what replaces that in turn.
            let mut outer: Vec<usize> = squashes_of(next).collect();
            while let Some(squash) = outer.pop() {
                if squash != node.0 && unused.insert(squash) {
                    outer.extend(squashes_of(squash));
                    if seen.contains(&squash) {
                        open.extend(&raw.replaces[&squash]);
                    }
                }
            }
            if unused.contains(&next) {
                open.extend(raw.replaces.get(&next).into_iter().flatten());
            }
        }
        unused
    }

    /// Finds dependencies on what does not exist, nor is replaced by anything.
    fn missing(&mut self, mentions: &[Mention]) {
        let replaced: BTreeSet<usize> = self.raw.replaces.values().flatten().copied().collect();
        for mention in mentions {
            if mention.node < self.raw.real || replaced.contains(&mention.node) {
                continue;
            }
            let missing = self.keys[mention.node].clone();
            let names = self.keys[..self.raw.real].iter().filter(|key| key.app == missing.app);
            let similar = did_you_mean(&missing.name, names.map(|key| key.name.as_str())).map(str::to_owned);
            let from = self.keys[mention.from].clone();
            self.problems.push(GraphProblem {
                source: Arc::clone(&self.migrations[mention.from].source),
                span: mention.span,
                kind: GraphProblemKind::MissingDependency { from, missing, similar },
            });
        }
    }
}

/// A node that a migration names, and where.
struct Mention {
    from: usize,
    node: usize,
    span: Span,
}

#[derive(Default)]
struct Builder {
    migrations: Vec<Arc<Migration>>,
    index: BTreeMap<MigrationKey, usize>,
    keys: Vec<MigrationKey>,
    raw: Raw,
    mentions: Vec<Mention>,
    problems: Vec<GraphProblem>,
}

impl Builder {
    fn nodes(&mut self, migrations: &[Arc<Migration>]) {
        let mut sorted: Vec<&Arc<Migration>> = migrations.iter().collect();
        sorted.sort_by(|a, b| (&a.app, &a.name, a.source.path()).cmp(&(&b.app, &b.name, b.source.path())));
        for migration in sorted {
            let key = MigrationKey { app: migration.app.clone(), name: migration.name.clone() };
            if let Some(first) = self.index.get(&key) {
                let other = self.migrations[*first].source.path().to_owned();
                self.problem(migration, migration.class_span, GraphProblemKind::Duplicate { key, other });
                continue;
            }
            self.index.insert(key.clone(), self.keys.len());
            self.keys.push(key);
            self.migrations.push(Arc::clone(migration));
        }
        self.raw.real = self.keys.len();
        self.raw.parents = vec![BTreeSet::new(); self.keys.len()];
    }

    fn problem(&mut self, migration: &Migration, span: Span, kind: GraphProblemKind) {
        self.problems.push(GraphProblem { source: Arc::clone(&migration.source), span, kind });
    }

    /// The node of a key, which may have to be made.
    fn named(&mut self, app: &str, name: &str) -> usize {
        let key = MigrationKey { app: app.to_owned(), name: name.to_owned() };
        if let Some(node) = self.index.get(&key) {
            return *node;
        }
        let node = self.keys.len();
        self.index.insert(key.clone(), node);
        self.keys.push(key);
        self.raw.parents.push(BTreeSet::new());
        node
    }

    /// `MigrationLoader.add_internal_dependencies` for all, then `add_external_dependencies`.
    fn dependencies(&mut self, settings: &Settings) {
        let apps: BTreeSet<String> = self.migrations.iter().map(|migration| migration.app.clone()).collect();
        let migrations = self.migrations.clone();
        for (child, migration) in migrations.iter().enumerate() {
            for dependency in &migration.dependencies {
                match &dependency.value {
                    Dependency::Migration { app, name } if *app == migration.app && name != "__first__" => {
                        let parent = self.named(app, name);
                        self.edge(child, parent, child, dependency.span);
                    }
                    Dependency::Unknown(unknown) => {
                        let from = self.keys[child].clone();
                        let kind = GraphProblemKind::UnknownDependency { from, unknown: unknown.clone() };
                        self.problem(migration, dependency.span, kind);
                    }
                    _ => {}
                }
            }
        }
        let ends = Ends::of(&self.raw, &self.keys);
        for (node, migration) in migrations.iter().enumerate() {
            let both = migration.dependencies.iter().map(|dependency| (dependency, true));
            let both = both.chain(migration.run_before.iter().map(|dependency| (dependency, false)));
            for (dependency, before) in both {
                let (app, name) = match &dependency.value {
                    Dependency::Migration { app, name } => (app.clone(), name.as_str()),
                    Dependency::Swappable(setting) => match settings.model(setting) {
                        Some((app, _)) => (app, "__first__"),
                        None => continue,
                    },
                    Dependency::Unknown(_) => continue,
                };
                if (before && app == migration.app) || !apps.contains(&app) {
                    continue;
                }
                let other = match name {
                    // Django ignores them within an app.
                    "__first__" | "__latest__" if app == migration.app => None,
                    "__first__" => ends.first.get(&app).copied(),
                    "__latest__" => ends.last.get(&app).copied(),
                    name => Some(self.named(&app, name)),
                };
                let Some(other) = other else { continue };
                let (child, parent) = if before { (node, other) } else { (other, node) };
                self.edge(child, parent, node, dependency.span);
            }
        }
    }

    fn edge(&mut self, child: usize, parent: usize, from: usize, span: Span) {
        self.raw.parents[child].insert(parent);
        for node in [child, parent] {
            if node >= self.raw.real {
                self.mentions.push(Mention { from, node, span });
            }
        }
    }

    fn number_apps(&mut self) {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for key in &self.keys {
            let next = numbers.len();
            self.raw.apps.push(*numbers.entry(&key.app).or_insert(next));
        }
    }

    /// Finds the places of migrations whose dependencies can't be told. Django insists on one latest migration per app,
    /// so that such a one must stand on whatever would be latest beside it. Gives those whose place is not certain: the
    /// app has several of them.
    fn join_unknown(&mut self) -> BTreeSet<usize> {
        let mut by_app: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (node, migration) in self.migrations.iter().enumerate() {
            if unknown_dependencies(migration).is_some() {
                by_app.entry(migration.app.clone()).or_default().push(node);
            }
        }
        let mut guessed = BTreeSet::new();
        for (app, nodes) in by_app {
            for node in &nodes {
                let (view, _) = view::build(&self.raw, &BTreeSet::new());
                let mut leaves = leaves(&view, &self.keys).remove(&app).unwrap_or_default();
                if !view.contains(*node) || leaves.len() < 2 {
                    continue;
                }
                let own = view.descendants(*node);
                // Of several, only the order of their names tells which one stands on which.
                leaves.retain(|leaf| !own.contains(leaf) && (nodes.len() == 1 || leaf < node));
                if nodes.len() > 1 && !leaves.is_empty() {
                    guessed.insert(*node);
                }
                self.raw.parents[*node].extend(leaves);
            }
        }
        guessed
    }

    fn replacements(&mut self) {
        let migrations = self.migrations.clone();
        for (squash, migration) in migrations.iter().enumerate() {
            for replaced in &migration.replaces {
                if let Dependency::Migration { app, name } = &replaced.value {
                    let node = self.named(app, name);
                    if node != squash {
                        self.raw.replaces.entry(squash).or_default().insert(node);
                    }
                }
            }
        }
    }
}

/// Why a migration may depend on more than is known: an element of its dependencies can't be told, or its `__init__`
/// changes them.
fn unknown_dependencies(migration: &Migration) -> Option<Arc<Doubt>> {
    let stated = migration.dependencies.iter().find_map(|dependency| match &dependency.value {
        Dependency::Unknown(unknown) => Some(Doubt::of(&migration.source, unknown)),
        _ => None,
    });
    stated.or_else(|| custom::initializer(migration, "dependencies"))
}

/// `MigrationGraph.root_nodes` and `leaf_nodes`: the first of each app.
struct Ends {
    first: BTreeMap<String, usize>,
    last: BTreeMap<String, usize>,
}

impl Ends {
    fn of(raw: &Raw, keys: &[MigrationKey]) -> Self {
        let mut ends = Ends { first: BTreeMap::new(), last: BTreeMap::new() };
        let mut has_child = vec![false; keys.len()];
        for (child, parents) in raw.parents.iter().enumerate() {
            for parent in parents.iter().filter(|parent| keys[**parent].app == keys[child].app) {
                has_child[*parent] = true;
            }
        }
        for node in 0..raw.real {
            let app = &keys[node].app;
            if !raw.parents[node].iter().any(|parent| keys[*parent].app == *app) {
                ends.first.entry(app.clone()).or_insert(node);
            }
            if !has_child[node] {
                ends.last.entry(app.clone()).or_insert(node);
            }
        }
        ends
    }
}

/// The leaves of every app.
fn leaves(view: &View, keys: &[MigrationKey]) -> BTreeMap<String, Vec<usize>> {
    let mut has_child = BTreeSet::new();
    for node in view.order() {
        let same_app = |parent: &&usize| keys[**parent].app == keys[*node].app;
        has_child.extend(view.parents(*node).iter().filter(same_app).copied());
    }
    let mut leaves: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for node in order::sorted(view.order()) {
        if !has_child.contains(&node) {
            leaves.entry(keys[node].app.clone()).or_default().push(node);
        }
    }
    leaves
}
