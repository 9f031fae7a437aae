//! `ManyToManyField`s that change: `_alter_many_to_many`.

use crate::schema::editor::Editor;
use crate::schema::editor::operations::Ends;
use crate::schema::editor::remake::Changed;
use crate::schema::render::{Field, Model};
use crate::sql::{ChangeKind, Rows};

impl Editor<'_> {
    /// Lets the table between two models follow a ManyToManyField.
    pub(super) fn alter_many_to_many(
        &mut self,
        ends: Ends<'_>,
        (from, to): (&Model, &Model),
        (old, new): (&Field, &Field),
    ) {
        let through = (ends.before.through_of(from, old), ends.after.through_of(to, new));
        let (Some(old), Some(new)) = through else { return };
        match (old, new) {
            (Ok(old), Ok(new)) => self.alter_through(ends, &old, &new),
            (Err(unknown), _) | (_, Err(unknown)) => self.unknown(None, unknown),
        }
    }

    /// Gives the table between two models another name, and the column that refers to the model that got one.
    pub(super) fn rename_many_to_many(
        &mut self,
        ends: Ends<'_>,
        (from, to): (&Model, &Model),
        (old, new): (&Field, &Field),
    ) {
        match (ends.before.through_of(from, old), ends.after.through_of(to, new)) {
            (Some(Ok(old)), Some(Ok(new))) => {
                self.live(ends.before, &old);
                self.rename_table(&old.table, &new.table);
                if let (Some(before), Some(after)) = (old.fields.get(1), new.fields.get(1)) {
                    self.alter_field(ends, (&old, &new), (before, after));
                }
            }
            (Some(Err(unknown)), _) | (_, Some(Err(unknown))) => self.unknown(None, unknown),
            _ => {}
        }
    }

    fn alter_through(&mut self, ends: Ends<'_>, old: &Model, new: &Model) {
        if self.target.is_sqlite() {
            self.alter_through_of_sqlite(ends, old, new);
            return;
        }
        self.live(ends.before, old);
        self.rename_table(&old.table, &new.table);
        // The end that points to the other model first, then the own one.
        for end in [2, 1] {
            if let (Some(before), Some(after)) = (old.fields.get(end), new.fields.get(end)) {
                self.alter_field(ends, (old, new), (before, after));
            }
        }
    }

    /// SQLite copies the table, or fills a new one.
    fn alter_through_of_sqlite(&mut self, ends: Ends<'_>, old: &Model, new: &Model) {
        self.live(ends.before, old);
        if old.table == new.table {
            let both = old.fields.iter().zip(&new.fields).skip(1);
            let mut renamed: Vec<(&str, &str)> =
                both.map(|(before, after)| (before.column.name.as_str(), after.column.name.as_str())).collect();
            renamed.retain(|(before, after)| before != after);
            // Up to 4.1 `alter_field`, one of them.
            if !self.target.since(4, 2) {
                renamed.truncate(1);
            }
            let changed = if renamed.is_empty() { Changed::Nothing } else { Changed::Renamed(&renamed) };
            self.remake(ends, (old, new), changed);
            return;
        }
        self.create_model(ends.after, new);
        self.execute(&new.table, ChangeKind::ChangeRows { rows: Rows::Insert, filtered: false });
        self.delete_model(ends.before, old);
    }

    /// `alter_db_table`: a table gets another name, with what is put off.
    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        if old == new || self.target.is_sqlite() && old.eq_ignore_ascii_case(new) {
            return;
        }
        let change = self.change(old, ChangeKind::RenameTable { to: new.to_owned() });
        self.execute_all(vec![change.clone()]);
        self.rename_deferred(&change);
        self.renamed.push((old.to_owned(), new.to_owned()));
    }
}
