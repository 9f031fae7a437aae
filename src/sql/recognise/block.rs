//! DO of PostgreSQL: the statements of a body in PL/pgSQL, as far as they are written out (its manual, "PL/pgSQL").

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::{Recognised, recognise as recognise_statement};
use crate::sql::token::{Token, TokenKind};
use crate::sql::{ChangeKind, split};
use crate::target::Vendor;

/// What does nothing to the database.
const IDLE: &[&str] = &["NULL", "RAISE", "RETURN", "ASSERT"];

/// What stands in front of statements of which not all are run.
const BRANCHES: &[&str] = &["ELSE", "ELSIF", "ELSEIF", "LOOP", "CASE"];

/// A DO. `IF [NOT] EXISTS (…)` around a statement is taken for the `IF [NOT] EXISTS` that it stands for, and what an
/// EXCEPTION catches for what does not come up. Whatever else decides, computes or calls is not known.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    if !cursor.eat("DO") {
        return None;
    }
    let mut recognised = Recognised::new("DO");
    if !read(cursor, &mut recognised) {
        recognised.push(None, ChangeKind::Unknown, span);
    }
    Some(recognised)
}

/// Whether all of it was understood.
fn read(cursor: &mut Cursor<'_>, recognised: &mut Recognised) -> bool {
    let is_own = |cursor: &mut Cursor<'_>| !cursor.eat("LANGUAGE") || cursor.eat("plpgsql");
    if cursor.vendor != Vendor::PostgreSql || !is_own(cursor) {
        return false;
    }
    let Some(body) = cursor.body() else { return false };
    cursor.advance();
    is_own(cursor) && cursor.at_end() && block(cursor, &body, recognised)
}

/// The statements of a body, one after the other; those behind what is not understood are left out.
fn block(outer: &Cursor<'_>, body: &[Token], recognised: &mut Recognised) -> bool {
    let is = |token: &Token, words: &[&str]| {
        token.kind == TokenKind::Word && outer.over(std::slice::from_ref(token)).is_any(words)
    };
    // Which of the branches is run can't be told.
    if body.iter().any(|token| is(token, BRANCHES)) {
        return false;
    }
    let declares = body.first().is_some_and(|first| is(first, &["DECLARE"]));
    let begin = body.iter().position(|token| declares && is(token, &["BEGIN"])).unwrap_or(0);
    let body = &body[begin..];
    split::plain(body).into_iter().all(|range| {
        let mut cursor = outer.over(&body[range]);
        enter(&mut cursor) && (cursor.at_end() || statement(&mut cursor, recognised))
    })
}

/// Reads the words that stand in front of a statement; whether the statement behind them is one that is run.
fn enter(cursor: &mut Cursor<'_>) -> bool {
    loop {
        if cursor.eat("BEGIN") || cursor.eat("EXCEPTION") {
            continue;
        }
        if cursor.eat("END") {
            // `END IF`, or the end of a block, which may have a label.
            cursor.skip_all();
            return true;
        }
        if cursor.eat("WHEN") {
            while !cursor.at_end() && !cursor.is("THEN") {
                cursor.advance();
            }
            return cursor.eat("THEN") && cursor.is_any(IDLE);
        }
        if !cursor.eat("IF") {
            return true;
        }
        cursor.eat("NOT");
        if !cursor.eat("EXISTS") || cursor.group().is_none() || !cursor.eat("THEN") {
            return false;
        }
    }
}

/// Whether it is understood.
fn statement(cursor: &mut Cursor<'_>, recognised: &mut Recognised) -> bool {
    if cursor.is_any(IDLE) {
        return true;
    }
    if !cursor.eat("EXECUTE") {
        return take(cursor, recognised);
    }
    let Some(text) = cursor.body() else { return false };
    cursor.advance();
    // Behind it, a text that is put together goes on, or says what fills it in.
    cursor.at_end() && split::plain(&text).into_iter().all(|range| take(&cursor.over(&text[range]), recognised))
}

/// Takes a statement of SQL; whether it is known.
fn take(cursor: &Cursor<'_>, recognised: &mut Recognised) -> bool {
    // INTO fills a variable here, and one DO inside another is too much.
    if cursor.is_any(&["DO", "EXPLAIN"]) || cursor.is("SELECT") && cursor.has_later("INTO") {
        return false;
    }
    let own = recognise_statement(cursor.clone());
    let known = own.changes.iter().all(|change| change.kind != ChangeKind::Unknown);
    recognised.changes.extend(own.changes.into_iter().filter(|change| change.kind != ChangeKind::Unknown));
    known
}
