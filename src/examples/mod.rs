//! The examples that rule files carry, and whether they would notice a change of the rule.
//!
//! Every example is judged by its own rule alone, as the rule is written: what other files or the configuration change
//! in it does not count. Then every leaf of the rule's conditions is replaced by true and by false; a leaf that no
//! example notices is a hole. Every fix is applied to every `bad` example, and must help.

mod coverage;
mod fixes;
mod leaves;
mod models;
mod prelude;
mod run;
mod shown;
mod snippet;
mod target;
mod together;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::RuleSet;
use crate::source::SourceFile;

use coverage::Coverage;
use run::{Before, Prepared};

pub use shown::{Shown, shown};
pub use together::{Together, together};

/// What the examples of rule files show.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many rules were tested.
    pub rules: usize,
    /// How many examples they have.
    pub examples: usize,
    /// How many examples do not show what they should.
    pub failed: usize,
    /// What is wrong with those: all errors, sorted by file and place.
    pub failures: Vec<Diagnostic>,
    /// What no example notices, and what rules lack.
    pub holes: Vec<Diagnostic>,
}

/// Runs the examples of the rules in the files that `tested` tells the severity of holes for.
#[must_use]
pub fn test(rules: &RuleSet, tested: impl Fn(&SourceFile) -> Option<Severity>) -> Report {
    let prelude = prelude::prelude(&rules.vocabulary);
    let mut report = Report::default();
    let mut coverage = Coverage::default();
    for rule in &rules.rules {
        let Some(severity) = tested(&rule.source) else { continue };
        report.rules += 1;
        report.examples += rule.bad.len() + rule.good.len();
        report.holes.extend(coverage::missing(rule, severity));
        let leaves = leaves::leaves(rule);
        let mut passing: Vec<Prepared<'_>> = Vec::new();
        let mut failures: Vec<Diagnostic> = Vec::new();
        let before = Before::new(rule, &prelude, &mut failures);
        let bad = rule.bad.iter().map(|example| (example, true));
        for (example, bad) in bad.chain(rule.good.iter().map(|example| (example, false))) {
            let wrong = match Prepared::new(rules, rule, example, bad, &before) {
                Ok(prepared) => {
                    let Some(failure) = prepared.failure(&leaves) else {
                        passing.push(prepared);
                        continue;
                    };
                    vec![failure]
                }
                Err(wrong) => wrong,
            };
            report.failed += 1;
            failures.extend(wrong);
        }
        // Broken examples would show holes that are none.
        if failures.is_empty() && !passing.is_empty() {
            coverage.rule(rule, &leaves, &passing, severity);
            failures = fixes::wrong(rule, &passing);
            report.holes.extend(fixes::unshown(rule, &passing, severity));
        }
        report.failures.extend(failures);
    }
    // A definition may be noticed by the very example that is broken.
    let whole = report.failures.is_empty();
    report.holes.extend(coverage.finish(|source| tested(source).filter(|_| whole)));
    sort(&mut report.failures);
    sort(&mut report.holes);
    report
}

fn sort(diagnostics: &mut [Diagnostic]) {
    let place = |diagnostic: &Diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start);
    diagnostics.sort_by(|a, b| (a.source.path(), place(a), &a.code).cmp(&(b.source.path(), place(b), &b.code)));
}
