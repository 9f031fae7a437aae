//! What a check finds, in the order and the words that every report format shares.

use std::sync::Arc;

use crate::check::fixes::Fix;
use crate::diagnostic::{Label, Severity};
use crate::source::{SourceFile, Span};

/// Whether a finding certainly holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It does.
    Certain,
    /// It depends on something that is not known, or on values.
    Possible,
}

impl Certainty {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Possible => "possible",
        }
    }
}

/// A rule broken at a place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// `pack/rule`.
    pub rule: String,
    /// How serious it is, overrides applied.
    pub severity: Severity,
    /// The rule's hazards, as words.
    pub hazards: Vec<String>,
    /// Whether it certainly holds.
    pub certainty: Certainty,
    /// The rule's message with the user's names in it.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// The ways out, one by one.
    pub fixes: Vec<Fix>,
    /// Where to read more.
    pub url: Option<String>,
    /// The migration file.
    pub source: Arc<SourceFile>,
    /// The subject: an operation, a field, the class statement.
    pub span: Span,
    /// Labelled places in the file; when empty the subject itself is underlined.
    pub labels: Vec<Label>,
    /// Label of the app.
    pub app: String,
    /// Name of the migration.
    pub migration: String,
    /// The operation that it is about; `None` for a finding about the file.
    pub operation: Option<OperationReference>,
    /// The databases it holds for, such as `postgresql@16`; empty when it does not depend on the database.
    pub databases: Vec<String>,
    /// Equal for the same finding in another run, whatever lines moved.
    pub fingerprint: String,
    /// Why it is not shown, where it is suppressed: such findings are counted, and present in JSON.
    pub suppressed: Option<Suppression>,
}

/// What keeps a finding from being shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// How it is suppressed: `comment`, `baseline`, ….
    pub by: String,
    /// The reason given.
    pub reason: Option<String>,
}

/// The operation of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationReference {
    /// 0-based place in `operations` (of the outermost operation).
    pub index: usize,
    /// Class name.
    pub kind: String,
    /// The model that it names, in lower case.
    pub model: Option<String>,
    /// The field, index or constraint that it names.
    pub name: Option<String>,
}

/// A question that can't be decided: one cause, and the rules that wait for it.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// What is not known, in words.
    pub cause: String,
    /// The migration file.
    pub source: Arc<SourceFile>,
    /// Where the cause stands.
    pub span: Span,
    /// Label of the app.
    pub app: String,
    /// Name of the migration.
    pub migration: String,
    /// The rules that would need it, sorted, with the messages they might have given.
    pub rules: Vec<UndecidedRule>,
    /// Why it is not shown, where it is suppressed.
    pub suppressed: Option<Suppression>,
}

impl Undecided {
    /// The ids of the rules, each once.
    #[must_use]
    pub fn rule_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.rules.iter().map(|rule| rule.rule.as_str()).collect();
        ids.dedup();
        ids
    }
}

/// A rule that can't be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UndecidedRule {
    /// `pack/rule`.
    pub rule: String,
    /// What it would have said; what is not known stands in `⟨…⟩`.
    pub message: String,
}

/// A migration that was judged.
#[derive(Clone, Debug)]
pub struct MigrationSummary {
    /// The file, as reports show it.
    pub path: String,
    /// Label of the app.
    pub app: String,
    /// Its name.
    pub name: String,
    /// How many operations it has, nested ones included.
    pub operations: usize,
}

/// A rule that was judged, as reports describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSummary {
    /// `pack/rule`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Why it matters.
    pub why: Option<String>,
    /// Where to read more.
    pub url: Option<String>,
    /// How serious its findings are, overrides applied.
    pub severity: Severity,
    /// Its hazards, as words.
    pub hazards: Vec<String>,
}

/// The outcome of a check: sorted by path, place and rule.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// `postgresql@16`, … in the order given.
    pub databases: Vec<String>,
    /// The version of Django, `5.2`.
    pub django: String,
    /// The rules that were judged, and the tool's own findings, by id.
    pub rules: Vec<RuleSummary>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be decided.
    pub undecided: Vec<Undecided>,
    /// The migrations that were judged.
    pub migrations: Vec<MigrationSummary>,
    /// How many files were looked at, those that are no migration included.
    pub files: usize,
    /// For each file that was looked at, in the order of the request: which of its assumptions settled something, by
    /// their place in its list.
    pub settled: Vec<Vec<usize>>,
}

impl Outcome {
    /// Puts everything into the order that reports have.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let rest = (b.source.path(), b.span.start, &b.rule, &b.message);
            (a.source.path(), a.span.start, &a.rule, &a.message).cmp(&rest)
        });
        self.undecided
            .sort_by(|a, b| (a.source.path(), a.span.start, &a.cause).cmp(&(b.source.path(), b.span.start, &b.cause)));
        self.migrations.sort_by(|a, b| a.path.cmp(&b.path));
    }
}
