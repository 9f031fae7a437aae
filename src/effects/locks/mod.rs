//! What statements do to those who use the database at the same time: the locks that they take, and the work that they
//! do under them.
//!
//! Each database has one table of facts ([`postgresql`], [`mysql`], [`sqlite`]), each entry with its source; `change`
//! says which entries a change is, and `walk` follows the statements of a migration with the locks that its transaction
//! holds.

mod change;
mod effect;
mod mode;
pub mod mysql;
pub mod postgresql;
pub mod sqlite;
mod step;
mod types;
mod walk;

#[cfg(test)]
mod tests;

pub use effect::{Effect, TableLock};
pub use mode::{Algorithm, Blocks, LockMode};
pub use step::Step;
pub use walk::walk;
