//! CREATE TABLE, DROP TABLE, RENAME TABLE, and the way to ALTER TABLE.

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::column::column;
use crate::sql::recognise::constraint::table_constraint;
use crate::sql::recognise::{Recognised, alter, index, rows};
use crate::sql::{ChangeKind, Column};

/// A statement about tables.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    if let Some(created) = create(cursor, span) {
        return Some(created);
    }
    if cursor.eat_any(&["ALTER TABLE", "ALTER ONLINE TABLE", "ALTER IGNORE TABLE", "ALTER FOREIGN TABLE"]) {
        return alter::recognise(cursor, span);
    }
    if cursor.eat_any(&["DROP TABLE", "DROP TEMPORARY TABLE", "DROP FOREIGN TABLE"]) {
        return Some(drop(cursor));
    }
    if cursor.eat("RENAME TABLE") {
        return Some(rename(cursor));
    }
    None
}

fn create(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut rest = cursor.clone();
    if !rest.eat("CREATE") {
        return None;
    }
    rest.eat("OR REPLACE");
    rest.eat_any(&["GLOBAL", "LOCAL"]);
    rest.eat_any(&["TEMPORARY", "TEMP", "UNLOGGED", "VIRTUAL", "FOREIGN"]);
    if !rest.eat("TABLE") {
        return None;
    }
    let mut recognised = Recognised::new("CREATE TABLE");
    let if_not_exists = rest.eat("IF NOT EXISTS");
    let table = rest.name()?;
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    // Keys that MySQL states among the columns.
    let mut indexes = Vec::new();
    // A group holds columns, `LIKE other`, or, without AS, a query.
    if let Some(mut inside) = rest.group().filter(|inside| !inside.is_any(&["SELECT", "WITH"])) {
        while !inside.at_end() {
            if inside.eat("LIKE") {
                inside.skip_item();
            } else if let Some(stated) = table_constraint(&mut inside) {
                constraints.push(stated.constraint);
            } else if let Some(index) = index::key_of_mysql(&mut inside) {
                indexes.push(index);
            } else if let Some(column) = column(&mut inside) {
                columns.push(column);
            }
            inside.skip_item();
            inside.advance();
        }
    }
    let created = Some(table);
    recognised.push(created.clone(), ChangeKind::CreateTable { columns, constraints, if_not_exists }, span);
    for (index, span) in indexes {
        let kind = ChangeKind::CreateIndex { index, concurrently: false, if_not_exists: false };
        recognised.push(created.clone(), kind, span);
    }
    if rest.eat("PARTITION OF") || rest.is("INHERITS") {
        let partition = !rest.eat("INHERITS");
        let place = rest.place();
        let parents = if partition { rest.name().into_iter().collect() } else { rest.names() };
        let words = if partition { "CREATE TABLE PARTITION OF" } else { "CREATE TABLE INHERITS" };
        for parent in parents {
            let kind = ChangeKind::Other { words: words.to_owned(), object: created.clone() };
            recognised.push(Some(parent), kind, rest.span_since(place));
        }
    }
    rows::reads(&rest, &mut recognised);
    Some(recognised)
}

fn drop(cursor: &mut Cursor<'_>) -> Recognised {
    let mut recognised = Recognised::new("DROP TABLE");
    cursor.eat("IF EXISTS");
    let cascade = cursor.has_later("CASCADE");
    loop {
        let place = cursor.place();
        let Some(table) = cursor.name() else { break };
        recognised.push(Some(table), ChangeKind::DropTable { cascade }, cursor.span_since(place));
        if !cursor.eat(",") {
            break;
        }
    }
    recognised
}

/// MySQL's RENAME TABLE a TO b, c TO d.
fn rename(cursor: &mut Cursor<'_>) -> Recognised {
    let mut recognised = Recognised::new("RENAME TABLE");
    cursor.eat("IF EXISTS");
    loop {
        let place = cursor.place();
        let Some(table) = cursor.name() else { break };
        cursor.eat("TO");
        let Some(to) = cursor.name() else { break };
        recognised.push(Some(table), ChangeKind::RenameTable { to }, cursor.span_since(place));
        if !cursor.eat(",") {
            break;
        }
    }
    recognised
}

/// The changes that MODIFY makes: it states all of a column again (MySQL, "ALTER TABLE Statement", "Renaming,
/// Redefining, and Reordering Columns").
pub(super) fn modify(column: Column) -> Vec<ChangeKind> {
    let name = column.name;
    let mut kinds = Vec::new();
    if let Ok(to) = column.column_type {
        let (collation, drops_expression) = (column.collation, column.generated.is_none());
        kinds.push(ChangeKind::AlterColumnType {
            column: name.clone(),
            from: None,
            to,
            collation,
            using: None,
            drops_expression,
        });
    }
    kinds.push(if column.null {
        ChangeKind::DropNotNull { column: name.clone() }
    } else {
        ChangeKind::SetNotNull { column: name.clone() }
    });
    kinds.push(match column.default {
        Some(default) => ChangeKind::SetDefault { column: name.clone(), default },
        None => ChangeKind::DropDefault { column: name.clone() },
    });
    if column.auto {
        kinds.push(ChangeKind::Other { words: "ALTER COLUMN ADD IDENTITY".to_owned(), object: Some(name) });
    }
    kinds
}
