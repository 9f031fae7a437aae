//! Migrations of installed packages, from the `site-packages` folders that the configuration names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::selection::SKIPPED;
use crate::cli::selection::apps::Apps;
use crate::cli::selection::load::{Loaded, Loader};
use crate::cli::selection::tree::Tree;
use crate::migration::is_migration_path;

/// Folders in folders that are looked into: packages are not deeper.
const DEEPEST: usize = 8;
/// Folders that are looked into at most.
const MOST_FOLDERS: usize = 50_000;

/// The installed packages. They are looked for when an app is missing in the repository.
pub(super) struct Packages<'p> {
    project: &'p Project,
    trees: Option<Vec<Tree>>,
}

impl<'p> Packages<'p> {
    pub(super) fn new(project: &'p Project) -> Self {
        Self { project, trees: None }
    }

    /// The migrations of the apps with these labels, and of those that they need.
    pub(super) fn apps(&mut self, loader: &mut Loader, labels: &BTreeSet<String>) -> Result<Loaded, Failure> {
        let mut found = Loaded::new();
        let folders = &self.project.config.site_packages;
        if labels.is_empty() || folders.is_empty() {
            return Ok(found);
        }
        let mut missing = labels.clone();
        if self.trees.is_none() {
            let mut trees = Vec::new();
            for folder in folders {
                trees.push(self.tree(&folder.value)?);
            }
            self.trees = Some(trees);
        }
        for tree in self.trees.iter().flatten() {
            let mut apps = Apps::of(self.project, tree);
            let start = apps.find(&missing, "");
            missing.retain(|label| !start.contains_key(label));
            let (of_tree, _) = loader.apps(&mut apps, &start.into_values().collect())?;
            found.extend(of_tree);
        }
        Ok(found)
    }

    fn tree(&self, folder: &str) -> Result<Tree, Failure> {
        let path = self.project.config.root.join(folder);
        if !path.is_dir() {
            return Err(Failure::Usage {
                message: format!("`site-packages` names `{folder}`, which is no folder here"),
                help: "name the folder that holds the installed packages, or leave `site-packages` out".to_owned(),
            });
        }
        let mut known = Vec::new();
        migration_files(&path, &mut |file| known.push(self.project.shown(file)));
        Ok(Tree::disk(&self.project.root, known))
    }
}

/// Calls `found` with every file that may be a migration below a folder.
pub(super) fn migration_files(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let mut open: Vec<(PathBuf, usize)> = vec![(folder.to_owned(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = open.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            return;
        }
        let holds_migrations = folder.file_name().is_some_and(|name| name.to_string_lossy().contains("migrations"));
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let skipped = name.starts_with('.') || SKIPPED.contains(&name.as_ref());
            if kind.is_dir() && depth < DEEPEST && !skipped && !name.ends_with("-info") {
                open.push((entry.path(), depth + 1));
            } else if holds_migrations && !kind.is_dir() && is_migration_path(&entry.path().to_string_lossy()) {
                found(&entry.path());
            }
        }
    }
}
