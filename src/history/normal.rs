//! Fields in the form that Django itself gives them: `Field.deconstruct()` (`django.db.models.fields`, Django 6.1).
//!
//! Two ways to write the same field give the same result, and so do this module and Django, as far as the class is one
//! of Django's own. What another class makes of its arguments only running it can tell: they stay as written.

use std::borrow::Cow;

use crate::migration::catalogue::{Default, FieldEntry};
use crate::migration::{BoundArgument, Field};
use crate::python::{Text, Unknown, Value, ValueKind};
use crate::target::Version;

/// A field as its class's path and arguments.
#[derive(Clone, Debug)]
pub struct Deconstructed<'f> {
    /// Full dotted path of the class, as Django's own deconstruction gives it.
    pub class: Result<Cow<'f, str>, &'f Unknown>,
    /// Positional arguments.
    pub args: Vec<&'f Value>,
    /// Keyword arguments, sorted.
    pub kwargs: Vec<(Cow<'f, str>, Cow<'f, Value>)>,
    /// Whether this is what Django would give, or only what the file says: the class is not one of Django's own.
    pub as_written: bool,
    /// Why there may be other arguments.
    pub open: Option<&'f Unknown>,
}

impl Deconstructed<'_> {
    /// The keyword argument of that name.
    #[must_use]
    pub fn kwarg(&self, name: &str) -> Option<&Value> {
        self.kwargs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_ref())
    }
}

/// The field in the form of the newest Django.
#[must_use]
pub fn deconstruct(field: &Field) -> Deconstructed<'_> {
    deconstruct_for(field, NEWEST)
}

const NEWEST: Version = Version::new(6, 1);
/// `ManyToManyField.deconstruct` gives its target in lower case from here on, as `ForeignKey` always has
/// (`django.db.models.fields.related`).
const LOWER_CASE_TARGETS: Version = Version::new(4, 0);

/// The field in the form of that version of Django.
#[must_use]
pub fn deconstruct_for(field: &Field, django: Version) -> Deconstructed<'_> {
    let positional = field.written().iter().filter(|argument| argument.name.starts_with('*'));
    let keyword = field.written().iter().filter(|argument| !argument.name.starts_with('*'));
    let args = positional.map(|argument| &argument.value).collect();
    let class = field.class_path.as_ref().map(|path| match field.of_django() {
        Some(entry) => Cow::Owned(defining_path(entry)),
        None => Cow::Borrowed(path.as_str()),
    });
    let mut kwargs: Vec<(Cow<'_, str>, Cow<'_, Value>)> = match field.of_django() {
        None => keyword.map(|argument| (argument.name.as_str().into(), Cow::Borrowed(&argument.value))).collect(),
        Some(entry) => {
            let kept = keyword.filter_map(|argument| {
                let value = normalized(field, entry, argument, django)?;
                Some((Cow::Borrowed(argument.name.as_str()), value))
            });
            let mut kwargs: Vec<_> = kept.collect();
            kwargs.extend(implied(field, entry));
            kwargs
        }
    };
    kwargs.sort_by(|a, b| a.0.cmp(&b.0));
    Deconstructed { class, args, kwargs, as_written: field.of_django().is_none(), open: field.open.as_ref() }
}

/// Parameters that `__init__` sets whatever it is given, and `deconstruct()` leaves out, by class.
const FORCED: &[(&str, &[&str])] = &[
    ("UUIDField", &["max_length"]),
    ("IPAddressField", &["max_length"]),
    ("GenericIPAddressField", &["max_length"]),
    ("NullBooleanField", &["null", "blank"]),
    ("AutoField", &["blank"]),
    ("BigAutoField", &["blank"]),
    ("SmallAutoField", &["blank"]),
    ("OneToOneField", &["unique"]),
    ("GeneratedField", &["blank", "editable"]),
    ("ManyToManyField", &["symmetrical"]),
];

/// Parameters that `deconstruct()` leaves out when they are empty, not only when they are `None`.
const EMPTY_IS_UNSET: &[&str] =
    &["db_collation", "limit_choices_to", "through_fields", "width_field", "height_field", "to_field", "validators"];

/// Parameters for which `None` is a value (`NOT_PROVIDED` stands for none).
const NONE_IS_A_VALUE: &[&str] = &["default", "db_default"];

/// The argument as Django gives it back, `None` when it leaves it out.
fn normalized<'f>(
    field: &'f Field,
    entry: &'static FieldEntry,
    argument: &'f BoundArgument,
    django: Version,
) -> Option<Cow<'f, Value>> {
    let name = argument.name.as_str();
    let value = &argument.value;
    let is = |class: &str| entry.derives_from(class);
    if FORCED.iter().any(|(class, names)| names.contains(&name) && is(class)) {
        return None;
    }
    match name {
        // Nothing of it is left in the state.
        "name" | "rel" | "swappable" => return None,
        "editable" | "blank" if is_automatic(field) => return None,
        "max_length" if is("EmailField") => return Some(Cow::Borrowed(value)),
        "upload_to" if is("FileField") => return Some(Cow::Borrowed(value)),
        "srid" if is("BaseSpatialField") => return Some(Cow::Borrowed(value)),
        "primary_key" if is_auto(entry) => return None,
        "storage" => {
            let default = matches!(&value.kind, ValueKind::Reference(path) if path.ends_with(".default_storage"));
            return (!default && !value.is_none()).then_some(Cow::Borrowed(value));
        }
        "to" if is("ManyToManyField") && django < LOWER_CASE_TARGETS => return Some(Cow::Borrowed(value)),
        "to" => return Some(lower_target(value)),
        _ => {}
    }
    let default = entry.parameter(name).map_or(Default::Unset, |parameter| parameter.default);
    let is_default = match (default, &value.kind) {
        (Default::Bool(default), ValueKind::Bool(value)) => default == *value,
        (Default::Int(default), ValueKind::Int(value)) => default == *value,
        (Default::Str(default), ValueKind::Str(value)) => default == value.value,
        (Default::Unset, ValueKind::None) => !NONE_IS_A_VALUE.contains(&name),
        _ => false,
    };
    let is_empty = EMPTY_IS_UNSET.contains(&name) && is_falsy(value);
    (!is_default && !is_empty).then_some(Cow::Borrowed(value))
}

/// Arguments that Django gives back although nobody gave them.
fn implied<'f>(field: &Field, entry: &'static FieldEntry) -> Vec<(Cow<'f, str>, Cow<'f, Value>)> {
    let value = |kind: ValueKind| Cow::Owned(Value::new(kind, field.span));
    let missing = |name: &str| field.argument(name).is_none() && field.open.is_none();
    let mut implied = Vec::new();
    if entry.derives_from("EmailField") && missing("max_length") {
        implied.push((Cow::Borrowed("max_length"), value(ValueKind::Int(254))));
    }
    if entry.derives_from("FileField") && missing("upload_to") {
        implied.push((Cow::Borrowed("upload_to"), value(ValueKind::Str(Text::default()))));
    }
    if entry.derives_from("BaseSpatialField") && missing("srid") {
        implied.push((Cow::Borrowed("srid"), value(ValueKind::Int(4326))));
    }
    if is_auto(entry) {
        implied.push((Cow::Borrowed("primary_key"), value(ValueKind::Bool(true))));
    }
    implied
}

fn is_auto(entry: &'static FieldEntry) -> bool {
    ["AutoField", "BigAutoField", "SmallAutoField"].iter().any(|name| entry.derives_from(name))
}

/// Whether every save, or the first one, writes the time.
fn is_automatic(field: &Field) -> bool {
    let flag = |name: &str| field.argument(name).and_then(|argument| argument.value.as_bool()) == Some(true);
    flag("auto_now") || flag("auto_now_add")
}

fn is_falsy(value: &Value) -> bool {
    match &value.kind {
        ValueKind::None | ValueKind::Bool(false) | ValueKind::Int(0) => true,
        ValueKind::Str(text) => text.value.is_empty(),
        ValueKind::Dict(entries) => entries.is_empty(),
        _ => value.elements().is_some_and(<[Value]>::is_empty),
    }
}

/// `app.Model` with the model in lower case; without an app, all of it.
fn lower_target(value: &Value) -> Cow<'_, Value> {
    let Some(text) = value.as_str() else { return Cow::Borrowed(value) };
    let lower = match text.split_once('.') {
        Some((app, model)) => format!("{app}.{}", model.to_lowercase()),
        None => text.to_lowercase(),
    };
    if lower == text {
        return Cow::Borrowed(value);
    }
    Cow::Owned(Value::new(ValueKind::Str(Text { value: lower, pieces: Vec::new() }), value.span))
}

/// The modules of `django.contrib.postgres.fields` that classes are defined in; `deconstruct()` names them.
const POSTGRES: &[(&str, &str)] = &[
    ("CICharField", "citext"),
    ("CIEmailField", "citext"),
    ("CITextField", "citext"),
    ("HStoreField", "hstore"),
    ("JSONField", "jsonb"),
];

/// The path that `deconstruct()` gives: short for `django.db.models`, that of the definition for most others.
fn defining_path(entry: &'static FieldEntry) -> String {
    match entry.module {
        "django.contrib.postgres.fields" => {
            let module = POSTGRES.iter().find(|(name, _)| *name == entry.name).map(|(_, module)| *module);
            match module.or_else(|| entry.derives_from("RangeField").then_some("ranges")) {
                Some(module) => format!("{}.{module}.{}", entry.module, entry.name),
                None => entry.path(),
            }
        }
        "django.contrib.gis.db.models" => format!("{}.fields.{}", entry.module, entry.name),
        _ => entry.path(),
    }
}
