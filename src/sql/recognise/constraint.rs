//! Constraints that stand beside the columns, and what foreign keys refer to.

use crate::sql::cursor::Cursor;
use crate::sql::recognise::column::inside;
use crate::sql::{Constraint, ConstraintKind, ForeignKey};

/// A constraint as ADD CONSTRAINT states it.
pub(super) struct Stated {
    pub(super) constraint: Constraint,
    /// NOT VALID, and NOT ENFORCED, which looks at no rows either.
    pub(super) not_valid: bool,
    pub(super) using_index: Option<String>,
}

/// What begins a constraint of a table.
const BEGINNINGS: &[&str] = &["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"];

/// Reads a constraint of a table up to the comma behind it; `None` and nothing is read where none stands.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>) -> Option<Stated> {
    // PostgreSQL 18: NOT NULL as a constraint of its own.
    if !cursor.is_any(BEGINNINGS) && !cursor.are(&["NOT", "NULL"]) {
        return None;
    }
    let mut rest = cursor.clone();
    let mut name = None;
    if rest.eat("CONSTRAINT") {
        rest.eat("IF NOT EXISTS");
        if !rest.is_any(&BEGINNINGS[1..]) || rest.is_at(1, "UNIQUE") {
            name = rest.identifier();
        }
    }
    let mut using_index = None;
    let kind = if rest.eat("PRIMARY KEY") {
        using_index = index_used(&mut rest);
        ConstraintKind::PrimaryKey(key_columns(&mut rest, &mut name))
    } else if rest.eat("UNIQUE") {
        rest.eat_any(&["NULLS NOT DISTINCT", "NULLS DISTINCT", "KEY", "INDEX"]);
        using_index = index_used(&mut rest);
        let columns = key_columns(&mut rest, &mut name);
        ConstraintKind::Unique { columns, deferrable: deferrable(&rest) }
    } else if rest.eat("CHECK") {
        let place = rest.place();
        rest.skip_group();
        ConstraintKind::Check(inside(rest.text_since(place)).to_owned())
    } else if rest.eat("FOREIGN KEY") {
        rest.eat("IF NOT EXISTS");
        let columns = key_columns(&mut rest, &mut name);
        rest.eat("REFERENCES");
        ConstraintKind::ForeignKey { columns, references: references(&mut rest)? }
    } else if rest.eat("EXCLUDE") {
        ConstraintKind::Exclude
    } else if rest.eat("NOT NULL") {
        ConstraintKind::NotNull(rest.identifier()?)
    } else {
        return None;
    };
    let mut not_valid = false;
    while !rest.at_end() && !rest.is(",") {
        if rest.eat("NOT VALID") || rest.eat("NOT ENFORCED") {
            not_valid = true;
        } else {
            rest.skip_group();
        }
    }
    *cursor = rest;
    Some(Stated { constraint: Constraint { name, kind }, not_valid, using_index })
}

/// USING INDEX
fn index_used(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.eat("USING INDEX").then(|| cursor.identifier()).flatten()
}

/// The columns of a key. MySQL may name the key, and say how it is stored, in front of them.
fn key_columns(cursor: &mut Cursor<'_>, name: &mut Option<String>) -> Vec<String> {
    if !cursor.is("(") && !cursor.is("USING") && !cursor.is_any(&["DEFERRABLE", "NOT", "INITIALLY"]) {
        let given = cursor.identifier();
        *name = name.take().or(given);
    }
    if cursor.eat("USING") {
        cursor.advance();
    }
    cursor.names()
}

/// Whether DEFERRABLE comes, without NOT in front of it, before the comma.
fn deferrable(cursor: &Cursor<'_>) -> bool {
    let mut rest = cursor.clone();
    while !rest.at_end() && !rest.is(",") {
        if rest.eat("NOT DEFERRABLE") {
            continue;
        }
        if rest.is("DEFERRABLE") {
            return true;
        }
        rest.skip_group();
    }
    false
}

/// Reads what stands behind REFERENCES.
pub(super) fn references(cursor: &mut Cursor<'_>) -> Option<ForeignKey> {
    let table = cursor.name()?;
    let columns = cursor.names();
    let mut key = ForeignKey { table, columns, deferrable: false, on_delete: None };
    loop {
        if cursor.eat("ON DELETE") {
            let place = cursor.place();
            if cursor.eat_any(&["SET NULL", "SET DEFAULT", "CASCADE"]) {
                key.on_delete = Some(cursor.text_since(place).to_uppercase());
                // PostgreSQL 15 takes columns here.
                cursor.names();
            } else if !cursor.eat("NO ACTION") {
                cursor.advance();
            }
        } else if cursor.eat("ON UPDATE") {
            if !cursor.eat_any(&["SET NULL", "SET DEFAULT", "NO ACTION"]) {
                cursor.advance();
            }
        } else if cursor.eat("MATCH") {
            cursor.advance();
        } else if cursor.eat_any(&["INITIALLY DEFERRED", "DEFERRABLE"]) {
            key.deferrable = true;
        } else if !cursor.eat_any(&["NOT DEFERRABLE", "INITIALLY IMMEDIATE"]) {
            return Some(key);
        }
    }
}
