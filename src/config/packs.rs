//! `[packs]`: where rule packs come from, in a configuration and in a pack that builds on others.

use toml::de::DeValue;

use super::reader::{Reader, Value, entries, nearest, quoted};
use crate::source::{Span, Spanned};

/// A pack that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackEntry {
    /// Its name: the first part of its rules' ids.
    pub name: Spanned<String>,
    /// Where it comes from.
    pub location: PackLocation,
}

/// Where a pack comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackLocation {
    /// `{ path = "ci/acme" }`: a folder, relative to the file that names it. It is never locked.
    Path(String),
    /// `{ git = "https://…", rev = "v2.3.0", folder = "rules" }`: a git repository at a revision.
    Git {
        /// What `git fetch` takes.
        url: String,
        /// A tag, a branch or a commit.
        rev: String,
        /// The folder of the pack in the repository; `None`: its root.
        folder: Option<String>,
    },
    /// `{ python = "acme-rules" }`: an installed Python distribution with an entry point in the group `whimbrel.rules`
    /// of the pack's name.
    Python(String),
}

const SAMPLE: &str = "`acme = { git = \"https://example.org/acme/rules\", rev = \"v1.0\" }`";
const KINDS: [&str; 3] = ["path", "git", "python"];
const KEYS: [&str; 5] = ["path", "git", "rev", "folder", "python"];

/// The packs of a `[packs]` table.
pub(crate) fn read_packs(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<PackEntry> {
    let mut packs = Vec::new();
    for (key, value) in reader.table(value, "packs", &format!("`[packs]` and lines such as {SAMPLE}")) {
        let name = Spanned::new(key.get_ref().to_string(), Span::from(key.span()));
        if !is_pack_name(&name.value) {
            let message = format!("`{}` is no name of a pack", name.value);
            reader.error("bad-pack", name.span, message, "", "use lower case, digits and hyphens, as in `acme-money`");
            continue;
        }
        if let Some(location) = location(reader, &name, value) {
            packs.push(PackEntry { name, location });
        }
    }
    packs
}

/// Whether a text can be the first part of a rule's id.
pub(crate) fn is_pack_name(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(word)
}

fn location(reader: &mut Reader<'_>, name: &Spanned<String>, value: &Value<'_>) -> Option<PackLocation> {
    let DeValue::Table(table) = value.get_ref() else {
        reader.wrong_type(value, &format!("`{}`", name.value), "a table", SAMPLE);
        return None;
    };
    let before = reader.diagnostics.len();
    let mut found: Vec<(&'static str, Spanned<String>)> = Vec::new();
    for (key, value) in entries(table) {
        let written = key.get_ref().as_ref();
        let Some(known) = KEYS.into_iter().find(|known| *known == written) else {
            let help = match (written, nearest(written, &KEYS)) {
                ("tag" | "branch" | "revision" | "commit" | "ref", _) => "write `rev`".to_owned(),
                ("pip" | "pypi" | "package", _) => "write `python`".to_owned(),
                (_, Some(near)) => format!("did you mean `{near}`?"),
                (_, None) => format!("known here: {}", quoted(&KEYS)),
            };
            let message = format!("`{written}` is no key of a pack");
            reader.error("unknown-key", key.span().into(), message, "unknown", help);
            continue;
        };
        let Some(text) = reader.string(value, &format!("`{known}`"), SAMPLE) else { continue };
        if text.value.is_empty() || text.value.starts_with('-') {
            let message = format!("`{}` is no `{known}`", text.value);
            reader.error("bad-pack", text.span, message, "", format!("write it like {SAMPLE}"));
        } else {
            found.push((known, text));
        }
    }
    if reader.diagnostics.len() > before {
        return None;
    }
    let get = |wanted: &str| found.iter().find(|(key, _)| *key == wanted).map(|(_, text)| text.clone());
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| get(kind).is_some()).collect();
    let [kind] = kinds.as_slice() else {
        let message = match kinds.len() {
            0 => format!("nothing says where `{}` comes from", name.value),
            _ => format!("`{}` comes from {} places", name.value, kinds.len()),
        };
        reader.error("bad-pack", name.span, message, "", format!("give one of {}", quoted(&KINDS)));
        return None;
    };
    for other in ["rev", "folder"] {
        if let Some(text) = get(other).filter(|_| *kind != "git") {
            let message = format!("`{other}` belongs to a pack from git");
            reader.error("bad-pack", text.span, message, "", format!("remove it, or write it like {SAMPLE}"));
            return None;
        }
    }
    let given = get(kind)?;
    Some(match *kind {
        "git" => {
            let Some(rev) = get("rev") else {
                let message = format!("nothing says which revision of `{}` is meant", name.value);
                let help = "add `rev = \"…\"` with a tag, a branch or a commit; the lock file pins the commit";
                reader.error("bad-pack", given.span, message, "", help);
                return None;
            };
            PackLocation::Git { url: given.value, rev: rev.value, folder: get("folder").map(|folder| folder.value) }
        }
        "python" => PackLocation::Python(given.value),
        _ => PackLocation::Path(given.value),
    })
}

impl std::fmt::Display for PackLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PackLocation::Path(path) => write!(f, "the folder {path}"),
            PackLocation::Git { url, rev, folder: None } => write!(f, "{url} at {rev}"),
            PackLocation::Git { url, rev, folder: Some(folder) } => write!(f, "{url} at {rev}, folder {folder}"),
            PackLocation::Python(distribution) => write!(f, "the Python package {distribution}"),
        }
    }
}
