//! `whimbrel test`: runs the examples that rule files carry.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::Verdict;
use crate::cli::arguments::TestArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::rule_files::named;
use crate::diagnostic::{Diagnostic, Severity};
use crate::examples::{self, Report};
use crate::report::render_diagnostics;
use crate::rules;
use crate::source::SourceFile;

pub(super) fn run(arguments: &TestArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let configured = project.rule_files()?;
    let tested = match arguments.paths.as_slice() {
        [] if configured.is_empty() => rules::built_in(),
        [] => configured.clone(),
        paths => named(&project, paths)?,
    };
    let names: BTreeSet<String> = tested.iter().map(|file| file.path().to_owned()).collect();
    let files = beside(&tested, &configured);
    let (_, mut warnings) = rules::load(&files);
    if warnings.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(Failure::Diagnostics(warnings));
    }
    // Nobody who tests these files wants to hear of others.
    warnings.retain(|diagnostic| names.contains(diagnostic.source.path()));
    output.warn(&warnings);
    let holes = |source: &SourceFile| {
        let counts = arguments.strict || rules::is_built_in_path(source.path());
        names.contains(source.path()).then_some(if counts { Severity::Error } else { Severity::Warning })
    };
    let report = examples::test(&rules::load_as_written(&files), holes);
    let options = output.options(arguments.quiet);
    let diagnostics: Vec<Diagnostic> = report.failures.iter().chain(&report.holes).cloned().collect();
    let mut text = render_diagnostics(&diagnostics, &options);
    if !arguments.quiet {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&summary(&report));
        text.push('\n');
    }
    Output::print(&text)?;
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if failed { Verdict::Failed } else { Verdict::Passed })
}

/// The tested files with those that they may use or extend. A tested file replaces the built-in one of its pack.
fn beside(tested: &[Arc<SourceFile>], configured: &[Arc<SourceFile>]) -> Vec<Arc<SourceFile>> {
    let packs: BTreeSet<&str> = tested.iter().chain(configured).map(|file| rules::pack_of(file.path())).collect();
    let built_in = rules::built_in().into_iter().filter(|file| !packs.contains(rules::pack_of(file.path())));
    let others = configured.iter().filter(|file| !tested.iter().any(|named| named.path() == file.path()));
    built_in.chain(others.cloned()).chain(tested.iter().cloned()).collect()
}

/// The last line: what was run, and how it went.
fn summary(report: &Report) -> String {
    let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let outcome = match (report.examples, report.failed) {
        (0, _) => "nothing to run".to_owned(),
        (_, 0) if report.failures.is_empty() => "all pass".to_owned(),
        (_, 0) => "all pass, but their models are broken".to_owned(),
        (_, 1) => "1 fails".to_owned(),
        (_, failed) => format!("{failed} fail"),
    };
    let holes = match report.holes.len() {
        0 => String::new(),
        count => format!("; {}", counted(count, "hole")),
    };
    format!("{}, {}: {outcome}{holes}", counted(report.rules, "rule"), counted(report.examples, "example"))
}
