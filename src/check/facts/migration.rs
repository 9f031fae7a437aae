//! What rules can ask of a migration.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::deployed::IN_DEPLOYED;
use crate::check::facts::operation::OperationView;
use crate::check::facts::{Context, Facts, attribute, list_of_text, not_known};
use crate::effects::Effects;
use crate::effects::phase::Phase;
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::migration::{Dependency, Reach, Stated};
use crate::source::{Span, Spanned};

/// The migration under check.
#[derive(Clone, Copy)]
pub(super) struct MigrationView<'a>(pub(super) &'a Context<'a>);

type Getter = for<'a> fn(&MigrationView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Migration",
        vec![
            attribute(
                "name",
                Slot::set(Type::Str),
                "Its name: the file's, without `.py`.",
                (|m| Fact::Str(Cow::Borrowed(&m.0.migration.name))) as Getter,
            ),
            attribute("app", Slot::set(Type::Str), "Label of its app.", |m| {
                Fact::Str(Cow::Borrowed(&m.0.migration.app))
            }),
            attribute("path", Slot::set(Type::Str), "Its file.", |m| {
                Fact::Str(Cow::Borrowed(m.0.migration.source.path()))
            }),
            attribute(
                "atomic",
                Slot::set(Type::Bool),
                "Whether it runs in one transaction, where the database can.",
                |m| stated(&m.0.migration.atomic),
            ),
            attribute("initial", Slot::set(Type::Bool), "Whether it is marked as its app's first.", |m| {
                m.0.migration.initial.as_ref().map_or(Fact::Bool(false), stated)
            }),
            attribute(
                "edited",
                Slot::set(Type::Bool),
                "Whether running code has it already, with other statements; comments, layout and what it depends on or \
                 replaces do not count.",
                |m| Fact::Bool(m.0.deployed.is_edited()),
            ),
            attribute("replaced_by", list_of_text(), "The squashed migrations that are there and replace it.", |m| {
                texts(m.0.states.place().replaced_by.iter())
            }),
            attribute(
                "replaced_in_deployed",
                Slot::set(Type::Bool),
                "Whether it is deleted, and running code has a squashed migration that replaces it.",
                |m| Fact::Bool(m.0.deployed.is_replaced()),
            ),
            attribute(
                "operations",
                Slot::set(Type::list(Type::Entity("Operation"))),
                "What reaches the database, in order.",
                |m| m.operations(),
            ),
            attribute(
                "changes",
                Slot::set(Type::list(Type::Entity("Change"))),
                "What it sends to the database, in order.",
                |m| Fact::List(ChangeView::all(m.0).map(ChangeView::as_element).collect()),
            ),
            attribute(
                "phase",
                Slot::set(Type::Word(&PHASES)),
                "When it may run: before the new code, after the old code is gone, whenever, or never.",
                |m| Fact::Str(Cow::Borrowed(m.phase().word())),
            ),
            attribute("dependencies", list_of_text(), "What it depends on, as `app.name`.", |m| {
                dependencies(&m.0.migration.dependencies)
            }),
            attribute(
                "is_first",
                Slot::set(Type::Bool),
                "Whether it certainly builds upon no other migration of its app: there is no earlier one to go back to.",
                |m| Fact::Bool(m.0.states.place().is_first),
            ),
            attribute("run_before", list_of_text(), "What depends on it by its own wish, as `app.name`.", |m| {
                dependencies(&m.0.migration.run_before)
            }),
            attribute("replaces", list_of_text(), "What a squash replaces, as `app.name`.", |m| {
                dependencies(&m.0.migration.replaces)
            }),
            attribute(
                "latest",
                list_of_text(),
                "The latest migrations of its app: more than one are in conflict, and `migrate` refuses to run.",
                |m| texts(m.0.states.place().latest.iter()),
            ),
            attribute(
                "is_latest",
                Slot::set(Type::Bool),
                "Whether no other migration of its app builds upon it.",
                |m| Fact::Bool(m.0.states.place().is_latest),
            ),
            attribute(
                "missing_dependencies",
                list_of_text(),
                "What it depends on and is not there, of apps whose migrations are known.",
                |m| texts(m.0.states.place().missing.iter().map(|(name, _)| name)),
            ),
            attribute("circle", list_of_text(), "The migrations of a circle of dependencies that it stands in.", |m| {
                texts(m.0.states.place().circle.iter())
            }),
            attribute(
                "replaces_circle",
                list_of_text(),
                "The squashed migrations of a circle of replacements that it stands in.",
                |m| texts(m.0.states.place().replaces_circle.iter()),
            ),
            attribute("replaces_present", list_of_text(), "What a squash replaces and is there.", |m| {
                texts(m.0.states.place().replaced.iter().filter(|(_, present)| *present).map(|(name, _)| name))
            }),
            attribute("replaces_missing", list_of_text(), "What a squash replaces and is not there (any more).", |m| {
                texts(m.0.states.place().replaced.iter().filter(|(_, present)| !*present).map(|(name, _)| name))
            }),
            attribute("replaces_squashed", list_of_text(), "What a squash replaces and is a squash itself.", |m| {
                texts(m.0.states.place().replaced_squashes.iter())
            }),
            attribute("duplicates", list_of_text(), "Other files that are the same migration of the same app.", |m| {
                texts(m.0.states.place().duplicates.iter())
            }),
        ],
    )
});

/// The words for phases.
static PHASES: [&str; Phase::ALL.len()] = {
    let mut words = [""; Phase::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = Phase::ALL[at].word();
        at += 1;
    }
    words
};

impl<'a> MigrationView<'a> {
    fn phase(self) -> Phase {
        let nothing = if self.0.deployed.can_run() { Phase::Unknown } else { Phase::Any };
        self.0.effects.map_or(nothing, Effects::phase)
    }

    fn operations(self) -> Fact<'a> {
        let reaching = self.0.operations.iter().filter(|placed| placed.operation.reach != Reach::State);
        Fact::List(reaching.map(|placed| OperationView { context: self.0, placed: *placed }.as_element()).collect())
    }
}

fn texts<'a>(items: impl Iterator<Item = &'a String>) -> Fact<'a> {
    Fact::List(items.map(|item| Fact::Str(Cow::Borrowed(item))).collect())
}

fn stated<'a>(stated: &Stated<bool>) -> Fact<'a> {
    match &stated.value {
        Ok(value) => Fact::Bool(*value),
        Err(unknown) => not_known(unknown),
    }
}

fn dependencies<'a>(dependencies: &[Spanned<Dependency>]) -> Fact<'a> {
    let named = dependencies.iter().map(|dependency| match &dependency.value {
        Dependency::Migration { app, name } => Fact::Str(Cow::Owned(format!("{app}.{name}"))),
        Dependency::Swappable(setting) => Fact::Unknown(Rc::new(Cause {
            text: setting.clone(),
            reason: "is a setting".to_owned(),
            span: dependency.span,
        })),
        Dependency::Unknown(unknown) => not_known(unknown),
    });
    Fact::List(named.collect())
}

impl<'a> Entity<'a> for MigrationView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        if name == IN_DEPLOYED {
            return Fact::Bool(self.0.deployed.is_deployed());
        }
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        let migration = self.0.migration;
        let first = |list: &[Spanned<Dependency>]| list.first().map(|dependency| dependency.span);
        match attribute {
            Some("atomic") => migration.atomic.span,
            Some("initial") => migration.initial.as_ref().and_then(|initial| initial.span),
            Some("dependencies" | "circle") => first(&migration.dependencies),
            Some("run_before") => first(&migration.run_before),
            Some("replaces" | "replaces_present" | "replaces_missing" | "replaces_squashed" | "replaces_circle") => {
                first(&migration.replaces)
            }
            Some("missing_dependencies") => self.0.states.place().missing.first().map(|(_, span)| *span),
            _ => Some(migration.class_span),
        }
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(&self.0.migration.name)
    }

    fn identity(&self) -> String {
        format!("{}.{}", self.0.migration.app, self.0.migration.name)
    }
}
