use proptest::prelude::*;

use super::*;
use crate::target::Vendor;

/// The text, words and table of each statement.
fn split(text: &str, vendor: Vendor) -> Vec<&str> {
    statements(text, vendor).iter().map(|statement| &text[statement.span.range()]).collect()
}

fn kinds(text: &str, vendor: Vendor) -> Vec<ChangeKind> {
    statements(text, vendor).into_iter().flat_map(|statement| statement.changes).map(|change| change.kind).collect()
}

fn kind(text: &str, vendor: Vendor) -> ChangeKind {
    let mut kinds = kinds(text, vendor);
    assert_eq!(kinds.len(), 1, "{text}: {kinds:?}");
    kinds.remove(0)
}

fn plain_type(name: &str, arguments: &[i64]) -> ColumnType {
    ColumnType { name: name.to_owned(), arguments: arguments.to_vec(), dimensions: 0 }
}

#[test]
fn a_semicolon_in_a_text_a_comment_or_a_body_ends_nothing() {
    let postgresql = "SELECT ';'; -- ;\nSELECT E'\\';', $$;$$, $a$ $$;$$ $a$ /* ; /* ; */ ; */;; ;SELECT \"a;\"";
    assert_eq!(
        split(postgresql, Vendor::PostgreSql),
        ["SELECT ';'", "SELECT E'\\';', $$;$$, $a$ $$;$$ $a$", "SELECT \"a;\""]
    );
    let function =
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 1; END; SELECT 2";
    assert_eq!(split(function, Vendor::PostgreSql).len(), 2);
    let mysql = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.x THEN SET @a = 1; END IF; \
                 CASE x WHEN 1 THEN SET @b = 2; END CASE; END; # ;\nDROP TABLE a; SELECT 1 --2;";
    assert_eq!(split(mysql, Vendor::MySql).len(), 3);
    assert_eq!(split(mysql, Vendor::MySql)[1], "DROP TABLE a");
    let sqlite = "CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE a SET b = 1; DELETE FROM c; END; SELECT 1";
    assert_eq!(split(sqlite, Vendor::Sqlite).len(), 2);
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 1";
    assert_eq!(split(rule, Vendor::PostgreSql).len(), 2);
    let client = "DELIMITER //\nCREATE PROCEDURE p() SELECT 1; //\nDELIMITER ;\nDROP TABLE a; DROP TABLE b";
    assert_eq!(split(client, Vendor::MariaDb), ["CREATE PROCEDURE p() SELECT 1;", "DROP TABLE a", "DROP TABLE b"]);
    assert_eq!(split("/*!40101 DROP TABLE a */; DROP TABLE [b;c]", Vendor::MySql)[0], "DROP TABLE a");
    assert_eq!(split("DROP TABLE [b;c]", Vendor::Sqlite), ["DROP TABLE [b;c]"]);
}

#[test]
fn an_expression_over_several_lines_is_one_line() {
    let found = statements("CREATE INDEX i ON t (a, (CASE\n  WHEN b THEN 1\n  ELSE 2 END))", Vendor::PostgreSql);
    let ChangeKind::CreateIndex { index, .. } = &found[0].changes[0].kind else { panic!("{found:?}") };
    assert_eq!(index.columns, ["a", "(CASE WHEN b THEN 1 ELSE 2 END)"]);
}

#[test]
fn names_lose_their_quotes_and_schemas() {
    let tables = |text: &str, vendor| {
        let statements = statements(text, vendor);
        statements.into_iter().flat_map(|s| s.changes).map(|c| c.table.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(tables("DROP TABLE Public.\"We\"\"ird\", B CASCADE", Vendor::PostgreSql), ["We\"ird", "b"]);
    let sql = "CREATE RULE r AS ON INSERT TO t DO NOTHING; DROP RULE r ON t; CREATE TRIGGER g AFTER UPDATE OF c ON t EXECUTE FUNCTION f()";
    assert_eq!(tables(sql, Vendor::PostgreSql), ["t", "t", "t"]);
    assert_eq!(tables("DROP TABLE `a``b`.`C`", Vendor::MySql), ["C"]);
    assert_eq!(tables("DROP TABLE IF EXISTS main.[a b]", Vendor::Sqlite), ["a b"]);
}

#[test]
fn a_column_is_read_with_all_that_stands_in_it() {
    let text = "ALTER TABLE a ADD COLUMN IF NOT EXISTS b character varying(20)[] COLLATE \"C\" DEFAULT ARRAY['x']::varchar[] \
                NOT NULL CONSTRAINT u UNIQUE CHECK (b <> '') REFERENCES p(id) ON DELETE SET NULL DEFERRABLE INITIALLY \
                DEFERRED";
    let ChangeKind::AddColumn { column, .. } = kind(text, Vendor::PostgreSql) else { panic!("{text}") };
    let expected = ColumnType { name: "character varying".into(), arguments: vec![20], dimensions: 1 };
    assert_eq!(column.column_type, Ok(expected));
    assert_eq!((column.null, column.unique, column.collation.as_deref()), (false, true, Some("C")));
    assert_eq!(column.default.unwrap().expression, "ARRAY['x']::varchar[]");
    assert_eq!(column.check.as_deref(), Some("b <> ''"));
    let key = column.references.unwrap();
    assert_eq!((key.table.as_str(), key.deferrable, key.on_delete.as_deref()), ("p", true, Some("SET NULL")));

    let types = [
        ("timestamp(3) with time zone NOT NULL", "timestamp with time zone", vec![3]),
        ("double precision", "double precision", vec![]),
        ("integer UNSIGNED CHECK (a >= 0)", "integer unsigned", vec![]),
        ("numeric(10, 2) DEFAULT 0", "numeric", vec![10, 2]),
        ("\"public\".\"Mood\"", "Mood", vec![]),
        ("varchar(20) CHARACTER SET utf8mb4", "varchar", vec![20]),
    ];
    for (text, name, arguments) in types {
        assert_eq!(column_type(text, Vendor::MySql), Some(plain_type(name, &arguments)), "{text}");
    }
    assert_eq!(column_type("NOT NULL", Vendor::Sqlite).map(|_| ()), Some(()));
}

#[test]
fn an_alter_column_says_type_collation_and_conversion() {
    let text = "ALTER TABLE ONLY a ALTER b SET DATA TYPE numeric(5,2) COLLATE \"x\" USING (b::numeric), ALTER COLUMN c DROP \
                NOT NULL, ADD CONSTRAINT d CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT e";
    let kinds = kinds(text, Vendor::PostgreSql);
    let ChangeKind::AlterColumnType { column, to, collation, using, .. } = &kinds[0] else { panic!("{kinds:?}") };
    assert_eq!((column.as_str(), to, collation.as_deref()), ("b", &plain_type("numeric", &[5, 2]), Some("x")));
    assert_eq!(using.as_deref(), Some("(b::numeric)"));
    assert_eq!(kinds[1], ChangeKind::DropNotNull { column: "c".into() });
    let constraint = Constraint { name: Some("d".into()), kind: ConstraintKind::Check("a > 0".into()) };
    assert_eq!(kinds[2], ChangeKind::AddConstraint { constraint, not_valid: true, using_index: None });
    assert_eq!(kinds[3], ChangeKind::ValidateConstraint { name: "e".into() });
}

#[test]
fn mysql_states_the_whole_column_again() {
    let text = "ALTER TABLE a CHANGE COLUMN `b` `c` varchar(5) NOT NULL DEFAULT 'x' AFTER `d`";
    let kinds = kinds(text, Vendor::MySql);
    assert_eq!(kinds[0], ChangeKind::RenameColumn { column: "b".into(), to: "c".into() });
    assert!(matches!(&kinds[1], ChangeKind::AlterColumnType { column, to, .. }
        if column == "c" && *to == plain_type("varchar", &[5])));
    assert_eq!(kinds[2], ChangeKind::SetNotNull { column: "c".into() });
    assert!(matches!(&kinds[3], ChangeKind::SetDefault { default, .. } if default.expression == "'x'"));
}

#[test]
fn indexes_say_what_they_cover() {
    let text = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING gin (a varchar_pattern_ops, lower(b)) \
                INCLUDE (c) WHERE d > 0";
    let ChangeKind::CreateIndex { index, concurrently, if_not_exists } = kind(text, Vendor::PostgreSql) else {
        panic!("{text}")
    };
    assert!(concurrently && if_not_exists && index.unique && index.condition.is_some() && index.expressions);
    assert_eq!(index.columns, ["a", "lower(b)"]);
    assert_eq!((index.include, index.method.as_deref()), (vec!["c".to_owned()], Some("gin")));
    let ChangeKind::CreateIndex { index, .. } = kind("CREATE INDEX i ON t (a(10), b DESC)", Vendor::MySql) else {
        panic!("no index")
    };
    assert_eq!((index.columns, index.expressions), (vec!["a".to_owned(), "b".to_owned()], false));
    assert_eq!(
        kind("DROP INDEX CONCURRENTLY IF EXISTS i", Vendor::PostgreSql),
        ChangeKind::DropIndex { name: Some("i".into()), index: None, concurrently: true }
    );
}

#[test]
fn rows_are_told_from_the_schema() {
    let rows = |text: &str| kinds(text, Vendor::PostgreSql).remove(0);
    let changed = |rows, filtered| ChangeKind::ChangeRows { rows, filtered };
    assert_eq!(rows("UPDATE a SET b = (SELECT c FROM d WHERE e)"), changed(Rows::Update, false));
    assert_eq!(rows("UPDATE ONLY a SET b = %s WHERE c %% 2 = 1"), changed(Rows::Update, true));
    assert_eq!(
        rows("WITH x AS (SELECT 1 FROM c) DELETE FROM a WHERE b IN (SELECT * FROM x)"),
        changed(Rows::Delete, true)
    );
    assert_eq!(rows("INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET c = 1"), changed(Rows::Insert, false));
    assert_eq!(rows("TRUNCATE TABLE a"), changed(Rows::Truncate, false));
    assert_eq!(rows("EXPLAIN ANALYZE DELETE FROM a"), changed(Rows::Delete, false));
}

#[test]
fn queries_name_the_tables_that_they_read() {
    let text = "CREATE VIEW v AS WITH w AS (SELECT 1 FROM a) SELECT extract(year FROM x) FROM b y, s.c JOIN d ON TRUE, w \
                WHERE e IS DISTINCT FROM f";
    let statements = statements(text, Vendor::PostgreSql);
    let read: Vec<_> = statements[0].changes.iter().filter_map(|change| change.table.as_deref()).collect();
    assert_eq!(read, ["a", "b", "c", "d"]);
}

#[test]
fn a_do_does_what_is_written_out_in_it() {
    let drop = ChangeKind::DropColumn { column: "c".into(), cascade: false };
    for text in [
        "DO $$ BEGIN ALTER TABLE a DROP COLUMN c; END $$",
        "DO LANGUAGE plpgsql $body$ DECLARE n integer; BEGIN ALTER TABLE a DROP COLUMN c; END; $body$",
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM b) THEN ALTER TABLE a DROP COLUMN c; END IF; END $$ LANGUAGE plpgsql",
        "DO $$ BEGIN BEGIN ALTER TABLE a DROP COLUMN c; EXCEPTION WHEN undefined_column THEN RAISE NOTICE 'x'; END; END $$",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE a DROP COLUMN c'; END $$",
    ] {
        assert_eq!(kinds(text, Vendor::PostgreSql), std::slice::from_ref(&drop), "{text}");
    }
    let some = kinds("DO $$ BEGIN ALTER TABLE a DROP COLUMN c; PERFORM p(); END $$", Vendor::PostgreSql);
    assert_eq!(some, [drop, ChangeKind::Unknown]);
    let text = "DO $$ BEGIN ALTER TABLE a DROP COLUMN c; END $$";
    let statements = statements(text, Vendor::PostgreSql);
    assert_eq!(text.get(statements[0].changes[0].span.range()), Some("DROP COLUMN c"));
}

#[test]
fn what_is_opaque_or_not_known_is_unknown() {
    for text in [
        "DO $$ BEGIN PERFORM p(); END $$",
        "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'a'); END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE ' || a; END $$",
        "DO $$ BEGIN IF n > 5 THEN DROP TABLE a; END IF; END $$",
        "DO $$ BEGIN IF EXISTS (SELECT 1) THEN DROP TABLE a; ELSE DROP TABLE b; END IF; END $$",
        "DO $$ BEGIN FOR n IN SELECT 1 LOOP DROP TABLE a; END LOOP; END $$",
        "DO $$ BEGIN SELECT 1 INTO n; END $$",
        "DO $$ print('DROP TABLE a') $$ LANGUAGE plpython3u",
        "DO 'BEGIN DROP TABLE ''a''; END'",
        "CALL p()",
        "FROBNICATE TABLE a",
        "ALTER TABLE a FROBNICATE",
        "ALTER TABLE",
        "CREATE",
    ] {
        assert_eq!(kind(text, Vendor::PostgreSql), ChangeKind::Unknown, "{text}");
    }
    // One action that is not known hides none of the others.
    let kinds = kinds("ALTER TABLE a FROBNICATE b, DROP COLUMN c", Vendor::PostgreSql);
    assert_eq!(kinds, [ChangeKind::Unknown, ChangeKind::DropColumn { column: "c".into(), cascade: false }]);
    // A query that calls a function which is not known may do anything.
    let ChangeKind::Other { object, .. } = kind("SELECT create_parent(1)", Vendor::PostgreSql) else {
        panic!("a query")
    };
    assert_eq!(object.as_deref(), Some("create_parent"));
}

#[test]
fn defaults_are_volatile_stable_or_not_known() {
    let of = |text| volatility(text, Vendor::PostgreSql);
    for text in ["now()", "'a'::text", "CURRENT_TIMESTAMP", "(1 + 2)", "lower('random()')", "NULL"] {
        assert_eq!(of(text), Volatility::Stable, "{text}");
    }
    for text in ["gen_random_uuid()", "now() + random() * interval '1 day'", "nextval('s'::regclass)"] {
        assert_eq!(of(text), Volatility::Volatile, "{text}");
    }
    assert_eq!(of("my_function()"), Volatility::Unknown);
    assert_eq!(volatility("UUID('0-0')", Vendor::MariaDb), Volatility::Stable);
    assert_eq!(volatility("UUID()", Vendor::MariaDb), Volatility::Volatile);
}

/// Real statements, to be cut anywhere.
const REAL: &[&str] = &[
    "CREATE TABLE \"é\" (\"id\" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, \"n\" numeric(5, 2)[] DEFAULT \
     ARRAY['é', $x$ü$x$] CHECK (\"n\" > %s), CONSTRAINT \"c\" FOREIGN KEY (\"a\") REFERENCES \"b\" (\"id\") DEFERRABLE)",
    "ALTER TABLE `a` CHANGE `b` `c` varchar(5) CHARACTER SET utf8 DEFAULT 'it\\'s' COMMENT 'ü', ADD UNIQUE KEY k (`c`(10)), \
     ALGORITHM=INPLACE, LOCK=NONE; DELIMITER é\nSELECT 1 é",
    "WITH x AS (SELECT extract(day FROM y) FROM a, b JOIN c USING (d)) INSERT INTO e SELECT * FROM x ON CONFLICT DO NOTHING",
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; END; /* /* */ DROP INDEX [i]",
];

fn check_bounds(text: &str) {
    for vendor in Vendor::ALL {
        let mut end = 0;
        for statement in statements(text, vendor) {
            assert!(statement.span.start >= end && statement.span.end > statement.span.start);
            end = statement.span.end;
            assert!(text.get(statement.span.range()).is_some());
            assert!(!statement.changes.is_empty());
            for change in &statement.changes {
                assert!(text.get(change.span.range()).is_some() && statement.span.contains(change.span), "{text:?}");
            }
        }
    }
}

#[test]
fn real_statements_may_be_cut_anywhere() {
    for text in REAL {
        for (cut, _) in text.char_indices() {
            check_bounds(&text[..cut]);
            check_bounds(&text[cut..]);
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        check_bounds(&text);
    }

    #[test]
    fn any_mixture_of_sql_is_read(words in prop::collection::vec(prop::sample::select(
        "ALTER TABLE a ADD COLUMN CONSTRAINT CHECK ( ) ( ) , ; ' \" ` [ ] $$ $a$ /* */ -- % %s %( é :: . = NOT NULL DEFAULT \
         CREATE INDEX UNIQUE ON USING DROP CHANGE MODIFY BEGIN END CASE FUNCTION TRIGGER RULE WITH SELECT FROM JOIN INSERT \
         INTO UPDATE SET DELETE WHERE REFERENCES FOREIGN KEY PRIMARY SET LOCK TABLES VACUUM CLUSTER GRANT COMMENT TYPE AS \
         DELIMITER \n E' \\ 1 1.5 ? @ COPY TRUNCATE REINDEX RENAME TO IF EXISTS INCLUDE".split(' ').collect::<Vec<_>>()
    ), 0..40)) {
        check_bounds(&words.join(" "));
        check_bounds(&words.concat());
    }
}

#[test]
fn time_is_linear_in_hostile_texts() {
    let begun = std::time::Instant::now();
    let beginnings = ["", "ALTER TABLE a ", "CREATE TABLE a (", "WITH "];
    let pieces = [
        "(",
        "a(",
        "ALTER TABLE a ",
        "ADD COLUMN a integer DEFAULT (",
        ",",
        "$a",
        "$a$",
        "/*",
        "'",
        "SELECT a FROM ",
        "WITH ",
        "CASE ",
        "CREATE FUNCTION BEGIN ",
        "INSERT INTO a ",
        "a AS (SELECT 1 FROM b ",
        "DEFERRABLE ",
        "UNIQUE ",
        "COPY ",
        "UNIQUE (a), ",
        "CHECK ",
    ];
    for piece in pieces {
        let text = piece.repeat(5_000);
        for (vendor, beginning) in Vendor::ALL.into_iter().zip(beginnings) {
            let _ = statements(&format!("{beginning}{text}"), vendor);
            let _ = statements(&format!("{beginning}{text}"), Vendor::PostgreSql);
        }
    }
    // About two seconds without optimisation; a minute for each piece that is read again and again.
    assert!(begun.elapsed().as_secs() < 40, "{:?}", begun.elapsed());
}

#[test]
fn a_statement_has_one_form_however_it_is_written() {
    for text in ["delete  from a where b='X' -- all", "DELETE FROM A\nWHERE b = 'X'", "Delete From a/* */where B= 'X'"]
    {
        assert_eq!(canonical(text, Vendor::PostgreSql), "DELETE FROM A WHERE B = 'X'", "{text}");
    }
    assert_eq!(canonical("select \"a\".*, $$x;$$", Vendor::PostgreSql), "SELECT \"a\" . * , $$x;$$");
}

#[test]
fn the_rows_of_values_are_counted() {
    for (text, rows) in [
        ("INSERT INTO a (b) VALUES (1), (f(2, (3))), (%s)", Some(3)),
        ("insert into a values (1) on conflict (b) do nothing", Some(1)),
        ("INSERT INTO a VALUES ROW(1), ROW(2)", Some(2)),
        ("INSERT INTO a SELECT b FROM (VALUES (1), (2)) AS v", None),
        ("INSERT INTO a VALUES", Some(0)),
        ("DELETE FROM a", None),
    ] {
        assert_eq!(listed_rows(text, Vendor::MySql), rows, "{text}");
    }
}
