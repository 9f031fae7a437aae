//! Where the baseline stands, reading and writing it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::check::Outcome;
use crate::cli::arguments::CheckArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;
use crate::suppress::{Baseline, Scope, hold};

/// The name of a baseline that nobody has given another one.
const NAME: &str = "whimbrel-baseline.toml";

/// The baseline of a run.
pub(super) struct BaselineFile {
    path: PathBuf,
    shown: String,
    /// What it held before; `None` where it does not exist yet.
    content: Option<Baseline>,
    write: bool,
    /// Whether the configuration names it, so that the next run finds it.
    configured: bool,
}

impl BaselineFile {
    /// The baseline that the command line or the configuration names; `None` where neither does.
    pub(super) fn find(arguments: &CheckArguments, project: &Project) -> Result<Option<Self>, Failure> {
        let write = arguments.write_baseline;
        let configured = project.config.baseline.as_ref();
        let path = match (&arguments.baseline, configured) {
            (Some(path), _) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            (None, Some(path)) => project.config.root.join(&path.value),
            (None, None) if write => project.config.root.join(NAME),
            (None, None) => return Ok(None),
        };
        let shown = project.shown(&path);
        let content = match fs::read_to_string(&path) {
            Ok(text) => Some(Baseline::parse(&SourceFile::new(shown.clone(), text)).map_err(Failure::Diagnostics)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && write => None,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(missing(arguments, project, &shown));
            }
            Err(source) => return Err(Failure::File { path: shown, action: "read", source }),
        };
        let configured = configured.is_some_and(|named| project.config.root.join(&named.value) == path);
        Ok(Some(Self { path, shown, content, write, configured }))
    }

    /// Marks what the baseline holds; before that writes it anew, where that is asked for.
    pub(super) fn apply(self, outcome: &mut Outcome, scope: Scope<'_>) -> Result<(), Failure> {
        if !self.write {
            if let Some(baseline) = &self.content {
                hold(outcome, baseline, scope);
            }
            return Ok(());
        }
        let written = Baseline::written(outcome, self.content.as_ref(), scope);
        write(&self.path, &self.shown, &written.text)?;
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let pruned = if written.pruned > 0 { format!("; {} pruned", written.pruned) } else { String::new() };
        Output::remark(&format!("whimbrel: {} in `{}`{pruned}\n", count(written.findings, "finding"), self.shown));
        if !self.configured {
            Output::remark(&format!(
                "  help: `baseline = \"{}\"` in the configuration makes every run honour it\n",
                self.shown
            ));
        }
        let source = SourceFile::new(self.shown, written.text);
        let baseline = Baseline::parse(&source).map_err(Failure::Diagnostics)?;
        hold(outcome, &baseline, scope);
        Ok(())
    }
}

fn write(path: &Path, shown: &str, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|source| Failure::File { path: shown.to_owned(), action: "written", source })
}

fn missing(arguments: &CheckArguments, project: &Project, shown: &str) -> Failure {
    let message = format!("there is no baseline `{shown}`");
    let help = "write it with `whimbrel check --all --write-baseline`".to_owned();
    match (&project.config.baseline, &project.config.source) {
        (Some(path), Some(source)) if arguments.baseline.is_none() => {
            let diagnostic = Diagnostic::error(source, "config::baseline", message, path.span, "not there");
            Failure::Diagnostics(vec![diagnostic.with_help(help)])
        }
        _ => Failure::Usage { message, help },
    }
}
