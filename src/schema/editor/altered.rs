//! Whether a field has to be altered at all: `_field_should_be_altered`.

use std::borrow::Cow;

use crate::history::normal;
use crate::migration::catalogue::{self, Default};
use crate::python::{Unknown, Value, ValueKind};
use crate::schema::Target;
use crate::schema::render::{Field, Kind, Remote, same};

/// `Field.non_db_attrs` (up to 4.0 a list of `_field_should_be_altered`): arguments that the database knows nothing of.
const NOT_OF_THE_DATABASE: &[&str] = &[
    "blank",
    "db_column",
    "editable",
    "error_messages",
    "help_text",
    "limit_choices_to",
    // Until 6.1 for every relation; since then what the database does is compared apart.
    "on_delete",
    "related_name",
    "related_query_name",
    "validators",
    "verbose_name",
];

/// Whether Django would touch the database for the difference of two fields, apart from what `ignored` names.
pub(super) fn should_be_altered(old: &Field, new: &Field, target: Target, ignored: &[&str]) -> bool {
    let concrete = |field: &Field| {
        // A ManyToManyField counted as a field with a column until 6.0.
        field.has_column() || matches!(field.kind, Kind::ManyToMany { .. })
    };
    if target.since(5, 0) && !concrete(old) && !concrete(new) {
        return false;
    }
    let many = |field: &Field| matches!(field.kind, Kind::ManyToMany { .. });
    if old.has_column() && new.has_column() && old.column.name != new.column.name {
        return true;
    }
    // Until 6.0 a ManyToManyField's own name was taken for its column.
    if many(old) && many(new) && old.name != new.name {
        return true;
    }
    if many(old) != many(new) {
        return true;
    }
    // Each has an `output_field` of its own, and two fields are never equal.
    if old.is_generated() && new.is_generated() {
        return true;
    }
    if relates_elsewhere(old.remote.as_ref(), new.remote.as_ref(), target) {
        return true;
    }
    let (Some(a), Some(b)) = (&old.stated, &new.stated) else {
        // Fields that Django adds: their types say it all.
        let definition = |field: &Field| (field.column.column_type.clone().ok(), field.column.null, field.unique);
        return definition(old) != definition(new);
    };
    let (a, b) = (normal::deconstruct(&a.field), normal::deconstruct(&b.field));
    let class = |class: &Result<Cow<'_, str>, &Unknown>| match class {
        Ok(path) => path.to_string(),
        Err(unknown) => unknown.text.clone(),
    };
    class(&a.class) != class(&b.class)
        || a.args.len() != b.args.len()
        || a.args.iter().zip(&b.args).any(|(a, b)| !same(a, b))
        || differ(&a.kwargs, &b.kwargs, (old, new), target, ignored)
}

/// Whether two relations refer to different things, or the database does different things for them.
fn relates_elsewhere(old: Option<&Remote>, new: Option<&Remote>, target: Target) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    if target.since(6, 1) && old.on_delete != new.on_delete || old.constraint != new.constraint {
        return true;
    }
    match (&old.key, &new.key) {
        (Ok(a), Ok(b)) => {
            // Since 5.0 a model that keeps its table stays what is referred to.
            let elsewhere = a.model != b.model && !(target.since(5, 0) && a.table == b.table);
            let other_field = a.field != b.field && !(a.primary && b.primary);
            elsewhere || other_field
        }
        _ => false,
    }
}

type Arguments<'f> = [(Cow<'f, str>, Cow<'f, Value>)];

fn differ(
    old: &Arguments<'_>,
    new: &Arguments<'_>,
    (old_field, new_field): (&Field, &Field),
    target: Target,
    ignored: &[&str],
) -> bool {
    let counts = |name: &str| {
        let of_relation = old_field.is_relation() && new_field.is_relation() && resolved(old_field, new_field);
        let left_out = NOT_OF_THE_DATABASE.contains(&name)
            || ignored.contains(&name)
            || name == "choices" && target.since(4, 1)
            || of_relation && matches!(name, "to" | "to_field")
            // `Options.setup_pk` sets it, whatever the field says.
            || name == "serialize" && old_field.column.primary_key && new_field.column.primary_key
            || name == "db_default" && old_field.column.default == new_field.column.default;
        !left_out
    };
    let value = |arguments: &Arguments<'_>, name: &str, field: &Field| {
        let found = arguments.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_ref().clone());
        found.filter(|value| !is_usual(field, name, value))
    };
    let names = old.iter().chain(new).map(|(name, _)| name.as_ref()).filter(|name| counts(name));
    names.into_iter().any(|name| match (value(old, name, old_field), value(new, name, new_field)) {
        (Some(a), Some(b)) if name == "to" => !same_model(&a, &b),
        (Some(a), Some(b)) => !same(&a, &b),
        (None, None) => false,
        _ => true,
    })
}

/// Whether a field of a class that is not Django's was given what every field takes anyway: `Field.deconstruct` leaves
/// that out, and what is written of such a class stays as it is written. Relations treat `db_index` in their own way.
fn is_usual(field: &Field, name: &str, value: &Value) -> bool {
    let other = field.stated.as_ref().is_some_and(|stated| stated.field.of_django().is_none());
    let usual = catalogue::field_named("Field").and_then(|field| field.parameter(name)).map(|found| found.default);
    other
        && match (usual, &value.kind) {
            (Some(Default::Bool(usual)), ValueKind::Bool(given)) => usual == *given && name != "db_index",
            (Some(Default::Unset), ValueKind::None) => !matches!(name, "default" | "db_default"),
            _ => false,
        }
}

/// Whether it is known what both relations refer to.
fn resolved(old: &Field, new: &Field) -> bool {
    let known = |field: &Field| field.remote.as_ref().is_some_and(|remote| remote.key.is_ok());
    known(old) && known(new)
}

/// Whether two references to a model, of which one may leave out its app, are the same as far as they are written.
fn same_model(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => {
            let name = |text: &str| text.rsplit('.').next().unwrap_or(text).to_owned();
            a == b || (a.contains('.') != b.contains('.') && name(a) == name(b))
        }
        _ => same(a, b),
    }
}
