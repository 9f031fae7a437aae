//! `whimbrel fmt`: formats rule files.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::Verdict;
use crate::cli::arguments::FmtArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::rule_files;
use crate::diagnostic::Diagnostic;
use crate::language;
use crate::source::SourceFile;

pub(super) fn run(arguments: &FmtArguments, output: &Output) -> Result<Verdict, Failure> {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return standard_input(arguments);
    }
    let project = Project::discover(&arguments.configuration)?;
    let paths: Vec<PathBuf> = match arguments.paths.as_slice() {
        [] => project.rule_files()?.iter().map(|file| project.root.join(file.path())).collect(),
        paths => rule_files::find(paths)?.into_iter().collect(),
    };
    if paths.is_empty() {
        return Err(Failure::Usage {
            message: "there is nothing to format: the configuration names no rule files".to_owned(),
            help: "name files or folders, such as `whimbrel fmt ci/rules`".to_owned(),
        });
    }
    let mut mistakes: Vec<Diagnostic> = Vec::new();
    let mut changed: Vec<String> = Vec::new();
    for path in &paths {
        let file = project.rule_file(path)?;
        match language::format(&file) {
            Ok(text) if text == file.text() => {}
            Ok(text) => {
                if !arguments.check {
                    fs::write(path, text).map_err(|source| Failure::File {
                        path: file.path().to_owned(),
                        action: "written",
                        source,
                    })?;
                }
                changed.push(file.path().to_owned());
            }
            Err(found) => mistakes.extend(found),
        }
    }
    let verb = if arguments.check { "would change" } else { "formatted" };
    let mut lines: Vec<String> = changed.iter().map(|path| format!("{verb}: {path}\n")).collect();
    if !arguments.quiet {
        lines.push(format!("{} of {} files {verb}\n", changed.len(), paths.len()));
    }
    Output::print(&lines.concat())?;
    if !mistakes.is_empty() {
        output.warn(&mistakes);
        return Err(Failure::Usage {
            message: "files with mistakes of syntax are left alone".to_owned(),
            help: "correct them and format again".to_owned(),
        });
    }
    Ok(if arguments.check && !changed.is_empty() { Verdict::Failed } else { Verdict::Passed })
}

/// Formats standard input, for editors.
fn standard_input(arguments: &FmtArguments) -> Result<Verdict, Failure> {
    if arguments.paths.len() > 1 {
        return Err(Failure::Usage {
            message: "`-` is standard input, and can't be formatted beside files".to_owned(),
            help: "name `-` alone".to_owned(),
        });
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).map_err(|source| Failure::File {
        path: "standard input".to_owned(),
        action: "read",
        source,
    })?;
    let file = SourceFile::new("standard input", text);
    let formatted = language::format(&file).map_err(Failure::Diagnostics)?;
    if arguments.check {
        return Ok(if formatted == file.text() { Verdict::Passed } else { Verdict::Failed });
    }
    Output::print(&formatted)?;
    Ok(Verdict::Passed)
}
