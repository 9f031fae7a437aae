//! `pack.toml`: what a pack says of itself.
//!
//! ~~~toml
//! name = "acme"                     # the first part of its rules' ids
//! version = "2.3.0"
//! edition = 1                       # of the rule language
//! whimbrel = ">=0.1"                # the oldest version that can read it
//! license = "MIT"
//! rules = ["rules/*.rules"]         # without it: every rule file of the pack
//! settings = ["big_tables"]         # what each project must configure
//!
//! [packs]                           # packs it builds on
//! zero-downtime = { git = "https://example.org/zero-downtime", rev = "v3.1.0" }
//! ~~~

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::config::reader::{Reader, Value, entries};
use crate::config::{PackEntry, is_pack_name, read_packs};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};

/// The name of the file.
pub const MANIFEST: &str = "pack.toml";

const KEYS: [&str; 9] =
    ["name", "version", "edition", "whimbrel", "license", "description", "rules", "settings", "packs"];

/// The newest edition of the rule language that this version reads.
const EDITION: i64 = 1;

/// What a pack says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The pack's name.
    pub name: Spanned<String>,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: Option<String>,
    /// One line about it.
    pub description: Option<String>,
    /// Patterns for its rule files; empty: all.
    pub rules: Vec<Spanned<String>>,
    /// Settings that each project must give a value.
    pub settings: Vec<Spanned<String>>,
    /// Packs it builds on.
    pub packs: Vec<PackEntry>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// All mistakes of the file, by place.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let (document, errors) = DeTable::parse_recoverable(source.text());
        let mut reader = Reader::new(source, "config");
        reader.syntax_errors(&errors);
        let mut read = Self {
            source: Arc::clone(source),
            name: Spanned::new(String::new(), Span::at(0)),
            version: String::new(),
            license: None,
            description: None,
            rules: Vec::new(),
            settings: Vec::new(),
            packs: Vec::new(),
        };
        if reader.diagnostics.is_empty() {
            read.table(&mut reader, document.get_ref());
        }
        if reader.diagnostics.is_empty() {
            return Ok(read);
        }
        reader.diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        Err(reader.diagnostics)
    }

    fn table(&mut self, reader: &mut Reader<'_>, table: &DeTable<'_>) {
        for (key, value) in entries(table) {
            match key.get_ref().as_ref() {
                "name" => self.name = reader.string(value, "`name`", "name = \"acme\"").unwrap_or(self.name.clone()),
                "version" => {
                    self.version = text(reader, value, "version", "2.3.0").unwrap_or_default();
                }
                "edition" => edition(reader, value),
                "whimbrel" => oldest_tool(reader, value),
                "license" => self.license = text(reader, value, "license", "MIT"),
                "description" => self.description = text(reader, value, "description", "What Acme demands"),
                "rules" => self.rules = reader.strings(value, "rules", "\"rules/*.rules\""),
                "settings" => self.settings = reader.strings(value, "settings", "\"big_tables\""),
                "packs" => self.packs = read_packs(reader, value),
                _ => reader.unknown_key(key, "`pack.toml`", &KEYS),
            }
        }
        if !reader.diagnostics.is_empty() {
            return;
        }
        if !is_pack_name(&self.name.value) {
            let message = if self.name.value.is_empty() { "the pack has no name" } else { "this is no name of a pack" };
            let help = "write `name = \"acme\"`, in lower case with hyphens: it starts the ids of the pack's rules";
            reader.error("bad-pack", self.name.span, message, "", help);
        }
        if self.version.is_empty() {
            reader.error("bad-pack", self.name.span, "the pack has no version", "", "add `version = \"1.0.0\"`");
        }
    }
}

fn text(reader: &mut Reader<'_>, value: &Value<'_>, name: &str, example: &str) -> Option<String> {
    reader.string(value, &format!("`{name}`"), &format!("{name} = \"{example}\"")).map(|text| text.value)
}

fn edition(reader: &mut Reader<'_>, value: &Value<'_>) {
    let number = match value.get_ref() {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    match number {
        None => reader.wrong_type(value, "`edition`", "a number", "`edition = 1`"),
        Some(EDITION) => {}
        Some(other) => {
            let message = format!("this version does not read edition {other} of the rule language");
            let help = format!("the newest edition that it reads is {EDITION}: update whimbrel");
            reader.error("edition", value.span().into(), message, "", help);
        }
    }
}

/// `>=0.1`: the oldest version of the tool.
fn oldest_tool(reader: &mut Reader<'_>, value: &Value<'_>) {
    let Some(written) = reader.string(value, "`whimbrel`", "whimbrel = \">=0.1\"") else { return };
    let version = written.value.trim().trim_start_matches(">=").trim();
    let Some(wanted) = numbers(version) else {
        let help = "write the oldest version that can read the pack, as in `whimbrel = \">=0.1\"`";
        reader.error("bad-version", written.span, format!("`{}` is no version", written.value), "", help);
        return;
    };
    let own = env!("CARGO_PKG_VERSION");
    if numbers(own).is_some_and(|own| own < wanted) {
        let message = format!("the pack needs whimbrel {version} or newer, and this is {own}");
        reader.error("tool-too-old", written.span, message, "needed", "update whimbrel, or pin an older pack");
    }
}

/// The numbers of a version, three of them.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = release.split('.').collect();
    if parts.len() > numbers.len() {
        return None;
    }
    for (number, part) in numbers.iter_mut().zip(parts) {
        *number = part.parse().ok()?;
    }
    Some(numbers)
}
