//! Two-sided compatibility: which actions of a version of the code can't work on a schema.
//!
//! A [`Code`] is what the ORM sends for the models of a project state: which columns it selects, names in an INSERT or
//! leaves to the database, what it deletes along with a row, which conflict targets its upserts name. A
//! [`Schema`](crate::schema::Schema) is what the database holds. [`failures`] compares the two, so that nothing has to
//! be guessed from the names of operations; [`of_migration`] says which change of a migration is to blame.
//!
//! The facts about Django and the databases rest on the measured cases in `tests/truth/cases`, which
//! `tests/it/compat_truth.rs` compares with.

mod check;
mod code;
mod constraints;
mod delete;
mod failure;
mod family;
mod kind;
mod made;
mod migration;
mod model_tables;
mod need;
mod origins;
mod table;
mod types;
mod values;
mod watch;

#[cfg(test)]
mod tests;

pub use check::{Compatibility, failures};
pub use code::Code;
pub(super) use code::is_a;
pub use failure::{Action, Cause, Certainty, Failure, Outcome};
pub use migration::{ChangeEffects, MigrationEffects, Rollout, Then, of_migration};
pub use model_tables::ModelTables;
pub(super) use origins::Origins;
pub(super) use types::narrows_values;
