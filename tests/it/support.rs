//! A folder of its own for each test, and the real binary in an environment that holds nothing of the machine's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder with files, and a home of its own.
pub(crate) struct Folder {
    files: TempDir,
    home: TempDir,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Run {
    /// Exit status.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Folder {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self { files: TempDir::new().unwrap(), home: TempDir::new().unwrap() };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// What a file of the folder holds.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.files.path().join(path)).unwrap()
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.files.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.files.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs git in the folder, and gives what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let output = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(self.files.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes the folder a repository with all of its files committed.
    pub(crate) fn committed(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.commit();
        self
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=change"]);
    }

    /// Runs the binary in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(self.files.path(), arguments)
    }

    /// Runs the binary in another folder.
    pub(crate) fn run_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        self.run_with(folder, &[], arguments)
    }

    /// Runs the binary in another folder, with the folder of `program` first on the path.
    pub(crate) fn run_with_path(&self, folder: &Path, program: &Path, arguments: &[&str]) -> Run {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", program.parent().unwrap().display());
        self.run_with(folder, &[("PATH", &path)], arguments)
    }

    /// Runs the binary in another folder with these variables, too.
    pub(crate) fn run_with(&self, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_whimbrel"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("COLUMNS", "80")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Run {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A command that `.ci/setup` installs.
pub(crate) fn tool(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin").join(name);
    assert!(path.is_file(), "{} is missing: run `.ci/setup`", path.display());
    path
}
