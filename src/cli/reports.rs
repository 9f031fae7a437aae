//! Which reports a run writes, and where.

use std::path::PathBuf;

use crate::check::Outcome;
use crate::cli::arguments::CheckArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::FailOn;
use crate::report::{self, Format, RenderOptions};

/// The reports of a run: at most one on standard output, the others in files.
pub(super) struct Reports {
    places: Vec<(Format, Option<PathBuf>)>,
    statistics: bool,
    quiet: bool,
}

impl Reports {
    /// What the command line asks for.
    pub(super) fn of(arguments: &CheckArguments) -> Result<Self, Failure> {
        let mut output_file = arguments.output_file.clone();
        let homeless: Vec<Format> =
            arguments.format.iter().filter(|report| report.file.is_none()).map(|report| report.format).collect();
        if homeless.len() > 1 {
            return Err(Failure::Usage {
                message: "two reports can't share one place".to_owned(),
                help: "give each but one a file of its own: `--format full --format sarif=whimbrel.sarif`".to_owned(),
            });
        }
        if output_file.is_some() && homeless.is_empty() {
            return Err(Failure::Usage {
                message: "every report has a file already, so none is left for `--output-file`".to_owned(),
                help: "leave `--output-file` away, or a format's own file".to_owned(),
            });
        }
        let reports = arguments.format.iter().map(|report| {
            let file = report.file.clone().or_else(|| output_file.take());
            (report.format, file)
        });
        Ok(Self { places: reports.collect(), statistics: arguments.statistics, quiet: arguments.quiet })
    }

    /// Writes them. Where none goes to standard output, standard error at least says how it went.
    pub(super) fn write(&self, outcome: &Outcome, fail_on: FailOn, output: &Output) -> Result<(), Failure> {
        for (format, file) in &self.places {
            let options = match file {
                Some(_) => output.options_of_file(self.quiet),
                None => output.options(self.quiet),
            };
            let options = RenderOptions { fail_on, ..options };
            let text = if self.statistics && format.is_for_people() {
                report::render_statistics(outcome, &options)
            } else {
                report::render(outcome, *format, &options)
            };
            Output::write(file.as_deref(), &text)?;
        }
        let on_screen = |(format, file): &(Format, Option<PathBuf>)| file.is_none() && format.is_for_people();
        if self.statistics && !self.places.iter().any(on_screen) {
            Output::remark(&report::render_statistics(outcome, &output.options(self.quiet)));
        } else if !self.quiet && self.places.iter().all(|(_, file)| file.is_some()) {
            Output::remark(&format!("whimbrel: {}\n", report::summary(outcome)));
        }
        Ok(())
    }
}
