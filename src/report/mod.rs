//! Reports: one file per format, each a pure function of the outcome.

mod concise;
mod full;
mod graphical;
mod json;
pub(crate) mod state;
mod summary;
mod wrap;

use crate::check::{Certainty, Finding, Outcome};

pub use graphical::render_diagnostics;
pub(crate) use wrap::{harmless, wrap};

/// A form of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With the lines of the file, the underlined places and the way out.
    #[default]
    Full,
    /// One line each.
    Concise,
    /// For programs.
    Json,
}

impl Format {
    /// The words for the formats, for flags.
    pub const WORDS: [&str; 3] = ["full", "concise", "json"];

    /// The format that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "full" => Some(Format::Full),
            "concise" => Some(Format::Concise),
            "json" => Some(Format::Json),
            _ => None,
        }
    }
}

/// What the place that the report goes to can show.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the terminal or a flag of its own")]
pub struct RenderOptions {
    /// Whether it shows colours.
    pub color: bool,
    /// How many columns it has.
    pub width: usize,
    /// Whether it shows characters outside of ASCII.
    pub unicode: bool,
    /// Leaves the summary away.
    pub quiet: bool,
    /// Whether addresses can be links behind a text.
    pub hyperlinks: bool,
}

/// The report of `outcome`, ended by a line end unless it is empty. JSON does not depend on the options.
#[must_use]
pub fn render(outcome: &Outcome, format: Format, options: &RenderOptions) -> String {
    match format {
        Format::Full => full::render(outcome, options),
        Format::Concise => concise::render(outcome, options),
        Format::Json => json::render(outcome),
    }
}

/// The message of a finding for people: whether it is certain, and where it holds.
fn message(finding: &Finding) -> String {
    let certainty = match finding.certainty {
        Certainty::Certain => "",
        Certainty::Possible => "possibly: ",
    };
    let databases = match finding.databases.as_slice() {
        [] | [_] => String::new(),
        databases => format!(" [{}]", databases.join(", ")),
    };
    format!("{certainty}{}{databases}", finding.message)
}

#[cfg(test)]
mod tests;
