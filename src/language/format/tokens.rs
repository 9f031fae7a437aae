//! The words of a rule file, comments included.

use pest::Parser;

use crate::language::parse::{Grammar, Rule};
use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword, a path.
    Word,
    /// A number or a version.
    Number,
    /// A text in quotes.
    String,
    /// A fence of three backticks.
    Fence,
    /// A comment behind something on its line.
    Trailing,
    /// A comment with a line of its own.
    Comment,
    /// Anything else: an operator, a bracket.
    Symbol,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its text.
    pub(super) text: &'t str,
    /// Where it stands.
    pub(super) span: Span,
}

impl Token<'_> {
    /// Whether it is that word or symbol.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Symbol) && self.text == text
    }

    /// Whether it is a comment.
    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::Comment | Kind::Trailing)
    }

    /// Whether it opens a bracket.
    pub(super) fn opens(&self) -> bool {
        self.kind == Kind::Symbol && matches!(self.text, "(" | "[")
    }

    /// Whether it closes a bracket.
    pub(super) fn closes(&self) -> bool {
        self.kind == Kind::Symbol && matches!(self.text, ")" | "]")
    }
}

/// The tokens of a file, in order.
pub(super) fn read(text: &str) -> Vec<Token<'_>> {
    let pairs = Grammar::parse(Rule::tokens, text).into_iter().flatten().flat_map(pest::iterators::Pair::into_inner);
    let mut tokens: Vec<Token<'_>> = Vec::new();
    for pair in pairs {
        let span = pair.as_span();
        let kind = match pair.as_rule() {
            Rule::word => Kind::Word,
            Rule::number => Kind::Number,
            Rule::string => Kind::String,
            Rule::fence => Kind::Fence,
            Rule::symbol if pair.as_str() == "\u{feff}" => continue,
            Rule::symbol => Kind::Symbol,
            Rule::comment => {
                let before = tokens.last().map_or(0, |last| last.span.end);
                let alone = before == 0 || text.get(before..span.start()).is_some_and(|gap| gap.contains(['\n', '\r']));
                if alone { Kind::Comment } else { Kind::Trailing }
            }
            _ => continue,
        };
        tokens.push(Token { kind, text: pair.as_str().trim_end(), span: Span::new(span.start(), span.end()) });
    }
    tokens
}

/// Those of the tokens that stand in `span`.
pub(super) fn within<'s, 't>(tokens: &'s [Token<'t>], span: Span) -> &'s [Token<'t>] {
    let start = tokens.partition_point(|token| token.span.start < span.start);
    let end = tokens.partition_point(|token| token.span.start < span.end);
    tokens.get(start..end.max(start)).unwrap_or_default()
}
