//! From the tokens of a statement to the changes it makes.

mod alter;
mod block;
mod column;
mod constraint;
mod index;
mod object;
mod routine;
mod rows;
mod table;
mod volatility;

pub(super) use column::column_type;
pub(super) use volatility::volatility;

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::{ChangeKind, SchemaChange};

/// What a statement does.
pub(super) struct Recognised {
    /// Its verb: `ALTER TABLE`, `CREATE UNIQUE INDEX`, in upper case.
    pub(super) words: String,
    pub(super) changes: Vec<SchemaChange>,
}

impl Recognised {
    fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), changes: Vec::new() }
    }

    fn push(&mut self, table: Option<String>, kind: ChangeKind, span: Span) {
        self.changes.push(SchemaChange { table, kind, span, routine: None });
    }

    /// A statement that is one change of a kind that has no type of its own.
    fn other(&mut self, table: Option<String>, object: Option<String>, span: Span) {
        let words = self.words.clone();
        self.push(table, ChangeKind::Other { words, object }, span);
    }
}

/// Recognises a statement. What is not recognised is [`ChangeKind::Unknown`], wholly or in the part concerned.
pub(super) fn recognise(mut cursor: Cursor<'_>) -> Recognised {
    let start = cursor.place();
    let mut all = cursor.clone();
    all.skip_all();
    let span = all.span_since(start);

    // EXPLAIN ANALYZE runs what it explains; without it, nothing happens.
    let explained = cursor.eat("EXPLAIN");
    if explained && !cursor.eat("ANALYZE") {
        let mut recognised = Recognised::new("EXPLAIN");
        recognised.other(None, None, span);
        return recognised;
    }
    let recognised = table::recognise(&mut cursor, span)
        .or_else(|| index::recognise(&mut cursor, span))
        .or_else(|| rows::recognise(&mut cursor, span))
        .or_else(|| block::recognise(&mut cursor, span))
        .or_else(|| object::recognise(&mut cursor, span));
    let mut recognised = recognised.unwrap_or_else(|| Recognised::new(cursor.peek().to_uppercase()));
    if recognised.changes.is_empty() {
        recognised.push(None, ChangeKind::Unknown, span);
    }
    recognised
}
