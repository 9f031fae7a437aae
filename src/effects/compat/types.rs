//! What happens when a column's type is not the one that the code takes it for.
//!
//! The facts are measured: `alter_field__*` in `tests/truth/cases` (PostgreSQL 15 and 18, MariaDB 10.11, SQLite 3.40,
//! Django 5.2 and 6.1). MySQL is taken to do as MariaDB does.

use crate::effects::compat::failure::{Action, Cause, Certainty, Outcome};
use crate::schema::Target;
use crate::sql::ColumnType;
use crate::target::{Vendor, Version};

use Action::{BulkCreate, BulkUpdate, Insert, Query, Select, Update};
use Certainty::{Certain, Later, Possible};
use Outcome::{Error, Silent};

/// What fails because of the type.
pub(super) type Misfit = (Action, Certainty, Outcome, Cause);

/// What kind of values a type holds.
#[derive(Clone, Debug, PartialEq)]
enum Family {
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
    fn of(own: &ColumnType, vendor: Vendor) -> Self {
        if own.dimensions > 0 {
            let element = ColumnType { dimensions: 0, ..own.clone() };
            return Family::Array(Box::new(Family::of(&element, vendor)), own.dimensions);
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

    fn is_number(&self) -> bool {
        matches!(self, Family::Integer(..) | Family::Decimal(..) | Family::Float)
    }

    fn is_moment(&self) -> bool {
        matches!(self, Family::Date | Family::DateTime(_))
    }

    /// Digits before the point, and behind it.
    fn digits(&self) -> Option<(i64, i64)> {
        match self {
            Family::Integer(_, most) => Some((i64::try_from(most.to_string().len()).unwrap_or(i64::MAX), 0)),
            Family::Decimal(before, behind) => Some((*before, *behind)),
            _ => None,
        }
    }

    /// Whether every number that `other` holds fits, but for what is rounded.
    fn takes_range_of(&self, other: &Family) -> bool {
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
                (Some((own, _)), Some((others, _))) => own >= others,
                _ => true,
            },
        }
    }
}

fn signed(bits: u32) -> Family {
    let half = 1_i128 << (bits - 1);
    Family::Integer(-half, half - 1)
}

/// What fails when the code takes a column for `expected` and it is `actual`.
pub(super) fn misfits(expected: &ColumnType, actual: &ColumnType, target: Target) -> Vec<Misfit> {
    let vendor = target.database.vendor;
    let (wants, has) = (Family::of(expected, vendor), Family::of(actual, vendor));
    if expected == actual || wants == has && !matches!(wants, Family::Other(_)) {
        return Vec::new();
    }
    let types = Types { wants, has, expected: written(expected), actual: written(actual), target };
    match vendor {
        Vendor::PostgreSql => types.postgresql(),
        Vendor::MySql | Vendor::MariaDb => types.mysql(),
        Vendor::Sqlite => types.sqlite(),
    }
}

struct Types {
    wants: Family,
    has: Family,
    expected: String,
    actual: String,
    target: Target,
}

impl Types {
    fn other(&self, action: Action, certainty: Certainty, outcome: Outcome) -> Misfit {
        let cause = Cause::OtherType { expected: self.expected.clone(), actual: self.actual.clone() };
        (action, certainty, outcome, cause)
    }

    fn others(&self, actions: &[Action], certainty: Certainty, outcome: Outcome) -> Vec<Misfit> {
        actions.iter().map(|action| self.other(*action, certainty, outcome)).collect()
    }

    /// Values of the code's that do not fit.
    fn writes(&self, cause: &Cause, outcome: Outcome) -> Vec<Misfit> {
        [Insert, Update].map(|action| (action, Possible, outcome, cause.clone())).to_vec()
    }

    fn too_long(&self) -> Option<Vec<Misfit>> {
        match (&self.wants, &self.has) {
            (Family::Text(wants), Family::Text(Some(has))) if wants.is_none_or(|wants| wants > *has) => {
                Some(self.writes(&Cause::TooLong(*has), Error))
            }
            (Family::Text(_), Family::Text(_)) => Some(Vec::new()),
            _ => None,
        }
    }

    /// Numbers on databases that look at their range.
    fn numbers(&self) -> Option<Vec<Misfit>> {
        if !(self.wants.is_number() && self.has.is_number()) {
            return None;
        }
        let mut misfits = Vec::new();
        if !self.has.takes_range_of(&self.wants) {
            misfits.extend(self.writes(&Cause::OutOfRange(self.actual.clone()), Error));
        }
        let rounds = match (&self.wants, &self.has) {
            (Family::Float, Family::Float) => false,
            (Family::Float, _) | (Family::Integer(..), Family::Float) => true,
            (Family::Decimal(..), Family::Float) => true,
            (wants, has) => match (wants.digits(), has.digits()) {
                (Some((_, wants)), Some((_, has))) => wants > has,
                _ => false,
            },
        };
        // What is read is of another Python type, too.
        let other_kind = std::mem::discriminant(&self.wants) != std::mem::discriminant(&self.has);
        if rounds || other_kind {
            misfits.extend(self.writes(&Cause::Rounded(self.actual.clone()), Silent));
        }
        Some(misfits)
    }

    /// Whether the column holds numbers that the code's own type does not.
    fn is_wider(&self) -> bool {
        let digits = || Some((self.wants.digits()?, self.has.digits()?));
        match (&self.wants, &self.has) {
            (Family::Integer(..), Family::Integer(..)) => !self.wants.takes_range_of(&self.has),
            (Family::Integer(..) | Family::Decimal(..), Family::Float) => true,
            _ => digits().is_some_and(|(wants, has)| has.0 > wants.0),
        }
    }

    fn postgresql(&self) -> Vec<Misfit> {
        if let Some(misfits) = self.too_long() {
            return misfits;
        }
        if let Some(mut misfits) = self.numbers() {
            // `CASE … THEN value::type` of bulk_update (`requires_casted_case_in_updates`), and `- 1` digits are rounded
            // up into one more.
            let rounds_up =
                matches!((self.wants.digits(), self.has.digits()), (Some(wants), Some(has)) if has.1 > wants.1);
            if self.is_wider() || rounds_up {
                misfits.push((BulkUpdate, Later, Error, Cause::WiderType(self.actual.clone())));
            }
            return misfits;
        }
        match (&self.wants, &self.has) {
            (wants, has) if wants.is_moment() && has.is_moment() => {
                self.others(&[Select, Insert, Update], Possible, Silent)
            }
            (Family::Array(wants, depth), Family::Array(has, other)) if depth == other => {
                let within = Types { wants: (**wants).clone(), has: (**has).clone(), ..self.copied() };
                within.postgresql()
            }
            // A literal of unknown type becomes what the column is; what Django casts to the old type does not.
            (Family::Text(_), _) => {
                let mut misfits = self.others(&[BulkUpdate], Certain, Error);
                if self.target.django >= Version::new(5, 2) {
                    misfits.push(self.other(BulkCreate, Certain, Error));
                }
                misfits.extend(self.others(&[Insert, Update], Possible, Error));
                misfits
            }
            (wants, Family::Text(_)) => {
                let mut misfits = self.others(&[Query], Certain, Error);
                misfits.push(self.other(BulkUpdate, Later, Error));
                if matches!(wants, Family::Boolean | Family::Inet) {
                    misfits.extend(self.others(&[Update, BulkUpdate], Possible, Error));
                }
                misfits
            }
            _ => {
                let mut misfits = self.others(&[Query, BulkUpdate], Certain, Error);
                misfits.extend(self.others(&[Insert, Update], Possible, Error));
                misfits
            }
        }
    }

    fn mysql(&self) -> Vec<Misfit> {
        if let Some(misfits) = self.too_long().or_else(|| self.numbers()) {
            return misfits;
        }
        match (&self.wants, &self.has) {
            // `convert_datetimefield_value` makes what it reads aware, and can't.
            (Family::DateTime(_), has) if !matches!(has, Family::DateTime(_)) => {
                let mut misfits = self.others(&[Select, Update], Certain, Error);
                misfits.extend(self.others(&[Insert], Possible, Error));
                misfits
            }
            (wants, has) if wants.is_moment() && has.is_moment() => {
                self.others(&[Select, Insert, Update], Possible, Silent)
            }
            (Family::Boolean, Family::Text(_)) | (Family::Text(_), Family::Bytes) => {
                self.others(&[Select], Possible, Silent)
            }
            (wants, Family::Text(_)) if wants.is_number() => self.others(&[Select], Possible, Silent),
            // Texts: of JSON, of a UUID, of an address.
            (_, Family::Text(has)) => match (has, &self.wants) {
                (Some(length), Family::Json | Family::Bytes | Family::Other(_)) => {
                    self.writes(&Cause::TooLong(*length), Error)
                }
                _ => Vec::new(),
            },
            (Family::Interval, Family::Integer(..)) => Vec::new(),
            _ => self.others(&[Insert, Update], Possible, Error),
        }
    }

    /// SQLite stores what it is given. What matters is what Python makes of it: `sqlite3` converts by the declared type
    /// (`detect_types`, `Database.register_converter` in `django.db.backends.sqlite3.base`).
    fn sqlite(&self) -> Vec<Misfit> {
        match (&self.wants, &self.has) {
            (Family::Date, Family::DateTime(_)) => self.others(&[Select], Possible, Silent),
            // What can't be converted is read as None, and None is then saved.
            (_, Family::DateTime(_) | Family::Date | Family::Time) => {
                let mut misfits = self.others(&[Update, BulkUpdate], Certain, Error);
                misfits.extend(self.others(&[Select], Certain, Silent));
                misfits
            }
            (Family::Integer(..), Family::Float) | (Family::Text(_), Family::Integer(..) | Family::Boolean) => {
                self.others(&[Select], Possible, Silent)
            }
            (Family::Integer(..) | Family::Boolean, Family::Text(_)) => self.others(&[Select], Possible, Silent),
            _ => Vec::new(),
        }
    }

    fn copied(&self) -> Types {
        Types {
            wants: self.wants.clone(),
            has: self.has.clone(),
            expected: self.expected.clone(),
            actual: self.actual.clone(),
            target: self.target,
        }
    }
}

/// The smallest and the largest number of a whole-number type.
pub(super) fn range(own: &ColumnType, vendor: Vendor) -> Option<(i128, i128)> {
    match Family::of(own, vendor) {
        Family::Integer(least, most) => Some((least, most)),
        _ => None,
    }
}

/// Whether a text of the type may have more than 2704 bytes, in UTF-8.
pub(super) fn is_long_text(own: &ColumnType) -> bool {
    match Family::of(own, Vendor::PostgreSql) {
        Family::Text(length) => length.is_none_or(|length| length * 4 > 2704),
        _ => false,
    }
}

/// The type as SQL writes it.
pub(super) fn written(own: &ColumnType) -> String {
    let mut text = own.name.clone();
    if !own.arguments.is_empty() {
        let arguments: Vec<String> = own.arguments.iter().map(ToString::to_string).collect();
        text = format!("{text}({})", arguments.join(", "));
    }
    text + &"[]".repeat(own.dimensions)
}

/// Whether a change of type cuts off or rounds values without an error. SQLite keeps values as they are; PostgreSQL
/// cuts texts off only where a USING casts them (measured: `alter_field__text_to_char`), MySQL never in strict mode.
pub(in crate::effects) fn narrows_values(from: &ColumnType, to: &ColumnType, casts: bool, vendor: Vendor) -> bool {
    let (from, to) = (Family::of(from, vendor), Family::of(to, vendor));
    match (&from, &to) {
        _ if vendor == Vendor::Sqlite => false,
        (Family::Text(from), Family::Text(Some(to))) => {
            casts && vendor == Vendor::PostgreSql && from.is_none_or(|from| from > *to)
        }
        (Family::Decimal(_, from), Family::Decimal(_, to)) => from > to,
        (Family::Decimal(..) | Family::Float, Family::Integer(..)) | (Family::Float, Family::Decimal(..)) => true,
        (Family::DateTime(_), Family::Date | Family::Time) | (Family::DateTime(true), Family::DateTime(false)) => true,
        (Family::Text(_), Family::Bytes) => vendor == Vendor::PostgreSql,
        (Family::Integer(..), Family::Boolean) => true,
        (Family::Integer(..), Family::DateTime(_) | Family::Date) => true,
        _ => false,
    }
}
