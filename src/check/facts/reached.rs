//! What rules can ask of what an operation does to the database, and to the code around it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::failure::FailureView;
use crate::check::facts::operation::OperationView;
use crate::check::facts::{Attribute, attribute, list_of_text, lock, not_known};
use crate::effects::compat::{Cause, Certainty, Failure};
use crate::effects::reversal::Reversal;
use crate::language::{self, Entity, Fact, Slot, Type};

type Getter = for<'a> fn(&OperationView<'a>) -> Fact<'a>;

/// Of every operation.
pub(super) static REACHED: LazyLock<Vec<Attribute<Getter>>> = LazyLock::new(|| {
    let failures = || Slot::set(Type::list(Type::Entity("Failure")));
    vec![
        attribute(
            "changes",
            Slot::set(Type::list(Type::Entity("Change"))),
            "What it sends to the database, in order.",
            (|o| Fact::List(o.changes().map(ChangeView::as_element).collect())) as Getter,
        ),
        attribute(
            "holds",
            lock::slot(),
            "The locks that its transaction holds when it begins, on tables that running code uses; the strongest first.",
            |o| o.held(),
        ),
        attribute(
            "rewritten_tables",
            list_of_text(),
            "The tables that running code uses and of which it writes all rows again, each once.",
            |o| o.rewritten_tables(),
        ),
        attribute(
            "breaks_old_code",
            list_of_text(),
            "What running code certainly can't do after it: `select`, `insert`, ….",
            |o| o.actions("old_code_failures", Certainty::Certain),
        ),
        attribute("may_break_old_code", list_of_text(), "What running code can't do with some values.", |o| {
            o.actions("old_code_failures", Certainty::Possible)
        }),
        attribute(
            "old_code_failures",
            failures(),
            "What running code can no longer do after it, certain or not.",
            |o| o.collected("old_code_failures"),
        ),
        attribute(
            "rows_break_old_code",
            failures(),
            "What running code can no longer do because of rows that the function of a RunPython writes, into what an \
             earlier migration of this release has made.",
            |o| o.failures_by_rows(),
        ),
        attribute(
            "breaks_new_code",
            list_of_text(),
            "What the code of this release certainly can't do before it.",
            |o| o.actions("new_code_failures", Certainty::Certain),
        ),
        attribute(
            "new_code_failures",
            failures(),
            "What the code of this release can't do before it, certain or not.",
            |o| o.collected("new_code_failures"),
        ),
        attribute(
            "left_behind",
            failures(),
            "What code with the models after it can't do on the schema that this migration leaves: what a change of \
             the state alone forgets.",
            |o| o.left_behind(),
        ),
        attribute(
            "may_be_left_behind",
            failures(),
            "What code with the models after it can't do with some values on the schema that this migration leaves, nor \
             on what all migrations leave: what a change of the state alone allows.",
            |o| o.may_be_left_behind(),
        ),
        attribute(
            "held_back",
            list_of_text(),
            "The models, as `app.model`, of which code with the models after it can't delete a row that the old column \
             or table refers to.",
            |o| o.held_back(),
        ),
        attribute(
            "loses_data",
            Slot::set(Type::Bool),
            "Whether data is gone that going back does not bring back.",
            |o| {
                let loses = |change: ChangeView<'_>| matches!(change.attribute("loses_data"), Fact::Bool(true));
                Fact::Bool(o.changes().any(loses))
            },
        ),
        attribute("reversible", Slot::set(Type::Bool), "Whether `migrate` can take it back, rows and all.", |o| {
            o.reversible()
        }),
    ]
});

impl<'a> OperationView<'a> {
    /// What the operation sends.
    fn changes(&self) -> impl Iterator<Item = ChangeView<'a>> + use<'a> {
        let order = self.placed.order;
        ChangeView::all(self.context).filter(move |change| change.sent().operation == order)
    }

    /// What is held when the operation begins: what the statement before it leaves locked. What Django puts off to the end
    /// is not sent by then.
    fn held(&self) -> Fact<'a> {
        let order = self.placed.order;
        let before = ChangeView::all(self.context)
            .take_while(|change| !change.sent().deferred && change.sent().operation < order)
            .last();
        Fact::List(before.map(|change| change.kept_for(self.operation().span)).unwrap_or_default())
    }

    fn rewritten_tables(&self) -> Fact<'a> {
        let mut tables: Vec<&'a str> = Vec::new();
        for table in self.changes().filter_map(|change| change.locks()).flat_map(|locks| &locks.rewrites) {
            if !tables.contains(&table.as_str()) {
                tables.push(table);
            }
        }
        Fact::List(tables.into_iter().map(|table| Fact::Str(Cow::Borrowed(table))).collect())
    }

    /// The elements of a list that each change has.
    fn collected(&self, name: &str) -> Fact<'a> {
        let lists = self.changes().filter_map(|change| match change.attribute(name) {
            Fact::List(items) => Some(items),
            _ => None,
        });
        Fact::List(lists.flatten().collect())
    }

    /// The words for what fails with that certainty, each once.
    fn actions(&self, name: &str, certainty: Certainty) -> Fact<'a> {
        let word = match certainty {
            Certainty::Certain => "breaks",
            Certainty::Possible | Certainty::Later => "may_break",
        };
        let side = if name.starts_with("old") { "old_code" } else { "new_code" };
        let mut actions: Vec<Fact<'a>> = Vec::new();
        for change in self.changes() {
            let Fact::List(items) = change.attribute(&format!("{word}_{side}")) else { continue };
            for item in items {
                let known = actions.iter().any(|other| other.unknown().is_none() && other.print() == item.print());
                if item.unknown().is_some() || !known {
                    actions.push(item);
                }
            }
        }
        Fact::List(actions)
    }

    fn failures_after(&self) -> &'a [Failure] {
        let after = self.context.effects.map(|effects| &effects.compatibility.breaks_new_code_after);
        after.and_then(|after| after.get(self.placed.order)).map_or(&[][..], Vec::as_slice)
    }

    fn failures_by_rows(&self) -> Fact<'a> {
        let later = self.context.effects.map(|effects| &effects.compatibility.breaks_old_code_later);
        let own = later.and_then(|later| later.get(self.placed.order)).into_iter().flatten();
        let span = self.operation().span;
        let now = own.filter(|failure| failure.certainty == Certainty::Possible);
        Fact::List(
            now.map(|failure| Fact::Entity(Rc::new(FailureView { failure, span }) as Rc<dyn Entity<'a> + 'a>))
                .collect(),
        )
    }

    fn held_back(&self) -> Fact<'a> {
        let held = self.failures_after().iter().filter(|failure| matches!(failure.cause, Cause::Referred(_)));
        let models: BTreeSet<&str> = held.map(|failure| failure.model.as_str()).collect();
        Fact::List(models.into_iter().map(|model| Fact::Str(Cow::Borrowed(model))).collect())
    }

    fn may_be_left_behind(&self) -> Fact<'a> {
        let after = self.context.effects.map(|effects| &effects.compatibility.may_break_new_code_after);
        let own = after.and_then(|after| after.get(self.placed.order)).into_iter().flatten();
        let span = self.operation().span;
        Fact::List(
            own.map(|failure| Fact::Entity(Rc::new(FailureView { failure, span }) as Rc<dyn Entity<'a> + 'a>))
                .collect(),
        )
    }

    fn left_behind(&self) -> Fact<'a> {
        let Some(effects) = self.context.effects else { return Fact::List(Vec::new()) };
        let after = self.failures_after();
        let span = self.operation().span;
        let known =
            after.iter().map(|failure| Fact::Entity(Rc::new(FailureView { failure, span }) as Rc<dyn Entity<'a> + 'a>));
        let unknown = effects.compatibility.unknown_after.get(self.placed.order).into_iter().flatten().map(not_known);
        Fact::List(known.chain(unknown).collect())
    }

    fn reversible(&self) -> Fact<'a> {
        let reversal = self.context.effects.and_then(|effects| effects.reversals.get(self.placed.order));
        match reversal {
            None | Some(Reversal::Yes) => Fact::Bool(true),
            Some(Reversal::No | Reversal::OnlyWithoutRows { .. }) => Fact::Bool(false),
            Some(Reversal::Unknown(unknown)) => Fact::Unknown(Rc::new(language::Cause {
                text: unknown.text.clone(),
                reason: unknown.reason.clone(),
                span: self.operation().span,
            })),
        }
    }
}

/// The fact behind a name of the table.
pub(super) fn get<'a>(view: &OperationView<'a>, name: &str) -> Option<Fact<'a>> {
    REACHED.iter().find(|known| known.name.name == Cow::Borrowed(name)).map(|known| (known.get)(view))
}
