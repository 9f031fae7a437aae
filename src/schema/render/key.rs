//! Types of columns, and what a relation takes its type from.

use std::sync::Arc;

use crate::history::{
    ContribModel, FieldState, Known, ModelState, column, contrib_model, likely_table, primary_key, proxied,
};
use crate::migration::catalogue::{self, Default, FieldEntry};
use crate::migration::{Effective, Field as Stated, OwnType};
use crate::python::{Unknown, Value, ValueKind};
use crate::schema::render::{Project, reason};
use crate::schema::types::{TypeEntry, entry_of, is_known};
use crate::sql::ColumnType;

/// Relations that point to relations, and arrays of arrays, are followed so far.
const MAX_DEPTH: usize = 16;

/// What a relation points to.
#[derive(Clone, Debug)]
pub(in crate::schema) struct Key {
    /// Label of the app and lower-case name of the model.
    pub(in crate::schema) model: (String, String),
    /// Its table.
    pub(in crate::schema) table: String,
    /// The column that is referred to.
    pub(in crate::schema) column: String,
    /// The name of its field.
    pub(in crate::schema) field: String,
    /// Whether that is the model's primary key.
    pub(in crate::schema) primary: bool,
    /// The type that a column gets that refers to it.
    pub(in crate::schema) column_type: Result<ColumnType, Unknown>,
    /// The collation of the column.
    pub(in crate::schema) collation: Option<String>,
}

/// A type with what else depends on the field's class.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) column_type: Result<ColumnType, Unknown>,
    /// What `get_internal_type` gives; `None` for a class that is not known.
    pub(super) internal: Option<&'static TypeEntry>,
    pub(super) collation: Option<String>,
}

impl Project<'_> {
    /// `ForeignKey.target_field`: the field that a relation to a model refers to, its primary key when none is named. A
    /// relation to a proxy is one to the model that it stands for (`Options._populate_directed_relation_graph`).
    pub(in crate::schema) fn key(
        self,
        (app, name): (&str, &str),
        to_field: Option<&str>,
        depth: usize,
    ) -> Result<Key, Unknown> {
        let missing = |text: String, reason: &str| Unknown { text, span: empty(), reason: reason.to_owned() };
        let model = match self.look_up(app, name) {
            Known::Yes(model) | Known::Maybe(Some(model), _) => model,
            Known::Maybe(None, doubt) => return Err(reason(&doubt)),
            Known::No => {
                let contrib = contrib_model(app, name).filter(|model| to_field.is_none_or(|field| field == model.key));
                let missing = || missing(format!("{app}.{name}"), "is created by none of the migrations");
                return contrib.map(|model| self.contrib_key((app, name), model)).ok_or_else(missing);
            }
        };
        if let Some((app, name)) = proxied(model)
            && depth < MAX_DEPTH
        {
            return self.key((&app, &name), to_field, depth + 1);
        }
        let found = match to_field {
            Some(to_field) => model.field(to_field).likely().map(|field| (to_field, Some(field))),
            None => primary_key(model).likely(),
        };
        let Some((field_name, field)) = found else {
            let text = format!("{app}.{name}.{}", to_field.unwrap_or("pk"));
            return Err(missing(text, "is no field at this point"));
        };
        let table = likely_table(self.state, model).map_err(|doubt| reason(&doubt))?;
        let mut key = Key {
            model: (app.to_owned(), name.to_owned()),
            table,
            column: field_name.to_owned(),
            field: field_name.to_owned(),
            primary: to_field.is_none() || primary_key(model).likely().is_some_and(|(name, _)| name == field_name),
            column_type: Err(missing(field_name.to_owned(), "refers to itself")),
            collation: None,
        };
        let Some(field) = field else {
            key.column_type = Ok(self.number(self.default_auto_field()));
            return Ok(key);
        };
        if let Ok(Some(column)) = column(field_name, field) {
            key.column = column;
        }
        if depth < MAX_DEPTH {
            let typed = self.typed(model, field, depth + 1);
            key.collation = typed.collation;
            let unknown = field.field.own.as_ref().and_then(|own| own.referring.clone());
            key.column_type = match typed.internal {
                _ if unknown.is_some() => {
                    Err(unknown.unwrap_or_else(|| missing(field_name.to_owned(), "is not known")))
                }
                Some(entry) if entry.referring(self.target) != entry.class => {
                    Ok(self.number(entry.referring(self.target)))
                }
                _ => typed.column_type,
            };
        }
        Ok(key)
    }

    /// The primary key of a model of one of Django's own apps.
    fn contrib_key(self, (app, name): (&str, &str), model: &ContribModel) -> Key {
        let (class, length) = model.class;
        let template = entry_of(class).map_or("integer", |entry| entry.template(self.target));
        let word = template.split('(').next().unwrap_or(template).to_owned();
        let arguments = length.into_iter().collect();
        Key {
            model: (app.to_owned(), name.to_owned()),
            table: model.table.to_owned(),
            column: model.key.to_owned(),
            field: model.key.to_owned(),
            primary: true,
            column_type: Ok(ColumnType { name: word, arguments, dimensions: 0 }),
            collation: None,
        }
    }

    /// The class of the primary keys that Django adds: the setting, else `AutoField`, from 6.0 on `BigAutoField`.
    pub(super) fn default_auto_field(self) -> &'static str {
        let configured = self.settings.default_auto_field().and_then(catalogue::field);
        let by_default = if self.target.since(6, 0) { "BigAutoField" } else { "AutoField" };
        configured.and_then(internal).map_or(by_default, |entry| entry.class)
    }

    /// The type of a class that has no parameters.
    pub(super) fn number(self, class: &'static str) -> ColumnType {
        let name = entry_of(class).map_or("integer", |entry| entry.template(self.target));
        ColumnType { name: name.to_owned(), arguments: Vec::new(), dimensions: 0 }
    }

    /// The type of a field's column (`Field.db_parameters`).
    pub(super) fn typed(self, model: &ModelState, field: &Arc<FieldState>, depth: usize) -> Typed {
        let stated = &field.field;
        let relation = |entry: &'static FieldEntry| entry.derives_from("ForeignKey");
        let says_otherwise = match stated.own_type(self.target.database.vendor) {
            None => false,
            Some(OwnType::Of(entry)) => !relation(entry),
            Some(_) => true,
        };
        if stated.entry.is_some_and(relation) && !says_otherwise {
            let (column_type, collation) = match self.key_of(model, field, depth) {
                Ok(key) => (key.column_type, key.collation),
                Err(unknown) => (Err(unknown), None),
            };
            return Typed { column_type, internal: None, collation };
        }
        self.typed_alone(stated, depth)
    }

    /// What a ForeignKey refers to.
    pub(super) fn key_of(self, model: &ModelState, field: &FieldState, depth: usize) -> Result<Key, Unknown> {
        let stated = &field.field;
        let Some(target) = field.target(&model.app, &model.name) else {
            return Err(Unknown {
                text: "the model that is referred to".to_owned(),
                span: stated.span,
                reason: "is not given".to_owned(),
            });
        };
        let (app, name) = self.resolve(target, stated.span)?;
        let to_field = stated.argument("to_field").and_then(|argument| argument.value.as_str());
        self.key((&app, &name), to_field.filter(|name| !name.is_empty()), depth)
    }

    /// The type of a field that is no relation.
    pub(super) fn typed_alone(self, stated: &Stated, depth: usize) -> Typed {
        let collation = stated.argument("db_collation").and_then(|argument| argument.value.as_str());
        let collation = collation.filter(|name| !name.is_empty()).map(str::to_owned);
        let unknown = |unknown: Unknown| Typed { column_type: Err(unknown), internal: None, collation: None };
        let Some(entry) = stated.entry else { return unknown(stated.class_unknown()) };
        let entry = match stated.own_type(self.target.database.vendor) {
            // What is another one on each database is taken apart where it is asked for.
            None | Some(OwnType::On(_)) => entry,
            Some(OwnType::Of(entry)) => entry,
            Some(OwnType::Text(text)) => {
                return Typed { column_type: written(stated, text), internal: None, collation };
            }
            Some(OwnType::Unknown(reason)) => return unknown(reason.clone()),
        };
        let inner = match entry.name {
            "ArrayField" => Some("base_field"),
            "GeneratedField" => Some("output_field"),
            _ => None,
        };
        if let Some(parameter) = inner {
            let Some(given) = stated.argument(parameter).filter(|_| depth < MAX_DEPTH) else {
                return unknown(absent(stated, parameter));
            };
            let mut typed = self.typed_alone(&Stated::of(&given.value), depth + 1);
            if parameter == "base_field" {
                typed.internal = None;
                if let Ok(column_type) = &mut typed.column_type {
                    column_type.dimensions += 1;
                }
            }
            return typed;
        }
        let Some(internal) = internal(entry) else { return unknown(absent(stated, "column type")) };
        if entry.derives_from("BaseSpatialField") && self.target.is_postgresql() {
            return Typed { column_type: postgis(stated, internal), internal: Some(internal), collation };
        }
        let column_type = filled(internal.template(self.target), stated);
        Typed { column_type, internal: Some(internal), collation }
    }
}

/// The class that a class has its type from (`get_internal_type`).
pub(super) fn internal(entry: &'static FieldEntry) -> Option<&'static TypeEntry> {
    entry.lineage().find_map(|class| entry_of(class.name))
}

fn empty() -> crate::source::Span {
    crate::source::Span::new(0, 0)
}

fn absent(stated: &Stated, what: &str) -> Unknown {
    let text = stated.class_name().unwrap_or("the field").to_owned();
    stated.open.clone().unwrap_or(Unknown { text, span: stated.span, reason: format!("has no `{what}` that is known") })
}

/// A type as the `db_type` of a class says it.
fn written(stated: &Stated, text: &str) -> Result<ColumnType, Unknown> {
    let strange = || Unknown {
        text: stated.class_name().unwrap_or("the field").to_owned(),
        span: stated.class_span,
        reason: format!("has the type `{text}`, which is not known here"),
    };
    let text = text.to_lowercase();
    let (name, inside) = text.split_once('(').unwrap_or((&text, ""));
    let (name, dimensions) = match name.trim().strip_suffix("[]") {
        Some(inner) => (inner, 1),
        None => (name.trim(), 0),
    };
    // A domain, a type of an extension, or a column that numbers itself is more than can be told from its name.
    if !is_known(name) {
        return Err(strange());
    }
    let numbers = inside.trim_end().trim_end_matches(')').split(',').map(str::trim).filter(|part| !part.is_empty());
    let arguments = numbers.map(|part| part.parse().map_err(|_| strange())).collect::<Result<_, _>>()?;
    Ok(ColumnType { name: name.to_owned(), arguments, dimensions })
}

/// The type of a template, with the field's own parameters in it.
fn filled(template: &str, stated: &Stated) -> Result<ColumnType, Unknown> {
    let (name, inside) = match template.split_once('(') {
        Some((name, rest)) => (name, rest.trim_end_matches(')')),
        None => (template, ""),
    };
    let mut arguments = Vec::new();
    for part in inside.split(',').filter(|part| !part.is_empty()) {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(parameter) => arguments.extend(number(stated, parameter)?),
            None => arguments.extend(part.parse::<i64>().ok()),
        }
    }
    Ok(ColumnType { name: name.to_owned(), arguments, dimensions: 0 })
}

/// A number that a parameter is; `None` for no limit.
fn number(stated: &Stated, parameter: &str) -> Result<Option<i64>, Unknown> {
    let not_a_number = |value: &Value| Unknown {
        text: parameter.to_owned(),
        span: value.span,
        reason: "is not literally a number".to_owned(),
    };
    match stated.effective(parameter) {
        Effective::Given(value) => match &value.kind {
            ValueKind::Int(number) => Ok(Some(*number)),
            ValueKind::None => Ok(None),
            _ => Err(not_a_number(value)),
        },
        Effective::Default(Default::Int(number)) => Ok(Some(number)),
        Effective::Default(_) | Effective::Unset => Ok(None),
        Effective::Unknown(unknown) => Err(unknown),
    }
}

/// `PostGISOperations.geo_db_type` (`django/contrib/gis/db/backends/postgis/operations.py`): the kind of geometry
/// stands in the brackets, where there is no room for words, and so behind the name here.
fn postgis(stated: &Stated, internal: &TypeEntry) -> Result<ColumnType, Unknown> {
    let plain = |name: String, arguments: Vec<i64>| Ok(ColumnType { name, arguments, dimensions: 0 });
    if internal.class == "RasterField" {
        return plain("raster".to_owned(), Vec::new());
    }
    let shape = internal.class.trim_end_matches("Field").to_lowercase();
    let deep = if number(stated, "dim")? == Some(3) { "z" } else { "" };
    let name = if stated.flag("geography")? == Some(true) { "geography" } else { "geometry" };
    plain(format!("{name} {shape}{deep}"), number(stated, "srid")?.into_iter().collect())
}
