//! The migrations of real packages: whatever Django is asked to do there, the schema before with the statements applied is
//! the schema after.

use std::collections::BTreeMap;

use whimbrel::history::History;
use whimbrel::schema::Target;

use super::structure::{applied, parts_from_state};
use crate::history::truth::{Truth, projects};

/// Databases and versions of Django, as far apart as they are supported.
const TARGETS: &[(&str, &str)] = &[
    ("postgresql@16", "5.2"),
    ("postgresql@13", "3.2"),
    ("mariadb@10.11", "6.0"),
    ("mysql@8.0", "4.2"),
    ("sqlite", "6.1"),
];

/// Every so many migrations of a project, unless it is named in `WHIMBREL_TRUTH`: each costs two schemas of all of it.
const SAMPLE: usize = 7;

#[test]
fn statements_of_real_migrations_make_the_schema_of_the_state_after_them() {
    let only = std::env::var("WHIMBREL_TRUTH").ok();
    let mut compared = 0;
    let mut different: BTreeMap<String, String> = BTreeMap::new();
    for name in projects() {
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let truth = Truth::read(&name);
        let history = History::new(&truth.migrations(), truth.settings.clone(), Box::new(|_| None));
        for (turn, node) in history.graph().plan().collect::<Vec<_>>().into_iter().enumerate() {
            if parts_from_state(&history, node) || only.is_none() && turn % SAMPLE != 0 {
                continue;
            }
            let (database, django) = TARGETS[turn % TARGETS.len()];
            let target = Target { database: database.parse().unwrap(), django: django.parse().unwrap() };
            compared += 1;
            let found = applied(&history, node, &truth.settings, target);
            if !found.is_empty() {
                let migration = history.graph().migration(node);
                different.insert(format!("{name} {}.{} {database} {django}", migration.app, migration.name), found);
            }
        }
    }
    println!("{compared} compared, {} different", different.len());
    let told: Vec<String> = different.iter().map(|(place, found)| format!("== {place}\n{found}")).collect();
    assert!(different.is_empty(), "{}", told.concat());
}
