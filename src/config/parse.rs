//! The text of a configuration → [`Config`].

use std::str::FromStr;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::reader::{Key, Reader, Value, entries, nearest, quoted};
use super::{Config, ConfigFormat, FailOn, Globs, Level, RuleOverride, SettingValue};
use crate::check::TableFacts;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Spanned};
use crate::target::TargetError;

/// The keys of a configuration.
pub(super) const KEYS: [&str; 14] = [
    "databases",
    "django",
    "rules",
    "packs",
    "include",
    "exclude",
    "apps",
    "settings",
    "tables",
    "deployed",
    "baseline",
    "fail-on",
    "require-reason",
    "site-packages",
];

impl Config {
    /// Reads the configuration in `source`: all of its mistakes at once, by place. A `pyproject.toml` without
    /// `[tool.whimbrel]` is an empty configuration.
    ///
    /// # Errors
    /// When the file has mistakes.
    pub fn parse(source: &Arc<SourceFile>, format: ConfigFormat) -> Result<Self, Vec<Diagnostic>> {
        let (document, errors) = DeTable::parse_recoverable(source.text());
        let mut reader = Reader::new(source, "config");
        reader.syntax_errors(&errors);
        // What a broken file seems to say is not worth a second message.
        let broken = !reader.diagnostics.is_empty();
        let mut config = Config { source: Some(Arc::clone(source)), ..Config::default() };
        if !broken {
            match format {
                ConfigFormat::Whimbrel => read_document(&mut reader, &mut config, &entries(document.get_ref())),
                ConfigFormat::PyProject => {
                    if let Some(table) = whimbrel_table(document.get_ref()) {
                        let entries = reader.table(table, "tool.whimbrel", "`[tool.whimbrel]` and the keys below it");
                        read_document(&mut reader, &mut config, &entries);
                    }
                }
            }
        }
        if reader.diagnostics.is_empty() {
            return Ok(config);
        }
        reader.diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        Err(reader.diagnostics)
    }
}

/// Whether a `pyproject.toml` has `[tool.whimbrel]`, as far as it can be read.
pub(super) fn has_whimbrel_table(text: &str) -> bool {
    whimbrel_table(DeTable::parse_recoverable(text).0.get_ref()).is_some()
}

fn whimbrel_table<'t, 'i>(document: &'t DeTable<'i>) -> Option<&'t Value<'i>> {
    match document.get("tool")?.get_ref() {
        DeValue::Table(tool) => tool.get("whimbrel"),
        _ => None,
    }
}

fn read_document(reader: &mut Reader<'_>, config: &mut Config, entries: &[(&Key<'_>, &Value<'_>)]) {
    for (key, value) in entries {
        match key.get_ref().as_ref() {
            "databases" => {
                let texts = reader.strings(value, "databases", "\"postgresql@16\"");
                config.databases = texts.iter().filter_map(|text| target(reader, "bad-database", text)).collect();
            }
            "django" => {
                let text = reader.string(value, "`django`", "django = \"5.2\"");
                config.django = text.and_then(|text| target(reader, "bad-version", &text));
            }
            "rules" => read_rules(reader, config, value),
            "packs" => config.packs = super::read_packs(reader, value),
            "include" => config.include = globs(reader, value, "include"),
            "exclude" => config.exclude = globs(reader, value, "exclude"),
            "apps" => read_apps(reader, config, value),
            "settings" => read_settings(reader, config, value),
            "fail-on" => {
                let word = reader.string(value, "`fail-on`", "fail-on = \"warning\"");
                config.fail_on =
                    word.and_then(|word| choice(reader, &word, "fail-on", &FailOn::WORDS, FailOn::from_word));
            }
            "deployed" => config.deployed = reader.string(value, "`deployed`", "deployed = \"merge-base:origin/main\""),
            "baseline" => {
                let path = reader.string(value, "`baseline`", "baseline = \"whimbrel-baseline.toml\"");
                config.baseline = path.filter(|path| is_relative(reader, path));
            }
            "require-reason" => {
                config.require_reason =
                    reader.boolean(value, "`require-reason`", "require-reason = true").unwrap_or(false);
            }
            "tables" => read_tables(reader, config, value),
            "site-packages" => {
                config.site_packages = reader.strings(value, "site-packages", "\".venv/lib/python3.13/site-packages\"");
            }
            _ => reader.unknown_key(key, "the configuration", &KEYS),
        }
    }
}

/// A database or a version.
fn target<T: FromStr<Err = TargetError>>(
    reader: &mut Reader<'_>,
    code: &str,
    text: &Spanned<String>,
) -> Option<Spanned<T>> {
    match text.value.parse() {
        Ok(value) => Some(Spanned::new(value, text.span)),
        Err(error) => {
            reader.error(code, text.span, error.to_string(), "", error.help());
            None
        }
    }
}

/// One of a few words.
fn choice<T>(
    reader: &mut Reader<'_>,
    word: &Spanned<String>,
    name: &str,
    words: &[&str],
    from_word: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let found = from_word(&word.value);
    if found.is_none() {
        let help = match nearest(&word.value, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", quoted(words)),
        };
        reader.error("bad-word", word.span, format!("`{}` is no value of `{name}`", word.value), "", help);
    }
    found
}

fn globs(reader: &mut Reader<'_>, value: &Value<'_>, name: &str) -> Globs {
    let patterns = relative_paths(reader, value, name, "\"shop/**\"");
    let (globs, bad) = Globs::new(patterns);
    for (pattern, error) in bad {
        let message = format!("`{}` is no pattern: {error}", pattern.value);
        let help = "`*` stands for a part of a name, `**` for any folders, `[ab]` for one of these characters, \
                    `{x,y}` for one of these texts";
        reader.error("bad-pattern", pattern.span, message, "", help);
    }
    globs
}

/// Paths or patterns that start from the configuration's folder.
fn relative_paths(reader: &mut Reader<'_>, value: &Value<'_>, name: &str, example: &str) -> Vec<Spanned<String>> {
    let mut paths = reader.strings(value, name, example);
    paths.retain(|path| is_relative(reader, path));
    paths
}

fn is_relative(reader: &mut Reader<'_>, path: &Spanned<String>) -> bool {
    let text = &path.value;
    let wrong = if text.is_empty() {
        "an empty path names nothing"
    } else if text.contains('\\') {
        "paths are written with forward slashes"
    } else if text.starts_with('/') || text.get(1..3) == Some(":/") {
        "an absolute path is right on one machine only"
    } else {
        return true;
    };
    reader.error("bad-path", path.span, wrong, "", "write it relative to the folder of the configuration");
    false
}

fn read_rules(reader: &mut Reader<'_>, config: &mut Config, value: &Value<'_>) {
    const EXAMPLE: &str = "\"ci/rules/*.rules\"";
    if matches!(value.get_ref(), DeValue::Array(_)) {
        config.rule_files = relative_paths(reader, value, "rules", EXAMPLE);
        return;
    }
    for (key, value) in reader.table(value, "rules", "an array of files, or a `[rules]` table") {
        let name = key.get_ref();
        if name == "files" {
            config.rule_files = relative_paths(reader, value, "files", EXAMPLE);
        } else if is_rule_id(name) {
            let rule = Spanned::new(name.to_string(), key.span().into());
            config.overrides.extend(level(reader, &rule, value).map(|level| RuleOverride { rule, level }));
        } else if name.contains('/') {
            let help = "a rule's id is `pack/rule`, both in lower case with hyphens; `pack/*` is all of a pack";
            reader.error("bad-rule", key.span().into(), format!("`{name}` is no rule's id"), "", help);
        } else {
            reader.unknown_key(key, "`[rules]`", &["files", "pack/rule"]);
        }
    }
}

/// `pack/rule`, both in kebab case, or `pack/*`.
fn is_rule_id(text: &str) -> bool {
    let kebab = |part: &str| {
        part.split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    };
    text.split_once('/').is_some_and(|(pack, rule)| kebab(pack) && (rule == "*" || kebab(rule)))
}

/// `"off"`, or a table with `level` or `severity`.
fn level(reader: &mut Reader<'_>, rule: &Spanned<String>, value: &Value<'_>) -> Option<Level> {
    let id = &rule.value;
    let table = match value.get_ref() {
        DeValue::Table(table) => table,
        DeValue::String(word) => {
            let word = Spanned::new(word.to_string(), value.span().into());
            return choice(reader, &word, id, &Level::WORDS, Level::from_word);
        }
        _ => {
            let example = format!("`\"{id}\" = \"off\"`");
            reader.wrong_type(value, &format!("`{id}`"), "a level, or a table with one", &example);
            return None;
        }
    };
    let before = reader.diagnostics.len();
    let mut found: Option<Level> = None;
    for (key, value) in entries(table) {
        let level = match key.get_ref().as_ref() {
            "level" => reader
                .string(value, "`level`", "level = \"off\"")
                .and_then(|word| choice(reader, &word, "level", &Level::WORDS, Level::from_word)),
            "severity" => severity(reader, value),
            _ => {
                reader.unknown_key(key, "a rule", &["level", "severity"]);
                None
            }
        };
        let Some(level) = level else { continue };
        if found.is_some_and(|other| other != level) {
            let message = format!("`level` and `severity` of `{id}` say two things");
            reader.error("two-levels", key.span().into(), message, "", "keep one of them");
        }
        found = Some(level);
    }
    if found.is_none() && reader.diagnostics.len() == before {
        let message = format!("nothing is said about `{id}`");
        reader.error("no-level", rule.span, message, "", "add `level = \"off\"` or `severity = \"warning\"`");
    }
    found
}

/// A severity, which a rule that is off has not.
fn severity(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Level> {
    let word = reader.string(value, "`severity`", "severity = \"warning\"")?;
    if word.value == "off" {
        reader.error("bad-word", word.span, "`off` is no severity", "", "write `level = \"off\"`");
        return None;
    }
    choice(reader, &word, "severity", &Level::WORDS[1..], Severity::from_word).map(Level::Severity)
}

fn read_apps(reader: &mut Reader<'_>, config: &mut Config, value: &Value<'_>) {
    for (key, value) in reader.table(value, "apps", "`[apps]` and lines such as `\"src/shop_core\" = \"shop\"`") {
        let folder = Spanned::new(key.get_ref().to_string(), key.span().into());
        if !is_relative(reader, &folder) {
            continue;
        }
        let Some(label) =
            reader.string(value, &format!("`{}`", folder.value), &format!("\"{}\" = \"shop\"", folder.value))
        else {
            continue;
        };
        if is_identifier(&label.value) {
            config.apps.push((folder.map(|folder| plain_folder(&folder)), label.value));
        } else {
            let message = format!("`{}` is no app label", label.value);
            let help = "a label is what `app_label` says in Django: letters, digits and underscores";
            reader.error("bad-label", label.span, message, "", help);
        }
    }
}

/// Without what does not change the folder.
fn plain_folder(folder: &str) -> String {
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_') && text.starts_with(|c: char| !c.is_numeric())
}

fn read_tables(reader: &mut Reader<'_>, config: &mut Config, value: &Value<'_>) {
    const EXAMPLE: &str = "`[tables.shop_order]` and lines such as `rows = 40_000_000`";
    for (key, value) in reader.table(value, "tables", EXAMPLE) {
        let name = key.get_ref();
        let mut facts = TableFacts::default();
        for (key, value) in reader.table(value, &format!("tables.{name}"), EXAMPLE) {
            match key.get_ref().as_ref() {
                "rows" => facts.rows = reader.count(value, "`rows`", "rows = 40_000_000"),
                "hot" => facts.hot = reader.boolean(value, "`hot`", "hot = true"),
                "owner" => {
                    facts.owner = reader.string(value, "`owner`", "owner = \"checkout\"").map(|owner| owner.value);
                }
                _ => reader.unknown_key(key, "a table", &["rows", "hot", "owner"]),
            }
        }
        config.tables.insert(name.to_string(), facts);
    }
}

fn read_settings(reader: &mut Reader<'_>, config: &mut Config, value: &Value<'_>) {
    for (key, value) in reader.table(value, "settings", "`[settings]` and lines such as `large-tables = [\"orders\"]`")
    {
        let name = key.get_ref();
        let setting = match value.get_ref() {
            DeValue::Boolean(truth) => SettingValue::Bool(*truth),
            DeValue::String(text) => SettingValue::Str(text.to_string()),
            DeValue::Integer(number) => {
                let Ok(number) = i64::from_str_radix(number.as_str(), number.radix()) else {
                    let message = format!("the number of `{name}` is too large");
                    reader.error("bad-number", value.span().into(), message, "", "at most 9223372036854775807 fits");
                    continue;
                };
                SettingValue::Int(number)
            }
            DeValue::Array(_) => {
                let items = reader.strings(value, name, "\"orders\"");
                SettingValue::List(items.into_iter().map(|item| item.value).collect())
            }
            _ => {
                let expected = "a boolean, an integer, a string or an array of strings";
                reader.wrong_type(value, &format!("`{name}`"), expected, "a string if nothing else fits");
                continue;
            }
        };
        config.settings.insert(name.to_string(), Spanned::new(setting, value.span().into()));
    }
}
