//! Django's migrations as values: what a migration file says, with the place of every argument.
//!
//! `read` turns the values of a Python module into a [`Migration`]; [`catalogue`] is the one table of Django's
//! operations and field classes that the reader, the rule language and the documentation share.

mod app_label;
mod attributes;
pub mod catalogue;
mod classes;
mod field;
mod field_class;
pub mod filter;
mod follow;
mod operation;
mod operation_class;
mod path;
pub mod queries;
mod read;
mod sql;
mod thing;
pub mod when;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::python::{Definition, Unknown, Value};
use crate::source::{SourceFile, Span, Spanned};

pub use app_label::{AppFiles, app_label_of};
pub use classes::Classes;
pub use field::{Effective, Field};
pub use field_class::{Declarations, Declared, Modules, NoModules, OwnClass, OwnType};
pub use operation::{Bound, BoundArgument, Code, Operation, OperationKind, Reach};
pub use operation_class::{DeclaredOperation, Half, OperationDeclarations, SentPart};
pub use path::is_migration_path;
pub use read::{ReadError, read_migration};
pub use sql::{Sql, Statement};

/// A migration file.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Label of the app that it belongs to.
    pub app: String,
    /// Its name: the file's name without `.py`.
    pub name: String,
    /// The `class Migration` statement's header.
    pub class_span: Span,
    /// `atomic`: `True` when it is not written.
    pub atomic: Stated<bool>,
    /// `initial`: unset when it is not written.
    pub initial: Option<Stated<bool>>,
    /// `dependencies`, swappable ones included.
    pub dependencies: Vec<Spanned<Dependency>>,
    /// `run_before`.
    pub run_before: Vec<Spanned<Dependency>>,
    /// `replaces`: not empty for a squash.
    pub replaces: Vec<Spanned<Dependency>>,
    /// `operations`, in order; what is not known stands among them as [`OperationKind::Unknown`].
    pub operations: Vec<Operation>,
    /// Other attributes of the class, by name, with their values.
    pub attributes: Vec<(String, Value)>,
    /// Comments of the file (`# …`), in order.
    pub comments: Vec<Span>,
    /// Functions and classes of the file.
    pub definitions: Vec<Arc<Definition>>,
}

impl Migration {
    /// All operations in the order in which they run, nested ones behind the one they stand in.
    #[must_use]
    pub fn all_operations(&self) -> Vec<&Operation> {
        fn gather<'o>(operations: &'o [Operation], all: &mut Vec<&'o Operation>) {
            for operation in operations {
                all.push(operation);
                gather(&operation.children, all);
            }
        }
        let mut all = Vec::new();
        gather(&self.operations, &mut all);
        all
    }

    /// The migration of a file that can't be read: it may depend on anything and do anything.
    #[must_use]
    pub fn unreadable(source: &Arc<SourceFile>, app: &str, name: &str, span: Span) -> Self {
        let unknown = Unknown { text: source.path().to_owned(), span, reason: "can't be read".to_owned() };
        Self {
            source: Arc::clone(source),
            app: app.to_owned(),
            name: name.to_owned(),
            class_span: span,
            atomic: Stated { value: Err(unknown.clone()), span: None },
            initial: None,
            dependencies: vec![Spanned::new(Dependency::Unknown(unknown.clone()), span)],
            run_before: Vec::new(),
            replaces: Vec::new(),
            operations: vec![Operation::unknown(unknown, span, Reach::Both)],
            attributes: Vec::new(),
            comments: Vec::new(),
            definitions: Vec::new(),
        }
    }
}

/// A value that a file states, or the reason why it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value, or why there is none.
    pub value: Result<T, Unknown>,
    /// Where it is written; `None` for a default.
    pub span: Option<Span>,
}

impl<T> Stated<T> {
    /// A value that was not written.
    #[must_use]
    pub fn default_of(value: T) -> Self {
        Self { value: Ok(value), span: None }
    }
}

/// What a migration depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// `("app", "0001_initial")`; the name may be `__first__` or `__latest__`.
    Migration {
        /// Label of the app.
        app: String,
        /// Name of the migration.
        name: String,
    },
    /// `migrations.swappable_dependency(settings.AUTH_USER_MODEL)` and its likes: the setting's dotted path.
    Swappable(String),
    /// Something that only running the file can tell.
    Unknown(Unknown),
}
