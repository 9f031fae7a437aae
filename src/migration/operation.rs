//! An operation of a migration: its kind, its arguments bound to Django's parameter names, and how it reaches the
//! project state and the database.

use std::sync::Arc;

use crate::migration::catalogue::OperationEntry;
use crate::migration::{DeclaredOperation, Field, Half, Sql};
use crate::python::{self, Definition, DefinitionKind, Unknown, Value, ValueKind};
use crate::source::Span;

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The whole call.
    pub span: Span,
    /// The name that is called (`migrations.AddField`); the whole element where it is not a call.
    pub callee_span: Span,
    /// What it is.
    pub kind: OperationKind,
    /// Its arguments, bound to parameter names where the operation is in the catalogue.
    pub arguments: Vec<BoundArgument>,
    /// `*args` or `**kwargs` whose content is not known: any parameter that is not in `arguments` may be given.
    pub open: Option<Unknown>,
    /// Whether it changes the state, the database or both.
    pub reach: Reach,
    /// Why it is not certain that it runs (it stands under an `if`, say); `None` when it always runs.
    pub condition: Option<Unknown>,
    /// The field that it carries: `field=` of AddField and AlterField.
    pub field: Option<Field>,
    /// The fields of a CreateModel, in order, by name.
    pub fields: Vec<(String, Field)>,
    /// Why `fields` may lack some: the list, or the name of an element, is not known.
    pub fields_open: Option<Unknown>,
    /// Operations inside it: those of `database_operations`, then those of `state_operations`.
    pub children: Vec<Operation>,
}

/// What an operation is.
#[derive(Clone, Debug)]
pub enum OperationKind {
    /// One of Django's own.
    Django(&'static OperationEntry),
    /// Another class: the full dotted path, `.Name` for a class of the same file.
    Custom {
        /// Full dotted path.
        path: String,
        /// What a rule file says of it.
        declared: Option<Arc<DeclaredOperation>>,
        /// What its class is seen to do to the state, where no rule file says it.
        state: Half,
    },
    /// Not known: an element of `operations`, or all of it, that only running the file can tell.
    Unknown(Unknown),
}

/// How an operation reaches the state and the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Both: the ordinary operation.
    Both,
    /// Only in `state_operations`.
    State,
    /// Only in `database_operations`.
    Database,
}

/// An argument of an operation or a field.
#[derive(Clone, Debug)]
pub struct BoundArgument {
    /// Django's parameter name; for a positional argument behind the known parameters its position, as `*3`.
    pub name: String,
    /// The whole argument, keyword included.
    pub span: Span,
    /// Its value.
    pub value: Value,
}

impl Operation {
    /// An operation, or any number of them, that can't be known.
    pub(super) fn unknown(unknown: Unknown, span: Span, reach: Reach) -> Self {
        Self {
            span,
            callee_span: span,
            kind: OperationKind::Unknown(unknown),
            arguments: Vec::new(),
            open: None,
            reach,
            condition: None,
            field: None,
            fields: Vec::new(),
            fields_open: None,
            children: Vec::new(),
        }
    }

    /// The class name without its module: `AddField`; `None` when it is not known.
    #[must_use]
    pub fn kind_name(&self) -> Option<&str> {
        match &self.kind {
            OperationKind::Django(entry) => Some(entry.name),
            OperationKind::Custom { path, .. } => path.rsplit('.').next(),
            OperationKind::Unknown(_) => None,
        }
    }

    /// The path of a class that is not Django's, as a file of its own package would write it.
    #[must_use]
    pub fn class_path(&self) -> Option<&str> {
        match &self.kind {
            OperationKind::Custom { path, .. } => {
                Some(path.strip_prefix(python::RELATIVE).unwrap_or(path).trim_start_matches('.'))
            }
            _ => None,
        }
    }

    /// Why it is not known what an operation does whose class is neither declared nor seen through.
    #[must_use]
    pub fn unknown_class(&self) -> Option<Unknown> {
        let text = self.class_path()?;
        let name = text.rsplit('.').next().unwrap_or(text);
        let reason = format!(
            "is an operation that no rule file declares (`operation {name}(…) like …` in one tells what it does)"
        );
        Some(Unknown { text: text.to_owned(), span: self.callee_span, reason })
    }

    /// The argument of that name, when it is written.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&BoundArgument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The text of the argument of that name, when it is written as one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.argument(name)?.value.as_str()
    }

    /// The class in Django's catalogue, when it is one of Django's own.
    #[must_use]
    pub fn entry(&self) -> Option<&'static OperationEntry> {
        match self.kind {
            OperationKind::Django(entry) => Some(entry),
            _ => None,
        }
    }

    /// The operation of Django that it is, or that a rule file declares its class to be like.
    #[must_use]
    pub fn like(&self) -> Option<&'static OperationEntry> {
        match &self.kind {
            OperationKind::Django(entry) => Some(entry),
            OperationKind::Custom { declared, .. } => declared.as_ref()?.like,
            OperationKind::Unknown(_) => None,
        }
    }

    /// The operation of Django with the same arguments, for one that a rule file declares to be like it.
    #[must_use]
    pub fn as_djangos(&self) -> Option<Operation> {
        Some(Operation { kind: OperationKind::Django(self.like()?), ..self.clone() })
    }

    /// What a RunPython calls; `None` for other operations.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code_of("code")
    }

    /// What a RunPython calls to go back; `None` when nothing is given, and for other operations.
    #[must_use]
    pub fn reverse_code(&self) -> Option<Code> {
        self.code_of("reverse_code")
    }

    fn code_of(&self, name: &str) -> Option<Code> {
        if self.like()?.name != "RunPython" {
            return None;
        }
        match self.argument(name) {
            Some(argument) => Code::of(&argument.value),
            None => self.open.clone().map(Code::Unknown),
        }
    }

    /// What a RunSQL sends; `None` for other operations.
    #[must_use]
    pub fn sql(&self) -> Option<Sql> {
        self.sql_of("sql")
    }

    /// What a RunSQL sends to go back; `None` when nothing is given, and for other operations.
    #[must_use]
    pub fn reverse_sql(&self) -> Option<Sql> {
        self.sql_of("reverse_sql")
    }

    fn sql_of(&self, name: &str) -> Option<Sql> {
        if self.like()?.name != "RunSQL" {
            return None;
        }
        match self.argument(name) {
            Some(argument) => Sql::of(&argument.value),
            None => self.open.clone().map(Sql::Unknown),
        }
    }
}

/// An argument that a function is given ahead: its keyword, and what it is where that is a text.
pub type Bound = (Option<String>, Option<String>);

/// The callable of a RunPython, as far as it is known.
#[derive(Clone, Debug)]
pub enum Code {
    /// A function or lambda of this file, and the arguments that `functools.partial` gives it ahead.
    Local(Arc<Definition>, Vec<Bound>),
    /// `migrations.RunPython.noop` (also `RunSQL.noop`).
    Noop,
    /// Another module's function: its full dotted path.
    Imported(String),
    /// Something that only running the file can tell.
    Unknown(Unknown),
}

impl Code {
    /// The callable that `value` is; `None` for `None`.
    fn of(value: &Value) -> Option<Code> {
        let unknown = |reason: &str, text: &str| {
            Code::Unknown(Unknown { text: text.to_owned(), span: value.span, reason: reason.to_owned() })
        };
        Some(match &value.kind {
            ValueKind::None => return None,
            ValueKind::Definition(definition) => match definition.kind {
                DefinitionKind::Function(_) => Code::Local(Arc::clone(definition), Vec::new()),
                DefinitionKind::Class { .. } => unknown("is a class", &definition.name),
            },
            ValueKind::Reference(path) if is_noop(path) => Code::Noop,
            ValueKind::Reference(path) if path.starts_with('.') => unknown("is an attribute of a class", path),
            ValueKind::Reference(path) => Code::Imported(path.clone()),
            ValueKind::Unknown(unknown) => Code::Unknown(unknown.clone()),
            // A partial function calls what it is given first.
            ValueKind::Call(call) if call.callee.as_deref() == Some("functools.partial") => {
                let [first, ahead @ ..] = &call.arguments[..] else {
                    return Some(unknown("is what a call returns", "functools.partial"));
                };
                match Code::of(&first.value) {
                    Some(Code::Local(definition, mut bound)) if first.name.is_none() => {
                        let text = |value: &Value| value.as_str().map(str::to_owned);
                        bound.extend(ahead.iter().map(|argument| (argument.name.clone(), text(&argument.value))));
                        Code::Local(definition, bound)
                    }
                    Some(code) if first.name.is_none() => code,
                    _ => unknown("is what a call returns", "functools.partial"),
                }
            }
            ValueKind::Call(call) => unknown("is what a call returns", call.callee.as_deref().unwrap_or("the value")),
            _ => unknown("is not a function", "the value"),
        })
    }
}

/// Whether the path is `RunPython.noop` or `RunSQL.noop`.
pub(super) fn is_noop(path: &str) -> bool {
    path.strip_suffix(".noop").is_some_and(|class| {
        matches!(
            crate::migration::catalogue::operation(class),
            Some(OperationEntry { name: "RunPython" | "RunSQL", .. })
        )
    })
}
