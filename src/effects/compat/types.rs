//! What happens when a column's type is not the one that the code takes it for.
//!
//! The facts are measured: `alter_field__*` in `tests/truth/cases` (PostgreSQL 15 and 18, MariaDB 10.11, SQLite 3.40,
//! Django 5.2 and 6.1). MySQL is taken to do as MariaDB does.

use crate::effects::compat::failure::{Action, Cause, Certainty, Outcome};
use crate::effects::compat::family::Family;
use crate::schema::Target;
use crate::sql::ColumnType;
use crate::target::{Vendor, Version};

use Action::{BulkCreate, BulkUpdate, Insert, Query, Select, Update};
use Certainty::{Certain, Later, Possible};
use Outcome::{Error, Silent};

/// What fails because of the type.
pub(super) type Misfit = (Action, Certainty, Outcome, Cause);

/// What fails when the code takes a column for `expected` and it is `actual`.
pub(super) fn misfits(expected: &ColumnType, actual: &ColumnType, target: Target) -> Vec<Misfit> {
    let (wants, has) = (Family::of(expected), Family::of(actual));
    let types = Types { expected: expected.to_string(), actual: actual.to_string(), django: target.django };
    match target.database.vendor {
        _ if expected == actual => Vec::new(),
        // `json` has no operator for `=`.
        Vendor::PostgreSql if wants == Family::Json && has == wants && actual.name == "json" => {
            types.because(&[(&[Query], Possible, Error)])
        }
        vendor if wants == has && !matches!(wants, Family::Other(_)) => {
            let cuts = vendor != Vendor::Sqlite
                && (wants.is_moment() || wants == Family::Time)
                && precision(actual, vendor) < precision(expected, vendor);
            if cuts { types.because(DIFFERS) } else { Vec::new() }
        }
        Vendor::PostgreSql => types.postgresql(&wants, &has),
        Vendor::MySql | Vendor::MariaDb => types.mysql(&wants, &has),
        Vendor::Sqlite => types.sqlite(&wants, &has),
    }
}

/// Actions that fail in the same way.
type Group<'a> = (&'a [Action], Certainty, Outcome);

/// Something else is read, or stored, without an error.
const DIFFERS: &[Group<'static>] = &[(&[Select, Insert, Update], Possible, Silent)];

/// Every literal is of the wrong type.
const NOTHING_WORKS: &[Group<'static>] = &[(&[Query, Insert, Update, BulkUpdate], Certain, Error)];

struct Types {
    expected: String,
    actual: String,
    django: Version,
}

impl Types {
    fn because(&self, groups: &[Group<'_>]) -> Vec<Misfit> {
        let cause = Cause::OtherType { expected: self.expected.clone(), actual: self.actual.clone() };
        let each = groups.iter().flat_map(|(actions, certainty, outcome)| {
            actions.iter().map(|action| (*action, *certainty, *outcome, cause.clone()))
        });
        each.collect()
    }

    /// Numbers, on databases that look at their range.
    fn numbers(&self, wants: &Family, has: &Family) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        if !has.takes_range_of(wants) {
            misfits.extend(writes(&Cause::OutOfRange(self.actual.clone()), Error));
        }
        let rounds = match (wants.digits(), has.digits()) {
            (Some((_, wants)), Some((_, has))) => wants > has,
            _ => wants != has,
        };
        // What is read is of another Python type, too.
        let other_kind = std::mem::discriminant(wants) != std::mem::discriminant(has);
        if rounds || other_kind {
            misfits.extend(writes(&Cause::Rounded(self.actual.clone()), Silent));
        }
        misfits
    }

    fn postgresql(&self, wants: &Family, has: &Family) -> Vec<Misfit> {
        match (wants, has) {
            (Family::Text(wants), Family::Text(has)) => too_long(*wants, *has),
            (wants, has) if wants.is_number() && has.is_number() => {
                let mut misfits = self.numbers(wants, has);
                // bulk_update casts to the code's own type (`requires_casted_case_in_updates`).
                if !wants.takes_range_of(has) {
                    misfits.push((BulkUpdate, Later, Error, Cause::WiderType(self.actual.clone())));
                }
                misfits
            }
            (wants, has) if wants.is_moment() && has.is_moment() => self.because(DIFFERS),
            (Family::Array(wants, depth), Family::Array(has, other)) if depth == other => {
                let mut misfits = self.postgresql(wants, has);
                // Elements compare across types, arrays do not (measured: `alter_field__array_of_bigger_ints`).
                let one_type = matches!(
                    (&**wants, &**has),
                    (Family::Text(_), Family::Text(_)) | (Family::Decimal(..), Family::Decimal(..))
                );
                if !one_type {
                    misfits.extend(self.because(&[(&[Query], Certain, Error)]));
                }
                misfits
            }
            // A literal without a type becomes what the column is. What Django casts to the old type does not: in
            // bulk_update, and from 5.2 on, with UNNEST, in bulk_create.
            (Family::Text(_), _) => {
                let casts: &[Action] =
                    if self.django >= Version::new(5, 2) { &[BulkUpdate, BulkCreate] } else { &[BulkUpdate] };
                self.because(&[(casts, Certain, Error), (&[Query, Insert, Update], Possible, Error)])
            }
            // A text takes bytes, and gives back a text.
            (Family::Bytes, Family::Text(_)) => self.because(&[(&[Update, BulkUpdate], Possible, Error)]),
            // What is read back is a text that Python does not take for the field's.
            (Family::Boolean | Family::Inet, Family::Text(_)) => {
                self.because(&[(&[Query], Certain, Error), (&[Update, BulkUpdate], Possible, Error)])
            }
            (Family::Other(_), _) | (_, Family::Other(_)) => {
                self.because(&[(&[Query, Insert, Update, BulkUpdate], Possible, Error)])
            }
            (_, Family::Text(_)) => self.because(&[(&[Query], Certain, Error), (&[BulkUpdate], Later, Error)]),
            // There is no assignment cast between them (`pg_cast.castcontext`).
            (Family::Boolean, has) if has.is_number() => self.because(NOTHING_WORKS),
            (wants, Family::Boolean) if wants.is_number() => self.because(NOTHING_WORKS),
            _ => self.because(&[(&[Query, BulkUpdate], Certain, Error), (&[Insert, Update], Possible, Error)]),
        }
    }

    fn mysql(&self, wants: &Family, has: &Family) -> Vec<Misfit> {
        match (wants, has) {
            (Family::Text(wants), Family::Text(has)) => too_long(*wants, *has),
            (wants, has) if wants.is_number() && has.is_number() => self.numbers(wants, has),
            // `convert_datetimefield_value` (`django.db.backends.mysql.operations`) makes what it reads aware, and can't.
            (Family::DateTime(_), has) if !matches!(has, Family::DateTime(_)) => {
                self.because(&[(&[Select, Update], Certain, Error), (&[Insert], Possible, Error)])
            }
            (wants, has) if wants.is_moment() && has.is_moment() => self.because(DIFFERS),
            (Family::Text(_), Family::Bytes) | (Family::Boolean, Family::Text(_)) => self.because(DIFFERS),
            (wants, Family::Text(_)) if wants.is_number() => self.because(DIFFERS),
            // A BooleanField's column is a number: `tinyint(1)`.
            (Family::Boolean, has) if has.is_number() => Vec::new(),
            (wants, Family::Boolean) if wants.is_number() => writes(&Cause::OutOfRange(self.actual.clone()), Error),
            (Family::Bytes, Family::Text(_)) => self.because(&[(&[Insert, Update], Possible, Error)]),
            (Family::Json | Family::Other(_), Family::Text(Some(length))) => writes(&Cause::TooLong(*length), Error),
            // The text of a JSON, of a UUID, of an address.
            (_, Family::Text(_)) => Vec::new(),
            _ => self.because(&[(&[Query, Insert, Update], Possible, Error)]),
        }
    }

    /// SQLite stores what it is given. What matters is what Python makes of it: `sqlite3` converts by the declared type
    /// (`detect_types`, `Database.register_converter` in `django.db.backends.sqlite3.base`).
    fn sqlite(&self, wants: &Family, has: &Family) -> Vec<Misfit> {
        let is_time = |family: &Family| family.is_moment() || *family == Family::Time;
        match (wants, has) {
            (Family::DateTime(_), Family::Date) => {
                self.because(&[(&[Update, BulkUpdate], Certain, Error), (&[Select], Possible, Error)])
            }
            (Family::Date, Family::DateTime(_)) => self.because(DIFFERS),
            (Family::Text(_), has) if is_time(has) => self.because(DIFFERS),
            // What can't be converted is read as None, and None is then saved.
            (_, has) if is_time(has) => {
                self.because(&[(&[Update, BulkUpdate], Certain, Error), (&[Select], Certain, Silent)])
            }
            (wants, Family::Integer(..) | Family::Float | Family::Boolean) if is_time(wants) => {
                self.because(&[(&[Select, Update], Certain, Error)])
            }
            // The affinity of the column makes other values of them.
            (Family::Integer(..), Family::Float | Family::Text(_))
            | (Family::Text(_), Family::Integer(..) | Family::Boolean)
            | (Family::Boolean, Family::Text(_)) => self.because(DIFFERS),
            _ => Vec::new(),
        }
    }
}

/// The digits behind the second: all six when PostgreSQL is told nothing, none when MySQL is.
fn precision(own: &ColumnType, vendor: Vendor) -> i64 {
    let usual = if vendor == Vendor::PostgreSql { 6 } else { 0 };
    own.arguments.first().copied().unwrap_or(usual)
}

/// Values of the code's that do not fit.
fn writes(cause: &Cause, outcome: Outcome) -> Vec<Misfit> {
    [Insert, Update].map(|action| (action, Possible, outcome, cause.clone())).to_vec()
}

fn too_long(wants: Option<i64>, has: Option<i64>) -> Vec<Misfit> {
    match has {
        Some(has) if wants.is_none_or(|wants| wants > has) => writes(&Cause::TooLong(has), Error),
        _ => Vec::new(),
    }
}

/// The smallest and the largest number of a whole-number type.
pub(super) fn range(own: &ColumnType) -> Option<(i128, i128)> {
    match Family::of(own) {
        Family::Integer(least, most) => Some((least, most)),
        _ => None,
    }
}

/// Whether a text of the type may have more than 2704 bytes, in UTF-8.
pub(super) fn is_long_text(own: &ColumnType) -> bool {
    match Family::of(own) {
        Family::Text(length) => length.is_none_or(|length| length * 4 > 2704),
        _ => false,
    }
}

/// Whether a change of type cuts off or rounds values without an error. SQLite keeps values as they are; PostgreSQL
/// cuts texts off only where a USING casts them (measured: `alter_field__text_to_char`), MySQL never in strict mode.
pub(in crate::effects) fn narrows_values(from: &ColumnType, to: &ColumnType, casts: bool, vendor: Vendor) -> bool {
    let (from, to) = (Family::of(from), Family::of(to));
    let postgresql = vendor == Vendor::PostgreSql;
    match (&from, &to) {
        _ if vendor == Vendor::Sqlite => false,
        (Family::Text(from), Family::Text(Some(to))) => casts && postgresql && from.is_none_or(|from| from > *to),
        (Family::Text(_), Family::Bytes) => postgresql,
        (Family::Decimal(_, from), Family::Decimal(_, to)) => from > to,
        (Family::Decimal(..) | Family::Float, Family::Integer(..))
        | (Family::Float, Family::Decimal(..))
        | (Family::DateTime(_), Family::Date | Family::Time)
        | (Family::DateTime(true), Family::DateTime(false))
        | (Family::Integer(..), Family::Boolean | Family::DateTime(_) | Family::Date) => true,
        _ => false,
    }
}
