//! The labels of the apps that migrations belong to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use crate::cli::project::Project;
use crate::cli::selection::load::name_of;
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
    /// Whether the labels of all of them are known.
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

    /// Finds out the labels of these apps. A folder has the same label whoever asks, and for whatever reason.
    pub(super) fn name(&mut self, apps: &BTreeSet<String>) {
        let unnamed: Vec<String> = apps.iter().filter(|app| !self.labels.contains_key(*app)).cloned().collect();
        let configured = self.configured(&unnamed);
        let (known, open): (Vec<_>, Vec<_>) =
            unnamed.into_iter().zip(configured).partition(|(_, label)| label.is_some());
        self.labels.extend(known.into_iter().filter_map(|(app, label)| Some((app, label?))));
        let open: Vec<String> = open.into_iter().map(|(app, _)| app).collect();
        let labels = self.by_dependencies(&open);
        self.labels.extend(open.into_iter().zip(labels));
    }

    /// The folders of the apps with these labels, as far as they are in the tree. Of several with one label, the one
    /// nearest to `near`.
    pub(super) fn find(&mut self, wanted: &BTreeSet<String>, near: &str) -> BTreeMap<String, String> {
        // Most folders are called like their app.
        let called = |app: &&String| wanted.contains(app.rsplit('/').next().unwrap_or(app));
        let likely = self.folders.keys().filter(called).cloned().collect();
        self.name(&likely);
        let mut found = self.labelled(wanted, near);
        let missing = wanted.iter().any(|label| !found.contains_key(label) && !is_of_django(label));
        if missing && !self.asked_all {
            self.name_all();
            found = self.labelled(wanted, near);
        }
        found
    }

    /// Every label, with the folders of the apps that have it.
    pub(super) fn all(&mut self) -> BTreeMap<String, Vec<String>> {
        self.name_all();
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (app, label) in &self.labels {
            all.entry(label.clone()).or_default().push(app.clone());
        }
        all
    }

    fn name_all(&mut self) {
        self.asked_all = true;
        self.name(&self.folders.keys().cloned().collect());
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

    /// The labels of apps without a configuration: the app that their first migrations name when they depend on each
    /// other, else the name of the folder.
    fn by_dependencies(&self, apps: &[String]) -> Vec<String> {
        let files: Vec<Vec<String>> = apps.iter().map(|app| self.files(app)).collect();
        // The first one depends on nothing of its own app; the next ones do.
        let asked: Vec<String> = files.iter().flat_map(|files| files.iter().take(ASKED)).cloned().collect();
        // What can't be read says nothing about the label.
        let blobs = self.tree.read(&asked).unwrap_or_default();
        let read: Vec<Vec<(String, String)>> = blobs.into_par_iter().zip(asked).map(dependencies).collect();
        let mut read = read.into_iter();
        let root = self.project.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let label = |(app, files): (&String, &Vec<String>)| {
            let named: Vec<(String, String)> = read.by_ref().take(files.len().min(ASKED)).flatten().collect();
            let named: Vec<(&str, &str)> = named.iter().map(|(app, name)| (app.as_str(), name.as_str())).collect();
            let stems: Vec<&str> = files.iter().map(|path| name_of(path)).collect();
            let folder = if app.is_empty() { root.as_str() } else { app.rsplit('/').next().unwrap_or(app) };
            app_label_of(&AppFiles { folder, configs: &[], dependencies: &named, names: &stems })
        };
        apps.iter().zip(&files).map(label).collect()
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

/// The migrations that one depends on, as `(app, name)`.
fn dependencies((blob, path): (Blob, String)) -> Vec<(String, String)> {
    let text = blob.bytes().and_then(|bytes| decoded(&bytes)).unwrap_or_default();
    let Ok(Some(migration)) = read_migration(&SourceFile::new("", text), "", "") else { return Vec::new() };
    let named = migration.dependencies.into_iter().filter_map(|dependency| match dependency.value {
        Dependency::Migration { app, name } => Some((app, name)),
        _ => None,
    });
    // No migration depends on itself: one of the same name is another app's.
    named.filter(|(_, name)| name != name_of(&path)).collect()
}
