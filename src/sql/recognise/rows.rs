//! Statements about rows, and the tables that queries read.

use std::collections::HashSet;

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::Recognised;
use crate::sql::token::TokenKind;
use crate::sql::{ChangeKind, Rows};

/// A statement about rows.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut recognised = Recognised::new(String::new());
    if cursor.eat("TRUNCATE") {
        "TRUNCATE".clone_into(&mut recognised.words);
        cursor.eat("TABLE");
        loop {
            cursor.eat("ONLY");
            let place = cursor.place();
            let Some(table) = cursor.name() else { break };
            cursor.eat("*");
            let kind = ChangeKind::ChangeRows { rows: Rows::Truncate, filtered: false };
            recognised.push(Some(table), kind, cursor.span_since(place));
            if !cursor.eat(",") {
                break;
            }
        }
        return Some(recognised);
    }
    if let Some((rows, words, table)) = verb(cursor).or_else(|| load(cursor)) {
        words.clone_into(&mut recognised.words);
        let filtered = cursor.has_later("WHERE") && !is_always_true(cursor);
        recognised.push(table, ChangeKind::ChangeRows { rows, filtered }, span);
        reads(cursor, &mut recognised);
        return Some(recognised);
    }
    if cursor.is_any(&["SELECT", "WITH", "VALUES", "TABLE", "("]) {
        cursor.peek().to_uppercase().clone_into(&mut recognised.words);
        if recognised.words == "(" {
            "SELECT".clone_into(&mut recognised.words);
        }
        query(cursor, &mut recognised, span);
        return Some(recognised);
    }
    None
}

/// Whether all that WHERE says is `true` or `1 = 1`.
fn is_always_true(cursor: &Cursor<'_>) -> bool {
    let mut rest = cursor.clone();
    while !rest.at_end() && !rest.eat("WHERE") {
        rest.advance();
    }
    let condition = rest.clone();
    rest.advance();
    if rest.eat("=") && rest.peek() == condition.peek() && rest.kind() == Some(TokenKind::Number) {
        rest.advance();
        return rest.at_end();
    }
    rest.at_end() && (condition.is("TRUE") || condition.peek() == "1")
}

/// Reads the beginning of INSERT, UPDATE, DELETE and their kin, with the table.
fn verb(cursor: &mut Cursor<'_>) -> Option<(Rows, &'static str, Option<String>)> {
    let mut rest = cursor.clone();
    let (rows, words) = if rest.eat("INSERT") {
        // MySQL: LOW_PRIORITY, IGNORE; SQLite: OR IGNORE. MySQL needs no INTO.
        rest.eat_any(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY"]);
        rest.eat("IGNORE");
        or_conflict(&mut rest);
        if !rest.eat_any(&["INTO", "OVERWRITE"]) && !rest.mysql() {
            return None;
        }
        (Rows::Insert, "INSERT")
    } else if rest.eat("REPLACE") {
        rest.eat_any(&["LOW_PRIORITY", "DELAYED"]);
        if !rest.eat("INTO") && !rest.mysql() {
            return None;
        }
        (Rows::Insert, "REPLACE")
    } else if rest.eat("UPDATE") {
        rest.eat("LOW_PRIORITY");
        rest.eat("IGNORE");
        or_conflict(&mut rest);
        rest.eat("ONLY");
        (Rows::Update, "UPDATE")
    } else if rest.eat("DELETE") {
        rest.eat("LOW_PRIORITY");
        rest.eat("QUICK");
        rest.eat("IGNORE");
        // MySQL: DELETE a FROM a JOIN b
        if !rest.is("FROM") {
            let table = rest.name();
            if !rest.mysql() || table.is_none() {
                return None;
            }
            *cursor = rest;
            return Some((Rows::Delete, "DELETE", table));
        }
        rest.eat("FROM");
        rest.eat("ONLY");
        (Rows::Delete, "DELETE")
    } else if rest.eat("MERGE INTO") || rest.eat("MERGE") {
        (Rows::Update, "MERGE")
    } else {
        return None;
    };
    let table = rest.name()?;
    *cursor = rest;
    Some((rows, words, Some(table)))
}

/// Rows from a file.
fn load(cursor: &mut Cursor<'_>) -> Option<(Rows, &'static str, Option<String>)> {
    let mut rest = cursor.clone();
    let words = if rest.eat("COPY") && !rest.is("(") && rest.has_later("FROM") {
        "COPY"
    } else if rest.eat("LOAD DATA") {
        while !rest.at_end() && !rest.eat("INTO TABLE") {
            rest.advance();
        }
        "LOAD DATA"
    } else {
        return None;
    };
    let table = rest.name()?;
    *cursor = rest;
    Some((Rows::Insert, words, Some(table)))
}

/// SQLite: OR REPLACE, OR IGNORE, …
fn or_conflict(cursor: &mut Cursor<'_>) {
    if cursor.eat("OR") {
        cursor.advance();
    }
}

/// Queries: what they read, and what they change in WITH.
fn query(cursor: &mut Cursor<'_>, recognised: &mut Recognised, span: Span) {
    let before = recognised.changes.len();
    let mut rest = cursor.clone();
    let mut previous = String::new();
    let mut function = None;
    // The change whose WHERE may come, and the brackets that it stands in.
    let mut open: Option<(usize, usize)> = None;
    let mut depth = 0usize;
    while !rest.at_end() {
        let place = rest.place();
        // FOR UPDATE, DO UPDATE and ON UPDATE change nothing here.
        let begins = !matches!(previous.as_str(), "FOR" | "DO" | "ON" | "KEY");
        if begins && let Some((rows, _, table)) = verb(&mut rest) {
            open = Some((recognised.changes.len(), depth));
            recognised.push(table, ChangeKind::ChangeRows { rows, filtered: false }, rest.span_since(place));
            previous.clear();
            continue;
        }
        match rest.peek() {
            "(" => depth += 1,
            ")" => {
                depth = depth.saturating_sub(1);
                open = open.filter(|(_, outside)| *outside <= depth);
            }
            _ => {}
        }
        if rest.kind() == Some(TokenKind::Word) {
            previous = rest.peek().to_ascii_uppercase();
            if let Some((change, _)) = open.filter(|(_, outside)| previous == "WHERE" && *outside == depth)
                && let ChangeKind::ChangeRows { filtered, .. } = &mut recognised.changes[change].kind
            {
                *filtered = true;
            }
            if function.is_none() && rest.is_at(1, "(") && !harmless(&previous) {
                function = Some(previous.to_ascii_lowercase());
            }
        } else {
            previous.clear();
        }
        rest.advance();
    }
    reads(cursor, recognised);
    if recognised.changes.len() == before || function.is_some() {
        let kind = ChangeKind::Other { words: "SELECT".to_owned(), object: function };
        recognised.push(None, kind, span);
    }
}

/// Words in front of a bracket that call nothing which could change a table. Any other function may be one that the
/// project has written.
fn harmless(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "ABS",
        "ALL",
        "AND",
        "ANY",
        "ARRAY",
        "ARRAY_AGG",
        "AS",
        "AVG",
        "BETWEEN",
        "BY",
        "CASE",
        "CAST",
        "COALESCE",
        "CONCAT",
        "COUNT",
        "CURRENT_SCHEMA",
        "CURRENT_SETTING",
        "DATE_TRUNC",
        "DISTINCT",
        "ELSE",
        "EXISTS",
        "EXTRACT",
        "FILTER",
        "FROM",
        "GREATEST",
        "IF",
        "IFNULL",
        "IN",
        "JOIN",
        "JSONB_AGG",
        "JSON_AGG",
        "LATERAL",
        "LEAST",
        "LENGTH",
        "LIKE",
        "LOWER",
        "MATERIALIZED",
        "MAX",
        "MD5",
        "MIN",
        "NEXTVAL",
        "NOT",
        "NOW",
        "NULLIF",
        "ON",
        "OR",
        "OVER",
        "PARTITION",
        "PG_GET_SERIAL_SEQUENCE",
        "REPLACE",
        "ROUND",
        "ROW_NUMBER",
        "SELECT",
        "SETVAL",
        "SET_CONFIG",
        "SOME",
        "STRING_AGG",
        "SUBSTRING",
        "SUM",
        "THEN",
        "TO_CHAR",
        "TRIM",
        "UNION",
        "UNNEST",
        "UPPER",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WITH",
    ];
    WORDS.binary_search(&word).is_ok()
}

/// The functions in whose brackets FROM belongs to the function.
const WITH_FROM: &[&str] = &["EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"];

/// Adds the tables that the queries in the rest of the statement read.
pub(super) fn reads(cursor: &Cursor<'_>, recognised: &mut Recognised) {
    let mut rest = cursor.clone();
    // Whether each open bracket is that of one of `WITH_FROM`.
    let mut brackets = Vec::new();
    let mut previous = "";
    let mut named: HashSet<String> = HashSet::new();
    while !rest.at_end() {
        let token = rest.peek();
        // WITH name AS (…)
        if rest.kind() != Some(TokenKind::Text) && rest.is_at(1, "AS") && (rest.is_at(2, "(") || rest.is_at(3, "(")) {
            named.extend(rest.clone().identifier());
        }
        match token {
            "(" => brackets.push(WITH_FROM.iter().any(|word| word.eq_ignore_ascii_case(previous))),
            ")" => drop(brackets.pop()),
            _ => {}
        }
        let begins = (rest.is("FROM") && !previous.eq_ignore_ascii_case("DISTINCT") && brackets.last() != Some(&true))
            || rest.is("JOIN");
        previous = token;
        rest.advance();
        if !begins {
            continue;
        }
        loop {
            rest.eat_any(&["ONLY", "LATERAL"]);
            let place = rest.place();
            let mut ahead = rest.clone();
            let Some(table) = ahead.name() else { break };
            if ahead.is("(") {
                break;
            }
            rest = ahead;
            if !named.contains(&table) {
                let kind = ChangeKind::Other { words: "SELECT".to_owned(), object: None };
                recognised.push(Some(table), kind, rest.span_since(place));
            }
            // FROM a x, b y
            rest.eat("AS");
            if rest.is_at(1, ",") && rest.kind() == Some(TokenKind::Word) {
                rest.advance();
            }
            if !rest.eat(",") {
                break;
            }
        }
    }
}
