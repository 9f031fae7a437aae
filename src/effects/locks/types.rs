//! Whether a change of a column's type touches the rows.

use crate::sql::{ColumnType, character_set};
use crate::target::{Database, Vendor, Version};

/// What a change of type does to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeChange {
    /// Nothing: it is the same type.
    None,
    /// Only the catalogue changes.
    Metadata,
    /// Indexes on the column are built again.
    Indexes,
    /// All rows are written again.
    Rewrite,
}

/// What the change of `from` into `to` does; collations as they are named, before and after.
pub(super) fn type_change(
    from: &ColumnType,
    to: &ColumnType,
    collations: (Option<&str>, Option<&str>),
    database: Database,
) -> TypeChange {
    match database.vendor {
        Vendor::PostgreSql => postgresql(from, to, collations, database),
        Vendor::MySql | Vendor::MariaDb => mysql(from, to, collations, database),
        // SQLite has no ALTER COLUMN.
        Vendor::Sqlite => TypeChange::Rewrite,
    }
}

/// PostgreSQL's own names for types that have several ("Data Types", "Aliases").
const ALIASES: &[(&str, &str)] = &[
    ("character varying", "varchar"),
    ("character", "char"),
    ("bpchar", "char"),
    ("int", "integer"),
    ("int4", "integer"),
    ("serial", "integer"),
    ("int8", "bigint"),
    ("bigserial", "bigint"),
    ("int2", "smallint"),
    ("smallserial", "smallint"),
    ("bool", "boolean"),
    ("decimal", "numeric"),
    ("float8", "double precision"),
    ("float4", "real"),
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
    ("bit varying", "varbit"),
];

fn plain(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, plain)| plain)
}

/// Types of PostgreSQL ("Data Types") and of the extensions that Django's fields and those of well-known packages use. Any
/// other may be a domain.
const TYPES: &[&str] = &[
    "varchar",
    "char",
    "integer",
    "bigint",
    "smallint",
    "boolean",
    "numeric",
    "double precision",
    "real",
    "float",
    "timestamp",
    "timestamptz",
    "time",
    "timetz",
    "varbit",
    "bit",
    "text",
    "date",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "xml",
    "bytea",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "money",
    "oid",
    "regclass",
    "name",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "citext",
    "hstore",
    "ltree",
    "lquery",
    "cube",
    "geometry",
    "geography",
    "raster",
    "vector",
    "halfvec",
    "isbn",
    "ean13",
];

/// Whether it is a type of PostgreSQL's or of a well-known extension's.
pub(super) fn is_of_postgresql(column_type: &ColumnType) -> bool {
    let name = plain(&column_type.name);
    // The kind of a geometry stands behind the name.
    let name = name.split_once(' ').map_or(name, |(first, _)| if first.starts_with("geo") { first } else { name });
    TYPES.contains(&name)
}

/// PostgreSQL, "ALTER TABLE", Notes: no rewrite where the old type is binary coercible to the new one, or an unconstrained
/// domain over it. Measured: the rows of `tests/truth/postgresql-statements.tsv` with an arrow.
fn postgresql(
    from: &ColumnType,
    to: &ColumnType,
    collations: (Option<&str>, Option<&str>),
    database: Database,
) -> TypeChange {
    let (old, new) = (plain(&from.name), plain(&to.name));
    let same = if collations.0 == collations.1 { TypeChange::None } else { TypeChange::Indexes };
    let metadata = if collations.0 == collations.1 { TypeChange::Metadata } else { TypeChange::Indexes };
    if from.dimensions.min(1) != to.dimensions.min(1) {
        return TypeChange::Rewrite;
    }
    if old == new && from.arguments == to.arguments {
        return same;
    }
    // Elements of arrays are converted one by one (measured: `alter_field__array_…`).
    if from.dimensions > 0 {
        return TypeChange::Rewrite;
    }
    let (before, after) = (from.arguments.as_slice(), to.arguments.as_slice());
    let grows = after.is_empty() || matches!((before, after), ([before, ..], [after, ..]) if after >= before);
    let precision = |arguments: &[i64]| arguments.first().copied().unwrap_or(6);
    let finer = precision(after) >= precision(before);
    let free = match (old, new) {
        ("varchar", "varchar") | ("varbit", "varbit") => grows,
        // The operator class of an index is another one (measured on 15).
        ("citext", "varchar" | "text") | ("varchar" | "text", "citext") if after.is_empty() => {
            return TypeChange::Indexes;
        }
        // From xml, and from bit to varbit: measured on 15.
        ("varchar" | "text" | "xml", "varchar" | "text") | ("bit", "varbit") => after.is_empty(),
        ("numeric", "numeric") => {
            after.is_empty() || grows && before.get(1).unwrap_or(&0) == after.get(1).unwrap_or(&0)
        }
        ("timestamp", "timestamp")
        | ("timestamptz", "timestamptz")
        | ("time", "time")
        | ("timetz", "timetz")
        | ("interval", "interval") => finer,
        // Measured on 12 and later with TimeZone UTC, which Django sets where USE_TZ is.
        ("timestamp", "timestamptz") | ("timestamptz", "timestamp") => {
            finer && database.version.is_none_or(|version| version.major() >= 12)
        }
        ("cidr", "inet") => true,
        _ => false,
    };
    if free { metadata } else { TypeChange::Rewrite }
}

/// Names of types that mean the same to MySQL and MariaDB ("Numeric Data Type Syntax", "Using Data Types from Other
/// Database Engines"; MariaDB: JSON is LONGTEXT with a check).
fn mysql_plain(name: &str, vendor: Vendor) -> &str {
    match name {
        "integer" => "int",
        "integer unsigned" => "int unsigned",
        "bool" | "boolean" => "tinyint",
        "numeric" | "dec" | "fixed" => "decimal",
        "double precision" => "double",
        "character varying" => "varchar",
        "json" if vendor == Vendor::MariaDb => "json",
        other => other,
    }
}

/// Whether another collation leaves the rows as they are: on MariaDB since 10.4.3 (MDEV-15564), where the characters
/// stay, or those of `utf8mb3` become some of `utf8mb4` (measured on 10.11: INSTANT without an index, NOCOPY with one,
/// COPY from `latin1`).
fn recollates_in_place(collations: (Option<&str>, Option<&str>), database: Database) -> bool {
    let (old, new) = (character_set(collations.0), character_set(collations.1));
    let since = Version::new(10, 4);
    database.vendor == Vendor::MariaDb
        && database.version.is_none_or(|version| version >= since)
        && (old == new || (old, new) == ("utf8mb3", "utf8mb4"))
}

/// MySQL, "Online DDL Operations", "Column Operations", Extending VARCHAR column size: within the bytes of the length,
/// 255. MariaDB, "Instant ADD COLUMN", "Changing the Data Type": also from below 128 bytes (measured: 32 to 63 characters
/// of four bytes to 64 or more is COPY, up to 31 and from 64 on INSTANT).
fn mysql(
    from: &ColumnType,
    to: &ColumnType,
    collations: (Option<&str>, Option<&str>),
    database: Database,
) -> TypeChange {
    let (old, new) = (mysql_plain(&from.name, database.vendor), mysql_plain(&to.name, database.vendor));
    if collations.0 != collations.1 {
        if !recollates_in_place(collations, database) {
            return TypeChange::Rewrite;
        }
        return match mysql(from, to, (None, None), database) {
            TypeChange::Rewrite => TypeChange::Rewrite,
            TypeChange::None | TypeChange::Metadata | TypeChange::Indexes => TypeChange::Indexes,
        };
    }
    let width = |name: &str| {
        matches!(
            name,
            "int" | "tinyint" | "bigint" | "smallint" | "int unsigned" | "bigint unsigned" | "smallint unsigned"
        )
    };
    if old == new && (from.arguments == to.arguments || width(old)) {
        return TypeChange::None;
    }
    match (old, new, from.arguments.as_slice(), to.arguments.as_slice()) {
        ("varchar", "varchar", [before], [after]) if after >= before => {
            // Four bytes for a character of utf8mb4.
            let (before, after) = (before * 4, after * 4);
            let crosses = before <= 255 && after > 255;
            let fits = match database.vendor {
                Vendor::MariaDb => !crosses || before < 128,
                _ => !crosses,
            };
            if fits { TypeChange::Metadata } else { TypeChange::Rewrite }
        }
        _ => TypeChange::Rewrite,
    }
}
