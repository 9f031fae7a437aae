//! What an expression of an `__init__` is worth, on one way through the method.

use crate::migration::field_class::initialise::{Dict, Frame, Initialiser, Local, Way};
use crate::migration::field_class::place;
use crate::python::{Computed, Entry, Text, Value, ValueKind, words};
use crate::source::Span;

impl Initialiser<'_> {
    /// A value of the class's own file, at the place of the class's name in the migration.
    pub(super) fn brought(&self, frame: &Frame<'_>, value: &Value) -> Value {
        let span = self.field.class_span;
        let all = |items: &[Value]| items.iter().map(|item| self.brought(frame, item)).collect();
        let kind = match &value.kind {
            ValueKind::Unknown(_) => return self.unsure(Some(&place(frame.file, value.span))),
            ValueKind::Str(text) => ValueKind::Str(Text::unmapped(text.value.clone())),
            ValueKind::List(items) => ValueKind::List(all(items)),
            ValueKind::Tuple(items) => ValueKind::Tuple(all(items)),
            ValueKind::Set(items) => ValueKind::Set(all(items)),
            ValueKind::Dict(entries) => {
                let entries = entries.iter().map(|(key, value)| (self.brought(frame, key), self.brought(frame, value)));
                ValueKind::Dict(entries.collect())
            }
            ValueKind::Definition(definition) => ValueKind::Reference(definition.name.clone()),
            ValueKind::Reference(path) => ValueKind::Reference(path.trim_start_matches('.').to_owned()),
            ValueKind::Call(call) => {
                let mut call = call.clone();
                call.callee_span = span;
                for argument in &mut call.arguments {
                    argument.span = span;
                    argument.value = self.brought(frame, &argument.value);
                }
                ValueKind::Call(call)
            }
            other => other.clone(),
        };
        Value::new(kind, span)
    }

    pub(super) fn dict(&self, frame: &Frame<'_>, way: &mut Way, entries: &[Entry]) -> Dict {
        let mut dict = Dict::default();
        for entry in entries {
            match entry {
                Entry::Pair(key, value) => {
                    let value = self.value(frame, way, value);
                    dict.entries.insert(key.clone(), value);
                }
                Entry::Spread(name) => match way.locals.get(name) {
                    Some(Local::Dict(other)) => dict.update(other.clone()),
                    _ => dict.forget(&self.unsure(Some(&place(frame.file, frame.method.name_span)))),
                },
                Entry::Other(span) => dict.forget(&self.unsure(Some(&place(frame.file, *span)))),
            }
        }
        dict
    }

    pub(super) fn local(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Local {
        match value {
            Computed::Dict(entries) => Local::Dict(self.dict(frame, way, entries)),
            Computed::Name(name) => match way.locals.get(name) {
                // Two names of one dict: what is done to the one is done to the other.
                Some(Local::Dict(_)) => {
                    if let Some(Local::Dict(dict)) = way.locals.get_mut(name) {
                        dict.forget(&self.unsure(Some(&place(frame.file, frame.method.name_span))));
                    }
                    Local::One(self.unsure(Some(&place(frame.file, frame.method.name_span))))
                }
                Some(local) => local.clone(),
                None => Local::One(self.unsure(Some(&place(frame.file, frame.method.name_span)))),
            },
            value => Local::One(self.value(frame, way, value)),
        }
    }

    pub(super) fn value(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Value {
        let unsure = |span: Span| self.unsure(Some(&place(frame.file, span)));
        let anything = || unsure(frame.method.name_span);
        match value {
            Computed::Value(value) => self.brought(frame, value),
            Computed::Name(name) => match way.locals.get(name) {
                Some(Local::One(value)) => value.clone(),
                _ => anything(),
            },
            Computed::Item { container, key, default, removed } => {
                let default = default.as_ref().map(|default| self.value(frame, way, default));
                let Some(Local::Dict(dict)) = way.locals.get_mut(container) else { return anything() };
                let found = if *removed { dict.entries.remove(key) } else { dict.entries.get(key).cloned() };
                match (found, &dict.open, default) {
                    (Some(value), ..) => value,
                    (None, None, Some(default)) => default,
                    _ => anything(),
                }
            }
            Computed::Choice(parts) => {
                let [test, then, otherwise] = &**parts;
                match self.truth(frame, way, test) {
                    Some(true) => self.value(frame, way, then),
                    Some(false) => self.value(frame, way, otherwise),
                    None => {
                        let (then, otherwise) = (self.value(frame, way, then), self.value(frame, way, otherwise));
                        if same(&then, &otherwise) { then } else { anything() }
                    }
                }
            }
            Computed::Any(values) | Computed::All(values) => {
                let stops = matches!(value, Computed::Any(_));
                let mut last = None;
                for part in values {
                    let own = self.value(frame, way, part);
                    match truth(&own) {
                        Some(own_truth) if own_truth == stops => return own,
                        Some(_) => last = Some(own),
                        None if std::ptr::eq(part, &raw const values[values.len() - 1]) => return own,
                        None => return anything(),
                    }
                }
                last.unwrap_or_else(anything)
            }
            Computed::Has(..) | Computed::Same(..) | Computed::Not(_) => match self.truth(frame, way, value) {
                Some(value) => Value::new(ValueKind::Bool(value), self.field.class_span),
                None => anything(),
            },
            Computed::Dict(_) => anything(),
            Computed::Attribute { span, .. } | Computed::Other(span) => {
                self.disturb(frame, way, *span, false);
                unsure(*span)
            }
        }
    }

    pub(super) fn truth(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Option<bool> {
        match value {
            Computed::Has(container, key) => match way.locals.get(container)? {
                Local::Dict(dict) if dict.entries.contains_key(key) => Some(true),
                Local::Dict(dict) => dict.open.is_none().then_some(false),
                _ => None,
            },
            Computed::Not(inner) => self.truth(frame, way, inner).map(|truth| !truth),
            Computed::Same(left, right) => {
                let (left, right) = (self.value(frame, way, left), self.value(frame, way, right));
                equal(&left, &right)
            }
            Computed::All(values) | Computed::Any(values) => {
                let decisive = matches!(value, Computed::Any(_));
                let mut open = false;
                for part in values {
                    match self.truth(frame, way, part) {
                        Some(truth) if truth == decisive => return Some(decisive),
                        Some(_) => {}
                        None => open = true,
                    }
                }
                (!open).then_some(!decisive)
            }
            Computed::Name(name) => match way.locals.get(name)? {
                Local::One(value) => truth(value),
                Local::Many(values) => Some(!values.is_empty()),
                Local::Dict(dict) if dict.entries.is_empty() => dict.open.is_none().then_some(false),
                Local::Dict(_) => Some(true),
            },
            value => truth(&self.value(frame, way, value)),
        }
    }

    /// Forgets what a statement that is not followed may change.
    pub(super) fn disturb(&self, frame: &Frame<'_>, way: &mut Way, span: Span, binds: bool) {
        let text = frame.file.slice(span);
        let unsure = self.unsure(Some(&place(frame.file, span)));
        for (name, local) in &mut way.locals {
            if !words(text).any(|word| word == name) {
                continue;
            }
            match local {
                Local::Dict(dict) if !only_reads(text, name, binds) => dict.forget(&unsure),
                Local::One(value) if binds => *value = unsure.clone(),
                Local::Many(_) if binds => *local = Local::One(unsure.clone()),
                _ => {}
            }
        }
    }
}

/// Whether every place of a text that names a dict only reads it.
fn only_reads(text: &str, name: &str, binds: bool) -> bool {
    text.match_indices(name).all(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        if before.ends_with(in_word) || after.starts_with(in_word) {
            return true;
        }
        let reading = [".get(", ".keys(", ".items(", ".values(", ".copy("];
        reading.iter().any(|method| after.starts_with(method))
            || (!binds && after.starts_with('['))
            || ["in ", "**", "len(", "bool(", "not "].iter().any(|word| before.ends_with(word))
    })
}

/// Whether a value is true, as far as that can be told.
fn truth(value: &Value) -> Option<bool> {
    match &value.kind {
        ValueKind::None => Some(false),
        ValueKind::Bool(value) => Some(*value),
        ValueKind::Int(value) => Some(*value != 0),
        ValueKind::Str(text) => Some(!text.value.is_empty()),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => Some(!items.is_empty()),
        ValueKind::Dict(entries) => Some(!entries.is_empty()),
        ValueKind::Definition(_) => Some(true),
        _ => None,
    }
}

/// Whether two values are equal, as far as that can be told.
fn equal(one: &Value, other: &Value) -> Option<bool> {
    match (&one.kind, &other.kind) {
        (ValueKind::Unknown(_) | ValueKind::Reference(_) | ValueKind::Call(_), _)
        | (_, ValueKind::Unknown(_) | ValueKind::Reference(_) | ValueKind::Call(_)) => None,
        (ValueKind::None, ValueKind::None) => Some(true),
        (ValueKind::Bool(one), ValueKind::Bool(other)) => Some(one == other),
        (ValueKind::Int(one), ValueKind::Int(other)) => Some(one == other),
        (ValueKind::Str(one), ValueKind::Str(other)) => Some(one.value == other.value),
        (ValueKind::None, _) | (_, ValueKind::None) => Some(false),
        _ => None,
    }
}

/// Whether two values are certainly the same.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (ValueKind::Reference(one), ValueKind::Reference(other)) => one == other,
        (ValueKind::Unknown(_), _) | (_, ValueKind::Unknown(_)) => false,
        _ => {
            let written = std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind);
            equal(one, other).unwrap_or(written && one.span == other.span && !one.span.is_empty())
        }
    }
}
