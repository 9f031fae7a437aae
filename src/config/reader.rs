//! Typed access to TOML values; what has another type becomes a diagnostic, and reading goes on.

use std::sync::Arc;

use toml::Spanned as TomlSpanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};

/// A value with its place.
pub(crate) type Value<'i> = TomlSpanned<DeValue<'i>>;

/// A key with its place.
pub(crate) type Key<'i> = TomlSpanned<DeString<'i>>;

/// Reads values and keeps what is wrong with them.
pub(crate) struct Reader<'a> {
    source: &'a Arc<SourceFile>,
    /// What stands before `::` in the codes of diagnostics.
    family: &'static str,
    /// What is wrong so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Arc<SourceFile>, family: &'static str) -> Self {
        Self { source, family, diagnostics: Vec::new() }
    }

    /// Keeps what is no TOML.
    pub(crate) fn syntax_errors(&mut self, errors: &[toml::de::Error]) {
        let length = self.source.text().len();
        for error in errors {
            let span =
                error.span().map_or(Span::at(length), |span| Span::new(span.start.min(length), span.end.min(length)));
            let message = format!("this is no TOML: {}", error.message());
            self.error("syntax", span, message, "here", "https://toml.io shows the syntax on one page");
        }
    }

    /// Keeps an error at `span`.
    pub(crate) fn error(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        let code = format!("{}::{code}", self.family);
        self.diagnostics.push(Diagnostic::error(self.source, code, message, span, label).with_help(help));
    }

    /// `key` has no meaning; those that have are `known`.
    pub(crate) fn unknown_key(&mut self, key: &Key<'_>, place: &str, known: &[&str]) {
        let name = key.get_ref();
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", quoted(known)),
        };
        self.error("unknown-key", key.span().into(), format!("`{name}` is no key of {place}"), "unknown", help);
    }

    /// `value` should have been an `expected`; `subject` is a key in backticks, or words.
    pub(crate) fn wrong_type(&mut self, value: &Value<'_>, subject: &str, expected: &str, example: &str) {
        let label = format!("this is {}", kind(value.get_ref()));
        let message = format!("{subject} must be {expected}");
        self.error("wrong-type", value.span().into(), message, &label, format!("write {example}"));
    }

    /// A text.
    pub(crate) fn string(&mut self, value: &Value<'_>, subject: &str, example: &str) -> Option<Spanned<String>> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value, subject, "a string", &format!("`{example}`"));
            return None;
        };
        Some(Spanned::new(text.to_string(), value.span().into()))
    }

    /// A truth value.
    pub(crate) fn boolean(&mut self, value: &Value<'_>, subject: &str, example: &str) -> Option<bool> {
        let DeValue::Boolean(truth) = value.get_ref() else {
            self.wrong_type(value, subject, "`true` or `false`", &format!("`{example}`"));
            return None;
        };
        Some(*truth)
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&mut self, value: &Value<'_>, subject: &str, example: &str) -> Option<i64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none_or(|number| number < 0) {
            self.wrong_type(value, subject, "a whole number", &format!("`{example}`"));
        }
        number.filter(|number| *number >= 0)
    }

    /// A list of texts.
    pub(crate) fn strings(&mut self, value: &Value<'_>, name: &str, example: &str) -> Vec<Spanned<String>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, &format!("`{name}`"), "an array of strings", &format!("`{name} = [{example}]`"));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.string(item, &format!("an item of `{name}`"), example)).collect()
    }

    /// A table, its entries in the order of the file.
    pub(crate) fn table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        name: &str,
        example: &str,
    ) -> Vec<(&'t Key<'i>, &'t Value<'i>)> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, &format!("`{name}`"), "a table", example);
            return Vec::new();
        };
        entries(table)
    }
}

/// The entries of a table in the order of the file.
pub(crate) fn entries<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// `a`, `b`, `c`, each in backticks.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// What a value is, with its article.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// The word of `known` that `wanted` may be a slip for.
pub(crate) fn nearest<'k>(wanted: &str, known: &[&'k str]) -> Option<&'k str> {
    let wanted = wanted.to_lowercase().replace('_', "-");
    let (distance, word) = known.iter().map(|word| (distance(&wanted, word), *word)).min()?;
    (distance * 3 <= word.len()).then_some(word)
}

/// How many characters have to be changed, added or taken away.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    // A slip is short: more need not be counted.
    for (index, from) in left.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
