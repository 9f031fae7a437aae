//! The list of rules.

use crate::language::{Rule, RuleSet};
use crate::reference::page::Page;
use crate::reference::{because, origin};

/// Every rule in a line; for one that is switched off, why.
#[must_use]
pub fn rules_table(rules: &RuleSet, width: usize) -> String {
    let mut page = Page::new(width);
    let heading = ["RULE", "SEVERITY", "ORIGIN", "SCOPE"].map(str::to_owned);
    let mut rows = vec![(heading, None)];
    rows.extend(rules.rules.iter().map(|rule| {
        let severity = if rule.disabled.is_some() { "off" } else { rule.severity.word() };
        let cells = [rule.id.clone(), severity.to_owned(), origin(&rule.source, rule.span), scope(rule)];
        // Those that wait for a project are told of below, all at once.
        let off = rule.disabled.as_ref().filter(|_| !rule.on_request);
        (cells, off.map(|off| format!("off {}", because(off))))
    }));
    page.columns(&rows);
    page.line(0, "");
    let off = rules.rules.iter().filter(|rule| rule.disabled.is_some()).count();
    let count = rules.rules.len();
    let off = if off == 0 { String::new() } else { format!(", {off} of them off") };
    page.line(0, &format!("{count} rule{}{off}", if count == 1 { "" } else { "s" }));
    if rules.rules.iter().any(|rule| rule.on_request) {
        page.line(
            0,
            "Some are off because they are house rules: give one a severity to switch it on, or `pack/*` for all",
        );
    }
    page.finish()
}

/// The databases and versions of Django that a rule is limited to.
fn scope(rule: &Rule) -> String {
    let databases = rule.databases.iter().map(ToString::to_string);
    let django = rule.django.iter().map(|range| format!("django {range}"));
    let scope: Vec<String> = databases.chain(django).collect();
    if scope.is_empty() { "all".to_owned() } else { scope.join(", ") }
}
