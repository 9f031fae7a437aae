//! The statements that Django sent for the measured cases, against those that are computed.

use whimbrel::history::{History, Settings, Side};
use whimbrel::schema::{Schema, Target};

use crate::cases::{Case, Measured, cases};

/// What the measured projects' settings said.
fn settings() -> Settings {
    Settings::default().with_default_auto_field("django.db.models.BigAutoField")
}

fn history(case: &Case) -> History {
    History::new(&case.migrations, settings(), Box::new(|_| None))
}

fn target(measured: &Measured) -> Target {
    Target { database: measured.database, django: measured.django }
}

fn schemas(case: &Case, measured: &Measured) -> [Schema; 2] {
    let history = history(case);
    let node = history.graph().node("shop", &case.change().name).expect("in the graph");
    [history.before(node, Side::Database), history.after(node, Side::Database)]
        .map(|state| Schema::of(&state, &settings(), target(measured)))
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
