//! What a settings module says, without running it.

use crate::python::{self, Module, Value, ValueKind};
use crate::source::{SourceFile, Span};
use crate::target::Vendor;

/// What a settings module says of databases and models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFacts {
    /// The databases of `DATABASES`, each once.
    pub vendors: Vec<Vendor>,
    /// `AUTH_USER_MODEL`: `app.Model`.
    pub auth_user_model: Option<String>,
    /// `MIGRATION_MODULES`: app labels with the dotted path of the package with their migrations.
    pub migration_modules: Vec<(String, String)>,
    /// `DEFAULT_AUTO_FIELD`: a dotted path.
    pub default_auto_field: Option<String>,
}

/// The module that `DJANGO_SETTINGS_MODULE` is set to in a file such as `manage.py` or `pytest.ini`.
#[must_use]
pub fn settings_module(text: &str) -> Option<&str> {
    const NAME: &str = "DJANGO_SETTINGS_MODULE";
    text.match_indices(NAME).find_map(|(at, _)| {
        let rest = text[at + NAME.len()..].trim_start_matches(['"', '\'', ']', ')', ' ', ',', '=', ':']);
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        let module = rest[..end].trim_matches('.');
        module.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(module)
    })
}

/// What the text of a settings module says.
#[must_use]
pub fn settings_facts(name: &str, text: &str) -> SettingsFacts {
    let source = SourceFile::new(name, text);
    let Ok(module) = python::parse(&source) else { return SettingsFacts::default() };
    let text_of = |name: &str| module.name(name).and_then(Value::as_str).map(str::to_owned);
    SettingsFacts {
        vendors: vendors(&source, &module),
        auth_user_model: text_of("AUTH_USER_MODEL").filter(|model| model.contains('.')),
        migration_modules: migration_modules(&module),
        default_auto_field: text_of("DEFAULT_AUTO_FIELD"),
    }
}

fn migration_modules(module: &Module) -> Vec<(String, String)> {
    let Some(ValueKind::Dict(entries)) = module.name("MIGRATION_MODULES").map(|value| &value.kind) else {
        return Vec::new();
    };
    let pairs =
        entries.iter().filter_map(|(label, path)| Some((label.as_str()?.to_owned(), path.as_str()?.to_owned())));
    pairs.collect()
}

fn vendors(source: &SourceFile, module: &Module) -> Vec<Vendor> {
    let mut found = Vec::new();
    if let Some(databases) = module.name("DATABASES") {
        of_value(source, databases, &mut found);
    } else {
        // It may be set key by key, or below an `if`.
        let places = source.text().match_indices("DATABASES");
        let lines = places.map(|(at, _)| source.slice(source.line_span(at)));
        found.extend(lines.flat_map(|line| literals(line).into_iter().filter_map(of_text)));
    }
    let mut vendors = Vec::new();
    for vendor in found {
        if !vendors.contains(&vendor) {
            vendors.push(vendor);
        }
    }
    vendors
}

/// The databases in `DATABASES`, or in one of its values.
fn of_value(source: &SourceFile, value: &Value, found: &mut Vec<Vendor>) {
    let ValueKind::Dict(entries) = &value.kind else {
        of_expression(source, value, found);
        return;
    };
    for (key, value) in entries {
        match (key.as_str(), &value.kind) {
            (Some("ENGINE"), ValueKind::Str(engine)) => found.extend(vendor_in(&engine.value)),
            (Some("ENGINE"), _) => of_expression(source, value, found),
            (_, ValueKind::Dict(_) | ValueKind::Call(_) | ValueKind::Unknown(_)) => of_value(source, value, found),
            _ => {}
        }
    }
}

/// The databases that texts inside an expression name: `env.db(default="postgres://…")`,
/// `os.environ.get("DB_ENGINE", "django.db.backends.mysql")`.
fn of_expression(source: &SourceFile, value: &Value, found: &mut Vec<Vendor>) {
    let mut places: Vec<Span> = vec![value.span];
    match &value.kind {
        ValueKind::Unknown(unknown) => places.push(unknown.span),
        // A name stands where it is used; what it was given stands elsewhere.
        ValueKind::Call(call) => places.extend(call.arguments.iter().map(|argument| argument.span)),
        _ => {}
    }
    let texts = places.into_iter().flat_map(|place| literals(source.slice(place)));
    found.extend(texts.filter_map(of_text));
}

/// The texts between quotes, roughly: what is between two of them in a row counts as well, and matches nothing.
fn literals(code: &str) -> Vec<&str> {
    code.split(['"', '\'']).skip(1).collect()
}

/// The database that a text names, if it is the path of a backend or an address.
fn of_text(text: &str) -> Option<Vendor> {
    let names_one = text.contains("://") || (text.contains('.') && text.contains("backend"));
    names_one.then(|| vendor_in(text.split("://").next().unwrap_or(text))).flatten()
}

/// The database of an engine such as `django.db.backends.postgresql_psycopg2`, or a scheme such as `postgis`.
fn vendor_in(engine: &str) -> Option<Vendor> {
    let engine = engine.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| engine.contains(word));
    if has(&["postg", "psql", "pgsql"]) {
        Some(Vendor::PostgreSql)
    } else if has(&["mariadb"]) {
        Some(Vendor::MariaDb)
    } else if has(&["mysql"]) {
        Some(Vendor::MySql)
    } else if has(&["sqlite", "spatialite"]) {
        Some(Vendor::Sqlite)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendors_of(text: &str) -> Vec<&'static str> {
        settings_facts("settings.py", text).vendors.into_iter().map(Vendor::word).collect()
    }

    #[test]
    fn engines_are_found_however_they_are_written() {
        for (text, expected) in [
            (
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'USER': 'mysql'}}",
                &["postgresql"][..],
            ),
            ("DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.postgis'}}", &["postgresql"]),
            (
                "import os\nDATABASES = {'default': {'ENGINE': os.environ.get('E', 'django.db.backends.mysql')}}",
                &["mysql"],
            ),
            (
                "import os\nENGINE = os.getenv('E', 'django.db.backends.mysql')\nDATABASES = {'default': {'ENGINE': ENGINE}}",
                &["mysql"],
            ),
            (
                "import dj_database_url\nDATABASES = {'default': dj_database_url.config(default='postgres://u:p@db/x')}",
                &["postgresql"],
            ),
            (
                "import environ\nenv = environ.Env()\nDATABASES = {'default': env.db('URL', default='mysql://db/x')}",
                &["mysql"],
            ),
            ("DATABASES = {'default': env.db('DATABASE_URL')}", &[]),
            (
                "DATABASES = {'a': {'ENGINE': 'django.db.backends.postgresql'}, 'b': {'ENGINE': 'django.db.backends.sqlite3'}, 'c': {'ENGINE': 'x.postgresql'}}",
                &["postgresql", "sqlite"],
            ),
            ("DATABASES = {'default': {'ENGINE': 'django.db.backends.oracle'}}", &[]),
            ("import sys\nDATABASES = dict(default=dict(ENGINE='django.db.backends.mysql'))", &["mysql"]),
            ("DATABASES = (", &[]),
        ] {
            assert_eq!(vendors_of(text), expected, "{text}");
        }
    }

    #[test]
    fn other_settings_are_read() {
        let facts = settings_facts(
            "settings.py",
            "AUTH_USER_MODEL = 'people.Person'\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n\
             MIGRATION_MODULES = {'shop': 'project.migrations_of_shop', 'other': None}\n",
        );
        assert_eq!(facts.auth_user_model.as_deref(), Some("people.Person"));
        assert_eq!(facts.default_auto_field.as_deref(), Some("django.db.models.BigAutoField"));
        assert_eq!(facts.migration_modules, [("shop".to_owned(), "project.migrations_of_shop".to_owned())]);
    }

    #[test]
    fn the_settings_module_is_found_in_every_notation() {
        for text in [
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.local')",
            "os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"config.settings.local\"",
            "[pytest]\nDJANGO_SETTINGS_MODULE = config.settings.local\n",
            "# DJANGO_SETTINGS_MODULE\nDJANGO_SETTINGS_MODULE = \"config.settings.local\"",
            "environment:\n  DJANGO_SETTINGS_MODULE: config.settings.local",
        ] {
            assert_eq!(settings_module(text), Some("config.settings.local"), "{text}");
        }
        assert_eq!(settings_module("print('hello')"), None);
        assert_eq!(settings_module("os.environ.get('DJANGO_SETTINGS_MODULE')"), None);
    }
}
