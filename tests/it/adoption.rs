//! A team with hundreds of old migrations takes the hook in: `init`, a baseline, and from then on only what is new
//! counts.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::formats::{GITLAB, RDJSON, SARIF, validate, validate_junit};
use crate::hook::repository::{Framework, Repository};
use crate::projects::{package, python_files};

/// A migration of kolibri's `device` app that adds a column to a table of its first days.
fn migration(previous: &str, field: &str, suppression: &str) -> String {
    format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [(\"device\", \"{previous}\")]\n    operations = [\n{suppression}        \
         migrations.AddField(\"devicesettings\", \"colour\", {field}),\n    ]\n"
    )
}

const PATH: &str = "kolibri/core/device/migrations/9000_colour.py";
const UNSAFE: &str = "models.CharField(max_length=9, default=\"red\")";
const SAFE: &str = "models.CharField(max_length=9, null=True)";
const RULE: &str = "compat/not-null-column-without-db-default";

#[test]
fn an_old_project_takes_the_hook_in() {
    let repository = Repository::new(Framework::PreCommit);
    repository.git(&["rm", "--quiet", "-r", "shop"]);
    let folder = package("kolibri");
    let mut files = Vec::new();
    python_files(&folder, Path::new(""), &mut files);
    for file in &files {
        repository.write(file.to_str().unwrap(), &fs::read_to_string(folder.join(file)).unwrap());
    }
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--no-verify", "--message", "Years of work"]);
    let mut names: Vec<&str> = files
        .iter()
        .filter(|file| file.starts_with("kolibri/core/device/migrations"))
        .filter_map(|file| file.file_stem()?.to_str())
        .filter(|name| name.starts_with('0'))
        .collect();
    names.sort_unstable();
    let previous = names.last().unwrap();

    // What is there is found, and left alone from now on.
    let run = repository.whimbrel(&["init"]);
    assert_eq!(run.status, 0, "{}", run.said());
    assert_eq!(repository.whimbrel(&["check", "--all", "--quiet"]).status, 1);
    let run = repository.whimbrel(&["check", "--all", "--write-baseline", "--baseline", "baseline.json"]);
    assert_eq!(run.status, 0, "{}", run.said());
    let run = repository.whimbrel(&["check", "--all", "--baseline", "baseline.json", "--format", "concise"]);
    assert_eq!(run.status, 0, "{}", run.said());
    let config = repository.read("whimbrel.toml");
    repository.write("whimbrel.toml", &format!("baseline = \"baseline.json\"\n{config}"));
    repository.git(&["add", "--all"]);
    let passed = repository.commit("Take the hook in");
    assert_eq!(passed.status, 0, "{}", passed.said());

    // A safe migration passes, an unsafe one does not.
    repository.stage(PATH, &migration(previous, SAFE, ""));
    let passed = repository.commit("Add a colour");
    assert_eq!(passed.status, 0, "{}", passed.said());
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repository.stage(PATH, &migration(previous, UNSAFE, ""));
    let blocked = repository.commit("Add a colour");
    assert!(blocked.status == 1 && blocked.said().contains(RULE), "{}", blocked.said());

    // Programs can read that.
    let formats = ["sarif=out.sarif", "gitlab=out.json", "rdjson=out.rdjson", "junit=out.xml"];
    let formats: Vec<&str> = formats.iter().flat_map(|format| ["--format", format]).collect();
    repository.whimbrel(&[&["check", "--quiet"], formats.as_slice()].concat());
    let sarif: Json = serde_json::from_str(&repository.read("out.sarif")).unwrap();
    validate(SARIF, &sarif).unwrap();
    validate(RDJSON, &serde_json::from_str(&repository.read("out.rdjson")).unwrap()).unwrap();
    validate_junit(&repository.read("out.xml")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&Json::from(RULE), &Json::from("error")), "{result}");
    let gitlab: Json = serde_json::from_str(&repository.read("out.json")).unwrap();
    validate(GITLAB, &gitlab).unwrap();
    assert_eq!(gitlab[0]["check_name"], RULE, "{gitlab}");
    assert_eq!(gitlab[0]["location"]["path"], PATH, "{gitlab}");

    // With a reason it passes, and is counted.
    let reason = format!("        # whimbrel: ignore[{RULE}] nothing inserts settings during a release\n");
    repository.stage(PATH, &migration(previous, UNSAFE, &reason));
    let shown = repository.whimbrel(&["check", "--format", "concise"]);
    assert!(shown.status == 0 && shown.said().contains("1 suppressed"), "{}", shown.said());
    let passed = repository.commit("Add a colour");
    assert_eq!(passed.status, 0, "{}", passed.said());

    // Once the cause is gone, the suppression is reported.
    repository.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    repository.stage(PATH, &migration(previous, SAFE, &reason));
    let shown = repository.whimbrel(&["check", "--format", "concise"]);
    assert!(shown.said().contains("whimbrel/unused"), "{}", shown.said());
}
