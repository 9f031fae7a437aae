//! What the project knows of its tables, and no migration tells.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What is known of tables, by their name in the database.
pub type Tables = BTreeMap<String, TableFacts>;

/// What the project knows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableFacts {
    /// About how many rows it has.
    pub rows: Option<i64>,
    /// Whether it is in use at every moment.
    pub hot: Option<bool>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// Nothing is known of any.
pub(super) static NO_TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);
