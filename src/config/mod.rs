//! The configuration: `whimbrel.toml`, `.whimbrel.toml` or `[tool.whimbrel]` in `pyproject.toml`.
//!
//! ~~~toml
//! databases = ["postgresql@16", "mysql"]
//! django = "5.2"
//! fail-on = "warning"                       # or "error" (the default), "info", "never"
//! deployed = "merge-base:origin/main"       # the code that may still be running: a tag, a branch
//! baseline = "whimbrel-baseline.toml"       # findings of the past, written by `--write-baseline`
//! require-reason = true                     # a suppression must say why
//! site-packages = [".venv/lib/python3.13/site-packages"]
//! include = ["shop/**"]                     # paths and patterns, relative to this file;
//! exclude = ["legacy"]                      # a folder stands for all that lies below it
//!
//! [rules]
//! files = ["ci/rules/*.rules"]              # paths and patterns, relative to this file
//! "compat/dropped-column" = "warning"       # "off", "info", "warning", "error"
//!
//! [rules."compat/not-null-column"]          # the same, spelled out
//! level = "off"
//!
//! [packs]                                   # rules that are shared with other repositories
//! acme = { git = "https://example.org/acme/rules", rev = "v2.3.0" }
//!
//! [apps]
//! "src/shop_core" = "shop"                  # a folder's app label, where it can't be inferred
//!
//! [settings]                                # what rules ask for by name
//! large-tables = ["shop_order"]
//!
//! [tables.shop_order]                       # what rules may ask of a model: `model.rows`, `model.hot`, `model.owner`
//! rows = 40_000_000
//! hot = true
//! owner = "checkout"
//! ~~~
//!
//! A configuration that only names rule files may write `rules = ["ci/rules/*.rules"]`: TOML doesn't allow `rules` to
//! be an array and a table at once.

mod find;
mod globs;
mod packs;
mod parse;
pub(crate) mod reader;
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::Tables;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Spanned};
use crate::target::{Database, Version};

pub use globs::Globs;
pub use packs::{PackEntry, PackLocation};
pub(crate) use packs::{is_pack_name, read_packs};
pub use schema::json_schema;

/// What the user configured; what is not configured is empty.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// The folder that relative paths and patterns start from.
    pub root: PathBuf,
    /// The databases to judge for.
    pub databases: Vec<Spanned<Database>>,
    /// The version of Django.
    pub django: Option<Spanned<Version>>,
    /// Rule files and patterns for them, relative to [`root`](Self::root).
    pub rule_files: Vec<Spanned<String>>,
    /// Rule packs that the rules of this project include.
    pub packs: Vec<PackEntry>,
    /// Rules whose level is changed, in the order of the file.
    pub overrides: Vec<RuleOverride>,
    /// If not empty, only files that match are judged.
    pub include: Globs,
    /// Files that match are not judged.
    pub exclude: Globs,
    /// Folders (relative to [`root`](Self::root), `.` for itself) and the labels of the apps in them.
    pub apps: Vec<(Spanned<String>, String)>,
    /// Values that rules ask for by name.
    pub settings: BTreeMap<String, Spanned<SettingValue>>,
    /// From which severity on a finding fails the run.
    pub fail_on: Option<FailOn>,
    /// The revision whose code may still be running.
    pub deployed: Option<Spanned<String>>,
    /// The file with findings of the past, relative to [`root`](Self::root).
    pub baseline: Option<Spanned<String>>,
    /// Whether a suppression must say its reason.
    pub require_reason: bool,
    /// What is known of tables, by their name in the database.
    pub tables: Tables,
    /// Folders with installed packages, relative to [`root`](Self::root) or absolute.
    pub site_packages: Vec<Spanned<String>>,
    /// The file's text, which all spans lie in.
    pub source: Option<Arc<SourceFile>>,
}

impl Config {
    /// Whether the file at `path` is to be judged: relative to [`root`](Self::root), with forward slashes.
    #[must_use]
    pub fn selects(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(path)) && !self.exclude.is_match(path)
    }
}

/// Another level for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOverride {
    /// `pack/rule`, or `pack/*` for all rules of a pack.
    pub rule: Spanned<String>,
    /// The level.
    pub level: Level,
}

impl RuleOverride {
    /// Whether it is about the rule of that id.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        let pack = self.rule.value.strip_suffix("/*");
        self.rule.value == id || pack.is_some_and(|pack| id.split_once('/').is_some_and(|(own, _)| own == pack))
    }
}

/// Whether a rule is checked, and how serious its findings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not checked.
    Off,
    /// It is, and findings have this severity.
    Severity(Severity),
}

impl Level {
    const WORDS: [&str; 4] = ["off", "info", "warning", "error"];

    /// The level that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if word == "off" { Some(Level::Off) } else { Severity::from_word(word).map(Level::Severity) }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Severity(severity) => severity.word(),
        }
    }
}

/// From which severity on a finding fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// From this one on.
    Severity(Severity),
    /// None does.
    Never,
}

impl FailOn {
    /// The words for it, for flags and messages.
    pub const WORDS: [&str; 4] = ["error", "warning", "info", "never"];

    /// What `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if word == "never" { Some(FailOn::Never) } else { Severity::from_word(word).map(FailOn::Severity) }
    }

    /// Whether a finding of this severity fails the run.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Severity(least) => severity >= least,
            FailOn::Never => false,
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        FailOn::Severity(Severity::Error)
    }
}

/// A value under `[settings]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Str(String),
    /// A list of texts.
    List(Vec<String>),
}

/// Where a configuration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigFormat {
    /// A file of its own: `whimbrel.toml`.
    Whimbrel,
    /// `[tool.whimbrel]` in `pyproject.toml`.
    PyProject,
}

/// The configuration can't be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration `{path}` can't be read: {source}")]
    #[diagnostic(code(config::unreadable), help("check the path and the file's permissions, or run with `--isolated`"))]
    Unreadable {
        /// The file.
        path: String,
        /// What the operating system says.
        source: std::io::Error,
    },

    /// The file is no text.
    #[error("the configuration `{path}` is not UTF-8 from byte {offset} on")]
    #[diagnostic(code(config::not_utf8), help("TOML is always UTF-8: save the file in that encoding"))]
    NotUtf8 {
        /// The file.
        path: String,
        /// The first byte that isn't.
        offset: usize,
    },

    /// A file was named that has no configuration in it.
    #[error("`{path}` has no `[tool.whimbrel]`")]
    #[diagnostic(code(config::no_table), help("add `[tool.whimbrel]` to it, or name another file with `--config`"))]
    NoTable {
        /// The file.
        path: String,
    },

    /// The file has mistakes.
    #[error("the configuration has {}", if .0.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", .0.len()) })]
    #[diagnostic(code(config::invalid))]
    Invalid(#[related] Vec<Diagnostic>),
}

#[cfg(test)]
mod tests;
