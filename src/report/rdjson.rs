//! Reviewdog's diagnostic format (`rdjson`). Lines and columns are 1-based; a column counts bytes of UTF-8.

use serde::Serialize;

use super::pretty;
use super::remark::shown;
use crate::check::Outcome;
use crate::diagnostic::Severity;
use crate::source::SourceFile;

#[derive(Serialize)]
struct Report<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

pub(super) fn render(outcome: &Outcome) -> String {
    let diagnostics = shown(outcome).map(|remark| Diagnostic {
        message: remark.message_and_help(),
        location: Location {
            path: remark.source.path(),
            range: Range {
                start: position(remark.source, remark.span.start),
                end: position(remark.source, remark.span.end),
            },
        },
        severity: match remark.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: remark.rule, url: remark.url },
    });
    pretty(&Report { source: Source { name: "whimbrel" }, diagnostics: diagnostics.collect() })
}

fn position(source: &SourceFile, offset: usize) -> Position {
    let column = offset.saturating_sub(source.line_span(offset).start) + 1;
    Position { line: source.position(offset).line, column }
}
