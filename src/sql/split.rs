//! Where statements begin and end.

use std::ops::Range;

use crate::sql::token::{Token, TokenKind};

/// The tokens of each statement; empty statements are left out.
pub(super) fn statements(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut body = Body::default();
    for (at, token) in tokens.iter().enumerate() {
        if at == start {
            body = Body::of(text, &tokens[start..]);
        }
        if token.kind == TokenKind::End {
            if body.open() {
                continue;
            }
            if at > start {
                ranges.push(start..at);
            }
            start = at + 1;
        } else {
            body.follow(text, tokens, at);
        }
    }
    if tokens.len() > start {
        ranges.push(start..tokens.len());
    }
    ranges
}

/// The tokens between one end of a statement and the next, whatever stands there.
pub(super) fn plain(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let ends = tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::End);
    for (at, _) in ends {
        ranges.push(start..at);
        start = at + 1;
    }
    ranges.push(start..tokens.len());
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// The body of a routine or rule, which holds statements of its own.
#[derive(Default)]
struct Body {
    /// What such a body is written in, if the statement may have one.
    kind: Option<BodyKind>,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    /// BEGIN … END
    Block,
    /// CREATE RULE … DO ( … ; … )
    Brackets,
}

/// Words that may stand between CREATE and what it creates.
const BEFORE_OBJECT: usize = 12;

impl Body {
    /// What the statement that begins with `tokens` may have.
    fn of(text: &str, tokens: &[Token]) -> Self {
        let word = |token: &Token| &text[token.start..token.end];
        let is = |token: &Token, words: &[&str]| {
            token.kind == TokenKind::Word && words.iter().any(|other| word(token).eq_ignore_ascii_case(other))
        };
        let mut kind = None;
        if tokens.first().is_some_and(|first| is(first, &["CREATE", "ALTER"])) {
            for token in tokens.iter().skip(1).take(BEFORE_OBJECT).take_while(|token| token.kind != TokenKind::End) {
                if is(token, &["FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "PACKAGE"]) {
                    kind = Some(BodyKind::Block);
                } else if is(token, &["RULE"]) {
                    kind = Some(BodyKind::Brackets);
                } else if !is(token, &["TABLE", "INDEX", "VIEW", "TYPE", "SEQUENCE", "DOMAIN", "AS", "ON"]) {
                    continue;
                }
                break;
            }
        }
        Self { kind, depth: 0 }
    }

    fn open(&self) -> bool {
        self.depth > 0
    }

    fn follow(&mut self, text: &str, tokens: &[Token], at: usize) {
        let word = |at: usize| match tokens.get(at) {
            Some(token) if token.kind == TokenKind::Word => text[token.start..token.end].to_ascii_uppercase(),
            _ => String::new(),
        };
        let token = &tokens[at];
        match self.kind {
            Some(BodyKind::Block) if token.kind == TokenKind::Word => match word(at).as_str() {
                // `END CASE` closes what `CASE` has opened.
                "BEGIN" | "CASE" if at == 0 || word(at - 1) != "END" => self.depth += 1,
                // The other blocks have words that open nothing here.
                "END" if !matches!(word(at + 1).as_str(), "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR") => {
                    self.depth = self.depth.saturating_sub(1);
                }
                _ => {}
            },
            Some(BodyKind::Brackets) => match &text[token.start..token.end] {
                "(" => self.depth += 1,
                ")" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
            _ => {}
        }
    }
}
