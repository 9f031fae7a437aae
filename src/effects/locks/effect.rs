//! What a statement does to those who use the database at the same time.

use crate::effects::locks::{Algorithm, Blocks, LockMode};

/// A lock on a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableLock {
    /// The table, by the name that it has when the statement is run.
    pub table: String,
    /// PostgreSQL's mode; `None` on other databases.
    pub mode: Option<LockMode>,
    /// Who waits for it.
    pub blocks: Blocks,
    /// The place of the statement that takes it, among those of the migration.
    pub by: usize,
}

/// What a statement does to those who use the database at the same time. Tables that the same release has made are not
/// named: nobody waits for them.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Effect {
    /// The locks that it takes, by table: the strongest on each.
    pub locks: Vec<TableLock>,
    /// The locks that its transaction holds while it works: its own and those of the statements before it. Of a table
    /// whose strongest lock is that of a statement that may not be sent, the strongest certain one stands here as well.
    pub holds: Vec<TableLock>,
    /// The locks that are still held behind it: none where its transaction ends with it.
    pub keeps: Vec<TableLock>,
    /// The place of the first statement of its transaction.
    pub began: usize,
    /// Whether its transaction ends with it.
    pub ended: bool,
    /// Tables of which all rows are written again: PostgreSQL's rewrite, COPY of MySQL and MariaDB, SQLite's remake.
    pub rewrites: Vec<String>,
    /// Tables that are read in full under the lock, for a check or an index; rewriting reads as well and is not named
    /// here.
    pub scans: Vec<String>,
    /// Tables on which an index is built.
    pub builds_index: Vec<String>,
    /// Tables that have no rows when it has run: with one, it or a statement before it fails.
    pub empty: Vec<String>,
    /// The tables that it names and that others use.
    pub live: Vec<String>,
    /// CONCURRENTLY: it lets nobody wait.
    pub concurrently: bool,
    /// It validates a constraint that was NOT VALID.
    pub validates: bool,
    /// Whether a transaction may hold it: PostgreSQL refuses CREATE INDEX CONCURRENTLY in one.
    pub transactional: bool,
    /// Whether a transaction goes on around it: that of the migration, one that a BEGIN has opened, or that of a text of
    /// several statements.
    pub in_transaction: bool,
    /// How MySQL and MariaDB do it; `None` on other databases, and for what changes no table.
    pub algorithm: Option<Algorithm>,
    /// The places of its changes that need a faster algorithm than the statement as a whole, on MySQL and MariaDB.
    pub spared: Vec<usize>,
    /// What is not known, in words that fit behind "it is not known".
    pub unknown: Vec<String>,
    /// Where the facts come from.
    pub sources: Vec<&'static str>,
}

impl Effect {
    /// Who waits for a table while this statement works: for its own locks and for those that are held.
    #[must_use]
    pub fn blocks(&self, table: &str) -> Blocks {
        let locks = self.locks.iter().chain(&self.holds).filter(|lock| lock.table == table);
        locks.map(|lock| lock.blocks).max().unwrap_or_default()
    }
}
