//! What keeps a command from doing its work: exit status 2.

use crate::config::ConfigError;
use crate::diagnostic::Diagnostic;
use crate::git::{self, GitError, NoWorkTree};

/// Why a command can't do its work.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum Failure {
    /// Mistakes in files that the user wrote.
    #[error("{}", summary(.0))]
    Diagnostics(Vec<Diagnostic>),

    /// The configuration can't be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),

    /// The repository can't be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),

    /// A file can't be read or written.
    #[error("`{path}` can't be {action}: {source}")]
    #[diagnostic(help("check the path and its permissions"))]
    File {
        /// The file.
        path: String,
        /// `read` or `written`.
        action: &'static str,
        /// What the operating system says.
        source: std::io::Error,
    },

    /// What the user asked for is not there.
    #[error("{message}")]
    #[diagnostic(help("{help}"))]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type.
        help: String,
    },
}

impl Failure {
    /// Outside of a work tree, nothing is staged and nothing has changed. `what` can't be done there: "nothing is staged
    /// here".
    pub(super) fn no_repository(what: &str) -> Self {
        let (why, help) = match git::work_tree_is_missing() {
            NoWorkTree::NoGit => {
                ("git is not installed", "name files or folders to judge: `whimbrel check shop/migrations`")
            }
            NoWorkTree::Bare => (
                "this repository has no work tree",
                "run it in a clone, or in a work tree: `git worktree add ../checked HEAD`",
            ),
            NoWorkTree::NoRepository => (
                "this folder is not in a git repository",
                "name files or folders to judge: `whimbrel check shop/migrations`",
            ),
        };
        Failure::Usage { message: format!("{what}: {why}"), help: help.to_owned() }
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [only] => only.message.clone(),
        several => format!("{} mistakes", several.len()),
    }
}
