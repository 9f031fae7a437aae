//! Which findings are not shown, and why: comments, `IgnoreMigration()` and the baseline.
//!
//! Nothing is lost: a suppressed finding stays in the outcome, is counted in every summary and present in the formats
//! for programs. A suppression that does nothing is a finding of its own.

mod assume;
mod baseline;
mod comment;
mod date;
mod file;
mod partition;

pub use baseline::{Baseline, Written};
pub use date::{Date, NotADate};
pub use file::FileSuppressions;
pub use partition::{Scope, hold, suppress};
