//! The project that a command works in: its repository, its configuration, its rules.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use globset::{Glob, GlobSetBuilder};

use crate::cli::arguments::ConfigurationArguments;
use crate::cli::detected::Detected;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::packs::Packs;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::git::Repository;
use crate::language::RuleSet;
use crate::rules;
use crate::source::{SourceFile, Spanned};
use crate::target::{Database, Vendor, Version};

/// What is judged for when nothing says otherwise: the database that most Django projects of a size to care use.
const DEFAULT_VENDOR: Vendor = Vendor::PostgreSql;
/// The version of Django that is assumed when nothing says otherwise: the newest with long-term support.
const DEFAULT_DJANGO: Version = Version::new(5, 2);
/// Rule files larger than this are not read.
const LARGEST_RULE_FILE: u64 = 16 << 20;

/// The project that a command works in.
pub(super) struct Project {
    /// The repository, where there is one.
    pub(super) repository: Option<Repository>,
    /// The folder that paths are shown relative to: the repository's root, else the current one.
    pub(super) root: PathBuf,
    /// The configuration; an empty one where there is none.
    pub(super) config: Config,
    /// What its files tell, once somebody asks.
    detected: OnceLock<Detected>,
}

impl Project {
    /// The project around the current folder.
    pub(super) fn discover(arguments: &ConfigurationArguments) -> Result<Self, Failure> {
        let here = std::env::current_dir().map_err(|source| Failure::File {
            path: "the current folder".to_owned(),
            action: "read",
            source,
        })?;
        let repository = Repository::discover(&here)?;
        let root = repository.as_ref().map_or(here.as_path(), Repository::root).to_owned();
        let config = if arguments.isolated {
            Config { root: root.clone(), ..Config::default() }
        } else {
            Config::load(&here, repository.as_ref().map(Repository::root), arguments.config.as_deref())?
        };
        Ok(Self { repository, root, config, detected: OnceLock::new() })
    }

    /// What the files of the project tell that the configuration may not.
    pub(super) fn detected(&self) -> &Detected {
        self.detected.get_or_init(|| Detected::around(&self.root, &self.config.root))
    }

    /// The version of Django: that of the command line, else of the configuration, else of a lock file.
    pub(super) fn django(&self, given: Option<Version>) -> Version {
        let configured = || self.config.django.as_ref().map(|django| django.value);
        let detected = || self.detected().django.as_ref().map(|django| django.value);
        given.or_else(configured).or_else(detected).unwrap_or(DEFAULT_DJANGO)
    }

    /// The databases: those of the command line, else of the configuration, else of the settings. At least one.
    pub(super) fn databases(&self, given: &[Database]) -> Vec<Database> {
        let configured = || self.config.databases.iter().map(|database| database.value).collect();
        let mut databases: Vec<Database> = if given.is_empty() { configured() } else { given.to_vec() };
        if databases.is_empty() {
            let detected = self.detected().databases.as_ref().map(|databases| databases.value.clone());
            databases = detected.unwrap_or_else(|| vec![Database { vendor: DEFAULT_VENDOR, version: None }]);
        }
        databases.dedup();
        databases
    }

    /// The rules of this project: those inside the binary, those that the configuration names and those of its packs.
    /// Warnings are written; errors keep every rule from being used.
    pub(super) fn rules(&self, output: &Output) -> Result<RuleSet, Failure> {
        self.rules_with(&Packs::of(self)?, output)
    }

    /// The rules of this project with these packs.
    pub(super) fn rules_with(&self, packs: &Packs, output: &Output) -> Result<RuleSet, Failure> {
        let mut files = rules::by_name(&rules::built_in());
        files.extend(rules::by_name(&self.rule_files()?));
        let conflicts = packs.name_conflicts(&files);
        if !conflicts.is_empty() {
            return Err(Failure::Diagnostics(conflicts));
        }
        files.extend(packs.sources());
        let (mut rules, mut diagnostics) = rules::load_packs(&files);
        diagnostics.extend(rules::configure(&mut rules, &self.config));
        diagnostics.extend(packs.missing_settings(&rules));
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Failure::Diagnostics(diagnostics));
        }
        output.warn(&diagnostics);
        Ok(rules)
    }

    /// The rule files that the configuration names.
    pub(super) fn rule_files(&self) -> Result<Vec<Arc<SourceFile>>, Failure> {
        let mut files = Vec::new();
        for pattern in &self.config.rule_files {
            for path in self.expand(pattern)? {
                files.push(self.rule_file(&path)?);
            }
        }
        files.sort_by(|a, b| a.path().cmp(b.path()));
        files.dedup_by(|a, b| a.path() == b.path());
        Ok(files)
    }

    /// A rule file, shown by its path below the root.
    pub(super) fn rule_file(&self, path: &Path) -> Result<Arc<SourceFile>, Failure> {
        let shown = self.shown(path);
        let failed = |source| Failure::File { path: shown.clone(), action: "read", source };
        let size = fs::metadata(path).map_err(failed)?.len();
        if size > LARGEST_RULE_FILE {
            return Err(failed(std::io::Error::other("it is larger than 16 MB")));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(SourceFile::new(shown, text))
    }

    /// How a path is shown: below the root with forward slashes, else as it is.
    pub(super) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        let text = path.to_string_lossy();
        if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
    }

    /// The files that a path or a glob of the configuration stands for.
    fn expand(&self, pattern: &Spanned<String>) -> Result<Vec<PathBuf>, Failure> {
        let plain = self.config.root.join(&pattern.value);
        if plain.is_file() {
            return Ok(vec![plain]);
        }
        let matcher = Glob::new(&pattern.value)
            .and_then(|glob| GlobSetBuilder::new().add(glob).build())
            .map_err(|error| self.wrong_pattern(pattern, &format!("`{}` is not a glob: {error}", pattern.value)))?;
        // Only the folder in front of the first wildcard needs to be walked.
        let fixed: PathBuf = pattern.value.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect();
        let mut found = Vec::new();
        let start = self.config.root.join(fixed);
        crate::cli::selection::walk(&start, &mut |path| {
            let relative = path.strip_prefix(&self.config.root).unwrap_or(path);
            if matcher.is_match(relative) {
                found.push(path.to_owned());
            }
        });
        if found.is_empty() {
            return Err(self.wrong_pattern(pattern, &format!("`{}` names no file", pattern.value)));
        }
        Ok(found)
    }

    fn wrong_pattern(&self, pattern: &Spanned<String>, message: &str) -> Failure {
        let Some(source) = &self.config.source else {
            return Failure::Usage {
                message: message.to_owned(),
                help: "name rule files relative to the configuration".to_owned(),
            };
        };
        let diagnostic = Diagnostic::error(source, "config::rules", message, pattern.span, "nothing there").with_help(
            "name rule files and globs relative to the folder of the configuration, such as `ci/rules/*.rules`",
        );
        Failure::Diagnostics(vec![diagnostic])
    }
}
