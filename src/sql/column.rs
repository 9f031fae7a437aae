//! Columns.

use std::fmt;

use crate::python::Unknown;
use crate::sql::ForeignKey;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "SQL's own words, each of which is there or not")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, or why that is not known (a field class of a third party).
    pub column_type: Result<ColumnType, Unknown>,
    /// Whether it may be NULL.
    pub null: bool,
    /// The default that the database has for it.
    pub default: Option<DatabaseDefault>,
    /// The expression that the database computes it from.
    pub generated: Option<Generated>,
    /// Whether the database numbers it: serial, identity, `AUTO_INCREMENT`.
    pub auto: bool,
    /// PRIMARY KEY
    pub primary_key: bool,
    /// UNIQUE
    pub unique: bool,
    /// An inline CHECK: that of the Positive…Fields, of JSON on MariaDB and SQLite.
    pub check: Option<String>,
    /// An inline REFERENCES.
    pub references: Option<ForeignKey>,
    /// COLLATE
    pub collation: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}

impl Column {
    /// Whether neither a NULL nor the database gives it a value where none is named.
    #[must_use]
    pub fn must_be_given(&self) -> bool {
        let default = self.default.as_ref().filter(|default| !default.is_null());
        !(self.null || default.is_some() || self.auto || self.generated.is_some())
    }
}

/// A type, in the database's own words and lower case: `varchar` with `[50]`, `numeric` with `[10, 2]`, `integer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// The words without what is in brackets: `varchar`, `timestamp with time zone`, `integer unsigned`.
    pub name: String,
    /// What is in brackets.
    pub arguments: Vec<i64>,
    /// `[]` behind it, so many times.
    pub dimensions: usize,
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.arguments.is_empty() {
            let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
            write!(f, "({})", arguments.join(", "))?;
        }
        f.write_str(&"[]".repeat(self.dimensions))
    }
}

/// The character set that a collation of MySQL belongs to, in whose name it stands first. What names none is taken for
/// `utf8mb4`: the default of MySQL 8, of MariaDB 11.6 and of Debian's MariaDB.
#[must_use]
pub fn character_set(collation: Option<&str>) -> &str {
    match collation.and_then(|name| name.split('_').next()) {
        None => "utf8mb4",
        Some("utf8") => "utf8mb3",
        Some(name) => name,
    }
}

/// A default that the database keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseDefault {
    /// The expression as it is written, in SQL or Python.
    pub expression: String,
    /// Whether it gives the same for all rows of a statement.
    pub volatility: Volatility,
}

impl DatabaseDefault {
    /// Whether it is NULL, in SQL or Python, which is as good as none.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.expression.trim().to_ascii_lowercase().as_str(), "null" | "none")
    }
}

/// Whether an expression gives the same each time (PostgreSQL, "Function Volatility Categories").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    /// A constant, or the same for all of a statement: `now()`.
    Stable,
    /// Another value for each row: `gen_random_uuid()`.
    Volatile,
    /// Not known.
    Unknown,
}

/// A generated column.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// STORED rather than VIRTUAL.
    pub stored: bool,
    /// The names in its expression, the columns that it is computed from among them.
    pub names: Vec<String>,
}

impl Generated {
    /// Whether it is computed from that column.
    #[must_use]
    pub fn computes_from(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }
}
