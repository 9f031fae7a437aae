//! A rule that passed every check, in the form that runs. It can't fail any more.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::language::condition::{Node, NodeKind};
use crate::language::syntax::{self, Text};
use crate::language::{CompareOp, Type, Vocabulary};
use crate::source::{SourceFile, Span};
use crate::target::Version;

/// All rules of a run, with everything they need.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// The rules, sorted by id; disabled ones included.
    pub rules: Vec<Rule>,
    /// The settings of all packs.
    pub settings: Vec<Setting>,
    /// The vocabulary with the kinds that rule files declared.
    pub vocabulary: Arc<Vocabulary>,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `pack/rule`.
    pub id: String,
    /// The pack: what the id has before its slash.
    pub pack: String,
    /// The one-line title.
    pub title: Option<String>,
    /// The rule file.
    pub source: Arc<SourceFile>,
    /// The id in the rule file.
    pub span: Span,
    /// What it is matched against.
    pub heads: Vec<RuleHead>,
    /// `when`: all must hold.
    pub when: Vec<Node>,
    /// `require`: not all must hold for a finding; empty for `forbid`.
    pub require: Vec<Node>,
    /// `unless`: none may hold for a finding.
    pub unless: Vec<Node>,
    /// How serious a finding is.
    pub severity: Severity,
    /// What it warns of.
    pub hazards: Vec<&'static str>,
    /// What to do when it can't be decided.
    pub unknown: UnknownPolicy,
    /// The databases it is limited to; empty: all.
    pub databases: Vec<DatabaseScope>,
    /// The versions of Django it is limited to.
    pub django: Vec<VersionRange>,
    /// What a finding says.
    pub message: Template,
    /// Labelled places.
    pub labels: Vec<RuleLabel>,
    /// Why the rule exists.
    pub why: Option<String>,
    /// Where to read more.
    pub see: Vec<String>,
    /// Ways out.
    pub fixes: Vec<Fix>,
    /// The models of the examples: what exists before.
    pub given: Option<Text>,
    /// The models of the examples: what running code knows.
    pub deployed: Option<Text>,
    /// Migrations it must report.
    pub bad: Vec<Example>,
    /// Migrations it must not report.
    pub good: Vec<Example>,
    /// Former ids.
    pub was: Vec<String>,
    /// What changed it after it was written, in order.
    pub overrides: Vec<Override>,
    /// Why it is switched off, when it is.
    pub disabled: Option<Override>,
    /// Whether it is off only because its author says `severity off`: whoever gives it a severity switches it on.
    pub on_request: bool,
}

impl Rule {
    /// Switches it on, if it waits for that.
    pub fn request(&mut self) {
        if self.on_request {
            self.on_request = false;
            self.disabled = None;
        }
    }

    /// Switches it off.
    pub fn disable(&mut self, change: Override) {
        self.on_request = false;
        self.disabled = Some(change);
    }

    /// The ids of the settings that its conditions ask for, sorted.
    #[must_use]
    pub fn settings(&self) -> Vec<&str> {
        let patterns = self.heads.iter().flat_map(|head| &head.pattern);
        let mut waiting: Vec<&Node> = patterns.chain(&self.when).chain(&self.require).chain(&self.unless).collect();
        let mut found = Vec::new();
        while let Some(node) = waiting.pop() {
            if let NodeKind::Setting(id) = &node.kind {
                found.push(id.as_str());
            }
            waiting.extend(node.children());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A head of a rule.
#[derive(Clone, Debug)]
pub struct RuleHead {
    /// `state`, `database`, …
    pub namespace: Option<&'static str>,
    /// The kind or group.
    pub kind: String,
    /// The part behind the kind.
    pub part: Option<&'static str>,
    /// Conditions for this head alone.
    pub pattern: Vec<Node>,
}

impl RuleHead {
    /// The head as a rule writes it, without its pattern.
    #[must_use]
    pub fn written(&self) -> String {
        let namespace = self.namespace.map_or_else(String::new, |namespace| format!("{namespace}."));
        let part = self.part.map_or_else(String::new, |part| format!(".{part}"));
        format!("{namespace}{}{part}", self.kind)
    }
}

/// What to do with a verdict that is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownPolicy {
    /// Say so once per cause, as a warning.
    Warn,
    /// Report it like a finding, as possible.
    Report,
    /// Only count it.
    Ignore,
}

impl UnknownPolicy {
    /// The words, with what they mean.
    pub const WORDS: [(&'static str, UnknownPolicy); 3] =
        [("warn", UnknownPolicy::Warn), ("report", UnknownPolicy::Report), ("ignore", UnknownPolicy::Ignore)];
}

/// `postgresql >= 12`
#[derive(Clone, Debug)]
pub struct DatabaseScope {
    /// The database's name.
    pub name: &'static str,
    /// The versions it must have.
    pub range: Option<VersionRange>,
}

/// `>= 12`
#[derive(Clone, Debug)]
pub struct VersionRange {
    /// The operator.
    pub op: CompareOp,
    /// The version on its right.
    pub version: Version,
}

impl VersionRange {
    /// Whether `version` lies in the range.
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        match self.op {
            CompareOp::Equal => *version == self.version,
            CompareOp::NotEqual => *version != self.version,
            CompareOp::Less => *version < self.version,
            CompareOp::LessOrEqual => *version <= self.version,
            CompareOp::Greater => *version > self.version,
            CompareOp::GreaterOrEqual => *version >= self.version,
        }
    }
}

impl fmt::Display for DatabaseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.range.as_ref().map_or(Ok(()), |range| write!(f, " {range}"))
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.op.symbol(), self.version)
    }
}

/// A setting that a project can configure.
#[derive(Clone, Debug)]
pub struct Setting {
    /// `pack/name`.
    pub id: String,
    /// Its name in the rule files of its pack.
    pub name: String,
    /// The type of its value.
    pub ty: Type,
    /// Its value, overrides applied.
    pub value: syntax::Literal,
    /// What gave it that value; `None` for its default.
    pub set_by: Option<Override>,
    /// What it is for.
    pub description: Option<String>,
    /// Where it is declared.
    pub source: Arc<SourceFile>,
    /// Its name in that file.
    pub span: Span,
}

/// A label of a rule.
#[derive(Clone, Debug)]
pub struct RuleLabel {
    /// The place: a name, or an attribute of one.
    pub place: Node,
    /// What it says.
    pub text: Template,
}

/// A text with holes.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its pieces, in order.
    pub parts: Vec<TemplatePart>,
}

/// A piece of a text with holes.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it is.
    Text(String),
    /// A hole.
    Hole(Node),
}

/// A way out.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Its title in the rule file.
    pub span: Span,
    /// What it does.
    pub title: Template,
    /// Whether it may be applied without a look.
    pub safe: bool,
    /// When it is offered; `None`: always.
    pub condition: Option<Node>,
    /// How.
    pub body: FixBody,
}

/// How a fix is done.
#[derive(Clone, Debug)]
pub enum FixBody {
    /// The title says it all.
    None,
    /// Structural edits.
    Edits(Vec<Edit>),
    /// Steps for a person.
    Steps(Template),
}

/// A structural edit.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Writes an argument of a field or operation.
    Set {
        /// What has the argument; `None`: the operation itself.
        owner: Option<Node>,
        /// The argument.
        argument: String,
        /// Its new value.
        value: Node,
    },
    /// Removes an argument.
    Remove {
        /// What has the argument; `None`: the operation itself.
        owner: Option<Node>,
        /// The argument.
        argument: String,
    },
    /// Names another operation class.
    Rename {
        /// The new class.
        to: String,
        /// The module it is imported from.
        module: Option<String>,
    },
}

/// A `bad` or `good` example.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub title: Option<String>,
    /// The database it is for.
    pub database: Option<(&'static str, Option<Version>)>,
    /// Values of settings.
    pub settings: Vec<(String, syntax::Literal)>,
    /// Label of the app that it belongs to, when it says so.
    pub app: Option<String>,
    /// Name of the migration that it is, when it says so.
    pub migration: Option<String>,
    /// Whether it must be undecided rather than certain.
    pub possible: bool,
    /// The Python.
    pub code: Text,
}

/// A change of a rule by another declaration.
#[derive(Clone, Debug)]
pub struct Override {
    /// What it did, in words.
    pub what: String,
    /// The reason that was given.
    pub because: Option<String>,
    /// Where: `path:line`.
    pub place: String,
    /// Whether a pack from elsewhere did it, not the project itself.
    pub shared: bool,
}
