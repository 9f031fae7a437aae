//! Models to tables.

use crate::history::{ProjectState, Settings};
use crate::schema::render::{Field, Made, Model, Project};
use crate::schema::{Schema, Table, Target};
use crate::sql::{Column, Constraint, ConstraintKind, Index};

impl Schema {
    /// The tables that Django makes for a project's models.
    ///
    /// Models that are not managed, proxies and swapped ones have none, and neither has one whose table's name is not
    /// known. A column whose field class is not known has a type that says so.
    #[must_use]
    pub fn of(state: &ProjectState, settings: &Settings, target: Target) -> Self {
        let project = Project { state, settings, target };
        let mut schema = Schema::default();
        for (_, _, state) in project.state.models() {
            let Ok(model) = project.model(state) else { continue };
            // Whoever makes no table for the model makes none for its ManyToManyFields.
            if !model.has_table {
                continue;
            }
            for (name, field) in &state.fields {
                if let Some(Ok(through)) = project.through(state, name, field) {
                    schema.tables.entry(through.table.clone()).or_insert_with(|| project.table(&through));
                }
            }
            schema.tables.insert(model.table.clone(), project.table(&model));
        }
        schema
    }
}

impl Project<'_> {
    /// The table of a model, with all that Django makes for it at once or behind the other statements.
    pub(super) fn table(self, model: &Model) -> Table {
        let mut table = Table::default();
        for field in model.fields.iter().filter(|field| field.has_column()) {
            // Two fields of one column: the later one stands for it.
            table.columns.retain(|column| column.name != field.column.name);
            table.add_column(&self.created_column(field, true));
        }
        table.constraints.extend(model.key_constraint());
        for fields in &model.unique_together {
            self.add_unique(&mut table, model.columns(fields));
        }
        for field in model.fields.iter().filter(|field| field.has_column()) {
            table.indexes.extend(self.indexes_of(field));
        }
        for fields in &model.index_together {
            table.indexes.push(plain_index(model.columns(fields)));
        }
        for part in model.indexes.iter().chain(&model.constraints) {
            match &part.made {
                Made::Index(index) => table.indexes.push(index.clone()),
                Made::Constraint(constraint) => table.constraints.push(constraint.clone()),
                Made::Nothing | Made::Unknown(_) => {}
            }
        }
        table
    }

    /// The column of a field, with its foreign key inline when that is wanted.
    pub(super) fn created_column(self, field: &Field, with_key: bool) -> Column {
        let mut column = field.column.clone();
        column.references = field.foreign_key(self).filter(|_| with_key);
        column
    }

    /// `unique_together`: a constraint, on SQLite an index (`sql_create_unique`).
    fn add_unique(self, table: &mut Table, columns: Vec<String>) {
        if self.target.is_sqlite() {
            table.indexes.push(Index { unique: true, ..plain_index(columns) });
        } else {
            let kind = ConstraintKind::Unique { columns, deferrable: false };
            table.constraints.push(Constraint { name: None, kind });
        }
    }

    /// `_field_indexes_sql`: the index of a field, and on PostgreSQL the one for LIKE.
    pub(super) fn indexes_of(self, field: &Field) -> Vec<Index> {
        let mut indexes = Vec::new();
        if field.is_indexed(self) {
            indexes.push(self.index_of(field));
        }
        if field.pattern_class(self).is_some() {
            indexes.push(plain_index(vec![field.column.name.clone()]));
        }
        indexes
    }

    /// `_create_index_sql` for a field.
    pub(super) fn index_of(self, field: &Field) -> Index {
        let method = field.spatial.then(|| if self.target.is_postgresql() { "gist" } else { "spatial" });
        Index { method: method.map(str::to_owned), ..plain_index(vec![field.column.name.clone()]) }
    }
}

/// An index over columns, without a name.
pub(super) fn plain_index(columns: Vec<String>) -> Index {
    Index { name: None, columns, unique: false, method: None, partial: false, expressions: false, include: Vec::new() }
}
