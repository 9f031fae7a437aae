//! What a user sees.

use super::*;
use crate::language::syntax::*;

const SAMPLE: &str = include_str!("testdata/sample.rules");

fn parsed(text: &str) -> (RuleFile, Vec<Diagnostic>) {
    parse(&SourceFile::new("team.rules", text))
}

fn report(diagnostics: &[Diagnostic]) -> String {
    let mut report = String::new();
    for diagnostic in diagnostics {
        let help = diagnostic.help.as_deref().unwrap_or("");
        let at = diagnostic.source.position(diagnostic.labels[0].span.start);
        report += &format!(
            "{}:{} {}: {} | {} | {}\n",
            at.line,
            at.column,
            diagnostic.code,
            diagnostic.message,
            diagnostic.underlined(),
            help
        );
    }
    report
}

#[test]
fn the_whole_language_parses_without_a_word() {
    let (file, diagnostics) = parsed(SAMPLE);
    assert_eq!(report(&diagnostics), "");
    assert_eq!(file.declarations.len(), 9 + 15 + 1 + 2);
}
