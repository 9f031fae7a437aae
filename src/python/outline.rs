//! Where the statements of a file stand, without what they mean.

use std::sync::Arc;

use rustpython_parser::ast::{Ranged as _, Stmt};

use crate::python::tokens::span_of;
use crate::python::{SyntaxError, syntax};
use crate::source::{SourceFile, Span};

/// A statement at the top of a file.
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
    /// A class of that name.
    Class(String),
    /// Anything else.
    Other,
}

/// The statements at the top of a file, in order.
///
/// # Errors
///
/// When the file is not Python that the parser knows.
pub fn statements(source: &Arc<SourceFile>) -> Result<Vec<Statement>, SyntaxError> {
    let (body, _) = syntax(source.text())?;
    let outline = body.iter().map(|statement| Statement {
        span: span_of(statement.range()),
        kind: match statement {
            Stmt::Expr(_) => StatementKind::Expression,
            Stmt::ClassDef(class) => StatementKind::Class(class.name.as_str().to_owned()),
            _ => StatementKind::Other,
        },
    });
    Ok(outline.collect())
}
