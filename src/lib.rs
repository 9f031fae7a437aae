//! Whimbrel stops Django migrations that would break a running deployment.
//!
//! It reads migration files without running them, computes what each operation does, and lets rule files decide what
//! is allowed. `ARCHITECTURE.md` shows how the modules fit together.

// The parser that pest generates without `std` names this crate.
extern crate alloc;

pub mod check;
pub mod cli;
pub mod config;
pub mod detect;
pub mod diagnostic;
pub mod effects;
pub mod examples;
pub mod git;
pub mod history;
pub mod language;
pub mod migration;
pub mod python;
pub mod reference;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod sql;
pub mod suppress;
pub mod target;
