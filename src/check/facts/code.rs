//! What rules can ask of the code of a RunPython, without running it.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::{Attribute, Context, attribute, getter, list_of_text, names, not_known};
use crate::language::vocabulary::Name;
use crate::language::{Cause, Entity, Fact, Slot, Truth, Type};
use crate::migration::Code;
use crate::python::{DefinitionKind, Function};
use crate::source::Span;

/// The callable of a RunPython.
#[derive(Clone)]
pub(super) struct CodeView<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) code: Code,
    /// The argument that gives it.
    pub(super) span: Span,
}

type Getter = for<'a> fn(&CodeView<'a>) -> Fact<'a>;

static ATTRIBUTES: LazyLock<Vec<Attribute<Getter>>> = LazyLock::new(|| {
    vec![
        attribute("name", Slot::set(Type::Str), "Its name.", (|c| c.name()) as Getter),
        attribute("noop", Slot::set(Type::Bool), "Whether it is `noop`, or does nothing.", |c| c.noop()),
        attribute("parameters", list_of_text(), "Names of its parameters.", |c| {
            c.of_function(|function, _| texts(function.parameters.iter().cloned()))
        }),
        attribute("imports", list_of_text(), "Modules and names imported inside it, as full dotted paths.", |c| {
            c.of_function(|function, _| texts(function.imports.iter().map(|(path, _)| path.clone())))
        }),
        attribute("imported_models", list_of_text(), "Model classes that it takes from an app's own code.", |c| {
            c.of_function(|function, _| texts(imported_models(function).into_iter().map(|(path, _)| path.to_owned())))
        }),
        attribute("models", list_of_text(), "Historical models that it gets, as `app.model` in lower case.", |c| {
            c.of_function(|function, code| code.historical_models(function))
        }),
    ]
});

/// The names of the code of a RunPython, for the vocabulary.
pub(super) fn attributes() -> Vec<Name> {
    names(&ATTRIBUTES)
}

fn texts<'a>(items: impl Iterator<Item = String>) -> Fact<'a> {
    Fact::List(items.map(|item| Fact::Str(Cow::Owned(item))).collect())
}

/// Model classes of the project: names out of a `models` module that look like a class, each once, with the place of
/// its first use.
fn imported_models(function: &Function) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    for (path, span) in function.imports.iter().chain(&function.references) {
        if let Some(class) = model_class(path)
            && !found.iter().any(|(known, _)| *known == class)
        {
            found.push((class, *span));
        }
    }
    found
}

/// `shop.models.Order` of `shop.models.Order.objects.update`; none for Django's own building blocks.
fn model_class(path: &str) -> Option<&str> {
    if path.starts_with("django.db.") {
        return None;
    }
    let mut end = 0;
    let mut behind_models = false;
    for part in path.split('.') {
        end += part.len() + usize::from(end > 0);
        let class = part.starts_with(char::is_uppercase) && part.contains(char::is_lowercase);
        if behind_models && class {
            return path.get(..end);
        }
        behind_models |= part == "models";
    }
    None
}

impl<'a> CodeView<'a> {
    fn not_here(&self) -> Fact<'a> {
        match &self.code {
            Code::Imported(path) => Fact::Unknown(Rc::new(Cause {
                text: path.clone(),
                reason: "is defined in another module".to_owned(),
                span: self.span,
            })),
            Code::Unknown(unknown) => not_known(unknown),
            Code::Local(_) | Code::Noop => Fact::Unknown(self.context.cause(self.span, "is not a function")),
        }
    }

    fn function(&self) -> Option<&Function> {
        match &self.code {
            Code::Local(definition) => match &definition.kind {
                DefinitionKind::Function(function) => Some(function),
                DefinitionKind::Class { .. } => None,
            },
            _ => None,
        }
    }

    fn of_function(&self, read: impl FnOnce(&Function, &Self) -> Fact<'a>) -> Fact<'a> {
        match (self.function(), &self.code) {
            (Some(function), _) => read(function, self),
            (None, Code::Noop) => Fact::List(Vec::new()),
            (None, _) => self.not_here(),
        }
    }

    fn noop(&self) -> Fact<'a> {
        match (&self.code, self.function()) {
            (Code::Noop, _) => Fact::Bool(true),
            (_, Some(function)) => Fact::Bool(function.empty),
            // What is imported has been written for a purpose.
            (Code::Imported(_), None) => Fact::Bool(false),
            _ => self.not_here(),
        }
    }

    fn name(&self) -> Fact<'a> {
        match &self.code {
            Code::Local(definition) => Fact::Str(Cow::Owned(definition.name.clone())),
            Code::Noop => Fact::Str(Cow::Borrowed("noop")),
            Code::Imported(path) => Fact::Str(Cow::Owned(path.clone())),
            Code::Unknown(unknown) => not_known(unknown),
        }
    }

    /// `apps.get_model("app", "Model")` and `apps.get_model("app.Model")`.
    fn historical_models(&self, function: &Function) -> Fact<'a> {
        let gets = function.calls.iter().filter(|call| call.callee.rsplit('.').next() == Some("get_model"));
        Fact::List(
            gets.map(|call| match call.strings.as_slice() {
                [Some(app), Some(model), ..] => Fact::Str(Cow::Owned(format!("{app}.{}", model.to_lowercase()))),
                [Some(label)] if label.contains('.') => Fact::Str(Cow::Owned(label.to_lowercase())),
                _ => Fact::Unknown(self.context.cause(call.span, "does not name its model literally")),
            })
            .collect(),
        )
    }
}

impl<'a> Entity<'a> for CodeView<'a> {
    fn type_name(&self) -> &'static str {
        "Code"
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        getter(&ATTRIBUTES, name).map_or(Fact::Unset, |get| get(self))
    }

    fn class(&self) -> Fact<'a> {
        Fact::Unset
    }

    fn contains(&self, _member: &Fact<'a>) -> Truth {
        Truth::False
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        let function = self.function();
        match attribute {
            Some("imported_models") => {
                function.and_then(|function| imported_models(function).first().map(|(_, span)| *span))
            }
            Some("imports") => function.and_then(|function| function.imports.first().map(|(_, span)| *span)),
            Some("name") => match &self.code {
                Code::Local(definition) => Some(definition.name_span),
                _ => Some(self.span),
            },
            _ => Some(self.span),
        }
    }

    fn text(&self) -> Cow<'a, str> {
        self.name().print()
    }

    fn identity(&self) -> String {
        format!("{}..{}", self.span.start, self.span.end)
    }
}
