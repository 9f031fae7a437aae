//! What Django deletes or updates along with a row: `Collector.collect` (`django.db.models.deletion`).

use crate::effects::compat::check::{At, Check, Referring};
use crate::effects::compat::code::{Code, Incoming, Link};
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

impl Code {
    /// The models, among those that Django looks after, of which a deletion takes rows of this model along: itself, its
    /// multi-table children, and what it refers to with `CASCADE`.
    fn taking_along(&self, place: usize) -> Vec<usize> {
        let mut seen = vec![false; self.models.len()];
        let mut open = vec![place];
        while let Some(next) = open.pop() {
            if std::mem::replace(&mut seen[next], true) {
                continue;
            }
            open.extend(
                (0..self.models.len()).filter(|child| !seen[*child] && self.models[*child].parents.contains(&next)),
            );
            let cascades = |parent: &&usize| {
                let incoming = &self.models[**parent].incoming;
                incoming.iter().any(|own| own.model == next && own.on_delete == OnDelete::Cascade)
            };
            open.extend(self.models[next].outgoing.iter().filter(cascades));
        }
        (0..self.models.len()).filter(|place| seen[*place] && self.models[*place].managed).collect()
    }

    /// Whether the code itself looks after the rows of `child` that refer to a row of `parent` by these columns.
    fn looks_after(&self, parent: &str, child: &str, columns: &[&str]) -> bool {
        let is_named = |column: &String| columns.contains(&column.as_str());
        self.models.iter().filter(|model| model.table == parent).any(|model| {
            let by_relation = model.incoming.iter().any(|incoming| {
                let is_it = self.models[incoming.model].table == child && is_named(&incoming.column);
                is_it && incoming.on_delete.is_handled()
            });
            let by_link = model.links.iter().any(|link| link.table == child && is_named(&link.from));
            let others =
                model.incoming_links.iter().filter_map(|(other, number)| self.models[*other].links.get(*number));
            by_relation || by_link || others.into_iter().any(|link| link.table == child && is_named(&link.to))
        })
    }
}

impl<'c> Check<'c, '_> {
    /// The rows that go along with a row of a model by one of the relations that point at it.
    pub(super) fn dependents(&mut self, place: usize, number: usize) {
        let code: &'c Code = self.code;
        let Some(Incoming { model: child, column, on_delete, null }) = code.models[place].incoming.get(number) else {
            return;
        };
        if on_delete.is_handled() && code.models[*child].managed {
            let sets_null = *on_delete == OnDelete::Set && *null;
            self.demand(place, &code.models[*child].table, column, sets_null);
        }
    }

    /// The rows of a ManyToManyField, which go along with those at both ends.
    pub(super) fn linked(&mut self, place: usize, link: &Link) {
        self.demand(place, &link.table, &link.from, false);
        if let Some(target) = link.target {
            self.demand(target, &link.table, &link.to, false);
        }
    }

    /// A column that the deletion of a row of a model asks for, in another table.
    fn demand(&mut self, place: usize, table: &str, column: &str, sets_null: bool) {
        let found = table::table(self.schema, table, self.vendor);
        let (how, name, cause) = match found.map(|actual| table::column(actual, column, self.vendor)) {
            None => (Certain, None, Cause::NoTable),
            Some(None) => (Certain, Some(column), Cause::NoColumn),
            Some(Some(column)) if sets_null && !column.null => (Possible, Some(column.name.as_str()), Cause::NotNull),
            Some(Some(_)) => return,
        };
        let who = self.code.taking_along(place);
        self.say(At { who: &who, table }, &[Delete], (how, Error), name, &cause);
    }

    /// Foreign keys to the table that the code does not look after, and the database does not either.
    pub(super) fn freedom(&mut self, place: usize) {
        let (code, snapshot) = (self.code, self.snapshot);
        let parent = code.models[place].table.as_str();
        let at = At { who: code.inheriting(place), table: parent };
        for Referring { child, own, columns, references } in snapshot.referring(parent) {
            if table::acts(references) || code.looks_after(parent, child, columns) {
                continue;
            }
            let expected = table::table(&code.schema, child, self.vendor);
            let same = |(other, target): &(Vec<&str>, &ForeignKey)| {
                // What refers to a row of a multi-table child goes with that row, which goes with its parent's.
                let inherited = || code.looks_after(&target.table, child, columns) && code.leads_to(target, references);
                other == columns && (table::same_reference(target, references) || inherited())
            };
            if expected.is_some_and(|table| table::foreign_keys(table).iter().any(same)) {
                continue;
            }
            let is_known = columns
                .iter()
                .any(|column| expected.is_some_and(|table| table::column(table, column, self.vendor).is_some()));
            // Rows that are there already have what the column was filled with.
            let mut filled = columns.iter().filter_map(|name| table::column(own, name, self.vendor));
            let is_filled = code.has_table(child) && filled.any(|column| column.default.is_some() || !column.null);
            let certainty = if is_known || is_filled { Possible } else { Later };
            let cause = Cause::Referred((*child).to_owned());
            self.say(at, &[Delete], (certainty, Error), columns.first().copied(), &cause);
        }
    }
}
