//! What reaches the database: statements with the schema changes in them, and the schema that they change.
//!
//! A change is the same whether it comes from one of Django's operations or from a statement inside RunSQL.

mod change;
mod column;
mod table;

pub use change::{ChangeKind, Rows, SchemaChange, Statement};
pub use column::{Column, ColumnType, DatabaseDefault, Generated, Volatility};
pub use table::{Constraint, ConstraintKind, ForeignKey, Index, Schema, Table};

use crate::target::{Database, Version};

/// What a schema is for: the same operation sends other statements to another database, and from another Django.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The database.
    pub database: Database,
    /// The version of Django.
    pub django: Version,
}
