//! Fields as the schema editor sees them.

use std::sync::Arc;

use crate::history::{FieldState, ModelState, column};
use crate::migration::Field as Stated;
use crate::python::{Unknown, Value, ValueKind};
use crate::schema::render::Project;
use crate::schema::render::expression::database_default;
use crate::schema::render::key::{self, Key, Typed};
use crate::schema::render::value::class_name;
use crate::schema::types::{LIMITED, TypeEntry};
use crate::sql::{Column, ColumnType, ForeignKey, Generated};

/// A field of a model.
#[derive(Clone, Debug)]
pub(in crate::schema) struct Field {
    /// Its name.
    pub(in crate::schema) name: String,
    /// What it is in the database.
    pub(in crate::schema) kind: Kind,
    /// Its column, with all that stands inline in CREATE TABLE, but for foreign keys.
    pub(in crate::schema) column: Column,
    /// The class that its type comes from; `None` for relations, arrays and classes that are not known.
    pub(in crate::schema) internal: Option<&'static TypeEntry>,
    /// Whether it is unique, as a primary key is.
    pub(in crate::schema) unique: bool,
    /// `db_index`
    pub(in crate::schema) index: bool,
    /// `spatial_index` of the geometry fields.
    pub(in crate::schema) spatial: bool,
    /// What a relation with a column refers to.
    pub(in crate::schema) remote: Option<Remote>,
    /// What Django fills a new or tightened column with.
    pub(in crate::schema) fill: Fill,
    /// Its `default`.
    pub(in crate::schema) default: Option<Value>,
    /// What the migrations say; `None` for a field that Django adds.
    pub(in crate::schema) stated: Option<Arc<FieldState>>,
}

/// What a field is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::schema) enum Kind {
    /// A column.
    Column,
    /// A table between two models, unless `through` names a model.
    ManyToMany {
        /// Whether Django makes the table.
        auto: bool,
    },
    /// Nothing.
    Nothing,
}

/// What a relation refers to.
#[derive(Clone, Debug)]
pub(in crate::schema) struct Remote {
    /// The table and column, or why they are not known.
    pub(in crate::schema) key: Result<Key, Unknown>,
    /// `db_constraint`
    pub(in crate::schema) constraint: bool,
    /// What the database does on delete (`DatabaseOnDelete`, Django 6.1).
    pub(in crate::schema) on_delete: Option<String>,
}

/// What `_effective_default` (`django.db.backends.base.schema`) gives.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::schema) enum Fill {
    /// Nothing.
    None,
    /// The empty text, because the field is `blank` and not NULL.
    Empty,
    /// The time of the migration: `auto_now`, `auto_now_add`.
    Time,
    /// The field's `default`: its text.
    Default(String),
    /// Not known: the class is not, or what it is given.
    Unknown,
}

/// What gives another value each time it is called, so that the same callable twice is two defaults.
const DIFFERENT_EACH_TIME: &[&str] = &[
    "uuid1",
    "uuid4",
    "uuid6",
    "uuid7",
    "now",
    "today",
    "utcnow",
    "time",
    "random",
    "token_hex",
    "token_urlsafe",
    "get_random_string",
];

impl Fill {
    /// Whether two of it are different.
    pub(in crate::schema) fn differs_each_time(&self) -> bool {
        match self {
            Fill::Time => true,
            Fill::Default(text) => DIFFERENT_EACH_TIME.contains(&text.as_str()),
            _ => false,
        }
    }
}

impl Field {
    /// The field that a column with a foreign key stands for, where no model says so.
    pub(in crate::schema) fn referring(column: Column, key: Key, on_delete: Option<String>) -> Self {
        Field {
            name: column.name.clone(),
            kind: Kind::Column,
            column,
            internal: None,
            unique: false,
            index: false,
            spatial: false,
            remote: Some(Remote { key: Ok(key), constraint: true, on_delete }),
            fill: Fill::None,
            default: None,
            stated: None,
        }
    }

    /// Whether the field has a column.
    pub(in crate::schema) fn has_column(&self) -> bool {
        self.kind == Kind::Column
    }

    /// The foreign key of the column, where the database has one.
    pub(in crate::schema) fn foreign_key(&self, project: Project<'_>) -> Option<ForeignKey> {
        let remote = self.remote.as_ref().filter(|remote| remote.constraint)?;
        let key = remote.key.as_ref().ok()?;
        Some(ForeignKey {
            table: key.table.clone(),
            columns: vec![key.column.clone()],
            deferrable: project.target.deferrable_foreign_keys(),
            on_delete: remote.on_delete.clone(),
        })
    }

    /// `_field_should_be_indexed`
    pub(in crate::schema) fn is_indexed(&self, project: Project<'_>) -> bool {
        if self.spatial {
            return true;
        }
        if !self.index || self.unique {
            return false;
        }
        if !project.target.is_mysql() {
            return true;
        }
        // The index of a foreign key comes with the constraint. A OneToOneField is unique anyway.
        let has_key = self.remote.as_ref().is_some_and(|remote| remote.constraint);
        let limited = self.type_name().is_some_and(|name| LIMITED.contains(&name));
        !has_key && !limited
    }

    /// The operator class of the second index that PostgreSQL gets for LIKE (`_create_like_index_sql`).
    pub(in crate::schema) fn pattern_class(&self, project: Project<'_>) -> Option<&'static str> {
        if !project.target.is_postgresql() || !(self.index || self.unique) {
            return None;
        }
        let column_type = self.column.column_type.as_ref().ok()?;
        // Whether a collation is deterministic only the database can tell; Django asks it since 4.2.
        let collated = self.column.collation.is_some() && project.target.since(4, 2);
        if column_type.dimensions > 0 || collated && !self.is_deterministic() {
            return None;
        }
        if column_type.name.starts_with("varchar") {
            Some("varchar_pattern_ops")
        } else if column_type.name.starts_with("text") {
            Some("text_pattern_ops")
        } else {
            None
        }
    }

    /// Collations of the operating system and those that come with every PostgreSQL are deterministic (PostgreSQL 16,
    /// 24.2.2 "Managing Collations").
    fn is_deterministic(&self) -> bool {
        let locale = |name: &str| {
            name.split_once('_').is_some_and(|(language, region)| {
                matches!(language.len(), 2 | 3)
                    && language.bytes().all(|byte| byte.is_ascii_lowercase())
                    && region.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
            })
        };
        self.column.collation.as_deref().is_some_and(|name| {
            matches!(name, "C" | "POSIX" | "default" | "ucs_basic" | "unicode")
                || name.ends_with("-x-icu")
                || locale(name)
        })
    }

    /// The name of its type, when that is known.
    pub(in crate::schema) fn type_name(&self) -> Option<&str> {
        self.column.column_type.as_ref().ok().map(|column_type| column_type.name.as_str())
    }

    /// Whether the database computes it.
    pub(in crate::schema) fn is_generated(&self) -> bool {
        self.column.generated.is_some()
    }

    /// Whether it is written as a relation to `self`.
    pub(in crate::schema) fn refers_to_self(&self) -> bool {
        let to = self.stated.as_ref().and_then(|stated| stated.field.argument("to"));
        to.is_some_and(|argument| argument.value.as_str() == Some("self"))
    }

    /// Whether it is a relation with a column.
    pub(in crate::schema) fn is_relation(&self) -> bool {
        self.remote.is_some()
    }
}

/// A column of which nothing is known but its name and type.
pub(super) fn plain_column(name: String, column_type: Result<ColumnType, Unknown>) -> Column {
    Column {
        name,
        column_type,
        null: false,
        default: None,
        generated: None,
        auto: false,
        primary_key: false,
        unique: false,
        check: None,
        references: None,
        collation: None,
        comment: None,
    }
}

impl Project<'_> {
    /// A field of a model.
    pub(in crate::schema) fn field(self, model: &ModelState, name: &str, field: &Arc<FieldState>) -> Field {
        let stated = &field.field;
        // Of what is not known, the statement says so (`Call::doubt`).
        let flag = |parameter: &str| matches!(stated.flag(parameter), Ok(Some(true)));
        let (primary_key, unique, index, null) = (flag("primary_key"), flag("unique"), flag("db_index"), flag("null"));
        let kind = kind_of(stated);
        let Typed { column_type, internal, collation } = self.typed(model, field, 0);
        let mut column = plain_column(column_name(name, field), column_type);
        let generated = stated.entry.is_some_and(|entry| entry.name == "GeneratedField");
        let auto = internal.is_some_and(TypeEntry::auto) && !generated;
        column.primary_key = primary_key || auto;
        column.unique = unique && !column.primary_key;
        column.null = (null || generated) && !column.primary_key;
        column.auto = auto;
        column.collation = collation;
        column.comment = self.comment(stated);
        column.generated = generated.then(|| Generated {
            stored: flag("db_persist"),
            names: stated.argument("expression").map(|given| columns_in(model, &given.value)).unwrap_or_default(),
        });
        // The class of a generated column's values knows no column to check.
        let checked = internal.filter(|_| !is_array(stated) && !generated);
        column.check = checked.and_then(|entry| entry.check(self.target, &column.name));
        let db_default = stated.argument("db_default").filter(|_| !generated);
        column.default = db_default.map(|argument| database_default(&argument.value));
        let relation = stated.entry.is_some_and(|entry| entry.derives_from("ForeignKey"));
        let remote = relation.then(|| Remote {
            key: self.key_of(model, field, 0),
            constraint: !matches!(stated.flag("db_constraint"), Ok(Some(false))),
            on_delete: database_on_delete(stated),
        });
        // MySQL and MariaDB index no column that may be NULL in this way: `MySQLGISSchemaEditor.column_sql` (Django 5.2,
        // `django/contrib/gis/db/backends/mysql/schema.py`).
        let can_index = if self.target.is_postgresql() { true } else { !self.target.is_sqlite() && !null };
        let spatial = stated.entry.is_some_and(|entry| entry.derives_from("BaseSpatialField"))
            && !matches!(stated.flag("spatial_index"), Ok(Some(false)))
            && can_index;
        Field {
            name: name.to_owned(),
            kind,
            unique: unique || column.primary_key,
            column,
            internal,
            index,
            spatial,
            remote,
            fill: fill(stated, null, internal),
            default: stated.argument("default").map(|argument| argument.value.clone()),
            stated: Some(Arc::clone(field)),
        }
    }

    /// `db_comment`, where the database has comments.
    fn comment(self, stated: &Stated) -> Option<String> {
        let comment = stated.argument("db_comment").and_then(|argument| argument.value.as_str());
        comment.filter(|comment| !comment.is_empty() && self.target.comments()).map(str::to_owned)
    }

    /// A field that Django adds itself, of a class that counts.
    pub(super) fn added(self, name: &str, class: &'static str) -> Field {
        let internal = crate::schema::types::entry_of(class);
        let mut column = plain_column(name.to_owned(), Ok(self.number(class)));
        column.auto = internal.is_some_and(TypeEntry::auto);
        column.primary_key = column.auto;
        Field {
            name: name.to_owned(),
            kind: Kind::Column,
            unique: column.primary_key,
            column,
            internal,
            index: false,
            spatial: false,
            remote: None,
            fill: Fill::None,
            default: None,
            stated: None,
        }
    }
}

fn is_array(stated: &Stated) -> bool {
    stated.entry.is_some_and(|entry| entry.name == "ArrayField")
}

/// What the field is in the database. Of a class that is not known, what its arguments suggest.
fn kind_of(stated: &Stated) -> Kind {
    let through = stated.argument("through").is_some_and(|argument| !argument.value.is_none());
    match stated.entry {
        Some(entry) if entry.derives_from("ManyToManyField") => Kind::ManyToMany { auto: !through },
        Some(entry) if entry.has_column => Kind::Column,
        Some(_) => Kind::Nothing,
        None if through || stated.argument("to").is_some() && stated.argument("on_delete").is_none() => Kind::Nothing,
        None => Kind::Column,
    }
}

/// The columns of a model that an expression names: `F(name)`, a text among the arguments of a function, a keyword of `Q`.
/// Other texts that happen to be a field's name count as well.
fn columns_in(model: &ModelState, expression: &Value) -> Vec<String> {
    let named = |lookup: &str| {
        let name = lookup.split("__").next()?;
        let (name, field) = model.fields.iter().find(|(field, _)| **field == *name)?;
        Some(column_name(name, field))
    };
    match &expression.kind {
        ValueKind::Str(text) => named(&text.value).into_iter().collect(),
        ValueKind::Call(call) if call.callee.as_deref().map(class_name) == Some("Value") => Vec::new(),
        ValueKind::Call(call) => {
            let given = call.arguments.iter().filter(|argument| argument.name.as_deref() != Some("output_field"));
            let columns = given.flat_map(|argument| {
                let keyword = argument.name.as_deref().and_then(named);
                keyword.into_iter().chain(columns_in(model, &argument.value))
            });
            columns.collect()
        }
        ValueKind::List(items) | ValueKind::Tuple(items) => {
            items.iter().flat_map(|item| columns_in(model, item)).collect()
        }
        // `F("price") * 2`
        ValueKind::Unknown(unknown) => unknown.text.split(['"', '\'']).filter_map(named).collect(),
        _ => Vec::new(),
    }
}

/// The column's name; of a class that is not known, the one that a class usually has.
fn column_name(name: &str, field: &FieldState) -> String {
    if let Ok(column) = column(name, field) {
        return column.unwrap_or_else(|| name.to_owned());
    }
    let given = field.field.argument("db_column").and_then(|argument| argument.value.as_str());
    match given.filter(|column| !column.is_empty()) {
        Some(column) => column.to_owned(),
        None if field.field.argument("on_delete").is_some() => format!("{name}_id"),
        None => name.to_owned(),
    }
}

/// `DB_CASCADE`, `DB_SET_NULL` and `DB_SET_DEFAULT` (`django.db.models.deletion`, 6.1).
fn database_on_delete(stated: &Stated) -> Option<String> {
    let ValueKind::Reference(path) = &stated.argument("on_delete")?.value.kind else { return None };
    let action = match class_name(path) {
        "DB_CASCADE" => "CASCADE",
        "DB_SET_NULL" => "SET NULL",
        "DB_SET_DEFAULT" => "SET DEFAULT",
        _ => return None,
    };
    Some(action.to_owned())
}

/// `BaseDatabaseSchemaEditor._effective_default`
fn fill(stated: &Stated, null: bool, internal: Option<&'static TypeEntry>) -> Fill {
    if let Some(argument) = stated.argument("default") {
        return match &argument.value.kind {
            ValueKind::None => Fill::None,
            // A class that is not Django's may take none at all.
            ValueKind::Unknown(_) if stated.own.is_some() => Fill::Unknown,
            _ => Fill::Default(super::text(&argument.value)),
        };
    }
    if stated.open.is_some() {
        return Fill::Unknown;
    }
    let Some(entry) = stated.entry else { return if null { Fill::None } else { Fill::Unknown } };
    let automatic = || {
        let is = |name: &str| stated.argument(name).and_then(|argument| argument.value.as_bool()) == Some(true);
        is("auto_now") || is("auto_now_add")
    };
    if entry.name == "GeneratedField" {
        Fill::None
    } else if !null && matches!(stated.flag("blank"), Ok(Some(true))) && takes_empty_texts(stated, internal) {
        Fill::Empty
    } else if automatic() {
        Fill::Time
    } else {
        Fill::None
    }
}

fn takes_empty_texts(stated: &Stated, internal: Option<&'static TypeEntry>) -> bool {
    if let (Some(own), Some(entry)) = (&stated.own, stated.entry) {
        // Whatever its type, the class of Django that it derives from says so; `Field` does.
        let inherited = key::internal(entry).map_or(entry.name == "Field", |entry| entry.empty_strings);
        return own.empty_strings.unwrap_or(inherited && !is_array(stated));
    }
    // `empty_strings_allowed` is `False` for relations and for `ArrayField`.
    internal.is_some_and(|entry| entry.empty_strings) && !is_array(stated)
}
