//! One diagnostic value for everything a user can get wrong in a rule file or a configuration, and for rendered
//! findings: a code, a message, labelled places in one source file, and the way out.

use std::fmt;
use std::sync::Arc;

use miette::LabeledSpan;

use crate::source::{SourceFile, Span};

/// How serious a diagnostic or a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Info,
    /// Shown, does not fail the run by default.
    Warning,
    /// Fails the run by default.
    Error,
}

impl Severity {
    /// The word that rule files, configuration and reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// A place and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The bytes that are underlined.
    pub span: Span,
    /// The text beside the underline; may be empty.
    pub text: String,
}

/// A message about one source file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// A stable code such as `names::unknown-operation`.
    pub code: String,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong: lowercase, the user's words in backticks, no final period.
    pub message: String,
    /// The file the labels lie in.
    pub source: Arc<SourceFile>,
    /// Places, the most important first.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
    /// Where to read more.
    pub url: Option<String>,
}

impl Diagnostic {
    /// An error with one label.
    pub fn error(
        source: &Arc<SourceFile>,
        code: impl Into<String>,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            source: Arc::clone(source),
            labels: vec![Label { span, text: label.into() }],
            help: None,
            url: None,
        }
    }

    /// The same diagnostic with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds a label behind those it has.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The text under the first label, for tests and for sorting.
    #[must_use]
    pub fn underlined(&self) -> &str {
        self.labels.first().map_or("", |label| self.source.slice(label.span))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Info => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&*self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|label| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            LabeledSpan::new_with_span(text, label.span)
        })))
    }
}
