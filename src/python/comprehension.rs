//! Comprehensions, and loops over what is known: `[AddField(m, …) for m in MODELS if m != "order"]`.
//!
//! Each round binds the targets to one element. A round that can't be told (the iterable, or a condition, is not known)
//! makes the whole unknown.

use rustpython_parser::ast::{self, BoolOp, CmpOp, Comprehension, Expr, UnaryOp};

use crate::python::fold::Evaluator;
use crate::python::interpret::assign;
use crate::python::scope::Bound;
use crate::python::{Value, ValueKind};
use crate::source::Span;

/// The longest `range(…)` that is written out.
const LONGEST_RANGE: usize = 10_000;

/// What a comprehension gives, standing at `span`.
pub(super) fn comprehension(evaluator: &mut Evaluator<'_>, expr: &Expr, span: Span) -> ValueKind {
    let (elements, generators) = match expr {
        Expr::ListComp(ast::ExprListComp { elt, generators, .. })
        | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
        | Expr::GeneratorExp(ast::ExprGeneratorExp { elt, generators, .. }) => ([&**elt, &**elt], generators),
        Expr::DictComp(ast::ExprDictComp { key, value, generators, .. }) => ([&**key, &**value], generators),
        _ => return ValueKind::Unknown(evaluator.why(span, "is computed")),
    };
    let mut rounds = Rounds { element: elements, pairs: matches!(expr, Expr::DictComp(_)), found: Vec::new() };
    if rounds.run(evaluator, generators).is_none() {
        return ValueKind::Unknown(evaluator.why(span, "is a comprehension"));
    }
    match expr {
        Expr::SetComp(_) => ValueKind::Set(rounds.found.into_iter().map(|(element, _)| element).collect()),
        Expr::DictComp(_) => {
            ValueKind::Dict(rounds.found.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
        }
        _ => ValueKind::List(rounds.found.into_iter().map(|(element, _)| element).collect()),
    }
}

struct Rounds<'e> {
    /// The element, or key and value.
    element: [&'e Expr; 2],
    pairs: bool,
    found: Vec<(Value, Option<Value>)>,
}

impl Rounds<'_> {
    fn run(&mut self, evaluator: &mut Evaluator<'_>, generators: &[Comprehension]) -> Option<()> {
        let Some((first, inner)) = generators.split_first() else {
            let element = evaluator.value(self.element[0]);
            let value = self.pairs.then(|| evaluator.value(self.element[1]));
            self.found.push((element, value));
            return Some(());
        };
        if first.is_async {
            return None;
        }
        for item in elements(evaluator, &first.iter)? {
            let length = self.element.iter().map(|element| evaluator.span(*element).len()).sum();
            if !evaluator.charge_round(length) {
                return None;
            }
            evaluator.scope.push();
            assign(evaluator, &first.target, Bound::new(item));
            let chosen = first.ifs.iter().try_fold(true, |all, test| Some(all && truth(evaluator, test)?));
            let ran = match chosen {
                Some(true) => self.run(evaluator, inner),
                Some(false) => Some(()),
                None => None,
            };
            evaluator.scope.pop();
            ran?;
        }
        Some(())
    }
}

/// The elements that a loop runs over, when all of them are known to be there.
pub(super) fn elements(evaluator: &mut Evaluator<'_>, iterable: &Expr) -> Option<Vec<Value>> {
    if let Expr::Call(call) = iterable {
        return of_call(evaluator, call);
    }
    let bound = evaluator.bound(iterable);
    if let ValueKind::Dict(entries) = bound.value.kind {
        return Some(entries.into_iter().map(|(key, _)| key).collect());
    }
    let elements = bound.elements().ok()?;
    elements.into_iter().map(|(element, condition)| condition.is_none().then_some(element)).collect()
}

/// `d.items()`, `d.keys()`, `d.values()`, `enumerate(x)`, `zip(x, y)`, `range(n)`, `sorted(x)` of texts.
fn of_call(evaluator: &mut Evaluator<'_>, call: &ast::ExprCall) -> Option<Vec<Value>> {
    let span = evaluator.span(call);
    let tuple = |items: Vec<Value>| Value::new(ValueKind::Tuple(items), span);
    if let Expr::Attribute(method) = &*call.func
        && call.args.is_empty()
        && call.keywords.is_empty()
        && let ValueKind::Dict(entries) = evaluator.value(&method.value).kind
    {
        let entries = entries.into_iter();
        return match method.attr.as_str() {
            "items" => Some(entries.map(|(key, value)| tuple(vec![key, value])).collect()),
            "keys" => Some(entries.map(|(key, _)| key).collect()),
            "values" => Some(entries.map(|(_, value)| value).collect()),
            _ => None,
        };
    }
    let ValueKind::Reference(path) = evaluator.value(&call.func).kind else { return None };
    match (path.as_str(), &call.args[..], call.keywords.is_empty()) {
        ("builtins.enumerate", [iterable], true) => {
            let items = elements(evaluator, iterable)?;
            let number = |at: usize| Value::new(ValueKind::Int(i64::try_from(at).unwrap_or(i64::MAX)), span);
            Some(items.into_iter().enumerate().map(|(at, item)| tuple(vec![number(at), item])).collect())
        }
        ("builtins.zip", [first, second], true) => {
            let (first, second) = (elements(evaluator, first)?, elements(evaluator, second)?);
            Some(first.into_iter().zip(second).map(|(one, other)| tuple(vec![one, other])).collect())
        }
        ("builtins.range", [end], true) => match evaluator.value(end).kind {
            ValueKind::Int(end) if usize::try_from(end).is_ok_and(|end| end <= LONGEST_RANGE) => {
                Some((0..end).map(|at| Value::new(ValueKind::Int(at), span)).collect())
            }
            _ => None,
        },
        // Other calls that are folded to a list: `list(…)`, `set(…)`.
        _ => match evaluator.value(&Expr::Call(call.clone())).kind {
            ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => Some(items),
            _ => None,
        },
    }
}

/// Whether a condition holds, when that can be told from constants.
pub(super) fn truth(evaluator: &mut Evaluator<'_>, test: &Expr) -> Option<bool> {
    match test {
        Expr::BoolOp(operation) => {
            let all = operation.op == BoolOp::And;
            for value in &operation.values {
                if truth(evaluator, value)? != all {
                    return Some(!all);
                }
            }
            Some(all)
        }
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => Some(!truth(evaluator, &operation.operand)?),
        Expr::Compare(comparison) => {
            let ([op], [right]) = (&comparison.ops[..], &comparison.comparators[..]) else { return None };
            let left = evaluator.value(&comparison.left);
            match op {
                CmpOp::Eq => equal(&left, &evaluator.value(right)),
                CmpOp::NotEq => Some(!equal(&left, &evaluator.value(right))?),
                CmpOp::In | CmpOp::NotIn => {
                    let items = elements(evaluator, right)?;
                    let mut found = false;
                    for item in &items {
                        found |= equal(&left, item)?;
                    }
                    Some(found == (*op == CmpOp::In))
                }
                _ => None,
            }
        }
        other => match evaluator.value(other).kind {
            ValueKind::Bool(value) => Some(value),
            ValueKind::None => Some(false),
            ValueKind::Int(value) => Some(value != 0),
            ValueKind::Str(given) => Some(!given.value.is_empty()),
            // True for type checkers alone.
            ValueKind::Reference(path) if path == "typing.TYPE_CHECKING" => Some(false),
            _ => None,
        },
    }
}

/// Whether two constants are equal.
fn equal(one: &Value, other: &Value) -> Option<bool> {
    match (&one.kind, &other.kind) {
        (ValueKind::None, ValueKind::None) => Some(true),
        (ValueKind::Bool(one), ValueKind::Bool(other)) => Some(one == other),
        (ValueKind::Int(one), ValueKind::Int(other)) => Some(one == other),
        (ValueKind::Str(one), ValueKind::Str(other)) => Some(one.value == other.value),
        (ValueKind::None | ValueKind::Str(_), ValueKind::None | ValueKind::Str(_)) => Some(false),
        (ValueKind::Tuple(one), ValueKind::Tuple(other)) => {
            if one.len() != other.len() {
                return Some(false);
            }
            one.iter().zip(other).try_fold(true, |all, (one, other)| Some(equal(one, other)? && all))
        }
        _ => None,
    }
}
