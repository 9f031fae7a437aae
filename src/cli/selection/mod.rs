//! Which files are judged, what they contain, and which of them deployed code has already.
//!
//! The verdict on a file depends on git, never on which other files were named beside it: what belongs to the release
//! is looked up, not taken from the command line.

mod label;
mod tree;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Checked, Content, Unreadable};
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::git::{IndexEntry, StagedFile, StagedStatus};
use crate::migration::{Migration, ReadError, is_migration_path, read_migration};
use crate::python;
use crate::source::{SourceFile, Span};

use label::labels;
use tree::Tree;

/// What to judge.
pub(super) enum Scope<'c> {
    /// What is staged, from the index.
    Staged,
    /// Every migration of the repository, from the working tree.
    All,
    /// Files and folders, from the working tree.
    Paths { paths: &'c [PathBuf], force_exclude: bool },
    /// Content that was handed over, as if it were this file's.
    Content { path: &'c Path, content: Vec<u8> },
}

/// The files to judge, and the rest of the release.
pub(super) struct Selection {
    /// The files to judge.
    pub(super) files: Vec<Checked>,
    /// All migrations that are not deployed.
    pub(super) release: Vec<Arc<Migration>>,
    /// All migrations of the apps of these files.
    pub(super) history: Vec<Arc<Migration>>,
}

/// A file on its way to be read.
struct Candidate {
    path: String,
    bytes: Vec<u8>,
    deployed: bool,
    judged: bool,
}

/// Finds and reads the files of a scope.
pub(super) fn select(project: &Project, scope: Scope<'_>) -> Result<Selection, Failure> {
    let (tree, judged, deployed) = match scope {
        Scope::Staged => staged(project)?,
        Scope::All => all(project)?,
        Scope::Paths { paths, force_exclude } => named(project, paths, force_exclude)?,
        Scope::Content { path, content } => {
            let shown = project.shown(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
            let deployed = deployed_files(project, std::iter::once(&shown))?;
            let mut tree = Tree::disk(&project.root);
            tree.replace(shown.clone(), content);
            (tree, BTreeSet::from([shown]), deployed)
        }
    };
    let candidates = candidates(&tree, &judged, &deployed)?;
    Ok(read(project, &tree, candidates))
}

/// Which paths deployed code has; `None` where nothing tells, outside of a repository.
type Deployed = Option<HashSet<String>>;

fn staged(project: &Project) -> Result<(Tree, BTreeSet<String>, Deployed), Failure> {
    let Some(repository) = &project.repository else {
        let message = if crate::git::is_installed() {
            "nothing is staged here: this folder is not in a git repository"
        } else {
            "nothing can be staged here: git is not installed"
        };
        return Err(Failure::Usage {
            message: message.to_owned(),
            help: "name files or folders to judge: `whimbrel check shop/migrations`".to_owned(),
        });
    };
    let staged = repository.staged()?;
    let present = staged.iter().filter(|file| !matches!(file.status, StagedStatus::Deleted | StagedStatus::Unmerged));
    let paths = present.map(|file| file.path.clone());
    let judged: BTreeSet<String> = paths.filter(|path| is_migration_path(path) && selects(project, path)).collect();
    let tracked = repository.tracked_in(&app_folders(judged.iter()))?;
    let deployed = deployed_of(&tracked, &staged);
    Ok((Tree::index(repository.clone(), tracked), judged, Some(deployed)))
}

fn all(project: &Project) -> Result<(Tree, BTreeSet<String>, Deployed), Failure> {
    let mut judged = BTreeSet::new();
    if let Some(repository) = &project.repository {
        let tracked = repository.tracked()?.into_iter().map(|entry| entry.path);
        judged.extend(tracked.filter(|path| is_migration_path(path) && project.root.join(path).is_file()));
    } else {
        walk(&project.root, &mut |path| {
            let shown = project.shown(path);
            if is_migration_path(&shown) {
                judged.insert(shown);
            }
        });
    }
    judged.retain(|path| selects(project, path));
    let deployed = deployed_files(project, judged.iter())?;
    Ok((Tree::disk(&project.root), judged, deployed))
}

fn named(
    project: &Project,
    paths: &[PathBuf],
    force_exclude: bool,
) -> Result<(Tree, BTreeSet<String>, Deployed), Failure> {
    let mut judged = BTreeSet::new();
    for path in paths {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let absolute = real_parent(&absolute);
        if absolute.is_dir() {
            walk(&absolute, &mut |file| {
                let shown = project.shown(file);
                if is_migration_path(&shown) && selects(project, &shown) {
                    judged.insert(shown);
                }
            });
        } else if absolute.exists() {
            let shown = project.shown(&absolute);
            if !force_exclude || selects(project, &shown) {
                judged.insert(shown);
            }
        } else {
            return Err(Failure::Usage {
                message: format!("`{}` does not exist", path.display()),
                help: "name files or folders of the working tree, or nothing for what is staged".to_owned(),
            });
        }
    }
    let deployed = deployed_files(project, judged.iter())?;
    Ok((Tree::disk(&project.root), judged, deployed))
}

/// The path with its folder's symbolic links resolved, as git gives the repository's root.
fn real_parent(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            fs::canonicalize(parent).map_or_else(|_| path.to_owned(), |parent| parent.join(name))
        }
        _ => path.to_owned(),
    }
}

/// The files below the app folders of these that deployed code has.
fn deployed_files<'p>(project: &Project, paths: impl Iterator<Item = &'p String>) -> Result<Deployed, Failure> {
    let Some(repository) = &project.repository else { return Ok(None) };
    let tracked = repository.tracked_in(&app_folders(paths))?;
    Ok(Some(deployed_of(&tracked, &repository.staged()?)))
}

fn app_folders<'p>(paths: impl Iterator<Item = &'p String>) -> Vec<&'p str> {
    paths.map(|path| label::app_folder(path)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whatever is in the index and not staged as new is at HEAD.
fn deployed_of(tracked: &[IndexEntry], staged: &[StagedFile]) -> HashSet<String> {
    let changed = |file: &&StagedFile| matches!(file.status, StagedStatus::Modified | StagedStatus::TypeChanged);
    let added: HashSet<&str> = staged.iter().filter(|file| !changed(file)).map(|file| file.path.as_str()).collect();
    tracked.iter().map(|entry| &entry.path).filter(|path| !added.contains(path.as_str())).cloned().collect()
}

/// Whether the configuration wants that file judged.
fn selects(project: &Project, path: &str) -> bool {
    let absolute = project.root.join(path);
    match absolute.strip_prefix(&project.config.root) {
        Ok(relative) => project.config.selects(&relative.to_string_lossy().replace('\\', "/")),
        Err(_) => project.config.selects(path),
    }
}

/// Reads the files to judge and the other migrations of their folders.
fn candidates(tree: &Tree, judged: &BTreeSet<String>, deployed: &Deployed) -> Result<Vec<Candidate>, Failure> {
    let is_deployed = |path: &str| deployed.as_ref().is_none_or(|deployed| deployed.contains(path));
    let folders: BTreeSet<&str> = judged.iter().map(|path| label::folder(path)).collect();
    let mut wanted: BTreeMap<String, bool> = judged.iter().map(|path| (path.clone(), true)).collect();
    for folder in folders {
        let siblings = tree.list(folder).into_iter().filter(|path| is_migration_path(path));
        for path in siblings {
            wanted.entry(path).or_insert(false);
        }
    }
    let paths: Vec<String> = wanted.keys().cloned().collect();
    let contents = tree.read(&paths)?;
    let all = wanted.into_iter().zip(contents);
    Ok(all
        .filter_map(|((path, judged), bytes)| {
            let deployed = is_deployed(&path);
            Some(Candidate { path, bytes: bytes?, deployed, judged })
        })
        .collect())
}

/// Reads all candidates, side by side.
fn read(project: &Project, tree: &Tree, candidates: Vec<Candidate>) -> Selection {
    let labels = labels(project, tree, candidates.iter().map(|candidate| candidate.path.as_str()));
    let read: Vec<(Option<Content>, bool, bool)> = candidates
        .into_par_iter()
        .map(|candidate| {
            let app = labels.get(label::app_folder(&candidate.path)).cloned().unwrap_or_default();
            (content(&candidate.path, &candidate.bytes, &app), candidate.deployed, candidate.judged)
        })
        .collect();
    let mut selection = Selection { files: Vec::new(), release: Vec::new(), history: Vec::new() };
    for (content, deployed, judged) in read {
        let Some(content) = content else { continue };
        if let Content::Migration(migration) = &content {
            selection.history.push(Arc::clone(migration));
            if !deployed {
                selection.release.push(Arc::clone(migration));
            }
        }
        if judged {
            selection.files.push(Checked { content, deployed, assumptions: Vec::new() });
        }
    }
    selection
}

/// What a file contains: `None` when it is no migration.
fn content(path: &str, bytes: &[u8], app: &str) -> Option<Content> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".py").unwrap_or(name);
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
        Ok(migration) => migration.map(|migration| Content::Migration(Arc::new(migration))),
        Err(ReadError::Syntax(error)) => {
            let label = error.construct.unwrap_or("here").to_owned();
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

/// Folders that never hold migrations of the project, and are large.
const SKIPPED: [&str; 3] = ["node_modules", "__pycache__", "site-packages"];

/// Every file below a folder, without hidden folders; symbolic links to folders are not followed.
pub(super) fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
            walk(&entry.path(), found);
        } else if !kind.is_dir() {
            found(&entry.path());
        }
    }
}
