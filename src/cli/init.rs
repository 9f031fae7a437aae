//! `whimbrel init`: a configuration, a first rule file and the hook, from what the project says of itself.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::Verdict;
use crate::cli::arguments::InitArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;

const CONFIGURATION: &str = "whimbrel.toml";
const RULES: &str = "team.rules";
const HOOKS: &str = ".pre-commit-config.yaml";

/// The first rules of a team: mild ones, that show how a rule is written.
const STARTER: &str = include_str!("team.rules");

pub(super) fn run(arguments: &InitArguments) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let mut said = String::new();
    let has_configuration = project.config.path.is_some();
    if let Some(path) = &project.config.path {
        let _ = writeln!(said, "`{}` is there already, and stays as it is", project.shown(path));
    } else {
        create(&project.root.join(CONFIGURATION), &configuration(&project), &mut said)?;
        create(&project.root.join(RULES), STARTER, &mut said)?;
    }
    hooks(&project.root.join(HOOKS), &mut said)?;
    let next = if has_configuration {
        ""
    } else {
        "\n  whimbrel check -v                     judge what is staged, and say what was detected"
    };
    let _ = write!(
        said,
        "\nNext:{next}\n  whimbrel check --all --statistics     count what the rules say of the migrations that are there\n  \
         whimbrel check --all --write-baseline leave what is there alone, and judge what comes\n  \
         whimbrel rules                        see the rules, and `whimbrel explain RULE` why they are there\n"
    );
    Output::print(&said)?;
    Ok(Verdict::Passed)
}

/// Writes a file that does not exist yet.
fn create(path: &Path, text: &str, said: &mut String) -> Result<(), Failure> {
    let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let failed = |source| Failure::File { path: shown.clone(), action: "written", source };
    match fs::File::create_new(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(failed)?;
            let _ = writeln!(said, "wrote `{shown}`");
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let _ = writeln!(said, "`{shown}` is there already, and stays as it is");
            Ok(())
        }
        Err(source) => Err(failed(source)),
    }
}

/// The configuration, with what was found and what may be said beside it.
fn configuration(project: &Project) -> String {
    let detected = project.detected();
    let databases: Vec<String> = project.databases(&[]).iter().map(|database| format!("\"{database}\"")).collect();
    // What nothing says is not set, only shown.
    let line = |setting: String, origin: Option<&str>| match origin {
        Some(file) => format!("{setting}  # from {file}"),
        None => format!("# {setting}"),
    };
    let databases = line(
        format!("databases = [{}]", databases.join(", ")),
        detected.databases.as_ref().map(|found| found.origin.as_str()),
    );
    let django = line(
        format!("django = \"{}\"", project.django(None)),
        detected.django.as_ref().map(|found| found.origin.as_str()),
    );
    let mut apps = String::new();
    for app in &detected.apps {
        let (folder, label) = &app.value;
        let _ = writeln!(apps, "# {:?} = {label:?}  # from {}", folder.to_string_lossy(), app.origin);
    }
    format!(
        "# Configuration of whimbrel. Every key may be left out.\n\
         \n\
         # What migrations are judged for. A version makes verdicts sharper: \"postgresql@16\".\n\
         {databases}\n\
         {django}\n\
         \n\
         # The code that may still be running while migrations run: a tag, a branch, or where this branch left another one.\n\
         # Without it: the last commit.\n\
         # deployed = \"merge-base:origin/main\"\n\
         \n\
         # Findings of the past, written by `whimbrel check --all --write-baseline`.\n\
         # baseline = \"whimbrel-baseline.toml\"\n\
         \n\
         # fail-on = \"error\"         # or \"warning\", \"info\", \"never\"\n\
         # require-reason = true     # a suppression must say why\n\
         # exclude = [\"legacy\"]      # a folder stands for all that lies below it\n\
         \n\
         [rules]\n\
         files = [\"{RULES}\"]\n\
         # \"data/sql-irreversible\" = \"warning\"  # another level: \"error\", \"warning\", \"info\", \"off\"\n\
         \n\
         # What the rules may ask of a table: `model.rows`, `model.hot`, `model.owner`.\n\
         # [tables.shop_order]\n\
         # rows = 40_000_000\n\
         # hot = true\n\
         # owner = \"checkout\"\n\
         \n\
         # The label of the app in a folder, where it can't be found out.\n\
         # [apps]\n\
         # \"src/shop_core\" = \"shop\"\n{apps}",
    )
}

/// Adds the hook to the configuration of pre-commit or prek.
fn hooks(path: &Path, said: &mut String) -> Result<(), Failure> {
    let failed = |action, source| Failure::File { path: HOOKS.to_owned(), action, source };
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return create(path, &format!("repos:\n{}", entry("")), said);
        }
        Err(error) => return Err(failed("read", error)),
    };
    if before.contains("whimbrel") {
        let _ = writeln!(said, "`{HOOKS}` knows whimbrel already, and stays as it is");
        return Ok(());
    }
    // New entries can only be added behind `repos`, with the indentation that the others have.
    let top_level = before.lines().rev().find(|line| line.starts_with(|c: char| c.is_alphabetic()));
    let indentation = before.lines().find_map(|line| line.split_once("- repo:").map(|(blanks, _)| blanks));
    match (top_level, indentation) {
        (Some(last), Some(blanks)) if last.trim_end() == "repos:" && blanks.trim().is_empty() => {
            let line_end = if before.ends_with('\n') { "" } else { "\n" };
            let text = format!("{before}{line_end}{}", entry(blanks));
            fs::write(path, text).map_err(|error| failed("written", error))?;
            let _ = writeln!(said, "added the hook to `{HOOKS}`");
        }
        _ => {
            let _ = writeln!(said, "add the hook to the `repos` of `{HOOKS}`:\n\n{}", entry("  "));
        }
    }
    Ok(())
}

/// The entry of the hook: that of the published repository, else one that runs this binary.
fn entry(blanks: &str) -> String {
    let lines = match env!("CARGO_PKG_REPOSITORY") {
        "" => vec![
            "- repo: local".to_owned(),
            "  hooks:".to_owned(),
            "    - id: whimbrel".to_owned(),
            "      name: whimbrel (Django migrations)".to_owned(),
            "      entry: whimbrel check --force-exclude".to_owned(),
            "      language: system".to_owned(),
            "      types: [python]".to_owned(),
            "      files: '(^|/)[^/]*migrations[^/]*/[^/]+\\.py$'".to_owned(),
            "      require_serial: true".to_owned(),
        ],
        repository => vec![
            format!("- repo: {repository}"),
            format!("  rev: v{}", env!("CARGO_PKG_VERSION")),
            "  hooks:".to_owned(),
            "    - id: whimbrel".to_owned(),
            "    - id: whimbrel-rules".to_owned(),
        ],
    };
    let lines: Vec<String> = lines.into_iter().map(|line| format!("{blanks}{line}\n")).collect();
    lines.concat()
}
