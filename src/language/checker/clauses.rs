//! The clauses of a rule.

use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::language::checker::expressions::mark_guards;
use crate::language::checker::scope::{LetState, Scope};
use crate::language::checker::{Checker, claims};
use crate::language::rule::{Rule, RuleHead, RuleLabel, Template, UnknownPolicy};
use crate::language::syntax::{self, Clause, ClauseKind, Subject};
use crate::language::vocabulary::Head;
use crate::source::Span;

impl<'v> Checker<'v> {
    /// Checks a rule. `None` when it can't be used at all; everything that is wrong with it has been reported.
    pub(super) fn rule(&mut self, pack: &str, rule: &syntax::Rule) -> Option<Rule> {
        let before = self.errors();
        self.poisoned_rule = rule.poisoned;
        self.once_only(&rule.clauses);
        let heads = self.heads(rule);
        let known_heads: Vec<&'v Head> = heads.iter().filter_map(|(head, _)| *head).collect();
        let mut scope = Scope::new(pack, known_heads);
        for clause in &rule.clauses {
            if let ClauseKind::Let(definition) = &clause.kind {
                let state = LetState::Waiting(definition.clone(), Arc::clone(&self.source));
                scope.lets.insert(definition.name.value.clone(), state);
            }
        }
        // Without its heads, every name of a rule would be reported as unknown.
        if heads.is_empty() || heads.iter().any(|(head, _)| head.is_none()) {
            self.words_only(rule);
            return None;
        }
        let mut checked = Rule {
            id: format!("{pack}/{}", rule.id.value),
            pack: pack.to_owned(),
            title: rule.title.as_ref().map(|title| title.value.clone()),
            source: Arc::clone(&self.source),
            span: rule.id.span,
            heads: Vec::new(),
            when: Vec::new(),
            require: Vec::new(),
            unless: Vec::new(),
            severity: Severity::Error,
            hazards: Vec::new(),
            unknown: UnknownPolicy::Warn,
            databases: Vec::new(),
            django: Vec::new(),
            message: Template { parts: Vec::new() },
            labels: Vec::new(),
            why: None,
            see: Vec::new(),
            fixes: Vec::new(),
            given: None,
            deployed: None,
            bad: Vec::new(),
            good: Vec::new(),
            was: Vec::new(),
            overrides: Vec::new(),
            disabled: None,
            on_request: false,
        };
        self.patterns(rule, &heads, &mut scope, &mut checked);
        self.conditions(rule, &mut scope, &mut checked);
        let has_message = self.presentation(rule, &mut scope, &mut checked);
        self.completeness(rule, has_message);
        self.contradictions(&checked);
        for clause in &rule.clauses {
            if let ClauseKind::Let(definition) = &clause.kind {
                self.find_let(&definition.name.value, definition.name.span, &mut scope);
            }
        }
        (self.errors() == before && !rule.poisoned).then_some(checked)
    }

    /// The patterns of the heads. All of a pattern holds where `when` does: each may rest on what the other settles about
    /// unset values.
    fn patterns(
        &mut self,
        rule: &syntax::Rule,
        heads: &[(Option<&'v Head>, &Subject)],
        scope: &mut Scope<'v>,
        checked: &mut Rule,
    ) {
        let of_when = whens(rule).flat_map(|condition| claims::settled_when(condition, true)).collect();
        let known = std::mem::replace(&mut scope.settled, of_when);
        for (head, subject) in heads {
            let Some(head) = head else { continue };
            // A pattern speaks of its own head alone.
            let all = std::mem::replace(&mut scope.heads, vec![head]);
            let pattern = self.together(&subject.pattern, true, scope);
            scope.heads = all;
            checked.heads.push(RuleHead {
                namespace: head.namespace,
                kind: head.kind.to_string(),
                part: head.part,
                pattern,
            });
        }
        scope.settled = known;
        let settles = |(_, subject): &(_, &Subject)| -> Vec<String> {
            subject.pattern.iter().flat_map(|condition| claims::settled_when(condition, true)).collect()
        };
        let mut in_all = heads.iter().map(settles);
        let first = in_all.next().unwrap_or_default();
        let in_all: Vec<Vec<String>> = in_all.collect();
        scope.settled.extend(first.into_iter().filter(|path| in_all.iter().all(|settled| settled.contains(path))));
    }

    /// `when`, `require` and `unless`: what a `when` settles about unset values, the others may use, and a `require` what
    /// an `unless` excuses.
    fn conditions(&mut self, rule: &syntax::Rule, scope: &mut Scope<'_>, checked: &mut Rule) {
        let of_kind = |read: fn(&ClauseKind) -> Option<&syntax::Expr>| -> Vec<&syntax::Expr> {
            rule.clauses.iter().filter_map(|clause| read(&clause.kind)).collect()
        };
        let excuses = of_kind(|kind| match kind {
            ClauseKind::Unless { condition, .. } => Some(condition),
            _ => None,
        });
        let demands = of_kind(|kind| match kind {
            ClauseKind::Require(condition) => Some(condition),
            _ => None,
        });
        checked.when = self.together(whens(rule), true, scope);
        scope.settled.extend(whens(rule).flat_map(|condition| claims::settled_when(condition, true)));
        let known = scope.settled.len();
        scope.settled.extend(excuses.iter().flat_map(|condition| claims::settled_when(condition, false)));
        checked.require = self.together(demands, true, scope);
        scope.settled.truncate(known);
        checked.unless = self.together(excuses, false, scope);
        let patterns = checked.heads.iter_mut().map(|head| &mut head.pattern);
        for nodes in patterns.chain([&mut checked.when, &mut checked.require, &mut checked.unless]) {
            mark_guards(nodes, &scope.used_settled);
        }
    }

    /// Everything that does not decide the verdict. Tells whether there is a message.
    fn presentation(&mut self, rule: &syntax::Rule, scope: &mut Scope<'_>, checked: &mut Rule) -> bool {
        let mut has_message = false;
        for clause in &rule.clauses {
            match &clause.kind {
                ClauseKind::Severity(word) if word.value == "off" => self.off(word, checked),
                ClauseKind::Severity(word) => checked.severity = self.severity(word).unwrap_or(checked.severity),
                ClauseKind::Hazard(words) => {
                    checked
                        .hazards
                        .extend(words.iter().filter_map(|word| self.word(word, self.vocabulary.hazards, "hazard")));
                }
                ClauseKind::Unknown(word) => checked.unknown = self.unknown_policy(word).unwrap_or(checked.unknown),
                ClauseKind::Database(targets) => {
                    checked.databases.extend(targets.iter().filter_map(|target| self.database(target)));
                }
                ClauseKind::Django(requirements) => {
                    checked.django.extend(requirements.iter().filter_map(|requirement| self.range(requirement)));
                }
                ClauseKind::Message(text) => {
                    has_message = true;
                    checked.message = self.template(text, scope);
                }
                ClauseKind::Label { place, text } => {
                    let place = self.label_place(place, scope);
                    let text = self.template(text, scope);
                    checked.labels.extend(place.map(|place| RuleLabel { place, text }));
                }
                ClauseKind::Why(text) => checked.why = Some(text.value.clone()),
                ClauseKind::See(text) => checked.see.push(text.value.clone()),
                ClauseKind::Was(id) => checked.was.push(id.value.clone()),
                ClauseKind::Fix { title, level, condition, body } => {
                    let fix = self.fix(title, level.as_ref(), condition.as_ref(), body, scope);
                    checked.fixes.push(fix);
                }
                ClauseKind::Given(text) => checked.given = Some(text.clone()),
                ClauseKind::Deployed(text) => checked.deployed = Some(text.clone()),
                ClauseKind::Bad(example) => checked.bad.extend(self.example(example, &scope.pack)),
                ClauseKind::Good(example) => checked.good.extend(self.example(example, &scope.pack)),
                ClauseKind::Set { name, .. } => {
                    self.report("rule::misplaced", "`set` belongs into an `extend`", name.span, "not in a rule")
                        .help("declare a value that projects can change as a `setting`");
                }
                ClauseKind::Forbid(_)
                | ClauseKind::On(_)
                | ClauseKind::When(_)
                | ClauseKind::Require(_)
                | ClauseKind::Unless { .. }
                | ClauseKind::Let(_) => {}
            }
        }
        has_message
    }

    /// The clauses of a rule whose heads are not known, as far as they can be checked without.
    fn words_only(&mut self, rule: &syntax::Rule) {
        for clause in &rule.clauses {
            match &clause.kind {
                ClauseKind::Severity(word) if word.value == "off" => {}
                ClauseKind::Severity(word) => {
                    self.severity(word);
                }
                ClauseKind::Hazard(words) => {
                    for word in words {
                        self.word(word, self.vocabulary.hazards, "hazard");
                    }
                }
                ClauseKind::Unknown(word) => {
                    self.unknown_policy(word);
                }
                ClauseKind::Database(targets) => {
                    for target in targets {
                        self.database(target);
                    }
                }
                ClauseKind::Django(ranges) => {
                    for range in ranges {
                        self.range(range);
                    }
                }
                _ => {}
            }
        }
    }

    /// Clauses that may be written only once.
    fn once_only(&mut self, clauses: &[Clause]) {
        let mut seen: Vec<(String, Span)> = Vec::new();
        for clause in clauses {
            let word = self.text(clause.keyword).to_owned();
            let repeatable = matches!(
                clause.kind,
                ClauseKind::When(_)
                    | ClauseKind::Require(_)
                    | ClauseKind::Unless { .. }
                    | ClauseKind::Let(_)
                    | ClauseKind::Label { .. }
                    | ClauseKind::See(_)
                    | ClauseKind::Was(_)
                    | ClauseKind::Fix { .. }
                    | ClauseKind::Bad(_)
                    | ClauseKind::Good(_)
                    | ClauseKind::Set { .. }
            );
            if repeatable {
                continue;
            }
            match seen.iter().find(|(known, _)| *known == word) {
                Some((_, first)) => {
                    let first = *first;
                    self.report(
                        "rule::repeated-clause",
                        format!("`{word}` is written twice"),
                        clause.keyword,
                        "the second",
                    )
                    .label(first, "the first")
                    .help("keep one of them");
                }
                None => seen.push((word, clause.keyword)),
            }
        }
    }
}

/// The conditions of `when`.
fn whens(rule: &syntax::Rule) -> impl Iterator<Item = &syntax::Expr> {
    rule.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::When(condition) => Some(condition),
        _ => None,
    })
}
