//! Every mistake in a rule file that the language knows is shown to its author: what is wrong, where, and the way out.
//!
//! The mistakes stand in `tests/rules/mistakes.txt`, each below a line `=== its name`. What a user sees of each is a
//! snapshot beside this file; `INSTA_UPDATE=always cargo test` refreshes them.

use std::fmt::Write as _;

use whimbrel::config::FailOn;
use whimbrel::report::{RenderOptions, render_diagnostics};
use whimbrel::rules;
use whimbrel::source::SourceFile;

const MISTAKES: &str = include_str!("../rules/mistakes.txt");

/// The mistakes, by name.
fn mistakes() -> Vec<(&'static str, &'static str)> {
    let cases = MISTAKES.split("\n=== ").skip(1);
    cases.map(|case| case.split_once('\n').expect("a name and a text")).collect()
}

/// What the author of a rule file is told: the underlined text of each diagnostic, then the diagnostics themselves.
fn told(text: &str) -> String {
    let mut files = rules::built_in();
    files.push(SourceFile::new("team.rules", text));
    let (_, diagnostics) = rules::load(&files);
    let mut told = String::new();
    for diagnostic in &diagnostics {
        writeln!(told, "{} underlines `{}`", diagnostic.code, diagnostic.underlined()).expect("a text");
    }
    let options = RenderOptions {
        color: false,
        width: 100,
        unicode: true,
        quiet: false,
        hyperlinks: false,
        fail_on: FailOn::Never,
    };
    told + &render_diagnostics(&diagnostics, &options)
}

#[test]
fn every_mistake_is_explained_at_its_place() {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for (name, text) in mistakes() {
            let told = told(text);
            assert!(!told.is_empty(), "nothing is said of the mistake `{name}`");
            insta::assert_snapshot!(name.replace(' ', "-").as_str(), told);
        }
    });
}

#[test]
fn a_mistake_in_one_rule_does_not_hide_those_in_the_next() {
    let text = "rule a {\n  forbid AddFeild\n  message \"m\"\n}\n\nrule b {\n  forbid AddField\n  when nul\n  severity fatal\n}\n";
    let (_, diagnostics) = rules::load(&[SourceFile::new("team.rules", text)]);
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    assert_eq!(codes, ["names::unknown-operation", "rule::no-message", "names::unknown", "names::unknown-word"]);
}

#[test]
fn the_built_in_rules_have_no_mistakes() {
    let (rules, diagnostics) = rules::load(&rules::built_in());
    assert_eq!(diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(!rules.rules.is_empty());
}
