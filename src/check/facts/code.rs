//! What rules can ask of the code of a RunPython, without running it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::query::{self, Earlier, QueryView};
use crate::check::facts::{Context, Facts, Placed, attribute, list_of_text, not_known};
use crate::history::ProjectState;
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::migration::Code;
use crate::migration::queries::{Asked, AskedFor, DataCode, data_code};
use crate::python::{DefinitionKind, Function};
use crate::source::Span;

/// The callable of a RunPython.
#[derive(Clone)]
pub(super) struct CodeView<'a> {
    context: &'a Context<'a>,
    code: Code,
    /// The argument that gives it.
    span: Span,
    /// The state that it finds.
    state: Option<&'a ProjectState>,
    /// The place of the operation that runs it on the way forward.
    order: Option<usize>,
}

/// The path of a call that gives today's model class, whatever app it is of: the registry of all apps, and the user
/// model (django.apps.registry, django.contrib.auth).
const TODAYS_MODELS: [&str; 3] =
    ["django.apps.apps.get_model", "django.apps.apps.get_models", "django.contrib.auth.get_user_model"];

type Getter = for<'a> fn(&CodeView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Code",
        vec![
            attribute("name", Slot::set(Type::Str), "Its name.", (|c| c.name()) as Getter),
            attribute("noop", Slot::set(Type::Bool), "Whether it is `noop`, or does nothing.", |c| c.noop()),
            attribute("parameters", list_of_text(), "Names of its parameters.", |c| {
                c.of_function(|function, _| texts(function.parameters.iter().cloned()))
            }),
            attribute("imports", list_of_text(), "Modules and names imported inside it, as full dotted paths.", |c| {
                c.of_function(|function, _| texts(function.imports.iter().map(|(path, _)| path.clone())))
            }),
            attribute(
                "imported_models",
                list_of_text(),
                "Model classes that it takes from an app's own code or from the registry of all apps.",
                |c| c.of_function(|_, code| texts(code.imported_models().into_iter().map(|(path, _)| path))),
            ),
            attribute("models", list_of_text(), "Historical models that it gets, as `app.model` in lower case.", |c| {
                c.of_data(|data, code| code.historical_models(data))
            }),
            attribute(
                "queries",
                Slot::set(Type::list(Type::Entity("Query"))),
                "Its queries on historical models, as far as they can be followed.",
                |c| c.of_data(|data, code| code.queries(data)),
            ),
            attribute(
                "missing",
                list_of_text(),
                "What it asks of historical models that they certainly don't have: managers, methods, constants.",
                |c| c.of_data(|data, code| texts(code.missing(data).into_iter().map(|(text, _)| text))),
            ),
            attribute(
                "without_manager",
                list_of_text(),
                "Of what is missing, methods of querysets that it asks of a class, with the manager that has them: \
                 `Order.objects.update`.",
                |c| c.of_data(|data, code| texts(code.without_manager(data).into_iter())),
            ),
            attribute(
                "unreachable_apps",
                list_of_text(),
                "Apps whose models it gets although the migration certainly does not depend on them.",
                |c| c.of_data(|data, code| texts(code.unreachable_apps(data).into_iter().map(|(app, _)| app))),
            ),
            attribute(
                "renamed_models",
                list_of_text(),
                "Names that it gives to models and that are not the model's.",
                |c| c.of_data(|data, _| texts(data.renamed.iter().map(|(name, _)| name.clone()))),
            ),
            attribute("commands", list_of_text(), "Management commands that it calls.", |c| {
                c.of_data(|data, _| texts(data.commands.iter().map(|(command, _)| command.clone())))
            }),
            attribute("editor_calls", list_of_text(), "Methods of the schema editor that it calls.", |c| {
                c.of_data(|data, _| texts(data.editor_calls.iter().map(|(method, _)| method.clone())))
            }),
            attribute("asks_vendor", Slot::set(Type::Bool), "Whether it asks which database it runs on.", |c| {
                c.of_data(|data, _| Fact::Bool(data.asks_vendor))
            }),
        ],
    )
});

/// Texts, each once.
fn texts<'a>(items: impl Iterator<Item = String>) -> Fact<'a> {
    let mut seen = BTreeSet::new();
    let new = items.filter(|item| seen.insert(item.clone()));
    Fact::List(new.map(|item| Fact::Str(Cow::Owned(item))).collect())
}

/// Ends of the names of classes that stand beside models and are none.
const NO_MODELS: [&str; 9] =
    ["Choices", "Error", "Exception", "Field", "Form", "Manager", "Mixin", "Options", "QuerySet"];

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
            let model = !NO_MODELS.iter().any(|suffix| part.ends_with(suffix)) && !takes_constant(&path[end..]);
            return path.get(..end).filter(|_| model);
        }
        behind_models |= part == "models";
    }
    None
}

/// Whether what stands behind a class takes a constant out of it: `.PAID`, `.Status.PAID`, `.Status.choices`.
fn takes_constant(rest: &str) -> bool {
    let mut parts = rest.split('.').skip(1).skip_while(|part| {
        part.starts_with(char::is_uppercase) && part.contains(char::is_lowercase) && *part != "DoesNotExist"
    });
    parts.next().is_some_and(|part| {
        let constant = part.contains(char::is_uppercase) && !part.contains(char::is_lowercase);
        constant || matches!(part, "choices" | "labels" | "names" | "values")
    })
}

impl<'a> CodeView<'a> {
    /// The code that an argument of that operation gives.
    pub(super) fn new(context: &'a Context<'a>, placed: Placed<'a>, (code, forward): (Code, bool), span: Span) -> Self {
        Self { context, code, span, state: context.states.before(placed.order), order: forward.then_some(placed.order) }
    }

    /// The code that runs in front of it in the same migration.
    fn earlier(&self) -> Earlier<'a> {
        let in_front = self.context.operations.iter().take(self.order.unwrap_or(0));
        let data = in_front.filter_map(|placed| {
            let span = placed.operation.argument("code")?.value.span;
            let view = Self::new(self.context, *placed, (placed.operation.code()?, true), span);
            Some((view.state, view.data()?))
        });
        data.collect()
    }

    fn not_here(&self) -> Fact<'a> {
        match &self.code {
            Code::Imported(path) => Fact::Unknown(Rc::new(Cause {
                text: path.clone(),
                reason: "is defined in another module".to_owned(),
                span: self.span,
            })),
            Code::Unknown(unknown) => not_known(unknown),
            Code::Local(..) | Code::Noop => Fact::Unknown(self.context.cause(self.span, "is not a function")),
        }
    }

    fn function(&self) -> Option<&Function> {
        match &self.code {
            Code::Local(definition, _) => match &definition.kind {
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

    fn of_data(&self, read: impl FnOnce(&Rc<DataCode>, &Self) -> Fact<'a>) -> Fact<'a> {
        match (self.data(), &self.code) {
            (Some(data), _) => read(&data, self),
            (None, Code::Noop) => read(&Rc::default(), self),
            (None, _) => self.not_here(),
        }
    }

    /// What the function and those that it calls do.
    fn data(&self) -> Option<Rc<DataCode>> {
        let Code::Local(_, bound) = &self.code else { return None };
        let function = self.function()?;
        let mut known = self.context.data_codes.borrow_mut();
        let data = known
            .entry(self.span.start)
            .or_insert_with(|| Rc::new(data_code(function, bound, &self.context.migration.definitions)));
        Some(Rc::clone(data))
    }

    /// The function and those of the file that it uses.
    fn functions(&self) -> Vec<&Function> {
        let mut found: Vec<&Function> = self.function().into_iter().collect();
        let mut next = 0;
        while let Some(function) = found.get(next).copied() {
            next += 1;
            for name in function.references.iter().filter_map(|(path, _)| path.strip_prefix('.')) {
                let definitions = self.context.migration.definitions.iter().rev();
                let used = definitions.filter(|definition| definition.name == name).find_map(|definition| {
                    match &definition.kind {
                        DefinitionKind::Function(function) => Some(function),
                        DefinitionKind::Class { .. } => None,
                    }
                });
                if let Some(used) = used.filter(|used| !found.iter().any(|known| std::ptr::eq(*known, *used))) {
                    found.push(used);
                }
            }
        }
        found
    }

    /// Model classes of today's code, each once, with the place of its first use.
    fn imported_models(&self) -> Vec<(String, Span)> {
        let mut found: Vec<(String, Span)> = Vec::new();
        for function in self.functions() {
            for (path, span) in function.imports.iter().chain(&function.references) {
                let todays =
                    TODAYS_MODELS.contains(&path.as_str()) && !function.imports.contains(&(path.clone(), *span));
                let class = model_class(path).or(todays.then_some(path.as_str()));
                if let Some(class) = class
                    && !found.iter().any(|(known, _)| known == class)
                {
                    found.push((class.to_owned(), *span));
                }
            }
        }
        found
    }

    /// Its queries, as entities.
    fn queries(&self, data: &Rc<DataCode>) -> Fact<'a> {
        let earlier = self.earlier();
        let fact = |index| QueryView::fact(self.context, self.state, data, index, &earlier);
        Fact::List((0..data.queries.len()).map(fact).collect())
    }

    /// What historical models lack, with the places where it is asked for.
    fn missing(&self, data: &DataCode) -> Vec<(String, Span)> {
        let Some(state) = self.state else { return Vec::new() };
        let mut found: Vec<(String, Span)> = Vec::new();
        for asked in &data.asked {
            let provided = data.provided.contains(&asked.name);
            if !provided && query::lacks(state, asked) && !found.iter().any(|(known, _)| *known == asked.text) {
                found.push((asked.text.clone(), asked.span));
            }
        }
        found
    }

    /// What it asks of a class where Django's manager would have it.
    fn without_manager(&self, data: &DataCode) -> Vec<String> {
        let missing = self.missing(data);
        let of_class = data.asked.iter().filter(|asked| {
            asked.what == AskedFor::ManagerMethod && missing.iter().any(|(text, _)| *text == asked.text)
        });
        let with_manager = |asked: &Asked| {
            let class = asked.text.strip_suffix(&asked.name).unwrap_or_default();
            format!("{class}objects.{}", asked.name)
        };
        let mut found: Vec<String> = of_class.map(with_manager).collect();
        found.dedup();
        found
    }

    /// Apps of its historical models that the migration can't rely on, each once.
    fn unreachable_apps(&self, data: &DataCode) -> Vec<(String, Span)> {
        let mut found: Vec<(String, Span)> = Vec::new();
        for (model, span) in &data.models {
            if let Ok(model) = model
                && self.context.states.cannot_rely_on(&model.app)
                && !found.iter().any(|(known, _)| *known == model.app)
            {
                found.push((model.app.clone(), *span));
            }
        }
        found
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
            Code::Local(definition, _) => Fact::Str(Cow::Owned(definition.name.clone())),
            Code::Noop => Fact::Str(Cow::Borrowed("noop")),
            Code::Imported(path) => Fact::Str(Cow::Owned(path.clone())),
            Code::Unknown(unknown) => not_known(unknown),
        }
    }

    /// `apps.get_model("app", "Model")` and `apps.get_model("app.Model")`.
    fn historical_models(&self, data: &DataCode) -> Fact<'a> {
        let model = |(model, span): &(Result<crate::migration::queries::HistoricalModel, ()>, Span)| match model {
            Ok(model) => Fact::Str(Cow::Owned(format!("{}.{}", model.app, model.name.to_lowercase()))),
            Err(()) => Fact::Unknown(self.context.cause(*span, "does not name its model literally")),
        };
        Fact::List(data.models.iter().map(model).collect())
    }
}

impl<'a> Entity<'a> for CodeView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        let function = self.function();
        let data = self.data();
        let data = data.as_deref();
        let first = |found: &[(String, Span)]| found.first().map(|(_, span)| *span);
        match attribute {
            Some("imported_models") => first(&self.imported_models()),
            Some("missing") => data.and_then(|data| first(&self.missing(data))),
            Some("unreachable_apps") => data.and_then(|data| first(&self.unreachable_apps(data))),
            Some("renamed_models") => data.and_then(|data| first(&data.renamed)),
            Some("commands") => data.and_then(|data| first(&data.commands)),
            Some("editor_calls") => data.and_then(|data| first(&data.editor_calls)),
            Some("imports") => function.and_then(|function| function.imports.first().map(|(_, span)| *span)),
            Some("name") => match &self.code {
                Code::Local(definition, _) => Some(definition.name_span),
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
