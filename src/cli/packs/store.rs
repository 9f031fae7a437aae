//! Where fetched packs are kept: by their hash, in the repository's own folder of git or in the user's cache. Nothing
//! there is trusted: a pack is hashed whenever it is read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::project::Project;
use crate::cli::rule_files::is_rule_file;
use crate::cli::selection::walk;
use crate::git;
use crate::rules::packs::{MANIFEST, Pack};

/// The files of a pack: paths in its folder, with forward slashes, and texts.
pub(super) type Files = Vec<(String, String)>;

/// Files larger than this are no rule files.
const LARGEST: u64 = 16 << 20;

/// Where fetched packs are kept.
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store of a project.
    pub(super) fn of(project: &Project) -> Result<Self, Failure> {
        if let Some(folder) = std::env::var_os("WHIMBREL_CACHE_DIR").filter(|folder| !folder.is_empty()) {
            return Ok(Self { folder: Path::new(&folder).join("packs") });
        }
        if let Some(repository) = &project.repository {
            return Ok(Self { folder: repository.common_folder()?.join("whimbrel").join("packs") });
        }
        let cache = ["XDG_CACHE_HOME", "LOCALAPPDATA"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
        let home = || ["HOME", "USERPROFILE"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
        match cache.or_else(|| home().map(|home| home.join(".cache"))) {
            Some(cache) => Ok(Self { folder: cache.join("whimbrel").join("packs") }),
            None => Err(Failure::Usage {
                message: "there is no folder to keep packs in".to_owned(),
                help: "set WHIMBREL_CACHE_DIR, or HOME".to_owned(),
            }),
        }
    }

    fn place(&self, hash: &str) -> Option<PathBuf> {
        // The name of a folder, and nothing that leads out of it.
        let name = hash.strip_prefix("sha256:")?;
        (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| self.folder.join(name))
    }

    /// The files that are kept under a hash, whatever they are by now.
    pub(super) fn read(&self, hash: &str) -> Result<Option<Files>, Failure> {
        match self.place(hash).filter(|place| place.is_dir()) {
            Some(place) => read_folder(&place).map(Some),
            None => Ok(None),
        }
    }

    /// Keeps a pack under its hash.
    pub(super) fn keep(&self, pack: &Pack) -> Result<(), Failure> {
        let Some(place) = self.place(&pack.hash) else { return Ok(()) };
        let beside = place.with_extension(format!("new-{}", std::process::id()));
        let written = write_all(&beside, &pack.content).and_then(|()| {
            if place.exists() {
                fs::remove_dir_all(&place)?;
            }
            fs::rename(&beside, &place)
        });
        written.map_err(|source| {
            let _ = fs::remove_dir_all(&beside);
            Failure::File { path: place.display().to_string(), action: "written", source }
        })
    }

    /// Fetches a pack from a git repository: the commit, and the files that may belong to the pack.
    pub(super) fn fetch(&self, url: &str, revision: &str, folder: Option<&str>) -> Result<(String, Files), Failure> {
        let scratch = self.folder.join(format!("fetch-{}", std::process::id()));
        let failed = |source| Failure::File { path: scratch.display().to_string(), action: "written", source };
        fs::create_dir_all(&scratch).map_err(failed)?;
        let prefix = folder.map_or_else(String::new, |folder| format!("{}/", folder.trim_matches('/')));
        let fetched = git::fetch(url, revision, &scratch, |path| {
            path.strip_prefix(prefix.as_str()).is_some_and(|path| path == MANIFEST || is_rule_file(Path::new(path)))
        });
        let _ = fs::remove_dir_all(&scratch);
        let fetched = fetched?;
        let mut files = Files::new();
        for (path, bytes) in fetched.files {
            let shown = format!("{url}: {path}");
            let text = String::from_utf8(bytes).map_err(|_| not_utf8(&shown))?;
            files.push((path.strip_prefix(prefix.as_str()).unwrap_or(&path).to_owned(), text));
        }
        Ok((fetched.commit, files))
    }
}

fn write_all(folder: &Path, files: &[(String, String)]) -> std::io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The files below a folder that may belong to a pack.
pub(super) fn read_folder(folder: &Path) -> Result<Files, Failure> {
    let mut paths = Vec::new();
    walk(folder, &mut |path| {
        if path == folder.join(MANIFEST) || is_rule_file(path) {
            paths.push(path.to_owned());
        }
    });
    let mut files = Files::new();
    for path in paths {
        let shown = path.display().to_string();
        let failed = |source| Failure::File { path: shown.clone(), action: "read", source };
        if fs::metadata(&path).map_err(failed)?.len() > LARGEST {
            return Err(failed(std::io::Error::other("it is larger than 16 MB")));
        }
        let text = String::from_utf8(fs::read(&path).map_err(failed)?).map_err(|_| not_utf8(&shown))?;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.push((name, text));
    }
    Ok(files)
}

fn not_utf8(path: &str) -> Failure {
    Failure::Usage { message: format!("`{path}` is not UTF-8"), help: "save it as UTF-8".to_owned() }
}
