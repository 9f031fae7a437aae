//! From syntax trees to rules that can run: every name, type and word is checked here, so that a rule can't fail
//! later. All mistakes of all files are reported in one go.

mod claims;
mod clauses;
mod comparisons;
mod declarations;
mod examples;
mod expressions;
mod heads;
mod names;
mod overrides;
mod scope;
mod sense;
mod template;
mod ways_out;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::language::condition::{Leaf, Node};
use crate::language::rule::RuleSet;
use crate::language::syntax::{DeclarationKind, RuleFile};
use crate::language::vocabulary::Vocabulary;
use crate::source::{SourceFile, Span};

use scope::PackScope;

/// A rule file and the pack that it belongs to.
#[derive(Clone, Debug)]
pub(super) struct PackFile {
    /// Name of the pack: the first part of its rules' ids.
    pub(super) pack: String,
    /// The file.
    pub(super) file: RuleFile,
    /// Whether it comes from elsewhere than the project.
    pub(super) shared: bool,
    /// The packs that it may change the rules of; `None`: all.
    pub(super) builds_on: Option<Vec<String>>,
}

/// Checks rule files against the vocabulary and each other.
///
/// The rules come with everything that is wrong; where a diagnostic is an error, the set must not be used to judge.
#[must_use]
pub(super) fn check_rules(files: &[PackFile], vocabulary: &Vocabulary) -> (RuleSet, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let vocabulary = declarations::extend_vocabulary(files, vocabulary, &mut diagnostics);
    let Some(first) = files.first() else {
        return (RuleSet { rules: Vec::new(), settings: Vec::new(), vocabulary: Arc::new(vocabulary) }, diagnostics);
    };
    let mut checker = Checker {
        vocabulary: &vocabulary,
        source: Arc::clone(&first.file.source),
        diagnostics,
        packs: BTreeMap::new(),
        cyclic: BTreeSet::new(),
        open_definitions: 0,
        next_leaf: 0,
        poisoned_rule: false,
        shared: false,
    };
    let settings = checker.declarations(files);
    let mut rules = Vec::new();
    for PackFile { pack, file, .. } in files {
        checker.source = Arc::clone(&file.source);
        for declaration in &file.declarations {
            if let DeclarationKind::Rule(rule) = &declaration.kind {
                rules.extend(checker.rule(pack, rule));
            }
        }
    }
    checker.unused_definitions(files);
    let mut set = RuleSet { rules, settings, vocabulary: Arc::new(Vocabulary::clone(&vocabulary)) };
    checker.duplicate_rules(&mut set.rules);
    checker.overrides(files, &mut set);
    (set, checker.diagnostics)
}

/// The state of a check.
struct Checker<'v> {
    vocabulary: &'v Vocabulary,
    source: Arc<SourceFile>,
    diagnostics: Vec<Diagnostic>,
    packs: BTreeMap<String, PackScope>,
    cyclic: BTreeSet<String>,
    open_definitions: usize,
    next_leaf: u32,
    /// Whether the rule under check has a clause that did not parse.
    poisoned_rule: bool,
    /// Whether the file under check comes from elsewhere than the project.
    shared: bool,
}

impl Checker<'_> {
    fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// Reports an error in the current file; what it returns adds to it.
    fn report(&mut self, code: &str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Report<'_> {
        self.diagnostics.push(Diagnostic::error(&self.source, code, message, span, label));
        Report { diagnostic: self.diagnostics.last_mut() }
    }

    /// Reports an error that may show in many places and has one cause: all of them in one diagnostic.
    fn report_once(&mut self, code: &str, message: String, span: Span, label: &str) -> Report<'_> {
        let path = self.source.path();
        let is_it = |own: &Diagnostic| own.code == code && own.message == message && own.source.path() == path;
        let Some(place) = self.diagnostics.iter().position(is_it) else {
            return self.report(code, message, span, label);
        };
        let known = &mut self.diagnostics[place];
        known.labels.push(Label { span, text: "applied here, too".to_owned() });
        Report { diagnostic: Some(known) }
    }

    /// How many errors there are by now.
    fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// A node as a leaf with a number of its own.
    fn numbered(&mut self, node: Node) -> Node {
        let leaf = Some(Leaf { id: self.next_leaf, guard: false });
        self.next_leaf += 1;
        Node { leaf, ..node }
    }
}

/// Adds to the diagnostic that was reported last.
struct Report<'d> {
    diagnostic: Option<&'d mut Diagnostic>,
}

impl Report<'_> {
    fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            diagnostic.help = Some(help.into());
        }
        self
    }

    fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            diagnostic.labels.push(Label { span, text: text.into() });
        }
        self
    }
}
