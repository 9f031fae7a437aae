//! Statements on their way to the database.

use crate::python::Unknown;
use crate::source::Span;
use crate::sql::SchemaChange;

/// A statement on its way to the database.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it changes, in order: one ALTER TABLE may hold several changes. Empty for one that changes nothing.
    pub changes: Vec<SchemaChange>,
    /// Place, among all operations of the file (nested ones behind the one they stand in), of the one that sends it.
    pub operation: usize,
    /// Where it is written: the operation, or the statement inside the text of a RunSQL.
    pub span: Span,
    /// Whether Django sends it only behind all operations of the migration (`BaseDatabaseSchemaEditor.deferred_sql`).
    pub deferred: bool,
    /// The SQL, when it is written in the migration.
    pub sql: Option<String>,
    /// Whether one text of the migration holds it and the statement before it: PostgreSQL runs such a text in one
    /// transaction even where the migration is not atomic ("Multiple Statements in a Simple Query").
    pub joined: bool,
    /// Why it may not be sent, or may be another one.
    pub doubt: Option<Unknown>,
}

impl Statement {
    /// The first line of its SQL that is not blank; empty where it is not written in the migration.
    #[must_use]
    pub fn first_line(&self) -> &str {
        let lines = self.sql.as_deref().unwrap_or_default().lines().map(str::trim);
        lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// Whether words, in upper case, stand in its SQL, as far as it is written in the migration.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.sql.as_ref().is_some_and(|sql| {
            let plain: Vec<&str> = sql.split_whitespace().collect();
            plain.join(" ").to_ascii_uppercase().contains(words)
        })
    }

    /// What is said of one of its changes that is not recognised.
    #[must_use]
    pub fn not_judged(&self, change: &SchemaChange) -> Unknown {
        let reason = "is not a statement that can be judged".to_owned();
        Unknown { text: self.first_line().to_owned(), span: change.span, reason }
    }
}
