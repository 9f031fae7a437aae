//! Failures: what of the code can't work, how certainly, and why.

use std::fmt;

/// An action of the code that fails, or does something else without a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure {
    /// The model that acts: `app.model` in lower case.
    pub model: String,
    /// What it does.
    pub action: Action,
    /// Whether it always fails.
    pub certainty: Certainty,
    /// Whether an error is raised.
    pub outcome: Outcome,
    /// The table that it fails on.
    pub table: String,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// Why.
    pub cause: Cause,
}

/// What the ORM does with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Reading objects.
    Select,
    /// Filters, joins and aggregates over a column.
    Query,
    /// `save()` of a new object, `create()`, `bulk_create()`.
    Insert,
    /// `save()` of an object that exists, `update()`.
    Update,
    /// `delete()`, with what Django deletes or updates along with a row (`django.db.models.deletion.Collector`).
    Delete,
    /// `bulk_create(update_conflicts=True)`.
    Upsert,
    /// `bulk_create()` alone, where other inserts go on working.
    BulkCreate,
    /// `bulk_update()`, which casts to the column's type as the code knows it.
    BulkUpdate,
    /// `add()`, `set()`, `remove()` and reading of a ManyToManyField.
    M2m,
}

impl Action {
    /// All of them.
    pub const ALL: [Action; 9] = [
        Action::Select,
        Action::Query,
        Action::Insert,
        Action::Update,
        Action::Delete,
        Action::Upsert,
        Action::BulkCreate,
        Action::BulkUpdate,
        Action::M2m,
    ];

    /// The word for it in rules and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Action::Select => "select",
            Action::Query => "query",
            Action::Insert => "insert",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Upsert => "upsert",
            Action::BulkCreate => "bulk_create",
            Action::BulkUpdate => "bulk_update",
            Action::M2m => "m2m",
        }
    }
}

/// Whether an action always fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A statement of the code can't work, whatever it writes.
    Certain,
    /// Some values fail: it depends on what the code writes, or on the rows that are there.
    Possible,
    /// Fails only once code that knows the new schema has written something.
    Later,
}

/// What happens to an action that does not work as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An error is raised.
    Error,
    /// No error, but something else is read or stored.
    Silent,
}

/// Why an action fails.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The table is not there.
    NoTable,
    /// A view has the table's name, and the database writes to no view.
    ReadOnlyView,
    /// The column is not there.
    NoColumn,
    /// The column is NOT NULL without a default, and the code's INSERT does not name it.
    Unnamed,
    /// The code writes into a column that the database computes.
    Generated,
    /// The code leaves the value to the database, which does not compute the column any more.
    NotComputed,
    /// The code leaves the number to the database, which does not number the column.
    NotNumbered,
    /// The code leaves the value to the database's DEFAULT, and there is none.
    NoDefault,
    /// The code leaves the value to the database's DEFAULT, which is another one than the code's `db_default`.
    OtherDefault,
    /// The code writes NULL where nothing else is set, and the column is NOT NULL.
    NotNull,
    /// The code writes NULL only where `None` is set, and the column is NOT NULL.
    ExplicitNull,
    /// Values may be longer than this.
    TooLong(i64),
    /// Numbers may be out of this type's range.
    OutOfRange(String),
    /// Numbers are rounded to this type.
    Rounded(String),
    /// The column is of another type than the code's field.
    OtherType {
        /// The type that the code's field makes.
        expected: String,
        /// The type that the column has.
        actual: String,
    },
    /// Values that the wider column can hold are more than the code's own type takes.
    WiderType(String),
    /// Another version of this model writes values that the code can't read.
    Unreadable(String),
    /// The column's character set may not hold all that the code writes.
    CharacterSet,
    /// The column compares and sorts by other rules.
    Collation,
    /// No unique constraint or index over exactly these columns: ON CONFLICT finds none.
    NoConflictTarget(Vec<String>),
    /// A unique constraint or index over these columns.
    Duplicate(Vec<String>),
    /// A CHECK constraint, by its name or expression.
    Check(String),
    /// An index that can't take every value: too long, or an expression that fails. Its name.
    Indexed(String),
    /// An exclusion constraint.
    Exclusion,
    /// A foreign key of this table's column to another table: rows without a parent are refused.
    Dangling(String),
    /// Rows of a table refer to the row that is to be deleted, and the code does not know it: that table's name.
    Referred(String),
    /// The database computes a column from what the code writes, and the result may not fit.
    Computed,
    /// A trigger or a rule stops what the code sends: its kind and name.
    Stopped(String),
    /// Another column has the name now, with other values or none.
    Replaced,
}

impl Failure {
    /// Whether code that is careful about what it writes does not meet it. NULL is not counted: the ORM writes it unasked, or
    /// the field is nullable because the code sets `None`.
    #[must_use]
    pub fn depends_on_values(&self) -> bool {
        self.certainty == Certainty::Possible
            && !matches!(
                self.cause,
                Cause::NotNull
                    | Cause::ExplicitNull
                    | Cause::Referred(_)
                    | Cause::NoDefault
                    | Cause::OtherDefault
                    | Cause::Unreadable(_)
            )
    }

    /// Why, in words that fit behind "because" in a message.
    #[must_use]
    pub fn why(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.table;
        let column = self.column.as_deref().unwrap_or("?");
        match &self.cause {
            Cause::NoTable => write!(f, "table `{table}` is not there"),
            Cause::ReadOnlyView => write!(f, "`{table}` is a view, which SQLite can't write to"),
            Cause::NoColumn => write!(f, "`{table}.{column}` is not there"),
            Cause::Unnamed => {
                write!(f, "`{table}.{column}` is NOT NULL without a database default, and INSERT does not name it")
            }
            Cause::Generated => write!(f, "the database computes `{table}.{column}`, and the code writes it"),
            Cause::NotComputed => {
                write!(f, "the database does not compute `{table}.{column}`, and the code never writes it")
            }
            Cause::NotNumbered => write!(f, "the database does not number `{table}.{column}`"),
            Cause::NoDefault => write!(f, "`{table}.{column}` has no database default, and the code relies on one"),
            Cause::OtherDefault => write!(f, "`{table}.{column}` has another database default"),
            Cause::NotNull => write!(f, "`{table}.{column}` is NOT NULL, and the code may write NULL"),
            Cause::ExplicitNull => write!(f, "`{table}.{column}` is NOT NULL, and the code may set it to `None`"),
            Cause::TooLong(length) => write!(f, "`{table}.{column}` takes no more than {length} characters"),
            Cause::OutOfRange(actual) => write!(f, "`{table}.{column}` is `{actual}`, and the code may write more"),
            Cause::Rounded(actual) => write!(f, "`{table}.{column}` is `{actual}`, which rounds"),
            Cause::OtherType { expected, actual } => {
                write!(f, "`{table}.{column}` is `{actual}`, and the code takes it for `{expected}`")
            }
            Cause::WiderType(actual) => {
                write!(f, "`{table}.{column}` is `{actual}`, and may hold more than the code's field takes")
            }
            Cause::Unreadable(model) => {
                write!(f, "`{table}.{column}` may hold values of another version of `{model}` that the code can't read")
            }
            Cause::CharacterSet => write!(f, "`{table}.{column}` has a character set that may not hold every text"),
            Cause::Collation => write!(f, "`{table}.{column}` compares by another collation"),
            Cause::NoConflictTarget(columns) => {
                write!(f, "nothing is unique over `{table}` ({}), which an upsert names", columns.join(", "))
            }
            Cause::Duplicate(columns) => write!(f, "`{table}` ({}) is unique", columns.join(", ")),
            Cause::Check(check) => write!(f, "`{table}` has the check `{check}`"),
            Cause::Indexed(index) => write!(f, "index `{index}` can't take every value of `{table}.{column}`"),
            Cause::Exclusion => write!(f, "`{table}` has an exclusion constraint"),
            Cause::Dangling(parent) => write!(f, "`{table}.{column}` must refer to a row of `{parent}`"),
            Cause::Referred(child) => write!(f, "rows of `{child}` refer to `{table}`, and the code does not know it"),
            Cause::Replaced if self.column.is_none() => write!(f, "`{table}` is another table now"),
            Cause::Replaced => write!(f, "`{table}.{column}` is another column now"),
            Cause::Stopped(by) if self.outcome == Outcome::Silent => {
                write!(f, "the {by} of `{table}` does nothing instead")
            }
            Cause::Stopped(by) => write!(f, "the {by} of `{table}` refuses it"),
            Cause::Computed => write!(f, "`{table}.{column}` is computed, and the result may not fit"),
        }
    }
}
