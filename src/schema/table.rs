//! Tables, and the schema that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::sql::{Body, Column, Constraint, ConstraintKind, ForeignKey, Guard, Index};

/// The tables of a database, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// By name. Schemas share the tables in which they don't differ.
    pub tables: BTreeMap<String, Arc<Table>>,
    /// Names of constraints that rows need not fulfil which were there before: added NOT VALID, and not validated since.
    pub not_valid: BTreeSet<String>,
    /// Functions for triggers that SQL has made, by name.
    pub functions: BTreeMap<String, Body>,
}

impl Schema {
    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name).map(AsRef::as_ref)
    }

    /// The table of that name, to be changed.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(name).map(Arc::make_mut)
    }

    /// The tables with a foreign key to `parent`, to be changed.
    pub(super) fn referring_mut<'s>(&'s mut self, parent: &'s str) -> impl Iterator<Item = &'s mut Table> {
        let refers = move |table: &Table| table.foreign_keys().any(|(_, references)| references.table == parent);
        self.tables.values_mut().filter(move |table| refers(table)).map(Arc::make_mut)
    }

    /// The names of the tables in which this schema and another one, made from it, differ.
    #[must_use]
    pub fn changed_since<'s>(&'s self, other: &'s Schema) -> BTreeSet<&'s str> {
        let mut changed = BTreeSet::new();
        for (name, table) in &self.tables {
            if !other.tables.get(name).is_some_and(|old| Arc::ptr_eq(old, table)) {
                changed.insert(name.as_str());
            }
        }
        changed.extend(other.tables.keys().filter(|name| !self.tables.contains_key(*name)).map(String::as_str));
        changed
    }
}

/// A table.
///
/// What may stand inline in a column (PRIMARY KEY, UNIQUE, CHECK, REFERENCES) is among the constraints, and only there:
/// the columns of a table have `primary_key`, `unique`, `check` and `references` unset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Constraints, those that Django makes for a column included.
    pub constraints: Vec<Constraint>,
    /// Indexes that belong to no constraint.
    pub indexes: Vec<Index>,
    /// Triggers and rules that SQL has made.
    pub guards: Vec<Guard>,
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key.
    #[must_use]
    pub fn primary_key(&self) -> &[String] {
        self.constraints
            .iter()
            .find_map(|constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey(columns) => Some(columns.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether two rows can't have the same in these columns, by a constraint or an index on exactly these.
    #[must_use]
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let by_constraint = self.constraints.iter().any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(own) | ConstraintKind::Unique { columns: own, .. } => own == columns,
            _ => false,
        });
        by_constraint
            || self.indexes.iter().any(|index| index.unique && index.condition.is_none() && index.columns == columns)
    }

    /// The foreign keys with the columns that refer.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&[String], &ForeignKey)> {
        self.constraints.iter().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey { columns, references } => Some((columns.as_slice(), references)),
            _ => None,
        })
    }

    /// Adds a column, and what stands inline in it to the constraints.
    pub(super) fn add_column(&mut self, column: &Column) {
        let mut column = column.clone();
        let own = || vec![column.name.clone()];
        let mut inline = Vec::new();
        if column.primary_key {
            inline.push(ConstraintKind::PrimaryKey(own()));
        }
        if column.unique {
            inline.push(ConstraintKind::Unique { columns: own(), deferrable: false });
        }
        inline.extend(column.check.clone().map(ConstraintKind::Check));
        let references = column.references.clone();
        inline.extend(references.map(|references| ConstraintKind::ForeignKey { columns: own(), references }));
        (column.primary_key, column.unique, column.check, column.references) = (false, false, None, None);
        self.constraints.extend(inline.into_iter().map(|kind| Constraint { name: None, kind }));
        self.columns.push(column);
    }
}
