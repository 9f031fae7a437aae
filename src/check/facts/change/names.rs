//! The names that rules can use of a change, by its kind.

use std::sync::LazyLock;

use super::ChangeView;
use super::kinds::ANY;
use crate::check::facts::{Attribute, attribute, list_of_text, lock};
use crate::effects::compat::Certainty;
use crate::effects::locks::Blocks;
use crate::language::vocabulary::Name;
use crate::language::{Fact, Slot, Type};

pub(in crate::check::facts) type Getter = for<'a> fn(&ChangeView<'a>) -> Fact<'a>;

/// Which changes have a name: all of them, those where it may be unset, or those where it is always set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    No,
    Maybe,
    Always,
}

/// A name with the kinds of changes that have it.
struct ChangeName {
    attribute: Attribute<Getter>,
    has: fn(&str) -> Has,
}

fn always(_: &str) -> Has {
    Has::Always
}

fn maybe(_: &str) -> Has {
    Has::Maybe
}

/// Set for these kinds, and perhaps for any change.
fn set_for(kind: &str, kinds: &[&str]) -> Has {
    match kind {
        ANY => Has::Maybe,
        kind if kinds.contains(&kind) => Has::Always,
        _ => Has::No,
    }
}

fn of_table(kind: &str) -> Has {
    match kind {
        ANY | "Other" | "Unknown" | "DropIndex" | "RenameIndex" => Has::Maybe,
        _ => Has::Always,
    }
}

fn of_column(kind: &str) -> Has {
    match kind {
        "Comment" => Has::Maybe,
        _ => set_for(
            kind,
            &[
                "AddColumn",
                "DropColumn",
                "RenameColumn",
                "AlterColumnType",
                "SetNotNull",
                "DropNotNull",
                "SetDefault",
                "DropDefault",
            ],
        ),
    }
}

static NAMES: LazyLock<Vec<ChangeName>> = LazyLock::new(|| {
    let name = |name, slot, doc, get: Getter, has| ChangeName { attribute: attribute(name, slot, doc, get), has };
    let text = || Slot::set(Type::Str);
    let flag = || Slot::set(Type::Bool);
    let failures = || Slot::set(Type::list(Type::Entity("Failure")));
    vec![
        name("change", Slot::set(Type::Entity("Change")), "The change itself.", |c| c.as_entity(), always),
        name("kind", text(), "What it is in SQL: `ADD COLUMN`.", |c| c.kind_in_sql(), always),
        name("table", text(), "Its table.", |c| c.table(), of_table),
        name(
            "model",
            Slot::set(Type::Entity("Model")),
            "The model whose table it is; tables of many-to-many relations have none.",
            |c| c.model(),
            maybe,
        ),
        name(
            "table_rows",
            Slot::maybe(Type::Int),
            "About how many rows its table has, as `[tables]` says.",
            |c| c.configured(|table| table.rows.map(Fact::Int)),
            maybe,
        ),
        name(
            "table_hot",
            flag(),
            "Whether its table is always in use, as `[tables]` says.",
            |c| match c.configured(|table| table.hot.map(Fact::Bool)) {
                Fact::Unset => Fact::Bool(false),
                said => said,
            },
            always,
        ),
        name(
            "table_owner",
            Slot::maybe(Type::Str),
            "Who answers for its table, as `[tables]` says.",
            |c| c.configured(|table| table.owner.as_deref().map(|owner| Fact::Str(owner.into()))),
            maybe,
        ),
        name("column", text(), "Its column.", |c| c.column(), of_column),
        name(
            "to",
            text(),
            "The new name.",
            |c| c.new_name(),
            |kind| set_for(kind, &["RenameTable", "RenameColumn", "RenameConstraint", "RenameIndex"]),
        ),
        name("op", Slot::set(Type::Entity("Operation")), "The operation that sends it.", |c| c.operation(), always),
        name(
            "in_sql",
            flag(),
            "Whether it is written as SQL, in a RunSQL.",
            |c| Fact::Bool(c.sent().sql.is_some()),
            always,
        ),
        name(
            "deferred",
            flag(),
            "Whether Django sends it only behind all operations of the migration.",
            |c| Fact::Bool(c.sent().deferred),
            always,
        ),
        name(
            "live",
            flag(),
            "Whether the table was there before this release, so that running code may use it.",
            |c| c.live(),
            of_table,
        ),
        name(
            "old_code_failures",
            failures(),
            "What running code can no longer do after it, certain or not.",
            |c| c.failures(|effects| &effects.breaks_old_code, |_| true),
            always,
        ),
        name(
            "breaks_old_code",
            list_of_text(),
            "What running code certainly can't do any more: `select`, `insert`, ….",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Certain),
            always,
        ),
        name(
            "may_break_old_code",
            list_of_text(),
            "What running code can't do with some values.",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Possible),
            always,
        ),
        name(
            "breaks_old_code_later",
            list_of_text(),
            "What running code can't do once new code has written.",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Later),
            always,
        ),
        name(
            "breaks_in_between",
            list_of_text(),
            "What running code can't do until a later operation of this migration.",
            |c| c.actions(|effects| &effects.breaks_in_between, Certainty::Certain),
            always,
        ),
        name(
            "new_code_failures",
            failures(),
            "What the code of this release can't do before it, certain or not.",
            |c| c.failures(|effects| &effects.breaks_new_code, |_| true),
            always,
        ),
        name(
            "breaks_new_code",
            list_of_text(),
            "What the code of this release certainly can't do before it.",
            |c| c.actions(|effects| &effects.breaks_new_code, Certainty::Certain),
            always,
        ),
        name(
            "breaks_prepared_statements",
            flag(),
            "Whether statements that are prepared on the server fail afterwards.",
            |c| Fact::Bool(c.effects().is_some_and(|effects| effects.breaks_prepared_statements)),
            always,
        ),
        name(
            "loses_data",
            flag(),
            "Whether data is gone that going back does not bring back.",
            |c| Fact::Bool(c.effects().is_some_and(|effects| !effects.loses_data.is_empty())),
            always,
        ),
        name(
            "locks",
            lock::slot(),
            "The locks that its statement takes on tables that running code uses; that on its own table first.",
            |c| c.taken(),
            always,
        ),
        name(
            "locks_beside",
            list_of_text(),
            "The tables that running code uses and that its statement locks beside its own.",
            |c| c.locked_beside(),
            always,
        ),
        name(
            "holds",
            lock::slot(),
            "The locks that the transaction holds while its statement works, its own included; that on its own table first.",
            |c| c.held(),
            always,
        ),
        name(
            "blocked_tables",
            list_of_text(),
            "The tables that writes wait for while its statement works, and perhaps reads: by locks that are held.",
            |c| c.waited_for(Blocks::Writes),
            always,
        ),
        name(
            "closed_tables",
            list_of_text(),
            "The tables that reads and writes wait for while its statement works: by locks that are held.",
            |c| c.waited_for(Blocks::ReadsAndWrites),
            always,
        ),
        name(
            "behind",
            Slot::set(Type::list(Type::Entity("Change"))),
            "What the migration sends behind it, in order; what Django puts off to the end is behind all operations.",
            |c| Fact::List(c.behind().map(ChangeView::as_element).collect()),
            always,
        ),
        name(
            "lock",
            Slot::set(Type::Scale(lock::MODES)),
            "The strongest lock that its statement takes, on PostgreSQL.",
            |c| c.lock(),
            maybe,
        ),
        name(
            "blocks",
            Slot::set(Type::Scale(lock::BLOCKS)),
            "Who waits for the locks that its statement takes.",
            |c| c.blocks(),
            always,
        ),
        name(
            "rewrites",
            flag(),
            "Whether all rows of a table that running code uses are written again: of several changes in a statement, by those that need it.",
            |c| c.rewrites(),
            always,
        ),
        name(
            "scans",
            flag(),
            "Whether a table that running code uses is read in full, for a check or an index.",
            |c| c.works(|e| &e.scans),
            always,
        ),
        name(
            "builds_index",
            flag(),
            "Whether an index is built on a table that running code uses.",
            |c| c.works(|e| &e.builds_index),
            always,
        ),
        name(
            "rewritten_tables",
            list_of_text(),
            "The tables of which all rows are written again.",
            |c| c.worked_on(|e| &e.rewrites),
            always,
        ),
        name(
            "scanned_tables",
            list_of_text(),
            "The tables that are read in full.",
            |c| c.worked_on(|e| &e.scans),
            always,
        ),
        name(
            "refers_to",
            list_of_text(),
            "The tables that foreign keys of its table refer to, before the migration.",
            |c| c.refers_to(),
            of_table,
        ),
        name(
            "referred_by",
            list_of_text(),
            "The other tables with a foreign key to its table, before the migration.",
            |c| c.referred_by(),
            of_table,
        ),
        name(
            "references",
            Slot::maybe(Type::Str),
            "The table that the foreign key that it adds refers to.",
            |c| c.references(),
            always,
        ),
        name(
            "references_column",
            Slot::maybe(Type::Str),
            "The column that the foreign key that it adds refers to, when there is one.",
            |c| c.references_column(),
            always,
        ),
        name(
            "fails_on_rows",
            flag(),
            "Whether it fails as soon as its table has a row: a NOT NULL column, and nothing gives those rows a value.",
            |c| c.fails_on_rows(),
            always,
        ),
        name(
            "validates",
            flag(),
            "Whether it validates a constraint that was NOT VALID.",
            |c| Fact::Bool(c.locks().is_some_and(|locks| locks.validates)),
            always,
        ),
        name(
            "transactional",
            flag(),
            "Whether it can run in a transaction.",
            |c| Fact::Bool(c.locks().is_none_or(|locks| locks.transactional)),
            always,
        ),
        name(
            "in_transaction",
            flag(),
            "Whether it runs inside a transaction: Django's, one that SQL begins, or that of a text with several statements.",
            |c| c.in_transaction(),
            always,
        ),
        name(
            "algorithm",
            Slot::set(Type::Scale(lock::ALGORITHMS)),
            "How MySQL and MariaDB do it.",
            |c| c.algorithm(),
            maybe,
        ),
        name(
            "definition",
            Slot::set(Type::Entity("Column")),
            "The column as it becomes, or as it was if it goes.",
            |c| c.definition(),
            of_column_maybe,
        ),
        name(
            "old_type",
            text(),
            "The type that the column has.",
            |c| c.old_type(),
            |kind| {
                if kind == "AlterColumnType" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name(
            "new_type",
            text(),
            "The type that the column gets.",
            |c| c.new_type(),
            |kind| set_for(kind, &["AlterColumnType"]),
        ),
        name(
            "constraint",
            Slot::set(Type::Entity("TableConstraint")),
            "The constraint.",
            |c| c.constraint(),
            |kind| match kind {
                "DropConstraint" => Has::Maybe,
                _ => set_for(kind, &["AddConstraint"]),
            },
        ),
        name(
            "index",
            Slot::set(Type::Entity("TableIndex")),
            "The index.",
            |c| c.index(),
            |kind| set_for(kind, &["CreateIndex"]),
        ),
        name(
            "name",
            text(),
            "Name of the constraint or index, when it is known.",
            |c| c.name(),
            |kind| match kind {
                ANY | "AddConstraint" | "DropConstraint" | "CreateIndex" | "DropIndex" => Has::Maybe,
                _ => set_for(kind, &["ValidateConstraint", "RenameConstraint", "RenameIndex"]),
            },
        ),
        name(
            "too_long",
            list_of_text(),
            "Names that it gives and that the database cuts off (PostgreSQL, at 63 bytes) or refuses (MySQL and MariaDB, \
             beyond 64 characters).",
            |c| c.too_long(),
            always,
        ),
        name("concurrently", flag(), "Whether it says CONCURRENTLY.", |c| c.concurrently(), always),
        name(
            "not_valid",
            flag(),
            "Whether rows that are there are not looked at: NOT VALID.",
            |c| c.not_valid(),
            |kind| set_for(kind, &["AddConstraint"]),
        ),
        name(
            "using_index",
            text(),
            "The index that becomes the constraint: USING INDEX.",
            |c| c.using_index(),
            |kind| {
                if kind == "AddConstraint" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name(
            "cascade",
            flag(),
            "Whether it says CASCADE.",
            |c| c.cascade(),
            |kind| set_for(kind, &["DropTable", "DropColumn"]),
        ),
        name(
            "if_not_exists",
            flag(),
            "Whether it says IF NOT EXISTS.",
            |c| c.if_not_exists(),
            |kind| set_for(kind, &["CreateTable", "CreateIndex"]),
        ),
        name(
            "if_exists",
            flag(),
            "Whether it says IF EXISTS.",
            |c| Fact::Bool(c.sent().says("IF EXISTS")),
            |kind| set_for(kind, &["Other"]),
        ),
        name(
            "dropped_before",
            flag(),
            "Whether SQL of an earlier migration has dropped what it names, and none has made it again.",
            |c| c.dropped_before(),
            |kind| set_for(kind, &["Other"]),
        ),
        name(
            "filtered",
            flag(),
            "Whether a WHERE limits it.",
            |c| c.filtered(),
            |kind| set_for(kind, &["Insert", "Update", "Delete", "Truncate"]),
        ),
        name(
            "words",
            text(),
            "Its words, in upper case and without names.",
            |c| c.words(),
            |kind| set_for(kind, &["Other"]),
        ),
        name(
            "object",
            text(),
            "What it names beside the table: a type, a view, a parameter.",
            |c| c.object(),
            |kind| {
                if kind == "Other" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name("sql", text(), "The SQL, when it is written in the migration.", |c| c.sql(), maybe),
    ]
});

fn of_column_maybe(kind: &str) -> Has {
    match of_column(kind) {
        Has::Always if kind == "AddColumn" => Has::Always,
        Has::Always | Has::Maybe => Has::Maybe,
        Has::No => Has::No,
    }
}

/// The names of a kind of change, or of all of them.
pub(in crate::check::facts) fn names_of(kind: &str) -> Vec<Name> {
    let own = NAMES.iter().filter_map(|known| {
        let optional = match (known.has)(kind) {
            Has::No => return None,
            Has::Maybe => true,
            Has::Always => false,
        };
        let mut name = known.attribute.name.clone();
        name.slot.optional |= optional;
        Some(name)
    });
    own.collect()
}

/// The function behind a name of a change.
pub(in crate::check::facts) fn getter_of(name: &str) -> Option<&'static Getter> {
    NAMES.iter().find(|known| known.attribute.name.name == name).map(|known| &known.attribute.get)
}

/// The names of a change, for the vocabulary: all that some kind has.
pub(in crate::check::facts) fn attributes() -> Vec<Name> {
    names_of(ANY)
}
