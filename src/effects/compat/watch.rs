//! Failures, followed from change to change.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::check::{Compatibility, failures_of};
use crate::effects::compat::failure::Failure;
use crate::effects::compat::{Code, table};
use crate::python::Unknown;
use crate::schema::{Schema, Table};
use crate::sql::{ChangeKind, SchemaChange};

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// The place of its statement.
    pub(super) statement: usize,
    /// Its place in the statement.
    pub(super) change: usize,
    /// The operation that sends it.
    pub(super) operation: usize,
}

/// A code whose failures are followed from change to change.
pub(super) struct Watch<'a> {
    code: &'a Code,
    before: &'a Schema,
    /// The failures of the models that were touched, on the schema before.
    initial: BTreeMap<usize, BTreeSet<Failure>>,
    /// The same, on the schema so far.
    current: BTreeMap<usize, BTreeSet<Failure>>,
    /// When a failure last came, and when it last went.
    came: BTreeMap<Failure, At>,
    went: BTreeMap<Failure, At>,
    /// What can't be told, and since when.
    pub(super) unknown: Vec<(Unknown, At)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(code: &'a Code, before: &'a Schema) -> Self {
        Self {
            code,
            before,
            initial: BTreeMap::new(),
            current: BTreeMap::new(),
            came: BTreeMap::new(),
            went: BTreeMap::new(),
            unknown: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, schema: &Schema, tables: &BTreeSet<String>, at: At) {
        for model in self.code.touching(tables) {
            let only = BTreeSet::from([model]);
            let initial = self
                .initial
                .entry(model)
                .or_insert_with(|| failures_of(self.code, self.before, &only).failures.into_iter().collect());
            let Compatibility { failures, unknown, doubts } = failures_of(self.code, schema, &only);
            let now: BTreeSet<Failure> = failures.into_iter().collect();
            let last = self.current.entry(model).or_insert_with(|| initial.clone());
            for failure in now.difference(last) {
                self.came.insert(failure.clone(), at);
            }
            for failure in last.difference(&now) {
                self.went.insert(failure.clone(), at);
            }
            *last = now;
            let about = unknown.into_iter().filter(|(table, _)| tables.contains(table)).map(|(_, unknown)| unknown);
            let doubts = doubts.iter().map(|doubt| doubt.unknown.clone());
            for unknown in about.chain(doubts) {
                if !self.unknown.iter().any(|(known, _)| *known == unknown) {
                    self.unknown.push((unknown, at));
                }
            }
        }
    }

    fn initially(&self, failure: &Failure) -> bool {
        self.initial.values().any(|failures| failures.contains(failure))
    }

    fn finally(&self, failure: &Failure) -> bool {
        self.current.values().any(|failures| failures.contains(failure))
    }

    /// What fails in the end and did not before, with the change since which it does.
    pub(super) fn appeared(&self) -> Vec<(Failure, At)> {
        let new = self.came.iter().filter(|(failure, _)| self.finally(failure) && !self.initially(failure));
        new.map(|(failure, at)| (failure.clone(), *at)).collect()
    }

    /// What failed before and does not in the end, with the change that is the cure.
    pub(super) fn vanished(&self) -> Vec<(Failure, At)> {
        let cured = self.went.iter().filter(|(failure, _)| self.initially(failure) && !self.finally(failure));
        cured.map(|(failure, at)| (failure.clone(), *at)).collect()
    }

    /// What fails after one operation and is cured by another.
    pub(super) fn passed(&self) -> Vec<(Failure, At)> {
        let between = self.came.iter().filter(|(failure, came)| {
            let cured_later = self.went.get(*failure).is_some_and(|went| went.operation > came.operation);
            cured_later && !self.initially(failure) && !self.finally(failure)
        });
        between.map(|(failure, at)| (failure.clone(), *at)).collect()
    }
}

/// The tables that a change is about, with those at the other end of foreign keys.
pub(super) fn tables_of(change: &SchemaChange, schema: &Schema) -> BTreeSet<String> {
    let mut tables: BTreeSet<String> = change.table.iter().cloned().collect();
    match &change.kind {
        ChangeKind::RenameTable { to } => {
            tables.insert(to.clone());
        }
        ChangeKind::Other { object: Some(object), .. } => {
            tables.insert(object.clone());
        }
        // PostgreSQL names no table where it drops an index.
        ChangeKind::DropIndex { name: Some(name), .. } if change.table.is_none() => {
            let has = |own: &Table| own.indexes.iter().any(|index| index.name.as_ref() == Some(name));
            tables.extend(schema.tables.iter().filter(|(_, own)| has(own)).map(|(table, _)| table.clone()));
        }
        _ => {}
    }
    let referenced: Vec<String> = tables
        .iter()
        .filter_map(|name| schema.tables.get(name))
        .flat_map(|own| table::foreign_keys(own).into_iter().map(|(_, references)| references.table.clone()))
        .collect();
    tables.extend(referenced);
    tables
}
