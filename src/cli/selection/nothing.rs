//! Why a scope holds no migration, and what to type instead. A run that judges nothing looks like one that found
//! nothing, so it has to say which of the two it was.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::selection::{Scope, Selection, selects, walk};
use crate::git::{Repository, StagedFile, StagedStatus};
use crate::migration::is_migration_path;

/// What a migration is, for files that are none.
const WHAT: &str =
    "a migration is a Python file directly in a folder whose name holds `migrations`, and defines a class `Migration`";
/// Files that are named in one sentence.
const NAMED: usize = 3;

/// Why nothing was selected.
pub(in crate::cli) struct Nothing {
    pub(in crate::cli) message: String,
    pub(in crate::cli) help: String,
}

/// Why nothing of `scope` was selected.
pub(in crate::cli) fn why_nothing(
    project: &Project,
    scope: &Scope<'_>,
    selection: &Selection,
) -> Result<Nothing, Failure> {
    let none: Vec<&str> = selection.judged.iter().map(String::as_str).collect();
    if !none.is_empty() {
        let message = match none.as_slice() {
            [path] if !is_migration_path(path) => format!("`{path}` is no migration by its name and folder"),
            [path] => format!("`{path}` defines no `Migration`"),
            paths => format!("none of {} files is a migration: {}", paths.len(), names(paths)),
        };
        return Ok(Nothing { message, help: WHAT.to_owned() });
    }
    match scope {
        Scope::Staged => staged(project),
        Scope::Since { commit } => since(project, commit),
        Scope::All => all(project),
        Scope::Paths { paths, .. } => Ok(named(project, paths)),
        // Always judged.
        Scope::Content { .. } => Ok(Nothing { message: "there is nothing to judge".to_owned(), help: WHAT.to_owned() }),
    }
}

fn staged(project: &Project) -> Result<Nothing, Failure> {
    let repository = project.repository.as_ref().ok_or_else(|| Failure::no_repository("nothing is staged here"))?;
    let staged = repository.staged()?;
    let migrations: Vec<&StagedFile> = staged.iter().filter(|file| is_migration_path(&file.path)).collect();
    let all = |status: &StagedStatus| migrations.iter().all(|file| file.status == *status);
    let message = if staged.is_empty() {
        "nothing is staged".to_owned()
    } else if migrations.is_empty() {
        format!("no migration is staged, only {}", counted(staged.len(), "other file"))
    } else if all(&StagedStatus::Deleted) {
        format!("what is staged deletes {}, which leaves nothing to judge", counted(migrations.len(), "migration"))
    } else if all(&StagedStatus::Unmerged) {
        let paths: Vec<&str> = migrations.iter().map(|file| file.path.as_str()).collect();
        return Ok(Nothing {
            message: format!("nothing is staged of files with conflicts: {}", names(&paths)),
            help: "resolve them and `git add` them".to_owned(),
        });
    } else {
        return Ok(excluded(project, "every staged migration"));
    };
    let help = unstaged(repository)?.unwrap_or_else(|| {
        "`--all` takes every migration of the repository, `--since origin/main` what a branch changes; or name files or folders"
            .to_owned()
    });
    Ok(Nothing { message, help })
}

fn since(project: &Project, commit: &str) -> Result<Nothing, Failure> {
    let repository =
        project.repository.as_ref().ok_or_else(|| Failure::no_repository("there is nothing to compare with"))?;
    let changed = repository.changed_since(commit)?;
    let present = |file: &&StagedFile| file.status != StagedStatus::Deleted && project.root.join(&file.path).is_file();
    if changed.iter().filter(present).any(|file| is_migration_path(&file.path)) {
        return Ok(excluded(project, "every migration that changed"));
    }
    let short = commit.get(..12).unwrap_or(commit);
    let help = unstaged(repository)?
        .unwrap_or_else(|| "`--all` takes every migration of the repository; or name files or folders".to_owned());
    Ok(Nothing { message: format!("no migration was added or changed since {short}"), help })
}

fn all(project: &Project) -> Result<Nothing, Failure> {
    let Some(repository) = &project.repository else {
        return Ok(below(project, &[project.root.as_path()], "here"));
    };
    if repository.tracked()?.iter().any(|entry| is_migration_path(&entry.path)) {
        return Ok(excluded(project, "every migration of this repository"));
    }
    let help = unstaged(repository)?.unwrap_or_else(|| WHAT.to_owned());
    Ok(Nothing { message: "git tracks no migration here".to_owned(), help })
}

fn named(project: &Project, paths: &[PathBuf]) -> Nothing {
    let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    below(project, &paths, &format!("in {}", names(&shown)))
}

/// Nothing was selected of these files and folders: they hold no migration, or what they hold is excluded.
fn below(project: &Project, paths: &[&Path], place: &str) -> Nothing {
    let mut any = false;
    for path in paths {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        if path.is_dir() {
            walk(&path, &mut |file| any |= is_migration_path(&project.shown(file)));
        } else {
            // A file that was named and not judged is one that `--force-exclude` leaves out.
            any |= !selects(project, &project.shown(&path));
        }
    }
    if any {
        return excluded(project, &format!("every migration {place}"));
    }
    Nothing { message: format!("no migration lies {place}"), help: WHAT.to_owned() }
}

fn excluded(project: &Project, what: &str) -> Nothing {
    let config =
        project.config.path.as_ref().map_or_else(|| "the configuration".to_owned(), |path| project.shown(path));
    Nothing {
        message: format!("`include` and `exclude` of {config} leave out {what}"),
        help: "files that are named are judged all the same, unless `--force-exclude` is given".to_owned(),
    }
}

/// Migrations of the working tree that `git add` has not seen, or not in this form.
fn unstaged(repository: &Repository) -> Result<Option<String>, Failure> {
    let mut paths = repository.unstaged()?;
    paths.retain(|path| is_migration_path(path) && repository.root().join(path).is_file());
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    Ok(match paths.as_slice() {
        [] => None,
        [path] => Some(format!("`{path}` is not staged: `git add` it, or name it")),
        paths => Some(format!("{} migrations are not staged, {}: `git add` or name them", paths.len(), names(paths))),
    })
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn names(paths: &[&str]) -> String {
    let shown: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = if paths.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
