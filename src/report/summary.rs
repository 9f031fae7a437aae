//! What was found, in numbers.

use std::collections::BTreeMap;

use crate::check::{Outcome, Suppression};
use crate::diagnostic::Severity;

/// The numbers of a report.
pub(super) struct Summary {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) info: usize,
    pub(super) undecided: usize,
    pub(super) suppressed: usize,
    /// The same by what suppresses them: a comment, the baseline.
    pub(super) suppressed_by: BTreeMap<String, usize>,
    pub(super) migrations: usize,
    pub(super) operations: usize,
}

impl Summary {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let shown =
            |severity| outcome.findings.iter().filter(|f| f.suppressed.is_none() && f.severity == severity).count();
        Self {
            errors: shown(Severity::Error),
            warnings: shown(Severity::Warning),
            info: shown(Severity::Info),
            undecided: outcome.undecided.iter().filter(|undecided| undecided.suppressed.is_none()).count(),
            suppressed: suppressions(outcome).count(),
            suppressed_by: suppressions(outcome).fold(BTreeMap::new(), |mut counts, suppression| {
                *counts.entry(suppression.by.clone()).or_insert(0) += 1;
                counts
            }),
            migrations: outcome.migrations.len(),
            operations: outcome.migrations.iter().map(|migration| migration.operations).sum(),
        }
    }

    /// The last line of a report for people.
    pub(super) fn sentence(&self) -> String {
        let mut found = Vec::new();
        for (count, one, many) in [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.info, "hint", "hints"),
            (self.undecided, "undecided", "undecided"),
        ] {
            if count > 0 {
                found.push(counted(count, one, many));
            }
        }
        if found.is_empty() {
            found.push("no problems".to_owned());
        }
        if self.suppressed > 0 {
            let by: Vec<String> = self.suppressed_by.iter().map(|(by, count)| format!("{count} by {by}")).collect();
            found.push(format!("{} suppressed ({})", self.suppressed, by.join(", ")));
        }
        let migrations = counted(self.migrations, "migration", "migrations");
        let operations = counted(self.operations, "operation", "operations");
        format!("{} in {migrations} ({operations})", found.join(", "))
    }
}

/// What keeps findings, and things undecided, from being shown.
fn suppressions(outcome: &Outcome) -> impl Iterator<Item = &Suppression> {
    let of_findings = outcome.findings.iter().filter_map(|finding| finding.suppressed.as_ref());
    of_findings.chain(outcome.undecided.iter().filter_map(|undecided| undecided.suppressed.as_ref()))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
