//! `whimbrel plan`: what migrations would do.

use crate::check::{Content, plan};
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
    // A plan that lacks a migration must not look like one that is complete.
    let mut verdict = Verdict::Passed;
    for file in &subject.selection.files {
        if let Content::Unreadable(unreadable) = &file.content {
            let line = unreadable.source.position(unreadable.span.start).line;
            Output::remark(&format!("{}:{line}: not in the plan: {}\n", unreadable.source.path(), unreadable.message));
            verdict = Verdict::Failed;
        }
    }
    Ok(verdict)
}
