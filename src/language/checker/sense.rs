//! Whether a rule makes sense as a whole: it says something, and can hold.

use crate::language::checker::{Checker, claims};
use crate::language::rule::Rule;
use crate::language::syntax::{self, ClauseKind};

impl Checker<'_> {
    /// What a rule must have. A rule with a broken clause raises nothing here: the clause may be what is missing.
    pub(super) fn completeness(&mut self, rule: &syntax::Rule, has_message: bool) {
        if rule.poisoned {
            return;
        }
        let id = &rule.id;
        let on = rule.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::On(_)));
        let forbid = rule.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Forbid(_)));
        let require = rule.clauses.iter().find(|clause| matches!(clause.kind, ClauseKind::Require(_)));
        if let (Some(on), None) = (on, require) {
            let message = format!("`{}` can never report anything: `on` needs a `require`", id.value);
            self.report("rule::no-effect", message, on.span, "matches, but demands nothing")
                .help("add `require <condition>`, or write `forbid` if what matches is itself wrong");
        }
        if let (Some(forbid), Some(require)) = (forbid, require) {
            self.report("rule::forbid-requires", "`forbid` takes no `require`", require.keyword, "not with `forbid`")
                .label(forbid.keyword, "reports whatever matches")
                .help("write `on` instead of `forbid`, or `unless` instead of `require`");
        }
        if !has_message {
            self.report("rule::no-message", format!("`{}` has no message", id.value), id.span, "what should it say?")
                .help("add `message \"…\"`: what breaks, with the user's own names in braces");
        }
    }

    /// Conditions that can't hold together, so that the rule can never report anything.
    pub(super) fn contradictions(&mut self, rule: &Rule) {
        for head in &rule.heads {
            let all = claims::claims(head.pattern.iter().chain(&rule.when));
            for (index, (path, claim, node)) in all.iter().enumerate() {
                let earlier = all[..index].iter().find(|(other_path, other, _)| {
                    other_path == path && claims::exclude(other, claim, |a, b| self.related(a, b))
                });
                let Some((_, first, other)) = earlier else { continue };
                let message = match (first, claim) {
                    (claims::Claim::Kinds(a), claims::Claim::Kinds(b)) => {
                        format!("`{path}` can't be both `{}` and `{}`", a.join("` or `"), b.join("` or `"))
                    }
                    _ => format!("`{path}` can't fulfil both conditions"),
                };
                let help = match (first, claim) {
                    (claims::Claim::Kinds(a), claims::Claim::Kinds(b)) => {
                        let kinds: Vec<&str> = a.iter().chain(b.iter()).map(String::as_str).collect();
                        format!("to match either, write `{path} is ({})`", kinds.join(", "))
                    }
                    _ => "did you mean `or`?".to_owned(),
                };
                let (first_span, second_span) = (other.span, node.span);
                self.report("rule::never-matches", message, second_span, "so this rule never matches")
                    .label(first_span, "first claim")
                    .help(help);
                return;
            }
        }
    }

    /// Whether something can be of both kinds.
    fn related(&self, a: &str, b: &str) -> bool {
        let derives = |class: &str, kind: &str| {
            self.vocabulary
                .entities
                .iter()
                .any(|entity| self.vocabulary.is_kind(entity.name, class, kind) == Some(true))
        };
        // Two groups, or two classes that some third class derives from, may both fit.
        derives(a, b)
            || derives(b, a)
            || self.vocabulary.entities.iter().any(|entity| {
                entity.kinds.iter().any(|kind| {
                    self.vocabulary.is_kind(entity.name, &kind.name, a) == Some(true)
                        && self.vocabulary.is_kind(entity.name, &kind.name, b) == Some(true)
                })
            })
    }
}
