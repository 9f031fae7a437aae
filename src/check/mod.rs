//! The engine: subjects × rules → findings.

mod finding;

pub use finding::*;
