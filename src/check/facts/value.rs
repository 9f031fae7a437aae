//! From the values that a migration states to facts.

use std::borrow::Cow;

use crate::check::facts::origin::Origin;
use crate::language::Fact;
use crate::migration::catalogue::{Default, ParameterKind};
use crate::python::{Value, ValueKind};

/// The fact of a value that may be anything.
pub(super) fn any<'a>(origin: Origin<'a>, value: &'a Value) -> Fact<'a> {
    match &value.kind {
        ValueKind::Bool(value) => Fact::Bool(*value),
        ValueKind::Int(value) => Fact::Int(*value),
        ValueKind::Str(text) => Fact::Str(Cow::Borrowed(&text.value)),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => {
            Fact::List(items.iter().map(|item| any(origin, item)).collect())
        }
        ValueKind::Unknown(unknown) => origin.given(unknown),
        ValueKind::Reference(path) => Fact::Opaque(Cow::Borrowed(path)),
        _ => Fact::Opaque(Cow::Owned(origin.text(value.span))),
    }
}

/// The fact of a value that must be of one type. `None` means "not given" to Django for texts and numbers.
pub(super) fn typed<'a>(origin: Origin<'a>, value: &'a Value, kind: ParameterKind) -> Fact<'a> {
    match (kind, &value.kind) {
        (ParameterKind::Any | ParameterKind::Options, _) => any(origin, value),
        (_, ValueKind::None) => Fact::Unset,
        (ParameterKind::Str, ValueKind::Str(text)) => Fact::Str(Cow::Borrowed(&text.value)),
        (ParameterKind::Bool, ValueKind::Bool(value)) => Fact::Bool(*value),
        // Python 2 era files, and people, write 0 and 1 as well.
        (ParameterKind::Bool, ValueKind::Int(value @ (0 | 1))) => Fact::Bool(*value == 1),
        (ParameterKind::Int, ValueKind::Int(value)) => Fact::Int(*value),
        (ParameterKind::Names, _) if value.elements().is_some() => names(origin, value),
        (ParameterKind::Names, ValueKind::Str(text)) => Fact::List(vec![Fact::Str(Cow::Borrowed(&text.value))]),
        (_, ValueKind::Unknown(unknown)) => origin.given(unknown),
        _ => Fact::Given(origin.cause(value.span, "is not a literal")),
    }
}

/// The names in a list, in lists inside it too (`unique_together` is a set of tuples).
fn names<'a>(origin: Origin<'a>, value: &'a Value) -> Fact<'a> {
    let mut found = Vec::new();
    for item in value.elements().unwrap_or_default() {
        match typed(origin, item, if item.elements().is_some() { ParameterKind::Names } else { ParameterKind::Str }) {
            Fact::List(inner) => found.extend(inner),
            other => found.push(other),
        }
    }
    Fact::List(found)
}

/// The fact of a parameter that is not given.
pub(super) fn default<'a>(default: Default) -> Fact<'a> {
    match default {
        Default::Required | Default::Unset => Fact::Unset,
        Default::Bool(value) => Fact::Bool(value),
        Default::Int(value) => Fact::Int(value),
        Default::Str(value) => Fact::Str(Cow::Borrowed(value)),
    }
}

/// The model that a relation points to, as `app.model` in lower case, or the setting that names it.
pub(super) fn relation<'a>(origin: Origin<'a>, value: &'a Value) -> Fact<'a> {
    match &value.kind {
        ValueKind::Str(text) if text.value.contains('.') => Fact::Str(Cow::Owned(text.value.to_lowercase())),
        // Django's writer always qualifies; by hand, a bare name means the same app.
        ValueKind::Str(text) => Fact::Str(Cow::Owned(format!("{}.{}", origin.app, text.value.to_lowercase()))),
        ValueKind::Reference(path) => {
            Fact::Str(path.strip_prefix("django.conf.").map_or(Cow::Borrowed(path.as_str()), Cow::Borrowed))
        }
        ValueKind::Unknown(unknown) => origin.given(unknown),
        _ => Fact::Given(origin.cause(value.span, "is not a literal")),
    }
}

/// The dotted name that a value is given as; unset for a value that is written out.
pub(super) fn dotted_name<'a>(origin: Origin<'a>, value: &'a Value) -> Fact<'a> {
    match &value.kind {
        ValueKind::Reference(path) => Fact::Str(Cow::Borrowed(path)),
        ValueKind::Definition(definition) => Fact::Str(Cow::Borrowed(&definition.name)),
        ValueKind::Unknown(unknown) => origin.given(unknown),
        _ => Fact::Unset,
    }
}

/// The last part of a dotted name: `CASCADE` of `django.db.models.CASCADE`.
pub(super) fn last_name<'a>(origin: Origin<'a>, value: &'a Value) -> Fact<'a> {
    let path = match &value.kind {
        ValueKind::Reference(path) => Some(path.as_str()),
        ValueKind::Call(call) => call.callee.as_deref(),
        ValueKind::Definition(definition) => Some(definition.name.as_str()),
        _ => None,
    };
    match (path, &value.kind) {
        (Some(path), _) => Fact::Str(Cow::Borrowed(path.rsplit('.').next().unwrap_or(path))),
        (None, ValueKind::Unknown(unknown)) => origin.given(unknown),
        (None, _) => Fact::Given(origin.cause(value.span, "is not a name")),
    }
}
