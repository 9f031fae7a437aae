//! MySQL 8 and MariaDB 10.6 and later: the algorithm of each change of an `InnoDB` table.
//!
//! Sources: "O" is a row of `tests/truth/operations.tsv`, "C" a case under `tests/truth/cases` (both MariaDB 10.11);
//! "M" a page of MySQL's manual, "Online DDL Operations" where nothing else is said. What MySQL does was not measured.

use crate::effects::locks::postgresql::Key;
use crate::effects::locks::{Algorithm, Blocks, Step};

/// What a change does.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    key: Key,
    /// What MariaDB does.
    pub mariadb: Algorithm,
    /// What MySQL 8.0.29 and later do.
    pub mysql: Algorithm,
    /// Who waits: writers for COPY, and for what no algorithm does with LOCK=NONE.
    pub blocks: Blocks,
    /// Whether an index is built.
    pub builds_index: bool,
    /// Where it comes from.
    pub source: &'static str,
}

const fn fact(key: Key, mariadb: Algorithm, mysql: Algorithm, source: &'static str) -> Fact {
    Fact { key, mariadb, mysql, blocks: Blocks::Nothing, builds_index: false, source }
}

const fn step(step: Step, mariadb: Algorithm, mysql: Algorithm, source: &'static str) -> Fact {
    fact(Key::Step(step), mariadb, mysql, source)
}

const fn words(words: &'static str, mariadb: Algorithm, mysql: Algorithm, source: &'static str) -> Fact {
    fact(Key::Words(words), mariadb, mysql, source)
}

impl Fact {
    const fn builds(self) -> Self {
        Self { builds_index: true, ..self }
    }

    const fn blocking(self, blocks: Blocks) -> Self {
        Self { blocks, ..self }
    }
}

use Algorithm::{Copy, InPlace, Instant, NoCopy};

/// All facts. The strongest algorithm of a statement's steps counts.
const FACTS: &[Fact] = &[
    step(Step::AddColumn, Instant, Instant, "C: add_field__int_null; M"),
    step(Step::AddColumnVolatile, Copy, Copy, "M: Data Type Default Values; MariaDB: Instant ADD COLUMN, Limitations"),
    step(Step::AddColumnAuto, Copy, InPlace, "M: Adding an auto-increment column").blocking(Blocks::Writes),
    step(Step::AddColumnStored, Copy, Copy, "C: add_field__generated_stored; M"),
    step(Step::AddColumnUnique, InPlace, InPlace, "C: add_field__int_null_unique").builds(),
    step(Step::AddColumnCheck, Instant, Copy, "C: add_field__positiveint_null; M: ALTER TABLE, CHECK constraints"),
    step(Step::AddColumnNotNull, Instant, Instant, "C: add_field__int_not_null_no_default"),
    step(Step::AddColumnReferences, Copy, Copy, "C: add_field__fk_null; M"),
    step(Step::AddColumnReferencesWithDefault, Copy, Copy, "C: add_field__fk_null_db_default; M"),
    step(Step::DropColumn, Instant, Instant, "C: separate__db_remove_field_state_kept; M"),
    step(Step::DropColumnIndexed, NoCopy, InPlace, "O: RemoveField indexed col; M: Dropping an index"),
    step(Step::RenameColumn, Instant, Instant, "O: RenameField; M"),
    step(Step::SetDefault, Instant, Instant, "O: AlterField add db_default; M"),
    step(Step::DropDefault, Instant, Instant, "O: AlterField remove db_default; M"),
    step(Step::SetNotNull, InPlace, InPlace, "O: AlterField null->NOT NULL no default; M: Making a column NOT NULL"),
    step(Step::DropNotNull, InPlace, InPlace, "O: AlterField NOT NULL->null; M: Making a column NULL"),
    step(Step::TypeMetadata, Instant, InPlace, "O: AlterField Char20->30; M: Extending VARCHAR column size"),
    step(Step::TypeRewrite, Copy, Copy, "O: AlterField Int->BigInt; M: Changing the column data type"),
    step(Step::TypeIndexes, NoCopy, Copy, "C: rare_alter__collation_indexed_mariadb; M: Changing the column data type"),
    step(Step::AddIdentity, Copy, Copy, "C: alter_field__int_pk_to_auto; M: Changing the column data type"),
    step(Step::AddPrimaryKey, InPlace, InPlace, "M: Adding a primary key").builds(),
    step(Step::DropPrimaryKey, Copy, Copy, "M: Dropping a primary key"),
    step(Step::AddUnique, NoCopy, InPlace, "O: AddConstraint Unique; M: Creating or adding a secondary index").builds(),
    step(Step::AddCheck, Copy, Copy, "O: AddConstraint Check; M: ALTER TABLE, CHECK constraints"),
    step(Step::AddCheckNotValid, Copy, Copy, "M: ALTER TABLE, CHECK constraints"),
    // With foreign_key_checks on, as Django has it.
    step(Step::AddForeignKey, Copy, Copy, "C: run_sql__add_foreign_key; M: Adding a foreign key constraint"),
    step(Step::AddForeignKeyNotValid, Copy, Copy, "C: run_sql__add_foreign_key; M"),
    step(Step::DropConstraint, Instant, InPlace, "O: RemoveConstraint check; M: ALTER TABLE, CHECK constraints"),
    step(Step::DropForeignKey, Instant, InPlace, "O: AlterField FK db_constraint=False; M"),
    step(Step::CreateIndex, NoCopy, InPlace, "O: AddIndex; M: Creating or adding a secondary index").builds(),
    step(Step::CreateIndexConcurrently, NoCopy, InPlace, "O: AddIndex; M").builds(),
    step(Step::CreateIndexSpecial, InPlace, InPlace, "M: Adding a FULLTEXT index, Adding a SPATIAL index")
        .builds()
        .blocking(Blocks::Writes),
    step(Step::DropIndex, NoCopy, InPlace, "C: remove_index__btree; M: Dropping an index"),
    step(Step::DropIndexConcurrently, NoCopy, InPlace, "C: remove_index__btree; M"),
    step(Step::RenameIndex, Instant, InPlace, "O: RenameIndex; M: Renaming an index"),
    step(Step::RenameTable, Instant, Instant, "C: run_sql__rename_table; M: Renaming a table"),
    step(Step::Comment, Instant, InPlace, "O: AlterModelTableComment; M"),
    words(
        "ALTER TABLE CONVERT TO CHARACTER SET",
        Copy,
        Copy,
        "C: run_sql__convert_charset; M: Converting the character set",
    ),
    words("ALTER TABLE CHARACTER SET", Instant, InPlace, "M: Specifying a character set"),
    words("ALTER TABLE ENGINE", InPlace, InPlace, "C: run_sql__modify_engine; M: Rebuilding with FORCE"),
    words("ALTER TABLE FORCE", InPlace, InPlace, "M: Rebuilding with FORCE"),
    words("OPTIMIZE TABLE", InPlace, InPlace, "M: Optimizing a table"),
    words("ALTER TABLE ROW_FORMAT", InPlace, InPlace, "M: Changing the ROW_FORMAT"),
    words("ALTER TABLE AUTO_INCREMENT", Instant, InPlace, "M: Changing the auto-increment value"),
    words("ALTER TABLE STATS", Instant, InPlace, "M: Setting persistent table statistics"),
    words("ALTER TABLE ORDER BY", Copy, Copy, "M: ALTER TABLE"),
    words("ALTER TABLE ALTER INDEX", Instant, InPlace, "M: Invisible Indexes"),
    words("ALTER COLUMN SET VISIBLE", Instant, Instant, "M: Invisible Columns"),
    words("ALTER TABLE PARTITION BY", Copy, Copy, "M: Partitioning Operations"),
    words("ALTER TABLE ADD PARTITION", InPlace, InPlace, "M: Partitioning Operations"),
    words("ALTER TABLE DROP PARTITION", InPlace, InPlace, "M: Partitioning Operations"),
];

/// The fact for a key.
pub(super) fn find(key: impl Fn(Key) -> bool) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| key(fact.key))
}
