//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod architecture;
mod cases;
mod compat_truth;
mod docs;
mod fmt;
mod history;
mod hook;
mod new;
mod packs;
mod rule_examples;
mod rule_mistakes;
mod rule_reference;
mod schema_truth;
mod sql;
mod support;
mod verdicts;
