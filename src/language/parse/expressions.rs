//! Expressions. Other spellings of the operators are taken for what they mean and reported with the right one.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::Lowering;
use super::outline::DEPTH_LIMIT;
use crate::language::syntax::{CompareOp, Expr, ExprKind, IsWhat, Literal, Path, Quantifier};
use crate::source::{Span, Spanned};

/// Words that other languages use for "nothing".
const NOTHING: &[&str] = &["None", "none", "null", "NULL", "Null", "nil", "undefined"];

impl Lowering<'_> {
    /// `a or b`
    pub(super) fn expr(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        self.chain(pair, Rule::or, "or", Self::conjunction, ExprKind::Or)
    }

    fn conjunction(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        self.chain(pair, Rule::and, "and", Self::negation, ExprKind::And)
    }

    fn chain(
        &mut self,
        pair: &Pair<'_, Rule>,
        operator: Rule,
        spelling: &str,
        part: impl Fn(&mut Self, &Pair<'_, Rule>) -> Expr,
        join: impl Fn(Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let mut parts = Vec::new();
        for inner in pair.clone().into_inner() {
            if inner.as_rule() == operator {
                self.spelling(self.span(&inner), spelling);
            } else {
                parts.push(part(self, &inner));
            }
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                Expr { span: self.span(pair), kind: join(parts) }
            }
            (None, _) => self.poisoned(pair),
        }
    }

    fn negation(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        let mut starts = Vec::new();
        let mut inner = None;
        for part in pair.clone().into_inner() {
            if part.as_rule() == Rule::not {
                let span = self.span(&part);
                self.spelling(span, "not");
                starts.push(span.start);
            } else {
                inner = Some(self.comparison(&part));
            }
        }
        let Some(mut expr) = inner else {
            let span = self.span(pair);
            let last = Span::new(starts.last().copied().unwrap_or(span.start), span.end);
            let message = format!("`{}` needs a condition behind it", self.slice(last));
            let error = self.error("syntax::missing-operand", message, last, "expected a condition behind this");
            self.fail(error.with_help(format!("write a condition behind `{}`, or remove it", self.slice(last))));
            return self.poisoned(pair);
        };
        if starts.len() > DEPTH_LIMIT {
            let span = Span::new(starts[0], starts[0] + 3);
            let message = format!("{} times `not` is too much", starts.len());
            let error = self.error("syntax::too-deep", message, span, "too deep");
            self.fail(error.with_help("two `not` cancel out: remove them in pairs"));
            return self.poisoned(pair);
        }
        for start in starts.into_iter().rev() {
            let span = Span::new(start, expr.span.end);
            expr = Expr { span, kind: ExprKind::Not(Box::new(expr)) };
        }
        expr
    }

    fn comparison(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        let mut parts = pair.clone().into_inner();
        let Some(first) = parts.next() else { return self.poisoned(pair) };
        let tails: Vec<_> = parts.collect();
        if tails.len() < 2 {
            let left = self.value(&first);
            return match tails.first() {
                Some(tail) => self.tail(left, tail),
                None => left,
            };
        }
        self.chained_comparison(pair, &first, &tails)
    }

    /// `a < b < c`, which Python reads as `a < b and b < c`.
    fn chained_comparison(&mut self, pair: &Pair<'_, Rule>, first: &Pair<'_, Rule>, tails: &[Pair<'_, Rule>]) -> Expr {
        let span = self.span(pair);
        let mut left = first.clone();
        let mut parts = Vec::new();
        let mut spellings = Vec::new();
        for tail in tails {
            let Some(right) = tail.clone().into_inner().next_back().filter(|_| tail.as_rule() == Rule::ordering) else {
                let error = self.error(
                    "syntax::unexpected",
                    format!("`{}` compares twice", self.slice(span)),
                    self.span(tail),
                    "a second comparison",
                );
                self.fail(error.with_help("join two comparisons with `and`, or put one of them in parentheses"));
                return self.poisoned(pair);
            };
            spellings.push(format!("{} {}", self.slice(self.span(&left)), self.slice(self.span(tail))));
            let operand = self.value(&left);
            parts.push(self.tail(operand, tail));
            left = right;
        }
        let message = format!("`{}` compares twice", self.slice(span));
        self.correct(span, message, format!("write `{}`", spellings.join(" and ")));
        Expr { span, kind: ExprKind::And(parts) }
    }

    fn tail(&mut self, left: Expr, tail: &Pair<'_, Rule>) -> Expr {
        let span = left.span.to(self.span(tail));
        let parts: Vec<_> = tail.clone().into_inner().collect();
        let has = |rule: Rule| parts.iter().any(|part| part.as_rule() == rule);
        let negated = has(Rule::not_word);
        let Some(last) = parts.last() else { return self.poisoned(tail) };
        let kind = match tail.as_rule() {
            Rule::membership => {
                if let Some(needless) = parts.iter().find(|part| part.as_rule() == Rule::needless_is) {
                    let right = if negated { "not in" } else { "in" };
                    let message = format!("`is {right}` is written `{right}`");
                    self.correct(self.span(needless), message, format!("write `{right}`"));
                }
                ExprKind::In { left: Box::new(left), negated, right: Box::new(self.collection(last)) }
            }
            Rule::glob => {
                if !has(Rule::matches_word) {
                    let operator = Span::new(span.start, self.span(last).start);
                    let length = self.slice(operator).rfind("=~").unwrap_or_default();
                    self.spelling(Span::new(span.start + length, span.start + length + 2), "matches");
                }
                ExprKind::Matches { left: Box::new(left), negated, right: Box::new(self.value(last)) }
            }
            Rule::is => return self.is(left, negated, last, span),
            _ => return self.ordering(left, &parts, span),
        };
        Expr { span, kind }
    }

    fn ordering(&mut self, left: Expr, parts: &[Pair<'_, Rule>], span: Span) -> Expr {
        let [operator, right] = parts else {
            self.poison();
            return Expr { span, kind: ExprKind::Poisoned };
        };
        let op = self.compare_op(operator);
        let written = right.as_str().trim_end();
        if !op.value.orders() && written != "None" && NOTHING.contains(&written) {
            let negated = op.value == CompareOp::Equal;
            let spelling = if negated { "is not set" } else { "is set" };
            let right_span = self.span(right);
            let message = format!("`{written}` is not a value");
            self.correct(right_span, message, format!("write `{} {spelling}`", self.slice(left.span)));
            let kind = ExprKind::Is { left: Box::new(left), negated, what: IsWhat::Set(right_span) };
            return Expr { span, kind };
        }
        let right = self.value(right);
        Expr { span, kind: ExprKind::Compare { left: Box::new(left), op, right: Box::new(right) } }
    }

    /// `==`, or another spelling of it.
    pub(super) fn compare_op(&mut self, pair: &Pair<'_, Rule>) -> Spanned<CompareOp> {
        let op = match pair.as_str() {
            "!=" | "!==" | "<>" => CompareOp::NotEqual,
            "<" => CompareOp::Less,
            "<=" | "=<" => CompareOp::LessOrEqual,
            ">" => CompareOp::Greater,
            ">=" | "=>" => CompareOp::GreaterOrEqual,
            _ => CompareOp::Equal,
        };
        let span = self.span(pair);
        self.spelling(span, op.symbol());
        Spanned::new(op, span)
    }

    fn is(&mut self, left: Expr, negated: bool, what: &Pair<'_, Rule>, span: Span) -> Expr {
        let what_span = self.span(what);
        let written = self.slice(what_span);
        let subject = self.slice(left.span);
        let is = |left: Expr, negated, what| ExprKind::Is { left: Box::new(left), negated, what };
        let kind = match what.as_rule() {
            Rule::state if written == "known" => is(left, negated, IsWhat::Known(what_span)),
            Rule::state if written == "unknown" => {
                let spelling = if negated { "is known" } else { "is not known" };
                self.correct(what_span, "`unknown` is not a kind", format!("write `{subject} {spelling}`"));
                is(left, !negated, IsWhat::Known(what_span))
            }
            Rule::state => is(left, negated, IsWhat::Set(what_span)),
            Rule::reference if what.clone().into_inner().count() > 1 => {
                let kind = what.clone().into_inner().next().map_or("", |path| path.as_str());
                let message = format!("`{kind}` takes no arguments behind `is`");
                let error = self.error("syntax::unexpected", message, what_span, "arguments");
                self.fail(error.with_help(format!("write `is {kind}`, and ask for the arguments with `and`")));
                ExprKind::Poisoned
            }
            Rule::reference if NOTHING.contains(&written) || written == "unset" => {
                let spelling = if negated { "is set" } else { "is not set" };
                let message = format!("`{written}` is not a kind");
                self.correct(what_span, message, format!("write `{subject} {spelling}`"));
                is(left, !negated, IsWhat::Set(what_span))
            }
            Rule::reference if ["True", "true", "False", "false"].contains(&written) => {
                let holds = written.eq_ignore_ascii_case("true") != negated;
                let help = if holds { format!("write `{subject}`") } else { format!("write `not {subject}`") };
                self.correct(what_span, format!("`{written}` is not a kind"), help);
                if holds { left.kind } else { ExprKind::Not(Box::new(left)) }
            }
            Rule::reference if self.is_masked(what_span) => ExprKind::Poisoned,
            Rule::reference => is(left, negated, IsWhat::Kinds(vec![Spanned::new(written.to_owned(), what_span)])),
            Rule::group => match self.kinds(what) {
                Some(kinds) => is(left, negated, IsWhat::Kinds(kinds)),
                None => ExprKind::Poisoned,
            },
            _ => {
                let op = if negated { CompareOp::NotEqual } else { CompareOp::Equal };
                let message = format!("`is` asks for a kind, and `{written}` is a value");
                self.correct(what_span, message, format!("write `{subject} {} {written}`", op.symbol()));
                let right = self.value(what);
                ExprKind::Compare { left: Box::new(left), op: Spanned::new(op, what_span), right: Box::new(right) }
            }
        };
        Expr { span, kind }
    }

    /// `(CharField, TextField)`
    fn kinds(&mut self, group: &Pair<'_, Rule>) -> Option<Vec<Spanned<String>>> {
        self.closed(group)?;
        let mut kinds = Vec::new();
        for element in group.clone().into_inner().filter(|part| part.as_rule() == Rule::expr) {
            let element_span = self.span(&element);
            let Some(path) = plain_path(&element) else {
                let message = format!("expected a kind, found `{}`", self.slice(element_span));
                let error = self.error("syntax::unexpected", message, element_span, "not a kind");
                self.fail(error.with_help("list kinds with commas: `is (CharField, TextField)`"));
                return None;
            };
            kinds.push(self.spanned(&path));
        }
        Some(kinds)
    }

    fn value(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        let span = self.span(pair);
        let kind = match pair.as_rule() {
            Rule::number => self.number(pair),
            Rule::string => ExprKind::Literal(Literal::Str(self.unescaped(pair))),
            Rule::list | Rule::group if self.closed(pair).is_none() => ExprKind::Poisoned,
            Rule::list => {
                let elements = self.elements(pair);
                self.list_of(elements)
            }
            Rule::group => {
                let mut elements = self.elements(pair);
                match (elements.pop(), elements.is_empty()) {
                    (Some(only), true) => only.kind,
                    (Some(last), false) => {
                        elements.push(last);
                        self.tuple(span);
                        ExprKind::Poisoned
                    }
                    (None, _) => {
                        let error = self.error("syntax::missing-operand", "`()` holds nothing", span, "empty");
                        self.fail(error.with_help("write a condition between the parentheses, or remove them"));
                        ExprKind::Poisoned
                    }
                }
            }
            Rule::reference => self.reference(pair, span),
            _ => {
                self.poison();
                ExprKind::Poisoned
            }
        };
        Expr { span, kind }
    }

    fn elements(&mut self, pair: &Pair<'_, Rule>) -> Vec<Expr> {
        let inner = pair.clone().into_inner().filter(|part| part.as_rule() == Rule::expr);
        inner.map(|element| self.expr(&element)).collect()
    }

    /// What stands behind `in`: parentheses are taken for a list.
    fn collection(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        let several = pair.clone().into_inner().filter(|part| part.as_rule() == Rule::expr).count() > 1;
        if pair.as_rule() != Rule::group || !several || self.closed(pair).is_none() {
            return self.value(pair);
        }
        let span = self.span(pair);
        self.tuple(span);
        let elements = self.elements(pair);
        Expr { span, kind: self.list_of(elements) }
    }

    fn tuple(&mut self, span: Span) {
        let inner = self.slice(span).trim_start_matches('(').trim_end_matches(')');
        self.correct(span, "a list stands in square brackets", format!("write `[{inner}]`"));
    }

    fn reference(&mut self, pair: &Pair<'_, Rule>, span: Span) -> ExprKind {
        let mut parts = pair.clone().into_inner();
        let Some(path) = parts.next() else { return ExprKind::Poisoned };
        if self.is_masked(span) {
            self.poison();
            return ExprKind::Poisoned;
        }
        let written = path.as_str();
        if let Some(arguments) = parts.next() {
            return match self.closed(&arguments) {
                Some(()) => self.call(&path, &arguments),
                None => ExprKind::Poisoned,
            };
        }
        let right = match written {
            "True" | "true" | "TRUE" => Some(("True", Literal::Bool(true))),
            "False" | "false" | "FALSE" => Some(("False", Literal::Bool(false))),
            "None" | "none" => Some(("None", Literal::None)),
            _ => None,
        };
        if let Some((spelling, literal)) = right {
            self.spelling(span, spelling);
            return ExprKind::Literal(literal);
        }
        let capital = written.starts_with(|first: char| first.is_ascii_uppercase());
        if written.contains(['/', '-']) || (capital && !written.contains('.')) {
            return ExprKind::Kind(Spanned::new(written.to_owned(), span));
        }
        ExprKind::Path(self.path(&path))
    }

    /// A dotted name.
    pub(super) fn path(&self, pair: &Pair<'_, Rule>) -> Path {
        let span = self.span(pair);
        let mut segments = Vec::new();
        let mut start = span.start;
        for segment in pair.as_str().split('.') {
            let end = start + segment.len();
            segments.push(Spanned::new(segment.to_owned(), Span::new(start, end)));
            start = end + 1;
        }
        Path { span, segments }
    }

    fn call(&mut self, path: &Pair<'_, Rule>, arguments: &Pair<'_, Rule>) -> ExprKind {
        let name = path.as_str();
        let quantifier = match name {
            "any" => Some(Quantifier::Any),
            "all" => Some(Quantifier::All),
            "count" => Some(Quantifier::Count),
            "first" => Some(Quantifier::First),
            "sum" => Some(Quantifier::Sum),
            _ => None,
        };
        let generator = arguments.clone().into_inner().find(|part| part.as_rule() == Rule::generator);
        match (quantifier, generator) {
            (Some(kind), Some(generator)) => {
                let kind = Spanned::new(kind, self.span(path));
                self.quantifier(kind, arguments, &generator)
            }
            (Some(_), None) => {
                let span = self.span(path).to(self.span(arguments));
                let message = format!("`{name}` needs to know what it goes through");
                let error = self.error("syntax::missing-operand", message, span, "no `for … in …`");
                self.fail(error.with_help(format!("write `{name}(o is RunSQL for o in siblings)`")));
                ExprKind::Poisoned
            }
            (None, Some(generator)) => {
                let message = format!("`{name}` does not go through a collection");
                let error = self.error("syntax::unexpected", message, self.span(&generator), "`for` is not for it");
                self.fail(error.with_help("only `any`, `all`, `count`, `first` and `sum` take `… for … in …`"));
                ExprKind::Poisoned
            }
            (None, None) => {
                let callee = self.path(path);
                ExprKind::Call { callee, arguments: self.elements(arguments) }
            }
        }
    }

    fn quantifier(
        &mut self,
        kind: Spanned<Quantifier>,
        arguments: &Pair<'_, Rule>,
        generator: &Pair<'_, Rule>,
    ) -> ExprKind {
        let body = arguments.clone().into_inner().find(|part| part.as_rule() == Rule::expr);
        let mut parts = generator
            .clone()
            .into_inner()
            .filter(|part| !matches!(part.as_rule(), Rule::for_word | Rule::in_word | Rule::if_word));
        let (Some(body), Some(variable), Some(collection)) = (body, parts.next(), parts.next()) else {
            self.poison();
            return ExprKind::Poisoned;
        };
        ExprKind::Quantifier {
            kind,
            body: Box::new(self.expr(&body)),
            variable: self.spanned(&variable),
            collection: Box::new(self.value(&collection)),
            condition: parts.next().map(|condition| Box::new(self.expr(&condition))),
        }
    }

    /// Reports a spelling that differs from the language's.
    fn spelling(&mut self, span: Span, right: &str) {
        let written = self.slice(span);
        if written != right {
            self.correct(span, format!("`{written}` is written `{right}`"), format!("write `{right}`"));
        }
    }

    fn poisoned(&mut self, pair: &Pair<'_, Rule>) -> Expr {
        self.poison();
        Expr { span: self.span(pair), kind: ExprKind::Poisoned }
    }
}

/// The one value that an expression consists of, when it has no operator.
pub(super) fn sole_value<'i>(expr: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    let mut pair = expr.clone();
    for _ in [Rule::expr, Rule::conjunction, Rule::negation, Rule::comparison] {
        let mut parts = pair.into_inner();
        pair = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
    }
    Some(pair)
}

/// The name that an expression consists of, when it is nothing else.
pub(super) fn plain_path<'i>(expr: &Pair<'i, Rule>) -> Option<Pair<'i, Rule>> {
    let value = sole_value(expr).filter(|value| value.as_rule() == Rule::reference)?;
    let mut parts = value.into_inner();
    let path = parts.next()?;
    parts.next().is_none().then_some(path)
}
