//! Whether a default is the same for all rows.

use crate::sql::Volatility;
use crate::sql::cursor::Cursor;
use crate::sql::token::{TokenKind, tokens};
use crate::target::Vendor;

/// Functions that give another value for each row. PostgreSQL, "Functions and Operators" and `pg_proc.provolatile`,
/// `uuid-ossp`, `pgcrypto`; measured: `clock_timestamp`, `gen_random_uuid`, `random`
/// (`tests/truth/postgresql-statements.tsv`). MySQL, "Performing Calculations": `rand`, `uuid`.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "rand",
    "random",
    "random_bytes",
    "random_normal",
    "randomblob",
    "setval",
    "sys_guid",
    "sysdate",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_short",
    "uuidv4",
    "uuidv7",
];

/// Functions that give the same for all rows of a statement, of the same arguments (immutable or stable in
/// `pg_proc.provolatile`; deterministic in MySQL).
const STABLE: &[&str] = &[
    "abs",
    "array",
    "array_fill",
    "cast",
    "ceil",
    "ceiling",
    "char_length",
    "coalesce",
    "concat",
    "convert",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "curdate",
    "curtime",
    "date",
    "date_add",
    "date_part",
    "date_sub",
    "date_trunc",
    "datetime",
    "decode",
    "encode",
    "extract",
    "floor",
    "format",
    "greatest",
    "hex",
    "interval",
    "json_array",
    "json_object",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "julianday",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "make_date",
    "make_interval",
    "make_timestamp",
    "md5",
    "mod",
    "now",
    "nullif",
    "numeric",
    "power",
    "regexp_replace",
    "repeat",
    "replace",
    "right",
    "round",
    "row",
    "session_user",
    "sha256",
    "sign",
    "sqrt",
    "st_geomfromtext",
    "st_makepoint",
    "st_setsrid",
    "statement_timestamp",
    "strftime",
    "substr",
    "substring",
    "timestamp",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "trim",
    "trunc",
    "unix_timestamp",
    "upper",
    "user",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "uuid_nil",
    "uuid_ns_dns",
    "uuid_to_bin",
    "varchar",
    "char",
    "decimal",
    "bit",
    "bytea",
    "text",
    "json",
    "jsonb",
];

/// Whether `expression` is the same for all rows of a statement.
#[must_use]
pub(in crate::sql) fn volatility(expression: &str, vendor: Vendor) -> Volatility {
    let tokens = tokens(expression, vendor);
    let mut cursor = Cursor::new(expression, &tokens, vendor);
    let mut found = Volatility::Stable;
    while !cursor.at_end() {
        if cursor.is_at(1, "(") && matches!(cursor.kind(), Some(TokenKind::Word | TokenKind::Quoted)) {
            let name = cursor.identifier().unwrap_or_default().to_ascii_lowercase();
            match name.as_str() {
                // With an argument, MariaDB's UUID is the conversion of a text; without one, a new value.
                "uuid" if cursor.is_at(1, ")") => return Volatility::Volatile,
                "uuid" => {}
                name if VOLATILE.contains(&name) => return Volatility::Volatile,
                name if STABLE.contains(&name) => {}
                _ => found = Volatility::Unknown,
            }
            continue;
        }
        if cursor.is("SELECT") {
            found = Volatility::Unknown;
        }
        cursor.advance();
    }
    found
}
