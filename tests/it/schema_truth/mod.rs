//! The statements that Django sent for the measured cases, against those that are computed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use whimbrel::history::Side;
use whimbrel::schema::Schema;
use whimbrel::sql;
use whimbrel::target::Vendor;

mod canonical;
pub(crate) mod django_sql;
mod packages;
mod structure;

use crate::cases::{Case, Measured, cases, sent, settings};

fn schemas(case: &Case, measured: &Measured) -> [Schema; 2] {
    let history = case.history();
    let node = case.node(&history);
    [history.before(node, Side::Database), history.after(node, Side::Database)]
        .map(|state| Schema::of(&state, &settings(), measured.target()))
}

#[test]
fn every_table_of_the_cases_has_columns_of_known_types() {
    // Deletes a model that another still refers to, which SQLite lets pass.
    let dangling = "delete_model__target_of_fk_not_removed";
    for case in cases().iter().filter(|case| case.name != dangling) {
        for measured in &case.results {
            for schema in schemas(case, measured) {
                for (name, table) in &schema.tables {
                    assert!(!table.columns.is_empty(), "{}: {name}", case.name);
                    for column in &table.columns {
                        assert!(column.column_type.is_ok(), "{}: {name}: {column:?}", case.name);
                    }
                }
            }
        }
    }
}

fn runs_python(case: &Case) -> bool {
    case.change().operations.iter().any(|operation| operation.kind_name() == Some("RunPython"))
}

/// What was sent and what is computed, where they are not the same.
fn disagreement(truth: &[String], computed: &[String]) -> Option<String> {
    if truth == computed {
        return None;
    }
    let mut lines = String::new();
    for line in truth.iter().filter(|line| !computed.contains(line)) {
        let _ = writeln!(lines, "  sent     {line}");
    }
    for line in computed.iter().filter(|line| !truth.contains(line)) {
        let _ = writeln!(lines, "  computed {line}");
    }
    if lines.is_empty() {
        let _ = writeln!(lines, "  order or number: {truth:#?} {computed:#?}");
    }
    Some(lines)
}

/// Cases in which they can't be, the database, and why.
const DIFFER: &[(&str, Vendor, &str)] = &[
    (
        "alter_constraint__unique_made_conditional",
        Vendor::Sqlite,
        "an index that is made behind a copy of the table counts as part of the copy",
    ),
    // Cases of our own that were written without a look at the rules.
    ("rare_alter__m2m_symmetry", Vendor::Sqlite, "`self` and the name of the model are taken for two"),
    (
        "rare_index__nulls_last",
        Vendor::PostgreSql,
        "an order of NULLs is an expression to Django, and none to PostgreSQL",
    ),
    (
        "rare_multi__db_index_to_meta_index",
        Vendor::Sqlite,
        "an index that is made behind a copy of the table counts as part of the copy",
    ),
    (
        "rare_python__editor_add_index",
        Vendor::PostgreSql,
        "which model a function hands to the schema editor is not followed",
    ),
    (
        "rare_python__editor_add_index",
        Vendor::Sqlite,
        "which model a function hands to the schema editor is not followed",
    ),
    (
        "rare_python__editor_alter_unique",
        Vendor::PostgreSql,
        "which model a function hands to the schema editor is not followed",
    ),
    (
        "rare_python__editor_alter_unique",
        Vendor::Sqlite,
        "which model a function hands to the schema editor is not followed",
    ),
    ("rare_python__raw_cursor_table_name", Vendor::PostgreSql, "the name of the table is put together when it runs"),
    ("rare_python__raw_cursor_table_name", Vendor::MariaDb, "the name of the table is put together when it runs"),
    ("rare_python__raw_cursor_table_name", Vendor::Sqlite, "the name of the table is put together when it runs"),
    ("rare_sql__begin_and_commit", Vendor::PostgreSql, "the lab leaves BEGIN and COMMIT out"),
    ("rare_sql__lite_pragma", Vendor::Sqlite, "the lab takes a PRAGMA for a query"),
    ("rare_sql__with_update", Vendor::PostgreSql, "the lab takes what begins with WITH for a query"),
];

#[test]
fn the_statements_are_those_that_django_sent() {
    let mut agree: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut differences = String::new();
    for case in cases() {
        let history = case.history();
        let node = case.node(&history);
        let before = history.before(node, Side::Database);
        for measured in case.results.iter().filter(|measured| measured.verdict() != "does not run") {
            let vendor = measured.database.vendor;
            let target = measured.target();
            let before = Schema::of(&before, &settings(), target);
            let truth: Vec<_> = measured.texts("sql").iter().flat_map(|text| sql::statements(text, vendor)).collect();
            let mut truth = canonical::sent(&truth, before.clone(), vendor);
            let computed = sent(&history, node, target);
            let mut computed = canonical::computed(&computed, before, vendor);
            if runs_python(&case) {
                // What a function does with models is not the schema's.
                for lines in [&mut truth, &mut computed] {
                    lines.retain(|line| !line.contains(": rows "));
                }
            }
            let count = agree.entry(format!("{} Django {}", measured.database, measured.django)).or_default();
            match disagreement(&truth, &computed) {
                None => count.0 += 1,
                Some(_) if DIFFER.iter().any(|(name, at, _)| case.name == *name && vendor == *at) => {}
                Some(lines) => {
                    count.1 += 1;
                    let _ = write!(differences, "== {} {} {}\n{lines}", case.name, measured.database, measured.django);
                }
            }
        }
    }
    for (target, (agree, differ)) in &agree {
        println!("{target}: {agree} agree, {differ} differ");
    }
    assert!(differences.is_empty(), "{differences}");
}
