//! Tests of the command as users run it. One binary, so that the crate is linked once.

mod rule_examples;
mod rule_reference;
mod support;
