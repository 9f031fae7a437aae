use super::*;
use crate::schema::{Schema, Statement, Target};
use crate::source::Span;
use crate::sql::statements;
use crate::target::{Database, Vendor, Version};

const TABLES: &str = "
    CREATE TABLE p (id bigint PRIMARY KEY);
    CREATE TABLE t (id bigint PRIMARY KEY, a integer, b varchar(50), p_id bigint REFERENCES p (id));
    CREATE TABLE u (id bigint PRIMARY KEY, a integer);
    CREATE INDEX t_a_idx ON t (a);";

fn tables(vendor: Vendor) -> Schema {
    let mut schema = Schema::default();
    for change in statements(TABLES, vendor).into_iter().flat_map(|statement| statement.changes) {
        schema.apply(&change);
    }
    schema
}

/// Walks through `sql` on a database where `p`, `t` and `u` are in use.
fn effects(sql: &str, atomic: bool, vendor: Vendor, version: Option<&str>) -> Vec<Effect> {
    let sent: Vec<Statement> = statements(sql, vendor)
        .into_iter()
        .map(|statement| Statement {
            changes: statement.changes,
            operation: 0,
            span: Span::at(0),
            deferred: false,
            sql: None,
            joined: false,
            doubt: None,
        })
        .collect();
    walked(&sent, &tables(vendor), atomic, vendor, version)
}

fn walked(sent: &[Statement], schema: &Schema, atomic: bool, vendor: Vendor, version: Option<&str>) -> Vec<Effect> {
    let database = Database { vendor, version: version.map(|version| version.parse().unwrap()) };
    let live = |table: &str| schema.tables.contains_key(table);
    walk(sent, schema, atomic, Target { database, django: Version::new(5, 2) }, &live, &[])
}

fn postgresql(sql: &str, atomic: bool) -> Vec<Effect> {
    effects(sql, atomic, Vendor::PostgreSql, Some("16"))
}

fn held(effect: &Effect) -> Vec<String> {
    effect.holds.iter().map(|lock| format!("{} {}", lock.table, lock.mode.unwrap())).collect()
}

#[test]
fn an_index_is_built_under_the_lock_of_the_column() {
    let sql = "ALTER TABLE t ADD COLUMN c integer; CREATE INDEX i ON t (c)";
    let together = postgresql(sql, true);
    assert_eq!(together[1].locks[0].mode, Some(LockMode::Share));
    assert_eq!(
        (held(&together[1]), together[1].blocks("t")),
        (vec!["t ACCESS EXCLUSIVE".to_owned()], Blocks::ReadsAndWrites)
    );
    assert_eq!(together[1].builds_index, ["t"]);
    let apart = postgresql(sql, false);
    assert_eq!((held(&apart[1]), apart[1].blocks("t")), (vec!["t SHARE".to_owned()], Blocks::Writes));
}

#[test]
fn a_constraint_is_validated_under_the_lock_of_the_step_before() {
    let sql = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c";
    let together = postgresql(sql, true);
    assert!(together[1].validates && together[1].scans == ["t"]);
    assert_eq!(together[1].blocks("t"), Blocks::ReadsAndWrites);
    assert_eq!(postgresql(sql, false)[1].blocks("t"), Blocks::Nothing);
}

#[test]
fn one_text_is_one_transaction_even_where_the_migration_is_none() {
    let sql = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; DROP INDEX CONCURRENTLY t_a_idx";
    let sent = |vendor| -> Vec<Statement> {
        let found = statements(sql, vendor).into_iter().enumerate();
        let sent = found.map(|(place, statement)| Statement {
            changes: statement.changes,
            operation: 0,
            span: statement.span,
            deferred: false,
            sql: None,
            joined: place == 1,
            doubt: None,
        });
        sent.collect()
    };
    let on = |vendor| walked(&sent(vendor), &tables(vendor), false, vendor, None);
    let effects = on(Vendor::PostgreSql);
    assert_eq!(effects[1].blocks("t"), Blocks::ReadsAndWrites);
    let inside: Vec<bool> = effects.iter().map(|effect| effect.in_transaction).collect();
    assert_eq!(inside, [true, true, false]);
    assert_eq!(effects[2].blocks("t"), Blocks::Nothing);
    // Django sends the statements one by one elsewhere (`DatabaseOperations.prepare_sql_script`).
    assert!(!on(Vendor::Sqlite)[1].in_transaction);
}

#[test]
fn a_transaction_gathers_tables_and_its_end_lets_them_go() {
    let sql = "ALTER TABLE t ADD COLUMN c integer; ALTER TABLE u ADD COLUMN c integer; \
               ALTER TABLE u ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID";
    let effects = postgresql(sql, true);
    assert_eq!(held(&effects[2]), ["p SHARE ROW EXCLUSIVE", "t ACCESS EXCLUSIVE", "u ACCESS EXCLUSIVE"]);
    let effects = postgresql("BEGIN; LOCK TABLE t; LOCK TABLE u IN SHARE MODE; COMMIT; DROP INDEX t_a_idx", false);
    assert_eq!(held(&effects[2]), ["t ACCESS EXCLUSIVE", "u SHARE"]);
    assert_eq!(held(&effects[4]), ["t ACCESS EXCLUSIVE"]);
}

#[test]
fn nobody_waits_for_a_new_table_but_for_those_that_it_refers_to() {
    let sql = "CREATE TABLE n (id bigint PRIMARY KEY, p_id bigint REFERENCES p (id)); CREATE INDEX i ON n (p_id)";
    let effects = postgresql(sql, true);
    assert_eq!(held(&effects[1]), ["p SHARE ROW EXCLUSIVE"]);
    assert!(effects[1].locks.is_empty() && effects[1].builds_index.is_empty());
}

#[test]
fn locks_follow_a_table_through_its_rename() {
    let effects = postgresql("ALTER TABLE t RENAME TO s; ALTER TABLE s ADD CONSTRAINT c CHECK (a > 0)", true);
    assert_eq!(held(&effects[1]), ["s ACCESS EXCLUSIVE"]);
    assert_eq!(effects[1].scans, ["s"]);
}

#[test]
fn a_check_proves_not_null_only_when_it_is_valid_and_the_version_looks_for_it() {
    let sql = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t ALTER a SET NOT NULL; \
               ALTER TABLE t ALTER a DROP NOT NULL; ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE t ALTER a SET NOT NULL";
    let scans = |version| {
        let effects = effects(sql, false, Vendor::PostgreSql, Some(version));
        [effects[1].scans.len(), effects[4].scans.len()]
    };
    assert_eq!((scans("11"), scans("12"), scans("18")), ([1, 1], [1, 0], [1, 0]));
}

#[test]
fn what_cannot_be_told_is_said() {
    for (sql, unknown) in [
        ("DO $$ $$", "what the statement does"),
        ("DROP INDEX elsewhere_idx", "which table the index `elsewhere_idx` belongs to"),
        ("ALTER TABLE t ALTER nowhere TYPE text", "which type `nowhere` has"),
        ("ALTER TABLE t ADD c integer DEFAULT mine()", "whether the default of `c` is the same for all rows"),
        ("ALTER TABLE t ADD c mine", "whether the type `mine` is a domain with constraints"),
        ("ALTER TABLE t DROP CONSTRAINT mine", "whether the constraint `mine` is a foreign key"),
        ("SELECT mine()", "what the function `mine` does"),
    ] {
        assert_eq!(postgresql(sql, true)[0].unknown, [unknown], "{sql}");
    }
    for sql in ["SET lock_timeout = '2s'", "CREATE TYPE m AS ENUM ('a')", "SELECT now()", "CREATE EXTENSION citext"] {
        assert_eq!(postgresql(sql, true)[0].unknown, Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn what_no_transaction_may_hold_is_told() {
    for sql in [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "DROP INDEX CONCURRENTLY t_a_idx",
        "VACUUM t",
        "REINDEX TABLE CONCURRENTLY t",
    ] {
        assert!(!postgresql(sql, false)[0].transactional, "{sql}");
    }
    let effect = &postgresql("CREATE INDEX CONCURRENTLY i ON t (a)", false)[0];
    assert_eq!((effect.concurrently, effect.blocks("t")), (true, Blocks::Nothing));
}

#[test]
fn mysql_and_mariadb_copy_where_they_must() {
    let cases = [
        ("ADD COLUMN c integer", Algorithm::Instant, Algorithm::Instant),
        ("ADD INDEX i (a)", Algorithm::NoCopy, Algorithm::InPlace),
        ("MODIFY a bigint", Algorithm::Copy, Algorithm::Copy),
        // 50 characters take 200 bytes; 64 take 256, one byte more for the length.
        ("MODIFY b varchar(63)", Algorithm::Instant, Algorithm::InPlace),
        ("MODIFY b varchar(64)", Algorithm::Copy, Algorithm::Copy),
        ("MODIFY a integer NOT NULL", Algorithm::InPlace, Algorithm::InPlace),
        ("ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)", Algorithm::Copy, Algorithm::Copy),
        ("ADD COLUMN c integer CHECK (c > 0)", Algorithm::Instant, Algorithm::Copy),
        ("ADD COLUMN c integer, ADD FULLTEXT INDEX f (b)", Algorithm::InPlace, Algorithm::InPlace),
    ];
    for (action, mariadb, mysql) in cases {
        for (vendor, algorithm) in [(Vendor::MariaDb, mariadb), (Vendor::MySql, mysql)] {
            let effect = &effects(&format!("ALTER TABLE t {action}"), true, vendor, None)[0];
            assert_eq!(effect.algorithm, Some(algorithm), "{action} on {vendor}");
            let waits = algorithm == Algorithm::Copy || action.contains("FULLTEXT");
            assert_eq!(effect.blocks("t") == Blocks::Writes, waits, "{action} on {vendor}");
        }
    }
}

#[test]
fn mysql_ends_its_transaction_with_each_change_of_the_schema() {
    let effects = effects("ALTER TABLE t MODIFY a bigint; ALTER TABLE u MODIFY a bigint", true, Vendor::MySql, None);
    assert_eq!((effects[1].holds.len(), effects[1].holds[0].table.as_str()), (1, "u"));
}

#[test]
fn each_fact_stands_once_and_has_a_source() {
    for version in [11, 12, 13, 14, 15, 16, 17, 18] {
        assert!(postgresql::every(version).all(|fact| !fact.source.is_empty()));
        let keys: Vec<String> = postgresql::every(version).map(|fact| format!("{:?}", fact.key)).collect();
        let mut once = keys.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), keys.len(), "two facts for one change on {version}");
    }
}
