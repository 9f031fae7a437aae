//! The comparison of code with a schema.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::effects::compat::bound::Bound;
use crate::effects::compat::code::{Code, Fill, Link, Model, ModelColumn};
use crate::effects::compat::delete::Demand;
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::{table, types};
use crate::history::Doubt;
use crate::python::Unknown;
use crate::schema::{Schema, Table};
use crate::sql::{Column, DatabaseDefault, ForeignKey, Index, Volatility};
use crate::target::Vendor;

use Action::{Delete, Insert, M2m, Query, Select, Update, Upsert};
use Certainty::{Certain, Later, Possible};
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

struct Check<'c> {
    code: &'c Code,
    schema: &'c Schema,
    vendor: Vendor,
    /// The foreign keys by the tables that they refer to.
    referring: BTreeMap<&'c str, Vec<Referring<'c>>>,
    found: Compatibility,
}

/// A foreign key, seen from what it refers to.
#[derive(Clone)]
struct Referring<'c> {
    child: &'c str,
    own: &'c Table,
    columns: Vec<&'c str>,
    references: &'c ForeignKey,
}

/// Where a failure is reported.
#[derive(Clone, Copy)]
struct At<'c> {
    model: &'c Model,
    table: &'c str,
}

impl<'c> Check<'c> {
    fn say(
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
        if !filled {
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
            (Some(wanted), Some(actual)) if !same_default(wanted, actual) => {
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

    fn uniques(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        let (wanted, there) = (table::uniques(expected), table::uniques(actual));
        let vendor = self.vendor;
        for unique in wanted.iter().filter(|unique| unique.conflict_target) {
            let found = there
                .iter()
                .any(|other| other.conflict_target && table::same_columns(&unique.columns, &other.columns, vendor));
            let there = |name: &&str| table::column(actual, name, vendor).is_some();
            // `bulk_create` wants something to update, and does not take the primary key
            // (`QuerySet._check_bulk_create_options`).
            let key = table::primary_key(expected);
            let updates = holder.columns.iter().any(|own| {
                let is_among =
                    |columns: &[&str]| columns.iter().any(|name| table::same_column(name, &own.name, vendor));
                own.fill != Fill::Computed && !is_among(&key) && !is_among(&unique.columns)
            });
            if !found && updates && unique.columns.iter().all(there) {
                // ON DUPLICATE KEY UPDATE names no columns: a second row is inserted.
                let mysql = matches!(vendor, Vendor::MySql | Vendor::MariaDb);
                let how = (Certain, if mysql { Silent } else { Error });
                let columns = unique.columns.iter().map(ToString::to_string).collect();
                let only = single(&unique.columns);
                self.say(at, &[Upsert], how, only, &Cause::NoConflictTarget(columns));
            }
        }
        for unique in &there {
            // Rows that differ in some of the columns differ in all of them. Conditions are not known: only the same
            // constraint has the same.
            let implied = wanted.iter().any(|own| {
                let contains = |column: &&str| unique.columns.iter().any(|c| table::same_column(c, column, vendor));
                let whole = !own.partial && !own.expressions;
                own == unique || (whole && own.columns.iter().all(contains))
            });
            if !implied && self.collides(holder, actual, &unique.columns) {
                let columns = unique.columns.iter().map(ToString::to_string).collect();
                let only = single(&unique.columns);
                self.say(at, &[Insert, Update], (Possible, Error), only, &Cause::Duplicate(columns));
            }
        }
    }

    /// Whether two rows that the code writes may have the same in all of these columns: NULL never is the same.
    fn collides(&self, holder: &Model, actual: &Table, columns: &[&str]) -> bool {
        columns.iter().all(|name| {
            let known = holder.columns.iter().find(|own| table::same_column(&own.name, name, self.vendor));
            if let Some(own) = known {
                return own.fill != Fill::Numbered;
            }
            match table::column(actual, name, self.vendor) {
                None => true,
                Some(column) => match &column.default {
                    _ if column.auto => false,
                    Some(default) => default.volatility != Volatility::Volatile,
                    None => !column.null || column.generated.is_some(),
                },
            }
        })
    }

    fn constraints(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        let own_checks = table::checks(expected);
        for (check, expression) in table::checks(actual) {
            self.own_default_refused(at, holder, expected, (check, expression));
            let is_own = own_checks.iter().any(|(_, other)| same_text(other, expression));
            if is_own || self.passes_null(holder, actual, expression) {
                continue;
            }
            let is_about = |own: &&ModelColumn| {
                let named = table::mentions(expression, &own.name) || table::mentions(expression, &own.field);
                own.fill != Fill::Computed && named
            };
            let about: Vec<&ModelColumn> = holder.columns.iter().filter(is_about).collect();
            let Some(own) = about.first() else {
                self.default_refused(at, holder, actual, (check, expression));
                continue;
            };
            let wanted = table::column(expected, &own.name, self.vendor);
            let bound = Bound::of(expression, &[&own.name, &own.field]).filter(|_| about.len() == 1);
            let name = Some(own.name.as_str());
            match bound {
                // The same as NOT NULL, which may take its place.
                Some(Bound::NotNull) => {
                    if wanted.is_some_and(|wanted| wanted.null) {
                        self.say(at, &[Insert, Update], (Possible, Error), name, &Cause::NotNull);
                    }
                }
                Some(bound) if self.implied(&bound, own, wanted, &own_checks) => {}
                _ if about.len() == 1 && own.chooses_within(expression) => {}
                _ => {
                    let cause = Cause::Check(check.unwrap_or(expression).to_owned());
                    self.say(at, &[Insert, Update], (Possible, Error), name, &cause);
                }
            }
        }
        let known: Vec<Option<&str>> = table::exclusions(expected).collect();
        if table::exclusions(actual).any(|name| !known.contains(&name)) {
            self.say(at, &[Insert, Update], (Possible, Error), None, &Cause::Exclusion);
        }
        let own_keys = table::foreign_keys(expected);
        for (columns, references) in table::foreign_keys(actual) {
            let parent = table::table(self.schema, &references.table, self.vendor);
            if parent.is_none() && self.vendor == Vendor::Sqlite {
                // "no such table" as soon as the constraint is looked at.
                let at = At { table: &references.table, ..at };
                self.say(at, &[Insert, Update], (Certain, Error), None, &Cause::NoTable);
            }
            let is_own = own_keys.iter().any(|(own, target)| {
                table::same_columns(own, &columns, self.vendor) && same_parent(target, references)
            });
            let known = |name: &&&str| holder.columns.iter().any(|own| own.name == **name);
            if let (false, Some(column)) = (is_own, columns.iter().find(known)) {
                // A parent under another name is a failure of its own.
                let renamed = own_keys.iter().any(|(own, target)| {
                    table::same_columns(own, &columns, self.vendor)
                        && table::table(self.schema, &target.table, self.vendor).is_none()
                });
                if !renamed {
                    let cause = Cause::Dangling(references.table.clone());
                    self.say(at, &[Insert, Update], (Possible, Error), Some(column), &cause);
                }
            }
        }
    }

    /// A check that the code's own `db_default` does not pass.
    fn own_default_refused(&mut self, at: At<'_>, holder: &Model, expected: &Table, check: (Option<&str>, &str)) {
        let (name, expression) = check;
        for own in holder.columns.iter().filter(|own| own.relies_on_default) {
            let default = table::column(expected, &own.name, self.vendor).and_then(|wanted| wanted.default.as_ref());
            let number = default.and_then(|default| default.expression.trim().parse().ok());
            let bound = Bound::of(expression, &[&own.name, &own.field]);
            if bound.zip(number).is_some_and(|(bound, number)| bound.refuses(number)) {
                let cause = Cause::Check(name.unwrap_or(expression).to_owned());
                self.say(at, &[Insert], (Certain, Error), Some(&own.name), &cause);
            }
        }
    }

    /// Whether a check lets rows be that have NULL in a column which the code does not know, and leaves empty: a
    /// comparison with NULL is not false.
    fn passes_null(&self, holder: &Model, actual: &Table, expression: &str) -> bool {
        let is_empty = |column: &&Column| {
            let known = holder.columns.iter().any(|own| table::same_column(&own.name, &column.name, self.vendor));
            !known && column.null && column.default.is_none() && column.generated.is_none()
        };
        let empty = actual.columns.iter().filter(is_empty).find(|column| table::mentions(expression, &column.name));
        empty.is_some_and(|column| table::null_passes(expression, &column.name))
    }

    /// Whether the code's own field lets nothing through that a check refuses.
    fn implied(
        &self,
        bound: &Bound,
        own: &ModelColumn,
        wanted: Option<&Column>,
        checks: &[(Option<&str>, &str)],
    ) -> bool {
        let by_check = checks.iter().any(|(_, other)| {
            Bound::of(other, &[&own.name, &own.field]).is_some_and(|other| bound.follows_from(&other))
        });
        // SQLite does not look at ranges.
        let range = wanted.and_then(|wanted| types::range(wanted.column_type.as_ref().ok()?));
        let by_type = range.filter(|_| self.vendor != Vendor::Sqlite).is_some_and(|(least, most)| {
            bound.follows_from(&Bound::Least(least)) || bound.follows_from(&Bound::Most(most))
        });
        by_check || by_type
    }

    /// A check on a column that the code does not know, and of which the default does not hold.
    fn default_refused(&mut self, at: At<'_>, holder: &Model, actual: &Table, check: (Option<&str>, &str)) {
        let (name, expression) = check;
        let mut others = actual.columns.iter().filter(|column| table::mentions(expression, &column.name));
        let (Some(column), None) = (others.next(), others.next()) else { return };
        let is_own = holder.columns.iter().any(|own| table::same_column(&own.name, &column.name, self.vendor));
        let number = column.default.as_ref().and_then(|default| default.expression.trim().parse().ok());
        let bound = Bound::of(expression, &[&column.name]);
        let refused = bound.zip(number).is_some_and(|(bound, number)| bound.refuses(number));
        if !is_own && refused {
            let cause = Cause::Check(name.unwrap_or(expression).to_owned());
            self.say(at, &[Insert], (Certain, Error), Some(&column.name), &cause);
        }
    }

    /// Indexes of PostgreSQL that refuse a row: a B-tree takes no entry of more than 2704 bytes, a third of a page
    /// (manual, "B-Tree Indexes"), and an expression may fail.
    fn indexes(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        if self.vendor != Vendor::PostgreSql {
            return;
        }
        for index in &actual.indexes {
            let same = |other: &Index| other.columns == index.columns && other.method == index.method;
            if expected.indexes.iter().any(same) || !matches!(index.method.as_deref(), None | Some("btree")) {
                continue;
            }
            for entry in &index.columns {
                let may_fail = |own: &&ModelColumn| {
                    let names = table::mentions(entry, &own.name) || table::mentions(entry, &own.field);
                    let wanted = table::column(expected, &own.name, self.vendor);
                    if *entry == own.name {
                        wanted.and_then(|wanted| wanted.column_type.as_ref().ok()).is_some_and(types::is_long_text)
                    } else {
                        names && index.expressions && table::may_raise(entry)
                    }
                };
                if let Some(own) = holder.columns.iter().find(may_fail) {
                    let cause = Cause::Indexed(index.name.clone().unwrap_or_default());
                    self.say(at, &[Insert, Update], (Possible, Error), Some(&own.name), &cause);
                }
            }
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

    /// What goes along with a row of the model's, and what holds it back.
    fn deletion(&mut self, place: usize) {
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
            return self.say(at, &[Delete], (Certain, Error), name, &Cause::NoTable);
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
            if acts(references) {
                continue;
            }
            let expected = table::table(&self.code.schema, child, self.vendor);
            let asks = |demand: &&Demand<'_>| {
                demand.table == child && demand.parent == parent && columns.contains(&demand.column)
            };
            let handled = demands.iter().filter(asks).any(|demand| demand.on_delete.is_handled());
            let same =
                |(other, target): &(Vec<&str>, &ForeignKey)| *other == columns && same_reference(target, references);
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

/// Whether the database itself deletes or updates the rows that refer.
fn acts(references: &ForeignKey) -> bool {
    references.on_delete.as_deref().is_some_and(|action| !matches!(action, "NO ACTION" | "RESTRICT"))
}

/// Whether two foreign keys want the same parent: a primary key may stand as no columns.
fn same_parent(a: &ForeignKey, b: &ForeignKey) -> bool {
    let same_columns = a.columns.is_empty() || b.columns.is_empty() || a.columns == b.columns;
    a.table == b.table && same_columns
}

/// Whether a foreign key demands the same, and does the same when the parent goes.
fn same_reference(a: &ForeignKey, b: &ForeignKey) -> bool {
    same_parent(a, b) && acts(a) == acts(b)
}

fn single<'a>(columns: &[&'a str]) -> Option<&'a str> {
    match columns {
        [column] => Some(column),
        _ => None,
    }
}

/// Whether two texts of SQL are the same, but for quotes, brackets, spaces and case.
fn same_text(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        let counts = |c: &char| !matches!(c, '"' | '`' | '(' | ')') && !c.is_whitespace();
        text.chars().filter(counts).flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}

fn same_default(a: &DatabaseDefault, b: &DatabaseDefault) -> bool {
    same_text(&a.expression, &b.expression)
}
