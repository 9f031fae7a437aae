//! Definitions, parameters and types: `name(parameters): type = value`.

use pest::iterators::Pair;

use super::cursor::Operands;
use super::grammar::Rule;
use super::lowering::Lowering;
use crate::language::syntax::{Definition, Expr, ExprKind, Literal, Parameter, Path, TypeName};
use crate::source::Spanned;

/// The parts of a definition that were written.
pub(super) struct Parts {
    pub(super) place: Path,
    pub(super) parameters: Vec<Parameter>,
    pub(super) ty: Option<TypeName>,
    pub(super) value: Option<Expr>,
}

impl Parts {
    /// The place as one name.
    pub(super) fn name(&self) -> Spanned<String> {
        let written: Vec<&str> = self.place.segments.iter().map(|segment| segment.value.as_str()).collect();
        Spanned::new(written.join("."), self.place.span)
    }
}

impl Lowering<'_> {
    /// The definition or signature that comes next, in its parts.
    pub(super) fn definition_parts(&mut self, pair: &Pair<'_, Rule>) -> Option<Parts> {
        let mut place = None;
        let mut parameters = Vec::new();
        let mut ty = None;
        let mut value = None;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::place => place = Some(self.path(&part)),
                Rule::parameters => {
                    let inner = part.into_inner().filter(|parameter| parameter.as_rule() == Rule::parameter);
                    parameters = inner.filter_map(|parameter| self.parameter(&parameter)).collect();
                }
                Rule::annotation => ty = self.type_name(&part),
                Rule::binding => value = self.bound(&part),
                _ => {}
            }
        }
        place.map(|place| Parts { place, parameters, ty, value })
    }

    /// `let live(m: Model) = m in deployed`
    pub(super) fn definition(&mut self, operands: &mut Operands<'_>) -> Option<Definition> {
        let Some(pair) = operands.take(self, Rule::definition) else {
            self.expected(operands, "a name, `=` and what it stands for");
            return None;
        };
        let parts = self.definition_parts(&pair)?;
        let name = parts.name();
        let Some(body) = parts.value else {
            self.lacks_value(operands, &pair);
            return None;
        };
        Some(Definition { name, parameters: parts.parameters, body })
    }

    /// `set big_tables = ["orders"]`, `set field.null = True`
    pub(super) fn assignment(&mut self, operands: &mut Operands<'_>) -> Option<(Parts, Expr)> {
        let Some(pair) = operands.take(self, Rule::definition) else {
            self.expected(operands, "a name, `=` and a value");
            return None;
        };
        let mut parts = self.definition_parts(&pair)?;
        let Some(value) = parts.value.take() else {
            self.lacks_value(operands, &pair);
            return None;
        };
        Some((parts, value))
    }

    fn lacks_value(&mut self, operands: &Operands<'_>, pair: &Pair<'_, Rule>) {
        let span = self.span(pair);
        let message = format!("`{}` has no value", self.slice(span));
        let error = self.error("syntax::missing-operand", message, span, "expected `=` and a value behind this");
        self.fail(error.with_help(format!("write it like `{}`", operands.sample)));
    }

    fn parameter(&mut self, pair: &Pair<'_, Rule>) -> Option<Parameter> {
        let mut parts = pair.clone().into_inner();
        let name = self.spanned(&parts.next()?);
        let mut parameter = Parameter { name, ty: None, default: None };
        for part in parts {
            match part.as_rule() {
                Rule::annotation => parameter.ty = self.type_name(&part),
                Rule::binding => parameter.default = self.bound(&part),
                _ => {}
            }
        }
        Some(parameter)
    }

    fn bound(&mut self, binding: &Pair<'_, Rule>) -> Option<Expr> {
        binding.clone().into_inner().find(|part| part.as_rule() == Rule::expr).map(|expr| self.expr(&expr))
    }

    fn type_name(&mut self, annotation: &Pair<'_, Rule>) -> Option<TypeName> {
        let pair = annotation.clone().into_inner().next()?;
        let mut names = pair.clone().into_inner().filter(|part| part.as_rule() == Rule::ident);
        Some(TypeName {
            span: self.span(&pair),
            name: self.spanned(&names.next()?),
            element: names.next().map(|element| self.spanned(&element)),
            optional: pair.into_inner().any(|part| part.as_rule() == Rule::optional),
        })
    }

    /// Conditions with commas, as one condition.
    pub(super) fn condition(&mut self, word: &str, terms: &[Pair<'_, Rule>]) -> Option<Expr> {
        let mut conditions: Vec<Expr> = terms.iter().map(|term| self.expr(term)).collect();
        let first = conditions.first()?.span;
        let last = conditions.last()?.span;
        if conditions.len() == 1 {
            let only = conditions.pop()?;
            if matches!(only.kind, ExprKind::Literal(Literal::Str(_))) {
                let message = format!("`{word}` takes a condition, found a text");
                let error = self.error("syntax::unexpected", message, only.span, "not a condition");
                self.fail(error.with_help("write a condition such as `model in deployed`"));
                return None;
            }
            return Some(only);
        }
        let span = first.to(last);
        let joined: Vec<&str> = conditions.iter().map(|condition| self.slice(condition.span)).collect();
        let help = format!("write `{word} {}`", joined.join(" and "));
        self.correct(span, "conditions are joined with `and`, not with commas", help);
        Some(Expr { span, kind: ExprKind::And(conditions) })
    }
}
