//! Types by the kind of values that they hold.

use crate::sql::ColumnType;

/// What kind of values a type holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Family {
    /// Text, with the most characters.
    Text(Option<i64>),
    /// Whole numbers from the smallest to the largest.
    Integer(i128, i128),
    /// Digits before and behind the point.
    Decimal(i64, i64),
    Float,
    Boolean,
    Date,
    /// With or without a time zone.
    DateTime(bool),
    Time,
    Interval,
    Uuid,
    Inet,
    Json,
    Bytes,
    /// Of this element, so many times.
    Array(Box<Family>, usize),
    Other(String),
}

impl Family {
    /// The family of a type, in the words of any of the databases.
    pub(super) fn of(own: &ColumnType) -> Self {
        if own.dimensions > 0 {
            let element = ColumnType { dimensions: 0, ..own.clone() };
            return Family::Array(Box::new(Family::of(&element)), own.dimensions);
        }
        let first = own.arguments.first().copied();
        let unsigned = own.name.ends_with(" unsigned");
        let integer = |bits: u32| {
            if unsigned { Family::Integer(0, (1 << bits) - 1) } else { signed(bits) }
        };
        let name = own.name.strip_suffix(" unsigned").unwrap_or(&own.name);
        match name {
            "varchar" | "character varying" | "nvarchar" => Family::Text(first),
            "char" | "character" | "bpchar" => Family::Text(Some(first.unwrap_or(1))),
            "text" | "citext" | "longtext" | "mediumtext" | "tinytext" => Family::Text(None),
            // SQLite: `integer unsigned` stands for the CHECK beside it.
            "smallint" | "int2" | "smallserial" => integer(16),
            "integer" | "int" | "int4" | "serial" | "mediumint" => integer(32),
            "bigint" | "int8" | "bigserial" => integer(64),
            "bool" | "boolean" => Family::Boolean,
            "tinyint" if first == Some(1) => Family::Boolean,
            "tinyint" => integer(8),
            "numeric" | "decimal" => {
                let places = own.arguments.get(1).copied().unwrap_or(0);
                first.map_or(Family::Decimal(i64::from(u16::MAX), i64::from(u16::MAX)), |digits| {
                    Family::Decimal(digits - places, places)
                })
            }
            "double precision" | "double" | "real" | "float" | "float8" => Family::Float,
            "date" => Family::Date,
            "timestamp with time zone" | "timestamptz" => Family::DateTime(true),
            "timestamp" | "timestamp without time zone" | "datetime" => Family::DateTime(false),
            "time" | "time without time zone" => Family::Time,
            "interval" => Family::Interval,
            "uuid" => Family::Uuid,
            "inet" | "cidr" => Family::Inet,
            "json" | "jsonb" => Family::Json,
            "bytea" | "longblob" | "blob" => Family::Bytes,
            other => Family::Other(other.to_owned()),
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Family::Integer(..) | Family::Decimal(..) | Family::Float)
    }

    pub(super) fn is_moment(&self) -> bool {
        matches!(self, Family::Date | Family::DateTime(_))
    }

    /// Digits before the point, and behind it.
    pub(super) fn digits(&self) -> Option<(i64, i64)> {
        match self {
            Family::Integer(_, most) => Some((i64::try_from(most.to_string().len()).unwrap_or(i64::MAX), 0)),
            Family::Decimal(before, behind) => Some((*before, *behind)),
            _ => None,
        }
    }

    /// Whether every number that `other` holds fits, but for what is rounded.
    pub(super) fn takes_range_of(&self, other: &Family) -> bool {
        match (self, other) {
            (Family::Integer(least, most), Family::Integer(other_least, other_most)) => {
                least <= other_least && most >= other_most
            }
            (Family::Integer(_, most), Family::Decimal(before, _)) => {
                let largest = u32::try_from(*before).ok().and_then(|before| 10_i128.checked_pow(before));
                largest.is_some_and(|largest| *most >= largest - 1)
            }
            (Family::Float, _) => true,
            (_, Family::Float) => false,
            _ => match (self.digits(), other.digits()) {
                // 9.99 becomes 10.0 where only one digit behind the point is kept.
                (Some((own, places)), Some((others, other_places))) => {
                    own > others || (own == others && places >= other_places)
                }
                _ => true,
            },
        }
    }
}

fn signed(bits: u32) -> Family {
    let half = 1_i128 << (bits - 1);
    Family::Integer(-half, half - 1)
}
