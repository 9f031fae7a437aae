//! The facts that rules can ask for: one table of names for each type of entity, with the function that answers.
//!
//! The checker of rule files, `explain --names`, the reference and the engine all read these tables.

mod change;
mod code;
mod database;
mod deployed;
mod failure;
mod field;
mod index;
mod lock;
mod migration;
mod model;
mod operation;
mod origin;
mod part;
mod query;
mod reached;
mod statement;
mod subject;
mod value;
mod vocabulary;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::check::deployed::Deployed;
use crate::check::states::States;
use crate::check::tables::{NO_TABLES, Tables};
use crate::effects::Effects;
use crate::history::{self, ModelState, ProjectState};
use crate::language::vocabulary::{EntityType, Name};
use crate::language::{Cause, Fact, Slot, Type, Vocabulary};
use crate::migration::queries::DataCode;
use crate::migration::{Migration, Operation};
use crate::python::Unknown;
use crate::source::Span;
use crate::target::{Database, Version};

use origin::Origin;

pub(crate) use change::{ChangeView, kind_name};
pub(crate) use statement::StatementView;
pub(crate) use subject::{ChangeSubject, MigrationSubject, OperationSubject, StatementSubject};
pub(crate) use vocabulary::DELETED;
pub use vocabulary::{HAZARDS, vocabulary};

/// Everything that the facts of one migration rest on.
pub(crate) struct Context<'a> {
    /// The migration under check.
    pub(crate) migration: &'a Migration,
    /// Its operations, nested ones behind the one they stand in; none of a migration that can no longer run.
    pub(crate) operations: Vec<Placed<'a>>,
    /// What is deployed, as seen from this migration.
    pub(crate) deployed: &'a Deployed,
    /// The states of the project around its operations.
    pub(crate) states: &'a States,
    /// What it does to the database, where that is known.
    pub(crate) effects: Option<&'a Effects>,
    /// The database it is judged for.
    pub(crate) database: Database,
    /// The version of Django.
    pub(crate) django: Version,
    /// The vocabulary, with what rule files declare.
    pub(crate) vocabulary: &'a Vocabulary,
    /// What the configuration says of tables.
    pub(crate) tables: &'a Tables,
    /// What was found out about functions of the file, by where they start.
    data_codes: RefCell<HashMap<usize, Rc<DataCode>>>,
    /// The models of a state by their tables, once somebody asks.
    by_table: RefCell<HashMap<*const ProjectState, ByTable<'a>>>,
}

/// Models by the tables that are known to be theirs.
type ByTable<'a> = Rc<HashMap<String, &'a Arc<ModelState>>>;

/// An operation and its place in the migration.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// The operation.
    pub(crate) operation: &'a Operation,
    /// 0-based place of the outermost operation it stands in.
    pub(crate) index: usize,
    /// Place among all operations of the file, nested ones included.
    pub(crate) order: usize,
}

impl<'a> Context<'a> {
    /// The context of a migration.
    pub(crate) fn new(
        migration: &'a Migration,
        deployed: &'a Deployed,
        states: &'a States,
        vocabulary: &'a Vocabulary,
        database: Database,
        django: Version,
    ) -> Self {
        let mut operations = Vec::new();
        if deployed.can_run() {
            for (index, operation) in migration.operations.iter().enumerate() {
                place(operation, index, &mut operations);
            }
        }
        let data_codes = RefCell::default();
        let effects = states.effects(database).filter(|_| deployed.can_run());
        let tables = &NO_TABLES;
        let by_table = RefCell::default();
        Self {
            migration,
            operations,
            deployed,
            states,
            effects,
            database,
            django,
            vocabulary,
            tables,
            data_codes,
            by_table,
        }
    }

    /// The same with what the configuration says of tables.
    pub(crate) fn with_tables(self, tables: &'a Tables) -> Self {
        Self { tables, ..self }
    }

    /// Whether a rule file declares an operation class of that path, by its last part.
    pub(crate) fn declares(&self, path: &str) -> bool {
        self.vocabulary.declared("Operation", path).is_some()
    }

    /// The model whose table it is, in a state around the operations.
    fn model_of_table(&self, state: &'a ProjectState, table: &str) -> Option<&'a Arc<ModelState>> {
        let mut known = self.by_table.borrow_mut();
        let models = known.entry(std::ptr::from_ref(state)).or_insert_with(|| {
            let mut models = HashMap::new();
            for (_, _, model) in state.models() {
                if let Ok(table) = history::likely_table(state, model) {
                    models.entry(table).or_insert(model);
                }
            }
            Rc::new(models)
        });
        models.get(table).copied()
    }

    /// Values of this migration.
    fn here(&'a self) -> Origin<'a> {
        Origin::here(&self.migration.source, &self.migration.app)
    }

    /// A cause at a place of this migration.
    fn cause(&'a self, span: Span, reason: &str) -> Rc<Cause> {
        self.here().cause(span, reason)
    }
}

/// What the reader could not know, as a cause.
fn cause_of(unknown: &Unknown) -> Rc<Cause> {
    Rc::new(Cause { text: unknown.text.clone(), reason: unknown.reason.clone(), span: unknown.span })
}

/// A fact that the reader could not know.
fn not_known<'a>(unknown: &Unknown) -> Fact<'a> {
    Fact::Unknown(cause_of(unknown))
}

fn place<'a>(operation: &'a Operation, index: usize, placed: &mut Vec<Placed<'a>>) {
    placed.push(Placed { operation, index, order: placed.len() });
    for child in &operation.children {
        place(child, index, placed);
    }
}

/// A name of a table with the function that answers for it.
pub(crate) struct Attribute<G> {
    /// The name, its type and its sentence.
    pub(crate) name: Name,
    /// The answer.
    pub(crate) get: G,
}

/// An entry of a table.
fn attribute<G>(name: &'static str, slot: Slot, doc: &'static str, get: G) -> Attribute<G> {
    Attribute { name: Name { name: name.into(), slot, doc: doc.into() }, get }
}

/// All that rules can ask of a type of things: the vocabulary and the answers both come from here, so that no name is in
/// one and not in the other.
pub(crate) struct Facts<G> {
    /// The type's name in the vocabulary.
    entity: &'static str,
    attributes: Vec<Attribute<G>>,
}

impl<G> Facts<G> {
    fn of(entity: &'static str, attributes: Vec<Attribute<G>>) -> Self {
        Self { entity, attributes }
    }

    /// The function behind a name.
    fn get(&self, name: &str) -> Option<&G> {
        getter(&self.attributes, name)
    }

    /// The names, for the vocabulary.
    fn names(&self) -> Vec<Name> {
        names(&self.attributes)
    }

    /// The type, for the vocabulary.
    fn entity_type(&self, doc: &'static str) -> EntityType {
        EntityType { name: self.entity, attributes: self.names(), kinds: Vec::new(), contains: &[], doc }
    }
}

/// The function behind a name.
fn getter<'t, G>(table: &'t [Attribute<G>], name: &str) -> Option<&'t G> {
    table.iter().find(|attribute| attribute.name.name == name).map(|attribute| &attribute.get)
}

/// The names of a table, for the vocabulary.
fn names<G>(table: &[Attribute<G>]) -> Vec<Name> {
    table.iter().map(|attribute| attribute.name.clone()).collect()
}

fn list_of_text() -> Slot {
    Slot::set(Type::list(Type::Str))
}
