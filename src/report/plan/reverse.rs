//! What going back does, in the words of the schema.

use crate::effects::reversal::Reversal;
use crate::report::plan::view::shortened;
use crate::schema::{Schema, Statement};
use crate::sql::{ChangeKind, Column, SchemaChange};

/// What going back does to what a change made. `before` is the schema in front of the migration.
pub(super) fn of_change(
    change: &SchemaChange,
    statement: &Statement,
    before: &Schema,
    reversal: Option<&Reversal>,
) -> String {
    if let Some(refused) = refused(reversal) {
        return refused;
    }
    if statement.sql.is_some() {
        return "as the migration says".to_owned();
    }
    let column = |name: &str| change.table.as_deref().and_then(|table| before.table(table)?.column(name));
    match &change.kind {
        ChangeKind::CreateTable { .. } => "DROP TABLE, with the rows that new code has written".to_owned(),
        ChangeKind::AddColumn { .. } => "DROP COLUMN, with the values that new code has written".to_owned(),
        ChangeKind::DropTable { .. } => "CREATE TABLE, empty".to_owned(),
        ChangeKind::DropColumn { column: name, .. } => match column(name) {
            Some(known) => format!("ADD COLUMN {known}, without the values"),
            None => "ADD COLUMN, without the values".to_owned(),
        },
        ChangeKind::RenameTable { .. } => {
            format!("RENAME TO {}", change.table.as_deref().unwrap_or("the name it had"))
        }
        ChangeKind::RenameColumn { column, to } => format!("RENAME COLUMN {to} TO {column}"),
        ChangeKind::RenameConstraint { name, .. } | ChangeKind::RenameIndex { name, .. } => format!("RENAME TO {name}"),
        ChangeKind::AlterColumnType { column: name, from, .. } => {
            let from = from.as_ref().or_else(|| column(name)?.column_type.as_ref().ok());
            from.map_or_else(|| BACK.to_owned(), |from| format!("TYPE {from}, which every value has to fit again"))
        }
        ChangeKind::SetNotNull { .. } => "DROP NOT NULL".to_owned(),
        ChangeKind::DropNotNull { .. } => "SET NOT NULL: fails when NULL has been written".to_owned(),
        ChangeKind::SetDefault { column: name, .. } => default(column(name), "DROP DEFAULT"),
        ChangeKind::DropDefault { column: name } => default(column(name), "nothing"),
        ChangeKind::AddConstraint { .. } => "DROP CONSTRAINT".to_owned(),
        ChangeKind::ValidateConstraint { .. } => "nothing".to_owned(),
        ChangeKind::DropConstraint { constraint: Some(constraint), .. } => {
            format!("ADD {constraint}: fails when rows have been written that break it")
        }
        ChangeKind::CreateIndex { concurrently: false, .. } => "DROP INDEX".to_owned(),
        ChangeKind::CreateIndex { concurrently: true, .. } => "DROP INDEX CONCURRENTLY".to_owned(),
        ChangeKind::DropIndex { index: Some(index), concurrently, .. } => {
            let concurrently = if *concurrently { " CONCURRENTLY" } else { "" };
            format!("CREATE INDEX{concurrently} {index}")
        }
        ChangeKind::RemakeTable => "a copy of the table, as it was".to_owned(),
        ChangeKind::Unknown | ChangeKind::Other { .. } | ChangeKind::ChangeRows { .. } => {
            "as the migration says".to_owned()
        }
        ChangeKind::DropConstraint { .. } | ChangeKind::DropIndex { .. } | ChangeKind::Comment { .. } => {
            BACK.to_owned()
        }
    }
}

const BACK: &str = "back as it was";

/// The default that a column had before the migration, else `without`.
fn default(column: Option<&Column>, without: &str) -> String {
    let had = column.and_then(|column| column.default.as_ref());
    had.map_or_else(|| without.to_owned(), |default| format!("SET DEFAULT {}", shortened(&default.expression)))
}

/// Why there is no way back.
pub(super) fn refused(reversal: Option<&Reversal>) -> Option<String> {
    match reversal? {
        Reversal::No => Some("none: migrate raises IrreversibleError".to_owned()),
        Reversal::OnlyWithoutRows { model, field } => {
            Some(format!("fails when {model} has rows: nothing fills {field}"))
        }
        Reversal::Unknown(unknown) => Some(format!("not known: `{}` {}", shortened(&unknown.text), unknown.reason)),
        Reversal::Yes => None,
    }
}
