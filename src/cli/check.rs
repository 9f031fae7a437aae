//! `whimbrel check`: judges migrations.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::check::{Checked, Content, Judge, Outcome, check_counting, own};
use crate::cli::Verdict;
use crate::cli::arguments::CheckArguments;
use crate::cli::baseline::BaselineFile;
use crate::cli::detected::Found;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::project::Project;
use crate::cli::reports::Reports;
use crate::cli::selection::idle_patterns;
use crate::cli::subject::Subject;
use crate::config::{Config, FailOn, Level};
use crate::language::{Override, RuleSet, did_you_mean};
use crate::suppress::{Date, FileSuppressions, Scope as Suppressing, suppress};

pub(super) fn run(arguments: &CheckArguments, output: &Output) -> Result<Verdict, Failure> {
    let reports = Reports::of(arguments)?;
    let project = Project::discover(&arguments.configuration)?;
    let mut rules = project.rules(output)?;
    choose(&mut rules, &arguments.select, &arguments.ignore)?;
    let mut subject = Subject::find(&project, &arguments.scope)?;
    let baseline = BaselineFile::find(arguments, &project)?;
    if arguments.scope.all && !arguments.quiet {
        output.warn(&idle_patterns(&project)?);
        Output::remark(&unseen(&project));
    }
    if arguments.verbose {
        Output::remark(&detected(arguments, &project, &subject, &rules));
    }
    if !arguments.quiet {
        subject.remark_nothing()?;
    }
    let suppressions = suppressions(&mut subject.selection.files, &rules, project.config.require_reason);
    let progress = Progress::start(subject.selection.files.len(), !arguments.quiet);
    let mut outcome = check_counting(subject.request(&rules), progress.done());
    drop(progress);
    let judge = Judge::new(&rules, &subject.databases, subject.django);
    let every_rule = arguments.select.is_empty() && arguments.ignore.is_empty();
    let ran = |id: &str| match rules.rules.iter().find(|rule| rule.id == id) {
        Some(rule) => judge.runs(rule),
        None => every_rule,
    };
    let scope = Suppressing { today: today(), ran: &ran, everything: arguments.scope.all };
    let settled = std::mem::take(&mut outcome.settled);
    let suppressions: Vec<_> = suppressions.into_iter().map(|(file, of)| (of, settled[file].clone())).collect();
    suppress(&mut outcome, &suppressions, scope);
    if let Some(baseline) = baseline {
        baseline.apply(&mut outcome, scope)?;
    }
    regrade(&mut outcome, &project.config);
    let fail_on = arguments.fail_on.or(project.config.fail_on).unwrap_or_default();
    reports.write(&outcome, fail_on, output)?;
    Ok(verdict(&outcome, fail_on, arguments.strict))
}

/// Reads what the comments of the files suppress, by the file's place in the list, and hands over what they assume.
fn suppressions(files: &mut [Checked], rules: &RuleSet, require_reason: bool) -> Vec<(usize, FileSuppressions)> {
    let mut found = Vec::new();
    for (index, file) in files.iter_mut().enumerate() {
        if let Content::Migration(migration) = &file.content {
            let suppressions = FileSuppressions::of(migration, rules, require_reason);
            file.assumptions = suppressions.assumptions();
            found.push((index, suppressions));
        }
    }
    found
}

fn today() -> Date {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Date::of_unix_seconds(since_1970.map_or(0, |duration| duration.as_secs()))
}

/// Gives the tool's own findings the levels of the configuration.
fn regrade(outcome: &mut Outcome, config: &Config) {
    let level = |id: &str| {
        let own = own::OWN.iter().any(|own| own.id == id);
        config.overrides.iter().find(|change| own && change.rule.value == id).map(|change| change.level)
    };
    outcome.findings.retain_mut(|finding| match level(&finding.rule) {
        Some(Level::Off) => false,
        Some(Level::Severity(severity)) => {
            finding.severity = severity;
            true
        }
        None => true,
    });
}

/// Leaves only the rules that were asked for.
fn choose(rules: &mut RuleSet, select: &[String], ignore: &[String]) -> Result<(), Failure> {
    for pattern in select.iter().chain(ignore) {
        if !rules.rules.iter().any(|rule| names(pattern, &rule.id)) {
            let near = did_you_mean(pattern, rules.rules.iter().map(|rule| rule.id.as_str()));
            let help = near.map_or_else(
                || "`whimbrel rules` lists the rules; `PACK/*` names all of a pack".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Failure::Usage { message: format!("no loaded rule is called `{pattern}`"), help });
        }
    }
    for rule in &mut rules.rules {
        let selected = select.is_empty() || select.iter().any(|pattern| names(pattern, &rule.id));
        let ignored = ignore.iter().any(|pattern| names(pattern, &rule.id));
        if !selected || ignored {
            let what = "not selected".to_owned();
            rule.disable(Override { what, because: None, place: "the command line".to_owned(), shared: false });
        } else if !select.is_empty() {
            rule.request();
        }
    }
    Ok(())
}

/// Whether a pattern of the command line names a rule.
fn names(pattern: &str, id: &str) -> bool {
    pattern == id
        || pattern
            .strip_suffix("/*")
            .is_some_and(|pack| id.strip_prefix(pack).is_some_and(|rest| rest.starts_with('/')))
}

fn verdict(outcome: &Outcome, fail_on: FailOn, strict: bool) -> Verdict {
    let failing =
        outcome.findings.iter().any(|finding| finding.suppressed.is_none() && fail_on.fails(finding.severity));
    if failing || (strict && outcome.undecided.iter().any(|undecided| undecided.suppressed.is_none())) {
        Verdict::Failed
    } else {
        Verdict::Passed
    }
}

/// Folders of migrations, by the settings, that are not recognised as such: their migrations are never judged.
fn unseen(project: &Project) -> String {
    let remark = |found: &Found<(PathBuf, String)>| {
        let (folder, label) = &found.value;
        let folder = folder.to_string_lossy().replace('\\', "/");
        format!(
            "whimbrel: `{folder}` is not looked into, and {} keeps the migrations of `{label}` there\n  \
             help: give it a name that holds `migrations`, such as `{folder}_migrations`\n",
            found.origin
        )
    };
    project.detected().unseen.iter().map(remark).collect::<Vec<_>>().concat()
}

/// What was detected, and from where, for `-v`.
fn detected(arguments: &CheckArguments, project: &Project, subject: &Subject<'_>, rules: &RuleSet) -> String {
    let config = project.config.path.as_ref().map_or_else(|| "none".to_owned(), |path| project.shown(path));
    let list = subject.databases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = project.detected();
    let origin = |flag: bool, configured: bool, detected: Option<&str>| match (flag, configured, detected) {
        (true, ..) => "command line".to_owned(),
        (false, true, _) => config.clone(),
        (false, false, Some(file)) => file.to_owned(),
        (false, false, None) => "default".to_owned(),
    };
    let database_origin = origin(
        !arguments.scope.database.is_empty(),
        !project.config.databases.is_empty(),
        found.databases.as_ref().map(|found| found.origin.as_str()),
    );
    let django_origin = origin(
        arguments.scope.django.is_some(),
        project.config.django.is_some(),
        found.django.as_ref().map(|found| found.origin.as_str()),
    );
    let repository = if project.repository.is_some() { project.root.display().to_string() } else { "none".to_owned() };
    let active = rules.rules.iter().filter(|rule| rule.disabled.is_none()).count();
    let scope = &arguments.scope;
    let base = subject.base.as_deref();
    let deployed_origin =
        origin(scope.deployed.is_some(), project.config.deployed.is_some(), base.map(|_| "what is compared with"));
    let configured = project.config.deployed.as_ref().map(|revision| revision.value.as_str());
    let deployed = scope.deployed.as_deref().or(configured).or(base).unwrap_or("HEAD");
    let mut rows = vec![
        ("configuration", config.clone()),
        ("repository", repository),
        ("deployed", format!("{deployed} ({deployed_origin})")),
        ("databases", format!("{list} ({database_origin})")),
        ("django", format!("{} ({django_origin})", subject.django)),
    ];
    if let Some(model) = &found.user_model {
        rows.push(("user model", format!("{} ({})", model.value, model.origin)));
    }
    if let Some(field) = &found.auto_field {
        rows.push(("auto field", format!("{} ({})", field.value, field.origin)));
    }
    for app in &found.apps {
        let (folder, label) = &app.value;
        rows.push(("app", format!("{label} in {} ({})", folder.display(), app.origin)));
    }
    rows.push(("rules", format!("{active} active of {}", rules.rules.len())));
    let rows: Vec<String> = rows.into_iter().map(|(name, value)| format!("{name:14} {value}\n")).collect();
    rows.concat()
}
