//! What another version of a pack changes: in the rules, and in what they find in this repository.

use std::collections::BTreeMap;

use crate::check::{Request, check};
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::selection::{Scope, select};
use crate::language::{Node, Rule, RuleSet};

/// The rules that come, go and change, a line for each.
pub(super) fn rules(old: &RuleSet, new: &RuleSet) -> String {
    let by_id = |set: &RuleSet| -> BTreeMap<String, Rule> {
        set.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    let mut lines = Vec::new();
    for (id, rule) in &new {
        match old.get(id) {
            None => lines.push(format!("  + rule {id} ({})\n", level(rule))),
            Some(before) => {
                let mut changes: Vec<String> = Vec::new();
                if level(before) != level(rule) {
                    changes.push(format!("{} → {}", level(before), level(rule)));
                }
                if conditions(before) != conditions(rule) {
                    changes.push("other conditions".to_owned());
                }
                if !changes.is_empty() {
                    lines.push(format!("  ~ rule {id}: {}\n", changes.join(", ")));
                }
            }
        }
    }
    lines.extend(old.keys().filter(|id| !new.contains_key(*id)).map(|id| format!("  - rule {id}\n")));
    lines.concat()
}

fn level(rule: &Rule) -> &'static str {
    if rule.disabled.is_some() { "off" } else { rule.severity.word() }
}

/// What a rule demands, as it is written.
fn conditions(rule: &Rule) -> Vec<String> {
    let text = |node: &Node| rule.source.slice(node.span).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut all: Vec<String> = Vec::new();
    for head in &rule.heads {
        all.push(head.written());
        all.extend(head.pattern.iter().map(text));
    }
    for (word, nodes) in [("when", &rule.when), ("require", &rule.require), ("unless", &rule.unless)] {
        all.push(word.to_owned());
        all.extend(nodes.iter().map(text));
    }
    all.extend(rule.databases.iter().map(ToString::to_string));
    all.extend(rule.django.iter().map(ToString::to_string));
    all
}

/// The findings that come and go, a line for each, and whether there are any.
pub(super) fn findings(project: &Project, old: &RuleSet, new: &RuleSet) -> Result<(String, bool), Failure> {
    let selection = select(project, &Scope::All, None, None)?;
    let databases = project.databases(&[]);
    let django = project.django(None);
    let found = |rules: &RuleSet| -> BTreeMap<String, usize> {
        let outcome = check(Request {
            rules,
            files: &selection.files,
            projects: &selection.projects,
            databases: &databases,
            django,
            tables: &project.config.tables,
            settings: &project.detected().settings(),
            modules: &selection.modules,
        });
        let mut lines = BTreeMap::new();
        for finding in &outcome.findings {
            let line = finding.source.position(finding.span.start).line;
            let text = format!(
                "{}:{line} {} {}: {}",
                finding.source.path(),
                finding.severity.word(),
                finding.rule,
                finding.message
            );
            *lines.entry(text).or_insert(0) += 1;
        }
        lines
    };
    let (old, new) = (found(old), found(new));
    let more = |these: &BTreeMap<String, usize>, than: &BTreeMap<String, usize>, sign: char| {
        let lines: Vec<String> = these
            .iter()
            .flat_map(|(line, count)| {
                let known = than.get(line).copied().unwrap_or_default();
                std::iter::repeat_n(format!("{sign} {line}\n"), count.saturating_sub(known))
            })
            .collect();
        lines
    };
    let (added, removed) = (more(&new, &old, '+'), more(&old, &new, '-'));
    let text = format!(
        "{}{}{} more and {} fewer findings in {} migrations\n",
        added.concat(),
        removed.concat(),
        added.len(),
        removed.len(),
        selection.files.len()
    );
    Ok((text, !added.is_empty() || !removed.is_empty()))
}
