//! Tests of the command as users run it. One binary, so that the crate is linked once.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod rule_examples;
mod rule_reference;
mod support;
