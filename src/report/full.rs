//! The report for people who want to see the place and the way out.

use std::iter;
use std::sync::Arc;

use super::summary::Summary;
use super::{RenderOptions, message, render_diagnostics};
use crate::check::{Finding, Outcome, Undecided};
use crate::diagnostic::{Diagnostic, Label, Severity};

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let findings = outcome.findings.iter().filter(|finding| finding.suppressed.is_none()).map(finding_diagnostic);
    let diagnostics: Vec<Diagnostic> = findings.chain(outcome.undecided.iter().map(undecided_diagnostic)).collect();
    let mut report = render_diagnostics(&diagnostics, options);
    if !options.quiet {
        if !report.is_empty() {
            report.push('\n');
        }
        report.push_str(&Summary::of(outcome).sentence());
        report.push('\n');
    }
    report
}

fn finding_diagnostic(finding: &Finding) -> Diagnostic {
    // The subject itself is not underlined when a label shows the exact place.
    let labels = match finding.labels.as_slice() {
        [] => vec![Label { span: finding.span, text: String::new() }],
        labels => labels.to_vec(),
    };
    Diagnostic {
        code: finding.rule.clone(),
        severity: finding.severity,
        message: message(finding),
        source: Arc::clone(&finding.source),
        labels,
        help: finding.help.clone(),
        url: finding.url.clone(),
    }
}

fn undecided_diagnostic(undecided: &Undecided) -> Diagnostic {
    let rules = undecided.rules.iter().map(|rule| format!("\n- {}: {}", rule.rule, rule.message));
    let help: String = iter::once("these rules wait for it:".to_owned()).chain(rules).collect();
    Diagnostic {
        code: "whimbrel/undecided".to_owned(),
        severity: Severity::Warning,
        message: format!("this can't be decided: {}", undecided.cause),
        source: Arc::clone(&undecided.source),
        labels: vec![Label { span: undecided.span, text: "not known".to_owned() }],
        help: (!undecided.rules.is_empty()).then_some(help),
        url: None,
    }
}
