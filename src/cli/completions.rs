//! `whimbrel completions`: what shells and man(1) want to know of the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Verdict;
use crate::cli::arguments::{Arguments, CompletionTarget, CompletionsArguments};
use crate::cli::failure::Failure;
use crate::cli::output::Output;

pub(super) fn run(arguments: &CompletionsArguments) -> Result<Verdict, Failure> {
    let mut command = Arguments::command();
    let mut text = Vec::new();
    let shell = match arguments.target {
        CompletionTarget::Bash => Some(Shell::Bash),
        CompletionTarget::Elvish => Some(Shell::Elvish),
        CompletionTarget::Fish => Some(Shell::Fish),
        CompletionTarget::Powershell => Some(Shell::PowerShell),
        CompletionTarget::Zsh => Some(Shell::Zsh),
        CompletionTarget::Man => None,
    };
    match shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "whimbrel", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text).map_err(|source| Failure::File {
            path: "the manual page".to_owned(),
            action: "written",
            source,
        })?,
    }
    Output::print(&String::from_utf8_lossy(&text))?;
    Ok(Verdict::Passed)
}
