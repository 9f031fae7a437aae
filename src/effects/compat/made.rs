//! Views, triggers and tables of which nothing but their names is known.

use std::collections::BTreeSet;

use crate::effects::compat::failure::{Action, Cause, Failure};
use crate::python::Unknown;
use crate::schema::{Schema, Statement};
use crate::sql::{ChangeKind, SchemaChange};
use crate::target::Vendor;

/// Something that is made, by its name.
struct Thing<'a> {
    name: &'a str,
    change: &'a SchemaChange,
    operation: usize,
}

/// What the migration makes or renames without its being known: it may let work what would fail otherwise.
#[derive(Default)]
pub(super) struct Made<'a> {
    views: Vec<Thing<'a>>,
    triggers: Vec<Thing<'a>>,
    tables: Vec<Thing<'a>>,
    /// Statements of which it is not known what they do.
    opaque: Vec<(&'a Statement, &'a SchemaChange)>,
}

/// What may cure a failure.
pub(super) struct Cover {
    /// Why it may be none.
    pub(super) unknown: Unknown,
    /// The operation since which.
    pub(super) operation: usize,
}

impl<'a> Made<'a> {
    /// What these statements make, on a database that held `before`.
    pub(super) fn by(statements: &'a [Statement], before: &Schema) -> Self {
        let mut made = Self::default();
        let mut known: BTreeSet<&str> = before.tables.keys().map(String::as_str).collect();
        let changes = statements.iter().flat_map(|sent| sent.changes.iter().map(move |change| (sent, change)));
        for (sent, change) in changes {
            let thing = |name: &'a str| Thing { name, change, operation: sent.operation };
            match (&change.kind, change.table.as_deref()) {
                (ChangeKind::Unknown, _) => made.opaque.push((sent, change)),
                (ChangeKind::CreateTable { .. }, Some(table)) => drop(known.insert(table)),
                (ChangeKind::RenameTable { to }, Some(table)) if known.contains(table) => drop(known.insert(to)),
                (ChangeKind::RenameTable { to }, Some(_)) => made.tables.push(thing(to)),
                (ChangeKind::Other { words, object }, table) if words.starts_with("CREATE") => {
                    let is = |what: &str| words.split(' ').any(|word| word == what);
                    let name = object.as_deref().or(table);
                    if let (true, Some(name)) = (is("VIEW"), name) {
                        made.views.push(thing(name));
                    }
                    if let (true, Some(table)) = (is("TRIGGER"), table.or(name)) {
                        made.triggers.push(thing(table));
                    }
                }
                _ => {}
            }
        }
        made
    }

    /// Whether the failure stays because the view that has the table's name takes no writes: "You cannot DELETE,
    /// INSERT, or UPDATE a view. Views are read-only in SQLite", but for a trigger (its manual, CREATE VIEW).
    pub(super) fn is_read_only(&self, failure: &Failure, vendor: Vendor) -> bool {
        let named = |made: &[Thing<'_>]| made.iter().any(|thing| thing.name == failure.table);
        vendor == Vendor::Sqlite
            && failure.cause == Cause::NoTable
            && !matches!(failure.action, Action::Select | Action::Query)
            && named(&self.views)
            && !named(&self.triggers)
    }

    /// Why the failure may be none.
    pub(super) fn covers(&self, failure: &Failure) -> Option<Cover> {
        let about =
            |(_, change): &&(&Statement, &SchemaChange)| change.table.as_deref() == Some(failure.table.as_str());
        if failure.cause == Cause::NoTable
            && let Some((statement, change)) = self.opaque.iter().find(about)
        {
            let unknown = statement.doubt.clone().unwrap_or_else(|| statement.not_judged(change));
            return Some(Cover { unknown, operation: statement.operation });
        }
        let made: &[(&[Thing<'_>], &str)] = match failure.cause {
            Cause::NoTable => &[
                (&self.views, "has a view that may stand in for what is missing"),
                (&self.tables, "was renamed from a table of which nothing is known"),
            ],
            Cause::Unnamed | Cause::NotNull | Cause::ExplicitNull => {
                &[(&self.triggers, "has a trigger that may stand in for what is missing")]
            }
            _ => &[],
        };
        made.iter().find_map(|(made, reason)| {
            let Thing { name, change, operation } = made.iter().find(|thing| thing.name == failure.table)?;
            let unknown = Unknown { text: (*name).to_owned(), span: change.span, reason: (*reason).to_owned() };
            Some(Cover { unknown, operation: *operation })
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
