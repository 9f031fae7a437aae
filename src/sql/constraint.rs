//! Constraints and indexes.

/// A constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Its name, when it is known.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstraintKind {
    /// PRIMARY KEY over these columns.
    PrimaryKey(Vec<String>),
    /// UNIQUE over these columns.
    Unique {
        /// The columns.
        columns: Vec<String>,
        /// DEFERRABLE
        deferrable: bool,
    },
    /// CHECK; the expression as it is written.
    Check(String),
    /// FOREIGN KEY
    ForeignKey {
        /// The columns that refer.
        columns: Vec<String>,
        /// What they refer to.
        references: ForeignKey,
    },
    /// EXCLUDE
    Exclude,
    /// NOT NULL as a constraint of its own (PostgreSQL 18).
    NotNull(String),
}

/// What a foreign key refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The table.
    pub table: String,
    /// The columns; empty where SQL leaves them out: the primary key.
    pub columns: Vec<String>,
    /// DEFERRABLE INITIALLY DEFERRED
    pub deferrable: bool,
    /// ON DELETE, when the database does something: `CASCADE`, `SET NULL`, `SET DEFAULT`.
    pub on_delete: Option<String>,
}

/// An index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Its name, when it is known.
    pub name: Option<String>,
    /// Its columns; an expression stands as its text.
    pub columns: Vec<String>,
    /// UNIQUE
    pub unique: bool,
    /// The method, when it is not the database's usual one: `gin`, `gist`, `brin`, `hash`.
    pub method: Option<String>,
    /// What its WHERE says, in SQL or Python.
    pub condition: Option<String>,
    /// Whether it has an expression among its columns.
    pub expressions: bool,
    /// INCLUDE
    pub include: Vec<String>,
}
