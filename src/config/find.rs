//! Finding and reading the file.

use std::fs;
use std::path::{Path, PathBuf};

use super::parse::has_whimbrel_table;
use super::{Config, ConfigError, ConfigFormat};
use crate::source::SourceFile;

/// The names of a configuration, the first one wins.
const NAMES: [&str; 3] = ["whimbrel.toml", ".whimbrel.toml", "pyproject.toml"];

impl Config {
    /// The configuration `explicit`, or the nearest one from the folder `start` upwards, at most to `stop_at` (the
    /// repository's root). Without any, an empty one that starts from `stop_at`, or else from `start`.
    ///
    /// A `pyproject.toml` without `[tool.whimbrel]` is none.
    ///
    /// # Errors
    /// When `explicit` is no configuration, or the file that was found can't be read or has mistakes.
    pub fn load(start: &Path, stop_at: Option<&Path>, explicit: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(path) = explicit {
            let shown = shown(path, None);
            return match read(path, &shown)? {
                Some(text) => parse(path.to_owned(), &shown, text),
                None => Err(ConfigError::NoTable { path: shown }),
            };
        }
        let start = real(start);
        let stop_at = stop_at.map(real);
        for folder in start.ancestors() {
            for path in NAMES.map(|name| folder.join(name)) {
                if !path.is_file() {
                    continue;
                }
                let shown = shown(&path, Some(stop_at.as_ref().unwrap_or(&start)));
                if let Some(text) = read(&path, &shown)? {
                    return parse(path, &shown, text);
                }
            }
            if stop_at.as_deref() == Some(folder) {
                break;
            }
        }
        Ok(Config { root: stop_at.unwrap_or(start), ..Config::default() })
    }
}

/// The folder's own path: git gives its root without symbolic links.
fn real(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned())
}

/// The name that messages use.
fn shown(path: &Path, base: Option<&Path>) -> String {
    let path = base.and_then(|base| path.strip_prefix(base).ok()).unwrap_or(path);
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

fn format_of(path: &Path) -> ConfigFormat {
    if path.file_name().is_some_and(|name| name == "pyproject.toml") {
        ConfigFormat::PyProject
    } else {
        ConfigFormat::Whimbrel
    }
}

/// The file's text; `None` when it is somebody else's.
fn read(path: &Path, shown: &str) -> Result<Option<String>, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::Unreadable { path: shown.to_owned(), source })?;
    if format_of(path) == ConfigFormat::PyProject && !has_whimbrel_table(&String::from_utf8_lossy(&bytes)) {
        return Ok(None);
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|error| ConfigError::NotUtf8 { path: shown.to_owned(), offset: error.utf8_error().valid_up_to() })
}

fn parse(path: PathBuf, shown: &str, text: String) -> Result<Config, ConfigError> {
    let source = SourceFile::new(shown, text);
    let mut config = Config::parse(&source, format_of(&path)).map_err(ConfigError::Invalid)?;
    config.root = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    config.path = Some(path);
    Ok(config)
}
