//! What rules can ask of columns, constraints and indexes as the database has them.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::{Facts, attribute, list_of_text};
use crate::language::{Entity, Fact, Slot, Type};
use crate::source::Span;
use crate::sql::{Column, Constraint, ConstraintKind, ForeignKey, Index};

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct ColumnView<'a> {
    pub(super) change: ChangeView<'a>,
    pub(super) column: &'a Column,
}

/// A constraint of a table.
#[derive(Clone, Copy)]
pub(super) struct ConstraintView<'a> {
    pub(super) change: ChangeView<'a>,
    pub(super) constraint: &'a Constraint,
}

/// An index of a table.
#[derive(Clone, Copy)]
pub(super) struct TableIndexView<'a> {
    pub(super) change: ChangeView<'a>,
    pub(super) index: &'a Index,
}

type OfColumn = for<'a> fn(&ColumnView<'a>) -> Fact<'a>;
type OfConstraint = for<'a> fn(&ConstraintView<'a>) -> Fact<'a>;
type OfIndex = for<'a> fn(&TableIndexView<'a>) -> Fact<'a>;

pub(super) static COLUMN: LazyLock<Facts<OfColumn>> = LazyLock::new(|| {
    let flag = || Slot::set(Type::Bool);
    Facts::of(
        "Column",
        vec![
            attribute("name", Slot::set(Type::Str), "Its name.", (|c| text(&c.column.name)) as OfColumn),
            attribute("type", Slot::set(Type::Str), "Its type, in the database's words: `varchar(50)`.", |c| match &c
                .column
                .column_type
            {
                Ok(known) => Fact::Str(Cow::Owned(known.to_string())),
                Err(unknown) => Fact::Unknown(c.change.because(unknown)),
            }),
            attribute("null", flag(), "Whether it may be NULL.", |c| Fact::Bool(c.column.null)),
            attribute("default", Slot::maybe(Type::Str), "The default that the database keeps.", |c| {
                Fact::optional(c.column.default.as_ref().map(|default| text(&default.expression)))
            }),
            attribute("generated", flag(), "Whether the database computes it.", |c| {
                Fact::Bool(c.column.generated.is_some())
            }),
            attribute("stored", flag(), "Whether it is computed and stored.", |c| {
                Fact::Bool(c.column.generated.as_ref().is_some_and(|generated| generated.stored))
            }),
            attribute("auto", flag(), "Whether the database numbers it.", |c| Fact::Bool(c.column.auto)),
            attribute("primary_key", flag(), "Whether it is the primary key.", |c| Fact::Bool(c.column.primary_key)),
            attribute("unique", flag(), "Whether it is unique.", |c| Fact::Bool(c.column.unique)),
            attribute("checked", flag(), "Whether a CHECK comes with it, as with a PositiveIntegerField.", |c| {
                Fact::Bool(c.column.check.is_some())
            }),
            attribute("references", Slot::maybe(Type::Str), "The table that it refers to.", |c| {
                Fact::optional(c.references().map(|references| text(&references.table)))
            }),
            attribute("in_unique", flag(), "Whether it is unique, alone or together with others, for all rows.", |c| {
                Fact::Bool(c.is_in_unique())
            }),
            attribute("collation", Slot::maybe(Type::Str), "Its collation, when it is not the usual one.", |c| {
                Fact::optional(c.column.collation.as_deref().map(text))
            }),
        ],
    )
});

const CONSTRAINT_KINDS: &[&str] = &["primary-key", "unique", "check", "foreign-key", "exclude", "not-null"];

pub(super) static CONSTRAINT: LazyLock<Facts<OfConstraint>> = LazyLock::new(|| {
    Facts::of(
        "TableConstraint",
        vec![
            attribute(
                "name",
                Slot::maybe(Type::Str),
                "Its name, when it is known.",
                (|c| Fact::optional(c.constraint.name.as_deref().map(text))) as OfConstraint,
            ),
            attribute("kind", Slot::set(Type::Word(CONSTRAINT_KINDS)), "What it demands.", |c| {
                Fact::Str(Cow::Borrowed(match &c.constraint.kind {
                    ConstraintKind::PrimaryKey(_) => "primary-key",
                    ConstraintKind::Unique { .. } => "unique",
                    ConstraintKind::Check(_) => "check",
                    ConstraintKind::ForeignKey { .. } => "foreign-key",
                    ConstraintKind::Exclude => "exclude",
                    ConstraintKind::NotNull(_) => "not-null",
                }))
            }),
            attribute("columns", list_of_text(), "Its columns.", |c| match &c.constraint.kind {
                ConstraintKind::PrimaryKey(columns)
                | ConstraintKind::Unique { columns, .. }
                | ConstraintKind::ForeignKey { columns, .. } => texts(columns),
                ConstraintKind::NotNull(column) => Fact::List(vec![text(column)]),
                ConstraintKind::Check(_) | ConstraintKind::Exclude => Fact::List(Vec::new()),
            }),
            attribute("references", Slot::maybe(Type::Str), "The table that a foreign key refers to.", |c| {
                match &c.constraint.kind {
                    ConstraintKind::ForeignKey { references, .. } => text(&references.table),
                    _ => Fact::Unset,
                }
            }),
            attribute("condition", Slot::maybe(Type::Str), "What a CHECK demands, as it is written.", |c| {
                match &c.constraint.kind {
                    ConstraintKind::Check(condition) => text(condition),
                    _ => Fact::Unset,
                }
            }),
            attribute("deferrable", Slot::set(Type::Bool), "Whether it can wait for the commit.", |c| {
                Fact::Bool(match &c.constraint.kind {
                    ConstraintKind::Unique { deferrable, .. } => *deferrable,
                    ConstraintKind::ForeignKey { references, .. } => references.deferrable,
                    _ => false,
                })
            }),
        ],
    )
});

pub(super) static INDEX: LazyLock<Facts<OfIndex>> = LazyLock::new(|| {
    let flag = || Slot::set(Type::Bool);
    Facts::of(
        "TableIndex",
        vec![
            attribute(
                "name",
                Slot::maybe(Type::Str),
                "Its name, when it is known.",
                (|i| Fact::optional(i.index.name.as_deref().map(text))) as OfIndex,
            ),
            attribute("columns", list_of_text(), "Its columns; an expression stands as its text.", |i| {
                texts(&i.index.columns)
            }),
            attribute("unique", flag(), "Whether it is unique.", |i| Fact::Bool(i.index.unique)),
            attribute("method", Slot::maybe(Type::Str), "Its method, when it is not the usual one: `gin`.", |i| {
                Fact::optional(i.index.method.as_deref().map(text))
            }),
            attribute("partial", flag(), "Whether a WHERE limits it.", |i| Fact::Bool(i.index.condition.is_some())),
            attribute("expressions", flag(), "Whether it covers expressions.", |i| Fact::Bool(i.index.expressions)),
            attribute("include", list_of_text(), "Columns that it carries without indexing them.", |i| {
                texts(&i.index.include)
            }),
        ],
    )
});

fn text(text: &str) -> Fact<'_> {
    Fact::Str(Cow::Borrowed(text))
}

fn texts(items: &[String]) -> Fact<'_> {
    Fact::List(items.iter().map(|item| text(item)).collect())
}

impl<'a> ColumnView<'a> {
    /// Its foreign key: inline, or as a constraint of its table before the migration.
    fn references(&self) -> Option<&'a ForeignKey> {
        let stated = || {
            let mut keys = self.change.table_before()?.foreign_keys();
            keys.find(|(columns, _)| *columns == [self.column.name.as_str()]).map(|(_, references)| references)
        };
        self.column.references.as_ref().or_else(stated)
    }

    fn is_in_unique(&self) -> bool {
        let has = |columns: &[String]| columns.contains(&self.column.name);
        let table = self.change.table_before();
        let constraints = table.into_iter().flat_map(|table| &table.constraints);
        let mut stated = constraints.filter_map(|constraint| match &constraint.kind {
            ConstraintKind::Unique { columns, .. } | ConstraintKind::PrimaryKey(columns) => Some(columns),
            _ => None,
        });
        let mut indexes = table.into_iter().flat_map(|table| &table.indexes);
        self.column.unique
            || stated.any(|columns| has(columns))
            || indexes
                .any(|index| index.unique && index.condition.is_none() && !index.expressions && has(&index.columns))
    }
}

impl<'a> Entity<'a> for ColumnView<'a> {
    fn type_name(&self) -> &'static str {
        COLUMN.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        COLUMN.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        self.change.place(Some("column"))
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(&self.column.name)
    }

    fn identity(&self) -> String {
        self.column.name.clone()
    }
}

impl<'a> Entity<'a> for ConstraintView<'a> {
    fn type_name(&self) -> &'static str {
        CONSTRAINT.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        CONSTRAINT.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        self.change.place(Some("constraint"))
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.constraint.name.as_deref().unwrap_or("the constraint"))
    }

    fn identity(&self) -> String {
        format!("{:?}", self.constraint)
    }
}

impl<'a> Entity<'a> for TableIndexView<'a> {
    fn type_name(&self) -> &'static str {
        INDEX.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        INDEX.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        self.change.place(Some("index"))
    }

    fn text(&self) -> Cow<'a, str> {
        match &self.index.name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.index.columns.join(", ")),
        }
    }

    fn identity(&self) -> String {
        format!("{:?}", self.index)
    }
}
