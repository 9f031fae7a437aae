//! A model field as a migration states it.

use std::sync::Arc;

use crate::migration::BoundArgument;
use crate::migration::catalogue::{self, Default, FieldEntry};
use crate::migration::field_class::{OwnClass, OwnType};
use crate::python::{Argument, Unknown, Value, ValueKind};
use crate::source::Span;
use crate::target::Vendor;

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
    /// The class in Django's catalogue: its own, or the one that another class derives from or is declared to be like.
    pub entry: Option<&'static FieldEntry>,
    /// What the class in the catalogue is given, bound to parameter names: what is written, unless a class that is not
    /// Django's makes something else of it.
    pub arguments: Vec<BoundArgument>,
    /// What is written, where that is something else: the class is not Django's, and what it does is known.
    pub written: Option<Vec<BoundArgument>>,
    /// What is known of a class that is not Django's.
    pub own: Option<Arc<OwnClass>>,
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
    /// The argument of that name: as it is written, or as a class that is not Django's brings it along.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&BoundArgument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The class name without its module: `CharField`; `None` when it is not known.
    #[must_use]
    pub fn class_name(&self) -> Option<&str> {
        self.class_path.as_ref().ok()?.rsplit('.').next()
    }

    /// The arguments as they are written.
    #[must_use]
    pub fn written(&self) -> &[BoundArgument] {
        self.written.as_ref().unwrap_or(&self.arguments)
    }

    /// Every list of its arguments, to be changed.
    pub fn arguments_mut(&mut self) -> impl Iterator<Item = &mut Vec<BoundArgument>> {
        std::iter::once(&mut self.arguments).chain(&mut self.written)
    }

    /// The class, when it is one of Django's own.
    #[must_use]
    pub fn of_django(&self) -> Option<&'static FieldEntry> {
        self.entry.filter(|_| self.own.is_none())
    }

    /// Why the class is not known, where it is not in the catalogue.
    #[must_use]
    pub fn class_unknown(&self) -> Unknown {
        let known = self.own.as_ref().and_then(|own| own.unknown.clone());
        known.unwrap_or_else(|| match &self.class_path {
            Ok(path) => Unknown {
                text: path.clone(),
                span: self.class_span,
                reason: "is not one of Django's own field classes".to_owned(),
            },
            Err(unknown) => unknown.clone(),
        })
    }

    /// What a class that is not Django's says of the type of its column on a database.
    #[must_use]
    pub fn own_type(&self, vendor: Vendor) -> Option<&OwnType> {
        let mut own = self.own.as_ref()?.column_type.as_ref()?;
        while let OwnType::On(types) = own {
            own = types.iter().find(|(other, _)| *other == vendor).map(|(_, own)| own)?;
        }
        Some(own)
    }

    /// Why the name of its column is not known, where its class decides that.
    #[must_use]
    pub fn column_unknown(&self) -> Option<&Unknown> {
        self.own.as_ref()?.column.as_ref()
    }

    /// Takes what its class, which is not Django's, makes of it: a field of this class of Django with these arguments.
    pub(super) fn become_like(&mut self, entry: &'static FieldEntry, arguments: Vec<BoundArgument>, own: OwnClass) {
        self.entry = Some(entry);
        self.written = Some(std::mem::replace(&mut self.arguments, arguments));
        self.own = Some(Arc::new(own));
    }

    /// Says why its class, which is not Django's, is not known.
    pub(super) fn stay_unknown(&mut self, reason: &str) {
        let reason = format!("is not one of Django's own field classes: it {reason}");
        let unknown = Unknown { reason, ..self.class_unknown() };
        self.own = Some(Arc::new(OwnClass { unknown: Some(unknown), ..OwnClass::default() }));
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
        let Some(entry) = self.entry else { return Effective::Unknown(self.class_unknown()) };
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
        Field { span: value.span, class_span, class_path, entry, arguments, written: None, own: None, open }
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
