//! The way through the statements of a migration, with the locks that its transaction holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::locks::change::steps;
use crate::effects::locks::postgresql::{Key, Work};
use crate::effects::locks::step::{Context, Steps, Taken};
use crate::effects::locks::{Algorithm, Blocks, Effect, LockMode, Step, TableLock, mysql, postgresql, sqlite};
use crate::effects::rows::fails_on_rows;
use crate::schema::{Schema, Statement, Target};
use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, Index, Rows, SchemaChange};
use crate::target::Vendor;

/// Walks through the statements of a migration.
///
/// `live` tells the tables that others use: those that exist before the release. `atomic` is that of the migration.
/// `filled` are new tables that get rows in between, each with the place of the operation that writes them.
#[must_use]
pub fn walk(
    statements: &[Statement],
    before: &Schema,
    atomic: bool,
    target: Target,
    live: &dyn Fn(&str) -> bool,
    filled: &[(usize, String)],
) -> Vec<Effect> {
    let mut walk = Walk {
        schema: before.clone(),
        target,
        live,
        in_transaction: atomic && target.database.vendor != Vendor::MySql && target.database.vendor != Vendor::MariaDb,
        held: BTreeMap::new(),
        began: 0,
        known_as: BTreeMap::new(),
        filled: BTreeSet::new(),
        empty: BTreeSet::new(),
    };
    let joined = |place: usize| {
        target.database.vendor == Vendor::PostgreSql && statements.get(place).is_some_and(|statement| statement.joined)
    };
    let walked = statements.iter().enumerate().map(|(place, statement)| {
        let by_now = filled.iter().filter(|(operation, _)| statement.deferred || *operation < statement.operation);
        walk.filled.extend(by_now.map(|(_, table)| table.clone()));
        if statement.doubt.is_none() {
            walk.demand_no_rows(&statement.changes);
        }
        let mut effect = walk.statement(place, statement, joined(place + 1));
        effect.in_transaction |= joined(place) || joined(place + 1);
        effect
    });
    walked.collect()
}

struct Walk<'a> {
    schema: Schema,
    target: Target,
    live: &'a dyn Fn(&str) -> bool,
    /// Whether the transaction goes on behind the statement.
    in_transaction: bool,
    held: BTreeMap<String, Held>,
    /// The first statement of the transaction that goes on.
    began: usize,
    /// Tables that were made or renamed: what they were before the migration; `None` for new ones.
    known_as: BTreeMap<String, Option<String>>,
    /// New tables that have got rows.
    filled: BTreeSet<String>,
    /// Tables that have no rows, or else a statement has failed.
    empty: BTreeSet<String>,
}

/// The locks that a transaction holds on a table.
#[derive(Clone, Copy, Default)]
struct Held {
    /// The strongest of those that are certainly taken.
    certain: Option<Taking>,
    /// The strongest of statements that may not be sent.
    doubtful: Option<Taking>,
}

/// A lock, and the statement that takes it.
#[derive(Clone, Copy)]
struct Taking {
    strength: (Option<LockMode>, Blocks),
    by: usize,
}

impl Held {
    fn take(&mut self, taking: Taking, certain: bool) {
        let known = if certain { &mut self.certain } else { &mut self.doubtful };
        if known.is_none_or(|known| known.strength < taking.strength) {
            *known = Some(taking);
        }
    }

    /// The certain lock, and the doubtful one where it is stronger.
    fn locks(&self) -> impl Iterator<Item = Taking> {
        let certain = self.certain;
        let stronger = move |other: &Taking| certain.is_none_or(|certain| certain.strength < other.strength);
        certain.into_iter().chain(self.doubtful.filter(stronger))
    }
}

/// What a statement gathers.
#[derive(Default)]
struct Gathered {
    locks: BTreeMap<String, (Option<LockMode>, Blocks)>,
    rewrites: BTreeSet<String>,
    scans: BTreeSet<String>,
    builds_index: BTreeSet<String>,
    /// Tables that SQLite makes again, with their indexes.
    remade: Vec<String>,
    /// The name of a table behind the statement, for one that the statement renames.
    renames: Vec<(String, String)>,
}

impl Gathered {
    fn lock(&mut self, table: &str, mode: Option<LockMode>, blocks: Blocks) {
        let lock = self.locks.entry(table.to_owned()).or_insert((mode, blocks));
        *lock = (*lock).max((mode, blocks));
    }
}

fn lock_on(table: &str, taking: Taking) -> TableLock {
    let (mode, blocks) = taking.strength;
    TableLock { table: table.to_owned(), mode, blocks, by: taking.by }
}

impl Walk<'_> {
    fn is_live(&self, table: &str) -> bool {
        match self.known_as.get(table) {
            Some(Some(before)) => (self.live)(before),
            Some(None) => false,
            None => (self.live)(table),
        }
    }

    /// `goes_on` tells whether the next statement belongs to the same text.
    fn statement(&mut self, place: usize, statement: &Statement, goes_on: bool) -> Effect {
        let changes = &statement.changes;
        let mut effect =
            Effect { transactional: true, in_transaction: self.in_transaction, began: self.began, ..Effect::default() };
        let mut gathered = Gathered::default();
        let mut algorithms: Vec<Option<Algorithm>> = Vec::new();
        for change in changes {
            let table = change.table.as_ref().filter(|table| self.is_live(table) && !effect.live.contains(table));
            effect.live.extend(table.cloned());
            let context = Context { schema: &self.schema, target: self.target };
            let steps = steps(change, &context);
            match self.target.database.vendor {
                Vendor::PostgreSql => self.on_postgresql(change, &steps, &mut gathered, &mut effect),
                Vendor::MySql | Vendor::MariaDb => {
                    let own = self.on_mysql(change, &steps, &mut gathered, &mut effect);
                    algorithms.push(own);
                    effect.algorithm = effect.algorithm.max(own);
                }
                Vendor::Sqlite => self.on_sqlite(change, &steps, &mut gathered, &mut effect),
            }
            effect.unknown.extend(steps.unknown);
            self.follow(change, &mut gathered);
        }
        for table in &gathered.remade {
            if self.schema.table(table).is_some_and(|table| !table.indexes.is_empty()) {
                gathered.builds_index.insert(table.clone());
            }
        }
        let asks_for_less = |(place, own): (usize, &Option<Algorithm>)| (*own < effect.algorithm).then_some(place);
        effect.spared = algorithms.iter().enumerate().filter_map(asks_for_less).collect();
        self.finish(&gathered, place, statement.doubt.is_none(), &mut effect);
        effect.ended = self.end_of_statement(changes, goes_on);
        if effect.ended {
            self.began = place + 1;
        }
        effect.keeps = self.kept();
        effect
    }

    /// Turns what was gathered into the effect; only live tables are named.
    fn finish(&mut self, gathered: &Gathered, place: usize, certain: bool, effect: &mut Effect) {
        let now = |table: &String| {
            let renamed = gathered.renames.iter().find(|(old, _)| old == table);
            renamed.map_or_else(|| table.clone(), |(_, new)| new.clone())
        };
        let live = |table: &String| self.is_live(&now(table));
        let named = |tables: &BTreeSet<String>| tables.iter().filter(|table| live(table)).cloned().collect();
        effect.rewrites = named(&gathered.rewrites);
        effect.scans = named(&gathered.scans);
        effect.builds_index = named(&gathered.builds_index);
        let taken = gathered.locks.iter().filter(|(table, _)| live(table));
        effect.locks =
            taken.map(|(table, strength)| lock_on(table, Taking { strength: *strength, by: place })).collect();
        for (table, strength) in &gathered.locks {
            self.held.entry(now(table)).or_default().take(Taking { strength: *strength, by: place }, certain);
        }
        effect.empty = self.empty.iter().cloned().collect();
        effect.holds = self.kept();
        effect.sources.sort_unstable();
        effect.sources.dedup();
        effect.unknown.dedup();
    }

    /// From here on, a table that had rows has stopped the migration.
    fn demand_no_rows(&mut self, changes: &[SchemaChange]) {
        let vendor = self.target.database.vendor;
        let fails = changes.iter().filter(|change| fails_on_rows(change, changes, vendor));
        self.empty.extend(fails.filter_map(|change| change.table.clone()));
    }

    /// The locks that are held by now on tables that others use.
    fn kept(&self) -> Vec<TableLock> {
        let held = self.held.iter().filter(|(table, _)| self.is_live(table));
        held.flat_map(|(table, held)| held.locks().map(|taking| lock_on(table, taking))).collect()
    }

    /// Locks last to the end of the transaction, which statements of their own may begin and end. Tells whether it ends.
    fn end_of_statement(&mut self, changes: &[SchemaChange], goes_on: bool) -> bool {
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
        let ended = !(self.in_transaction || goes_on) || self.is_mysql();
        if ended {
            self.held.clear();
        }
        ended
    }

    /// Follows the change in the schema and in the names of tables.
    fn follow(&mut self, change: &SchemaChange, gathered: &mut Gathered) {
        match (&change.kind, change.table.as_deref()) {
            (ChangeKind::CreateTable { if_not_exists, .. }, Some(table))
                if !(*if_not_exists && self.schema.tables.contains_key(table)) =>
            {
                self.known_as.insert(table.to_owned(), None);
            }
            (ChangeKind::RenameTable { to }, Some(table)) => {
                let before = self.known_as.remove(table).unwrap_or_else(|| Some(table.to_owned()));
                // A table that takes the place of another is that one for those who use it.
                if before.is_some() || !self.dropped(to) {
                    self.known_as.insert(to.clone(), before);
                }
                if self.empty.remove(table) {
                    self.empty.insert(to.clone());
                }
                if let Some(lock) = self.held.remove(table) {
                    self.held.insert(to.clone(), lock);
                }
                gathered.renames.push((table.to_owned(), to.clone()));
            }
            (ChangeKind::ChangeRows { rows: Rows::Insert, .. }, Some(table)) => {
                self.filled.insert(table.to_owned());
                self.empty.remove(table);
            }
            (ChangeKind::DropConstraint { name, constraint }, Some(table)) if self.is_mysql() => {
                self.keep_index(table, name.as_deref(), constraint.as_ref());
            }
            _ => {}
        }
        self.schema.apply(change);
    }

    fn has_check(&self, table: Option<&str>) -> bool {
        let table = table.and_then(|table| self.schema.table(table));
        let is_check = |constraint: &Constraint| {
            matches!(constraint.kind, ConstraintKind::Check(_))
                && !constraint.name.as_ref().is_some_and(|name| self.schema.not_valid.contains(name))
        };
        table.is_some_and(|table| table.constraints.iter().any(is_check))
    }

    /// Tables that have a column of a type of the project's own.
    fn users_of_type(&self, name: Option<&str>) -> Vec<String> {
        let has = |column: &Column| column.column_type.as_ref().is_ok_and(|own| Some(own.name.as_str()) == name);
        let tables = self.schema.tables.iter().filter(|(_, table)| table.columns.iter().any(has));
        tables.map(|(name, _)| name.clone()).collect()
    }

    fn is_mysql(&self) -> bool {
        matches!(self.target.database.vendor, Vendor::MySql | Vendor::MariaDb)
    }

    /// The index that a foreign key has made outlives it, by its name (MySQL, "FOREIGN KEY Constraints", "Indexes and
    /// Foreign Keys"; measured in the case `remove_field__fk_self_null`).
    fn keep_index(&mut self, table: &str, name: Option<&str>, constraint: Option<&Constraint>) {
        let Some(table) = self.schema.table_mut(table) else { return };
        let found = constraint.or_else(|| table.constraint(name?));
        let Some(ConstraintKind::ForeignKey { columns, .. }) = found.map(|constraint| &constraint.kind) else { return };
        let index = Index {
            name: name.map(str::to_owned),
            columns: columns.clone(),
            unique: false,
            method: None,
            condition: None,
            expressions: false,
            include: Vec::new(),
        };
        table.indexes.push(index);
    }

    /// Whether a table that others use is not there any more.
    fn dropped(&self, table: &str) -> bool {
        self.is_live(table) && !self.schema.tables.contains_key(table)
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
            (Some(table), "ALTER TABLE ATTACH PARTITION") if self.has_check(other) => {
                self.postgresql_fact(&postgresql::Fact { work: &[], ..*fact }, table, other, gathered, effect);
                effect.unknown.push("whether a CHECK says that all rows belong into the partition".to_owned());
            }
            (Some(table), _) => self.postgresql_fact(fact, table, other, gathered, effect),
            (None, "REINDEX INDEX") => match object.as_deref().and_then(|index| self.schema.table_of_index(index)) {
                Some(table) => self.postgresql_fact(fact, table, None, gathered, effect),
                None => effect.unknown.push("which table the index belongs to".to_owned()),
            },
            (None, words) if words.starts_with("ALTER DOMAIN") => {
                let users = self.users_of_type(object.as_deref());
                // Models do not tell the types of columns that SQL has made.
                if users.is_empty() && !fact.work.is_empty() {
                    effect.unknown.push("which tables have a column of the domain".to_owned());
                }
                for table in users {
                    self.postgresql_fact(fact, &table, None, gathered, effect);
                }
            }
            (None, _) => effect.transactional &= fact.transactional,
        }
    }

    /// Gathers what a change does, and returns its algorithm.
    fn on_mysql(
        &self,
        change: &SchemaChange,
        steps: &Steps,
        gathered: &mut Gathered,
        effect: &mut Effect,
    ) -> Option<Algorithm> {
        let mut needed = None;
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
            // A new table is empty, and nobody waits for it.
            if !self.is_live(table) {
                continue;
            }
            let mariadb = self.target.database.vendor == Vendor::MariaDb;
            let algorithm = if mariadb { fact.mariadb } else { fact.mysql };
            let copies = if algorithm == Algorithm::Copy { Blocks::Writes } else { Blocks::Nothing };
            let blocks = fact.blocks.max(copies);
            needed = needed.max(Some(algorithm));
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
                    needed = Some(Algorithm::Copy);
                    gathered.lock(table, None, Blocks::Writes);
                    gathered.rewrites.insert(table.clone());
                }
                ("LOCK", "SHARED") | ("LOCK TABLE", "READ") => gathered.lock(table, None, Blocks::Writes),
                ("LOCK", "EXCLUSIVE") | ("LOCK TABLE", "WRITE") => gathered.lock(table, None, Blocks::ReadsAndWrites),
                _ => {}
            }
        }
        needed
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
                Step::Remake => {
                    gathered.rewrites.insert(table.clone());
                    gathered.remade.push(table.clone());
                }
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
        let empty = !self.is_live(table) && !self.filled.contains(table);
        for work in fact.work.iter().filter(|_| !empty) {
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
