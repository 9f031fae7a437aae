//! The statements of a RunSQL, with their places in the Python file.

use crate::migration;
use crate::python::{Text, Unknown};
use crate::source::Span;
use crate::sql::{ChangeKind, SchemaChange, Statement, statements};
use crate::target::Vendor;

/// A statement that is written in a migration.
#[derive(Clone, Debug)]
pub struct Written {
    /// The statement; its spans lead into the Python file.
    pub statement: Statement,
    /// Its SQL; `None` where that is not known.
    pub sql: Option<String>,
    /// Whether one text holds it and the statement before it: PostgreSQL runs such a text in one transaction, even in a
    /// migration that is not atomic ("Multiple Statements in a Simple Query").
    pub joined: bool,
    /// Why its SQL is not known.
    pub unknown: Option<Unknown>,
}

/// The statements of a RunSQL in the order in which they are sent. SQL that is not known is one statement that is
/// unknown, with its cause.
#[must_use]
pub fn run_sql(sql: &migration::Sql, vendor: Vendor) -> Vec<Written> {
    match sql {
        migration::Sql::Noop => Vec::new(),
        migration::Sql::Unknown(unknown) => vec![not_known(unknown, unknown.span)],
        migration::Sql::Statements(given) => given
            .iter()
            .flat_map(|given| match &given.text {
                Ok(text) => of_text(text, given.span, vendor),
                Err(unknown) => vec![not_known(unknown, given.span)],
            })
            .collect(),
    }
}

fn not_known(unknown: &Unknown, span: Span) -> Written {
    let changes = vec![SchemaChange { table: None, kind: ChangeKind::Unknown, span, routine: None }];
    let statement = Statement { span, words: String::new(), changes };
    Written { statement, sql: None, joined: false, unknown: Some(unknown.clone()) }
}

/// The statements of a text that stands at `element`.
fn of_text(text: &Text, element: Span, vendor: Vendor) -> Vec<Written> {
    let mut written = Vec::new();
    for mut statement in statements(&text.value, vendor) {
        let sql = text.value[statement.span.range()].to_owned();
        statement.span = place(text, statement.span, element);
        for change in &mut statement.changes {
            change.span = place(text, change.span, element);
        }
        written.push(Written { statement, sql: Some(sql), joined: !written.is_empty(), unknown: None });
    }
    written
}

/// The place in the file of a span of the text: exact where it can be, else of what of it stands verbatim in the file,
/// else `element`. A text may stand elsewhere as a constant; one that is half a constant has the place of its use.
fn place(text: &Text, span: Span, element: Span) -> Span {
    let exact = text.source_span(span.start, span.end);
    let apart = |place: &Span| element.contains(*place) || place.end <= element.start || element.end <= place.start;
    exact.or_else(|| nearest(text, span)).filter(apart).unwrap_or(element)
}

/// From the first to the last byte of the span that stands verbatim in the file.
fn nearest(text: &Text, span: Span) -> Option<Span> {
    let behind = |at: usize| text.pieces.partition_point(|piece| piece.at + piece.len <= at);
    let first = text.pieces.get(behind(span.start))?;
    let last = text.pieces[..text.pieces.partition_point(|piece| piece.at < span.end)].last()?;
    let start = first.source + span.start.saturating_sub(first.at);
    let end = last.source + last.len.min(span.end - last.at);
    (first.at < span.end && start <= end).then(|| Span::new(start, end))
}
