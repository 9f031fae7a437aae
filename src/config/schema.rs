//! The configuration's JSON schema, for editors that complete and check TOML.

use serde_json::{Value, json};

use super::parse::KEYS;

/// The schema of `whimbrel.toml`, as JSON text.
#[must_use]
pub fn json_schema() -> String {
    let properties: serde_json::Map<String, Value> =
        KEYS.iter().map(|key| ((*key).to_owned(), property(key))).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration of whimbrel",
        "description": "`whimbrel.toml`, `.whimbrel.toml`, or `[tool.whimbrel]` in `pyproject.toml`",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    // A value is always text.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// What may stand behind a key.
fn property(key: &str) -> Value {
    let paths = json!({"type": "array", "items": {"type": "string", "minLength": 1}});
    let level = json!({"enum": super::Level::WORDS});
    let (description, shape) = match key {
        "databases" => (
            "The databases to judge for; without it, those of the settings module",
            json!({"type": "array", "items": {
                "type": "string",
                "pattern": "^(postgresql|mysql|mariadb|sqlite)(@[0-9]+(\\.[0-9]+){0,3})?$"
            }}),
        ),
        "django" => (
            "The version of Django; without it, that of a lock file",
            json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+){0,3}$"}),
        ),
        "rules" => (
            "Rule files, or a table with `files` and levels of rules",
            json!({"anyOf": [paths, {
                "type": "object",
                "properties": {"files": paths},
                "patternProperties": {"^[a-z0-9-]+/([a-z0-9-]+|[*])$": {"anyOf": [level, {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"level": level, "severity": {"enum": &super::Level::WORDS[1..]}},
                }]}},
                "additionalProperties": false,
            }]}),
        ),
        "packs" => (
            "Rules that are shared with other repositories, by the name of the pack",
            json!({"type": "object", "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "`{ path = … }`, `{ git = …, rev = …, folder = … }` or `{ python = … }`",
            }}),
        ),
        "include" => ("If given, only files that match are judged", paths),
        "exclude" => ("Files that match are not judged; a folder stands for all that lies below it", paths),
        "apps" => (
            "Labels of apps by their folders, where they can't be found out",
            json!({"type": "object", "additionalProperties": {"type": "string", "pattern": "^\\w+$"}}),
        ),
        "settings" => (
            "Values that rule files ask for by name",
            json!({"type": "object", "additionalProperties": {"anyOf": [
                {"type": ["boolean", "integer", "string"]},
                {"type": "array", "items": {"type": "string"}},
            ]}}),
        ),
        "tables" => (
            "What is known of tables, by their name in the database",
            json!({"type": "object", "additionalProperties": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "rows": {"type": "integer", "minimum": 0, "description": "About how many rows it has"},
                    "hot": {"type": "boolean", "description": "Whether it is in use at every moment"},
                    "owner": {"type": "string", "description": "Who answers for it"},
                },
            }}),
        ),
        "deployed" => (
            "The code that may still be running: a tag, a branch, or `merge-base:origin/main`",
            json!({"type": "string", "minLength": 1}),
        ),
        "baseline" => ("The file with findings of the past", json!({"type": "string", "minLength": 1})),
        "fail-on" => (
            "From which severity on a finding fails the run",
            json!({"enum": super::FailOn::WORDS, "default": "error"}),
        ),
        "require-reason" => ("Whether a suppression must say why", json!({"type": "boolean", "default": false})),
        "site-packages" => (
            "Folders with installed packages, whose migrations belong to the history, and whose field classes are read",
            paths,
        ),
        _ => ("", json!({})),
    };
    let mut shape = shape;
    if let Value::Object(shape) = &mut shape {
        shape.insert("description".to_owned(), json!(description));
    }
    shape
}
