use std::fs;

use super::*;

fn parse_as(text: &str, format: ConfigFormat) -> Result<Config, Vec<Diagnostic>> {
    Config::parse(&SourceFile::new("whimbrel.toml", text), format)
}

fn parse(text: &str) -> Config {
    parse_as(text, ConfigFormat::Whimbrel).unwrap()
}

/// `underlined: message — help` of every mistake.
fn mistakes(text: &str) -> Vec<String> {
    let diagnostics = parse_as(text, ConfigFormat::Whimbrel).unwrap_err();
    diagnostics
        .iter()
        .map(|mistake| {
            format!("{} | {} | {}", mistake.underlined(), mistake.message, mistake.help.clone().unwrap_or_default())
        })
        .collect()
}

fn values<T: Clone>(values: &[Spanned<T>]) -> Vec<T> {
    values.iter().map(|value| value.value.clone()).collect()
}

#[test]
fn every_key_is_read_with_its_place() {
    let text = r#"
databases = ["postgresql@16", "mysql"]
django = "5.2"
fail-on = "warning"
include = ["shop/**"]
exclude = ["legacy/"]

[rules]
files = ["ci/rules/*.rules", "../shared.rules"]
"locks/z" = "warning"
"compat/a" = "off"

[rules."compat/b"]
severity = "info"

[rules."compat/c"]
level = "off"

[apps]
"./src/shop_core/" = "shop"
"." = "main"

[settings]
strict = true
limit = 1_000
owner = "ops"
large-tables = ["shop_order"]
"#;
    let config = parse(text);
    let databases: Vec<String> = config.databases.iter().map(|database| database.value.to_string()).collect();
    assert_eq!(databases, ["postgresql@16", "mysql"]);
    let source = config.source.clone().unwrap();
    assert_eq!(source.slice(config.databases[0].span), "\"postgresql@16\"");
    assert_eq!(config.django.unwrap().value, Version::new(5, 2));
    assert_eq!(config.fail_on, Some(FailOn::Severity(Severity::Warning)));
    assert!(config.include.is_match("shop/migrations/0001_initial.py"));
    assert!(config.exclude.is_match("legacy/a.py"));
    assert_eq!(values(&config.rule_files), ["ci/rules/*.rules", "../shared.rules"]);
    let overrides: Vec<(&str, Level)> =
        config.overrides.iter().map(|change| (change.rule.value.as_str(), change.level)).collect();
    assert_eq!(
        overrides,
        [
            ("locks/z", Level::Severity(Severity::Warning)),
            ("compat/a", Level::Off),
            ("compat/b", Level::Severity(Severity::Info)),
            ("compat/c", Level::Off),
        ]
    );
    assert_eq!(source.slice(config.overrides[3].rule.span), "\"compat/c\"");
    let apps: Vec<(&str, &str)> =
        config.apps.iter().map(|(folder, label)| (folder.value.as_str(), label.as_str())).collect();
    assert_eq!(apps, [("src/shop_core", "shop"), (".", "main")]);
    let settings: Vec<(&str, SettingValue)> =
        config.settings.iter().map(|(name, value)| (name.as_str(), value.value.clone())).collect();
    assert_eq!(
        settings,
        [
            ("large-tables", SettingValue::List(vec!["shop_order".to_owned()])),
            ("limit", SettingValue::Int(1000)),
            ("owner", SettingValue::Str("ops".to_owned())),
            ("strict", SettingValue::Bool(true)),
        ]
    );
}

#[test]
fn rules_may_be_a_list_of_files() {
    assert_eq!(values(&parse("rules = [\"a.rules\"]").rule_files), ["a.rules"]);
    assert!(parse("").rule_files.is_empty());
}

#[test]
fn all_mistakes_are_told_at_once_by_place() {
    let text = r#"
databases = ["postgres@16", "mysql@eight", 3]
django = 5.2
exlude = ["a"]
fail-on = "errors"
include = ["a[", "/abs", "a\\b"]
packages = 1

[rules]
file = []
"Compat/X" = "off"
"compat/x" = "on"

[apps]
"src/shop" = "my-shop"

[settings]
when = 2020-01-01
"#;
    insta::assert_snapshot!(mistakes(text).join("\n"), @r#"
    "postgres@16" | `postgres` is no database that Django supports | did you mean `postgresql`?
    "mysql@eight" | `eight` is no version | write numbers with dots between them, such as `16` or `5.2`
    3 | an item of `databases` must be a string | write `"postgresql@16"`
    5.2 | `django` must be a string | write `django = "5.2"`
    exlude | `exlude` is no key of the configuration | did you mean `exclude`?
    "errors" | `errors` is no value of `fail-on` | did you mean `error`?
    "a[" | `a[` is no pattern: unclosed character class; missing ']' | `*` stands for a part of a name, `**` for any folders, `[ab]` for one of these characters, `{x,y}` for one of these texts
    "/abs" | an absolute path is right on one machine only | write it relative to the folder of the configuration
    "a\\b" | paths are written with forward slashes | write it relative to the folder of the configuration
    packages | `packages` is no key of the configuration | known here: `databases`, `django`, `rules`, `packs`, `include`, `exclude`, `apps`, `settings`, `tables`, `deployed`, `baseline`, `fail-on`, `require-reason`, `site-packages`
    file | `file` is no key of `[rules]` | did you mean `files`?
    "Compat/X" | `Compat/X` is no rule's id | a rule's id is `pack/rule`, both in lower case with hyphens; `pack/*` is all of a pack
    "on" | `on` is no value of `compat/x` | write one of `off`, `info`, `warning`, `error`
    "my-shop" | `my-shop` is no app label | a label is what `app_label` says in Django: letters, digits and underscores
    2020-01-01 | `when` must be a boolean, an integer, a string or an array of strings | write a string if nothing else fits
    "#);
}

#[test]
fn a_rule_s_table_says_one_thing() {
    let text = r#"
[rules."a/b"]
level = "off"
severity = "error"
[rules."a/c"]
[rules."a/d"]
severity = "off"
[rules."a/e"]
levl = "off"
[rules]
"a/f" = true
"#;
    insta::assert_snapshot!(mistakes(text).join("\n"), @r#"
    severity | `level` and `severity` of `a/b` say two things | keep one of them
    "a/c" | nothing is said about `a/c` | add `level = "off"` or `severity = "warning"`
    "off" | `off` is no severity | write `level = "off"`
    levl | `levl` is no key of a rule | did you mean `level`?
    true | `a/f` must be a level, or a table with one | write `"a/f" = "off"`
    "#);
    let config = parse("[rules.\"a/b\"]\nlevel = \"error\"\nseverity = \"error\"\n");
    assert_eq!(config.overrides[0].level, Level::Severity(Severity::Error));
}

#[test]
fn places_are_right_behind_a_byte_order_mark_and_windows_line_ends() {
    assert_eq!(
        mistakes("\u{feff}databases = \"mysql\"\r\ndjango = 5"),
        [
            "\"mysql\" | `databases` must be an array of strings | write `databases = [\"postgresql@16\"]`",
            "5 | `django` must be a string | write `django = \"5.2\"`",
        ]
    );
}

#[test]
fn broken_toml_is_told_at_its_place() {
    insta::assert_snapshot!(mistakes("django = \"5.2\ndatabases = [\n").join("\n"), @r#"
    | this is no TOML: invalid basic string, expected `"` | https://toml.io shows the syntax on one page
    | this is no TOML: unclosed array, expected `]` | https://toml.io shows the syntax on one page
    "#);
}

#[test]
fn a_folder_s_pattern_covers_what_lies_below() {
    let config = parse("exclude = [\"./legacy/\", \"*/gen\", \"**/vendor_*\"]");
    for path in ["legacy", "legacy/a/b.py", "x/gen/a.py", "a/b/vendor_x/c.py"] {
        assert!(config.exclude.is_match(path), "{path}");
    }
    for path in ["legacy2/a.py", "a/legacy/b.py", "x/y/gen/a.py"] {
        assert!(!config.exclude.is_match(path), "{path}");
    }
    assert!(parse("include = [\".\"]").include.is_match("a/b.py"));
    assert!(!Config::default().include.is_match("a.py"));
    assert!(Config::default().selects("a.py"));
    let config = parse("include = [\"shop\"]\nexclude = [\"shop/old\"]");
    assert!(config.selects("shop/a.py") && !config.selects("shop/old/a.py") && !config.selects("a.py"));
}

#[test]
fn failing_starts_at_a_severity() {
    assert!(FailOn::default().fails(Severity::Error) && !FailOn::default().fails(Severity::Warning));
    assert!(FailOn::Severity(Severity::Info).fails(Severity::Info) && !FailOn::Never.fails(Severity::Error));
}

#[test]
fn pyproject_has_a_table_and_the_rest_is_not_ours() {
    let config = parse_as("[tool.ruff]\nx = 1\n[tool.whimbrel]\ndjango = \"4.2\"\n", ConfigFormat::PyProject).unwrap();
    assert_eq!(config.django.unwrap().value, Version::new(4, 2));
    assert!(parse_as("[tool]\nwhimbrel = 1\n", ConfigFormat::PyProject).is_err());
    assert!(parse_as("[project]\n", ConfigFormat::PyProject).is_ok());
}

#[test]
fn the_nearest_file_wins_and_the_root_ends_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let outer = folder.path().canonicalize().unwrap();
    let root = outer.join("repo");
    let deep = root.join("a/b");
    fs::create_dir_all(&deep).unwrap();
    fs::write(outer.join("whimbrel.toml"), "django = \"1.11\"").unwrap();
    let load = |start: &std::path::Path| Config::load(start, Some(&root), None).unwrap();

    let none = load(&deep);
    assert!(none.path.is_none() && none.source.is_none());
    assert_eq!(none.root, root);

    fs::write(root.join("pyproject.toml"), "[tool.whimbrel]\ndjango = \"4.2\"").unwrap();
    fs::write(deep.join("pyproject.toml"), b"[tool.ruff]\n= broken \xff").unwrap();
    let found = load(&deep);
    assert_eq!(found.path.as_deref(), Some(root.join("pyproject.toml").as_path()));
    assert_eq!(found.root, root);
    assert_eq!(found.source.unwrap().path(), "pyproject.toml");

    fs::write(root.join(".whimbrel.toml"), "").unwrap();
    assert_eq!(load(&deep).path, Some(root.join(".whimbrel.toml")));
    fs::write(root.join("a/whimbrel.toml"), "").unwrap();
    let nearest = load(&deep);
    assert_eq!(nearest.root, root.join("a"));
    assert_eq!(nearest.source.unwrap().path(), "a/whimbrel.toml");

    let above = Config::load(&outer, None, None).unwrap();
    assert_eq!(above.path, Some(outer.join("whimbrel.toml")));
}

#[test]
fn a_named_file_must_be_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str| Config::load(folder.path(), None, Some(&folder.path().join(name)));
    assert!(matches!(load("none.toml"), Err(ConfigError::Unreadable { .. })));
    fs::write(folder.path().join("pyproject.toml"), "[tool.ruff]\n").unwrap();
    assert!(matches!(load("pyproject.toml"), Err(ConfigError::NoTable { .. })));
    fs::write(folder.path().join("other.toml"), b"django = \"\xff\"").unwrap();
    assert!(matches!(load("other.toml"), Err(ConfigError::NotUtf8 { offset: 10, .. })));
    fs::write(folder.path().join("other.toml"), "x = 1\ny = 2").unwrap();
    assert_eq!(load("other.toml").unwrap_err().to_string(), "the configuration has 2 mistakes");
    fs::write(folder.path().join("other.toml"), "\u{feff}django = \"5.2\"\r\n").unwrap();
    assert_eq!(load("other.toml").unwrap().root, folder.path());
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_makes_the_reader_fail(
            text in "([\\[\\]{}\"'=., \n#é0-9]|rules|django|apps|settings|\"a/b\"|level|include){0,30}",
        ) {
            let source = SourceFile::new("whimbrel.toml", text);
            if let Err(mistakes) = Config::parse(&source, ConfigFormat::Whimbrel) {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!(mistake.labels.iter().all(|label| source.text().get(label.span.range()).is_some()));
                }
            }
        }

        #[test]
        fn nesting_has_a_bound(depth in 1_000_usize..60_000) {
            let text = format!("rules = {}", "[".repeat(depth));
            prop_assert!(parse_as(&text, ConfigFormat::Whimbrel).is_err());
        }
    }
}
