//! Operation classes that are not Django's: what rule files say that they do to the state and to the database.

use std::sync::Arc;

use crate::migration::catalogue::OperationEntry;
use crate::migration::{BoundArgument, Field, Operation, OperationKind};
use crate::python::{Value, ValueKind};

/// What a rule file says of an operation class.
#[derive(Clone, Debug)]
pub struct DeclaredOperation {
    /// Its parameters in the order of positional arguments, with what they are where they are not written.
    pub parameters: Vec<(String, Option<ValueKind>)>,
    /// The operation of Django that it is like; `None` for one that is like a group of them.
    pub like: Option<&'static OperationEntry>,
    /// The SQL that it sends, where that is not what the operation that it is like sends.
    pub sends: Option<Vec<SentPart>>,
}

/// A part of the SQL that a declared operation sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentPart {
    /// As it is written.
    Text(String),
    /// The table of the model that the argument `model_name` names.
    Table,
    /// The column of the field that the arguments `model_name` and `name` name.
    Column,
    /// What the argument of that name is.
    Argument(String),
}

/// What rule files say of the operation class of that path.
pub type OperationDeclarations = dyn Fn(&str) -> Option<Arc<DeclaredOperation>> + Send + Sync;

/// Whether an operation, or one inside it, is of a class that is not Django's.
pub(super) fn is_custom(operation: &Operation) -> bool {
    matches!(operation.kind, OperationKind::Custom { .. }) || operation.children.iter().any(is_custom)
}

/// Gives an operation, and those inside it, what rule files say of their classes.
pub(super) fn apply(operation: &mut Operation, declarations: &OperationDeclarations) {
    if let OperationKind::Custom { path, declared, .. } = &mut operation.kind {
        *declared = declarations(path);
        if let Some(declared) = declared.clone() {
            bind(operation, &declared);
        }
    }
    for child in &mut operation.children {
        apply(child, declarations);
    }
}

/// Gives the arguments the names of the declared parameters, and those that are not written their defaults.
fn bind(operation: &mut Operation, declared: &DeclaredOperation) {
    for (place, (name, _)) in declared.parameters.iter().enumerate() {
        let positional = format!("*{}", place + 1);
        if let Some(argument) = operation.arguments.iter_mut().find(|argument| argument.name == positional) {
            argument.name.clone_from(name);
        }
    }
    for (name, default) in &declared.parameters {
        if let Some(default) = default
            && operation.open.is_none()
            && operation.argument(name).is_none()
        {
            let value = Value::new(default.clone(), operation.callee_span);
            operation.arguments.push(BoundArgument { name: name.clone(), span: operation.callee_span, value });
        }
    }
    if operation.field.is_none()
        && let Some(argument) = operation.argument("field")
        && argument.value.as_str().is_none()
    {
        operation.field = Some(Field::of(&argument.value));
    }
}
