//! What a user sees: the trees of good files, the report of each mistake, and how little a mistake costs.

mod mistakes;
mod recovery;
mod trees;

use super::parse;
use crate::diagnostic::Diagnostic;
use crate::language::syntax::{DeclarationKind, Rule, RuleFile};
use crate::source::SourceFile;

/// Fifteen rules and every declaration, with every clause of the language.
const SAMPLE: &str = include_str!("../testdata/sample.rules");

fn parsed(text: &str) -> (RuleFile, Vec<Diagnostic>) {
    parse(&SourceFile::new("team.rules", text))
}

/// The rules of a file.
fn rules(file: &RuleFile) -> impl Iterator<Item = &Rule> {
    file.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Rule(rule) => Some(rule),
        _ => None,
    })
}

/// One line for each diagnostic: place, code, message, what is underlined, help.
fn report(text: &str) -> String {
    let (_, diagnostics) = parsed(text);
    let lines = diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.source.position(diagnostic.labels[0].span.start);
        let (code, message, underlined) = (&diagnostic.code, &diagnostic.message, diagnostic.underlined());
        let help = diagnostic.help.as_deref().unwrap_or_default();
        format!("{}:{} {code}: {message} <{underlined}> {help}", place.line, place.column)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words that start clauses and declarations stand in the grammars of editors, too.
#[test]
fn the_grammars_of_editors_know_every_word() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("editors");
    let words = super::CLAUSE_WORDS.iter().copied().chain(super::table::DECLARATIONS.iter().map(|(word, _)| *word));
    let textmate = std::fs::read_to_string(folder.join("vscode/syntaxes/whimbrel.tmLanguage.json")).unwrap();
    let tree_sitter = std::fs::read_to_string(folder.join("tree-sitter-whimbrel/grammar.js")).unwrap();
    let highlights = std::fs::read_to_string(folder.join("tree-sitter-whimbrel/queries/highlights.scm")).unwrap();
    for word in words {
        let alone = |text: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == word);
        assert!(alone(&textmate), "`{word}` is not in the TextMate grammar");
        assert!(tree_sitter.contains(&format!("'{word}'")), "`{word}` is not in the tree-sitter grammar");
        assert!(highlights.contains(&format!("\"{word}\"")), "`{word}` is not highlighted");
    }
}
