//! The plan for the description of a pull request.

use std::fmt::Write as _;

use crate::report::plan::table::sentence;
use crate::report::plan::view::{Step, View, who};

pub(super) fn render(views: &[View]) -> String {
    if views.is_empty() {
        return "No migrations.\n".to_owned();
    }
    let mut out = String::new();
    for (index, view) in views.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "### `{}` on {}\n", view.path, view.database);
        let reason = if view.reason.is_empty() { String::new() } else { format!(": {}", cell(&view.reason)) };
        let _ = writeln!(out, "**{}**{reason}\n", view.phase.word());
        if view.steps.is_empty() {
            continue;
        }
        out.push_str("| change | waits and work | breaks | reverse |\n| --- | --- | --- | --- |\n");
        for step in &view.steps {
            let _ = writeln!(
                out,
                "| {}<br>{} | {} | {} | {} |",
                step.sql.as_ref().map_or_else(
                    || "nothing reaches the database".to_owned(),
                    |sql| format!("`{}`", sql.replace('`', "").replace('|', "\\|"))
                ),
                cell(&format!("{}, line {}", step.operation, step.line)),
                joined(locks(step).chain(step.work.iter().cloned())),
                joined(breaks(step)),
                cell(&step.reverse),
            );
        }
    }
    out
}

fn locks(step: &Step) -> impl Iterator<Item = String> + '_ {
    step.locks.iter().map(|lock| {
        let mode = lock.mode.map_or_else(|| "lock".to_owned(), |mode| mode.to_string());
        format!("{mode} on {}: {} wait", lock.table, who(lock.blocks)).replace("nobody wait", "nobody waits")
    })
}

fn breaks(step: &Step) -> impl Iterator<Item = String> + '_ {
    let old = step.breaks_old_code.iter().map(|broken| format!("old code {}", sentence(broken)));
    let new = step.breaks_new_code.iter().map(|broken| format!("new code {}", sentence(broken)));
    let lost = step.loses.iter().map(|lost| format!("lost: {lost}"));
    let unknown = step.unknown.iter().map(|unknown| format!("not known: {unknown}"));
    old.chain(new).chain(lost).chain(unknown)
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = lines.map(|line| cell(&line)).collect();
    if cells.is_empty() { "–".to_owned() } else { cells.join("<br>") }
}

/// A text that breaks no table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
