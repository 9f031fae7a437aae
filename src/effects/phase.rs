//! When a migration may run: before or after the code of its release.

use crate::effects::compat::{Cause, Certainty, ChangeEffects, Failure};

/// When a migration may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before or after the new code.
    Any,
    /// Before the new code, which needs it.
    PreDeploy,
    /// After the old code is gone, which it breaks.
    PostDeploy,
    /// Never: one of the two fails whenever it runs. It has to be split.
    Split,
    /// Can't be told.
    Unknown,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 5] = [Phase::Any, Phase::PreDeploy, Phase::PostDeploy, Phase::Split, Phase::Unknown];

    /// The word for it in rules and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Phase::Any => "any",
            Phase::PreDeploy => "pre-deploy",
            Phase::PostDeploy => "post-deploy",
            Phase::Split => "split",
            Phase::Unknown => "unknown",
        }
    }

    /// The phase of a migration with these changes, which leaves a schema on which code with its own models can't do
    /// `afterwards`.
    ///
    /// What fails later does not count: it needs the new code. Nor does an upsert of new code over columns that become
    /// unique: every new unique constraint would split its migration, for the sake of code that hardly anyone writes in
    /// the same release.
    #[must_use]
    pub(crate) fn of(changes: &[Vec<ChangeEffects>], afterwards: &[Vec<Failure>]) -> Self {
        let all = || changes.iter().flatten();
        let now = |failures: &[Failure]| failures.iter().any(|failure| failure.certainty != Certainty::Later);
        let needed = |failure: &Failure| {
            failure.certainty != Certainty::Later && !matches!(failure.cause, Cause::NoConflictTarget(_))
        };
        let breaks_old = all().any(|change| now(&change.breaks_old_code) || now(&change.breaks_in_between));
        let breaks_new = all().any(|change| change.breaks_new_code.iter().any(needed));
        let breaks_both = afterwards.iter().any(|failures| now(failures));
        match (breaks_old, breaks_new) {
            (true, true) => Phase::Split,
            _ if breaks_both => Phase::Split,
            _ if all().any(|change| !change.unknown.is_empty()) => Phase::Unknown,
            (true, false) => Phase::PostDeploy,
            (false, true) => Phase::PreDeploy,
            (false, false) => Phase::Any,
        }
    }
}
