//! Files of another repository, fetched once. Nothing but the commands that say so may call this: it may use the network.

use std::path::Path;

use super::process::Git;
use super::{GitError, Oid, output};

/// Variables by which a hook's git points to its own repository; a fetch must not see them.
const OWN_REPOSITORY: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// What a revision of another repository holds.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The commit.
    pub commit: String,
    /// Its regular files that were wanted: path and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Fetches the files that `wanted` names from the repository at `url`, at a tag, a branch or a commit. The empty folder
/// `scratch` holds git's objects meanwhile.
///
/// # Errors
/// When there is no such repository or revision, or git fails.
pub fn fetch(url: &str, revision: &str, scratch: &Path, wanted: impl Fn(&str) -> bool) -> Result<Fetched, GitError> {
    let unknown = || GitError::NoSuchRevision { url: url.to_owned(), revision: revision.to_owned() };
    // Git would take them for options.
    if revision.starts_with('-') || revision.is_empty() || url.starts_with('-') {
        return Err(unknown());
    }
    let environment = OWN_REPOSITORY.iter().map(|name| ((*name).into(), None)).collect();
    let git = Git { folder: scratch.to_owned(), environment };
    git.run(&["init", "--quiet", "--bare", "."], None)?.succeeded()?;
    let shallow = git.run(&["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, revision], None)?;
    let found = if shallow.is_success() {
        "FETCH_HEAD".to_owned()
    } else {
        // A server need not hand out a commit by its name, and knows no short ones.
        let all =
            ["fetch", "--quiet", "--no-tags", "--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        git.run(&all, None)?.succeeded()?;
        revision.to_owned()
    };
    let parsed =
        git.run(&["rev-parse", "--quiet", "--verify", "--end-of-options", &format!("{found}^{{commit}}")], None)?;
    if !parsed.is_success() {
        return Err(unknown());
    }
    let commit = String::from_utf8_lossy(&parsed.succeeded()?).trim().to_owned();
    let listed = git.run(&["ls-tree", "-r", "-z", "--full-tree", &commit], None)?.succeeded()?;
    let mut files = output::tree(&listed).ok_or(GitError::Garbled { command: "git ls-tree" })?;
    files.retain(|entry| wanted(&entry.path));
    let oids: Vec<Oid> = files.iter().map(|entry| entry.blob.clone()).collect();
    if oids.is_empty() {
        return Ok(Fetched { commit, files: Vec::new() });
    }
    let input: String = oids.iter().flat_map(|oid| [oid.0.as_str(), "\n"]).collect();
    let contents = output::batch(&git.run(&["cat-file", "--batch"], Some(input.into_bytes()))?.succeeded()?, &oids)?;
    Ok(Fetched { commit, files: files.into_iter().map(|entry| entry.path).zip(contents).collect() })
}
