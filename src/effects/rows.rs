//! What a change demands of the rows that are there.

use crate::sql::{ChangeKind, ConstraintKind, SchemaChange};
use crate::target::Vendor;

/// Whether a change fails as soon as its table has a row, whatever is in it; `statement` is all that is changed with it.
///
/// ADD COLUMN of a NOT NULL column that nothing fills is refused by PostgreSQL and SQLite. MySQL and MariaDB write `0` or
/// `''`, which a foreign key of the same statement refuses (measured: `add_field__int_not_null_no_default`,
/// `add_field__fk_not_null_no_default`).
#[must_use]
pub fn fails_on_rows(change: &SchemaChange, statement: &[SchemaChange], vendor: Vendor) -> bool {
    let ChangeKind::AddColumn { column, .. } = &change.kind else { return false };
    // A class that is not known may have a default of its own.
    if !column.must_be_given() || column.column_type.is_err() {
        return false;
    }
    let refers = || {
        statement.iter().any(|other| match &other.kind {
            ChangeKind::AddConstraint { constraint, not_valid: false, .. } => matches!(
                &constraint.kind,
                ConstraintKind::ForeignKey { columns, .. } if *columns == [column.name.as_str()]
            ),
            _ => false,
        })
    };
    match vendor {
        Vendor::PostgreSql | Vendor::Sqlite => true,
        Vendor::MySql | Vendor::MariaDb => refers(),
    }
}
