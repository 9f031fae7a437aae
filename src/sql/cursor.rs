//! A place among the tokens of a statement.

use crate::source::Span;
use crate::sql::token::{self, Token, TokenKind};
use crate::target::Vendor;

/// A place among tokens. Nothing fails: what is not there is not read.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    pub(super) vendor: Vendor,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token], vendor: Vendor) -> Self {
        Self { text, tokens, at: 0, vendor }
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The place, for [`Cursor::span_since`] and [`Cursor::text_since`].
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// The tokens from `place` on to the last one read; empty where none was.
    pub(super) fn span_since(&self, place: usize) -> Span {
        match self.tokens.get(place..self.at) {
            Some([first, .., last]) => Span::new(first.start, last.end),
            Some([only]) => Span::new(only.start, only.end),
            _ => Span::at(self.tokens.get(place).or(self.tokens.last()).map_or(0, |token| token.start)),
        }
    }

    /// The text from `place` on to the last token read.
    pub(super) fn text_since(&self, place: usize) -> &'t str {
        &self.text[self.span_since(place).range()]
    }

    pub(super) fn mysql(&self) -> bool {
        matches!(self.vendor, Vendor::MySql | Vendor::MariaDb)
    }

    fn token(&self, ahead: usize) -> Option<&'t Token> {
        self.tokens.get(self.at + ahead)
    }

    pub(super) fn kind(&self) -> Option<TokenKind> {
        self.token(0).map(|token| token.kind)
    }

    /// The text of the next token.
    pub(super) fn peek(&self) -> &'t str {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &'t str {
        self.token(ahead).map_or("", |token| &self.text[token.start..token.end])
    }

    /// Whether the next token is this keyword or symbol.
    pub(super) fn is(&self, word: &str) -> bool {
        self.is_at(0, word)
    }

    pub(super) fn is_at(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Symbol)
                && self.text[token.start..token.end].eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether the next tokens are these.
    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.is_at(ahead, word))
    }

    /// Reads a token.
    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// Reads these, if they are next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let mut ahead = 0;
        for word in words.split(' ') {
            if !self.is_at(ahead, word) {
                return false;
            }
            ahead += 1;
        }
        self.at += ahead;
        true
    }

    pub(super) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|words| self.eat(words))
    }

    /// Reads a name without its schema; `None` and nothing is read where none stands.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut name = self.identifier()?;
        while self.is(".") {
            self.advance();
            name = self.identifier().unwrap_or(name);
        }
        Some(name)
    }

    /// One part of a name.
    pub(super) fn identifier(&mut self) -> Option<String> {
        let token = self.token(0)?;
        let text = &self.text[token.start..token.end];
        let name = match token.kind {
            // PostgreSQL, "Identifiers and Key Words": names without quotes are folded to lower case.
            TokenKind::Word if self.vendor == Vendor::PostgreSql => text.to_lowercase(),
            TokenKind::Quoted => unquoted(text),
            // MySQL and SQLite read a text where only a name fits as a name.
            TokenKind::Text if self.vendor != Vendor::PostgreSql => unquoted(text),
            // A placeholder is a name that is filled in when the statement is run.
            TokenKind::Word | TokenKind::Placeholder => text.to_owned(),
            _ => return None,
        };
        self.advance();
        Some(name)
    }

    /// The inside of the brackets that open here, read with both of them; `None` where none open.
    pub(super) fn group(&mut self) -> Option<Cursor<'t>> {
        if !self.is("(") {
            return None;
        }
        let start = self.at + 1;
        self.skip_group();
        let closed = self.at > start && self.text_of(self.at - 1) == ")";
        let end = if closed { self.at - 1 } else { self.at };
        Some(Cursor { tokens: &self.tokens[..end.max(start)], at: start, ..self.clone() })
    }

    fn text_of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    /// Reads one token, or all of what stands in brackets.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0usize;
        while !self.at_end() {
            match self.peek() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance();
            if depth == 0 {
                return;
            }
        }
    }

    /// Reads on to the next comma outside brackets, or the end.
    pub(super) fn skip_item(&mut self) {
        while !self.at_end() && !self.is(",") {
            self.skip_group();
        }
    }

    /// Reads on to the next comma outside brackets; what was read, as a place of its own.
    pub(super) fn item(&mut self) -> Cursor<'t> {
        let start = self.at;
        self.skip_item();
        Cursor { tokens: &self.tokens[..self.at], at: start, ..self.clone() }
    }

    /// The tokens of the text that is next: inside `$tag$` or, where nothing in it is doubled, `'`.
    pub(super) fn body(&self) -> Option<Vec<Token>> {
        let token = self.token(0).filter(|token| token.kind == TokenKind::Text)?;
        let text = &self.text[token.start..token.end];
        let quote = if text.starts_with('$') { text.get(..text.get(1..)?.find('$')? + 2)? } else { "'" };
        let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
        if quote == "'" && inside.contains(quote) {
            return None;
        }
        let start = token.start + quote.len();
        let moved = |token: Token| Token { start: token.start + start, end: token.end + start, ..token };
        Some(token::tokens(inside, self.vendor).into_iter().map(moved).collect())
    }

    /// The beginning of other tokens of the same text.
    pub(super) fn over<'o>(&self, tokens: &'o [Token]) -> Cursor<'o>
    where
        't: 'o,
    {
        Cursor { text: self.text, tokens, at: 0, vendor: self.vendor }
    }

    pub(super) fn skip_all(&mut self) {
        self.at = self.tokens.len();
    }

    /// Whether this keyword comes later, outside brackets.
    pub(super) fn has_later(&self, words: &str) -> bool {
        let mut rest = self.clone();
        while !rest.at_end() {
            if rest.clone().eat(words) {
                return true;
            }
            rest.skip_group();
        }
        false
    }

    /// The names between the brackets that open here; an expression stands as its text.
    pub(super) fn names(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        let Some(mut inside) = self.group() else { return names };
        while !inside.at_end() {
            let place = inside.place();
            let name = inside.name();
            if inside.is("(") {
                // MySQL: a prefix of the column, `name(10)`.
                let prefix = inside.mysql() && matches!(inside.token(1), Some(Token { kind: TokenKind::Number, .. }));
                inside.skip_item();
                names.push(if prefix { name.unwrap_or_default() } else { on_one_line(inside.text_since(place)) });
            } else {
                inside.skip_item();
                names.push(name.unwrap_or_else(|| on_one_line(inside.text_since(place))));
            }
            inside.advance();
        }
        names
    }
}

/// An expression, which may be written over several lines.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A quoted name without its quotes.
pub(super) fn unquoted(text: &str) -> String {
    let Some(quote) = text.chars().next() else { return String::new() };
    let close = if quote == '[' { ']' } else { quote };
    let inside = &text[quote.len_utf8()..];
    let inside = inside.strip_suffix(close).unwrap_or(inside);
    let doubled: String = [close, close].iter().collect();
    inside.replace(&doubled, &close.to_string())
}
