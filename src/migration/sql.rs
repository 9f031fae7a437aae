//! The SQL of a RunSQL, statement by statement as it was written.

use crate::migration::operation::is_noop;
use crate::python::{Text, Unknown, Value, ValueKind};
use crate::source::Span;

/// What a RunSQL sends.
#[derive(Clone, Debug)]
pub enum Sql {
    /// Nothing: `RunSQL.noop` or an empty text.
    Noop,
    /// One text for each element of the list that was given; a text may hold several statements.
    Statements(Vec<Statement>),
    /// Something that only running the file can tell.
    Unknown(Unknown),
}

/// An element of what a RunSQL was given.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text, or why it is not known.
    pub text: Result<Text, Unknown>,
    /// Where it stands, its parameters included.
    pub span: Span,
    /// The parameters that Django hands to the database with it.
    pub parameters: Option<Value>,
}

impl Sql {
    /// The SQL that `value` is; `None` for `None`.
    pub(super) fn of(value: &Value) -> Option<Sql> {
        Some(match &value.kind {
            ValueKind::None => return None,
            ValueKind::Reference(path) if is_noop(path) => Sql::Noop,
            ValueKind::Str(text) if text.value.is_empty() => Sql::Noop,
            ValueKind::Str(text) => {
                Sql::Statements(vec![Statement { text: Ok(text.clone()), span: value.span, parameters: None }])
            }
            ValueKind::List(items) | ValueKind::Tuple(items) => {
                Sql::Statements(items.iter().map(Statement::of).collect())
            }
            _ => Sql::Unknown(unknown(value)),
        })
    }
}

impl Statement {
    /// A text, or a pair of a text and its parameters.
    fn of(value: &Value) -> Statement {
        let (text, parameters) = match &value.kind {
            ValueKind::List(pair) | ValueKind::Tuple(pair) => match &pair[..] {
                [text, parameters] => (text, Some(parameters.clone())),
                _ => (value, None),
            },
            _ => (value, None),
        };
        let text = match &text.kind {
            ValueKind::Str(text) => Ok(text.clone()),
            _ => Err(unknown(text)),
        };
        Statement { text, span: value.span, parameters }
    }
}

fn unknown(value: &Value) -> Unknown {
    let because =
        |text: &str, reason: &str| Unknown { text: text.to_owned(), span: value.span, reason: reason.to_owned() };
    match &value.kind {
        ValueKind::Unknown(unknown) => unknown.clone(),
        ValueKind::Reference(path) => because(path, "is imported"),
        ValueKind::Call(call) => because(call.callee.as_deref().unwrap_or("the SQL"), "is what a call returns"),
        _ => because("the SQL", "is not a text"),
    }
}
