//! What rules can ask of a query in the code of a RunPython.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::model::ModelView;
use crate::check::facts::{Context, Facts, attribute, list_of_text};
use crate::history::{Creation, Known, ModelState, ProjectState};
use crate::language::{Entity, Fact, Slot, Type};
use crate::migration::queries::{Action, Asked, AskedFor, DataCode, HistoricalModel, Query};
use crate::python::ValueKind;
use crate::source::Span;

/// A query on a historical model.
#[derive(Clone)]
pub(super) struct QueryView<'a> {
    context: &'a Context<'a>,
    state: Option<&'a ProjectState>,
    data: Rc<DataCode>,
    index: usize,
    model: Rc<HistoricalModel>,
    /// The code of the operations in front of its own.
    earlier: Earlier<'a>,
}

/// The code of operations, with the states that it finds.
pub(super) type Earlier<'a> = Rc<[(Option<&'a ProjectState>, Rc<DataCode>)]>;

type Getter = for<'a> fn(&QueryView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Query",
        vec![
            attribute(
                "action",
                Slot::set(Type::Word(&Action::WORDS)),
                "What it does; `read` when its rows are gone through in a loop, `save` when one row is saved.",
                (|q| Fact::Str(Cow::Borrowed(q.query().map_or("read", |query| query.action.word())))) as Getter,
            ),
            attribute("model", Slot::set(Type::Entity("Model")), "The historical model.", |q| {
                Fact::Entity(Rc::new(q.model()))
            }),
            attribute(
                "filtered",
                Slot::set(Type::Bool),
                "Whether anything but being empty in a column that this release adds limits its rows.",
                |q| Fact::Bool(q.filtered()),
            ),
            attribute(
                "for_each",
                Slot::maybe(Type::Entity("Query")),
                "The query over whose rows it is repeated, if it is.",
                |q| q.for_each(),
            ),
            attribute("chunked", Slot::set(Type::Bool), "Whether `iterator()` fetches its rows in chunks.", |q| {
                Fact::Bool(q.query().is_some_and(|query| query.iterator))
            }),
            attribute("names_database", Slot::set(Type::Bool), "Whether it says which database it is for.", |q| {
                Fact::Bool(q.query().is_some_and(|query| query.alias))
            }),
            attribute("fields", list_of_text(), "Fields that an `update`, a `bulk_update` or a `create` names.", |q| {
                let fields = q.query().map_or(Vec::new(), fields_of);
                Fact::List(fields.into_iter().map(|field| Fact::Str(Cow::Owned(field.to_owned()))).collect())
            }),
            attribute(
                "meets",
                Slot::set(Type::list(Type::Entity("Query"))),
                "The `update`s of the same model in front of it in the migration that may have written rows of its own: \
                 those whose filter its own does not rule out. Whether one belongs to them is unknown where that hangs on a \
                 value that is not literal.",
                |q| q.meets(),
            ),
            attribute(
                "writes_relation",
                Slot::set(Type::Bool),
                "Whether it inserts rows with, or updates, a ForeignKey that was there before this migration.",
                |q| q.writes_relation(),
            ),
        ],
    )
});

impl<'a> QueryView<'a> {
    /// A query; unknown where its model is.
    pub(super) fn fact(
        context: &'a Context<'a>,
        state: Option<&'a ProjectState>,
        data: &Rc<DataCode>,
        index: usize,
        earlier: &Earlier<'a>,
    ) -> Fact<'a> {
        let Some(query) = data.queries.get(index) else { return Fact::Unset };
        match &query.model {
            Some(model) => {
                let model = Rc::clone(model);
                let (data, earlier) = (Rc::clone(data), Rc::clone(earlier));
                Fact::Entity(Rc::new(Self { context, state, data, index, model, earlier }))
            }
            None => Fact::Unknown(context.cause(query.span, "is a query on a model that is not named literally")),
        }
    }

    fn query(&self) -> Option<&Query> {
        self.data.queries.get(self.index)
    }

    fn span(&self) -> Span {
        self.query().map_or(Span { start: 0, end: 0 }, |query| query.span)
    }

    fn model(&self) -> ModelView<'a> {
        ModelView {
            context: self.context,
            app: Cow::Owned(self.model.app.clone()),
            written: Fact::Str(Cow::Owned(self.model.name.clone())),
            span: self.span(),
            state: self.state,
        }
    }

    fn filtered(&self) -> bool {
        let Some(filter) = self.query().map(|query| &query.filter).filter(|filter| !filter.is_none()) else {
            return false;
        };
        // In a column that has just been added, every row is empty.
        filter.only_empty().is_none_or(|fields| !fields.into_iter().any(|field| self.is_new(field)))
    }

    /// Whether a field of its model is certainly one that running code does not have.
    fn is_new(&self, field: &str) -> bool {
        let Ok((_, model)) = self.model().replayed() else { return false };
        let found = model.fields.iter().find(|(name, _)| **name == *field);
        found.is_some_and(|(name, state)| matches!(self.context.deployed.has_field(model, name, state), Ok(false)))
    }

    fn for_each(&self) -> Fact<'a> {
        let outer = self.query().and_then(|query| query.for_each);
        outer.map_or(Fact::Unset, |index| Self::fact(self.context, self.state, &self.data, index, &self.earlier))
    }

    fn meets(&self) -> Fact<'a> {
        let Some(own) = self.query() else { return Fact::List(Vec::new()) };
        let mut met = Vec::new();
        let here = [(self.state, Rc::clone(&self.data))];
        for (place, (state, data)) in self.earlier.iter().chain(&here).enumerate() {
            let in_front = if place < self.earlier.len() { data.queries.len() } else { self.index };
            for (index, query) in data.queries.iter().enumerate().take(in_front) {
                if query.action != Action::Update || !self.is_about(query) {
                    continue;
                }
                match query.filter.meets_after(&query.written, &own.filter) {
                    Some(false) => {}
                    Some(true) => met.push(Self::fact(self.context, *state, data, index, &self.earlier)),
                    None => met.push(Fact::Unknown(
                        self.context.cause(query.span, "may have written rows that a later query is about"),
                    )),
                }
            }
        }
        Fact::List(met)
    }

    /// Whether another query is on the same model.
    fn is_about(&self, other: &Query) -> bool {
        other.model.as_ref().is_some_and(|model| {
            model.app == self.model.app && model.name.to_lowercase() == self.model.name.to_lowercase()
        })
    }

    fn writes_relation(&self) -> Fact<'a> {
        let Some(query) = self.query() else { return Fact::Bool(false) };
        let (_, model) = match self.model().replayed() {
            Ok(found) => found,
            Err(cause) => return Fact::Unknown(cause),
        };
        let own = |created: &Creation| {
            let migration = self.context.migration;
            created.migration.app == migration.app && created.migration.name == migration.name
        };
        // What this migration itself has made is checked at once, or not yet there: `sql_create_column_inline_fk`
        // and `deferred_sql` of django.db.backends.postgresql.schema.
        let mut relations = model.fields.iter().filter(|(_, field)| {
            is_foreign_key(&field.field) && !own(&model.created) && !field.created.as_deref().is_some_and(own)
        });
        Fact::Bool(match query.action {
            Action::Insert => relations.next().is_some(),
            Action::Update => relations.any(|(name, _)| {
                fields_of(query).into_iter().any(|field| *field == **name || field.strip_suffix("_id") == Some(name))
            }),
            Action::Read | Action::Delete | Action::Save => false,
        })
    }
}

/// The fields that a query names as those that it writes.
fn fields_of(query: &Query) -> Vec<&str> {
    query.written.iter().filter_map(|(name, _)| name.as_deref()).collect()
}

/// Whether a field is a ForeignKey that the database checks.
fn is_foreign_key(field: &crate::migration::Field) -> bool {
    let relation = field.entry.is_some_and(|entry| entry.derives_from("ForeignKey"));
    relation && field.argument("db_constraint").is_none()
}

/// Whether a historical model certainly does not have what code asks of it.
pub(super) fn lacks(state: &ProjectState, asked: &Asked) -> bool {
    let Known::Yes(model) = state.model(&asked.model.app, &asked.model.name) else { return false };
    // A mixin, or a parent model, may have it; so may a field of a class that is not Django's.
    let plain = model.more.is_none()
        && model.more_fields.is_none()
        && model.bases.as_ref().is_none_or(|bases| bases.doubt.is_none() && is_plain(&bases.value));
    if !plain || model.fields.iter().any(|(name, field)| **name == *asked.name || brings(name, field, &asked.name)) {
        return false;
    }
    match asked.what {
        AskedFor::ManagerMethod | AskedFor::Method | AskedFor::Constant | AskedFor::Manager => {
            !has_manager(model, &asked.name)
        }
        AskedFor::QuerySetMethod => model.managers.is_none(),
    }
}

/// Whether a field of a third party may bring a method that has the field's name in its own.
fn brings(name: &str, field: &crate::history::FieldState, method: &str) -> bool {
    field.field.of_django().is_none() && method.contains(name)
}

/// `(models.Model,)`
fn is_plain(bases: &crate::python::Value) -> bool {
    let model = |base: &crate::python::Value| matches!(&base.kind, ValueKind::Reference(path) if path == "django.db.models.Model");
    bases.elements().is_some_and(|bases| bases.iter().all(model))
}

/// Whether a model has, or may have, a manager of that name.
fn has_manager(model: &ModelState, name: &str) -> bool {
    let Some(managers) = &model.managers else { return name == "objects" };
    let named = |pair: &crate::python::Value| match pair.elements() {
        Some([manager, ..]) => manager.as_str().is_none_or(|manager| manager == name),
        _ => true,
    };
    managers.doubt.is_some() || managers.value.elements().is_none_or(|managers| managers.iter().any(named))
}

impl<'a> Entity<'a> for QueryView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        Some(self.span())
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Owned(self.query().map_or_else(String::new, |query| query.text.clone()))
    }

    fn identity(&self) -> String {
        let span = self.span();
        format!("{}..{}", span.start, span.end)
    }
}
