//! What keeps a command from doing its work: exit status 2.

use crate::config::ConfigError;
use crate::diagnostic::Diagnostic;
use crate::git::{self, GitError};

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
    /// Outside of a repository, nothing is staged and nothing has changed.
    pub(super) fn no_repository() -> Self {
        let message = if git::is_installed() {
            "nothing is staged here: this folder is not in a git repository"
        } else {
            "nothing can be staged here: git is not installed"
        };
        Failure::Usage {
            message: message.to_owned(),
            help: "name files or folders to judge: `whimbrel check shop/migrations`".to_owned(),
        }
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [only] => only.message.clone(),
        several => format!("{} mistakes", several.len()),
    }
}
