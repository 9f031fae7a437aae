//! Texts with holes: `{table}.{field.column}`.

use crate::language::checker::Checker;
use crate::language::checker::scope::Scope;
use crate::language::rule::{Template, TemplatePart};
use crate::language::syntax::{Path, Text};
use crate::source::{Span, Spanned};

/// A part of a text: plain, or a hole.
pub(super) enum Piece {
    Plain(String),
    Hole(Path),
}

/// The parts of a text. A hole is a dotted name in braces; any other brace is text, and `{{name}}` is the text `{name}`.
pub(super) fn pieces(text: &Text) -> Vec<Piece> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text.value.as_str();
    while let Some(open) = rest.find('{') {
        let at = text.value.len() - rest.len() + open;
        plain.push_str(&rest[..open]);
        let behind = &rest[open + 1..];
        if let Some(inner) = behind.strip_prefix('{')
            && let Some(length) = hole_length(inner)
            && inner[length..].starts_with("}}")
        {
            plain.push('{');
            plain.push_str(&inner[..length]);
            plain.push('}');
            rest = &inner[length + 2..];
            continue;
        }
        match hole_length(behind) {
            Some(length) if behind[length..].starts_with('}') => {
                if !plain.is_empty() {
                    parts.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                parts.push(Piece::Hole(hole_path(&behind[..length], offset_in_file(text, at + 1))));
                rest = &behind[length + 1..];
            }
            _ => {
                plain.push('{');
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Piece::Plain(plain));
    }
    parts
}

impl Checker<'_> {
    /// Checks a text's holes.
    pub(super) fn template(&mut self, text: &Text, scope: &mut Scope<'_>) -> Template {
        let part = |piece| match piece {
            Piece::Plain(plain) => TemplatePart::Text(plain),
            Piece::Hole(path) => TemplatePart::Hole(self.path(&path, scope).0),
        };
        Template { parts: pieces(text).into_iter().map(part).collect() }
    }
}

/// The length of the dotted lower-case name at the start of `text`.
fn hole_length(text: &str) -> Option<usize> {
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    let name = &text[..length];
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    (starts_well && !name.ends_with('.') && !name.contains("..")).then_some(length)
}

fn hole_path(name: &str, offset: usize) -> Path {
    let mut segments = Vec::new();
    let mut at = offset;
    for segment in name.split('.') {
        segments.push(Spanned::new(segment.to_owned(), Span::new(at, at + segment.len())));
        at += segment.len() + 1;
    }
    Path { span: Span::new(offset, offset + name.len()), segments }
}

/// The place in the file of byte `at` of a text. Exact while the text has no escape before it on its line.
fn offset_in_file(text: &Text, at: usize) -> usize {
    let line = text.value[..at].matches('\n').count();
    let column = at - text.value[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text.line_offsets.get(line).map_or(text.span.start, |start| start + column).min(text.span.end)
}
