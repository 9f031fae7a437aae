//! What reaches the database: the statements that Django sends for a migration, and the schema that they change.

mod apply;
mod build;
mod diff;
mod editor;
mod features;
mod names;
mod render;
mod replay;
mod statement;
mod table;
mod types;

pub use build::Tables;
pub use statement::Statement;
pub use table::{Schema, Table};

use crate::target::{Database, Version};

/// What a schema is for: the same operation sends other statements to another database, and from another Django.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The database.
    pub database: Database,
    /// The version of Django.
    pub django: Version,
}
