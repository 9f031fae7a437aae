//! What the tool itself has to say, beside the rules: ids, severities and what they mean.

use crate::diagnostic::Severity;

/// A finding of the tool's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// `whimbrel/…`
    pub id: &'static str,
    /// Its severity unless the configuration says otherwise.
    pub severity: Severity,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// A file that can't be read or parsed.
pub const UNREADABLE: &str = "whimbrel/unreadable";
/// Something that rules would have to know.
pub const UNDECIDED: &str = "whimbrel/undecided";
/// A suppression that suppresses nothing.
pub const UNUSED_SUPPRESSION: &str = "whimbrel/unused-suppression";
/// A suppression of a rule that does not exist.
pub const UNKNOWN_RULE: &str = "whimbrel/unknown-rule";
/// A suppression whose last day has passed.
pub const EXPIRED_SUPPRESSION: &str = "whimbrel/expired-suppression";
/// A suppression that names no rules.
pub const BLANKET_SUPPRESSION: &str = "whimbrel/blanket-suppression";
/// A comment to the tool that it does not understand.
pub const INVALID_SUPPRESSION: &str = "whimbrel/invalid-suppression";
/// A suppression without the reason that the configuration demands.
pub const UNEXPLAINED_SUPPRESSION: &str = "whimbrel/unexplained-suppression";
/// An entry of the baseline that matches nothing any more.
pub const STALE_BASELINE: &str = "whimbrel/stale-baseline";

/// Everything that the tool itself may report.
pub const OWN: [Own; 9] = [
    own(UNREADABLE, Severity::Error, "a file that should be a migration can't be read or parsed"),
    own(UNDECIDED, Severity::Warning, "a rule would have to know what only running the migration can tell"),
    own(UNUSED_SUPPRESSION, Severity::Warning, "a suppression or an assumption changes nothing any more"),
    own(UNKNOWN_RULE, Severity::Warning, "a suppression names a rule that is not loaded"),
    own(EXPIRED_SUPPRESSION, Severity::Warning, "the last day of a suppression has passed, so it no longer holds"),
    own(BLANKET_SUPPRESSION, Severity::Warning, "a suppression names no rules, and so suppresses nothing"),
    own(INVALID_SUPPRESSION, Severity::Warning, "a comment to the tool says something that it does not understand"),
    own(UNEXPLAINED_SUPPRESSION, Severity::Error, "a suppression lacks the reason that `require-reason` demands"),
    own(STALE_BASELINE, Severity::Warning, "an entry of the baseline matches no finding any more"),
];

const fn own(id: &'static str, severity: Severity, meaning: &'static str) -> Own {
    Own { id, severity, meaning }
}
