//! Numbers, one-line strings and lists.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::Lowering;
use crate::language::syntax::{Expr, ExprKind, Literal};
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    /// `12`, `-1`, `5.2`
    pub(super) fn number(&mut self, pair: &Pair<'_, Rule>) -> ExprKind {
        let written = pair.as_str();
        if written.contains('.') {
            return ExprKind::Literal(Literal::Version(written.to_owned()));
        }
        if let Ok(value) = written.parse() {
            return ExprKind::Literal(Literal::Int(value));
        }
        let span = self.span(pair);
        let error = self.error("syntax::number", format!("`{written}` is too large for a number"), span, "too large");
        self.fail(error.with_help(format!("numbers go up to {}", i64::MAX)));
        ExprKind::Poisoned
    }

    /// What a string between quotes says.
    pub(super) fn unescaped(&mut self, pair: &Pair<'_, Rule>) -> String {
        let written = pair.as_str();
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains('\\') {
            return inner.to_owned();
        }
        let start = self.span(pair).start + 1;
        let mut value = String::with_capacity(inner.len());
        let mut characters = inner.char_indices();
        while let Some((offset, character)) = characters.next() {
            if character != '\\' {
                value.push(character);
                continue;
            }
            match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped @ ('\\' | '"' | '\''))) => value.push(escaped),
                Some((_, other)) => {
                    value.push('\\');
                    value.push(other);
                    let span = Span::new(start + offset, start + offset + 1 + other.len_utf8());
                    let message = format!("`\\{other}` is not an escape");
                    let error = self.error("syntax::escape", message, span, "unknown escape");
                    self.fail(error.with_help(format!(
                        "write `\\\\{other}` for a backslash; the escapes are `\\\"`, `\\'`, `\\\\`, `\\n` and `\\t`"
                    )));
                }
                None => value.push('\\'),
            }
        }
        value
    }

    /// `["a", "b"]`, from its lowered elements.
    pub(super) fn list_of(&mut self, elements: Vec<Expr>) -> ExprKind {
        let mut literals = Vec::with_capacity(elements.len());
        for element in elements {
            match element.kind {
                ExprKind::Literal(Literal::List(_)) => {
                    let error = self.error("syntax::unexpected", "lists do not nest", element.span, "a list in a list");
                    self.fail(error.with_help("write the inner elements into the outer list"));
                    return ExprKind::Poisoned;
                }
                ExprKind::Literal(literal) => literals.push(Spanned::new(literal, element.span)),
                ExprKind::Poisoned => return ExprKind::Poisoned,
                _ => {
                    let written = self.slice(element.span);
                    let message = format!("a list holds texts, numbers, `True` and `False`, not `{written}`");
                    let error = self.error("syntax::unexpected", message, element.span, "not a literal");
                    self.fail(error.with_help(format!("if it is a text, write `\"{written}\"`")));
                    return ExprKind::Poisoned;
                }
            }
        }
        ExprKind::Literal(Literal::List(literals))
    }
}
