//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod rule_mistakes;
mod verdicts;
