//! What rules can ask of the database that a migration is judged for.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::{Context, Facts, attribute};
use crate::language::{Entity, Fact, Slot, Type};
use crate::source::Span;
use crate::target::Vendor;

/// The databases' names, as rules write them.
pub(super) static VENDORS: [&str; 4] =
    [Vendor::PostgreSql.word(), Vendor::MySql.word(), Vendor::MariaDb.word(), Vendor::Sqlite.word()];

/// The database of a context.
#[derive(Clone, Copy)]
pub(super) struct DatabaseView<'a>(pub(super) &'a Context<'a>);

type Getter = for<'a> fn(&DatabaseView<'a>) -> Fact<'a>;

pub(super) static FACTS: LazyLock<Facts<Getter>> = LazyLock::new(|| {
    Facts::of(
        "Database",
        vec![
            attribute(
                "vendor",
                Slot::set(Type::Word(&VENDORS)),
                "Which database it is.",
                (|db| Fact::Str(Cow::Borrowed(db.0.database.vendor.word()))) as Getter,
            ),
            attribute("version", Slot::maybe(Type::Version), "Its version, when it is configured.", |db| {
                Fact::optional(db.0.database.version.map(Fact::Version))
            }),
            attribute(
                "quote",
                Slot::set(Type::Str),
                "What stands around a name in its SQL: `\"`, or a backtick.",
                |db| Fact::Str(Cow::Borrowed(db.0.database.vendor.quote())),
            ),
        ],
    )
});

impl<'a> Entity<'a> for DatabaseView<'a> {
    fn type_name(&self) -> &'static str {
        FACTS.entity
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        FACTS.get(name).map_or(Fact::Unset, |get| get(self))
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        None
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Owned(self.0.database.to_string())
    }

    fn identity(&self) -> String {
        self.0.database.to_string()
    }
}
