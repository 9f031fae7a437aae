//! Expressions to values: literals, names, and the folding of constants.

use std::collections::HashMap;
use std::sync::Arc;

use rustpython_parser::ast::{self, Constant, Expr, Operator, Ranged, UnaryOp};

use crate::python::builtins::is_builtin;
use crate::python::comprehension::comprehension;
use crate::python::fold_call::call;
use crate::python::fold_text;
use crate::python::function::lambda_facts;
use crate::python::scope::{Bound, Scope};
use crate::python::text::literal_text;
use crate::python::tokens::span_of;
use crate::python::{Definition, DefinitionKind, Exports, Unknown, Value, ValueKind};
use crate::source::{SourceFile, Span};

/// Expressions in expressions that are followed; migrations stay below twenty.
const MAX_DEPTH: usize = 64;
/// Largest number, in bits, that is written out in decimal digits.
const MAX_BITS: u64 = 16_384;

/// Evaluates the expressions of one module.
pub(super) struct Evaluator<'s> {
    pub(super) source: &'s Arc<SourceFile>,
    pub(super) scope: Scope,
    /// Names that the module imports anywhere at its top level, for function bodies.
    pub(super) imports: HashMap<String, String>,
    /// Functions, lambdas and classes met so far.
    pub(super) definitions: Vec<Arc<Definition>>,
    /// What star imports bind.
    pub(super) exports: Exports,
    /// Whether a star import may have bound any other name.
    pub(super) star_import: bool,
    /// Bytes of values that names may still be copied into: a file of nested constants can't grow without bound.
    pub(super) budget: usize,
    /// Rounds of loops that may still be followed one by one.
    pub(super) rounds: usize,
    /// The place that values get in place of their own: inside f-strings the parser's places are not exact.
    pub(super) place: Option<Span>,
    /// How deep the expression at hand stands in others.
    pub(super) depth: usize,
}

impl Evaluator<'_> {
    /// The place of a node.
    pub(super) fn span(&self, node: &impl Ranged) -> Span {
        self.place.unwrap_or_else(|| span_of(node.range()))
    }

    /// Why the value at `span` is not known.
    pub(super) fn why(&self, span: Span, reason: impl Into<String>) -> Unknown {
        Unknown { text: shorten(self.source.slice(span)), span, reason: reason.into() }
    }

    pub(super) fn unknown(&self, span: Span, reason: impl Into<String>) -> Value {
        Value::new(ValueKind::Unknown(self.why(span, reason)), span)
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &Expr) -> Value {
        self.bound(expr).into_value()
    }

    /// The value of an expression; the elements of a list keep their conditions.
    pub(super) fn bound(&mut self, expr: &Expr) -> Bound {
        if self.depth >= MAX_DEPTH {
            let span = self.span(expr);
            return Bound::new(self.unknown(span, "is nested too deeply"));
        }
        self.depth += 1;
        let bound = self.bound_within(expr);
        self.depth -= 1;
        // A text that was put together may be much longer than what it was put together from.
        if let (ValueKind::Str(text), Expr::Call(_) | Expr::BinOp(_) | Expr::JoinedStr(_)) = (&bound.value.kind, expr)
            && !self.charge(text.value.len())
        {
            let span = bound.value.span;
            return Bound::new(self.unknown(span, "is too large to follow"));
        }
        bound
    }

    fn bound_within(&mut self, expr: &Expr) -> Bound {
        let span = self.span(expr);
        let kind = match expr {
            Expr::Constant(constant) => self.constant(&constant.value, span),
            Expr::JoinedStr(joined) => fold_text::joined(self, joined, span),
            Expr::Name(name) => return self.name(name.id.as_str(), span),
            Expr::Attribute(_) => self.attribute(expr, span),
            Expr::Call(written) => call(self, written, span),
            Expr::List(list) => return self.sequence(&list.elts, span),
            Expr::Tuple(tuple) => ValueKind::Tuple(self.items(&tuple.elts, span)),
            Expr::Set(set) => ValueKind::Set(self.items(&set.elts, span)),
            Expr::Dict(dict) => self.dict(dict, span),
            Expr::BinOp(operation) => return self.binary(operation, span),
            Expr::UnaryOp(operation) => self.unary(operation, span),
            Expr::IfExp(choice) => return self.choice(choice, span),
            Expr::Lambda(lambda) => {
                let definition = Arc::new(Definition {
                    name: "<lambda>".to_owned(),
                    span,
                    name_span: span,
                    kind: DefinitionKind::Function(lambda_facts(lambda, &self.imports)),
                });
                self.definitions.push(Arc::clone(&definition));
                ValueKind::Definition(definition)
            }
            Expr::Subscript(subscript) => self.subscript(subscript, span),
            Expr::NamedExpr(named) => return self.bound(&named.value),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::GeneratorExp(_) => {
                comprehension(self, expr, span)
            }
            Expr::Starred(_) => ValueKind::Unknown(self.why(span, "spreads a value that is not known")),
            Expr::BoolOp(_) | Expr::Compare(_) => ValueKind::Unknown(self.why(span, "is computed")),
            _ => ValueKind::Unknown(self.why(span, "is computed when the file runs")),
        };
        Bound::new(Value::new(kind, span))
    }

    fn constant(&self, constant: &Constant, span: Span) -> ValueKind {
        match constant {
            Constant::None => ValueKind::None,
            Constant::Bool(value) => ValueKind::Bool(*value),
            Constant::Str(value) => match self.place {
                Some(_) => ValueKind::Str(crate::python::Text::unmapped(value)),
                None => ValueKind::Str(literal_text(self.source.text(), span, value)),
            },
            Constant::Bytes(value) => ValueKind::Bytes(value.clone()),
            Constant::Int(value) => match i64::try_from(value) {
                Ok(value) => ValueKind::Int(value),
                Err(_) if value.bits() > MAX_BITS => ValueKind::Unknown(self.why(span, "is too large")),
                Err(_) => ValueKind::BigInt(value.to_string()),
            },
            Constant::Float(value) => ValueKind::Float(*value),
            Constant::Tuple(_) | Constant::Complex { .. } | Constant::Ellipsis => {
                ValueKind::Unknown(self.why(span, "is computed"))
            }
        }
    }

    /// Takes `bytes` from the budget; false when there are not so many left.
    pub(super) fn charge(&mut self, bytes: usize) -> bool {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.unwrap_or_default();
        left.is_some()
    }

    /// Takes one round of a loop over `bytes` of source text from the budgets: loops in loops must not go on for ever.
    pub(super) fn charge_round(&mut self, bytes: usize) -> bool {
        // A node of a tree takes more than its text.
        const NODE: usize = 16;
        let left = self.rounds.checked_sub(1);
        self.rounds = left.unwrap_or_default();
        left.is_some() && self.charge(bytes.saturating_mul(NODE))
    }

    /// What a name stands for, standing at `span`.
    fn name(&mut self, name: &str, span: Span) -> Bound {
        let Some(bound) = self.scope.get(name) else {
            let kind = if is_builtin(name) {
                ValueKind::Reference(format!("builtins.{name}"))
            } else if self.star_import {
                ValueKind::Unknown(self.why(span, "may come from a star import"))
            } else {
                ValueKind::Unknown(self.why(span, "is not defined in this file"))
            };
            return Bound::new(Value::new(kind, span));
        };
        let copy = cost(bound);
        if !self.charge(copy) {
            return Bound::new(self.unknown(span, "is too large to follow"));
        }
        let Some(mut bound) = self.scope.get(name).cloned() else {
            return Bound::new(self.unknown(span, "is not defined in this file"));
        };
        bound.value.span = span;
        bound.shared = false;
        bound
    }

    /// An attribute chain: a path behind an imported name, or an attribute of a class of this file.
    fn attribute(&mut self, expr: &Expr, span: Span) -> ValueKind {
        let mut names = Vec::new();
        let mut base = expr;
        while let Expr::Attribute(attribute) = base {
            names.push(attribute.attr.as_str());
            base = &attribute.value;
        }
        let mut path = match base {
            Expr::Name(name) => match self.scope.get(name.id.as_str()).map(|bound| &bound.value.kind) {
                Some(ValueKind::Reference(path)) => path.clone(),
                Some(ValueKind::Definition(definition)) => {
                    if let [attribute] = names[..] {
                        let key = format!("{}.{attribute}", definition.name);
                        if self.scope.get(&key).is_some() {
                            return self.name(&key, span).into_value().kind;
                        }
                    }
                    format!(".{}", definition.name)
                }
                Some(ValueKind::Unknown(unknown)) => return ValueKind::Unknown(self.why(span, unknown.reason.clone())),
                Some(_) => return ValueKind::Unknown(self.why(span, "is an attribute of a value")),
                None => match self.name(name.id.as_str(), span).value.kind {
                    ValueKind::Reference(path) => path,
                    kind => return kind,
                },
            },
            Expr::Call(_) => return ValueKind::Unknown(self.why(span, "is an attribute of a call's result")),
            _ => return ValueKind::Unknown(self.why(span, "is an attribute of a value")),
        };
        for name in names.iter().rev() {
            path.push('.');
            path.push_str(name);
        }
        ValueKind::Reference(path)
    }

    /// Elements of a list literal, with the conditions of what is spread into it.
    fn sequence(&mut self, elements: &[Expr], span: Span) -> Bound {
        let mut all = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    let place = self.span(element);
                    match self.bound(&starred.value).elements() {
                        Ok(spread) => all.extend(spread),
                        Err(value) => all.push((self.not_spread(value, place), None)),
                    }
                }
                Expr::IfExp(choice) => {
                    let why = self.condition(&choice.test);
                    all.push((self.value(&choice.body), Some(why.clone())));
                    all.push((self.value(&choice.orelse), Some(why)));
                }
                element => all.push((self.value(element), None)),
            }
        }
        Bound::of_elements(all, span)
    }

    /// An unknown element in place of a spread value.
    fn not_spread(&self, value: Value, place: Span) -> Value {
        match value.kind {
            ValueKind::Unknown(unknown) => Value::new(ValueKind::Unknown(Unknown { span: place, ..unknown }), place),
            ValueKind::Call(_) => self.unknown(place, "is what a call returns"),
            ValueKind::Reference(_) => self.unknown(place, "is imported"),
            _ => self.unknown(place, "spreads a value that is not known"),
        }
    }

    /// Elements of a tuple or set.
    pub(super) fn items(&mut self, elements: &[Expr], span: Span) -> Vec<Value> {
        if elements.iter().any(|element| matches!(element, Expr::Starred(_))) {
            let value = self.sequence(elements, span).into_value();
            return match value.kind {
                ValueKind::List(items) => items,
                _ => Vec::new(),
            };
        }
        elements.iter().map(|element| self.value(element)).collect()
    }

    fn dict(&mut self, dict: &ast::ExprDict, span: Span) -> ValueKind {
        let mut entries = Vec::with_capacity(dict.values.len());
        for (key, value) in dict.keys.iter().zip(&dict.values) {
            if let Some(key) = key {
                entries.push((self.value(key), self.value(value)));
                continue;
            }
            match self.value(value).kind {
                ValueKind::Dict(spread) => entries.extend(spread),
                _ => return ValueKind::Unknown(self.why(span, "spreads a dictionary that is not known")),
            }
        }
        ValueKind::Dict(entries)
    }

    /// `a + b + …` without recursion over the terms, and the other operators on constants.
    fn binary(&mut self, operation: &ast::ExprBinOp, span: Span) -> Bound {
        if operation.op != Operator::Add {
            let left = self.value(&operation.left);
            if operation.op == Operator::Mod
                && let ValueKind::Str(format) = left.kind
            {
                let right = self.value(&operation.right);
                return Bound::new(Value::new(fold_text::percent(self, &format, &right, span), span));
            }
            let kind = match (left.kind, operation.op) {
                (ValueKind::Int(left), Operator::Mult | Operator::Sub | Operator::Pow) => {
                    match (self.value(&operation.right).kind, operation.op) {
                        (ValueKind::Int(right), Operator::Mult) => left.checked_mul(right),
                        (ValueKind::Int(right), Operator::Sub) => left.checked_sub(right),
                        (ValueKind::Int(right), Operator::Pow) => {
                            u32::try_from(right).ok().and_then(|right| left.checked_pow(right))
                        }
                        _ => None,
                    }
                }
                _ => None,
            };
            let kind = kind.map_or_else(|| ValueKind::Unknown(self.why(span, "is computed")), ValueKind::Int);
            return Bound::new(Value::new(kind, span));
        }
        let mut terms = vec![&*operation.right];
        let mut left = &*operation.left;
        while let Expr::BinOp(inner) = left
            && inner.op == Operator::Add
        {
            terms.push(&inner.right);
            left = &inner.left;
        }
        let mut sum = self.bound(left);
        for term in terms.into_iter().rev() {
            let term = self.bound(term);
            sum = self.add(sum, term, span);
        }
        sum.value.span = span;
        sum
    }

    /// `left + right`. A list with something unknown keeps what is known of it.
    pub(super) fn add(&self, mut left: Bound, right: Bound, span: Span) -> Bound {
        if let Some(len) = left.len() {
            let place = right.value.span;
            let added = match right.elements() {
                Ok(elements) => elements,
                Err(value) => vec![(self.not_spread(value, place), None)],
            };
            left.insert(len, added);
            return left;
        }
        if let (ValueKind::Unknown(_) | ValueKind::Call(_) | ValueKind::Reference(_), Some(_)) =
            (&left.value.kind, right.len())
        {
            let place = left.value.span;
            let mut list = Bound::of_elements(vec![(self.not_spread(left.value, place), None)], span);
            list.insert(1, right.elements().unwrap_or_default());
            return list;
        }
        let kind = match (left.value.kind, right.value.kind) {
            (ValueKind::Str(mut text), ValueKind::Str(more)) => {
                text.push(&more);
                ValueKind::Str(text)
            }
            (ValueKind::Tuple(mut items), ValueKind::Tuple(more)) => {
                items.extend(more);
                ValueKind::Tuple(items)
            }
            (ValueKind::Int(left), ValueKind::Int(right)) => left
                .checked_add(right)
                .map_or_else(|| ValueKind::Unknown(self.why(span, "is computed")), ValueKind::Int),
            (ValueKind::Unknown(unknown), _) | (_, ValueKind::Unknown(unknown)) => ValueKind::Unknown(unknown),
            _ => ValueKind::Unknown(self.why(span, "is computed")),
        };
        Bound::new(Value::new(kind, span))
    }

    fn unary(&mut self, operation: &ast::ExprUnaryOp, span: Span) -> ValueKind {
        let operand = self.value(&operation.operand);
        match (operation.op, operand.kind) {
            (UnaryOp::USub, ValueKind::Int(value)) => match value.checked_neg() {
                Some(value) => ValueKind::Int(value),
                None => ValueKind::BigInt("9223372036854775808".to_owned()),
            },
            (UnaryOp::USub, ValueKind::BigInt(digits)) => match digits.strip_prefix('-') {
                Some(digits) => ValueKind::BigInt(digits.to_owned()),
                None if digits == "9223372036854775808" => ValueKind::Int(i64::MIN),
                None => ValueKind::BigInt(format!("-{digits}")),
            },
            (UnaryOp::USub, ValueKind::Float(value)) => ValueKind::Float(-value),
            (UnaryOp::UAdd, kind @ (ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_))) => kind,
            (UnaryOp::Not, ValueKind::Bool(value)) => ValueKind::Bool(!value),
            (UnaryOp::Not, ValueKind::None) => ValueKind::Bool(true),
            (_, ValueKind::Unknown(unknown)) => ValueKind::Unknown(unknown),
            _ => ValueKind::Unknown(self.why(span, "is computed")),
        }
    }

    /// `a if test else b`: two lists become one whose elements are conditional.
    fn choice(&mut self, choice: &ast::ExprIfExp, span: Span) -> Bound {
        let why = self.condition(&choice.test);
        let body = self.bound(&choice.body);
        let orelse = self.bound(&choice.orelse);
        let mut merged = crate::python::scope::merge(vec![Some(body), Some(orelse)], &why);
        merged.value.span = span;
        if let ValueKind::Unknown(unknown) = &mut merged.value.kind {
            "decides which value is taken".clone_into(&mut unknown.reason);
        }
        merged
    }

    /// Why something under the condition `test` may not happen.
    pub(super) fn condition(&self, test: &Expr) -> Unknown {
        self.why(self.span(test), "decides whether it runs")
    }

    fn subscript(&mut self, subscript: &ast::ExprSubscript, span: Span) -> ValueKind {
        let value = self.value(&subscript.value);
        let index = self.value(&subscript.slice);
        let found = match (value.kind, index.kind) {
            (ValueKind::List(mut items) | ValueKind::Tuple(mut items), ValueKind::Int(index)) => {
                let index = if index < 0 {
                    usize::try_from(index.unsigned_abs()).ok().and_then(|back| items.len().checked_sub(back))
                } else {
                    usize::try_from(index).ok()
                };
                index.filter(|index| *index < items.len()).map(|index| items.swap_remove(index).kind)
            }
            (ValueKind::Dict(entries), ValueKind::Str(key)) => {
                let known = entries.iter().all(|(key, _)| key.as_str().is_some());
                let found = entries.into_iter().rev().find(|(other, _)| other.as_str() == Some(&key.value));
                found.filter(|_| known).map(|(_, value)| value.kind)
            }
            (ValueKind::Unknown(unknown), _) => Some(ValueKind::Unknown(unknown)),
            _ => None,
        };
        found.unwrap_or_else(|| ValueKind::Unknown(self.why(span, "is looked up when the file runs")))
    }
}

/// Source text in one line, cut where it is long.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let head: String = text.chars().take(LONGEST * 4).collect();
    let mut words = head.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() > LONGEST || head.len() < text.len() {
        words = words.chars().take(LONGEST - 1).collect();
        words.push('…');
    }
    words
}

/// About how many bytes a copy takes.
pub(super) fn cost(bound: &Bound) -> usize {
    const CONDITION: usize = 160;
    value_cost(&bound.value) + bound.conditions.len() * CONDITION
}

fn value_cost(value: &Value) -> usize {
    const NODE: usize = 96;
    NODE + match &value.kind {
        ValueKind::Str(text) => text.value.len() + text.pieces.len() * 24,
        ValueKind::Bytes(bytes) => bytes.len(),
        ValueKind::BigInt(text) | ValueKind::Reference(text) => text.len(),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => items.iter().map(value_cost).sum(),
        ValueKind::Dict(entries) => entries.iter().map(|(key, value)| value_cost(key) + value_cost(value)).sum(),
        ValueKind::Call(call) => call.arguments.iter().map(|argument| NODE + value_cost(&argument.value)).sum(),
        _ => 0,
    }
}
