//! Reports: one file per format, each a pure function of the outcome.

mod concise;
mod full;
mod github;
mod gitlab;
mod graphical;
mod json;
mod junit;
pub(crate) mod plan;
mod rdjson;
mod remark;
mod sarif;
pub(crate) mod state;
mod statistics;
mod summary;
mod wrap;

use crate::check::{Certainty, Finding, Outcome};
use crate::config::FailOn;

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
    /// For programs: whimbrel's own, complete.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// `JUnit` XML, for CI servers that show tests.
    Junit,
    /// Reviewdog's diagnostic format.
    Rdjson,
}

impl Format {
    /// The formats with the words for them, for flags.
    const ALL: [(&str, Format); 8] = [
        ("full", Format::Full),
        ("concise", Format::Concise),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("junit", Format::Junit),
        ("rdjson", Format::Rdjson),
    ];

    /// The words for the formats.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(word, _)| *word)
    }

    /// The format that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, format)| *format)
    }

    /// Whether the report is for people, and not for a program that reads all of it.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        matches!(self, Format::Full | Format::Concise)
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
    /// From which severity on a finding fails the run.
    pub fail_on: FailOn,
}

/// The report of `outcome`, ended by a line end unless it is empty. What is for programs does not depend on colours,
/// width or `quiet`.
#[must_use]
pub fn render(outcome: &Outcome, format: Format, options: &RenderOptions) -> String {
    match format {
        Format::Full => full::render(outcome, options),
        Format::Concise => concise::render(outcome, options),
        Format::Json => json::render(outcome),
        Format::Sarif => sarif::render(outcome),
        Format::Github => github::render(outcome, options),
        Format::Gitlab => gitlab::render(outcome),
        Format::Junit => junit::render(outcome, options.fail_on),
        Format::Rdjson => rdjson::render(outcome),
    }
}

/// How often each rule was broken, in place of every single finding.
#[must_use]
pub fn render_statistics(outcome: &Outcome, options: &RenderOptions) -> String {
    statistics::render(outcome, options)
}

/// The last line of a report for people: what was found, in numbers.
#[must_use]
pub fn summary(outcome: &Outcome) -> String {
    summary::Summary::of(outcome).sentence()
}

/// JSON for people who look at it, too.
fn pretty(report: &impl serde::Serialize) -> String {
    // Only a map with keys that are no texts, or a value that refuses, could fail: there is neither.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
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
