//! Where the characters of a text stand in the source.

use crate::python::{Text, TextPiece};
use crate::source::Span;

impl Text {
    /// A text that stands nowhere in the source.
    #[must_use]
    pub fn unmapped(value: impl Into<String>) -> Self {
        Self { value: value.into(), pieces: Vec::new() }
    }

    /// Appends `other`, with its places.
    pub(super) fn push(&mut self, other: &Text) {
        let at = self.value.len();
        self.value.push_str(&other.value);
        self.pieces.extend(other.pieces.iter().map(|piece| TextPiece { at: at + piece.at, ..*piece }));
    }

    /// The bytes `start..end` with their places; empty where they are not on character boundaries.
    pub(super) fn part(&self, start: usize, end: usize) -> Text {
        let Some(value) = self.value.get(start..end) else { return Text::default() };
        let pieces = self.pieces.iter().filter_map(|piece| {
            let from = piece.at.max(start);
            let to = (piece.at + piece.len).min(end);
            (from < to).then(|| TextPiece {
                at: from - start,
                source: piece.source + (from - piece.at),
                len: to - from,
            })
        });
        Text { value: value.to_owned(), pieces: pieces.collect() }
    }
}

/// A run of a string literal's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// Stands for itself.
    Verbatim { source: usize, len: usize },
    /// Stands for `characters` other ones.
    Escape { characters: usize },
    /// A replacement field of an f-string.
    Hole,
}

/// The runs of the string literals (one or several, side by side) that stand at `span`.
pub(super) fn runs(source: &str, span: Span) -> Vec<Run> {
    let bytes = source.as_bytes();
    let end = span.end.min(bytes.len());
    let mut runs = Vec::new();
    let mut at = span.start;
    while at < end {
        match bytes[at] {
            b'#' => at += bytes[at..end].iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(end - at),
            byte if byte.is_ascii_alphabetic() || matches!(byte, b'"' | b'\'') => {
                at = literal(bytes, at, end, &mut runs);
            }
            _ => at += 1,
        }
    }
    runs
}

/// Reads one literal from its prefix on; the offset behind it.
fn literal(bytes: &[u8], start: usize, end: usize, runs: &mut Vec<Run>) -> usize {
    let mut at = start;
    let (mut raw, mut formatted) = (false, false);
    while at < end && bytes[at].is_ascii_alphabetic() {
        raw |= matches!(bytes[at], b'r' | b'R');
        formatted |= matches!(bytes[at], b'f' | b'F');
        at += 1;
    }
    let Some(&quote) = bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\'')) else { return at.max(start + 1) };
    let triple = at + 2 < end && bytes[at + 1] == quote && bytes[at + 2] == quote;
    at += if triple { 3 } else { 1 };
    while at < end {
        match bytes[at] {
            byte if byte == quote => {
                if !triple {
                    return at + 1;
                }
                if bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote) {
                    return at + 3;
                }
                verbatim(runs, at, 1);
                at += 1;
            }
            b'\\' if raw => {
                verbatim(runs, at, 1);
                at += 1;
                // The character behind a backslash ends no literal, a raw one included.
                if at < end {
                    at += plain(bytes, at, end, runs);
                }
            }
            b'\\' => at += escape(bytes, at, end, runs),
            b'{' if formatted && bytes.get(at + 1) == Some(&b'{') => {
                runs.push(Run::Escape { characters: 1 });
                at += 2;
            }
            b'}' if formatted && bytes.get(at + 1) == Some(&b'}') => {
                runs.push(Run::Escape { characters: 1 });
                at += 2;
            }
            b'{' if formatted => {
                runs.push(Run::Hole);
                at = hole_end(bytes, at, end);
            }
            _ => at += plain(bytes, at, end, runs),
        }
    }
    at
}

/// One character that stands for itself, but for line ends, which Python reads as `\n`.
fn plain(bytes: &[u8], at: usize, end: usize, runs: &mut Vec<Run>) -> usize {
    match bytes[at] {
        b'\r' => {
            runs.push(Run::Escape { characters: 1 });
            if at + 1 < end && bytes[at + 1] == b'\n' { 2 } else { 1 }
        }
        first => {
            let width = match first {
                0..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            verbatim(runs, at, width);
            width
        }
    }
}

fn verbatim(runs: &mut Vec<Run>, at: usize, width: usize) {
    if let Some(Run::Verbatim { source, len }) = runs.last_mut()
        && *source + *len == at
    {
        *len += width;
        return;
    }
    runs.push(Run::Verbatim { source: at, len: width });
}

/// An escape sequence from its backslash on; its length.
fn escape(bytes: &[u8], at: usize, end: usize, runs: &mut Vec<Run>) -> usize {
    let Some(&letter) = bytes.get(at + 1).filter(|_| at + 1 < end) else { return 1 };
    let (characters, length) = match letter {
        b'\n' => (0, 2),
        b'\r' => (0, if bytes.get(at + 2) == Some(&b'\n') { 3 } else { 2 }),
        b'0'..=b'7' => {
            let digits = bytes[at + 1..end].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            (1, 1 + digits)
        }
        b'x' => (1, 4),
        b'u' => (1, 6),
        b'U' => (1, 10),
        b'N' => (1, bytes[at..end].iter().position(|byte| *byte == b'}').map_or(2, |close| close + 1)),
        b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => (1, 2),
        // Not an escape: the backslash stands for itself.
        _ => {
            verbatim(runs, at, 1);
            return 1;
        }
    };
    runs.push(Run::Escape { characters });
    length
}

/// The offset behind the replacement field that opens at `at`.
fn hole_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let mut depth = 0usize;
    let mut at = at;
    while at < end {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            quote @ (b'"' | b'\'') => {
                at += bytes[at + 1..end].iter().position(|byte| *byte == quote).map_or(0, |length| length + 1);
            }
            _ => {}
        }
        at += 1;
    }
    end
}

/// The text of the string literals at `span`, whose content the parser read as `value`.
pub(super) fn literal_text(source: &str, span: Span, value: &str) -> Text {
    // Nearly all literals are one pair of quotes with nothing to translate between them.
    if let Some(inner) = source.get(span.start + 1..span.end.saturating_sub(1))
        && inner == value
        && matches!(source.as_bytes()[span.start], b'"' | b'\'')
    {
        let pieces = if value.is_empty() {
            Vec::new()
        } else {
            vec![TextPiece { at: 0, source: span.start + 1, len: value.len() }]
        };
        return Text { value: value.to_owned(), pieces };
    }
    let mut pieces = Vec::new();
    let mut rest = value;
    for run in runs(source, span) {
        if !follow(source, value, &mut rest, run, &mut pieces) {
            return Text::unmapped(value);
        }
    }
    if rest.is_empty() { Text { value: value.to_owned(), pieces } } else { Text::unmapped(value) }
}

/// Advances in `rest`, the end of `value`, over what `run` stands for; false when they do not fit.
pub(super) fn follow(source: &str, value: &str, rest: &mut &str, run: Run, pieces: &mut Vec<TextPiece>) -> bool {
    let at = value.len() - rest.len();
    match run {
        Run::Verbatim { source: from, len } => {
            let Some(after) = source.get(from..from + len).and_then(|text| rest.strip_prefix(text)) else {
                return false;
            };
            pieces.push(TextPiece { at, source: from, len });
            *rest = after;
        }
        Run::Escape { characters } => {
            let width: usize = rest.chars().take(characters).map(char::len_utf8).sum();
            *rest = &rest[width..];
        }
        Run::Hole => return false,
    }
    true
}
