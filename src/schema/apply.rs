//! What changes make of a schema.

use crate::schema::{Schema, Table};
use crate::sql::{ChangeKind, ColumnType, Constraint, ConstraintKind, SchemaChange};

impl Schema {
    /// Makes a change. One of something that is not there changes nothing: the schema holds only what is known.
    pub fn apply(&mut self, change: &SchemaChange) {
        let Some(name) = change.table.as_deref() else { return self.apply_to_index(&change.kind) };
        match &change.kind {
            ChangeKind::CreateTable { columns, constraints, if_not_exists } => {
                if *if_not_exists && self.tables.contains_key(name) {
                    return;
                }
                let mut table = Table::default();
                for column in columns {
                    table.add_column(column);
                }
                table.constraints.extend(constraints.iter().cloned());
                self.tables.insert(name.to_owned(), table);
            }
            ChangeKind::DropTable { .. } => {
                self.tables.remove(name);
                for table in self.tables.values_mut() {
                    table.constraints.retain(|constraint| referred(constraint) != Some(name));
                }
            }
            ChangeKind::RenameTable { to } => {
                if let Some(table) = self.tables.remove(name) {
                    self.tables.insert(to.clone(), table);
                }
                for constraint in self.tables.values_mut().flat_map(|table| &mut table.constraints) {
                    if let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind
                        && references.table == name
                    {
                        references.table.clone_from(to);
                    }
                }
            }
            ChangeKind::RenameColumn { column, to } => {
                if let Some(table) = self.tables.get_mut(name) {
                    table.rename_column(column, to);
                }
                for constraint in self.tables.values_mut().flat_map(|table| &mut table.constraints) {
                    if let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind
                        && references.table == name
                    {
                        rename(&mut references.columns, column, to);
                    }
                }
            }
            kind => {
                if let Some(table) = self.tables.get_mut(name) {
                    table.apply(kind);
                } else {
                    self.apply_to_index(kind);
                }
            }
        }
    }

    /// Changes of an index that name no table.
    fn apply_to_index(&mut self, kind: &ChangeKind) {
        let (ChangeKind::DropIndex { name: Some(name), .. } | ChangeKind::RenameIndex { name, .. }) = kind else {
            return;
        };
        let holder = self.table_of_index(name).map(str::to_owned);
        if let Some(table) = holder.and_then(|holder| self.tables.get_mut(&holder)) {
            table.apply(kind);
        }
    }

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

/// The table that a foreign key refers to.
fn referred(constraint: &Constraint) -> Option<&str> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { references, .. } => Some(&references.table),
        _ => None,
    }
}

fn rename(names: &mut [String], old: &str, new: &str) {
    for name in names.iter_mut().filter(|name| *name == old) {
        new.clone_into(name);
    }
}

impl Table {
    fn apply(&mut self, kind: &ChangeKind) {
        match kind {
            ChangeKind::AddColumn { column, .. } => self.add_column(column),
            ChangeKind::DropColumn { column, .. } => self.drop_column(column),
            ChangeKind::AlterColumnType { column, to, collation, .. } => {
                if let Some(column) = self.column_mut(column) {
                    column.column_type = Ok::<ColumnType, _>(to.clone());
                    column.collation.clone_from(collation);
                }
            }
            ChangeKind::SetNotNull { column } => self.set_null(column, false),
            ChangeKind::DropNotNull { column } => self.set_null(column, true),
            ChangeKind::SetDefault { column, default } => {
                if let Some(column) = self.column_mut(column) {
                    column.default = Some(default.clone());
                }
            }
            ChangeKind::DropDefault { column } => {
                if let Some(column) = self.column_mut(column) {
                    column.default = None;
                }
            }
            ChangeKind::AddConstraint { constraint, using_index, .. } => {
                self.add_constraint(constraint, using_index.as_deref())
            }
            ChangeKind::DropConstraint { name, constraint } => {
                let place = self.place_of(name.as_deref(), constraint.as_ref());
                if let Some(place) = place {
                    self.constraints.remove(place);
                }
            }
            ChangeKind::RenameConstraint { name, to } => {
                if let Some(place) = self.place_of(Some(name), None) {
                    self.constraints[place].name = Some(to.clone());
                }
            }
            ChangeKind::CreateIndex { index, if_not_exists, .. } => {
                let there = index.name.is_some() && self.indexes.iter().any(|other| other.name == index.name);
                if !(*if_not_exists && there) {
                    self.indexes.push(index.clone());
                }
            }
            ChangeKind::DropIndex { name: Some(name), .. } => {
                // MySQL drops a unique constraint as an index.
                let place = self.indexes.iter().position(|index| index.name.as_ref() == Some(name));
                if let Some(place) = place.or_else(|| self.index_named_by_django(name)) {
                    self.indexes.remove(place);
                } else if let Some(place) = self.place_of(Some(name), None) {
                    self.constraints.remove(place);
                }
            }
            ChangeKind::RenameIndex { name, to } => {
                for index in self.indexes.iter_mut().filter(|index| index.name.as_ref() == Some(name)) {
                    index.name = Some(to.clone());
                }
            }
            ChangeKind::Other { words, object: Some(column) } => {
                let words = words.as_str();
                if let Some(column) = self.column_mut(column) {
                    match words {
                        "ALTER COLUMN ADD IDENTITY" => column.auto = true,
                        "ALTER COLUMN DROP IDENTITY" => column.auto = false,
                        "ALTER COLUMN DROP EXPRESSION" => column.generated = None,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn column_mut(&mut self, name: &str) -> Option<&mut crate::sql::Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    fn set_null(&mut self, column: &str, null: bool) {
        if let Some(column) = self.column_mut(column) {
            column.null = null;
        }
    }

    fn add_constraint(&mut self, constraint: &Constraint, using_index: Option<&str>) {
        let mut constraint = constraint.clone();
        // The index becomes the constraint's; it has the columns.
        if let Some(used) = using_index
            && let Some(place) = self.indexes.iter().position(|index| index.name.as_deref() == Some(used))
        {
            let index = self.indexes.remove(place);
            match &mut constraint.kind {
                ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. } if columns.is_empty() => {
                    *columns = index.columns;
                }
                _ => {}
            }
        }
        let not_null: Vec<String> = match &constraint.kind {
            ConstraintKind::PrimaryKey(columns) => columns.clone(),
            ConstraintKind::NotNull(column) => vec![column.clone()],
            _ => Vec::new(),
        };
        for column in not_null {
            self.set_null(&column, false);
        }
        self.constraints.push(constraint);
    }

    /// DROP COLUMN takes with it the indexes and constraints over the column (PostgreSQL, "ALTER TABLE", DROP COLUMN).
    fn drop_column(&mut self, name: &str) {
        self.columns.retain(|column| column.name != name);
        let has = |columns: &[String]| columns.iter().any(|column| column == name);
        self.indexes.retain(|index| !has(&index.columns) && !has(&index.include));
        self.constraints.retain(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(columns)
            | ConstraintKind::Unique { columns, .. }
            | ConstraintKind::ForeignKey { columns, .. } => !has(columns),
            ConstraintKind::NotNull(column) => column != name,
            ConstraintKind::Check(_) | ConstraintKind::Exclude => true,
        });
    }

    fn rename_column(&mut self, old: &str, new: &str) {
        if let Some(column) = self.column_mut(old) {
            new.clone_into(&mut column.name);
        }
        for index in &mut self.indexes {
            rename(&mut index.columns, old, new);
            rename(&mut index.include, old, new);
        }
        for constraint in &mut self.constraints {
            match &mut constraint.kind {
                ConstraintKind::PrimaryKey(columns)
                | ConstraintKind::Unique { columns, .. }
                | ConstraintKind::ForeignKey { columns, .. } => rename(columns, old, new),
                ConstraintKind::NotNull(column) if column == old => new.clone_into(column),
                _ => {}
            }
        }
    }

    /// The constraint that a statement names. Constraints that Django has named have no name in a schema that is computed
    /// from models; the name tells which of them is meant.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.place_of(Some(name), None).map(|place| &self.constraints[place])
    }

    fn place_of(&self, name: Option<&str>, constraint: Option<&Constraint>) -> Option<usize> {
        let by_name = name
            .and_then(|name| self.constraints.iter().position(|constraint| constraint.name.as_deref() == Some(name)));
        by_name
            .or_else(|| {
                let kind = &constraint?.kind;
                self.constraints.iter().position(|constraint| match (&constraint.kind, kind) {
                    (ConstraintKind::PrimaryKey(_), ConstraintKind::PrimaryKey(columns)) if columns.is_empty() => true,
                    (own, kind) => own == kind,
                })
            })
            .or_else(|| self.named_by_django(name?))
    }

    /// An index without a name whose columns the name holds.
    fn index_named_by_django(&self, name: &str) -> Option<usize> {
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
    fn tables_columns_and_what_hangs_on_them_follow_renames_and_drops() {
        let schema = after(
            "CREATE TABLE p (id bigint PRIMARY KEY, code text UNIQUE); \
             CREATE TABLE t (id bigint PRIMARY KEY, p_id bigint REFERENCES p (id), a integer); \
             CREATE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, p_id); \
             ALTER TABLE p RENAME TO q; ALTER TABLE q RENAME COLUMN id TO key; ALTER TABLE t RENAME a TO b; \
             ALTER TABLE t ALTER b SET NOT NULL; ALTER INDEX i RENAME TO j; ALTER TABLE q DROP COLUMN code",
        );
        let table = &schema.tables["t"];
        let (columns, references) = table.foreign_keys().next().unwrap();
        assert_eq!(
            (columns, references.table.as_str(), &references.columns[..]),
            (&["p_id".to_owned()][..], "q", &["key".to_owned()][..])
        );
        assert!(!table.column("b").unwrap().null && table.is_unique(&["b".to_owned(), "p_id".to_owned()]));
        assert_eq!(table.indexes[0].name.as_deref(), Some("j"));
        assert_eq!(schema.tables["q"].constraints.len(), 1);
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
}
