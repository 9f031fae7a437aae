//! What rules can ask of an operation: its kind, what it is about, and every argument under Django's name for it.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::code::CodeView;
use crate::check::facts::field::{FieldView, Stated};
use crate::check::facts::index::{IndexView, Shape};
use crate::check::facts::model::ModelView;
use crate::check::facts::reached::{self, REACHED};
use crate::check::facts::{Attribute, Context, Placed, attribute, cause_of, getter, names, not_known, value};
use crate::history::ProjectState;
use crate::language::vocabulary::{KindDeclaration, Name};
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::migration::catalogue::{Group, OperationEntry, Parameter, ParameterKind};
use crate::migration::{Operation, OperationKind, Reach, Sql};
use crate::source::Span;
use crate::target::Vendor;

/// An operation of the migration under check.
#[derive(Clone, Copy)]
pub(crate) struct OperationView<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) placed: Placed<'a>,
}

type Getter = for<'a> fn(&OperationView<'a>) -> Fact<'a>;

/// The words for what an operation reaches.
static REACHES: [&str; 3] = ["both", "state", "database"];

/// What can be said of any operation, as `op` or as an element of `siblings`.
static ATTRIBUTES: LazyLock<Vec<Attribute<Getter>>> = LazyLock::new(|| {
    vec![
        attribute("kind", Slot::set(Type::Str), "Its class, without the module.", (|o| o.kind()) as Getter),
        attribute("model", Slot::maybe(Type::Entity("Model")), "The model it is about, if it is about one.", |o| {
            o.model().map_or(Fact::Unset, |model| Fact::Entity(Rc::new(model)))
        }),
        attribute("field", Slot::maybe(Type::Entity("Field")), "The field it is about, if it is about one.", |o| {
            o.field().map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field)))
        }),
        attribute(
            "old",
            Slot::maybe(Type::Entity("Field")),
            "The field as it was, if an AlterField makes another one of it.",
            |o| {
                let alters = o.like().is_some_and(|entry| entry.name == "AlterField");
                let field = o.field().filter(|_| alters);
                field.map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field.found_in_state())))
            },
        ),
        attribute("name", Slot::maybe(Type::Str), "Its `name` argument, if it has one.", |o| o.argument("name")),
        attribute("old_name", Slot::maybe(Type::Str), "Its `old_name` argument, if it has one.", |o| {
            o.argument("old_name")
        }),
        attribute("new_name", Slot::maybe(Type::Str), "Its `new_name` argument, if it has one.", |o| {
            o.argument("new_name")
        }),
        attribute("old", Slot::maybe(Type::Entity("Field")), "Of an AlterField, the field as it was.", |o| {
            let alters = o.like().is_some_and(|entry| entry.name == "AlterField");
            let field = o.field().filter(|_| alters);
            field.map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field.found_in_state())))
        }),
        attribute("code", Slot::maybe(Type::Entity("Code")), "The code of a RunPython.", |o| o.argument("code")),
        attribute(
            "reach",
            Slot::set(Type::Word(&REACHES)),
            "Whether it reaches Django's state, the database, or both.",
            |o| {
                Fact::Str(Cow::Borrowed(match o.operation().reach {
                    Reach::Both => REACHES[0],
                    Reach::State => REACHES[1],
                    Reach::Database => REACHES[2],
                }))
            },
        ),
        attribute(
            "in_transaction",
            Slot::set(Type::Bool),
            "Whether Django runs it inside a transaction on the database it is judged for.",
            |o| o.in_transaction(),
        ),
    ]
});

/// The names of an operation, for the vocabulary.
pub(super) fn attributes() -> Vec<Name> {
    let mut all = names(&ATTRIBUTES);
    all.extend(names(&REACHED));
    all
}

/// A name that some heads have, with the operations that have it.
pub(super) struct HeadName {
    pub(super) attribute: Attribute<Getter>,
    pub(super) has: fn(&OperationEntry) -> bool,
}

/// What a rule about an operation may say beside its arguments.
pub(super) static HEAD_NAMES: LazyLock<Vec<HeadName>> = LazyLock::new(|| {
    let about_model = |entry: &OperationEntry| model_parameter(entry).is_some();
    let about_field = |entry: &OperationEntry| entry.groups.contains(&Group::FieldOperation);
    vec![
        HeadName {
            attribute: attribute("model", Slot::set(Type::Entity("Model")), "The model it is about.", |o| {
                o.model().map_or(Fact::Unset, |model| Fact::Entity(Rc::new(model)))
            }),
            has: about_model,
        },
        HeadName {
            attribute: attribute("table", Slot::set(Type::Str), "The model's table.", |o| {
                o.model().map_or(Fact::Unset, |model| model.table())
            }),
            has: about_model,
        },
        HeadName {
            attribute: attribute(
                "field",
                Slot::set(Type::Entity("Field")),
                "The field it is about; for AddField and AlterField as it will be.",
                |o| o.field().map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field))),
            ),
            has: about_field,
        },
        HeadName {
            attribute: attribute(
                "new",
                Slot::set(Type::Entity("Field")),
                "The field as it will be: the same as `field`.",
                |o| o.field().map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field))),
            ),
            has: |entry| entry.name == "AlterField",
        },
        HeadName {
            attribute: attribute("old", Slot::set(Type::Entity("Field")), "The field as it was.", |o| {
                o.field().map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field.found_in_state())))
            }),
            has: |entry| entry.name == "AlterField",
        },
    ]
});

/// The parameter that names the model.
fn model_parameter(entry: &OperationEntry) -> Option<&'static str> {
    ["model_name", "old_name", "name"].into_iter().find(|name| {
        let has = entry.parameters.iter().any(|parameter| parameter.name == *name);
        // Of an operation on a model, `name` is the model; of one on a field or an index, `model_name` is there.
        has && (*name == "model_name" || entry.groups.contains(&Group::ModelOperation))
    })
}

/// The type of an argument.
pub(super) fn slot_of(parameter: &Parameter) -> Slot {
    use crate::migration::catalogue::Default;
    let ty = match parameter.kind {
        ParameterKind::Str => Type::Str,
        ParameterKind::Bool => Type::Bool,
        ParameterKind::Int => Type::Int,
        ParameterKind::Field => Type::Entity("Field"),
        ParameterKind::Index => Type::Entity("Index"),
        ParameterKind::Constraint => Type::Entity("Constraint"),
        ParameterKind::Names | ParameterKind::Sql => Type::list(Type::Str),
        ParameterKind::Code => Type::Entity("Code"),
        ParameterKind::Operations => Type::list(Type::Entity("Operation")),
        ParameterKind::Fields => Type::list(Type::Entity("Field")),
        ParameterKind::Options | ParameterKind::Any => Type::Value,
    };
    Slot { ty, optional: parameter.default == Default::Unset }
}

impl<'a> OperationView<'a> {
    pub(super) fn operation(&self) -> &'a Operation {
        self.placed.operation
    }

    pub(super) fn entry(&self) -> Option<&'static OperationEntry> {
        match self.operation().kind {
            OperationKind::Django(entry) => Some(entry),
            _ => None,
        }
    }

    /// Why nothing of it can be known: it is not a call, or of a class that no rule file declares.
    pub(super) fn opaque(&self) -> Option<Rc<Cause>> {
        match &self.operation().kind {
            OperationKind::Unknown(unknown) => Some(cause_of(unknown)),
            OperationKind::Custom { path, .. } if !self.context.declares(path) => {
                self.operation().unknown_class().as_ref().map(cause_of)
            }
            _ => None,
        }
    }

    fn kind(&self) -> Fact<'a> {
        match &self.operation().kind {
            OperationKind::Django(entry) => Fact::Str(Cow::Borrowed(entry.name)),
            OperationKind::Custom { path, .. } => Fact::Str(Cow::Borrowed(path.rsplit('.').next().unwrap_or(path))),
            OperationKind::Unknown(unknown) => not_known(unknown),
        }
    }

    /// The operation as an element of a list: one that may not run is not certainly there.
    pub(super) fn as_element(&self) -> Fact<'a> {
        match (&self.operation().condition, &self.operation().kind) {
            (Some(unknown), _) | (None, OperationKind::Unknown(unknown)) => not_known(unknown),
            _ => Fact::Entity(Rc::new(*self)),
        }
    }

    /// Django's operation that it is, or that a rule file declares it to be like.
    pub(super) fn like(&self) -> Option<&'static OperationEntry> {
        self.operation().like()
    }

    /// The state that its model is looked up in: that before it, and for a new model that after it.
    fn state(&self) -> Option<&'a ProjectState> {
        let states = self.context.states;
        let creates = self.like().is_some_and(|entry| entry.name == "CreateModel");
        if creates { states.after(self.placed.order) } else { states.before(self.placed.order) }
    }

    /// The model that it is about.
    pub(super) fn model(&self) -> Option<ModelView<'a>> {
        let parameter = model_parameter(self.like()?)?;
        Some(ModelView {
            context: self.context,
            app: Cow::Borrowed(&self.context.migration.app),
            written: self.argument(parameter),
            span: self.argument_span(parameter),
            state: self.state(),
        })
    }

    /// The field that it is about.
    pub(super) fn field(&self) -> Option<FieldView<'a>> {
        let entry = self.like()?;
        if !entry.groups.contains(&Group::FieldOperation) {
            return None;
        }
        let parameter = if entry.name == "RenameField" { "old_name" } else { "name" };
        let view = FieldView {
            context: self.context,
            model: self.model()?,
            name: self.argument(parameter),
            name_span: self.argument_span(parameter),
            stated: Stated::Nobody(self.context.cause(self.operation().callee_span, "does not say what the field is")),
        };
        Some(match self.operation().field.as_ref() {
            Some(field) => FieldView { stated: Stated::Here(field), ..view },
            None => view.found_in_state(),
        })
    }

    /// The fields of a CreateModel.
    pub(super) fn fields(&self) -> Vec<FieldView<'a>> {
        let Some(model) = self.model() else { return Vec::new() };
        let fields = self.operation().fields.iter();
        fields
            .map(|(name, field)| FieldView {
                context: self.context,
                model: model.clone(),
                name: Fact::Str(Cow::Borrowed(name)),
                name_span: field.span,
                stated: Stated::Here(field),
            })
            .collect()
    }

    /// `Migration.apply` (django.db.migrations.migration): the whole migration is one transaction where the database
    /// can undo changes of the schema; elsewhere each RunPython is one.
    pub(super) fn in_transaction(&self) -> Fact<'a> {
        let whole = match &self.context.migration.atomic.value {
            Ok(atomic) => *atomic,
            Err(unknown) => return not_known(unknown),
        };
        let one = matches!(self.context.database.vendor, Vendor::PostgreSql | Vendor::Sqlite);
        if one && whole {
            return Fact::Bool(true);
        }
        match (self.like().is_some_and(|entry| entry.name == "RunPython"), self.argument("atomic")) {
            (true, Fact::Unset) => Fact::Bool(whole),
            (true, given) => given,
            (false, _) => Fact::Bool(false),
        }
    }

    /// Where an argument is written; the call itself when it is not.
    fn argument_span(&self, name: &str) -> Span {
        self.operation().argument(name).map_or(self.operation().callee_span, |argument| argument.span)
    }

    /// The fact of an argument of an operation that a rule file declares.
    fn declared_argument(&self, declaration: &'a KindDeclaration, name: &str) -> Fact<'a> {
        let operation = self.operation();
        let place = declaration.parameters.iter().position(|(parameter, _)| parameter == name);
        let positional = || operation.argument(&format!("*{}", place? + 1));
        if let Some(argument) = operation.argument(name).or_else(positional) {
            return value::any(self.context.here(), &argument.value);
        }
        if let Some(unknown) = &operation.open {
            return not_known(unknown);
        }
        match place.and_then(|place| declaration.parameters[place].1.as_ref()) {
            Some(default) => Fact::literal(default),
            None => Fact::Unknown(Rc::new(Cause {
                text: name.to_owned(),
                reason: "is not given to this operation".to_owned(),
                span: operation.callee_span,
            })),
        }
    }

    /// The fact of an argument under Django's name for it.
    pub(super) fn argument(&self, name: &str) -> Fact<'a> {
        let operation = self.operation();
        if let OperationKind::Custom { path, .. } = &operation.kind
            && let Some(declaration) =
                self.context.vocabulary.declared("Operation", path).and_then(|kind| kind.declaration.as_ref())
        {
            return self.declared_argument(declaration, name);
        }
        let parameter = self.entry().and_then(|entry| entry.parameters.iter().find(|parameter| parameter.name == name));
        let Some(argument) = operation.argument(name) else {
            return match (&operation.open, parameter) {
                (Some(unknown), _) => not_known(unknown),
                (None, Some(parameter)) => value::default(parameter.default),
                (None, None) => Fact::Unset,
            };
        };
        let kind = parameter.map_or(ParameterKind::Any, |parameter| parameter.kind);
        match kind {
            ParameterKind::Index | ParameterKind::Constraint => {
                let shape = if kind == ParameterKind::Index { Shape::Index } else { Shape::Constraint };
                Fact::Entity(Rc::new(IndexView { context: self.context, value: &argument.value, shape }))
            }
            ParameterKind::Field => self.field().map_or(Fact::Unset, |field| Fact::Entity(Rc::new(field))),
            ParameterKind::Fields => Fact::List(
                self.fields()
                    .into_iter()
                    .map(|field| Fact::Entity(Rc::new(field) as Rc<dyn Entity<'a> + 'a>))
                    .collect(),
            ),
            ParameterKind::Code => {
                let forward = name == "code";
                let code = if forward { operation.code() } else { operation.reverse_code() };
                code.map_or(Fact::Unset, |code| {
                    let span = argument.value.span;
                    Fact::Entity(Rc::new(CodeView::new(self.context, self.placed, (code, forward), span)))
                })
            }
            ParameterKind::Sql => {
                let sql = if name == "sql" { operation.sql() } else { operation.reverse_sql() };
                sql.map_or(Fact::Unset, |sql| statements(&sql))
            }
            ParameterKind::Operations => Fact::List(
                self.context
                    .operations
                    .iter()
                    .filter(|placed| operation.children.iter().any(|child| std::ptr::eq(child, placed.operation)))
                    .map(|placed| OperationView { context: self.context, placed: *placed }.as_element())
                    .collect(),
            ),
            other => value::typed(self.context.here(), &argument.value, other),
        }
    }
}

/// The statements of a RunSQL.
fn statements<'a>(sql: &Sql) -> Fact<'a> {
    match sql {
        Sql::Noop => Fact::List(Vec::new()),
        Sql::Unknown(unknown) => Fact::Given(cause_of(unknown)),
        Sql::Statements(statements) => Fact::List(
            statements
                .iter()
                .map(|statement| match &statement.text {
                    Ok(text) => Fact::Str(Cow::Owned(text.value.clone())),
                    Err(unknown) => not_known(unknown),
                })
                .collect(),
        ),
    }
}

impl<'a> Entity<'a> for OperationView<'a> {
    fn type_name(&self) -> &'static str {
        "Operation"
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        match getter(&ATTRIBUTES, name) {
            Some(get) => get(self),
            None => reached::get(self, name).unwrap_or(Fact::Unset),
        }
    }

    fn class(&self) -> Fact<'a> {
        match &self.operation().kind {
            OperationKind::Django(entry) => Fact::Str(Cow::Borrowed(entry.name)),
            OperationKind::Custom { path, .. } => {
                // A dot keeps a class of the project apart from Django's of the same name.
                Fact::Str(if path.contains('.') {
                    Cow::Borrowed(path.as_str())
                } else {
                    Cow::Owned(format!(".{path}"))
                })
            }
            OperationKind::Unknown(unknown) => not_known(unknown),
        }
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        let operation = self.operation();
        match attribute {
            None | Some("kind") => Some(operation.callee_span),
            Some("model") => self.model().map(|model| model.span),
            Some("field") => {
                operation.field.as_ref().map(|field| field.span).or_else(|| self.field().map(|field| field.name_span))
            }
            Some(name) => operation.argument(name).map(|argument| argument.span),
        }
    }

    fn text(&self) -> Cow<'a, str> {
        self.kind().print()
    }

    fn identity(&self) -> String {
        self.placed.order.to_string()
    }
}
