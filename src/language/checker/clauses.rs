//! The clauses of a rule.

use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::language::checker::scope::{LetState, Scope};
use crate::language::checker::{Checker, claims};
use crate::language::rule::{
    DatabaseScope, Edit, Example, Fix, FixBody, Node, Rule, RuleHead, RuleLabel, Template, UnknownPolicy, VersionRange,
};
use crate::language::syntax::{self, Clause, ClauseKind, EditKind, ExprKind, Path, Requirement, Subject, Target};
use crate::language::vocabulary::{Head, SEVERITIES};
use crate::language::{Slot, Type, did_you_mean};
use crate::source::{Span, Spanned};
use crate::target::Version;

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
        for (head, subject) in &heads {
            let Some(head) = head else { continue };
            // A pattern speaks of its own head alone.
            let all = std::mem::replace(&mut scope.heads, vec![head]);
            let pattern: Vec<Node> =
                subject.pattern.iter().map(|condition| self.condition(condition, &mut scope)).collect();
            scope.heads = all;
            if heads.len() == 1 {
                for condition in &subject.pattern {
                    scope.settled.extend(claims::settled_when(condition, true));
                }
            }
            checked.heads.push(RuleHead {
                namespace: head.namespace,
                kind: head.kind.to_string(),
                part: head.part,
                pattern,
            });
        }
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

    /// `when` first, then the others: what a `when` settles about unset values, the others may use.
    fn conditions(&mut self, rule: &syntax::Rule, scope: &mut Scope<'_>, checked: &mut Rule) {
        for clause in &rule.clauses {
            if let ClauseKind::When(condition) = &clause.kind {
                let node = self.condition(condition, scope);
                checked.when.push(node);
                scope.settled.extend(claims::settled_when(condition, true));
            }
        }
        for clause in &rule.clauses {
            match &clause.kind {
                ClauseKind::Require(condition) => {
                    let node = self.condition(condition, scope);
                    checked.require.push(node);
                }
                ClauseKind::Unless { condition, .. } => {
                    let node = self.condition(condition, scope);
                    checked.unless.push(node);
                }
                _ => {}
            }
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
                ClauseKind::Fix { title, level, body } => {
                    let fix = self.fix(title, level.as_ref(), body, scope);
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

    fn heads<'s>(&mut self, rule: &'s syntax::Rule) -> Vec<(Option<&'v Head>, &'s Subject)> {
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

    /// A word out of a closed set.
    fn word(&mut self, word: &Spanned<String>, words: &'static [&'static str], what: &str) -> Option<&'static str> {
        if let Some(known) = words.iter().find(|known| **known == word.value) {
            return Some(known);
        }
        let near = did_you_mean(&word.value, words.iter().copied());
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let help = near.map_or_else(|| format!("it is one of {listed}"), |near| format!("did you mean `{near}`?"));
        self.report(
            "names::unknown-word",
            format!("there is no {what} `{}`", word.value),
            word.span,
            format!("unknown {what}"),
        )
        .help(help);
        None
    }

    pub(super) fn severity(&mut self, word: &Spanned<String>) -> Option<Severity> {
        let written = word.value.as_str();
        let synonym = match written {
            "warn" => Some("warning"),
            "note" | "advice" => Some("info"),
            "critical" | "fatal" => Some("error"),
            _ => None,
        };
        if let Some(right) = synonym {
            self.report(
                "names::unknown-word",
                format!("there is no severity `{written}`"),
                word.span,
                "unknown severity",
            )
            .help(format!("did you mean `{right}`?"));
            return None;
        }
        Severity::from_word(self.word(word, SEVERITIES, "severity")?)
    }

    /// `severity off`: the rule waits until somebody gives it a severity.
    fn off(&self, word: &Spanned<String>, checked: &mut Rule) {
        checked.severity = Severity::Warning;
        checked.on_request = true;
        let reason = "it is a matter of taste or of house rules: give it a severity to switch it on".to_owned();
        checked.disabled = Some(self.override_at(word.span, "severity off", Some(reason)));
    }

    pub(super) fn unknown_policy(&mut self, word: &Spanned<String>) -> Option<UnknownPolicy> {
        const WORDS: &[&str] = &["warn", "report", "ignore"];
        let word = self.word(word, WORDS, "policy for the unknown")?;
        UnknownPolicy::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, policy)| policy)
    }

    fn database(&mut self, target: &Target) -> Option<DatabaseScope> {
        let name = match target.name.value.as_str() {
            "postgres" | "pg" | "psql" => {
                self.report(
                    "names::unknown-word",
                    format!("there is no database `{}`", target.name.value),
                    target.name.span,
                    "unknown database",
                )
                .help("did you mean `postgresql`?");
                return None;
            }
            _ => self.word(&target.name, self.vocabulary.databases, "database")?,
        };
        let range = match &target.requirement {
            Some(requirement) => Some(self.range(requirement)?),
            None => None,
        };
        Some(DatabaseScope { name, range })
    }

    fn range(&mut self, requirement: &Requirement) -> Option<VersionRange> {
        let version = self.version(&requirement.version)?;
        Some(VersionRange { op: requirement.op.value, version })
    }

    fn version(&mut self, text: &Spanned<String>) -> Option<Version> {
        let version = text.value.parse::<Version>().ok();
        if version.is_none() {
            self.report("type::version", format!("`{}` is not a version", text.value), text.span, "not a version")
                .help("write numbers with dots between them: `14`, `5.2`");
        }
        version
    }

    fn label_place(&mut self, place: &syntax::Expr, scope: &mut Scope<'_>) -> Option<Node> {
        let ExprKind::Path(path) = &place.kind else {
            if !matches!(place.kind, ExprKind::Poisoned) {
                let text = self.text(place.span).to_owned();
                self.report("rule::label-place", format!("`{text}` is not a place"), place.span, "not a place")
                    .help("a label stands at a name: `label field \"…\"`, `label field.null \"…\"`");
            }
            return None;
        };
        Some(self.path(path, scope).0)
    }

    fn fix(
        &mut self,
        title: &syntax::Text,
        level: Option<&Spanned<String>>,
        body: &syntax::FixBody,
        scope: &mut Scope<'_>,
    ) -> Fix {
        let span = title.span;
        let title = self.template(title, scope);
        let safe = level.is_some_and(|level| self.word(level, &["safe", "unsafe"], "fix level") == Some("safe"));
        let body = match body {
            syntax::FixBody::None => FixBody::None,
            syntax::FixBody::Steps(text) => FixBody::Steps(self.template(text, scope)),
            syntax::FixBody::Edits(edits) => {
                FixBody::Edits(edits.iter().filter_map(|edit| self.edit(edit, scope)).collect())
            }
        };
        Fix { span, title, safe, body }
    }

    fn edit(&mut self, edit: &syntax::Edit, scope: &mut Scope<'_>) -> Option<Edit> {
        match &edit.kind {
            EditKind::Set { place, value } => {
                let (owner, argument) = self.argument(place, scope)?;
                let (value, _) = self.expression(value, scope);
                Some(Edit::Set { owner, argument, value })
            }
            EditKind::Remove { place } => {
                let (owner, argument) = self.argument(place, scope)?;
                Some(Edit::Remove { owner, argument })
            }
            EditKind::Rename { place, to, from } => {
                if place.segments.len() != 1 || place.segments[0].value != "op" {
                    let text = self.text(place.span).to_owned();
                    self.report("fix::rename", format!("`{text}` can't be renamed"), place.span, "not an operation")
                        .help("only the operation has a class to rename: `rename op to …`");
                    return None;
                }
                let known = self
                    .vocabulary
                    .entity("Operation")
                    .is_some_and(|entity| entity.kinds.iter().any(|kind| kind.name == to.value));
                if !known && from.is_none() {
                    self.report(
                        "names::unknown-operation",
                        format!("there is no operation `{}`", to.value),
                        to.span,
                        "unknown operation",
                    )
                    .help("say which module it is imported from: `rename op to … from \"my.module\"`");
                    return None;
                }
                Some(Edit::Rename { to: to.value.clone(), module: from.as_ref().map(|text| text.value.clone()) })
            }
        }
    }

    /// The argument that an edit speaks of: `field.db_default`, or an argument of the operation by its name.
    fn argument(&mut self, path: &Path, scope: &mut Scope<'_>) -> Option<(Option<Node>, String)> {
        self.path(path, scope);
        let (last, owner) = path.segments.split_last()?;
        let owner = match owner {
            [] => None,
            [first, .., end] => {
                Some(self.path(&Path { span: first.span.to(end.span), segments: owner.to_vec() }, scope).0)
            }
            [only] => Some(self.path(&Path { span: only.span, segments: owner.to_vec() }, scope).0),
        };
        Some((owner, last.value.clone()))
    }

    fn example(&mut self, example: &syntax::Example, pack: &str) -> Option<Example> {
        let database = match &example.on {
            None => None,
            Some(on) => {
                let name = self.word(&on.name, self.vocabulary.databases, "database")?;
                let version = match &on.version {
                    Some(version) => Some(self.version(version)?),
                    None => None,
                };
                Some((name, version))
            }
        };
        let mut settings = Vec::new();
        let mut app = None;
        let mut migration = None;
        for (name, value) in &example.with {
            // What an example is, beside its code: rules may ask for both.
            let own = match name.value.as_str() {
                "app" => Some(&mut app),
                "migration" => Some(&mut migration),
                _ => None,
            };
            if let Some(own) = own {
                if let syntax::Literal::Str(text) = self.literal_of(value, &Slot::set(Type::Str))? {
                    *own = Some(text);
                }
                continue;
            }
            let (id, slot) = self.setting_named(name, pack)?;
            settings.push((id, self.literal_of(value, &slot)?));
        }
        Some(Example {
            title: example.title.as_ref().map(|title| title.value.clone()),
            database,
            settings,
            app,
            migration,
            possible: example.possible.is_some(),
            code: example.code.clone(),
        })
    }

    /// The setting that a `with` or a `set` names.
    pub(super) fn setting_named(&mut self, name: &Spanned<String>, pack: &str) -> Option<(String, Slot)> {
        let scope = Scope::new(pack, Vec::new());
        if let Some(found) = self.find_setting(&name.value, &scope) {
            return Some(found);
        }
        let known: Vec<String> =
            self.packs.get(pack).into_iter().flat_map(|pack| pack.settings.keys().cloned()).collect();
        let help = did_you_mean(&name.value, known.iter().map(String::as_str)).map_or_else(
            || format!("declare it: `setting {}: list[str] = []`", name.value),
            |near| format!("did you mean `{near}`?"),
        );
        self.report(
            "names::unknown-setting",
            format!("`{pack}` has no setting `{}`", name.value),
            name.span,
            "unknown setting",
        )
        .help(help);
        None
    }

    /// What a rule must have. A rule with a broken clause raises nothing here: the clause may be what is missing.
    fn completeness(&mut self, rule: &syntax::Rule, has_message: bool) {
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
    fn contradictions(&mut self, rule: &Rule) {
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
