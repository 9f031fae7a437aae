//! `unique_together` and `index_together`.

use crate::python::{Text, Value, ValueKind};
use crate::source::Span;

/// The sets of fields of such an option, when all of it is literal: `normalize_together` of
/// `django.db.models.options`, which takes one tuple of names for a tuple of that tuple. `None` for nothing at all.
pub(super) fn normalized(value: &Value) -> Option<Vec<Vec<String>>> {
    let items = value.elements().filter(|items| !items.is_empty())?;
    let names = |items: &[Value]| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let is_set = matches!(value.kind, ValueKind::Set(_));
    let mut sets = if !is_set && items[0].elements().is_none() {
        vec![names(items)?]
    } else {
        items.iter().map(|item| names(item.elements()?)).collect::<Option<Vec<_>>>()?
    };
    let mut seen = std::collections::HashSet::new();
    sets.retain(|set| seen.insert(set.clone()));
    Some(sets)
}

/// The sets as the set of tuples that Django's state holds.
pub(super) fn value(sets: &[Vec<String>], span: Span) -> ValueKind {
    let text = |name: &String| Value::new(ValueKind::Str(Text { value: name.clone(), pieces: Vec::new() }), span);
    let tuple = |set: &Vec<String>| Value::new(ValueKind::Tuple(set.iter().map(text).collect()), span);
    ValueKind::Set(sets.iter().map(tuple).collect())
}
