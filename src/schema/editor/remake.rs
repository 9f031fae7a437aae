//! SQLite: a copy of the table takes its place (`django/db/backends/sqlite3/schema.py`, `_remake_table`).

use crate::schema::diff;
use crate::schema::editor::alter_field::MOCKED;
use crate::schema::editor::operations::Ends;
use crate::schema::editor::referring::pointing_to;
use crate::schema::editor::{Editor, Statement};
use crate::schema::render::{Field, Fill, Model};
use crate::sql::{ChangeKind, DatabaseDefault, SchemaChange, Volatility};

/// What a copy changes about the fields.
#[derive(Clone, Copy)]
pub(super) enum Changed<'f> {
    /// Nothing: constraints only.
    Nothing,
    /// A field is new.
    Added(&'f Field),
    /// Columns get other names, the old one first.
    Renamed(&'f [(&'f str, &'f str)]),
}

impl Editor<'_> {
    /// Copies a table, as one statement: the copying, then what is different afterwards.
    ///
    /// In fact it is a CREATE TABLE under another name, an INSERT … SELECT, a DROP TABLE, a RENAME, all indexes anew, and
    /// whatever was put off.
    pub(super) fn remake(&mut self, ends: Ends<'_>, (from, to): (&Model, &Model), what: Changed<'_>) {
        self.live(ends.before, from);
        let Some(mut before) = self.schema.table(&to.table).or(self.schema.table(&from.table)).cloned() else {
            return;
        };
        let after = ends.after.table(to);
        self.forget_table(&to.table);
        let mut changes = vec![ChangeKind::RemakeTable];
        let renamed = match what {
            Changed::Renamed(names) => names,
            _ => &[],
        };
        for (old, new) in renamed.iter().copied() {
            changes.push(ChangeKind::RenameColumn { column: old.to_owned(), to: new.to_owned() });
            before.rename_column(old, new);
        }
        let added = match what {
            Changed::Added(field) => Some((field, copied(field))),
            _ => None,
        };
        for change in diff::changes(&before, &after) {
            match (change, &added) {
                (ChangeKind::AddColumn { mut column, .. }, Some((field, Some(value))))
                    if column.name == field.column.name =>
                {
                    // The copy writes the value into every row; the table keeps no DEFAULT.
                    column.default = Some(value.clone());
                    let name = column.name.clone();
                    changes.push(ChangeKind::AddColumn { column, transient_default: true, if_not_exists: false });
                    changes.push(ChangeKind::DropDefault { column: name });
                }
                (change, _) => changes.push(change),
            }
        }
        let changes: Vec<SchemaChange> = changes.into_iter().map(|kind| self.change(&to.table, kind)).collect();
        // They stand behind the copying itself.
        let renamings: Vec<SchemaChange> = changes.iter().skip(1).take(renamed.len()).cloned().collect();
        let statement: Statement = self.statement(changes);
        self.send(statement);
        for renaming in &renamings {
            self.rename_deferred(renaming);
        }
        // What was put off follows now: `_remake_table` sends it and forgets it.
        self.flush(false);
    }

    /// `_alter_field` of SQLite: RENAME COLUMN where only the name changes, else a copy of the table, and of those that
    /// refer to it.
    pub(super) fn alter_field_of_sqlite(
        &mut self,
        ends: Ends<'_>,
        (from, to): (&Model, &Model),
        (old, new): (&Field, &Field),
    ) {
        let keyed = |field: &Field| field.remote.as_ref().is_some_and(|remote| remote.constraint);
        let renamed = old.column.name != new.column.name;
        if renamed && same_definition(old, new) && !keyed(old) && !keyed(new) {
            let (column, name) = (old.column.name.clone(), new.column.name.clone());
            let change = self.change(&to.table, ChangeKind::RenameColumn { column, to: name });
            self.execute_all(vec![change.clone()]);
            self.rename_deferred(&change);
            return;
        }
        let names = [(old.column.name.as_str(), new.column.name.as_str())];
        let changed = if renamed { Changed::Renamed(&names) } else { Changed::Nothing };
        self.remake(ends, (from, to), changed);
        let retyped = old.column.column_type.clone().ok() != new.column.column_type.clone().ok();
        let recollated = self.target.since(4, 1) && old.column.collation != new.column.collation;
        if new.unique && (retyped || recollated) {
            let mut done = vec![to.table.clone()];
            for (before, after) in pointing_to(ends, &(from.app.clone(), from.name.clone())) {
                let refers = before.fields.iter().any(|field| {
                    let key = field.remote.as_ref().and_then(|remote| remote.key.as_ref().ok());
                    let own = |key: &crate::schema::render::Key| key.model == (from.app.clone(), from.name.clone());
                    key.is_some_and(|key| own(key) && (key.field == old.name || old.column.primary_key && key.primary))
                });
                if refers && !done.contains(&after.table) {
                    done.push(after.table.clone());
                    self.remake(ends, (&before, &after), Changed::Nothing);
                }
            }
        }
    }
}

/// The value that a copy fills a new column with.
fn copied(field: &Field) -> Option<DatabaseDefault> {
    if field.column.default.is_some() {
        return None;
    }
    fill(&field.fill)
}

/// What Django fills a column with, as a default that lasts for a statement.
pub(super) fn fill(fill: &Fill) -> Option<DatabaseDefault> {
    let expression = match fill {
        Fill::None | Fill::Unknown => return None,
        Fill::Empty => "''".to_owned(),
        Fill::Time => "now".to_owned(),
        Fill::Default(text) => text.clone(),
    };
    // Python makes one value for all rows.
    Some(DatabaseDefault { expression, volatility: Volatility::Stable })
}

/// Whether two columns are the same but for their names (`column_sql`).
fn same_definition(old: &Field, new: &Field) -> bool {
    let neutral = |field: &Field| {
        let mut column = field.column.clone();
        MOCKED.clone_into(&mut column.name);
        (column.check, column.comment) = (None, None);
        column
    };
    neutral(old) == neutral(new)
}
