//! Running git.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use super::GitError;

/// How git is called.
#[derive(Clone, Debug)]
pub(super) struct Git {
    /// The folder that it runs in.
    pub(super) folder: PathBuf,
    /// Variables that are set (or removed) on top of the process's own; outside of tests there are none.
    pub(super) environment: Vec<(OsString, Option<OsString>)>,
}

/// A process that has ended.
pub(super) struct Run {
    command: String,
    output: Output,
}

impl Git {
    /// Runs git to its end, with `input` on its standard input.
    pub(super) fn run(&self, arguments: &[&str], input: Option<Vec<u8>>) -> Result<Run, GitError> {
        let shown = format!("git {}", arguments.join(" "));
        let mut command = Command::new("git");
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .arg("--no-optional-locks")
            // Not `current_dir`: its failure could not be told from a missing git.
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            // Some answers are told apart by their words.
            .env("LC_ALL", "C")
            // It would turn `:/`, the whole work tree, into a file's name.
            .env_remove("GIT_LITERAL_PATHSPECS")
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let not_started = |source: std::io::Error| GitError::NotStarted { command: shown.clone(), source };
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => GitError::Missing,
            _ => not_started(error),
        })?;
        // Git answers while it still reads: one thread for both would wait for itself once the pipes are full. A git
        // that stops reading early has failed, and its exit status says so.
        let writer = child
            .stdin
            .take()
            .zip(input)
            .map(|(mut stdin, input)| thread::spawn(move || stdin.write_all(&input).unwrap_or_default()));
        let output = child.wait_with_output().map_err(not_started)?;
        if let Some(writer) = writer {
            writer.join().unwrap_or_default();
        }
        Ok(Run { command: shown, output })
    }
}

impl Run {
    /// Whether the command succeeded.
    pub(super) fn is_success(&self) -> bool {
        self.output.status.success()
    }

    /// Whether the command failed and said `words`.
    pub(super) fn failed_with(&self, words: &str) -> bool {
        !self.output.status.success() && String::from_utf8_lossy(&self.output.stderr).contains(words)
    }

    /// The standard output of a command that succeeded.
    pub(super) fn succeeded(self) -> Result<Vec<u8>, GitError> {
        if self.output.status.success() {
            return Ok(self.output.stdout);
        }
        let said = String::from_utf8_lossy(&self.output.stderr);
        if let Some((_, said)) = said.split_once("dubious ownership in repository at '") {
            let folder = said.split("'\n").next().unwrap_or(said).to_owned();
            return Err(GitError::Untrusted { folder });
        }
        let said = said.lines().find_map(|line| line.strip_prefix("fatal: ")).unwrap_or(said.trim());
        let message = if said.is_empty() { self.output.status.to_string() } else { said.to_owned() };
        Err(GitError::Failed { command: self.command, message })
    }
}
