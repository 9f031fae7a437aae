//! What is known of models on one database, computed once for all versions of the code that share a model.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::effects::compat::code::ModelColumn;
use crate::history::{ModelState, ProjectState, Settings};
use crate::schema::{Schema, Table, Tables, Target};

/// Models on one database.
#[derive(Debug)]
pub struct ModelTables {
    tables: Tables,
    /// By the addresses of model and table, which the entry keeps alive.
    columns: Mutex<HashMap<(usize, usize), Columns>>,
}

/// The columns, with what they are those of.
type Columns = (Arc<ModelState>, Arc<Table>, Arc<[ModelColumn]>);

impl ModelTables {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(settings: Settings, target: Target) -> Self {
        Self { tables: Tables::new(settings, target), columns: Mutex::default() }
    }

    /// What the settings of the project say.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.tables.settings()
    }

    /// The database and Django.
    #[must_use]
    pub fn target(&self) -> Target {
        self.tables.target()
    }

    /// The tables that Django makes for a project's models: see [`Schema::of`].
    #[must_use]
    pub fn schema(&self, state: &ProjectState) -> Schema {
        self.tables.schema(state)
    }

    /// The columns of a model's table as the code with that model knows them.
    pub(super) fn columns(&self, model: &Arc<ModelState>, table: &Arc<Table>) -> Arc<[ModelColumn]> {
        let address = (Arc::as_ptr(model).addr(), Arc::as_ptr(table).addr());
        // Nothing here panics, so that a poisoned lock still holds what it should.
        let lock = || self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., columns)) = lock().get(&address) {
            return Arc::clone(columns);
        }
        let columns: Arc<[ModelColumn]> =
            table.columns.iter().map(|column| ModelColumn::of(model, column, self.target())).collect();
        lock().insert(address, (Arc::clone(model), Arc::clone(table), Arc::clone(&columns)));
        columns
    }
}
