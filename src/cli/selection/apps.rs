//! The labels of the apps that migrations belong to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::project::Project;
use crate::cli::selection::tree::{Blob, Tree};
use crate::migration::{AppFiles, Dependency, app_label_of, is_migration_path, read_migration};
use crate::python;
use crate::source::SourceFile;

/// Without an AppConfig, so many migrations of a folder are asked whose dependencies name their app.
const ASKED: usize = 5;

/// The folder of a file.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder of the app that a migration file belongs to: the one around its folder of migrations.
pub(super) fn app_folder(path: &str) -> &str {
    folder(folder(path))
}

/// The apps of a tree. Their labels are found out when somebody asks for them.
pub(super) struct Apps<'t> {
    project: &'t Project,
    /// Where their files are.
    pub(super) tree: &'t Tree,
    /// Folders of migrations, by the app's folder.
    folders: BTreeMap<String, BTreeSet<String>>,
    /// Labels, by the app's folder.
    labels: BTreeMap<String, String>,
    /// Whether every app has been asked for what its configuration says.
    asked_all: bool,
}

impl<'t> Apps<'t> {
    pub(super) fn of(project: &'t Project, tree: &'t Tree) -> Self {
        let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for path in tree.migrations() {
            folders.entry(app_folder(path).to_owned()).or_default().insert(folder(path).to_owned());
        }
        Self { project, tree, folders, labels: BTreeMap::new(), asked_all: false }
    }

    /// Takes over the labels that folders of these names have elsewhere.
    pub(super) fn take_labels(&mut self, other: &Apps<'_>) {
        let known = other.labels.iter().filter(|(folder, _)| self.folders.contains_key(*folder));
        self.labels.extend(known.map(|(folder, label)| (folder.clone(), label.clone())));
    }

    /// The files of an app that may be migrations.
    pub(super) fn files(&self, app: &str) -> Vec<String> {
        let folders = self.folders.get(app).into_iter().flatten();
        folders.flat_map(|folder| self.tree.list(folder)).filter(|path| is_migration_path(path)).collect()
    }

    /// The label of an app, by its folder.
    pub(super) fn label(&self, app: &str) -> &str {
        self.labels.get(app).map_or("", String::as_str)
    }

    /// Finds out the labels of these apps, whatever that takes.
    pub(super) fn name(&mut self, apps: &BTreeSet<String>) {
        let unnamed: Vec<String> = apps.iter().filter(|app| !self.labels.contains_key(*app)).cloned().collect();
        let configured = self.configured(&unnamed);
        for (app, label) in unnamed.into_iter().zip(configured) {
            let label = label.unwrap_or_else(|| {
                let folders = self.folders.get(&app).cloned().unwrap_or_default();
                by_dependencies(self.project, self.tree, &app, &folders)
            });
            self.labels.insert(app, label);
        }
    }

    /// The folders of the apps with these labels, as far as they are in the tree. Of several with one label, the one
    /// nearest to `near`.
    pub(super) fn find(&mut self, wanted: &BTreeSet<String>, near: &str) -> BTreeMap<String, String> {
        // Most folders are called like their app.
        let called = |app: &&String| wanted.contains(app.rsplit('/').next().unwrap_or(app));
        let likely: Vec<String> = self.folders.keys().filter(called).cloned().collect();
        self.ask(likely);
        let mut found = self.labelled(wanted, near);
        let missing = wanted.iter().any(|label| !found.contains_key(label) && !is_of_django(label));
        if missing && !self.asked_all {
            self.asked_all = true;
            self.ask(self.folders.keys().cloned().collect());
            found = self.labelled(wanted, near);
        }
        found
    }

    /// The folder of the app whose migrations say that this is their label.
    pub(super) fn by_dependencies(&mut self, label: &str) -> Option<String> {
        let unnamed: BTreeSet<String> = self.folders.keys().cloned().collect();
        self.labels.clear();
        self.name(&unnamed);
        self.labels.iter().find(|(_, own)| *own == label).map(|(app, _)| app.clone())
    }

    /// Every label, with the folders of the apps that have it.
    pub(super) fn all(&mut self) -> BTreeMap<String, Vec<String>> {
        self.asked_all = true;
        self.ask(self.folders.keys().cloned().collect());
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (app, label) in &self.labels {
            all.entry(label.clone()).or_default().push(app.clone());
        }
        all
    }

    /// Labels apps as their configuration says, or else like their folders.
    fn ask(&mut self, apps: Vec<String>) {
        let unnamed: Vec<String> = apps.into_iter().filter(|app| !self.labels.contains_key(app)).collect();
        let configured = self.configured(&unnamed);
        for (app, label) in unnamed.into_iter().zip(configured) {
            let label = label.unwrap_or_else(|| app.rsplit('/').next().unwrap_or(&app).to_owned());
            self.labels.insert(app, label);
        }
    }

    fn labelled(&self, wanted: &BTreeSet<String>, near: &str) -> BTreeMap<String, String> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for (app, label) in self.labels.iter().filter(|(_, label)| wanted.contains(*label)) {
            let nearer = |known: &String| shared(app, near) > shared(known, near);
            if found.get(label).is_none_or(nearer) {
                found.insert(label.clone(), app.clone());
            }
        }
        found
    }

    /// What the configuration of the project, or an AppConfig, says about the labels of these apps.
    fn configured(&self, apps: &[String]) -> Vec<Option<String>> {
        let files = |app: &String| {
            ["apps.py", "__init__.py"]
                .map(|name| if app.is_empty() { name.to_owned() } else { format!("{app}/{name}") })
        };
        let wanted: Vec<String> = apps.iter().flat_map(files).collect();
        // What can't be read says nothing about the label.
        let mut contents = self.tree.read(&wanted).unwrap_or_default().into_iter();
        let label = |app: &String| {
            let texts = contents.by_ref().take(2).filter_map(Blob::bytes);
            let texts: Vec<String> = texts.filter_map(|bytes| decoded(&bytes)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let label = app_label_of(&AppFiles { configs: &texts, ..AppFiles::default() });
            configured(self.project, app).or(Some(label).filter(|label| !label.is_empty()))
        };
        apps.iter().map(label).collect()
    }
}

/// Apps of `django.contrib` with migrations: few projects have an app of that label.
fn is_of_django(label: &str) -> bool {
    matches!(label, "admin" | "auth" | "contenttypes" | "flatpages" | "redirects" | "sessions" | "sites")
}

/// How many folders two paths share, from the top.
fn shared(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

/// Parts the apps so that no two of one part have the same label: a repository may hold several projects.
pub(super) fn parts(apps: &[(String, String)]) -> Vec<Vec<String>> {
    let mut labels = BTreeSet::new();
    if apps.iter().all(|(_, label)| labels.insert(label)) {
        return vec![apps.iter().map(|(app, _)| app.clone()).collect()];
    }
    let common = apps.iter().map(|(app, _)| shared(app, &apps[0].0)).min().unwrap_or_default();
    let mut below: BTreeMap<Option<&str>, Vec<(String, String)>> = BTreeMap::new();
    for (app, label) in apps {
        below.entry(app.split('/').nth(common)).or_default().push((app.clone(), label.clone()));
    }
    if below.len() < 2 {
        return apps.iter().map(|(app, _)| vec![app.clone()]).collect();
    }
    below.values().flat_map(|apps| parts(apps)).collect()
}

/// The folder that apps have in common.
pub(super) fn common_folder(apps: &BTreeSet<String>) -> String {
    let Some(first) = apps.first() else { return String::new() };
    let common = apps.iter().map(|app| shared(app, first)).min().unwrap_or_default();
    first.split('/').take(common).collect::<Vec<_>>().join("/")
}

fn decoded(bytes: &[u8]) -> Option<String> {
    python::decode(bytes).ok().map(std::borrow::Cow::into_owned)
}

/// The label that the configuration gives the folder.
fn configured(project: &Project, app: &str) -> Option<String> {
    let absolute = project.root.join(app);
    let known = project.config.apps.iter().find(|(folder, _)| {
        let folder =
            if folder.value == "." { project.config.root.clone() } else { project.config.root.join(&folder.value) };
        folder == absolute
    });
    let detected = || project.detected().apps.iter().find(|found| found.value.0 == Path::new(app));
    known.map(|(_, label)| label.clone()).or_else(|| detected().map(|found| found.value.1.clone()))
}

/// The app that the first migrations of the folder name when they depend on each other.
fn by_dependencies(project: &Project, tree: &Tree, app: &str, folders: &BTreeSet<String>) -> String {
    let own = project.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fallback = if app.is_empty() { own.as_str() } else { app.rsplit('/').next().unwrap_or(app) };
    let mut paths: Vec<String> =
        folders.iter().flat_map(|folder| tree.list(folder)).filter(|path| is_migration_path(path)).collect();
    let names: Vec<String> =
        paths.iter().filter_map(|path| Some(path.rsplit('/').next()?.strip_suffix(".py")?.to_owned())).collect();
    // The first one depends on nothing of its own app; the next ones do.
    paths.truncate(ASKED);
    let mut dependencies: Vec<(String, String)> = Vec::new();
    for (blob, own) in tree.read(&paths).unwrap_or_default().into_iter().zip(&names) {
        let Some(text) = blob.bytes().and_then(|bytes| decoded(&bytes)) else { continue };
        let Ok(Some(migration)) = read_migration(&SourceFile::new("", text), "", "") else { continue };
        for dependency in migration.dependencies {
            // No migration depends on itself: one of the same name is another app's.
            if let Dependency::Migration { app, name } = dependency.value
                && name != *own
            {
                dependencies.push((app, name));
            }
        }
    }
    let dependencies: Vec<(&str, &str)> =
        dependencies.iter().map(|(app, name)| (app.as_str(), name.as_str())).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app_label_of(&AppFiles { folder: fallback, configs: &[], dependencies: &dependencies, names: &names })
}
