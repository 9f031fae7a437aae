//! Indexes and constraints by the names that statements give them, Django's own names included.

use crate::schema::{Schema, Table};
use crate::sql::{Constraint, ConstraintKind};

impl Schema {
    /// The table of an index of that name. Indexes that Django has named have no name in a schema that is computed from
    /// models; those names begin with the table's (`BaseDatabaseSchemaEditor._create_index_name`).
    #[must_use]
    pub fn table_of_index(&self, name: &str) -> Option<&str> {
        let named = self.tables.iter().find(|(_, table)| {
            table.indexes.iter().any(|index| index.name.as_deref() == Some(name))
                || table.constraints.iter().any(|constraint| constraint.name.as_deref() == Some(name))
        });
        let begins = |table: &str| name.strip_prefix(table).is_some_and(|rest| rest.starts_with('_'));
        let by_django = || {
            self.tables
                .iter()
                .filter(|(table, content)| begins(table) && content.index_named_by_django(name).is_some())
                .max_by_key(|(table, _)| table.len())
        };
        named.or_else(by_django).map(|(table, _)| table.as_str())
    }
}

impl Table {
    /// The constraint that a statement names. Constraints that Django has named have no name in a schema that is computed
    /// from models; the name tells which of them is meant.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraint_place(name).map(|place| &self.constraints[place])
    }

    /// The place of the constraint of that name, or of the one that Django names so.
    pub(super) fn constraint_place(&self, name: &str) -> Option<usize> {
        let named = self.constraints.iter().position(|constraint| constraint.name.as_deref() == Some(name));
        named.or_else(|| self.named_by_django(name))
    }

    /// An index without a name whose columns the name holds.
    pub(super) fn index_named_by_django(&self, name: &str) -> Option<usize> {
        let held = |columns: &[String]| name.contains(&columns.join("_"));
        (0..self.indexes.len())
            .filter(|place| self.indexes[*place].name.is_none() && held(&self.indexes[*place].columns))
            .max_by_key(|place| self.indexes[*place].columns.join("_").len())
    }

    /// Django's and PostgreSQL's names hold the columns and end with the kind: `shop_item_cat_id_1d23f4a5_fk_shop_cat_id`
    /// (`BaseDatabaseSchemaEditor._create_index_name`), `shop_item_code_key`.
    fn named_by_django(&self, name: &str) -> Option<usize> {
        let fits = |constraint: &&Constraint| constraint.name.is_none();
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (place, constraint) in self.constraints.iter().enumerate().filter(|(_, constraint)| fits(constraint)) {
            let columns = match &constraint.kind {
                ConstraintKind::ForeignKey { columns, .. } if name.contains("_fk") => columns,
                ConstraintKind::Unique { columns, .. } if name.ends_with("_uniq") || name.ends_with("_key") => columns,
                ConstraintKind::PrimaryKey(_) if name.ends_with("_pkey") => return Some(place),
                ConstraintKind::Check(expression) if name.contains("_check") => {
                    let column = self
                        .columns
                        .iter()
                        .find(|column| name.contains(&column.name) && expression.contains(&column.name));
                    found.extend(column.map(|column| (column.name.len(), place)));
                    continue;
                }
                _ => continue,
            };
            if name.contains(&columns.join("_")) {
                found.push((columns.join("_").len(), place));
            }
        }
        // Of several, the one of which the name holds most.
        found.into_iter().max().map(|(_, place)| place)
    }
}
