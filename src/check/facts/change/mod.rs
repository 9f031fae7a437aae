//! What rules can ask of a schema change: what reaches the database, from an operation or from SQL, and what it does
//! there.

mod does;
mod kinds;
mod names;
mod parts;

use std::borrow::Cow;
use std::rc::Rc;

use crate::check::facts::model::ModelView;
use crate::check::facts::operation::OperationView;
use crate::check::facts::{Context, Placed};
use crate::check::tables::TableFacts;
use crate::effects::compat::ChangeEffects;
use crate::effects::{Effects, locks};
use crate::language::{Cause, Entity, Fact};
use crate::python::Unknown;
use crate::schema::Statement;
use crate::source::Span;
use crate::sql::{ChangeKind, SchemaChange};
use crate::target::Vendor;

pub(crate) use kinds::kind_name;
pub(super) use kinds::{ANY, KINDS};
pub(super) use names::{attributes, getter_of, names_of};

/// Whether that can be told of a statement whatever it does, with the table that it changes or without.
fn is_known_of_any(name: &str, has_table: bool) -> bool {
    match name {
        "change" | "op" | "in_sql" | "sql" => true,
        "table" | "model" | "table_rows" | "table_hot" | "table_owner" | "live" => has_table,
        _ => false,
    }
}

/// A change of the migration under check: one of one of its statements.
#[derive(Clone, Copy)]
pub(crate) struct ChangeView<'a> {
    pub(super) context: &'a Context<'a>,
    effects: &'a Effects,
    /// Place of its statement among all that are sent.
    statement: usize,
    /// Its place in the statement.
    change: usize,
}

impl<'a> ChangeView<'a> {
    /// All changes of the migration, in the order in which they are sent.
    pub(crate) fn all(context: &'a Context<'a>) -> impl Iterator<Item = Self> {
        let effects = context.effects.into_iter();
        effects.flat_map(move |effects| {
            (0..effects.statements.len()).flat_map(move |statement| Self::of_statement(context, effects, statement))
        })
    }

    /// The changes of one statement.
    pub(super) fn of_statement(
        context: &'a Context<'a>,
        effects: &'a Effects,
        statement: usize,
    ) -> impl Iterator<Item = Self> {
        let changes = effects.statements.get(statement).map_or(0, |statement| statement.changes.len());
        (0..changes).map(move |change| Self { context, effects, statement, change })
    }

    /// The statement that it is part of.
    pub(crate) fn sent(&self) -> &'a Statement {
        &self.effects.statements[self.statement]
    }

    /// The change itself.
    pub(crate) fn own(&self) -> &'a SchemaChange {
        &self.sent().changes[self.change]
    }

    /// What it does to those who run.
    fn effects(&self) -> Option<&'a ChangeEffects> {
        self.effects.compatibility.changes.get(self.statement)?.get(self.change)
    }

    /// The changes that the migration sends behind it.
    fn behind(&self) -> impl Iterator<Item = Self> + use<'a> {
        let own = (self.statement, self.change);
        Self::all(self.context).filter(move |other| (other.statement, other.change) > own)
    }

    /// The locks that its statement takes, and the work that it does under them.
    pub(super) fn locks(&self) -> Option<&'a locks::Effect> {
        self.effects.locks.get(self.statement)
    }

    pub(super) fn as_entity(self) -> Fact<'a> {
        Fact::Entity(Rc::new(self))
    }

    /// The same as an element of a list; unknown when it is not certain that it is sent.
    pub(super) fn as_element(self) -> Fact<'a> {
        match &self.sent().doubt {
            Some(unknown) => Fact::Unknown(self.because(unknown)),
            None => self.as_entity(),
        }
    }

    /// A cause at the change: what the cause is about may stand in another file.
    pub(super) fn because(&self, unknown: &Unknown) -> Rc<Cause> {
        Rc::new(Cause { text: unknown.text.clone(), reason: unknown.reason.clone(), span: self.own().span })
    }

    /// The fact behind a name; of a statement that is not recognised, most are not known.
    pub(super) fn named(&self, name: &str) -> Option<Fact<'a>> {
        let get = getter_of(name)?;
        let own = self.own();
        if own.kind != ChangeKind::Unknown || is_known_of_any(name, own.table.is_some()) {
            return Some(get(self));
        }
        let sent = self.sent();
        let cause = |unknown: &Unknown| Fact::Unknown(self.because(unknown));
        Some(sent.doubt.as_ref().map_or_else(|| cause(&sent.not_judged(own)), cause))
    }

    fn kind_in_sql(&self) -> Fact<'a> {
        match &self.own().kind {
            // There it is a MODIFY.
            ChangeKind::Other { words, .. }
                if words == "ALTER COLUMN ADD IDENTITY"
                    && matches!(self.context.database.vendor, Vendor::MySql | Vendor::MariaDb) =>
            {
                Fact::Str(Cow::Borrowed("MODIFY … AUTO_INCREMENT"))
            }
            ChangeKind::Other { words, .. } => Fact::Str(Cow::Borrowed(words)),
            kind => {
                let name = kind_name(kind);
                let known = KINDS.iter().find(|(known, _)| *known == name);
                Fact::Str(Cow::Borrowed(known.map_or(name, |(_, sql)| sql)))
            }
        }
    }

    fn table_name(&self) -> Option<&'a str> {
        self.own().table.as_deref()
    }

    fn table(&self) -> Fact<'a> {
        Fact::optional(self.table_name().map(|table| Fact::Str(Cow::Borrowed(table))))
    }

    /// What the configuration says of its table.
    fn configured(&self, get: impl Fn(&'a TableFacts) -> Option<Fact<'a>>) -> Fact<'a> {
        Fact::optional(self.table_name().and_then(|table| self.context.tables.get(table)).and_then(get))
    }

    /// The operation that sends it.
    pub(super) fn placed(&self) -> Option<Placed<'a>> {
        self.context.operations.get(self.sent().operation).copied()
    }

    pub(super) fn operation(&self) -> Fact<'a> {
        let view = self.placed().map(|placed| OperationView { context: self.context, placed });
        view.map_or(Fact::Unset, |view| Fact::Entity(Rc::new(view)))
    }

    /// The model whose table it is, as the state before the operation has it, or else the one after.
    fn model(&self) -> Fact<'a> {
        let Some(table) = self.table_name() else { return Fact::Unset };
        let order = self.sent().operation;
        let states = self.context.states;
        for state in [states.before(order), states.after(order)].into_iter().flatten() {
            if let Some(model) = self.context.model_of_table(state, table) {
                return Fact::Entity(Rc::new(ModelView {
                    context: self.context,
                    app: Cow::Borrowed(&model.app),
                    written: Fact::Str(Cow::Owned(model.name.to_lowercase())),
                    span: self.own().span,
                    state: Some(state),
                }));
            }
        }
        Fact::Unset
    }

    fn column(&self) -> Fact<'a> {
        Fact::optional(self.own().kind.column().map(|column| Fact::Str(Cow::Borrowed(column))))
    }

    fn new_name(&self) -> Fact<'a> {
        let to = match &self.own().kind {
            ChangeKind::RenameTable { to }
            | ChangeKind::RenameColumn { to, .. }
            | ChangeKind::RenameConstraint { to, .. }
            | ChangeKind::RenameIndex { to, .. } => Some(to),
            _ => None,
        };
        Fact::optional(to.map(|to| Fact::Str(Cow::Borrowed(to.as_str()))))
    }

    fn live(&self) -> Fact<'a> {
        let Some(table) = self.table_name() else { return Fact::Unset };
        Fact::Bool(self.locks().is_some_and(|locks| locks.live.iter().any(|live| live == table)))
    }
}

impl<'a> Entity<'a> for ChangeView<'a> {
    fn type_name(&self) -> &'static str {
        "Change"
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        self.named(name).unwrap_or(Fact::Unset)
    }

    fn class(&self) -> Fact<'a> {
        Fact::Str(Cow::Borrowed(kind_name(&self.own().kind)))
    }

    /// Django's own argument for what the change is about, where there is one.
    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        if self.sent().sql.is_some() {
            return Some(self.own().span);
        }
        let view = OperationView { context: self.context, placed: self.placed()? };
        let named = |names: &[&str]| names.iter().find_map(|name| view.place(Some(name)));
        match attribute {
            Some("table" | "model") => named(&["model"]),
            Some("column" | "definition" | "old_type" | "new_type") => named(&["field", "name"]),
            Some("constraint") => named(&["constraint", "field", "name"]),
            Some("index") => named(&["index", "field", "name"]),
            Some("name" | "to") => named(&["name", "new_name"]),
            _ => None,
        }
        .or_else(|| view.place(None))
    }

    fn text(&self) -> Cow<'a, str> {
        self.kind_in_sql().print()
    }

    fn identity(&self) -> String {
        format!("{}.{}", self.statement, self.change)
    }
}
