//! `whimbrel completions`: what shells and man(1) want to know of the command line.

use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

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
        None => manual(command, &mut text).map_err(|source| Failure::File {
            path: "the manual page".to_owned(),
            action: "written",
            source,
        })?,
    }
    Output::print(&String::from_utf8_lossy(&text))?;
    Ok(Verdict::Passed)
}

/// One page with a section for every command, and for those inside them.
fn manual(mut command: Command, page: &mut Vec<u8>) -> io::Result<()> {
    // From here on, every command knows its whole name and the flags that all have.
    command.build();
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_extra_section(page)?;
    sections(&command, page)?;
    man.render_version_section(page)
}

fn sections(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    for inner in command.get_subcommands() {
        let man = Man::new(inner.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        writeln!(page, ".SH \"{}\"", inner.get_bin_name().unwrap_or(inner.get_name()).to_uppercase())?;
        for line in String::from_utf8_lossy(&section).lines() {
            // What is a section on a page of its own is a part of one here.
            match line.strip_prefix(".SH ") {
                Some(heading) => writeln!(page, ".SS {heading}")?,
                None => writeln!(page, "{line}")?,
            }
        }
        sections(inner, page)?;
    }
    Ok(())
}
