//! The migrations of real packages, which `.ci/setup` fetches from `PyPI`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hook::repository::{Framework, Repository};
use crate::support::{Folder, tool};

fn packages() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/truth-packages");
    assert!(folder.is_dir(), "{} is missing: run `.ci/setup`", folder.display());
    folder
}

/// The folder of a package, whatever its version.
pub(crate) fn package(name: &str) -> PathBuf {
    let prefix = format!("{name}==");
    let mut folders = fs::read_dir(packages()).unwrap().map(|entry| entry.unwrap());
    folders.find(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)).expect("it is fetched").path()
}

/// The Python files below a folder, as paths relative to it.
pub(crate) fn python_files(folder: &Path, below: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            python_files(folder, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

#[test]
fn no_file_is_unreadable_that_python_can_compile() {
    let folder = packages();
    let run = Folder::with(&[]).run_in(&folder, &["check", "--isolated", "--format", "json", "."]);
    assert!(matches!(run.status, 0 | 1), "{}", run.err);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(report["summary"]["files"].as_u64().unwrap() > 3000, "{}", report["summary"]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for finding in report["findings"].as_array().unwrap() {
        if finding["rule"] == "whimbrel/unreadable" {
            let path = finding["path"].as_str().unwrap();
            let compiled =
                Command::new(tool("python")).args(["-m", "py_compile"]).arg(root.join(path)).output().unwrap();
            assert!(!compiled.status.success(), "Python reads {path}: {}", finding["message"]);
        }
    }
}

#[test]
fn the_hook_judges_whole_projects() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        let mut count = 0;
        for name in ["django-oscar", "kolibri", "pretix", "wagtail"] {
            let folder = package(name);
            let mut files = Vec::new();
            python_files(&folder, Path::new(""), &mut files);
            for file in &files {
                let text = fs::read_to_string(folder.join(file)).unwrap();
                repository.write(&format!("{name}/{}", file.display()), &text);
            }
            count += files.iter().filter(|file| !file.ends_with("__init__.py")).count();
        }
        repository.git(&["add", "--all"]);
        repository.git(&["commit", "--quiet", "--no-verify", "--message", "Add real projects"]);
        let run = repository.framework(&["run", "--all-files", "whimbrel"]);
        assert_eq!(run.status, 1, "{framework:?}: {}", run.said());
        assert!(!run.said().contains("panicked") && !run.said().contains("whimbrel/unreadable"), "{}", run.said());
        let summary = run.said().lines().rev().find(|line| line.contains(" migrations (")).expect("a summary");
        let judged: usize = summary.split(" in ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        // The packages have a few other modules beside their migrations.
        assert!(judged <= count + 1 && judged > count * 9 / 10, "{count} files: {summary}");
    }
}
