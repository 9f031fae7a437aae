//! Operations of classes that are not Django's.

use std::sync::Arc;

use crate::history::state::{Doubt, lower};
use crate::history::step::Scope;
use crate::migration::catalogue::{self, OperationEntry};
use crate::migration::{BoundArgument, Migration, Operation};
use crate::python::{Definition, DefinitionKind, Function, Value, ValueKind};
use crate::source::Span;

/// What an operation of another class does to the state.
pub(super) enum Behaviour {
    /// The same as one of Django's.
    Like(&'static OperationEntry),
    /// Nothing.
    Nothing,
    /// Something that can't be told, to so much of the state.
    Unknown(Vec<Scope>, Arc<Doubt>),
}

/// What can be seen of a class: one of the same file that derives from an operation of Django and leaves
/// `state_forwards` alone behaves like it.
pub(super) fn behaviour(
    migration: &Migration,
    operation: &Operation,
    path: &str,
    definition: Option<&Definition>,
) -> Behaviour {
    if let Some(Some(behaviour)) = definition.map(|definition| inherited(migration, definition)) {
        behaviour
    } else {
        let name = path.trim_start_matches('.');
        let reason = "is an operation that no rule file declares";
        let doubt = Doubt::new(&migration.source, operation.callee_span, name, reason);
        Behaviour::Unknown(touched(operation), doubt)
    }
}

/// What an operation may touch: the model that it names as Django's do; else whatever its texts name, be it a model that
/// is there or one that comes; the whole app when it names nothing.
fn touched(operation: &Operation) -> Vec<Scope> {
    let scope = |label: &str| Scope::Model(Arc::from(lower(label.rsplit('.').next().unwrap_or(label))));
    if let Some(model) = operation.text("model_name") {
        return vec![scope(model)];
    }
    let names = |argument: &&BoundArgument| {
        argument.name.starts_with('*') || matches!(argument.name.as_str(), "name" | "old_name" | "new_name" | "model")
    };
    let texts = operation.arguments.iter().filter(names).filter_map(|argument| argument.value.as_str());
    let scopes: Vec<Scope> = texts.map(scope).collect();
    if scopes.is_empty() { vec![Scope::App] } else { scopes }
}

/// What a class of the file inherits, when all of it can be seen.
fn inherited(migration: &Migration, definition: &Definition) -> Option<Behaviour> {
    let mut class = definition;
    // Deeper than any file goes; classes that derive from each other would go on for ever.
    for _ in 0..16 {
        if let Some(function) = method(migration, class, "state_forwards") {
            return function.empty.then_some(Behaviour::Nothing);
        }
        if ["__init__", "__new__", "__getattribute__"].iter().any(|name| method(migration, class, name).is_some()) {
            return None;
        }
        let DefinitionKind::Class { bases } = &class.kind else { return None };
        let [Some(base)] = &bases[..] else { return None };
        match base.strip_prefix('.') {
            None => return catalogue::operation(base).map(Behaviour::Like),
            Some(name) => {
                let is_class =
                    |other: &&Arc<Definition>| other.name == name && matches!(other.kind, DefinitionKind::Class { .. });
                class = migration.definitions.iter().rfind(is_class)?;
            }
        }
    }
    None
}

/// The method of that name that stands in the class.
fn method<'m>(migration: &'m Migration, class: &Definition, name: &str) -> Option<&'m Function> {
    migration.definitions.iter().find_map(|definition| match &definition.kind {
        DefinitionKind::Function(function) if definition.name == name && class.span.contains(definition.span) => {
            Some(function)
        }
        _ => None,
    })
}

/// Why the migration as a whole may do more than its operations: it has a `mutate_state` of its own, or an `__init__`
/// that changes them.
pub(super) fn overridden(migration: &Migration) -> Option<Arc<Doubt>> {
    let Some((name, value)) = migration.attributes.iter().find(|(name, _)| name == "mutate_state") else {
        return initializer(migration, "operations");
    };
    Some(Doubt::new(&migration.source, place(value), name, "is a method of the migration's own"))
}

/// The migration's `__init__`, when it has one that speaks of an attribute.
pub(in crate::history) fn initializer(migration: &Migration, attribute: &str) -> Option<Arc<Doubt>> {
    let (name, value) = migration.attributes.iter().find(|(name, _)| name == "__init__")?;
    let ValueKind::Definition(definition) = &value.kind else { return None };
    let text = migration.source.slice(definition.span);
    text.contains(attribute).then(|| {
        let reason = format!("is a method that changes `{attribute}`");
        Doubt::new(&migration.source, place(value), name, &reason)
    })
}

fn place(value: &Value) -> Span {
    match &value.kind {
        ValueKind::Definition(definition) => definition.name_span,
        _ => value.span,
    }
}
