//! Indexes.

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::Recognised;
use crate::sql::{ChangeKind, Index};

/// A statement about indexes.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    if let Some(created) = create(cursor, span) {
        return Some(created);
    }
    if cursor.eat("DROP INDEX") {
        return Some(drop(cursor, span));
    }
    if cursor.are(&["ALTER", "INDEX"]) {
        return alter(cursor, span);
    }
    if cursor.eat("REINDEX") {
        return Some(reindex(cursor, span));
    }
    None
}

fn create(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut rest = cursor.clone();
    if !rest.eat("CREATE") {
        return None;
    }
    rest.eat_any(&["OR REPLACE", "ONLINE"]);
    let unique = rest.eat("UNIQUE");
    let place = rest.place();
    let special = rest.eat_any(&["FULLTEXT", "SPATIAL"]).then(|| rest.text_since(place).to_ascii_lowercase());
    if !rest.eat("INDEX") {
        return None;
    }
    let concurrently = rest.eat("CONCURRENTLY");
    let if_not_exists = rest.eat("IF NOT EXISTS");
    let mut index = Index { unique, method: special, ..unnamed() };
    if !rest.is("ON") {
        index.name = rest.name();
    }
    // MySQL: the method may stand here.
    method(&mut rest, &mut index);
    rest.eat("ON");
    rest.eat("ONLY");
    let table = rest.name()?;
    method(&mut rest, &mut index);
    columns(&mut rest, &mut index);
    *cursor = rest;
    let mut recognised = Recognised::new("CREATE INDEX");
    recognised.push(Some(table), ChangeKind::CreateIndex { index, concurrently, if_not_exists }, span);
    // MySQL: options of the change, as in ALTER TABLE.
    while !cursor.at_end() {
        let place = cursor.place();
        let words = if cursor.eat("ALGORITHM") {
            "ALGORITHM"
        } else if cursor.eat("LOCK") {
            "LOCK"
        } else {
            cursor.skip_group();
            continue;
        };
        cursor.eat("=");
        let kind = ChangeKind::Other { words: words.to_owned(), object: cursor.identifier() };
        let table = recognised.changes[0].table.clone();
        recognised.push(table, kind, cursor.span_since(place));
    }
    Some(recognised)
}

fn unnamed() -> Index {
    Index {
        name: None,
        columns: Vec::new(),
        unique: false,
        method: None,
        condition: None,
        expressions: false,
        include: Vec::new(),
    }
}

/// USING method
fn method(cursor: &mut Cursor<'_>, index: &mut Index) {
    if cursor.eat("USING") {
        // The usual one of every database.
        index.method = cursor.identifier().map(|name| name.to_lowercase()).filter(|name| name != "btree");
    }
}

/// The columns and what stands behind them.
fn columns(cursor: &mut Cursor<'_>, index: &mut Index) {
    index.expressions = has_expression(cursor);
    index.columns = cursor.names();
    loop {
        if cursor.eat("INCLUDE") {
            index.include = cursor.names();
        } else if cursor.eat("WHERE") {
            let place = cursor.place();
            while !cursor.at_end() {
                cursor.skip_group();
            }
            index.condition = Some(cursor.text_since(place).to_owned());
        } else if cursor.at_end() || cursor.is(",") || cursor.is_any(&["ALGORITHM", "LOCK"]) {
            return;
        } else {
            cursor.skip_group();
        }
    }
}

/// Whether one of the columns between the brackets that open here is an expression.
fn has_expression(cursor: &Cursor<'_>) -> bool {
    let mut rest = cursor.clone();
    let Some(mut inside) = rest.group() else { return false };
    while !inside.at_end() {
        let prefix =
            inside.mysql() && inside.is_at(3, ")") && inside.peek_at(2).bytes().all(|byte| byte.is_ascii_digit());
        // A name and a bracket are a call, but for MySQL's prefix of a column, and operator classes with options.
        if inside.is("(") || inside.is_at(1, "(") && !prefix {
            return true;
        }
        inside.skip_item();
        inside.advance();
    }
    false
}

/// The keys that MySQL states in CREATE TABLE and behind ADD: INDEX name (columns).
pub(super) fn key_of_mysql(cursor: &mut Cursor<'_>) -> Option<(Index, Span)> {
    if !cursor.mysql() {
        return None;
    }
    let place = cursor.place();
    let mut rest = cursor.clone();
    let mut index = unnamed();
    let special = rest.eat_any(&["FULLTEXT", "SPATIAL"]);
    if special {
        index.method = Some(rest.text_since(place).to_ascii_lowercase());
    }
    if !rest.eat_any(&["INDEX", "KEY"]) && !special {
        return None;
    }
    rest.eat("IF NOT EXISTS");
    if !rest.is("(") && !rest.is("USING") {
        index.name = rest.identifier();
    }
    method(&mut rest, &mut index);
    // A column may be called `key`.
    if !rest.is("(") {
        return None;
    }
    columns(&mut rest, &mut index);
    *cursor = rest;
    Some((index, cursor.span_since(place)))
}

fn drop(cursor: &mut Cursor<'_>, span: Span) -> Recognised {
    let mut recognised = Recognised::new("DROP INDEX");
    let concurrently = cursor.eat("CONCURRENTLY");
    cursor.eat("IF EXISTS");
    let mut dropped = Vec::new();
    loop {
        let place = cursor.place();
        let Some(name) = cursor.name() else { break };
        dropped.push((name, cursor.span_since(place)));
        if !cursor.eat(",") {
            break;
        }
    }
    // MySQL names the table.
    let table = if cursor.eat("ON") { cursor.name() } else { None };
    let only = dropped.len() == 1;
    for (name, place) in dropped {
        let kind = ChangeKind::DropIndex { name: Some(name), index: None, concurrently };
        recognised.push(table.clone(), kind, if only { span } else { place });
    }
    recognised
}

fn alter(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut rest = cursor.clone();
    rest.eat("ALTER INDEX");
    let mut recognised = Recognised::new("ALTER INDEX");
    if rest.eat("ALL IN TABLESPACE") {
        recognised.other(None, rest.identifier(), span);
        return Some(recognised);
    }
    rest.eat("IF EXISTS");
    let name = rest.name()?;
    if rest.eat("RENAME TO") {
        recognised.push(None, ChangeKind::RenameIndex { name, to: rest.name()? }, span);
        return Some(recognised);
    }
    let words = [
        ("SET TABLESPACE", "ALTER INDEX SET TABLESPACE"),
        ("ATTACH PARTITION", "ALTER INDEX ATTACH PARTITION"),
        ("ALTER", "ALTER INDEX SET STATISTICS"),
        ("SET", "ALTER INDEX SET"),
        ("RESET", "ALTER INDEX SET"),
        ("DEPENDS", "ALTER INDEX DEPENDS"),
        ("NO DEPENDS", "ALTER INDEX DEPENDS"),
    ];
    let (_, words) = words.into_iter().find(|(words, _)| rest.eat(words))?;
    words.clone_into(&mut recognised.words);
    recognised.other(None, Some(name), span);
    Some(recognised)
}

/// `REINDEX [(…)] {INDEX | TABLE | SCHEMA | DATABASE | SYSTEM} [CONCURRENTLY] name`; SQLite: `REINDEX [name]`.
fn reindex(cursor: &mut Cursor<'_>, span: Span) -> Recognised {
    let mut recognised = Recognised::new("REINDEX");
    let mut concurrently = false;
    if let Some(options) = cursor.group() {
        concurrently = options.has_later("CONCURRENTLY");
    }
    let place = cursor.place();
    if cursor.eat_any(&["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"]) {
        recognised.words = format!("REINDEX {}", cursor.text_since(place).to_uppercase());
    }
    concurrently |= cursor.eat("CONCURRENTLY");
    let name = cursor.name();
    let table = recognised.words == "REINDEX TABLE";
    if concurrently {
        recognised.words.push_str(" CONCURRENTLY");
    }
    let (table, object) = if table { (name, None) } else { (None, name) };
    recognised.other(table, object, span);
    recognised
}
