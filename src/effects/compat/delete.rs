//! What Django deletes or updates along with a row: `Collector.collect` (`django.db.models.deletion`).

use crate::effects::compat::check::{At, Check, Referring};
use crate::effects::compat::code::{Code, Incoming, Model};
use crate::effects::compat::failure::{Action, Cause, Certainty, Outcome};
use crate::effects::compat::table;
use crate::migration::Field;
use crate::python::ValueKind;
use crate::sql::ForeignKey;

use Action::Delete;
use Certainty::{Certain, Later, Possible};
use Outcome::Error;

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
        let mut seen = vec![false; self.models.len()];
        for holder in &open {
            seen[*holder] = true;
        }
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
                        if !std::mem::replace(&mut seen[holder], true) {
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

impl<'c> Check<'c> {
    /// What goes along with a row of the model's, and what holds it back.
    pub(super) fn deletion(&mut self, place: usize) {
        let code: &'c Code = self.code;
        let model = &code.models[place];
        let demands = code.deleted_with(place);
        for demand in demands.iter().filter(|demand| demand.on_delete.is_handled() && demand.managed) {
            self.demand(model, demand);
        }
        for holder in code.holders(place) {
            self.referred(model, &code.models[holder].table, &demands);
        }
    }

    fn demand(&mut self, model: &Model, demand: &Demand<'_>) {
        let at = At { model, table: demand.table };
        let name = Some(demand.column);
        let Some(actual) = table::table(self.schema, demand.table, self.vendor) else {
            return self.say(at, &[Delete], (Certain, Error), None, &Cause::NoTable);
        };
        match table::column(actual, demand.column, self.vendor) {
            None => self.say(at, &[Delete], (Certain, Error), name, &Cause::NoColumn),
            Some(column) if demand.sets_null && !column.null => {
                self.say(at, &[Delete], (Possible, Error), name, &Cause::NotNull);
            }
            Some(_) => {}
        }
    }

    /// Foreign keys to the table that the code does not look after, and the database does not either.
    fn referred(&mut self, model: &Model, parent: &str, demands: &[Demand<'_>]) {
        let at = At { model, table: parent };
        for Referring { child, own, columns, references } in self.referring.get(parent).cloned().unwrap_or_default() {
            if table::acts(references) {
                continue;
            }
            let expected = table::table(&self.code.schema, child, self.vendor);
            let asks = |demand: &&Demand<'_>| {
                demand.table == child && demand.parent == parent && columns.contains(&demand.column)
            };
            let handled = demands.iter().filter(asks).any(|demand| demand.on_delete.is_handled());
            let same = |(other, target): &(Vec<&str>, &ForeignKey)| {
                *other == columns && table::same_reference(target, references)
            };
            let wanted = expected.is_some_and(|table| table::foreign_keys(table).iter().any(same));
            if handled || wanted {
                continue;
            }
            let is_known = columns
                .iter()
                .any(|column| expected.is_some_and(|table| table::column(table, column, self.vendor).is_some()));
            // Rows that are there already have what the column was filled with.
            let mut filled = columns.iter().filter_map(|name| table::column(own, name, self.vendor));
            let is_filled = self.code.has_table(child) && filled.any(|column| column.default.is_some() || !column.null);
            let certainty = if is_known || is_filled { Possible } else { Later };
            let cause = Cause::Referred(child.to_owned());
            self.say(at, &[Delete], (certainty, Error), columns.first().copied(), &cause);
        }
    }
}
