//! Models that come, go and get another name.

use std::sync::Arc;

use crate::history::apply::{Missing, cast};
use crate::history::model::{FieldState, ModelState, resolve_relation};
use crate::history::state::{Doubt, ProjectState, lower};
use crate::python::{Text, ValueKind};

/// The arguments of relations that name models.
const REFERRING: [&str; 2] = ["to", "through"];

/// `ProjectState.add_model`.
pub(super) fn create(state: &mut ProjectState, app: &str, model: &Arc<ModelState>, doubt: Option<&Arc<Doubt>>) {
    let key: Arc<str> = Arc::from(lower(&model.name));
    let mut model = Arc::clone(model);
    if let Some(doubt) = doubt {
        Arc::make_mut(&mut model).make_doubtful(doubt);
    }
    let renamed: Vec<usize> = (0..model.fields.len())
        .filter(|index| refers_to_old_name(state, (app, &key), &model.fields[*index].1))
        .collect();
    for index in renamed {
        let (_, field) = &mut Arc::make_mut(&mut model).fields[index];
        follow(state, (app, &key), Arc::make_mut(field));
    }
    let app = state.app_mut(app);
    app.renamed.remove(&key);
    app.models.insert(key, model);
}

/// `ProjectState.remove_model`.
pub(super) fn delete(
    state: &mut ProjectState,
    app: &str,
    name: &Arc<str>,
    doubt: Option<&Arc<Doubt>>,
) -> Result<(), Missing> {
    let app = state.app_mut(app);
    match doubt {
        Some(doubt) => Arc::make_mut(app.models.get_mut(name).ok_or(Missing)?).make_doubtful(doubt),
        None => {
            app.models.remove(name).ok_or(Missing)?;
        }
    }
    Ok(())
}

/// `ProjectState.rename_model`: relations of every app follow, `bases` don't.
pub(super) fn rename(
    state: &mut ProjectState,
    app: &str,
    (old, new): (&Arc<str>, &Arc<str>),
    doubt: Option<&Arc<Doubt>>,
) -> Result<(), Missing> {
    let new_key: Arc<str> = Arc::from(lower(new));
    let models = &mut state.app_mut(app).models;
    let mut model = match doubt {
        None => models.remove(old).ok_or(Missing)?,
        Some(doubt) => {
            let kept = models.get_mut(old).ok_or(Missing)?;
            Arc::make_mut(kept).make_doubtful(doubt);
            Arc::clone(kept)
        }
    };
    Arc::make_mut(&mut model).name = Arc::clone(new);
    models.insert(Arc::clone(&new_key), model);
    let target = format!("{app}.{new}");
    let labels: Vec<Arc<str>> = state.labels().cloned().collect();
    for label in labels {
        repoint(state, &label, (app, old), &target, doubt);
    }
    if doubt.is_none() && *old != new_key {
        let renamed = &mut state.app_mut(app).renamed;
        for present in renamed.values_mut().filter(|present| *present == old) {
            *present = Arc::clone(&new_key);
        }
        renamed.insert(Arc::clone(old), Arc::clone(&new_key));
        renamed.remove(&new_key);
    }
    Ok(())
}

/// Lets the relations of an app's models follow a model to its new name.
fn repoint(state: &mut ProjectState, label: &str, (app, old): (&str, &str), target: &str, doubt: Option<&Arc<Doubt>>) {
    let mut found: Vec<(Arc<str>, usize)> = Vec::new();
    for (name, model) in state.app(label).into_iter().flat_map(|app| &app.models) {
        for (index, (_, field)) in model.fields.iter().enumerate() {
            if REFERRING.iter().any(|argument| points_to(field, argument, (label, name), (app, old))) {
                found.push((Arc::clone(name), index));
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let models = &mut state.app_mut(label).models;
    for (name, index) in found {
        let Some(model) = models.get_mut(&name) else { continue };
        let field = Arc::make_mut(&mut Arc::make_mut(model).fields[index].1);
        for argument in REFERRING {
            if points_to(field, argument, (label, &name), (app, old)) {
                point(field, argument, target);
            }
        }
        cast(&mut field.doubt, doubt);
    }
}

/// Whether the argument names the model, literally.
fn points_to(field: &FieldState, argument: &str, model: (&str, &str), wanted: (&str, &str)) -> bool {
    let Some(argument) = field.field.argument(argument) else { return false };
    let Some(text) = argument.value.as_str() else { return false };
    // Most relations are told apart without a copy of their text.
    let name = text.rsplit('.').next().unwrap_or(text);
    if text != "self" && !name.eq_ignore_ascii_case(wanted.1) && name.is_ascii() {
        return false;
    }
    let (app, name) = resolve_relation(text, model.0, model.1);
    (app.as_str(), name.as_str()) == wanted
}

fn point(field: &mut FieldState, argument: &str, target: &str) {
    for argument in field.field.arguments_mut().flatten().filter(|other| other.name == argument) {
        argument.value.kind = ValueKind::Str(Text { value: target.to_owned(), pieces: Vec::new() });
    }
}

/// Whether a relation names a model by a name that it no longer has. Django would have met the field before the
/// rename, had it taken the two branches of the history in the other order.
pub(super) fn refers_to_old_name(state: &ProjectState, model: (&str, &str), field: &FieldState) -> bool {
    REFERRING.iter().any(|argument| present_name(state, model, field, argument).is_some())
}

/// Lets a relation follow the models that it names to their present names.
pub(super) fn follow(state: &ProjectState, model: (&str, &str), field: &mut FieldState) {
    for argument in REFERRING {
        if let Some(target) = present_name(state, model, field, argument) {
            point(field, argument, &target);
        }
    }
}

fn present_name(state: &ProjectState, model: (&str, &str), field: &FieldState, argument: &str) -> Option<String> {
    let text = field.field.argument(argument)?.value.as_str()?;
    let (app, name) = resolve_relation(text, model.0, model.1);
    let apps = state.app(&app)?;
    if apps.renamed.is_empty() || apps.models.contains_key(name.as_str()) || (app.as_str(), name.as_str()) == model {
        return None;
    }
    let present = apps.models.get(apps.renamed.get(name.as_str())?)?;
    Some(format!("{app}.{}", present.name))
}
