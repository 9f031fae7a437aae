//! Replayed states against Django's own.

mod compare;
mod reading;
pub(crate) mod truth;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;
use whimbrel::history::normal::deconstruct;
use whimbrel::history::{Doubt, History, Known, ModelState, Part, ProjectState, Sourced};
use whimbrel::migration::{Classes, DeclaredOperation, NoModules, catalogue};

use compare::Verdict;
use truth::Truth;

/// Counts of values by verdict, and why.
#[derive(Default)]
struct Score {
    right: usize,
    /// Values that only running Python tells, by cause.
    unknown: BTreeMap<String, usize>,
    wrong: Vec<String>,
    /// Migrations by the worst verdict on anything before or after them.
    migrations: [usize; 3],
    /// Verdicts on models that were compared already: by address and hash.
    seen: HashMap<(usize, String), Verdict>,
    /// Keeps the addresses from being used again.
    kept: Vec<Arc<ModelState>>,
}

/// Something that was compared: what, the verdict, and where that is not right, why.
type Compared = (String, Verdict, String);

impl Score {
    fn count(&mut self, place: &str, (what, verdict, because): Compared) -> Verdict {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Unknown => *self.unknown.entry(because).or_default() += 1,
            Verdict::Wrong => self.wrong.push(format!("{what} of {place}: {because}")),
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

/// Compares something of every project with what Django has: nothing may be wrong, and `docs/replay.md` has the
/// numbers.
fn compare_all(what: &str, of_project: &dyn Fn(&Truth) -> Score) {
    let mut rows = String::from(
        "| project | migrations | all known | some unknown | values right | unknown | wrong |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut causes = String::new();
    let mut wrong = Vec::new();
    let mut total = [0; 6];
    for name in truth::projects() {
        let score = of_project(&Truth::read(&name));
        let [right, unknown, bad] = score.migrations;
        let values = [score.right, score.unknown.values().sum(), score.wrong.len()];
        let row = [right + unknown + bad, right, unknown + bad, values[0], values[1], values[2]];
        rows.push_str(&markdown_row(&name, row));
        total = std::array::from_fn(|column| total[column] + row[column]);
        wrong.extend(score.wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        if !score.unknown.is_empty() {
            let _ = write!(causes, "\n**{name}**\n\n");
        }
        let mut sorted: Vec<(&String, &usize)> = score.unknown.iter().collect();
        sorted.sort_by_key(|(because, count)| (std::cmp::Reverse(**count), *because));
        for (because, count) in sorted {
            let _ = writeln!(causes, "- {count} × {because}");
        }
    }
    rows.push_str(&markdown_row("all", total));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    document(&format!("{what}: numbers"), &rows);
    document(&format!("{what}: unknown"), causes.trim_start());
}

fn markdown_row(name: &str, cells: [usize; 6]) -> String {
    let cells: Vec<String> = cells.iter().map(usize::to_string).collect();
    format!("| {name} | {} |\n", cells.join(" | "))
}

/// Compares a part of `docs/replay.md` with what it should be, or writes it when `WHIMBREL_UPDATE` is set.
fn document(part: &str, text: &str) {
    let path = truth::root().join("docs/replay.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (start, end) = (format!("<!-- {part} -->\n"), "<!-- end -->");
    let from = page.find(&start).unwrap_or_else(|| panic!("docs/replay.md has no `{start}`")) + start.len();
    let to = from + page[from..].find(end).expect("an end");
    if std::env::var_os("WHIMBREL_UPDATE").is_some() {
        std::fs::write(&path, format!("{}{}\n{}", &page[..from], text.trim_end(), &page[to..])).unwrap();
    } else {
        assert_eq!(page[from..to].trim_end(), text.trim_end(), "run the test with WHIMBREL_UPDATE=1");
    }
}

/// Compares the operations of all migrations.
fn read(truth: &Truth) -> Score {
    let mut score = Score::default();
    for (node, migration) in truth.migrations_of_nodes() {
        let place = format!("{}.{}", node.app, node.name);
        let Some(migration) = migration else {
            score.migrations[1] += 1;
            score.count(&place, ("file".to_owned(), Verdict::Unknown, "a file that the parser refuses".to_owned()));
            continue;
        };
        let mut worst = Verdict::Right;
        for (what, verdict) in reading::migration(&migration, &node.line, truth) {
            let because = what.clone();
            worst = worst.max(score.count(&place, (what, verdict, because)));
        }
        score.migrations[worst as usize] += 1;
    }
    score
}

fn replay(truth: &Truth) -> Score {
    let classes = Classes::new(Box::new(declared), Box::new(|_| None), &NoModules);
    let history = History::new(&classes.applied_to(&truth.migrations()), truth.settings.clone());
    let mut score = Score::default();
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

fn declared(path: &str) -> Option<Arc<DeclaredOperation>> {
    let like = STATELESS.contains(&path).then(|| catalogue::operation_named("RunPython"))?;
    Some(Arc::new(DeclaredOperation { parameters: Vec::new(), like, sends: None }))
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
            Known::Maybe(None, doubt) => {
                score.count(place, (format!("{app}.{name}"), Verdict::Unknown, because(&doubt)))
            }
            Known::No => score.count(place, (format!("{app}.{name}"), Verdict::Wrong, "is missing".to_owned())),
        });
    }
    for (name, found) in state.models_of(label) {
        if !theirs.contains_key(&format!("{label}.{name}")) {
            let (verdict, why) = superfluous(found.existence.as_ref());
            worst = worst.max(score.count(place, (format!("{label}.{name}"), verdict, why)));
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
    let name = match (&ours.existence, theirs["name"].as_str() == Some(&ours.name)) {
        (_, true) => (Verdict::Right, String::new()),
        (Some(doubt), false) => (Verdict::Unknown, because(doubt)),
        (None, false) => (Verdict::Wrong, theirs["name"].to_string()),
    };
    verdicts.push(("name".to_owned(), name.0, name.1));
    fields(truth, ours, theirs, &mut verdicts);
    options(truth, ours, theirs, &mut verdicts);
    let mut worst = Verdict::Right;
    verdicts.retain(|(what, ..)| !is_patched(truth, what));
    for compared in verdicts {
        worst = worst.max(score.count(&label, compared));
    }
    score.seen.insert(key, worst);
    worst
}

fn superfluous(doubt: Option<&Arc<Doubt>>) -> (Verdict, String) {
    match doubt {
        Some(doubt) => (Verdict::Unknown, because(doubt)),
        None => (Verdict::Wrong, "is superfluous".to_owned()),
    }
}

fn because(doubt: &Doubt) -> String {
    format!("{} {} (`{}`)", code(&doubt.unknown.text), doubt.unknown.reason, doubt.source.path())
}

/// Source text in one line, as code of a page.
fn code(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(90).collect();
    format!("`{}`", line.replace('`', "'"))
}

/// `NetBox` replaces `Field.deconstruct` and `AlterModelOptions.ALTER_OPTION_KEYS` when it starts, so that texts for
/// people are not part of its states.
fn is_patched(truth: &Truth, what: &str) -> bool {
    let patched = ["verbose_name", "verbose_name_plural", "choices", "help_text"];
    let name = what.strip_prefix("option ").or(what.strip_prefix("superfluous option ")).unwrap_or(what);
    truth.name == "netbox" && patched.contains(&name.split(' ').next().unwrap_or_default())
}

fn fields(truth: &Truth, ours: &ModelState, theirs: &Json, verdicts: &mut Vec<Compared>) {
    let theirs = theirs["fields"].as_array().unwrap();
    for pair in theirs {
        let name = pair[0].as_str().unwrap();
        match ours.field(name) {
            Known::No => verdicts.push((format!("field {name}"), Verdict::Wrong, "is missing".to_owned())),
            Known::Maybe(_, doubt) => verdicts.push((format!("field {name}"), Verdict::Unknown, because(&doubt))),
            Known::Yes(field) => {
                let stated = deconstruct(&field.field);
                for (what, verdict) in compare::field(&stated, &pair[1], &truth.user_model) {
                    let why = match (verdict, field.field.argument(&what), &stated.class) {
                        (Verdict::Wrong, ..) => {
                            format!("{} ≠ {}", field.source.slice(field.field.span), pair[1])
                        }
                        (_, _, Ok(class)) if stated.as_written => format!("the field class `{class}`"),
                        (_, Some(argument), _) => code(field.source.slice(argument.span)),
                        _ => code(field.source.slice(field.field.span)),
                    };
                    verdicts.push((format!("{what} of field {name}"), verdict, why));
                }
            }
        }
    }
    for (name, field) in &ours.fields {
        if !theirs.iter().any(|pair| pair[0].as_str() == Some(name)) {
            let (verdict, why) = superfluous(field.doubt.as_ref());
            verdicts.push((format!("field {name}"), verdict, why));
        }
    }
}

fn options(truth: &Truth, ours: &ModelState, theirs: &Json, verdicts: &mut Vec<Compared>) {
    let options = theirs["options"].as_object().unwrap();
    let compare = |sourced: &Sourced, json: &Json| match &sourced.doubt {
        Some(doubt) => (Verdict::Unknown, because(doubt)),
        None => {
            (compare::value(&sourced.value, json, &truth.user_model), code(sourced.source.slice(sourced.value.span)))
        }
    };
    for (name, value) in options {
        let (verdict, why) = match name.as_str() {
            "indexes" => parts(truth, &ours.indexes, value, ours.more.as_ref()),
            "constraints" => parts(truth, &ours.constraints, value, ours.more.as_ref()),
            _ => match ours.option(name) {
                Known::No => (Verdict::Wrong, "is missing".to_owned()),
                Known::Maybe(_, doubt) => (Verdict::Unknown, because(&doubt)),
                Known::Yes(option) => compare(option, value),
            },
        };
        verdicts.push((format!("option {name}"), verdict, why));
    }
    for (name, option) in &ours.options {
        if !options.contains_key(&**name) {
            let (verdict, why) = superfluous(option.doubt.as_ref());
            verdicts.push((format!("option {name}"), verdict, why));
        }
    }
    let (verdict, why) = match &ours.bases {
        // Whoever measured wrote labels in lower case.
        Some(bases) => {
            compare(&Sourced { value: compare::lower_labels(&bases.value), ..bases.clone() }, &theirs["bases"])
        }
        None => match theirs["bases"].as_array().map(Vec::as_slice) {
            Some([only]) if only["$ref"].as_str().is_some_and(|path| path.ends_with(".Model")) => {
                (Verdict::Right, String::new())
            }
            _ => (Verdict::Wrong, theirs["bases"].to_string()),
        },
    };
    verdicts.push(("bases".to_owned(), verdict, why));
    let (verdict, why) = match &ours.managers {
        Some(managers) => compare(managers, &theirs["managers"]),
        None if theirs["managers"].as_array().is_some_and(Vec::is_empty) => (Verdict::Right, String::new()),
        None => (Verdict::Wrong, theirs["managers"].to_string()),
    };
    verdicts.push(("managers".to_owned(), verdict, why));
}

/// Indexes or constraints, by their places in the list.
fn parts(truth: &Truth, ours: &[Arc<Part>], theirs: &Json, open: Option<&Arc<Doubt>>) -> (Verdict, String) {
    let theirs = theirs.as_array().map_or(&[][..], Vec::as_slice);
    if let Some(doubt) = open.or_else(|| ours.iter().find_map(|part| part.doubt.as_ref())) {
        return (Verdict::Unknown, because(doubt));
    }
    if ours.len() != theirs.len() {
        return (Verdict::Wrong, format!("{} ≠ {}", ours.len(), theirs.len()));
    }
    let each = ours.iter().zip(theirs).map(|(ours, theirs)| {
        (compare::value(&ours.value, theirs, &truth.user_model), code(ours.source.slice(ours.value.span)))
    });
    each.max_by_key(|(verdict, _)| *verdict).unwrap_or((Verdict::Right, String::new()))
}
