//! What a table demands of those who write it, whether it stands beside a column or as a constraint of its own.

use std::sync::Arc;

use crate::schema::{Schema, Table};
use crate::sql::{Column, ConstraintKind, DatabaseDefault, ForeignKey, Index};
use crate::target::Vendor;

/// A rule that rows differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unique<'a> {
    /// Its name, when it is known.
    pub(super) name: Option<&'a str>,
    /// Columns; an expression stands as its text.
    pub(super) columns: Vec<&'a str>,
    /// Whether ON CONFLICT can name its columns: not deferrable, not partial, no expressions.
    pub(super) conflict_target: bool,
    /// Whether a WHERE limits it.
    pub(super) partial: bool,
    /// Whether some of `columns` are expressions.
    pub(super) expressions: bool,
}

/// The table of that name.
pub(super) fn table<'s>(schema: &'s Schema, name: &str, vendor: Vendor) -> Option<&'s Table> {
    shared(schema, name, vendor).map(AsRef::as_ref)
}

/// The table of that name, which others may hold as well.
pub(super) fn shared<'s>(schema: &'s Schema, name: &str, vendor: Vendor) -> Option<&'s Arc<Table>> {
    schema.tables.get(name).or_else(|| {
        let folds = vendor == Vendor::Sqlite;
        let found = schema.tables.iter().find(|(other, _)| folds && other.eq_ignore_ascii_case(name));
        found.map(|(_, table)| table)
    })
}

/// Whether two names are the same column. Only PostgreSQL tells upper case from lower case in quoted names
/// (MySQL manual, "Identifier Case Sensitivity"; SQLite compares names without case).
pub(super) fn same_column(a: &str, b: &str, vendor: Vendor) -> bool {
    a == b || (vendor != Vendor::PostgreSql && a.eq_ignore_ascii_case(b))
}

/// Whether two lists name the same columns, in any order.
pub(super) fn same_columns<A: AsRef<str>, B: AsRef<str>>(a: &[A], b: &[B], vendor: Vendor) -> bool {
    a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same_column(a.as_ref(), b.as_ref(), vendor)))
}

/// The column of that name.
pub(super) fn column<'t>(table: &'t Table, name: &str, vendor: Vendor) -> Option<&'t Column> {
    table.columns.iter().find(|column| same_column(&column.name, name, vendor))
}

/// The columns of the primary key.
pub(super) fn primary_key(table: &Table) -> Vec<&str> {
    let inline = table.columns.iter().filter(|column| column.primary_key).map(|column| column.name.as_str());
    let stated = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(columns) => Some(columns.iter().map(String::as_str)),
        _ => None,
    });
    let mut columns: Vec<&str> = inline.chain(stated.flatten()).collect();
    columns.dedup();
    columns
}

/// All rules that rows differ, the primary key among them.
pub(super) fn uniques(table: &Table) -> Vec<Unique<'_>> {
    let key = Some(primary_key(table)).filter(|key| !key.is_empty());
    let inline = table.columns.iter().filter(|column| column.unique).map(|column| vec![column.name.as_str()]);
    let plain = key.into_iter().chain(inline).map(|columns| Unique::over(None, columns, true));
    let stated = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Unique { columns, deferrable } => {
            let columns = columns.iter().map(String::as_str).collect();
            Some(Unique::over(constraint.name.as_deref(), columns, !deferrable))
        }
        _ => None,
    });
    let indexes = table.indexes.iter().filter(|index| index.unique).map(of_index);
    plain.chain(stated).chain(indexes).collect()
}

impl<'a> Unique<'a> {
    fn over(name: Option<&'a str>, columns: Vec<&'a str>, conflict_target: bool) -> Self {
        Self { name, columns, conflict_target, partial: false, expressions: false }
    }
}

fn of_index(index: &Index) -> Unique<'_> {
    Unique {
        name: index.name.as_deref(),
        columns: index.columns.iter().map(String::as_str).collect(),
        conflict_target: index.condition.is_none() && !index.expressions,
        partial: index.condition.is_some(),
        expressions: index.expressions,
    }
}

/// Names and expressions of checks, those of columns included.
pub(super) fn checks(table: &Table) -> Vec<(Option<&str>, &str)> {
    let inline = table.columns.iter().filter_map(|column| Some((None, column.check.as_deref()?)));
    let stated = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check(expression) => Some((constraint.name.as_deref(), expression.as_str())),
        _ => None,
    });
    inline.chain(stated).collect()
}

/// Whether the table has an exclusion constraint of that name.
pub(super) fn exclusions(table: &Table) -> impl Iterator<Item = Option<&str>> {
    let excludes = |kind: &ConstraintKind| matches!(kind, ConstraintKind::Exclude);
    table.constraints.iter().filter(move |c| excludes(&c.kind)).map(|c| c.name.as_deref())
}

/// The foreign keys, with the columns that refer.
pub(super) fn foreign_keys(table: &Table) -> Vec<(Vec<&str>, &ForeignKey)> {
    let inline =
        table.columns.iter().filter_map(|column| Some((vec![column.name.as_str()], column.references.as_ref()?)));
    let stated = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { columns, references } => {
            Some((columns.iter().map(String::as_str).collect(), references))
        }
        _ => None,
    });
    inline.chain(stated).collect()
}

/// Whether an expression, in SQL or as a Python `Q`, mentions a column.
pub(super) fn mentions(expression: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    expression.split(|c| !is_part(c)).any(|word| {
        // `qty__gte` of a Q.
        word.eq_ignore_ascii_case(name) || word.strip_prefix(name).is_some_and(|rest| rest.starts_with("__"))
    })
}

/// Whether an expression, in SQL or Python, may fail for some values: it divides or casts.
pub(super) fn may_raise(expression: &str) -> bool {
    // `''::text` says what a literal is, and does nothing to a value; and every value is a text.
    let lower = expression.to_ascii_lowercase().replace("'::", "'").replace("::text", "");
    ["/", "::", "cast", "power", "ln(", "log(", "sqrt"].iter().any(|part| lower.contains(part))
}

/// Functions of texts whose result may be as long as what they are given, and the words that Django wraps around an
/// expression of an index.
const AS_LONG: &[&str] = &[
    "asc",
    "btrim",
    "coalesce",
    "collate",
    "concat",
    "concatpair",
    "desc",
    "f",
    "initcap",
    "lower",
    "ltrim",
    "nullif",
    "opclass",
    "orderby",
    "replace",
    "reverse",
    "rtrim",
    "translate",
    "trim",
    "unaccent",
    "upper",
];

/// Whether an expression of a text, in SQL or Python, may be as long as the text: it calls nothing but what keeps it.
pub(super) fn keeps_length(expression: &str) -> bool {
    let lower = expression.to_ascii_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut calls = lower.match_indices('(').map(|(at, _)| {
        let name = lower[..at].trim_end().rsplit(|c| !is_part(c)).next().unwrap_or_default();
        // Brackets of SQL; in Python, a call of what has no name.
        let is_group = name.is_empty() && !lower[at..].starts_with("('");
        is_group || AS_LONG.contains(&name)
    });
    let casts = lower.replace("'::", "'").replace("::text", "").contains("::");
    !casts && !lower.contains("->") && calls.all(|keeps| keeps)
}

/// Whether a check, in SQL or Python, is true or NULL when a column that it mentions is NULL: it compares and does
/// nothing else, or it is a choice of which one says that the column may be NULL.
pub(super) fn null_passes(expression: &str, column: &str) -> bool {
    let lower = expression.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if has(&["&", " and ", "~", " not ", "coalesce", "xor", "case "]) {
        return false;
    }
    let column = column.to_ascii_lowercase();
    let plain: String = lower.chars().filter(|c| !matches!(c, '"' | '`')).collect();
    let allows = plain.contains(&format!("{column} is null")) || plain.contains(&format!("{column}__isnull=true"));
    allows || !has(&["|", " or ", "null", ", "])
}

/// Whether the database itself deletes or updates the rows that refer.
pub(super) fn acts(references: &ForeignKey) -> bool {
    references.on_delete.as_deref().is_some_and(|action| !matches!(action, "NO ACTION" | "RESTRICT"))
}

/// Whether two foreign keys want the same parent: a primary key may stand as no columns.
pub(super) fn same_parent(a: &ForeignKey, b: &ForeignKey) -> bool {
    let same_columns = a.columns.is_empty() || b.columns.is_empty() || a.columns == b.columns;
    a.table == b.table && same_columns
}

/// Whether a foreign key demands the same, and does the same when the parent goes.
pub(super) fn same_reference(a: &ForeignKey, b: &ForeignKey) -> bool {
    same_parent(a, b) && acts(a) == acts(b)
}

/// Whether two texts of SQL are the same, but for quotes, brackets, spaces and case.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        let counts = |c: &char| !matches!(c, '"' | '`' | '(' | ')') && !c.is_whitespace();
        text.chars().filter(counts).flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}

/// Whether two defaults are written the same.
pub(super) fn same_default(a: &DatabaseDefault, b: &DatabaseDefault) -> bool {
    same_text(&a.expression, &b.expression)
}
