//! Whether the fixes of a rule do what they promise: each is applied to each `bad` example, and the result must be
//! Python, quiet for the rule, and raise nothing that was not there before. What steps show as code must be Python, its
//! SQL must quote names as the database does, and code that takes the place of an operation is put there and judged.

use std::collections::BTreeSet;

use crate::check::{Finding, Fix, FixHow, TextEdit, edited};
use crate::diagnostic::{Diagnostic, Severity};
use crate::examples::run::{Outcome, Prepared};
use crate::language::{FixBody, Rule};
use crate::python;
use crate::source::{SourceFile, Span};

/// What is wrong with the fixes of a rule, whose examples all pass.
pub(super) fn wrong(rule: &Rule, examples: &[Prepared<'_>]) -> Vec<Diagnostic> {
    if rule.fixes.is_empty() {
        return Vec::new();
    }
    let bad: Vec<Bad<'_, '_>> = examples.iter().filter(|example| example.is_bad()).map(Bad::new).collect();
    (0..rule.fixes.len()).filter_map(|index| bad.iter().find_map(|bad| in_example(rule, index, bad))).collect()
}

/// A `bad` example with what is found in it.
struct Bad<'e, 'r> {
    example: &'e Prepared<'r>,
    /// On its own database, then on the others that it is about.
    found: Vec<Found>,
}

/// What is found in an example on one database.
struct Found {
    vendor: &'static str,
    /// What stands around a name in its SQL.
    quote: &'static str,
    findings: Vec<Finding>,
}

impl<'e, 'r> Bad<'e, 'r> {
    fn new(example: &'e Prepared<'r>) -> Self {
        let found = |on: &Prepared<'_>| Found { vendor: on.vendor(), quote: on.quote(), findings: on.findings() };
        let others = example.elsewhere().map(|other| found(&other));
        Self { example, found: std::iter::once(found(example)).chain(others).collect() }
    }

    fn findings(&self) -> &[Finding] {
        self.found.first().map_or(&[], |own| &own.findings)
    }
}

impl Found {
    /// A fix as the first finding with it shows it.
    fn shown(&self, index: usize) -> Option<&Fix> {
        self.findings.iter().find_map(|finding| offered(finding, index))
    }
}

/// The fixes with edits or a condition that no `bad` example can show.
pub(super) fn unshown<'r>(
    rule: &'r Rule,
    examples: &'r [Prepared<'_>],
    severity: Severity,
) -> impl Iterator<Item = Diagnostic> + 'r {
    rule.fixes.iter().enumerate().filter_map(move |(index, fix)| {
        let is_edit = matches!(fix.body, FixBody::Edits(_));
        let shows = |example: &Prepared<'_>| {
            if is_edit {
                return edits(&example.findings(), index).is_some();
            }
            example.findings().iter().any(|finding| offered(finding, index).is_some())
        };
        if (!is_edit && fix.condition.is_none()) || examples.iter().any(|example| example.is_bad() && shows(example)) {
            return None;
        }
        let message = "no `bad` example shows what this fix makes";
        let diagnostic = Diagnostic::error(&rule.source, "coverage::fix", message, fix.span, "can't be applied to any");
        let help = "add a `bad` example in which what is written can be told, and the place for it stands in the file";
        Some(diagnostic.with_severity(severity).with_help(help))
    })
}

/// A fix of the rule, as a finding has it.
fn offered(finding: &Finding, number: usize) -> Option<&Fix> {
    finding.fixes.iter().find(|fix| fix.number == number)
}

/// The edits of a fix for all that the rule finds in an example.
fn edits(findings: &[Finding], index: usize) -> Option<Vec<TextEdit>> {
    let each = findings.iter().map(|finding| match &offered(finding, index)?.how {
        FixHow::Edits { edits, .. } => edits.clone(),
        FixHow::Title | FixHow::Steps(_) => None,
    });
    Some(each.collect::<Option<Vec<_>>>()?.concat()).filter(|edits| !edits.is_empty())
}

fn in_example(rule: &Rule, index: usize, bad: &Bad<'_, '_>) -> Option<Diagnostic> {
    let fix = rule.fixes.get(index)?;
    let example = bad.example;
    let said = |code: &str, message: &str, label: &str, help: String| {
        let diagnostic = Diagnostic::error(&rule.source, code, message, fix.span, label);
        Some(diagnostic.with_label(example.start(), "in this example").with_help(help))
    };
    for found in &bad.found {
        let Some(shown) = found.shown(index) else { continue };
        let steps = if let FixHow::Steps(steps) = &shown.how { steps.as_str() } else { "" };
        if let Some(line) = shown.title.lines().chain(steps.lines()).find(|line| line.contains("⟨unset⟩")) {
            let help = format!(
                "on {} it shows\n{}\ngive the fix a condition, `if … is set`, or write `<words>`",
                found.vendor,
                line.trim()
            );
            return said("example::fix-unset", "this fix shows a value that is not there", "shown as a way out", help);
        }
        if let Some((code, error)) = broken_code(steps) {
            let help = format!(
                "{error}:\n{code}\nwrite Python that can be pasted, with `…` for what only the reader can know"
            );
            return said("example::fix-code", "the code in this fix is not Python", "shown as a way out", help);
        }
        if let Some(line) = misquoted(found.quote, steps) {
            let help = format!(
                "on {} it shows\n{line}\nwrite `{{db.quote}}` around names that may go to each database",
                found.vendor
            );
            return said(
                "example::fix-quotes",
                "the SQL in this fix is none of this database",
                "shown as a way out",
                help,
            );
        }
    }
    if let FixBody::Steps(_) = fix.body {
        let shown = bad.found.first()?.shown(index)?;
        let FixHow::Steps(steps) = &shown.how else { return None };
        let (message, help) = in_place(example, rule, &shown.title, steps)?;
        return said("example::fix-reported", &message, "put in the place of the operation", help);
    }
    let edits = edits(bad.findings(), index)?;
    let Some(text) = edited(example.text(), &edits) else {
        let help = "one finding's edit stands in the way of another's: let the rule report the outer one alone";
        return said("example::fix-overlap", "this fix can't be applied", "edits overlap", help.to_owned());
    };
    let fixed = match example.with_text(&text) {
        Ok(fixed) => fixed,
        Err(error) => {
            let help = format!("{error}:\n{}", changed_lines(example.text(), &text));
            return said("example::fix-syntax", "this fix makes something that is not Python", "applied", help);
        }
    };
    let after = changed_lines(example.text(), &text);
    if fixed.outcome(None) != Outcome::Quiet {
        let message = format!("`{}` still reports what this fix makes", rule.id);
        let help = format!("it makes\n{after}\nif that is right, the rule needs a condition; if not, correct the fix");
        return said("example::fix-reported", &message, "applied", help);
    }
    let before: BTreeSet<String> = example.all_findings().into_iter().map(|finding| finding.rule).collect();
    let new = fixed.all_findings().into_iter().find(|finding| !before.contains(&finding.rule))?;
    let message = format!("what this fix makes is reported by `{}`", new.rule);
    said("example::fix-new", &message, "applied", format!("it makes\n{after}\nof which is said: {}", new.message))
}

/// The lines that an edit made.
fn changed_lines(before: &str, after: &str) -> String {
    let old: BTreeSet<&str> = before.lines().collect();
    let lines = after.lines().filter(|line| !old.contains(line));
    lines.map(|line| format!("    {}", line.trim_start())).collect::<Vec<_>>().join("\n")
}

/// Words that a line of Python starts with, and no sentence does.
const STARTS: [&str; 9] =
    ["migrations.", "models.", "class ", "def ", "from ", "import ", "with ", "RunPython(", "RunSQL("];

/// The first code in steps that is no Python, and what is wrong with it.
fn broken_code(steps: &str) -> Option<(String, String)> {
    blocks(steps).into_iter().find_map(|block| {
        let code = block.lines().map(placeholders).collect::<Vec<_>>().join("\n");
        let error = python::statements(&SourceFile::new("fix.py", code.as_str())).err()?;
        Some((block, error.message))
    })
}

/// The code in steps, flush left. A line that starts like Python, and what is indented below it, is code; `…` and
/// `<words>` stand for what only the reader can know.
fn blocks(steps: &str) -> Vec<String> {
    let lines: Vec<&str> = steps.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(first) = lines.get(at) {
        let start = at;
        at += 1;
        if !is_python(first.trim_start()) {
            continue;
        }
        let inside = |line: &&&str| {
            let text = line.trim();
            text.is_empty() || indent(line) > indent(first) || text.starts_with([')', ']', '}'])
        };
        at += lines.get(at..).unwrap_or_default().iter().take_while(inside).count();
        let block = lines.get(start..at).unwrap_or_default();
        let flush: Vec<&str> = block.iter().map(|line| line.get(indent(first)..).unwrap_or_default()).collect();
        blocks.push(flush.join("\n"));
    }
    blocks
}

/// A line with SQL in steps that quotes names as another database does.
fn misquoted(quote: &str, steps: &str) -> Option<String> {
    let foreign = if quote == "`" { '"' } else { '`' };
    let blocks = blocks(steps).into_iter().filter(|block| block.contains("RunSQL("));
    blocks.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).find_map(|line| {
        // SQL stands in single quotes.
        let wrong = line.split('\'').skip(1).step_by(2).any(|text| text.contains(foreign));
        wrong.then(|| line.trim().to_owned())
    })
}

/// What is said of code that takes the place of the example's only operation, and shows nothing of its own to fill in.
fn in_place(example: &Prepared<'_>, rule: &Rule, title: &str, steps: &str) -> Option<(String, String)> {
    let operation = match example.snippet.migration.operations.as_slice() {
        [only] if !steps.contains("1. ") => only.span,
        _ => return None,
    };
    let text = example.text();
    let own = text.get(operation.start..operation.end)?;
    let [block] = blocks(steps).try_into().ok()?;
    let (start, rest) = block.split_once("<this ")?;
    let (_, end) = rest.split_once('>')?;
    let code = format!("{start}{own}{end}");
    if code.contains('…') || code.contains('<') {
        return None;
    }
    let mut changed = text.to_owned();
    changed.replace_range(operation.start..operation.end, code.trim_end().trim_end_matches(','));
    if title.contains("`atomic = False`")
        && let Some(list) = changed.find("    operations = [")
    {
        changed.insert_str(list, "    atomic = False\n");
    }
    let fixed = example.with_text(&changed).ok()?;
    let shown = |message: &str| Some((message.to_owned(), format!("it makes\n{}", changed_lines(text, &changed))));
    if fixed.outcome(None) != Outcome::Quiet {
        return shown(&format!("`{}` still reports what this fix makes", rule.id));
    }
    let before: BTreeSet<String> = example.all_findings().into_iter().map(|finding| finding.rule).collect();
    let graver = |finding: &Finding| finding.severity == Severity::Error && !before.contains(&finding.rule);
    let new = fixed.all_findings().into_iter().find(graver)?;
    shown(&format!("what this fix makes is reported by `{}`: {}", new.rule, new.message))
}

/// Whether a line starts as code does: `from x import y`, not `from now on`.
fn is_python(line: &str) -> bool {
    STARTS.iter().any(|start| line.starts_with(start))
        && match line.split(' ').next() {
            Some("from") => line.contains(" import "),
            Some("import") => line.split(' ').count() == 2,
            Some("class" | "with") => line.ends_with(':'),
            _ => line.contains('('),
        }
}

/// A line of code with a value for each placeholder.
fn placeholders(line: &str) -> String {
    let line = line.replace('…', "...");
    let mut result = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some(start) = rest.find('<') {
        let words = rest[start + 1..].starts_with(|c: char| c.is_ascii_lowercase());
        match rest[start..].find('>') {
            Some(end) if words => {
                result.push_str(&rest[..start]);
                result.push_str("...");
                rest = &rest[start + end + 1..];
            }
            _ => break,
        }
    }
    result + rest
}

/// The place of an example in its rule file.
impl Prepared<'_> {
    fn start(&self) -> Span {
        self.place(Span::at(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_steps_is_told_from_sentences() {
        for fine in [
            "1. from now on, write it\n2. import of old rows: `a(`",
            "migrations.AddField(\"{a}\", <the field, with null=True>)",
            "do\n    migrations.SeparateDatabaseAndState(\n        state_operations=[\n            …,\n        ],\n    )\n    This sends no SQL.",
            "class Migration(migrations.Migration):\n    atomic = False\n\ndef forwards(apps, schema_editor):\n    x.update(…)",
        ] {
            assert_eq!(broken_code(fine), None, "{fine}");
        }
        for broken in ["migrations.AddField(\"a\", ", "  def f(:\n      pass", "migrations.RunPython(a b)"] {
            assert!(broken_code(broken).is_some(), "{broken}");
        }
    }
}
