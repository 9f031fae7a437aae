//! What git knows: the index, revisions and the contents of files, by git's own plumbing commands.
//!
//! Every question is one process, and git itself decides what `GIT_DIR`, `GIT_INDEX_FILE` and the rest of the
//! environment mean. Paths are relative to the repository's root, with forward slashes. A path that is not UTF-8 is
//! shown with `U+FFFD` in place of the bytes that are not; its contents are read by object id, so nothing else is lost.
//!
//! Only regular files exist here: submodules and symbolic links have no text of their own.

mod output;
mod process;
mod remote;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use process::Git;

pub use remote::{Fetched, fetch};

/// The name of a git object, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(String);

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happened to a staged file since `HEAD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StagedStatus {
    /// It is new.
    Added,
    /// Its contents or its mode changed.
    Modified,
    /// It had another path.
    Renamed {
        /// The path before.
        from: String,
    },
    /// It is new, with (nearly) the contents of another file.
    Copied {
        /// The other file.
        from: String,
    },
    /// It was a symbolic link or a submodule before.
    TypeChanged,
    /// It is gone, or no regular file any more.
    Deleted,
    /// It has conflicts that are not resolved: there is no staged text.
    Unmerged,
}

/// A file whose staged contents differ from `HEAD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFile {
    /// The path.
    pub path: String,
    /// What happened to it.
    pub status: StagedStatus,
    /// The staged contents; of a deleted file, those it had. `None` for an unmerged file.
    pub blob: Option<Oid>,
}

/// A file of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The path.
    pub path: String,
    /// Its contents. While the file has conflicts: our side, or theirs where ours has no such file.
    pub blob: Oid,
}

/// A work tree and its repository.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    git: Git,
}

impl Repository {
    /// The repository whose work tree holds the folder `start`; `None` outside of one, and where git is not installed
    /// ([`work_tree_is_missing`] tells the two apart).
    ///
    /// # Errors
    /// When git finds a repository and can't or won't use it.
    pub fn discover(start: &Path) -> Result<Option<Self>, GitError> {
        Self::discover_with(start, Vec::new())
    }

    /// Like [`discover`](Self::discover), with variables set or removed on top of the process's own.
    fn discover_with(start: &Path, environment: Vec<(OsString, Option<OsString>)>) -> Result<Option<Self>, GitError> {
        // Later commands run from the same folder: git reads a relative `GIT_DIR` against it.
        let git = Git { folder: start.to_owned(), environment };
        let run = match git.run(&["rev-parse", "--show-toplevel"], None) {
            Ok(run) => run,
            Err(GitError::Missing) => return Ok(None),
            Err(error) => return Err(error),
        };
        if run.failed_with("not a git repository (or any") || run.failed_with("must be run in a work tree") {
            return Ok(None);
        }
        let mut root = run.succeeded()?;
        if root.last() == Some(&b'\n') {
            root.pop();
        }
        Ok(Some(Self { root: output::native_path(root), git }))
    }

    /// The top folder of the work tree.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that all work trees of the repository share: `.git`, for most.
    ///
    /// # Errors
    /// When git fails.
    pub fn common_folder(&self) -> Result<PathBuf, GitError> {
        let mut answer = self.git.run(&["rev-parse", "--git-common-dir"], None)?.succeeded()?;
        if answer.last() == Some(&b'\n') {
            answer.pop();
        }
        Ok(self.git.folder.join(output::native_path(answer)))
    }

    /// The files whose staged contents differ from `HEAD`, by path. Before the first commit: all that is staged.
    ///
    /// # Errors
    /// When git fails.
    pub fn staged(&self) -> Result<Vec<StagedFile>, GitError> {
        // `diff --cached` rather than `diff-index HEAD`: it compares with the empty tree where there is no `HEAD`.
        let arguments = [
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--no-abbrev",
            "--find-copies",
            "--no-relative",
            "--no-color",
            "--no-ext-diff",
        ];
        self.diff(&arguments)
    }

    /// The files of the work tree that differ from a commit, as far as git tracks them, by path. Those that are gone come
    /// with the contents that they had; the contents of others are in the work tree only.
    ///
    /// # Errors
    /// When git fails.
    pub fn changed_since(&self, commit: &str) -> Result<Vec<StagedFile>, GitError> {
        let arguments = [
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "--find-copies",
            "--no-relative",
            "--no-color",
            "--no-ext-diff",
            // Work trees of submodules have nothing to say here.
            "--ignore-submodules=all",
            commit,
            "--",
        ];
        self.diff(&arguments)
    }

    fn diff(&self, arguments: &[&str]) -> Result<Vec<StagedFile>, GitError> {
        let run = self.git.run(arguments, None)?;
        let mut files = output::raw_diff(&run.succeeded()?).ok_or(GitError::Garbled { command: "git diff" })?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }

    /// The files of the index, by path.
    ///
    /// # Errors
    /// When git fails.
    pub fn tracked(&self) -> Result<Vec<IndexEntry>, GitError> {
        self.index(&["ls-files", "--stage", "-z", "--full-name", "--", ":/"])
    }

    /// The files of the index below these folders, by path; an empty name stands for the whole repository.
    ///
    /// # Errors
    /// When git fails.
    pub fn tracked_in(&self, folders: &[&str]) -> Result<Vec<IndexEntry>, GitError> {
        // Past this many, one walk through the index is cheaper than so many patterns, and no limit is met.
        const MANY: usize = 500;
        if folders.is_empty() {
            return Ok(Vec::new());
        }
        if folders.len() > MANY || folders.contains(&"") {
            return self.tracked();
        }
        let patterns: Vec<String> = folders.iter().map(|folder| format!(":(top,literal){folder}")).collect();
        let mut arguments = vec!["ls-files", "--stage", "-z", "--full-name", "--"];
        arguments.extend(patterns.iter().map(String::as_str));
        self.index(&arguments)
    }

    /// The files of the work tree whose contents are not those of the index, by path: untracked ones that are not
    /// ignored, changed ones, and ones that are gone.
    ///
    /// # Errors
    /// When git fails.
    pub fn unstaged(&self) -> Result<Vec<String>, GitError> {
        let arguments = ["ls-files", "--others", "--modified", "--exclude-standard", "-z", "--full-name", "--", ":/"];
        let answer = self.git.run(&arguments, None)?.succeeded()?;
        let mut paths: Vec<String> = answer
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect();
        paths.sort();
        // One with conflicts is listed for each of its sides.
        paths.dedup();
        Ok(paths)
    }

    fn index(&self, arguments: &[&str]) -> Result<Vec<IndexEntry>, GitError> {
        let run = self.git.run(arguments, None)?;
        let mut entries = output::index(&run.succeeded()?).ok_or(GitError::Garbled { command: "git ls-files" })?;
        entries.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(entries)
    }

    /// The files at `revision`, by path: none at `HEAD` before the first commit.
    ///
    /// # Errors
    /// When there is no such revision, or git fails.
    pub fn files_at(&self, revision: &str) -> Result<Vec<IndexEntry>, GitError> {
        // Git would take it for an option.
        if revision.starts_with('-') || revision.is_empty() {
            return Err(self.unknown(revision));
        }
        let run = self.git.run(&["ls-tree", "-r", "-z", "--full-tree", revision], None)?;
        if run.failed_with("Not a valid object name") || run.failed_with("not a tree object") {
            return if revision == "HEAD" { Ok(Vec::new()) } else { Err(self.unknown(revision)) };
        }
        let mut files = output::tree(&run.succeeded()?).ok_or(GitError::Garbled { command: "git ls-tree" })?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }

    /// The commit at which `HEAD` and `revision` went separate ways.
    ///
    /// # Errors
    /// When there is no such revision, the two have nothing in common (or not in what a shallow clone has), or git
    /// fails.
    pub fn merge_base(&self, revision: &str) -> Result<String, GitError> {
        self.merge_base_of("HEAD", revision)
    }

    /// The commit at which `tip` and `revision` went separate ways.
    ///
    /// # Errors
    /// Like [`merge_base`](Self::merge_base).
    pub fn merge_base_of(&self, tip: &str, revision: &str) -> Result<String, GitError> {
        for name in [tip, revision] {
            let usable = !name.starts_with('-') && !name.is_empty();
            if !usable || !self.has_commit(name)? {
                return Err(self.unknown(name));
            }
        }
        let run = self.git.run(&["merge-base", tip, revision], None)?;
        // It fails without a word where there is none.
        if run.failed_with("") {
            let revision = revision.to_owned();
            return Err(if self.is_shallow() {
                GitError::Shallow { fetch: how_to_unshallow(&revision), revision }
            } else {
                GitError::NothingInCommon { revision }
            });
        }
        let commit = String::from_utf8_lossy(&run.succeeded()?).trim().to_owned();
        Ok(commit)
    }

    fn has_commit(&self, name: &str) -> Result<bool, GitError> {
        let commit = format!("{name}^{{commit}}");
        let run = self.git.run(&["rev-parse", "--quiet", "--verify", "--end-of-options", &commit], None)?;
        Ok(!run.failed_with(""))
    }

    /// Why there is no such revision: in a shallow clone, it may just not be there yet.
    fn unknown(&self, revision: &str) -> GitError {
        let revision = revision.to_owned();
        if self.is_shallow() && !revision.is_empty() && !revision.starts_with('-') {
            GitError::Shallow { fetch: how_to_unshallow(&revision), revision }
        } else {
            GitError::UnknownRevision { revision }
        }
    }

    /// Whether the clone lacks part of its history, as those of CI do.
    fn is_shallow(&self) -> bool {
        let run = self.git.run(&["rev-parse", "--is-shallow-repository"], None);
        run.and_then(process::Run::succeeded).is_ok_and(|answer| answer.trim_ascii() == b"true")
    }

    /// The contents of `oids`, in the same order.
    ///
    /// # Errors
    /// When one of them is not there, or git fails.
    pub fn blobs(&self, oids: &[Oid]) -> Result<Vec<Vec<u8>>, GitError> {
        if oids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = oids.iter().flat_map(|oid| [oid.0.as_str(), "\n"]).collect();
        let run = self.git.run(&["cat-file", "--batch"], Some(wanted.into_bytes()))?;
        output::batch(&run.succeeded()?, oids)
    }
}

/// The command that brings a revision and its history into a shallow clone, which may know one branch only.
fn how_to_unshallow(revision: &str) -> String {
    match revision.strip_prefix("origin/") {
        Some(branch) => format!("git fetch --unshallow origin +refs/heads/{branch}:refs/remotes/origin/{branch}"),
        None => "git fetch --unshallow --tags origin".to_owned(),
    }
}

/// Why there is no work tree around the current folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWorkTree {
    /// There is no `git` to run.
    NoGit,
    /// A bare repository, or the folder of git in another one.
    Bare,
    /// No repository at all.
    NoRepository,
}

/// Why there is no work tree around the current folder, where [`Repository::discover`] found none.
#[must_use]
pub fn work_tree_is_missing() -> NoWorkTree {
    let git = Git { folder: PathBuf::from("."), environment: Vec::new() };
    match git.run(&["rev-parse", "--git-dir"], None) {
        Ok(run) if run.is_success() => NoWorkTree::Bare,
        Ok(_) => NoWorkTree::NoRepository,
        Err(_) => NoWorkTree::NoGit,
    }
}

/// Git can't answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum GitError {
    /// There is no `git` on the path.
    #[error("git is not installed")]
    #[diagnostic(code(git::missing), help("install git, or put the folder of the `git` command on `PATH`"))]
    Missing,

    /// The process can't be started or talked to.
    #[error("`{command}` can't be run: {source}")]
    #[diagnostic(code(git::not_started), help("run `{command}` by hand to see whether git works here"))]
    NotStarted {
        /// The command line.
        command: String,
        /// What the operating system says.
        source: std::io::Error,
    },

    /// Git refuses a repository of another user.
    #[error("git does not trust the repository at `{folder}`: it belongs to another user")]
    #[diagnostic(code(git::untrusted), help("if you trust it: `git config --global --add safe.directory '{folder}'`"))]
    Untrusted {
        /// The top folder.
        folder: String,
    },

    /// The command failed.
    #[error("`{command}` failed: {message}")]
    #[diagnostic(code(git::failed), help("the words are git's own; run `{command}` by hand to see more"))]
    Failed {
        /// The command line.
        command: String,
        /// What git said.
        message: String,
    },

    /// No such revision.
    #[error("git knows no revision `{revision}` here")]
    #[diagnostic(
        code(git::unknown_revision),
        help("check the spelling; `git branch --all` and `git tag` list what there is, `git fetch` gets what is new")
    )]
    UnknownRevision {
        /// What was asked for.
        revision: String,
    },

    /// A clone without its history.
    #[error("this clone is shallow and lacks `{revision}`, or the history that leads to it")]
    #[diagnostic(
        code(git::shallow),
        help(
            "`{fetch}`, or clone with all history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab CI"
        )
    )]
    Shallow {
        /// What was asked for.
        revision: String,
        /// What to type.
        fetch: String,
    },

    /// Another repository has no such revision.
    #[error("the repository {url} has no revision `{revision}`")]
    #[diagnostic(code(git::no_such_revision), help("`git ls-remote {url}` lists its branches and tags"))]
    NoSuchRevision {
        /// The repository.
        url: String,
        /// What was asked for.
        revision: String,
    },

    /// Two branches without a common commit.
    #[error("`HEAD` and `{revision}` have no commit in common here")]
    #[diagnostic(
        code(git::nothing_in_common),
        help("name a branch or a tag that this one grew from; `git log --graph --all` shows them")
    )]
    NothingInCommon {
        /// The other revision.
        revision: String,
    },

    /// The contents of a file are not in the repository.
    #[error("the repository lacks the object {oid}")]
    #[diagnostic(
        code(git::missing_object),
        help(
            "`git fsck` tells whether the clone is damaged; a partial clone gets what it lacks by `git fetch --refetch`"
        )
    )]
    MissingObject {
        /// The object.
        oid: Oid,
    },

    /// The answer has a form that is not documented.
    #[error("`{command}` gave an answer that can't be read")]
    #[diagnostic(code(git::garbled), help("update git; if it happens with a current one, please report it"))]
    Garbled {
        /// The command.
        command: &'static str,
    },
}

#[cfg(test)]
mod tests;
