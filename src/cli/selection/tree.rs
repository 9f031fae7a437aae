//! Where the contents of files come from: the index, or the working tree.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::git::{IndexEntry, Oid, Repository};

/// Files with their contents, by path below the project's root.
pub(super) enum Tree {
    /// The index.
    Index { repository: Repository, blobs: BTreeMap<String, Oid> },
    /// The working tree; some contents may have been handed over instead.
    Disk { root: PathBuf, replaced: HashMap<String, Vec<u8>> },
}

impl Tree {
    pub(super) fn index(repository: Repository, entries: Vec<IndexEntry>) -> Self {
        Tree::Index { repository, blobs: entries.into_iter().map(|entry| (entry.path, entry.blob)).collect() }
    }

    pub(super) fn disk(root: &Path) -> Self {
        Tree::Disk { root: root.to_owned(), replaced: HashMap::new() }
    }

    /// Puts `content` in the place of a file's own.
    pub(super) fn replace(&mut self, path: String, content: Vec<u8>) {
        if let Tree::Disk { replaced, .. } = self {
            replaced.insert(path, content);
        }
    }

    /// The files directly in a folder.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        match self {
            Tree::Index { blobs, .. } => {
                let directly = |path: &&String| path.rsplit_once('/').map_or("", |(own, _)| own) == folder;
                blobs.keys().filter(directly).cloned().collect()
            }
            Tree::Disk { root, replaced } => {
                let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
                let files = entries.filter(|entry| entry.path().is_file()).map(|entry| {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    if folder.is_empty() { name } else { format!("{folder}/{name}") }
                });
                let mut files: Vec<String> = files.collect();
                files.extend(
                    replaced.keys().filter(|path| path.rsplit_once('/').map_or("", |(own, _)| own) == folder).cloned(),
                );
                files.sort();
                files.dedup();
                files
            }
        }
    }

    /// The contents of files; `None` for one that is not there.
    pub(super) fn read(&self, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, Failure> {
        match self {
            Tree::Index { repository, blobs } => {
                let known: Vec<Option<&Oid>> = paths.iter().map(|path| blobs.get(path)).collect();
                let oids: Vec<Oid> = known.iter().flatten().map(|oid| (*oid).clone()).collect();
                let mut contents = repository.blobs(&oids)?.into_iter();
                Ok(known.into_iter().map(|oid| oid.and_then(|_| contents.next())).collect())
            }
            Tree::Disk { root, replaced } => paths
                .iter()
                .map(|path| match replaced.get(path) {
                    Some(content) => Ok(Some(content.clone())),
                    None => match fs::read(root.join(path)) {
                        Ok(content) => Ok(Some(content)),
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                        Err(source) => Err(Failure::File { path: path.clone(), action: "read", source }),
                    },
                })
                .collect(),
        }
    }
}
