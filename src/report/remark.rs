//! Findings and what could not be decided, alike: what formats with one list of remarks show.

use super::message;
use crate::check::{Finding, Outcome, Suppression, Undecided, fingerprint, own};
use crate::diagnostic::{Label, Severity};
use crate::source::{SourceFile, Span};

/// One remark.
pub(super) struct Remark<'o> {
    pub(super) rule: &'o str,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) help: Option<&'o str>,
    pub(super) url: Option<&'o str>,
    pub(super) source: &'o SourceFile,
    pub(super) span: Span,
    pub(super) labels: &'o [Label],
    pub(super) fingerprint: String,
    pub(super) suppressed: Option<&'o Suppression>,
    pub(super) finding: Option<&'o Finding>,
}

impl Remark<'_> {
    /// The message, and the way out below it.
    pub(super) fn message_and_help(&self) -> String {
        match self.help {
            Some(help) => format!("{}\n\n{help}", self.message),
            None => self.message.clone(),
        }
    }
}

/// All remarks, findings first; suppressed ones too.
pub(super) fn remarks(outcome: &Outcome) -> impl Iterator<Item = Remark<'_>> {
    outcome.findings.iter().map(of_finding).chain(outcome.undecided.iter().map(of_undecided))
}

/// The remarks that are shown.
pub(super) fn shown(outcome: &Outcome) -> impl Iterator<Item = Remark<'_>> {
    remarks(outcome).filter(|remark| remark.suppressed.is_none())
}

fn of_finding(finding: &Finding) -> Remark<'_> {
    Remark {
        rule: &finding.rule,
        severity: finding.severity,
        message: message(finding),
        help: finding.help.as_deref(),
        url: finding.url.as_deref(),
        source: &finding.source,
        span: finding.span,
        labels: &finding.labels,
        fingerprint: finding.fingerprint.clone(),
        suppressed: finding.suppressed.as_ref(),
        finding: Some(finding),
    }
}

/// So many rules that wait for one cause are named on one line.
const MOST_IDS: usize = 10;

fn of_undecided(undecided: &Undecided) -> Remark<'_> {
    let ids = undecided.rule_ids();
    let message = match ids.as_slice() {
        [] => format!("this can't be decided: {}", undecided.cause),
        many if many.len() > MOST_IDS => {
            format!("this can't be decided: {} ({} rules wait for it)", undecided.cause, many.len())
        }
        ids => format!("this can't be decided: {} ({})", undecided.cause, ids.join(", ")),
    };
    let mut parts = vec![own::UNDECIDED, &undecided.app, &undecided.migration, &undecided.cause];
    parts.extend(ids);
    Remark {
        rule: own::UNDECIDED,
        severity: Severity::Warning,
        message,
        help: None,
        url: None,
        source: &undecided.source,
        span: undecided.span,
        labels: &[],
        fingerprint: fingerprint(&parts),
        suppressed: undecided.suppressed.as_ref(),
        finding: None,
    }
}
