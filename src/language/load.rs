//! From the texts of rule files to rules that can run.

use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::language::checker::{PackFile, check_rules};
use crate::language::parse::parse;
use crate::language::syntax::DeclarationKind;
use crate::language::{RuleSet, Vocabulary};
use crate::source::SourceFile;

/// A rule file's text and the pack that it belongs to.
#[derive(Clone, Debug)]
pub struct PackSource {
    /// Name of the pack: the first part of its rules' ids.
    pub pack: String,
    /// The text.
    pub source: Arc<SourceFile>,
    /// Whether it comes from elsewhere: what the project itself says of a rule or a setting then wins.
    pub shared: bool,
    /// The packs beside the built-in ones that it may change the rules of; of the project's own files: all.
    pub builds_on: Option<Vec<String>>,
}

/// Parses and checks rule files together. All mistakes of all files are reported at once, by file and place; where
/// one is an error, the rules must not be used to judge.
#[must_use]
pub fn load(files: &[PackSource], vocabulary: &Vocabulary) -> (RuleSet, Vec<Diagnostic>) {
    let (parsed, mut diagnostics) = parse_all(files);
    let (rules, mistakes) = check_rules(&parsed, vocabulary);
    // A word that the parser could not make sense of is not reported as an unknown name as well.
    let reported: Vec<_> = diagnostics.iter().map(place).collect();
    diagnostics.extend(mistakes.into_iter().filter(|mistake| !reported.contains(&place(mistake))));
    diagnostics.sort_by_key(place);
    (rules, diagnostics)
}

/// The rules as their authors wrote them, without what `extend` and `disable` change. Meant for files that [`load`]
/// has no error for.
#[must_use]
pub fn load_as_written(files: &[PackSource], vocabulary: &Vocabulary) -> RuleSet {
    let (mut parsed, _) = parse_all(files);
    for PackFile { file, .. } in &mut parsed {
        file.declarations.retain(|declaration| {
            !matches!(declaration.kind, DeclarationKind::Extend { .. } | DeclarationKind::Disable { .. })
        });
    }
    check_rules(&parsed, vocabulary).0
}

fn parse_all(files: &[PackSource]) -> (Vec<PackFile>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut parsed = Vec::new();
    let read: Vec<_> = files.par_iter().map(|file| parse(&file.source)).collect();
    for (PackSource { pack, shared, builds_on, .. }, (file, mistakes)) in files.iter().zip(read) {
        diagnostics.extend(mistakes);
        parsed.push(PackFile { pack: pack.clone(), file, shared: *shared, builds_on: builds_on.clone() });
    }
    (parsed, diagnostics)
}

/// The file and the offset that a diagnostic is about.
fn place(diagnostic: &Diagnostic) -> (String, usize) {
    let offset = diagnostic.labels.first().map_or(0, |label| label.span.start);
    (diagnostic.source.path().to_owned(), offset)
}
