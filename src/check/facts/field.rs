//! What rules can ask of a field: its effective arguments, as Django sees them, and its column.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::check::facts::deployed::IN_DEPLOYED;
use crate::check::facts::model::ModelView;
use crate::check::facts::origin::Origin;
use crate::check::facts::{Context, Facts, attribute, value};
use crate::history::{self, FieldState, Known};
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::migration::catalogue::ParameterKind;
use crate::migration::{Effective, Field};
use crate::python::ValueKind;
use crate::source::Span;

/// A field, as one operation sees it.
#[derive(Clone)]
pub(crate) struct FieldView<'a> {
    pub(super) context: &'a Context<'a>,
    /// Its model.
    pub(super) model: ModelView<'a>,
    /// Its name, as far as it is known.
    pub(super) name: Fact<'a>,
    /// Where the operation names it.
    pub(super) name_span: Span,
    /// Who says what it is.
    pub(super) stated: Stated<'a>,
}

/// Who says what a field is.
#[derive(Clone)]
pub(super) enum Stated<'a> {
    /// The operation itself.
    Here(&'a Field),
    /// The replayed state.
    Replayed(&'a FieldState),
    /// Nobody, for this reason.
    Nobody(Rc<Cause>),
}

type Getter = for<'a> fn(&FieldView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    let set = Slot::set;
    let maybe = Slot::maybe;
    Facts::of(
        "Field",
        vec![
            attribute("name", set(Type::Str), "Its name in the model.", (|f| f.name.clone()) as Getter),
            attribute(
                "column",
                maybe(Type::Str),
                "Its column: `db_column`, else the name, with `_id` for a relation.",
                |f| f.column(),
            ),
            attribute(
                "has_column",
                set(Type::Bool),
                "Whether it has a column of its own; a ManyToManyField has none.",
                |f| f.has_column(),
            ),
            attribute("class", set(Type::Str), "Its class, without the module.", |f| f.class_name()),
            attribute("model", set(Type::Entity("Model")), "The model it belongs to.", |f| {
                Fact::Entity(Rc::new(f.model.clone()))
            }),
            attribute("null", set(Type::Bool), "Whether the column may hold NULL.", |f| f.null()),
            attribute("blank", set(Type::Bool), "Whether forms accept an empty value.", |f| f.flag("blank", false)),
            attribute(
                "default",
                maybe(Type::Value),
                "The default that Python fills in; the database does not know it.",
                |f| f.any("default"),
            ),
            attribute(
                "default_name",
                maybe(Type::Str),
                "The dotted name that `default` is given as: that of a function, such as `uuid.uuid4`, or of a constant; the bare \
                 name of one that stands in the same file.",
                |f| f.argument("default", value::dotted_name),
            ),
            attribute("default_is_none", set(Type::Bool), "Whether `default` is `None`, which fills nothing.", |f| {
                let is_none = |value: &crate::python::Value| match &value.kind {
                    ValueKind::Unknown(unknown) => f.origin().not_known(unknown),
                    kind => Fact::Bool(matches!(kind, ValueKind::None)),
                };
                f.effective("default", is_none, Fact::Bool(false))
            }),
            attribute("db_default", maybe(Type::Value), "The default that the database fills in.", |f| {
                f.any("db_default")
            }),
            attribute(
                "db_index",
                set(Type::Bool),
                "Whether it asks for an index; True for a ForeignKey or SlugField.",
                |f| f.flag("db_index", false),
            ),
            attribute(
                "unique",
                set(Type::Bool),
                "Whether it asks for a unique constraint; True for a OneToOneField.",
                |f| f.unique(),
            ),
            attribute("primary_key", set(Type::Bool), "Whether it is the primary key.", |f| {
                f.flag("primary_key", false)
            }),
            attribute("max_length", maybe(Type::Int), "The longest text that fits.", |f| f.int("max_length")),
            attribute("max_digits", maybe(Type::Int), "Digits of a DecimalField.", |f| f.int("max_digits")),
            attribute("decimal_places", maybe(Type::Int), "Digits behind the point of a DecimalField.", |f| {
                f.int("decimal_places")
            }),
            attribute("db_column", maybe(Type::Str), "The column's name, when it is given.", |f| f.text("db_column")),
            attribute("db_comment", maybe(Type::Str), "The column's comment.", |f| f.text("db_comment")),
            attribute("db_collation", maybe(Type::Str), "The column's collation.", |f| f.text("db_collation")),
            attribute("db_tablespace", maybe(Type::Str), "The tablespace of its index.", |f| f.text("db_tablespace")),
            attribute("choices", maybe(Type::Value), "The values that forms accept.", |f| f.any("choices")),
            attribute("validators", maybe(Type::Value), "Its validators.", |f| f.any("validators")),
            attribute("editable", set(Type::Bool), "Whether forms show it.", |f| f.flag("editable", true)),
            attribute("help_text", maybe(Type::Str), "The text beside its form field.", |f| f.text("help_text")),
            attribute("verbose_name", maybe(Type::Str), "Its name for people.", |f| f.text("verbose_name")),
            attribute("auto_now", set(Type::Bool), "Whether every save writes the time.", |f| {
                f.flag("auto_now", false)
            }),
            attribute("auto_now_add", set(Type::Bool), "Whether the first save writes the time.", |f| {
                f.flag("auto_now_add", false)
            }),
            attribute("to", maybe(Type::Str), "The model it points to, `app.model` in lower case.", |f| {
                f.argument("to", value::relation)
            }),
            attribute("through", maybe(Type::Str), "The model between, `app.model` in lower case.", |f| {
                f.argument("through", value::relation)
            }),
            attribute(
                "key_of",
                maybe(Type::Str),
                "The column whose values a ForeignKey holds, `table.column`; where these come from another column, as the \
                 key of a multi-table child does, that one.",
                |f| f.key_of(),
            ),
            attribute("to_field", maybe(Type::Str), "The field it points to.", |f| f.text("to_field")),
            attribute("on_delete", maybe(Type::Str), "What follows a deletion, such as `CASCADE`.", |f| {
                f.argument("on_delete", value::last_name)
            }),
            attribute("related_name", maybe(Type::Str), "The name of the way back.", |f| f.text("related_name")),
            attribute("db_constraint", set(Type::Bool), "Whether the database checks the relation.", |f| {
                f.flag("db_constraint", true)
            }),
            attribute("db_table", maybe(Type::Str), "The table of a ManyToManyField, when it is given.", |f| {
                f.text("db_table")
            }),
            attribute("upload_to", maybe(Type::Value), "Where files go.", |f| f.any("upload_to")),
            attribute("generated", set(Type::Bool), "Whether the database computes it (GeneratedField).", |f| {
                f.is_a("GeneratedField")
            }),
            attribute("db_persist", set(Type::Bool), "Whether a GeneratedField is stored.", |f| {
                f.flag("db_persist", false)
            }),
            attribute("expression", maybe(Type::Value), "What a GeneratedField computes.", |f| f.any("expression")),
        ],
    )
});

impl<'a> FieldView<'a> {
    /// The same field as the state before the operation has it.
    pub(super) fn found_in_state(self) -> Self {
        let found = self.lookup();
        Self { stated: found.map_or_else(Stated::Nobody, Stated::Replayed), ..self }
    }

    fn lookup(&self) -> Result<&'a FieldState, Rc<Cause>> {
        let (_, model) = self.model.replayed()?;
        let Fact::Str(name) = &self.name else {
            return Err(self.name.unknown().cloned().unwrap_or_else(|| self.not_added()));
        };
        match model.field(name) {
            Known::Yes(field) => Ok(field),
            Known::Maybe(_, doubt) => Err(self.model.doubt(&doubt)),
            Known::No => Err(self.not_added()),
        }
    }

    /// Whether running code uses its column.
    fn in_deployed(&self) -> Fact<'a> {
        match self.model.in_deployed() {
            Fact::Bool(true) => {}
            other => return other,
        }
        let Fact::Str(name) = &self.name else {
            return self.name.unknown().map_or(Fact::Bool(false), |cause| Fact::Unknown(Rc::clone(cause)));
        };
        // Without the model, the operation says that the field is there, and that is all.
        let Some(model) = self.model.likely() else { return Fact::Bool(true) };
        let deployed = self.context.deployed;
        let answer = match model.field(name) {
            Known::Yes(field) | Known::Maybe(Some(field), _) => deployed.has_field(model, name, field),
            Known::Maybe(None, doubt) => Err(doubt),
            Known::No => match deployed.model(model) {
                Known::Yes(known) => match known.field(name) {
                    Known::Yes(_) => Ok(true),
                    Known::No => Ok(false),
                    Known::Maybe(_, doubt) => Err(doubt),
                },
                Known::No => Ok(false),
                Known::Maybe(_, doubt) => Err(doubt),
            },
        };
        match answer {
            Ok(answer) => Fact::Bool(answer),
            Err(doubt) => Fact::Unknown(self.model.doubt(&doubt)),
        }
    }

    fn not_added(&self) -> Rc<Cause> {
        Rc::new(Cause {
            text: format!("{}.{}", self.model.name().print(), self.name.print()),
            reason: "is not added by the migrations before this one".to_owned(),
            span: self.name_span,
        })
    }

    /// The field, or why it is not known.
    fn field(&self) -> Result<&'a Field, Rc<Cause>> {
        match &self.stated {
            Stated::Here(field) => Ok(field),
            Stated::Replayed(state) => Ok(&state.field),
            Stated::Nobody(cause) => Err(Rc::clone(cause)),
        }
    }

    /// Where the field's arguments stand.
    fn origin(&self) -> Origin<'a> {
        let migration = self.context.migration;
        match &self.stated {
            Stated::Replayed(state) if !Arc::ptr_eq(&state.source, &migration.source) => {
                Origin::elsewhere(&state.source, &migration.app, self.name_span)
            }
            _ => self.context.here(),
        }
    }

    fn effective(
        &self,
        name: &str,
        read: impl FnOnce(&'a crate::python::Value) -> Fact<'a>,
        unset: Fact<'a>,
    ) -> Fact<'a> {
        let field = match self.field() {
            Ok(field) => field,
            Err(cause) => return Fact::Unknown(cause),
        };
        match field.effective(name) {
            Effective::Given(value) => read(value),
            Effective::Default(default) => match value::default(default) {
                Fact::Unset => unset,
                given => given,
            },
            Effective::Unknown(unknown) if field.argument(name).is_some() => self.origin().given(&unknown),
            Effective::Unknown(unknown) => self.origin().not_known(&unknown),
            Effective::Unset => unset,
        }
    }

    fn flag(&self, name: &str, unset: bool) -> Fact<'a> {
        self.effective(name, |value| value::typed(self.origin(), value, ParameterKind::Bool), Fact::Bool(unset))
    }

    fn int(&self, name: &str) -> Fact<'a> {
        self.effective(name, |value| value::typed(self.origin(), value, ParameterKind::Int), Fact::Unset)
    }

    fn text(&self, name: &str) -> Fact<'a> {
        self.effective(name, |value| value::typed(self.origin(), value, ParameterKind::Str), Fact::Unset)
    }

    fn any(&self, name: &str) -> Fact<'a> {
        self.effective(name, |value| value::any(self.origin(), value), Fact::Unset)
    }

    fn argument(&self, name: &str, read: fn(Origin<'a>, &'a crate::python::Value) -> Fact<'a>) -> Fact<'a> {
        self.effective(name, |value| read(self.origin(), value), Fact::Unset)
    }

    /// Django: a primary key is never NULL, whatever `null` says.
    fn null(&self) -> Fact<'a> {
        match self.flag("primary_key", false) {
            Fact::Bool(true) => Fact::Bool(false),
            _ => self.flag("null", false),
        }
    }

    fn unique(&self) -> Fact<'a> {
        match self.flag("primary_key", false) {
            Fact::Bool(true) => Fact::Bool(true),
            _ => self.flag("unique", false),
        }
    }

    fn is_a(&self, class: &str) -> Fact<'a> {
        match self.field() {
            Ok(Field { entry: Some(entry), .. }) => Fact::Bool(entry.derives_from(class)),
            Ok(field) => self.origin().not_known(&field.class_unknown()),
            Err(cause) => Fact::Unknown(cause),
        }
    }

    fn has_column(&self) -> Fact<'a> {
        let field = match self.field() {
            Ok(field) => field,
            Err(cause) => return Fact::Unknown(cause),
        };
        match field.entry {
            Some(entry) => Fact::Bool(entry.has_column),
            None => self.origin().not_known(&field.class_unknown()),
        }
    }

    /// `Field.get_attname_column` (django.db.models.fields): `db_column`, else the attribute's name.
    fn column(&self) -> Fact<'a> {
        match self.has_column() {
            Fact::Bool(false) => return Fact::Unset,
            Fact::Bool(true) => {}
            unknown => return unknown,
        }
        if let Some(unknown) = self.field().ok().and_then(Field::column_unknown) {
            return self.origin().not_known(unknown);
        }
        match self.text("db_column") {
            Fact::Unset => {}
            given => return given,
        }
        let relation =
            self.field().ok().and_then(|field| field.entry).is_some_and(|entry| entry.derives_from("ForeignKey"));
        match &self.name {
            Fact::Str(name) if relation => Fact::Str(Cow::Owned(format!("{name}_id"))),
            other => other.clone(),
        }
    }

    fn key_of(&self) -> Fact<'a> {
        let field = match self.field() {
            Ok(field) => field,
            Err(cause) => return Fact::Unknown(cause),
        };
        match self.is_a("ForeignKey") {
            Fact::Bool(true) => {}
            Fact::Bool(false) => return Fact::Unset,
            unknown => return unknown,
        }
        let (Some(state), Fact::Str(model)) = (self.model.state, self.model.name()) else {
            return Fact::Unknown(self.context.cause(self.name_span, "is in no history that is known"));
        };
        let source = &self.context.migration.source;
        match history::key_origin(state, (&self.model.app, &model), field, source) {
            None => Fact::Unset,
            Some(Ok((table, column))) => Fact::Str(Cow::Owned(format!("{table}.{column}"))),
            Some(Err(doubt)) => Fact::Unknown(self.model.doubt(&doubt)),
        }
    }

    fn class_name(&self) -> Fact<'a> {
        match self.field() {
            Ok(Field { class_path: Err(unknown), .. }) => self.origin().not_known(unknown),
            Ok(field) => Fact::Str(Cow::Borrowed(field.class_name().unwrap_or_default())),
            Err(cause) => Fact::Unknown(cause),
        }
    }
}

impl<'a> Entity<'a> for FieldView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        if name == IN_DEPLOYED {
            return self.in_deployed();
        }
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn class(&self) -> Fact<'a> {
        let field = match self.field() {
            Ok(field) => field,
            Err(cause) => return Fact::Unknown(cause),
        };
        match (&field.class_path, field.entry) {
            (Ok(path), _) if self.context.vocabulary.declared("Field", path).is_some() => {
                Fact::Str(Cow::Borrowed(path))
            }
            (_, Some(entry)) => Fact::Str(Cow::Borrowed(entry.name)),
            (Ok(path), None) => Fact::Str(Cow::Borrowed(path)),
            (Err(unknown), None) => self.origin().not_known(unknown),
        }
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        let here = self.field().ok().filter(|_| self.origin().is_here());
        match (attribute, here) {
            (None, Some(field)) => Some(field.span),
            (Some("name"), _) | (None, None) => Some(self.name_span),
            (Some(name), Some(field)) => field.argument(name).map(|argument| argument.span),
            (Some(_), None) => None,
        }
    }

    fn text(&self) -> Cow<'a, str> {
        self.name.print()
    }

    fn identity(&self) -> String {
        format!("{}.{}", self.model.text(), self.name.print())
    }
}
