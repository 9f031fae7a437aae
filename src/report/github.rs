//! Annotations of GitHub Actions: workflow commands such as `::error file=…,line=…::message`, on standard output.

use std::fmt::Write;

use super::RenderOptions;
use super::remark::shown;
use super::summary::Summary;
use crate::check::Outcome;
use crate::diagnostic::Severity;

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let mut report = String::new();
    for remark in shown(outcome) {
        let command = match remark.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let start = remark.source.position(remark.span.start);
        let end = remark.source.position(remark.span.end);
        // Columns of an annotation are those of one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        // Writing to a string can't fail.
        let _ = writeln!(
            report,
            "::{command} file={},line={},endLine={}{columns},title={}::{}",
            property(remark.source.path()),
            start.line,
            end.line,
            property(remark.rule),
            data(&remark.message_and_help()),
        );
    }
    if !options.quiet {
        report.push_str(&Summary::of(outcome).sentence());
        report.push('\n');
    }
    report
}

/// A message as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value as the runner reads it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
