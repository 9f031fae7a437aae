//! `JUnit` XML: a suite for each file, a case for each remark. A file without remarks has one case that passes.
//!
//! Its form is that of `junit-10.xsd` of the Jenkins xUnit plugin, which refuses what it does not know: no `file` or
//! `line` of a case. The path is the name of the suite and of the case's class, the line stands in the text.
//!
//! What fails the run is a failure, what is suppressed was skipped, and the rest passes with its text as output.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::remark::{Remark, remarks};
use crate::check::Outcome;
use crate::config::FailOn;

pub(super) fn render(outcome: &Outcome, fail_on: FailOn) -> String {
    let mut suites: BTreeMap<&str, Vec<Remark<'_>>> =
        outcome.migrations.iter().map(|migration| (migration.path.as_str(), Vec::new())).collect();
    for remark in remarks(outcome) {
        suites.entry(remark.source.path()).or_default().push(remark);
    }
    let fails = |remark: &&Remark<'_>| remark.suppressed.is_none() && fail_on.fails(remark.severity);
    let counts = |remarks: &[Remark<'_>]| Counts {
        tests: remarks.len().max(1),
        failures: remarks.iter().filter(fails).count(),
        skipped: remarks.iter().filter(|remark| remark.suppressed.is_some()).count(),
    };
    let all = suites.values().map(|remarks| counts(remarks)).fold(Counts::default(), Counts::plus);
    let mut report = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string can't fail.
    let _ = writeln!(
        report,
        "<testsuites name=\"whimbrel\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        all.tests, all.failures
    );
    for (path, remarks) in &suites {
        let counts = counts(remarks);
        let path = escaped(path);
        let _ = writeln!(
            report,
            "  <testsuite name=\"{path}\" file=\"{path}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" errors=\"0\">",
            counts.tests, counts.failures, counts.skipped
        );
        if remarks.is_empty() {
            let _ = writeln!(report, "    <testcase name=\"all rules\" classname=\"{path}\"/>");
        }
        for remark in remarks {
            case(&mut report, remark, &path, fails(&remark));
        }
        report.push_str("  </testsuite>\n");
    }
    report.push_str("</testsuites>\n");
    report
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            skipped: self.skipped + other.skipped,
        }
    }
}

fn case(report: &mut String, remark: &Remark<'_>, path: &str, fails: bool) {
    let line = remark.source.position(remark.span.start).line;
    let rule = escaped(remark.rule);
    let _ = write!(report, "    <testcase name=\"{rule}\" classname=\"{path}\">");
    let text = escaped(&format!("{}:{line}\n{}", remark.source.path(), remark.message_and_help()));
    let _ = match remark.suppressed {
        Some(suppression) => {
            let reason = suppression.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            write!(report, "<skipped message=\"{}\"/>", escaped(&format!("suppressed by {}{reason}", suppression.by)))
        }
        None if fails => {
            let message = escaped(&remark.message);
            write!(report, "<failure type=\"{}\" message=\"{message}\">{text}</failure>", remark.severity.word())
        }
        None => write!(report, "<system-out>{}: {text}</system-out>", remark.severity.word()),
    };
    report.push_str("</testcase>\n");
}

/// A text in XML 1.0, which has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
