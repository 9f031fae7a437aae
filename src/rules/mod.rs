//! The rules of a run: those inside the binary, those of the project, and what the configuration changes in them.

mod configure;

use std::sync::Arc;

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::language::syntax::DeclarationKind;
use crate::language::{PackFile, RuleSet, check_rules, parse};
use crate::source::SourceFile;

pub use configure::configure;

/// The rule files inside the binary: the name that reports show, and the text.
const BUILT_IN: [(&str, &str); 3] = [
    ("rules/compat.rules", include_str!("../../rules/compat.rules")),
    ("rules/data.rules", include_str!("../../rules/data.rules")),
    ("rules/postgresql.rules", include_str!("../../rules/postgresql.rules")),
];

/// The rule files inside the binary.
#[must_use]
pub fn built_in() -> Vec<Arc<SourceFile>> {
    BUILT_IN.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect()
}

/// Whether a rule file is one of those inside the binary.
#[must_use]
pub fn is_built_in(source: &SourceFile) -> bool {
    BUILT_IN.iter().any(|(path, text)| *path == source.path() && *text == source.text())
}

/// The pack of a rule file: the stem of its name.
#[must_use]
pub fn pack_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rules").unwrap_or(name)
}

/// Whether a path is that of a rule file inside the binary.
#[must_use]
pub fn is_built_in_path(path: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == path)
}

/// Loads rule files together: parses and checks them against the vocabulary of facts. Where a diagnostic is an error,
/// the set must not be used to judge.
#[must_use]
pub fn load(files: &[Arc<SourceFile>]) -> (RuleSet, Vec<Diagnostic>) {
    let (parsed, mut diagnostics) = parsed(files);
    let (rules, errors) = check_rules(&parsed, check::vocabulary());
    diagnostics.extend(errors);
    diagnostics.sort_by(|a, b| {
        let place = |diagnostic: &Diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start);
        (a.source.path(), place(a)).cmp(&(b.source.path(), place(b)))
    });
    (rules, diagnostics)
}

/// The rules as their authors wrote them: what the files change in each other's rules is left out. Meant for files
/// that [`load`] has no error for.
#[must_use]
pub fn load_as_written(files: &[Arc<SourceFile>]) -> RuleSet {
    let (mut parsed, _) = parsed(files);
    for PackFile { file, .. } in &mut parsed {
        file.declarations.retain(|declaration| {
            !matches!(declaration.kind, DeclarationKind::Extend { .. } | DeclarationKind::Disable { .. })
        });
    }
    check_rules(&parsed, check::vocabulary()).0
}

fn parsed(files: &[Arc<SourceFile>]) -> (Vec<PackFile>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut parsed = Vec::new();
    for source in files {
        let (file, errors) = parse(source);
        diagnostics.extend(errors);
        parsed.push(PackFile { pack: pack_of(source.path()).to_owned(), file });
    }
    (parsed, diagnostics)
}
