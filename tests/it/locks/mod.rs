//! Locks, rewrites, scans and index builds, against what was measured.

mod operations;
mod postgresql_statements;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;
use whimbrel::effects::locks::{Blocks, Effect, LockMode, walk};
use whimbrel::history::{History, Settings, Side};
use whimbrel::migration::Operation;
use whimbrel::schema::{Schema, Statement, Target};
use whimbrel::source::Span;
use whimbrel::sql::{ChangeKind, SchemaChange, run_sql, statements};
use whimbrel::target::Vendor;

use crate::cases::{Case, Measured, cases};

/// What was measured of a run, or is computed for it; tables by the names that they had before.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    locks: BTreeMap<String, String>,
    blocks_reads: BTreeSet<String>,
    blocks_writes: BTreeSet<String>,
    rewritten: BTreeSet<String>,
    scans: BTreeSet<String>,
    index_built: BTreeSet<String>,
    algorithm: Option<String>,
}

/// All changes of a text that is sent at once.
fn statement(text: &str, vendor: Vendor) -> Statement {
    let changes: Vec<SchemaChange> =
        statements(text, vendor).into_iter().flat_map(|statement| statement.changes).collect();
    Statement { changes, operation: 0, span: Span::at(0), deferred: false, sql: Some(text.to_owned()), doubt: None }
}

/// What the walk says of all statements together.
fn computed(
    sent: &[Statement],
    effects: &[Effect],
    schema: &Schema,
    vendor: Vendor,
) -> (Outcome, HashMap<String, String>) {
    let mut outcome = Outcome::default();
    let mut before: HashMap<String, String> = HashMap::new();
    let mut strongest: BTreeMap<String, (Option<LockMode>, Blocks)> = BTreeMap::new();
    let mut algorithm = None;
    for (sent, effect) in sent.iter().zip(effects) {
        let named = |table: &String| before.get(table).unwrap_or(table).clone();
        for lock in &effect.locks {
            let strong = strongest.entry(named(&lock.table)).or_insert((lock.mode, lock.blocks));
            *strong = (*strong).max((lock.mode, lock.blocks));
        }
        outcome.rewritten.extend(effect.rewrites.iter().map(named));
        outcome.index_built.extend(effect.builds_index.iter().map(named));
        outcome.scans.extend(effect.scans.iter().map(named));
        if vendor == Vendor::PostgreSql {
            // What is measured as a scan and an index build is also what a rewrite does, and a build reads the table.
            outcome.index_built.extend(effect.rewrites.iter().map(named));
            outcome.scans.extend(effect.rewrites.iter().map(named));
            if !effect.concurrently {
                outcome.scans.extend(effect.builds_index.iter().map(named));
            }
        }
        algorithm = algorithm.max(effect.algorithm);
        for change in &sent.changes {
            if let (ChangeKind::RenameTable { to }, Some(table)) = (&change.kind, &change.table) {
                let original = before.remove(table).unwrap_or_else(|| table.clone());
                if schema.tables.contains_key(&original) {
                    before.insert(to.clone(), original);
                }
            }
        }
    }
    for (table, (mode, blocks)) in strongest {
        if blocks == Blocks::ReadsAndWrites {
            outcome.blocks_reads.insert(table.clone());
        }
        if blocks >= Blocks::Writes && vendor != Vendor::Sqlite {
            outcome.blocks_writes.insert(table.clone());
        }
        outcome.locks.extend(mode.map(|mode| (table, mode.words().to_owned())));
    }
    // RENAME TABLE takes no ALGORITHM, and is as quick as ALTER TABLE RENAME, which is INSTANT.
    outcome.algorithm = algorithm.map(|algorithm| algorithm.word().to_owned()).filter(|word| word != "INSTANT");
    if matches!(vendor, Vendor::MySql | Vendor::MariaDb) {
        // Not measured there.
        outcome.index_built.clear();
    }
    (outcome, before)
}

/// What was measured, of tables that were there before; `before` has the old names of those that were renamed.
fn measured_outcome(record: &Json, schema: &Schema, before: &HashMap<String, String>) -> Outcome {
    let tables = |key: &str| -> BTreeSet<String> {
        let names = record[key].as_array().into_iter().flatten().filter_map(Json::as_str);
        let names = names.map(|name| before.get(name).map_or(name, String::as_str));
        names.filter(|name| schema.tables.contains_key(*name)).map(str::to_owned).collect()
    };
    let locks = record["locks"].as_object().into_iter().flatten();
    let mut rewritten = tables("rewritten");
    if record["rewrite"] == true && rewritten.is_empty() {
        rewritten = tables("blocks_writes");
    }
    Outcome {
        locks: locks.map(|(table, mode)| (table.clone(), mode.as_str().unwrap_or_default().to_owned())).collect(),
        blocks_reads: tables("blocks_reads"),
        blocks_writes: tables("blocks_writes"),
        rewritten,
        scans: tables("scans"),
        index_built: tables("index_built"),
        algorithm: record["mariadb"]["algorithm"].as_str().filter(|word| *word != "INSTANT").map(str::to_owned),
    }
}

/// The schema before the judged migration, with what the deployed ones have written in SQL.
fn before(case: &Case, measured: &Measured) -> Schema {
    let settings = Settings::default().with_default_auto_field("django.db.models.BigAutoField");
    let history = History::new(&case.migrations, settings.clone(), Box::new(|_| None));
    let node = history.graph().node("shop", &case.change().name).expect("in the graph");
    let target = Target { database: measured.database, django: measured.django };
    let mut schema = Schema::of(&history.before(node, Side::Database), &settings, target);
    let deployed = &case.migrations[..case.migrations.len() - 1];
    let mut operations: Vec<&Operation> = deployed.iter().flat_map(|migration| &migration.operations).collect();
    operations.reverse();
    while let Some(operation) = operations.pop() {
        operations.extend(operation.children.iter().rev());
        for written in operation.sql().iter().flat_map(|sql| run_sql(sql, measured.database.vendor)) {
            for change in &written.statement.changes {
                schema.apply(change);
            }
        }
    }
    schema
}

/// Where the walk can't agree, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // The planner may look up the few referenced rows by their index instead of reading all of the table; whether it does
    // can't be told, and the other table of a foreign key is said to be read.
    ("alter_field__bigint_to_fk_same_column", "postgresql", "the planner's choice"),
    ("alter_field__fk_to_o2o", "postgresql", "the planner's choice"),
    ("alter_field__o2o_to_fk", "postgresql", "the planner's choice"),
    ("postgres__validate_constraint", "postgresql", "`import *` hides what the deployed migration does to the table"),
    (
        "alter_field__collation_ci_mariadb",
        "mariadb",
        "it is the collation that the server has anyway, which is not known",
    ),
    (
        "rename_model__with_m2m",
        "mariadb",
        "measured by the old names alone; `tests/truth/operations.tsv`, RenameModel, has COPY",
    ),
    ("rename_model__with_self_fk", "mariadb", "measured by the old names alone"),
    ("index__state_only_then_sql", "sqlite", "measured by quoted names alone"),
    ("run_sql__create_index", "sqlite", "measured by quoted names alone"),
];

#[test]
fn the_walk_agrees_with_what_was_measured_in_the_cases() {
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for case in cases() {
        for measured in &case.results {
            let record = &measured.record;
            // A migration that fails did only a part.
            if record["migration"]["clean"] != "ok" {
                continue;
            }
            let vendor = measured.database.vendor;
            let schema = before(&case, measured);
            let live = |table: &str| schema.tables.contains_key(table);
            let sent: Vec<Statement> = measured.texts("sql").iter().map(|text| statement(text, vendor)).collect();
            let target = Target { database: measured.database, django: measured.django };
            let effects = walk(&sent, &schema, record["atomic"] == true, target, &live);
            let (computed, names) = computed(&sent, &effects, &schema, vendor);
            let measured_outcome = measured_outcome(record, &schema, &names);
            let count = counts.entry(vendor.word()).or_default();
            if computed == measured_outcome {
                count.0 += 1;
            } else if let Some((name, database, _)) =
                EXCEPTIONS.iter().find(|(name, database, _)| *name == case.name && *database == vendor.word())
            {
                used.insert((*name, *database));
                count.2 += 1;
            } else {
                count.1 += 1;
                let unknown: Vec<&String> = effects.iter().flat_map(|effect| &effect.unknown).collect();
                wrong.push(format!(
                    "{} {} {}\n  sql {:?}\n  unknown {unknown:?}\n  computed {computed:?}\n  measured {measured_outcome:?}",
                    case.name, measured.database, measured.django, measured.texts("sql")
                ));
            }
        }
    }
    for (name, database, _) in EXCEPTIONS {
        assert!(used.contains(&(*name, *database)), "{name} on {database} is no exception any more");
    }
    println!("(agree, differ, explained) {counts:?}");
    assert!(wrong.is_empty(), "{}\n{counts:?}", wrong.join("\n"));
}
