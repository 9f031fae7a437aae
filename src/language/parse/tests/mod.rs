//! What a user sees: the trees of good files, the report of each mistake, and how little a mistake costs.

mod probe;
mod recovery;

use super::parse;
use crate::diagnostic::Diagnostic;
use crate::language::syntax::{Clause, DeclarationKind, Rule, RuleFile};
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

/// The clauses of the first rule.
fn clauses(file: &RuleFile) -> &[Clause] {
    &rules(file).next().expect("a rule").clauses
}

/// One line for each diagnostic: place, code, message, what is underlined, help.
fn report(diagnostics: &[Diagnostic]) -> String {
    let mut report = String::new();
    for diagnostic in diagnostics {
        let place = diagnostic.source.position(diagnostic.labels[0].span.start);
        report.push_str(&format!(
            "{}:{} {}: {} | {} | {}\n",
            place.line,
            place.column,
            diagnostic.code,
            diagnostic.message,
            diagnostic.underlined(),
            diagnostic.help.as_deref().unwrap_or_default()
        ));
    }
    report
}
