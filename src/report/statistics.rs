//! How often each rule was broken: the report for a first look at an old project.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::RenderOptions;
use super::remark::remarks;
use super::summary::Summary;
use crate::check::Outcome;
use crate::diagnostic::Severity;

/// The findings of a rule.
struct Row<'o> {
    severity: Severity,
    shown: usize,
    suppressed: usize,
    rule: &'o str,
}

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let mut rows: BTreeMap<&str, Row<'_>> = BTreeMap::new();
    for remark in remarks(outcome) {
        let severity = remark.severity;
        let row = rows.entry(remark.rule).or_insert(Row { severity, shown: 0, suppressed: 0, rule: remark.rule });
        let count = if remark.suppressed.is_none() { &mut row.shown } else { &mut row.suppressed };
        *count += 1;
        row.severity = row.severity.max(severity);
    }
    let mut rows: Vec<Row<'_>> = rows.into_values().collect();
    // The most frequent first; the sort is stable, so equals stay in the order of their ids.
    rows.sort_by_key(|row| std::cmp::Reverse((row.shown, row.suppressed)));
    let digits = |count: fn(&Row<'_>) -> usize| rows.iter().map(count).max().unwrap_or(0).to_string().len();
    let width = digits(|row| row.shown);
    let rules = rows.iter().map(|row| row.rule.len()).max().unwrap_or(0);
    let mut report = String::new();
    for row in &rows {
        let suppressed = match row.suppressed {
            0 => String::new(),
            count => format!("{:>pad$}{count} suppressed", "", pad = rules - row.rule.len() + 2),
        };
        // Writing to a string can't fail.
        let _ = writeln!(report, "{:>width$}  {:7}  {}{suppressed}", row.shown, row.severity.word(), row.rule);
    }
    if !options.quiet {
        if !report.is_empty() {
            report.push('\n');
        }
        report.push_str(&Summary::of(outcome).sentence());
        report.push('\n');
    }
    report
}
