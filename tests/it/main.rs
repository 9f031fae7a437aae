//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod cases;
mod deployed;
mod graph;
mod history;
mod rule_examples;
mod rule_mistakes;
mod rule_reference;
mod state;
mod support;
mod verdicts;
