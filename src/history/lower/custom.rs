//! Operations of classes that are not Django's.

use std::sync::Arc;

use crate::history::state::{Doubt, lower};
use crate::history::step::Scope;
use crate::migration::catalogue::OperationEntry;
use crate::migration::{BoundArgument, Half, Migration, Operation};
use crate::python::{Value, ValueKind};
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

/// What can be seen of a class that no rule file declares.
pub(super) fn behaviour(migration: &Migration, operation: &Operation, seen: Half) -> Behaviour {
    match seen {
        Half::Like(entry) => Behaviour::Like(entry),
        Half::Nothing => Behaviour::Nothing,
        Half::Unknown => match operation.unknown_class() {
            Some(unknown) => Behaviour::Unknown(touched(operation), Doubt::of(&migration.source, &unknown)),
            None => Behaviour::Nothing,
        },
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
