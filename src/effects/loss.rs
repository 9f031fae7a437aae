//! What of the data is gone after a change, and does not come back by going back.

use crate::effects::compat::narrows_values;
use crate::schema::Schema;
use crate::sql::{ChangeKind, ColumnType, Rows, SchemaChange};
use crate::target::Vendor;

/// What is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All rows of a table.
    Table(String),
    /// A column's values.
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Parts of a column's values: what the new type does not hold is cut off or rounded without an error.
    Values {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type it had.
        from: ColumnType,
        /// The type it gets.
        to: ColumnType,
    },
    /// Rows that a statement deletes or overwrites.
    Rows(String),
}

/// What a change takes away; `before` is the schema before the migration, `now` the one before the change. What the
/// migration itself made holds nothing yet.
#[must_use]
pub fn of(change: &SchemaChange, now: &Schema, before: &Schema, vendor: Vendor) -> Option<Loss> {
    let table = change.table.as_ref()?;
    let own = now.tables.get(table);
    match &change.kind {
        ChangeKind::DropTable { .. } => Some(Loss::Table(table.clone())),
        ChangeKind::DropColumn { column, .. } => {
            let computed = own.and_then(|own| own.columns.iter().find(|own| own.name == *column));
            let is_computed = computed.is_some_and(|column| column.generated.is_some());
            (!is_computed).then(|| Loss::Column { table: table.clone(), column: column.clone() })
        }
        ChangeKind::AlterColumnType { column, from, to, using, .. } => {
            let there = || own?.columns.iter().find(|own| own.name == *column)?.column_type.clone().ok();
            let from = from.clone().or_else(there)?;
            narrows_values(&from, to, using.is_some(), vendor).then(|| Loss::Values {
                table: table.clone(),
                column: column.clone(),
                from,
                to: to.clone(),
            })
        }
        ChangeKind::ChangeRows { rows: Rows::Update | Rows::Delete | Rows::Truncate, .. } => {
            before.tables.contains_key(table).then(|| Loss::Rows(table.clone()))
        }
        _ => None,
    }
}
