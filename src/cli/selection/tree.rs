//! Where the contents of files come from: the index, a revision, or a folder on disk.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::git::{IndexEntry, Oid, Repository};
use crate::migration::is_migration_path;

/// What is found when a file is read.
pub(super) enum Blob {
    /// Its contents.
    Bytes(Vec<u8>),
    /// There is no such file.
    Missing,
    /// It is there, and can't be read.
    Unreadable(std::io::Error),
}

/// Files with their contents, by path below the project's root.
pub(super) enum Tree {
    /// The index, or a revision.
    Git { repository: Repository, blobs: BTreeMap<String, Oid> },
    /// A folder on disk; some contents may have been handed over instead.
    Disk {
        /// What paths are relative to.
        root: PathBuf,
        /// Migrations that are known without looking.
        known: Vec<String>,
        replaced: HashMap<String, Vec<u8>>,
    },
}

impl Tree {
    /// The index, or a revision, with these files.
    pub(super) fn git(repository: Repository, entries: Vec<IndexEntry>) -> Self {
        Tree::Git { repository, blobs: entries.into_iter().map(|entry| (entry.path, entry.blob)).collect() }
    }

    /// A folder on disk. `known` are files that may be migrations; others are found when their folder is listed.
    pub(super) fn disk(root: &Path, known: impl IntoIterator<Item = String>) -> Self {
        let known = known.into_iter().filter(|path| is_migration_path(path)).collect();
        Tree::Disk { root: root.to_owned(), known, replaced: HashMap::new() }
    }

    /// Puts `content` in the place of a file's own.
    pub(super) fn replace(&mut self, path: String, content: Vec<u8>) {
        if let Tree::Disk { replaced, .. } = self {
            replaced.insert(path, content);
        }
    }

    /// Files of all apps that may be migrations, as far as they are known.
    pub(super) fn migrations(&self) -> Vec<&str> {
        match self {
            Tree::Git { blobs, .. } => {
                blobs.keys().map(String::as_str).filter(|path| is_migration_path(path)).collect()
            }
            Tree::Disk { known, .. } => known.iter().map(String::as_str).collect(),
        }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Tree::Git { blobs, .. } => blobs.contains_key(path),
            Tree::Disk { root, replaced, .. } => replaced.contains_key(path) || root.join(path).is_file(),
        }
    }

    /// The object with a file's contents, where git has it.
    pub(super) fn blob(&self, path: &str) -> Option<&Oid> {
        match self {
            Tree::Git { blobs, .. } => blobs.get(path),
            Tree::Disk { .. } => None,
        }
    }

    /// The files directly in a folder.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        let inside = |path: &str| path.rsplit_once('/').map_or("", |(own, _)| own) == folder;
        match self {
            Tree::Git { blobs, .. } => {
                let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let below = blobs.range(start.clone()..).map(|(path, _)| path);
                below.take_while(|path| path.starts_with(&start)).filter(|path| inside(path)).cloned().collect()
            }
            Tree::Disk { root, replaced, .. } => {
                let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
                let files = entries.filter(|entry| !entry.path().is_dir()).map(|entry| {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    if folder.is_empty() { name } else { format!("{folder}/{name}") }
                });
                let mut files: Vec<String> = files.collect();
                files.extend(replaced.keys().filter(|path| inside(path)).cloned());
                files.sort();
                files.dedup();
                files
            }
        }
    }

    /// The contents of files.
    pub(super) fn read(&self, paths: &[String]) -> Result<Vec<Blob>, Failure> {
        match self {
            Tree::Git { repository, blobs } => {
                let known: Vec<Option<&Oid>> = paths.iter().map(|path| blobs.get(path)).collect();
                let oids: Vec<Oid> = known.iter().flatten().map(|oid| (*oid).clone()).collect();
                let mut contents = repository.blobs(&oids)?.into_iter();
                let content = |oid: Option<&Oid>| oid.and_then(|_| contents.next()).map_or(Blob::Missing, Blob::Bytes);
                Ok(known.into_iter().map(content).collect())
            }
            Tree::Disk { root, replaced, .. } => {
                let read = |path: &String| match replaced.get(path) {
                    Some(content) => Blob::Bytes(content.clone()),
                    None => read_file(&root.join(path)),
                };
                Ok(paths.iter().map(read).collect())
            }
        }
    }
}

/// The contents of a file on disk, or of what a link leads to.
fn read_file(path: &Path) -> Blob {
    let content = fs::metadata(path).and_then(|metadata| {
        // Reading a pipe would wait for its other end, and reading a device may never end.
        if metadata.is_file() { fs::read(path) } else { Err(std::io::Error::other("it is not a regular file")) }
    });
    match content {
        Ok(content) => Blob::Bytes(content),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Blob::Missing,
        Err(error) => Blob::Unreadable(error),
    }
}

impl Blob {
    /// The contents, when they are there.
    pub(super) fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Blob::Bytes(bytes) => Some(bytes),
            Blob::Missing | Blob::Unreadable(_) => None,
        }
    }
}
