//! The revision whose code may still be running.

use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::selection::tree::Tree;
use crate::diagnostic::Diagnostic;
use crate::git::{GitError, Repository};

/// What is deployed when nothing says otherwise: what is staged or changed comes on top of it.
const DEFAULT: &str = "HEAD";
/// In front of a branch: the commit at which it and `HEAD` went separate ways.
const MERGE_BASE: &str = "merge-base:";

/// The files of the revision whose code may still be running; nothing outside of a repository.
pub(super) struct Deployed(Option<Tree>);

impl Deployed {
    /// Where nothing is judged, nobody asks.
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    /// The revision of the command line, else of the configuration, else the commit that the files to judge are compared
    /// with, else `HEAD`.
    pub(super) fn find(project: &Project, named: Option<&str>, base: Option<&str>) -> Result<Self, Failure> {
        let configured = project.config.deployed.as_ref().filter(|_| named.is_none());
        let Some(repository) = &project.repository else {
            return match named {
                None => Ok(Self(None)),
                Some(revision) => Err(Failure::Usage {
                    message: format!("`--deployed {revision}` names a revision, and this is no git repository"),
                    help: "run it in the repository, or leave `--deployed` out: each migration is then judged alone"
                        .to_owned(),
                }),
            };
        };
        let revision = named.or(configured.map(|revision| revision.value.as_str())).or(base).unwrap_or(DEFAULT);
        match tree(repository, revision) {
            Ok(tree) => Ok(Self(Some(tree))),
            Err(error) => Err(match (configured, &project.config.source, &error) {
                (
                    Some(revision),
                    Some(source),
                    GitError::UnknownRevision { .. } | GitError::NothingInCommon { .. } | GitError::Shallow { .. },
                ) => {
                    let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
                    let message = error.to_string();
                    let diagnostic =
                        Diagnostic::error(source, "config::deployed", message, revision.span, "named here");
                    Failure::Diagnostics(vec![diagnostic.with_help(help)])
                }
                _ => Failure::Git(error),
            }),
        }
    }

    pub(super) fn tree(&self) -> Option<&Tree> {
        self.0.as_ref()
    }
}

fn tree(repository: &Repository, revision: &str) -> Result<Tree, GitError> {
    let revision = match revision.strip_prefix(MERGE_BASE) {
        Some(branch) => repository.merge_base(branch)?,
        None => revision.to_owned(),
    };
    Ok(Tree::git(repository.clone(), repository.files_at(&revision)?))
}
