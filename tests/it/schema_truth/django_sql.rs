//! Operations of every kind, against the SQL that Django itself sent for them: `tests/truth/django-sql`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde_json::Value as Json;
use whimbrel::history::History;
use whimbrel::migration::{Migration, read_migration};
use whimbrel::schema::{Schema, Target};
use whimbrel::source::SourceFile;
use whimbrel::sql;
use whimbrel::target::{Database, Vendor};

use super::{canonical, disagreement, settings};

/// Where the SQL is not the same, and why: the case, the database, the reason.
const APART: &[(&str, Vendor, &str)] = &[
    ("pk__char_grow_referenced", Vendor::Sqlite, "Django copies the tables that refer in the order of a set"),
    ("unique_together__to_constraint_and_back", Vendor::Sqlite, BEHIND_A_COPY),
    ("add__two_same_migration_then_index", Vendor::Sqlite, BEHIND_A_COPY),
];

const BEHIND_A_COPY: &str = "an index that follows a copy at once can't be told from those that the copy makes anew";

/// The recorded cases, a line each.
pub(crate) fn lines() -> impl Iterator<Item = Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/django-sql/cases.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(std::fs::File::open(path).expect("the recorded SQL"))).lines();
    lines.map(|line| serde_json::from_str(&line.expect("text")).expect("JSON"))
}

/// The migrations of a case; the last is judged.
pub(crate) fn migrations(line: &Json) -> Vec<Arc<Migration>> {
    let mut read: Vec<Arc<Migration>> = Vec::new();
    for (name, text) in line["migrations"].as_object().expect("migrations") {
        let source = SourceFile::new(format!("shop/migrations/{name}.py"), text.as_str().expect("a text"));
        read.push(Arc::new(read_migration(&source, "shop", name).expect("readable").expect("a migration")));
    }
    read.sort_by(|a, b| a.name.cmp(&b.name));
    read
}

/// The versions that sent the same, or the statements.
pub(crate) fn texts(value: &Json) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str)
}

#[test]
fn the_statements_of_every_kind_of_operation_are_those_of_django() {
    let only = std::env::var("WHIMBREL_CASE").ok();
    let settings = settings().with_model("AUTH_USER_MODEL", "auth.User");
    let mut agree: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut used = Vec::new();
    for line in lines() {
        let case = line["case"].as_str().expect("a name");
        if only.as_ref().is_some_and(|only| !case.contains(only.as_str())) {
            continue;
        }
        let migrations = migrations(&line);
        let change = migrations.last().expect("a case has migrations");
        let history = History::new(&migrations, settings.clone());
        let node = history.graph().node("shop", &change.name).expect("in the graph");
        let states = history.states_sent(node, &[]);
        for result in line["results"].as_array().expect("results") {
            let vendor: Database = result["db"].as_str().expect("a database").parse().expect("a database");
            let version = result["db_version"].as_str().expect("a version").parse().expect("numbers");
            let database = Database { version: Some(version), ..vendor };
            let vendor = database.vendor;
            for django in texts(&result["django"]) {
                let target = Target { database, django: django.parse().expect("numbers") };
                let mut schema = Schema::before(&history, node, target);
                let truth: Vec<_> = texts(&result["sql"]).flat_map(|text| sql::statements(text, vendor)).collect();
                let truth = canonical::sent(&truth, schema.clone(), vendor);
                let before = schema.clone();
                let computed = schema.send(change, &states, history.settings(), target);
                let computed = canonical::computed(&computed, before, vendor);
                let count = agree.entry(format!("{} Django {}", database.vendor, django)).or_default();
                match disagreement(&truth, &computed) {
                    None => count.0 += 1,
                    Some(_) if APART.iter().any(|(own, on, _)| *own == case && *on == vendor) => {
                        used.push((case.to_owned(), vendor));
                        count.1 += 1;
                    }
                    Some(lines) => {
                        count.1 += 1;
                        differences.entry(format!("{case}\n{lines}")).or_default().push(format!("{vendor}/{django}"));
                    }
                }
            }
        }
    }
    for (target, (agree, differ)) in &agree {
        println!("{target}: {agree} agree, {differ} differ");
    }
    let mut told = String::new();
    for (lines, targets) in &differences {
        let _ = writeln!(told, "== [{}] {lines}", targets.join(" "));
    }
    assert!(told.is_empty(), "{told}");
    let unused: Vec<_> = APART
        .iter()
        .filter(|(case, vendor, _)| only.is_none() && !used.contains(&((*case).to_owned(), *vendor)))
        .collect();
    assert!(unused.is_empty(), "they agree by now: {unused:?}");
}
