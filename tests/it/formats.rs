//! The reports for programs, as the programs read them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::repository::Repository;
use crate::support::tool;

pub(crate) const SARIF: &str = include_str!("../schemas/sarif-2.1.0.json");
pub(crate) const GITLAB: &str = include_str!("../schemas/gitlab-code-quality.json");
pub(crate) const RDJSON: &str = include_str!("../schemas/rdjson.json");

const RULES: &str = r#"
rule no-remove "field removed" {
  forbid RemoveField
  severity error
  hazard breaks-old-code
  message "`{field.name}` is removed, 100% sure"
  label field "this one"
  why "Running code still reads it."
  see "https://example.org/why"
  fix "keep it" ```
  leave it, 100%
  ```
}
rule nullable { on AddField require field.null message "`{field.name}` is NOT NULL & <bad>" severity warning }
"#;

const MIGRATION: &str = "from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.RemoveField('order', 'é'),
        migrations.AddField(
            'order',
            'a',
            models.IntegerField(),
        ),
        migrations.AddField('order', 'b', models.IntegerField(null=settings.NULL)),
        migrations.RemoveField('order', 'c'),  # whimbrel: ignore[no-remove] nothing reads it
        migrations.RemoveField('order', 'd'),
    ]
";

const PATH: &str = "my shop/migrations/0002_é.py";

fn project() -> Repository {
    let repository = Repository::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\nbaseline = \"past.toml\"\n[apps]\n\"my shop\" = \"shop\"\n"),
        (
            "past.toml",
            "findings = [{ rule = \"team/no-remove\", app = \"shop\", migration = \"0002_é\", operation = \"RemoveField\", object = \"order.d\" }]",
        ),
        ("team.rules", RULES),
        (PATH, MIGRATION),
    ]);
    repository.git(&["add", "--all"]);
    repository
}

fn report(repository: &Repository, format: &str) -> String {
    let run = repository.run(&["check", "--select", "team/*", "--format", format]);
    assert_eq!((run.status, run.err.as_str()), (1, ""), "{}", run.out);
    run.out
}

fn json(repository: &Repository, format: &str) -> Value {
    serde_json::from_str(&report(repository, format)).unwrap()
}

/// Whether `value` is an instance of the schema, and if not, why.
pub(crate) fn validate(schema: &str, value: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).map_err(|error| error.to_string())?;
    schemas.validate(value, index).map_err(|error| format!("{error:#}"))
}

/// Whether a `JUnit` report has the form that `junit-10.xsd` demands, and if not, why.
pub(crate) fn validate_junit(report: &str) -> Result<(), String> {
    let script = "import sys, xmlschema; xmlschema.XMLSchema(sys.argv[1]).validate(sys.argv[2])";
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit-10.xsd");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("junit.xml");
    std::fs::write(&file, report).unwrap();
    let output = Command::new(tool("python")).args(["-c", script]).arg(schema).arg(file).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn every_report_for_programs_is_an_instance_of_its_schema() {
    // The tests can fail: each schema forbids what is put in.
    let repository = project();
    for (format, schema, place, wrong) in [
        ("sarif", SARIF, "/runs/0/results/0/level", "fatal"),
        ("gitlab", GITLAB, "/0/severity", "error"),
        ("rdjson", RDJSON, "/diagnostics/0/severity", "error"),
    ] {
        let mut report = json(&repository, format);
        validate(schema, &report).unwrap_or_else(|error| panic!("{format}: {error}"));
        *report.pointer_mut(place).unwrap() = Value::from(wrong);
        assert!(validate(schema, &report).is_err(), "{format}");
    }
    let junit = report(&repository, "junit");
    validate_junit(&junit).unwrap();
    assert!(validate_junit(&junit.replace("<testcase ", "<testcase line=\"7\" ")).is_err());
}

#[test]
fn a_report_about_nothing_is_one_as_well() {
    let repository = Repository::with(&[]);
    for (format, schema) in [("sarif", SARIF), ("gitlab", GITLAB), ("rdjson", RDJSON)] {
        let run = repository.run(&["check", "--format", format]);
        validate(schema, &serde_json::from_str(&run.out).unwrap()).unwrap_or_else(|error| panic!("{format}: {error}"));
    }
    validate_junit(&repository.run(&["check", "--format", "junit"]).out).unwrap();
}

#[test]
fn sarif_has_places_fingerprints_and_suppressions() {
    let sarif = json(&project(), "sarif");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    let first = &results[0];
    assert_eq!(first["ruleId"], "team/no-remove");
    assert_eq!(run.pointer(&format!("/tool/driver/rules/{}/id", first["ruleIndex"])).unwrap(), "team/no-remove");
    let location = &first["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "my%20shop/migrations/0002_%C3%A9.py");
    let region = &location["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&Value::from(7), &Value::from(9)));
    assert_eq!((&region["endLine"], &region["endColumn"]), (&Value::from(7), &Value::from(45)));
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "this one");
    assert_eq!(first["suppressions"], Value::Array(Vec::new()));
    let suppressed: Vec<&Value> =
        results.iter().map(|result| &result["suppressions"][0]).filter(|s| !s.is_null()).collect();
    assert_eq!(suppressed.len(), 2);
    assert_eq!(
        (&suppressed[0]["kind"], &suppressed[0]["justification"]),
        (&"inSource".into(), &"nothing reads it".into())
    );
    assert_eq!(suppressed[1]["kind"], "external");
    let fingerprints: std::collections::BTreeSet<String> =
        results.iter().map(|result| result["partialFingerprints"]["whimbrel/v1"].to_string()).collect();
    assert_eq!(fingerprints.len(), 5);
}

#[test]
fn a_fingerprint_survives_moved_lines() {
    let fingerprints = |repository: &Repository| -> Vec<String> {
        let sarif = json(repository, "sarif");
        let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"]["whimbrel/v1"].to_string()).collect()
    };
    let repository = project();
    let before = fingerprints(&repository);
    repository.write(PATH, MIGRATION.replace("    operations", "\n\n\n    operations"));
    repository.git(&["add", "--all"]);
    assert_eq!(fingerprints(&repository), before);
}

#[test]
fn github_gets_one_command_a_line() {
    insta::assert_snapshot!(report(&project(), "github"), @r"
    ::error file=my shop/migrations/0002_é.py,line=7,endLine=7,col=9,endColumn=45,title=team/no-remove::`é` is removed, 100%25 sure%0A%0Akeep it%0Aleave it, 100%25
    ::warning file=my shop/migrations/0002_é.py,line=8,endLine=12,title=team/nullable::`a` is NOT NULL & <bad>
    ::warning file=my shop/migrations/0002_é.py,line=13,endLine=13,col=68,endColumn=81,title=whimbrel/undecided::this can't be decided: `settings.NULL` is not a literal (team/nullable)
    1 error, 1 warning, 1 undecided, 2 suppressed (1 by baseline, 1 by comment) in 1 migration (5 operations)
    ");
}

#[test]
fn gitlab_gets_what_its_documentation_demands() {
    let issues = json(&project(), "gitlab");
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 3);
    let mut fingerprints = std::collections::BTreeSet::new();
    for issue in issues {
        assert!(issue["description"].is_string() && issue["check_name"].is_string(), "{issue}");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        assert_eq!(issue["location"]["path"], PATH);
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 7);
        assert!(fingerprints.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "{issue}");
    }
    assert_eq!((&issues[0]["severity"], &issues[0]["location"]["lines"]["begin"]), (&"critical".into(), &7.into()));
    assert_eq!((&issues[1]["severity"], &issues[1]["location"]["lines"]["end"]), (&"minor".into(), &12.into()));
}

#[test]
fn rdjson_counts_bytes() {
    let report = json(&project(), "rdjson");
    let diagnostics = report["diagnostics"].as_array().unwrap();
    assert_eq!(diagnostics.len(), 3);
    assert_eq!(report["source"]["name"], "whimbrel");
    let first = &diagnostics[0];
    // `é` has two bytes.
    assert_eq!(first["location"]["range"]["end"], serde_json::json!({"line": 7, "column": 46}));
    assert_eq!(first["severity"], "ERROR");
    assert_eq!(first["code"], serde_json::json!({"value": "team/no-remove", "url": "https://example.org/why"}));
}

#[test]
fn junit_fails_what_fails_the_run_and_skips_what_is_suppressed() {
    let repository = project();
    insta::assert_snapshot!(report(&repository, "junit"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="whimbrel" tests="5" failures="1" errors="0">
      <testsuite name="my shop/migrations/0002_é.py" file="my shop/migrations/0002_é.py" tests="5" failures="1" skipped="2" errors="0">
        <testcase name="team/no-remove" classname="my shop/migrations/0002_é.py"><failure type="error" message="`é` is removed, 100% sure">my shop/migrations/0002_é.py:7
    `é` is removed, 100% sure

    keep it
    leave it, 100%</failure></testcase>
        <testcase name="team/nullable" classname="my shop/migrations/0002_é.py"><system-out>warning: my shop/migrations/0002_é.py:8
    `a` is NOT NULL &amp; &lt;bad&gt;</system-out></testcase>
        <testcase name="team/no-remove" classname="my shop/migrations/0002_é.py"><skipped message="suppressed by comment: nothing reads it"/></testcase>
        <testcase name="team/no-remove" classname="my shop/migrations/0002_é.py"><skipped message="suppressed by baseline"/></testcase>
        <testcase name="whimbrel/undecided" classname="my shop/migrations/0002_é.py"><system-out>warning: my shop/migrations/0002_é.py:13
    this can't be decided: `settings.NULL` is not a literal (team/nullable)</system-out></testcase>
      </testsuite>
    </testsuites>
    "#);
    let strict = repository.run(&["check", "--select", "team/*", "--format", "junit", "--fail-on", "warning"]).out;
    assert!(strict.contains("<testsuites name=\"whimbrel\" tests=\"5\" failures=\"3\" errors=\"0\">"), "{strict}");
    let quiet = repository.run(&["check", "--select", "team/*", "--format", "junit", "--fail-on", "never"]).out;
    assert!(quiet.contains("failures=\"0\"") && !quiet.contains("<failure"), "{quiet}");
    repository.write(PATH, MIGRATION.replace("migrations.", "x."));
    let clean = repository.run(&["check", PATH, "--select", "team/*", "--format", "junit"]).out;
    assert!(clean.contains("tests=\"1\" failures=\"0\""), "{clean}");
}

#[test]
fn several_reports_go_to_their_files() {
    let repository = project();
    let run = repository.run(&[
        "check",
        "--select",
        "team/*",
        "--format",
        "concise",
        "--format",
        "sarif=out.sarif",
        "--format",
        "gitlab=gl.json",
    ]);
    assert_eq!(run.status, 1);
    assert_eq!(run.out, report(&repository, "concise"));
    assert_eq!(repository.read("out.sarif"), report(&repository, "sarif"));
    assert_eq!(repository.read("gl.json"), report(&repository, "gitlab"));

    let run = repository.run(&["check", "--select", "team/*", "--format", "json", "--output-file", "out.json"]);
    assert_eq!(run.out, "");
    assert_eq!(
        run.err,
        "whimbrel: 1 error, 1 warning, 1 undecided, 2 suppressed (1 by baseline, 1 by comment) in 1 migration (5 operations)\n"
    );
    assert_eq!(repository.read("out.json"), report(&repository, "json"));
}

#[test]
fn reports_without_a_place_and_unknown_formats_are_refused() {
    let repository = project();
    for (arguments, words) in [
        (&["--format", "json", "--format", "sarif"][..], "give each but one a file of its own"),
        (&["--format", "json=a", "--output-file", "b"], "every report has a file already"),
        (&["--format", "sarif="], "there is no file behind `=`"),
        (&["--format", "sarfi"], "did you mean `sarif`?"),
        (&["--format", "sarif=none/at/all.sarif"], "`none/at/all.sarif` can't be written"),
    ] {
        let run = repository.run(&[&["check"], arguments].concat());
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
}

#[test]
fn statistics_count_by_rule() {
    let repository = project();
    let run = repository.run(&["check", "--select", "team/*", "--statistics"]);
    insta::assert_snapshot!(run.out, @r"
    1  error    team/no-remove      2 suppressed
    1  warning  team/nullable
    1  warning  whimbrel/undecided

    1 error, 1 warning, 1 undecided, 2 suppressed (1 by baseline, 1 by comment) in 1 migration (5 operations)
    ");
    let run = repository.run(&["check", "--select", "team/*", "--statistics", "--format", "json"]);
    assert!(run.out.starts_with('{') && run.err.contains("team/no-remove"), "{}", run.err);
}

#[test]
fn the_exit_status_does_not_depend_on_the_format() {
    let repository = project();
    for format in ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson"] {
        let status = |fail_on: &str| {
            repository.run(&["check", "--select", "team/*", "--format", format, "--fail-on", fail_on]).status
        };
        assert_eq!((status("error"), status("never")), (1, 0), "{format}");
        assert_eq!(repository.run(&["check", "--select", "team/nullable", "--format", format]).status, 0, "{format}");
        let strict = repository.run(&["check", "--select", "team/nullable", "--format", format, "--strict"]);
        assert_eq!(strict.status, 1, "{format}");
    }
}
