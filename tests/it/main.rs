//! Everything that a user can see, in one test binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

mod architecture;
mod cases;
mod configuration;
mod docs;
mod flags;
mod fmt;
mod formats;
mod history;
mod hook;
mod new;
mod packs;
mod repository;
mod rule_examples;
mod rule_mistakes;
mod rule_reference;
mod selected;
mod sql;
mod support;
mod suppression;
mod verdicts;
