//! One migration against all rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::check::assume::{Assumed, AssumedSubject, Assumption};
use crate::check::deployed::Deployed;
use crate::check::facts::{ChangeSubject, ChangeView, DELETED, StatementSubject, StatementView, kind_name};
use crate::check::facts::{Context, MigrationSubject, OperationSubject, Placed};
use crate::check::finding::{Certainty, Finding, OperationReference, Undecided, UndecidedRule};
use crate::check::fixes;
use crate::check::states::States;
use crate::check::tables::{NO_TABLES, Tables};
use crate::diagnostic::Label;
use crate::language::{Cause, Evaluator, Rule, RuleHead, RuleSet, Subject, Truth, UnknownPolicy, Vocabulary};
use crate::migration::catalogue::Group;
use crate::migration::{Migration, OperationKind, Reach};
use crate::source::Span;
use crate::sql::ChangeKind;
use crate::target::{Database, Version};

/// What was found in one migration.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Rules that are broken.
    pub findings: Vec<Finding>,
    /// Rules that can't be decided, by cause.
    pub undecided: Vec<Undecided>,
    /// The assumptions that settled something, by their place in the list.
    pub settled: Vec<usize>,
}

type HeadKey<'r> = (Option<&'static str>, &'r str, Option<&'static str>);

/// The rules, indexed by what they are about.
pub struct Judge<'r> {
    rules: &'r RuleSet,
    databases: &'r [Database],
    django: Version,
    by_head: HashMap<HeadKey<'r>, Vec<(usize, usize)>>,
    mutant: Option<(u32, bool)>,
    tables: &'r Tables,
}

/// How a rule's head meets a subject.
#[derive(Clone, Copy)]
struct Meeting {
    rule: usize,
    head: usize,
}

impl<'r> Judge<'r> {
    /// Indexes the rules that are active for this version of Django.
    #[must_use]
    pub fn new(rules: &'r RuleSet, databases: &'r [Database], django: Version) -> Self {
        let mut by_head: HashMap<HeadKey<'r>, Vec<(usize, usize)>> = HashMap::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            if !is_active(rule, django) {
                continue;
            }
            for (head_index, head) in rule.heads.iter().enumerate() {
                by_head.entry((head.namespace, &head.kind, head.part)).or_default().push((index, head_index));
            }
        }
        Self { rules, databases, django, by_head, mutant: None, tables: &NO_TABLES }
    }

    /// The same with one leaf of a condition replaced by a constant.
    #[must_use]
    pub fn with_mutant(self, leaf: u32, value: bool) -> Self {
        Self { mutant: Some((leaf, value)), ..self }
    }

    /// The same with what the configuration says of tables.
    #[must_use]
    pub fn with_tables(self, tables: &'r Tables) -> Self {
        Self { tables, ..self }
    }

    /// Whether a rule is judged at all: it is not disabled, and about one of these databases and this version of Django.
    #[must_use]
    pub fn runs(&self, rule: &Rule) -> bool {
        is_active(rule, self.django) && self.databases.iter().any(|database| in_scope(rule, *database))
    }

    /// Judges one migration for all databases, with the states around its operations and what its comments assume.
    #[must_use]
    pub fn migration(
        &self,
        migration: &Migration,
        deployed: &Deployed,
        states: &States,
        assumptions: &[Assumption],
    ) -> Verdicts {
        let assumed = Assumed::new(assumptions);
        let mut collected = Collected::default();
        for database in self.databases {
            let context = Context::new(migration, deployed, states, &self.rules.vocabulary, *database, self.django)
                .with_tables(self.tables);
            let of_file = Of { context: &context, assumed: &assumed };
            self.file(of_file, &mut collected);
            for placed in &context.operations {
                self.operation(of_file, *placed, &mut collected);
            }
            self.changes(of_file, &mut collected);
        }
        Verdicts { settled: assumed.settled(), ..collected.finish(migration) }
    }

    fn file<'a>(&self, of: Of<'a, '_>, collected: &mut Collected)
    where
        'r: 'a,
    {
        let context = of.context;
        let subject = MigrationSubject(context);
        let kind = if context.deployed.is_deleted() { DELETED } else { "Migration" };
        for meeting in self.meetings(&[None], &[kind], None) {
            let place = Place { span: context.migration.class_span, operation: None, condition: None };
            self.meet(of, &subject, meeting, &place, collected);
        }
    }

    fn operation<'a>(&self, of: Of<'a, '_>, placed: Placed<'a>, collected: &mut Collected)
    where
        'r: 'a,
    {
        let context = of.context;
        let operation = placed.operation;
        let namespaces: &[Option<&'static str>] = match operation.reach {
            Reach::Both => &[None],
            Reach::Database => &[None, Some("database")],
            Reach::State => &[Some("state")],
        };
        let subject = OperationSubject::new(context, placed);
        let kinds = self.kinds_of(&operation.kind);
        let condition = subject.uncertain();
        for meeting in self.meetings(namespaces, &kinds, None) {
            let place =
                Place { span: subject.span(), operation: Some(reference(&subject)), condition: condition.clone() };
            self.meet(of, &subject, meeting, &place, collected);
        }
        let part_meetings = self.meetings(namespaces, &kinds, Some("fields"));
        if !part_meetings.is_empty() {
            for field in OperationSubject::fields(context, placed) {
                for meeting in &part_meetings {
                    let place =
                        Place { span: field.span(), operation: Some(reference(&field)), condition: condition.clone() };
                    self.meet(of, &field, *meeting, &place, collected);
                }
            }
        }
    }

    /// What is sent to the database.
    fn changes<'a>(&self, of: Of<'a, '_>, collected: &mut Collected)
    where
        'r: 'a,
    {
        let context = of.context;
        for change in ChangeView::all(context) {
            let own = [kind_name(&change.own().kind), "Change"];
            let meetings = self.meetings(&[Some("schema")], &own, None);
            // What is not known may be any of them.
            let other: Vec<&str> = match change.own().kind {
                ChangeKind::Unknown => self.change_names().into_iter().filter(|name| !own.contains(name)).collect(),
                _ => Vec::new(),
            };
            let perhaps = self.meetings(&[Some("schema")], &other, None);
            let subject = ChangeSubject(change);
            let sent = subject.uncertain();
            let certain = meetings.into_iter().map(|meeting| (meeting, sent.clone()));
            let perhaps = perhaps
                .into_iter()
                .map(|meeting| (meeting, Some(sent.clone().unwrap_or_else(|| subject.not_judged()))));
            for (meeting, condition) in certain.chain(perhaps) {
                let operation = subject.placed().map(|placed| reference(&OperationSubject::new(context, placed)));
                let place = Place { span: subject.span(), operation, condition };
                self.meet(of, &subject, meeting, &place, collected);
            }
        }
        let about_statements = self.meetings(&[Some("sql")], &["Statement"], None);
        if about_statements.is_empty() {
            return;
        }
        for statement in StatementView::all(context) {
            let subject = StatementSubject(statement);
            for meeting in &about_statements {
                let operation = subject.placed().map(|placed| reference(&OperationSubject::new(context, placed)));
                let place = Place { span: subject.span(), operation, condition: None };
                self.meet(of, &subject, *meeting, &place, collected);
            }
        }
    }

    /// The rules with one of these heads, each rule once.
    fn meetings(
        &self,
        namespaces: &[Option<&'static str>],
        kinds: &[&str],
        part: Option<&'static str>,
    ) -> Vec<Meeting> {
        let mut found: Vec<Meeting> = Vec::new();
        for namespace in namespaces {
            for kind in kinds {
                for (rule, head) in self.by_head.get(&(*namespace, *kind, part)).into_iter().flatten() {
                    found.push(Meeting { rule: *rule, head: *head });
                }
            }
        }
        found.sort_by_key(|meeting| (meeting.rule, meeting.head));
        found
    }

    /// The heads that an operation can meet.
    fn kinds_of<'k>(&'k self, kind: &'k OperationKind) -> Vec<&'k str> {
        match kind {
            OperationKind::Django(entry) => {
                std::iter::once(entry.name).chain(entry.groups.iter().map(|group| group.name())).collect()
            }
            OperationKind::Custom { path, .. } => {
                let vocabulary: &'r Vocabulary = &self.rules.vocabulary;
                let kinds = vocabulary.entity("Operation").map_or(&[][..], |entity| &entity.kinds);
                if vocabulary.declared("Operation", path).is_none() {
                    // It may be anything but one of Django's own, so only the groups can meet it.
                    return Group::ALL.iter().map(|group| group.name()).collect();
                }
                let own = kinds.iter().filter(|known| vocabulary.is_kind("Operation", path, &known.name) == Some(true));
                own.map(|known| known.name.as_ref()).collect()
            }
            OperationKind::Unknown(_) => self.head_names(),
        }
    }

    fn head_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .by_head
            .keys()
            .map(|(_, kind, _)| *kind)
            .filter(|kind| !["Migration", DELETED].contains(kind))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn change_names(&self) -> Vec<&str> {
        let of_changes = self.by_head.keys().filter(|(namespace, ..)| *namespace == Some("schema"));
        of_changes.map(|(_, kind, _)| *kind).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn meet<'a>(
        &self,
        of: Of<'a, '_>,
        subject: &dyn Subject<'a>,
        meeting: Meeting,
        place: &Place,
        collected: &mut Collected,
    ) where
        'r: 'a,
    {
        let rule: &'r Rule = &self.rules.rules[meeting.rule];
        let context = of.context;
        if !in_scope(rule, context.database) {
            return;
        }
        let head: &'r RuleHead = &rule.heads[meeting.head];
        let assumed = AssumedSubject::new(subject, place.span, of.assumed);
        let subject = assumed.as_ref().map_or(subject, |assumed| assumed);
        let mut evaluator = Evaluator::new(self.rules, subject);
        if let Some((leaf, value)) = self.mutant {
            evaluator = evaluator.with_mutant(leaf, value);
        }
        let uncertain = || place.condition.clone().map_or(Truth::True, Truth::unknown);
        let certainty = match evaluator.verdict(rule, head).and(uncertain) {
            Truth::False => return,
            Truth::True => Certainty::Certain,
            Truth::Unknown(causes) => {
                if rule.unknown != UnknownPolicy::Report {
                    if rule.unknown == UnknownPolicy::Warn {
                        collected.undecided(causes.first(), rule, &evaluator.render(&rule.message));
                    }
                    return;
                }
                Certainty::Possible
            }
        };
        let labels = rule.labels.iter().filter_map(|label| {
            Some(Label { span: evaluator.place(&label.place)?, text: evaluator.render(&label.text) })
        });
        let fixes = fixes::fixes(&evaluator, rule, context.migration, place.span);
        let finding = Finding {
            rule: rule.id.clone(),
            severity: rule.severity,
            hazards: rule.hazards.iter().map(|hazard| (*hazard).to_owned()).collect(),
            certainty,
            message: evaluator.render(&rule.message),
            help: fixes::help(&fixes),
            fixes,
            url: rule.see.first().cloned(),
            source: Arc::clone(&context.migration.source),
            span: place.span,
            labels: labels.collect(),
            app: context.migration.app.clone(),
            migration: context.migration.name.clone(),
            operation: place.operation.clone(),
            databases: Vec::new(),
            fingerprint: String::new(),
            suppressed: None,
        };
        let database = (!rule.databases.is_empty()).then(|| context.database.to_string());
        collected.finding(finding, database);
    }
}

/// The migration under check.
#[derive(Clone, Copy)]
struct Of<'a, 's> {
    context: &'a Context<'a>,
    assumed: &'s Assumed<'a>,
}

/// The operation of a subject, for reports.
fn reference(subject: &OperationSubject<'_>) -> OperationReference {
    OperationReference {
        index: subject.placed().index,
        kind: subject.placed().operation.kind_name().unwrap_or_default().to_owned(),
        model: subject.model_name(),
        name: subject.object_name(),
    }
}

/// Where a subject stands.
struct Place {
    span: Span,
    operation: Option<OperationReference>,
    condition: Option<Rc<Cause>>,
}

/// Whether a rule is judged for this version of Django.
fn is_active(rule: &Rule, django: Version) -> bool {
    rule.disabled.is_none() && rule.django.iter().all(|range| range.holds(&django))
}

/// Whether a rule is about this database.
fn in_scope(rule: &Rule, database: Database) -> bool {
    rule.databases.is_empty()
        || rule.databases.iter().any(|scope| {
            let version_fits = match (&scope.range, &database.version) {
                (Some(range), Some(version)) => range.holds(version),
                // Without a version to compare with, the rule speaks rather than stays silent.
                (None, _) | (Some(_), None) => true,
            };
            scope.name == database.vendor.word() && version_fits
        })
}

/// The findings of one migration while its databases and operations are walked through.
#[derive(Default)]
struct Collected {
    findings: Vec<Finding>,
    /// Where a finding stands in the list, by rule, place and message: a hostile file has many.
    known: HashMap<(String, Span, String), usize>,
    undecided: BTreeMap<(Span, String), Vec<UndecidedRule>>,
}

impl Collected {
    /// Adds a finding, or only its database to the same finding for another one.
    fn finding(&mut self, mut finding: Finding, database: Option<String>) {
        let next = self.findings.len();
        let index = *self.known.entry((finding.rule.clone(), finding.span, finding.message.clone())).or_insert(next);
        if let Some(known) = self.findings.get_mut(index) {
            known.databases.extend(database.filter(|database| !known.databases.contains(database)));
        } else {
            finding.databases.extend(database);
            self.findings.push(finding);
        }
    }

    fn undecided(&mut self, cause: Option<&Rc<Cause>>, rule: &Rule, message: &str) {
        let Some(cause) = cause else { return };
        let rules = self.undecided.entry((cause.span, format!("`{}` {}", cause.text, cause.reason))).or_default();
        let rule = UndecidedRule { rule: rule.id.clone(), message: message.to_owned() };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }

    fn finish(mut self, migration: &Migration) -> Verdicts {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for finding in &mut self.findings {
            let operation = finding.operation.as_ref();
            let part = |read: fn(&OperationReference) -> Option<&str>| operation.and_then(read).unwrap_or_default();
            let (kind, model, name) =
                (part(|o| Some(&o.kind)), part(|o| o.model.as_deref()), part(|o| o.name.as_deref()));
            let own = [finding.rule.as_str(), &finding.app, &finding.migration, kind, model, name].join("\n");
            let count = seen.entry(own.clone()).and_modify(|count| *count += 1).or_insert(0);
            finding.fingerprint = fingerprint(&[&own, &count.to_string()]);
        }
        let undecided = self.undecided.into_iter().map(|((span, cause), mut rules)| {
            rules.sort();
            Undecided {
                cause,
                source: Arc::clone(&migration.source),
                span,
                app: migration.app.clone(),
                migration: migration.name.clone(),
                rules,
                suppressed: None,
            }
        });
        Verdicts { findings: self.findings, undecided: undecided.collect(), settled: Vec::new() }
    }
}

/// FNV-1a of the parts, as 16 hexadecimal digits: the same in every run, on every machine and in every version.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain(std::iter::once(0)));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}
