//! The token stream between lexer and parser: it keeps the comments and stops what would nest too deeply.
//!
//! The parser itself does not recurse, but freeing its tree does, and so does everything that walks it. Each token
//! that can deepen the tree is therefore counted before the tree exists: brackets and indentation with Python's own
//! limits, and operators, attributes, calls and `elif` in a row. What passes fits a stack of two megabytes.

use rustpython_parser::Tok;
use rustpython_parser::lexer::{LexResult, LexicalError, LexicalErrorType};
use rustpython_parser::text_size::TextRange;

use crate::source::Span;

/// Brackets in brackets; Python's own tokenizer has the same limit.
const MAX_BRACKETS: usize = 200;
/// Indented blocks in indented blocks; Python's own tokenizer has the same limit.
const MAX_INDENTATION: usize = 100;
/// Operators, attributes and calls that may wrap one another.
const MAX_CHAIN: usize = 1_000;
/// Branches of one `if`.
const MAX_BRANCHES: usize = 500;

/// The tokens of a file, without comments and blank lines.
pub(super) struct Tokens<I> {
    lexer: I,
    /// Comments met so far.
    pub(super) comments: Vec<Span>,
    /// What was too deep, if anything was.
    pub(super) too_deep: Option<&'static str>,
    /// Deepening tokens since the last comma, for the statement and each open bracket.
    levels: Vec<usize>,
    /// Sum of `levels` and `lambdas`.
    chain: usize,
    /// `lambda` tokens of the statement: the commas between its parameters end no chain.
    lambdas: usize,
    /// `elif` in a row, for each block that is open.
    branches: Vec<usize>,
    at_line_start: bool,
}

impl<I: Iterator<Item = LexResult>> Tokens<I> {
    pub(super) fn new(lexer: I) -> Self {
        Self {
            lexer,
            comments: Vec::new(),
            too_deep: None,
            levels: vec![0],
            chain: 0,
            lambdas: 0,
            branches: vec![0],
            at_line_start: true,
        }
    }

    /// Counts a token; the name of the limit when it passes one.
    fn count(&mut self, token: &Tok) -> Result<(), &'static str> {
        let starts_line = std::mem::replace(&mut self.at_line_start, false);
        match token {
            Tok::Newline => {
                self.levels.clear();
                self.levels.push(0);
                self.chain = 0;
                self.lambdas = 0;
                self.at_line_start = true;
            }
            Tok::Indent => {
                self.branches.push(0);
                self.at_line_start = true;
                if self.branches.len() > MAX_INDENTATION {
                    return Err("blocks are nested too deeply");
                }
            }
            Tok::Dedent => {
                if self.branches.len() > 1 {
                    self.branches.pop();
                }
                self.at_line_start = true;
            }
            Tok::Elif => return self.branch(),
            Tok::If if starts_line => {
                if let Some(top) = self.branches.last_mut() {
                    *top = 0;
                }
            }
            Tok::Comma | Tok::Semi => {
                if let Some(top) = self.levels.last_mut() {
                    self.chain -= std::mem::take(top);
                }
            }
            Tok::Lpar | Tok::Lsqb | Tok::Lbrace => {
                self.deepen()?;
                self.levels.push(0);
                if self.levels.len() > MAX_BRACKETS {
                    return Err("brackets are nested too deeply");
                }
            }
            Tok::Rpar | Tok::Rsqb | Tok::Rbrace if self.levels.len() > 1 => {
                self.chain -= self.levels.pop().unwrap_or_default();
            }
            Tok::Lambda => {
                self.lambdas += 1;
                self.chain += 1;
                return self.check();
            }
            Tok::String { value, kind, .. } if kind.is_any_fstring() && holes_too_complex(value) => {
                return Err("an f-string is too complex");
            }
            Tok::Dot
            | Tok::Plus
            | Tok::Minus
            | Tok::Star
            | Tok::DoubleStar
            | Tok::Slash
            | Tok::DoubleSlash
            | Tok::Percent
            | Tok::At
            | Tok::Vbar
            | Tok::Amper
            | Tok::CircumFlex
            | Tok::Tilde
            | Tok::LeftShift
            | Tok::RightShift
            | Tok::Less
            | Tok::Greater
            | Tok::LessEqual
            | Tok::GreaterEqual
            | Tok::EqEqual
            | Tok::NotEqual
            | Tok::ColonEqual
            | Tok::And
            | Tok::Or
            | Tok::Not
            | Tok::In
            | Tok::Is
            | Tok::If
            | Tok::Else
            | Tok::Await
            | Tok::Yield => self.deepen()?,
            _ => {}
        }
        Ok(())
    }

    fn branch(&mut self) -> Result<(), &'static str> {
        let Some(top) = self.branches.last_mut() else { return Ok(()) };
        *top += 1;
        if *top > MAX_BRANCHES { Err("an `if` has too many branches") } else { Ok(()) }
    }

    fn deepen(&mut self) -> Result<(), &'static str> {
        if let Some(top) = self.levels.last_mut() {
            *top += 1;
            self.chain += 1;
        }
        self.check()
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.chain > MAX_CHAIN { Err("an expression is nested too deeply") } else { Ok(()) }
    }
}

impl<I: Iterator<Item = LexResult>> Iterator for Tokens<I> {
    type Item = LexResult;

    fn next(&mut self) -> Option<LexResult> {
        if self.too_deep.is_some() {
            return None;
        }
        loop {
            let (token, range) = match self.lexer.next()? {
                Ok(token) => token,
                Err(error) => return Some(Err(error)),
            };
            match token {
                Tok::Comment(_) => self.comments.push(span_of(range)),
                Tok::NonLogicalNewline => {}
                token => match self.count(&token) {
                    Ok(()) => return Some(Ok((token, range))),
                    Err(limit) => {
                        self.too_deep = Some(limit);
                        let error = LexicalErrorType::OtherError(limit.to_owned());
                        return Some(Err(LexicalError { error, location: range.start() }));
                    }
                },
            }
        }
    }
}

/// The parser's range as a span.
pub(super) fn span_of(range: TextRange) -> Span {
    Span { start: u32::from(range.start()) as usize, end: u32::from(range.end()) as usize }
}

/// The replacement fields of an f-string are parsed where no token passes here, so their operators are counted as
/// characters that are no part of a name.
fn holes_too_complex(body: &str) -> bool {
    let bytes = body.as_bytes();
    let (mut at, mut depth, mut count) = (0, 0usize, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' if depth == 0 && bytes.get(at + 1) == Some(&b'{') => at += 1,
            b'{' => depth += 1,
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    count = 0;
                }
            }
            b'"' | b'\'' if depth > 0 => {
                let length = bytes[at + 1..].iter().position(|other| other == byte).unwrap_or(bytes.len() - at - 1);
                let quoted = &bytes[at + 1..at + 1 + length];
                count += quoted.iter().filter(|byte| !byte.is_ascii_alphanumeric()).count();
                at += length + 1;
            }
            _ => {}
        }
        if depth > 0 && !byte.is_ascii_alphanumeric() {
            count += 1;
            if count > MAX_CHAIN {
                return true;
            }
        }
        at += 1;
    }
    false
}
