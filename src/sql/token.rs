//! The tokens of SQL, as far as its three dialects agree; nothing is an error.

use crate::target::Vendor;

/// A token. Comments and white space are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Offset of the first byte.
    pub(super) start: usize,
    /// Offset behind the last byte.
    pub(super) end: usize,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in double quotes, back-ticks or brackets. MySQL reads double quotes as a text unless `ANSI_QUOTES` is set;
    /// which of the two it is, its place tells.
    Quoted,
    /// A text: `'…'`, `E'…'`, `$tag$…$tag$`.
    Text,
    /// A number.
    Number,
    /// `%s`, `%(name)s`, `$1`, `?`
    Placeholder,
    /// Any other character; `::` is one.
    Symbol,
    /// What ends a statement: `;`, or what DELIMITER has set in its place.
    End,
}

/// Reads `text` into tokens. What is open at the end (a text, a comment) ends there.
pub(super) fn tokens(text: &str, vendor: Vendor) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        vendor,
        tokens: Vec::new(),
        delimiter: ";",
        in_code_comment: false,
    };
    while lexer.at < lexer.bytes.len() {
        lexer.next();
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    vendor: Vendor,
    tokens: Vec<Token>,
    delimiter: &'t str,
    /// Inside `/*! … */`, which MySQL runs.
    in_code_comment: bool,
}

impl<'t> Lexer<'t> {
    fn mysql(&self) -> bool {
        matches!(self.vendor, Vendor::MySql | Vendor::MariaDb)
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn next(&mut self) {
        if self.bytes[self.at..].starts_with(self.delimiter.as_bytes()) {
            return self.push(TokenKind::End, self.at + self.delimiter.len());
        }
        match (self.byte(0), self.byte(1)) {
            (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, _) => self.at += 1,
            // MySQL wants white space behind the dashes.
            (b'-', b'-') if !self.mysql() || self.byte(2).is_ascii_whitespace() || self.byte(2) == 0 => {
                self.skip_line();
            }
            (b'#', _) if self.mysql() => self.skip_line(),
            (b'/', b'*') if self.mysql() && (self.byte(2) == b'!' || self.bytes[self.at..].starts_with(b"/*M!")) => {
                self.in_code_comment = true;
                self.at += if self.byte(2) == b'!' { 3 } else { 4 };
                self.at += self.run(|byte| byte.is_ascii_digit());
            }
            (b'*', b'/') if self.in_code_comment => {
                self.in_code_comment = false;
                self.at += 2;
            }
            (b'/', b'*') => self.skip_comment(),
            (b'\'', _) => self.quoted(TokenKind::Text, self.at, b'\'', self.mysql()),
            (b'"', _) => self.quoted(TokenKind::Quoted, self.at, b'"', self.mysql()),
            (b'`', _) => self.quoted(TokenKind::Quoted, self.at, b'`', false),
            (b'[', _) if self.vendor == Vendor::Sqlite => self.quoted(TokenKind::Quoted, self.at, b']', false),
            (b'$', digit) if digit.is_ascii_digit() => {
                let end = self.at + 1 + self.run_from(1, |byte| byte.is_ascii_digit());
                self.push(TokenKind::Placeholder, end);
            }
            (b'$', _) if self.vendor == Vendor::PostgreSql => self.dollar(),
            (b'%', b's') if !is_word(self.byte(2)) => self.push(TokenKind::Placeholder, self.at + 2),
            (b'%', b'(') => {
                let name = self.run_from(2, is_word);
                if self.byte(2 + name) == b')' && self.byte(3 + name) == b's' {
                    self.push(TokenKind::Placeholder, self.at + name + 4);
                } else {
                    self.push(TokenKind::Symbol, self.at + 1);
                }
            }
            (b'?', _) if self.vendor == Vendor::Sqlite => self.push(TokenKind::Placeholder, self.at + 1),
            (b':', b':') | (b'%', b'%') => self.push(TokenKind::Symbol, self.at + 2),
            (digit, _) if digit.is_ascii_digit() => {
                let end = self.at + self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_');
                self.push(TokenKind::Number, end);
            }
            (first, _) if is_word(first) || first == b'@' => self.word(),
            _ => self.push(TokenKind::Symbol, self.at + 1),
        }
    }

    /// Length of the run of bytes that `belongs` accepts.
    fn run(&self, belongs: impl Fn(u8) -> bool) -> usize {
        self.run_from(0, belongs)
    }

    fn run_from(&self, ahead: usize, belongs: impl Fn(u8) -> bool) -> usize {
        self.bytes.iter().skip(self.at + ahead).take_while(|byte| belongs(**byte)).count()
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token { kind, start: self.at, end });
        self.at = end;
    }

    fn skip_line(&mut self) {
        self.at += self.run(|byte| byte != b'\n');
    }

    /// PostgreSQL's comments nest.
    fn skip_comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') if depth == 0 || self.vendor == Vendor::PostgreSql => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// From the opening quote at `self.at` to the closing one; `start` may lie before it, at a prefix.
    fn quoted(&mut self, kind: TokenKind, start: usize, close: u8, escapes: bool) {
        let mut at = self.at + 1;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            if escapes && byte == b'\\' {
                at += 1;
            } else if byte == close {
                if self.bytes.get(at) != Some(&close) {
                    break;
                }
                at += 1;
            }
        }
        // Behind a backslash may stand the first byte of several, or nothing.
        at = at.min(self.bytes.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        self.at = start;
        self.push(kind, at);
    }

    /// `$$…$$`, `$tag$…$tag$`
    fn dollar(&mut self) {
        let tag = self.run_from(1, |byte| is_word(byte) && byte != b'$');
        let open = self.at..self.at + tag + 2;
        if self.byte(1 + tag) != b'$' {
            return self.push(TokenKind::Symbol, self.at + 1);
        }
        let (quote, body) = (&self.text[open.clone()], &self.text[open.end..]);
        let end = body.find(quote).map_or(self.text.len(), |at| open.end + at + quote.len());
        self.push(TokenKind::Text, end);
    }

    fn word(&mut self) {
        let first = self.text[self.at..].chars().next().unwrap_or(' ');
        if first.is_whitespace() || first == '\u{feff}' {
            self.at += first.len_utf8();
            return;
        }
        let start = self.at;
        let end = start + 1 + self.run_from(1, |byte| is_word(byte) || byte == b'@');
        let word = &self.text[start..end];
        if self.bytes.get(end) == Some(&b'\'') && matches!(word, "e" | "E" | "n" | "N" | "b" | "B" | "x" | "X") {
            self.at = end;
            let escapes = self.mysql() || word.eq_ignore_ascii_case("e");
            return self.quoted(TokenKind::Text, start, b'\'', escapes);
        }
        let opens = self.tokens.last().is_none_or(|token| token.kind == TokenKind::End);
        if opens && self.mysql() && word.eq_ignore_ascii_case("delimiter") {
            self.at = end;
            return self.set_delimiter();
        }
        self.push(TokenKind::Word, end);
    }

    /// A command of MySQL's client, which dumps have.
    fn set_delimiter(&mut self) {
        let line = self.run(|byte| byte != b'\n');
        let text: &'t str = self.text;
        let given = text[self.at..self.at + line].split_whitespace().next().unwrap_or(";");
        self.delimiter = given;
        self.at += line;
    }
}

/// Whether the byte may stand in a name; letters of several bytes may.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}
