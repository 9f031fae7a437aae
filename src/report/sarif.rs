//! SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for code scanning and other viewers.
//!
//! Suppressed findings are there with their suppressions; `partialFingerprints` keep a finding the same when lines move.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::pretty;
use super::remark::{Remark, remarks};
use crate::check::{Outcome, RuleSummary, Suppression};
use crate::diagnostic::Severity;
use crate::source::{SourceFile, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Name and version of what goes into a fingerprint.
const FINGERPRINT: &str = "whimbrel/v1";

/// The root of the checked tree: paths are relative to it.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reported<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    /// Always present: without it, a viewer can't tell "not suppressed" from "not asked".
    suppressions: Vec<Suppressed<'a>>,
    properties: Value,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    place: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
}

pub(super) fn render(outcome: &Outcome) -> String {
    let index: BTreeMap<&str, usize> =
        outcome.rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let results: Vec<Reported<'_>> =
        remarks(outcome).map(|remark| result(&remark, index.get(remark.rule).copied())).collect();
    let rules: Vec<Value> = outcome.rules.iter().map(rule).collect();
    pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "whimbrel",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true}],
            "results": results,
        }],
    }))
}

fn rule(rule: &RuleSummary) -> Value {
    let mut described = json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": rule.hazards},
    });
    if let Some(why) = &rule.why {
        described["fullDescription"] = json!({"text": why});
        described["help"] = json!({"text": why});
    }
    if let Some(url) = &rule.url {
        described["helpUri"] = json!(url);
    }
    described
}

fn result<'a>(remark: &Remark<'a>, rule_index: Option<usize>) -> Reported<'a> {
    let labels = remark.labels.iter().enumerate().filter(|(_, label)| !label.text.is_empty());
    let properties = match remark.finding {
        Some(finding) => json!({
            "app": finding.app,
            "migration": finding.migration,
            "certainty": finding.certainty.word(),
            "hazards": finding.hazards,
            "databases": finding.databases,
        }),
        None => json!({"certainty": "undecided"}),
    };
    Reported {
        rule_id: remark.rule,
        rule_index,
        level: level(remark.severity),
        message: Text { text: remark.message_and_help() },
        locations: vec![location(remark.source, remark.span, None, None)],
        related_locations: labels
            .map(|(id, label)| location(remark.source, label.span, Some(id), Some(label.text.clone())))
            .collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, remark.fingerprint.clone())]),
        suppressions: remark.suppressed.into_iter().map(suppression).collect(),
        properties,
    }
}

fn suppression(suppression: &Suppression) -> Suppressed<'_> {
    Suppressed {
        kind: if suppression.by == "baseline" { "external" } else { "inSource" },
        status: "accepted",
        justification: suppression.reason.as_deref(),
    }
}

fn location(source: &SourceFile, span: Span, id: Option<usize>, message: Option<String>) -> Location {
    let start = source.position(span.start);
    let end = source.position(span.end);
    Location {
        id,
        place: json!({
            "artifactLocation": {"uri": uri(source.path()), "uriBaseId": ROOT},
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        }),
        message: message.map(|text| Text { text }),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
