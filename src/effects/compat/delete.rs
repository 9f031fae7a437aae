//! What Django deletes or updates along with a row: `Collector.collect` (`django.db.models.deletion`).

use crate::effects::compat::code::{Code, Incoming};
use crate::migration::Field;
use crate::python::ValueKind;

/// What follows for a row when the one that it refers to goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDelete {
    /// It is deleted as well.
    Cascade,
    /// The deletion is refused, after a look for such rows.
    Refuse,
    /// Its column is set to something: `SET_NULL`, `SET_DEFAULT`, `SET(…)`.
    Set,
    /// Django leaves it to the database: `DO_NOTHING`, and `DB_CASCADE`, `DB_SET_NULL`, `DB_SET_DEFAULT` of Django 6.1.
    Nothing,
    /// Not known.
    Unknown,
}

impl OnDelete {
    /// What `on_delete` of a relation says.
    pub(super) fn of(field: &Field) -> Self {
        let name = match field.argument("on_delete").map(|argument| &argument.value.kind) {
            Some(ValueKind::Reference(path)) => path.rsplit('.').next(),
            Some(ValueKind::Call(call)) => call.callee.as_deref().and_then(|path| path.rsplit('.').next()),
            _ => None,
        };
        match name {
            Some("CASCADE") => OnDelete::Cascade,
            Some("PROTECT" | "RESTRICT") => OnDelete::Refuse,
            Some("SET_NULL" | "SET_DEFAULT" | "SET") => OnDelete::Set,
            Some("DO_NOTHING" | "DB_CASCADE" | "DB_SET_NULL" | "DB_SET_DEFAULT") => OnDelete::Nothing,
            _ => OnDelete::Unknown,
        }
    }

    /// Whether the code looks after such rows itself.
    pub(super) fn is_handled(self) -> bool {
        self != OnDelete::Nothing
    }
}

/// A column that the deletion of a row asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand<'c> {
    pub(super) table: &'c str,
    pub(super) column: &'c str,
    /// The table whose row it refers to.
    pub(super) parent: &'c str,
    pub(super) on_delete: OnDelete,
    /// Whether the code sets the column to NULL.
    pub(super) sets_null: bool,
    /// Whether Django looks after the table.
    pub(super) managed: bool,
}

impl Code {
    /// The columns that the deletion of a row of the model asks for, in the tables of others.
    pub(super) fn deleted_with(&self, place: usize) -> Vec<Demand<'_>> {
        let mut demands = Vec::new();
        let mut open = self.holders(place);
        let mut seen = open.clone();
        while let Some(next) = open.pop() {
            let model = &self.models[next];
            for Incoming { model: child, column, on_delete, null } in &model.incoming {
                let table = self.models[*child].table.as_str();
                let on_delete = *on_delete;
                let sets_null = on_delete == OnDelete::Set && *null;
                let managed = self.models[*child].managed;
                demands.push(Demand { table, column, parent: &model.table, on_delete, sets_null, managed });
                if on_delete == OnDelete::Cascade {
                    for holder in self.holders(*child) {
                        if !seen.contains(&holder) {
                            seen.push(holder);
                            open.push(holder);
                        }
                    }
                }
            }
            let on_delete = OnDelete::Cascade;
            for link in &model.links {
                let (table, parent) = (link.table.as_str(), model.table.as_str());
                demands.push(Demand { table, column: &link.from, parent, on_delete, sets_null: false, managed: true });
            }
            for (other, number) in &model.incoming_links {
                if let Some(link) = self.models[*other].links.get(*number) {
                    let (table, parent) = (link.table.as_str(), model.table.as_str());
                    demands.push(Demand {
                        table,
                        column: &link.to,
                        parent,
                        on_delete,
                        sets_null: false,
                        managed: true,
                    });
                }
            }
        }
        demands
    }
}
