//! What the configuration changes in the loaded rules: levels and settings.

use std::sync::Arc;

use crate::check::own;
use crate::config::{Config, Level, SettingValue};
use crate::diagnostic::Diagnostic;
use crate::language::syntax::Literal;
use crate::language::{Override, Rule, RuleSet, Type, did_you_mean};
use crate::source::{SourceFile, Span, Spanned};

/// Applies what the configuration says of rules and settings, and reports what it names in vain.
#[must_use]
pub fn configure(rules: &mut RuleSet, config: &Config) -> Vec<Diagnostic> {
    let Some(source) = &config.source else { return Vec::new() };
    let mut diagnostics = Vec::new();
    for change in &config.overrides {
        let line = source.position(change.rule.span.start).line;
        let place = format!("{}:{line}", source.path());
        if own::OWN.iter().any(|own| own.id == change.rule.value && own.id != own::UNDECIDED) {
            // The tool's own findings are no rules; whoever reports them looks the level up.
            continue;
        }
        let said = |level: Level| {
            let what = match level {
                Level::Off => "disabled".to_owned(),
                Level::Severity(severity) => format!("severity {}", severity.word()),
            };
            Override { what, because: None, place: place.clone(), shared: false }
        };
        // What is said of a rule by its name wins over what is said of its pack.
        let by_name = |id: &str| config.overrides.iter().any(|other| other.rule.value == id);
        let mut found = false;
        for rule in &mut rules.rules {
            if !change.names(&rule.id) {
                continue;
            }
            found = true;
            if change.rule.value != rule.id && by_name(&rule.id) {
                continue;
            }
            diagnostics.extend(grade(rule, change.level, said(change.level), source, change.rule.span));
        }
        if !found {
            diagnostics.push(unknown_rule(source, &change.rule, rules));
        }
    }
    for (name, value) in &config.settings {
        diagnostics.extend(setting(rules, source, name, value));
    }
    diagnostics
}

/// Gives a rule another level.
fn grade(rule: &mut Rule, level: Level, said: Override, source: &Arc<SourceFile>, span: Span) -> Option<Diagnostic> {
    let Level::Severity(severity) = level else {
        rule.disable(said);
        return None;
    };
    let own = |other: &&Override| !other.shared && other.what.starts_with("severity ");
    if let Some(other) = rule.overrides.iter().filter(own).find(|other| other.what != said.what) {
        let message = format!("`{}` is given two severities", rule.id);
        let help = format!("the other one, `{}`, stands in {}; keep one of them", other.what, other.place);
        return Some(Diagnostic::error(source, "override::conflict", message, span, "the second").with_help(help));
    }
    rule.severity = severity;
    rule.request();
    rule.overrides.push(said);
    None
}

fn unknown_rule(source: &Arc<SourceFile>, id: &Spanned<String>, rules: &RuleSet) -> Diagnostic {
    let known = || rules.rules.iter().map(|rule| rule.id.as_str());
    let same_end = known().find(|known| known.rsplit('/').next() == id.value.rsplit('/').next());
    let help = same_end.or_else(|| did_you_mean(&id.value, known())).map_or_else(
        || "`whimbrel rules` lists the rules that are loaded".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("no loaded rule is called `{}`", id.value);
    Diagnostic::error(source, "config::unknown-rule", message, id.span, "unknown rule").with_help(help)
}

fn setting(
    rules: &mut RuleSet,
    source: &Arc<SourceFile>,
    name: &str,
    value: &Spanned<SettingValue>,
) -> Option<Diagnostic> {
    let matching: Vec<usize> = (0..rules.settings.len())
        .filter(|index| rules.settings[*index].id == name || rules.settings[*index].name == name)
        .collect();
    // What the project and its packs declare comes before what is built in.
    let declared: Vec<usize> =
        matching.iter().copied().filter(|index| !super::is_built_in(&rules.settings[*index].source)).collect();
    let matching = if declared.is_empty() { matching } else { declared };
    let [index] = matching.as_slice() else {
        let (message, help) = setting_not_found(rules, name, &matching);
        let diagnostic = Diagnostic::error(source, "config::unknown-setting", message, value.span, "unknown setting");
        return Some(diagnostic.with_help(help));
    };
    let setting = &mut rules.settings[*index];
    let Some(literal) = literal(value, &setting.ty) else {
        let message = format!("`{}` is of the type {}", setting.id, setting.ty);
        let help = match &setting.ty {
            Type::Bool => "write `true` or `false`".to_owned(),
            Type::Int => "write a whole number, without quotes".to_owned(),
            Type::List(_) => format!("write a list: `{} = [\"…\"]`", name.rsplit('/').next().unwrap_or(name)),
            _ => "write a text, in quotes".to_owned(),
        };
        let wrong = Diagnostic::error(source, "config::setting-type", message, value.span, "of another type");
        return Some(wrong.with_help(help));
    };
    let line = source.position(value.span.start).line;
    let place = format!("{}:{line}", source.path());
    if let Some(other) = setting.set_by.as_ref().filter(|other| !other.shared && setting.value != literal) {
        let message = format!("`{}` is given two values", setting.id);
        let help = format!("the other one stands in {}; keep one of them", other.place);
        let conflict = Diagnostic::error(source, "override::conflict", message, value.span, "the second");
        return Some(conflict.with_help(help));
    }
    setting.value = literal;
    setting.set_by = Some(Override { what: format!("set {name}"), because: None, place, shared: false });
    None
}

fn setting_not_found(rules: &RuleSet, name: &str, matching: &[usize]) -> (String, String) {
    let ids: Vec<&str> = rules.settings.iter().map(|setting| setting.id.as_str()).collect();
    if !matching.is_empty() {
        let owners: Vec<String> = matching.iter().map(|index| format!("`{}`", ids[*index])).collect();
        return (format!("several packs have a setting `{name}`"), format!("name its pack: {}", owners.join(", ")));
    }
    let names = rules.settings.iter().map(|setting| setting.name.as_str());
    let help = match (did_you_mean(name, ids.iter().copied().chain(names)), ids.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "no loaded rule file declares a setting".to_owned(),
        (None, ids) => format!("the settings are {}", ids.join(", ")),
    };
    (format!("no loaded rule file has a setting `{name}`"), help)
}

/// The value as a literal of that type.
fn literal(value: &Spanned<SettingValue>, ty: &Type) -> Option<Literal> {
    match (&value.value, ty) {
        (SettingValue::Bool(value), Type::Bool) => Some(Literal::Bool(*value)),
        (SettingValue::Int(value), Type::Int) => Some(Literal::Int(*value)),
        (SettingValue::Str(text), Type::Str) => Some(Literal::Str(text.clone())),
        (SettingValue::Str(text), Type::Version) => {
            text.parse::<crate::target::Version>().ok().map(|version| Literal::Version(version.to_string()))
        }
        (SettingValue::List(items), Type::List(element)) if **element == Type::Str => {
            Some(Literal::List(items.iter().map(|item| Spanned::new(Literal::Str(item.clone()), value.span)).collect()))
        }
        _ => None,
    }
}
