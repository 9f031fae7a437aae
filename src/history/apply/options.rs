//! Options, managers, indexes and constraints of a model.

use std::sync::Arc;

use crate::history::apply::cast;
use crate::history::model::{ModelState, Part, Sourced};
use crate::history::state::Doubt;
use crate::history::step::{Change, List};
use crate::history::together;
use crate::python::{Text, Value, ValueKind};
use crate::source::Spanned;

/// The changes of a model that need nothing but the model.
pub(super) fn change(model: &mut ModelState, change: &Change, doubt: Option<&Arc<Doubt>>) {
    match change {
        Change::SetOptions { options, reset, .. } => set(model, options, reset, doubt),
        Change::SetManagers { managers, .. } => set_managers(model, managers.as_ref(), doubt),
        Change::AddPart { list, part, .. } => parts(model, *list).push(doubted(part, doubt)),
        Change::RemovePart { list, name, .. } => remove(parts(model, *list), name, doubt),
        Change::ReplacePart { list, name, part, .. } => {
            for own in matching(parts(model, *list), name) {
                *own = doubted(part, doubt);
            }
        }
        Change::RenameIndex { old, new, .. } => {
            for index in matching(&mut model.indexes, old) {
                let index = Arc::make_mut(index);
                rename(index, new);
                cast(&mut index.doubt, doubt);
            }
        }
        Change::NameIndex { fields, index, .. } => {
            model.indexes.push(doubted(index, doubt));
            take_index_together(model, fields, doubt);
        }
        _ => {}
    }
}

/// Makes options, indexes and constraints doubtful.
pub(super) fn make_doubtful(model: &mut ModelState, doubt: &Arc<Doubt>) {
    cast(&mut model.more, Some(doubt));
    for (_, option) in &mut model.options {
        cast(&mut option.doubt, Some(doubt));
    }
    for part in model.indexes.iter_mut().chain(&mut model.constraints) {
        cast(&mut Arc::make_mut(part).doubt, Some(doubt));
    }
    if let Some(managers) = &mut model.managers {
        cast(&mut managers.doubt, Some(doubt));
    }
}

/// `ProjectState.alter_model_options`.
fn set(model: &mut ModelState, options: &[(Arc<str>, Sourced)], reset: &[&str], doubt: Option<&Arc<Doubt>>) {
    for (name, value) in options {
        let mut value = value.clone();
        cast(&mut value.doubt, doubt);
        model.set_option(name, value);
    }
    for name in reset.iter().filter(|name| !options.iter().any(|(given, _)| &**given == **name)) {
        match doubt {
            None => {
                model.take_option(name);
            }
            Some(doubt) => {
                for (_, option) in model.options.iter_mut().filter(|(own, _)| **own == **name) {
                    cast(&mut option.doubt, Some(doubt));
                }
            }
        }
    }
}

fn set_managers(model: &mut ModelState, managers: Option<&Sourced>, doubt: Option<&Arc<Doubt>>) {
    match (managers, doubt) {
        (managers, None) => model.managers = managers.cloned(),
        (Some(managers), Some(doubt)) => {
            model.managers = Some(Sourced { doubt: Some(Arc::clone(doubt)), ..managers.clone() });
        }
        (None, Some(doubt)) => {
            if let Some(managers) = &mut model.managers {
                cast(&mut managers.doubt, Some(doubt));
            }
        }
    }
}

fn parts(model: &mut ModelState, list: List) -> &mut Vec<Arc<Part>> {
    match list {
        List::Indexes => &mut model.indexes,
        List::Constraints => &mut model.constraints,
    }
}

fn doubted(part: &Arc<Part>, doubt: Option<&Arc<Doubt>>) -> Arc<Part> {
    match doubt {
        None => Arc::clone(part),
        Some(doubt) => Arc::new(Part { doubt: Some(Arc::clone(doubt)), ..(**part).clone() }),
    }
}

fn is_named(part: &Part, name: &str) -> bool {
    part.name.as_ref().is_some_and(|own| own.value == name)
}

fn matching<'p>(parts: &'p mut [Arc<Part>], name: &'p str) -> impl Iterator<Item = &'p mut Arc<Part>> {
    parts.iter_mut().filter(move |part| is_named(part, name))
}

/// Takes out the part of that name; one whose name is not known may have been it.
fn remove(parts: &mut Vec<Arc<Part>>, name: &str, doubt: Option<&Arc<Doubt>>) {
    match doubt {
        Some(doubt) => {
            for part in matching(parts, name) {
                cast(&mut Arc::make_mut(part).doubt, Some(doubt));
            }
        }
        None if parts.iter().any(|part| is_named(part, name)) => parts.retain(|part| !is_named(part, name)),
        None => {
            for part in parts.iter_mut().filter(|part| part.name.is_none()) {
                let text = part.source.slice(part.value.span);
                let unknown = Doubt::new(&part.source, part.value.span, text, "has a name that is not known");
                cast(&mut Arc::make_mut(part).doubt, Some(&unknown));
            }
        }
    }
}

/// Gives a part another name, in its call as well.
fn rename(part: &mut Part, new: &Spanned<String>) {
    part.name = Some(new.clone());
    let ValueKind::Call(call) = &mut part.value.kind else { return };
    for argument in call.arguments.iter_mut().filter(|argument| argument.name.as_deref() == Some("name")) {
        let text = Text { value: new.value.clone(), pieces: Vec::new() };
        argument.value = Value::new(ValueKind::Str(text), argument.value.span);
    }
}

/// `ProjectState.remove_model_options` on `index_together`.
fn take_index_together(model: &mut ModelState, fields: &[String], doubt: Option<&Arc<Doubt>>) {
    let option = model.options.iter_mut().find(|(name, _)| &**name == "index_together");
    let Some((_, option)) = option else { return };
    let Some(mut sets) = together::normalized(&option.value) else { return };
    match doubt {
        None => {
            sets.retain(|set| set != fields);
            option.value.kind = together::value(&sets, option.value.span);
        }
        Some(doubt) => cast(&mut option.doubt, Some(doubt)),
    }
}
