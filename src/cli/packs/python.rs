//! Packs that Python packages bring: found by reading what pip installed, without starting Python.
//!
//! The package names its pack as an entry point: in `pyproject.toml`, `[project.entry-points."whimbrel.rules"]` with
//! `acme = "acme_rules"`, the import name of the folder with the `pack.toml`. See "Entry points specification" and
//! "Recording installed projects" of the Python Packaging User Guide.

use std::fs;
use std::path::{Path, PathBuf};

/// The group of entry points.
const GROUP: &str = "whimbrel.rules";

/// Where a pack of an installed distribution stands, or what was found instead.
pub(super) enum Found {
    /// The folder.
    Pack(PathBuf),
    /// The distribution is not installed in any of these folders.
    NotInstalled(Vec<PathBuf>),
    /// It is installed, and its entry points do not name the pack; those that they name.
    NoEntryPoint(Vec<String>),
    /// Its entry point names a module that is not there as a folder.
    NoFolder(String),
}

/// Looks for the pack `name` of a distribution.
pub(super) fn find(distribution: &str, name: &str) -> Found {
    let folders = site_packages();
    for folder in &folders {
        let Some(info) = dist_info(folder, distribution) else { continue };
        let points = fs::read_to_string(info.join("entry_points.txt")).unwrap_or_default();
        let points = entry_points(&points);
        let Some((_, module)) = points.iter().find(|(point, _)| point == name) else {
            return Found::NoEntryPoint(points.into_iter().map(|(point, _)| point).collect());
        };
        let below: PathBuf = module.split('.').collect();
        let roots = std::iter::once(folder.clone()).chain(path_files(folder));
        return match roots.map(|root| root.join(&below)).find(|place| place.is_dir()) {
            Some(place) => Found::Pack(place),
            None => Found::NoFolder(module.clone()),
        };
    }
    Found::NotInstalled(folders)
}

/// The folders that hold installed packages: of the environment that this executable stands in, and of `VIRTUAL_ENV`.
fn site_packages() -> Vec<PathBuf> {
    let own = std::env::current_exe().ok();
    let real = own.as_deref().and_then(|own| fs::canonicalize(own).ok());
    let of_executable = own.iter().chain(&real).filter_map(|own| Some(own.parent()?.parent()?.to_owned()));
    let active = std::env::var_os("VIRTUAL_ENV").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let mut folders: Vec<PathBuf> = Vec::new();
    for environment in of_executable.chain(active) {
        for library in ["lib", "lib64"] {
            let Ok(entries) = fs::read_dir(environment.join(library)) else { continue };
            let mut versions: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            versions.sort();
            folders.extend(versions.into_iter().map(|version| version.join("site-packages")));
        }
        folders.push(environment.join("Lib").join("site-packages"));
    }
    folders.retain(|folder| folder.is_dir());
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    folders
}

/// The `.dist-info` folder of a distribution.
fn dist_info(folder: &Path, distribution: &str) -> Option<PathBuf> {
    let wanted = normalised(distribution);
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.into_iter().find(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(stem) = name.strip_suffix(".dist-info") else { return false };
        stem.rsplit_once('-').is_some_and(|(name, _)| normalised(name) == wanted)
    })
}

/// Names of distributions are the same whatever their case and separators: "Names and normalization" of the Python
/// Packaging User Guide.
fn normalised(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

/// The entry points of our group: names and modules.
fn entry_points(text: &str) -> Vec<(String, String)> {
    let mut points = Vec::new();
    let mut in_group = false;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            in_group = section.trim() == GROUP;
        } else if let Some((name, target)) = line.split_once('=').filter(|_| in_group && !line.starts_with(['#', ';']))
        {
            let module = target.split(['[', ':']).next().unwrap_or_default().trim();
            // Only the parts of a dotted name: nothing that leads elsewhere.
            let dotted = module
                .split('.')
                .all(|part| !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
            if dotted {
                points.push((name.trim().to_owned(), module.to_owned()));
            }
        }
    }
    points
}

/// The folders that `.pth` files add: where a project stands that is installed to be edited.
fn path_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pth"));
    files.sort();
    let texts = files.iter().filter_map(|path| fs::read_to_string(path).ok());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| folder.join(line.trim())).filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_of_the_group_are_read() {
        let text =
            "[console_scripts]\na = b:c\n\n[whimbrel.rules]\nacme = acme_rules\nx = a.b:data [extra]\nbad = ../up\n";
        let points = entry_points(text);
        assert_eq!(points, [("acme".into(), "acme_rules".into()), ("x".into(), "a.b".into())]);
    }

    #[test]
    fn names_are_compared_as_pip_does() {
        assert_eq!(normalised("Acme__Rules.Money"), "acme-rules-money");
    }
}
