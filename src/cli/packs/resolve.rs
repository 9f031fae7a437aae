//! From the packs that a project names to the packs that are used: what they build on, and whether they are what the
//! lock file says.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic as _;

use crate::cli::failure::Failure;
use crate::cli::packs::python::{self, Found};
use crate::cli::packs::store::{Files, Store, read_folder};
use crate::cli::project::Project;
use crate::config::{PackEntry, PackLocation};
use crate::diagnostic::Diagnostic;
use crate::rules::packs::{LOCK_FILE, Lock, Locked, LockedSource, MANIFEST, Manifest, Pack, PackError};
use crate::source::SourceFile;

/// What may be done to get a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode<'m> {
    /// Only what is locked and here: no network.
    Offline,
    /// What is locked stays; what is missing is fetched; what is not locked is taken as it is now.
    Lock,
    /// Like `Lock`, but these packs are taken as they are now; none named: all.
    Update(&'m [String]),
}

/// A pack that is used.
pub(super) struct Resolved {
    /// The pack.
    pub(super) pack: Pack,
    /// Where it comes from.
    pub(super) location: PackLocation,
    /// How it is pinned; `None` for a folder.
    pub(super) locked: Option<Locked>,
    /// Where it is asked for.
    pub(super) wanted: Wanted,
}

/// A pack that something asks for.
#[derive(Clone)]
pub(super) struct Wanted {
    /// What is asked for.
    pub(super) entry: PackEntry,
    /// The file that asks.
    pub(super) source: Arc<SourceFile>,
    /// The folder that relative paths start from; `None` in a pack that is pinned.
    base: Option<PathBuf>,
    /// The pack that asks; `None`: the project.
    by: Option<String>,
}

impl Wanted {
    /// What the configuration asks for.
    pub(super) fn by_project(project: &Project) -> Vec<Self> {
        let Some(source) = &project.config.source else { return Vec::new() };
        let wanted = project.config.packs.iter().map(|entry| Self {
            entry: entry.clone(),
            source: Arc::clone(source),
            base: Some(project.config.root.clone()),
            by: None,
        });
        wanted.collect()
    }

    /// What a pack asks for, whose folder is `base` when it is not pinned.
    pub(super) fn by_pack(manifest: &Manifest, base: Option<&Path>) -> Vec<Self> {
        let wanted = manifest.packs.iter().map(|entry| Self {
            entry: entry.clone(),
            source: Arc::clone(&manifest.source),
            base: base.map(Path::to_owned),
            by: Some(manifest.name.value.clone()),
        });
        wanted.collect()
    }

    fn name(&self) -> &str {
        &self.entry.name.value
    }

    fn place(&self) -> String {
        format!("{}:{}", self.source.path(), self.source.position(self.entry.name.span.start).line)
    }

    /// Something is wrong with the pack that is asked for here.
    fn wrong(&self, code: &str, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        let code = format!("pack::{code}");
        Diagnostic::error(&self.source, code, message, self.entry.name.span, "asked for here").with_help(help)
    }
}

/// The lock file of a project; an empty one where there is none.
pub(super) fn lock(project: &Project) -> Result<Lock, Failure> {
    let path = lock_path(project);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(source) => return Err(Failure::File { path: project.shown(&path), action: "read", source }),
    };
    Lock::parse(&text).map_err(|error| Failure::Usage {
        message: format!("`{}` can't be read: {error}", project.shown(&path)),
        help: "take it from version control, or delete it and run `whimbrel packs lock`".to_owned(),
    })
}

/// Where the lock file stands.
pub(super) fn lock_path(project: &Project) -> PathBuf {
    project.config.root.join(LOCK_FILE)
}

/// A pack, or what is wrong with the one that is asked for.
pub(super) type Answer = (Wanted, Result<Resolved, Vec<Diagnostic>>);

/// Finds the packs that `wanted` asks for, and all that they build on, in an order in which a pack comes behind what
/// asked for it.
pub(super) fn resolve(project: &Project, wanted: Vec<Wanted>, mode: Mode<'_>) -> Result<Vec<Answer>, Failure> {
    let mut resolver = Resolver { project, lock: lock(project)?, store: None, mode };
    let mut first: BTreeMap<String, Wanted> = BTreeMap::new();
    let mut waiting: VecDeque<Wanted> = wanted.into();
    let mut answers: Vec<Answer> = Vec::new();
    // Which pack builds on which.
    let mut builds_on: Vec<(String, String)> = Vec::new();
    while let Some(wanted) = waiting.pop_front() {
        if let Some(by) = &wanted.by {
            if reaches(&builds_on, wanted.name(), by) {
                let message = if by == wanted.name() {
                    format!("the pack `{by}` builds on itself")
                } else {
                    format!("the packs `{by}` and `{}` build on each other", wanted.name())
                };
                let help = "leave one of them out of the `[packs]` of the other, or move what both need into a third";
                let wrong = wanted.wrong("cycle", message, help);
                answers.push((wanted, Err(vec![wrong])));
                continue;
            }
            builds_on.push((by.clone(), wanted.name().to_owned()));
        }
        if let Some(other) = first.get(wanted.name()) {
            // What the project says of a pack decides; two packs must agree.
            if other.by.is_some() && other.entry.location != wanted.entry.location {
                let message = format!("two packs ask for different `{}`", wanted.name());
                let help = format!(
                    "the other one is {} ({}); name `{}` under `[packs]` in the configuration to decide",
                    other.entry.location,
                    other.place(),
                    wanted.name()
                );
                let wrong = wanted.wrong("conflict", message, help);
                answers.push((wanted, Err(vec![wrong])));
            }
            continue;
        }
        first.insert(wanted.name().to_owned(), wanted.clone());
        let found = resolver.one(&wanted)?;
        if let Ok(resolved) = &found {
            let base = match &wanted.entry.location {
                PackLocation::Path(path) => wanted.base.as_ref().map(|base| base.join(path)),
                _ => None,
            };
            waiting.extend(Wanted::by_pack(&resolved.pack.manifest, base.as_deref()));
        }
        answers.push((wanted, found));
    }
    Ok(answers)
}

/// Whether a pack is another one, or builds on it, perhaps through others.
fn reaches(builds_on: &[(String, String)], from: &str, to: &str) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(pack) = seen.get(next).copied() {
        if pack == to {
            return true;
        }
        next += 1;
        for (_, other) in builds_on.iter().filter(|(by, _)| by == pack) {
            if !seen.contains(&other.as_str()) {
                seen.push(other);
            }
        }
    }
    false
}

/// All packs; where one can't be used, everything that is wrong.
pub(super) fn all(answers: Vec<Answer>) -> Result<Vec<Resolved>, Failure> {
    let mut packs = Vec::new();
    let mut wrong = Vec::new();
    for (_, answer) in answers {
        match answer {
            Ok(resolved) => packs.push(resolved),
            Err(found) => wrong.extend(found),
        }
    }
    if wrong.is_empty() { Ok(packs) } else { Err(Failure::Diagnostics(wrong)) }
}

struct Resolver<'p> {
    project: &'p Project,
    lock: Lock,
    store: Option<Store>,
    mode: Mode<'p>,
}

type Outcome<T> = Result<Result<T, Vec<Diagnostic>>, Failure>;

impl Resolver<'_> {
    fn store(&mut self) -> Result<&Store, Failure> {
        let store = match self.store.take() {
            Some(store) => store,
            None => Store::of(self.project)?,
        };
        Ok(self.store.insert(store))
    }

    /// Whether the pack is to be taken as it is now.
    fn renews(&self, name: &str) -> bool {
        matches!(self.mode, Mode::Update(names) if names.is_empty() || names.iter().any(|known| known == name))
    }

    fn one(&mut self, wanted: &Wanted) -> Outcome<Resolved> {
        match &wanted.entry.location {
            PackLocation::Path(path) => self.folder(wanted, path),
            PackLocation::Git { url, rev, folder } => self.git(wanted, url, rev, folder.as_deref()),
            PackLocation::Python(distribution) => self.python(wanted, distribution),
        }
    }

    fn folder(&self, wanted: &Wanted, path: &str) -> Outcome<Resolved> {
        let Some(base) = &wanted.base else {
            let message = format!("a pinned pack can't take `{}` from a folder", wanted.name());
            let help = "give it a git repository or a Python package, or name it in the configuration";
            return Ok(Err(vec![wanted.wrong("folder", message, help)]));
        };
        let folder = base.join(path);
        if !folder.is_dir() {
            let message = format!("there is no folder `{path}` for the pack `{}`", wanted.name());
            let help = format!("it is looked for beside `{}`", wanted.source.path());
            return Ok(Err(vec![wanted.wrong("folder", message, help)]));
        }
        let shown = self.project.shown(&folder);
        let pack = Self::read(wanted, &read_folder(&folder)?, &shown);
        Ok(pack.map(|pack| resolved(wanted, pack, None)))
    }

    /// The files of a repository at a revision, fetched now.
    fn fetched(
        &mut self,
        wanted: &Wanted,
        address: &str,
        revision: &str,
        folder: Option<&str>,
    ) -> Outcome<(String, Files)> {
        match self.store()?.fetch(address, revision, folder) {
            Ok(fetched) => Ok(Ok(fetched)),
            Err(Failure::Git(error)) => {
                let message = format!("the pack `{}` can't be fetched: {error}", wanted.name());
                let help = error.help().map_or_else(String::new, |help| format!("\n{help}"));
                let help = format!("correct `git` or `rev`, or see to it that git may reach that repository{help}");
                Ok(Err(vec![wanted.wrong("not-fetched", message, help)]))
            }
            Err(other) => Err(other),
        }
    }

    fn git(&mut self, wanted: &Wanted, url: &str, rev: &str, folder: Option<&str>) -> Outcome<Resolved> {
        let asked = |source: &LockedSource| match source {
            LockedSource::Git { url: known, rev: known_rev, folder: known_folder, .. } => {
                (known.as_str(), known_rev.as_str(), known_folder.as_deref()) == (url, rev, folder)
            }
            LockedSource::Python(_) => false,
        };
        let locked = match self.locked(wanted, asked) {
            Ok(locked) => locked,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let address = self.address(url);
        let (commit, files) = match &locked {
            None => match self.fetched(wanted, &address, rev, folder)? {
                Ok(fetched) => fetched,
                Err(wrong) => return Ok(Err(wrong)),
            },
            Some(locked) => {
                let LockedSource::Git { commit, .. } = &locked.source else { return Ok(Err(Vec::new())) };
                let kept = self.store()?.read(&locked.hash)?;
                let offline = self.mode == Mode::Offline;
                let kept = kept.filter(|files| offline || hash_of(files).as_ref() == Some(&locked.hash));
                match kept {
                    Some(files) => (commit.clone(), files),
                    None if offline => {
                        let message = format!("the pack `{}` is locked, and not fetched yet", wanted.name());
                        let help = "run `whimbrel packs lock` once in this clone; a check never uses the network";
                        return Ok(Err(vec![wanted.wrong("not-fetched", message, help)]));
                    }
                    None => match self.fetched(wanted, &address, commit, folder)? {
                        Ok(fetched) => fetched,
                        Err(wrong) => return Ok(Err(wrong)),
                    },
                }
            }
        };
        let version = version_of(&files).unwrap_or_else(|| commit.chars().take(7).collect());
        let pack = match Self::read(wanted, &files, &format!("{}@{version}", wanted.name())) {
            Ok(pack) => pack,
            // What was changed by hand is not worth a look into it.
            Err(_) if locked.as_ref().is_some_and(|locked| hash_of(&files).is_none_or(|hash| hash != locked.hash)) => {
                let found = hash_of(&files).unwrap_or_else(|| "no pack at all".to_owned());
                let expected = locked.map(|locked| locked.hash).unwrap_or_default();
                return Ok(Err(vec![tampered(wanted, &expected, &found)]));
            }
            Err(wrong) => return Ok(Err(wrong)),
        };
        if let Some(locked) = &locked
            && locked.hash != pack.hash
        {
            return Ok(Err(vec![tampered(wanted, &locked.hash, &pack.hash)]));
        }
        if self.mode != Mode::Offline {
            self.store()?.keep(&pack)?;
        }
        let source =
            LockedSource::Git { url: url.to_owned(), rev: rev.to_owned(), folder: folder.map(str::to_owned), commit };
        Ok(Ok(resolved(wanted, pack, Some(source))))
    }

    fn python(&mut self, wanted: &Wanted, distribution: &str) -> Outcome<Resolved> {
        let asked = |source: &LockedSource| *source == LockedSource::Python(distribution.to_owned());
        let locked = match self.locked(wanted, asked) {
            Ok(locked) => locked,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let folder = match python::find(distribution, wanted.name()) {
            Found::Pack(folder) => folder,
            other => return Ok(Err(vec![not_installed(wanted, distribution, &other)])),
        };
        let files = read_folder(&folder)?;
        let version = version_of(&files).unwrap_or_else(|| distribution.to_owned());
        let pack = match Self::read(wanted, &files, &format!("{}@{version}", wanted.name())) {
            Ok(pack) => pack,
            Err(wrong) => return Ok(Err(wrong)),
        };
        if let Some(locked) = &locked
            && locked.hash != pack.hash
        {
            let message = format!("the installed pack `{}` is not the one that is locked", wanted.name());
            let help = format!(
                "{LOCK_FILE} says {} (version {}), and what is installed is {} (version {}): install the version that \
                 is locked, or look at `whimbrel packs diff {name}` and accept with `whimbrel packs update {name}`",
                locked.hash,
                locked.version,
                pack.hash,
                pack.manifest.version,
                name = wanted.name(),
            );
            return Ok(Err(vec![wanted.wrong("hash-mismatch", message, help)]));
        }
        Ok(Ok(resolved(wanted, pack, Some(LockedSource::Python(distribution.to_owned())))))
    }

    /// The entry of the lock file; `None` when the pack is to be taken as it is now.
    fn locked(
        &self,
        wanted: &Wanted,
        asked: impl Fn(&LockedSource) -> bool,
    ) -> Result<Option<Locked>, Vec<Diagnostic>> {
        if self.renews(wanted.name()) {
            return Ok(None);
        }
        let locked = self.lock.pack(wanted.name());
        match locked.filter(|locked| asked(&locked.source)) {
            Some(locked) => Ok(Some(locked.clone())),
            None if self.mode == Mode::Offline => {
                let message = match locked {
                    None => format!("the pack `{}` is not in {LOCK_FILE}", wanted.name()),
                    Some(_) => format!("the pack `{}` is locked from elsewhere than it is asked for", wanted.name()),
                };
                let help = format!("run `whimbrel packs lock` and commit {LOCK_FILE}; a check never uses the network");
                Err(vec![wanted.wrong("not-locked", message, help)])
            }
            None => Ok(None),
        }
    }

    /// A path of the configuration starts from its folder, whatever folder git runs in.
    fn address(&self, url: &str) -> String {
        let local = url.starts_with("./") || url.starts_with("../");
        if local { self.project.config.root.join(url).display().to_string() } else { url.to_owned() }
    }

    fn read(wanted: &Wanted, files: &Files, shown: &str) -> Result<Pack, Vec<Diagnostic>> {
        let pack = Pack::new(files, |path| format!("{shown}/{path}")).map_err(|error| match error {
            PackError::Manifest(diagnostics) => diagnostics,
            PackError::NoManifest => {
                let message = format!("`{shown}` has no `{MANIFEST}`, so it is no pack");
                let help = match &wanted.entry.location {
                    PackLocation::Path(_) => {
                        "name the folder with the `pack.toml`, or write one: `whimbrel new pack NAME` shows what it holds"
                    }
                    PackLocation::Git { .. } => {
                        "name the folder with the `pack.toml`: `folder = \"…\"`"
                    }
                    PackLocation::Python(_) => "its entry point must name the folder with the `pack.toml`",
                };
                vec![wanted.wrong("no-manifest", message, help)]
            }
            PackError::NoRules => {
                let message = format!("the pack `{}` has no rule files", wanted.name());
                vec![wanted.wrong("no-rules", message, "its `rules` must name files that end in `.rules`")]
            }
        })?;
        if pack.manifest.name.value != wanted.name() {
            let message = format!("the pack calls itself `{}`, not `{}`", pack.manifest.name.value, wanted.name());
            let help = format!("write `{} = …`: the name is part of its rules' ids", pack.manifest.name.value);
            return Err(vec![wanted.wrong("name", message, help)]);
        }
        Ok(pack)
    }
}

fn resolved(wanted: &Wanted, pack: Pack, source: Option<LockedSource>) -> Resolved {
    let locked = source.map(|source| Locked {
        name: wanted.name().to_owned(),
        version: pack.manifest.version.clone(),
        source,
        hash: pack.hash.clone(),
    });
    Resolved { pack, location: wanted.entry.location.clone(), locked, wanted: wanted.clone() }
}

fn hash_of(files: &Files) -> Option<String> {
    Pack::new(files, str::to_owned).ok().map(|pack| pack.hash)
}

fn version_of(files: &Files) -> Option<String> {
    let (_, text) = files.iter().find(|(path, _)| path == MANIFEST)?;
    Manifest::parse(&SourceFile::new(MANIFEST, text.as_str())).ok().map(|manifest| manifest.version)
}

fn tampered(wanted: &Wanted, expected: &str, found: &str) -> Diagnostic {
    let message = format!("the copy of the pack `{}` is not the one that is locked", wanted.name());
    let help = format!(
        "{LOCK_FILE} says {expected}, and the copy is {found}: `whimbrel packs lock` fetches what is locked again, \
         `whimbrel packs update {}` accepts another version",
        wanted.name()
    );
    wanted.wrong("hash-mismatch", message, help)
}

fn not_installed(wanted: &Wanted, distribution: &str, found: &Found) -> Diagnostic {
    let (message, help) = match found {
        Found::NoEntryPoint(names) => (
            format!("the Python package `{distribution}` brings no pack `{}`", wanted.name()),
            if names.is_empty() {
                "its `pyproject.toml` needs an entry point in the group `whimbrel.rules`".to_owned()
            } else {
                format!("its entry points name {}", names.join(", "))
            },
        ),
        Found::NoFolder(module) => (
            format!("the pack `{}` should be in the module `{module}`, which is not there as a folder", wanted.name()),
            "install the package from a wheel, or in the editable mode that writes a `.pth` file".to_owned(),
        ),
        Found::NotInstalled(folders) => (
            format!("the Python package `{distribution}` is not installed beside whimbrel"),
            format!(
                "add it to `additional_dependencies` of the hook, or install it into this environment; searched: {}",
                if folders.is_empty() {
                    "no environment was found".to_owned()
                } else {
                    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
                }
            ),
        ),
        Found::Pack(_) => (String::new(), String::new()),
    };
    wanted.wrong("not-installed", message, help)
}
