//! Standard output and standard error: colours, width, closed pipes.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use miette::Diagnostic as _;

use crate::cli::arguments::ColorChoice;
use crate::cli::failure::Failure;
use crate::config::{ConfigError, FailOn};
use crate::diagnostic::Diagnostic;
use crate::report::{RenderOptions, render_diagnostics};

/// Widest text that is comfortable to read.
const WIDEST: usize = 120;
/// What fits on any terminal, and in any log.
const NARROW: usize = 100;

/// Exit status of anything that keeps the tool from judging.
const UNUSABLE: u8 = 2;

/// Where a command writes, and what can be shown there.
pub(super) struct Output {
    choice: ColorChoice,
}

impl Output {
    pub(super) fn new(choice: ColorChoice) -> Self {
        Self { choice }
    }

    /// What standard output can show.
    pub(super) fn options(&self, quiet: bool) -> RenderOptions {
        self.options_for(io::stdout().is_terminal(), quiet)
    }

    /// What a file can show.
    pub(super) fn options_of_file(&self, quiet: bool) -> RenderOptions {
        self.options_for(false, quiet)
    }

    fn options_for(&self, terminal: bool, quiet: bool) -> RenderOptions {
        let color = match self.choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            // Whatever its value: https://no-color.org
            ColorChoice::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            ColorChoice::Auto if is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE") => true,
            ColorChoice::Auto => {
                let refused = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
                terminal && !refused && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        RenderOptions {
            color,
            width: width(terminal),
            unicode: unicode(),
            quiet,
            hyperlinks: terminal && color,
            fail_on: FailOn::default(),
        }
    }

    /// Writes to standard output. A reader that has gone away is no error.
    pub(super) fn print(text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::File { path: "standard output".to_owned(), action: "written", source: error })
            }
            _ => Ok(()),
        }
    }

    /// Writes to a file, or to standard output when none is named.
    pub(super) fn write(file: Option<&Path>, text: &str) -> Result<(), Failure> {
        let Some(path) = file else { return Self::print(text) };
        fs::write(path, text).map_err(|source| Failure::File {
            path: path.display().to_string(),
            action: "written",
            source,
        })
    }

    /// Writes remarks to standard error. Nobody is helped by a failure to complain.
    pub(super) fn remark(text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Writes mistakes of rule files or configurations that do not keep the tool from working.
    pub(super) fn warn(&self, diagnostics: &[Diagnostic]) {
        Self::remark(&render_diagnostics(diagnostics, &self.options_for(io::stderr().is_terminal(), false)));
    }

    /// Says why the command can't do its work.
    pub(super) fn failure(&self, failure: &Failure) -> ExitCode {
        match failure {
            Failure::Diagnostics(diagnostics) | Failure::Config(ConfigError::Invalid(diagnostics)) => {
                self.warn(diagnostics);
            }
            other => {
                let help = other.help().map_or_else(String::new, |help| format!("  help: {help}\n"));
                Self::remark(&format!("whimbrel: {other}\n{help}"));
            }
        }
        ExitCode::from(UNUSABLE)
    }
}

/// Answers wrong usage, `--help` and `--version`.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(UNUSABLE) } else { ExitCode::SUCCESS }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

fn width(terminal: bool) -> usize {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    let measured = || terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
    given.or_else(measured).unwrap_or(NARROW).clamp(40, WIDEST)
}

/// Whether the locale can show more than ASCII: C and POSIX locales of old terminals can't.
fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| locale.to_uppercase().contains("UTF") || !matches!(locale.as_str(), "C" | "POSIX"))
}
