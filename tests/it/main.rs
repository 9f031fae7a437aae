//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod architecture;
mod cases;
mod docs;
mod fmt;
mod formats;
mod guide;
mod history;
mod hook;
mod new;
mod packs;
mod policies;
mod repository;
mod rule_examples;
mod rule_mistakes;
mod rule_reference;
mod schema_truth;
mod sql;
mod support;
mod suppression;
mod verdicts;
