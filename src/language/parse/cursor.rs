//! Taking the operands of a clause one after the other.

use std::collections::VecDeque;

use pest::iterators::Pair;

use super::expressions::{plain_path, sole_value};
use super::grammar::Rule;
use super::lowering::Lowering;
use crate::language::syntax::{Expr, Text};
use crate::source::{Span, Spanned};

/// The operands of one clause or declaration.
pub(super) struct Operands<'i> {
    /// The word the clause starts with.
    pub(super) word: &'i str,
    /// Where that word stands.
    pub(super) keyword: Span,
    /// How such a clause is written.
    pub(super) sample: &'static str,
    /// Where the operand taken last ends.
    pub(super) end: usize,
    /// The word or operand taken last.
    pub(super) last: Span,
    rest: VecDeque<Pair<'i, Rule>>,
}

impl<'i> Operands<'i> {
    /// The operands of a clause, its word aside.
    pub(super) fn of(lowering: &Lowering<'_>, clause: Pair<'i, Rule>) -> Option<Self> {
        let mut rest: VecDeque<_> = clause.into_inner().collect();
        let keyword = rest.pop_front()?;
        let span = lowering.span(&keyword);
        Some(Self { word: keyword.as_str(), keyword: span, sample: "", end: span.end, last: span, rest })
    }

    /// The next operand.
    pub(super) fn peek(&self) -> Option<&Pair<'i, Rule>> {
        self.rest.front()
    }

    /// The next operand, when it is a `rule`.
    pub(super) fn take(&mut self, lowering: &Lowering<'_>, rule: Rule) -> Option<Pair<'i, Rule>> {
        if self.peek()?.as_rule() != rule {
            return None;
        }
        let pair = self.rest.pop_front()?;
        self.last = lowering.span(&pair);
        self.end = self.last.end;
        Some(pair)
    }

    /// The next operand, whatever it is.
    pub(super) fn take_any(&mut self, lowering: &Lowering<'_>) -> Option<Pair<'i, Rule>> {
        let pair = self.rest.pop_front()?;
        self.last = lowering.span(&pair);
        self.end = self.last.end;
        Some(pair)
    }

    /// All operands that are left, without taking them.
    pub(super) fn left(&self) -> impl Iterator<Item = &Pair<'i, Rule>> {
        self.rest.iter()
    }

    /// The end of everything, taken or not.
    pub(super) fn last_end(&self, lowering: &Lowering<'_>) -> usize {
        self.rest.back().map_or(self.end, |pair| lowering.span(pair).end)
    }

    /// The next operand as a plain name, when it is one; it is not taken.
    pub(super) fn peek_name(&self) -> Option<&'i str> {
        self.peek().and_then(plain_word).map(|path| path.as_str())
    }

    /// Takes the connecting word `word`, when it comes next.
    pub(super) fn take_word(&mut self, lowering: &Lowering<'_>, word: &str) -> Option<Span> {
        let next = self.peek()?;
        let is_word = match next.as_rule() {
            Rule::terms => plain_word(next).is_some_and(|path| path.as_str() == word),
            Rule::stray => next.as_str() == word,
            _ => false,
        };
        if is_word { self.take_any(lowering).map(|pair| lowering.span(&pair)) } else { None }
    }

    /// Takes the expressions of the next operand.
    pub(super) fn take_terms(&mut self, lowering: &mut Lowering<'_>, wanted: &str) -> Option<Vec<Pair<'i, Rule>>> {
        let Some(terms) = self.take(lowering, Rule::terms) else {
            lowering.expected(self, wanted);
            return None;
        };
        Some(terms.into_inner().filter(|part| part.as_rule() == Rule::expr).collect())
    }

    /// Takes one condition. Several with commas are taken as joined by `and`, and reported.
    pub(super) fn take_condition(&mut self, lowering: &mut Lowering<'_>) -> Option<Expr> {
        let terms = self.take_terms(lowering, "a condition")?;
        lowering.condition(self.word, &terms)
    }

    /// Takes one text.
    pub(super) fn take_text(&mut self, lowering: &mut Lowering<'_>) -> Option<Text> {
        let text = self.take_text_if_next(lowering);
        if text.is_none() {
            lowering.expected(self, "a text");
        }
        text
    }

    /// Takes one text, when one comes next.
    pub(super) fn take_text_if_next(&mut self, lowering: &mut Lowering<'_>) -> Option<Text> {
        let next = self.peek()?;
        match next.as_rule() {
            Rule::fence => {
                let fence = self.take_any(lowering)?;
                Some(lowering.fence_text(&fence))
            }
            Rule::terms => {
                let string = plain_string(next)?;
                self.take_any(lowering)?;
                Some(lowering.string_text(&string))
            }
            _ => None,
        }
    }

    /// Takes one word, path or pack path. A word in quotes is taken too, and reported.
    pub(super) fn take_name(&mut self, lowering: &mut Lowering<'_>, wanted: &str) -> Option<Spanned<String>> {
        let terms = self.peek().filter(|next| next.as_rule() == Rule::terms);
        let name = terms.and_then(plain_word);
        let quoted = terms.and_then(plain_string);
        if let Some(name) = name {
            self.take_any(lowering)?;
            return Some(lowering.spanned(&name));
        }
        let Some(quoted) = quoted else {
            lowering.expected(self, wanted);
            return None;
        };
        self.take_any(lowering)?;
        Some(lowering.unquoted(self.word, &quoted))
    }
}

/// The name that an operand consists of.
pub(super) fn plain_word<'i>(operand: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    sole_expr(operand).as_ref().and_then(plain_path)
}

/// The string that an operand consists of.
fn plain_string<'i>(operand: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    sole_expr(operand).as_ref().and_then(sole_value).filter(|value| value.as_rule() == Rule::string)
}

fn sole_expr<'i>(operand: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    if operand.as_rule() != Rule::terms {
        return None;
    }
    let mut expressions = operand.clone().into_inner();
    let only = expressions.next()?;
    expressions.next().is_none().then_some(only)
}
