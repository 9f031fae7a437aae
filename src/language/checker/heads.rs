//! The heads of a rule: what it is about.

use crate::language::checker::Checker;
use crate::language::did_you_mean;
use crate::language::syntax::{self, ClauseKind, Subject};
use crate::language::vocabulary::Head;
use crate::source::Span;

impl<'v> Checker<'v> {
    pub(super) fn heads<'s>(&mut self, rule: &'s syntax::Rule) -> Vec<(Option<&'v Head>, &'s Subject)> {
        let mut found: Vec<(Option<&'v Head>, &Subject)> = Vec::new();
        let mut verbs: Vec<Span> = Vec::new();
        for clause in &rule.clauses {
            let (ClauseKind::Forbid(subjects) | ClauseKind::On(subjects)) = &clause.kind else { continue };
            verbs.push(clause.keyword);
            for subject in subjects {
                let head = self.head(subject);
                let same = |other: &Subject| {
                    (&other.namespace, &other.kind, &other.part) == (&subject.namespace, &subject.kind, &subject.part)
                };
                if let Some((_, other)) = found.iter().find(|(_, other)| same(other) && other.pattern.is_empty()) {
                    let text = self.text(subject.span).to_owned();
                    let first = other.span;
                    self.report("rule::repeated-head", format!("`{text}` is listed twice"), subject.span, "the second")
                        .label(first, "the first")
                        .help("drop one of them");
                }
                found.push((head, subject));
            }
        }
        if let [first, second, ..] = verbs.as_slice()
            && self.text(*first) != self.text(*second)
        {
            let (first, second) = (*first, *second);
            self.report("rule::two-verbs", "a rule has either `forbid` or `on`", second, "the second")
                .label(first, "the first")
                .help("`forbid` reports whatever matches; `on` reports what matches and does not fulfil its `require`");
        }
        if verbs.is_empty() && !rule.poisoned {
            let id = &rule.id;
            self.report(
                "rule::no-head",
                format!("`{}` does not say what it is about", id.value),
                id.span,
                "about what?",
            )
            .help("add `forbid AddField`, or `on AddField` with a `require`");
        }
        found
    }

    fn head(&mut self, subject: &Subject) -> Option<&'v Head> {
        let vocabulary = self.vocabulary;
        let namespace = subject.namespace.as_ref().map(|namespace| namespace.value.as_str());
        let part = subject.part.as_ref().map(|part| part.value.as_str());
        let kind = subject.kind.value.as_str();
        if let Some(head) = vocabulary.head(namespace, kind, part) {
            return Some(head);
        }
        let namespaces: Vec<&str> = vocabulary.heads.iter().filter_map(|head| head.namespace).collect();
        if let Some(written) = &subject.namespace
            && !namespaces.contains(&written.value.as_str())
        {
            let near = did_you_mean(&written.value, namespaces.iter().copied());
            let help = near.map_or_else(
                || {
                    "a head is an operation such as `AddField`, or `state.RemoveField`, `database.RemoveField`"
                        .to_owned()
                },
                |near| format!("did you mean `{near}.{kind}`?"),
            );
            let message = format!("there are no heads that start with `{}.`", written.value);
            self.report("names::unknown-head", message, written.span, "unknown").help(help);
            return None;
        }
        if let Some(written) = &subject.part
            && vocabulary.head(namespace, kind, None).is_some()
        {
            let parts: Vec<&str> =
                vocabulary.heads.iter().filter(|head| head.kind == kind).filter_map(|head| head.part).collect();
            let help = match parts.as_slice() {
                [] => format!("write `{kind}` alone"),
                [part, ..] => format!("did you mean `{kind}.{part}`?"),
            };
            let message = format!("`{kind}` has no part `{}`", written.value);
            self.report("names::unknown-head", message, written.span, "unknown part").help(help);
            return None;
        }
        let kinds: Vec<&str> =
            vocabulary.heads.iter().filter(|head| head.namespace == namespace).map(|head| head.kind.as_ref()).collect();
        let near = vocabulary.suggestion(kind, &kinds);
        let help = near.map_or_else(
            || format!("an operation of your own must be declared: `operation {kind}(…) like SchemaOperation`"),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("there is no operation `{kind}`");
        self.report("names::unknown-operation", message, subject.kind.span, "unknown operation").help(help);
        None
    }
}
