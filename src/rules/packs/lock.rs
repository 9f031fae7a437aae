//! `whimbrel.lock`: what each pack that is not a folder of the project must be, to the byte.

use std::fmt::Write as _;

use serde::Deserialize;

/// The name of the file; it stands beside the configuration.
pub const LOCK_FILE: &str = "whimbrel.lock";

const VERSION: u32 = 1;
const HEADER: &str = "# Written by `whimbrel packs lock` and `whimbrel packs update`. Commit it; do not edit it.\n";

/// The lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The packs, by name.
    pub packs: Vec<Locked>,
}

/// A pack that is pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source: LockedSource,
    /// What it must be: `sha256:…`.
    pub hash: String,
}

/// Where a pinned pack comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockedSource {
    /// A git repository.
    Git {
        /// What `git fetch` takes.
        url: String,
        /// The revision that was asked for.
        rev: String,
        /// The folder in the repository.
        folder: Option<String>,
        /// The commit that it was.
        commit: String,
    },
    /// An installed Python distribution.
    Python(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    pack: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    version: String,
    hash: String,
    git: Option<String>,
    rev: Option<String>,
    folder: Option<String>,
    commit: Option<String>,
    python: Option<String>,
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if file.version != VERSION {
            return Err(format!("it has the version {}, and this version of whimbrel reads {VERSION}", file.version));
        }
        let mut packs = Vec::with_capacity(file.pack.len());
        for entry in file.pack {
            let source = match (entry.git, entry.rev, entry.commit, entry.python) {
                (Some(url), Some(rev), Some(commit), None) => {
                    LockedSource::Git { url, rev, folder: entry.folder, commit }
                }
                (None, None, None, Some(distribution)) => LockedSource::Python(distribution),
                _ => return Err(format!("nothing says where `{}` comes from", entry.name)),
            };
            packs.push(Locked { name: entry.name, version: entry.version, source, hash: entry.hash });
        }
        Ok(Self { packs })
    }

    /// The lock file's text, the same for the same packs.
    #[must_use]
    pub fn text(&self) -> String {
        let mut packs: Vec<&Locked> = self.packs.iter().collect();
        packs.sort_by(|a, b| a.name.cmp(&b.name));
        let mut text = format!("{HEADER}version = {VERSION}\n");
        for pack in packs {
            text.push_str("\n[[pack]]\n");
            let mut line = |key: &str, value: &str| {
                let _ = writeln!(text, "{key} = {}", toml_string(value));
            };
            line("name", &pack.name);
            line("version", &pack.version);
            match &pack.source {
                LockedSource::Git { url, rev, folder, commit } => {
                    line("git", url);
                    line("rev", rev);
                    if let Some(folder) = folder {
                        line("folder", folder);
                    }
                    line("commit", commit);
                }
                LockedSource::Python(distribution) => line("python", distribution),
            }
            line("hash", &pack.hash);
        }
        text
    }

    /// The entry of that name.
    #[must_use]
    pub fn pack(&self, name: &str) -> Option<&Locked> {
        self.packs.iter().find(|pack| pack.name == name)
    }
}

/// A basic string of TOML.
fn toml_string(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                text.push('\\');
                text.push(letter);
            }
            control if control.is_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let git = LockedSource::Git {
            url: "https://example.org/a \"b\"".to_owned(),
            rev: "v1".to_owned(),
            folder: Some("rules".to_owned()),
            commit: "abc".to_owned(),
        };
        let lock = Lock {
            packs: vec![
                Locked { name: "a".into(), version: "1".into(), source: git, hash: "sha256:1".into() },
                Locked {
                    name: "b".into(),
                    version: "2".into(),
                    source: LockedSource::Python("b-rules".into()),
                    hash: "sha256:2".into(),
                },
            ],
        };
        assert_eq!(Lock::parse(&lock.text()), Ok(lock));
    }

    #[test]
    fn a_lock_of_the_future_or_with_nonsense_is_refused() {
        assert!(Lock::parse("version = 2\n").unwrap_err().contains("version 2"));
        let nowhere = "version = 1\n[[pack]]\nname = \"a\"\nversion = \"1\"\nhash = \"x\"\n";
        assert!(Lock::parse(nowhere).unwrap_err().contains("where `a` comes from"));
        assert!(Lock::parse("version = 1\nx = 1\n").is_err());
    }
}
