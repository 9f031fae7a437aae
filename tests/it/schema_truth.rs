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
    for case in cases() {
        for measured in case.results.iter().filter(|measured| measured.verdict() != "does not run") {
            for schema in schemas(&case, measured) {
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
