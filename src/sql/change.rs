//! The changes that a statement makes.

use crate::source::Span;
use crate::sql::{Column, ColumnType, Constraint, DatabaseDefault, Index, Routine};

/// One change.
#[derive(Clone, Debug)]
pub struct SchemaChange {
    /// The table that it is about, without quotes and schema; `None` for one that is about no table.
    pub table: Option<String>,
    /// What happens.
    pub kind: ChangeKind,
    /// Where it is written.
    pub span: Span,
    /// What it sets up that acts on the statements of others: a trigger, a rule.
    pub routine: Option<Box<Routine>>,
}

/// The kinds of changes, in SQL's words.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    /// CREATE TABLE
    CreateTable {
        /// Its columns.
        columns: Vec<Column>,
        /// Constraints that stand beside the columns.
        constraints: Vec<Constraint>,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP TABLE
    DropTable {
        /// CASCADE
        cascade: bool,
    },
    /// ALTER TABLE … RENAME TO
    RenameTable {
        /// The new name.
        to: String,
    },
    /// ADD COLUMN, with what stands inline: NOT NULL, DEFAULT, UNIQUE, CHECK, REFERENCES.
    AddColumn {
        /// The column.
        column: Column,
        /// A DEFAULT that the next statement drops again, as Django sends it for `default=`.
        transient_default: bool,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP COLUMN
    DropColumn {
        /// Its name.
        column: String,
        /// CASCADE
        cascade: bool,
    },
    /// RENAME COLUMN
    RenameColumn {
        /// The old name.
        column: String,
        /// The new name.
        to: String,
    },
    /// ALTER COLUMN … TYPE, MODIFY
    AlterColumnType {
        /// Its name.
        column: String,
        /// The type it has, when it is known.
        from: Option<ColumnType>,
        /// The type it gets.
        to: ColumnType,
        /// COLLATE
        collation: Option<String>,
        /// A USING expression, which may change values without an error.
        using: Option<String>,
        /// Whether the column is not computed any more if it was: MODIFY states all of it again, and no expression.
        drops_expression: bool,
    },
    /// ALTER COLUMN … SET NOT NULL
    SetNotNull {
        /// Its name.
        column: String,
    },
    /// ALTER COLUMN … DROP NOT NULL
    DropNotNull {
        /// Its name.
        column: String,
    },
    /// ALTER COLUMN … SET DEFAULT
    SetDefault {
        /// Its name.
        column: String,
        /// The default.
        default: DatabaseDefault,
    },
    /// ALTER COLUMN … DROP DEFAULT
    DropDefault {
        /// Its name.
        column: String,
    },
    /// ADD CONSTRAINT
    AddConstraint {
        /// The constraint.
        constraint: Constraint,
        /// NOT VALID: rows that are there are not looked at.
        not_valid: bool,
        /// USING INDEX: no index is built.
        using_index: Option<String>,
    },
    /// VALIDATE CONSTRAINT
    ValidateConstraint {
        /// Its name.
        name: String,
    },
    /// DROP CONSTRAINT
    DropConstraint {
        /// Its name, when it is known: Django asks the database for those it did not name.
        name: Option<String>,
        /// The constraint, when it is known.
        constraint: Option<Constraint>,
    },
    /// RENAME CONSTRAINT
    RenameConstraint {
        /// The old name.
        name: String,
        /// The new name.
        to: String,
    },
    /// CREATE INDEX
    CreateIndex {
        /// The index.
        index: Index,
        /// CONCURRENTLY
        concurrently: bool,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP INDEX
    DropIndex {
        /// Its name, when it is known: Django asks the database for those it did not name.
        name: Option<String>,
        /// The index, when it is known.
        index: Option<Index>,
        /// CONCURRENTLY
        concurrently: bool,
    },
    /// ALTER INDEX … RENAME
    RenameIndex {
        /// The old name.
        name: String,
        /// The new name.
        to: String,
    },
    /// COMMENT ON a table (`None`) or a column
    Comment {
        /// The column.
        column: Option<String>,
    },
    /// SQLite: a copy of the whole table takes its place (`DatabaseSchemaEditor._remake_table`).
    RemakeTable,
    /// Anything else that is recognised, by its words in upper case without names: `CREATE TYPE`, `LOCK TABLE`,
    /// `VACUUM FULL`, `REINDEX TABLE CONCURRENTLY`, `ALTER TABLE ATTACH PARTITION`, `SET`, `BEGIN`, …
    Other {
        /// The words.
        words: String,
        /// The object that it names beside the table: a type, a view, a parameter.
        object: Option<String>,
    },
    /// INSERT, UPDATE, DELETE, TRUNCATE: rows rather than the schema.
    ChangeRows {
        /// Which of them.
        rows: Rows,
        /// Whether a WHERE limits it.
        filtered: bool,
    },
    /// Not recognised, or opaque (DO, CALL).
    Unknown,
}

impl ChangeKind {
    /// The column that it is about.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::AddColumn { column, .. } => Some(&column.name),
            Self::DropColumn { column, .. }
            | Self::RenameColumn { column, .. }
            | Self::AlterColumnType { column, .. }
            | Self::SetNotNull { column }
            | Self::DropNotNull { column }
            | Self::SetDefault { column, .. }
            | Self::DropDefault { column } => Some(column),
            Self::Comment { column } => column.as_deref(),
            _ => None,
        }
    }
}

/// What happens to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// INSERT
    Insert,
    /// UPDATE
    Update,
    /// DELETE
    Delete,
    /// TRUNCATE
    Truncate,
}
