//! `whimbrel test`: runs the examples that rule files carry.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::Verdict;
use crate::cli::arguments::TestArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection::walk;
use crate::diagnostic::{Diagnostic, Severity};
use crate::examples::{self, Report};
use crate::language::did_you_mean;
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

/// The rule files that are named, or stand in folders that are.
fn named(project: &Project, paths: &[PathBuf]) -> Result<Vec<Arc<SourceFile>>, Failure> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for path in paths {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if absolute.is_dir() {
            let before = found.len();
            walk(&absolute, &mut |file| {
                if is_rule_file(file) {
                    found.insert(file.to_owned());
                }
            });
            if found.len() == before && !found.iter().any(|file| file.starts_with(&absolute)) {
                return Err(Failure::Usage {
                    message: format!("there are no rule files in `{}`", path.display()),
                    help: "name a folder with `.rules` files in it".to_owned(),
                });
            }
        } else if absolute.is_file() && is_rule_file(&absolute) {
            found.insert(absolute);
        } else {
            return Err(not_a_rule_file(path, &absolute));
        }
    }
    found.iter().map(|path| project.rule_file(path)).collect()
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rules")
}

fn not_a_rule_file(path: &Path, absolute: &Path) -> Failure {
    if absolute.is_file() {
        return Failure::Usage {
            message: format!("`{}` is no rule file", path.display()),
            help: "the names of rule files end in `.rules`".to_owned(),
        };
    }
    let mut beside: Vec<String> = Vec::new();
    if let Some(folder) = absolute.parent() {
        walk(folder, &mut |file| {
            if file.parent() == Some(folder) && is_rule_file(file) {
                beside.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        });
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let near = did_you_mean(&name, beside.iter().map(String::as_str));
    Failure::Usage {
        message: format!("there is no `{}`", path.display()),
        help: near.map_or_else(
            || "name a `.rules` file or a folder of them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ),
    }
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
