//! Any text is SQL, in each dialect: its statements lie in it, in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use whimbrel::sql;
use whimbrel::target::Vendor;

fuzz_target!(|text: &str| {
    for vendor in [Vendor::PostgreSql, Vendor::MySql, Vendor::MariaDb, Vendor::Sqlite] {
        let mut end = 0;
        for statement in sql::statements(text, vendor) {
            assert!(text.get(statement.span.range()).is_some() && statement.span.start >= end, "{statement:?}");
            end = statement.span.end;
        }
        let _ = (sql::canonical(text, vendor), sql::listed_rows(text, vendor));
    }
});
