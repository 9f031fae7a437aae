//! Tables, and the schema that they make.

use std::collections::BTreeMap;

use crate::sql::{Column, Constraint, Index};

/// The tables of a database, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// By name.
    pub tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Constraints, those that Django makes for a column included.
    pub constraints: Vec<Constraint>,
    /// Indexes that belong to no constraint.
    pub indexes: Vec<Index>,
}
