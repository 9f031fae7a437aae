//! What the names of a module and of its class bodies stand for, statement by statement.

use std::collections::HashMap;

use crate::python::{Unknown, Value, ValueKind};
use crate::source::Span;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// The value.
    pub(super) value: Value,
    /// For a list: why each element may be missing. Empty when none may.
    pub(super) conditions: Vec<Option<Unknown>>,
    /// Another name stands for the same object, so that changing it in place changes both.
    pub(super) shared: bool,
    /// Where the name was bound.
    pub(super) name_span: Span,
}

impl Bound {
    pub(super) fn new(value: Value) -> Self {
        Self { value, conditions: Vec::new(), shared: false, name_span: Span::default() }
    }

    /// The elements of a list, each with its condition.
    fn into_elements(self) -> Vec<(Value, Option<Unknown>)> {
        let mut conditions = self.conditions.into_iter();
        match self.value.kind {
            ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => {
                items.into_iter().map(|item| (item, conditions.next().flatten())).collect()
            }
            kind => vec![(Value { kind, ..self.value }, None)],
        }
    }

    /// A list of elements with their conditions.
    pub(super) fn of_elements(elements: Vec<(Value, Option<Unknown>)>, span: Span) -> Self {
        let conditional = elements.iter().any(|(_, condition)| condition.is_some());
        let (items, conditions): (Vec<_>, Vec<_>) = elements.into_iter().unzip();
        Self {
            conditions: if conditional { conditions } else { Vec::new() },
            ..Self::new(Value::new(ValueKind::List(items), span))
        }
    }

    /// The value alone: where an element may be missing, a value that is not known stands in its place.
    pub(super) fn into_value(self) -> Value {
        if self.conditions.is_empty() {
            return self.value;
        }
        let span = self.value.span;
        let items = self.into_elements().into_iter().map(|(item, condition)| match condition {
            Some(condition) => Value::new(ValueKind::Unknown(condition), item.span),
            None => item,
        });
        Value::new(ValueKind::List(items.collect()), span)
    }

    /// Adds elements at the end, or at `index`.
    pub(super) fn insert(&mut self, index: usize, added: Vec<(Value, Option<Unknown>)>) {
        let ValueKind::List(items) = &mut self.value.kind else { return };
        let index = index.min(items.len());
        let conditional = !self.conditions.is_empty() || added.iter().any(|(_, condition)| condition.is_some());
        if conditional {
            self.conditions.resize(items.len(), None);
            self.conditions.splice(index..index, added.iter().map(|(_, condition)| condition.clone()));
        }
        items.splice(index..index, added.into_iter().map(|(item, _)| item));
    }

    /// How many elements the list has.
    pub(super) fn len(&self) -> Option<usize> {
        match &self.value.kind {
            ValueKind::List(items) => Some(items.len()),
            _ => None,
        }
    }

    /// The elements with their conditions, when it is a list, tuple or set.
    pub(super) fn elements(self) -> Result<Vec<(Value, Option<Unknown>)>, Value> {
        match self.value.kind {
            ValueKind::List(_) | ValueKind::Tuple(_) | ValueKind::Set(_) => Ok(self.into_elements()),
            _ => Err(self.value),
        }
    }
}

/// Names bound in one place: the module, a class body, or a branch of either.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// What each name stands for. An attribute of a class of the file has the key `Class.attribute`.
    pub(super) names: HashMap<String, Bound>,
    /// Names in the order in which they were first bound.
    pub(super) order: Vec<String>,
}

/// The layers from the module inwards.
#[derive(Debug)]
pub(super) struct Scope {
    layers: Vec<Layer>,
    /// Names that share an object with another one.
    shared: Vec<String>,
}

impl Scope {
    pub(super) fn new() -> Self {
        Self { layers: vec![Layer::default()], shared: Vec::new() }
    }

    pub(super) fn push(&mut self) {
        self.layers.push(Layer::default());
    }

    pub(super) fn pop(&mut self) -> Layer {
        if self.layers.len() > 1 { self.layers.pop().unwrap_or_default() } else { Layer::default() }
    }

    pub(super) fn into_module(mut self) -> Layer {
        if self.layers.is_empty() { Layer::default() } else { self.layers.swap_remove(0) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Bound> {
        self.layers.iter().rev().find_map(|layer| layer.names.get(name))
    }

    pub(super) fn bind(&mut self, name: &str, bound: Bound) {
        let Some(layer) = self.layers.last_mut() else { return };
        if bound.shared {
            self.shared.push(name.to_owned());
        }
        if let Some(old) = layer.names.get_mut(name) {
            *old = bound;
        } else {
            layer.names.insert(name.to_owned(), bound);
            layer.order.push(name.to_owned());
        }
    }

    /// The binding of `name` for a change in place; a copy is made when it stands in an outer layer.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Bound> {
        let top = self.layers.len().checked_sub(1)?;
        if !self.layers[top].names.contains_key(name) {
            let copy = self.get(name)?.clone();
            self.bind(name, copy);
        }
        self.layers[top].names.get_mut(name)
    }

    /// Whether the innermost layer binds `name`.
    pub(super) fn is_top(&self, name: &str) -> bool {
        self.layers.last().is_some_and(|layer| layer.names.contains_key(name))
    }

    /// Marks `name` as one of several names of one object.
    pub(super) fn share(&mut self, name: &str) {
        if let Some(bound) = self.layers.iter_mut().rev().find_map(|layer| layer.names.get_mut(name)) {
            bound.shared = true;
            self.shared.push(name.to_owned());
        }
    }

    /// Names that share an object with another one; they are to be bound anew.
    pub(super) fn take_shared(&mut self) -> Vec<String> {
        std::mem::take(&mut self.shared)
    }
}

/// What a name stands for behind branches that bind it to `arms`; `None` for a branch in which it has no value.
pub(super) fn merge(arms: Vec<Option<Bound>>, why: &Unknown) -> Bound {
    let mut present = arms.iter().flatten();
    let first = present.next().cloned();
    if let Some(first) = &first
        && arms.iter().all(|arm| arm.as_ref().is_some_and(|arm| same(&arm.value, &first.value)))
    {
        return first.clone();
    }
    let name_span = first.map_or(why.span, |bound| bound.name_span);
    let listed = |arm: &Bound| matches!(arm.value.kind, ValueKind::List(_));
    let element = |arm: &Bound| matches!(arm.value.kind, ValueKind::Unknown(_) | ValueKind::Call(_));
    let any_list = arms.iter().flatten().any(listed);
    if !any_list || !arms.iter().flatten().all(|arm| listed(arm) || element(arm)) {
        let unknown = Unknown { reason: "is a condition for its value".to_owned(), ..why.clone() };
        return Bound { name_span, ..Bound::new(Value::new(ValueKind::Unknown(unknown), name_span)) };
    }
    let span = arms.iter().flatten().map(|arm| arm.value.span).reduce(Span::to).unwrap_or(why.span);
    let lists: Vec<_> = arms.into_iter().map(|arm| arm.map_or_else(Vec::new, Bound::into_elements)).collect();
    let prefix = common_prefix(&lists);
    let mut merged = Vec::new();
    for (index, list) in lists.into_iter().enumerate() {
        for (position, (item, condition)) in list.into_iter().enumerate() {
            if position >= prefix {
                merged.push((item, Some(condition.unwrap_or_else(|| why.clone()))));
            } else if index == 0 {
                merged.push((item, condition));
            }
        }
    }
    Bound { name_span, ..Bound::of_elements(merged, span) }
}

/// How many elements at the start are the same in all lists.
fn common_prefix(lists: &[Vec<(Value, Option<Unknown>)>]) -> usize {
    let Some((first, others)) = lists.split_first() else { return 0 };
    first
        .iter()
        .enumerate()
        .take_while(|(at, (item, condition))| {
            others
                .iter()
                .all(|list| list.get(*at).is_some_and(|(other, when)| other.span == item.span && when == condition))
        })
        .count()
}

/// Whether both are certainly the same object or constant.
fn same(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (ValueKind::None, ValueKind::None) => true,
        (ValueKind::Bool(one), ValueKind::Bool(other)) => one == other,
        (ValueKind::Int(one), ValueKind::Int(other)) => one == other,
        (ValueKind::Str(one), ValueKind::Str(other)) => one.value == other.value,
        (ValueKind::Reference(one), ValueKind::Reference(other)) => one == other,
        (ValueKind::Definition(one), ValueKind::Definition(other)) => one.span == other.span,
        (ValueKind::List(one), ValueKind::List(other)) => one.is_empty() && other.is_empty(),
        _ => false,
    }
}
