//! Fields that come, go and get another name.

use std::sync::Arc;

use crate::history::Settings;
use crate::history::apply::{Missing, cast, models};
use crate::history::model::{FieldState, Reference};
use crate::history::state::{Doubt, ProjectState};
use crate::history::step::Step;
use crate::history::together;
use crate::migration::Field;
use crate::python::{Text, Value, ValueKind};

/// `ProjectState.add_field` and `alter_field`.
pub(super) fn set(
    state: &mut ProjectState,
    (app, model): (&str, &Arc<str>),
    name: &Arc<str>,
    field: &Arc<FieldState>,
    doubt: Option<&Arc<Doubt>>,
) -> Result<(), Missing> {
    let mut field = Arc::clone(field);
    if let Some(doubt) = doubt {
        Arc::make_mut(&mut field).doubt = Some(Arc::clone(doubt));
    }
    if models::refers_to_old_name(state, (app, model), &field) {
        models::follow(state, (app, model), Arc::make_mut(&mut field));
    }
    let model = state.model_mut(app, model).ok_or(Missing)?;
    if field.created.is_none()
        && let Some(old) = model.field(name).likely()
    {
        let created = old.created.clone();
        Arc::make_mut(&mut field).created = created;
    }
    model.set_field(name, field);
    Ok(())
}

/// `ProjectState.remove_field`.
pub(super) fn remove(
    state: &mut ProjectState,
    (app, model): (&str, &Arc<str>),
    name: &Arc<str>,
    doubt: Option<&Arc<Doubt>>,
) -> Result<(), Missing> {
    let model = state.model_mut(app, model).ok_or(Missing)?;
    match doubt {
        None => {
            model.take_field(name);
        }
        Some(doubt) => {
            if let Some((_, field)) = model.fields.iter_mut().find(|(other, _)| other == name) {
                cast(&mut Arc::make_mut(field).doubt, Some(doubt));
            }
        }
    }
    Ok(())
}

/// `ProjectState.rename_field`: the field moves to the end; `from_fields`, the names in a `CompositePrimaryKey`,
/// `unique_together`, `index_together` and the `to_fields` of relations follow, `indexes` and `constraints` don't.
pub(super) fn rename(
    state: &mut ProjectState,
    (app, model_name): (&str, &Arc<str>),
    (old, new): (&Arc<str>, &Arc<str>),
    step: &Step,
    settings: &Settings,
) -> Result<(), Missing> {
    let doubt = step.doubt.as_ref();
    let model = state.model_mut(app, model_name).ok_or(Missing)?;
    let Some((_, mut field)) = model.take_field(old) else {
        let reason = "is not a field of the model at this point";
        model.more_fields.get_or_insert_with(|| Doubt::new(&step.source, step.span, old, reason));
        return Ok(());
    };
    if doubt.is_some() {
        cast(&mut Arc::make_mut(&mut field).doubt, doubt);
        model.fields.push((Arc::clone(old), Arc::clone(&field)));
    }
    model.take_field(new);
    model.fields.push((Arc::clone(new), field));
    for (_, field) in &mut model.fields {
        if mentions(&field.field, old) {
            let field = Arc::make_mut(field);
            rename_within(&mut field.field, old, new);
            cast(&mut field.doubt, doubt);
        }
    }
    for (name, option) in &mut model.options {
        if !matches!(&**name, "unique_together" | "index_together") {
            continue;
        }
        if let Some(mut sets) = together::normalized(&option.value) {
            for field in sets.iter_mut().flatten().filter(|field| field.as_str() == &**old) {
                *field = new.to_string();
            }
            option.value.kind = together::value(&sets, option.value.span);
            cast(&mut option.doubt, doubt);
        }
    }
    follow_to_fields(state, (app, model_name), (old, new), doubt, settings);
    Ok(())
}

/// Lets `to_field` and `to_fields` of all relations to the model follow one of its fields.
fn follow_to_fields(
    state: &mut ProjectState,
    target: (&str, &str),
    (old, new): (&str, &str),
    doubt: Option<&Arc<Doubt>>,
    settings: &Settings,
) {
    let mut found: Vec<(Arc<str>, Arc<str>, usize)> = Vec::new();
    for (app, name, model) in state.models() {
        for (index, (_, field)) in model.fields.iter().enumerate() {
            let names_fields = ["to_field", "to_fields"].iter().any(|name| field.field.argument(name).is_some());
            if names_fields && points_at(field, (app, name), target, settings) {
                found.push((Arc::clone(app), Arc::clone(name), index));
            }
        }
    }
    for (app, name, index) in found {
        let Some(model) = state.model_mut(&app, &name) else { continue };
        let field = Arc::make_mut(&mut model.fields[index].1);
        for argument in field.field.arguments_mut().flatten() {
            if matches!(argument.name.as_str(), "to_field" | "to_fields") && replace(&mut argument.value, old, new) {
                cast(&mut field.doubt, doubt);
            }
        }
    }
}

fn points_at(field: &FieldState, model: (&str, &str), target: (&str, &str), settings: &Settings) -> bool {
    match field.target(model.0, model.1) {
        Some(Ok((app, name))) => (app.as_str(), name.as_str()) == target,
        Some(Err(Reference::Setting(setting))) => {
            settings.model(&setting).is_some_and(|(app, name)| (app.as_str(), name.as_str()) == target)
        }
        _ => false,
    }
}

/// Whether `from_fields` or the names in a `CompositePrimaryKey` have the name.
fn mentions(field: &Field, name: &str) -> bool {
    let is_it = |value: &Value| value.as_str() == Some(name);
    field.arguments.iter().any(|argument| {
        is_local_name(is_composite(field), &argument.name)
            && (is_it(&argument.value) || argument.value.elements().is_some_and(|items| items.iter().any(is_it)))
    })
}

fn rename_within(field: &mut Field, old: &str, new: &str) {
    let composite = is_composite(field);
    for argument in field.arguments_mut().flatten().filter(|argument| is_local_name(composite, &argument.name)) {
        replace(&mut argument.value, old, new);
    }
}

/// Whether the argument names fields of the field's own model.
fn is_local_name(composite: bool, argument: &str) -> bool {
    argument == "from_fields" || (argument.starts_with('*') && composite)
}

fn is_composite(field: &Field) -> bool {
    field.entry.is_some_and(|entry| entry.name == "CompositePrimaryKey")
}

/// Replaces a name, or the name within a list of names.
fn replace(value: &mut Value, old: &str, new: &str) -> bool {
    match &mut value.kind {
        ValueKind::Str(text) if text.value == old => {
            *text = Text { value: new.to_owned(), pieces: Vec::new() };
            true
        }
        ValueKind::List(items) | ValueKind::Tuple(items) => {
            let replaced = items.iter_mut().filter_map(|item| replace_name(item, old, new).then_some(()));
            replaced.count() > 0
        }
        _ => false,
    }
}

fn replace_name(value: &mut Value, old: &str, new: &str) -> bool {
    match &mut value.kind {
        ValueKind::Str(text) if text.value == old => {
            *text = Text { value: new.to_owned(), pieces: Vec::new() };
            true
        }
        _ => false,
    }
}
