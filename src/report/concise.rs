//! One line each: `path:line:column: error[pack/rule] message`.

use std::fmt::Write;

use super::summary::Summary;
use super::wrap::harmless;
use super::{RenderOptions, message};
use crate::check::{Finding, Outcome, Undecided};
use crate::diagnostic::Severity;
use crate::source::{SourceFile, Span};

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let mut report = String::new();
    for finding in outcome.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let Finding { source, span, severity, rule, .. } = finding;
        line(&mut report, options, source, *span, *severity, rule, &message(finding));
    }
    for undecided in outcome.undecided.iter().filter(|undecided| undecided.suppressed.is_none()) {
        let Undecided { cause, source, span, .. } = undecided;
        let message = match undecided.rule_ids().as_slice() {
            [] => format!("this can't be decided: {cause}"),
            rules => format!("this can't be decided: {cause} ({})", rules.join(", ")),
        };
        line(&mut report, options, source, *span, Severity::Warning, "whimbrel/undecided", &message);
    }
    if !options.quiet {
        report.push_str(&Summary::of(outcome).sentence());
        report.push('\n');
    }
    report
}

fn line(
    report: &mut String,
    options: &RenderOptions,
    source: &SourceFile,
    span: Span,
    severity: Severity,
    rule: &str,
    message: &str,
) {
    let position = source.position(span.start);
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let (start, end) = match (options.color, severity) {
        (false, _) => ("", ""),
        (true, Severity::Error) => ("\u{1b}[31m", "\u{1b}[0m"),
        (true, Severity::Warning) => ("\u{1b}[33m", "\u{1b}[0m"),
        (true, Severity::Info) => ("\u{1b}[36m", "\u{1b}[0m"),
    };
    // Writing to a string can't fail.
    let _ = writeln!(
        report,
        "{}:{}:{}: {start}{}[{rule}]{end} {}",
        harmless(source.path()),
        position.line,
        position.column,
        severity.word(),
        harmless(&message),
    );
}
