//! The files of a pack, and the hash that pins them.

use std::path::{Component, Path};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSetBuilder};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::language::PackSource;
use crate::rules::packs::manifest::{MANIFEST, Manifest};
use crate::source::SourceFile;

/// A pack that was read.
#[derive(Clone, Debug)]
pub struct Pack {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its rule files, by path.
    pub files: Vec<Arc<SourceFile>>,
    /// `sha256:…` over everything that counts: the manifest and the rule files.
    pub hash: String,
    /// Everything that counts: paths in the pack, with forward slashes, and texts.
    pub content: Vec<(String, String)>,
}

/// A pack can't be used.
#[derive(Debug)]
pub enum PackError {
    /// It has no `pack.toml`.
    NoManifest,
    /// It has no rule files.
    NoRules,
    /// Mistakes in its `pack.toml`.
    Manifest(Vec<Diagnostic>),
}

impl Pack {
    /// The pack that these files make: paths in its folder with forward slashes, and texts. Files that are neither
    /// its manifest nor one of its rule files do not count. Reports show the paths that `shown` gives.
    ///
    /// # Errors
    /// When there is no manifest, it has mistakes, or there are no rule files.
    pub fn new(files: &[(String, String)], shown: impl Fn(&str) -> String) -> Result<Self, PackError> {
        let manifest = files.iter().find(|(path, _)| path == MANIFEST).ok_or(PackError::NoManifest)?;
        let source = SourceFile::new(shown(MANIFEST), manifest.1.as_str());
        let read = Manifest::parse(&source).map_err(PackError::Manifest)?;
        let matcher = matcher(&read).map_err(PackError::Manifest)?;
        let mut content: Vec<(String, String)> = vec![manifest.clone()];
        let counts = |path: &str| is_rule_file(path) && stays_inside(path) && matcher(path);
        content.extend(files.iter().filter(|(path, _)| counts(path)).cloned());
        content.sort();
        content.dedup_by(|a, b| a.0 == b.0);
        let rules = content.iter().filter(|(path, _)| path != MANIFEST);
        let files: Vec<_> = rules.map(|(path, text)| SourceFile::new(shown(path), text.as_str())).collect();
        if files.is_empty() {
            return Err(PackError::NoRules);
        }
        let hash = hash(&content);
        Ok(Self { manifest: read, files, hash, content })
    }

    /// Its rule files, for the language.
    pub fn sources(&self) -> impl Iterator<Item = PackSource> {
        let named = self.manifest.packs.iter().map(|entry| entry.name.value.clone());
        let builds_on: Vec<String> = named.chain(crate::rules::built_in_packs().map(str::to_owned)).collect();
        self.files.iter().map(move |source| PackSource {
            pack: self.manifest.name.value.clone(),
            source: Arc::clone(source),
            shared: true,
            builds_on: Some(builds_on.clone()),
        })
    }
}

/// Whether a path leads nowhere else: a tree of git can hold names that no work tree has.
fn stays_inside(path: &str) -> bool {
    !path.contains('\\') && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn is_rule_file(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rules")
}

/// Whether a rule file belongs to the pack.
fn matcher(manifest: &Manifest) -> Result<impl Fn(&str) -> bool + use<>, Vec<Diagnostic>> {
    let mut set = GlobSetBuilder::new();
    let mut wrong = Vec::new();
    for pattern in &manifest.rules {
        match GlobBuilder::new(&pattern.value).literal_separator(true).build() {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => wrong.push((pattern, error)),
        }
    }
    let diagnostics: Vec<Diagnostic> = wrong
        .into_iter()
        .map(|(pattern, error)| {
            let message = format!("`{}` is no pattern: {}", pattern.value, error.kind());
            Diagnostic::error(&manifest.source, "config::bad-pattern", message, pattern.span, "")
                .with_help("write it like `rules/*.rules`")
        })
        .collect();
    let all = manifest.rules.is_empty();
    match set.build() {
        Ok(set) if diagnostics.is_empty() => Ok(move |path: &str| all || set.is_match(path)),
        _ => Err(diagnostics),
    }
}

/// The hash of a pack: of the list of its files, each with its own hash. Line ends do not count, so that a checkout on
/// Windows is the same pack.
fn hash(content: &[(String, String)]) -> String {
    let mut list = Sha256::new();
    for (path, text) in content {
        list.update(format!("{}  {path}\n", hexadecimal(&Sha256::digest(text.replace("\r\n", "\n")))));
    }
    format!("sha256:{}", hexadecimal(&list.finalize()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(files: &[(&str, &str)]) -> Result<Pack, PackError> {
        let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Pack::new(&files, |path| format!("acme/{path}"))
    }

    const MANIFEST_TEXT: &str = "name = \"acme\"\nversion = \"1.0\"\n";

    #[test]
    fn the_hash_is_that_of_the_manifest_and_the_rule_files_whatever_their_line_ends() {
        let one = pack(&[("pack.toml", MANIFEST_TEXT), ("a.rules", "edition 1\n"), ("README.md", "x")]).unwrap();
        let two = pack(&[("a.rules", "edition 1\r\n"), ("pack.toml", MANIFEST_TEXT), ("README.md", "other")]).unwrap();
        assert_eq!(one.hash, two.hash);
        let other = pack(&[("pack.toml", MANIFEST_TEXT), ("b.rules", "edition 1\n")]).unwrap();
        assert_ne!(one.hash, other.hash);
    }

    #[test]
    fn only_the_files_that_the_manifest_names_belong_to_the_pack() {
        let manifest = format!("{MANIFEST_TEXT}rules = [\"rules/*.rules\"]\n");
        let pack = pack(&[("pack.toml", &manifest), ("rules/a.rules", ""), ("drafts/b.rules", "")]).unwrap();
        assert_eq!(pack.files.iter().map(|file| file.path()).collect::<Vec<_>>(), ["acme/rules/a.rules"]);
    }

    #[test]
    fn files_that_lead_out_of_the_pack_do_not_count() {
        let files =
            [("pack.toml", MANIFEST_TEXT), ("a.rules", ""), ("../b.rules", ""), ("/c.rules", ""), ("..\\d.rules", "")];
        let pack = pack(&files).unwrap();
        assert_eq!(pack.content.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.rules", "pack.toml"]);
    }

    #[test]
    fn a_pack_for_a_newer_tool_is_refused() {
        let manifest = format!("{MANIFEST_TEXT}whimbrel = \">=99.0\"\n");
        let Err(PackError::Manifest(wrong)) = pack(&[("pack.toml", &manifest), ("a.rules", "")]) else { panic!() };
        assert!(wrong[0].message.contains("needs whimbrel 99.0 or newer"), "{wrong:?}");
        assert_eq!(wrong[0].underlined(), "\">=99.0\"");
    }
}
