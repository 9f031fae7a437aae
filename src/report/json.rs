//! The JSON report: a public contract. Its version changes when a key goes away or changes its meaning, not when one
//! is added.

use serde::Serialize;

use super::pretty;
use super::summary::Summary;
use crate::check::{Finding, MigrationSummary, Outcome, Suppression, Undecided};
use crate::diagnostic::Label;
use crate::source::{SourceFile, Span};

const VERSION: u32 = 1;

pub(super) fn render(outcome: &Outcome) -> String {
    let summary = Summary::of(outcome);
    let report = Report {
        version: VERSION,
        target: Target { databases: &outcome.databases, django: &outcome.django },
        findings: outcome.findings.iter().map(finding).collect(),
        undecided: outcome.undecided.iter().map(undecided).collect(),
        migrations: outcome.migrations.iter().map(migration).collect(),
        summary: Counts {
            files: outcome.files,
            operations: summary.operations,
            errors: summary.errors,
            warnings: summary.warnings,
            info: summary.info,
            undecided: summary.undecided,
            suppressed: summary.suppressed,
        },
    };
    pretty(&report)
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    target: Target<'a>,
    findings: Vec<JsonFinding<'a>>,
    undecided: Vec<JsonUndecided<'a>>,
    migrations: Vec<JsonMigration<'a>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Target<'a> {
    databases: &'a [String],
    django: &'a str,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    severity: &'static str,
    hazards: &'a [String],
    certainty: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    url: Option<&'a str>,
    path: &'a str,
    #[serde(flatten)]
    place: Place,
    app: &'a str,
    migration: &'a str,
    operation: Option<Operation<'a>>,
    database: Option<&'a str>,
    other_databases: &'a [String],
    labels: Vec<JsonLabel<'a>>,
    fixes: [(); 0],
    fingerprint: &'a str,
    suppressed: Option<JsonSuppression<'a>>,
}

/// Lines and columns are 1-based, columns count characters; the end is just behind the last character.
#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Operation<'a> {
    index: usize,
    kind: &'a str,
    model: Option<&'a str>,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    by: &'a str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonUndecided<'a> {
    cause: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    rules: Vec<&'a str>,
    suppressed: Option<JsonSuppression<'a>>,
}

#[derive(Serialize)]
struct JsonMigration<'a> {
    path: &'a str,
    app: &'a str,
    name: &'a str,
    phase: &'static str,
}

#[derive(Serialize)]
struct Counts {
    files: usize,
    operations: usize,
    errors: usize,
    warnings: usize,
    info: usize,
    undecided: usize,
    suppressed: usize,
}

fn place(source: &SourceFile, span: Span) -> Place {
    let start = source.position(span.start);
    let end = source.position(span.end);
    Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}

fn finding(finding: &Finding) -> JsonFinding<'_> {
    let (database, other_databases) = match finding.databases.split_first() {
        Some((first, others)) => (Some(first.as_str()), others),
        None => (None, [].as_slice()),
    };
    JsonFinding {
        rule: &finding.rule,
        severity: finding.severity.word(),
        hazards: &finding.hazards,
        certainty: finding.certainty.word(),
        message: &finding.message,
        help: finding.help.as_deref(),
        url: finding.url.as_deref(),
        path: finding.source.path(),
        place: place(&finding.source, finding.span),
        app: &finding.app,
        migration: &finding.migration,
        operation: finding.operation.as_ref().map(|operation| Operation {
            index: operation.index,
            kind: &operation.kind,
            model: operation.model.as_deref(),
            name: operation.name.as_deref(),
        }),
        database,
        other_databases,
        labels: finding.labels.iter().map(|label| json_label(&finding.source, label)).collect(),
        fixes: [],
        fingerprint: &finding.fingerprint,
        suppressed: finding.suppressed.as_ref().map(suppression),
    }
}

fn suppression(suppression: &Suppression) -> JsonSuppression<'_> {
    JsonSuppression { by: &suppression.by, reason: suppression.reason.as_deref() }
}

fn json_label<'a>(source: &SourceFile, label: &'a Label) -> JsonLabel<'a> {
    JsonLabel { text: &label.text, place: place(source, label.span) }
}

fn undecided(undecided: &Undecided) -> JsonUndecided<'_> {
    let position = undecided.source.position(undecided.span.start);
    JsonUndecided {
        cause: &undecided.cause,
        path: undecided.source.path(),
        line: position.line,
        column: position.column,
        rules: undecided.rule_ids(),
        suppressed: undecided.suppressed.as_ref().map(suppression),
    }
}

fn migration(migration: &MigrationSummary) -> JsonMigration<'_> {
    JsonMigration { path: &migration.path, app: &migration.app, name: &migration.name, phase: "unknown" }
}
