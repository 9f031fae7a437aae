//! What users are shown of `bad` examples, kept beside the rule files: `team.rules.snap` for `team.rules`.
//!
//! A snapshot is text for people, who look at how it changed when they change a rule: a head for each example
//! (`== team/no-text: bad "a title"`), and the report below it, indented.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::Outcome;
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::config::FailOn;
use crate::diagnostic::Diagnostic;
use crate::examples::{self, Shown};
use crate::language::{PackSource, RuleSet};
use crate::report::{Format, RenderOptions, render};
use crate::rules;
use crate::source::{SourceFile, Span};

/// What the name of a snapshot adds to that of its rule file.
const EXTENSION: &str = ".snap";
/// How a snapshot is drawn, on every machine.
const OPTIONS: RenderOptions =
    RenderOptions { color: false, width: 100, unicode: true, quiet: true, hyperlinks: false, fail_on: FailOn::Never };
/// Lines of a difference that are shown.
const SHOWN_LINES: usize = 12;

/// An example of a rule: its head in the snapshot, the rule's place, and the report on it.
type Section = (String, Span, String);

/// The snapshots of the tested rule files.
pub(super) struct Snapshots<'p> {
    project: &'p Project,
    /// The rule files with the heads of their examples and the reports below them, in order.
    files: Vec<(Arc<SourceFile>, Vec<Section>)>,
}

impl<'p> Snapshots<'p> {
    /// What the rules say now: for all tested files, or only for those that have a snapshot.
    pub(super) fn of(project: &'p Project, tested: &[PackSource], rules: &RuleSet, all: bool) -> Self {
        let own = tested.iter().map(|file| &file.source).filter(|source| !rules::is_built_in_path(source.path()));
        let wanted: Vec<&Arc<SourceFile>> = own.filter(|source| all || path(project, source).is_file()).collect();
        let mut files: Vec<(Arc<SourceFile>, Vec<_>)> =
            wanted.iter().map(|source| (Arc::clone(source), Vec::new())).collect();
        if !files.is_empty() {
            let is_wanted = |source: &SourceFile| wanted.iter().any(|file| file.path() == source.path());
            for shown in examples::shown(rules, is_wanted) {
                let span = rules.rules.iter().find(|rule| rule.id == shown.rule).map_or(Span::at(0), |rule| rule.span);
                if let Some((_, of_file)) = files.iter_mut().find(|(file, _)| file.path() == shown.rule_file.path()) {
                    of_file.push((format!("== {}: {}", shown.rule, shown.example), span, drawn(shown)));
                }
            }
        }
        Self { project, files }
    }

    /// Writes those that changed, and gives a line for each.
    pub(super) fn write(&self) -> Result<Vec<String>, Failure> {
        let mut written = Vec::new();
        for (file, of_file) in &self.files {
            let path = path(self.project, file);
            let shown = format!("{}{EXTENSION}", file.path());
            let mut text = String::new();
            for (head, _, report) in of_file {
                let _ = write!(text, "{}{head}\n{report}", if text.is_empty() { "" } else { "\n" });
            }
            if fs::read_to_string(&path).is_ok_and(|old| old.replace("\r\n", "\n") == text) {
                continue;
            }
            let failed = |source| Failure::File { path: shown.clone(), action: "written", source };
            fs::write(&path, text).map_err(failed)?;
            written.push(format!("updated: {shown}\n"));
        }
        Ok(written)
    }

    /// What is shown in another way than the snapshots say.
    pub(super) fn differences(&self) -> Result<Vec<Diagnostic>, Failure> {
        let mut wrong = Vec::new();
        for (file, of_file) in &self.files {
            let shown = format!("{}{EXTENSION}", file.path());
            let failed = |source| Failure::File { path: shown.clone(), action: "read", source };
            let text = fs::read_to_string(path(self.project, file)).map_err(failed)?;
            let mut kept = parse(&text);
            for (head, span, report) in of_file {
                let example = head.trim_start_matches("== ");
                let (message, help) = match kept.remove(head.as_str()) {
                    Some(old) if old == *report => continue,
                    Some(old) => (
                        format!("what is shown of `{example}` has changed"),
                        format!("`{shown}` says otherwise:\n{}", difference(&old, report)),
                    ),
                    None => (format!("`{shown}` does not have `{example}`"), format!("it says now:\n{report}")),
                };
                let help = format!("{help}\nif that is right, run `whimbrel test --update`");
                let diagnostic = Diagnostic::error(file, "example::snapshot", message, *span, "this rule");
                wrong.push(diagnostic.with_help(help));
            }
            for head in kept.into_keys() {
                let message = format!("`{shown}` has `{}`, which is gone", head.trim_start_matches("== "));
                let diagnostic = Diagnostic::error(file, "example::snapshot", message, Span::at(0), "not in this file");
                wrong.push(diagnostic.with_help("if that is right, run `whimbrel test --update`"));
            }
        }
        Ok(wrong)
    }
}

fn path(project: &Project, rule_file: &SourceFile) -> PathBuf {
    project.root.join(format!("{}{EXTENSION}", rule_file.path()))
}

/// The report on an example, indented.
fn drawn(shown: Shown) -> String {
    let outcome = Outcome { findings: shown.findings, ..Outcome::default() };
    let report = render(&outcome, Format::Full, &OPTIONS);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    report.lines().map(line).collect()
}

/// The reports of a snapshot by their heads.
fn parse(text: &str) -> BTreeMap<&str, String> {
    let mut reports: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if line.starts_with("== ") {
            current = Some(line);
            reports.insert(line, String::new());
        } else if let Some(report) = current.and_then(|head| reports.get_mut(head)) {
            report.push_str(line);
            report.push('\n');
        }
    }
    // An empty line stands between two.
    for report in reports.values_mut() {
        let end = report.trim_end_matches('\n').len();
        report.truncate(end);
        if end > 0 {
            report.push('\n');
        }
    }
    reports
}

/// The lines that differ, without what both have before and behind them.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let lines = |sign: &str, lines: &[&str]| -> String {
        let changed = lines.get(start..lines.len() - end).unwrap_or_default();
        let shown = changed.iter().take(SHOWN_LINES);
        shown.flat_map(|line| [sign, *line, "\n"]).collect()
    };
    format!("{}{}", lines("- ", &old), lines("+ ", &new)).trim_end().to_owned()
}
