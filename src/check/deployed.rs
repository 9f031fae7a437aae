//! What the code that may still be running knows, as seen from one migration.
//!
//! A migration that is deployed already is judged alone: running code knows what was there just before it. One that is
//! not belongs to the release under check, with all others that are not: running code knows the state of the deployed
//! commit, whatever the migrations of the release in front of this one have done.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use crate::history::{Creation, Doubt, FieldState, History, Known, MigrationKey, ModelState, NodeId, ProjectState};
use crate::history::{Settings, Side};
use crate::migration::{Dependency, Migration, Operation, Reach};

/// What is deployed, for all migrations of a check.
#[derive(Debug)]
pub struct Deployment {
    release: Option<Release>,
}

/// What a release adds to what is deployed.
#[derive(Debug)]
struct Release {
    /// The migrations of the deployed commit.
    history: History,
    /// The state after them, once somebody asks.
    state: OnceLock<ProjectState>,
    live: Arc<Live>,
}

impl Release {
    /// Whether some of what a squashed migration replaces has run: then the others run as well, and never itself
    /// (`MigrationLoader.build_graph`).
    fn has_run_some_of(&self, squash: &Migration) -> bool {
        squash.replaces.iter().any(|replaced| match &replaced.value {
            Dependency::Migration { app, name } => {
                self.live.migrations.contains(&MigrationKey { app: app.clone(), name: name.clone() })
            }
            _ => false,
        })
    }
}

/// Which migrations have run where the deployed code runs.
#[derive(Debug)]
struct Live {
    /// Those of the deployed commit, and squashed ones that stand for such.
    migrations: HashSet<MigrationKey>,
    /// Models (app and lower-case name) that other migrations create in the database only.
    new_tables: HashSet<(String, String)>,
}

impl Deployment {
    /// Where nothing tells what is deployed, every migration is taken for deployed and judged alone.
    #[must_use]
    pub fn unknown() -> Self {
        Self { release: None }
    }

    /// `deployed` are the migrations of the commit that may still be running, `present` those that are there now.
    #[must_use]
    pub fn of(deployed: &[Arc<Migration>], present: &[Arc<Migration>], settings: Settings) -> Self {
        let mut migrations: HashSet<MigrationKey> = deployed.iter().map(|migration| key(migration)).collect();
        add_squashes(&mut migrations, present);
        let mut new_tables = HashSet::new();
        for migration in present.iter().filter(|migration| !migrations.contains(&key(migration))) {
            for operation in &migration.operations {
                new_tables_of(&migration.app, operation, &mut new_tables);
            }
        }
        let history = History::new(deployed, settings);
        let live = Arc::new(Live { migrations, new_tables });
        Self { release: Some(Release { history, state: OnceLock::new(), live }) }
    }

    /// What is deployed as seen from a migration of `history`.
    #[must_use]
    pub fn seen_from(&self, history: &History, migration: &Migration) -> Deployed {
        let key = key(migration);
        let node = history.graph().node(&key.app, &key.name);
        let renamed_before = node.map(|node| self.renamed_before(history, node)).unwrap_or_default();
        match &self.release {
            Some(release) if !release.live.migrations.contains(&key) => {
                let state = release.state.get_or_init(|| release.history.final_state());
                let released = Released::Others(Arc::clone(&release.live));
                let file = if release.has_run_some_of(migration) { File::StandsForOthers } else { File::AsItWas };
                Deployed { state: state.clone(), release: released, file, renamed_before }
            }
            _ => {
                let before = |node| history.before_behind(node, &renamed_before, Side::State);
                let state = node.map(before).unwrap_or_default();
                let deployed = self.release.as_ref().and_then(|release| {
                    let graph = release.history.graph();
                    graph.node(&key.app, &key.name).map(|node| graph.migration(node))
                });
                let stands_for_others = self.release.as_ref().is_some_and(|release| release.has_run_some_of(migration));
                let file = match deployed {
                    Some(deployed) if !says_the_same(deployed, migration) => File::Edited,
                    None if stands_for_others => File::StandsForOthers,
                    _ => File::AsItWas,
                };
                Deployed { state, release: Released::Own(key), file, renamed_before }
            }
        }
    }

    /// The migrations that have renamed models before this one, although it does not depend on them: what is deployed
    /// has run before what is not; else Django's plan has the order.
    fn renamed_before(&self, history: &History, node: NodeId) -> Vec<NodeId> {
        let graph = history.graph();
        let is_live =
            |node| self.release.as_ref().is_none_or(|release| release.live.migrations.contains(graph.key(node)));
        let place = |node| graph.plan().position(|other| other == node);
        history.renamed_before(node, |other| match (is_live(other), is_live(node)) {
            (true, false) => true,
            (false, true) => false,
            _ => place(other) < place(node),
        })
    }

    /// What is deployed as seen from a migration that running code has and whose file is gone.
    #[must_use]
    pub fn seen_from_deleted(&self, migration: &Migration) -> Deployed {
        let key = key(migration);
        let stands_for_it = |squash: &Migration| squash.replaces.iter().any(|entry| names(&entry.value, &key));
        let replaced = self.release.as_ref().is_some_and(|release| {
            let graph = release.history.graph();
            graph.nodes().any(|node| stands_for_it(graph.migration(node)))
        });
        let file = File::Deleted { replaced };
        Deployed { state: ProjectState::default(), release: Released::Own(key), file, renamed_before: Vec::new() }
    }
}

/// Whether a dependency, or an entry of `replaces`, names a migration.
fn names(dependency: &Dependency, key: &MigrationKey) -> bool {
    matches!(dependency, Dependency::Migration { app, name } if *app == key.app && *name == key.name)
}

/// Whether two versions of a file differ in comments, in layout, and in their place among the others at most: Django's
/// own instructions for squashing make one edit `dependencies` and take `replaces` out.
fn says_the_same(one: &Migration, other: &Migration) -> bool {
    one.source.text() == other.source.text() || code(one) == code(other)
}

/// The text without comments, blanks and what places it among the others, with one kind of quotes and without the commas
/// that formatters add.
fn code(migration: &Migration) -> String {
    let text = migration.source.text();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    let comments = migration.comments.iter().map(|comment| (comment.start, comment.end));
    let lists = [&migration.dependencies, &migration.replaces, &migration.run_before];
    let elements = lists.into_iter().filter_map(|list| Some((list.first()?.span.start, list.last()?.span.end)));
    let mut left_out: Vec<(usize, usize)> = comments.chain(elements).collect();
    left_out.sort_unstable();
    for (start, end) in left_out.into_iter().chain(std::iter::once((text.len(), text.len()))) {
        // A comment may stand within a list.
        if end < at {
            continue;
        }
        let start = start.max(at);
        for c in text.get(at..start).unwrap_or_default().chars().filter(|c| !c.is_whitespace()) {
            if matches!(c, ')' | ']' | '}') && code.ends_with(',') {
                code.pop();
            }
            code.push(if c == '\'' { '"' } else { c });
        }
        at = end;
    }
    for attribute in ["dependencies", "replaces", "run_before"] {
        for empty in ["[]", "()"] {
            code = code.replace(&format!("{attribute}={empty}"), "");
        }
    }
    code
}

/// Squashed migrations whose work the deployed ones have done: Django marks them as applied without running them.
fn add_squashes(live: &mut HashSet<MigrationKey>, present: &[Arc<Migration>]) {
    let done = |live: &HashSet<MigrationKey>, squash: &Migration| {
        squash.replaces.iter().all(|replaced| match &replaced.value {
            Dependency::Migration { app, name } => {
                live.contains(&MigrationKey { app: app.clone(), name: name.clone() })
            }
            _ => false,
        })
    };
    let mut squashes: Vec<&Arc<Migration>> = present.iter().filter(|squash| !squash.replaces.is_empty()).collect();
    // A squashed migration may replace others.
    loop {
        let (finished, others): (Vec<_>, Vec<_>) = squashes.into_iter().partition(|squash| done(live, squash));
        if finished.is_empty() {
            return;
        }
        live.extend(finished.iter().map(|squash| key(squash)));
        squashes = others;
    }
}

fn key(migration: &Migration) -> MigrationKey {
    MigrationKey { app: migration.app.clone(), name: migration.name.clone() }
}

fn new_tables_of(app: &str, operation: &Operation, found: &mut HashSet<(String, String)>) {
    for child in &operation.children {
        new_tables_of(app, child, found);
    }
    if operation.like().is_some_and(|entry| entry.name == "CreateModel")
        && operation.reach == Reach::Database
        && let Some(name) = operation.text("name")
    {
        found.insert((app.to_owned(), name.to_lowercase()));
    }
}

/// What the code that may still be running knows, as seen from one migration.
#[derive(Clone, Debug)]
pub struct Deployed {
    state: ProjectState,
    release: Released,
    file: File,
    /// Migrations that it does not depend on, and that have renamed models of other apps before it.
    renamed_before: Vec<NodeId>,
}

/// What is the matter with the file of a migration that running code has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// Nothing, or running code does not have it.
    AsItWas,
    /// It has other statements than it has there.
    Edited,
    /// It is gone.
    Deleted {
        /// A squashed migration that running code has replaces it.
        replaced: bool,
    },
    /// It is a squashed migration that running code does not have, and of what it replaces some has run there.
    StandsForOthers,
}

/// What running code does not have yet.
#[derive(Clone, Debug)]
enum Released {
    /// This migration alone.
    Own(MigrationKey),
    /// Whatever is not live.
    Others(Arc<Live>),
}

impl Deployed {
    /// Migrations that the one under check does not depend on, and that have renamed models before it.
    pub(super) fn renamed_before(&self) -> &[NodeId] {
        &self.renamed_before
    }

    /// The models as running code knows them.
    #[must_use]
    pub fn state(&self) -> &ProjectState {
        &self.state
    }

    /// Whether running code has the migration itself.
    #[must_use]
    pub fn is_deployed(&self) -> bool {
        matches!(self.release, Released::Own(_))
    }

    /// Whether running code has the migration with other statements than it has here.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.file == File::Edited
    }

    /// Whether running code has the migration and its file is gone.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        matches!(self.file, File::Deleted { .. })
    }

    /// Whether a squashed migration that running code has replaces it; told of deleted ones.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.file == File::Deleted { replaced: true }
    }

    /// Whether the migration can still run where the deployed code runs: not one whose file is gone, and not a squashed
    /// one of which some of what it replaces has run.
    #[must_use]
    pub fn can_run(&self) -> bool {
        matches!(self.file, File::AsItWas | File::Edited)
    }

    /// The model as running code knows it, under the name that it has there. `present` is the model as some state
    /// around the migration has it.
    #[must_use]
    pub fn model(&self, present: &ModelState) -> Known<&Arc<ModelState>> {
        let mut models = self.state.models_of(&present.app).map(|(_, model)| model);
        match models.find(|model| model.created == present.created) {
            Some(model) => match &model.existence {
                None => Known::Yes(model),
                Some(doubt) => Known::Maybe(Some(model), Arc::clone(doubt)),
            },
            None if self.is_released(&present.created) => Known::No,
            // Another migration may create it now: a squashed one, say.
            None => self.state.model(&present.app, &present.name),
        }
    }

    /// The field as running code knows it, under the name that it has there. `model` and `present` are what some state
    /// around the migration has.
    #[must_use]
    pub fn field(&self, model: &ModelState, name: &str, present: &FieldState) -> Known<&Arc<FieldState>> {
        let model = match self.model(model) {
            Known::Yes(model) => model,
            Known::Maybe(_, doubt) => return Known::Maybe(None, doubt),
            Known::No => return Known::No,
        };
        let Some(created) = &present.created else { return model.field(name) };
        match model.fields.iter().find(|(_, field)| field.created.as_ref() == Some(created)) {
            Some((name, _)) => model.field(name),
            None if self.is_released(created) => Known::No,
            None => model.field(name),
        }
    }

    /// Whether running code uses the table of a model: it knows the model, or a migration of the release only tells the
    /// state of a table that is there already.
    ///
    /// # Errors
    ///
    /// When that can't be told.
    pub fn has_model(&self, present: &ModelState) -> Result<bool, Arc<Doubt>> {
        if present.created.state_only && self.is_released(&present.created) {
            let table = (present.created.migration.app.clone(), present.created.name.to_lowercase());
            let is_new = matches!(&self.release, Released::Others(live) if live.new_tables.contains(&table));
            return Ok(!is_new);
        }
        is_there(&self.model(present))
    }

    /// Whether running code uses a field's column, in the same sense.
    ///
    /// # Errors
    ///
    /// When that can't be told.
    pub fn has_field(&self, model: &ModelState, name: &str, present: &FieldState) -> Result<bool, Arc<Doubt>> {
        if !self.has_model(model)? {
            return Ok(false);
        }
        match &present.created {
            Some(created) if created.state_only && self.is_released(created) => Ok(true),
            _ => is_there(&self.field(model, name, present)),
        }
    }

    /// Whether the release makes it, or says so.
    fn is_released(&self, created: &Creation) -> bool {
        match &self.release {
            Released::Own(own) => created.migration == *own,
            Released::Others(live) => !live.migrations.contains(&created.migration),
        }
    }
}

fn is_there<T>(known: &Known<T>) -> Result<bool, Arc<Doubt>> {
    match known {
        Known::Yes(_) => Ok(true),
        Known::No => Ok(false),
        Known::Maybe(_, doubt) => Err(Arc::clone(doubt)),
    }
}
