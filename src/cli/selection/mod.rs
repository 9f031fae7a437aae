//! Which files are judged, what they contain, what came before them, and what of it deployed code has already.
//!
//! The verdict on a file depends on git, never on which other files were named beside it: what it needs is looked up,
//! not taken from the command line. Only the apps of the files and those that they need are read, not the repository.

mod apps;
mod deployed;
mod load;
mod modules;
mod nothing;
mod packages;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{Checked, Content, Project as DjangoProject};
use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::diagnostic::{Diagnostic, Severity};
use crate::git::{StagedFile, StagedStatus};
use crate::language::did_you_mean;
use crate::migration::{Migration, is_migration_path};

use apps::{Apps, app_folder, parts};
use deployed::Deployed;
use load::{Loaded, Loader, migrations};
use modules::ProjectModules;
use packages::Packages;
use tree::Tree;

pub(super) use nothing::why_nothing;

/// What to judge.
pub(super) enum Scope<'c> {
    /// What is staged, from the index.
    Staged,
    /// Every migration of the repository, from the working tree.
    All,
    /// What was added or changed since a commit, from the working tree.
    Since { commit: String },
    /// Files and folders, from the working tree.
    Paths { paths: &'c [PathBuf], force_exclude: bool },
    /// Content that was handed over, as if it were this file's.
    Content { path: &'c Path, content: Vec<u8> },
}

/// The files to judge, and the migrations around them.
pub(super) struct Selection {
    /// The files to judge, by path.
    pub(super) files: Vec<Checked>,
    /// The paths of the scope: those of the files, and of what turned out to be no migration.
    judged: BTreeSet<String>,
    /// What runs together with them: apps with labels of their own, and what of it is deployed.
    pub(super) projects: Vec<DjangoProject>,
    /// The modules that they import.
    pub(super) modules: ProjectModules,
}

/// Finds and reads the files of a scope, and what they need. `deployed` is the revision whose code may still be
/// running, when the command line names it; without it and the configuration's, `base` is.
pub(super) fn select(
    project: &Project,
    scope: &Scope<'_>,
    deployed: Option<&str>,
    base: Option<&str>,
) -> Result<Selection, Failure> {
    let Scoped { tree, judged, gone } = match scope {
        Scope::Staged => staged(project)?,
        Scope::All => all(project)?,
        Scope::Since { commit } => since(project, commit)?,
        Scope::Paths { paths, force_exclude } => named(project, paths, *force_exclude)?,
        Scope::Content { path, content } => {
            let shown = project.shown(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()));
            let judged = BTreeSet::from([shown.clone()]);
            let mut tree = disk(project, &judged)?;
            tree.replace(shown, content.clone());
            Scoped { tree, judged, gone: Gone::Nowhere }
        }
    };
    // A revision that somebody names is looked at even where there is nothing to judge.
    let named = deployed.is_some() || project.config.deployed.is_some();
    let nothing = judged.is_empty() && gone == Gone::Nowhere && !named;
    let deployed = if nothing { Deployed::nothing() } else { Deployed::find(project, deployed, base)? };
    let gone = gone_files(project, &tree, deployed.tree(), &gone);
    let (files, projects) = read(project, &tree, (&judged, &gone), &deployed)?;
    Ok(Selection { files, judged, projects, modules: ProjectModules::new(project, tree) })
}

/// The files of a scope.
struct Scoped {
    tree: Tree,
    /// Those to judge.
    judged: BTreeSet<String>,
    /// Where to look for those that deployed code has and that are no longer there.
    gone: Gone,
}

/// Where files are missed.
#[derive(PartialEq, Eq)]
enum Gone {
    Everywhere,
    /// Below these folders.
    Below(Vec<String>),
    Nowhere,
}

impl Gone {
    /// Everywhere, if there is a reason to look.
    fn if_any(any: bool) -> Self {
        if any { Gone::Everywhere } else { Gone::Nowhere }
    }
}

/// Migrations of the deployed revision that are no longer there. One whose app has no migration left is not missed: the
/// app is gone.
fn gone_files(project: &Project, tree: &Tree, deployed: Option<&Tree>, gone: &Gone) -> BTreeSet<String> {
    let wanted = |path: &str| match gone {
        Gone::Everywhere => true,
        Gone::Below(folders) => folders.iter().any(|folder| Path::new(path).starts_with(folder)),
        Gone::Nowhere => false,
    };
    let has_others = |path: &str| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.list(folder).iter().any(|other| is_migration_path(other))
    };
    let before = deployed.into_iter().flat_map(Tree::migrations);
    let missing = before.filter(|path| wanted(path) && !tree.has(path) && selects(project, path) && has_others(path));
    missing.map(str::to_owned).collect()
}

/// The migrations of an app of the working tree, and of the apps that it needs, with the modules that they import. `here` is the folder that the command
/// runs in: of several apps with one label, the nearest one counts.
pub(super) fn app(
    project: &Project,
    label: &str,
    here: &Path,
) -> Result<(Vec<Arc<Migration>>, ProjectModules), Failure> {
    let mut known = Vec::new();
    packages::migration_files(&project.root, &mut |path| known.push(project.shown(path)));
    let tree = Tree::disk(&project.root, known);
    let mut apps = Apps::of(project, &tree);
    let mut packages = Packages::new(project);
    let mut loader = Loader::default();
    let wanted = BTreeSet::from([label.to_owned()]);
    let Some(folder) = apps.find(&wanted, &project.shown(here)).remove(label) else {
        let installed = packages.apps(&mut loader, &wanted)?;
        if installed.is_empty() {
            return Err(no_app(label, &mut apps));
        }
        return Ok((migrations(&installed).collect(), ProjectModules::new(project, tree)));
    };
    let (found, missing) = loader.apps(&mut apps, &BTreeSet::from([folder]))?;
    let installed = packages.apps(&mut loader, &missing)?;
    let all = migrations(&found).chain(migrations(&installed)).collect();
    Ok((all, ProjectModules::new(project, tree)))
}

/// The label of the app that a migration of the working tree belongs to, as a check finds it out.
pub(super) fn label_of(project: &Project, migration: &Path) -> String {
    let path = project.shown(migration);
    let tree = Tree::disk(&project.root, [path.clone()]);
    let mut apps = Apps::of(project, &tree);
    let folder = app_folder(&path).to_owned();
    apps.name(&BTreeSet::from([folder.clone()]));
    apps.label(&folder).to_owned()
}

fn no_app(label: &str, apps: &mut Apps<'_>) -> Failure {
    let all = apps.all();
    let labels: Vec<&str> = all.keys().map(String::as_str).collect();
    let help = match did_you_mean(label, labels.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if labels.is_empty() => "no folder of migrations was found here".to_owned(),
        None => format!("these apps have migrations here: {}", labels.join(", ")),
    };
    Failure::Usage { message: format!("no app `{label}` has migrations here"), help }
}

/// Reads the files to judge, those that are gone, and what they need, for each Django project among them.
fn read(
    project: &Project,
    tree: &Tree,
    (judged, gone): (&BTreeSet<String>, &BTreeSet<String>),
    deployed: &Deployed,
) -> Result<(Vec<Checked>, Vec<DjangoProject>), Failure> {
    let mut apps = Apps::of(project, tree);
    let start: BTreeSet<String> = judged.iter().chain(gone).map(|path| app_folder(path).to_owned()).collect();
    apps.name(&start);
    let labelled: Vec<(String, String)> = start.iter().map(|app| (app.clone(), apps.label(app).to_owned())).collect();
    let mut at_deployed = deployed.tree().map(|tree| Apps::of(project, tree));
    let mut packages = Packages::new(project);
    let mut loader = Loader::default();
    let mut projects: Vec<DjangoProject> = Vec::new();
    let mut files: BTreeMap<&String, Checked> = BTreeMap::new();
    let mut file = |path, content: Content, project: usize| {
        files.insert(path, Checked { content, project, assumptions: Vec::new() });
    };
    for part in parts(&labelled) {
        let part: BTreeSet<String> = part.into_iter().collect();
        let (found, missing) = loader.apps(&mut apps, &part)?;
        let installed = packages.apps(&mut loader, &missing)?;
        let deployed = match &mut at_deployed {
            Some(at_deployed) => {
                at_deployed.take_labels(&apps);
                let mut labels: BTreeSet<String> = labels_of(&found).collect();
                labels.extend(part.iter().map(|app| apps.label(app).to_owned()));
                let start = at_deployed.find(&labels, &apps::common_folder(&part)).into_values().collect();
                let (before, _) = loader.apps(at_deployed, &start)?;
                let present: BTreeSet<_> = migrations(&found).map(|own| (own.app.clone(), own.name.clone())).collect();
                for path in gone.iter().filter(|path| part.contains(app_folder(path))) {
                    // A file that has moved is there all the same.
                    if let Some(Some(Content::Migration(own))) = before.get(path)
                        && !present.contains(&(own.app.clone(), own.name.clone()))
                    {
                        file(path, Content::Deleted(Arc::clone(own)), projects.len());
                    }
                }
                Some(migrations(&before).chain(migrations(&installed)).collect())
            }
            None => None,
        };
        for path in judged.iter().filter(|path| part.contains(app_folder(path))) {
            if let Some(Some(content)) = found.get(path) {
                file(path, content.clone(), projects.len());
            }
        }
        let present = migrations(&found).chain(migrations(&installed)).collect();
        projects.push(DjangoProject { present, deployed });
    }
    Ok((files.into_values().collect(), projects))
}

fn labels_of(loaded: &Loaded) -> impl Iterator<Item = String> {
    loaded.values().flatten().map(|content| match content {
        Content::Migration(migration) | Content::Deleted(migration) => migration.app.clone(),
        Content::Unreadable(unreadable) => unreadable.app.clone(),
    })
}

fn staged(project: &Project) -> Result<Scoped, Failure> {
    let repository = project.repository.as_ref().ok_or_else(|| Failure::no_repository("nothing is staged here"))?;
    let staged = repository.staged()?;
    let present = staged.iter().filter(|file| !matches!(file.status, StagedStatus::Deleted | StagedStatus::Unmerged));
    let paths = present.map(|file| file.path.clone());
    let judged: BTreeSet<String> = paths.filter(|path| is_migration_path(path) && selects(project, path)).collect();
    let gone = Gone::if_any(!judged.is_empty() || deletes(&staged));
    let tracked = if gone == Gone::Nowhere { Vec::new() } else { repository.tracked()? };
    Ok(Scoped { tree: Tree::git(repository.clone(), tracked), judged, gone })
}

/// Whether a migration is deleted among these.
fn deletes(changed: &[StagedFile]) -> bool {
    changed.iter().any(|file| file.status == StagedStatus::Deleted && is_migration_path(&file.path))
}

fn since(project: &Project, commit: &str) -> Result<Scoped, Failure> {
    let repository =
        project.repository.as_ref().ok_or_else(|| Failure::no_repository("there is nothing to compare with"))?;
    let changed = repository.changed_since(commit)?;
    let any_deleted = deletes(&changed);
    let present = changed.into_iter().filter(|file| file.status != StagedStatus::Deleted).map(|file| file.path);
    let judged: BTreeSet<String> = present
        .filter(|path| is_migration_path(path) && selects(project, path) && project.root.join(path).is_file())
        .collect();
    let gone = Gone::if_any(!judged.is_empty() || any_deleted);
    let tree = if gone == Gone::Nowhere { Tree::disk(&project.root, []) } else { disk(project, &judged)? };
    Ok(Scoped { tree, judged, gone })
}

fn all(project: &Project) -> Result<Scoped, Failure> {
    let mut judged = BTreeSet::new();
    if let Some(repository) = &project.repository {
        let tracked = repository.tracked()?.into_iter().map(|entry| entry.path);
        judged.extend(tracked.filter(|path| is_migration_path(path) && project.root.join(path).is_file()));
    } else {
        walk(&project.root, &mut |path| {
            let shown = project.shown(path);
            if is_migration_path(&shown) {
                judged.insert(shown);
            }
        });
    }
    let tree = Tree::disk(&project.root, judged.iter().cloned());
    judged.retain(|path| selects(project, path));
    Ok(Scoped { tree, judged, gone: Gone::Everywhere })
}

fn named(project: &Project, paths: &[PathBuf], force_exclude: bool) -> Result<Scoped, Failure> {
    let mut judged = BTreeSet::new();
    let mut folders = Vec::new();
    for path in paths {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let absolute = real_parent(&absolute);
        if absolute.is_dir() {
            folders.push(project.shown(&absolute));
            walk(&absolute, &mut |file| {
                let shown = project.shown(file);
                if is_migration_path(&shown) && selects(project, &shown) {
                    judged.insert(shown);
                }
            });
        } else if absolute.exists() {
            let shown = project.shown(&absolute);
            if !force_exclude || selects(project, &shown) {
                judged.insert(shown);
            }
        } else {
            return Err(missing(project, path));
        }
    }
    if judged.is_empty() {
        return Ok(Scoped { tree: Tree::disk(&project.root, []), judged, gone: Gone::Nowhere });
    }
    let gone = Gone::Below(folders);
    let tree = disk(project, &judged)?;
    Ok(Scoped { tree, judged, gone })
}

fn missing(project: &Project, path: &Path) -> Failure {
    let message = format!("`{}` does not exist", path.display());
    let help = if project.root.join(path).exists() {
        "paths start from the current folder; from the root of the repository there is one".to_owned()
    } else {
        "name files or folders of the working tree, or nothing for what is staged".to_owned()
    };
    Failure::Usage { message, help }
}

/// The working tree, with the migrations that git knows; without git, those of the package that the files to judge are
/// in, and of what lies beside it.
fn disk(project: &Project, judged: &BTreeSet<String>) -> Result<Tree, Failure> {
    let mut known: BTreeSet<String> = judged.clone();
    if let Some(repository) = &project.repository {
        known.extend(repository.tracked()?.into_iter().map(|entry| entry.path));
    } else {
        let around = |path: &String| {
            let app = project.root.join(app_folder(path));
            app.ancestors().skip(1).find(|folder| !folder.join("__init__.py").is_file()).map(Path::to_owned)
        };
        let around: BTreeSet<PathBuf> = judged.iter().filter_map(around).collect();
        for folder in around {
            packages::migration_files(&folder, &mut |file| {
                known.insert(project.shown(file));
            });
        }
    }
    Ok(Tree::disk(&project.root, known))
}

/// The path with its folder's symbolic links resolved, as git gives the repository's root.
fn real_parent(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            fs::canonicalize(parent).map_or_else(|_| path.to_owned(), |parent| parent.join(name))
        }
        _ => path.to_owned(),
    }
}

/// Whether the configuration wants that file judged.
fn selects(project: &Project, path: &str) -> bool {
    let absolute = project.root.join(path);
    match absolute.strip_prefix(&project.config.root) {
        Ok(relative) => project.config.selects(&relative.to_string_lossy().replace('\\', "/")),
        Err(_) => project.config.selects(path),
    }
}

/// What the configuration says of files and folders that are not there: patterns that no migration of the project
/// matches, folders of apps that do not exist.
pub(super) fn idle_patterns(project: &Project) -> Result<Vec<Diagnostic>, Failure> {
    let config = &project.config;
    let Some(source) = &config.source else { return Ok(Vec::new()) };
    let mut paths = Vec::new();
    match &project.repository {
        Some(repository) => {
            paths.extend(repository.tracked()?.into_iter().map(|entry| project.root.join(entry.path)));
        }
        None => walk(&project.root, &mut |path| paths.push(path.to_owned())),
    }
    let relative = |path: &PathBuf| {
        let path = path.strip_prefix(&config.root).ok()?.to_string_lossy().replace('\\', "/");
        is_migration_path(&path).then_some(path)
    };
    let paths: Vec<String> = paths.iter().filter_map(relative).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let patterns = [&config.include, &config.exclude].into_iter().flat_map(|globs| globs.idle(&paths)).map(|pattern| {
        let message = format!("`{}` matches no migration", pattern.value);
        let help = "patterns start from the folder of the configuration: `shop` for a folder, `**/legacy/**` for any";
        Diagnostic::error(source, "config::idle-pattern", message, pattern.span, "matches nothing").with_help(help)
    });
    let folders =
        config.apps.iter().filter(|(folder, _)| !config.root.join(&folder.value).is_dir()).map(|(folder, _)| {
            let message = format!("there is no folder `{}`", folder.value);
            let help = "write the folder of the app, relative to the folder of the configuration";
            Diagnostic::error(source, "config::no-folder", message, folder.span, "not there").with_help(help)
        });
    Ok(patterns.chain(folders).map(|diagnostic| diagnostic.with_severity(Severity::Warning)).collect())
}

/// Folders that never hold migrations of the project, and are large.
const SKIPPED: [&str; 3] = ["node_modules", "__pycache__", "site-packages"];

/// Whether a folder of that name is not looked into.
pub(super) fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || SKIPPED.contains(&name)
}

/// Every file below a folder, without hidden folders; symbolic links to folders are not followed.
pub(super) fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !is_skipped(&name) {
            walk(&entry.path(), found);
        } else if !kind.is_dir() {
            found(&entry.path());
        }
    }
}
