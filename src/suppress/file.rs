//! What one migration file suppresses and assumes, with the rules that are meant.

use std::sync::Arc;

use crate::check::{Assumption, own};
use crate::language::{Rule, RuleSet, did_you_mean};
use crate::migration::catalogue::IGNORE_MIGRATION;
use crate::migration::{Migration, Operation};
use crate::source::{SourceFile, Span, Spanned};
use crate::suppress::assume;
use crate::suppress::comment::{self, Ignore, Mistake, Said};
use crate::suppress::date::Date;

/// The suppressions of a migration file.
#[derive(Clone, Debug)]
pub struct FileSuppressions {
    pub(super) source: Arc<SourceFile>,
    pub(super) app: String,
    pub(super) migration: String,
    /// Spans of the operations, nested ones included.
    pub(super) operations: Vec<Span>,
    pub(super) ignores: Vec<IgnoreComment>,
    pub(super) assumptions: Vec<AssumeComment>,
    /// `IgnoreMigration()`.
    pub(super) ignore_migration: Option<Span>,
    /// What is wrong with the comments, by the id of the finding.
    pub(super) mistakes: Vec<(&'static str, Mistake)>,
}

/// A comment that ignores rules.
#[derive(Clone, Debug)]
pub(super) struct IgnoreComment {
    /// The line that it is about, 1-based; `None` for the whole file.
    pub(super) line: Option<usize>,
    /// Each name with the rules that it stands for.
    pub(super) rules: Vec<(Span, Vec<String>)>,
    pub(super) reason: Option<String>,
    pub(super) until: Option<Spanned<Date>>,
}

/// A comment that assumes something.
#[derive(Clone, Debug)]
pub(super) struct AssumeComment {
    pub(super) span: Span,
    pub(super) assumption: Assumption,
}

impl FileSuppressions {
    /// Reads the comments of a migration. `require_reason` makes a reason mandatory.
    #[must_use]
    pub fn of(migration: &Migration, rules: &RuleSet, require_reason: bool) -> Self {
        let mut file = Self {
            source: Arc::clone(&migration.source),
            app: migration.app.clone(),
            migration: migration.name.clone(),
            operations: Vec::new(),
            ignores: Vec::new(),
            assumptions: Vec::new(),
            ignore_migration: None,
            mistakes: Vec::new(),
        };
        for operation in &migration.operations {
            file.operation(operation);
        }
        for span in &migration.comments {
            let Some(comment) = comment::read(&migration.source, *span) else { continue };
            match comment.said {
                Said::Mistake(mistake) => file.mistakes.push((own::INVALID_SUPPRESSION, mistake)),
                Said::Ignore(ignore) => file.ignore(comment.span, ignore, rules, require_reason),
                Said::Assume(said) => {
                    let line = target_line(&migration.source, *span);
                    match assume::assumption(migration, line, &said, &rules.vocabulary, comment.span) {
                        Ok(assumption) => file.assumptions.push(AssumeComment { span: comment.span, assumption }),
                        Err(mistake) => file.mistakes.push((own::INVALID_SUPPRESSION, mistake)),
                    }
                }
            }
        }
        file
    }

    /// What the comments settle, for the check.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        self.assumptions.iter().map(|comment| comment.assumption.clone()).collect()
    }

    fn operation(&mut self, operation: &Operation) {
        self.operations.push(operation.span);
        if operation.entry().is_some_and(|entry| entry.name == IGNORE_MIGRATION) {
            self.ignore_migration = Some(operation.span);
        }
        for child in &operation.children {
            self.operation(child);
        }
    }

    fn ignore(&mut self, span: Span, ignore: Ignore, rules: &RuleSet, require_reason: bool) {
        let mut mistake = |id: &'static str, span: Span, message: String, help: String| {
            self.mistakes.push((id, Mistake { span, message, help }));
        };
        let named = ignore.rules.unwrap_or_default();
        if named.is_empty() {
            let message = "this comment names no rules, so it suppresses nothing".to_owned();
            let help = "name the rules that it is about: `# whimbrel: ignore[pack/rule] reason`".to_owned();
            mistake(own::BLANKET_SUPPRESSION, span, message, help);
            return;
        }
        if require_reason && ignore.reason.is_none() {
            let message = "this suppression says no reason, so it does not count".to_owned();
            let help = "say behind the bracket why the rule does not matter here".to_owned();
            mistake(own::UNEXPLAINED_SUPPRESSION, span, message, help);
            return;
        }
        let mut meant = Vec::new();
        for name in named {
            match rules_named(rules, &name.value) {
                Ok(ids) => meant.push((name.span, ids)),
                Err((message, help)) => mistake(own::UNKNOWN_RULE, name.span, message, help),
            }
        }
        let line = (!ignore.file).then(|| target_line(&self.source, span));
        self.ignores.push(IgnoreComment { line, rules: meant, reason: ignore.reason, until: ignore.until });
    }
}

/// The line that a comment is about: its own; that below when it stands alone, behind other comments that do.
fn target_line(source: &SourceFile, comment: Span) -> usize {
    let mut line = source.line_span(comment.start);
    let mut number = source.position(comment.start).line;
    while source.slice(line).trim_start().starts_with('#') {
        let behind = source.text()[line.end..].len();
        let start_of_next = source.text().len() - behind + line_end_length(&source.text()[line.end..]);
        if start_of_next == line.end {
            break;
        }
        line = source.line_span(start_of_next);
        number += 1;
    }
    number
}

fn line_end_length(rest: &str) -> usize {
    if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\r', '\n'])) }
}

/// The ids that a name in the brackets stands for: a rule's id, a rule's name where only one pack has it, all of a pack
/// (`compat/*`), a former id, or one of the tool's own.
fn rules_named(rules: &RuleSet, name: &str) -> Result<Vec<String>, (String, String)> {
    let own = own::OWN.iter().find(|own| own.id == name).map(|own| own.id.to_owned());
    if let Some(id) = own.or_else(|| rules.rules.iter().find(|rule| rule.id == name).map(|rule| rule.id.clone())) {
        return Ok(vec![id]);
    }
    if let Some(pack) = name.strip_suffix("/*") {
        let ids: Vec<String> =
            rules.rules.iter().filter(|rule| rule.pack == pack).map(|rule| rule.id.clone()).collect();
        if !ids.is_empty() {
            return Ok(ids);
        }
    }
    let last = |id: &str| id.rsplit('/').next().map(str::to_owned);
    let formerly = |rule: &Rule| rule.was.iter().any(|was| was == name || format!("{}/{was}", rule.pack) == name);
    let short = !name.contains('/');
    let fits = |rule: &&Rule| (short && last(&rule.id).as_deref() == Some(name)) || formerly(rule);
    let fitting: Vec<&str> = rules.rules.iter().filter(fits).map(|rule| rule.id.as_str()).collect();
    match fitting.as_slice() {
        [only] => Ok(vec![(*only).to_owned()]),
        [] => {
            let ids = || rules.rules.iter().map(|rule| rule.id.as_str());
            let near = ids().find(|id| last(id) == last(name)).or_else(|| did_you_mean(name, ids()));
            let help = near.map_or_else(
                || "`whimbrel rules` lists the rules that are loaded".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Err((format!("no loaded rule is called `{name}`, so nothing is suppressed"), help))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            Err((
                format!("{} rules are called `{name}`", several.len()),
                format!("name its pack: {}", ids.join(" or ")),
            ))
        }
    }
}

/// Whether a comment about `line` is about a subject: it is one of the subject's lines, or the first or the last line
/// of an operation that the subject stands in.
pub(super) fn reaches(line: usize, source: &SourceFile, subject: Span, operations: &[Span]) -> bool {
    let lines = |span: Span| (source.position(span.start).line, source.position(span.end).line);
    let (first, last) = lines(subject);
    (first..=last).contains(&line)
        || operations.iter().filter(|operation| operation.contains(subject)).any(|operation| {
            let (first, last) = lines(*operation);
            line == first || line == last
        })
}
