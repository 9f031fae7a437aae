//! The project's states around the operations of one migration, and what it may rely on being there.

use std::collections::BTreeSet;

use crate::check::deployed::Deployed;
use crate::check::place::Place;
use crate::effects::compat::ModelTables;
use crate::effects::{Effects, Release, Surroundings};
use crate::history::{History, NodeId, ProjectState};
use crate::migration::{Dependency, Migration, Operation};
use crate::target::Database;

/// What is known of the project around one migration; empty when its history is not known.
#[derive(Clone, Debug, Default)]
pub struct States {
    /// The state before its first operation, then after each of its operations, nested ones behind the one they stand
    /// in.
    around: Vec<ProjectState>,
    /// What it depends on, for a migration with a RunPython.
    reached: Option<Reached>,
    /// Its place among all.
    place: Place,
    /// What it does to each database that it is judged for.
    effects: Vec<(Database, Effects)>,
}

/// The apps that a migration depends on, through others too.
#[derive(Clone, Debug, Default)]
struct Reached {
    /// Their labels, its own among them.
    apps: BTreeSet<String>,
    /// Whether there may be others: one of the migrations that it depends on is not known.
    open: bool,
}

/// What the migrations of Django's own apps depend on (django.contrib, Django 4.2 to 6.1).
const CONTRIB: [(&str, &[&str]); 7] = [
    ("admin", &["auth", "contenttypes"]),
    ("auth", &["contenttypes"]),
    ("contenttypes", &[]),
    ("flatpages", &["sites"]),
    ("redirects", &["sites"]),
    ("sessions", &[]),
    ("sites", &[]),
];

impl States {
    /// What is known around a migration that belongs to the history.
    #[must_use]
    pub fn of(
        history: &History,
        migration: &Migration,
        deployed: &Deployed,
        release: &Release,
        models: &[ModelTables],
    ) -> Self {
        let graph = history.graph();
        let node = graph.node(&migration.app, &migration.name);
        // Two files may claim one name; only one of them is in the graph.
        let node = node.filter(|node| graph.migration(*node).source.path() == migration.source.path());
        let place = Place::of(history, migration);
        let Some(node) = node else { return Self { place, ..Self::default() } };
        let reached = migration.operations.iter().any(runs_python).then(|| reached(history, node));
        let release = (!deployed.is_deployed()).then_some(release);
        let surroundings = Surroundings::of(history, (node, deployed.renamed_before()), deployed.state(), release);
        let effects = models.iter().map(|models| (models.target().database, surroundings.effects(models))).collect();
        Self { effects, around: surroundings.within().to_vec(), reached, place }
    }

    /// What is known around a migration whose file is gone.
    #[must_use]
    pub fn of_deleted(history: &History, migration: &Migration) -> Self {
        Self { place: Place::of_deleted(history, migration), ..Self::default() }
    }

    /// What the migration does to each database.
    pub(super) fn into_effects(self) -> Vec<(Database, Effects)> {
        self.effects
    }

    /// What the migration does to a database, where that is known.
    pub(super) fn effects(&self, database: Database) -> Option<&Effects> {
        self.effects.iter().find(|(own, _)| *own == database).map(|(_, effects)| effects)
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

    /// Whether the migration certainly does not depend on any migration of an app.
    pub(super) fn cannot_rely_on(&self, app: &str) -> bool {
        self.reached.as_ref().is_some_and(|reached| !reached.open && !reached.apps.contains(app))
    }
}

fn runs_python(operation: &Operation) -> bool {
    operation.kind_name() == Some("RunPython") || operation.children.iter().any(runs_python)
}

fn reached(history: &History, from: NodeId) -> Reached {
    let graph = history.graph();
    let mut reached = Reached::default();
    for node in graph.with_ancestors(from) {
        let migration = graph.migration(node);
        reached.apps.insert(migration.app.clone());
        for dependency in &migration.dependencies {
            match &dependency.value {
                Dependency::Migration { app, name } => match graph.node(app, name) {
                    Some(_) => drop(reached.apps.insert(app.clone())),
                    None if !graph.leaves(app).is_empty() => {
                        // `__first__`, `__latest__`, or a name that is gone: its app is there all the same.
                        reached.apps.insert(app.clone());
                        reached.open |= !name.starts_with("__");
                    }
                    None => reached.outside(app),
                },
                Dependency::Swappable(setting) => match history.settings().model(setting) {
                    Some((app, _)) if !graph.leaves(&app).is_empty() => drop(reached.apps.insert(app)),
                    Some((app, _)) => reached.outside(&app),
                    None => reached.open = true,
                },
                Dependency::Unknown(_) => reached.open = true,
            }
        }
    }
    reached
}

impl Reached {
    /// An app whose migrations are not known.
    fn outside(&mut self, app: &str) {
        self.apps.insert(app.to_owned());
        match CONTRIB.iter().find(|(known, _)| *known == app) {
            Some((_, apps)) => self.apps.extend(apps.iter().map(|app| (*app).to_owned())),
            None => self.open = true,
        }
    }
}
