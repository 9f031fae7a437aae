//! PostgreSQL 11 to 18: the lock of each change, and the work under it.
//!
//! Sources: "T" is a row of `tests/truth/postgresql-statements.tsv` (PostgreSQL 11 to 18), "C" a case under
//! `tests/truth/cases` (15 and 18); "M" a page of the manual.

use crate::effects::locks::{LockMode, Step};

/// What a change does beside taking a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// All of the table is written again, and its indexes with it.
    Rewrites,
    /// All of the table is read.
    Scans,
    /// All of the other table of a foreign key is read.
    ScansOther,
    /// An index is built, for which the table is read.
    BuildsIndex,
    /// Rows are checked by a constraint that was NOT VALID.
    Validates,
    /// CONCURRENTLY: it waits for others instead of letting them wait.
    Concurrently,
}

/// What a change does.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Which change.
    pub(super) key: Key,
    /// The versions that it holds for, the last included.
    pub(super) versions: (u32, u32),
    /// The lock on the table.
    pub lock: Option<LockMode>,
    /// The lock on the other table: that of a foreign key, a partition.
    pub other: Option<LockMode>,
    /// The work.
    pub work: &'static [Work],
    /// Whether a transaction may hold it.
    pub transactional: bool,
    /// Where it comes from.
    pub source: &'static str,
}

/// How a fact is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// By what the change is.
    Step(Step),
    /// By the words of [`ChangeKind::Other`](crate::sql::ChangeKind::Other).
    Words(&'static str),
}

const fn fact(key: Key, lock: Option<LockMode>, work: &'static [Work], source: &'static str) -> Fact {
    Fact { key, versions: (0, u32::MAX), lock, other: None, work, transactional: true, source }
}

const fn step(step: Step, lock: LockMode, work: &'static [Work], source: &'static str) -> Fact {
    fact(Key::Step(step), Some(lock), work, source)
}

const fn words(words: &'static str, lock: LockMode, work: &'static [Work], source: &'static str) -> Fact {
    fact(Key::Words(words), Some(lock), work, source)
}

const fn free(words: &'static str, source: &'static str) -> Fact {
    fact(Key::Words(words), None, &[], source)
}

impl Fact {
    const fn other(self, lock: LockMode) -> Self {
        Self { other: Some(lock), ..self }
    }

    const fn since(self, version: u32) -> Self {
        Self { versions: (version, self.versions.1), ..self }
    }

    const fn until(self, version: u32) -> Self {
        Self { versions: (self.versions.0, version), ..self }
    }

    const fn outside_transactions(self) -> Self {
        Self { transactional: false, ..self }
    }
}

use LockMode::{
    AccessExclusive as Ax, AccessShare as As, Exclusive as Ex, RowExclusive as Rx, RowShare as Rs, Share as Sh,
    ShareRowExclusive as Srx, ShareUpdateExclusive as Sux,
};
use Work::{BuildsIndex, Concurrently, Rewrites, Scans, ScansOther, Validates};

/// All facts. The strongest lock of a change's steps counts.
const FACTS: &[Fact] = &[
    step(Step::CreateTable, Ax, &[], "T: create table with fk"),
    step(Step::CreateTableWithForeignKey, Ax, &[], "T: create table with fk").other(Srx),
    step(Step::DropTable, Ax, &[], "C: run_sql__drop_table_not_a_model"),
    step(Step::DropTableWithForeignKey, Ax, &[], "T: drop table with fk to p").other(Ax),
    step(Step::RenameTable, Ax, &[], "T: rename table"),
    step(Step::AddColumn, Ax, &[], "T: add col null, add col null + const default, add col default now()"),
    step(Step::AddColumnVolatile, Ax, &[Rewrites], "T: add col default clock_timestamp(), gen_random_uuid(), random()"),
    step(Step::AddColumnAuto, Ax, &[Rewrites], "T: add col serial, add col identity"),
    step(Step::AddColumnStored, Ax, &[Rewrites], "T: add col generated stored"),
    step(Step::AddColumnUnique, Ax, &[BuildsIndex], "T: add col unique"),
    step(Step::AddColumnCheck, Ax, &[Scans], "T: add col check nullable inline"),
    step(Step::AddColumnNotNull, Ax, &[Scans], "C: add_field__int_not_null_no_default"),
    step(Step::AddColumnReferences, Ax, &[], "T: add col inline FK nullable").other(Srx),
    step(Step::AddColumnReferencesWithDefault, Ax, &[Scans, ScansOther], "C: add_field__fk_null_db_default").other(Srx),
    step(Step::DropColumn, Ax, &[], "T: drop column"),
    step(Step::DropColumnIndexed, Ax, &[], "T: drop column"),
    step(Step::DropColumnWithForeignKey, Ax, &[], "C: remove_field__fk").other(Ax),
    step(Step::RenameColumn, Ax, &[], "T: rename column"),
    step(Step::SetDefault, Ax, &[], "T: set default"),
    step(Step::DropDefault, Ax, &[], "T: drop default"),
    step(Step::SetNotNull, Ax, &[Scans], "T: set not null (no proof)"),
    step(Step::SetNotNullProven, Ax, &[], "T: set not null (valid CHECK proof)"),
    step(Step::DropNotNull, Ax, &[], "T: drop not null"),
    step(Step::TypeMetadata, Ax, &[], "T: varchar20->varchar30, numeric(5,2)->numeric(8,2), cidr->inet"),
    step(Step::TypeRewrite, Ax, &[Rewrites], "T: int->bigint, varchar20->varchar10, json->jsonb"),
    step(Step::TypeIndexes, Ax, &[BuildsIndex], "T: varchar20 collate change"),
    step(Step::AddPrimaryKey, Ax, &[BuildsIndex], "T: add unique constraint"),
    step(Step::AddUnique, Ax, &[BuildsIndex], "T: add unique constraint"),
    step(Step::UseIndex, Ax, &[], "T: add unique using index, add pk using index"),
    step(Step::AddCheck, Ax, &[Scans], "T: add check"),
    step(Step::AddCheckNotValid, Ax, &[], "T: add check not valid, add check NOT ENFORCED (18)"),
    step(Step::AddForeignKey, Srx, &[Scans, ScansOther], "T: add fk; C: run_sql__add_foreign_key").other(Srx),
    step(Step::AddForeignKeyNotValid, Srx, &[], "T: add fk not valid, add fk NOT ENFORCED (18)").other(Srx),
    step(Step::AddExclusion, Ax, &[BuildsIndex], "T: add exclusion"),
    step(Step::AddNotNull, Ax, &[Scans], "T: set not null (no proof)"),
    step(Step::AddNotNullNotValid, Ax, &[], "T: add NOT NULL NOT VALID (PG18)"),
    step(Step::Validate, Sux, &[Scans, Validates], "T: validate check"),
    step(Step::ValidateForeignKey, Sux, &[Scans, ScansOther, Validates], "T: validate fk; M: ALTER TABLE, VALIDATE")
        .other(Rs),
    step(Step::DropConstraint, Ax, &[], "T: drop check"),
    step(Step::DropPrimaryKey, Ax, &[], "T: drop check"),
    step(Step::DropForeignKey, Ax, &[], "T: drop fk").other(Ax),
    step(Step::RenameConstraint, Ax, &[], "T: rename constraint"),
    step(Step::CreateIndex, Sh, &[BuildsIndex], "T: create index, create unique index"),
    step(Step::CreateIndexSpecial, Sh, &[BuildsIndex], "T: create index"),
    step(Step::CreateIndexConcurrently, Sux, &[BuildsIndex, Concurrently], "C: run_sql__create_index_concurrently")
        .outside_transactions(),
    step(Step::DropIndex, Ax, &[], "T: drop index"),
    step(Step::DropIndexConcurrently, Sux, &[Concurrently], "C: run_sql__drop_index_concurrently")
        .outside_transactions(),
    fact(Key::Step(Step::RenameIndex), None, &[], "T: rename index"),
    step(Step::Comment, Sux, &[], "T: comment on"),
    step(Step::ChangeRows, Rx, &[], "C: run_sql__update_data, run_sql__delete_data"),
    step(Step::Truncate, Ax, &[Rewrites], "T: truncate"),
    step(Step::AddIdentity, Ax, &[], "T: add identity to existing"),
    // By their words.
    words("SELECT", As, &[], "C: run_python__read_only"),
    words("LOCK TABLE", Ax, &[], "T: lock table"),
    words("REINDEX INDEX", Sh, &[BuildsIndex], "T: reindex"),
    words("REINDEX TABLE", Sh, &[BuildsIndex], "C: run_sql__reindex"),
    words("REINDEX TABLE CONCURRENTLY", Sux, &[BuildsIndex, Concurrently], "C: run_sql__reindex_concurrently")
        .outside_transactions(),
    words("REFRESH MATERIALIZED VIEW", Ax, &[BuildsIndex], "T: refresh matview"),
    words("REFRESH MATERIALIZED VIEW CONCURRENTLY", Ex, &[], "T: refresh matview concurrently"),
    words("CLUSTER", Ax, &[Rewrites], "T: cluster"),
    words("VACUUM FULL", Ax, &[Rewrites], "M: VACUUM, FULL").outside_transactions(),
    words("VACUUM", Sux, &[], "C: run_sql__vacuum").outside_transactions(),
    words("ANALYZE", Sux, &[], "C: run_sql__analyze"),
    words("CREATE TRIGGER", Srx, &[], "M: Explicit Locking, SHARE ROW EXCLUSIVE"),
    words("DROP TRIGGER", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("ALTER TRIGGER", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("CREATE RULE", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("DROP RULE", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("CREATE POLICY", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("ALTER POLICY", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("DROP POLICY", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("CREATE VIEW", Ax, &[], "T: create or replace view add col"),
    words("ALTER VIEW", Ax, &[], "M: Explicit Locking, ACCESS EXCLUSIVE"),
    words("ALTER DOMAIN ADD CONSTRAINT", Sh, &[Scans], "T: domain add check"),
    words("ALTER DOMAIN VALIDATE CONSTRAINT", Sh, &[Scans], "M: ALTER DOMAIN, VALIDATE CONSTRAINT"),
    words("ALTER DOMAIN SET NOT NULL", Sh, &[Scans], "M: ALTER DOMAIN, SET NOT NULL"),
    free("ALTER DOMAIN ADD CONSTRAINT NOT VALID", "T: domain add check not valid"),
    words("CREATE STATISTICS", Sux, &[], "T: create statistics"),
    words("CREATE TABLE PARTITION OF", Ax, &[], "M: CREATE TABLE, PARTITION OF"),
    words("CREATE TABLE INHERITS", Sux, &[], "M: Explicit Locking, SHARE UPDATE EXCLUSIVE"),
    words("ALTER TABLE ATTACH PARTITION", Ax, &[ScansOther], "T: attach partition no check").other(Ax).until(11),
    words("ALTER TABLE ATTACH PARTITION", Sux, &[ScansOther], "T: attach partition no check").other(Ax).since(12),
    words("ALTER TABLE DETACH PARTITION", Ax, &[], "T: detach partition").other(Sux).until(13),
    words("ALTER TABLE DETACH PARTITION", Ax, &[], "T: detach partition").other(Ax).since(14),
    words("ALTER TABLE DETACH PARTITION CONCURRENTLY", Sux, &[Concurrently], "M: ALTER TABLE, DETACH PARTITION")
        .outside_transactions(),
    words("ALTER TABLE ROW LEVEL SECURITY", Ax, &[], "T: enable rls"),
    words("ALTER TABLE REPLICA IDENTITY", Ax, &[], "T: replica identity full"),
    words("ALTER TABLE SET TABLESPACE", Ax, &[Rewrites], "M: ALTER TABLE, SET TABLESPACE"),
    words("ALTER TABLE SET LOGGED", Ax, &[Rewrites], "T: set logged"),
    words("ALTER TABLE SET UNLOGGED", Ax, &[Rewrites], "T: set logged"),
    words("ALTER TABLE SET ACCESS METHOD", Ax, &[Rewrites], "M: ALTER TABLE, SET ACCESS METHOD"),
    words("ALTER TABLE SET WITHOUT CLUSTER", Sux, &[], "M: ALTER TABLE, SET WITHOUT CLUSTER"),
    words("ALTER TABLE SET WITHOUT OIDS", Ax, &[Rewrites], "M: ALTER TABLE, SET WITHOUT OIDS").until(11),
    words("ALTER TABLE SET WITHOUT OIDS", Ax, &[], "M: ALTER TABLE, SET WITHOUT OIDS").since(12),
    words("ALTER TABLE CLUSTER ON", Sux, &[], "M: ALTER TABLE, CLUSTER ON"),
    words("ALTER TABLE SET", Sux, &[], "T: set fillfactor"),
    words("ALTER TABLE INHERIT", Ax, &[], "M: ALTER TABLE"),
    words("ALTER TABLE OF", Ax, &[], "M: ALTER TABLE"),
    words("ALTER TABLE OWNER TO", Ax, &[], "M: ALTER TABLE"),
    words("ALTER TABLE TRIGGER", Srx, &[], "M: ALTER TABLE, DISABLE/ENABLE TRIGGER"),
    words("ALTER TABLE RULE", Ax, &[], "M: ALTER TABLE"),
    words("ALTER TABLE ALTER CONSTRAINT", Ax, &[], "M: ALTER TABLE"),
    free("ALTER SEQUENCE AS", "M: ALTER SEQUENCE"),
    free("ALTER SEQUENCE OWNED BY", "M: ALTER SEQUENCE"),
    free("CREATE SEQUENCE", "M: CREATE SEQUENCE"),
    free("DROP SEQUENCE", "M: DROP SEQUENCE"),
    words("ALTER COLUMN DROP IDENTITY", Ax, &[], "M: ALTER TABLE"),
    words("ALTER COLUMN SET GENERATED", Ax, &[], "M: ALTER TABLE"),
    words("ALTER COLUMN DROP EXPRESSION", Ax, &[], "T: alter stored expr drop"),
    words("ALTER COLUMN SET EXPRESSION", Ax, &[Rewrites], "M: ALTER TABLE, SET EXPRESSION AS"),
    words("ALTER COLUMN SET STATISTICS", Sux, &[], "T: set statistics"),
    words("ALTER COLUMN SET STORAGE", Ax, &[], "C: run_sql__set_storage"),
    words("ALTER COLUMN SET COMPRESSION", Ax, &[], "M: ALTER TABLE, SET COMPRESSION"),
    words("ALTER COLUMN SET", Sux, &[], "M: ALTER TABLE, SET ( attribute_option )"),
    words("GRANT", As, &[], "C: run_sql__grant").since(18),
    free("GRANT", "C: run_sql__grant").until(17),
    words("REVOKE", As, &[], "C: run_sql__grant").since(18),
    free("REVOKE", "C: run_sql__grant").until(17),
    free("ALTER TYPE ADD VALUE", "T: enum add value").since(12),
    free("ALTER TYPE ADD VALUE", "T: enum add value").until(11).outside_transactions(),
    free("ALTER TYPE RENAME VALUE", "T: enum rename value"),
    free("DROP VIEW", "T: drop view"),
    free("CREATE DATABASE", "M: CREATE DATABASE").outside_transactions(),
    free("DROP DATABASE", "M: DROP DATABASE").outside_transactions(),
    free("ALTER SYSTEM", "M: ALTER SYSTEM").outside_transactions(),
    free("CREATE TABLESPACE", "M: CREATE TABLESPACE").outside_transactions(),
    free("DROP TABLESPACE", "M: DROP TABLESPACE").outside_transactions(),
    free("REINDEX INDEX CONCURRENTLY", "M: REINDEX").outside_transactions(),
    free("REINDEX SCHEMA", "M: REINDEX").outside_transactions(),
    free("REINDEX DATABASE", "M: REINDEX").outside_transactions(),
    free("REINDEX SYSTEM", "M: REINDEX").outside_transactions(),
];

/// The fact for a key; a version that is not known is taken for the newest.
pub(super) fn find(key: impl Fn(Key) -> bool, version: Option<u32>) -> Option<&'static Fact> {
    let version = version.unwrap_or(u32::MAX);
    every(version).find(|fact| key(fact.key))
}

/// All facts for a version.
pub(super) fn every(version: u32) -> impl Iterator<Item = &'static Fact> {
    FACTS.iter().filter(move |fact| fact.versions.0 <= version && version <= fact.versions.1)
}

/// The mode that LOCK TABLE names.
pub(super) fn mode(words: &str) -> Option<LockMode> {
    LockMode::ALL.into_iter().find(|mode| mode.words() == words)
}
