//! The statements of a text.

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::token::{self, TokenKind};
use crate::sql::{ColumnType, SchemaChange, Volatility, recognise, split};
use crate::target::Vendor;

/// A statement of a text.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where it stands, without the `;` behind it and comments around it.
    pub span: Span,
    /// The words that it begins with, in upper case: `ALTER TABLE`, `CREATE INDEX`, `DO`.
    pub words: String,
    /// What it changes, in order; not empty. What is not recognised is [`Unknown`](crate::sql::ChangeKind::Unknown).
    pub changes: Vec<SchemaChange>,
}

/// The tokens of `text` with one blank between each, words in upper case, without comments; what is quoted stays as it is.
#[must_use]
pub fn canonical(text: &str, vendor: Vendor) -> String {
    let mut canonical = String::with_capacity(text.len());
    for token in token::tokens(text, vendor) {
        let written = text.get(token.start..token.end).unwrap_or_default();
        if !canonical.is_empty() {
            canonical.push(' ');
        }
        match token.kind {
            TokenKind::Word => canonical.extend(written.chars().flat_map(char::to_uppercase)),
            _ => canonical.push_str(written),
        }
    }
    canonical
}

/// How many rows the VALUES of a statement list; `None` where it has none.
#[must_use]
pub fn listed_rows(text: &str, vendor: Vendor) -> Option<usize> {
    let tokens = token::tokens(text, vendor);
    let written = |token: &token::Token| text.get(token.start..token.end).unwrap_or_default();
    let mut depth = 0_usize;
    let mut rows = None;
    for token in &tokens {
        match (token.kind, written(token)) {
            (TokenKind::Symbol, "(") => {
                if let (0, Some(rows)) = (depth, rows.as_mut()) {
                    *rows += 1;
                }
                depth += 1;
            }
            (TokenKind::Symbol, ")") => depth = depth.saturating_sub(1),
            (TokenKind::Word, word) if depth == 0 && word.eq_ignore_ascii_case("VALUES") => rows = rows.or(Some(0)),
            // What stands behind the rows, such as ON CONFLICT, may have brackets of its own. MySQL writes ROW before each.
            (TokenKind::Word, word) if depth == 0 && rows.is_some() && !word.eq_ignore_ascii_case("ROW") => break,
            _ => {}
        }
    }
    rows
}

/// The statements of `text`, as `vendor` reads it. Spans are offsets in `text`, on character boundaries.
///
/// Nothing is an error: what is open at the end of the text ends there, and what is not recognised is said to be unknown.
/// Time is linear in the length of the text.
#[must_use]
pub fn statements(text: &str, vendor: Vendor) -> Vec<Statement> {
    let tokens = token::tokens(text, vendor);
    let ranges = split::statements(text, &tokens);
    ranges
        .into_iter()
        .map(|range| {
            let tokens = &tokens[range];
            let (start, end) = (tokens[0].start, tokens[tokens.len() - 1].end);
            let recognised = recognise::recognise(Cursor::new(text, tokens, vendor));
            Statement { span: Span::new(start, end), words: recognised.words, changes: recognised.changes }
        })
        .collect()
}

/// Reads a type as it stands in a column definition: `varchar(50)`, `integer UNSIGNED`, `timestamp with time zone`.
#[must_use]
pub fn column_type(text: &str, vendor: Vendor) -> Option<ColumnType> {
    let tokens = token::tokens(text, vendor);
    recognise::column_type(&mut Cursor::new(text, &tokens, vendor))
}

/// Whether an expression, as it stands behind DEFAULT, gives the same for all rows of a statement.
#[must_use]
pub fn volatility(expression: &str, vendor: Vendor) -> Volatility {
    recognise::volatility(expression, vendor)
}
