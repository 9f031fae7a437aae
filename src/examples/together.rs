//! What all rules together say of the examples: two of them should not say the same.

use crate::check::Finding;
use crate::examples::prelude;
use crate::examples::run::{Before, Prepared};
use crate::examples::target;
use crate::language::RuleSet;
use crate::target::Database;

/// What all rules say of an example.
#[derive(Clone, Debug)]
pub struct Together {
    /// The rule whose example it is.
    pub rule: String,
    /// Its title, empty where it has none.
    pub title: String,
    /// Whether its rule must report it.
    pub bad: bool,
    /// The database that it is judged for.
    pub database: Database,
    /// What is found.
    pub findings: Vec<Finding>,
}

/// What all rules say of the examples of each, on every database that the example or its rule is about.
#[must_use]
pub fn together(rules: &RuleSet) -> Vec<Together> {
    let prelude = prelude::prelude(&rules.vocabulary);
    let mut all = Vec::new();
    for rule in &rules.rules {
        let before = Before::new(rule, &prelude, &mut Vec::new());
        let bad = rule.bad.iter().map(|example| (example, true));
        for (example, bad) in bad.chain(rule.good.iter().map(|example| (example, false))) {
            let Ok(prepared) = Prepared::new(rules, rule, example, bad, &before) else { continue };
            for database in target::databases(rule, example) {
                all.push(Together {
                    rule: rule.id.clone(),
                    title: example.title.clone().unwrap_or_default(),
                    bad,
                    database,
                    findings: prepared.on(database).all_findings(),
                });
            }
        }
    }
    all
}
