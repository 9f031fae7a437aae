//! `whimbrel plan`: what migrations would do.

use crate::check::plan;
use crate::cli::Verdict;
use crate::cli::arguments::{PlanArguments, PlanForm};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::subject::Subject;
use crate::report::plan::{PlanFormat, render};

pub(super) fn run(arguments: &PlanArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let rules = project.rules(output)?;
    let subject = Subject::find(&project, &arguments.scope)?;
    if !arguments.quiet {
        subject.remark_nothing()?;
    }
    let planned = plan(subject.request(&rules));
    let format = match arguments.format {
        PlanForm::Table => PlanFormat::Table,
        PlanForm::Json => PlanFormat::Json,
        PlanForm::Markdown => PlanFormat::Markdown,
    };
    Output::print(&render(&planned, format, &output.options(false)))?;
    Ok(Verdict::Passed)
}
