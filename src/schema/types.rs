//! The types of columns, by field class: `data_types`, `data_type_check_constraints` and `data_types_suffix` of
//! `django/db/backends/{postgresql,mysql,sqlite3}/base.py`, and the `db_type` of the classes that have their own.

use crate::schema::Target;
use crate::target::Vendor;

/// The type of a field class on each database. Names in braces stand for the field's parameter of that name; a type
/// whose parameters are `None` has no brackets.
#[derive(Debug)]
pub(super) struct TypeEntry {
    /// The class, or what `get_internal_type` makes of it.
    pub(super) class: &'static str,
    postgresql: &'static str,
    mysql: &'static str,
    sqlite: &'static str,
    /// `empty_strings_allowed`: whether Django fills a column that gets no default with the empty text.
    pub(super) empty_strings: bool,
}

const fn same(class: &'static str, name: &'static str, empty_strings: bool) -> TypeEntry {
    TypeEntry { class, postgresql: name, mysql: name, sqlite: name, empty_strings }
}

const fn entry(
    class: &'static str,
    postgresql: &'static str,
    mysql: &'static str,
    sqlite: &'static str,
    empty_strings: bool,
) -> TypeEntry {
    TypeEntry { class, postgresql, mysql, sqlite, empty_strings }
}

const VARCHAR: &str = "varchar({max_length})";

/// The numbers behind `AutoField` are `serial` before 4.1 and an identity since (`data_types_suffix`); either way the
/// column is an integer that the database numbers.
const TYPES: &[TypeEntry] = &[
    entry("AutoField", "integer", "integer", "integer", false),
    entry("BigAutoField", "bigint", "bigint", "integer", false),
    entry("SmallAutoField", "smallint", "smallint", "integer", false),
    entry("BinaryField", "bytea", "longblob", "blob", true),
    entry("BooleanField", "boolean", "bool", "bool", false),
    same("CharField", VARCHAR, true),
    same("DateField", "date", false),
    entry("DateTimeField", "timestamp with time zone", "datetime(6)", "datetime", false),
    entry(
        "DecimalField",
        "numeric({max_digits},{decimal_places})",
        "numeric({max_digits},{decimal_places})",
        "decimal",
        false,
    ),
    entry("DurationField", "interval", "bigint", "bigint", false),
    same("FileField", VARCHAR, true),
    same("FilePathField", VARCHAR, true),
    entry("FloatField", "double precision", "double precision", "real", false),
    same("IntegerField", "integer", false),
    same("BigIntegerField", "bigint", false),
    same("SmallIntegerField", "smallint", false),
    entry("IPAddressField", "inet", "char(15)", "char(15)", false),
    entry("GenericIPAddressField", "inet", "char(39)", "char(39)", false),
    entry("JSONField", "jsonb", "json", "text", false),
    entry("PositiveBigIntegerField", "bigint", "bigint unsigned", "bigint unsigned", false),
    entry("PositiveIntegerField", "integer", "integer unsigned", "integer unsigned", false),
    entry("PositiveSmallIntegerField", "smallint", "smallint unsigned", "smallint unsigned", false),
    same("SlugField", VARCHAR, true),
    entry("TextField", "text", "longtext", "text", true),
    entry("TimeField", "time", "time(6)", "time", false),
    // On MariaDB `uuid`, see `Target::mariadb_uuid`.
    entry("UUIDField", "uuid", "char(32)", "char(32)", false),
    // django/contrib/postgres/fields, search.py: `db_type`; PostgreSQL only
    same("CICharField", "citext", true),
    same("CIEmailField", "citext", true),
    same("CITextField", "citext", true),
    same("HStoreField", "hstore", false),
    same("IntegerRangeField", "int4range", false),
    same("BigIntegerRangeField", "int8range", false),
    same("DecimalRangeField", "numrange", false),
    same("DateTimeRangeField", "tstzrange", false),
    same("DateRangeField", "daterange", false),
    same("SearchVectorField", "tsvector", true),
    same("SearchQueryField", "tsquery", true),
    // django/contrib/gis: `geom_type`, and `geo_db_type` of the PostGIS backend, which puts it into the brackets of
    // `geometry` or `geography`
    same("GeometryField", "geometry", false),
    same("PointField", "point", false),
    same("LineStringField", "linestring", false),
    same("PolygonField", "polygon", false),
    same("MultiPointField", "multipoint", false),
    same("MultiLineStringField", "multilinestring", false),
    same("MultiPolygonField", "multipolygon", false),
    same("GeometryCollectionField", "geometrycollection", false),
    same("RasterField", "raster", false),
];

/// Classes that have a type of their own, however they derive from others. Every other class has that of the nearest
/// class that it derives from (`get_internal_type`).
pub(super) fn entry_of(class: &str) -> Option<&'static TypeEntry> {
    TYPES.iter().find(|entry| entry.class == class)
}

/// Whether a type's name, without what is in brackets, is one that some class of Django has on some database.
pub(super) fn is_known(name: &str) -> bool {
    let plain = |template: &str| template.split('(').next() == Some(name);
    TYPES.iter().any(|entry| [entry.postgresql, entry.mysql, entry.sqlite].into_iter().any(plain))
}

impl TypeEntry {
    /// The type as the table has it, with the names of parameters.
    pub(super) fn template(&self, target: Target) -> &'static str {
        if self.class == "UUIDField" && target.mariadb_uuid() {
            return "uuid";
        }
        // Since 5.1 they are what they derive from, for the sake of old migrations.
        match self.class {
            "CITextField" if target.since(5, 1) => return "text",
            "CICharField" | "CIEmailField" if target.since(5, 1) => return VARCHAR,
            _ => {}
        }
        match target.database.vendor {
            Vendor::PostgreSql => self.postgresql,
            Vendor::MySql | Vendor::MariaDb => self.mysql,
            Vendor::Sqlite => self.sqlite,
        }
    }

    /// Whether the database numbers the column.
    pub(super) fn auto(&self) -> bool {
        matches!(self.class, "AutoField" | "BigAutoField" | "SmallAutoField")
    }

    /// The CHECK that the class brings along (`data_type_check_constraints`), for a column of that name.
    pub(super) fn check(&self, target: Target, column: &str) -> Option<String> {
        let quote = if target.is_mysql() { '`' } else { '"' };
        match self.class {
            "PositiveBigIntegerField" | "PositiveIntegerField" | "PositiveSmallIntegerField" => {
                Some(format!("{quote}{column}{quote} >= 0"))
            }
            "JSONField" if target.is_sqlite() => Some(format!("(JSON_VALID(\"{column}\") OR \"{column}\" IS NULL)")),
            _ => None,
        }
    }

    /// The class that a foreign key to such a column takes its type from (`rel_db_type`): of a numbered column the plain
    /// number, of a positive one too where `related_fields_match_type` is not set.
    pub(super) fn referring(&self, target: Target) -> &'static str {
        match self.class {
            "AutoField" => "IntegerField",
            "BigAutoField" => "BigIntegerField",
            "SmallAutoField" => "SmallIntegerField",
            "PositiveBigIntegerField" if !target.related_fields_match_type() => "BigIntegerField",
            "PositiveIntegerField" if !target.related_fields_match_type() => "IntegerField",
            "PositiveSmallIntegerField" if !target.related_fields_match_type() => "SmallIntegerField",
            class => class,
        }
    }
}

/// Types that MySQL and MariaDB index only in part, so that Django makes no index for `db_index`
/// (`DatabaseWrapper._limited_data_types`).
pub(super) const LIMITED: &[&str] =
    &["tinyblob", "blob", "mediumblob", "longblob", "tinytext", "text", "mediumtext", "longtext", "json"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::catalogue::FIELDS;

    #[test]
    fn every_class_with_a_column_finds_its_type() {
        // Those whose type is that of something else, and those that are never used themselves.
        let others = ["Field", "ForeignKey", "OneToOneField", "GeneratedField", "ArrayField"];
        let abstract_ones = ["RangeField", "ContinuousRangeField", "BaseSpatialField"];
        for field in FIELDS.iter().filter(|field| field.has_column) {
            let expected = !others.contains(&field.name) && !abstract_ones.contains(&field.name);
            let found = field.lineage().find_map(|class| entry_of(class.name)).is_some();
            assert_eq!(found, expected, "{}", field.name);
        }
    }
}
