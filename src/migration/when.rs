//! On which databases a part of a function runs.

use crate::target::Vendor;

/// On which databases something holds: for each of them yes, no, or nobody can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When([Option<bool>; Vendor::ALL.len()]);

impl When {
    /// On all of them.
    pub const ALWAYS: Self = Self([Some(true); Vendor::ALL.len()]);
    /// On none.
    pub const NEVER: Self = Self([Some(false); Vendor::ALL.len()]);
    /// Nobody can say.
    pub const UNKNOWN: Self = Self([None; Vendor::ALL.len()]);

    /// Where the vendor is such a one, by the word for it that Django's connection has.
    pub(super) fn vendor(is: impl Fn(&str) -> bool) -> Self {
        Self(Vendor::ALL.map(|vendor| Some(is(vendor.django_word()))))
    }

    /// `connection.mysql_is_mariadb`, which only Django's MySQL backend has (`django/db/backends/mysql/base.py`).
    pub(super) fn mariadb() -> Self {
        Self(Vendor::ALL.map(|vendor| match vendor {
            Vendor::MariaDb => Some(true),
            Vendor::MySql => Some(false),
            Vendor::PostgreSql | Vendor::Sqlite => None,
        }))
    }

    /// Whether it holds on that database.
    #[must_use]
    pub fn on(self, vendor: Vendor) -> Option<bool> {
        Vendor::ALL.iter().zip(self.0).find(|(other, _)| **other == vendor).and_then(|(_, holds)| holds)
    }

    pub(super) fn not(self) -> Self {
        Self(self.0.map(|holds| holds.map(|holds| !holds)))
    }

    pub(super) fn and(self, other: Self) -> Self {
        self.with(other, |both| match both {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        })
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// Where it holds for sure.
    pub(super) fn certain(self) -> Self {
        Self(self.0.map(|holds| Some(holds == Some(true))))
    }

    fn with(self, other: Self, join: impl Fn((Option<bool>, Option<bool>)) -> Option<bool>) -> Self {
        let mut joined = self;
        for (own, other) in joined.0.iter_mut().zip(other.0) {
            *own = join((*own, other));
        }
        joined
    }
}
