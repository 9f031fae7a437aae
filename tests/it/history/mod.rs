//! Replayed states against Django's own.

mod compare;
mod reading;
pub(crate) mod truth;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;
use whimbrel::history::normal::deconstruct;
use whimbrel::history::{History, Known, ModelState, Part, ProjectState, Sourced};
use whimbrel::migration::catalogue::{self, OperationEntry};

use compare::Verdict;
use truth::Truth;

/// Counts of values by verdict, and examples.
#[derive(Default)]
struct Score {
    right: usize,
    unknown: BTreeMap<String, usize>,
    wrong: BTreeMap<String, usize>,
    /// Migrations by the worst verdict on anything before or after them.
    migrations: [usize; 3],
    /// Verdicts on models that were compared already: by address and hash.
    seen: HashMap<(usize, String), Verdict>,
    /// Keeps the addresses from being used again.
    kept: Vec<Arc<ModelState>>,
}

impl Score {
    fn count(&mut self, place: &str, what: &str, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Unknown => *self.unknown.entry(format!("{what} of {place}")).or_default() += 1,
            Verdict::Wrong => *self.wrong.entry(format!("{what} of {place}")).or_default() += 1,
        }
        verdict
    }
}

#[test]
fn replayed_states_are_those_of_django() {
    compare_all("replay", &replay);
}

#[test]
fn operations_are_read_as_django_deconstructs_them() {
    compare_all("reading", &read);
}

/// Compares something of every project with what Django has: nothing may be wrong.
fn compare_all(what: &str, of_project: &dyn Fn(&Truth) -> Score) {
    let only = std::env::var("WHIMBREL_TRUTH").ok();
    let mut wrong = 0;
    let mut total = (0, 0);
    for name in truth::projects() {
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let truth = Truth::read(&name);
        let score = of_project(&truth);
        let unknown: usize = score.unknown.values().sum();
        let wrong_here: usize = score.wrong.values().sum();
        let [right_nodes, unknown_nodes, wrong_nodes] = score.migrations;
        println!(
            "{what:7} {name:16} migrations: {right_nodes:4} right {wrong_nodes:4} wrong {unknown_nodes:4} unknown   values: {:7} right {wrong_here:5} wrong {unknown:5} unknown",
            score.right,
        );
        for (what, count) in &score.wrong {
            println!("    wrong: {what} ({count})");
        }
        if std::env::var_os("WHIMBREL_TRUTH_UNKNOWN").is_some() {
            for (what, count) in &score.unknown {
                println!("    unknown: {what} ({count})");
            }
        }
        wrong += wrong_here;
        total = (total.0 + score.right, total.1 + unknown);
    }
    println!("{what} of all: {} right, {wrong} wrong, {} unknown", total.0, total.1);
    assert_eq!(wrong, 0);
}

/// Compares the operations of all migrations.
fn read(truth: &Truth) -> Score {
    let mut score = Score::default();
    for (node, migration) in truth.migrations_of_nodes() {
        let place = format!("{}.{}", node.app, node.name);
        let Some(migration) = migration else {
            score.migrations[1] += 1;
            score.count(&place, "file", Verdict::Unknown);
            continue;
        };
        let mut worst = Verdict::Right;
        for (what, verdict) in reading::migration(&migration, &node.line, truth) {
            worst = worst.max(score.count(&place, &what, verdict));
        }
        score.migrations[worst as usize] += 1;
    }
    score
}

fn replay(truth: &Truth) -> Score {
    let history = History::new(&truth.migrations(), truth.settings.clone(), Box::new(behaves_like));
    let mut score = Score::default();
    for problem in history.graph().problems() {
        println!("    {}: {}", problem.source.path(), problem.kind);
    }
    let mut last = None;
    for node in &truth.nodes {
        let Some(id) = history.graph().node(&node.app, &node.name) else {
            score.migrations[1] += 1;
            continue;
        };
        if !node.replaced {
            last = Some(node);
        }
        if !node.same_from_ancestors {
            continue;
        }
        let place = format!("{}.{}", node.app, node.name);
        let before = history.state_before(id);
        let after = history.state_after(id);
        let verdict = app(truth, &before, &node.before, &node.app, &format!("before {place}"), &mut score).max(app(
            truth,
            &after,
            &node.after,
            &node.app,
            &format!("after {place}"),
            &mut score,
        ));
        score.migrations[verdict as usize] += 1;
    }
    if let Some(node) = last {
        let state = history.final_state();
        let mut apps: Vec<&str> = node.after.keys().filter_map(|label| Some(label.split_once('.')?.0)).collect();
        apps.sort_unstable();
        apps.dedup();
        for label in apps {
            app(truth, &state, &node.after, label, "the final state", &mut score);
        }
    }
    score
}

/// Operations of these packages that leave the state alone, as a project's rule files would declare.
const STATELESS: [&str; 13] = [
    "django_migrate_sql.operations.CreateSQL",
    "django_migrate_sql.operations.AlterSQL",
    "django_migration_linter.IgnoreMigration",
    "hierarkey.utils.CleanHierarkeyDuplicates",
    "utilities.ltree.InstallLtreeTriggers",
    "utilities.ltree.ReinstallLtreeTriggers",
    "utilities.migration.InstallDenormalizationTrigger",
    "wagtail.models.BootstrapTranslatableModel",
    "wagtail.models.BootstrapTranslationKeyField",
    "wagtail.models.BootstrapLocaleField",
    "arches.app.models.migrations.operations.CreateExtension",
    "procrastinate.contrib.django.migrations_utils.RunProcrastinateSQL",
    "<rel>..migrations_utils.RunProcrastinateSQL",
];

fn behaves_like(path: &str) -> Option<&'static OperationEntry> {
    STATELESS.contains(&path).then(|| catalogue::operation_named("RunPython"))?
}

/// Compares all models of an app.
fn app(
    truth: &Truth,
    state: &ProjectState,
    theirs: &HashMap<String, String>,
    label: &str,
    place: &str,
    score: &mut Score,
) -> Verdict {
    let mut worst = Verdict::Right;
    for (name, hash) in theirs {
        let Some((app, name)) = name.split_once('.').filter(|(app, _)| *app == label) else { continue };
        worst = worst.max(match state.model(app, name) {
            Known::Yes(found) | Known::Maybe(Some(found), _) => model(truth, found, hash, score, place),
            Known::Maybe(None, _) => score.count(place, &format!("{app}.{name}"), Verdict::Unknown),
            Known::No => score.count(place, &format!("missing {app}.{name}"), Verdict::Wrong),
        });
    }
    for (name, found) in state.models_of(label) {
        if !theirs.contains_key(&format!("{label}.{name}")) {
            let verdict = if found.existence.is_some() { Verdict::Unknown } else { Verdict::Wrong };
            worst = worst.max(score.count(place, &format!("superfluous {label}.{name}"), verdict));
        }
    }
    worst
}

fn model(truth: &Truth, ours: &Arc<ModelState>, hash: &str, score: &mut Score, place: &str) -> Verdict {
    let key = (Arc::as_ptr(ours) as usize, hash.to_owned());
    if let Some(verdict) = score.seen.get(&key) {
        return *verdict;
    }
    score.kept.push(Arc::clone(ours));
    let theirs = &truth.models[hash];
    let label = format!("{}.{} {place}", ours.app, ours.name);
    let mut verdicts = vec![];
    let softened = |doubtful: bool, verdict: Verdict| if doubtful { verdict.min(Verdict::Unknown) } else { verdict };
    verdicts.push((
        "name".to_owned(),
        softened(
            ours.existence.is_some(),
            if theirs["name"].as_str() == Some(&ours.name) { Verdict::Right } else { Verdict::Wrong },
        ),
    ));
    fields(truth, ours, theirs, &mut verdicts);
    options(truth, ours, theirs, &mut verdicts);
    let mut worst = Verdict::Right;
    verdicts.retain(|(what, _)| !is_patched(truth, what));
    for (what, verdict) in verdicts {
        worst = worst.max(score.count(&label, &what, verdict));
    }
    score.seen.insert(key, worst);
    worst
}

/// `NetBox` replaces `Field.deconstruct` and `AlterModelOptions.ALTER_OPTION_KEYS` when it starts, so that texts for
/// people are not part of its states.
fn is_patched(truth: &Truth, what: &str) -> bool {
    let patched = ["verbose_name", "verbose_name_plural", "choices", "help_text"];
    let name = what.strip_prefix("option ").or(what.strip_prefix("superfluous option ")).unwrap_or(what);
    truth.name == "netbox" && patched.contains(&name.split(' ').next().unwrap_or_default())
}

fn fields(truth: &Truth, ours: &ModelState, theirs: &Json, verdicts: &mut Vec<(String, Verdict)>) {
    let theirs = theirs["fields"].as_array().unwrap();
    for pair in theirs {
        let name = pair[0].as_str().unwrap();
        match ours.field(name) {
            Known::No => verdicts.push((format!("missing field {name}"), Verdict::Wrong)),
            Known::Maybe(_, doubt) => {
                let because = format!("`{}` {} ({})", doubt.unknown.text, doubt.unknown.reason, doubt.source.path());
                verdicts.push((format!("field {name} because {because}"), Verdict::Unknown));
            }
            Known::Yes(field) => {
                for (what, verdict) in compare::field(&deconstruct(&field.field), &pair[1], &truth.user_model) {
                    let shown = if verdict != Verdict::Right {
                        format!(" [{} ≠ {}]", short(field.source.slice(field.field.span)), short(&pair[1].to_string()))
                    } else {
                        String::new()
                    };
                    verdicts.push((format!("{what} of field {name}{shown}"), verdict));
                }
            }
        }
    }
    for (name, field) in &ours.fields {
        if !theirs.iter().any(|pair| pair[0].as_str() == Some(name)) {
            let verdict = if field.doubt.is_some() { Verdict::Unknown } else { Verdict::Wrong };
            verdicts.push((format!("superfluous field {name}"), verdict));
        }
    }
}

fn options(truth: &Truth, ours: &ModelState, theirs: &Json, verdicts: &mut Vec<(String, Verdict)>) {
    let options = theirs["options"].as_object().unwrap();
    let compare = |sourced: &Sourced, json: &Json| {
        let verdict = compare::value(&sourced.value, json, &truth.user_model);
        if sourced.doubt.is_some() { verdict.min(Verdict::Unknown).max(Verdict::Unknown) } else { verdict }
    };
    for (name, value) in options {
        let verdict = match name.as_str() {
            "indexes" => parts(truth, &ours.indexes, value, ours.more.is_some()),
            "constraints" => parts(truth, &ours.constraints, value, ours.more.is_some()),
            _ => match ours.option(name) {
                Known::No => Verdict::Wrong,
                Known::Maybe(..) => Verdict::Unknown,
                Known::Yes(option) => compare(option, value),
            },
        };
        let shown = if verdict == Verdict::Wrong {
            format!(
                " [{:?} ≠ {value}]",
                ours.option(name).likely().map(|option| option.source.slice(option.value.span))
            )
        } else {
            String::new()
        };
        verdicts.push((format!("option {name}{shown}"), verdict));
    }
    for (name, option) in &ours.options {
        if !options.contains_key(&**name) {
            let verdict = if option.doubt.is_some() { Verdict::Unknown } else { Verdict::Wrong };
            verdicts.push((format!("superfluous option {name}"), verdict));
        }
    }
    let bases = match &ours.bases {
        // Whoever measured wrote labels in lower case.
        Some(bases) => {
            compare(&Sourced { value: compare::lower_labels(&bases.value), ..bases.clone() }, &theirs["bases"])
        }
        None => match theirs["bases"].as_array().map(Vec::as_slice) {
            Some([only]) if only["$ref"].as_str().is_some_and(|path| path.ends_with(".Model")) => Verdict::Right,
            _ => Verdict::Wrong,
        },
    };
    verdicts.push(("bases".to_owned(), bases));
    let managers = match &ours.managers {
        Some(managers) => compare(managers, &theirs["managers"]),
        None if theirs["managers"].as_array().is_some_and(Vec::is_empty) => Verdict::Right,
        None => Verdict::Wrong,
    };
    verdicts.push(("managers".to_owned(), managers));
}

/// Indexes or constraints, by their places in the list.
fn parts(truth: &Truth, ours: &[Arc<Part>], theirs: &Json, open: bool) -> Verdict {
    let theirs = theirs.as_array().map_or(&[][..], Vec::as_slice);
    let doubtful = open || ours.iter().any(|part| part.doubt.is_some());
    if ours.len() != theirs.len() {
        return if doubtful { Verdict::Unknown } else { Verdict::Wrong };
    }
    let each = ours.iter().zip(theirs).map(|(ours, theirs)| compare::value(&ours.value, theirs, &truth.user_model));
    let verdict = each.max().unwrap_or(Verdict::Right);
    if doubtful { verdict.clamp(Verdict::Unknown, Verdict::Unknown) } else { verdict }
}

/// One line that is not too long.
fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
