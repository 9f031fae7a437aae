//! What comments, `IgnoreMigration()` and the baseline suppress, and what they suppress in vain.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::check::{Certainty, Finding, Outcome, Suppression, Undecided, UndecidedRule, own};
use crate::diagnostic::{Label, Severity};
use crate::source::{SourceFile, Span};
use crate::suppress::baseline::{Baseline, Key};
use crate::suppress::date::Date;
use crate::suppress::file::{FileSuppressions, IgnoreComment, reaches};

/// How a finding is suppressed, as reports name it.
const BY_COMMENT: &str = "comment";
const BY_IGNORE_MIGRATION: &str = "IgnoreMigration";
const BY_BASELINE: &str = "baseline";

/// What the suppressions are weighed against.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// The day of the run: a suppression holds up to and including its last day.
    pub today: Date,
    /// Whether a rule of that id was judged. What a rule that was not would have found is not known, so nothing about
    /// it is unused.
    pub ran: &'s dyn Fn(&str) -> bool,
    /// Whether every migration of the project was judged.
    pub everything: bool,
}

/// Marks what is suppressed, and adds findings about suppressions that are wrong, expired or unused. `files` come with
/// the places of their assumptions that settled something.
pub fn suppress(outcome: &mut Outcome, files: &[(FileSuppressions, Vec<usize>)], scope: Scope<'_>) {
    let mut said = Vec::new();
    let mut marks = Marks::default();
    let by_path: HashMap<&str, &FileSuppressions> = files.iter().map(|(file, _)| (file.source.path(), file)).collect();
    for finding in &mut outcome.findings {
        let Some(file) = by_path.get(finding.source.path()) else { continue };
        finding.suppressed = marks.of_finding(file, finding, scope.today);
    }
    for undecided in std::mem::take(&mut outcome.undecided) {
        let (kept, gone) = match by_path.get(undecided.source.path()) {
            Some(file) => marks.of_undecided(file, undecided, scope.today),
            None => (Some(undecided), Vec::new()),
        };
        outcome.undecided.extend(kept);
        outcome.undecided.extend(gone);
    }
    for (file, settled) in files {
        said.extend(
            file.mistakes.iter().map(|(id, mistake)| {
                about(file, id, mistake.span, mistake.message.clone(), Some(mistake.help.clone()))
            }),
        );
        for ignore in &file.ignores {
            said.extend(wanting(file, ignore, &marks, scope));
        }
        for (index, comment) in file.assumptions.iter().enumerate() {
            // Which rules would have asked is not known, so only a full set of them tells.
            if !settled.contains(&index) && (scope.ran)("*") {
                let message = "this assumption settles nothing: no rule asks for the fact here, or the fact is known";
                let help = Some("delete the comment".to_owned());
                said.push(about(file, own::UNUSED_SUPPRESSION, comment.span, message.to_owned(), help));
            }
        }
    }
    outcome.findings.extend(said);
    outcome.sort();
}

/// The comments that suppressed something, and for which of their names.
#[derive(Default)]
struct Marks {
    used: BTreeSet<(String, Span)>,
}

impl Marks {
    fn of_finding(&mut self, file: &FileSuppressions, finding: &Finding, today: Date) -> Option<Suppression> {
        let places: Vec<Span> = std::iter::once(finding.span).chain(finding.labels.iter().map(|l| l.span)).collect();
        self.by_comment(file, &finding.rule, &places, today).or_else(|| by_ignore_migration(file))
    }

    /// The comment that suppresses a rule at one of these places. All that would are used.
    fn by_comment(&mut self, file: &FileSuppressions, rule: &str, places: &[Span], today: Date) -> Option<Suppression> {
        let mut found = None;
        for ignore in file.ignores.iter().filter(|ignore| !is_over(ignore, today)) {
            let here = |line| places.iter().any(|place| reaches(line, &file.source, *place, &file.operations));
            if !ignore.line.is_none_or(here) {
                continue;
            }
            for (name, _) in ignore.rules.iter().filter(|(_, ids)| ids.iter().any(|id| id == rule)) {
                self.used.insert((file.source.path().to_owned(), *name));
                found.get_or_insert_with(|| Suppression { by: BY_COMMENT.to_owned(), reason: ignore.reason.clone() });
            }
        }
        found
    }

    /// What stays of something undecided, and what is suppressed of it.
    fn of_undecided(
        &mut self,
        file: &FileSuppressions,
        undecided: Undecided,
        today: Date,
    ) -> (Option<Undecided>, Vec<Undecided>) {
        let places = [undecided.span];
        let whole = self.by_comment(file, own::UNDECIDED, &places, today);
        split(undecided, |rule| {
            whole
                .clone()
                .or_else(|| self.by_comment(file, &rule.rule, &places, today))
                .or_else(|| by_ignore_migration(file))
        })
    }

    fn is_used(&self, file: &FileSuppressions, name: Span) -> bool {
        self.used.contains(&(file.source.path().to_owned(), name))
    }
}

/// Splits something undecided by what suppresses its rules.
fn split(
    undecided: Undecided,
    mut suppression: impl FnMut(&UndecidedRule) -> Option<Suppression>,
) -> (Option<Undecided>, Vec<Undecided>) {
    let mut kept = Vec::new();
    let mut gone: Vec<Undecided> = Vec::new();
    for rule in &undecided.rules {
        match suppression(rule) {
            None => kept.push(rule.clone()),
            Some(by) => match gone.iter_mut().find(|other| other.suppressed.as_ref() == Some(&by)) {
                Some(other) => other.rules.push(rule.clone()),
                None => {
                    gone.push(Undecided { rules: vec![rule.clone()], suppressed: Some(by), ..undecided.clone() });
                }
            },
        }
    }
    let kept = (!kept.is_empty()).then_some(Undecided { rules: kept, ..undecided });
    (kept, gone)
}

fn by_ignore_migration(file: &FileSuppressions) -> Option<Suppression> {
    file.ignore_migration?;
    Some(Suppression { by: BY_IGNORE_MIGRATION.to_owned(), reason: None })
}

fn is_over(ignore: &IgnoreComment, today: Date) -> bool {
    ignore.until.as_ref().is_some_and(|until| until.value < today)
}

/// What is to be said of a comment that ignores rules.
fn wanting(file: &FileSuppressions, ignore: &IgnoreComment, marks: &Marks, scope: Scope<'_>) -> Vec<Finding> {
    if let Some(until) = ignore.until.as_ref().filter(|_| is_over(ignore, scope.today)) {
        let message = format!("this suppression ended on {} and no longer holds", until.value);
        let help = Some("settle what it put off, or give it a later date".to_owned());
        return vec![about(file, own::EXPIRED_SUPPRESSION, until.span, message, help)];
    }
    let unused =
        ignore.rules.iter().filter(|(name, ids)| !marks.is_used(file, *name) && ids.iter().all(|id| (scope.ran)(id)));
    unused
        .map(|(name, _)| {
            let text = file.source.slice(*name);
            let place = if ignore.line.is_some() { "here" } else { "in this file" };
            let message = format!("`{text}` finds nothing {place}, so this suppression is unused");
            let help = if ignore.rules.len() == 1 {
                "delete the comment; a suppression stands on the lines of the operation, or on the line above"
                    .to_owned()
            } else {
                format!("delete `{text}` from it")
            };
            about(file, own::UNUSED_SUPPRESSION, *name, message, Some(help))
        })
        .collect()
}

/// Marks what the baseline holds, and adds a finding for each of its entries that holds nothing. Comments come first:
/// what they suppress needs no entry.
pub fn hold(outcome: &mut Outcome, baseline: &Baseline, scope: Scope<'_>) {
    let of_migrations = outcome.migrations.iter().map(|migration| (migration.app.clone(), migration.name.clone()));
    let of_findings = outcome.findings.iter().map(|finding| (finding.app.clone(), finding.migration.clone()));
    let judged: BTreeSet<(String, String)> = of_migrations.chain(of_findings).collect();
    let mut left = baseline.counts();
    let by_baseline = || Suppression { by: BY_BASELINE.to_owned(), reason: None };
    for finding in outcome.findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
        let key = Key::of_finding(finding);
        if let Some(count) = left.get_mut(&key).filter(|count| **count > 0) {
            *count -= 1;
            finding.suppressed = Some(by_baseline());
        }
    }
    for undecided in std::mem::take(&mut outcome.undecided) {
        if undecided.suppressed.is_some() {
            outcome.undecided.push(undecided);
            continue;
        }
        let (app, migration) = (undecided.app.clone(), undecided.migration.clone());
        let (kept, gone) = split(undecided, |rule| {
            let key = Key::of_undecided(&rule.rule, &app, &migration);
            let known = left.contains_key(&key);
            if known {
                left.insert(key, 0);
            }
            known.then(by_baseline)
        });
        outcome.undecided.extend(kept);
        outcome.undecided.extend(gone);
    }
    let stale = baseline.entries().filter(|entry| {
        let count = left.get(&entry.key).copied().unwrap_or(0);
        let looked = scope.everything || judged.contains(&(entry.key.app.clone(), entry.key.migration.clone()));
        count > 0 && looked && (scope.ran)(&entry.key.rule)
    });
    let stale = stale.map(|entry| {
        let key = &entry.key;
        let message =
            format!("the baseline expects `{}` in `{}.{}`, which is not found there", key.rule, key.app, key.migration);
        let help = "run `whimbrel check --all --write-baseline` to prune it".to_owned();
        Finding {
            app: key.app.clone(),
            migration: key.migration.clone(),
            ..finding(own::STALE_BASELINE, &baseline.source, entry.span, message, Some(help))
        }
    });
    let stale: Vec<Finding> = stale.collect();
    outcome.findings.extend(stale);
    outcome.sort();
}

/// A finding of the tool's own about a file.
fn about(file: &FileSuppressions, id: &'static str, span: Span, message: String, help: Option<String>) -> Finding {
    Finding {
        app: file.app.clone(),
        migration: file.migration.clone(),
        ..finding(id, &file.source, span, message, help)
    }
}

fn finding(id: &str, source: &Arc<SourceFile>, span: Span, message: String, help: Option<String>) -> Finding {
    let severity = own::OWN.iter().find(|own| own.id == id).map_or(Severity::Warning, |own| own.severity);
    let fingerprint = crate::check::fingerprint(&[id, source.path(), source.slice(span)]);
    Finding {
        rule: id.to_owned(),
        severity,
        hazards: Vec::new(),
        certainty: Certainty::Certain,
        message,
        help,
        fixes: Vec::new(),
        url: None,
        source: Arc::clone(source),
        span,
        labels: vec![Label { span, text: String::new() }],
        app: String::new(),
        migration: String::new(),
        operation: None,
        databases: Vec::new(),
        fingerprint,
        suppressed: None,
    }
}
