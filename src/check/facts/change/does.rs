//! What a change does: to code, and to those who wait for its locks.

use std::borrow::Cow;
use std::rc::Rc;

use super::ChangeView;
use crate::check::facts::failure::FailureView;
use crate::check::facts::lock::{self, LockView};
use crate::check::facts::operation::OperationView;
use crate::effects::compat::{Certainty, ChangeEffects, Failure};
use crate::effects::locks;
use crate::language::{Cause, Entity, Fact};
use crate::sql::ChangeKind;

/// What is said of a statement that is not recognised.
const NOT_JUDGED: &str = "is not a statement that can be judged";

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

    pub(super) fn lock_list(&self, locks: &'a [locks::TableLock]) -> Fact<'a> {
        let span = self.own().span;
        let known = locks.iter().map(|lock| Fact::Entity(Rc::new(LockView { lock, span }) as Rc<dyn Entity<'a> + 'a>));
        let unknown = self.locks().into_iter().flat_map(|locks| &locks.unknown).map(|what| self.not_known(what));
        Fact::List(known.chain(unknown).collect())
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
            let text = self.sent().first_line().to_owned();
            return Fact::Unknown(Rc::new(Cause { text, reason: NOT_JUDGED.to_owned(), span }));
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

    pub(super) fn held(&self) -> Fact<'a> {
        self.lock_list(self.locks().map_or(&[][..], |locks| &locks.holds))
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

    pub(super) fn works(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        match self.locks() {
            Some(locks) if on(locks).is_empty() => match locks.unknown.first() {
                Some(what) => self.not_known(what),
                None => Fact::Bool(false),
            },
            Some(_) => Fact::Bool(true),
            None => Fact::Bool(false),
        }
    }

    pub(super) fn worked_on(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        let tables = self.locks().map_or(&[][..], |locks| on(locks));
        Fact::List(tables.iter().map(|table| Fact::Str(Cow::Borrowed(table.as_str()))).collect())
    }

    pub(super) fn algorithm(&self) -> Fact<'a> {
        Fact::optional(self.locks().and_then(|locks| locks.algorithm).map(lock::algorithm))
    }
}
