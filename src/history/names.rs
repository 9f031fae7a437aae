//! Names in the database: tables and columns (`django.db.models.options`, `fields`, `fields.related`).

use std::sync::Arc;

use crate::history::contrib::contrib_model;
use crate::history::model::{FieldState, ModelState, reference};
use crate::history::state::{Doubt, Known, ProjectState};
use crate::migration::Field;
use crate::python::{Value, ValueKind};
use crate::source::SourceFile;

/// A name in the database, not yet shortened to what the database allows, or why it is not known.
pub type TableName = Result<String, Arc<Doubt>>;

/// The table of a model: `db_table`, else `app_model` in lower case (`Options.contribute_to_class`). A proxy has the
/// table of the model it stands for.
///
/// # Errors
///
/// When what the name depends on is not known.
pub fn table(state: &ProjectState, model: &ModelState) -> TableName {
    let mut model = model;
    // A proxy of a proxy of …; a circle of them is no model.
    for _ in 0..64 {
        match model.flag("proxy") {
            Some(false) => break,
            None => return Err(option_doubt(model, "proxy")),
            Some(true) => {
                let base = first_base(model);
                let found = base.as_ref().and_then(|(app, name)| state.model(app, name).likely());
                let contrib = base.as_ref().and_then(|(app, name)| contrib_model(app, name));
                match (found, contrib) {
                    (Some(base), _) => model = base,
                    (None, Some(contrib)) => return Ok(contrib.table.to_owned()),
                    (None, None) => return Err(base_doubt(model, base)),
                }
            }
        }
    }
    match model.option("db_table") {
        Known::No => Ok(default_table(model)),
        Known::Maybe(_, doubt) => Err(doubt),
        Known::Yes(option) => match &option.value.kind {
            ValueKind::None => Ok(default_table(model)),
            ValueKind::Str(text) if text.value.is_empty() => Ok(default_table(model)),
            ValueKind::Str(text) => Ok(text.value.clone()),
            _ => Err(not_literal(&option.source, &option.value)),
        },
    }
}

/// The table of a model. Where something about the model is not certain, the one that it most likely has.
///
/// # Errors
///
/// When the name is not written as a text.
pub fn likely_table(state: &ProjectState, model: &ModelState) -> TableName {
    let doubt = match table(state, model) {
        Ok(name) => return Ok(name),
        Err(doubt) => doubt,
    };
    match model.option("db_table").likely().map(|option| &option.value) {
        None => Ok(default_table(model)),
        Some(value) if value.is_none() => Ok(default_table(model)),
        Some(value) => value.as_str().map(str::to_owned).ok_or(doubt),
    }
}

fn default_table(model: &ModelState) -> String {
    format!("{}_{}", model.app, model.name.to_lowercase())
}

/// The model that a proxy stands for, by its app and lower-case name; `None` for a model that is certainly or possibly
/// no proxy.
#[must_use]
pub fn proxied(model: &ModelState) -> Option<(String, String)> {
    first_base(model).filter(|_| model.flag("proxy") == Some(true))
}

/// The first base of a model that is named by its label.
fn first_base(model: &ModelState) -> Option<(String, String)> {
    let bases = model.bases.as_ref()?.value.elements()?;
    let label = bases.iter().find_map(Value::as_str)?;
    let (app, name) = label.split_once('.')?;
    Some((app.to_owned(), name.to_lowercase()))
}

/// The column of a field, `None` when it has none: `Field.get_attname_column` and `ForeignKey.get_attname`.
///
/// # Errors
///
/// When the field's class or its `db_column` is not known.
pub fn column(name: &str, field: &FieldState) -> Result<Option<String>, Arc<Doubt>> {
    let stated = &field.field;
    let Some(entry) = stated.entry else { return Err(Doubt::of(&field.source, &stated.class_unknown())) };
    if !entry.has_column {
        return Ok(None);
    }
    if let Some(unknown) = stated.column_unknown() {
        return Err(Doubt::of(&field.source, unknown));
    }
    if let Some(argument) = stated.argument("db_column") {
        match &argument.value.kind {
            ValueKind::None => {}
            ValueKind::Str(text) if text.value.is_empty() => {}
            ValueKind::Str(text) => return Ok(Some(text.value.clone())),
            _ => return Err(not_literal(&field.source, &argument.value)),
        }
    } else if let Some(unknown) = &stated.open {
        return Err(Doubt::of(&field.source, unknown));
    }
    Ok(Some(if entry.derives_from("ForeignKey") { format!("{name}_id") } else { name.to_owned() }))
}

/// The table that Django makes for a ManyToManyField: `db_table`, else the model's table and the field's name
/// (`ManyToManyField._get_m2m_db_table`), as far as that is certain or likely. `None` when the field has a `through` model, or is no ManyToManyField.
///
/// # Errors
///
/// When one of the names is not known.
pub fn through_table(
    state: &ProjectState,
    model: &ModelState,
    name: &str,
    field: &FieldState,
) -> Result<Option<String>, Arc<Doubt>> {
    let stated = &field.field;
    let many = stated.entry.is_some_and(|entry| entry.derives_from("ManyToManyField"));
    let through = stated.argument("through").is_some_and(|argument| !argument.value.is_none());
    if !many || through {
        return Ok(None);
    }
    if let Some(argument) = stated.argument("db_table") {
        match &argument.value.kind {
            ValueKind::None => {}
            ValueKind::Str(text) if text.value.is_empty() => {}
            ValueKind::Str(text) => return Ok(Some(text.value.clone())),
            _ => return Err(not_literal(&field.source, &argument.value)),
        }
    }
    if let Some(unknown) = &stated.open {
        return Err(Doubt::of(&field.source, unknown));
    }
    Ok(Some(format!("{}_{name}", likely_table(state, model)?)))
}

/// The field that is the model's primary key: the one that says so, else the link to its parent, else the `id` that
/// Django adds (`Options._prepare`), which is given as a name without a field.
#[must_use]
pub fn primary_key(model: &ModelState) -> Known<(&str, Option<&Arc<FieldState>>)> {
    let mut doubtful = model.more_fields.clone();
    for (name, field) in &model.fields {
        let composite = field.field.entry.is_some_and(|entry| entry.derives_from("CompositePrimaryKey"));
        let is_key = match field.field.argument("primary_key").map(|argument| argument.value.as_bool()) {
            Some(Some(true)) => true,
            Some(Some(false)) => false,
            None if field.field.open.is_none() => composite || field.field.entry.is_some_and(is_auto),
            Some(None) | None => {
                doubtful = doubtful.or_else(|| Some(not_literal_field(field)));
                false
            }
        };
        if is_key {
            let found = (&**name, Some(field));
            return match &field.doubt {
                None => Known::Yes(found),
                Some(doubt) => Known::Maybe(Some(found), Arc::clone(doubt)),
            };
        }
    }
    let parent_link = model.fields.iter().find(|(_, field)| {
        field.field.argument("parent_link").and_then(|argument| argument.value.as_bool()) == Some(true)
    });
    let found = parent_link.map_or(("id", None), |(name, field)| (&**name, Some(field)));
    match doubtful {
        None => Known::Yes(found),
        Some(doubt) => Known::Maybe(Some(found), doubt),
    }
}

/// The table and column whose values a ForeignKey holds: those that it points at, and where these hold the values of
/// another one, as the key of a multi-table child does, that one. `None` for a field that points at nothing.
///
/// # Errors
///
/// When one of the models, or of the names, is not known.
pub fn key_origin(
    state: &ProjectState,
    (app, model): (&str, &str),
    field: &Field,
    source: &Arc<SourceFile>,
) -> Option<Result<(String, String), Arc<Doubt>>> {
    let not_known = |text: &str, reason: &str| Some(Err(Doubt::new(source, field.span, text, reason)));
    let mut own = field;
    let mut at = (app.to_owned(), model.to_owned());
    // A key of a key of …; a circle of them is none.
    for _ in 0..64 {
        let Ok(mut to) = reference(own, "to", &at.0, &at.1)? else {
            return not_known("to", "is not literally a model");
        };
        let named = own.argument("to_field").and_then(|argument| argument.value.as_str());
        let target = loop {
            match state.model(&to.0, &to.1) {
                Known::Maybe(_, doubt) => return Some(Err(doubt)),
                Known::Yes(target) => match proxied(target) {
                    Some(base) if base != to => to = base,
                    _ => break target,
                },
                Known::No => {
                    return match contrib_model(&to.0, &to.1) {
                        Some(contrib) => Some(Ok((contrib.table.to_owned(), named.unwrap_or(contrib.key).to_owned()))),
                        None => not_known(&format!("{}.{}", to.0, to.1), "is created by none of the migrations"),
                    };
                }
            }
        };
        let (name, key) = match named {
            Some(name) => (name, target.field(name).likely()),
            None => match primary_key(target) {
                Known::Maybe(_, doubt) => return Some(Err(doubt)),
                found => found.certain().unwrap_or(("id", None)),
            },
        };
        match key {
            Some(key) if key.field.entry.is_some_and(|entry| entry.derives_from("ForeignKey")) => {
                own = &key.field;
                at = to;
            }
            Some(key) => {
                let column = column(name, key).map(|column| column.unwrap_or_else(|| name.to_owned()));
                return Some(table(state, target).and_then(|table| Ok((table, column?))));
            }
            None => return Some(table(state, target).map(|table| (table, name.to_owned()))),
        }
    }
    not_known("to", "leads back to itself")
}

/// An `AutoField` is always the primary key, or it could not be checked (`AutoFieldMixin._check_primary_key`).
fn is_auto(entry: &'static crate::migration::catalogue::FieldEntry) -> bool {
    ["AutoField", "BigAutoField", "SmallAutoField"].iter().any(|name| entry.derives_from(name))
}

fn not_literal_field(field: &FieldState) -> Arc<Doubt> {
    match &field.field.open {
        Some(unknown) => Doubt::of(&field.source, unknown),
        None => Doubt::new(&field.source, field.field.span, "primary_key", "is not literally true or false"),
    }
}

/// A proxy stands for a model that no migration makes.
fn base_doubt(model: &ModelState, base: Option<(String, String)>) -> Arc<Doubt> {
    let text = base.map_or_else(|| format!("the base of {}", model.name), |(app, name)| format!("{app}.{name}"));
    Doubt::new(&model.source, model.span, &text, "is created by none of the migrations")
}

fn option_doubt(model: &ModelState, name: &str) -> Arc<Doubt> {
    match model.option(name) {
        Known::Maybe(_, doubt) => doubt,
        Known::Yes(option) => not_literal(&option.source, &option.value),
        Known::No => Doubt::new(&model.source, model.span, name, "is not known"),
    }
}

fn not_literal(source: &Arc<SourceFile>, value: &Value) -> Arc<Doubt> {
    match value.unknown() {
        Some(unknown) => Doubt::of(source, unknown),
        None => Doubt::new(source, value.span, source.slice(value.span), "is not a literal"),
    }
}
