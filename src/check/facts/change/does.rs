//! What a change does: to code, and to those who wait for its locks.

use std::borrow::Cow;
use std::rc::Rc;

use super::ChangeView;
use crate::check::facts::failure::FailureView;
use crate::check::facts::lock::{self, LockView};
use crate::check::facts::not_known;
use crate::check::facts::operation::OperationView;
use crate::effects::compat::{Certainty, ChangeEffects, Failure};
use crate::effects::locks::{self, Blocks};
use crate::effects::rows::fails_on_rows;
use crate::language::{Cause, Entity, Fact};
use crate::source::Span;
use crate::sql::ChangeKind;

impl<'a> ChangeView<'a> {
    /// Failures of one kind of code, and what can't be told of them.
    pub(super) fn failures(
        &self,
        of: fn(&ChangeEffects) -> &Vec<Failure>,
        wanted: impl Fn(&Failure) -> bool,
    ) -> Fact<'a> {
        let Some(effects) = self.effects() else { return Fact::List(Vec::new()) };
        let own = of(effects).iter().filter(|failure| wanted(failure));
        let known = own.map(|failure| {
            Fact::Entity(Rc::new(FailureView { failure, span: self.own().span }) as Rc<dyn Entity<'a> + 'a>)
        });
        let unknown = effects.unknown.iter().map(|unknown| Fact::Unknown(self.because(unknown)));
        Fact::List(known.chain(unknown).collect())
    }

    /// The words for what fails, each once.
    pub(super) fn actions(&self, of: fn(&ChangeEffects) -> &Vec<Failure>, certainty: Certainty) -> Fact<'a> {
        let Some(effects) = self.effects() else { return Fact::List(Vec::new()) };
        let mut actions: Vec<&'static str> = Vec::new();
        for failure in of(effects).iter().filter(|failure| failure.certainty == certainty) {
            if !actions.contains(&failure.action.word()) {
                actions.push(failure.action.word());
            }
        }
        let known = actions.into_iter().map(|action| Fact::Str(Cow::Borrowed(action)));
        let unknown = effects.unknown.iter().map(|unknown| Fact::Unknown(self.because(unknown)));
        Fact::List(known.chain(unknown).collect())
    }

    fn lock_list(&self, locks: &'a [locks::TableLock]) -> Fact<'a> {
        let own = |lock: &&locks::TableLock| Some(lock.table.as_str()) == self.table_name();
        let (first, then): (Vec<_>, Vec<_>) = locks.iter().partition(own);
        let known = first.into_iter().chain(then);
        let known = known.filter_map(|lock| self.lock_at(lock, self.own().span, Some(self.statement)));
        Fact::List(known.chain(self.unknown_locks()).collect())
    }

    /// A lock that is held at that place; unknown when it is that of a statement that may not be sent, unless this is the
    /// one that it is held for. One that may be held and that nobody waits for is none.
    fn lock_at(&self, lock: &'a locks::TableLock, span: Span, held_for: Option<usize>) -> Option<Fact<'a>> {
        let taken_by = Self::of_statement(self.context, self.effects, lock.by).next();
        let other = taken_by.filter(|taken_by| Some(taken_by.statement) != held_for);
        match other.and_then(|other| other.sent().doubt.as_ref()) {
            Some(_) if lock.blocks == Blocks::Nothing => None,
            Some(unknown) => Some(Fact::Unknown(self.because(unknown))),
            None => Some(Fact::Entity(Rc::new(LockView { lock, taken_by, span }))),
        }
    }

    fn unknown_locks(&self) -> impl Iterator<Item = Fact<'a>> {
        self.locks().into_iter().flat_map(|locks| &locks.unknown).map(|what| self.not_known(what))
    }

    /// The locks that the transaction still holds behind its statement, for an operation at that place; the strongest first.
    pub(in crate::check::facts) fn kept_for(&self, span: Span) -> Vec<Fact<'a>> {
        let Some(locks) = self.locks().filter(|locks| !locks.ended) else { return Vec::new() };
        let mut kept: Vec<&'a locks::TableLock> = locks.keeps.iter().collect();
        kept.sort_by_key(|lock| (std::cmp::Reverse(lock.blocks), lock.by));
        let known = kept.into_iter().filter_map(|lock| self.lock_at(lock, span, None));
        let together = (locks.began..=self.statement)
            .filter_map(|statement| Self::of_statement(self.context, self.effects, statement).next());
        let unknown = together.flat_map(|change| change.unknown_locks().collect::<Vec<_>>());
        known.chain(unknown).collect()
    }

    /// A fact about the locks that the tables of facts leave open.
    pub(super) fn not_known(&self, what: &str) -> Fact<'a> {
        let span = self.own().span;
        let of_column = match &self.own().kind {
            ChangeKind::AddColumn { column, .. } => column.column_type.as_ref().err(),
            _ => None,
        };
        if let Some(unknown) = self.sent().doubt.as_ref().or(of_column) {
            return Fact::Unknown(self.because(unknown));
        }
        if self.own().kind == ChangeKind::Unknown {
            return not_known(&self.sent().not_judged(self.own()));
        }
        let text = self.kind_in_sql().print().into_owned();
        Fact::Unknown(Rc::new(Cause { text, reason: format!("does not tell {what}"), span }))
    }

    pub(super) fn in_transaction(&self) -> Fact<'a> {
        match self.placed().map(|placed| OperationView { context: self.context, placed }.in_transaction()) {
            // Django opens none.
            Some(Fact::Bool(false)) | None => Fact::Bool(self.locks().is_some_and(|locks| locks.in_transaction)),
            Some(known) => known,
        }
    }

    pub(super) fn taken(&self) -> Fact<'a> {
        self.lock_list(self.locks().map_or(&[][..], |locks| &locks.locks))
    }

    pub(super) fn locked_beside(&self) -> Fact<'a> {
        let own = self.locks().map_or(&[][..], |locks| &locks.locks);
        let mut tables: Vec<&'a str> = Vec::new();
        for lock in own {
            let table = lock.table.as_str();
            if Some(table) != self.table_name() && !tables.contains(&table) {
                tables.push(table);
            }
        }
        let known = tables.into_iter().map(|table| Fact::Str(Cow::Borrowed(table)));
        Fact::List(known.chain(self.unknown_locks()).collect())
    }

    pub(super) fn held(&self) -> Fact<'a> {
        self.lock_list(self.locks().map_or(&[][..], |locks| &locks.holds))
    }

    /// The tables that others wait for while its statement works: all that is held there blocks as much at least.
    pub(super) fn waited_for(&self, blocks: Blocks) -> Fact<'a> {
        let held = self.locks().map_or(&[][..], |locks| &locks.holds);
        let known = held.iter().filter(|lock| lock.blocks >= blocks).filter_map(|lock| {
            let certain = matches!(self.lock_at(lock, self.own().span, Some(self.statement)), Some(Fact::Entity(_)));
            certain.then(|| Fact::Str(Cow::Borrowed(lock.table.as_str())))
        });
        Fact::List(known.chain(self.unknown_locks()).collect())
    }

    pub(super) fn lock(&self) -> Fact<'a> {
        let Some(locks) = self.locks() else { return Fact::Unset };
        let strongest = locks.locks.iter().filter_map(|lock| lock.mode).max();
        match (strongest, locks.unknown.first()) {
            (_, Some(what)) => self.not_known(what),
            (Some(mode), None) => lock::mode(mode),
            (None, None) => Fact::Unset,
        }
    }

    pub(super) fn blocks(&self) -> Fact<'a> {
        let Some(locks) = self.locks() else { return lock::blocks(locks::Blocks::default()) };
        match locks.unknown.first() {
            Some(what) => self.not_known(what),
            None => lock::blocks(locks.locks.iter().map(|lock| lock.blocks).max().unwrap_or_default()),
        }
    }

    /// Whether it works on all of a table that may have rows: nothing takes long on an empty one.
    pub(super) fn works(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        let idle = |locks: &locks::Effect| on(locks).iter().all(|table| locks.empty.contains(table));
        match self.locks() {
            Some(locks) if idle(locks) => match locks.unknown.first() {
                Some(what) => self.not_known(what),
                None => Fact::Bool(false),
            },
            Some(_) => Fact::Bool(true),
            None => Fact::Bool(false),
        }
    }

    /// Whether its rows are written again, and not for another change of the statement alone.
    pub(super) fn rewrites(&self) -> Fact<'a> {
        match self.locks() {
            Some(locks) if locks.spared.contains(&self.change) => Fact::Bool(false),
            _ => self.works(|locks| &locks.rewrites),
        }
    }

    pub(super) fn worked_on(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        let locks = self.locks();
        let tables = locks.into_iter().flat_map(|locks| on(locks).iter().filter(|table| !locks.empty.contains(table)));
        Fact::List(tables.map(|table| Fact::Str(Cow::Borrowed(table.as_str()))).collect())
    }

    pub(super) fn fails_on_rows(&self) -> Fact<'a> {
        if let ChangeKind::AddColumn { column, .. } = &self.own().kind
            && let (true, Err(unknown)) = (column.must_be_given(), &column.column_type)
        {
            return Fact::Unknown(self.because(unknown));
        }
        Fact::Bool(fails_on_rows(self.own(), &self.sent().changes, self.context.database.vendor))
    }

    pub(super) fn algorithm(&self) -> Fact<'a> {
        Fact::optional(self.locks().and_then(|locks| locks.algorithm).map(lock::algorithm))
    }
}
