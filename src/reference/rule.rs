//! The page of one rule.

use crate::language::{Edit, Example, Fix, FixBody, Node, Rule, RuleHead, Setting, Template, TemplatePart};
use crate::reference::page::Page;
use crate::reference::{because, place, written};
use crate::rules;

/// Everything that a rule says of itself, and what changed it.
#[must_use]
pub fn rule_page(rule: &Rule, settings: &[Setting], width: usize) -> String {
    let mut page = Page::new(width);
    page.heading(&rule.id);
    if let Some(title) = &rule.title {
        page.prose(0, title);
    }
    page.line(0, "");
    let mut facts = facts(rule);
    let place = place(&rule.source, rule.span);
    let built_in = rules::is_built_in(&rule.source);
    facts.push(("defined", if built_in { format!("built in, as {place}") } else { place }));
    page.rows(0, facts.iter().map(|(name, text)| (*name, text.as_str())));
    self::settings(&mut page, rule, settings);
    page.heading("Rule");
    page.rows(2, conditions(rule).iter().map(|(word, text)| (*word, text.as_str())));
    page.heading("Says");
    page.prose(2, &template(rule, &rule.message));
    if let Some(why) = &rule.why {
        page.heading("Why");
        page.prose(2, why);
    }
    if !rule.fixes.is_empty() {
        page.heading("Instead");
        for fix in &rule.fixes {
            self::fix(&mut page, rule, fix);
        }
    }
    for (word, examples) in [("Bad", &rule.bad), ("Good", &rule.good)] {
        for example in examples {
            self::example(&mut page, word, example);
        }
    }
    if !rule.see.is_empty() {
        page.heading("See");
        rule.see.iter().for_each(|url| page.line(2, url));
    }
    page.finish()
}

/// The settings that its conditions ask for, each with its value and who gave it.
fn settings(page: &mut Page, rule: &Rule, settings: &[Setting]) {
    let asked = rule.settings();
    let mut rows: Vec<(String, String)> = Vec::new();
    for setting in settings.iter().filter(|setting| asked.contains(&setting.id.as_str())) {
        let from = match &setting.set_by {
            Some(change) => format!("in {}", change.place),
            None => format!("by default, in {}", place(&setting.source, setting.span)),
        };
        let what = setting.description.as_ref().map_or_else(String::new, |text| format!(" {text}"));
        rows.push((format!("{}: {}", setting.id, setting.ty), format!("{} ({from}).{what}", setting.value)));
    }
    if !rows.is_empty() {
        page.heading("Settings");
        page.rows(2, rows.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    }
}

/// What it is limited to, and what changed it.
pub(super) fn facts(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(off) = &rule.disabled {
        rows.push(("off", because(off)));
    }
    rows.push(("severity", rule.severity.word().to_owned()));
    for change in &rule.overrides {
        rows.push(("changed", format!("{} {}", change.what, because(change))));
    }
    if !rule.hazards.is_empty() {
        rows.push(("hazards", rule.hazards.join(", ")));
    }
    if !rule.databases.is_empty() {
        rows.push(("databases", rule.databases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    }
    if !rule.django.is_empty() {
        rows.push(("django", rule.django.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    }
    if !rule.was.is_empty() {
        rows.push(("once", rule.was.join(", ")));
    }
    rows
}

/// The head and the conditions, as the rule file has them.
pub(super) fn conditions(rule: &Rule) -> Vec<(&'static str, String)> {
    let text = |node: &Node| written(&rule.source, node.span);
    let head = |head: &RuleHead| {
        let pattern: Vec<String> = head.pattern.iter().map(text).collect();
        if pattern.is_empty() { head.written() } else { format!("{}({})", head.written(), pattern.join(", ")) }
    };
    let verb = if rule.require.is_empty() { "forbid" } else { "on" };
    let mut rows = vec![(verb, rule.heads.iter().map(head).collect::<Vec<_>>().join(", "))];
    rows.extend(rule.when.iter().map(|node| ("when", text(node))));
    rows.extend(rule.require.iter().map(|node| ("require", text(node))));
    // The last ones came from other files, which their places lie in; the overrides tell what they say.
    let added: Vec<&str> = rule.overrides.iter().filter_map(|change| change.what.strip_prefix("unless ")).collect();
    let own = rule.unless.len().saturating_sub(added.len());
    rows.extend(rule.unless.iter().take(own).map(|node| ("unless", text(node))));
    rows.extend(added.iter().map(|condition| ("unless", condition.split_whitespace().collect::<Vec<_>>().join(" "))));
    rows
}

/// What a fix does, and when it is offered.
pub(super) fn fix_title(rule: &Rule, fix: &Fix) -> String {
    let title = template(rule, &fix.title);
    match &fix.condition {
        None => title,
        Some(condition) => format!("{title} (if `{}`)", written(&rule.source, condition.span)),
    }
}

fn fix(page: &mut Page, rule: &Rule, fix: &Fix) {
    page.prose(2, &format!("- {}", fix_title(rule, fix)));
    match &fix.body {
        FixBody::None => {}
        FixBody::Steps(steps) => page.code(4, &template(rule, steps)),
        FixBody::Edits(edits) => edits.iter().for_each(|edit| page.line(4, &self::edit(rule, edit))),
    }
}

/// An edit as the rule file has it.
pub(super) fn edit(rule: &Rule, edit: &Edit) -> String {
    let of = |owner: &Option<Node>, argument: &str| match owner {
        Some(owner) => format!("{}.{argument}", written(&rule.source, owner.span)),
        None => argument.to_owned(),
    };
    match edit {
        Edit::Set { owner, argument, value } => {
            format!("set {} = {}", of(owner, argument), written(&rule.source, value.span))
        }
        Edit::Remove { owner, argument } => format!("remove {}", of(owner, argument)),
        Edit::Rename { to, module: Some(module) } => format!("rename op to {to} from \"{module}\""),
        Edit::Rename { to, module: None } => format!("rename op to {to}"),
    }
}

/// Under which circumstances an example holds; empty for the usual ones.
pub(super) fn example_facts(example: &Example) -> String {
    let mut facts: Vec<String> = Vec::new();
    if let Some((name, version)) = &example.database {
        facts.push(version.map_or_else(|| format!("on {name}"), |version| format!("on {name} {version}")));
    }
    facts.extend(example.app.iter().map(|app| format!("in app {app}")));
    facts.extend(example.migration.iter().map(|name| format!("as {name}")));
    let settings: Vec<&str> = example.settings.iter().map(|(id, _)| id.rsplit('/').next().unwrap_or(id)).collect();
    if !settings.is_empty() {
        facts.push(format!("with another {}", settings.join(", ")));
    }
    if example.possible {
        facts.push("undecided".to_owned());
    }
    facts.join(", ")
}

fn example(page: &mut Page, word: &str, example: &Example) {
    let facts = example_facts(example);
    let facts = if facts.is_empty() { String::new() } else { format!(" ({facts})") };
    let title = example.title.as_ref().map_or_else(String::new, |title| format!(": {title}"));
    let heading = format!("{word}{facts}{title}");
    page.heading(&heading);
    page.code(4, &example.code.value);
}

/// A text with its holes as they are written.
pub(super) fn template(rule: &Rule, template: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Hole(node) => format!("{{{}}}", written(&rule.source, node.span)),
    };
    template.parts.iter().map(part).collect()
}
