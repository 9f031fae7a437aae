//! The rule files that a command line names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::selection::walk;
use crate::language::{PackSource, did_you_mean};
use crate::rules;
use crate::rules::packs::{MANIFEST, Manifest};
use crate::source::SourceFile;

/// The rule files that are named, or stand in folders that are.
pub(super) fn named(project: &Project, paths: &[PathBuf]) -> Result<Vec<Arc<SourceFile>>, Failure> {
    find(paths)?.iter().map(|path| project.rule_file(path)).collect()
}

/// The absolute paths of the rule files that are named, or stand in folders that are.
pub(super) fn find(paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for path in paths {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if absolute.is_dir() {
            let before = found.len();
            walk(&absolute, &mut |file| {
                if is_rule_file(file) {
                    found.insert(file.to_owned());
                }
            });
            if found.len() == before && !found.iter().any(|file| file.starts_with(&absolute)) {
                return Err(Failure::Usage {
                    message: format!("there are no rule files in `{}`", path.display()),
                    help: "name a folder with `.rules` files in it".to_owned(),
                });
            }
        } else if absolute.is_file() && is_rule_file(&absolute) {
            found.insert(absolute);
        } else {
            return Err(not_a_rule_file(path, &absolute));
        }
    }
    Ok(found)
}

pub(super) fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rules")
}

fn not_a_rule_file(path: &Path, absolute: &Path) -> Failure {
    if absolute.is_file() {
        return Failure::Usage {
            message: format!("`{}` is no rule file", path.display()),
            help: "the names of rule files end in `.rules`".to_owned(),
        };
    }
    let mut beside: Vec<String> = Vec::new();
    if let Some(folder) = absolute.parent() {
        walk(folder, &mut |file| {
            if file.parent() == Some(folder) && is_rule_file(file) {
                beside.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        });
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let near = did_you_mean(&name, beside.iter().map(String::as_str));
    Failure::Usage {
        message: format!("there is no `{}`", path.display()),
        help: near.map_or_else(
            || "name a `.rules` file or a folder of them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ),
    }
}

/// Rule files of the project with the packs they belong to.
pub(super) struct OwnPacks {
    /// The files.
    pub(super) sources: Vec<PackSource>,
    /// The packs that have a manifest, with their folders.
    pub(super) packs: Vec<(Manifest, PathBuf)>,
}

/// Finds the packs of rule files: that of the nearest `pack.toml` around a file, else that of its name.
pub(super) fn own_packs(project: &Project, files: &[Arc<SourceFile>]) -> Result<OwnPacks, Failure> {
    let mut sources = rules::by_name(files);
    let mut manifests: Vec<(Manifest, PathBuf)> = Vec::new();
    for source in &mut sources {
        let path = project.root.join(source.source.path());
        let around = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&project.root));
        let Some(folder) = around.into_iter().find(|folder| folder.join(MANIFEST).is_file()) else { continue };
        let known = manifests.iter().position(|(_, known)| known == folder);
        let index = known.unwrap_or(manifests.len());
        if known.is_none() {
            let file = project.rule_file(&folder.join(MANIFEST))?;
            manifests.push((Manifest::parse(&file).map_err(Failure::Diagnostics)?, folder.to_owned()));
        }
        if let Some((manifest, _)) = manifests.get(index) {
            source.pack.clone_from(&manifest.name.value);
        }
    }
    Ok(OwnPacks { sources, packs: manifests })
}
