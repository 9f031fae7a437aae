//! Operation classes that are not Django's: what they do to the state and to the database, as rule files declare it or as
//! the modules that define them show it. No class is ever run.

use std::sync::Arc;

use crate::migration::catalogue::{self, OperationEntry};
use crate::migration::field_class::FieldClasses;
use crate::migration::field_class::lineage::{Node, line};
use crate::migration::read::created_fields;
use crate::migration::{BoundArgument, Field, Operation, OperationKind, Reach};
use crate::python::{Class, DefinitionKind, Unknown, Value, ValueKind};
use crate::source::SourceFile;

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

/// What a class does to the state or to the database.
#[derive(Clone, Copy, Debug)]
pub enum Half {
    /// It can't be seen.
    Unknown,
    /// Nothing.
    Nothing,
    /// What this operation of Django does.
    Like(&'static OperationEntry),
}

/// What rule files say of the operation class of that path.
pub type OperationDeclarations = dyn Fn(&str) -> Option<Arc<DeclaredOperation>> + Send + Sync;

/// Whether an operation, or one inside it, is of a class that is not Django's.
pub(super) fn is_custom(operation: &Operation) -> bool {
    matches!(operation.kind, OperationKind::Custom { .. }) || operation.children.iter().any(is_custom)
}

/// Gives an operation, and those inside it, what is known of their classes: what rule files declare, else what can be
/// seen in the source.
pub(super) fn apply(
    operation: &mut Operation,
    file: &Arc<SourceFile>,
    declarations: &OperationDeclarations,
    fields: &FieldClasses<'_>,
) {
    if let OperationKind::Custom { path, declared, .. } = &mut operation.kind {
        let path = path.clone();
        *declared = declarations(&path);
        match declared.clone() {
            Some(declared) => bind(operation, &declared),
            None => see(operation, &path, file, fields),
        }
    }
    for child in &mut operation.children {
        apply(child, file, declarations, fields);
    }
}

/// Gives the arguments the names of the declared parameters, and those that are not written their defaults.
fn bind(operation: &mut Operation, declared: &DeclaredOperation) {
    name_positional(operation, declared.parameters.iter().map(|(name, _)| name.as_str()));
    for (name, default) in &declared.parameters {
        if let Some(default) = default
            && operation.open.is_none()
            && operation.argument(name).is_none()
        {
            let value = Value::new(default.clone(), operation.callee_span);
            operation.arguments.push(BoundArgument { name: name.clone(), span: operation.callee_span, value });
        }
    }
    find_fields(operation);
}

fn name_positional<'n>(operation: &mut Operation, names: impl Iterator<Item = &'n str>) {
    for (place, name) in names.enumerate() {
        let positional = format!("*{}", place + 1);
        if let Some(argument) = operation.arguments.iter_mut().find(|argument| argument.name == positional) {
            name.clone_into(&mut argument.name);
        }
    }
}

/// Finds the fields among arguments that have their names by now.
fn find_fields(operation: &mut Operation) {
    if operation.field.is_none()
        && let Some(argument) = operation.argument("field")
        && argument.value.as_str().is_none()
    {
        operation.field = Some(Field::of(&argument.value));
    }
    if operation.like().is_some_and(|entry| entry.name == "CreateModel") {
        (operation.fields, operation.fields_open) = created_fields(operation);
    }
}

/// Attributes through which a class changes what an operation of Django does, other than the methods that are looked
/// into (`django.db.migrations.operations`, `django.contrib.postgres.operations`).
const DECISIVE: [&str; 16] = [
    "__new__",
    "__getattribute__",
    "__getattr__",
    "__init_subclass__",
    "allow_migrate_model",
    "_run_sql",
    "_ensure_not_in_transaction",
    "create_collation",
    "remove_collation",
    "extension_exists",
    "sql",
    "reverse_sql",
    "code",
    "reverse_code",
    "field",
    "model_name",
];

/// What can be seen of a class that no rule file declares. One that derives from an operation of Django and leaves alone
/// what that does, or leaves out its half in the state or in the database, is that operation.
fn see(operation: &mut Operation, path: &str, file: &Arc<SourceFile>, fields: &FieldClasses<'_>) {
    let Ok(line) = line(fields, path, file) else { return };
    let own: Vec<&Class> = line.iter().map_while(Node::class).map(|(_, class)| class).collect();
    let Some((Node::Operation(django), rest)) = line.get(own.len()..).and_then(<[Node]>::split_first) else { return };
    let several = rest.iter().any(|node| !matches!(node, Node::Operation(None)));
    let attribute = |name: &str| own.iter().find_map(|class| class.attribute(name));
    if several || own.iter().any(|class| !class.plain) || DECISIVE.iter().any(|name| attribute(name).is_some()) {
        return;
    }
    let half = |name: &str| match attribute(name) {
        None => django.map_or(Half::Unknown, Half::Like),
        Some(attribute) if is_empty(&attribute.value) => Half::Nothing,
        Some(_) => Half::Unknown,
    };
    let initialises = attribute("__init__").is_some();
    let data = django.is_some_and(|entry| matches!(entry.name, "RunPython" | "RunSQL"));
    let mut state = half("state_forwards");
    if initialises && matches!(state, Half::Like(_)) {
        // Of these the state hears nothing, whatever they are given.
        state = if data { Half::Nothing } else { Half::Unknown };
    }
    let database = half("database_forwards");
    let reach = match (&state, &database) {
        (Half::Nothing, Half::Nothing) => None,
        (Half::Nothing, Half::Like(_)) if !data => Some(Reach::Database),
        (Half::Like(_) | Half::Nothing, Half::Like(_)) => Some(Reach::Both),
        (Half::Like(_), Half::Nothing) => Some(Reach::State),
        _ => {
            if let OperationKind::Custom { state: seen, .. } = &mut operation.kind {
                *seen = state;
            }
            return;
        }
    };
    let Some(entry) = (*django).or_else(|| catalogue::operation_named("SeparateDatabaseAndState")) else { return };
    if initialises || attribute("database_backwards").is_some() || attribute("reversible").is_some() {
        let reason = "is an operation that decides itself what it does with its arguments".to_owned();
        let text = operation.class_path().unwrap_or(path).to_owned();
        operation.open.get_or_insert(Unknown { text, span: operation.callee_span, reason });
    }
    if initialises {
        operation.arguments.clear();
    }
    let reach = match (reach, operation.reach) {
        (Some(Reach::Both), outer) => Some(outer),
        (Some(own), Reach::Both) => Some(own),
        (Some(own), outer) => (own == outer).then_some(own),
        (None, _) => None,
    };
    if let Some(reach) = reach {
        (operation.kind, operation.reach) = (OperationKind::Django(entry), reach);
        name_positional(operation, entry.parameters.iter().map(|parameter| parameter.name));
        find_fields(operation);
    } else if let Some(entry) = catalogue::operation_named("SeparateDatabaseAndState") {
        // What does nothing is what holds nothing.
        operation.kind = OperationKind::Django(entry);
        operation.arguments.clear();
        operation.open = None;
    }
}

/// Whether a method is there and does nothing.
fn is_empty(value: &Value) -> bool {
    let ValueKind::Definition(definition) = &value.kind else { return false };
    matches!(&definition.kind, DefinitionKind::Function(function) if function.empty)
}
