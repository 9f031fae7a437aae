//! Views, triggers and tables of which nothing but their names is known.

use std::collections::BTreeSet;

use crate::effects::compat::failure::{Cause, Failure};
use crate::python::Unknown;
use crate::schema::{Schema, Statement};
use crate::sql::{ChangeKind, SchemaChange};

/// What the migration makes or renames without its being known: it may let work what would fail otherwise.
pub(super) struct Made<'a> {
    views: Vec<(&'a str, &'a SchemaChange)>,
    triggers: Vec<(&'a str, &'a SchemaChange)>,
    tables: Vec<(&'a str, &'a SchemaChange)>,
}

impl<'a> Made<'a> {
    /// What these statements make, on a database that held `before`.
    pub(super) fn by(statements: &'a [Statement], before: &Schema) -> Self {
        let mut made = Self { views: Vec::new(), triggers: Vec::new(), tables: Vec::new() };
        let mut known: BTreeSet<&str> = before.tables.keys().map(String::as_str).collect();
        for change in statements.iter().flat_map(|statement| &statement.changes) {
            match (&change.kind, change.table.as_deref()) {
                (ChangeKind::CreateTable { .. }, Some(table)) => drop(known.insert(table)),
                (ChangeKind::RenameTable { to }, Some(table)) if known.contains(table) => drop(known.insert(to)),
                (ChangeKind::RenameTable { to }, Some(_)) => made.tables.push((to, change)),
                _ => {}
            }
        }
        for change in statements.iter().flat_map(|statement| &statement.changes) {
            let ChangeKind::Other { words, object } = &change.kind else { continue };
            let is = |what: &str| words.starts_with("CREATE") && words.split(' ').any(|word| word == what);
            let name = object.as_deref().or(change.table.as_deref());
            if let (true, Some(name)) = (is("VIEW"), name) {
                made.views.push((name, change));
            }
            if let (true, Some(table)) = (is("TRIGGER"), change.table.as_deref().or(name)) {
                made.triggers.push((table, change));
            }
        }
        made
    }

    /// Why the failure may be none.
    pub(super) fn covers(&self, failure: &Failure) -> Option<Unknown> {
        let (made, what) = match failure.cause {
            Cause::NoTable => (&self.views, "has a view that may stand in for what is missing"),
            Cause::Unnamed | Cause::NotNull => (&self.triggers, "has a trigger that may stand in for what is missing"),
            _ => return None,
        };
        let of =
            |made: &Vec<(&'a str, &'a SchemaChange)>| made.iter().find(|(name, _)| *name == failure.table).copied();
        let renamed = || {
            of(&self.tables)
                .filter(|_| failure.cause == Cause::NoTable)
                .map(|found| (found, "was renamed from a table of which nothing is known"))
        };
        let ((name, change), what) = of(made).map(|found| (found, what)).or_else(renamed)?;
        Some(Unknown { text: (*name).to_owned(), span: change.span, reason: what.to_owned() })
    }
}
