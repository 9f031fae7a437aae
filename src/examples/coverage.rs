//! What no example notices: conditions that could be left out, and what a rule should carry and does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::examples::leaves::Leaf;
use crate::examples::run::{Outcome, Prepared};
use crate::language::Rule;
use crate::source::SourceFile;

/// A leaf that more than one rule may rest on, and the answers that some example notices when they are always given.
struct Shared<'r> {
    leaf: Leaf<'r>,
    noticed: BTreeSet<bool>,
}

/// The holes in the examples of all tested rules.
#[derive(Default)]
pub(super) struct Coverage<'r> {
    holes: Vec<Diagnostic>,
    shared: BTreeMap<u32, Shared<'r>>,
}

impl<'r> Coverage<'r> {
    /// Asks the examples of a rule, which all pass, about its conditions.
    pub(super) fn rule(&mut self, rule: &'r Rule, leaves: &[Leaf<'r>], examples: &[Prepared<'_>], severity: Severity) {
        let before: Vec<Outcome> = examples.iter().map(|example| example.outcome(None)).collect();
        let is_noticed = |id: u32, value: bool| {
            examples.iter().zip(&before).any(|(example, before)| example.outcome(Some((id, value))) != *before)
        };
        let mut uncovered: Vec<u32> = Vec::new();
        for leaf in leaves.iter().filter(|leaf| !leaf.guard) {
            // What stands in a condition that nobody notices can't be noticed either.
            if leaf.inside.iter().any(|outer| uncovered.contains(outer)) {
                continue;
            }
            let noticed: BTreeSet<bool> =
                [true, false].into_iter().filter(|value| is_noticed(leaf.id, *value)).collect();
            if leaf.shared {
                let shared = || Shared { leaf: leaf.clone(), noticed: BTreeSet::new() };
                self.shared.entry(leaf.id).or_insert_with(shared).noticed.extend(noticed);
                continue;
            }
            if noticed.len() < 2 {
                uncovered.push(leaf.id);
            }
            self.holes.extend(hole(leaf, &noticed, &format!("`{}`", rule.id), severity));
        }
        // What is sent differs from database to database by itself, and with it what a rule finds, clause or not: there, a
        // look at another one is enough.
        let of_what_is_sent = rule.heads.iter().all(|head| matches!(head.namespace, Some("schema" | "sql")));
        let notices = |example: &Prepared<'_>| {
            example.notices_database() || of_what_is_sent && example.is_good() && !example.is_in_scope()
        };
        if !rule.databases.is_empty() && !examples.iter().any(notices) {
            let message = format!("no example notices that `{}` is limited to some databases", rule.id);
            let diagnostic =
                Diagnostic::error(&rule.source, "coverage::database", message, rule.span, "has a `database` clause");
            let help = "add `good … on <another database>` with an operation that the rule would report otherwise";
            self.holes.push(diagnostic.with_severity(severity).with_help(help));
        }
        for scope in &rule.databases {
            let shows = |example: &Prepared<'_>| !example.is_good() && example.vendor() == scope.name;
            if !examples.iter().any(shows) {
                let message = format!("no `bad` example shows `{}` on {}", rule.id, scope.name);
                let label = "names it in its `database` clause";
                let diagnostic = Diagnostic::error(&rule.source, "coverage::database", message, rule.span, label);
                let help =
                    format!("add `bad … on {}`: what is sent, and what it does, differs between databases", scope.name);
                self.holes.push(diagnostic.with_severity(severity).with_help(help));
            }
        }
    }

    /// All holes. Leaves of definitions count when their file is a tested one.
    pub(super) fn finish(self, is_tested: impl Fn(&Arc<SourceFile>) -> Option<Severity>) -> Vec<Diagnostic> {
        let mut holes = self.holes;
        for Shared { leaf, noticed } in self.shared.values() {
            if let Some(severity) = is_tested(leaf.source) {
                holes.extend(hole(leaf, noticed, "the rules that use it", severity));
            }
        }
        holes
    }
}

/// The hole at a leaf, when there is one.
fn hole(leaf: &Leaf<'_>, noticed: &BTreeSet<bool>, rules: &str, severity: Severity) -> Option<Diagnostic> {
    let missing = |value: bool| !noticed.contains(&value);
    let (message, label) = match (missing(true), missing(false)) {
        (false, false) => return None,
        (true, true) => ("no example notices this condition", "always true or always false, nothing changes"),
        (true, false) => ("no example notices when this is always true", "replaced by True, nothing changes"),
        (false, true) => ("no example notices when this is always false", "replaced by False, nothing changes"),
    };
    // An example shows that a leaf matters when the verdict hangs on the answer that the constant is not.
    let wanted = |value: bool| match leaf.towards_finding {
        Some(towards) if towards == value => Some("good"),
        Some(_) => Some("bad"),
        None => None,
    };
    let answer = |always_true: bool| if always_true { "false" } else { "true" };
    let kinds: BTreeSet<Option<&str>> = [true, false].into_iter().filter(|value| missing(*value)).map(wanted).collect();
    let help = match (kinds.into_iter().collect::<Vec<_>>().as_slice(), missing(true)) {
        ([Some("good")], value) => {
            format!("add a `good` example to {rules} that is quiet only because this is {}", answer(value))
        }
        ([Some(_)], value) => {
            format!("add a `bad` example to {rules} that is reported because this is {}", answer(value))
        }
        _ => format!("add a `bad` and a `good` example to {rules} that differ in this alone, or leave it out"),
    };
    let diagnostic = Diagnostic::error(leaf.source, "coverage::condition", message, leaf.span, label);
    Some(diagnostic.with_severity(severity).with_help(help))
}

/// What a rule should carry and does not.
pub(super) fn missing(rule: &Rule, severity: Severity) -> Option<Diagnostic> {
    let lacks = [
        (rule.bad.is_empty(), "`bad` example", "`bad`: the mistake, as people write it"),
        (rule.good.is_empty(), "`good` example", "`good`: the same, done well"),
        (rule.why.is_none(), "`why`", "`why`: what happens, to whom, and when"),
        (rule.fixes.is_empty() && rule.see.is_empty(), "`fix` or `see`", "`fix`, or `see`: the way out"),
    ];
    let lacking: Vec<_> = lacks.into_iter().filter(|(absent, ..)| *absent).collect();
    let what: Vec<&str> = lacking.iter().map(|(_, what, _)| *what).collect();
    let help: Vec<String> = lacking.iter().map(|(.., help)| format!("- {help}")).collect();
    let (last, others) = what.split_last()?;
    let named = if others.is_empty() { (*last).to_owned() } else { format!("{} and no {last}", others.join(", no ")) };
    let message = format!("`{}` has no {named}", rule.id);
    let diagnostic = Diagnostic::error(&rule.source, "coverage::incomplete", message, rule.span, "this rule");
    Some(diagnostic.with_severity(severity).with_help(format!("add\n{}", help.join("\n"))))
}
