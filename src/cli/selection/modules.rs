//! Modules of the project and of installed packages, for what migrations import. Nothing is read until somebody asks.

use std::fmt;
use std::sync::Arc;

use crate::cli::project::Project;
use crate::cli::selection::apps::folder;
use crate::cli::selection::tree::{Blob, Tree};
use crate::migration::Modules;
use crate::python::{self, RELATIVE};
use crate::source::SourceFile;

/// Where modules are found.
pub(in crate::cli) struct ProjectModules {
    /// The files of the project.
    tree: Tree,
    /// Files on disk, for what git does not know: installed packages.
    installed: Tree,
    /// Folders with installed packages, as paths are shown.
    packages: Vec<String>,
}

impl fmt::Debug for ProjectModules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectModules").field("packages", &self.packages).finish_non_exhaustive()
    }
}

impl ProjectModules {
    pub(super) fn new(project: &Project, tree: Tree) -> Self {
        let folders = project.config.site_packages.iter();
        let packages = folders.map(|folder| project.shown(&project.config.root.join(&folder.value))).collect();
        Self { tree, installed: Tree::disk(&project.root, []), packages }
    }

    /// The folders that an absolute import in a file may start from: the one that holds its outermost package, then
    /// those around it.
    fn roots<'f>(&self, from: &'f str) -> Vec<&'f str> {
        let mut root = folder(from);
        while !root.is_empty() && self.has(&inside(root, "__init__.py")) {
            root = folder(root);
        }
        let mut roots = vec![root];
        while !root.is_empty() {
            root = folder(root);
            roots.push(root);
        }
        roots
    }

    fn has(&self, path: &str) -> bool {
        self.tree.has(path) || self.is_installed(path) && self.installed.has(path)
    }

    fn is_installed(&self, path: &str) -> bool {
        self.packages.iter().any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The module of that name in a folder: a file, or a folder with an `__init__.py`.
    fn in_folder(&self, folder: &str, name: &str) -> Option<Arc<SourceFile>> {
        let path = inside(folder, &name.replace('.', "/"));
        let file = if name.is_empty() { None } else { Some(format!("{path}.py")) };
        let package = inside(path.trim_end_matches('/'), "__init__.py");
        [Some(package), file].into_iter().flatten().find_map(|path| self.read(path))
    }

    fn read(&self, path: String) -> Option<Arc<SourceFile>> {
        let tree = if self.tree.has(&path) {
            &self.tree
        } else if self.is_installed(&path) && self.installed.has(&path) {
            &self.installed
        } else {
            return None;
        };
        // What can't be read tells nothing of the class.
        let blobs = tree.read(std::slice::from_ref(&path)).ok()?;
        let bytes = blobs.into_iter().next().and_then(Blob::bytes)?;
        let text = python::decode(&bytes).ok()?;
        Some(SourceFile::new(path, text))
    }
}

impl Modules for ProjectModules {
    fn find(&self, module: &str, from: &str) -> Option<Arc<SourceFile>> {
        if let Some(relative) = module.strip_prefix(RELATIVE) {
            let name = relative.trim_start_matches('.');
            // One dot is the folder itself.
            let up = (relative.len() - name.len()).saturating_sub(1);
            let start = (0..up).fold(folder(from), |inner, _| folder(inner));
            return self.in_folder(start, name);
        }
        let roots = self.roots(from);
        let everywhere = roots.into_iter().chain(self.packages.iter().map(String::as_str));
        everywhere.into_iter().find_map(|root| self.in_folder(root, module))
    }
}

fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
