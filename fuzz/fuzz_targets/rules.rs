//! Any text is a rule file: its mistakes lie in it, and what can be formatted stays the same when formatted again.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use whimbrel::language;
use whimbrel::rules;
use whimbrel::source::SourceFile;

fuzz_target!(|text: &str| {
    let source = SourceFile::new("team.rules", text);
    let (_, diagnostics) = rules::load(&[Arc::clone(&source)]);
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        assert!(source.text().get(label.span.range()).is_some(), "{label:?}");
    }
    if let Ok(once) = language::format(&source) {
        let again = language::format(&SourceFile::new("team.rules", once.as_str()));
        assert_eq!(again.ok(), Some(once));
    }
});
