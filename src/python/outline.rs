//! Where the statements of a file stand, without what they mean.

use std::sync::Arc;

use rustpython_parser::ast::{Expr, Ranged as _, Stmt};

use crate::python::tokens::span_of;
use crate::python::{SyntaxError, syntax};
use crate::source::{SourceFile, Span};

/// A statement, and what it holds if it is a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is, as far as its place in a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// An expression that stands alone.
    Expression,
    /// A class.
    Class {
        /// Its name.
        name: String,
        /// What it derives from.
        bases: Vec<Span>,
        /// The statements inside it.
        body: Vec<Statement>,
    },
    /// `name = value`, with or without an annotation.
    Assignment {
        /// The name.
        name: String,
        /// The value.
        value: Span,
    },
    /// Anything else.
    Other,
}

impl Statement {
    /// Whether it is the class of that name.
    #[must_use]
    pub fn is_class(&self, class: &str) -> bool {
        matches!(&self.kind, StatementKind::Class { name, .. } if name == class)
    }
}

/// The statements at the top of a file, in order.
///
/// # Errors
///
/// When the file is not Python that the parser knows.
pub fn statements(source: &Arc<SourceFile>) -> Result<Vec<Statement>, SyntaxError> {
    let (body, _) = syntax(source.text())?;
    Ok(outline(&body))
}

/// Classes inside classes nest no deeper than the parser lets anything nest.
fn outline(body: &[Stmt]) -> Vec<Statement> {
    body.iter().map(|statement| Statement { span: span_of(statement.range()), kind: kind(statement) }).collect()
}

fn kind(statement: &Stmt) -> StatementKind {
    let assignment = |target: &Expr, value: &Expr| match target {
        Expr::Name(name) => {
            StatementKind::Assignment { name: name.id.as_str().to_owned(), value: span_of(value.range()) }
        }
        _ => StatementKind::Other,
    };
    match statement {
        Stmt::Expr(_) => StatementKind::Expression,
        Stmt::ClassDef(class) => StatementKind::Class {
            name: class.name.as_str().to_owned(),
            bases: class.bases.iter().map(|base| span_of(base.range())).collect(),
            body: outline(&class.body),
        },
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [target] => assignment(target, &assign.value),
            _ => StatementKind::Other,
        },
        Stmt::AnnAssign(assign) => {
            assign.value.as_ref().map_or(StatementKind::Other, |value| assignment(&assign.target, value))
        }
        _ => StatementKind::Other,
    }
}
