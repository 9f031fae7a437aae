//! A model field as a migration states it.

use crate::migration::BoundArgument;
use crate::migration::catalogue::{self, Default, FieldEntry};
use crate::python::{Argument, Unknown, Value, ValueKind};
use crate::source::Span;

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The whole call.
    pub span: Span,
    /// Where the class is named.
    pub class_span: Span,
    /// The class: its documented path for Django's own, the path it is imported from for others, `.Name` for a class
    /// of the file.
    pub class_path: Result<String, Unknown>,
    /// The class in Django's catalogue.
    pub entry: Option<&'static FieldEntry>,
    /// The arguments, bound to parameter names where the class is in the catalogue.
    pub arguments: Vec<BoundArgument>,
    /// `*args` or `**kwargs` whose content is not known: any parameter that is not in `arguments` may be given.
    pub open: Option<Unknown>,
}

/// The value of a field's parameter, given or not.
#[derive(Clone, Debug)]
pub enum Effective<'a> {
    /// Written in the file.
    Given(&'a Value),
    /// Not written: what Django takes then. Never `Unset` or `Required`.
    Default(Default),
    /// Not written, and Django has no value for it; or the class has no such parameter.
    Unset,
    /// The class, or what it is given, is not known.
    Unknown(Unknown),
}

impl Field {
    /// The argument of that name, when it is written.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&BoundArgument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The class name without its module: `CharField`; `None` when it is not known.
    #[must_use]
    pub fn class_name(&self) -> Option<&str> {
        self.class_path.as_ref().ok()?.rsplit('.').next()
    }

    /// What a parameter is: as written, else the class's default.
    ///
    /// `auto_now` and `auto_now_add` make a field `blank` and not `editable`, as in `DateTimeCheckMixin`'s classes.
    #[must_use]
    pub fn effective(&self, name: &str) -> Effective<'_> {
        if let Some(argument) = self.argument(name) {
            return match &argument.value.kind {
                ValueKind::Unknown(unknown) => Effective::Unknown(unknown.clone()),
                _ => Effective::Given(&argument.value),
            };
        }
        if let Some(open) = &self.open {
            return Effective::Unknown(open.clone());
        }
        let Some(entry) = self.entry else {
            return Effective::Unknown(match &self.class_path {
                Ok(path) => Unknown {
                    text: path.clone(),
                    span: self.class_span,
                    reason: "is not one of Django's own field classes".to_owned(),
                },
                Err(unknown) => unknown.clone(),
            });
        };
        if matches!(name, "blank" | "editable") && self.is_automatic() {
            return Effective::Default(Default::Bool(name == "blank"));
        }
        match entry.parameter(name).map(|parameter| parameter.default) {
            None | Some(Default::Unset | Default::Required) => Effective::Unset,
            Some(default) => Effective::Default(default),
        }
    }

    /// What a boolean parameter is, or why that is not known; `None` where it has no value.
    ///
    /// # Errors
    ///
    /// When the class, or what it is given, is not known.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Unknown> {
        match self.effective(name) {
            Effective::Given(value) => match &value.kind {
                ValueKind::Bool(value) => Ok(Some(*value)),
                ValueKind::None => Ok(None),
                _ => Err(Unknown {
                    text: name.to_owned(),
                    span: value.span,
                    reason: "is not literally true or false".to_owned(),
                }),
            },
            Effective::Default(Default::Bool(value)) => Ok(Some(value)),
            Effective::Default(_) | Effective::Unset => Ok(None),
            Effective::Unknown(unknown) => Err(unknown),
        }
    }

    /// Whether the field has a column of its own; `None` when the class is not known.
    #[must_use]
    pub fn has_column(&self) -> Option<bool> {
        self.entry.map(|entry| entry.has_column)
    }

    fn is_automatic(&self) -> bool {
        ["auto_now", "auto_now_add"]
            .iter()
            .any(|name| self.argument(name).and_then(|argument| argument.value.as_bool()) == Some(true))
    }

    /// The field that `value` is.
    #[must_use]
    pub fn of(value: &Value) -> Field {
        let unknown = |text: &str, reason: &str| {
            Err(Unknown { text: text.to_owned(), span: value.span, reason: reason.to_owned() })
        };
        let (class_path, class_span) = match &value.kind {
            ValueKind::Call(call) => {
                let path = match &call.callee {
                    Some(path) if names_a_class(path) => Ok(path.clone()),
                    Some(path) => unknown(path, "is a call of something other than a class"),
                    None => unknown("the field", "is what a call returns"),
                };
                (path, call.callee_span)
            }
            ValueKind::Unknown(unknown) => (Err(unknown.clone()), value.span),
            ValueKind::Reference(path) => (unknown(path, "is imported"), value.span),
            _ => (unknown("the field", "is not a call of a field class"), value.span),
        };
        let entry = class_path.as_deref().ok().and_then(catalogue::field);
        let class_path = class_path.map(|path| entry.map_or(path, FieldEntry::path));
        // What is handed to a wrapper are not the field's own arguments.
        let call = match &value.kind {
            ValueKind::Call(call) if class_path.is_ok() => Some(call),
            _ => None,
        };
        let positions = entry.map_or(&[][..], FieldEntry::positions);
        let arguments = call.map_or_else(Vec::new, |call| bind(&call.arguments, positions.iter().copied()));
        let open = call.and_then(|call| call.open.clone());
        Field { span: value.span, class_span, class_path, entry, arguments, open }
    }
}

/// Whether the last part of a path is written as classes are.
pub(super) fn names_a_class(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    name.trim_start_matches('_').starts_with(|first: char| !first.is_lowercase())
}

/// Arguments with the names of their parameters.
pub(super) fn bind<'n>(arguments: &[Argument], positions: impl Iterator<Item = &'n str>) -> Vec<BoundArgument> {
    let mut positions = positions;
    let mut count = 0;
    arguments
        .iter()
        .map(|argument| {
            let name = argument.name.clone().unwrap_or_else(|| {
                count += 1;
                positions.next().map_or_else(|| format!("*{count}"), str::to_owned)
            });
            BoundArgument { name, span: argument.span, value: argument.value.clone() }
        })
        .collect()
}
