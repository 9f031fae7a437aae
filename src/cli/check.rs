//! `whimbrel check`: judges migrations.

use std::io::Read as _;

use crate::check::{Outcome, Request, check};
use crate::cli::Verdict;
use crate::cli::arguments::CheckArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection::{Scope, select};
use crate::config::FailOn;
use crate::language::{Override, RuleSet, did_you_mean};
use crate::report;
use crate::target::{Database, Vendor, Version};

/// What is judged for when nothing says otherwise: the database that most Django projects of a size to care use.
const DEFAULT_VENDOR: Vendor = Vendor::PostgreSql;
/// The version of Django that is assumed when nothing says otherwise: the newest with long-term support.
pub(super) const DEFAULT_DJANGO: Version = Version::new(5, 2);

pub(super) fn run(arguments: &CheckArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let mut rules = project.rules(output)?;
    choose(&mut rules, &arguments.select, &arguments.ignore)?;
    let selection = select(&project, scope(arguments)?, arguments.deployed.as_deref())?;
    let databases = databases(arguments, &project);
    let django =
        arguments.django.or(project.config.django.as_ref().map(|django| django.value)).unwrap_or(DEFAULT_DJANGO);
    if arguments.verbose {
        Output::remark(&detected(arguments, &project, &databases, django, &rules));
    }
    let outcome = check(Request {
        rules: &rules,
        files: &selection.files,
        projects: &selection.projects,
        databases: &databases,
        django,
    });
    let text = report::render(&outcome, arguments.format, &output.options(arguments.quiet));
    Output::write(arguments.output_file.as_deref(), &text)?;
    let fail_on = arguments.fail_on.or(project.config.fail_on).unwrap_or_default();
    Ok(verdict(&outcome, fail_on, arguments.strict))
}

fn scope(arguments: &CheckArguments) -> Result<Scope<'_>, Failure> {
    if let Some(path) = &arguments.stdin_filename {
        let mut content = Vec::new();
        std::io::stdin().lock().read_to_end(&mut content).map_err(|source| Failure::File {
            path: "standard input".to_owned(),
            action: "read",
            source,
        })?;
        return Ok(Scope::Content { path, content });
    }
    Ok(match (arguments.all, arguments.paths.as_slice()) {
        (true, _) => Scope::All,
        (false, []) => Scope::Staged,
        (false, paths) => Scope::Paths { paths, force_exclude: arguments.force_exclude },
    })
}

/// The databases to judge for: those of the command line, else of the configuration, each with a version.
fn databases(arguments: &CheckArguments, project: &Project) -> Vec<Database> {
    let configured = || project.config.databases.iter().map(|database| database.value).collect();
    let mut databases: Vec<Database> =
        if arguments.database.is_empty() { configured() } else { arguments.database.clone() };
    if databases.is_empty() {
        databases.push(Database { vendor: DEFAULT_VENDOR, version: None });
    }
    databases.dedup();
    databases
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
            rule.disabled = Some(Override { what, because: None, place: "the command line".to_owned() });
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
    if failing || (strict && !outcome.undecided.is_empty()) { Verdict::Failed } else { Verdict::Passed }
}

/// What was detected, and from where, for `-v`.
fn detected(
    arguments: &CheckArguments,
    project: &Project,
    databases: &[Database],
    django: Version,
    rules: &RuleSet,
) -> String {
    let config = project.config.path.as_ref().map_or_else(|| "none".to_owned(), |path| project.shown(path));
    let origin = |flag: bool, configured: bool| match (flag, configured) {
        (true, _) => "command line",
        (false, true) => config.as_str(),
        (false, false) => "default",
    };
    let list = databases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let database_origin = origin(!arguments.database.is_empty(), !project.config.databases.is_empty());
    let django_origin = origin(arguments.django.is_some(), project.config.django.is_some());
    let repository = if project.repository.is_some() { project.root.display().to_string() } else { "none".to_owned() };
    let active = rules.rules.iter().filter(|rule| rule.disabled.is_none()).count();
    format!(
        "configuration  {config}\nrepository     {repository}\ndatabases      {list} ({database_origin})\n\
         django         {django} ({django_origin})\nrules          {active} active of {}\n",
        rules.rules.len()
    )
}
