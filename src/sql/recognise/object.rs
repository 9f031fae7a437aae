//! All other statements, by the words that they begin with.

use crate::source::Span;
use crate::sql::ChangeKind;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::{Recognised, routine, rows};
use crate::sql::token::TokenKind;

/// What CREATE, ALTER and DROP are about beside tables and indexes; longer beginnings first.
const OBJECTS: &[&str] = &[
    "ACCESS METHOD",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "DEFAULT CONVERSION",
    "DATABASE",
    "DEFAULT PRIVILEGES",
    "DOMAIN",
    "EVENT TRIGGER",
    "EVENT",
    "EXTENSION",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "FUNCTION",
    "GROUP",
    "LANGUAGE",
    "MATERIALIZED VIEW",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "OPERATOR",
    "PACKAGE",
    "POLICY",
    "PROCEDURE",
    "PUBLICATION",
    "ROLE",
    "ROUTINE",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "SYSTEM",
    "TABLESPACE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TRANSFORM",
    "TRIGGER",
    "TYPE",
    "USER MAPPING",
    "USER",
    "VIEW",
    "LARGE OBJECT",
    "OWNED",
];

/// Words that may stand between CREATE and the object.
const MODIFIERS: &[&str] = &[
    "OR REPLACE",
    "OR ALTER",
    "TEMPORARY",
    "TEMP",
    "RECURSIVE",
    "TRUSTED",
    "PROCEDURAL",
    "CONSTRAINT",
    "AGGREGATE FUNCTION",
    "UNDEFINED",
    "MERGE",
    "TEMPTABLE",
    "SQL SECURITY DEFINER",
    "SQL SECURITY INVOKER",
];

/// Statements that are about no object of the schema, or whose object does not matter.
const PLAIN: &[&str] = &[
    "ABORT",
    "ANALYZE",
    "ANALYSE",
    "BEGIN",
    "CHECKPOINT",
    "CLOSE",
    "COMMIT",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DISCARD",
    "END",
    "FETCH",
    "FLUSH",
    "GRANT",
    "IMPORT FOREIGN SCHEMA",
    "KILL",
    "LISTEN",
    "MOVE",
    "NOTIFY",
    "OPTIMIZE TABLE",
    "OPTIMIZE NO_WRITE_TO_BINLOG TABLE",
    "PREPARE",
    "REASSIGN OWNED",
    "RELEASE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SECURITY LABEL",
    "SHOW",
    "START TRANSACTION",
    "UNLISTEN",
    "UNLOCK TABLES",
    "USE",
    "CHECK TABLE",
    "REPAIR TABLE",
    "DESCRIBE",
    "DESC",
    "PRAGMA",
    "ATTACH",
    "DETACH",
];

/// A statement that is about neither tables, indexes nor rows.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut recognised = Recognised::new(String::new());
    // What these run is written elsewhere, or in a language of its own.
    for words in ["CALL", "EXECUTE", "EXEC"] {
        if cursor.is(words) {
            words.clone_into(&mut recognised.words);
            recognised.push(None, ChangeKind::Unknown, span);
            return Some(recognised);
        }
    }
    let place = cursor.place();
    if cursor.eat_any(&["CREATE", "ALTER", "DROP"]) {
        let verb = cursor.text_since(place).to_uppercase();
        return object(cursor, &verb, span);
    }
    if cursor.eat("COMMENT ON") {
        return comment(cursor, span);
    }
    if cursor.eat_any(&["LOCK TABLES", "LOCK TABLE", "LOCK"]) {
        return lock(cursor, span);
    }
    if cursor.eat("REFRESH MATERIALIZED VIEW") {
        let concurrently = if cursor.eat("CONCURRENTLY") { " CONCURRENTLY" } else { "" };
        recognised.words = format!("REFRESH MATERIALIZED VIEW{concurrently}");
        let view = cursor.name();
        recognised.other(view.clone(), view, span);
        return Some(recognised);
    }
    if cursor.eat("CLUSTER") {
        "CLUSTER".clone_into(&mut recognised.words);
        cursor.group();
        cursor.eat("VERBOSE");
        let table = cursor.name();
        let index = cursor.eat("USING").then(|| cursor.identifier()).flatten();
        recognised.other(table, index, span);
        return Some(recognised);
    }
    if cursor.eat("VACUUM") {
        let full = cursor.group().is_some_and(|options| options.has_later("FULL")) || cursor.eat("FULL");
        if full { "VACUUM FULL" } else { "VACUUM" }.clone_into(&mut recognised.words);
        cursor.eat("FREEZE");
        cursor.eat("VERBOSE");
        cursor.eat("ANALYZE");
        let table = cursor.name();
        recognised.other(table, None, span);
        return Some(recognised);
    }
    if cursor.eat("SET") {
        return Some(set(cursor, span));
    }
    if let Some(words) = PLAIN.iter().find(|words| cursor.eat(words)) {
        return Some(plain(cursor, words, span));
    }
    None
}

fn plain(cursor: &mut Cursor<'_>, words: &str, span: Span) -> Recognised {
    let mut recognised = Recognised::new(if words == "ANALYSE" { "ANALYZE" } else { words });
    let (mut table, mut object) = (None, None);
    match words {
        "ANALYZE" | "ANALYSE" => {
            cursor.group();
            cursor.eat("VERBOSE");
            if cursor.mysql() {
                cursor.eat("TABLE");
            }
            table = cursor.name();
        }
        "OPTIMIZE TABLE" | "CHECK TABLE" | "REPAIR TABLE" => table = cursor.name(),
        "SAVEPOINT" | "RELEASE" | "RESET" | "PRAGMA" | "USE" => object = cursor.name(),
        "ROLLBACK" => {
            // ROLLBACK TO a savepoint ends no transaction.
            cursor.eat_any(&["WORK", "TRANSACTION"]);
            if cursor.eat("TO") {
                cursor.eat("SAVEPOINT");
                "ROLLBACK TO SAVEPOINT".clone_into(&mut recognised.words);
                object = cursor.name();
            }
        }
        "GRANT" | "REVOKE" => {
            while !cursor.at_end() && !cursor.eat("ON") {
                cursor.skip_group();
            }
            // Without another word, what stands behind ON is a table.
            let others =
                ["SCHEMA", "SEQUENCE", "FUNCTION", "DATABASE", "ALL", "TYPE", "PROCEDURE", "LANGUAGE", "FOREIGN"];
            if !cursor.is_any(&others) {
                cursor.eat("TABLE");
                table = cursor.name();
            }
        }
        _ => {}
    }
    recognised.other(table, object, span);
    recognised
}

/// CREATE, ALTER and DROP of anything else.
fn object(cursor: &mut Cursor<'_>, verb: &str, span: Span) -> Option<Recognised> {
    let replaces = cursor.are(&["OR", "REPLACE"]);
    loop {
        if cursor.eat_any(MODIFIERS) {
            continue;
        }
        // MySQL: DEFINER=`a`@`b`, ALGORITHM=MERGE
        if cursor.is_at(1, "=") && cursor.is_any(&["DEFINER", "ALGORITHM"]) {
            cursor.advance();
            cursor.advance();
            cursor.advance();
            while cursor.kind() == Some(TokenKind::Word) && cursor.peek().starts_with('@') {
                let bare = cursor.peek() == "@";
                cursor.advance();
                if bare {
                    cursor.advance();
                }
            }
            continue;
        }
        break;
    }
    let object = OBJECTS.iter().find(|object| cursor.eat(object))?;
    let mut recognised = Recognised::new(format!("{verb} {object}"));
    cursor.eat_any(&["IF NOT EXISTS", "IF EXISTS"]);
    let name = cursor.name();
    let mut table = None;
    let routine = match (*object, &name) {
        ("FUNCTION", Some(_)) if verb == "CREATE" => routine::function(cursor.clone()),
        ("TRIGGER", Some(name)) if verb == "CREATE" => routine::trigger(cursor.clone(), name),
        ("RULE", Some(name)) if verb == "CREATE" => routine::rule(cursor.clone(), name),
        _ => None,
    };
    match (*object, verb) {
        ("TRIGGER" | "RULE" | "POLICY", _) => {
            // CREATE RULE … AS ON event TO table; DROP RULE … ON table
            let preposition = if *object == "RULE" && verb == "CREATE" { "TO" } else { "ON" };
            while !cursor.at_end() && !cursor.eat(preposition) {
                cursor.skip_group();
            }
            table = cursor.name();
        }
        ("STATISTICS", "CREATE") => {
            while !cursor.at_end() && !cursor.eat("FROM") {
                cursor.skip_group();
            }
            table = cursor.name();
        }
        ("VIEW" | "MATERIALIZED VIEW", "CREATE") => {
            // The view that is replaced is one that others use.
            let kind = ChangeKind::Other { words: recognised.words.clone(), object: name.clone() };
            recognised.push(name.filter(|_| replaces), kind, span);
            rows::reads(cursor, &mut recognised);
            return Some(recognised);
        }
        ("FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE" | "SCHEMA", "ALTER") => {
            cursor.group();
            if let Some(words) = ["RENAME TO", "SET SCHEMA"].into_iter().find(|words| cursor.eat(words)) {
                recognised.words = format!("{verb} {object} {words}");
            }
        }
        ("TYPE" | "DOMAIN" | "VIEW" | "MATERIALIZED VIEW" | "SEQUENCE" | "FOREIGN TABLE", "ALTER") => {
            // The kind of the change matters: ADD VALUE, RENAME VALUE, ADD CONSTRAINT, RENAME TO.
            let beginnings = [
                "ADD VALUE",
                "RENAME VALUE",
                "RENAME TO",
                "RENAME ATTRIBUTE",
                "RENAME COLUMN",
                "ADD CONSTRAINT",
                "ADD CHECK",
                "ADD ATTRIBUTE",
                "DROP ATTRIBUTE",
                "VALIDATE CONSTRAINT",
                "DROP CONSTRAINT",
                "SET NOT NULL",
                "DROP NOT NULL",
                "SET SCHEMA",
                "OWNER TO",
                "AS",
                "OWNED BY",
                "RESTART",
            ];
            if let Some(words) = beginnings.into_iter().find(|words| cursor.eat(words)) {
                recognised.words = format!("{verb} {object} {}", words.replace("ADD CHECK", "ADD CONSTRAINT"));
            }
            if cursor.has_later("NOT VALID") {
                recognised.words.push_str(" NOT VALID");
            }
        }
        _ => {}
    }
    recognised.other(table, name, span);
    if let Some(change) = recognised.changes.last_mut() {
        change.routine = routine.map(Box::new);
    }
    Some(recognised)
}

fn comment(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut recognised = Recognised::new("COMMENT ON");
    if cursor.eat("TABLE") {
        recognised.push(Some(cursor.name()?), ChangeKind::Comment { column: None }, span);
    } else if cursor.eat("COLUMN") {
        // The column is the last part, the table the one before it.
        let mut parts = Vec::new();
        while let Some(part) = cursor.identifier() {
            parts.push(part);
            if !cursor.eat(".") {
                break;
            }
        }
        let column = parts.pop();
        recognised.push(parts.pop(), ChangeKind::Comment { column }, span);
    } else {
        let object = OBJECTS.iter().chain(&["CONSTRAINT", "INDEX"]).find(|object| cursor.eat(object))?;
        recognised.words = format!("COMMENT ON {object}");
        let name = cursor.name();
        recognised.other(None, name, span);
    }
    Some(recognised)
}

/// LOCK TABLE a, b IN … MODE; MySQL: LOCK TABLES a WRITE, b READ.
fn lock(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut tables = Vec::new();
    let mut mode = "ACCESS EXCLUSIVE".to_owned();
    loop {
        cursor.eat("ONLY");
        let Some(table) = cursor.name() else { break };
        if cursor.mysql() {
            let place = cursor.place();
            cursor.eat("LOW_PRIORITY");
            cursor.advance();
            mode = cursor.text_since(place).to_uppercase();
        }
        tables.push((table, mode.clone()));
        if !cursor.eat(",") {
            break;
        }
    }
    if cursor.eat("IN") {
        let place = cursor.place();
        while !cursor.at_end() && !cursor.is("MODE") {
            cursor.advance();
        }
        let given = cursor.text_since(place).to_uppercase();
        for (_, mode) in &mut tables {
            mode.clone_from(&given);
        }
    }
    let mut recognised = Recognised::new("LOCK TABLE");
    for (table, mode) in tables {
        let kind = ChangeKind::Other { words: "LOCK TABLE".to_owned(), object: Some(mode) };
        recognised.push(Some(table), kind, span);
    }
    (!recognised.changes.is_empty()).then_some(recognised)
}

fn set(cursor: &mut Cursor<'_>, span: Span) -> Recognised {
    let mut recognised = Recognised::new("SET");
    for words in ["CONSTRAINTS", "TRANSACTION", "ROLE", "SESSION AUTHORIZATION", "SESSION CHARACTERISTICS"] {
        if cursor.eat(words) {
            recognised.words = format!("SET {words}");
        }
    }
    if cursor.eat("LOCAL") {
        "SET LOCAL".clone_into(&mut recognised.words);
    } else {
        cursor.eat_any(&["SESSION", "GLOBAL"]);
    }
    let object = if recognised.words.starts_with("SET TRANSACTION") { None } else { cursor.name() };
    recognised.other(None, object, span);
    recognised
}
