//! The command line: arguments → settings → run. One file per command.

mod arguments;
mod baseline;
mod check;
mod completions;
mod detected;
mod explain;
mod failure;
mod fmt;
mod init;
mod new;
mod output;
mod packs;
mod plan;
mod progress;
mod project;
mod reports;
mod rule_files;
mod rules;
mod selection;
mod snapshots;
mod state;
mod subject;
mod test;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use output::Output;

/// Runs the command that the process was started with.
///
/// The exit status is 0 when nothing fails the run, 1 when findings do, 2 for anything that keeps the tool from
/// judging: wrong usage, a configuration or a rule file with mistakes, a repository that can't be read.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    let output = Output::new(arguments.color);
    let run = match arguments.command {
        Command::Check(check) => check::run(&check, &output),
        Command::Test(test) => test::run(&test, &output),
        Command::Fmt(fmt) => fmt::run(&fmt, &output),
        Command::Completions(completions) => completions::run(&completions),
        Command::Explain(explain) => explain::run(&explain, &output),
        Command::Init(init) => init::run(&init),
        Command::New { command } => new::run(&command),
        Command::Plan(plan) => plan::run(&plan, &output),
        Command::Packs { command } => packs::run(&command, &output),
        Command::Rules(rules) => rules::run(&rules, &output),
        Command::State(state) => state::run(&state, &output),
    };
    match run {
        Ok(verdict) => verdict.into(),
        Err(failure) => output.failure(&failure),
    }
}

/// Whether a command's subject passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        ExitCode::from(match verdict {
            Verdict::Passed => 0,
            Verdict::Failed => 1,
        })
    }
}
