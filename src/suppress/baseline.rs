//! The baseline: findings of the past, which are not shown again.
//!
//! ~~~toml
//! findings = [
//!   { rule = "compat/column-removed", app = "shop", migration = "0004_drop", operation = "RemoveField", object = "order.code" },
//! ]
//! ~~~
//!
//! An entry names a rule, an app, a migration, an operation and its object, never a line: it still holds when the file
//! is formatted anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::check::{Finding, Outcome, own};
use crate::config::reader::{Reader, Value, entries};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::suppress::partition::Scope;

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) app: String,
    pub(super) migration: String,
    pub(super) rule: String,
    /// The operation's class; empty for a finding about the file.
    operation: String,
    /// `model.name`, as far as the operation names them.
    object: String,
    /// Whether the rule could not be decided.
    undecided: bool,
}

impl Key {
    pub(super) fn of_finding(finding: &Finding) -> Self {
        let operation = finding.operation.as_ref();
        let object = operation.map(|operation| {
            let parts = [operation.model.as_deref(), operation.name.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(".")
        });
        Self {
            rule: finding.rule.clone(),
            app: finding.app.clone(),
            migration: finding.migration.clone(),
            operation: operation.map(|operation| operation.kind.clone()).unwrap_or_default(),
            object: object.unwrap_or_default(),
            undecided: false,
        }
    }

    pub(super) fn of_undecided(rule: &str, app: &str, migration: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            app: app.to_owned(),
            migration: migration.to_owned(),
            operation: String::new(),
            object: String::new(),
            undecided: true,
        }
    }
}

/// An entry with its place.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    /// How often it is found.
    count: usize,
    pub(super) span: Span,
}

/// The findings of the past.
#[derive(Clone, Debug)]
pub struct Baseline {
    pub(super) source: Arc<SourceFile>,
    entries: Vec<Entry>,
}

/// A baseline that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text of the file.
    pub text: String,
    /// How many findings it holds.
    pub findings: usize,
    /// How many entries of the one before are gone.
    pub pruned: usize,
}

const KEYS: [&str; 7] = ["rule", "app", "migration", "operation", "object", "undecided", "count"];
const EXAMPLE: &str = "{ rule = \"pack/rule\", app = \"shop\", migration = \"0001_initial\" }";

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let (document, errors) = DeTable::parse_recoverable(source.text());
        let mut reader = Reader::new(source, "baseline");
        reader.syntax_errors(&errors);
        let mut found = Vec::new();
        if reader.diagnostics.is_empty() {
            for (key, value) in entries(document.get_ref()) {
                if key.get_ref() != "findings" {
                    reader.unknown_key(key, "a baseline", &["findings"]);
                    continue;
                }
                let DeValue::Array(items) = value.get_ref() else {
                    reader.wrong_type(value, "`findings`", "an array of tables", &format!("`findings = [{EXAMPLE}]`"));
                    continue;
                };
                found.extend(items.iter().filter_map(|item| entry(&mut reader, item)));
            }
        }
        if reader.diagnostics.is_empty() {
            Ok(Self { source: Arc::clone(source), entries: found })
        } else {
            Err(reader.diagnostics)
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How often each entry may be found.
    pub(super) fn counts(&self) -> BTreeMap<Key, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.key.clone()).or_insert(0) += entry.count;
        }
        counts
    }

    /// The baseline of an outcome that only comments have taken something from. What was not judged, and rules that did
    /// not run, keep their entries of the baseline `before`.
    #[must_use]
    pub fn written(outcome: &Outcome, before: Option<&Baseline>, scope: Scope<'_>) -> Written {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in outcome.findings.iter().filter(|finding| finding.suppressed.is_none() && may_be_held(finding)) {
            *counts.entry(Key::of_finding(finding)).or_insert(0) += 1;
        }
        for undecided in outcome.undecided.iter().filter(|undecided| undecided.suppressed.is_none()) {
            for rule in undecided.rule_ids() {
                counts.insert(Key::of_undecided(rule, &undecided.app, &undecided.migration), 1);
            }
        }
        let judged = |key: &Key| {
            scope.everything
                || outcome.migrations.iter().any(|m| m.app == key.app && m.name == key.migration)
                || outcome.findings.iter().any(|f| f.app == key.app && f.migration == key.migration)
        };
        let mut pruned = 0;
        for (key, count) in before.map(Baseline::counts).unwrap_or_default() {
            if !judged(&key) || !(scope.ran)(&key.rule) {
                counts.insert(key, count);
            } else {
                pruned += count.saturating_sub(counts.get(&key).copied().unwrap_or(0));
            }
        }
        Written { text: text(&counts), findings: counts.values().sum(), pruned }
    }
}

/// Whether a finding may be put off: a mistake in a comment is corrected as fast as it is written down.
fn may_be_held(finding: &Finding) -> bool {
    finding.rule == own::UNREADABLE || !own::OWN.iter().any(|own| own.id == finding.rule)
}

fn entry(reader: &mut Reader<'_>, item: &Value<'_>) -> Option<Entry> {
    let DeValue::Table(table) = item.get_ref() else {
        reader.wrong_type(item, "an entry of `findings`", "a table", &format!("`{EXAMPLE}`"));
        return None;
    };
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let mut undecided = false;
    let mut count = 1;
    for (key, value) in entries(table) {
        let name = key.get_ref().as_ref();
        match (KEYS.iter().find(|known| **known == name), value.get_ref()) {
            (None, _) => reader.unknown_key(key, "an entry of `findings`", &KEYS),
            (Some(&"undecided"), DeValue::Boolean(truth)) => undecided = *truth,
            (Some(&"undecided"), _) => reader.wrong_type(value, "`undecided`", "a boolean", "`undecided = true`"),
            (Some(&"count"), DeValue::Integer(number)) => {
                count = number.as_str().parse().unwrap_or(1);
            }
            (Some(&"count"), _) => reader.wrong_type(value, "`count`", "a number", "`count = 2`"),
            (Some(known), _) => {
                if let Some(text) = reader.string(value, &format!("`{name}`"), &format!("{name} = \"…\"")) {
                    texts.insert(known, text.value);
                }
            }
        }
    }
    let mut take = |name: &str| texts.remove(name).unwrap_or_default();
    let key = Key {
        rule: take("rule"),
        app: take("app"),
        migration: take("migration"),
        operation: take("operation"),
        object: take("object"),
        undecided,
    };
    if key.rule.is_empty() || key.migration.is_empty() {
        let message = "an entry of `findings` needs `rule`, `app` and `migration`";
        reader.error("incomplete", item.span().into(), message, "", format!("write `{EXAMPLE}`"));
        return None;
    }
    Some(Entry { key, count, span: item.span().into() })
}

fn text(counts: &BTreeMap<Key, usize>) -> String {
    let mut text = String::from(
        "# Findings of the past, which whimbrel does not report again.\n\
         # Written by `whimbrel check --write-baseline`; what no longer matches is pruned by it.\n\
         findings = [\n",
    );
    for (key, count) in counts {
        let mut parts = vec![("rule", &key.rule), ("app", &key.app), ("migration", &key.migration)];
        parts.extend(
            [("operation", &key.operation), ("object", &key.object)].into_iter().filter(|(_, v)| !v.is_empty()),
        );
        let parts: Vec<String> = parts.into_iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
        let undecided = if key.undecided { ", undecided = true" } else { "" };
        let count = if *count > 1 { format!(", count = {count}") } else { String::new() };
        // Writing to a string can't fail.
        let _ = writeln!(text, "  {{ {}{undecided}{count} }},", parts.join(", "));
    }
    text.push_str("]\n");
    text
}

/// A text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
