//! What rules can ask of a model.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::check::facts::deployed::IN_DEPLOYED;
use crate::check::facts::field::{FieldView, Stated};
use crate::check::facts::origin::Origin;
use crate::check::facts::{Context, Facts, attribute, value};
use crate::check::tables::TableFacts;
use crate::history::{self, Doubt, Known, ModelState, ProjectState};
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::migration::catalogue::ParameterKind;
use crate::source::{SourceFile, Span};

/// A model, as one operation names it.
#[derive(Clone)]
pub(crate) struct ModelView<'a> {
    pub(super) context: &'a Context<'a>,
    /// Label of its app.
    pub(super) app: Cow<'a, str>,
    /// Its name as the operation writes it, as far as it is known.
    pub(super) written: Fact<'a>,
    /// Where the operation names it.
    pub(super) span: Span,
    /// The project's state that it is looked up in.
    pub(super) state: Option<&'a ProjectState>,
}

type Getter = for<'a> fn(&ModelView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Model",
        vec![
            attribute("name", Slot::set(Type::Str), "Its name, in lower case.", (|m| m.name()) as Getter),
            attribute("app", Slot::set(Type::Str), "Label of its app.", |m| Fact::Str(m.app.clone())),
            attribute("label", Slot::set(Type::Str), "`app.model`, in lower case.", |m| m.label()),
            attribute("table", Slot::set(Type::Str), "Its table: `db_table`, else `app_model`.", |m| m.table()),
            attribute("db_table", Slot::maybe(Type::Str), "Its `db_table`, where that is set.", |m| {
                m.text_option("db_table")
            }),
            attribute("managed", Slot::set(Type::Bool), "Whether Django creates and alters its table.", |m| {
                m.managed()
            }),
            attribute("proxy", Slot::set(Type::Bool), "Whether it has no table of its own.", |m| m.flag("proxy")),
            attribute("db_table_comment", Slot::maybe(Type::Str), "The table's comment.", |m| {
                m.text_option("db_table_comment")
            }),
            attribute("fields", Slot::set(Type::list(Type::Entity("Field"))), "Its fields.", |m| m.fields()),
            attribute("rows", Slot::maybe(Type::Int), "About how many rows its table has, as `[tables]` says.", |m| {
                m.configured(|table| table.rows.map(Fact::Int))
            }),
            attribute("hot", Slot::set(Type::Bool), "Whether its table is always in use, as `[tables]` says.", |m| {
                match m.configured(|table| table.hot.map(Fact::Bool)) {
                    Fact::Unset => Fact::Bool(false),
                    said => said,
                }
            }),
            attribute("owner", Slot::maybe(Type::Str), "Who answers for its table, as `[tables]` says.", |m| {
                m.configured(|table| table.owner.as_deref().map(|owner| Fact::Str(Cow::Borrowed(owner))))
            }),
        ],
    )
});

impl<'a> ModelView<'a> {
    /// Its name in lower case: Django's key for it.
    pub(super) fn name(&self) -> Fact<'a> {
        match &self.written {
            Fact::Str(name) => Fact::Str(Cow::Owned(name.to_lowercase())),
            other => other.clone(),
        }
    }

    fn label(&self) -> Fact<'a> {
        match &self.written {
            Fact::Str(name) => Fact::Str(Cow::Owned(format!("{}.{}", self.app, name.to_lowercase()))),
            other => other.clone(),
        }
    }

    /// The model in the replayed state, or why it is not known there.
    pub(super) fn replayed(&self) -> Result<(&'a ProjectState, &'a Arc<ModelState>), Rc<Cause>> {
        let Fact::Str(name) = &self.written else {
            return Err(self.written.unknown().cloned().unwrap_or_else(|| self.not_created()));
        };
        let state = self.state.ok_or_else(|| self.not_created())?;
        match state.model(&self.app, &name.to_lowercase()) {
            Known::Yes(model) => Ok((state, model)),
            Known::Maybe(_, doubt) => Err(self.doubt(&doubt)),
            Known::No => Err(self.not_created()),
        }
    }

    /// Whether running code uses its table.
    pub(super) fn in_deployed(&self) -> Fact<'a> {
        let Fact::Str(name) = &self.written else {
            return self.written.unknown().map_or(Fact::Bool(false), |cause| Fact::Unknown(Rc::clone(cause)));
        };
        let app = &*self.app;
        let deployed = self.context.deployed;
        let found = self.state.map_or(Known::No, |state| state.model(app, name));
        let answer = match found {
            Known::Yes(model) | Known::Maybe(Some(model), _) => deployed.has_model(model),
            Known::Maybe(None, doubt) => match deployed.state().model(app, name) {
                Known::Yes(_) => Ok(true),
                Known::No | Known::Maybe(..) => Err(doubt),
            },
            Known::No => match deployed.state().model(app, name) {
                Known::Yes(_) => Ok(true),
                Known::Maybe(_, doubt) => Err(doubt),
                // Where no migration of the app is known, the operation says that the model is there, and that is all.
                Known::No => Ok(self.state.is_none_or(|state| state.models_of(app).next().is_none())),
            },
        };
        match answer {
            Ok(answer) => Fact::Bool(answer),
            Err(doubt) => Fact::Unknown(self.doubt(&doubt)),
        }
    }

    /// The model in the replayed state, certain or not.
    pub(super) fn likely(&self) -> Option<&'a Arc<ModelState>> {
        let Fact::Str(name) = &self.written else { return None };
        self.state?.model(&self.app, name).likely()
    }

    fn not_created(&self) -> Rc<Cause> {
        Rc::new(Cause {
            text: self.text().into_owned(),
            reason: "is not created by the migrations before this one".to_owned(),
            span: self.span,
        })
    }

    /// What the replay could not know, pointed at from here.
    pub(super) fn doubt(&self, doubt: &Doubt) -> Rc<Cause> {
        self.origin(&doubt.source).cause_of(&doubt.unknown)
    }

    /// Where values of the replayed state stand.
    fn origin<'s>(&'s self, source: &'s Arc<SourceFile>) -> Origin<'s> {
        let own = &self.context.migration.source;
        let app = &self.context.migration.app;
        if Arc::ptr_eq(own, source) { Origin::here(source, app) } else { Origin::elsewhere(source, app, self.span) }
    }

    /// The model's table, as `history::table` knows it.
    pub(super) fn table(&self) -> Fact<'a> {
        match self.replayed() {
            Ok((state, model)) => match history::table(state, model) {
                Ok(table) => Fact::Str(Cow::Owned(table)),
                Err(doubt) => Fact::Unknown(self.doubt(&doubt)),
            },
            Err(cause) => Fact::Unknown(cause),
        }
    }

    /// What the configuration says of its table.
    fn configured(&self, get: impl Fn(&'a TableFacts) -> Option<Fact<'a>>) -> Fact<'a> {
        let tables = self.context.tables;
        if tables.is_empty() {
            return Fact::Unset;
        }
        match self.table() {
            Fact::Str(table) => Fact::optional(tables.get(table.as_ref()).and_then(get)),
            unknown => unknown,
        }
    }

    /// An option that is False when it is not given.
    fn flag(&self, option: &str) -> Fact<'a> {
        match self.option(option) {
            Ok(value) => Fact::Bool(value.unwrap_or(false)),
            Err(cause) => Fact::Unknown(cause),
        }
    }

    fn managed(&self) -> Fact<'a> {
        match self.option("managed") {
            Ok(value) => Fact::Bool(value.unwrap_or(true)),
            Err(cause) => Fact::Unknown(cause),
        }
    }

    /// An option that is a text.
    fn text_option(&self, name: &str) -> Fact<'a> {
        let found = self.replayed().map(|(_, model)| model.option(name));
        match found {
            Ok(Known::No) => Fact::Unset,
            Ok(Known::Maybe(_, doubt)) => Fact::Unknown(self.doubt(&doubt)),
            Ok(Known::Yes(option)) => {
                let migration = self.context.migration;
                let origin = if Arc::ptr_eq(&migration.source, &option.source) {
                    Origin::here(&option.source, &migration.app)
                } else {
                    Origin::elsewhere(&option.source, &migration.app, self.span)
                };
                value::typed(origin, &option.value, ParameterKind::Str)
            }
            Err(cause) => Fact::Unknown(cause),
        }
    }

    fn option(&self, name: &str) -> Result<Option<bool>, Rc<Cause>> {
        let (_, model) = self.replayed()?;
        match model.option(name) {
            Known::No => Ok(None),
            Known::Maybe(_, doubt) => Err(self.doubt(&doubt)),
            Known::Yes(option) => match option.value.as_bool() {
                Some(value) => Ok(Some(value)),
                None => Err(self.origin(&option.source).cause(option.value.span, "is not a literal")),
            },
        }
    }

    fn fields(&self) -> Fact<'a> {
        let (_, model) = match self.replayed() {
            Ok(found) => found,
            Err(cause) => return Fact::Unknown(cause),
        };
        let known = model.fields.iter().map(|(name, field)| {
            Fact::Entity(Rc::new(FieldView {
                context: self.context,
                model: self.clone(),
                name: Fact::Str(Cow::Borrowed(name)),
                name_span: self.span,
                stated: Stated::Replayed(field),
            }) as Rc<dyn Entity<'a> + 'a>)
        });
        let more = model.more_fields.as_ref().map(|doubt| Fact::Unknown(self.doubt(doubt)));
        Fact::List(known.chain(more).collect())
    }
}

impl<'a> Entity<'a> for ModelView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        if name == IN_DEPLOYED {
            return self.in_deployed();
        }
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        Some(self.span)
    }

    fn text(&self) -> Cow<'a, str> {
        self.label().print()
    }

    fn identity(&self) -> String {
        self.text().into_owned()
    }
}
