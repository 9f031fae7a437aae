//! Operations as they are read against `Operation.deconstruct()` of Django.

use serde_json::Value as Json;
use whimbrel::history::normal::deconstruct;
use whimbrel::migration::catalogue::{Default, OperationEntry, ParameterKind};
use whimbrel::migration::{BoundArgument, Field, Migration, Operation, OperationKind, Reach};
use whimbrel::python::{Value, ValueKind};

use super::compare::{self, Verdict};
use super::is_patched;
use super::truth::Truth;
use Verdict::{Right, Unknown, Wrong};

/// What was compared, with the verdict on it.
pub(super) type Compared = Vec<(String, Verdict)>;

/// The operations of a migration, and what its class says of itself.
pub(super) fn migration(ours: &Migration, theirs: &Json, truth: &Truth) -> Compared {
    let mut compared = Vec::new();
    let flag = |value: &Result<bool, _>, json: &Json, unset: bool| match value {
        Ok(value) => is(*value == json.as_bool().unwrap_or(unset)),
        Err(_) => Unknown,
    };
    compared.push(("atomic".to_owned(), flag(&ours.atomic.value, &theirs["atomic"], true)));
    if let Some(initial) = &ours.initial {
        compared.push(("initial".to_owned(), flag(&initial.value, &theirs["initial"], false)));
    }
    operations(&ours.operations.iter().collect::<Vec<_>>(), &theirs["ops"], truth, &mut compared);
    compared
}

fn operations(ours: &[&Operation], theirs: &Json, truth: &Truth, compared: &mut Compared) {
    let theirs = theirs.as_array().map_or(&[][..], Vec::as_slice);
    let uncertain =
        |operation: &&Operation| operation.condition.is_some() || matches!(operation.kind, OperationKind::Unknown(_));
    if ours.iter().any(uncertain) {
        // What stands behind something that may be any number of operations has no counterpart.
        compared.push(("operations".to_owned(), Unknown));
        return;
    }
    if ours.len() != theirs.len() {
        compared.push((format!("number of operations [{} ≠ {}]", ours.len(), theirs.len()), Wrong));
        return;
    }
    for (ours, theirs) in ours.iter().zip(theirs) {
        operation(ours, theirs, truth, compared);
    }
}

fn operation(ours: &Operation, theirs: &Json, truth: &Truth, compared: &mut Compared) {
    let class = theirs["cls"].as_str().unwrap_or_default();
    let class = class.rsplit('.').next().unwrap_or(class);
    let name = ours.kind_name().unwrap_or_default();
    let mut push = |what: &str, verdict: Verdict| compared.push((format!("{what} of {class}"), verdict));
    push("class", is(name == class));
    let mut kw = theirs["kw"].as_object().cloned().unwrap_or_default();
    let OperationKind::Django(entry) = ours.kind else {
        // A class of another package deconstructs as it likes.
        for (name, theirs) in &kw {
            let verdict =
                ours.argument(name).map_or(Unknown, |given| compare::value(&given.value, theirs, &truth.user_model));
            push(name, verdict.min(Unknown));
        }
        return;
    };
    // AlterModelManagers and the extensions of PostgreSQL deconstruct to positional arguments.
    let positional = theirs["args"].as_array().into_iter().flatten();
    kw.extend(
        entry.parameters.iter().zip(positional).map(|(parameter, json)| (parameter.name.to_owned(), json.clone())),
    );
    for (name, theirs) in &kw {
        let given = ours.argument(name).or_else(|| alias(ours, name));
        push(name, argument(ours, name, given, theirs, truth));
    }
    for given in &ours.arguments {
        let name = given.name.as_str();
        let is_known = kw.contains_key(name) || alias_of(name).is_some_and(|name| kw.contains_key(name));
        if !is_known && !is_flag(name) && !is_left_out(entry, given) {
            push(&format!("superfluous {name}"), if given.value.unknown().is_some() { Unknown } else { Wrong });
        }
    }
    // `django_migration_linter.IgnoreMigration` does nothing, and says so.
    let by_default = entry.name == "IgnoreMigration";
    push("elidable", boolean(ours, "elidable", &theirs["elidable"], by_default));
    push("reversible", reversible(ours, entry, &theirs["reversible"]));
    if entry.name == "RunPython" && !theirs["atomic"].is_null() {
        push("atomic", boolean(ours, "atomic", &theirs["atomic"], false));
    }
    for (reach, name) in [(Reach::Database, "database_operations"), (Reach::State, "state_operations")] {
        let children: Vec<&Operation> = ours.children.iter().filter(|child| child.reach == reach).collect();
        if entry.name == "SeparateDatabaseAndState" {
            operations(&children, &theirs["sub"][name], truth, compared);
        }
    }
}

fn argument(ours: &Operation, name: &str, given: Option<&BoundArgument>, theirs: &Json, truth: &Truth) -> Verdict {
    let Some(given) = given else { return if ours.open.is_some() { Unknown } else { Wrong } };
    match name {
        "field" => ours.field.as_ref().map_or(Unknown, |field| field_verdict(field, theirs, truth)),
        "fields" if ours.kind_name() == Some("CreateModel") => {
            let theirs = theirs.as_array().map_or(&[][..], Vec::as_slice);
            if ours.fields_open.is_some() {
                return Unknown;
            }
            if ours.fields.len() != theirs.len() {
                return Wrong;
            }
            let each = ours.fields.iter().zip(theirs).map(|((name, field), pair)| {
                let pair = &pair["$tuple"];
                is(pair[0].as_str() == Some(name)).max(field_verdict(field, &pair[1], truth))
            });
            each.max().unwrap_or(Right)
        }
        "unique_together" | "index_together" => together(&given.value, theirs, truth),
        _ => compare::value(&given.value, theirs, &truth.user_model),
    }
}

/// `normalize_together`: one tuple of names stands for a set of that tuple.
fn together(value: &Value, theirs: &Json, truth: &Truth) -> Verdict {
    let Some(items) = value.elements() else { return compare::value(value, theirs, &truth.user_model) };
    let sets = match items.first() {
        Some(first) if first.as_str().is_some() => vec![value.clone()],
        _ => items.to_vec(),
    };
    let sets: Vec<Value> = sets
        .into_iter()
        .map(|set| match set.elements() {
            Some(names) => Value::new(ValueKind::Tuple(names.to_vec()), set.span),
            None => set,
        })
        .collect();
    compare::value(&Value::new(ValueKind::Set(sets), value.span), theirs, &truth.user_model)
}

/// What Django writes under another name than it was given: `check` of old versions, say.
fn alias<'o>(ours: &'o Operation, name: &str) -> Option<&'o BoundArgument> {
    ours.arguments.iter().find(|argument| alias_of(&argument.name) == Some(name))
}

fn alias_of(name: &str) -> Option<&'static str> {
    // `RenameModel` and its likes once had other names for these.
    (name == "model_name").then_some("name")
}

fn is_flag(name: &str) -> bool {
    ["elidable", "atomic", "database_operations", "state_operations"].contains(&name)
}

/// Whether `deconstruct()` leaves the argument out: it is what the operation takes when nothing is given.
fn is_left_out(entry: &OperationEntry, given: &BoundArgument) -> bool {
    let parameter = entry.parameters.iter().find(|parameter| parameter.name == given.name);
    let default = match (parameter.map(|parameter| parameter.default), &given.value.kind) {
        (Some(Default::Bool(default)), ValueKind::Bool(value)) => default == *value,
        _ => false,
    };
    let empty = given.value.is_none()
        || given.value.elements().is_some_and(<[Value]>::is_empty)
        || matches!(&given.value.kind, ValueKind::Dict(entries) if entries.is_empty());
    let bases = given.name == "bases"
        && given.value.elements().is_some_and(
            |bases| matches!(bases, [Value { kind: ValueKind::Reference(path), .. }] if path.ends_with("models.Model")),
        );
    default || empty || bases
}

fn boolean(ours: &Operation, name: &str, theirs: &Json, unset: bool) -> Verdict {
    match ours.argument(name).map(|given| &given.value) {
        None => is(theirs.as_bool().unwrap_or(unset) == unset),
        Some(value) => match value.as_bool() {
            Some(value) => is(theirs.as_bool() == Some(value)),
            None => Unknown,
        },
    }
}

/// `RunPython.reversible` and `RunSQL.reversible`; the others say so by their class.
fn reversible(ours: &Operation, entry: &OperationEntry, theirs: &Json) -> Verdict {
    let parameter = |kind: ParameterKind| {
        entry.parameters.iter().find(|parameter| parameter.kind == kind && parameter.name.starts_with("reverse_"))
    };
    let Some(parameter) = parameter(ParameterKind::Code).or(parameter(ParameterKind::Sql)) else {
        return is(theirs.as_bool() == Some(true));
    };
    match ours.argument(parameter.name) {
        None => is(theirs.as_bool() == Some(ours.open.is_some())),
        Some(given) if given.value.unknown().is_some() => Unknown,
        Some(given) => is(theirs.as_bool() == Some(!given.value.is_none())),
    }
}

fn field_verdict(ours: &Field, theirs: &Json, truth: &Truth) -> Verdict {
    let compared = compare::field(&deconstruct(ours), theirs, &truth.user_model);
    let counted = compared.into_iter().filter(|(what, _)| !is_patched(truth, what));
    counted.map(|(_, verdict)| verdict).max().unwrap_or(Right)
}

fn is(right: bool) -> Verdict {
    if right { Right } else { Wrong }
}
