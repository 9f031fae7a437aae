//! What other tools of the field test, and what is said of it here: `tests/field/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;
use whimbrel::check::{Checked, Content, Project, Request, Tables, check};
use whimbrel::diagnostic::Severity;
use whimbrel::history::Settings;
use whimbrel::language::RuleSet;
use whimbrel::migration::{Migration, NoModules, read_migration};
use whimbrel::rules;
use whimbrel::source::SourceFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// The keys of `tests/field/README.md`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    theirs: String,
    #[serde(default)]
    truth: String,
    django: Option<String>,
    #[serde(default = "yes")]
    atomic: bool,
    #[serde(default = "yes")]
    deployed_atomic: bool,
    #[serde(default)]
    functions: String,
    #[serde(default)]
    given: String,
    #[serde(default)]
    deployed: Vec<String>,
    sql: Option<String>,
    #[serde(default)]
    change: String,
    says: BTreeMap<String, Vec<String>>,
}

fn yes() -> bool {
    true
}

/// The files of cases, with their names.
fn files() -> Vec<(String, File)> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let file = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{error}"));
        (path.display().to_string(), file)
    };
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).map(read).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field")
}

fn migration(
    name: &str,
    after: Option<&Arc<Migration>>,
    atomic: bool,
    operations: &str,
    functions: &str,
) -> Arc<Migration> {
    let imports = fs::read_to_string(folder().join("imports.txt")).unwrap();
    let dependencies = after.map(|after| format!("(\"shop\", \"{}\")", after.name)).unwrap_or_default();
    let atomic = if atomic { "" } else { "    atomic = False\n" };
    let text = format!(
        "{imports}\n{functions}\n\nclass Migration(migrations.Migration):\n{atomic}    dependencies = [{dependencies}]\n    operations = [\n{operations}\n    ]\n"
    );
    let source = SourceFile::new(format!("shop/migrations/{name}.py"), text);
    Arc::new(read_migration(&source, "shop", name).expect("it is Python").expect("it is a migration"))
}

impl Case {
    /// The migrations that are deployed, and the one that is judged.
    fn migrations(&self, models: &str) -> (Vec<Arc<Migration>>, Arc<Migration>) {
        let mut deployed = vec![migration("0001_initial", None, true, &format!("{models}{}", self.given), "")];
        for (number, operations) in self.deployed.iter().enumerate() {
            let name = format!("{:04}_deployed", number + 2);
            deployed.push(migration(&name, deployed.last(), self.deployed_atomic, operations, ""));
        }
        let change = match &self.sql {
            Some(sql) => format!("migrations.RunSQL(r'''{}''', 'SELECT 1')", sql.trim()),
            None => self.change.clone(),
        };
        let change = migration("0100_change", deployed.last(), self.atomic, &change, &self.functions);
        (deployed, change)
    }

    /// What the built-in rules say of it on a database: errors, warnings, and that something can't be decided.
    fn said(&self, rules: &RuleSet, models: &str, database: &str) -> Vec<String> {
        let (deployed, change) = self.migrations(models);
        let mut present = deployed.clone();
        present.push(Arc::clone(&change));
        let outcome = check(Request {
            rules,
            files: &[Checked { content: Content::Migration(change), project: 0, assumptions: Vec::new() }],
            projects: &[Project { present, deployed: Some(deployed) }],
            databases: &[database.parse().unwrap()],
            django: self.django.as_deref().unwrap_or("5.2").parse().unwrap(),
            tables: &Tables::default(),
            settings: &Settings::default(),
            modules: &NoModules,
        });
        let told = outcome.findings.iter().filter_map(|finding| match finding.severity {
            Severity::Error => Some(format!("error {}", finding.rule)),
            Severity::Warning => Some(format!("warning {}", finding.rule)),
            Severity::Info => None,
        });
        let mut said: Vec<String> = told.collect();
        said.sort();
        said.dedup();
        if !outcome.undecided.is_empty() {
            said.push("undecided".to_owned());
        }
        said
    }
}

#[test]
fn what_other_tools_test_is_judged_by_what_the_database_does() {
    let (rules, diagnostics) = rules::load(&rules::built_in());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let models = fs::read_to_string(folder().join("models.txt")).unwrap();
    let cases: Vec<Case> = files().into_iter().flat_map(|(_, file)| file.case).collect();
    assert!(cases.len() >= 300, "{} cases", cases.len());
    let mut wrong: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|case| case.says.iter().map(move |(database, says)| (case, database, says)))
        .filter_map(|(case, database, says)| {
            let said = case.said(&rules, &models, database);
            let Case { name, theirs, truth, .. } = case;
            (said != *says)
                .then(|| format!("{name} on {database}: {said:?} instead of {says:?} (theirs: {theirs}; {truth})"))
        })
        .collect();
    wrong.sort();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_names_of_the_cases_are_unique() {
    for (path, file) in files() {
        let mut names: Vec<&str> = file.case.iter().map(|case| case.name.as_str()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{path}");
    }
}
