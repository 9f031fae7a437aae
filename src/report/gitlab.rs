//! A code quality report of GitLab: the subset of Code Climate's issues that its documentation names.

use std::collections::HashMap;

use serde::Serialize;

use super::pretty;
use super::remark::shown;
use crate::check::{Outcome, fingerprint};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub(super) fn render(outcome: &Outcome) -> String {
    let remarks: Vec<_> = shown(outcome).collect();
    // GitLab takes two issues with one fingerprint for the same.
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    let issues: Vec<Issue<'_>> = remarks
        .iter()
        .map(|remark| {
            let path = remark.source.path();
            let count = seen.entry((path, &remark.fingerprint)).and_modify(|count| *count += 1).or_insert(0);
            Issue {
                description: &remark.message,
                check_name: remark.rule,
                fingerprint: fingerprint(&[path, &remark.fingerprint, &count.to_string()]),
                severity: match remark.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location: Location {
                    path,
                    lines: Lines {
                        begin: remark.source.position(remark.span.start).line,
                        end: remark.source.position(remark.span.end).line,
                    },
                },
            }
        })
        .collect();
    pretty(&issues)
}
