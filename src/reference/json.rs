//! The list of rules for programs: a public contract with a version of its own.

use serde::Serialize;

use crate::language::{Rule, RuleSet};
use crate::rules;

const VERSION: u32 = 1;

/// The rules as JSON, with a line end behind them.
#[must_use]
pub fn rules_json(rules: &RuleSet) -> String {
    let list = List { version: VERSION, rules: rules.rules.iter().map(rule).collect() };
    // Only a map with keys that are no texts, or a value that refuses, could fail: there is neither.
    let mut text = serde_json::to_string_pretty(&list).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    rules: Vec<JsonRule<'a>>,
}

#[derive(Serialize)]
struct JsonRule<'a> {
    id: &'a str,
    pack: &'a str,
    title: Option<&'a str>,
    severity: &'static str,
    hazards: &'a [&'static str],
    databases: Vec<String>,
    django: Vec<String>,
    origin: Origin<'a>,
    disabled: Option<Disabled<'a>>,
}

#[derive(Serialize)]
struct Origin<'a> {
    built_in: bool,
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Disabled<'a> {
    because: Option<&'a str>,
    place: &'a str,
}

fn rule(rule: &Rule) -> JsonRule<'_> {
    JsonRule {
        id: &rule.id,
        pack: &rule.pack,
        title: rule.title.as_deref(),
        severity: rule.severity.word(),
        hazards: &rule.hazards,
        databases: rule.databases.iter().map(ToString::to_string).collect(),
        django: rule.django.iter().map(ToString::to_string).collect(),
        origin: Origin {
            built_in: rules::is_built_in(&rule.source),
            path: rule.source.path(),
            line: rule.source.position(rule.span.start).line,
        },
        disabled: rule
            .disabled
            .as_ref()
            .map(|change| Disabled { because: change.because.as_deref(), place: &change.place }),
    }
}
