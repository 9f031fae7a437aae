//! Reading the migrations of apps, and of the apps that they need, and no others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Content, Unreadable};
use crate::cli::failure::Failure;
use crate::cli::selection::apps::{Apps, common_folder};
use crate::cli::selection::tree::{Blob, Tree};
use crate::git::Oid;
use crate::migration::{Dependency, Field, Migration, Operation, ReadError, read_migration};
use crate::python::{self, Construct};
use crate::source::{SourceFile, Span};

/// Twenty times what the largest migration of 225 surveyed projects has.
const MOST_OPERATIONS: usize = 5_000;

/// Files that were read, by path: `None` for one that is no migration.
pub(super) type Loaded = BTreeMap<String, Option<Content>>;

/// Reads migrations, each content once.
#[derive(Default)]
pub(super) struct Loader {
    /// What was read, by path and label of the app.
    read: HashMap<(String, String), Read>,
}

/// A file that was read.
struct Read {
    blob: Option<Oid>,
    bytes: Vec<u8>,
    content: Option<Content>,
}

impl Loader {
    /// The migrations of the apps in these folders and, one after the other, of the apps that those need. Also gives
    /// the labels that were asked for and are not in the tree.
    pub(super) fn apps(
        &mut self,
        apps: &mut Apps<'_>,
        start: &BTreeSet<String>,
    ) -> Result<(Loaded, BTreeSet<String>), Failure> {
        let near = common_folder(start);
        let mut loaded = Loaded::new();
        let mut labels: BTreeSet<String> = BTreeSet::new();
        let mut missing: BTreeSet<String> = BTreeSet::new();
        let mut open = start.clone();
        while !open.is_empty() {
            let files: Vec<(String, String)> = open
                .iter()
                .flat_map(|app| apps.files(app).into_iter().map(|file| (file, apps.label(app).to_owned())))
                .collect();
            labels.extend(open.iter().map(|app| apps.label(app).to_owned()));
            let mut wanted = BTreeSet::new();
            for ((path, _), content) in files.iter().zip(self.files(apps.tree, &files)?) {
                if let Some(Content::Migration(migration)) = &content {
                    wanted.extend(
                        needed(migration).into_iter().filter(|label| !labels.contains(*label)).map(str::to_owned),
                    );
                }
                loaded.insert(path.clone(), content);
            }
            wanted.retain(|label| !missing.contains(label));
            let found = apps.find(&wanted, &near);
            missing.extend(wanted.into_iter().filter(|label| !found.contains_key(label)));
            open = found.into_values().collect();
        }
        Ok((loaded, missing))
    }

    /// The contents of files, with the labels of their apps: side by side, and none twice.
    fn files(&mut self, tree: &Tree, files: &[(String, String)]) -> Result<Vec<Option<Content>>, Failure> {
        let is_known = |(path, label): &(String, String)| {
            let read = self.read.get(&(path.clone(), label.clone()));
            read.is_some_and(|read| read.blob.is_some() && read.blob.as_ref() == tree.blob(path))
        };
        let unknown: Vec<&(String, String)> = files.iter().filter(|file| !is_known(file)).collect();
        let paths: Vec<String> = unknown.iter().map(|(path, _)| path.clone()).collect();
        let blobs = tree.read(&paths)?;
        let mut fresh: Vec<(&(String, String), Blob)> = Vec::new();
        let mut contents: HashMap<&str, Option<Content>> = HashMap::new();
        for (file, blob) in unknown.into_iter().zip(blobs) {
            match (&blob, self.read.get_mut(file)) {
                (Blob::Bytes(bytes), Some(read)) if read.bytes == *bytes => {
                    read.blob = tree.blob(&file.0).cloned();
                    contents.insert(&file.0, read.content.clone());
                }
                _ => fresh.push((file, blob)),
            }
        }
        let read: Vec<_> = fresh
            .into_par_iter()
            .map(|((path, label), blob)| {
                let (bytes, content) = match blob {
                    Blob::Bytes(bytes) => {
                        let content = content(path, &bytes, label);
                        (bytes, content)
                    }
                    Blob::Missing => (Vec::new(), None),
                    Blob::Unreadable(error) => (Vec::new(), Some(closed(path, label, &error))),
                };
                ((path.clone(), label.clone()), Read { blob: tree.blob(path).cloned(), bytes, content })
            })
            .collect();
        self.read.extend(read);
        let known = |file: &(String, String)| {
            let early = contents.remove(file.0.as_str());
            early.unwrap_or_else(|| self.read.get(file).and_then(|read| read.content.clone()))
        };
        Ok(files.iter().map(known).collect())
    }
}

/// The migrations among what was read; a file that can't be read is one that may do anything.
pub(super) fn migrations(loaded: &Loaded) -> impl Iterator<Item = Arc<Migration>> {
    loaded.values().flatten().map(|content| match content {
        Content::Migration(migration) | Content::Deleted(migration) => Arc::clone(migration),
        Content::Unreadable(unreadable) => {
            Arc::new(Migration::unreadable(&unreadable.source, &unreadable.app, &unreadable.name, unreadable.span))
        }
    })
}

/// The labels of other apps that a migration speaks of: it depends on them, or its models point there.
fn needed(migration: &Migration) -> BTreeSet<&str> {
    let mut labels = BTreeSet::new();
    for dependency in migration.dependencies.iter().chain(&migration.replaces) {
        if let Dependency::Migration { app, .. } = &dependency.value {
            labels.insert(app.as_str());
        }
    }
    for operation in &migration.operations {
        needed_by(operation, &mut labels);
    }
    labels.remove(migration.app.as_str());
    labels
}

fn needed_by<'o>(operation: &'o Operation, labels: &mut BTreeSet<&'o str>) {
    let label = |text: &'o str| text.split_once('.').map(|(label, _)| label);
    let mut of_field = |field: &'o Field| {
        let named = ["to", "through"].into_iter().filter_map(|name| field.argument(name)?.value.as_str());
        labels.extend(named.filter_map(label));
    };
    operation.fields.iter().map(|(_, field)| field).chain(&operation.field).for_each(&mut of_field);
    let bases = operation.argument("bases").and_then(|bases| bases.value.elements()).unwrap_or_default();
    labels.extend(bases.iter().filter_map(|base| base.as_str()).filter_map(label));
    for child in &operation.children {
        needed_by(child, labels);
    }
}

/// What a file contains: `None` when it is no migration.
fn content(path: &str, bytes: &[u8], app: &str) -> Option<Content> {
    let name = name_of(path);
    let text = match python::decode(bytes) {
        Ok(text) => text,
        Err(error) => {
            return Some(Content::Unreadable(Unreadable {
                source: SourceFile::new(path, ""),
                app: app.to_owned(),
                name: name.to_owned(),
                message: format!("this file can't be judged: {error}"),
                span: Span::at(0),
                label: String::new(),
                help: Some(
                    "save it as UTF-8, or say its encoding in the first line: `# -*- coding: latin-1 -*-`".to_owned(),
                ),
            }));
        }
    };
    let source = SourceFile::new(path, text);
    match read_migration(&source, app, name) {
        Ok(Some(migration)) => Some(judgeable(migration)),
        Ok(None) => None,
        Err(ReadError::Syntax(error)) => {
            let label = error.construct.map_or("here", Construct::words).to_owned();
            let help = match error.construct {
                Some(_) => {
                    "write it in a form that older versions of Python know too, or `exclude` the file and review it by hand"
                }
                None => "Python can't import this file; correct it first",
            };
            Some(Content::Unreadable(Unreadable {
                source: Arc::clone(&source),
                app: app.to_owned(),
                name: name.to_owned(),
                message: format!("this file can't be judged: {}", error.message),
                span: error.span,
                label,
                help: Some(help.to_owned()),
            }))
        }
    }
}

/// The migration, unless it has so many operations that rules about several of them would take minutes.
fn judgeable(migration: Migration) -> Content {
    fn count(operations: &[Operation]) -> usize {
        operations.iter().map(|operation| 1 + count(&operation.children)).sum()
    }
    let operations = count(&migration.operations);
    if operations <= MOST_OPERATIONS {
        return Content::Migration(Arc::new(migration));
    }
    Content::Unreadable(Unreadable {
        source: Arc::clone(&migration.source),
        app: migration.app.clone(),
        name: migration.name.clone(),
        message: format!(
            "this file can't be judged: it has {operations} operations, and {MOST_OPERATIONS} is the most"
        ),
        span: migration.class_span,
        label: "here".to_owned(),
        help: Some("split the migration, or `exclude` the file and review it by hand".to_owned()),
    })
}

/// A file that the operating system does not give.
fn closed(path: &str, app: &str, error: &std::io::Error) -> Content {
    Content::Unreadable(Unreadable {
        source: SourceFile::new(path, ""),
        app: app.to_owned(),
        name: name_of(path).to_owned(),
        message: format!("this file can't be judged: {error}"),
        span: Span::at(0),
        label: String::new(),
        help: Some("check the file and its permissions".to_owned()),
    })
}

/// The name of the migration in that file.
pub(super) fn name_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".py").unwrap_or(name)
}
