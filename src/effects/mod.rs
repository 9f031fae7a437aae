//! What schema changes do: to code that runs, to data, and what going back means.

pub mod compat;
pub mod reversal;
