//! The entries of the tables of facts.

use crate::schema::{Schema, Target};

/// A part of what a change does. A change may be several: a column that is added with a CHECK and a foreign key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says in SQL's words")]
pub enum Step {
    CreateTable,
    CreateTableWithForeignKey,
    DropTable,
    DropTableWithForeignKey,
    RenameTable,
    AddColumn,
    AddColumnVolatile,
    AddColumnAuto,
    AddColumnStored,
    AddColumnUnique,
    AddColumnCheck,
    AddColumnNotNull,
    AddColumnReferences,
    AddColumnReferencesWithDefault,
    DropColumn,
    DropColumnIndexed,
    DropColumnWithForeignKey,
    RenameColumn,
    SetDefault,
    DropDefault,
    SetNotNull,
    SetNotNullProven,
    DropNotNull,
    TypeMetadata,
    TypeRewrite,
    TypeIndexes,
    AddPrimaryKey,
    AddUnique,
    UseIndex,
    AddCheck,
    AddCheckNotValid,
    AddForeignKey,
    AddForeignKeyNotValid,
    AddExclusion,
    AddNotNull,
    AddNotNullNotValid,
    Validate,
    ValidateForeignKey,
    DropConstraint,
    DropPrimaryKey,
    DropForeignKey,
    RenameConstraint,
    CreateIndex,
    CreateIndexSpecial,
    CreateIndexConcurrently,
    DropIndex,
    DropIndexConcurrently,
    RenameIndex,
    Comment,
    ChangeRows,
    Truncate,
    AddIdentity,
    Remake,
}

/// A step with the tables that it touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) step: Step,
    pub(super) table: String,
    /// The other table of a foreign key.
    pub(super) other: Option<String>,
}

/// What a change is.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub(super) taken: Vec<Taken>,
    /// What can't be told, in words that fit behind "it is not known".
    pub(super) unknown: Vec<String>,
}

impl Steps {
    pub(super) fn take(&mut self, step: Step, table: &str) {
        self.taken.push(Taken { step, table: table.to_owned(), other: None });
    }

    /// A step with another table; of a table that refers to itself it is none.
    pub(super) fn take_both(&mut self, step: Step, table: &str, other: &str) {
        let other = (table != other).then(|| other.to_owned());
        self.taken.push(Taken { step, table: table.to_owned(), other });
    }
}

/// What the changes are judged with.
pub(super) struct Context<'a> {
    /// The schema before the change.
    pub(super) schema: &'a Schema,
    pub(super) target: Target,
}
