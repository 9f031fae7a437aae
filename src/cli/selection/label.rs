//! The labels of the apps that migrations belong to.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::project::Project;
use crate::cli::selection::tree::Tree;
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

/// The label of every app that these files belong to, by the app's folder.
pub(super) fn labels<'p>(
    project: &Project,
    tree: &Tree,
    paths: impl Iterator<Item = &'p str>,
) -> BTreeMap<String, String> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in paths {
        folders.entry(app_folder(path)).or_default().insert(folder(path));
    }
    let config_files = |app: &str| {
        ["apps.py", "__init__.py"].map(|name| if app.is_empty() { name.to_owned() } else { format!("{app}/{name}") })
    };
    let wanted: Vec<String> = folders.keys().flat_map(|app| config_files(app)).collect();
    // What can't be read says nothing about the label.
    let mut contents = tree.read(&wanted).unwrap_or_default().into_iter();
    let mut labels = BTreeMap::new();
    for (app, migrations) in folders {
        let texts: Vec<String> = contents.by_ref().take(2).flatten().filter_map(|bytes| decoded(&bytes)).collect();
        let label = configured(project, app).unwrap_or_else(|| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            match app_label_of(&AppFiles { configs: &texts, ..AppFiles::default() }) {
                unknown if unknown.is_empty() => by_dependencies(project, tree, app, &migrations),
                label => label,
            }
        });
        labels.insert(app.to_owned(), label);
    }
    labels
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
    known.map(|(_, label)| label.clone())
}

/// The app that the first migrations of the folder name when they depend on each other.
fn by_dependencies(project: &Project, tree: &Tree, app: &str, folders: &BTreeSet<&str>) -> String {
    let own = project.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fallback = if app.is_empty() { own.as_str() } else { app.rsplit('/').next().unwrap_or(app) };
    let mut paths: Vec<String> =
        folders.iter().flat_map(|folder| tree.list(folder)).filter(|path| is_migration_path(path)).collect();
    let names: Vec<String> =
        paths.iter().filter_map(|path| Some(path.rsplit('/').next()?.strip_suffix(".py")?.to_owned())).collect();
    // The first one depends on nothing of its own app; the next ones do.
    paths.truncate(ASKED);
    let mut dependencies: Vec<(String, String)> = Vec::new();
    for bytes in tree.read(&paths).unwrap_or_default().into_iter().flatten() {
        let Some(text) = decoded(&bytes) else { continue };
        let Ok(Some(migration)) = read_migration(&SourceFile::new("", text), "", "") else { continue };
        for dependency in migration.dependencies {
            if let Dependency::Migration { app, name } = dependency.value {
                dependencies.push((app, name));
            }
        }
    }
    let dependencies: Vec<(&str, &str)> =
        dependencies.iter().map(|(app, name)| (app.as_str(), name.as_str())).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app_label_of(&AppFiles { folder: fallback, configs: &[], dependencies: &dependencies, names: &names })
}
