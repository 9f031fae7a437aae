//! The measured cases under `tests/truth/cases`.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde_json::Value as Json;
use whimbrel::history::{History, NodeId, Settings};
use whimbrel::migration::{Migration, read_migration};
use whimbrel::schema::{Schema, Statement, Target};
use whimbrel::source::SourceFile;
use whimbrel::target::{Database, Vendor, Version};

/// A case: migrations of the app `shop`, and what each database made of the last of them.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Whether it is one of our own, which `.ci/lab` has measured.
    pub(crate) own: bool,
    /// Those that are deployed, then the one that is judged.
    pub(crate) migrations: Vec<Arc<Migration>>,
    pub(crate) results: Vec<Measured>,
}

/// What was measured for one database and version of Django.
pub(crate) struct Measured {
    pub(crate) database: Database,
    pub(crate) django: Version,
    /// The whole record; `tests/truth/README.md` tells its keys.
    pub(crate) record: Json,
}

impl Case {
    /// The migration that is judged.
    pub(crate) fn change(&self) -> &Arc<Migration> {
        self.migrations.last().expect("a case has migrations")
    }

    /// Its migrations, replayed.
    pub(crate) fn history(&self) -> History {
        History::new(&self.migrations, settings())
    }

    /// The migration that is judged, in a history of the case.
    pub(crate) fn node(&self, history: &History) -> NodeId {
        history.graph().node("shop", &self.change().name).expect("in the graph")
    }
}

/// What the measured projects' settings said.
pub(crate) fn settings() -> Settings {
    Settings::default().with_default_auto_field("django.db.models.BigAutoField")
}

/// The statements of a migration, sent to a database of which only the models are known.
pub(crate) fn sent(history: &History, node: NodeId, target: Target) -> Vec<Statement> {
    let states = history.states_sent(node, &[]);
    Schema::default().send(history.graph().migration(node), &states, history.settings(), target)
}

impl Measured {
    /// What the schema was for.
    pub(crate) fn target(&self) -> Target {
        Target { database: self.database, django: self.django }
    }

    /// The texts of a list of the record, or of its `verdicts`; empty where it has none.
    pub(crate) fn texts(&self, key: &str) -> Vec<&str> {
        let value = self.record.get(key).or_else(|| self.record["verdicts"].get(key));
        value.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// `compatible`, `breaks`, `silent` or `does not run`.
    pub(crate) fn verdict(&self) -> &str {
        self.record["verdicts"]["verdict"].as_str().unwrap_or_default()
    }
}

/// All cases, by name.
pub(crate) fn cases() -> Vec<Case> {
    let mut results: HashMap<String, Vec<Measured>> = HashMap::new();
    for record in lines("results.jsonl.gz").chain(lines("own-results.jsonl.gz")) {
        let case = record["case"].as_str().expect("a name").to_owned();
        let vendor = match record["db"].as_str() {
            Some("postgresql" | "postgresql18") => Vendor::PostgreSql,
            Some("mariadb") => Vendor::MariaDb,
            _ => Vendor::Sqlite,
        };
        let version = |key: &str| {
            let text = record[key].as_str().expect("a version");
            text.split(['-', ' ']).next().and_then(|text| text.parse::<Version>().ok()).expect("numbers")
        };
        let database = Database { vendor, version: Some(version("db_version")) };
        let django = version("django");
        results.entry(case).or_default().push(Measured { database, django, record });
    }
    let given = lines("migrations.jsonl.gz").map(|line| (line, false));
    let own = lines("own-migrations.jsonl.gz").map(|line| (line, true));
    given.chain(own).map(|(line, own)| case(&line, own, &mut results)).collect()
}

fn case(line: &Json, own: bool, results: &mut HashMap<String, Vec<Measured>>) -> Case {
    let name = line["case"].as_str().expect("a name").to_owned();
    let change = line["change"].as_str().expect("a name");
    let mut migrations: Vec<Arc<Migration>> = Vec::new();
    for (migration, text) in line["migrations"].as_object().expect("migrations") {
        let source = SourceFile::new(format!("shop/migrations/{migration}.py"), text.as_str().expect("a text"));
        let read = read_migration(&source, "shop", migration).expect("readable").expect("a migration");
        migrations.push(Arc::new(read));
    }
    migrations.sort_by(|a, b| (a.name == change, &a.name).cmp(&(b.name == change, &b.name)));
    let results = results.remove(&name).unwrap_or_default();
    Case { name, own, migrations, results }
}

fn lines(file: &str) -> impl Iterator<Item = Json> + use<> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/cases").join(file);
    let file = std::fs::File::open(path).expect("the measured cases");
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.expect("text")).expect("JSON"))
}

#[test]
fn every_case_was_measured_and_its_last_migration_is_the_judged_one() {
    let cases = cases();
    assert_eq!(cases.len(), 408 + 979);
    for case in &cases {
        assert!(!case.results.is_empty(), "{} was not measured", case.name);
        assert!(case.change().name.ends_with("change"), "{}", case.name);
        for measured in &case.results {
            assert!(["compatible", "breaks", "silent", "does not run"].contains(&measured.verdict()), "{}", case.name);
            assert!(measured.database.version.is_some() && measured.django.major() >= 4);
        }
        let sends = |measured: &Measured| !measured.texts("sql").is_empty();
        assert!(case.results.iter().any(sends) || case.results.iter().all(|m| m.verdict() != "breaks"));
    }
}
