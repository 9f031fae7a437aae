//! SQL as it stands in migrations: the changes that statements make, and a tolerant recogniser of statements.
//!
//! The types of this module say what a statement does, in SQL's own words, whether it was written in a RunSQL or is one
//! that Django sends for an operation.

mod change;
mod column;
mod constraint;
mod cursor;
mod display;
mod recognise;
mod routine;
mod split;
mod statement;
mod token;
mod written;

#[cfg(test)]
mod tests;

pub use change::{ChangeKind, Rows, SchemaChange};
pub use column::{Column, ColumnType, DatabaseDefault, Generated, Volatility, character_set};
pub use constraint::{Constraint, ConstraintKind, ForeignKey, Index};
pub use routine::{Body, Guard, Reach, Routine};
pub use statement::{Statement, canonical, column_type, listed_rows, statements, volatility};
pub use written::{Written, run_sql};
