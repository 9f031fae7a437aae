//! Schemas that are computed in two ways.

use std::fmt::Write as _;

use whimbrel::history::{History, NodeId, Settings, Side};
use whimbrel::schema::{Schema, Table, Target};
use whimbrel::sql::{self, ChangeKind, ColumnType, Constraint, ConstraintKind, Index};
use whimbrel::target::Vendor;

use super::canonical;
use crate::cases::{Measured, cases, sent, settings};

/// A table as text, in which what has no order is sorted.
///
/// On MySQL and MariaDB a foreign key brings an index along, which stays when the key goes; Django counts on it at times,
/// and makes one of its own at others: plain indexes over a column are left out there. MySQL keeps the DEFAULT of a long
/// column, which it can't drop (`skip_default_on_alter`). Columns of `unknown` types can't be told apart from others.
fn lines(table: &Table, unknown: &[String], vendor: Vendor) -> Vec<String> {
    let columns = table.columns.iter().map(|column| {
        let mut column = column.clone();
        let long = ["json", "longtext", "longblob"];
        if vendor == Vendor::MySql && column.column_type.as_ref().is_ok_and(|own| long.contains(&own.name.as_str())) {
            column.default = None;
        }
        // SQLite has one type for all numbers: Django does not see that a key has another one, and leaves what refers to it.
        let refers = |key: &[String]| key[..] == [column.name.clone()];
        if vendor == Vendor::Sqlite
            && table.foreign_keys().any(|(columns, _)| refers(columns))
            && let Ok(own) = &mut column.column_type
            && own.name == "bigint"
        {
            "integer".clone_into(&mut own.name);
        }
        if unknown.contains(&column.name) {
            column.column_type = Ok(ColumnType { name: "?".to_owned(), arguments: Vec::new(), dimensions: 0 });
            (column.collation, column.auto) = (None, false);
        }
        canonical::column(&column, true)
    });
    let is_unknown = |columns: &[String]| columns.iter().any(|column| unknown.contains(column));
    let told = |constraint: &&Constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { columns, .. } => !is_unknown(columns),
        ConstraintKind::Check(text) => !unknown.iter().any(|column| text.contains(column.as_str())),
        _ => true,
    };
    let constraints = table.constraints.iter().filter(told).map(canonical::constraint);
    let mysql = matches!(vendor, Vendor::MySql | Vendor::MariaDb);
    let counts = |index: &&Index| index.unique || index.columns.len() > 1 || !mysql && !is_unknown(&index.columns);
    let indexes = table.indexes.iter().filter(counts).map(|index| format!("index {}", canonical::index(index)));
    let mut lines: Vec<String> = columns.chain(constraints).chain(indexes).collect();
    lines.sort();
    lines
}

/// The columns whose types are not known.
fn unknown(table: &Table) -> impl Iterator<Item = String> {
    table.columns.iter().filter(|column| column.column_type.is_err()).map(|column| column.name.clone())
}

pub(super) fn difference(left: &Schema, right: &Schema, vendor: Vendor) -> String {
    let mut text = String::new();
    let names: std::collections::BTreeSet<&String> = left.tables.keys().chain(right.tables.keys()).collect();
    for name in names {
        let tables = [left, right].map(|schema| schema.table(name));
        let unknown: Vec<String> = tables.into_iter().flatten().flat_map(unknown).collect();
        let of = |schema: &Schema| schema.table(name).map(|table| lines(table, &unknown, vendor));
        match (of(left), of(right)) {
            (Some(left), Some(right)) => {
                let mut rest = right.clone();
                for line in left {
                    match rest.iter().position(|other| *other == line) {
                        Some(place) => drop(rest.remove(place)),
                        None => drop(writeln!(text, "  {name} applied: {line}")),
                    }
                }
                for line in rest {
                    let _ = writeln!(text, "  {name} of the state: {line}");
                }
            }
            (left, right) => {
                let _ = writeln!(text, "  {name}: applied {}, of the state {}", left.is_some(), right.is_some());
            }
        }
    }
    text
}

/// What is different between the schema before a migration with its statements applied, and the schema after it.
pub(super) fn applied(history: &History, node: NodeId, settings: &Settings, target: Target) -> String {
    let mut schema = Schema::of(&history.before(node, Side::Database), settings, target);
    let after = Schema::of(&history.after(node, Side::Database), settings, target);
    for statement in sent(history, node, target) {
        for change in &statement.changes {
            schema.apply(change);
        }
    }
    difference(&schema, &after, target.database.vendor)
}

/// Whether a migration does something to the database that the state does not hear of, or the other way round.
pub(super) fn parts_from_state(history: &History, node: NodeId) -> bool {
    let operations = &history.graph().migration(node).operations;
    operations.iter().any(|operation| {
        let special = ["RunSQL", "RunPython", "SeparateDatabaseAndState"];
        operation.entry().is_none_or(|entry| special.contains(&entry.name)) || operation.condition.is_some()
    })
}

/// Cases in which the database is not what the state says, and why.
const APART: &[(&str, &str)] = &[
    (
        "alter_field__bigauto_to_auto_with_fk",
        "SQLite has one type for both keys, so that Django leaves the other table",
    ),
    ("alter_model_table__case_only", "SQLite does not tell the two names apart, so that Django renames nothing"),
    ("delete_model__target_of_fk_not_removed", "what is left refers to a model that is gone"),
    ("remove_field__source_of_generated", "Django up to 5.2 drops with CASCADE, which takes the generated column"),
    ("remove_field__in_unique_constraint_not_dropped_first", "the state keeps a constraint on a field that is gone"),
    ("remove_field__in_unique_together_not_dropped_first", "the state keeps a constraint on a field that is gone"),
    ("alter_field__generated_other_type", "MariaDB's MODIFY says NOT NULL, and nothing of the expression"),
    ("alter_field__uuid_pk_to_char_pk", "Django makes no index for LIKE where a key becomes a text"),
    ("options__managed_on", "Django neither makes nor drops a table when `managed` changes"),
    ("options__own_managed_off", "Django neither makes nor drops a table when `managed` changes"),
    ("remove_field__in_index_not_dropped_first", "the state keeps an index on a field that is gone"),
    ("rename_field__in_index", "the state keeps the old name in the index"),
    ("rename_field__in_unique_constraint", "the state keeps the old name in the constraint"),
    ("rare_alter__fk_target_of_other_key", "Django makes no index anew where a key becomes a text"),
    ("rare_apart__through_then_field_added", "the table belongs to a model and to a relation that is gone"),
    ("rare_composite__added_to_model", "Django makes no composite key for a table that is there"),
    ("rare_multi__unmanaged_then_field_then_managed", "Django neither makes nor drops a table when `managed` changes"),
    ("rare_options__managed_off_then_delete", "Django neither makes nor drops a table when `managed` changes"),
    ("rare_remove__in_include", "the state keeps an index on a field that is gone"),
];

#[test]
fn statements_make_the_schema_of_the_state_after_them() {
    let mut differences = String::new();
    let mut compared = 0;
    for case in cases() {
        let history = case.history();
        for migration in &case.migrations {
            let node = history.graph().node("shop", &migration.name).expect("in the graph");
            if parts_from_state(&history, node) {
                continue;
            }
            for measured in case.results.iter().filter(|measured| measured.verdict() != "does not run") {
                compared += 1;
                let found = applied(&history, node, &settings(), measured.target());
                let apart = APART.iter().any(|(name, _)| case.name == *name);
                if !apart && !found.is_empty() {
                    let Target { database, django } = measured.target();
                    let _ = write!(differences, "== {} {} {database} {django}\n{found}", case.name, migration.name);
                }
            }
        }
    }
    println!("{compared} compared");
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn a_copied_table_of_sqlite_is_that_of_the_state() {
    let mut differences = String::new();
    let mut compared = 0;
    for case in cases() {
        let history = case.history();
        let node = history.graph().node("shop", &case.change().name).expect("in the graph");
        if parts_from_state(&history, node) {
            continue;
        }
        let after = history.after(node, Side::State);
        let runs = |measured: &&Measured| measured.verdict() != "does not run";
        let sqlite = case.results.iter().filter(|measured| measured.database.vendor == Vendor::Sqlite);
        for measured in sqlite.filter(runs) {
            let schema = Schema::of(&after, &settings(), measured.target());
            let mut made = Schema::default();
            for text in measured.texts("sql") {
                let changes = sql::statements(text, Vendor::Sqlite).into_iter().flat_map(|found| found.changes);
                for mut change in changes {
                    let copy = change.table.as_deref().and_then(|table| table.strip_prefix("new__")).map(str::to_owned);
                    match (copy, &change.kind) {
                        (Some(table), ChangeKind::CreateTable { .. }) => change.table = Some(table),
                        // The end of a copy.
                        (Some(_), _) | (None, ChangeKind::DropTable { .. }) => continue,
                        _ => {}
                    }
                    made.apply(&change);
                }
            }
            for (name, table) in made.tables.iter().filter(|(name, _)| schema.tables.contains_key(*name)) {
                compared += 1;
                let only_columns = |table: &Table| -> Vec<String> {
                    let mut columns: Vec<String> =
                        table.columns.iter().map(|column| canonical::column(column, true)).collect();
                    columns.extend(table.constraints.iter().map(canonical::constraint));
                    columns.sort();
                    columns
                };
                let (sent, computed) = (only_columns(table), only_columns(&schema.tables[name]));
                if sent != computed {
                    let _ = writeln!(differences, "== {} {}\n  {sent:?}\n  {computed:?}", case.name, measured.django);
                }
            }
        }
    }
    println!("{compared} compared");
    assert!(differences.is_empty(), "{differences}");
}
