//! The report for people who want to see the place and the way out.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use super::summary::Summary;
use super::{RenderOptions, message, render_diagnostics};
use crate::check::{Finding, Outcome, Undecided};
use crate::diagnostic::{Diagnostic, Label, Severity};

/// The code of what several rules wait for.
const UNDECIDED: &str = "whimbrel/undecided";

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let findings = outcome.findings.iter().filter(|finding| finding.suppressed.is_none()).map(finding_diagnostic);
    let undecided = outcome.undecided.iter().filter(|undecided| undecided.suppressed.is_none());
    let diagnostics: Vec<Diagnostic> = findings.chain(undecided.map(undecided_diagnostic)).collect();
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

/// How many rules of each pack wait.
fn by_pack(undecided: &Undecided) -> String {
    let mut packs: BTreeMap<&str, usize> = BTreeMap::new();
    for id in undecided.rule_ids() {
        *packs.entry(id.split('/').next().unwrap_or(id)).or_default() += 1;
    }
    packs.iter().map(|(pack, count)| format!("{count} of {pack}")).collect::<Vec<_>>().join(", ")
}

/// So many rules that wait for one cause are shown with what they might have said.
const MOST_MESSAGES: usize = 10;

/// One cause, and what may be wrong because of it. Where only one rule waits, its own message is the headline.
fn undecided_diagnostic(undecided: &Undecided) -> Diagnostic {
    let decision = format!("this can't be decided: {}", undecided.cause);
    let (code, message, help) = match undecided.rules.as_slice() {
        [] => (UNDECIDED.to_owned(), decision, None),
        [only] => (only.rule.clone(), format!("possibly: {}", only.message), Some(decision)),
        many if many.len() > MOST_MESSAGES => (
            UNDECIDED.to_owned(),
            decision,
            Some(format!("{} rules wait for it: {}", undecided.rule_ids().len(), by_pack(undecided))),
        ),
        several => {
            let rules = several.iter().map(|rule| format!("\n- possibly {}: {}", rule.rule, rule.message));
            let help = iter::once("these rules wait for it:".to_owned()).chain(rules).collect();
            (UNDECIDED.to_owned(), decision, Some(help))
        }
    };
    Diagnostic {
        code,
        severity: Severity::Warning,
        message,
        source: Arc::clone(&undecided.source),
        labels: vec![Label { span: undecided.span, text: "not known before the migration runs".to_owned() }],
        help,
        url: None,
    }
}
