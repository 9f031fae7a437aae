//! A git repository with the hooks installed by a framework.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::tool;

const INITIAL: &str = r#"from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Order", [("id", models.BigAutoField(primary_key=True))]),
    ]
"#;

/// What runs the hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framework {
    PreCommit,
    Prek,
}

impl Framework {
    pub(crate) const ALL: [Framework; 2] = [Framework::PreCommit, Framework::Prek];

    fn command(self) -> PathBuf {
        tool(match self {
            Framework::PreCommit => "pre-commit",
            Framework::Prek => "prek",
        })
    }
}

/// Runs a command in a network of its own that has no interface but one that is down.
pub(crate) const WITHOUT_NETWORK: [&str; 2] = ["unshare", "-rn"];

/// Whether this machine lets a test take the network away.
pub(crate) fn can_go_offline() -> bool {
    let output = Command::new(WITHOUT_NETWORK[0]).args(&WITHOUT_NETWORK[1..]).arg("true").output();
    output.is_ok_and(|output| output.status.success())
}

/// What a command said.
pub(crate) struct Run {
    pub(crate) status: i32,
    said: String,
}

impl Run {
    /// Standard output and standard error.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// Whether these lines were shown, one below the other, whatever the framework puts in front of them.
    pub(crate) fn shows(&self, lines: &str) -> bool {
        let flush = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        flush(&self.said).contains(&flush(lines))
    }
}

/// A repository with one migration in it, and the hooks installed.
pub(crate) struct Repository {
    framework: Framework,
    work_tree: TempDir,
    /// What the framework keeps for itself.
    home: TempDir,
    /// Where pip looks for wheels besides the registry.
    wheels: Option<PathBuf>,
    /// Whether commits, and with them the hooks, run where there is no network.
    offline: bool,
}

impl Repository {
    /// The hooks as `.pre-commit-hooks.yaml` has them, but with the binary of this build as a command of the system:
    /// nothing needs to be compiled.
    pub(crate) fn new(framework: Framework) -> Self {
        let hooks = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml")).unwrap();
        let hooks = hooks
            .replace("entry: whimbrel ", &format!("entry: {} ", env!("CARGO_BIN_EXE_whimbrel")))
            .replace("language: rust", "language: system");
        let mut config = "repos:\n- repo: local\n  hooks:\n".to_owned();
        for line in hooks.lines() {
            writeln!(config, "  {line}").unwrap();
        }
        Self::with_config(framework, &config)
    }

    /// A repository whose hooks come from there.
    pub(crate) fn with_config(framework: Framework, config: &str) -> Self {
        let repository = Self {
            framework,
            work_tree: TempDir::new().unwrap(),
            home: TempDir::new().unwrap(),
            wheels: None,
            offline: false,
        };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.stage(".pre-commit-config.yaml", config);
        repository.stage("shop/migrations/0001_initial.py", INITIAL);
        repository.git(&["commit", "--quiet", "--message", "Begin"]);
        let run = repository.framework(&["install"]);
        assert_eq!(run.status, 0, "{}", run.said);
        repository
    }

    /// The same, with a folder of wheels for hooks in Python.
    pub(crate) fn finding_wheels_in(mut self, folder: &Path) -> Self {
        self.wheels = Some(folder.to_owned());
        self
    }

    /// The same, with no network for its hooks, if this machine can take it away.
    pub(crate) fn offline(mut self) -> Self {
        self.offline = can_go_offline();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.work_tree.path()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn stage(&self, path: &str, text: &str) {
        self.write(path, text);
        self.git(&["add", path]);
    }

    /// Commits what is staged, by way of the hooks.
    pub(crate) fn commit(&self, message: &str) -> Run {
        let commit = ["git", "commit", "--quiet", "--message", message];
        if self.offline {
            return self.run(Path::new(WITHOUT_NETWORK[0]), &[&WITHOUT_NETWORK[1..], &commit].concat());
        }
        self.run(Path::new(commit[0]), &commit[1..])
    }

    pub(crate) fn commits(&self) -> usize {
        self.git(&["rev-list", "--count", "HEAD"]).trim().parse().unwrap()
    }

    /// A git command that must work.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let run = self.run(Path::new("git"), arguments);
        assert_eq!(run.status, 0, "git {}: {}", arguments.join(" "), run.said);
        run.said
    }

    /// A command of the framework.
    pub(crate) fn framework(&self, arguments: &[&str]) -> Run {
        self.run(&self.framework.command(), arguments)
    }

    /// The command itself.
    pub(crate) fn whimbrel(&self, arguments: &[&str]) -> Run {
        self.run(Path::new(env!("CARGO_BIN_EXE_whimbrel")), arguments)
    }

    /// Runs a command as a user in this repository would, with nothing of the machine's git or framework in sight.
    fn run(&self, program: &Path, arguments: &[&str]) -> Run {
        let mut command = Command::new(program);
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("GIT_") || name.starts_with("PRE_COMMIT") || name.starts_with("PREK") || name == "SKIP"
            {
                command.env_remove(&variable);
            }
        }
        if let Some(wheels) = &self.wheels {
            // pip and uv (which prek uses where it is there) each have a variable of their own.
            command.env("PIP_FIND_LINKS", wheels).env("UV_FIND_LINKS", wheels);
        }
        let output = command
            .args(arguments)
            .current_dir(self.path())
            .env("PRE_COMMIT_HOME", self.home.path())
            .env("PREK_HOME", self.home.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
            .envs([("LC_ALL", "C.UTF-8"), ("COLUMNS", "120"), ("NO_COLOR", "1"), ("PRE_COMMIT_COLOR", "never")])
            // A hook that is built from source shares what it depends on with the next one, and need not be fast.
            .env("CARGO_TARGET_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/target/hook"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .output()
            .unwrap();
        let mut said = String::from_utf8(output.stdout).unwrap();
        said.push_str(&String::from_utf8(output.stderr).unwrap());
        Run { status: output.status.code().unwrap_or(-1), said }
    }
}

/// Makes a repository of a folder with everything in one commit, and gives its id.
pub(crate) fn commit_all(folder: &Path) -> String {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "--all", "--force"]);
    git(folder, &["commit", "--quiet", "--message", "As it is"]);
    git(folder, &["rev-parse", "HEAD"]).trim().to_owned()
}

/// A git command that must work, outside of a test's own repository.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
