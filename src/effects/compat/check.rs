//! The comparison of code with a schema.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::effects::compat::code::{Code, Fill, Link, Model, ModelColumn};
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::{table, types};
use crate::history::Doubt;
use crate::python::Unknown;
use crate::schema::{Schema, Table};
use crate::sql::{Column, ForeignKey};
use crate::target::Vendor;

use Action::{Delete, Insert, M2m, Query, Select, Update};
use Certainty::{Certain, Possible};
use Outcome::{Error, Silent};

/// How code and schema get on.
#[derive(Clone, Debug, Default)]
pub struct Compatibility {
    /// What fails, sorted, each once.
    pub failures: Vec<Failure>,
    /// What can't be told, with its table, and why: what it is about is never taken for safe.
    pub unknown: Vec<(String, Unknown)>,
    /// Why models may be other than they seem.
    pub doubts: Vec<Arc<Doubt>>,
}

/// What of the code can't work on the schema.
#[must_use]
pub fn failures(code: &Code, schema: &Schema) -> Compatibility {
    let all = (0..code.models.len()).collect();
    failures_of(code, schema, &all)
}

/// What of some of the code's models can't work on the schema.
pub(super) fn failures_of(code: &Code, schema: &Schema, models: &BTreeSet<usize>) -> Compatibility {
    let mut referring: BTreeMap<&str, Vec<Referring<'_>>> = BTreeMap::new();
    for (child, own) in &schema.tables {
        for (columns, references) in table::foreign_keys(own) {
            let parent = referring.entry(references.table.as_str()).or_default();
            parent.push(Referring { child, own, columns, references });
        }
    }
    let vendor = code.target.database.vendor;
    let mut check = Check { code, schema, vendor, referring, found: Compatibility::default() };
    for place in models {
        check.model(*place);
    }
    let mut found = check.found;
    found.failures.sort();
    found.failures.dedup();
    found.unknown.sort_by(|a, b| (&a.0, &a.1.text, a.1.span.start).cmp(&(&b.0, &b.1.text, b.1.span.start)));
    found.unknown.dedup();
    found
}

pub(super) struct Check<'c> {
    pub(super) code: &'c Code,
    pub(super) schema: &'c Schema,
    pub(super) vendor: Vendor,
    /// The foreign keys by the tables that they refer to.
    pub(super) referring: BTreeMap<&'c str, Vec<Referring<'c>>>,
    found: Compatibility,
}

/// A foreign key, seen from what it refers to.
#[derive(Clone)]
pub(super) struct Referring<'c> {
    pub(super) child: &'c str,
    pub(super) own: &'c Table,
    pub(super) columns: Vec<&'c str>,
    pub(super) references: &'c ForeignKey,
}

/// Where a failure is reported.
#[derive(Clone, Copy)]
pub(super) struct At<'c> {
    pub(super) model: &'c Model,
    pub(super) table: &'c str,
}

impl<'c> Check<'c> {
    pub(super) fn say(
        &mut self,
        at: At<'_>,
        actions: &[Action],
        (certainty, outcome): (Certainty, Outcome),
        column: Option<&str>,
        cause: &Cause,
    ) {
        for action in actions {
            self.found.failures.push(Failure {
                model: at.model.label.clone(),
                action: *action,
                certainty,
                outcome,
                table: at.table.to_owned(),
                column: column.map(str::to_owned),
                cause: cause.clone(),
            });
        }
    }

    fn model(&mut self, place: usize) {
        let code: &'c Code = self.code;
        let model = &code.models[place];
        if !model.managed {
            return;
        }
        self.found.doubts.extend(model.doubt.clone());
        for holder in code.holders(place) {
            let holder = &code.models[holder];
            let at = At { model, table: &holder.table };
            match table::table(self.schema, &holder.table, self.vendor) {
                None => self.say(at, &[Select, Insert, Update, Delete], (Certain, Error), None, &Cause::NoTable),
                Some(actual) => self.rows(at, holder, actual),
            }
            for link in &holder.links {
                self.link(model, link);
            }
            for target in holder.outgoing.iter().filter(|target| code.models[**target].managed) {
                let table = code.models[*target].table.as_str();
                if table::table(self.schema, table, self.vendor).is_none() {
                    let at = At { model, table };
                    self.say(at, &[Query], (Certain, Error), None, &Cause::NoTable);
                }
            }
        }
        self.deletion(place);
    }

    /// A row of the model's, in one table.
    fn rows(&mut self, at: At<'_>, holder: &'c Model, actual: &Table) {
        let Some(expected) = table::table(&self.code.schema, &holder.table, self.vendor) else { return };
        for own in &holder.columns {
            let Some(wanted) = table::column(expected, &own.name, self.vendor) else { continue };
            match table::column(actual, &own.name, self.vendor) {
                None => {
                    let actions = &[Select, Insert, Update, Delete];
                    self.say(at, actions, (Certain, Error), Some(&own.name), &Cause::NoColumn);
                }
                Some(column) => self.column(at, actual, own, wanted, column),
            }
        }
        for column in &actual.columns {
            let known = holder.columns.iter().any(|own| table::same_column(&own.name, &column.name, self.vendor));
            if !known {
                self.unnamed(at, actual, column, &[Insert], (Certain, Error));
                // The ranges of what SQLite computes are not enforced.
                if column.generated.as_ref().is_some_and(|generated| generated.stored) && self.vendor != Vendor::Sqlite
                {
                    let name = Some(column.name.as_str());
                    self.say(at, &[Insert, Update], (Possible, Error), name, &Cause::Computed);
                }
            }
        }
        self.uniques(at, holder, expected, actual);
        self.constraints(at, holder, expected, actual);
        self.indexes(at, holder, expected, actual);
    }

    /// A column that the code's INSERT does not name.
    fn unnamed(&mut self, at: At<'_>, actual: &Table, column: &Column, actions: &[Action], how: (Certainty, Outcome)) {
        let numbers_rows = self.numbers_rows(actual, column);
        let filled =
            column.null || column.default.is_some() || column.auto || column.generated.is_some() || numbers_rows;
        if let (false, Err(unknown)) = (filled, &column.column_type) {
            // A class that is not known may fill its column in ways of its own.
            self.found.unknown.push((at.table.to_owned(), unknown.clone()));
        } else if !filled {
            self.say(at, actions, how, Some(&column.name), &Cause::Unnamed);
            // Rows that were there got '', which MariaDB's own check of JSON refuses with the next UPDATE (measured:
            // `add_field__json_not_null_no_default`).
            let is_json = column.column_type.as_ref().is_ok_and(|own| own.name == "json");
            if is_json && self.vendor == Vendor::MariaDb {
                let cause = Cause::Check("json_valid".to_owned());
                self.say(at, &[Update], (Possible, Error), Some(&column.name), &cause);
            }
        }
    }

    /// Whether SQLite numbers the column, as it does every INTEGER PRIMARY KEY ("ROWIDs and the INTEGER PRIMARY KEY").
    fn numbers_rows(&self, actual: &Table, column: &Column) -> bool {
        let is_integer = column.column_type.as_ref().is_ok_and(|own| own.name == "integer");
        self.vendor == Vendor::Sqlite && is_integer && table::primary_key(actual) == [column.name.as_str()]
    }

    fn column(&mut self, at: At<'_>, actual: &Table, own: &ModelColumn, wanted: &Column, column: &Column) {
        let name = Some(own.name.as_str());
        let both = &[Insert, Update];
        match own.fill {
            Fill::Computed => {
                if column.generated.is_none() {
                    self.unnamed(at, actual, column, &[Insert], (Certain, Error));
                }
                return self.types(at, own, wanted, column);
            }
            _ if column.generated.is_some() => {
                return self.say(at, both, (Certain, Error), name, &Cause::Generated);
            }
            Fill::Numbered => {
                let numbers = column.auto || column.default.is_some() || self.numbers_rows(actual, column);
                if !numbers {
                    self.say(at, &[Insert], (Certain, Error), name, &Cause::NotNumbered);
                }
            }
            Fill::DatabaseDefault => self.default(at, own, wanted, column),
            Fill::Named => {}
        }
        if wanted.null && !column.null {
            self.say(at, both, (Possible, Error), name, &Cause::NotNull);
        }
        self.types(at, own, wanted, column);
    }

    fn default(&mut self, at: At<'_>, own: &ModelColumn, wanted: &Column, column: &Column) {
        let name = Some(own.name.as_str());
        match (&wanted.default, &column.default) {
            (_, None) => {
                let outcome = if column.null { Silent } else { Error };
                let certainty = if column.null { Possible } else { Certain };
                self.say(at, &[Insert], (certainty, outcome), name, &Cause::NoDefault);
            }
            (Some(wanted), Some(actual)) if !table::same_default(wanted, actual) => {
                self.say(at, &[Insert], (Possible, Silent), name, &Cause::OtherDefault);
            }
            _ => {}
        }
    }

    fn types(&mut self, at: At<'_>, own: &ModelColumn, wanted: &Column, column: &Column) {
        let name = Some(own.name.as_str());
        match (&wanted.column_type, &column.column_type) {
            (Ok(wanted), Ok(actual)) => {
                for (action, certainty, outcome, cause) in types::misfits(wanted, actual, self.code.target) {
                    let about_values = matches!(
                        cause,
                        Cause::TooLong(_) | Cause::OutOfRange(_) | Cause::Rounded(_) | Cause::WiderType(_)
                    );
                    let chosen = matches!(cause, Cause::TooLong(length) if own.chooses_up_to(length));
                    if !(own.derived && about_values || chosen) {
                        self.say(at, &[action], (certainty, outcome), name, &cause);
                    }
                }
            }
            (Err(wanted), Err(actual)) if wanted.text == actual.text => {}
            (_, Err(unknown)) | (Err(unknown), _) => {
                self.found.unknown.push((at.table.to_owned(), unknown.clone()));
            }
        }
        if wanted.collation != column.collation {
            self.say(at, &[Query], (Possible, Silent), name, &Cause::Collation);
        }
    }

    /// The table of a ManyToManyField.
    fn link(&mut self, model: &Model, link: &Link) {
        let at = At { model, table: &link.table };
        let Some(actual) = table::table(self.schema, &link.table, self.vendor) else {
            return self.say(at, &[M2m], (Certain, Error), None, &Cause::NoTable);
        };
        for name in [&link.from, &link.to] {
            if table::column(actual, name, self.vendor).is_none() {
                self.say(at, &[M2m], (Certain, Error), Some(name), &Cause::NoColumn);
            }
        }
        let own_keys = table::table(&self.code.schema, &link.table, self.vendor).map(table::foreign_keys);
        for (columns, references) in table::foreign_keys(actual) {
            let other = |(own, target): &(Vec<&str>, &ForeignKey)| {
                table::same_columns(own, &columns, self.vendor)
                    && target.table != references.table
                    && table::table(self.schema, &target.table, self.vendor).is_some()
            };
            if own_keys.iter().flatten().any(other) {
                let cause = Cause::Dangling(references.table.clone());
                self.say(at, &[M2m], (Possible, Error), columns.first().copied(), &cause);
            }
        }
        // `add()` ignores conflicts (`_get_add_plan`): PostgreSQL raises what is no conflict all the same, SQLite's
        // INSERT OR IGNORE adds nothing, and INSERT IGNORE of MySQL stores 0 or ''.
        let how = (Certain, if self.vendor == Vendor::PostgreSql { Error } else { Silent });
        for column in &actual.columns {
            let named = [&link.from, &link.to].iter().any(|own| table::same_column(own, &column.name, self.vendor));
            if !named {
                self.unnamed(at, actual, column, &[M2m], how);
            }
        }
    }
}
