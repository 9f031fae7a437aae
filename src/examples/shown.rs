//! What users are shown of the `bad` examples, for snapshots: the findings in a file that is the example alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::Finding;
use crate::diagnostic::Label;
use crate::examples::prelude;
use crate::examples::run::{Before, Prepared};
use crate::language::RuleSet;
use crate::source::SourceFile;

/// What a rule says of one of its `bad` examples.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The rule file.
    pub rule_file: Arc<SourceFile>,
    /// The rule.
    pub rule: String,
    /// Which example: its title, else its number among those without one.
    pub example: String,
    /// What it finds, with places in the example.
    pub findings: Vec<Finding>,
}

/// What the rules in the files that are `wanted` say of their `bad` examples, in the order in which they stand there.
#[must_use]
pub fn shown(rules: &RuleSet, wanted: impl Fn(&SourceFile) -> bool) -> Vec<Shown> {
    let prelude = prelude::prelude(&rules.vocabulary);
    let mut all = Vec::new();
    let mut of_files: Vec<_> = rules.rules.iter().filter(|rule| wanted(&rule.source)).collect();
    of_files.sort_by_key(|rule| (rule.source.path().to_owned(), rule.span.start));
    for rule in of_files {
        let before = Before::new(rule, &prelude, &mut Vec::new());
        let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
        for example in &rule.bad {
            let Ok(prepared) = Prepared::new(rules, rule, example, true, &before) else { continue };
            let title = example.title.as_deref().unwrap_or_default();
            let count = titles.entry(title).and_modify(|count| *count += 1).or_insert(1);
            let example = match (title, *count) {
                ("", number) => format!("bad {number}"),
                (title, 1) => format!("bad \"{title}\""),
                (title, number) => format!("bad \"{title}\" {number}"),
            };
            let rule_file = Arc::clone(&rule.source);
            all.push(Shown { rule_file, rule: rule.id.clone(), example, findings: prepared.findings_in_example() });
        }
    }
    all
}

impl Prepared<'_> {
    /// What the rule finds, as if the example were a file.
    fn findings_in_example(&self) -> Vec<Finding> {
        let migration = &self.snippet.migration;
        let text = self.snippet.example_text();
        let source = SourceFile::new(migration.source.path(), text);
        let mut findings = self.findings();
        for finding in &mut findings {
            finding.span = self.snippet.place_in_example(finding.span);
            let place =
                |label: &Label| Label { span: self.snippet.place_in_example(label.span), text: label.text.clone() };
            finding.labels = finding.labels.iter().map(place).collect();
            finding.source = Arc::clone(&source);
        }
        findings
    }
}
