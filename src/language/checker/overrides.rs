//! `extend` and `disable`: one file changes what another one says, and says why.

use std::sync::Arc;

use crate::language::checker::scope::Scope;
use crate::language::checker::{Checker, PackFile};
use crate::language::did_you_mean;
use crate::language::rule::{Override, Rule, RuleSet};
use crate::language::syntax::{Clause, ClauseKind, DeclarationKind, Text};
use crate::source::{Span, Spanned};

impl Checker<'_> {
    /// Two rules with one id: the first stays.
    pub(super) fn duplicate_rules(&mut self, rules: &mut Vec<Rule>) {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut kept: Vec<Rule> = Vec::with_capacity(rules.len());
        for rule in rules.drain(..) {
            let Some(first) = kept.last().filter(|first| first.id == rule.id) else {
                kept.push(rule);
                continue;
            };
            self.source = Arc::clone(&rule.source);
            let line = first.source.position(first.span.start).line;
            let place = format!("{}:{line}", first.source.path());
            let (same_file, first_span) = (Arc::ptr_eq(&first.source, &rule.source), first.span);
            let report =
                self.report("rule::duplicate", format!("two rules are called `{}`", rule.id), rule.span, "the second");
            let report = if same_file { report.label(first_span, "the first") } else { report };
            report.help(format!("rename one of them; the first stands in {place}"));
        }
        *rules = kept;
    }

    /// Applies what the files override. Overrides only narrow, re-grade or configure, so their order is irrelevant.
    pub(super) fn overrides(&mut self, files: &[PackFile], set: &mut RuleSet) {
        // What the project says comes last, and wins.
        let (shared, own): (Vec<&PackFile>, Vec<&PackFile>) = files.iter().partition(|file| file.shared);
        for PackFile { pack, file, shared, builds_on } in shared.into_iter().chain(own) {
            self.source = Arc::clone(&file.source);
            self.shared = *shared;
            for declaration in &file.declarations {
                if let DeclarationKind::Disable { rule, .. } | DeclarationKind::Extend { rule, .. } = &declaration.kind
                    && let Some(known) = builds_on
                    && !self.may_change(rule, pack, known, set)
                {
                    continue;
                }
                match &declaration.kind {
                    DeclarationKind::Disable { rule, because } => {
                        let Some(index) = self.overridden(rule, pack, set) else { continue };
                        if !says_something(because.as_ref()) {
                            let message = format!("`{}` is disabled without a reason", rule.value);
                            self.report("override::no-reason", message, rule.span, "why?").help(format!(
                                "write `disable {} because \"…\"`; `whimbrel explain` shows the reason",
                                rule.value
                            ));
                        }
                        let reason = because.as_ref().map(|text| text.value.clone());
                        let change = self.override_at(rule.span, "disabled", reason);
                        set.rules[index].disable(change);
                    }
                    DeclarationKind::Extend { rule, clauses, .. } => self.extend(rule, clauses, pack, set),
                    _ => {}
                }
            }
        }
    }

    /// Whether a pack may change a rule: it is its own, or one of a pack that it says it builds on.
    fn may_change(&mut self, rule: &Spanned<String>, pack: &str, known: &[String], set: &RuleSet) -> bool {
        let Some(index) = self.overridden(rule, pack, set) else { return false };
        let owner = set.rules[index].pack.clone();
        if owner == pack || known.contains(&owner) {
            return true;
        }
        let message = format!("the pack `{pack}` changes a rule of `{owner}`, and does not say that it builds on it");
        self.report("override::not-built-on", message, rule.span, "a rule of another pack")
            .help(format!("name `{owner}` under `[packs]` in the `pack.toml` of `{pack}`"));
        false
    }

    pub(super) fn override_at(&self, span: Span, what: &str, because: Option<String>) -> Override {
        let line = self.source.position(span.start).line;
        let place = format!("{}:{line}", self.source.path());
        Override { what: what.to_owned(), because, place, shared: self.shared }
    }

    /// Whether another change of the same weight says something else of the rule; that is reported.
    fn conflicts(&mut self, others: &[Override], change: &Override, rule: &str, span: Span) -> bool {
        let word = change.what.split(' ').next().unwrap_or_default();
        let same_word = |other: &&Override| other.what.split(' ').next() == Some(word) && other.shared == change.shared;
        let Some(other) = others.iter().filter(same_word).find(|other| other.what != change.what) else {
            return false;
        };
        let what = if word == "severity" { "severities" } else { "policies for what is unknown" };
        let message = format!("`{rule}` is given two {what}");
        let help = format!("the other one, `{}`, stands in {}; keep one of them", other.what, other.place);
        self.report("override::conflict", message, span, "the second").help(help);
        true
    }

    /// The rule that an override names, through the file's aliases.
    fn overridden(&mut self, name: &Spanned<String>, pack: &str, set: &RuleSet) -> Option<usize> {
        let (prefix, rule) = name.value.rsplit_once('/').unwrap_or((pack, &name.value));
        let prefix = self.packs.get(pack).and_then(|own| own.aliases.get(prefix)).map_or(prefix, String::as_str);
        let id = format!("{prefix}/{rule}");
        let found = set
            .rules
            .iter()
            .position(|known| known.id == id || known.was.iter().any(|was| format!("{}/{was}", known.pack) == id));
        if found.is_none() {
            let near = did_you_mean(&id, set.rules.iter().map(|rule| rule.id.as_str())).or_else(|| {
                set.rules.iter().find(|known| known.id.rsplit('/').next() == Some(rule)).map(|known| known.id.as_str())
            });
            let pack_is_loaded = set.rules.iter().any(|rule| rule.pack == prefix);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if pack_is_loaded => "`whimbrel rules` lists the rules that are loaded".to_owned(),
                None => format!(
                    "no rules of a pack `{prefix}` are loaded: name its files under `rules` in the configuration, or the \
                     pack under `[packs]`"
                ),
            };
            let message = format!("no loaded rule is called `{}`", name.value);
            self.report("override::unknown-rule", message, name.span, "nothing to override").help(help);
        }
        found
    }

    fn extend(&mut self, name: &Spanned<String>, clauses: &[Clause], pack: &str, set: &mut RuleSet) {
        let Some(index) = self.overridden(name, pack, set) else { return };
        let vocabulary = self.vocabulary;
        let rule = &mut set.rules[index];
        let heads =
            rule.heads.iter().filter_map(|head| vocabulary.head(head.namespace, &head.kind, head.part)).collect();
        let mut scope = Scope::new(pack, heads);
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Severity(word) if word.value == "off" => {
                    let help = format!("write `disable {} because \"…\"`", rule.id);
                    self.report("override::no-reason", "`extend` can't switch a rule off", word.span, "why?")
                        .help(help);
                }
                ClauseKind::Severity(word) => {
                    let Some(severity) = self.severity(word) else { continue };
                    let what = format!("severity {}", severity.word());
                    let change = self.override_at(clause.span, &what, None);
                    if self.conflicts(&rule.overrides, &change, &rule.id, word.span) {
                        continue;
                    }
                    rule.severity = severity;
                    rule.request();
                    rule.overrides.push(change);
                }
                ClauseKind::Unknown(word) => {
                    let Some(policy) = self.unknown_policy(word) else { continue };
                    let change = self.override_at(clause.span, &format!("unknown {}", word.value), None);
                    if self.conflicts(&rule.overrides, &change, &rule.id, word.span) {
                        continue;
                    }
                    rule.unknown = policy;
                    rule.overrides.push(change);
                }
                ClauseKind::Unless { condition, because } => {
                    let node = self.condition(condition, &mut scope);
                    if !says_something(because.as_ref()) {
                        let message = format!("`{}` is narrowed without a reason", rule.id);
                        let text = self.text(condition.span).to_owned();
                        self.report("override::no-reason", message, condition.span, "why?")
                            .help(format!("write `unless {text} because \"…\"`; `whimbrel explain` shows the reason"));
                    }
                    rule.unless.push(node);
                    let what = format!("unless {}", self.text(condition.span));
                    let reason = because.as_ref().map(|text| text.value.clone());
                    rule.overrides.push(self.override_at(clause.span, &what, reason));
                }
                ClauseKind::Set { name, value } => {
                    let Some((id, slot)) = self.setting_named(name, &rule.pack) else { continue };
                    let Some(literal) = self.literal_of(value, &slot) else { continue };
                    let what = format!("set {}", self.text(name.span.to(value.span)));
                    let change = self.override_at(clause.span, &what, None);
                    let Some(setting) = set.settings.iter_mut().find(|setting| setting.id == id) else { continue };
                    let other = setting.set_by.as_ref().filter(|other| other.shared == change.shared);
                    if let Some(other) = other.filter(|_| setting.value != literal) {
                        let message = format!("`{id}` is given two values");
                        let help = format!("the other one stands in {}; keep one of them", other.place);
                        self.report("override::conflict", message, value.span, "the second").help(help);
                        continue;
                    }
                    setting.value = literal;
                    setting.set_by = Some(change.clone());
                    rule.overrides.push(change);
                }
                ClauseKind::Let(definition) => {
                    let state = super::scope::LetState::Waiting(definition.clone(), Arc::clone(&self.source));
                    scope.lets.insert(definition.name.value.clone(), state);
                }
                _ => {
                    let word = self.text(clause.keyword).to_owned();
                    let message = format!("`extend` can't change the `{word}` of a rule");
                    self.report("override::not-allowed", message, clause.keyword, "not in an `extend`").help(
                        "it can narrow with `unless`, re-grade with `severity` and `unknown`, and configure with `set`; \
                         for anything else write a rule of your own",
                    );
                }
            }
        }
    }
}

/// Whether a reason is given, and is one.
fn says_something(because: Option<&Text>) -> bool {
    because.is_some_and(|text| !text.value.trim().is_empty())
}
