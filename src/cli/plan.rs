//! `whimbrel plan`: what migrations would do.

use crate::check::{Request, plan};
use crate::cli::Verdict;
use crate::cli::arguments::{PlanArguments, PlanForm};
use crate::cli::check::{databases_of, django_of};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection::{Scope, select};
use crate::report::plan::{PlanFormat, render};

pub(super) fn run(arguments: &PlanArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let rules = project.rules(output)?;
    let scope = match (arguments.all, arguments.paths.as_slice()) {
        (true, _) => Scope::All,
        (false, []) => Scope::Staged,
        (false, paths) => Scope::Paths { paths, force_exclude: false },
    };
    let selection = select(&project, scope, arguments.deployed.as_deref(), None)?;
    let databases = databases_of(&arguments.database, &project);
    let planned = plan(Request {
        rules: &rules,
        files: &selection.files,
        projects: &selection.projects,
        databases: &databases,
        django: django_of(arguments.django, &project),
        tables: &project.config.tables,
        settings: &project.detected().settings(),
    });
    let format = match arguments.format {
        PlanForm::Table => PlanFormat::Table,
        PlanForm::Json => PlanFormat::Json,
        PlanForm::Markdown => PlanFormat::Markdown,
    };
    Output::print(&render(&planned, format, &output.options(false)))?;
    Ok(Verdict::Passed)
}
