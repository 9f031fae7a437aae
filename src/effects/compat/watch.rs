//! Failures, followed from change to change.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::Code;
use crate::effects::compat::check::{Compatibility, Snapshot, failures_of};
use crate::effects::compat::failure::Failure;
use crate::effects::compat::need::{Need, Touched};
use crate::python::Unknown;

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
    before: &'a Snapshot<'a>,
    /// The failures of the needs that were touched, on the schema before.
    initial: BTreeMap<Need, BTreeSet<Failure>>,
    /// What can't be told of the needs that were touched on the schema before, with the tables.
    open: BTreeMap<Need, Vec<(String, Unknown)>>,
    /// The failures, on the schema so far.
    current: BTreeMap<Need, BTreeSet<Failure>>,
    /// When a failure last came, and when it last went.
    came: BTreeMap<Failure, At>,
    went: BTreeMap<Failure, At>,
    /// What can't be told, and since when.
    pub(super) unknown: Vec<(Unknown, At)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(code: &'a Code, before: &'a Snapshot<'a>) -> Self {
        Self {
            code,
            before,
            initial: BTreeMap::new(),
            open: BTreeMap::new(),
            current: BTreeMap::new(),
            came: BTreeMap::new(),
            went: BTreeMap::new(),
            unknown: Vec::new(),
        }
    }

    /// Follows a change. One that concerns no column that was there (`apart`) leaves open what was open before, and is
    /// not to blame for it.
    pub(super) fn step(&mut self, schema: &Snapshot<'_>, touched: &Touched, apart: bool, at: At) {
        let (mut were, mut are) = (BTreeSet::new(), BTreeSet::new());
        for need in self.code.needs.touched(touched) {
            let code = self.code;
            let open = &mut self.open;
            let initial = self.initial.entry(need).or_insert_with(|| {
                let Compatibility { failures, unknown, .. } = failures_of(code, self.before, [need]);
                open.insert(need, unknown);
                failures.into_iter().collect()
            });
            let open = if apart { open.get(&need).map_or(&[][..], Vec::as_slice) } else { &[] };
            let Compatibility { failures, unknown, doubts } = failures_of(code, schema, [need]);
            let now: BTreeSet<Failure> = failures.into_iter().collect();
            let last = self.current.insert(need, now.clone()).unwrap_or_else(|| initial.clone());
            were.extend(last);
            are.extend(now);
            let about = unknown.into_iter().filter(|own| touched.about.contains(&own.0) && !open.contains(own));
            let about = about.map(|(_, unknown)| unknown);
            let doubts = doubts.iter().map(|doubt| doubt.unknown.clone());
            for unknown in about.chain(doubts) {
                if !self.unknown.iter().any(|(known, _)| *known == unknown) {
                    self.unknown.push((unknown, at));
                }
            }
        }
        for failure in are.difference(&were) {
            self.came.insert(failure.clone(), at);
        }
        for failure in were.difference(&are) {
            if !self.finally(failure) {
                self.went.insert(failure.clone(), at);
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
