//! One line each: `path:line:column: error[pack/rule] message`.

use std::fmt::Write;

use super::RenderOptions;
use super::remark::{Remark, shown};
use super::summary::Summary;
use super::wrap::harmless;
use crate::check::Outcome;
use crate::diagnostic::Severity;

pub(super) fn render(outcome: &Outcome, options: &RenderOptions) -> String {
    let mut report = String::new();
    for remark in shown(outcome) {
        line(&mut report, options, &remark);
    }
    if !options.quiet {
        report.push_str(&Summary::of(outcome).sentence());
        report.push('\n');
    }
    report
}

fn line(report: &mut String, options: &RenderOptions, remark: &Remark<'_>) {
    let Remark { source, severity, rule, .. } = remark;
    let position = source.position(remark.span.start);
    let message = remark.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let (start, end) = match (options.color, severity) {
        (false, _) => ("", ""),
        (true, Severity::Error) => ("\u{1b}[31m", "\u{1b}[0m"),
        (true, Severity::Warning) => ("\u{1b}[33m", "\u{1b}[0m"),
        (true, Severity::Info) => ("\u{1b}[36m", "\u{1b}[0m"),
    };
    // Writing to a string can't fail.
    let _ = writeln!(
        report,
        "{}:{}:{}: {start}{}[{rule}]{end} {}",
        harmless(source.path()),
        position.line,
        position.column,
        severity.word(),
        harmless(&message),
    );
}
