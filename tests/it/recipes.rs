//! The recipes of `docs/ci.md` and `action.yml`, run as a CI server runs them: the shell lines are taken from the files.
//! Only what installs the wheel is replaced, by a note of what it was asked for.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::example::shop_files;
use crate::formats::{GITLAB, SARIF, validate};
use crate::repository::{Repository, run_of};
use crate::support::{Run, tool};

const UNSAFE: &str = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
    dependencies = [('shop', '0001_initial')]\n    \
    operations = [migrations.AddField('order', 'status', models.CharField(max_length=9, default='new'))]\n";
const INITIAL: &str = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
    initial = True\n    \
    operations = [migrations.CreateModel('Order', [('id', models.BigAutoField(primary_key=True))])]\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// YAML, as the parser of the pre-commit framework reads it.
fn yaml(text: &str) -> Json {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.argv[1])))";
    let output = Command::new(tool("python")).args(["-c", script, text]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The first block of that language below a heading of `docs/ci.md`.
fn block(heading: &str, language: &str) -> String {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, rest) = section.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// A clone in CI: a branch with an unsafe migration, and `origin/main` where it left.
fn clone() -> Repository {
    let repository =
        Repository::with(&[("shop/migrations/__init__.py", ""), ("shop/migrations/0001_initial.py", INITIAL)]);
    repository.commit();
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write("shop/migrations/0002_status.py", UNSAFE);
    repository.commit();
    // On the way of every command: this binary, and installers that only note their arguments.
    fs::create_dir(repository.file(".git/bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_whimbrel"), repository.file(".git/bin/whimbrel")).unwrap();
    for installer in ["pip", "pipx"] {
        let path = repository.file(".git/bin").join(installer);
        fs::write(&path, "#!/bin/sh\necho \"$0 $*\" | sed 's|.*/||' >> \"$INSTALLED\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    repository
}

/// Runs a script as GitHub and GitLab do: the first command that fails ends it.
fn bash(repository: &Repository, folder: &str, script: &str, variables: &[(&str, &str)]) -> Run {
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", repository.file(".git/bin").display());
    let mut command = repository.command("bash".as_ref(), &repository.file(folder));
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
    command.env("PATH", path).env("INSTALLED", repository.file(".git/installed"));
    run_of(&command.envs(variables.iter().copied()).output().unwrap())
}

/// Runs `action.yml` with these inputs; `base` is the branch that a pull request goes to.
fn action(repository: &Repository, inputs: &[(&str, &str)], base: &str) -> Run {
    let action = yaml(&fs::read_to_string(root().join("action.yml")).unwrap());
    let expressions = |text: &str| {
        let mut text = text.to_owned();
        for (name, input) in action["inputs"].as_object().unwrap() {
            assert!(input["description"].is_string());
            let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
            let value = given.unwrap_or_else(|| input["default"].as_str().unwrap());
            text = text.replace(&format!("${{{{ inputs.{name} }}}}"), value);
        }
        text = text.replace("${{ github.base_ref }}", base);
        assert!(!text.contains("${{"), "an expression that nobody sets: {text}");
        text
    };
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let [step] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!(step["shell"], "bash");
    let variables: Vec<(String, String)> = step["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), expressions(value.as_str().unwrap())))
        .collect();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // What a user gives must reach the script as a value, never as its text.
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "{script}");
    bash(repository, &expressions(step["working-directory"].as_str().unwrap()), script, &variables)
}

#[test]
fn the_action_judges_a_pull_request_and_annotates_it() {
    let repository = clone();
    let run = action(&repository, &[("sarif-file", "out.sarif"), ("version", "0.1.0")], "main");
    assert_eq!(run.status, 1, "{} {}", run.out, run.err);
    assert!(run.out.starts_with("::error file=shop/migrations/0002_status.py,line=6,"), "{}", run.out);
    assert_eq!(repository.read(".git/installed"), "pipx install --quiet whimbrel==0.1.0\n");
    validate(SARIF, &serde_json::from_str(&repository.read("out.sarif")).unwrap()).unwrap();
    assert!(repository.read("out.sarif").contains("compat/not-null-column-without-db-default"));
}

#[test]
fn the_action_judges_everything_on_a_branch_and_takes_arguments() {
    let repository = clone();
    let run = action(&repository, &[], "");
    assert!(run.status == 1 && run.out.contains(" in 2 migrations "), "{} {}", run.out, run.err);
    assert_eq!(repository.read(".git/installed"), "pipx install --quiet whimbrel\n");
    let run = action(&repository, &[("args", "shop --fail-on never --database mysql@8.4")], "main");
    assert!(run.status == 0 && run.out.contains(" in 2 migrations "), "{} {}", run.out, run.err);
    let run = action(&repository, &[("working-directory", "shop"), ("args", "migrations --fail-on never")], "");
    assert!(run.status == 0 && run.out.contains(" in 2 migrations "), "{} {}", run.out, run.err);
    // What looks like shell is an argument.
    let run = action(&repository, &[("args", "--all; touch hacked")], "");
    assert!(run.status == 2 && !repository.file("hacked").exists(), "{} {}", run.out, run.err);
}

#[test]
fn the_action_says_when_the_clone_lacks_the_branch() {
    let repository = clone();
    let run = action(&repository, &[], "develop");
    assert!(run.status == 2 && run.err.contains("git knows no revision `origin/develop`"), "{}", run.err);
}

#[test]
fn the_workflow_for_github_gives_the_action_what_it_knows() {
    let workflow = yaml(&block("GitHub Actions", "yaml"));
    let inputs = yaml(&fs::read_to_string(root().join("action.yml")).unwrap())["inputs"].clone();
    let steps = workflow["jobs"]["migrations"]["steps"].as_array().unwrap();
    let ours = steps.iter().find(|step| step["uses"].as_str().unwrap().contains("/whimbrel@v")).unwrap();
    for (name, value) in ours["with"].as_object().unwrap() {
        assert!(inputs.get(name).is_some(), "`action.yml` has no `{name}`");
        let uploaded = steps.iter().any(|step| step["with"]["sarif_file"] == *value);
        assert!(name != "sarif-file" || uploaded, "nobody uploads {value}");
    }
    assert!(ours["uses"].as_str().unwrap().ends_with(concat!("@v", env!("CARGO_PKG_VERSION"))));
    assert!(steps.iter().any(|step| step["with"]["fetch-depth"] == 0));
}

#[test]
fn the_job_for_gitlab_writes_the_report_that_it_hands_over() {
    let repository = clone();
    let pipeline = yaml(&block("GitLab CI", "yaml"));
    let job = &pipeline["migrations"];
    let lines: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let base = repository.git(&["rev-parse", "origin/main"]);
    let run = bash(&repository, ".", &lines.join("\n"), &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim())]);
    assert_eq!(run.status, 1, "{} {}", run.out, run.err);
    assert!(run.out.contains("1 error in 1 migration (1 operation)"), "{}", run.out);
    assert_eq!(repository.read(".git/installed"), "pip install whimbrel\n");
    let report = job["artifacts"]["reports"]["codequality"].as_str().unwrap();
    let report: Json = serde_json::from_str(&repository.read(report)).unwrap();
    validate(GITLAB, &report).unwrap();
    assert_eq!(report[0]["location"]["path"], "shop/migrations/0002_status.py");
    assert_eq!((&job["artifacts"]["when"], &job["variables"]["GIT_DEPTH"]), (&"always".into(), &0.into()));
}

#[test]
fn the_plan_of_a_branch_is_a_summary() {
    let repository = clone();
    let run = bash(&repository, ".", &block("GitHub Actions", "sh"), &[("GITHUB_STEP_SUMMARY", "summary.md")]);
    assert_eq!(run.status, 0, "{} {}", run.out, run.err);
    let summary = repository.read("summary.md");
    assert!(summary.starts_with("### `shop/migrations/0002_status.py`"), "{summary}");
    assert!(!summary.contains("0001_initial"), "{summary}");
}

#[test]
fn the_line_for_a_shell_works() {
    let repository = clone();
    let run = bash(&repository, ".", &block("A shell", "sh"), &[]);
    assert!(run.status == 1 && run.out.contains("1 error in 1 migration"), "{} {}", run.out, run.err);
}

#[test]
fn hooks_on_pages_are_those_of_this_repository() {
    let known = yaml(&fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap());
    let known: Vec<&str> = known.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(known, ["whimbrel", "whimbrel-rules"]);
    let mut seen = 0;
    for page in ["README.md", "docs/ci.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for block in text.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0) {
            for repository in yaml(block)["repos"].as_array().into_iter().flatten() {
                assert_eq!(repository["rev"], concat!("v", env!("CARGO_PKG_VERSION")), "{page}");
                for hook in repository["hooks"].as_array().unwrap() {
                    assert!(known.contains(&hook["id"].as_str().unwrap()), "{page}: {hook}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn what_makemigrations_writes_is_staged_and_judged_in_one_line() {
    let repository = clone();
    repository.git(&["rm", "--quiet", "-r", "shop"]);
    for (path, text) in shop_files() {
        repository.write(&path, text);
    }
    repository.commit();
    let models = repository.read("orders/models.py");
    let channel = "    channel = models.CharField(max_length=9, default=\"web\")\n    number =";
    repository.write("orders/models.py", models.replace("    number =", channel));
    let line = block("With `makemigrations`", "sh");
    let path = format!("{}:{}", tool("python").parent().unwrap().display(), std::env::var("PATH").unwrap());
    let path = format!("{}:{path}", repository.file(".git/bin").display());
    let run = bash(&repository, ".", &format!("export PATH='{path}'\n{line}"), &[("PYTHONDONTWRITEBYTECODE", "1")]);
    assert_eq!(run.status, 1, "{} {}", run.out, run.err);
    assert!(run.out.contains("`channel` is NOT NULL"), "{}", run.out);
    assert!(run.out.contains("1 error, 1 warning in 1 migration (1 operation)"), "{}", run.out);
}
