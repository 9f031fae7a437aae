//! What rules can ask of an index or a constraint: both are a class with arguments.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::{Context, Facts, attribute, list_of_text, not_known, value};
use crate::language::{Entity, Fact, Slot, Type};
use crate::migration::catalogue::ParameterKind;
use crate::python::{Argument, Call, Value, ValueKind};
use crate::source::Span;

/// Whether a view is of an index or of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Index,
    Constraint,
}

/// An index or a constraint that an operation carries.
#[derive(Clone)]
pub(super) struct IndexView<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) value: &'a Value,
    pub(super) shape: Shape,
}

type Getter = for<'a> fn(&IndexView<'a>) -> Fact<'a>;

pub(super) static INDEX: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    let maybe = Slot::maybe;
    Facts::of(
        "Index",
        vec![
            attribute("name", maybe(Type::Str), "Its name.", (|i| i.argument("name", ParameterKind::Str)) as Getter),
            attribute("class", Slot::set(Type::Str), "Its class, without the module.", |i| i.class_name()),
            attribute("fields", list_of_text(), "The fields it covers; a `-` marks a descending one.", |i| {
                i.list("fields")
            }),
            attribute("expressions", Slot::set(Type::Bool), "Whether it covers expressions.", |i| i.has_expressions()),
            attribute("condition", maybe(Type::Value), "The condition of a partial index.", |i| {
                i.argument("condition", ParameterKind::Any)
            }),
            attribute("include", list_of_text(), "Fields that it carries without indexing them.", |i| {
                i.list("include")
            }),
            attribute("opclasses", list_of_text(), "Its operator classes.", |i| i.list("opclasses")),
        ],
    )
});

pub(super) static CONSTRAINT: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    let maybe = Slot::maybe;
    Facts::of(
        "Constraint",
        vec![
            attribute("name", maybe(Type::Str), "Its name.", (|i| i.argument("name", ParameterKind::Str)) as Getter),
            attribute("class", Slot::set(Type::Str), "Its class, without the module.", |i| i.class_name()),
            attribute("fields", list_of_text(), "The fields of a unique constraint.", |i| i.list("fields")),
            attribute("expressions", Slot::set(Type::Bool), "Whether it rests on expressions.", |i| {
                i.has_expressions()
            }),
            attribute("condition", maybe(Type::Value), "Its condition; of a CheckConstraint, what it checks.", |i| {
                // `check` was renamed to `condition` in Django 5.1.
                match i.argument("condition", ParameterKind::Any) {
                    Fact::Unset => i.argument("check", ParameterKind::Any),
                    given => given,
                }
            }),
            attribute("include", list_of_text(), "Fields that its index carries without indexing them.", |i| {
                i.list("include")
            }),
            attribute("deferrable", maybe(Type::Value), "Whether it can wait for the commit.", |i| {
                i.argument("deferrable", ParameterKind::Any)
            }),
            attribute("nulls_distinct", maybe(Type::Bool), "Whether NULLs differ from each other.", |i| {
                i.argument("nulls_distinct", ParameterKind::Bool)
            }),
            attribute("opclasses", list_of_text(), "Its operator classes.", |i| i.list("opclasses")),
        ],
    )
});

impl<'a> IndexView<'a> {
    fn call(&self) -> Option<&'a Call> {
        match &self.value.kind {
            ValueKind::Call(call) => Some(call),
            _ => None,
        }
    }

    fn written(&self, name: &str) -> Option<&'a Argument> {
        self.call()?.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
    }

    fn argument(&self, name: &str, kind: ParameterKind) -> Fact<'a> {
        match (self.call(), self.written(name)) {
            (None, _) => self.class(),
            (Some(_), Some(argument)) if argument.value.is_none() => Fact::Unset,
            (Some(_), Some(argument)) => value::typed(self.context.here(), &argument.value, kind),
            (Some(Call { open: Some(unknown), .. }), None) => not_known(unknown),
            (Some(_), None) => Fact::Unset,
        }
    }

    fn list(&self, name: &str) -> Fact<'a> {
        match self.argument(name, ParameterKind::Names) {
            Fact::Unset => Fact::List(Vec::new()),
            given => given,
        }
    }

    fn has_expressions(&self) -> Fact<'a> {
        match self.call() {
            Some(call) => Fact::Bool(call.arguments.iter().any(|argument| argument.name.is_none())),
            None => self.class(),
        }
    }

    fn class_name(&self) -> Fact<'a> {
        match self.class() {
            Fact::Str(path) => Fact::Str(Cow::Owned(path.rsplit('.').next().unwrap_or_default().to_owned())),
            other => other,
        }
    }
}

impl<'a> Entity<'a> for IndexView<'a> {
    fn type_name(&self) -> &'static str {
        match self.shape {
            Shape::Index => INDEX.entity,
            Shape::Constraint => CONSTRAINT.entity,
        }
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        let facts = if self.shape == Shape::Index { &INDEX } else { &CONSTRAINT };
        facts.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn class(&self) -> Fact<'a> {
        match &self.value.kind {
            ValueKind::Call(call) => match &call.callee {
                Some(path) if path.starts_with("django.") => {
                    Fact::Str(Cow::Borrowed(path.rsplit('.').next().unwrap_or(path)))
                }
                Some(path) => Fact::Str(Cow::Borrowed(path)),
                None => Fact::Unknown(self.context.cause(call.callee_span, "is not a name")),
            },
            ValueKind::Unknown(unknown) => not_known(unknown),
            _ => Fact::Unknown(self.context.cause(self.value.span, "is not a call")),
        }
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        match attribute {
            None => Some(self.value.span),
            Some(name) => self.written(name).map(|argument| argument.span),
        }
    }

    fn text(&self) -> Cow<'a, str> {
        match self.argument("name", ParameterKind::Str) {
            Fact::Str(name) => name,
            _ => self.class_name().print(),
        }
    }

    fn identity(&self) -> String {
        format!("{}..{}", self.value.span.start, self.value.span.end)
    }
}
