//! Indexes and constraints of `Meta`: `django.db.models.indexes`, `constraints`, `django.contrib.postgres.indexes`,
//! `constraints`.

use crate::history;
use crate::python::{Call, Unknown, Value, ValueKind};
use crate::schema::render::Project;
use crate::schema::render::model::Model;
use crate::schema::render::value::{class_name, text};
use crate::sql::{Constraint, ConstraintKind, Index};

/// An index or a constraint.
#[derive(Clone, Debug)]
pub(in crate::schema) struct Part {
    /// Its name, when it is known.
    pub(in crate::schema) name: Option<String>,
    /// What becomes of it in the database.
    pub(in crate::schema) made: Made,
    /// Whether it is a `UniqueConstraint`.
    pub(in crate::schema) unique: bool,
    /// Whether it has a condition, expressions, INCLUDE, or is deferrable: SQLite then needs no copy of the table.
    pub(in crate::schema) special: bool,
    /// Names of its fields, in order, INCLUDE left out.
    pub(in crate::schema) fields: Vec<String>,
}

/// What becomes of an index or a constraint in a database.
#[derive(Clone, Debug)]
pub(in crate::schema) enum Made {
    /// An index.
    Index(Index),
    /// A constraint.
    Constraint(Constraint),
    /// Nothing, without a word: the database has no such thing (`_unique_supported`, `add_index`).
    Nothing,
    /// Its class is not known.
    Unknown(Unknown),
}

/// The methods of `django.contrib.postgres.indexes`.
const METHODS: &[(&str, Option<&str>)] = &[
    ("Index", None),
    ("BTreeIndex", None),
    ("BloomIndex", Some("bloom")),
    ("BrinIndex", Some("brin")),
    ("GinIndex", Some("gin")),
    ("GistIndex", Some("gist")),
    ("HashIndex", Some("hash")),
    ("SpGistIndex", Some("spgist")),
];

impl Project<'_> {
    /// An index or a constraint of a model.
    pub(in crate::schema) fn part(self, model: &Model, part: &history::Part) -> Part {
        let name = part.name.as_ref().map(|name| name.value.clone());
        self.part_of(model, &part.value, name)
    }

    /// The index or constraint that a call makes.
    pub(in crate::schema) fn part_of(self, model: &Model, value: &Value, name: Option<String>) -> Part {
        let unknown = |text: &str, reason: &str| {
            let unknown = Unknown { text: text.to_owned(), span: value.span, reason: reason.to_owned() };
            let made = Made::Unknown(unknown);
            Part { name: name.clone(), made, unique: false, special: false, fields: Vec::new() }
        };
        let ValueKind::Call(call) = &value.kind else {
            return match value.unknown() {
                Some(reason) => {
                    Part { made: Made::Unknown(reason.clone()), ..unknown("the index or constraint", "is not known") }
                }
                None => unknown("the index or constraint", "is not a call of a class"),
            };
        };
        let callee = call.callee.as_deref().unwrap_or_default();
        if !callee.starts_with("django.") {
            return unknown(callee, "is not one of Django's own classes");
        }
        let given = Given::of(model, call);
        let class = class_name(callee);
        let made = match class {
            "CheckConstraint" => {
                let condition = given.argument("condition").or_else(|| given.argument("check"));
                let sql = condition.and_then(|condition| not_null(model, condition));
                let text = sql.or_else(|| condition.map(text)).unwrap_or_default();
                Made::Constraint(Constraint { name: name.clone(), kind: ConstraintKind::Check(text) })
            }
            "UniqueConstraint" => self.unique(&given, name.clone()),
            "ExclusionConstraint" if self.target.is_postgresql() => {
                Made::Constraint(Constraint { name: name.clone(), kind: ConstraintKind::Exclude })
            }
            "ExclusionConstraint" => Made::Nothing,
            class => match METHODS.iter().find(|(other, _)| *other == class) {
                Some((_, method)) => self.index(&given, name.clone(), *method),
                None => return unknown(callee, "is not one of Django's own classes"),
            },
        };
        Part {
            name,
            made,
            unique: class == "UniqueConstraint",
            special: given.has("condition")
                || given.expressions
                || !given.include.is_empty()
                || given.has("deferrable"),
            fields: given.fields,
        }
    }

    /// `Index.create_sql`: what the database can't do about an index is left out, but for expressions.
    fn index(self, given: &Given<'_>, name: Option<String>, method: Option<&str>) -> Made {
        if given.positional && !self.target.expression_indexes() {
            return Made::Nothing;
        }
        Made::Index(Index {
            name,
            columns: given.columns.clone(),
            unique: false,
            method: method.map(str::to_owned),
            condition: given.condition().filter(|_| self.target.partial_indexes()),
            expressions: given.expressions,
            include: if self.target.covering_indexes() { given.include.clone() } else { Vec::new() },
        })
    }

    /// `_unique_supported` and `_create_unique_sql`.
    fn unique(self, given: &Given<'_>, name: Option<String>) -> Made {
        let nulls_distinct = given.argument("nulls_distinct").is_some_and(|value| !value.is_none());
        let supported = (!given.has("condition") || self.target.partial_indexes())
            && (!given.has("deferrable") || self.target.deferrable_unique())
            && (given.include.is_empty() || self.target.covering_indexes())
            && (!given.positional || self.target.expression_indexes())
            && (!nulls_distinct || self.target.nulls_distinct());
        if !supported {
            return Made::Nothing;
        }
        if given.has("condition") || given.positional || !given.include.is_empty() || given.has("opclasses") {
            return Made::Index(Index {
                name,
                columns: given.columns.clone(),
                unique: true,
                method: None,
                condition: given.condition(),
                expressions: given.expressions,
                include: given.include.clone(),
            });
        }
        let kind = ConstraintKind::Unique { columns: given.columns.clone(), deferrable: given.has("deferrable") };
        Made::Constraint(Constraint { name, kind })
    }
}

/// What an index or a constraint is given.
struct Given<'c> {
    call: &'c Call,
    /// Columns and the texts of expressions.
    columns: Vec<String>,
    fields: Vec<String>,
    /// Whether expressions are given rather than `fields` (`contains_expressions`), be they plain columns.
    positional: bool,
    /// Whether one of them is more than a column.
    expressions: bool,
    include: Vec<String>,
}

impl<'c> Given<'c> {
    fn of(model: &Model, call: &'c Call) -> Self {
        let positional: Vec<&Value> =
            call.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect();
        let mut given = Given {
            call,
            columns: Vec::new(),
            fields: Vec::new(),
            positional: !positional.is_empty(),
            expressions: false,
            include: Vec::new(),
        };
        for value in positional {
            if let Some(name) = plain_column(value) {
                given.columns.push(model.column(name));
                given.fields.push(name.to_owned());
            } else {
                given.expressions = true;
                given.columns.push(text(value));
            }
        }
        given.include = model.columns(&given.names("include"));
        for name in given.names("fields") {
            let name = name.trim_start_matches('-');
            given.columns.push(model.column(name));
            given.fields.push(name.to_owned());
        }
        given
    }

    fn argument(&self, name: &str) -> Option<&'c Value> {
        self.call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|found| &found.value)
    }

    /// Whether an argument is given, and is more than `None` or an empty list.
    fn has(&self, name: &str) -> bool {
        self.argument(name)
            .is_some_and(|value| !value.is_none() && value.elements().is_none_or(|items| !items.is_empty()))
    }

    /// The condition of an index, as it is written.
    fn condition(&self) -> Option<String> {
        self.argument("condition").filter(|_| self.has("condition")).map(super::text)
    }

    fn names(&self, parameter: &str) -> Vec<String> {
        let items = self.argument(parameter).and_then(Value::elements).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// The SQL of a condition that demands nothing but that fields are not NULL (`IsNull.as_sql`), as `Q(name__isnull=False)`
/// or, as Django's writer has it, `Q(("name__isnull", False))`.
fn not_null(model: &Model, condition: &Value) -> Option<String> {
    let ValueKind::Call(call) = &condition.kind else { return None };
    if call.callee.as_deref().map(class_name) != Some("Q") || call.open.is_some() || call.arguments.is_empty() {
        return None;
    }
    let demands = call.arguments.iter().map(|argument| {
        let (lookup, value) = match (&argument.name, argument.value.elements()) {
            (Some(name), _) => (name.as_str(), &argument.value),
            (None, Some([name, value])) => (name.as_str()?, value),
            _ => return None,
        };
        let field = lookup.strip_suffix("__isnull")?;
        let not_null = matches!(value.kind, ValueKind::Bool(false)) && !field.contains("__");
        not_null.then(|| format!("\"{}\" IS NOT NULL", model.column(field)))
    });
    Some(demands.collect::<Option<Vec<_>>>()?.join(" AND "))
}

/// The field of an expression that is nothing else: its name, or `F(name)`. What stands behind `__` is a transform.
fn plain_column(value: &Value) -> Option<&str> {
    let name = match &value.kind {
        ValueKind::Str(text) => Some(&*text.value),
        ValueKind::Call(call) if call.callee.as_deref().map(class_name) == Some("F") => {
            call.arguments.first()?.value.as_str()
        }
        _ => None,
    };
    name.filter(|name| !name.contains("__"))
}
