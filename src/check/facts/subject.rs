//! What rules are matched against: an operation, a part of one, the file.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::database::DatabaseView;
use crate::check::facts::deployed::DeployedView;
use crate::check::facts::field::FieldView;
use crate::check::facts::migration::MigrationView;
use crate::check::facts::operation::{HEAD_NAMES, OperationView};
use crate::check::facts::reached;
use crate::check::facts::statement::StatementView;
use crate::check::facts::{Attribute, Context, Placed, attribute, cause_of, getter, names};
use crate::language::vocabulary::Name;
use crate::language::{Cause, Entity, Fact, Slot, Subject, Type};
use crate::migration::Reach;
use crate::source::Span;

/// An operation, or a field of a CreateModel.
pub(crate) struct OperationSubject<'a> {
    view: OperationView<'a>,
    part: Option<FieldView<'a>>,
}

/// The file.
pub(crate) struct MigrationSubject<'a>(pub(crate) &'a Context<'a>);

/// A schema change.
pub(crate) struct ChangeSubject<'a>(pub(crate) ChangeView<'a>);

/// A statement inside a RunSQL.
pub(crate) struct StatementSubject<'a>(pub(crate) StatementView<'a>);

type Getter = for<'a> fn(&'a Context<'a>, Option<Placed<'a>>) -> Fact<'a>;

/// The names that every head has.
static EVERYWHERE: LazyLock<Vec<Attribute<Getter>>> = LazyLock::new(|| {
    vec![
        attribute(
            "app",
            Slot::set(Type::Str),
            "Label of the app.",
            (|context, _| Fact::Str(Cow::Borrowed(&context.migration.app))) as Getter,
        ),
        attribute("migration", Slot::set(Type::Entity("Migration")), "The migration.", |context, _| {
            Fact::Entity(Rc::new(MigrationView(context)))
        }),
        attribute(
            "siblings",
            Slot::set(Type::list(Type::Entity("Operation"))),
            "The other operations of the file that reach the database.",
            |context, own| others(context, |order| Some(order) != own.map(|placed| placed.order)),
        ),
        attribute(
            "earlier",
            Slot::set(Type::list(Type::Entity("Operation"))),
            "Those of the siblings that stand in front of it.",
            |context, own| others(context, |order| own.is_some_and(|placed| order < placed.order)),
        ),
        attribute(
            "later",
            Slot::set(Type::list(Type::Entity("Operation"))),
            "Those of the siblings that stand behind it.",
            |context, own| others(context, |order| own.is_some_and(|placed| order > placed.order)),
        ),
        attribute("db", Slot::set(Type::Entity("Database")), "The database it is judged for.", |context, _| {
            Fact::Entity(Rc::new(DatabaseView(context)))
        }),
        attribute("django", Slot::set(Type::Version), "The version of Django.", |context, _| {
            Fact::Version(context.django)
        }),
        attribute(
            "deployed",
            Slot::set(Type::Entity("Deployed")),
            "What the code that may still be running knows.",
            |_, _| Fact::Entity(Rc::new(DeployedView)),
        ),
    ]
});

/// The operations of the file that reach the database and stand in one of these places.
fn others<'a>(context: &'a Context<'a>, at: impl Fn(usize) -> bool) -> Fact<'a> {
    let others = context.operations.iter().filter(|placed| placed.operation.reach != Reach::State && at(placed.order));
    Fact::List(others.map(|placed| OperationView { context, placed: *placed }.as_element()).collect())
}

/// The names that every head has, for the vocabulary.
pub(super) fn everywhere() -> Vec<Name> {
    names(&EVERYWHERE)
}

impl<'a> OperationSubject<'a> {
    /// An operation as a subject.
    pub(crate) fn new(context: &'a Context<'a>, placed: Placed<'a>) -> Self {
        Self { view: OperationView { context, placed }, part: None }
    }

    /// The operation.
    pub(crate) fn placed(&self) -> Placed<'a> {
        self.view.placed
    }

    /// Each field of a CreateModel as a subject.
    pub(crate) fn fields(context: &'a Context<'a>, placed: Placed<'a>) -> Vec<Self> {
        let view = OperationView { context, placed };
        view.fields().into_iter().map(|field| Self { view, part: Some(field) }).collect()
    }

    /// The place that a finding about it is reported at.
    pub(crate) fn span(&self) -> Span {
        let part = self.part.as_ref().and_then(|field| field.place(None));
        part.unwrap_or(self.view.operation().span)
    }

    /// Why it is not certain that this operation runs, or what it is.
    pub(crate) fn uncertain(&self) -> Option<Rc<Cause>> {
        let condition = self.view.operation().condition.as_ref();
        self.view.opaque().or_else(|| condition.map(cause_of))
    }

    /// The model that it is about, for reports.
    pub(crate) fn model_name(&self) -> Option<String> {
        match self.view.model()?.name() {
            Fact::Str(name) => Some(name.into_owned()),
            _ => None,
        }
    }

    /// The field, index or constraint that it is about, for reports.
    pub(crate) fn object_name(&self) -> Option<String> {
        if let Some(field) = &self.part {
            return Some(field.text().into_owned());
        }
        let own = match self.view.argument("name") {
            Fact::Unset => match self.view.argument("index") {
                Fact::Unset => self.view.argument("constraint"),
                index => index,
            },
            name => name,
        };
        match own {
            Fact::Str(name) => Some(name.into_owned()),
            Fact::Entity(entity) => Some(entity.text().into_owned()),
            _ => match self.view.field()?.name {
                Fact::Str(name) => Some(name.into_owned()),
                _ => None,
            },
        }
    }
}

impl<'a> Subject<'a> for OperationSubject<'a> {
    fn name(&self, name: &str) -> Fact<'a> {
        let context = self.view.context;
        if let Some(get) = getter(&EVERYWHERE, name) {
            return get(context, Some(self.view.placed));
        }
        match (name, &self.part) {
            ("op", _) => return Fact::Entity(Rc::new(self.view)),
            ("field", Some(field)) => return Fact::Entity(Rc::new(field.clone())),
            _ => {}
        }
        if let Some(cause) = self.view.opaque() {
            return Fact::Unknown(cause);
        }
        if let Some(fact) = reached::get(&self.view, name) {
            return fact;
        }
        let head_name = HEAD_NAMES.iter().find(|known| known.attribute.name.name == name);
        if let Some(head_name) = head_name
            && self.view.like().is_none_or(head_name.has)
        {
            return (head_name.attribute.get)(&self.view);
        }
        self.view.argument(name)
    }

    fn place(&self, name: &str) -> Option<Span> {
        match (name, &self.part) {
            ("op", _) => Some(self.view.operation().callee_span),
            ("field", Some(field)) => field.place(None),
            ("migration" | "app", _) => Some(self.view.context.migration.class_span),
            ("field" | "new", None) => self.view.place(Some("field")),
            ("model" | "table", _) => self.view.place(Some("model")),
            ("code" | "reverse_code", _) => match self.name(name) {
                Fact::Entity(code) => code.place(None),
                _ => None,
            },
            _ => self.view.operation().argument(name).map(|argument| argument.span),
        }
    }
}

impl<'a> Subject<'a> for MigrationSubject<'a> {
    fn name(&self, name: &str) -> Fact<'a> {
        getter(&EVERYWHERE, name).map_or(Fact::Unset, |get| get(self.0, None))
    }

    fn place(&self, _name: &str) -> Option<Span> {
        Some(self.0.migration.class_span)
    }
}

impl<'a> ChangeSubject<'a> {
    /// The place that a finding about it is reported at.
    pub(crate) fn span(&self) -> Span {
        self.0.own().span
    }

    /// Why it is not certain that it is sent.
    pub(crate) fn uncertain(&self) -> Option<Rc<Cause>> {
        self.0.sent().doubt.as_ref().map(|unknown| self.0.because(unknown))
    }

    /// The operation that sends it.
    pub(crate) fn placed(&self) -> Option<Placed<'a>> {
        self.0.placed()
    }
}

impl<'a> Subject<'a> for ChangeSubject<'a> {
    fn name(&self, name: &str) -> Fact<'a> {
        match (self.0.named(name), getter(&EVERYWHERE, name)) {
            (Some(fact), _) => fact,
            (None, Some(get)) => get(self.0.context, self.0.placed()),
            (None, None) => Fact::Unset,
        }
    }

    fn place(&self, name: &str) -> Option<Span> {
        match name {
            "migration" | "app" => Some(self.0.context.migration.class_span),
            name => self.0.place(Some(name)),
        }
    }
}

impl<'a> StatementSubject<'a> {
    /// The place that a finding about it is reported at.
    pub(crate) fn span(&self) -> Span {
        self.0.sent().span
    }

    /// The operation that sends it.
    pub(crate) fn placed(&self) -> Option<Placed<'a>> {
        self.0.placed()
    }
}

impl<'a> Subject<'a> for StatementSubject<'a> {
    fn name(&self, name: &str) -> Fact<'a> {
        match getter(&EVERYWHERE, name) {
            Some(get) => get(self.0.context(), self.0.placed()),
            None => self.0.name(name),
        }
    }

    fn place(&self, name: &str) -> Option<Span> {
        match name {
            "migration" | "app" => Some(self.0.context().migration.class_span),
            _ => Some(self.span()),
        }
    }
}
