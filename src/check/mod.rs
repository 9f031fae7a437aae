//! The engine: subjects × rules → findings.
//!
//! Rules are indexed by head, so that an operation meets only the rules that could match it. This is the only module
//! with threads: migrations are judged side by side.

mod assume;
mod deployed;
mod edit;
#[expect(clippy::redundant_closure_for_method_calls, reason = "in a table of facts, every answer reads alike")]
mod facts;
mod finding;
mod fixes;
mod judge;
pub mod own;
mod place;
mod states;
mod tables;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::diagnostic::Severity;
use crate::effects::compat::ModelTables;
use crate::effects::{Effects, Release};
use crate::history::{History, Settings, Side};
use crate::language::syntax::Literal;
use crate::language::vocabulary::{KindDeclaration, SENT_COLUMN, SENT_TABLE, SendsPart};
use crate::language::{RuleSet, Vocabulary};
use crate::migration::catalogue::{field_named, operation_named};
use crate::migration::{
    Classes, Declarations, Declared, DeclaredOperation, Migration, Modules, Operation, OperationDeclarations, SentPart,
};
use crate::python::{Text, ValueKind};
use crate::schema::Target;
use crate::source::{SourceFile, Span};
use crate::target::{Database, Version};

pub use assume::Assumption;
pub use deployed::{Deployed, Deployment};
pub use edit::{TextEdit, edited};
pub use facts::{HAZARDS, vocabulary};
pub use finding::{
    Certainty, Finding, MigrationSummary, OperationReference, Outcome, RuleSummary, Suppression, Undecided,
    UndecidedRule,
};
pub use fixes::{Fix, FixHow};
pub(crate) use judge::fingerprint;
pub use judge::{Judge, Verdicts};
pub use states::States;
pub use tables::{TableFacts, Tables};

/// A file to judge.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it was read as.
    pub content: Content,
    /// Place of its Django project in [`Request::projects`].
    pub project: usize,
    /// What comments of the file settle.
    pub assumptions: Vec<Assumption>,
}

/// The migrations of a Django project: of apps that run together, each with a label of its own.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// All that are known, deployed or not, judged or not: what came before one is replayed from them.
    pub present: Vec<Arc<Migration>>,
    /// Those that deployed code has; `None` where nothing tells, so that each is judged alone.
    pub deployed: Option<Vec<Arc<Migration>>>,
}

/// What a file was read as.
#[derive(Clone, Debug)]
pub enum Content {
    /// A migration.
    Migration(Arc<Migration>),
    /// A migration that deployed code has and whose file is gone, as it is there.
    Deleted(Arc<Migration>),
    /// Something that can't be read.
    Unreadable(Unreadable),
}

/// A file that can't be read as a migration.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The file; its text is empty where it is not text.
    pub source: Arc<SourceFile>,
    /// Label of the app, as far as it is known.
    pub app: String,
    /// The file's name without `.py`.
    pub name: String,
    /// Why not.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to say at that place.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
}

/// Everything that a check needs.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The rules.
    pub rules: &'r RuleSet,
    /// The files to judge.
    pub files: &'r [Checked],
    /// The Django projects that the files belong to: one, unless the repository holds several.
    pub projects: &'r [Project],
    /// The databases to judge for, with their versions.
    pub databases: &'r [Database],
    /// The version of Django.
    pub django: Version,
    /// What the configuration says of tables.
    pub tables: &'r Tables,
    /// What the settings of the Django project say.
    pub settings: &'r Settings,
    /// Where the modules are read that define field classes.
    pub modules: &'r dyn Modules,
}

/// Judges files. The outcome does not depend on their order.
#[must_use]
pub fn check(request: Request<'_>) -> Outcome {
    check_counting(request, &AtomicUsize::new(0))
}

/// Like [`check`], and counts the files that are done.
#[must_use]
pub fn check_counting(request: Request<'_>, done: &AtomicUsize) -> Outcome {
    let judge = Judge::new(request.rules, request.databases, request.django).with_tables(request.tables);
    let classes = classes(request.rules, request.modules);
    let timeline = |project| Timeline::of(project, request, &classes);
    let timelines: Vec<Timeline> = request.projects.iter().map(timeline).collect();
    let verdicts: Vec<Verdicts> = request
        .files
        .par_iter()
        .map(|file| match &file.content {
            Content::Migration(migration) => match timelines.get(file.project) {
                Some(timeline) => {
                    let migration = &classes.applied(migration);
                    let deployed = timeline.deployment.seen_from(&timeline.history, migration);
                    let states =
                        States::of(&timeline.history, migration, &deployed, timeline.release(), &timeline.models);
                    judge.migration(migration, &deployed, &states, &file.assumptions)
                }
                None => Verdicts::default(),
            },
            Content::Deleted(migration) => timelines.get(file.project).map_or_else(Verdicts::default, |timeline| {
                let migration = &classes.applied(migration);
                let deployed = timeline.deployment.seen_from_deleted(migration);
                let states = States::of_deleted(&timeline.history, migration);
                judge.migration(migration, &deployed, &states, &file.assumptions)
            }),
            Content::Unreadable(unreadable) => {
                Verdicts { findings: vec![unreadable_finding(unreadable)], ..Verdicts::default() }
            }
        })
        .inspect(|_| {
            done.fetch_add(1, Ordering::Relaxed);
        })
        .collect();

    let mut outcome = Outcome {
        databases: request.databases.iter().map(ToString::to_string).collect(),
        django: request.django.to_string(),
        rules: described(request.rules, &judge),
        files: request.files.len(),
        ..Outcome::default()
    };
    for (file, verdicts) in request.files.iter().zip(verdicts) {
        outcome.findings.extend(verdicts.findings);
        outcome.undecided.extend(verdicts.undecided);
        outcome.settled.push(verdicts.settled);
        let (migration, operations) = match &file.content {
            Content::Migration(migration) => (migration, migration.operations.iter().map(count).sum()),
            Content::Deleted(migration) => (migration, 0),
            Content::Unreadable(_) => continue,
        };
        outcome.migrations.push(MigrationSummary {
            path: migration.source.path().to_owned(),
            app: migration.app.clone(),
            name: migration.name.clone(),
            operations,
        });
    }
    outcome.sort();
    outcome
}

/// What a migration would do to a database.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The migration.
    pub migration: Arc<Migration>,
    /// The database, and the version of Django.
    pub target: Target,
    /// What it does; `None` when its history is not known.
    pub effects: Option<Effects>,
}

/// What migrations would do, each to each database, in the order of their paths. A squashed migration of which running
/// code has run something does nothing there, and has no place in a plan.
#[must_use]
pub fn plan(request: Request<'_>) -> Vec<Planned> {
    let classes = classes(request.rules, request.modules);
    let timeline = |project| Timeline::of(project, request, &classes);
    let timelines: Vec<Timeline> = request.projects.iter().map(timeline).collect();
    let mut planned: Vec<Planned> = request
        .files
        .par_iter()
        .filter_map(|file| match &file.content {
            Content::Migration(migration) => Some((classes.applied(migration), timelines.get(file.project)?)),
            Content::Deleted(_) | Content::Unreadable(_) => None,
        })
        .flat_map_iter(|(migration, timeline)| {
            let deployed = timeline.deployment.seen_from(&timeline.history, &migration);
            if !deployed.can_run() {
                return Vec::new();
            }
            let states = States::of(&timeline.history, &migration, &deployed, timeline.release(), &timeline.models);
            let mut effects = states.into_effects();
            let mut of = |database: &Database| Planned {
                migration: Arc::clone(&migration),
                target: Target { database: *database, django: request.django },
                effects: effects.iter().position(|(own, _)| own == database).map(|place| effects.swap_remove(place).1),
            };
            request.databases.iter().map(&mut of).collect::<Vec<_>>()
        })
        .collect();
    planned.sort_by(|a, b| {
        (a.migration.source.path(), a.target.database).cmp(&(b.migration.source.path(), b.target.database))
    });
    planned
}

/// The rules that run, and the tool's own findings.
fn described(rules: &RuleSet, judge: &Judge<'_>) -> Vec<RuleSummary> {
    let running = rules.rules.iter().filter(|rule| judge.runs(rule)).map(|rule| RuleSummary {
        id: rule.id.clone(),
        title: rule.title.clone().unwrap_or_else(|| rule.id.clone()),
        why: rule.why.clone(),
        url: rule.see.first().cloned(),
        severity: rule.severity,
        hazards: rule.hazards.iter().map(|hazard| (*hazard).to_owned()).collect(),
    });
    let own = own::OWN.iter().map(|own| RuleSummary {
        id: own.id.to_owned(),
        title: own.meaning.to_owned(),
        why: None,
        url: None,
        severity: own.severity,
        hazards: Vec::new(),
    });
    let mut described: Vec<RuleSummary> = running.chain(own).collect();
    described.sort_by(|a, b| a.id.cmp(&b.id));
    described
}

/// What a Django project was and is.
struct Timeline {
    history: History,
    deployment: Deployment,
    /// Its models, on each database.
    models: Vec<ModelTables>,
    /// What stands when all of its migrations have run, once somebody asks.
    release: OnceLock<Release>,
}

impl Timeline {
    fn of(project: &Project, request: Request<'_>, classes: &Classes<'_>) -> Self {
        let settings = request.settings;
        let applied = |migrations: &Vec<Arc<Migration>>| -> Vec<Arc<Migration>> {
            migrations.par_iter().map(|migration| classes.applied(migration)).collect()
        };
        let present = &applied(&project.present);
        let deployment = project
            .deployed
            .as_ref()
            .map_or_else(Deployment::unknown, |deployed| Deployment::of(&applied(deployed), present, settings.clone()));
        let history = History::new(present, settings.clone());
        let target = |database: &Database| Target { database: *database, django: request.django };
        let models = request.databases.iter().map(|database| ModelTables::new(settings.clone(), target(database)));
        Self { history, deployment, models: models.collect(), release: OnceLock::new() }
    }

    fn release(&self) -> &Release {
        self.release.get_or_init(|| Release {
            code: self.history.finally(Side::State),
            database: self.history.finally(Side::Database),
        })
    }
}

/// The classes of a project: those that the rules declare, and those that the modules define.
pub(crate) fn classes<'m>(rules: &RuleSet, modules: &'m dyn Modules) -> Classes<'m> {
    Classes::new(declared_operations(rules), declared_fields(rules), modules)
}

/// Kinds that are declared to be like each other and are followed.
const MOST_IN_LINE: usize = 32;

/// The kind that rule files declare for a class, those that it is like, and the built-in one that the last is like. The
/// first of a parameter's defaults is the one that counts.
fn declared<'v>(vocabulary: &'v Vocabulary, entity: &str, path: &str) -> Option<(Vec<&'v KindDeclaration>, &'v str)> {
    let mut kind = vocabulary.declared(entity, path)?;
    let mut kinds = Vec::new();
    loop {
        kinds.push(kind.declaration.as_ref()?);
        let like = kind.parents.first()?;
        match vocabulary.declared(entity, like) {
            // None is like itself.
            Some(next) if next.name != kind.name && kinds.len() < MOST_IN_LINE => kind = next,
            Some(_) => return None,
            None => return Some((kinds, like)),
        }
    }
}

fn default_of(literal: &Literal) -> Option<ValueKind> {
    match literal {
        Literal::Bool(value) => Some(ValueKind::Bool(*value)),
        Literal::Int(value) => Some(ValueKind::Int(*value)),
        Literal::Str(value) => Some(ValueKind::Str(Text::unmapped(value.clone()))),
        _ => None,
    }
}

/// What rule files say of operation classes.
fn declared_operations(rules: &RuleSet) -> Box<OperationDeclarations> {
    let vocabulary = Arc::clone(&rules.vocabulary);
    Box::new(move |path| {
        let (kinds, like) = declared(&vocabulary, "Operation", path)?;
        let own = kinds.first()?;
        let parameters = own.parameters.iter();
        let parameters = parameters.map(|(name, default)| (name.clone(), default.as_ref().and_then(default_of)));
        let sends = kinds.iter().find_map(|declaration| declaration.sends.as_ref());
        let part = |part: &SendsPart| match part {
            SendsPart::Text(text) => SentPart::Text(text.clone()),
            SendsPart::Name(name) if name == SENT_TABLE => SentPart::Table,
            SendsPart::Name(name) if name == SENT_COLUMN => SentPart::Column,
            SendsPart::Name(name) => SentPart::Argument(name.clone()),
        };
        Some(Arc::new(DeclaredOperation {
            parameters: parameters.collect(),
            like: operation_named(like),
            sends: sends.map(|parts| parts.iter().map(part).collect()),
        }))
    })
}

/// What rule files say of field classes: which class of Django one is like, and what it takes for arguments that are not
/// written.
fn declared_fields(rules: &RuleSet) -> Box<Declarations> {
    let vocabulary = Arc::clone(&rules.vocabulary);
    Box::new(move |path| {
        let (kinds, like) = declared(&vocabulary, "Field", path)?;
        let mut defaults: Vec<(String, ValueKind)> = Vec::new();
        for (name, default) in kinds.iter().flat_map(|declaration| &declaration.parameters) {
            if let Some(value) = default.as_ref().and_then(default_of)
                && defaults.iter().all(|(known, _)| known != name)
            {
                defaults.push((name.clone(), value));
            }
        }
        Some(Declared { like: field_named(like)?, defaults })
    })
}

fn count(operation: &Operation) -> usize {
    1 + operation.children.iter().map(count).sum::<usize>()
}

fn unreadable_finding(unreadable: &Unreadable) -> Finding {
    Finding {
        rule: own::UNREADABLE.to_owned(),
        severity: Severity::Error,
        hazards: Vec::new(),
        certainty: Certainty::Certain,
        message: unreadable.message.clone(),
        help: unreadable.help.clone(),
        fixes: Vec::new(),
        url: None,
        source: Arc::clone(&unreadable.source),
        span: unreadable.span,
        labels: vec![crate::diagnostic::Label { span: unreadable.span, text: unreadable.label.clone() }],
        app: unreadable.app.clone(),
        migration: unreadable.name.clone(),
        operation: None,
        databases: Vec::new(),
        fingerprint: judge::fingerprint(&[own::UNREADABLE, &unreadable.app, &unreadable.name]),
        suppressed: None,
    }
}
