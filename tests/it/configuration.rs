//! The configuration: what is detected without one, what `init` writes, and the schema for editors.

use serde_json::Value;
use std::path::Path;

use whimbrel::config::{Config, ConfigFormat, json_schema};
use whimbrel::source::SourceFile;

use crate::formats::validate;
use crate::repository::Repository;

const MIGRATION: &str =
    "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = []\n";

/// What `-v` says, without the repository's folder.
fn detected(repository: &Repository) -> String {
    let run = repository.run(&["check", "-v", "-q"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let lines = run.err.lines().filter(|line| !line.starts_with("repository") && !line.starts_with("rules"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_not_configured_is_detected() {
    let repository = Repository::with(&[
        ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings.local')\n"),
        ("mysite/settings/__init__.py", ""),
        (
            "mysite/settings/local.py",
            "from .base import *\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
        ),
        (
            "mysite/settings/base.py",
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}, 'log': {'ENGINE': 'django.db.backends.mysql'}}\n\
             AUTH_USER_MODEL = 'people.Person'\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n\
             MIGRATION_MODULES = {'shop': 'parts.migrations_of_shop'}\n",
        ),
        ("parts/migrations_of_shop/0001_initial.py", MIGRATION),
        ("uv.lock", "[[package]]\nname = \"django\"\nversion = \"4.2.11\"\n"),
        ("requirements.txt", "django==3.2\n"),
    ]);
    repository.git(&["add", "--all"]);
    insta::assert_snapshot!(detected(&repository), @r"
    configuration  none
    deployed       HEAD (default)
    databases      postgresql, mysql (mysite/settings/base.py)
    django         4.2 (uv.lock)
    user model     people.Person (mysite/settings/base.py)
    auto field     django.db.models.BigAutoField (mysite/settings/base.py)
    app            shop in parts (mysite/settings/base.py)
    ");
    let json: Value = serde_json::from_str(&repository.run(&["check", "--format", "json"]).out).unwrap();
    assert_eq!(json["target"], serde_json::json!({"databases": ["postgresql", "mysql"], "django": "4.2"}));
    assert_eq!(json["migrations"][0]["app"], "shop");
    // What is configured counts more, and the command line most.
    repository.write("whimbrel.toml", "databases = [\"sqlite\"]\ndjango = \"5.1\"\n");
    insta::assert_snapshot!(detected(&repository), @r"
    configuration  whimbrel.toml
    deployed       HEAD (default)
    databases      sqlite (whimbrel.toml)
    django         5.1 (whimbrel.toml)
    user model     people.Person (mysite/settings/base.py)
    auto field     django.db.models.BigAutoField (mysite/settings/base.py)
    app            shop in parts (mysite/settings/base.py)
    ");
    let run = repository.run(&["check", "-v", "--database", "mariadb@11", "--django", "6.0"]);
    assert!(run.err.contains("mariadb@11 (command line)") && run.err.contains("6.0 (command line)"), "{}", run.err);
}

#[test]
fn a_folder_of_migrations_that_is_not_recognised_is_told() {
    let repository = Repository::with(&[
        ("manage.py", "os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\n"),
        ("settings.py", "MIGRATION_MODULES = {'shop': 'parts.history', 'site': 'parts.site_migrations'}\n"),
        ("parts/history/0001_initial.py", MIGRATION),
        ("parts/site_migrations/0001_initial.py", MIGRATION),
    ]);
    repository.git(&["add", "--all"]);
    let run = repository.run(&["check", "--all", "--format", "concise"]);
    assert_eq!(
        run.err,
        "whimbrel: `parts/history` is not looked into, and settings.py keeps the migrations of `shop` there\n  \
         help: give it a name that holds `migrations`, such as `parts/history_migrations`\n"
    );
    assert_eq!(run.out, "no problems in 1 migration (0 operations)\n");
    assert_eq!(repository.run(&["check", "--all", "-q"]).err, "");
}

#[test]
fn the_user_model_of_the_settings_is_known() {
    let user = "migrations.CreateModel('Person', [('id', models.AutoField(primary_key=True))])";
    let order = "migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), \
                 ('user', models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE))])";
    let migration = |dependencies: &str, operations: &str| {
        format!(
            "from django.conf import settings\nfrom django.db import migrations, models\n\n\n\
             class Migration(migrations.Migration):\n    dependencies = [{dependencies}]\n    operations = [{operations}]\n"
        )
    };
    let repository = Repository::with(&[
        ("settings.py", "AUTH_USER_MODEL = 'people.Person'\n"),
        ("people/migrations/0001_initial.py", &migration("", user)),
        (
            "shop/migrations/0001_initial.py",
            &migration("migrations.swappable_dependency(settings.AUTH_USER_MODEL)", order),
        ),
    ]);
    repository.git(&["add", "--all"]);
    assert!(detected(&repository).contains("user model     people.Person (settings.py)"));
}

#[test]
fn nothing_is_detected_in_an_empty_project() {
    insta::assert_snapshot!(detected(&Repository::with(&[])), @r"
    configuration  none
    deployed       HEAD (default)
    databases      postgresql (default)
    django         5.2 (default)
    ");
}

#[test]
fn init_writes_what_it_finds_and_what_it_wrote_works() {
    let repository = Repository::with(&[
        ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"),
        ("settings.py", "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\n"),
        ("requirements.txt", "Django==5.1.2\n"),
        ("shop/migrations/0001_auto_x.py", MIGRATION),
    ]);
    repository.git(&["add", "--all"]);
    let run = repository.run(&["init"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out, @r"
    wrote `whimbrel.toml`
    wrote `team.rules`
    wrote `.pre-commit-config.yaml`

    Next:
      whimbrel check -v                     judge what is staged, and say what was detected
      whimbrel check --all --statistics     count what the rules say of the migrations that are there
      whimbrel check --all --write-baseline leave what is there alone, and judge what comes
      whimbrel rules                        see the rules, and `whimbrel explain RULE` why they are there
    ");
    insta::assert_snapshot!(repository.read("whimbrel.toml"), @r#"
    # Configuration of whimbrel. Every key may be left out.

    # What migrations are judged for. A version makes verdicts sharper: "postgresql@16".
    databases = ["mysql"]  # from settings.py
    django = "5.1"  # from requirements.txt

    # The code that may still be running while migrations run: a tag, a branch, or where this branch left another one.
    # Without it: the last commit.
    # deployed = "merge-base:origin/main"

    # Findings of the past, written by `whimbrel check --all --write-baseline`.
    # baseline = "whimbrel-baseline.toml"

    # fail-on = "error"         # or "warning", "info", "never"
    # require-reason = true     # a suppression must say why
    # exclude = ["legacy"]      # a folder stands for all that lies below it

    [rules]
    files = ["team.rules"]
    # "data/sql-irreversible" = "warning"  # another level: "error", "warning", "info", "off"

    # What the rules may ask of a table: `model.rows`, `model.hot`, `model.owner`.
    # [tables.shop_order]
    # rows = 40_000_000
    # hot = true
    # owner = "checkout"

    # The label of the app in a folder, where it can't be found out.
    # [apps]
    # "src/shop_core" = "shop"
    "#);
    insta::assert_snapshot!(repository.read(".pre-commit-config.yaml"), @r"
    repos:
    - repo: local
      hooks:
        - id: whimbrel
          name: whimbrel (Django migrations)
          entry: whimbrel check --force-exclude
          language: system
          types: [python]
          files: '(^|/)[^/]*migrations[^/]*/[^/]+\.py$'
          require_serial: true
    ");
    let test = repository.run(&["test"]);
    assert_eq!(test.out, "1 rule, 2 examples: all pass\n", "{}", test.err);
    assert_eq!(repository.run(&["fmt", "--check", "team.rules"]).status, 0);
    let check = repository.run(&["check", "--format", "concise"]);
    assert!(check.out.contains("info[team/automatic-name]"), "{} {}", check.out, check.err);

    // The second time, nothing changes.
    let before = ["whimbrel.toml", "team.rules", ".pre-commit-config.yaml"].map(|path| repository.read(path));
    let again = repository.run(&["init"]);
    assert_eq!(again.status, 0);
    assert!(again.out.contains("`whimbrel.toml` is there already, and stays as it is"), "{}", again.out);
    assert_eq!(["whimbrel.toml", "team.rules", ".pre-commit-config.yaml"].map(|path| repository.read(path)), before);
}

#[test]
fn init_adds_the_hook_where_that_is_safe() {
    let hooks = "repos:\n  - repo: https://example.org/other\n    rev: v1\n    hooks:\n      - id: other";
    let repository = Repository::with(&[(".pre-commit-config.yaml", hooks)]);
    assert!(repository.run(&["init"]).out.contains("added the hook"));
    let text = repository.read(".pre-commit-config.yaml");
    let configured = repository.read("whimbrel.toml");
    assert!(configured.contains("\n# databases = [\"postgresql\"]\n# django = \"5.2\"\n"), "{configured}");
    assert!(text.starts_with(&format!("{hooks}\n  - repo: local\n    hooks:\n      - id: whimbrel\n")), "{text}");

    let ended = format!("{hooks}\nci:\n  autofix_prs: false\n");
    let repository = Repository::with(&[(".pre-commit-config.yaml", &ended)]);
    let run = repository.run(&["init"]);
    assert!(run.out.contains("add the hook to the `repos` of") && run.out.contains("- id: whimbrel"), "{}", run.out);
    assert_eq!(repository.read(".pre-commit-config.yaml"), ended);

    let repository = Repository::with(&[("pyproject.toml", "[tool.whimbrel]\ndjango = \"5.2\"\n")]);
    let run = repository.run(&["init"]);
    assert!(run.out.contains("`pyproject.toml` is there already") && !repository.file("whimbrel.toml").exists());
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("whimbrel.schema.json");
    let expected = json_schema();
    if std::fs::read_to_string(&path).unwrap_or_default() == expected {
        return;
    }
    assert!(
        std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always"),
        "whimbrel.schema.json is out of date: `INSTA_UPDATE=always cargo test --test it schema` writes it anew"
    );
    std::fs::write(path, expected).unwrap();
}

/// TOML as the JSON that an editor's checker sees.
fn as_json(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[test]
fn the_schema_and_the_reader_accept_and_refuse_the_same() {
    let schema = json_schema();
    let reads = |text: &str| Config::parse(&SourceFile::new("whimbrel.toml", text), ConfigFormat::Whimbrel).is_ok();
    for text in [
        "",
        "databases = [\"postgresql@16\", \"mysql@8.0.36\", \"sqlite\"]\ndjango = \"5.2\"",
        "rules = [\"a.rules\"]",
        "[rules]\nfiles = [\"a.rules\"]\n\"compat/x\" = \"off\"\n[rules.\"data/y-z\"]\nseverity = \"info\"",
        "[rules]\n\"data/*\" = \"warning\"",
        "[packs]\nacme = { git = \"https://example.org/a\", rev = \"v1\" }",
        "include = [\"a/**\"]\nexclude = [\"b\"]\nsite-packages = [\"/usr/lib/x\"]",
        "[apps]\n\"src/a\" = \"a\"\n[settings]\na = 1\nb = true\nc = \"x\"\nd = [\"x\"]",
        "[tables.\"app_order\"]\nrows = 40_000_000\nhot = true\nowner = \"x\"",
        "deployed = \"v1\"\nbaseline = \"b.toml\"\nfail-on = \"never\"\nrequire-reason = true",
    ] {
        assert!(reads(text), "{text}");
        validate(&schema, &as_json(text)).unwrap();
    }
    for text in [
        "database = [\"sqlite\"]",
        "databases = [\"oracle\"]",
        "databases = \"sqlite\"",
        "django = 5.2",
        "rules = \"a.rules\"",
        "[rules]\nfile = []",
        "[rules]\n\"compat/x\" = \"on\"",
        "[rules.\"compat/x\"]\nlevels = \"off\"",
        "packs = [\"a\"]",
        "include = \"a\"",
        "[apps]\na = 1",
        "[settings]\na = 1979-05-27",
        "[tables.a]\nrows = -1",
        "[tables.a]\nsize = 1",
        "deployed = 1",
        "baseline = []",
        "fail-on = \"errors\"",
        "require-reason = \"yes\"",
        "site-packages = \"a\"",
    ] {
        assert!(!reads(text), "{text}");
        // A date has no type in JSON.
        let shape = as_json(&text.replace("1979-05-27", "1.5"));
        assert!(validate(&schema, &shape).is_err(), "{text}");
    }
}
