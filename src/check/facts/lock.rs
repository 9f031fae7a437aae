//! What rules can ask of a lock.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::change::ChangeView;
use crate::check::facts::{Facts, attribute};
use crate::effects::locks::{Algorithm, Blocks, LockMode, TableLock};
use crate::language::{Entity, Fact, Slot, Type};
use crate::source::Span;

/// A lock on a table that running code uses.
#[derive(Clone, Copy)]
pub(super) struct LockView<'a> {
    pub(super) lock: &'a TableLock,
    /// What is first in the statement that takes it.
    pub(super) taken_by: Option<ChangeView<'a>>,
    /// The change that takes it, or that works under it.
    pub(super) span: Span,
}

/// PostgreSQL's modes, the weakest first, in the order of [`LockMode::ALL`].
pub(super) const MODES: &[&str] = &[
    "access-share",
    "row-share",
    "row-exclusive",
    "share-update-exclusive",
    "share",
    "share-row-exclusive",
    "exclusive",
    "access-exclusive",
];

/// Who waits, the mildest first.
pub(super) const BLOCKS: &[&str] = &["nothing", "writes", "reads-and-writes"];

/// How MySQL and MariaDB change a table, the mildest first.
pub(super) const ALGORITHMS: &[&str] = &["instant", "nocopy", "inplace", "copy"];

/// The fact of a mode.
pub(super) fn mode<'a>(mode: LockMode) -> Fact<'a> {
    Fact::Step(MODES, LockMode::ALL.iter().position(|known| *known == mode).unwrap_or_default())
}

/// The fact of who waits.
pub(super) fn blocks<'a>(blocks: Blocks) -> Fact<'a> {
    let at = match blocks {
        Blocks::Nothing => 0,
        Blocks::Writes => 1,
        Blocks::ReadsAndWrites => 2,
    };
    Fact::Step(BLOCKS, at)
}

/// The fact of an algorithm.
pub(super) fn algorithm<'a>(algorithm: Algorithm) -> Fact<'a> {
    let at = match algorithm {
        Algorithm::Instant => 0,
        Algorithm::NoCopy => 1,
        Algorithm::InPlace => 2,
        Algorithm::Copy => 3,
    };
    Fact::Step(ALGORITHMS, at)
}

/// The type of a list of locks.
pub(super) fn slot() -> Slot {
    Slot::set(Type::list(Type::Entity("Lock")))
}

type Getter = for<'a> fn(&LockView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Lock",
        vec![
            attribute(
                "table",
                Slot::set(Type::Str),
                "The table that is locked.",
                (|l| Fact::Str(Cow::Borrowed(&l.lock.table))) as Getter,
            ),
            attribute("mode", Slot::maybe(Type::Scale(MODES)), "Its mode, on PostgreSQL.", |l| {
                Fact::optional(l.lock.mode.map(mode))
            }),
            attribute("name", Slot::set(Type::Str), "How the database's manual calls it: `ACCESS EXCLUSIVE`.", |l| {
                Fact::Str(Cow::Borrowed(l.lock.mode.map_or("write", LockMode::words)))
            }),
            attribute(
                "op",
                Slot::set(Type::Entity("Operation")),
                "The operation whose statement takes it; for one that is held, an earlier one perhaps.",
                |l| l.taken_by.map_or(Fact::Unset, |change| change.operation()),
            ),
            attribute("blocks", Slot::set(Type::Scale(BLOCKS)), "Who waits for it.", |l| blocks(l.lock.blocks)),
        ],
    )
});

impl<'a> Entity<'a> for LockView<'a> {
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
        Cow::Borrowed(&self.lock.table)
    }

    fn identity(&self) -> String {
        format!("{:?}", self.lock)
    }
}
