//! The binary as a Python wheel, and hooks with `language: python` that install it: no compiler is needed.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::repository::{Framework, Repository, commit_all};
use super::{BLOCKED, EXCERPT, MIGRATION, SAFE, UNSAFE};
use crate::support::tool;

/// A folder with the wheel of this version. Built for tests: like the published one, but not optimised.
fn wheels() -> TempDir {
    let folder = TempDir::new().unwrap();
    let output = Command::new(tool("maturin"))
        .args(["build", "--profile", "dev", "--out"])
        .arg(folder.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

#[test]
fn the_mirror_s_hooks_install_the_wheel() {
    let wheels = wheels();
    let mirror = TempDir::new().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/mirror");
    let output = Command::new(tool("python")).arg(script).arg(mirror.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let readme = fs::read_to_string(mirror.path().join("README.md")).unwrap();
    assert!(readme.contains(concat!("rev: v", env!("CARGO_PKG_VERSION"))), "{readme}");
    let revision = commit_all(mirror.path());
    let config = format!(
        "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: whimbrel\n  - id: whimbrel-rules\n",
        mirror.path().display()
    );
    for framework in Framework::ALL {
        let repository = Repository::with_config(framework, &config).finding_wheels_in(wheels.path());
        repository.stage(MIGRATION, UNSAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains(BLOCKED) && blocked.shows(EXCERPT), "{}", blocked.said());
        repository.stage(MIGRATION, SAFE);
        let passed = repository.commit("Add the status");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
    }
}
