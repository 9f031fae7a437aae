//! The rows that functions of a migration write.

use std::collections::BTreeSet;

use crate::history::{Around, column, table};
use crate::migration::queries::{Action, DataCode, HistoricalModel, data_code};
use crate::migration::{Code, Migration};
use crate::python::DefinitionKind;

/// Rows of one model that the function of a RunPython writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The operation, nested ones counted.
    pub operation: usize,
    /// The model's app and lower-case name.
    pub model: (String, String),
    /// The model's table when the function runs.
    pub table: String,
    /// Whether rows are inserted, or may be: `save()`.
    pub inserts: bool,
    /// Whether they are inserted in a loop over the rows of a query.
    pub repeated: bool,
    /// The columns that are certainly given a value.
    pub columns: BTreeSet<String>,
}

/// What the functions of a migration write; `states` are those around each of its operations, nested ones behind the
/// one they stand in.
#[must_use]
pub fn written(migration: &Migration, states: &[Around]) -> Vec<Written> {
    let mut all = Vec::new();
    for (operation, (own, around)) in migration.all_operations().into_iter().zip(states).enumerate() {
        let Some(Code::Local(definition, bound)) = own.code() else { continue };
        let DefinitionKind::Function(function) = &definition.kind else { continue };
        let code = data_code(function, &bound, &migration.definitions);
        let mut models: Vec<&HistoricalModel> = Vec::new();
        for model in code.queries.iter().filter_map(|query| query.model.as_deref()) {
            if !models.contains(&model) {
                models.push(model);
            }
        }
        all.extend(models.into_iter().filter_map(|model| of_model(&code, model, around, operation)));
    }
    all
}

fn of_model(code: &DataCode, model: &HistoricalModel, around: &Around, operation: usize) -> Option<Written> {
    let state = around.before.model(&model.app, &model.name).likely()?;
    let own = || code.queries.iter().filter(|query| query.model.as_deref() == Some(model));
    let inserting = || own().filter(|query| matches!(query.action, Action::Insert | Action::Save));
    let writes = own().any(|query| matches!(query.action, Action::Insert | Action::Save | Action::Update));
    let assigned = code.assigned.iter().filter(|(other, _)| **other == *model).map(|(_, field)| field);
    let named = own().flat_map(|query| query.written.iter().filter_map(|(name, _)| name.as_ref()));
    let fields: Vec<&String> = named.chain(assigned).collect();
    let is_named = |name: &str| fields.iter().any(|field| **field == name || field.strip_suffix("_id") == Some(name));
    let columns = state.fields.iter().filter(|(name, _)| is_named(name));
    let table = table(&around.before, state).ok().filter(|_| writes)?;
    Some(Written {
        operation,
        model: (model.app.clone(), model.name.to_lowercase()),
        table,
        inserts: inserting().next().is_some(),
        repeated: inserting().any(|query| query.for_each.is_some()),
        columns: columns.filter_map(|(name, field)| column(name, field).ok().flatten()).collect(),
    })
}
