//! What rules can ask of something that code can no longer do.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::{Facts, attribute};
use crate::effects::compat::{Action, Cause, Certainty, Failure, Outcome};
use crate::language::{Entity, Fact, Slot, Type};
use crate::source::Span;

/// An action of code that fails.
#[derive(Clone, Copy)]
pub(super) struct FailureView<'a> {
    pub(super) failure: &'a Failure,
    /// The change or operation that is the cause.
    pub(super) span: Span,
}

type Getter = for<'a> fn(&FailureView<'a>) -> Fact<'a>;

/// The words for actions.
static ACTIONS: [&str; Action::ALL.len()] = {
    let mut words = [""; Action::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = Action::ALL[at].word();
        at += 1;
    }
    words
};

/// The words for causes.
const CAUSES: &[&str] = &[
    "no-table",
    "read-only-view",
    "no-column",
    "unnamed",
    "generated",
    "not-computed",
    "not-numbered",
    "no-default",
    "other-default",
    "not-null",
    "explicit-null",
    "too-long",
    "out-of-range",
    "rounded",
    "other-type",
    "wider-type",
    "unreadable",
    "character-set",
    "collation",
    "no-conflict-target",
    "duplicate",
    "check",
    "indexed",
    "exclusion",
    "dangling",
    "referred",
    "computed",
    "stopped",
    "replaced",
];

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::NoTable => "no-table",
        Cause::ReadOnlyView => "read-only-view",
        Cause::NoColumn => "no-column",
        Cause::Unnamed => "unnamed",
        Cause::Generated => "generated",
        Cause::NotComputed => "not-computed",
        Cause::NotNumbered => "not-numbered",
        Cause::NoDefault => "no-default",
        Cause::OtherDefault => "other-default",
        Cause::NotNull => "not-null",
        Cause::ExplicitNull => "explicit-null",
        Cause::TooLong(_) => "too-long",
        Cause::OutOfRange(_) => "out-of-range",
        Cause::Rounded(_) => "rounded",
        Cause::OtherType { .. } => "other-type",
        Cause::WiderType(_) => "wider-type",
        Cause::Unreadable(_) => "unreadable",
        Cause::CharacterSet => "character-set",
        Cause::Collation => "collation",
        Cause::NoConflictTarget(_) => "no-conflict-target",
        Cause::Duplicate(_) => "duplicate",
        Cause::Check(_) => "check",
        Cause::Indexed(_) => "indexed",
        Cause::Exclusion => "exclusion",
        Cause::Dangling(_) => "dangling",
        Cause::Referred(_) => "referred",
        Cause::Computed => "computed",
        Cause::Stopped(_) => "stopped",
        Cause::Replaced => "replaced",
    }
}

const CERTAINTIES: &[&str] = &["certain", "possible", "later"];

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Failure",
        vec![
            attribute(
                "action",
                Slot::set(Type::Word(&ACTIONS)),
                "What the code does.",
                (|f| Fact::Str(Cow::Borrowed(f.failure.action.word()))) as Getter,
            ),
            attribute("model", Slot::set(Type::Str), "The model that it does it with, as `app.model`.", |f| {
                Fact::Str(Cow::Borrowed(&f.failure.model))
            }),
            attribute("table", Slot::set(Type::Str), "The table that it fails on.", |f| {
                Fact::Str(Cow::Borrowed(&f.failure.table))
            }),
            attribute("column", Slot::maybe(Type::Str), "The column, where it is about one.", |f| {
                Fact::optional(f.failure.column.as_deref().map(|column| Fact::Str(Cow::Borrowed(column))))
            }),
            attribute(
                "certainty",
                Slot::set(Type::Word(CERTAINTIES)),
                "Whether it always fails, for some values, or once new code has written.",
                |f| {
                    Fact::Str(Cow::Borrowed(match f.failure.certainty {
                        Certainty::Certain => "certain",
                        Certainty::Possible => "possible",
                        Certainty::Later => "later",
                    }))
                },
            ),
            attribute(
                "silent",
                Slot::set(Type::Bool),
                "Whether no error is raised, but something else happens.",
                |f| Fact::Bool(f.failure.outcome == Outcome::Silent),
            ),
            attribute("cause", Slot::set(Type::Word(CAUSES)), "What stands in its way.", |f| {
                Fact::Str(Cow::Borrowed(cause(&f.failure.cause)))
            }),
            attribute("why", Slot::set(Type::Str), "Why it fails.", |f| Fact::Str(Cow::Owned(f.failure.why()))),
        ],
    )
});

impl<'a> Entity<'a> for FailureView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        Some(self.span)
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.failure.action.word())
    }

    fn identity(&self) -> String {
        format!("{:?}", self.failure)
    }
}
