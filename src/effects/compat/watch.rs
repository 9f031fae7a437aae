//! Failures, followed from change to change.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::Code;
use crate::effects::compat::check::{Compatibility, Snapshot, failures_of};
use crate::effects::compat::failure::{Certainty, Failure, Outcome};
use crate::effects::compat::need::{Need, Touched};
use crate::python::Unknown;
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

/// What came and went in the operation at hand.
#[derive(Default)]
struct Lately {
    operation: Option<usize>,
    came: Vec<Failure>,
    went: Vec<Failure>,
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
    /// By a failure, those that went in the operation in which it came, and that are none of their own any more: what
    /// they kept the code from doing, it can't do all the same.
    waiting: BTreeMap<Failure, BTreeSet<Failure>>,
    lately: Lately,
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
            waiting: BTreeMap::new(),
            lately: Lately::default(),
            unknown: Vec::new(),
        }
    }

    /// Follows a change. One that concerns no column that was there (`apart`) leaves open what was open before, and is
    /// not to blame for it.
    pub(super) fn step(&mut self, schema: &Snapshot<'_>, touched: &Touched, change: &SchemaChange, at: At) {
        let apart = matches!(change.kind, ChangeKind::AddColumn { .. } | ChangeKind::DropColumn { .. });
        let settled = is_settled(change, self.before) || is_settled(change, schema);
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
            let Compatibility { failures, unknown, doubts, more_fields } = failures_of(code, schema, [need]);
            let now: BTreeSet<Failure> = failures.into_iter().collect();
            let last = self.current.insert(need, now.clone()).unwrap_or_else(|| initial.clone());
            were.extend(last);
            are.extend(now);
            let about = unknown.into_iter().filter(|own| touched.about.contains(&own.0) && !open.contains(own));
            let about = about.map(|(_, unknown)| unknown);
            let more_fields = more_fields.iter().filter(|_| !settled);
            let doubts = doubts.iter().chain(more_fields).map(|doubt| doubt.unknown.clone());
            for unknown in about.chain(doubts) {
                if !self.unknown.iter().any(|(known, _)| *known == unknown) {
                    self.unknown.push((unknown, at));
                }
            }
        }
        if self.lately.operation != Some(at.operation) {
            self.lately = Lately { operation: Some(at.operation), ..Lately::default() };
        }
        for failure in are.difference(&were) {
            let before = were.difference(&are).find(|old| is_renamed(old, failure, change));
            let since = before.and_then(|old| self.came.get(old).copied()).unwrap_or(at);
            self.come(failure, since);
        }
        for failure in were.difference(&are) {
            if !self.finally(failure) {
                self.go(failure, at);
            }
        }
    }

    /// Notes that a failure is there, and what it takes the place of.
    fn come(&mut self, failure: &Failure, since: At) {
        self.came.insert(failure.clone(), since);
        for others in self.waiting.values_mut() {
            others.remove(failure);
        }
        self.lately.came.push(failure.clone());
        self.lately.went.retain(|other| other != failure);
        let replaced: BTreeSet<Failure> =
            self.lately.went.iter().filter(|old| takes_the_place(failure, old)).cloned().collect();
        if !replaced.is_empty() {
            self.waiting.entry(failure.clone()).or_default().extend(replaced);
        }
    }

    /// Notes that a failure is gone, or what has taken its place in the same operation.
    fn go(&mut self, failure: &Failure, at: At) {
        let mut gone = self.waiting.remove(failure).unwrap_or_default();
        gone.insert(failure.clone());
        self.lately.came.retain(|other| other != failure);
        for heir in self.lately.came.iter().filter(|heir| takes_the_place(heir, failure)) {
            self.waiting.entry(heir.clone()).or_default().extend(gone.iter().cloned());
        }
        self.lately.went.extend(gone.iter().cloned());
        self.went.extend(gone.into_iter().map(|failure| (failure, at)));
    }

    /// When a failure was cured for good, if it was: by the change behind which no other one had taken its place.
    fn cured(&self, failure: &Failure) -> Option<At> {
        let waits = self.waiting.iter().any(|(heir, others)| others.contains(failure) && self.finally(heir));
        self.went.get(failure).copied().filter(|_| !waits && !self.finally(failure))
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
        let cured = self.went.keys().filter(|failure| self.initially(failure));
        cured.filter_map(|failure| Some((failure.clone(), self.cured(failure)?))).collect()
    }

    /// What fails after one operation and is cured by another.
    pub(super) fn passed(&self) -> Vec<(Failure, At)> {
        let between = self.came.iter().filter(|(failure, came)| {
            let cured_later = self.cured(failure).is_some_and(|went| went.operation > came.operation);
            cured_later && !self.initially(failure)
        });
        between.map(|(failure, at)| (failure.clone(), *at)).collect()
    }
}

/// Whether the same action of the same model fails with the one as it did with the other, whatever it writes.
fn takes_the_place(heir: &Failure, failure: &Failure) -> bool {
    (&heir.model, heir.action) == (&failure.model, failure.action)
        && (heir.certainty, heir.outcome) == (Certainty::Certain, Outcome::Error)
}

/// Whether more columns than those that are known would change nothing: it is about one that is, or about the whole table.
fn is_settled(change: &SchemaChange, schema: &Snapshot<'_>) -> bool {
    let own = change.table.as_ref().and_then(|table| schema.table(table));
    let known = |column| own.is_some_and(|own| own.column(column).is_some());
    let whole = matches!(change.kind, ChangeKind::DropTable { .. } | ChangeKind::RenameTable { .. });
    whole || change.kind.column().is_some_and(known)
}

/// Whether a failure is the other one, of a column that has got another name.
fn is_renamed(old: &Failure, new: &Failure, change: &SchemaChange) -> bool {
    let ChangeKind::RenameColumn { column, to } = &change.kind else { return false };
    let renamed = Failure { column: Some(to.clone()), ..old.clone() };
    old.column.as_ref() == Some(column) && change.table.as_ref() == Some(&old.table) && renamed == *new
}
