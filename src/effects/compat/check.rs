//! The comparison of code with a schema.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::effects::bound::Bound;
use crate::effects::compat::code::{Code, Fill, Model, ModelColumn};
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::need::Need;
use crate::effects::compat::{table, types};
use crate::history::Doubt;
use crate::python::Unknown;
use crate::schema::{Schema, Table};
use crate::sql::{Column, ForeignKey, Reach, Rows};
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
    /// Why models may have more fields: nothing to a column that is known.
    pub more_fields: Vec<Arc<Doubt>>,
}

/// What of the code can't work on the schema.
#[must_use]
pub fn failures(code: &Code, schema: &Schema) -> Compatibility {
    failures_of(code, &Snapshot::of(schema), code.needs.all())
}

/// Which of some needs of the code the schema does not meet.
pub(super) fn failures_of(
    code: &Code,
    snapshot: &Snapshot<'_>,
    needs: impl IntoIterator<Item = Need>,
) -> Compatibility {
    let mut check = Check::new(code, snapshot);
    for need in needs {
        check.need(need);
    }
    let mut found = check.found;
    found.failures.sort();
    found.failures.dedup();
    found.unknown.sort_by(|a, b| (&a.0, &a.1.text, a.1.span.start).cmp(&(&b.0, &b.1.text, b.1.span.start)));
    found.unknown.dedup();
    found
}

/// A schema at one moment.
pub(super) struct Snapshot<'s> {
    schema: &'s Schema,
    /// Its foreign keys by the tables that they refer to, once somebody asks.
    referring: OnceCell<BTreeMap<&'s str, Vec<Referring<'s>>>>,
}

/// A foreign key, seen from what it refers to.
pub(super) struct Referring<'s> {
    pub(super) child: &'s str,
    pub(super) own: &'s Table,
    pub(super) columns: Vec<&'s str>,
    pub(super) references: &'s ForeignKey,
}

impl<'s> Snapshot<'s> {
    pub(super) fn of(schema: &'s Schema) -> Self {
        Self { schema, referring: OnceCell::new() }
    }

    /// A table of it.
    pub(super) fn table(&self, name: &str) -> Option<&'s Table> {
        self.schema.table(name)
    }

    /// The foreign keys that refer to a table.
    pub(super) fn referring(&self, parent: &str) -> &[Referring<'s>] {
        let all = self.referring.get_or_init(|| {
            let mut referring: BTreeMap<&str, Vec<Referring<'_>>> = BTreeMap::new();
            for (child, own) in &self.schema.tables {
                for (columns, references) in table::foreign_keys(own) {
                    let parent = referring.entry(references.table.as_str()).or_default();
                    parent.push(Referring { child, own, columns, references });
                }
            }
            referring
        });
        all.get(parent).map_or(&[], Vec::as_slice)
    }
}

/// A comparison under way.
pub(super) struct Check<'c, 's> {
    pub(super) code: &'c Code,
    pub(super) snapshot: &'c Snapshot<'s>,
    pub(super) schema: &'c Schema,
    pub(super) vendor: Vendor,
    found: Compatibility,
}

/// Where a failure is reported.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The models that act, by their place.
    pub(super) who: &'a [usize],
    pub(super) table: &'a str,
}

impl<'c, 's> Check<'c, 's> {
    pub(super) fn say(
        &mut self,
        at: At<'_>,
        actions: &[Action],
        (certainty, outcome): (Certainty, Outcome),
        column: Option<&str>,
        cause: &Cause,
    ) {
        for (model, action) in at.who.iter().flat_map(|model| actions.iter().map(move |action| (model, action))) {
            self.found.failures.push(Failure {
                model: self.code.models[*model].label.clone(),
                action: *action,
                certainty,
                outcome,
                table: at.table.to_owned(),
                column: column.map(str::to_owned),
                cause: cause.clone(),
            });
        }
    }

    fn new(code: &'c Code, snapshot: &'c Snapshot<'s>) -> Self {
        let (schema, vendor) = (snapshot.schema, code.target.database.vendor);
        Self { code, snapshot, schema, vendor, found: Compatibility::default() }
    }

    fn need(&mut self, need: Need) {
        let code: &'c Code = self.code;
        match need {
            Need::Rows(place) => {
                let model = &code.models[place];
                let at = At { who: code.inheriting(place), table: &model.table };
                self.doubt(at.who);
                match table::table(self.schema, &model.table, self.vendor) {
                    None => self.say(at, &[Select, Insert, Update, Delete], (Certain, Error), None, &Cause::NoTable),
                    Some(actual) => self.rows(at, model, actual),
                }
            }
            Need::Target(place, target) => {
                let target = &code.models[target];
                if target.managed && table::table(self.schema, &target.table, self.vendor).is_none() {
                    let at = At { who: code.inheriting(place), table: &target.table };
                    self.say(at, &[Query], (Certain, Error), None, &Cause::NoTable);
                }
            }
            Need::Link(place, number) => self.link(place, number),
            Need::Dependents(place, number) => self.dependents(place, number),
            Need::Freedom(place) => self.freedom(place),
        }
    }

    /// Notes what is not known of models.
    fn doubt(&mut self, who: &[usize]) {
        let models = || who.iter().map(|who| &self.code.models[*who]);
        self.found.doubts.extend(models().filter_map(|model| model.doubt.clone()));
        self.found.more_fields.extend(models().filter_map(|model| model.more_fields.clone()));
    }

    /// A row of the model's, in one table.
    fn rows(&mut self, at: At<'_>, holder: &'c Model, actual: &Table) {
        let Some(expected) = table::table(&self.code.schema, &holder.table, self.vendor) else { return };
        for own in holder.columns.iter() {
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
        self.guards(at, actual, &[(Rows::Insert, Insert), (Rows::Update, Update), (Rows::Delete, Delete)]);
        self.uniques(at, holder, expected, actual);
        self.constraints(at, holder, expected, actual);
        self.indexes(at, holder, expected, actual);
    }

    /// Triggers and rules that stop what the code sends: the model does not tell of them.
    fn guards(&mut self, at: At<'_>, actual: &Table, actions: &[(Rows, Action)]) {
        for guard in &actual.guards {
            let by = format!("{} `{}`", if guard.rule { "rule" } else { "trigger" }, guard.name);
            let drops = if guard.rule || guard.before_rows { guard.body.drops } else { Reach::None };
            for (reach, outcome) in [(guard.body.refuses, Error), (drops, Silent)] {
                let certainty = match reach {
                    Reach::None => continue,
                    Reach::All if guard.always => Certain,
                    Reach::All | Reach::Some => Possible,
                };
                let stopped = actions.iter().filter(|(event, _)| guard.events.contains(event));
                let stopped: Vec<Action> = stopped.map(|(_, action)| *action).collect();
                self.say(at, &stopped, (certainty, outcome), None, &Cause::Stopped(by.clone()));
            }
        }
    }

    /// A column that the code's INSERT does not name.
    fn unnamed(&mut self, at: At<'_>, actual: &Table, column: &Column, actions: &[Action], how: (Certainty, Outcome)) {
        let numbers_rows = self.numbers_rows(actual, column);
        let filled = !column.must_be_given() || numbers_rows;
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
                    let outcome = if column.must_be_given() { Error } else { Silent };
                    self.say(at, &[Insert], (Certain, outcome), name, &Cause::NotComputed);
                    self.say(at, &[Update], (Certain, Silent), name, &Cause::NotComputed);
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
        if wanted.null && !column.null && !self.checks_for_value(at.table, own) {
            self.say(at, both, (Possible, Error), name, &own.null_refused());
        }
        self.types(at, own, wanted, column);
    }

    /// Whether a check of the code's own refuses NULL in a column that could hold it.
    fn checks_for_value(&self, table: &str, own: &ModelColumn) -> bool {
        table::table(&self.code.schema, table, self.vendor).is_some_and(|expected| {
            let names = [own.name.as_str(), own.field.as_str()];
            table::checks(expected).iter().any(|(_, check)| Bound::excludes_null(check, &names))
        })
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
        let ignores_case = |own: &Column| own.column_type.as_ref().is_ok_and(|own| own.name == "citext");
        if wanted.collation != column.collation || ignores_case(wanted) != ignores_case(column) {
            self.say(at, &[Query], (Possible, Silent), name, &Cause::Collation);
        }
    }

    /// The table of a ManyToManyField, number `number` of a model.
    fn link(&mut self, place: usize, number: usize) {
        let code: &'c Code = self.code;
        let Some(link) = code.models[place].links.get(number) else { return };
        let at = At { who: code.inheriting(place), table: &link.table };
        self.doubt(at.who);
        self.linked(place, link);
        let Some(actual) = table::table(self.schema, &link.table, self.vendor) else {
            return self.say(at, &[M2m], (Certain, Error), None, &Cause::NoTable);
        };
        for name in [&link.from, &link.to] {
            if table::column(actual, name, self.vendor).is_none() {
                self.say(at, &[M2m], (Certain, Error), Some(name), &Cause::NoColumn);
            }
        }
        self.guards(at, actual, &[(Rows::Insert, M2m), (Rows::Delete, M2m)]);
        let own_keys = table::table(&self.code.schema, &link.table, self.vendor).map(table::foreign_keys);
        for (columns, references) in table::foreign_keys(actual) {
            let other = |(own, target): &(Vec<&str>, &ForeignKey)| {
                table::same_columns(own, &columns, self.vendor)
                    && target.table != references.table
                    && !self.code.leads_to(target, references)
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
