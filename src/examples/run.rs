//! One example: what its rule says of it, and whether that is what the author says.

use std::sync::Arc;

use crate::check::{self, Certainty, Deployed, Deployment, Finding, Judge, States, Verdicts};
use crate::diagnostic::{Diagnostic, Label};
use crate::effects::Release;
use crate::effects::compat::ModelTables;
use crate::examples::leaves::Leaf;
use crate::examples::models::{self, Models};
use crate::examples::snippet::{self, Age, Snippet};
use crate::examples::target;
use crate::history::{History, Settings, Side};
use crate::language::syntax::Text;
use crate::language::{Example, Rule, RuleHead, RuleSet, UnknownPolicy};
use crate::migration::{Classes, Dependency, Migration, NoModules, ReadError, read_migration};
use crate::schema::Target;
use crate::source::{SourceFile, Span, Spanned};
use crate::target::{Database, Version};

/// What a rule says of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing.
    Quiet,
    /// Only that it can't be decided.
    Undecided,
    /// At least one certain finding.
    Reported,
}

/// A leaf of a condition that always answers the same.
pub(super) type Mutant = (u32, bool);

/// A place that the migration does not share with the example: it leads to the example's first statement.
const ANYWHERE: Span = Span { start: 0, end: 0 };

/// What the examples of a rule start from.
pub(super) struct Before<'p> {
    prelude: &'p str,
    given: Option<Models>,
    deployed: Option<Models>,
}

impl<'p> Before<'p> {
    /// What `given` and `deployed` of the rule say. What is wrong with them is put to `failures`.
    pub(super) fn new(rule: &Rule, prelude: &'p str, failures: &mut Vec<Diagnostic>) -> Self {
        let mut read = |text: &Option<Text>| models::models(text.as_ref()?, &rule.source, failures);
        Self { prelude, given: read(&rule.given), deployed: read(&rule.deployed) }
    }

    /// The migrations that lead to an example: those that running code knows, and those of the release behind them.
    fn migrations(&self, app: &str) -> (Vec<Migration>, Vec<Migration>) {
        match (&self.given, &self.deployed) {
            (None, None) => (Vec::new(), Vec::new()),
            (Some(only), None) | (None, Some(only)) => (only.migrations(app, self.prelude), Vec::new()),
            (Some(given), Some(deployed)) => {
                (deployed.migrations(app, self.prelude), given.since(deployed, app, self.prelude))
            }
        }
    }
}

/// What surrounds an example: the states around its operations, and what running code knows. Whatever its files depend
/// on, what is given has run before them.
fn surroundings(
    rules: &RuleSet,
    snippet: &Snippet,
    (mut deployed, mut release): (Vec<Migration>, Vec<Migration>),
    target: (&[Database], Version),
) -> (States, Deployed) {
    let on = |others: &[Migration], own: &Migration| {
        let dependency = |other: &Migration| {
            let dependency = Dependency::Migration { app: other.app.clone(), name: other.name.clone() };
            Spanned::new(dependency, own.class_span)
        };
        let before = others.iter().map(dependency);
        Migration { dependencies: own.dependencies.iter().cloned().chain(before).collect(), ..own.clone() }
    };
    release = release.iter().map(|own| on(&deployed, own)).collect();
    let given: Vec<Migration> = deployed.iter().chain(&release).cloned().collect();
    let key = |migration: &Migration| (migration.app.clone(), migration.name.clone());
    let mut new: Vec<_> = snippet.others.iter().filter(|(_, age)| *age == Age::New).map(|(new, _)| key(new)).collect();
    new.push(key(&snippet.migration));
    let mut gone = Vec::new();
    for (other, age) in &snippet.others {
        // What a file was before somebody edited it is there no more.
        let list = match age {
            Age::New => &mut release,
            Age::Deployed if !new.contains(&key(other)) => &mut deployed,
            Age::Deployed | Age::Deleted => {
                gone.push(other.clone());
                continue;
            }
        };
        list.push(on(&given, other));
    }
    let deleted = snippet.age == Age::Deleted;
    if deleted {
        gone.push(snippet.migration.clone());
    } else {
        release.push(on(&given, &snippet.migration));
    }
    let classes = classes(rules);
    let shared =
        |migrations: Vec<Migration>| classes.applied_to(&migrations.into_iter().map(Arc::new).collect::<Vec<_>>());
    let mut deployed = shared(deployed);
    let mut present = deployed.clone();
    present.extend(shared(release));
    deployed.extend(shared(gone));
    let history = History::new(&present, Settings::default());
    let deployment = Deployment::of(&deployed, &present, Settings::default());
    if deleted {
        let states = States::of_deleted(&history, &snippet.migration);
        return (states, deployment.seen_from_deleted(&snippet.migration));
    }
    let deployed = deployment.seen_from(&history, &snippet.migration);
    let release = Release { code: history.finally(Side::State), database: history.finally(Side::Database) };
    let (databases, django) = target;
    let on = |database: &Database| ModelTables::new(Settings::default(), Target { database: *database, django });
    let tables: Vec<ModelTables> = databases.iter().map(on).collect();
    let states = States::of(&history, &snippet.migration, &deployed, &release, &tables);
    (states, deployed)
}

/// The classes that rule files declare: an example imports no module.
fn classes(rules: &RuleSet) -> Classes<'static> {
    check::classes(rules, &NoModules)
}

/// An example that is ready to be judged, again and again.
pub(super) struct Prepared<'r> {
    rule: &'r Rule,
    /// The rule among all others, and what the example starts from.
    whole: &'r RuleSet,
    before: &'r Before<'r>,
    expected: Outcome,
    /// The rule alone, with the settings of the example.
    rules: RuleSet,
    pub(super) snippet: Snippet,
    deployed: Deployed,
    states: States,
    database: Database,
    /// All databases that it is about.
    databases: Vec<Database>,
    django: Version,
}

impl<'r> Prepared<'r> {
    /// Reads an example, or says what is wrong with it.
    pub(super) fn new(
        rules: &'r RuleSet,
        rule: &'r Rule,
        example: &Example,
        bad: bool,
        before: &'r Before<'r>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut snippet = snippet::snippet(example, &rule.source, before.prelude, &rules.vocabulary)?;
        classes(rules).apply(&mut snippet.migration);
        let (database, django) = (target::database(rule, example), target::django(rule));
        let target = (&[database][..], django);
        let (states, deployed) = surroundings(rules, &snippet, before.migrations(&snippet.migration.app), target);
        let mut settings = rules.settings.clone();
        for (id, value) in &example.settings {
            if let Some(setting) = settings.iter_mut().find(|setting| setting.id == *id) {
                setting.value = value.clone();
            }
        }
        // Whatever a rule does with the unknown, an example is asked whether there is any.
        let alone = Rule { unknown: UnknownPolicy::Report, disabled: None, ..rule.clone() };
        Ok(Self {
            rule,
            whole: rules,
            before,
            expected: match (bad, example.possible) {
                (true, false) => Outcome::Reported,
                (true, true) => Outcome::Undecided,
                (false, _) => Outcome::Quiet,
            },
            rules: RuleSet { rules: vec![alone], settings, vocabulary: Arc::clone(&rules.vocabulary) },
            deployed,
            states,
            snippet,
            database,
            databases: target::databases(rule, example),
            django,
        })
    }

    /// Whether the example is one that the rule must not report.
    pub(super) fn is_good(&self) -> bool {
        self.expected == Outcome::Quiet
    }

    /// Whether the example is one that the rule must certainly report.
    pub(super) fn is_bad(&self) -> bool {
        self.expected == Outcome::Reported
    }

    /// The text of the migration that the example is.
    pub(super) fn text(&self) -> &str {
        self.snippet.migration.source.text()
    }

    /// The same example with another text.
    pub(super) fn with_text(&self, text: &str) -> Result<Self, String> {
        let Migration { source, app, name, .. } = &self.snippet.migration;
        let source = SourceFile::new(source.path(), text);
        let mut migration = match read_migration(&source, app, name) {
            Ok(Some(migration)) => migration,
            Ok(None) => return Err("Django would not load it as a migration".to_owned()),
            Err(ReadError::Syntax(error)) => return Err(error.message),
        };
        classes(self.whole).apply(&mut migration);
        let snippet = self.snippet.with_migration(migration);
        let target = (&[self.database][..], self.django);
        let (states, deployed) = surroundings(self.whole, &snippet, self.before.migrations(app), target);
        let (rules, databases) = (self.rules.clone(), self.databases.clone());
        Ok(Self { rules, snippet, deployed, states, databases, ..*self })
    }

    /// The same example on another database.
    pub(super) fn on(&self, database: Database) -> Self {
        let target = (&[database][..], self.django);
        let given = self.before.migrations(&self.snippet.migration.app);
        let (states, deployed) = surroundings(self.whole, &self.snippet, given, target);
        let (rules, databases, snippet) = (self.rules.clone(), self.databases.clone(), self.snippet.clone());
        Self { rules, snippet, deployed, states, database, databases, ..*self }
    }

    /// The same example on each other database that it is about.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = Self> + '_ {
        self.databases.iter().filter(|other| **other != self.database).map(|other| self.on(*other))
    }

    /// What stands around a name in the SQL of its database.
    pub(super) fn quote(&self) -> &'static str {
        self.database.vendor.quote()
    }

    /// What the rule finds in the example.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.verdicts(&self.rules, None).findings
    }

    /// What all rules find in the example, with its settings.
    pub(super) fn all_findings(&self) -> Vec<Finding> {
        let rules = RuleSet { settings: self.rules.settings.clone(), ..self.whole.clone() };
        self.verdicts(&rules, None).findings
    }

    /// The place in the rule file of a place in the migration.
    pub(super) fn place(&self, span: Span) -> Span {
        self.snippet.place(span)
    }

    /// What the rule says of the example.
    pub(super) fn outcome(&self, mutant: Option<Mutant>) -> Outcome {
        let verdicts = self.verdicts(&self.rules, mutant);
        match verdicts.findings.iter().map(|finding| finding.certainty).min() {
            None => Outcome::Quiet,
            Some(Certainty::Possible) => Outcome::Undecided,
            Some(Certainty::Certain) => Outcome::Reported,
        }
    }

    /// The word for the database that it is for.
    pub(super) fn vendor(&self) -> &'static str {
        self.database.vendor.word()
    }

    /// Whether it is for a database that the rule is about.
    pub(super) fn is_in_scope(&self) -> bool {
        let word = self.vendor();
        self.rule.databases.is_empty() || self.rule.databases.iter().any(|scope| scope.name == word)
    }

    /// Whether the example notices that the rule is limited to some databases.
    pub(super) fn notices_database(&self) -> bool {
        let mut rules = self.rules.clone();
        rules.rules.iter_mut().for_each(|rule| rule.databases.clear());
        self.is_good() && !self.verdicts(&rules, None).findings.is_empty()
    }

    fn verdicts(&self, rules: &RuleSet, mutant: Option<Mutant>) -> Verdicts {
        let databases = [self.database];
        let mut judge = Judge::new(rules, &databases, self.django);
        if let Some((leaf, value)) = mutant {
            judge = judge.with_mutant(leaf, value);
        }
        judge.migration(&self.snippet.migration, &self.deployed, &self.states, &[])
    }

    /// What is wrong when the rule does not say what the author says. `leaves` are the rule's.
    pub(super) fn failure(&self, leaves: &[Leaf<'_>]) -> Option<Diagnostic> {
        match (self.expected, self.outcome(None)) {
            (expected, actual) if expected == actual => None,
            (Outcome::Quiet, Outcome::Reported) => Some(self.reported()),
            (Outcome::Undecided, Outcome::Reported) => Some(self.too_certain()),
            (_, Outcome::Undecided) => Some(self.undecided()),
            (_, Outcome::Quiet | Outcome::Reported) => Some(self.not_reported(leaves)),
        }
    }

    fn diagnostic(&self, code: &str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.rule.source, code, message, self.snippet.place(span), label)
    }

    fn certain(&self) -> Option<Finding> {
        let findings = self.verdicts(&self.rules, None).findings;
        findings.into_iter().find(|finding| finding.certainty == Certainty::Certain)
    }

    fn reported(&self) -> Diagnostic {
        let Some(finding) = self.certain() else { return self.undecided() };
        let message = format!("`{}` must not report this example, and does", self.rule.id);
        let mut diagnostic = self.diagnostic("example::reported", message, finding.span, "reported");
        if !finding.labels.is_empty() {
            let place = |label: Label| Label { span: self.snippet.place(label.span), text: label.text };
            diagnostic.labels = finding.labels.into_iter().map(place).collect();
        }
        diagnostic.with_help(format!(
            "it says: {}\nif that is right, the example is a `bad` one; if not, the rule needs another condition",
            finding.message
        ))
    }

    fn too_certain(&self) -> Diagnostic {
        let span = self.certain().map_or(ANYWHERE, |finding| finding.span);
        let message = format!("`{}` must leave this example undecided, and is certain", self.rule.id);
        let diagnostic = self.diagnostic("example::certain", message, span, "certainly reported");
        diagnostic.with_help("leave out `possible`, or write a value that is not known before the migration runs")
    }

    fn undecided(&self) -> Diagnostic {
        let mut rules = self.rules.clone();
        rules.rules.iter_mut().for_each(|rule| rule.unknown = UnknownPolicy::Warn);
        let undecided = self.verdicts(&rules, None).undecided.into_iter().next();
        let span = undecided.as_ref().map_or(ANYWHERE, |undecided| undecided.span);
        let cause = undecided.map_or_else(|| "not known".to_owned(), |undecided| undecided.cause);
        let demand = if self.is_good() { "must not report" } else { "must report" };
        let message = format!("`{}` {demand} this example, and can't decide", self.rule.id);
        let help = if self.is_good() {
            "write the value out, or turn this into a `bad … possible` example"
        } else {
            "write the value out, or mark the example as `possible`"
        };
        self.diagnostic("example::undecided", message, span, cause).with_help(help)
    }

    fn not_reported(&self, leaves: &[Leaf<'_>]) -> Diagnostic {
        let demand =
            if self.expected == Outcome::Undecided { "leave this example undecided" } else { "report this example" };
        let message = format!("`{}` must {demand}, and says nothing", self.rule.id);
        let mut diagnostic = self.diagnostic("example::not-reported", message, ANYWHERE, "nothing is found here");
        let mut rules = self.rules.clone();
        rules.rules.iter_mut().for_each(|rule| rule.databases.clear());
        if !self.verdicts(&rules, None).findings.is_empty() {
            return diagnostic.with_help(format!(
                "the example is about {}, and the rule's `database` clause leaves that out",
                self.database
            ));
        }
        // A condition that stands in the way, alone, is worth showing.
        let own = leaves.iter().filter(|leaf| Arc::ptr_eq(leaf.source, &self.rule.source));
        for leaf in own {
            let blocks = |value: bool| self.outcome(Some((leaf.id, value))) == Outcome::Reported;
            let answer = if blocks(true) {
                "not true here"
            } else if blocks(false) {
                "not false here"
            } else {
                continue;
            };
            diagnostic = diagnostic.with_label(leaf.span, answer);
        }
        if diagnostic.labels.len() > 1 {
            return diagnostic.with_help("if the condition is right, this is a `good` example; if not, correct it");
        }
        let heads: Vec<String> = self.rule.heads.iter().map(RuleHead::written).collect();
        diagnostic.with_help(format!("the rule is about {}; check that the example has one of these", heads.join(", ")))
    }
}
