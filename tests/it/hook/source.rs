//! This repository as the source of the hooks: the framework clones it and builds it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::repository::{Framework, Repository, commit_all, git};
use super::{BLOCKED, EXCERPT, MIGRATION, SAFE, UNSAFE};

/// A repository with one commit: the files of this one as they are now, committed or not.
fn hook_source() -> (TempDir, String) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = TempDir::new().unwrap();
    for path in git(here, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split_terminator('\0') {
        let (from, to) = (here.join(path), source.path().join(path));
        // What is deleted and not committed yet is still in the index.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    let revision = commit_all(source.path());
    (source, revision)
}

#[test]
fn the_framework_builds_the_hooks_from_this_repository() {
    let (source, revision) = hook_source();
    let config = format!(
        "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: whimbrel\n  - id: whimbrel-rules\n",
        source.path().display()
    );
    for framework in Framework::ALL {
        let repository = Repository::with_config(framework, &config);
        repository.stage(MIGRATION, UNSAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains(BLOCKED) && blocked.shows(EXCERPT), "{}", blocked.said());
        repository.stage(MIGRATION, SAFE);
        repository.stage("team.rules", "rule nothing { forbid DeleteModel message \"never\" }\n");
        let passed = repository.commit("Add the status");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
        assert_eq!(passed.said().matches("Passed").count(), 2, "{framework:?}: {}", passed.said());
    }
}
