//! What `check` and `plan` work on: which migrations, compared with which deployed code, for which databases and which
//! Django. One path from the arguments to that, so that no two commands disagree.

use std::io::Read as _;

use crate::check::Request;
use crate::cli::arguments::ScopeArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection::{Scope, Selection, select, why_nothing};
use crate::history::Settings;
use crate::language::RuleSet;
use crate::target::{Database, Version};

/// What a command works on.
pub(super) struct Subject<'p> {
    project: &'p Project,
    scope: Scope<'p>,
    /// The commit that the files are compared with, where the command line or the pre-commit framework says one.
    pub(super) base: Option<String>,
    /// The files, and the migrations around them.
    pub(super) selection: Selection,
    /// At least one.
    pub(super) databases: Vec<Database>,
    pub(super) django: Version,
    settings: Settings,
}

impl<'p> Subject<'p> {
    /// Finds and reads what the arguments name.
    pub(super) fn find(project: &'p Project, arguments: &'p ScopeArguments) -> Result<Self, Failure> {
        let base = base(arguments, project)?;
        let scope = scope(arguments, base.as_deref())?;
        let selection = select(project, &scope, arguments.deployed.as_deref(), base.as_deref())?;
        Ok(Self {
            project,
            scope,
            base,
            selection,
            databases: project.databases(&arguments.database),
            django: project.django(arguments.django),
            settings: project.detected().settings(),
        })
    }

    /// The question to the engine.
    pub(super) fn request<'s>(&'s self, rules: &'s RuleSet) -> Request<'s> {
        Request {
            rules,
            files: &self.selection.files,
            projects: &self.selection.projects,
            databases: &self.databases,
            django: self.django,
            tables: &self.project.config.tables,
            settings: &self.settings,
            modules: &self.selection.modules,
        }
    }

    /// Says why there is nothing to do, where there is nothing, and what to type next.
    pub(super) fn remark_nothing(&self) -> Result<(), Failure> {
        if self.selection.files.is_empty() {
            let nothing = why_nothing(self.project, &self.scope, &self.selection)?;
            Output::remark(&format!("whimbrel: {}\n  help: {}\n", nothing.message, nothing.help));
        }
        Ok(())
    }
}

/// The commit that the files are compared with, when the command line or the pre-commit framework says one: the
/// framework tells hooks that run before a push, or with `--from-ref`, what is pushed.
fn base(arguments: &ScopeArguments, project: &Project) -> Result<Option<String>, Failure> {
    if let Some(revision) = &arguments.since {
        let repository =
            project.repository.as_ref().ok_or_else(|| Failure::no_repository("there is nothing to compare with"))?;
        return Ok(Some(repository.merge_base(revision)?));
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let refs = (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF"));
    match (&project.repository, refs) {
        (Some(repository), (Some(from), Some(to))) if !arguments.all => Ok(Some(repository.merge_base_of(&to, &from)?)),
        _ => Ok(None),
    }
}

fn scope<'a>(arguments: &'a ScopeArguments, base: Option<&str>) -> Result<Scope<'a>, Failure> {
    if let Some(path) = &arguments.stdin_filename {
        let mut content = Vec::new();
        std::io::stdin().lock().read_to_end(&mut content).map_err(|source| Failure::File {
            path: "standard input".to_owned(),
            action: "read",
            source,
        })?;
        return Ok(Scope::Content { path, content });
    }
    Ok(match (arguments.all, arguments.paths.as_slice(), base) {
        (true, ..) => Scope::All,
        (false, [], Some(commit)) => Scope::Since { commit: commit.to_owned() },
        (false, [], None) => Scope::Staged,
        (false, paths, _) => Scope::Paths { paths, force_exclude: arguments.force_exclude },
    })
}
