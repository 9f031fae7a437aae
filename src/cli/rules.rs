//! `whimbrel rules`: the rules of this project.

use crate::cli::Verdict;
use crate::cli::arguments::{RulesArguments, RulesFormat};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::reference::{rules_json, rules_markdown, rules_table};

pub(super) fn run(arguments: &RulesArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let rules = project.rules(output)?;
    Output::print(&match arguments.format {
        RulesFormat::Table => rules_table(&rules, output.options(false).width),
        RulesFormat::Json => rules_json(&rules),
        RulesFormat::Markdown => rules_markdown(&rules.rules),
    })?;
    Ok(Verdict::Passed)
}
