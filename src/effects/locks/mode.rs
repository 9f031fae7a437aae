//! Locks and what waits for them.

use std::fmt;

/// Who has to wait for a lock; in the order of severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocks {
    /// Nobody who reads or writes rows.
    #[default]
    Nothing,
    /// Those who write.
    Writes,
    /// Those who read and those who write.
    ReadsAndWrites,
}

/// PostgreSQL's locks on tables, the weakest first ("Explicit Locking", "Table-Level Lock Modes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// SELECT
    AccessShare,
    /// SELECT FOR UPDATE
    RowShare,
    /// INSERT, UPDATE, DELETE
    RowExclusive,
    /// CREATE INDEX CONCURRENTLY, VALIDATE CONSTRAINT
    ShareUpdateExclusive,
    /// CREATE INDEX
    Share,
    /// ADD FOREIGN KEY, CREATE TRIGGER
    ShareRowExclusive,
    /// REFRESH MATERIALIZED VIEW CONCURRENTLY
    Exclusive,
    /// Most of ALTER TABLE
    AccessExclusive,
}

impl LockMode {
    /// Every mode, the weakest first.
    pub const ALL: [LockMode; 8] = [
        LockMode::AccessShare,
        LockMode::RowShare,
        LockMode::RowExclusive,
        LockMode::ShareUpdateExclusive,
        LockMode::Share,
        LockMode::ShareRowExclusive,
        LockMode::Exclusive,
        LockMode::AccessExclusive,
    ];

    /// The manual's words for it: `SHARE ROW EXCLUSIVE`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            LockMode::AccessShare => "ACCESS SHARE",
            LockMode::RowShare => "ROW SHARE",
            LockMode::RowExclusive => "ROW EXCLUSIVE",
            LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            LockMode::Share => "SHARE",
            LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            LockMode::Exclusive => "EXCLUSIVE",
            LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Who has to wait for it ("Conflicting Lock Modes": readers take ACCESS SHARE, writers ROW EXCLUSIVE; measured in
    /// every case of `tests/truth/cases`).
    #[must_use]
    pub const fn blocks(self) -> Blocks {
        match self {
            LockMode::AccessShare | LockMode::RowShare | LockMode::RowExclusive | LockMode::ShareUpdateExclusive => {
                Blocks::Nothing
            }
            LockMode::Share | LockMode::ShareRowExclusive | LockMode::Exclusive => Blocks::Writes,
            LockMode::AccessExclusive => Blocks::ReadsAndWrites,
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How MySQL and MariaDB change a table, the mildest first (MariaDB, "`InnoDB` Online DDL Overview"; MySQL, "Online DDL
/// Operations", which has no `NOCOPY`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// The data dictionary only.
    Instant,
    /// Something is added, an index; the table's rows stay where they are.
    NoCopy,
    /// Possibly all of the table again, while others write.
    InPlace,
    /// All of the table again, while writers wait.
    Copy,
}

impl Algorithm {
    /// The word that ALGORITHM takes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Algorithm::Instant => "INSTANT",
            Algorithm::NoCopy => "NOCOPY",
            Algorithm::InPlace => "INPLACE",
            Algorithm::Copy => "COPY",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
