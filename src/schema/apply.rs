//! What a change makes of a schema.

use std::sync::Arc;

use crate::schema::{Schema, Table};
use crate::sql::{
    ChangeKind, Column, Constraint, ConstraintKind, DatabaseDefault, Guard, Index, Routine, SchemaChange,
};

impl Schema {
    /// Changes the schema as the database would. A change of what is not known changes nothing.
    pub fn apply(&mut self, change: &SchemaChange) {
        self.follow_validation(&change.kind);
        self.follow_routine(change);
        let Some(name) = &change.table else {
            self.apply_without_table(&change.kind);
            return;
        };
        match &change.kind {
            ChangeKind::CreateTable { columns, constraints, if_not_exists } => {
                if !(*if_not_exists && self.tables.contains_key(name)) {
                    let mut table = Table::default();
                    for column in columns {
                        table.add_column(column);
                    }
                    for constraint in constraints {
                        table.add_constraint(constraint);
                    }
                    self.tables.insert(name.clone(), Arc::new(table));
                }
            }
            ChangeKind::DropTable { .. } => {
                self.tables.remove(name);
                for table in self.referring_mut(name) {
                    table.constraints.retain(|constraint| !refers_to(constraint, name));
                }
            }
            ChangeKind::RenameTable { to } => {
                if let Some(table) = self.tables.remove(name) {
                    self.tables.insert(to.clone(), table);
                }
                let keys = self.referring_mut(name).flat_map(Table::foreign_keys_mut);
                for key in keys.filter(|key| key.table == *name) {
                    key.table.clone_from(to);
                }
            }
            ChangeKind::RenameColumn { column, to } => {
                if let Some(table) = self.table_mut(name) {
                    table.rename_column(column, to);
                }
                let keys = self.referring_mut(name).flat_map(Table::foreign_keys_mut);
                for key in keys.filter(|key| key.table == *name) {
                    rename(&mut key.columns, column, to);
                }
            }
            kind => {
                if let Some(table) = self.table_mut(name) {
                    table.apply(kind);
                }
            }
        }
    }

    fn follow_validation(&mut self, kind: &ChangeKind) {
        match kind {
            ChangeKind::AddConstraint { constraint, not_valid: true, .. } => {
                self.not_valid.extend(constraint.name.clone());
            }
            ChangeKind::ValidateConstraint { name } | ChangeKind::DropConstraint { name: Some(name), .. } => {
                self.not_valid.remove(name);
            }
            _ => {}
        }
    }

    /// Triggers and rules, with the functions that they call.
    fn follow_routine(&mut self, change: &SchemaChange) {
        match (change.routine.as_deref(), &change.kind, change.table.as_deref()) {
            (Some(Routine::Function(body)), ChangeKind::Other { object: Some(name), .. }, _) => {
                self.functions.insert(name.clone(), *body);
                let calls = |guard: &Guard| guard.function.as_ref() == Some(name);
                let callers = self.tables.values_mut().filter(|table| table.guards.iter().any(calls));
                for guard in callers.flat_map(|table| &mut Arc::make_mut(table).guards).filter(|guard| calls(guard)) {
                    guard.body = *body;
                }
            }
            (Some(Routine::Guard(guard)), _, Some(table)) => {
                let function = guard.function.as_ref().and_then(|name| self.functions.get(name));
                let body = function.copied().unwrap_or(guard.body);
                if let Some(table) = self.table_mut(table) {
                    table.guards.retain(|other| other.name != guard.name);
                    table.guards.push(Guard { body, ..guard.clone() });
                }
            }
            (None, ChangeKind::Other { words, object: Some(name) }, table) => {
                // MySQL and SQLite name no table.
                let gone = matches!(words.as_str(), "DROP TRIGGER" | "DROP RULE");
                let has = |table: &Table| table.guards.iter().any(|guard| guard.name == *name);
                let of = |own: &str| table.is_none_or(|table| table == own);
                let holders = self.tables.iter_mut().filter(|(own, content)| gone && of(own) && has(content));
                for (_, holder) in holders {
                    Arc::make_mut(holder).guards.retain(|guard| guard.name != *name);
                }
            }
            _ => {}
        }
    }

    /// PostgreSQL names no table where it drops or renames an index.
    fn apply_without_table(&mut self, kind: &ChangeKind) {
        let (ChangeKind::DropIndex { name: Some(name), .. } | ChangeKind::RenameIndex { name, .. }) = kind else {
            return;
        };
        let holder = self.table_of_index(name).map(str::to_owned);
        if let Some(table) = holder.and_then(|holder| self.table_mut(&holder)) {
            table.apply(kind);
        }
    }
}

/// The constraint with the columns of the index that it uses, which it does not name.
fn over_index(constraint: &Constraint, used: Option<Index>) -> Constraint {
    let mut constraint = constraint.clone();
    if let (Some(index), ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. }) =
        (used, &mut constraint.kind)
        && columns.is_empty()
    {
        *columns = index.columns;
    }
    constraint
}

fn refers_to(constraint: &Constraint, table: &str) -> bool {
    matches!(&constraint.kind, ConstraintKind::ForeignKey { references, .. } if references.table == table)
}

fn rename(names: &mut [String], old: &str, new: &str) {
    for name in names.iter_mut().filter(|name| *name == old) {
        new.clone_into(name);
    }
}

/// A column name within the text of a check that Django makes for a field, which quotes it.
fn rename_quoted(text: &mut String, old: &str, new: &str) {
    for quote in ['"', '`'] {
        *text = text.replace(&format!("{quote}{old}{quote}"), &format!("{quote}{new}{quote}"));
    }
}

impl Table {
    fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    fn foreign_keys_mut(&mut self) -> impl Iterator<Item = &mut crate::sql::ForeignKey> {
        self.constraints.iter_mut().filter_map(|constraint| match &mut constraint.kind {
            ConstraintKind::ForeignKey { references, .. } => Some(references),
            _ => None,
        })
    }

    fn add_constraint(&mut self, constraint: &Constraint) {
        match &constraint.kind {
            ConstraintKind::PrimaryKey(columns) => {
                for column in self.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                    column.null = false;
                }
            }
            ConstraintKind::NotNull(name) => {
                if let Some(column) = self.column_mut(name) {
                    column.null = false;
                }
            }
            _ => {}
        }
        self.constraints.push(constraint.clone());
    }

    fn apply(&mut self, kind: &ChangeKind) {
        match kind {
            ChangeKind::AddColumn { column, if_not_exists: true, .. } if self.column(&column.name).is_some() => {}
            ChangeKind::AddColumn { column, .. } => {
                self.columns.retain(|other| other.name != column.name);
                self.add_column(column);
            }
            ChangeKind::DropColumn { column, cascade } => {
                // PostgreSQL, "Generated Columns": what computes from it depends on it (measured:
                // `remove_field__source_of_generated`); nothing else knows CASCADE here.
                if *cascade {
                    for computed in self.computed_from(column) {
                        self.drop_column(&computed);
                    }
                }
                self.drop_column(column);
            }
            ChangeKind::AlterColumnType { column, to, collation, drops_expression, .. } => {
                if let Some(column) = self.column_mut(column) {
                    column.column_type = Ok(to.clone());
                    column.collation.clone_from(collation);
                    column.generated.take_if(|_| *drops_expression);
                }
            }
            ChangeKind::SetNotNull { column } => self.set_null(column, false),
            ChangeKind::DropNotNull { column } => self.set_null(column, true),
            ChangeKind::SetDefault { column, default } => self.set_default(column, Some(default)),
            ChangeKind::DropDefault { column } => self.set_default(column, None),
            ChangeKind::AddConstraint { constraint, using_index, .. } => {
                let becomes = |index: &Index| index.name.is_some() && index.name == *using_index;
                let used = self.indexes.iter().position(becomes).map(|place| self.indexes.remove(place));
                self.add_constraint(&over_index(constraint, used));
            }
            ChangeKind::DropConstraint { name, constraint } => {
                self.drop_constraint(name.as_deref(), constraint.as_ref());
            }
            ChangeKind::RenameConstraint { name, to } => {
                for constraint in &mut self.constraints {
                    rename_part(&mut constraint.name, name, to);
                }
            }
            ChangeKind::CreateIndex { index, if_not_exists, .. } => {
                let is_there = index.name.is_some() && self.indexes.iter().any(|other| other.name == index.name);
                if !(*if_not_exists && is_there) {
                    self.indexes.push(index.clone());
                }
            }
            ChangeKind::DropIndex { name, index, .. } => self.drop_index(name.as_deref(), index.as_ref()),
            ChangeKind::RenameIndex { name, to } => {
                for index in &mut self.indexes {
                    rename_part(&mut index.name, name, to);
                }
            }
            ChangeKind::Other { words, object: Some(column) } if words == "ALTER COLUMN DROP EXPRESSION" => {
                if let Some(column) = self.column_mut(column) {
                    column.generated = None;
                }
            }
            ChangeKind::Other { words, object: Some(column) } => {
                let auto = match words.as_str() {
                    "ALTER COLUMN ADD IDENTITY" => true,
                    // The sequence behind a `serial`, with CASCADE (`sql_delete_sequence`).
                    "ALTER COLUMN DROP IDENTITY" | "DROP SEQUENCE" => false,
                    _ => return,
                };
                if let Some(column) = self.column_mut(column) {
                    column.auto = auto;
                }
            }
            _ => {}
        }
    }

    fn set_null(&mut self, column: &str, null: bool) {
        if let Some(column) = self.column_mut(column) {
            column.null = null;
        }
    }

    fn set_default(&mut self, column: &str, default: Option<&DatabaseDefault>) {
        if let Some(column) = self.column_mut(column) {
            // A default out of a sequence is what makes a `serial`.
            if default.is_some_and(|default| default.expression.to_ascii_lowercase().starts_with("nextval")) {
                column.auto = true;
                return;
            }
            // SET DEFAULT NULL is no default.
            let default = default.filter(|default| !default.expression.eq_ignore_ascii_case("NULL"));
            column.default = default.cloned();
        }
    }

    /// The columns that the database computes from a column.
    fn computed_from(&self, name: &str) -> Vec<String> {
        let computes = |column: &&Column| column.generated.as_ref().is_some_and(|own| own.computes_from(name));
        self.columns.iter().filter(computes).map(|column| column.name.clone()).collect()
    }

    /// PostgreSQL, ALTER TABLE: "Indexes and table constraints involving the column will be automatically dropped as
    /// well."
    fn drop_column(&mut self, name: &str) {
        let is_it = |other: &String| other == name;
        self.columns.retain(|column| column.name != name);
        self.indexes.retain(|index| !index.columns.iter().chain(&index.include).any(is_it));
        self.constraints.retain(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(columns)
            | ConstraintKind::Unique { columns, .. }
            | ConstraintKind::ForeignKey { columns, .. } => !columns.iter().any(is_it),
            ConstraintKind::NotNull(column) => column != name,
            ConstraintKind::Check(text) => {
                !['"', '`'].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}")))
            }
            ConstraintKind::Exclude => true,
        });
    }

    pub(super) fn rename_column(&mut self, old: &str, new: &str) {
        if let Some(column) = self.column_mut(old) {
            new.clone_into(&mut column.name);
        }
        for generated in self.columns.iter_mut().filter_map(|column| column.generated.as_mut()) {
            rename(&mut generated.names, old, new);
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
                ConstraintKind::NotNull(column) => rename(std::slice::from_mut(column), old, new),
                ConstraintKind::Check(text) => rename_quoted(text, old, new),
                ConstraintKind::Exclude => {}
            }
        }
    }

    fn drop_constraint(&mut self, name: Option<&str>, constraint: Option<&Constraint>) {
        let named = |other: &Constraint| name.is_some() && other.name.as_deref() == name;
        let found = self.constraints.iter().position(named).or_else(|| {
            let kind = &constraint?.kind;
            self.constraints.iter().position(|other| match (kind, &other.kind) {
                // MySQL names no columns: DROP PRIMARY KEY.
                (ConstraintKind::PrimaryKey(columns), ConstraintKind::PrimaryKey(_)) if columns.is_empty() => true,
                (kind, other) => kind == other,
            })
        });
        if let Some(place) = found.or_else(|| self.constraint_place(name?)) {
            self.constraints.remove(place);
        }
    }

    fn drop_index(&mut self, name: Option<&str>, index: Option<&Index>) {
        let is_it = |other: &Index| match (name, index) {
            (Some(name), _) if other.name.as_deref() == Some(name) => true,
            (_, Some(index)) => other == index,
            _ => false,
        };
        if let Some(place) = self.indexes.iter().position(is_it).or_else(|| self.index_place(name?)) {
            self.indexes.remove(place);
        } else if name.is_some() {
            // A unique constraint is an index to MySQL, which drops it as one.
            self.drop_constraint(name, None);
        }
    }
}

fn rename_part(own: &mut Option<String>, old: &str, new: &str) {
    if own.as_deref() == Some(old) {
        *own = Some(new.to_owned());
    }
}
