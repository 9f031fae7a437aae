//! A model at one moment, as Django's `ModelState` (`django.db.migrations.state`) holds it.

use std::sync::Arc;

use crate::history::problem::MigrationKey;
use crate::history::state::{Doubt, Known};
use crate::migration::Field;
use crate::python::{Value, ValueKind};
use crate::source::{SourceFile, Span, Spanned};

/// Where a model or a field comes from. Whatever happens to it later, a new name included, leaves this as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Creation {
    /// The migration that creates it.
    pub migration: MigrationKey,
    /// Place of the operation among all of the migration, nested ones included.
    pub place: usize,
    /// The name that it gets there.
    pub name: Arc<str>,
    /// Whether only the state hears of it: the database has it already, or gets it in another way.
    pub state_only: bool,
}

/// A model.
#[derive(Clone, Debug)]
pub struct ModelState {
    /// Label of its app.
    pub app: Arc<str>,
    /// Its name, as it is written.
    pub name: Arc<str>,
    /// The file that creates it.
    pub source: Arc<SourceFile>,
    /// The operation that creates it.
    pub span: Span,
    /// Where it comes from.
    pub created: Arc<Creation>,
    /// Its fields, in Django's order.
    pub fields: Vec<(Arc<str>, Arc<FieldState>)>,
    /// Its options, without `indexes` and `constraints`, in no order that matters.
    pub options: Vec<(Arc<str>, Sourced)>,
    /// Its indexes (`options["indexes"]`).
    pub indexes: Vec<Arc<Part>>,
    /// Its constraints (`options["constraints"]`).
    pub constraints: Vec<Arc<Part>>,
    /// The classes it derives from; `None` for `(models.Model,)`.
    pub bases: Option<Sourced>,
    /// Its managers, as the list of pairs that was given; `None` for none.
    pub managers: Option<Sourced>,
    /// Why it may not exist, or not be what it seems.
    pub existence: Option<Arc<Doubt>>,
    /// Why there may be options, indexes or constraints beside these.
    pub more: Option<Arc<Doubt>>,
    /// Why there may be fields beside these.
    pub more_fields: Option<Arc<Doubt>>,
}

/// A field of a model.
#[derive(Clone, Debug)]
pub struct FieldState {
    /// The file that states it.
    pub source: Arc<SourceFile>,
    /// The field, with the changes that renames brought.
    pub field: Field,
    /// Where it comes from; `None` when no migration is known that adds it.
    pub created: Option<Arc<Creation>>,
    /// Why it may not exist, or be another one.
    pub doubt: Option<Arc<Doubt>>,
}

/// A value with the file that states it.
#[derive(Clone, Debug)]
pub struct Sourced {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The value.
    pub value: Value,
    /// Why it may be another one.
    pub doubt: Option<Arc<Doubt>>,
}

/// An index or a constraint.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file that states it.
    pub source: Arc<SourceFile>,
    /// The call that makes it.
    pub value: Value,
    /// Its name, when it is known.
    pub name: Option<Spanned<String>>,
    /// Why it may not exist, or be another one.
    pub doubt: Option<Arc<Doubt>>,
}

impl ModelState {
    /// The field of that name, which is case-sensitive.
    #[must_use]
    pub fn field(&self, name: &str) -> Known<&Arc<FieldState>> {
        let field = self.fields.iter().find(|(other, _)| &**other == name).map(|(_, field)| field);
        Known::of(field, field.and_then(|field| field.doubt.as_ref()), self.more_fields.as_ref())
    }

    /// The option of that name.
    #[must_use]
    pub fn option(&self, name: &str) -> Known<&Sourced> {
        let option = self.options.iter().find(|(other, _)| &**other == name).map(|(_, option)| option);
        Known::of(option, option.and_then(|option| option.doubt.as_ref()), self.more.as_ref())
    }

    /// The index of that name.
    #[must_use]
    pub fn index(&self, name: &str) -> Known<&Arc<Part>> {
        self.part(&self.indexes, name)
    }

    /// The constraint of that name.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Known<&Arc<Part>> {
        self.part(&self.constraints, name)
    }

    fn part<'m>(&'m self, parts: &'m [Arc<Part>], name: &str) -> Known<&'m Arc<Part>> {
        let named = |part: &&Arc<Part>| part.name.as_ref().is_some_and(|own| own.value == name);
        let found = parts.iter().find(named);
        let nameless = parts.iter().find(|part| part.name.is_none()).and_then(|part| part.doubt.as_ref());
        Known::of(found, found.and_then(|part| part.doubt.as_ref()), self.more.as_ref().or(nameless))
    }

    /// A flag among the options, when it is certain; `false` where it is not set.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.option(name) {
            Known::Yes(option) => option.value.as_bool(),
            Known::No => Some(false),
            Known::Maybe(..) => None,
        }
    }

    /// Sets a field; one that is there already keeps its place.
    pub(super) fn set_field(&mut self, name: &Arc<str>, field: Arc<FieldState>) {
        match self.fields.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = field,
            None => self.fields.push((Arc::clone(name), field)),
        }
    }

    /// Takes a field out.
    pub(super) fn take_field(&mut self, name: &str) -> Option<(Arc<str>, Arc<FieldState>)> {
        let index = self.fields.iter().position(|(other, _)| &**other == name)?;
        Some(self.fields.remove(index))
    }

    /// Sets an option.
    pub(super) fn set_option(&mut self, name: &str, value: Sourced) {
        match self.options.iter_mut().find(|(other, _)| &**other == name) {
            Some((_, old)) => *old = value,
            None => self.options.push((Arc::from(name), value)),
        }
    }

    /// Takes an option out.
    pub(super) fn take_option(&mut self, name: &str) -> Option<Sourced> {
        let index = self.options.iter().position(|(other, _)| &**other == name)?;
        Some(self.options.remove(index).1)
    }

    /// Why it may not exist, or have more than what is known of it.
    #[must_use]
    pub fn doubt(&self) -> Option<&Arc<Doubt>> {
        self.existence.as_ref().or(self.more_fields.as_ref()).or(self.more.as_ref())
    }

    /// Makes everything about the model doubtful.
    pub(super) fn make_doubtful(&mut self, doubt: &Arc<Doubt>) {
        let keep = |own: &mut Option<Arc<Doubt>>| {
            own.get_or_insert_with(|| Arc::clone(doubt));
        };
        keep(&mut self.existence);
        keep(&mut self.more);
        keep(&mut self.more_fields);
        for (_, field) in &mut self.fields {
            keep(&mut Arc::make_mut(field).doubt);
        }
        for (_, option) in &mut self.options {
            keep(&mut option.doubt);
        }
        for part in self.indexes.iter_mut().chain(&mut self.constraints) {
            keep(&mut Arc::make_mut(part).doubt);
        }
        for sourced in self.bases.iter_mut().chain(&mut self.managers) {
            keep(&mut sourced.doubt);
        }
    }
}

impl FieldState {
    /// The model that the field points to, as (app, lower-case name), or why that is not known; `None` for a field that
    /// is no relation.
    #[must_use]
    pub fn target(&self, app: &str, model: &str) -> Option<Result<(String, String), Reference>> {
        self.reference("to", app, model)
    }

    /// The model between, of a ManyToManyField that names one.
    #[must_use]
    pub fn through(&self, app: &str, model: &str) -> Option<Result<(String, String), Reference>> {
        self.reference("through", app, model)
    }

    fn reference(&self, argument: &str, app: &str, model: &str) -> Option<Result<(String, String), Reference>> {
        reference(&self.field, argument, app, model)
    }
}

/// The model that an argument of a field of a model names.
pub(super) fn reference(
    field: &Field,
    argument: &str,
    app: &str,
    model: &str,
) -> Option<Result<(String, String), Reference>> {
    let value = &field.argument(argument)?.value;
    match &value.kind {
        ValueKind::None => None,
        ValueKind::Str(text) => Some(Ok(resolve_relation(&text.value, app, model))),
        ValueKind::Reference(path) => Some(Err(Reference::Setting(path.clone()))),
        _ => Some(Err(Reference::Unknown)),
    }
}

/// What a relation points to, where it is not a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A setting such as `django.conf.settings.AUTH_USER_MODEL`, by its dotted path.
    Setting(String),
    /// Something that only running the file can tell.
    Unknown,
}

/// The (app, lower-case name) that a relation's text stands for: `resolve_relation` of `django.db.migrations.utils`.
#[must_use]
pub fn resolve_relation(text: &str, app: &str, model: &str) -> (String, String) {
    if text == "self" {
        return (app.to_owned(), model.to_lowercase());
    }
    match text.split_once('.') {
        Some((app, model)) => (app.to_owned(), model.to_lowercase()),
        None => (app.to_owned(), text.to_lowercase()),
    }
}
