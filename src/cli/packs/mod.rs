//! `whimbrel packs`: the rule packs of this project. Its commands are the only ones that may fetch.

mod changes;
mod python;
mod resolve;
mod store;

use std::fs;
use std::path::PathBuf;

use crate::cli::Verdict;
use crate::cli::arguments::{
    ListFormat, PacksCommand, PacksDiffArguments, PacksListArguments, PacksLockArguments, PacksUpdateArguments,
};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::config::PackLocation;
use crate::diagnostic::Diagnostic;
use crate::language::{PackSource, RuleSet};
use crate::rules;
use crate::rules::packs::{LOCK_FILE, Lock, Locked, LockedSource, Manifest};

use resolve::{Mode, Resolved, Wanted, all, lock, lock_path, resolve};

pub(super) fn run(command: &PacksCommand, output: &Output) -> Result<Verdict, Failure> {
    match command {
        PacksCommand::Lock(arguments) => run_lock(arguments),
        PacksCommand::Update(arguments) => run_update(arguments, output),
        PacksCommand::List(arguments) => run_list(arguments),
        PacksCommand::Diff(arguments) => run_diff(arguments, output),
    }
}

/// The packs that a project uses, as they are locked. Nothing is fetched.
pub(super) struct Packs(Vec<Resolved>);

impl Packs {
    /// The packs of the configuration.
    pub(super) fn of(project: &Project) -> Result<Self, Failure> {
        Ok(Self(all(resolve(project, Wanted::by_project(project), Mode::Offline)?)?))
    }

    /// The packs of the configuration, and those that packs in folders of the project build on.
    pub(super) fn with(project: &Project, packs: &[(Manifest, PathBuf)]) -> Result<Self, Failure> {
        let mut wanted = Wanted::by_project(project);
        wanted.extend(packs.iter().flat_map(|(manifest, folder)| Wanted::by_pack(manifest, Some(folder))));
        Ok(Self(all(resolve(project, wanted, Mode::Offline)?)?))
    }

    /// Their rule files.
    pub(super) fn sources(&self) -> Vec<PackSource> {
        self.0.iter().flat_map(|resolved| resolved.pack.sources()).collect()
    }

    /// What keeps the packs from being loaded together with these files: a name that something else has.
    pub(super) fn name_conflicts(&self, files: &[PackSource]) -> Vec<Diagnostic> {
        let conflicts = self.0.iter().filter_map(|Resolved { pack, wanted, .. }| {
            let name = &pack.manifest.name.value;
            let other = files.iter().find(|file| file.pack == *name)?;
            let message = format!("two packs are called `{name}`");
            let help =
                format!("the other one is the rule file {}; rename it, or do without the pack", other.source.path());
            let span = wanted.entry.name.span;
            Some(Diagnostic::error(&wanted.source, "pack::conflict", message, span, "the second").with_help(help))
        });
        conflicts.collect()
    }

    /// The settings that packs need and nobody gave a value.
    pub(super) fn missing_settings(&self, rules: &RuleSet) -> Vec<Diagnostic> {
        let mut missing = Vec::new();
        for Resolved { pack, wanted, .. } in &self.0 {
            let manifest = &pack.manifest;
            for needed in &manifest.settings {
                let id = format!("{}/{}", manifest.name.value, needed.value);
                match rules.settings.iter().find(|setting| setting.id == id) {
                    None => {
                        let message = format!("no rule file of the pack declares the setting `{}`", needed.value);
                        missing.push(
                            Diagnostic::error(&manifest.source, "pack::setting", message, needed.span, "not declared")
                                .with_help("declare it with `setting`, or remove it here"),
                        );
                    }
                    Some(setting) if setting.set_by.is_none() => {
                        let message =
                            format!("the pack `{}` needs the setting `{}`", manifest.name.value, needed.value);
                        let what = setting.description.as_ref().map_or_else(String::new, |text| format!(" ({text})"));
                        let help = format!("add it to the configuration: `[settings]`, `\"{id}\" = …`{what}");
                        let span = wanted.entry.name.span;
                        missing.push(
                            Diagnostic::error(&wanted.source, "pack::setting", message, span, "needs a setting")
                                .with_help(help),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
        missing
    }
}

fn run_lock(arguments: &PacksLockArguments) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let before = lock(&project)?;
    if arguments.check {
        let answers = resolve(&project, Wanted::by_project(&project), Mode::Offline)?;
        let packs = all(answers)?;
        let changed = locked_of(&packs) != before;
        let text = if changed { format!("{LOCK_FILE} names packs that nothing asks for\n") } else { String::new() };
        Output::print(&text)?;
        return Ok(if changed { Verdict::Failed } else { Verdict::Passed });
    }
    let packs = all(resolve(&project, Wanted::by_project(&project), Mode::Lock)?)?;
    let after = locked_of(&packs);
    write(&project, &before, &after)?;
    Output::print(&told(&before, &after))?;
    Ok(Verdict::Passed)
}

fn run_update(arguments: &PacksUpdateArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    known(&project, &arguments.packs)?;
    let before = lock(&project)?;
    let old = before_update(&project)?;
    let packs = all(resolve(&project, Wanted::by_project(&project), Mode::Update(&arguments.packs))?)?;
    let after = locked_of(&packs);
    // What does not load must not be pinned.
    let new = Packs(packs);
    let rules = project.rules_with(&new, output)?;
    write(&project, &before, &after)?;
    let mut text = told(&before, &after);
    if let Some(old) = old.and_then(|old| project.rules_with(&old, output).ok()) {
        text.push_str(&changes::rules(&old, &rules));
    }
    Output::print(&text)?;
    Ok(Verdict::Passed)
}

fn run_diff(arguments: &PacksDiffArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    known(&project, &arguments.packs)?;
    let before = lock(&project)?;
    let old = match before_update(&project)? {
        Some(old) => project.rules_with(&old, output)?,
        // Nothing is locked yet: everything that the packs say is new.
        None => rules::load(&rules::built_in()).0,
    };
    let packs = all(resolve(&project, Wanted::by_project(&project), Mode::Update(&arguments.packs))?)?;
    let after = locked_of(&packs);
    let new = project.rules_with(&Packs(packs), output)?;
    let mut text = told(&before, &after);
    text.push_str(&changes::rules(&old, &new));
    let (findings, differs) = changes::findings(&project, &old, &new)?;
    text.push_str(&findings);
    Output::print(&text)?;
    Ok(if differs { Verdict::Failed } else { Verdict::Passed })
}

/// The packs as they are locked; `None` when they are not all here.
fn before_update(project: &Project) -> Result<Option<Packs>, Failure> {
    let answers = resolve(project, Wanted::by_project(project), Mode::Offline)?;
    Ok(all(answers).ok().map(Packs))
}

/// Makes sure that the configuration, or a pack of it, asks for packs of these names.
fn known(project: &Project, names: &[String]) -> Result<(), Failure> {
    let lock = lock(project)?;
    let all: Vec<&str> = project
        .config
        .packs
        .iter()
        .map(|entry| entry.name.value.as_str())
        .chain(lock.packs.iter().map(|pack| pack.name.as_str()))
        .collect();
    for name in names {
        if !all.contains(&name.as_str()) {
            let near = crate::language::did_you_mean(name, all.iter().copied());
            return Err(Failure::Usage {
                message: format!("no pack is called `{name}`"),
                help: near.map_or_else(
                    || "`whimbrel packs list` lists the packs of this project".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            });
        }
    }
    Ok(())
}

fn locked_of(packs: &[Resolved]) -> Lock {
    let mut packs: Vec<Locked> = packs.iter().filter_map(|resolved| resolved.locked.clone()).collect();
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    Lock { packs }
}

fn write(project: &Project, before: &Lock, after: &Lock) -> Result<(), Failure> {
    let path = lock_path(project);
    if before == after && (path.exists() || after.packs.is_empty()) {
        return Ok(());
    }
    fs::write(&path, after.text()).map_err(|source| Failure::File {
        path: project.shown(&path),
        action: "written",
        source,
    })
}

/// What changed in the lock file, a line for each pack.
fn told(before: &Lock, after: &Lock) -> String {
    let mut lines = Vec::new();
    for new in &after.packs {
        match before.pack(&new.name) {
            Some(old) if old == new => lines.push(format!("  {} {} ({})\n", new.name, new.version, revision(new))),
            Some(old) => lines.push(format!(
                "~ {} {} ({}) → {} ({})\n",
                new.name,
                old.version,
                revision(old),
                new.version,
                revision(new)
            )),
            None => lines.push(format!("+ {} {} ({})\n", new.name, new.version, revision(new))),
        }
    }
    let gone = before.packs.iter().filter(|old| after.pack(&old.name).is_none());
    lines.extend(gone.map(|old| format!("- {} {}\n", old.name, old.version)));
    if lines.is_empty() {
        lines.push("no pack needs to be locked\n".to_owned());
    }
    lines.concat()
}

/// The commit of a pack, or the start of its hash.
fn revision(locked: &Locked) -> String {
    match &locked.source {
        LockedSource::Git { commit, .. } => commit.chars().take(10).collect(),
        LockedSource::Python(_) => locked.hash.chars().take(17).collect(),
    }
}

fn run_list(arguments: &PacksListArguments) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let lock = lock(&project)?;
    let mut rows: Vec<Row> = Vec::new();
    for (wanted, answer) in resolve(&project, Wanted::by_project(&project), Mode::Offline)? {
        let name = wanted.entry.name.value.clone();
        let locked = lock.pack(&name);
        rows.push(match answer {
            Ok(resolved) => Row {
                version: resolved.pack.manifest.version.clone(),
                rule_files: Some(resolved.pack.files.len()),
                state: if matches!(resolved.location, PackLocation::Path(_)) { "folder" } else { "locked" }.to_owned(),
                source: resolved.location.to_string(),
                hash: Some(resolved.pack.hash),
                name,
            },
            Err(wrong) => Row {
                version: locked.map_or_else(|| "?".to_owned(), |locked| locked.version.clone()),
                rule_files: None,
                state: wrong.first().map_or("broken", |wrong| wrong.code.trim_start_matches("pack::")).to_owned(),
                source: wanted.entry.location.to_string(),
                hash: locked.map(|locked| locked.hash.clone()),
                name,
            },
        });
    }
    Output::print(&match arguments.format {
        ListFormat::Table => table(&rows),
        ListFormat::Json => json(&rows),
    })?;
    Ok(Verdict::Passed)
}

struct Row {
    name: String,
    version: String,
    source: String,
    state: String,
    rule_files: Option<usize>,
    hash: Option<String>,
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "the configuration names no packs\n".to_owned();
    }
    let cells: Vec<[&str; 4]> = std::iter::once(["PACK", "VERSION", "STATE", "SOURCE"])
        .chain(rows.iter().map(|row| [&*row.name, &*row.version, &*row.state, &*row.source]))
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (name, version, state) = (width(0), width(1), width(2));
    let lines: Vec<String> = cells
        .iter()
        .map(|row| format!("{:name$}  {:version$}  {:state$}  {}\n", row[0], row[1], row[2], row[3]))
        .collect();
    lines.concat()
}

fn json(rows: &[Row]) -> String {
    let packs: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "name": row.name, "version": row.version, "source": row.source, "state": row.state,
                "rule_files": row.rule_files, "hash": row.hash,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::json!({ "version": 1, "packs": packs }))
}
