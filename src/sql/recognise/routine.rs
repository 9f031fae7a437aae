//! CREATE TRIGGER, CREATE RULE and the functions of triggers: whether what they hold stops the statement that it is run
//! for.

use crate::sql::cursor::{Cursor, unquoted};
use crate::sql::token::{TokenKind, tokens};
use crate::sql::{Body, Guard, Reach, Routine, Rows};
use crate::target::Vendor;

/// What stands behind CREATE FUNCTION and its name: a function for triggers in PL/pgSQL.
pub(super) fn function(mut cursor: Cursor<'_>) -> Option<Routine> {
    let by_pgsql = |language: &str| {
        let language = language.trim_matches(['\'', '"']);
        language.eq_ignore_ascii_case("plpgsql")
    };
    let (mut for_triggers, mut in_pgsql, mut text) = (false, false, None);
    while !cursor.at_end() {
        if cursor.eat("RETURNS TRIGGER") {
            for_triggers = true;
        } else if cursor.eat("LANGUAGE") {
            in_pgsql = by_pgsql(cursor.peek());
        } else if cursor.eat("AS") && cursor.kind() == Some(TokenKind::Text) {
            text = Some(inside_of(cursor.peek()));
        } else {
            cursor.skip_group();
        }
    }
    let text = text.filter(|_| for_triggers && in_pgsql)?;
    let tokens = tokens(&text, cursor.vendor);
    Some(Routine::Function(body(Cursor::new(&text, &tokens, cursor.vendor))))
}

/// The content of a text: `'…'`, `E'…'`, `$tag$…$tag$`.
fn inside_of(text: &str) -> String {
    if text.starts_with('$') {
        let quote = text.get(1..).and_then(|rest| rest.find('$')).and_then(|end| text.get(..end + 2));
        let inside = quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
        return inside.unwrap_or_default().to_owned();
    }
    unquoted(text.trim_start_matches(['E', 'e']))
}

/// What stands behind CREATE TRIGGER and its name.
pub(super) fn trigger(mut cursor: Cursor<'_>, name: &str) -> Option<Routine> {
    let mut guard = guard(name);
    let after = cursor.eat("AFTER");
    if !after && !cursor.eat("BEFORE") {
        cursor.eat("INSTEAD OF");
    }
    while !cursor.at_end() && !cursor.eat("ON") {
        if cursor.eat("INSERT") {
            guard.events.push(Rows::Insert);
        } else if cursor.eat("DELETE") {
            guard.events.push(Rows::Delete);
        } else if cursor.eat("UPDATE") {
            guard.events.push(Rows::Update);
            guard.always &= !cursor.is("OF");
        } else {
            cursor.advance();
        }
    }
    cursor.name()?;
    // MySQL and SQLite have no others.
    let mut each_row = cursor.vendor != Vendor::PostgreSql;
    while !cursor.at_end() {
        if cursor.eat_any(&["FOR EACH ROW", "FOR ROW"]) {
            each_row = true;
        } else if cursor.eat("WHEN") {
            guard.always = false;
            cursor.skip_group();
        } else if cursor.eat_any(&["EXECUTE FUNCTION", "EXECUTE PROCEDURE"]) {
            guard.function = cursor.name();
        } else if cursor.vendor != Vendor::PostgreSql && !cursor.is_any(&["FOLLOWS", "PRECEDES"]) && each_row {
            guard.body = body(cursor.clone());
            cursor.skip_all();
        } else {
            cursor.skip_group();
        }
    }
    guard.before_rows = !after && each_row;
    (!guard.events.is_empty()).then_some(Routine::Guard(guard))
}

/// What stands behind CREATE RULE and its name: one that does nothing instead.
pub(super) fn rule(mut cursor: Cursor<'_>, name: &str) -> Option<Routine> {
    let mut guard = Guard { rule: true, ..guard(name) };
    cursor.eat("AS ON");
    let events = [("INSERT", Rows::Insert), ("UPDATE", Rows::Update), ("DELETE", Rows::Delete)];
    guard.events.extend(events.into_iter().find(|(word, _)| cursor.eat(word)).map(|(_, event)| event));
    while !cursor.at_end() && !cursor.eat("DO") {
        guard.always &= !cursor.is("WHERE");
        cursor.skip_group();
    }
    guard.body.drops = if cursor.eat("INSTEAD NOTHING") { Reach::All } else { Reach::None };
    (!guard.events.is_empty()).then_some(Routine::Guard(guard))
}

fn guard(name: &str) -> Guard {
    Guard {
        name: name.to_owned(),
        rule: false,
        events: Vec::new(),
        always: true,
        before_rows: false,
        function: None,
        body: Body::default(),
    }
}

/// What a body does, in the languages of the three: RAISE of PL/pgSQL ("Errors and Messages"), SIGNAL of MySQL ("SIGNAL
/// Statement"), the function RAISE of SQLite ("CREATE TRIGGER").
fn body(mut cursor: Cursor<'_>) -> Body {
    let mut body = Body::default();
    // Whether each open block runs under a condition.
    let mut open: Vec<bool> = Vec::new();
    // Whether it may be left before this place.
    let mut left = false;
    while !cursor.at_end() {
        let conditional = left || open.contains(&true);
        let more = |known: Reach| known.max(Reach::of(conditional));
        if cursor.eat_any(&["END IF", "END CASE", "END LOOP", "END WHILE", "END"]) {
            open.pop();
        } else if cursor.eat("BEGIN") {
            open.push(false);
        } else if cursor.eat_any(&["IF", "CASE", "LOOP"]) || cursor.mysql() && cursor.eat("WHILE") {
            open.push(true);
        } else if cursor.eat("EXCEPTION") {
            // What handles an error; it may be one that the block itself has raised.
            if let Some(block) = open.last_mut() {
                *block = true;
            }
        } else if cursor.eat("SIGNAL") {
            body.refuses = more(body.refuses);
            return body;
        } else if cursor.vendor == Vendor::Sqlite && cursor.eat("RAISE") {
            let limited = conditional || cursor.has_later("WHERE") || cursor.has_later("WHEN");
            let ignores = cursor.group().is_some_and(|inside| inside.is("IGNORE"));
            let known = if ignores { &mut body.drops } else { &mut body.refuses };
            *known = (*known).max(Reach::of(limited));
        } else if cursor.eat("RAISE") {
            if !cursor.is_any(&["DEBUG", "LOG", "INFO", "NOTICE", "WARNING"]) {
                body.refuses = more(body.refuses);
                if !conditional {
                    return body;
                }
            }
            cursor.eat("EXCEPTION");
        } else if cursor.eat("RETURN") {
            if cursor.is("NULL") && (matches!(cursor.peek_at(1), "" | ";") || cursor.is_at(1, "END")) {
                body.drops = more(body.drops);
            }
            if !conditional {
                return body;
            }
            left = true;
        } else {
            cursor.advance();
        }
    }
    body
}
