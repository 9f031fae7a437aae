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
    /// Statements of which it is not known what they do.
    opaque: Vec<(&'a Statement, &'a SchemaChange)>,
}

impl<'a> Made<'a> {
    /// What these statements make, on a database that held `before`.
    pub(super) fn by(statements: &'a [Statement], before: &Schema) -> Self {
        let mut made = Self { views: Vec::new(), triggers: Vec::new(), tables: Vec::new(), opaque: Vec::new() };
        let mut known: BTreeSet<&str> = before.tables.keys().map(String::as_str).collect();
        let changes =
            statements.iter().flat_map(|statement| statement.changes.iter().map(move |made| (statement, made)));
        for (statement, change) in changes {
            match (&change.kind, change.table.as_deref()) {
                (ChangeKind::Unknown, _) => made.opaque.push((statement, change)),
                (ChangeKind::CreateTable { .. }, Some(table)) => drop(known.insert(table)),
                (ChangeKind::RenameTable { to }, Some(table)) if known.contains(table) => drop(known.insert(to)),
                (ChangeKind::RenameTable { to }, Some(_)) => made.tables.push((to, change)),
                (ChangeKind::Other { words, object }, table) if words.starts_with("CREATE") => {
                    let is = |what: &str| words.split(' ').any(|word| word == what);
                    let name = object.as_deref().or(table);
                    if let (true, Some(name)) = (is("VIEW"), name) {
                        made.views.push((name, change));
                    }
                    if let (true, Some(table)) = (is("TRIGGER"), table.or(name)) {
                        made.triggers.push((table, change));
                    }
                }
                _ => {}
            }
        }
        made
    }

    /// Why the failure may be none.
    pub(super) fn covers(&self, failure: &Failure) -> Option<Unknown> {
        let made: &[(&Vec<(&'a str, &'a SchemaChange)>, &str)] = match failure.cause {
            Cause::NoTable => &[
                (&self.views, "has a view that may stand in for what is missing"),
                (&self.tables, "was renamed from a table of which nothing is known"),
            ],
            Cause::Unnamed | Cause::NotNull => {
                &[(&self.triggers, "has a trigger that may stand in for what is missing")]
            }
            _ => &[],
        };
        made.iter().find_map(|(made, reason)| {
            let (name, change) = made.iter().find(|(name, _)| *name == failure.table)?;
            Some(Unknown { text: (*name).to_owned(), span: change.span, reason: (*reason).to_owned() })
        })
    }

    /// Why a failure of code on what the migration leaves may be none: a statement that is not known may have done what
    /// only the state tells of. SQL that is written down has to name the table.
    pub(super) fn may_mend(&self, failure: &Failure) -> Option<Unknown> {
        let concerns = |(statement, change): &&(&Statement, &SchemaChange)| match (&change.table, &statement.sql) {
            (Some(table), _) => *table == failure.table,
            (None, Some(sql)) => sql.contains(&failure.table),
            (None, None) => true,
        };
        let (statement, change) = self.opaque.iter().find(concerns)?;
        Some(statement.doubt.clone().unwrap_or_else(|| statement.not_judged(change)))
    }
}
