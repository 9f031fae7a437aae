//! The attributes of a migration class beside its operations: dependencies and flags.

use crate::migration::{Dependency, Stated};
use crate::python::{Attribute, Call, Unknown, Value, ValueKind};
use crate::source::Spanned;

/// The dependencies in a list.
pub(super) fn dependencies(attribute: Option<&Attribute>) -> Vec<Spanned<Dependency>> {
    let Some(attribute) = attribute else { return Vec::new() };
    let Some(items) = attribute.value.elements() else {
        let unknown = why(&attribute.value, "is not a list");
        return vec![Spanned::new(Dependency::Unknown(unknown), attribute.value.span)];
    };
    let conditions = attribute.conditions.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let each = items.iter().zip(conditions).map(|(item, condition)| {
        let dependency = condition.map_or_else(|| dependency(item), |why| Dependency::Unknown(why.clone()));
        Spanned::new(dependency, item.span)
    });
    each.collect()
}

fn dependency(value: &Value) -> Dependency {
    match &value.kind {
        ValueKind::Tuple(pair) | ValueKind::List(pair) => match &pair[..] {
            [app, name] => match (app.as_str(), name.as_str()) {
                (Some(app), Some(name)) => Dependency::Migration { app: app.to_owned(), name: name.to_owned() },
                (None, _) => Dependency::Unknown(why(app, "is not a text")),
                (_, None) => Dependency::Unknown(why(name, "is not a text")),
            },
            _ => Dependency::Unknown(why(value, "is not a pair of app and name")),
        },
        ValueKind::Call(call) => swappable(call).unwrap_or_else(|| Dependency::Unknown(why(value, ""))),
        _ => Dependency::Unknown(why(value, "is not a pair of app and name")),
    }
}

/// `migrations.swappable_dependency(setting)` and `swapper.dependency(app, model)`.
fn swappable(call: &Call) -> Option<Dependency> {
    let callee = call.callee.as_deref()?;
    let first = call.arguments.first().map(|argument| &argument.value)?;
    if matches!(
        callee,
        "django.db.migrations.swappable_dependency" | "django.db.migrations.migration.swappable_dependency"
    ) {
        return Some(match &first.kind {
            ValueKind::Reference(path) => Dependency::Swappable(path.clone()),
            ValueKind::Str(text) => match text.value.split_once('.') {
                Some((app, _)) => Dependency::Migration { app: app.to_owned(), name: "__first__".to_owned() },
                None => Dependency::Unknown(why(first, "is not `app.Model`")),
            },
            _ => Dependency::Unknown(why(first, "is not a setting")),
        });
    }
    if callee == "swapper.dependency" {
        let model = call.arguments.get(1).and_then(|argument| argument.value.as_str())?;
        return Some(Dependency::Swappable(format!("swapper.{}.{model}", first.as_str()?)));
    }
    None
}

/// A flag of the class, `None` when it is not written.
pub(super) fn flag(attribute: Option<&Attribute>) -> Option<Stated<bool>> {
    let attribute = attribute?;
    let value = match &attribute.value.kind {
        ValueKind::Bool(value) => Ok(*value),
        // Django only asks whether it is true.
        ValueKind::None => Ok(false),
        _ => Err(why(&attribute.value, "is not literally true or false")),
    };
    Some(Stated { value, span: Some(attribute.value.span) })
}

/// Why a value is not known, or `otherwise` when it is, but is of no use.
pub(super) fn why(value: &Value, otherwise: &str) -> Unknown {
    let because =
        |text: &str, reason: &str| Unknown { text: text.to_owned(), span: value.span, reason: reason.to_owned() };
    match &value.kind {
        ValueKind::Unknown(unknown) => unknown.clone(),
        ValueKind::Reference(path) => because(path, "is imported"),
        ValueKind::Call(call) => because(call.callee.as_deref().unwrap_or("the value"), "is what a call returns"),
        ValueKind::Definition(definition) => because(&definition.name, "is defined in this file"),
        _ => because("the value", otherwise),
    }
}
