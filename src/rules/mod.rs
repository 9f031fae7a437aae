//! The rules of a run: those inside the binary, those of the project, and what the configuration changes in them.

mod configure;
pub mod packs;
mod propose;

use std::sync::Arc;

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::language::{self, PackSource, RuleSet};
use crate::source::SourceFile;

pub use configure::configure;
pub use propose::propose;

/// The rule files inside the binary: the name that reports show, and the text.
const BUILT_IN: [(&str, &str); 8] = [
    ("rules/compat.rules", include_str!("../../rules/compat.rules")),
    ("rules/data.rules", include_str!("../../rules/data.rules")),
    ("rules/graph.rules", include_str!("../../rules/graph.rules")),
    ("rules/mariadb.rules", include_str!("../../rules/mariadb.rules")),
    ("rules/mysql.rules", include_str!("../../rules/mysql.rules")),
    ("rules/policy.rules", include_str!("../../rules/policy.rules")),
    ("rules/postgresql.rules", include_str!("../../rules/postgresql.rules")),
    ("rules/sqlite.rules", include_str!("../../rules/sqlite.rules")),
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

/// The names of the packs inside the binary.
pub(crate) fn built_in_packs() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(path, _)| pack_of(path))
}

/// Whether a path is that of a rule file inside the binary.
#[must_use]
pub fn is_built_in_path(path: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == path)
}

/// Loads rule files together and checks them against the vocabulary of facts. Where a diagnostic is an error, the set
/// must not be used to judge.
#[must_use]
pub fn load(files: &[Arc<SourceFile>]) -> (RuleSet, Vec<Diagnostic>) {
    load_packs(&by_name(files))
}

/// Like [`load`], for rule files whose packs are known.
#[must_use]
pub fn load_packs(files: &[PackSource]) -> (RuleSet, Vec<Diagnostic>) {
    language::load(files, check::vocabulary())
}

/// The rules as their authors wrote them: what the files change in each other's rules is left out. Meant for files
/// that [`load`] has no error for.
#[must_use]
pub fn load_as_written(files: &[Arc<SourceFile>]) -> RuleSet {
    load_packs_as_written(&by_name(files))
}

/// Like [`load_as_written`], for rule files whose packs are known.
#[must_use]
pub fn load_packs_as_written(files: &[PackSource]) -> RuleSet {
    language::load_as_written(files, check::vocabulary())
}

/// Rule files with the packs that their names give them.
#[must_use]
pub fn by_name(files: &[Arc<SourceFile>]) -> Vec<PackSource> {
    let pack_source = |source: &Arc<SourceFile>| PackSource {
        pack: pack_of(source.path()).to_owned(),
        source: Arc::clone(source),
        shared: is_built_in(source),
        builds_on: None,
    };
    files.iter().map(pack_source).collect()
}
