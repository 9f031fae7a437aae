//! What Python makes of the values of a field, where the column's type does not say it.

use crate::effects::compat::code::is_a;
use crate::effects::compat::failure::Action;
use crate::migration::{Effective, Field};
use crate::python::ValueKind;
use crate::target::Vendor;

/// What Python makes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    /// Digits before and behind the point.
    Decimal(i64, i64),
    Date,
    DateTime,
    Time,
    Bytes,
    Json,
    /// The most digits.
    Integer(i64),
    Boolean,
    Text,
    Other,
}

impl Kind {
    /// Of a field.
    pub(super) fn of(field: &Field) -> Self {
        let int = |name: &str| match field.effective(name) {
            Effective::Given(value) => match value.kind {
                ValueKind::Int(number) => Some(number),
                _ => None,
            },
            _ => None,
        };
        let is = |class: &str| is_a(field, class);
        if is("UUIDField") {
            Kind::Uuid
        } else if is("DecimalField") {
            match (int("max_digits"), int("decimal_places")) {
                (Some(digits), Some(places)) => Kind::Decimal(digits - places, places),
                _ => Kind::Other,
            }
        } else if is("DateTimeField") {
            Kind::DateTime
        } else if is("DateField") {
            Kind::Date
        } else if is("TimeField") {
            Kind::Time
        } else if is("BinaryField") {
            Kind::Bytes
        } else if is("JSONField") {
            Kind::Json
        } else if is("SmallIntegerField") {
            Kind::Integer(5)
        } else if is("BigIntegerField") {
            Kind::Integer(19)
        } else if is("IntegerField") {
            Kind::Integer(10)
        } else if is("BooleanField") {
            Kind::Boolean
        } else if ["CharField", "TextField"].iter().any(|class| is(class)) {
            Kind::Text
        } else {
            Kind::Other
        }
    }

    /// What fails in code that has this field, once code with `other` in its place has written: SQLite and MySQL hold
    /// such values, and Python's converters stumble over them (`get_db_converters` of `django.db.backends`; measured:
    /// `alter_field__decimal_digits_grow`, `…uuid_to_char`, `…json_to_text`, `…int_to_text`).
    pub(super) fn stumbles_over(self, other: Kind, vendor: Vendor) -> &'static [Action] {
        let sqlite = vendor == Vendor::Sqlite;
        if vendor == Vendor::PostgreSql {
            return &[];
        }
        match (self, other) {
            (Kind::Uuid, Kind::Uuid) => &[],
            (Kind::Uuid, _) => &[Action::Select, Action::Delete],
            (Kind::Date | Kind::DateTime | Kind::Time, Kind::Text) if sqlite => &[Action::Select, Action::Delete],
            (Kind::Json, Kind::Text) if sqlite => &[Action::Query],
            (Kind::Integer(_) | Kind::Boolean, Kind::Text) => &[Action::Query, Action::BulkUpdate],
            // The converter of DecimalField quantizes in a context of the field's own `max_digits`, and raises when a
            // number has more: `get_decimalfield_converter`, `django.db.backends.sqlite3.operations`.
            (Kind::Decimal(before, places), Kind::Decimal(others, other_places)) if sqlite => {
                if others > before || (others == before && other_places > places) {
                    &[Action::Select, Action::Delete]
                } else {
                    &[]
                }
            }
            (Kind::Decimal(before, _), Kind::Integer(others)) if sqlite && others > before => {
                &[Action::Select, Action::Delete]
            }
            _ => &[],
        }
    }
    /// What fails in code that has this field on rows that code with `other` in its place wrote, and that the database
    /// kept as they were when the type of the column changed: SQLite (measured: `alter_field__text_to_binary`,
    /// `…datetime_to_date`, `…int_to_datetime`).
    pub(super) fn chokes_on_rows_of(self, other: Kind, vendor: Vendor) -> &'static [Action] {
        match (self, other) {
            _ if vendor != Vendor::Sqlite => &[],
            (Kind::Bytes, Kind::Text) => &[Action::Select],
            (Kind::Date, Kind::DateTime) | (Kind::Date | Kind::DateTime | Kind::Time, Kind::Integer(_)) => {
                &[Action::Update]
            }
            _ => &[],
        }
    }
}
