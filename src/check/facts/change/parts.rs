//! What a change is about: its column, constraint or index, and what its statement says of them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::ChangeView;
use crate::check::facts::part::{ColumnView, ConstraintView, TableIndexView};
use crate::language::Fact;
use crate::schema::Table;
use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, ForeignKey, Index, SchemaChange};
use crate::target::Vendor;

impl<'a> ChangeView<'a> {
    /// Its table as it was before the migration.
    pub(in crate::check::facts) fn table_before(&self) -> Option<&'a Table> {
        self.effects.before.table(self.table_name()?)
    }

    /// The tables that its table's foreign keys refer to.
    pub(super) fn refers_to(&self) -> Fact<'a> {
        let keys = self.table_before().into_iter().flat_map(Table::foreign_keys);
        names(keys.map(|(_, references)| references.table.as_str()))
    }

    /// The other tables with a foreign key to its table.
    pub(super) fn referred_by(&self) -> Fact<'a> {
        let Some(own) = self.table_name() else { return Fact::List(Vec::new()) };
        let refers = |table: &Table| table.foreign_keys().any(|(_, references)| references.table == own);
        let others = self.effects.before.tables.iter().filter(|(name, table)| *name != own && refers(table));
        names(others.map(|(name, _)| name.as_str()))
    }

    /// The foreign key that it adds, with its column or by itself.
    fn foreign_key(&self) -> Option<&'a ForeignKey> {
        match &self.own().kind {
            ChangeKind::AddColumn { column, .. } => column.references.as_ref(),
            ChangeKind::AddConstraint { constraint, .. } => match &constraint.kind {
                ConstraintKind::ForeignKey { references, .. } => Some(references),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn references(&self) -> Fact<'a> {
        Fact::optional(self.foreign_key().map(|key| Fact::Str(Cow::Borrowed(&key.table))))
    }

    pub(super) fn references_column(&self) -> Fact<'a> {
        let column = self.foreign_key().and_then(|key| key.columns.first());
        Fact::optional(column.map(|column| Fact::Str(Cow::Borrowed(column))))
    }

    pub(super) fn column_before(&self) -> Option<&'a Column> {
        self.table_before()?.column(self.own().kind.column()?)
    }

    pub(super) fn definition(&self) -> Fact<'a> {
        let column = match &self.own().kind {
            ChangeKind::AddColumn { column, .. } => Some(column),
            _ => self.column_before(),
        };
        column.map_or(Fact::Unset, |column| Fact::Entity(Rc::new(ColumnView { change: *self, column })))
    }

    pub(super) fn old_type(&self) -> Fact<'a> {
        let ChangeKind::AlterColumnType { from, .. } = &self.own().kind else { return Fact::Unset };
        match (from, self.column_before().map(|column| &column.column_type)) {
            (Some(known), _) | (None, Some(Ok(known))) => Fact::Str(Cow::Owned(known.to_string())),
            (None, Some(Err(unknown))) => Fact::Unknown(self.because(unknown)),
            (None, None) => Fact::Unset,
        }
    }

    pub(super) fn new_type(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::AlterColumnType { to, .. } => Fact::Str(Cow::Owned(to.to_string())),
            _ => Fact::Unset,
        }
    }

    pub(super) fn constraint(&self) -> Fact<'a> {
        let constraint: Option<&'a Constraint> = match &self.own().kind {
            ChangeKind::AddConstraint { constraint, .. } => Some(constraint),
            ChangeKind::DropConstraint { constraint, .. } => constraint.as_ref(),
            _ => None,
        };
        constraint.map_or(Fact::Unset, |constraint| Fact::Entity(Rc::new(ConstraintView { change: *self, constraint })))
    }

    pub(super) fn index(&self) -> Fact<'a> {
        let index: Option<&'a Index> = match &self.own().kind {
            ChangeKind::CreateIndex { index, .. } => Some(index),
            _ => None,
        };
        index.map_or(Fact::Unset, |index| Fact::Entity(Rc::new(TableIndexView { change: *self, index })))
    }

    pub(super) fn name(&self) -> Fact<'a> {
        let name = match &self.own().kind {
            ChangeKind::AddConstraint { constraint, .. } => constraint.name.as_ref(),
            ChangeKind::DropConstraint { name, .. } | ChangeKind::DropIndex { name, .. } => name.as_ref(),
            ChangeKind::CreateIndex { index, .. } => index.name.as_ref(),
            ChangeKind::ValidateConstraint { name }
            | ChangeKind::RenameConstraint { name, .. }
            | ChangeKind::RenameIndex { name, .. } => Some(name),
            _ => None,
        };
        Fact::optional(name.map(|name| Fact::Str(Cow::Borrowed(name.as_str()))))
    }

    /// The names that the migration gives and that the database cuts off or refuses. What Django names itself, it keeps
    /// short (`_create_index_name`, `truncate_name`).
    pub(super) fn too_long(&self) -> Fact<'a> {
        let vendor = self.context.database.vendor;
        let operation =
            self.placed().and_then(|placed| self.context.migration.source.text().get(placed.operation.span.range()));
        let in_sql = self.sent().sql.is_some();
        let written = |name: &str| in_sql || operation.is_some_and(|text| text.contains(name));
        let long = given_names(self.own()).into_iter().filter(|name| is_too_long(name, vendor) && written(name));
        Fact::List(long.map(|name| Fact::Str(Cow::Borrowed(name))).collect())
    }

    pub(super) fn concurrently(&self) -> Fact<'a> {
        Fact::Bool(match &self.own().kind {
            ChangeKind::CreateIndex { concurrently, .. } | ChangeKind::DropIndex { concurrently, .. } => *concurrently,
            ChangeKind::Other { words, .. } => words.split(' ').any(|word| word == "CONCURRENTLY"),
            _ => false,
        })
    }

    pub(super) fn not_valid(&self) -> Fact<'a> {
        Fact::Bool(matches!(&self.own().kind, ChangeKind::AddConstraint { not_valid: true, .. }))
    }

    pub(super) fn using_index(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::AddConstraint { using_index: Some(index), .. } => Fact::Str(Cow::Borrowed(index)),
            _ => Fact::Unset,
        }
    }

    pub(super) fn cascade(&self) -> Fact<'a> {
        let kind = &self.own().kind;
        Fact::Bool(matches!(
            kind,
            ChangeKind::DropTable { cascade: true } | ChangeKind::DropColumn { cascade: true, .. }
        ))
    }

    pub(super) fn if_not_exists(&self) -> Fact<'a> {
        let kind = &self.own().kind;
        Fact::Bool(matches!(
            kind,
            ChangeKind::CreateTable { if_not_exists: true, .. } | ChangeKind::CreateIndex { if_not_exists: true, .. }
        ))
    }

    pub(super) fn filtered(&self) -> Fact<'a> {
        Fact::Bool(matches!(&self.own().kind, ChangeKind::ChangeRows { filtered: true, .. }))
    }

    pub(super) fn words(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::Other { words, .. } => Fact::Str(Cow::Borrowed(words)),
            _ => Fact::Unset,
        }
    }

    pub(super) fn object(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::Other { object: Some(object), .. } => Fact::Str(Cow::Borrowed(object)),
            _ => Fact::Unset,
        }
    }

    pub(super) fn dropped_before(&self) -> Fact<'a> {
        Fact::Bool(self.effects.was_dropped(self.own()))
    }

    pub(super) fn sql(&self) -> Fact<'a> {
        Fact::optional(self.sent().sql.as_deref().map(|sql| Fact::Str(Cow::Borrowed(sql))))
    }
}

/// Names, sorted, each once.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> Fact<'a> {
    let names: BTreeSet<&'a str> = names.collect();
    Fact::List(names.into_iter().map(|name| Fact::Str(Cow::Borrowed(name))).collect())
}

/// The names that a change brings into the database.
fn given_names(change: &SchemaChange) -> Vec<&str> {
    let table = change.table.as_deref();
    match &change.kind {
        ChangeKind::CreateTable { columns, constraints, .. } => {
            let columns = columns.iter().map(|column| column.name.as_str());
            table.into_iter().chain(columns).chain(constraints.iter().filter_map(|own| own.name.as_deref())).collect()
        }
        ChangeKind::AddColumn { column, .. } => vec![&column.name],
        ChangeKind::RenameTable { to }
        | ChangeKind::RenameColumn { to, .. }
        | ChangeKind::RenameConstraint { to, .. }
        | ChangeKind::RenameIndex { to, .. } => vec![to],
        ChangeKind::AddConstraint { constraint, .. } => constraint.name.as_deref().into_iter().collect(),
        ChangeKind::CreateIndex { index, .. } => index.name.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// PostgreSQL 4.1.1 "Identifiers and Key Words": 63 bytes (`NAMEDATALEN - 1`), and the rest is cut off. MySQL 8.4 11.2.1
/// "Identifier Length Limits" and MariaDB "Identifier Names": 64 characters, and error 1059 beyond. SQLite has no limit.
fn is_too_long(name: &str, vendor: Vendor) -> bool {
    match vendor {
        Vendor::PostgreSql => name.len() > 63,
        Vendor::MySql | Vendor::MariaDb => name.chars().count() > 64,
        Vendor::Sqlite => false,
    }
}
