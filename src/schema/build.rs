//! Models to tables.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::history::{ModelState, ProjectState, Settings};
use crate::schema::render::{self, Field, Model, Project, Trace};
use crate::schema::{Schema, Table, Target};
use crate::sql::{Column, Constraint, ConstraintKind, Index};

impl Schema {
    /// The tables that Django makes for a project's models.
    ///
    /// Models that are not managed, proxies and swapped ones have none, and neither has one whose table's name is not
    /// known. A column whose field class is not known has a type that says so.
    #[must_use]
    pub fn of(state: &ProjectState, settings: &Settings, target: Target) -> Self {
        Tables::new(settings.clone(), target).schema(state)
    }
}

/// The tables of models on one database, each made once for all states that agree in what it is made of.
#[derive(Debug)]
pub struct Tables {
    settings: Settings,
    target: Target,
    /// By the address of the model, which `Made` keeps alive.
    made: Mutex<HashMap<usize, Vec<Arc<Made>>>>,
}

/// The tables of a model.
#[derive(Debug)]
struct Made {
    model: Arc<ModelState>,
    /// The models that were looked at on the way, by app and lower-case name.
    seen: Vec<((String, String), Arc<ModelState>)>,
    /// Its own table, with those of its `ManyToManyFields` in front of it.
    tables: Vec<(String, Arc<Table>)>,
}

impl Made {
    /// Whether the tables would be the same for the model in that state.
    fn holds_in(&self, state: &ProjectState) -> bool {
        let is_same = |((app, name), seen): &((String, String), Arc<ModelState>)| {
            state.model(app, name).likely().is_some_and(|model| Arc::ptr_eq(model, seen))
        };
        self.seen.iter().all(is_same)
    }
}

impl Tables {
    /// No tables yet.
    #[must_use]
    pub fn new(settings: Settings, target: Target) -> Self {
        Self { settings, target, made: Mutex::default() }
    }

    /// What the settings of the project say.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The database and Django.
    #[must_use]
    pub fn target(&self) -> Target {
        self.target
    }

    /// The tables that Django makes for a project's models: see [`Schema::of`].
    #[must_use]
    pub fn schema(&self, state: &ProjectState) -> Schema {
        let mut schema = Schema::default();
        for (_, _, model) in state.models() {
            let made = self.made(state, model);
            if let Some(((name, own), between)) = made.tables.split_last() {
                for (name, table) in between {
                    schema.tables.entry(name.clone()).or_insert_with(|| Arc::clone(table));
                }
                schema.tables.insert(name.clone(), Arc::clone(own));
            }
        }
        schema
    }

    fn made(&self, state: &ProjectState, model: &Arc<ModelState>) -> Arc<Made> {
        let address = Arc::as_ptr(model).addr();
        // Nothing here panics, so that a poisoned lock still holds what it should.
        let lock = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&address).cloned().unwrap_or_default();
        if let Some(made) = known.into_iter().find(|made| made.holds_in(state)) {
            return made;
        }
        let trace = Trace::default();
        let project = Project { state, settings: &self.settings, target: self.target, trace: Some(&trace) };
        let tables = project.tables(model);
        let (seen, is_whole) = trace.finish();
        let made = Arc::new(Made { model: Arc::clone(model), seen, tables });
        if is_whole {
            lock().entry(Arc::as_ptr(&made.model).addr()).or_default().push(Arc::clone(&made));
        }
        made
    }
}

impl Project<'_> {
    /// The tables of a model, its own behind those of its `ManyToManyFields`; none where Django makes none.
    fn tables(self, state: &ModelState) -> Vec<(String, Arc<Table>)> {
        let Ok(model) = self.model(state) else { return Vec::new() };
        // Whoever makes no table for the model makes none for its ManyToManyFields.
        if !model.has_table {
            return Vec::new();
        }
        let between = state.fields.iter().filter_map(|(name, field)| self.through(state, name, field)?.ok());
        let mut tables: Vec<(String, Arc<Table>)> =
            between.map(|through| (through.table.clone(), Arc::new(self.table(&through)))).collect();
        tables.push((model.table.clone(), Arc::new(self.table(&model))));
        tables
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
                render::Made::Index(index) => table.indexes.push(index.clone()),
                render::Made::Constraint(constraint) => table.constraints.push(constraint.clone()),
                render::Made::Nothing | render::Made::Unknown(_) => {}
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
    Index { name: None, columns, unique: false, method: None, condition: None, expressions: false, include: Vec::new() }
}
