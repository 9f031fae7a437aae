//! `whimbrel explain`: the page of a rule, or of a head.

use crate::check::own::{OWN, Own};
use crate::cli::Verdict;
use crate::cli::arguments::ExplainArguments;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::language::vocabulary::Head;
use crate::language::{Rule, RuleSet, Vocabulary, did_you_mean};
use crate::reference::{head_page, heads_page, own_page, rule_page};

pub(super) fn run(arguments: &ExplainArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let rules = project.rules(output)?;
    let width = output.options(false).width;
    let page = match (&arguments.rule, &arguments.names) {
        (_, Some(none)) if none.is_empty() => heads_page(&rules.vocabulary, width),
        (_, Some(head)) => head_page(head_named(&rules.vocabulary, head)?, &rules.vocabulary, width),
        (Some(id), None) if own_named(id).is_some() => own_named(id).map_or_else(String::new, |own| {
            let change = project.config.overrides.iter().find(|change| change.rule.value == own.id);
            let level = change.zip(project.config.source.as_ref()).map(|(change, source)| {
                let line = source.position(change.rule.span.start).line;
                format!("{} in {}:{line}", change.level.word(), source.path())
            });
            own_page(own, level.as_deref(), width)
        }),
        (Some(id), None) => rule_page(rule_named(&rules, id)?, &rules.settings, width),
        // The arguments demand one of them.
        (None, None) => String::new(),
    };
    Output::print(&page)?;
    Ok(Verdict::Passed)
}

/// The finding of the tool's own that has this id.
fn own_named(id: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| own.id == id)
}

/// The rule of that id; without a pack, by a former id too, when only one fits.
fn rule_named<'r>(rules: &'r RuleSet, id: &str) -> Result<&'r Rule, Failure> {
    if let Some(rule) = rules.rules.iter().find(|rule| rule.id == id) {
        return Ok(rule);
    }
    let formerly = |rule: &Rule| rule.was.iter().any(|was| was == id || format!("{}/{was}", rule.pack) == id);
    let fits = |rule: &&Rule| rule.id.rsplit('/').next() == Some(id) || formerly(rule);
    let fitting: Vec<&Rule> = rules.rules.iter().filter(fits).collect();
    if let [only] = fitting.as_slice() {
        return Ok(only);
    }
    let same_end = || rules.rules.iter().find(|rule| rule.id.rsplit('/').next() == id.rsplit('/').next());
    let help = if fitting.is_empty() {
        let ids = || rules.rules.iter().map(|rule| rule.id.as_str()).chain(OWN.iter().map(|own| own.id));
        let ends = || ids().map(|id| id.rsplit('/').next().unwrap_or(id));
        let of_end = |end: &str| ids().find(|id| id.rsplit('/').next() == Some(end));
        same_end()
            .map(|rule| rule.id.as_str())
            .or_else(|| did_you_mean(id, ids()))
            .or_else(|| did_you_mean(id, ends()).and_then(of_end))
            .map_or_else(
                || "`whimbrel rules` lists the rules that are loaded".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )
    } else {
        let ids: Vec<String> = fitting.iter().map(|rule| format!("`{}`", rule.id)).collect();
        format!("name its pack: {}", ids.join(", "))
    };
    let message = match fitting.len() {
        0 => format!("no loaded rule is called `{id}`"),
        several => format!("{several} rules are called `{id}`"),
    };
    Err(Failure::Usage { message, help })
}

fn head_named<'v>(vocabulary: &'v Vocabulary, written: &str) -> Result<&'v Head, Failure> {
    if let Some(head) = vocabulary.heads.iter().find(|head| head.written() == written) {
        return Ok(head);
    }
    let all: Vec<String> = vocabulary.heads.iter().map(Head::written).collect();
    let near = vocabulary
        .synonym(written)
        .filter(|right| all.iter().any(|head| head == right))
        .or_else(|| did_you_mean(written, all.iter().map(String::as_str)));
    let plain = || vocabulary.heads.iter().filter(|head| head.namespace.is_none()).map(Head::written);
    let help = near.map_or_else(
        || format!("a head is one of {}, or of `state.…` and `database.…`", plain().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Failure::Usage { message: format!("there is no head `{written}`"), help })
}
