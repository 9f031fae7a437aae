//! `examples/shop` with Django itself, as a team works with it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::hook::repository::{Framework, Repository};
use crate::support::tool;

/// A copy of the example in a repository with the hooks, everything committed.
fn shop(framework: Framework) -> Repository {
    let repository = Repository::new(framework);
    repository.git(&["rm", "--quiet", "-r", "shop"]);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop"), repository.path());
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--no-verify", "--message", "Add the shop"]);
    repository
}

/// The files of the example with their texts.
pub(crate) fn shop_files() -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop"), folder.path());
    let mut files = Vec::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() == "__pycache__" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn manage(repository: &Repository, arguments: &[&str]) -> Output {
    Command::new(tool("python"))
        .arg("manage.py")
        .args(arguments)
        .current_dir(repository.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap()
}

#[test]
fn its_models_and_migrations_agree() {
    let output = manage(&shop(Framework::PreCommit), &["makemigrations", "--check", "--dry-run"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_makemigrations_writes_is_judged_before_it_is_committed() {
    for framework in Framework::ALL {
        let repository = shop(framework);
        let models = repository.read("orders/models.py");
        let with = |field: &str| models.replace("    number =", &format!("    {field}\n    number ="));

        repository.write("orders/models.py", &with("channel = models.CharField(max_length=9, default=\"web\")"));
        assert!(manage(&repository, &["makemigrations", "orders", "--name", "channel"]).status.success());
        repository.git(&["add", "--all"]);
        let blocked = repository.commit("Add the channel");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        for words in ["`channel` is NOT NULL", "team/busy-column-is-documented", "1 error, 1 warning in 1 migration"] {
            assert!(blocked.said().contains(words), "{framework:?} lacks {words}: {}", blocked.said());
        }

        fs::remove_file(repository.path().join("orders/migrations/0006_channel.py")).unwrap();
        let channel = "channel = models.CharField(max_length=9, db_default=\"web\", db_comment=\"Where it was sold.\")";
        repository.write("orders/models.py", &with(channel));
        assert!(manage(&repository, &["makemigrations", "orders", "--name", "channel"]).status.success());
        repository.git(&["add", "--all"]);
        let passed = repository.commit("Add the channel");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
    }
}
