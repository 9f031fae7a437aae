//! What the files of a project tell that its configuration does not.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::selection::is_skipped;
use crate::detect::{LOCK_FILES, SettingsFacts, django_version, settings_facts, settings_module};
use crate::history::Settings;
use crate::python;
use crate::target::{Database, Vendor, Version};

/// Files larger than this are not looked into: a lock file may be large, a settings module is not.
const LARGEST: u64 = 16 << 20;
/// So many folders are looked into for `manage.py` or settings, and so many settings modules are read.
const MOST_FOLDERS: usize = 300;
const MOST_MODULES: usize = 20;

/// A value with the file that says it.
#[derive(Clone, Debug)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) origin: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Detected {
    /// The databases of the settings.
    pub(super) databases: Option<Found<Vec<Database>>>,
    /// The version of Django in a lock file or in requirements.
    pub(super) django: Option<Found<Version>>,
    /// Whether there are settings modules at all.
    has_settings: bool,
    /// `AUTH_USER_MODEL`
    pub(super) user_model: Option<Found<String>>,
    /// `DEFAULT_AUTO_FIELD`
    pub(super) auto_field: Option<Found<String>>,
    /// Folders of apps with their labels, from `MIGRATION_MODULES`: below the root.
    pub(super) apps: Vec<Found<(PathBuf, String)>>,
    /// Packages of `MIGRATION_MODULES` that are not looked into, because their name does not say what they are, with the
    /// labels of their apps.
    pub(super) unseen: Vec<Found<(PathBuf, String)>>,
}

impl Detected {
    /// Looks around below `root`, first in `near`.
    pub(super) fn around(root: &Path, near: &Path) -> Self {
        let folders = folders(root, near);
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let mut detected = Self { django: django(&folders, &shown), ..Self::default() };
        let modules: Vec<(PathBuf, SettingsFacts)> = settings_files(&folders)
            .into_iter()
            .filter_map(|path| {
                let facts = settings_facts(&shown(&path), &read(&path)?);
                Some((path, facts))
            })
            .collect();
        detected.databases = databases(&modules, &shown);
        detected.has_settings = !modules.is_empty();
        for (path, facts) in modules {
            let origin = shown(&path);
            let found = |value: String| Found { value, origin: origin.clone() };
            detected.user_model = detected.user_model.or(facts.auth_user_model.map(found));
            detected.auto_field = detected.auto_field.or(facts.default_auto_field.map(found));
            for (label, module) in facts.migration_modules {
                let app = folders.iter().find_map(|folder| app_of(folder, &module));
                let Some(app) = app else { continue };
                let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
                let package = app.join(module.rsplit('.').next().unwrap_or_default());
                let seen = package.file_name().is_some_and(|name| name.to_string_lossy().contains("migrations"));
                let (to, path) = if seen { (&mut detected.apps, app) } else { (&mut detected.unseen, package) };
                to.push(Found { value: (below(&path), label), origin: origin.clone() });
            }
        }
        detected
    }

    /// What the replay needs of the settings.
    pub(super) fn settings(&self) -> Settings {
        let mut settings = match &self.user_model {
            Some(model) => Settings::default().with_model("AUTH_USER_MODEL", &model.value),
            // django/conf/global_settings.py
            None if self.has_settings => Settings::default().with_model("AUTH_USER_MODEL", "auth.User"),
            None => Settings::default(),
        };
        if let Some(field) = &self.auto_field {
            settings = settings.with_default_auto_field(&field.value);
        }
        settings
    }
}

/// The folder of the app whose migrations are the package `module`: the one around it, unless that has migrations of
/// its own.
fn app_of(base: &Path, module: &str) -> Option<PathBuf> {
    let package = base.join(module.replace('.', "/"));
    if !package.is_dir() {
        return None;
    }
    let app = package.parent()?.to_owned();
    let own = app.join("migrations");
    (own == package || !own.is_dir()).then_some(app)
}

/// The folders that may hold a project: `near`, `root`, and what lies two levels below it, those with `manage.py` first.
fn folders(root: &Path, near: &Path) -> Vec<PathBuf> {
    let mut folders = vec![near.to_owned(), root.to_owned()];
    let mut at = 1;
    for _ in 0..2 {
        let level = at..folders.len();
        at = folders.len();
        let above = folders[level].to_vec();
        for folder in above {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut below: Vec<PathBuf> = entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .filter(|entry| !is_skipped(&entry.file_name().to_string_lossy()))
                .map(|entry| entry.path())
                .collect();
            below.sort();
            folders.extend(below);
            folders.truncate(MOST_FOLDERS);
        }
    }
    folders.dedup();
    folders.sort_by_key(|folder| !folder.join("manage.py").is_file());
    folders
}

fn django(folders: &[PathBuf], shown: &dyn Fn(&Path) -> String) -> Option<Found<Version>> {
    // A lock file of the whole repository says more than the requirements of a folder.
    folders.iter().find_map(|folder| {
        LOCK_FILES.iter().find_map(|name| {
            let path = folder.join(name);
            let value = django_version(name, &read(&path)?)?;
            Some(Found { value, origin: shown(&path) })
        })
    })
}

/// The settings module that `manage.py` and its likes name, and those beside it; else what is called like one.
fn settings_files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let naming = ["manage.py", "pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"];
    let named = folders.iter().find_map(|folder| {
        let module = naming.iter().find_map(|name| {
            let text = read(&folder.join(name))?;
            settings_module(&text).map(|module| module.replace('.', "/"))
        })?;
        let bases = [folder.clone(), folder.join("src")].into_iter().chain(folders.iter().cloned());
        bases.into_iter().find_map(|base| module_file(&base.join(&module)))
    });
    let called = || {
        let in_folder = |folder: &PathBuf| module_file(&folder.join("settings"));
        folders.iter().find_map(in_folder)
    };
    let Some(first) = named.or_else(called) else { return Vec::new() };
    let mut files = vec![first.clone()];
    let folder = first.parent().unwrap_or(Path::new(""));
    let of_settings = folder.to_string_lossy().contains("settings") || folder.ends_with("config");
    let mut beside: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    beside.sort();
    files.extend(beside.into_iter().filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let python = path.extension().is_some_and(|extension| extension == "py");
        python && *path != first && !name.contains("test") && (of_settings || name.contains("settings"))
    }));
    files.truncate(MOST_MODULES);
    files
}

/// The file of a module: `settings.py`, or `settings/__init__.py`, or a package without one that has a base.
fn module_file(module: &Path) -> Option<PathBuf> {
    let plain = module.with_extension("py");
    let inside = ["__init__.py", "base.py", "production.py"].map(|name| module.join(name));
    std::iter::once(plain).chain(inside).find(|path| path.is_file())
}

/// The databases that the settings name. A module with nothing but SQLite is somebody's laptop when another one names
/// another database.
fn databases(modules: &[(PathBuf, SettingsFacts)], shown: &dyn Fn(&Path) -> String) -> Option<Found<Vec<Database>>> {
    let is_local = |facts: &SettingsFacts| facts.vendors == [Vendor::Sqlite];
    let serious = modules.iter().any(|(_, facts)| !facts.vendors.is_empty() && !is_local(facts));
    let mut value: Vec<Database> = Vec::new();
    let mut origins = Vec::new();
    for (path, facts) in modules.iter().filter(|(_, facts)| !(serious && is_local(facts))) {
        let before = value.len();
        for vendor in &facts.vendors {
            let database = Database { vendor: *vendor, version: None };
            if !value.contains(&database) {
                value.push(database);
            }
        }
        if value.len() > before {
            origins.push(shown(path));
        }
    }
    (!value.is_empty()).then(|| Found { value, origin: origins.join(", ") })
}

/// A text file, if it is one and not too large.
fn read(path: &Path) -> Option<String> {
    if fs::metadata(path).ok()?.len() > LARGEST {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    python::decode(&bytes).ok().map(std::borrow::Cow::into_owned)
}
