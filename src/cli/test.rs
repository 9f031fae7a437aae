//! `whimbrel test`: runs the examples that rule files carry.

use std::collections::BTreeSet;

use crate::cli::Verdict;
use crate::cli::arguments::TestArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::packs::Packs;
use crate::cli::project::Project;
use crate::cli::rule_files::{OwnPacks, named, own_packs};
use crate::cli::snapshots::Snapshots;
use crate::diagnostic::{Diagnostic, Severity};
use crate::examples::{self, Report};
use crate::language::PackSource;
use crate::report::render_diagnostics;
use crate::rules;
use crate::source::SourceFile;

pub(super) fn run(arguments: &TestArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let configured = rules::by_name(&project.rule_files()?);
    let given = if arguments.paths.is_empty() { Vec::new() } else { named(&project, &arguments.paths)? };
    let OwnPacks { sources: in_packs, packs: manifests } = own_packs(&project, &given)?;
    let packs = Packs::with(&project, &manifests)?.sources();
    let tested = match arguments.paths.as_slice() {
        [] if configured.is_empty() => rules::by_name(&rules::built_in()),
        [] => configured.clone(),
        _ => in_packs,
    };
    let names: BTreeSet<String> = tested.iter().map(|file| file.source.path().to_owned()).collect();
    let files = beside(&tested, &configured, &packs);
    let (_, mut warnings) = rules::load_packs(&files);
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
    let as_written = rules::load_packs_as_written(&files);
    let mut report = examples::test(&as_written, holes);
    let snapshots = Snapshots::of(&project, &tested, &as_written, arguments.update);
    let mut updated = Vec::new();
    // What a broken example shows is worth nothing.
    if report.failures.is_empty() {
        if arguments.update {
            updated = snapshots.write()?;
        } else {
            report.failures = snapshots.differences()?;
        }
    }
    let options = output.options(arguments.quiet);
    let diagnostics: Vec<Diagnostic> = report.failures.iter().chain(&report.holes).cloned().collect();
    let mut text = render_diagnostics(&diagnostics, &options);
    if !arguments.quiet {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&updated.concat());
        text.push_str(&summary(&report));
        text.push('\n');
    }
    Output::print(&text)?;
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if failed { Verdict::Failed } else { Verdict::Passed })
}

/// The tested files with those that they may use or extend. A tested file replaces the built-in one of its pack.
fn beside(tested: &[PackSource], configured: &[PackSource], packs: &[PackSource]) -> Vec<PackSource> {
    let names: BTreeSet<&str> = tested.iter().chain(configured).map(|file| file.pack.as_str()).collect();
    let built_in = rules::by_name(&rules::built_in());
    let untested = |file: &&PackSource| !tested.iter().any(|named| named.source.path() == file.source.path());
    let others = configured.iter().filter(untested);
    // A pack that is tested in its own folder is not used as it is pinned.
    let shared = packs.iter().filter(|file| !tested.iter().any(|named| named.pack == file.pack));
    let built_in = built_in.into_iter().filter(|file| !names.contains(file.pack.as_str()));
    built_in.chain(others.cloned()).chain(shared.cloned()).chain(tested.iter().cloned()).collect()
}

/// The last line: what was run, and how it went.
fn summary(report: &Report) -> String {
    let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let outcome = match (report.examples, report.failed) {
        (0, _) => "nothing to run".to_owned(),
        (_, 0) if report.failures.is_empty() => "all pass".to_owned(),
        (_, 0) => match report.failures.iter().find(|failure| !failure.code.starts_with("example::fix")) {
            None => format!("all pass, but {}", counted(report.failures.len(), "broken fix").replace("fixs", "fixes")),
            Some(other) if other.code == "example::snapshot" => "all pass, but snapshots differ".to_owned(),
            Some(_) => "all pass, but their models are broken".to_owned(),
        },
        (_, 1) => "1 fails".to_owned(),
        (_, failed) => format!("{failed} fail"),
    };
    let holes = match report.holes.len() {
        0 => String::new(),
        count => format!("; {}", counted(count, "hole")),
    };
    format!("{}, {}: {outcome}{holes}", counted(report.rules, "rule"), counted(report.examples, "example"))
}
