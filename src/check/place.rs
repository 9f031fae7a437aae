//! Where a migration stands among all: what Django's `MigrationLoader` (`django.db.migrations.loader`) would complain of.

use crate::history::{Graph, GraphProblem, GraphProblemKind, History, MigrationKey, NodeId};
use crate::migration::{Dependency, Migration};
use crate::source::Span;

/// Where a migration stands among all.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The latest migrations of its app: more than one are in conflict.
    pub(super) latest: Vec<String>,
    /// Whether it is one of them.
    pub(super) is_latest: bool,
    /// Whether it certainly builds upon no other migration of its app.
    pub(super) is_first: bool,
    /// What it depends on and does not exist, with the place of the dependency.
    pub(super) missing: Vec<(String, Span)>,
    /// The migrations of a circle of dependencies that it stands in.
    pub(super) circle: Vec<String>,
    /// The squashed migrations of a circle of replacements that it stands in.
    pub(super) replaces_circle: Vec<String>,
    /// The squashed migrations that replace it.
    pub(super) replaced_by: Vec<String>,
    /// What it replaces: each with whether it is there.
    pub(super) replaced: Vec<(String, bool)>,
    /// What of it is a squashed migration itself.
    pub(super) replaced_squashes: Vec<String>,
    /// Other files that are the same migration.
    pub(super) duplicates: Vec<String>,
}

impl Place {
    /// The place of a migration in a history that it belongs to.
    pub(super) fn of(history: &History, migration: &Migration) -> Self {
        let graph = history.graph();
        let key = MigrationKey { app: migration.app.clone(), name: migration.name.clone() };
        let latest = graph.leaves(&key.app);
        let mut place = Self {
            latest: names(graph, &latest),
            is_latest: latest.iter().any(|node| *graph.key(*node) == key),
            is_first: is_first(graph, migration),
            replaced_by: replaced_by(graph, &key),
            replaced: replaced(graph, migration),
            replaced_squashes: replaced_squashes(graph, migration),
            ..Self::default()
        };
        for problem in graph.problems() {
            place.add(problem, &key, migration.source.path());
        }
        place
    }

    /// The place that a migration has left.
    pub(super) fn of_deleted(history: &History, migration: &Migration) -> Self {
        let graph = history.graph();
        let key = MigrationKey { app: migration.app.clone(), name: migration.name.clone() };
        let latest = names(graph, &graph.leaves(&key.app));
        Self { latest, replaced_by: replaced_by(graph, &key), ..Self::default() }
    }

    fn add(&mut self, problem: &GraphProblem, key: &MigrationKey, path: &str) {
        let within = |circle: &[MigrationKey]| -> Vec<String> {
            if circle.contains(key) { circle.iter().map(ToString::to_string).collect() } else { Vec::new() }
        };
        match &problem.kind {
            GraphProblemKind::MissingDependency { from, missing, .. } if from == key => {
                self.missing.push((missing.to_string(), problem.span));
            }
            GraphProblemKind::Circle { circle } => self.circle.extend(within(circle)),
            GraphProblemKind::SquashCircle { circle } => self.replaces_circle.extend(within(circle)),
            GraphProblemKind::Duplicate { key: same, other } if same == key => {
                let both = [problem.source.path(), other.as_str()];
                self.duplicates.extend(both.into_iter().filter(|file| *file != path).map(str::to_owned));
            }
            _ => {}
        }
    }
}

fn is_first(graph: &Graph, migration: &Migration) -> bool {
    let elsewhere = |dependency: &Dependency| match dependency {
        Dependency::Migration { app, .. } => *app != migration.app,
        Dependency::Swappable(_) => true,
        Dependency::Unknown(_) => false,
    };
    let parents = graph.node(&migration.app, &migration.name).map(|node| graph.parents(node)).unwrap_or_default();
    migration.dependencies.iter().all(|dependency| elsewhere(&dependency.value))
        && parents.into_iter().all(|parent| graph.key(parent).app != migration.app)
}

fn names(graph: &Graph, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(|node| graph.key(*node).to_string()).collect()
}

fn replaced_by(graph: &Graph, key: &MigrationKey) -> Vec<String> {
    let is_it = |replaced: &Dependency| matches!(replaced, Dependency::Migration { app, name } if *app == key.app && *name == key.name);
    let squashes =
        graph.nodes().filter(|node| graph.migration(*node).replaces.iter().any(|replaced| is_it(&replaced.value)));
    names(graph, &squashes.collect::<Vec<_>>())
}

fn replaced_squashes(graph: &Graph, migration: &Migration) -> Vec<String> {
    let named = migration.replaces.iter().filter_map(|replaced| match &replaced.value {
        Dependency::Migration { app, name } => graph.node(app, name),
        _ => None,
    });
    let squashes = named.filter(|node| !graph.migration(*node).replaces.is_empty());
    names(graph, &squashes.collect::<Vec<_>>())
}

fn replaced(graph: &Graph, migration: &Migration) -> Vec<(String, bool)> {
    let named = migration.replaces.iter().filter_map(|replaced| match &replaced.value {
        Dependency::Migration { app, name } => Some((format!("{app}.{name}"), graph.node(app, name).is_some())),
        _ => None,
    });
    named.collect()
}
