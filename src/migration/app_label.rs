//! The label of the app that a folder of migrations belongs to.

use std::collections::BTreeMap;

use crate::python::{self, ValueKind};
use crate::source::SourceFile;

/// What an app's label is told from.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppFiles<'a> {
    /// Name of the app's folder, which holds the folder of migrations.
    pub folder: &'a str,
    /// Texts of the app's `apps.py` and `__init__.py`, as far as they exist.
    pub configs: &'a [&'a str],
    /// `("app", "name")` pairs of `dependencies` in the app's migrations, each time one is written.
    pub dependencies: &'a [(&'a str, &'a str)],
    /// Names of the app's migrations.
    pub names: &'a [&'a str],
}

/// The label: that of the only `AppConfig`, else the app that most dependencies on the folder's own migrations name,
/// else the folder's name.
#[must_use]
pub fn app_label_of(files: &AppFiles<'_>) -> String {
    configured(files.configs).or_else(|| depended(files)).unwrap_or_else(|| files.folder.to_owned())
}

/// `label`, or the last part of `name`, of the `AppConfig` that Django would take.
fn configured(texts: &[&str]) -> Option<String> {
    let mut labels = Vec::new();
    for text in texts.iter().filter(|text| text.contains("AppConfig") || text.contains("Config)")) {
        let Ok(module) = python::parse(&SourceFile::new("apps.py", *text)) else { continue };
        for class in &module.classes {
            let is_config = class.bases.iter().flatten().any(|base| base.ends_with("Config"));
            let stated = |name: &str| class.attribute(name).map(|attribute| &attribute.value);
            let text = |name: &str| stated(name).and_then(|value| value.as_str());
            let label = text("label").or_else(|| text("name").and_then(|name| name.rsplit('.').next()));
            if let (true, Some(label)) = (is_config, label) {
                let default = stated("default").is_some_and(|value| matches!(value.kind, ValueKind::Bool(true)));
                labels.push((default, label.to_owned()));
            }
        }
    }
    let mut defaults = labels.iter().filter(|(default, _)| *default);
    if let (Some((_, label)), None) = (defaults.next(), defaults.next()) {
        return Some(label.clone());
    }
    match &labels[..] {
        [(_, label)] => Some(label.clone()),
        [(_, first), others @ ..] if others.iter().all(|(_, label)| label == first) => Some(first.clone()),
        _ => None,
    }
}

/// The app that most dependencies on one of the folder's own migrations name. A name such as `0001_initial` exists in
/// every app, so names that only one app is asked for count more than those.
fn depended(files: &AppFiles<'_>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (app, name) in files.dependencies {
        if files.names.contains(name) {
            let common = *name == "0001_initial";
            *counts.entry(app).or_default() += if common { 1 } else { 1_000 };
        }
    }
    let most = counts.values().copied().max()?;
    let mut winners = counts.into_iter().filter(|(_, count)| *count == most).map(|(app, _)| app);
    match (winners.next(), winners.next()) {
        (Some(app), None) => Some(app.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["0001_initial", "0002_more"];

    fn files<'a>(folder: &'a str, configs: &'a [&'a str]) -> AppFiles<'a> {
        AppFiles { folder, configs, dependencies: &[], names: NAMES }
    }

    #[test]
    fn an_app_config_comes_first() {
        let config = "from django.apps import AppConfig\nclass C(AppConfig):\n    name = 'wagtail.core'\n";
        let labelled = format!("{config}    label = 'wagtail' 'core'\n");
        assert_eq!(app_label_of(&files("core", &[&labelled])), "wagtailcore");
        assert_eq!(app_label_of(&files("core", &[config])), "core");
    }

    #[test]
    fn of_several_configs_the_default_counts() {
        let two = "class A(AppConfig):\n    label = 'a'\nclass B(AppConfig):\n    label = 'b'\n";
        assert_eq!(app_label_of(&files("folder", &[two])), "folder");
        assert_eq!(app_label_of(&files("folder", &[&format!("{two}    default = True\n")])), "b");
    }

    #[test]
    fn dependencies_on_the_own_migrations_come_second() {
        let files = AppFiles {
            folder: "app",
            configs: &["not python ("],
            dependencies: &[("auth", "0001_initial"), ("auth", "0001_initial"), ("core", "0002_more"), ("x", "0009")],
            names: NAMES,
        };
        assert_eq!(app_label_of(&files), "core");
        assert_eq!(app_label_of(&AppFiles { dependencies: &[], ..files }), "app");
    }
}
