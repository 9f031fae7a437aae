//! Constraints and indexes by the names that statements give them.
//!
//! A schema that is computed from models has no names for what Django has named: they end in a hash of the table's and
//! the columns' names as they once were. But they hold the columns and the kind, which tells which one is meant.

use std::sync::Arc;

use crate::schema::{Schema, Table};
use crate::sql::{Constraint, ConstraintKind};

impl Schema {
    /// The table of an index of that name.
    #[must_use]
    pub fn table_of_index(&self, name: &str) -> Option<&str> {
        let named = self.tables.iter().find(|(_, table)| {
            table.indexes.iter().any(|index| index.name.as_deref() == Some(name))
                || table.constraints.iter().any(|constraint| constraint.name.as_deref() == Some(name))
        });
        // Django's names of indexes begin with the table's (`BaseDatabaseSchemaEditor._create_index_name`).
        let begins = |table: &str| name.strip_prefix(table).is_some_and(|rest| rest.starts_with('_'));
        let by_django = || {
            let fits = |(table, content): &(&String, &Arc<Table>)| begins(table) && content.index_place(name).is_some();
            self.tables.iter().filter(fits).max_by_key(|(table, _)| table.len())
        };
        named.or_else(by_django).map(|(table, _)| table.as_str())
    }
}

impl Table {
    /// The constraint of that name.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraint_place(name).map(|place| &self.constraints[place])
    }

    pub(super) fn constraint_place(&self, name: &str) -> Option<usize> {
        let named = self.constraints.iter().position(|constraint| constraint.name.as_deref() == Some(name));
        named.or_else(|| self.constraint_named_by_django(name))
    }

    pub(super) fn index_place(&self, name: &str) -> Option<usize> {
        let named = self.indexes.iter().position(|index| index.name.as_deref() == Some(name));
        named.or_else(|| self.index_named_by_django(name))
    }

    /// An index without a name whose columns the name holds; of several, the one with most of it.
    fn index_named_by_django(&self, name: &str) -> Option<usize> {
        let held = |columns: &[String]| name.contains(&columns.join("_"));
        let fits = |place: &usize| self.indexes[*place].name.is_none() && held(&self.indexes[*place].columns);
        (0..self.indexes.len()).filter(fits).max_by_key(|place| self.indexes[*place].columns.join("_").len())
    }

    /// `shop_item_cat_id_1d23f4a5_fk_shop_cat_id`, `…_uniq`, `…_check` (`_create_index_name`, `_fk_constraint_name`), and
    /// PostgreSQL's `shop_item_code_key`, `shop_item_pkey`, `shop_item_qty_check`.
    fn constraint_named_by_django(&self, name: &str) -> Option<usize> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (place, constraint) in self.constraints.iter().enumerate() {
            if constraint.name.is_some() {
                continue;
            }
            let columns = match &constraint.kind {
                ConstraintKind::ForeignKey { columns, .. } if name.contains("_fk") => columns.join("_"),
                ConstraintKind::Unique { columns, .. } if name.ends_with("_uniq") || name.ends_with("_key") => {
                    columns.join("_")
                }
                ConstraintKind::PrimaryKey(_) if name.ends_with("_pkey") => return Some(place),
                ConstraintKind::Check(expression) if name.contains("_check") => {
                    let column = self.columns.iter().find(|column| expression.contains(&column.name));
                    let Some(column) = column else { continue };
                    column.name.clone()
                }
                _ => continue,
            };
            if name.contains(&columns) {
                found.push((columns.len(), place));
            }
        }
        found.into_iter().max().map(|(_, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Schema;
    use crate::sql::{ConstraintKind, statements};
    use crate::target::Vendor;

    fn after(text: &str) -> Schema {
        let mut schema = Schema::default();
        for statement in statements(text, Vendor::PostgreSql) {
            for change in &statement.changes {
                schema.apply(change);
            }
        }
        schema
    }

    #[test]
    fn constraints_are_found_by_the_names_that_django_gives_them() {
        let schema = after(
            "CREATE TABLE t (id bigint PRIMARY KEY, a_id bigint REFERENCES p, b_a_id bigint REFERENCES p, n integer CHECK (n > 0))",
        );
        let table = &schema.tables["t"];
        let column = |name: &str| match &table.constraint(name).unwrap().kind {
            ConstraintKind::ForeignKey { columns, .. } => columns[0].clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(column("t_b_a_id_1a2b3c4d_fk_p_id"), "b_a_id");
        assert_eq!(column("t_n_check"), "Check(\"n > 0\")");
        assert!(table.constraint("t_a_id_1a2b3c4d_uniq").is_none());
    }

    #[test]
    fn a_drop_by_the_name_that_django_gave_drops_it() {
        let schema = after(
            "CREATE TABLE t (id bigint PRIMARY KEY, a_id bigint REFERENCES p, n integer); CREATE INDEX ON t (n); \
             ALTER TABLE t DROP CONSTRAINT t_a_id_1a2b3c4d_fk_p_id; DROP INDEX t_n_1a2b3c4d",
        );
        let table = &schema.tables["t"];
        assert_eq!((table.foreign_keys().count(), table.indexes.len()), (0, 0));
    }

    #[test]
    fn a_constraint_that_uses_an_index_has_its_columns() {
        let schema = after(
            "CREATE TABLE t (a integer, b integer); CREATE UNIQUE INDEX i ON t (a, b); \
             ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i",
        );
        assert!(schema.tables["t"].is_unique(&["a".to_owned(), "b".to_owned()]));
        assert!(schema.tables["t"].indexes.is_empty());
    }
}
