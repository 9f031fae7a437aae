//! What was found, in numbers.

use crate::check::Outcome;
use crate::diagnostic::Severity;

/// The numbers of a report.
pub(super) struct Summary {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) info: usize,
    pub(super) undecided: usize,
    pub(super) suppressed: usize,
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
            undecided: outcome.undecided.len(),
            suppressed: outcome.findings.iter().filter(|finding| finding.suppressed.is_some()).count(),
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
            found.push(format!("{} suppressed", self.suppressed));
        }
        let migrations = counted(self.migrations, "migration", "migrations");
        let operations = counted(self.operations, "operation", "operations");
        format!("{} in {migrations} ({operations})", found.join(", "))
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
