//! The part of a project that a migration can matter to: what a change of a model does to code, to locks and to other
//! tables is told by its relations, so that the rest need not be looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::history::{self, Around, ModelState, ProjectState, Settings};
use crate::migration::queries::{Sending, data_code};
use crate::migration::{Code, Migration, Operation};
use crate::python::DefinitionKind;

/// A model: its app and lower-case name.
type Key = (String, String);

/// Models that a migration touches, with those that refer to them and all that these refer to.
pub(super) struct Neighbourhood {
    keys: BTreeSet<Key>,
    /// Parts of states that were asked for, by the state.
    parts: HashMap<usize, ProjectState>,
}

/// What the models of some states say of each other.
pub(super) struct Relations {
    /// The models that a model refers to.
    to: BTreeMap<Key, BTreeSet<Key>>,
    /// The models that a table belongs to: their own, or one between two of them.
    tables: BTreeMap<String, BTreeSet<Key>>,
}

impl Relations {
    /// The relations in any of these states.
    pub(super) fn of(states: &[&ProjectState], settings: &Settings) -> Self {
        let mut relations = Self { to: BTreeMap::new(), tables: BTreeMap::new() };
        let mut seen: HashSet<*const ModelState> = HashSet::new();
        for state in states {
            for (app, name, model) in state.models() {
                if seen.insert(Arc::as_ptr(model)) {
                    relations.add((app, name), state, model, settings);
                }
            }
        }
        relations
    }

    fn add(&mut self, (app, name): (&str, &str), state: &ProjectState, model: &ModelState, settings: &Settings) {
        let key = (app.to_owned(), name.to_owned());
        let to = self.to.entry(key.clone()).or_default();
        for (_, field) in &model.fields {
            for reference in [field.target(app, name), field.through(app, name)].into_iter().flatten() {
                match reference {
                    Ok(target) => drop(to.insert(target)),
                    Err(history::Reference::Setting(setting)) => to.extend(settings.model(&setting)),
                    Err(history::Reference::Unknown) => {}
                }
            }
        }
        let bases = model.bases.iter().flat_map(|bases| bases.value.elements().unwrap_or_default());
        for base in bases.filter_map(|base| base.as_str()?.split_once('.')) {
            to.insert((base.0.to_owned(), base.1.to_lowercase()));
        }
        let between = model
            .fields
            .iter()
            .filter_map(|(name, field)| history::through_table(state, model, name, field).ok().flatten());
        for table in history::likely_table(state, model).into_iter().chain(between) {
            self.tables.entry(table).or_default().insert(key.clone());
        }
    }

    /// All models.
    pub(super) fn models(&self) -> BTreeSet<Key> {
        self.to.keys().cloned().collect()
    }

    /// The models that a table belongs to.
    pub(super) fn models_of(&self, table: &str) -> impl Iterator<Item = &Key> {
        self.tables.get(table).into_iter().flatten()
    }
}

impl Neighbourhood {
    /// What these models are related to.
    pub(super) fn of(touched: &BTreeSet<Key>, relations: &Relations) -> Self {
        // A model that has had another name has the same table.
        let mut own: BTreeSet<Key> = touched.clone();
        for keys in relations.tables.values().filter(|keys| keys.iter().any(|key| touched.contains(key))) {
            own.extend(keys.iter().cloned());
        }
        let refers = |to: &BTreeSet<Key>| to.iter().any(|key| own.contains(key));
        let mut keys: BTreeSet<Key> = own.clone();
        keys.extend(relations.to.iter().filter(|(_, to)| refers(to)).map(|(key, _)| key.clone()));
        let mut open: Vec<Key> = keys.iter().cloned().collect();
        while let Some(key) = open.pop() {
            for next in relations.to.get(&key).into_iter().flatten() {
                if keys.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        Self { keys, parts: HashMap::new() }
    }

    /// Whether a model belongs to it.
    pub(super) fn holds(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// The part of a state.
    pub(super) fn part_of(&mut self, state: &ProjectState) -> ProjectState {
        let keys = &self.keys;
        let part = || state.only(|app, model| keys.contains(&(app.to_owned(), model.to_owned())));
        self.parts.entry(state.identity()).or_insert_with(part).clone()
    }

    /// The part of the states around each operation.
    pub(super) fn parts_around(&mut self, states: &[Around]) -> Vec<Around> {
        let part =
            |around: &Around| Around { before: self.part_of(&around.before), after: self.part_of(&around.after) };
        states.iter().map(part).collect()
    }
}

/// The models that the operations of a migration name, and those that its functions hand to the schema editor.
pub(super) fn named_by(migration: &Migration) -> BTreeSet<Key> {
    let mut named = BTreeSet::new();
    for operation in &migration.operations {
        name(operation, &migration.app, &mut named);
    }
    for operation in migration.all_operations() {
        let Some(Code::Local(definition, bound)) = operation.code() else { continue };
        let DefinitionKind::Function(function) = &definition.kind else { continue };
        let sent = data_code(function, &bound, &migration.definitions).sent;
        named.extend(sent.into_iter().filter_map(|sent| match sent.what {
            Sending::Edit(edit) => Some((edit.model.app.clone(), edit.model.name.to_lowercase())),
            Sending::Sql(_) | Sending::Unknown => None,
        }));
    }
    named
}

fn name(operation: &Operation, app: &str, named: &mut BTreeSet<Key>) {
    // For an operation on a field, `name` is the field: a model of that name is looked at without need.
    for argument in ["model_name", "name", "old_name", "new_name"] {
        named.extend(operation.text(argument).map(|model| (app.to_owned(), model.to_lowercase())));
    }
    for child in &operation.children {
        name(child, app, named);
    }
}
