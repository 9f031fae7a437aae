//! The way through the statements of a migration, with the locks that its transaction holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::locks::postgresql::{Key, Work};
use crate::effects::locks::step::{Context, Steps, Taken, steps};
use crate::effects::locks::{Algorithm, Blocks, LockMode, Step, mysql, postgresql, sqlite};
use crate::schema::{Schema, Statement, Target};
use crate::sql::{ChangeKind, SchemaChange};
use crate::target::Vendor;

/// A lock on a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableLock {
    /// The table, by the name that it has when the statement is run.
    pub table: String,
    /// PostgreSQL's mode; `None` on other databases.
    pub mode: Option<LockMode>,
    /// Who waits for it.
    pub blocks: Blocks,
}

/// What a statement does to those who use the database at the same time. Tables that the same release has made are not
/// named: nobody waits for them.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// The locks that it takes, by table: the strongest on each.
    pub locks: Vec<TableLock>,
    /// The locks that its transaction holds while it works: its own and those of the statements before it.
    pub holds: Vec<TableLock>,
    /// Tables of which all rows are written again: PostgreSQL's rewrite, COPY of MySQL and MariaDB, SQLite's remake.
    pub rewrites: Vec<String>,
    /// Tables that are read in full under the lock, for a check or an index; rewriting reads as well and is not named
    /// here.
    pub scans: Vec<String>,
    /// Tables on which an index is built.
    pub builds_index: Vec<String>,
    /// CONCURRENTLY: it lets nobody wait.
    pub concurrently: bool,
    /// It validates a constraint that was NOT VALID.
    pub validates: bool,
    /// Whether a transaction may hold it: PostgreSQL refuses CREATE INDEX CONCURRENTLY in one.
    pub transactional: bool,
    /// How MySQL and MariaDB do it; `None` on other databases, and for what changes no table.
    pub algorithm: Option<Algorithm>,
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

/// Walks through the statements of a migration.
///
/// `live` tells the tables that others use: those that exist before the release. `atomic` is that of the migration.
#[must_use]
pub fn walk(
    statements: &[Statement],
    before: &Schema,
    atomic: bool,
    target: Target,
    live: &dyn Fn(&str) -> bool,
) -> Vec<Effect> {
    let mut walk = Walk {
        schema: before.clone(),
        target,
        live,
        in_transaction: atomic && target.database.vendor != Vendor::MySql && target.database.vendor != Vendor::MariaDb,
        held: BTreeMap::new(),
        known_as: BTreeMap::new(),
        not_valid: Vec::new(),
    };
    statements.iter().map(|statement| walk.statement(&statement.changes)).collect()
}

struct Walk<'a> {
    schema: Schema,
    target: Target,
    live: &'a dyn Fn(&str) -> bool,
    /// Whether the transaction goes on behind the statement.
    in_transaction: bool,
    held: BTreeMap<String, (Option<LockMode>, Blocks)>,
    /// Tables that were made or renamed: what they were before the migration; `None` for new ones.
    known_as: BTreeMap<String, Option<String>>,
    not_valid: Vec<String>,
}

/// What a statement gathers.
#[derive(Default)]
struct Gathered {
    locks: BTreeMap<String, (Option<LockMode>, Blocks)>,
    rewrites: BTreeSet<String>,
    scans: BTreeSet<String>,
    builds_index: BTreeSet<String>,
    /// The name of a table behind the statement, for one that the statement renames.
    renames: Vec<(String, String)>,
}

impl Gathered {
    fn lock(&mut self, table: &str, mode: Option<LockMode>, blocks: Blocks) {
        let lock = self.locks.entry(table.to_owned()).or_insert((mode, blocks));
        *lock = (*lock).max((mode, blocks));
    }
}

impl Walk<'_> {
    fn is_live(&self, table: &str) -> bool {
        match self.known_as.get(table) {
            Some(Some(before)) => (self.live)(before),
            Some(None) => false,
            None => (self.live)(table),
        }
    }

    fn statement(&mut self, changes: &[SchemaChange]) -> Effect {
        let mut effect = Effect { transactional: true, ..Effect::default() };
        let mut gathered = Gathered::default();
        for change in changes {
            let context = Context { schema: &self.schema, target: self.target, not_valid: &self.not_valid };
            let steps = steps(change, &context);
            match self.target.database.vendor {
                Vendor::PostgreSql => self.on_postgresql(change, &steps, &mut gathered, &mut effect),
                Vendor::MySql | Vendor::MariaDb => self.on_mysql(change, &steps, &mut gathered, &mut effect),
                Vendor::Sqlite => self.on_sqlite(change, &steps, &mut gathered, &mut effect),
            }
            effect.unknown.extend(steps.unknown);
            self.follow(change, &mut gathered);
        }
        self.finish(gathered, &mut effect);
        self.end_of_statement(changes);
        effect
    }

    /// Turns what was gathered into the effect; only live tables are named.
    fn finish(&mut self, gathered: Gathered, effect: &mut Effect) {
        let now = |table: &String| {
            let renamed = gathered.renames.iter().find(|(old, _)| old == table);
            renamed.map_or_else(|| table.clone(), |(_, new)| new.clone())
        };
        let live = |table: &String| self.is_live(&now(table));
        let named = |tables: &BTreeSet<String>| tables.iter().filter(|table| live(table)).cloned().collect();
        effect.rewrites = named(&gathered.rewrites);
        effect.scans = named(&gathered.scans);
        effect.builds_index = named(&gathered.builds_index);
        let lock = |(table, (mode, blocks)): (&String, &(Option<LockMode>, Blocks))| TableLock {
            table: table.clone(),
            mode: *mode,
            blocks: *blocks,
        };
        effect.locks = gathered.locks.iter().filter(|(table, _)| live(table)).map(lock).collect();
        for (table, lock) in &gathered.locks {
            let held = self.held.entry(now(table)).or_insert(*lock);
            *held = (*held).max(*lock);
        }
        effect.holds = self.held.iter().filter(|(table, _)| self.is_live(table)).map(lock).collect();
        effect.sources.sort_unstable();
        effect.sources.dedup();
        effect.unknown.dedup();
    }

    /// Locks last to the end of the transaction, which statements of their own may begin and end.
    fn end_of_statement(&mut self, changes: &[SchemaChange]) {
        for change in changes {
            let ChangeKind::Other { words, .. } = &change.kind else { continue };
            match words.as_str() {
                "BEGIN" | "START TRANSACTION" => self.in_transaction = true,
                "COMMIT" | "END" | "ROLLBACK" | "ABORT" => {
                    self.held.clear();
                    self.in_transaction = false;
                }
                _ => {}
            }
        }
        let implicit = matches!(self.target.database.vendor, Vendor::MySql | Vendor::MariaDb);
        if !self.in_transaction || implicit {
            self.held.clear();
        }
    }

    /// Follows the change in the schema and in the names of tables.
    fn follow(&mut self, change: &SchemaChange, gathered: &mut Gathered) {
        match (&change.kind, change.table.as_deref()) {
            (ChangeKind::CreateTable { if_not_exists, .. }, Some(table)) => {
                if !(*if_not_exists && self.schema.tables.contains_key(table)) {
                    self.known_as.insert(table.to_owned(), None);
                }
            }
            (ChangeKind::RenameTable { to }, Some(table)) => {
                let before = self.known_as.remove(table).unwrap_or_else(|| Some(table.to_owned()));
                // A table that takes the place of another is that one for those who use it.
                let replaces = before.is_none() && self.dropped(to);
                self.known_as.insert(to.clone(), if replaces { Some(to.clone()) } else { before });
                if let Some(lock) = self.held.remove(table) {
                    self.held.insert(to.clone(), lock);
                }
                gathered.renames.push((table.to_owned(), to.clone()));
            }
            (ChangeKind::AddConstraint { constraint, not_valid: true, .. }, _) => {
                self.not_valid.extend(constraint.name.clone());
            }
            (ChangeKind::ValidateConstraint { name }, _) => self.not_valid.retain(|other| other != name),
            _ => {}
        }
        self.schema.apply(change);
    }

    /// Whether a table that was there before the migration is not there any more.
    fn dropped(&self, table: &str) -> bool {
        (self.live)(table) && !self.schema.tables.contains_key(table)
    }

    fn on_postgresql(&self, change: &SchemaChange, steps: &Steps, gathered: &mut Gathered, effect: &mut Effect) {
        let version = self.target.database.version.map(crate::target::Version::major);
        for taken in &steps.taken {
            let Some(fact) = postgresql::find(|key| key == Key::Step(taken.step), version) else {
                effect.unknown.push("which lock the statement takes".to_owned());
                continue;
            };
            self.postgresql_fact(fact, &taken.table, taken.other.as_deref(), gathered, effect);
        }
        let ChangeKind::Other { words, object } = &change.kind else { return };
        if let (None, "SELECT", Some(function)) = (&change.table, words.as_str(), object) {
            effect.unknown.push(format!("what the function `{function}` does"));
        }
        let Some(fact) = postgresql::find(|key| matches!(key, Key::Words(other) if other == words), version) else {
            // A statement that names no table locks none.
            if change.table.is_some() && !words.starts_with("ALTER COLUMN ADD IDENTITY") {
                effect.unknown.push("which lock the statement takes".to_owned());
            }
            return;
        };
        let other = object.as_deref().filter(|_| fact.other.is_some());
        match (&change.table, words.as_str()) {
            (Some(table), "LOCK TABLE") => {
                let mode = object.as_deref().and_then(postgresql::mode).unwrap_or(LockMode::AccessExclusive);
                gathered.lock(table, Some(mode), mode.blocks());
            }
            (Some(table), _) => self.postgresql_fact(fact, table, other, gathered, effect),
            (None, _) => effect.transactional &= fact.transactional,
        }
    }

    fn on_mysql(&self, change: &SchemaChange, steps: &Steps, gathered: &mut Gathered, effect: &mut Effect) {
        let facts = steps.taken.iter().filter_map(|taken| {
            mysql::find(|key| key == Key::Step(taken.step)).map(|fact| (fact, taken.table.as_str()))
        });
        let by_words = match &change.kind {
            ChangeKind::Other { words, .. } => {
                mysql::find(|key| matches!(key, Key::Words(other) if other == words)).zip(change.table.as_deref())
            }
            _ => None,
        };
        for (fact, table) in facts.chain(by_words) {
            let mariadb = self.target.database.vendor == Vendor::MariaDb;
            let mut algorithm = if mariadb { fact.mariadb } else { fact.mysql };
            // A new column with a foreign key or a stored one is no column that is added at once; a second step tells.
            let mut blocks = fact.blocks;
            if algorithm == Algorithm::Copy {
                blocks = blocks.max(Blocks::Writes);
            }
            if !self.is_live(table) {
                // An empty table is changed at once, whatever the algorithm is called.
                algorithm = Algorithm::Instant;
                effect.algorithm = effect.algorithm.max(Some(algorithm));
                continue;
            }
            effect.algorithm = effect.algorithm.max(Some(algorithm));
            gathered.lock(table, None, blocks);
            if algorithm == Algorithm::Copy {
                gathered.rewrites.insert(table.to_owned());
            }
            if fact.builds_index {
                gathered.builds_index.insert(table.to_owned());
            }
            effect.sources.push(fact.source);
        }
        // Options of ALTER TABLE that ask for less are refused; those that ask for more are followed.
        if let (ChangeKind::Other { words, object: Some(object) }, Some(table)) = (&change.kind, &change.table) {
            match (words.as_str(), object.to_ascii_uppercase().as_str()) {
                ("ALGORITHM", "COPY") => {
                    effect.algorithm = Some(Algorithm::Copy);
                    gathered.lock(table, None, Blocks::Writes);
                    gathered.rewrites.insert(table.clone());
                }
                ("LOCK", "SHARED") => gathered.lock(table, None, Blocks::Writes),
                ("LOCK", "EXCLUSIVE") | ("LOCK TABLE", "WRITE") => gathered.lock(table, None, Blocks::ReadsAndWrites),
                ("LOCK TABLE", "READ") => gathered.lock(table, None, Blocks::Writes),
                _ => {}
            }
        }
    }

    fn on_sqlite(&self, change: &SchemaChange, steps: &Steps, gathered: &mut Gathered, effect: &mut Effect) {
        if let ChangeKind::Other { words, .. } = &change.kind
            && matches!(words.as_str(), "SELECT" | "PRAGMA" | "BEGIN" | "COMMIT" | "END" | "SAVEPOINT" | "RELEASE")
        {
            return;
        }
        effect.sources.push("File Locking And Concurrency In SQLite Version 3");
        for Taken { step, table, .. } in &steps.taken {
            gathered.lock(table, None, sqlite::BLOCKS);
            match step {
                Step::Remake => drop(gathered.rewrites.insert(table.clone())),
                Step::CreateIndex | Step::CreateIndexSpecial => drop(gathered.builds_index.insert(table.clone())),
                _ => {}
            }
        }
        // The last step of a remake that is written as SQL.
        if let (ChangeKind::RenameTable { to }, Some(table)) = (&change.kind, &change.table)
            && self.known_as.get(table) == Some(&None)
            && self.dropped(to)
        {
            gathered.lock(to, None, sqlite::BLOCKS);
            gathered.rewrites.insert(to.clone());
        }
    }

    fn postgresql_fact(
        &self,
        fact: &postgresql::Fact,
        table: &str,
        other: Option<&str>,
        gathered: &mut Gathered,
        effect: &mut Effect,
    ) {
        if let Some(mode) = fact.lock {
            gathered.lock(table, Some(mode), mode.blocks());
        }
        if let Some((mode, other)) = fact.other.zip(other) {
            gathered.lock(other, Some(mode), mode.blocks());
        }
        // A new table is empty: what is done to it is done at once.
        for work in fact.work.iter().filter(|_| self.is_live(table)) {
            match work {
                Work::Rewrites => drop(gathered.rewrites.insert(table.to_owned())),
                Work::Scans => drop(gathered.scans.insert(table.to_owned())),
                Work::ScansOther => gathered.scans.extend(other.map(str::to_owned)),
                Work::BuildsIndex => drop(gathered.builds_index.insert(table.to_owned())),
                Work::Validates => effect.validates = true,
                Work::Concurrently => effect.concurrently = true,
            }
        }
        effect.transactional &= fact.transactional;
        effect.sources.push(fact.source);
    }
}
