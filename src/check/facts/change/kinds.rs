//! The kinds of changes.

use crate::sql::{ChangeKind, Rows};

/// The kinds of changes, as heads name them, with what they are in SQL.
pub(in crate::check::facts) const KINDS: &[(&str, &str)] = &[
    ("CreateTable", "CREATE TABLE"),
    ("DropTable", "DROP TABLE"),
    ("RenameTable", "ALTER TABLE … RENAME TO"),
    ("AddColumn", "ALTER TABLE … ADD COLUMN"),
    ("DropColumn", "ALTER TABLE … DROP COLUMN"),
    ("RenameColumn", "ALTER TABLE … RENAME COLUMN"),
    ("AlterColumnType", "ALTER TABLE … ALTER COLUMN … TYPE"),
    ("SetNotNull", "ALTER TABLE … ALTER COLUMN … SET NOT NULL"),
    ("DropNotNull", "ALTER TABLE … ALTER COLUMN … DROP NOT NULL"),
    ("SetDefault", "ALTER TABLE … ALTER COLUMN … SET DEFAULT"),
    ("DropDefault", "ALTER TABLE … ALTER COLUMN … DROP DEFAULT"),
    ("AddConstraint", "ALTER TABLE … ADD CONSTRAINT"),
    ("ValidateConstraint", "ALTER TABLE … VALIDATE CONSTRAINT"),
    ("DropConstraint", "ALTER TABLE … DROP CONSTRAINT"),
    ("RenameConstraint", "ALTER TABLE … RENAME CONSTRAINT"),
    ("CreateIndex", "CREATE INDEX"),
    ("DropIndex", "DROP INDEX"),
    ("RenameIndex", "ALTER INDEX … RENAME TO"),
    ("Comment", "COMMENT ON"),
    ("RemakeTable", "a copy of the whole table in its place (SQLite)"),
    ("Insert", "INSERT"),
    ("Update", "UPDATE"),
    ("Delete", "DELETE"),
    ("Truncate", "TRUNCATE"),
    ("Other", "any other statement that is recognised"),
    ("Unknown", "a statement that is not recognised, or opaque: DO, CALL"),
];

/// The group of all of them.
pub(in crate::check::facts) const ANY: &str = "Change";

/// The name of a change's kind.
pub(crate) fn kind_name(kind: &ChangeKind) -> &'static str {
    match kind {
        ChangeKind::CreateTable { .. } => "CreateTable",
        ChangeKind::DropTable { .. } => "DropTable",
        ChangeKind::RenameTable { .. } => "RenameTable",
        ChangeKind::AddColumn { .. } => "AddColumn",
        ChangeKind::DropColumn { .. } => "DropColumn",
        ChangeKind::RenameColumn { .. } => "RenameColumn",
        ChangeKind::AlterColumnType { .. } => "AlterColumnType",
        ChangeKind::SetNotNull { .. } => "SetNotNull",
        ChangeKind::DropNotNull { .. } => "DropNotNull",
        ChangeKind::SetDefault { .. } => "SetDefault",
        ChangeKind::DropDefault { .. } => "DropDefault",
        ChangeKind::AddConstraint { .. } => "AddConstraint",
        ChangeKind::ValidateConstraint { .. } => "ValidateConstraint",
        ChangeKind::DropConstraint { .. } => "DropConstraint",
        ChangeKind::RenameConstraint { .. } => "RenameConstraint",
        ChangeKind::CreateIndex { .. } => "CreateIndex",
        ChangeKind::DropIndex { .. } => "DropIndex",
        ChangeKind::RenameIndex { .. } => "RenameIndex",
        ChangeKind::Comment { .. } => "Comment",
        ChangeKind::RemakeTable => "RemakeTable",
        ChangeKind::ChangeRows { rows: Rows::Insert, .. } => "Insert",
        ChangeKind::ChangeRows { rows: Rows::Update, .. } => "Update",
        ChangeKind::ChangeRows { rows: Rows::Delete, .. } => "Delete",
        ChangeKind::ChangeRows { rows: Rows::Truncate, .. } => "Truncate",
        ChangeKind::Other { .. } => "Other",
        ChangeKind::Unknown => "Unknown",
    }
}
