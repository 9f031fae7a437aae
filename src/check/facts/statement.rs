//! What rules can ask of a statement inside a RunSQL, recognised or not.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::operation::OperationView;
use crate::check::facts::{Context, Facts, Placed, attribute};
use crate::effects::Effects;
use crate::language::{Entity, Fact, Slot, Type};
use crate::schema::Statement;
use crate::source::Span;
use crate::sql::{self, ChangeKind};

/// A statement that is written as SQL.
#[derive(Clone, Copy)]
pub(crate) struct StatementView<'a> {
    context: &'a Context<'a>,
    effects: &'a Effects,
    statement: usize,
}

type Getter = for<'a> fn(&StatementView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    let flag = || Slot::set(Type::Bool);
    Facts::of(
        "Statement",
        vec![
            attribute(
                "statement",
                Slot::set(Type::Entity("Statement")),
                "The statement itself.",
                (|s| Fact::Entity(Rc::new(*s))) as Getter,
            ),
            attribute("text", Slot::set(Type::Str), "Its text.", |s| Fact::Str(Cow::Borrowed(s.text_of()))),
            attribute(
                "tokens",
                Slot::set(Type::Str),
                "Its words and signs with one blank between each, in upper case and without comments; what is quoted \
                 stays: `DELETE FROM A WHERE B = 'x'`.",
                |s| Fact::Str(Cow::Owned(sql::canonical(s.text_of(), s.context.database.vendor))),
            ),
            attribute("verb", Slot::set(Type::Str), "Its first word, in upper case.", |s| {
                let read = sql::statements(s.text_of(), s.context.database.vendor);
                let words = read.first().map_or("", |statement| statement.words.as_str());
                Fact::Str(Cow::Owned(words.split(' ').next().unwrap_or_default().to_owned()))
            }),
            attribute("rows", Slot::maybe(Type::Int), "How many rows its VALUES list.", |s| {
                let rows = sql::listed_rows(s.text_of(), s.context.database.vendor);
                Fact::optional(rows.map(|rows| Fact::Int(i64::try_from(rows).unwrap_or(i64::MAX))))
            }),
            attribute("recognised", flag(), "Whether it is known what it does.", |s| {
                let unknown = s.sent().changes.iter().any(|change| matches!(change.kind, ChangeKind::Unknown));
                Fact::Bool(!unknown)
            }),
            attribute("changes", Slot::set(Type::list(Type::Entity("Change"))), "What it changes.", |s| {
                let changes = ChangeView::of_statement(s.context, s.effects, s.statement);
                Fact::List(changes.map(ChangeView::as_element).collect())
            }),
            attribute("op", Slot::set(Type::Entity("Operation")), "The operation that sends it.", |s| {
                let view = s.placed().map(|placed| OperationView { context: s.context, placed });
                view.map_or(Fact::Unset, |view| Fact::Entity(Rc::new(view)))
            }),
        ],
    )
});

impl<'a> StatementView<'a> {
    /// The statements of the migration that are written as SQL.
    pub(crate) fn all(context: &'a Context<'a>) -> impl Iterator<Item = Self> {
        context.effects.into_iter().flat_map(move |effects| {
            let written = effects.statements.iter().enumerate().filter(|(_, sent)| sent.sql.is_some());
            written.map(move |(statement, _)| Self { context, effects, statement })
        })
    }

    /// Everything that its facts rest on.
    pub(super) fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// The statement.
    pub(crate) fn sent(&self) -> &'a Statement {
        &self.effects.statements[self.statement]
    }

    /// The operation that sends it.
    pub(super) fn placed(&self) -> Option<Placed<'a>> {
        self.context.operations.get(self.sent().operation).copied()
    }

    fn text_of(&self) -> &'a str {
        self.sent().sql.as_deref().unwrap_or_default().trim()
    }

    /// The fact behind a name.
    pub(super) fn name(&self, name: &str) -> Fact<'a> {
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }
}

impl<'a> Entity<'a> for StatementView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        self.name(name)
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        Some(self.sent().span)
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.text_of())
    }

    fn identity(&self) -> String {
        self.statement.to_string()
    }
}
