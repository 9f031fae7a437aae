//! Everything that a user can see, in one test binary.

mod rule_mistakes;
mod verdicts;
