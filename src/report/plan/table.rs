//! The plan for a terminal.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use crate::effects::phase::Phase;
use crate::report::plan::view::{Broken, Step, View, who};
use crate::report::{RenderOptions, harmless};

/// What stands in front of a line's text.
const MARGIN: usize = 13;

pub(super) fn render(views: &[View], options: &RenderOptions) -> String {
    if views.is_empty() {
        return "no migrations\n".to_owned();
    }
    let mut out = String::new();
    for (index, view) in views.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let target = format!("{}, Django {}", view.database, view.django);
        let _ = writeln!(
            out,
            "{}  {}",
            paint(&view.path, Style::new().bold(), options),
            paint(&target, Style::new().dimmed(), options)
        );
        let style = match view.phase {
            Phase::Any => Style::new().green(),
            Phase::PreDeploy | Phase::PostDeploy => Style::new().yellow(),
            Phase::Split => Style::new().red(),
            Phase::Unknown => Style::new().magenta(),
        };
        let phase = view.phase.word();
        let reason = if view.reason.is_empty() { phase.to_owned() } else { format!("{phase}: {}", view.reason) };
        line(&mut out, "phase", &reason, Some((phase.len(), style)), options);
        for (number, step) in view.steps.iter().enumerate() {
            render_step(&mut out, number + 1, step, options);
        }
    }
    out
}

fn render_step(out: &mut String, number: usize, step: &Step, options: &RenderOptions) {
    out.push('\n');
    let what = step.sql.as_deref().unwrap_or("nothing reaches the database");
    let deferred = if step.deferred { " (at the end)" } else { "" };
    line(out, &format!("{number:>2}"), &format!("{what}{deferred}"), Some((what.len(), Style::new().bold())), options);
    line(out, "from", &format!("{}, line {}", step.operation, step.line), None, options);
    for lock in &step.locks {
        let mode = lock.mode.map_or_else(|| "lock".to_owned(), |mode| mode.to_string());
        let text =
            format!("{mode} on {}: {} wait", lock.table, who(lock.blocks)).replace("nobody wait", "nobody waits");
        line(out, "lock", &text, None, options);
    }
    for work in &step.work {
        line(out, "work", work, None, options);
    }
    for broken in &step.breaks_old_code {
        line(out, "old code", &sentence(broken), None, options);
    }
    for broken in &step.breaks_new_code {
        let when = if step.sql.is_some() { "before it, " } else { "" };
        line(out, "new code", &format!("{when}{}", sentence(broken)), None, options);
    }
    for lost in &step.loses {
        line(out, "lost", lost, None, options);
    }
    for unknown in &step.unknown {
        line(out, "not known", unknown, None, options);
    }
    line(out, "reverse", &step.reverse, None, options);
}

/// `can't insert: …`
pub(super) fn sentence(broken: &Broken) -> String {
    let actions = broken.actions.join(", ");
    let does = match (broken.certainty, broken.silent) {
        ("certain", false) => format!("can't {actions}"),
        ("certain", true) => format!("{actions}: another result"),
        ("later", _) => format!("can't {actions} once new code has written"),
        (_, true) => format!("{actions}: perhaps another result"),
        (_, false) => format!("may fail to {actions}"),
    };
    format!("{does}: {}", broken.why)
}

/// A line of the plan, wrapped behind its margin; the first `painted` bytes in a style.
fn line(out: &mut String, name: &str, text: &str, painted: Option<(usize, Style)>, options: &RenderOptions) {
    let text = harmless(text);
    let width = options.width.max(40) - MARGIN;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let mut left = painted.map_or(0, |(length, _)| length);
    for (index, own) in lines.iter().enumerate() {
        let label = if index == 0 { name } else { "" };
        let _ = write!(out, "{label:>width$}  ", width = MARGIN - 2);
        let cut = left.min(own.len());
        match (own.split_at_checked(cut), painted) {
            (Some((front, rest)), Some((_, style))) if cut > 0 => {
                let _ = write!(out, "{}{rest}", paint(front, style, options));
            }
            _ => out.push_str(own),
        }
        left = left.saturating_sub(own.len() + 1);
        out.push('\n');
    }
}

fn paint(text: &str, style: Style, options: &RenderOptions) -> String {
    if options.color { text.style(style).to_string() } else { text.to_owned() }
}
