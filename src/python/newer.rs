//! Syntax that is newer than the parser, in words that it knows: f-strings of Python 3.12 (PEP 701), template strings
//! (PEP 750), `except A, B:` (PEP 758) and defaults of type parameters (PEP 696).
//!
//! Every change keeps each byte where it is, so that places in the changed text are places in the file. Nothing becomes
//! certain by it: what is rewritten means the same, or nothing that can be told.

use std::ops::Range;

use crate::python::syntax_error::{Construct, SyntaxError};

/// Fields in strings in fields. Python's own limit is 150, and nobody reads three.
const DEEPEST: usize = 20;

/// The text with its f-strings as Python 3.11 has to have them, and its template strings as f-strings; `None` where
/// nothing changes, or where strings don't end.
pub(super) fn with_older_strings(text: &str) -> Option<String> {
    let mut scan = Scan { text: text.as_bytes(), at: 0, found: Vec::new() };
    scan.code(None, 0)?;
    let mut bytes = text.as_bytes().to_vec();
    let mut changed = false;
    for formatted in &scan.found {
        changed |= formatted.rewrite(&mut bytes);
    }
    // What is cut out is cut out whole, so this is text.
    changed.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// Puts what the parser stumbled over into older words. Whether that was possible.
pub(super) fn reword(text: &mut String, error: &SyntaxError) -> bool {
    let at = error.span.start;
    let word = match (error.construct, text.as_bytes().get(at)) {
        // Exceptions are not looked at: one expression is as good as several.
        (Some(Construct::BareExceptTuple), Some(b',')) => "|",
        (Some(Construct::ParameterDefault), Some(b'=')) => {
            let start = text[..at].rfind(['[', ',']).unwrap_or(0);
            // A default stands where a bound may, or is one more of it.
            if text[start..at].contains(':') { "|" } else { ":" }
        }
        _ => return false,
    };
    text.replace_range(at..=at, word);
    true
}

/// An f-string or a template string that stands in no other one.
struct Formatted {
    /// The letter `f` or `t`.
    letter: usize,
    /// What stands between its quotes.
    body: Range<usize>,
    quote: u8,
    triple: bool,
    /// Strings in its fields, at whatever depth.
    strings: Vec<Inner>,
    /// Line ends and comments in its fields.
    blanks: Vec<Range<usize>>,
}

/// A string in a field.
struct Inner {
    /// With its quotes.
    span: Range<usize>,
    quote: u8,
    triple: bool,
    depth: usize,
}

impl Formatted {
    /// Whether it had to be changed, and could be.
    fn rewrite(&self, bytes: &mut [u8]) -> bool {
        if bytes[self.letter].eq_ignore_ascii_case(&b't') {
            return self.blank(bytes);
        }
        if self.triple || (self.blanks.is_empty() && self.strings.iter().all(|string| string.quote != self.quote)) {
            return false;
        }
        let other = if self.quote == b'"' { b'\'' } else { b'"' };
        // With the other quotes it means the same, where they are free.
        let fits = |string: &Inner| {
            let width = if string.triple { 3 } else { 1 };
            let start = string.span.start + prefix(&bytes[string.span.clone()]) + width;
            let content = &bytes[start..string.span.end - width];
            string.depth == 1 && !string.triple && !content.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\\'))
        };
        if !self.strings.iter().all(fits) {
            return self.blank(bytes);
        }
        for string in &self.strings {
            bytes[string.span.start + prefix(&bytes[string.span.clone()])] = other;
            bytes[string.span.end - 1] = other;
        }
        for blank in &self.blanks {
            bytes[blank.clone()].fill(b' ');
        }
        true
    }

    /// An f-string of the same length with a field that nobody knows.
    fn blank(&self, bytes: &mut [u8]) -> bool {
        const FIELD: &[u8] = b"{()}";
        if self.body.len() < FIELD.len() {
            return false;
        }
        bytes[self.letter] = b'f';
        bytes[self.body.clone()].fill(b' ');
        bytes[self.body.start..self.body.start + FIELD.len()].copy_from_slice(FIELD);
        true
    }
}

/// How many letters stand in front of a string's quote.
fn prefix(string: &[u8]) -> usize {
    string.iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
}

/// Reads strings and comments as the tokenizer of Python 3.12 does. `None` means that something does not end.
struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    found: Vec<Formatted>,
}

impl Scan<'_> {
    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Code, up to the end of the file or, in a field, up to what ends its expression. `around` is the f-string that
    /// the field belongs to, and `depth` how many fields are open.
    fn code(&mut self, mut around: Option<&mut Formatted>, depth: usize) -> Option<()> {
        let mut brackets = 0usize;
        while let Some(byte) = self.next() {
            match byte {
                b'#' => {
                    let start = self.at;
                    while self.next().is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                        self.at += 1;
                    }
                    if let Some(formatted) = around.as_deref_mut() {
                        formatted.blanks.push(start..self.at);
                    }
                    continue;
                }
                b'"' | b'\'' => {
                    self.string(around.as_deref_mut(), depth)?;
                    continue;
                }
                b'\n' | b'\r' => {
                    if let Some(formatted) = around.as_deref_mut() {
                        formatted.blanks.push(self.at..self.at + 1);
                    }
                }
                b'(' | b'[' | b'{' if depth > 0 => brackets += 1,
                b'}' | b':' if depth > 0 && brackets == 0 => return Some(()),
                // `!=` compares, `!r` converts.
                b'!' if depth > 0 && brackets == 0 && self.text.get(self.at + 1) != Some(&b'=') => return Some(()),
                b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        (depth == 0).then_some(())
    }

    /// A string, from its quote on.
    fn string(&mut self, around: Option<&mut Formatted>, depth: usize) -> Option<()> {
        let quote = self.next()?;
        let before = &self.text[..self.at];
        let word =
            before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80);
        let letters = &before[before.len() - word.count()..];
        let has = |letter: u8| letters.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let is_prefix = letters.len() <= 2 && letters.iter().all(|byte| b"frtbuFRTBU".contains(byte));
        let (raw, formatted) = (is_prefix && has(b'r'), is_prefix && (has(b'f') || has(b't')));
        let start = self.at - if is_prefix { letters.len() } else { 0 };
        let letter = (start..self.at).find(|at| matches!(self.text[*at], b'f' | b'F' | b't' | b'T')).unwrap_or(start);
        let triple = self.text[self.at..].starts_with(&[quote; 3]);
        let width = if triple { 3 } else { 1 };
        self.at += width;
        let mut own =
            Formatted { letter, body: self.at..self.at, quote, triple, strings: Vec::new(), blanks: Vec::new() };
        loop {
            let byte = self.next()?;
            match byte {
                // `\{` opens a field all the same; `\N{…}` opens none.
                b'\\' if formatted && self.text.get(self.at + 1) == Some(&b'{') => self.at += 1,
                b'\\' if formatted && !raw && self.text[self.at..].starts_with(b"\\N{") => {
                    self.at += self.text[self.at..].iter().position(|byte| *byte == b'}')? + 1;
                }
                b'\\' => self.at += 2,
                b'\n' | b'\r' if !triple => return None,
                b'{' if formatted && self.text.get(self.at + 1) == Some(&b'{') => self.at += 2,
                b'{' if formatted => self.field(&mut own, depth + 1)?,
                byte if byte == quote && (!triple || self.text[self.at..].starts_with(&[quote; 3])) => {
                    own.body.end = self.at;
                    self.at += width;
                    break;
                }
                _ => self.at += 1,
            }
        }
        match around {
            Some(outer) => {
                let strings = own.strings.into_iter().map(|inner| Inner { depth: inner.depth + 1, ..inner });
                outer.strings.extend(strings);
                outer.strings.push(Inner { span: start..self.at, quote, triple, depth: 1 });
                outer.blanks.extend(own.blanks);
            }
            None if formatted => self.found.push(own),
            None => {}
        }
        Some(())
    }

    /// A field of an f-string, from its brace to behind the one that closes it.
    fn field(&mut self, own: &mut Formatted, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.at += 1;
        self.code(Some(own), depth)?;
        if self.next()? == b'!' {
            while !matches!(self.next()?, b':' | b'}') {
                self.at += 1;
            }
        }
        if self.next()? == b':' {
            // How to format: text that may hold fields.
            loop {
                match self.next()? {
                    b'}' => break,
                    b'{' => self.field(own, depth + 1)?,
                    b'\n' | b'\r' if !own.triple => return None,
                    byte if byte == own.quote && !own.triple => return None,
                    _ => self.at += 1,
                }
            }
        }
        self.at += 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::with_older_strings;
    use crate::python::parse;
    use crate::source::SourceFile;

    const PARTS: &[&str] = &[
        "f\"",
        "f'",
        "t'",
        "rf\"\"\"",
        "\"",
        "'",
        "\"\"\"",
        "{",
        "}",
        "{{",
        "a",
        "ö",
        " ",
        "\n",
        "\\",
        "#",
        "!r",
        "!=",
        ":",
        "=",
        "(",
        ")",
        "[",
        "]",
        "except A, B:",
        "try:",
        "def f[T = int]():",
        "class A[",
        "pass",
        "\\N{",
        ",",
        "x = ",
        "*T",
    ];

    #[test]
    fn strings_get_the_quotes_that_python_3_11_needs() {
        for (newer, older) in [
            ("x = f\"{d[\"a\"]}\"", "x = f\"{d['a']}\""),
            ("x = f'{d['a']:>{w}} {e!r}' # f'{''}'", "x = f'{d[\"a\"]:>{w}} {e!r}' # f'{''}'"),
            ("x = f'{\n  a  # one\n}'", "x = f'{   a        }'"),
            ("x = rf\"{f\"{1}\"}\" f\"{{}}\"", "x = rf\"{f'{1}'}\" f\"{{}}\""),
            ("x = f\"{f\"{f\"{1}\"}\"}\"", "x = f\"{()}         \""),
            ("x = f\"{\"a'b\"}\"", "x = f\"{()}   \""),
            ("x = t'{a} ö' + b\"\\\"\"", "x = f'{()}  ' + b\"\\\"\""),
            ("x = f\"{a(\"b\", \"ö\")}\"", "x = f\"{a('b', 'ö')}\""),
            ("x = f'\\N{BULLET}{a['b']}'", "x = f'\\N{BULLET}{a[\"b\"]}'"),
            ("x = f'{a != b['c']}'", "x = f'{a != b[\"c\"]}'"),
        ] {
            assert_eq!(with_older_strings(newer).as_deref(), Some(older), "{newer}");
        }
    }

    #[test]
    fn what_needs_no_change_gets_none() {
        for text in [
            "x = f\"{d['a']}\" '''f\"{\"a\"}\"'''",
            "x = f'''{d['a']\n}'''",
            "# f\"{\"a\"}\"",
            "x = half\"{a}\"",
            "x = 'it\\'s' \"\" '' f''",
            "x = t'a'",
            // What does not end is the parser's to tell.
            "x = f'{a",
            "x = 'a",
            "x = f'{a['b'}'",
        ] {
            assert_eq!(with_older_strings(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_rewritten_keeps_its_length(parts in prop::collection::vec(prop::sample::select(PARTS), 0..30)) {
            let text = parts.concat();
            if let Some(older) = with_older_strings(&text) {
                prop_assert_eq!(older.len(), text.len());
                // Twice is as good as once.
                prop_assert_eq!(with_older_strings(&older), None);
            }
            // Whatever the parser says of it has its place in the text.
            let source = SourceFile::new("m.py", text);
            match parse(&source) {
                Ok(module) => prop_assert!(module.comments.iter().all(|span| source.slice(*span).starts_with('#'))),
                Err(error) => prop_assert!(source.slice(error.span).chars().count() <= 1),
            }
        }
    }
}
