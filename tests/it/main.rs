//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod adoption;
mod architecture;
mod cases;
mod compat_truth;
mod completions;
mod configuration;
mod deployed;
mod docs;
mod effects;
mod example;
mod field;
mod field_classes;
mod flags;
mod fmt;
mod formats;
mod functions;
mod graph;
mod guide;
mod history;
mod hook;
mod locks;
mod merged;
mod names;
mod new;
mod operation_classes;
mod packs;
mod packs_truth;
mod plan;
mod policies;
mod projects;
mod python_syntax;
mod recipes;
mod repository;
mod robustness;
mod rule_examples;
mod rule_mistakes;
mod rule_reference;
mod schema_truth;
mod selected;
mod sql;
mod state;
mod support;
mod suppression;
mod verdicts;
