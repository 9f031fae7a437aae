//! Column definitions: types, defaults, and the constraints that stand in them.

use crate::sql::cursor::Cursor;
use crate::sql::recognise::constraint::references;
use crate::sql::recognise::volatility::volatility;
use crate::sql::token::TokenKind;
use crate::sql::{Column, ColumnType, DatabaseDefault, Generated};

/// Words that end a type or a default: what may follow them in a column definition.
const BEHIND: &[&str] = &[
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "KEY",
    "CHECK",
    "REFERENCES",
    "CONSTRAINT",
    "COLLATE",
    "GENERATED",
    "AS",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "COMMENT",
    "ON",
    "FIRST",
    "AFTER",
    "USING",
    "STORAGE",
    "COMPRESSION",
    "INVISIBLE",
    "VISIBLE",
    "DEFERRABLE",
    "CHARSET",
    "SRID",
    "COLUMN_FORMAT",
];

/// What may follow the name of a type in brackets and still belong to it.
const TYPE_ENDS: &[&str] =
    &["WITH", "WITHOUT", "LOCAL", "TIME", "ZONE", "UNSIGNED", "SIGNED", "ZEROFILL", "VARYING", "PRECISION", "ARRAY"];

/// Reads a type; `None` where none stands, as in SQLite.
pub(in crate::sql) fn column_type(cursor: &mut Cursor<'_>) -> Option<ColumnType> {
    let mut words: Vec<String> = Vec::new();
    let mut arguments = Vec::new();
    let mut dimensions = 0;
    let mut bracketed = false;
    loop {
        match cursor.kind() {
            Some(TokenKind::Word) if words.is_empty() || !cursor.is_any(BEHIND) => {
                if bracketed && !cursor.is_any(TYPE_ENDS) {
                    break;
                }
                // `CHARACTER SET` of MySQL, which is no part of the type.
                if !words.is_empty() && (cursor.are(&["CHARACTER", "SET"]) || cursor.are(&["CHAR", "SET"])) {
                    break;
                }
                if cursor.is("ARRAY") && !words.is_empty() {
                    dimensions += 1;
                } else if words.is_empty() && cursor.is_at(1, ".") {
                    words.extend(cursor.name());
                    continue;
                } else {
                    words.push(cursor.peek().to_lowercase());
                }
                cursor.advance();
            }
            Some(TokenKind::Quoted | TokenKind::Placeholder) if words.is_empty() => words.extend(cursor.name()),
            Some(TokenKind::Symbol) if cursor.is("(") && !words.is_empty() && !bracketed => {
                let Some(mut inside) = cursor.group() else { break };
                while !inside.at_end() {
                    arguments.extend(inside.peek().parse::<i64>().ok());
                    inside.advance();
                }
                bracketed = true;
            }
            Some(TokenKind::Symbol) if cursor.is("[") && !words.is_empty() => {
                while !cursor.at_end() && !cursor.is("]") {
                    cursor.advance();
                }
                cursor.advance();
                dimensions += 1;
                bracketed = true;
            }
            _ => break,
        }
    }
    (!words.is_empty()).then(|| ColumnType { name: words.join(" "), arguments, dimensions })
}

/// Reads the expression behind DEFAULT.
pub(in crate::sql) fn default(cursor: &mut Cursor<'_>) -> DatabaseDefault {
    let place = cursor.place();
    expression(cursor);
    let expression = cursor.text_since(place);
    DatabaseDefault { expression: expression.to_owned(), volatility: volatility(expression, cursor.vendor) }
}

/// Reads on to the end of an expression.
fn expression(cursor: &mut Cursor<'_>) {
    // The first word belongs to it whatever it is: NULL.
    cursor.skip_group();
    while !cursor.at_end() && !cursor.is(",") {
        if cursor.kind() == Some(TokenKind::Word) && cursor.is_any(BEHIND) {
            // MySQL: what an UPDATE sets is no part of the default.
            break;
        }
        cursor.skip_group();
    }
}

/// A column that is nothing but a name.
fn named(name: String) -> Column {
    Column {
        name,
        column_type: Ok(ColumnType { name: String::new(), arguments: Vec::new(), dimensions: 0 }),
        null: true,
        default: None,
        generated: None,
        auto: false,
        primary_key: false,
        unique: false,
        check: None,
        references: None,
        collation: None,
        comment: None,
    }
}

/// Reads a column definition up to the comma behind it.
pub(in crate::sql) fn column(cursor: &mut Cursor<'_>) -> Option<Column> {
    let mut column = named(cursor.name()?);
    if let Some(read) = column_type(cursor) {
        // serial and its kin: PostgreSQL, "Serial Types"; MySQL has SERIAL as well.
        column.auto = read.name.ends_with("serial") || matches!(read.name.as_str(), "serial2" | "serial4" | "serial8");
        column.null = !column.auto;
        column.column_type = Ok(read);
    }
    while !cursor.at_end() && !cursor.is(",") {
        if cursor.eat("NOT NULL") {
            column.null = false;
        } else if cursor.eat("NULL") {
            column.null = true;
        } else if cursor.eat("DEFAULT") {
            column.default = Some(default(cursor));
        } else if cursor.eat("PRIMARY KEY") {
            column.primary_key = true;
            column.null = false;
        } else if cursor.eat("UNIQUE") {
            column.unique = true;
            cursor.eat("KEY");
        } else if cursor.eat("CHECK") {
            let place = cursor.place();
            cursor.skip_group();
            column.check = Some(inside(cursor.text_since(place)).to_owned());
        } else if cursor.eat("REFERENCES") {
            column.references = references(cursor);
        } else if cursor.eat("CONSTRAINT") {
            cursor.identifier();
        } else if cursor.eat("COLLATE") {
            column.collation = cursor.name();
        } else if cursor.eat_any(&["CHARACTER SET", "CHAR SET", "CHARSET"]) {
            // Its default collation, which has its name in front.
            column.collation = cursor.name();
        } else if cursor.eat_any(&["AUTO_INCREMENT", "AUTOINCREMENT"]) {
            column.auto = true;
        } else if cursor.eat("COMMENT") {
            column.comment = cursor.identifier().or_else(|| {
                cursor.advance();
                Some(String::new())
            });
        } else if cursor.eat_any(&["GENERATED ALWAYS AS", "GENERATED BY DEFAULT AS", "AS"]) {
            generated(cursor, &mut column);
        } else if cursor.eat("AFTER") {
            cursor.identifier();
        } else if cursor.eat("KEY") {
            // MySQL: a lone KEY is PRIMARY KEY.
            column.primary_key = true;
            column.null = false;
        } else {
            cursor.skip_group();
        }
    }
    Some(column)
}

/// What stands behind AS: IDENTITY or an expression.
fn generated(cursor: &mut Cursor<'_>, column: &mut Column) {
    if cursor.eat("IDENTITY") {
        column.auto = true;
        column.null = false;
        if cursor.is("(") {
            cursor.skip_group();
        }
        return;
    }
    let mut names = Vec::new();
    let mut inside = cursor.group();
    while let Some(expression) = inside.as_mut().filter(|expression| !expression.at_end()) {
        match expression.kind() {
            Some(TokenKind::Word | TokenKind::Quoted) => names.extend(expression.identifier()),
            _ => expression.advance(),
        }
    }
    let stored = cursor.eat_any(&["STORED", "PERSISTENT"]);
    cursor.eat("VIRTUAL");
    column.generated = Some(Generated { stored, names });
}

/// The text between its brackets.
pub(super) fn inside(text: &str) -> &str {
    let text = text.strip_prefix('(').unwrap_or(text);
    text.strip_suffix(')').unwrap_or(text).trim()
}
