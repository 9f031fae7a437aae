//! What of the data is gone after a change, and does not come back by going back.

use crate::effects::compat::{Origins, narrows_values};
use crate::schema::{Schema, Statement};
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

/// Looks for losses among the statements of a migration.
pub(super) struct Losses<'a> {
    /// All that the migration sends.
    pub(super) statements: &'a [Statement],
    /// The database.
    pub(super) vendor: Vendor,
}

impl Losses<'_> {
    /// What a change of the statement with that number takes away; `now` is the schema before it. What the migration
    /// itself made holds nothing yet.
    pub(super) fn of(&self, number: usize, change: &SchemaChange, now: &Schema, origins: &Origins) -> Option<Loss> {
        let statement = self.statements.get(number)?;
        let table = change.table.as_ref()?;
        let own = now.table(table);
        match &change.kind {
            ChangeKind::DropTable { .. } => {
                let may_be_missing = own.is_none() && statement.says("IF EXISTS");
                let gone = !origins.made_table(table) && !may_be_missing && !self.copied(number);
                gone.then(|| Loss::Table(table.clone()))
            }
            ChangeKind::DropColumn { column, .. } => {
                let computed = own.and_then(|own| own.column(column)).is_some_and(|column| column.generated.is_some());
                let gone = !computed && !origins.made_column(table, column);
                gone.then(|| Loss::Column { table: table.clone(), column: column.clone() })
            }
            ChangeKind::AlterColumnType { column, from, to, using, .. } => {
                let there = || own?.column(column)?.column_type.clone().ok();
                let from = from.clone().or_else(there)?;
                let gone = narrows_values(&from, to, using.is_some(), self.vendor);
                (gone && !origins.made_column(table, column)).then(|| Loss::Values {
                    table: table.clone(),
                    column: column.clone(),
                    from,
                    to: to.clone(),
                })
            }
            ChangeKind::ChangeRows { rows: Rows::Delete | Rows::Truncate, .. } => {
                (!origins.made_table(table)).then(|| Loss::Rows(table.clone()))
            }
            ChangeKind::ChangeRows { rows: Rows::Update, .. } => {
                let overwrites = overwritten(statement.sql.as_deref()?)
                    .is_none_or(|columns| columns.iter().any(|column| !origins.made_column(table, column)));
                overwrites.then(|| Loss::Rows(table.clone()))
            }
            _ => None,
        }
    }

    /// Whether Django has filled a new table with the rows of the one that it drops, as it does on SQLite for the
    /// table of a ManyToManyField (`DatabaseSchemaEditor._alter_many_to_many`).
    fn copied(&self, number: usize) -> bool {
        let operation = self.statements.get(number).map(|statement| statement.operation);
        let before = self.statements.iter().take(number).filter(|statement| Some(statement.operation) == operation);
        let by_django = before.filter(|statement| statement.sql.is_none());
        let fills = |change: &SchemaChange| matches!(change.kind, ChangeKind::ChangeRows { rows: Rows::Insert, .. });
        by_django.flat_map(|statement| &statement.changes).any(fills)
    }
}

/// The columns that an UPDATE gives other values, none where it fills NULLs alone; `None` when that can't be told.
fn overwritten(sql: &str) -> Option<Vec<String>> {
    let plain: Vec<&str> = sql.split_whitespace().collect();
    let plain = plain.join(" ");
    let lower = plain.to_ascii_lowercase();
    let start = lower.find(" set ")? + 5;
    let end = lower.find(" where ").filter(|end| *end > start);
    let condition = end.and_then(|end| lower.get(end..)).unwrap_or_default();
    let assignments = plain.get(start..end.unwrap_or(plain.len()))?;
    let mut depth = 0_usize;
    let split = assignments.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let name = |assignment: &str| {
        let (name, _) = assignment.split_once('=')?;
        let name = name.trim().rsplit('.').next()?.trim_matches(|c| matches!(c, '"' | '`'));
        (!name.is_empty() && !name.contains(['(', ' '])).then(|| name.to_owned())
    };
    let columns: Vec<String> = split.map(name).collect::<Option<_>>()?;
    let fills = |column: &String| condition.contains(&format!("{} is null", column.to_ascii_lowercase()));
    Some(if columns.iter().all(fills) { Vec::new() } else { columns })
}

#[cfg(test)]
mod tests {
    use super::overwritten;

    #[test]
    fn an_update_that_fills_nulls_overwrites_nothing() {
        let of = |sql: &str| overwritten(sql);
        assert_eq!(of("UPDATE t SET a = 1 WHERE a IS NULL"), Some(Vec::new()));
        assert_eq!(of("UPDATE \"t\"\n SET \"a\" = f(1, 2), b=2"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(of("UPDATE t SET a = 1 WHERE b IS NULL"), Some(vec!["a".to_owned()]));
        assert_eq!(of("UPDATE t SET (a, b) = (1, 2)"), None);
        assert_eq!(of("UPDATE"), None);
    }
}
