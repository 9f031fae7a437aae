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
    /// The way out.
    pub way_out: &'static str,
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
    own(
        UNREADABLE,
        Severity::Error,
        "a file that should be a migration can't be read or parsed",
        "write Python that Django can load, or leave the file out with `exclude` in the configuration",
    ),
    own(
        UNDECIDED,
        Severity::Warning,
        "a rule would have to know what only running the migration can tell",
        "write the value out, declare the class (`fieldclass`, `operation`), or say what holds: `# whimbrel: assume field.null = False because …`",
    ),
    own(
        UNUSED_SUPPRESSION,
        Severity::Warning,
        "a suppression or an assumption changes nothing any more",
        "remove the comment, or the rule in it that is not broken any more",
    ),
    own(
        UNKNOWN_RULE,
        Severity::Warning,
        "a suppression names a rule that is not loaded",
        "correct the id, or load the pack that has the rule; `whimbrel rules` lists what is loaded",
    ),
    own(
        EXPIRED_SUPPRESSION,
        Severity::Warning,
        "the last day of a suppression has passed, so it no longer holds",
        "mend what it hides, or give it another day: `until=2027-03-01`",
    ),
    own(
        BLANKET_SUPPRESSION,
        Severity::Warning,
        "a suppression names no rules, and so suppresses nothing",
        "name what it is about: `# whimbrel: ignore[pack/rule] reason`",
    ),
    own(
        INVALID_SUPPRESSION,
        Severity::Warning,
        "a comment to the tool says something that it does not understand",
        "write `# whimbrel: ignore[…] reason`, `# whimbrel: ignore-file[…] reason` or `# whimbrel: assume … because …`",
    ),
    own(
        UNEXPLAINED_SUPPRESSION,
        Severity::Error,
        "a suppression lacks the reason that `require-reason` demands",
        "write the reason behind the brackets: `# whimbrel: ignore[pack/rule] reason`",
    ),
    own(
        STALE_BASELINE,
        Severity::Warning,
        "an entry of the baseline matches no finding any more",
        "run `whimbrel check --all --write-baseline` to prune it",
    ),
];

const fn own(id: &'static str, severity: Severity, meaning: &'static str, way_out: &'static str) -> Own {
    Own { id, severity, meaning, way_out }
}
