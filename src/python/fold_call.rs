//! Calls: those of builtins and of text methods on constants are folded, the others keep their arguments.

use rustpython_parser::ast::{self, Expr};

use crate::python::fold::Evaluator;
use crate::python::fold_text;
use crate::python::{Argument, Call, Unknown, Value, ValueKind};
use crate::source::Span;

/// The value of a call that stands at `span`.
pub(super) fn call(evaluator: &mut Evaluator<'_>, written: &ast::ExprCall, span: Span) -> ValueKind {
    let callee_span = evaluator.span(&*written.func);
    let callee = match &*written.func {
        Expr::Attribute(method) if is_literal(&method.value) => {
            return method_call(evaluator, method, written, span);
        }
        Expr::Attribute(method) if FOLDED_METHODS.contains(&method.attr.as_str()) => {
            let receiver = evaluator.value(&method.value);
            if let ValueKind::Str(_) = receiver.kind {
                return on_text(evaluator, &receiver, method, written, span);
            }
            let ValueKind::Reference(path) = receiver.kind else {
                return ValueKind::Unknown(evaluator.why(span, "is what a method returns"));
            };
            Some(format!("{path}.{}", method.attr.as_str()))
        }
        Expr::Name(_) | Expr::Attribute(_) => match evaluator.value(&written.func).kind {
            ValueKind::Reference(path) => Some(path),
            ValueKind::Definition(definition) => Some(format!(".{}", definition.name)),
            _ => None,
        },
        _ => None,
    };
    let (arguments, open) = arguments(evaluator, written);
    if open.is_none()
        && let Some(name) = callee.as_deref().and_then(|path| path.strip_prefix("builtins."))
        && let Some(folded) = builtin(name, &arguments)
    {
        return folded;
    }
    if open.is_none()
        && callee.as_deref() == Some("textwrap.dedent")
        && let [Argument { name: None, value: Value { kind: ValueKind::Str(text), .. }, .. }] = &arguments[..]
    {
        return ValueKind::Str(fold_text::dedent(text));
    }
    if open.is_none()
        && callee.as_deref() == Some("swapper.get_model_name")
        && let [app, model] = &arguments[..]
        && let (Some(app), Some(model)) = (app.value.as_str(), model.value.as_str())
    {
        // `app.Model`, or what a setting puts in its place.
        return ValueKind::Reference(format!("swapper.{app}.{model}"));
    }
    ValueKind::Call(Box::new(Call { callee, callee_span, arguments, open }))
}

/// Methods of texts that are folded when the text is known.
const FOLDED_METHODS: &[&str] = &["join", "format", "strip", "lstrip", "rstrip", "lower", "upper", "replace"];

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Constant(_) | Expr::JoinedStr(_))
}

fn method_call(
    evaluator: &mut Evaluator<'_>,
    method: &ast::ExprAttribute,
    written: &ast::ExprCall,
    span: Span,
) -> ValueKind {
    let receiver = evaluator.value(&method.value);
    on_text(evaluator, &receiver, method, written, span)
}

fn on_text(
    evaluator: &mut Evaluator<'_>,
    receiver: &Value,
    method: &ast::ExprAttribute,
    written: &ast::ExprCall,
    span: Span,
) -> ValueKind {
    let (arguments, open) = arguments(evaluator, written);
    let positional: Vec<&Value> =
        arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect();
    if let Some(unknown) = receiver.unknown() {
        return ValueKind::Unknown(unknown.clone());
    }
    let (ValueKind::Str(text), None) = (&receiver.kind, open) else {
        return ValueKind::Unknown(evaluator.why(span, "is what a method returns"));
    };
    let folded = match (method.attr.as_str(), &positional[..]) {
        ("format", _) => return fold_text::format(evaluator, text, &arguments, span),
        ("join", [parts]) => match parts.elements() {
            Some(parts) => return fold_text::join(evaluator, text, parts, span),
            None => parts.unknown().map(|unknown| ValueKind::Unknown(unknown.clone())),
        },
        ("strip", []) => Some(ValueKind::Str(fold_text::strip(text, true, true))),
        ("lstrip", []) => Some(ValueKind::Str(fold_text::strip(text, true, false))),
        ("rstrip", []) => Some(ValueKind::Str(fold_text::strip(text, false, true))),
        ("lower", []) => Some(ValueKind::Str(crate::python::Text::unmapped(text.value.to_lowercase()))),
        ("upper", []) => Some(ValueKind::Str(crate::python::Text::unmapped(text.value.to_uppercase()))),
        _ => None,
    };
    folded.unwrap_or_else(|| ValueKind::Unknown(evaluator.why(span, "is what a method returns")))
}

/// The arguments of a call; what spreads into it from unknown values leaves it open.
fn arguments(evaluator: &mut Evaluator<'_>, written: &ast::ExprCall) -> (Vec<Argument>, Option<Unknown>) {
    let mut arguments = Vec::with_capacity(written.args.len() + written.keywords.len());
    let mut open = None;
    for expr in &written.args {
        let span = evaluator.span(expr);
        let Expr::Starred(starred) = expr else {
            // Behind an unknown number of arguments a position says nothing.
            if open.is_none() {
                let value = evaluator.value(expr);
                arguments.push(Argument { name: None, span, value });
            }
            continue;
        };
        let value = evaluator.value(&starred.value);
        match value.kind {
            ValueKind::List(items) | ValueKind::Tuple(items) => {
                arguments.extend(items.into_iter().map(|value| Argument { name: None, span, value }));
            }
            _ => open = Some(evaluator.why(span, "gives arguments that are not known")),
        }
    }
    for keyword in &written.keywords {
        let span = evaluator.span(keyword);
        let value = evaluator.value(&keyword.value);
        if let Some(name) = &keyword.arg {
            arguments.push(Argument { name: Some(name.as_str().to_owned()), span, value });
            continue;
        }
        let why = evaluator.why(span, "gives arguments that are not known");
        match value.kind {
            ValueKind::Dict(entries) => {
                for (key, value) in entries {
                    match key.kind {
                        ValueKind::Str(name) => arguments.push(Argument { name: Some(name.value), span, value }),
                        _ => open = Some(why.clone()),
                    }
                }
            }
            _ => open = Some(why),
        }
    }
    (arguments, open)
}

/// Calls of builtin types with literal content.
fn builtin(name: &str, arguments: &[Argument]) -> Option<ValueKind> {
    if name == "dict" {
        return dict(arguments);
    }
    let items = match arguments {
        [] => Vec::new(),
        [Argument { name: None, value, .. }] => match (name, &value.kind) {
            ("str", ValueKind::Str(text)) => return Some(ValueKind::Str(text.clone())),
            ("str", ValueKind::Int(number)) => {
                return Some(ValueKind::Str(crate::python::Text::unmapped(number.to_string())));
            }
            ("int", ValueKind::Int(number)) => return Some(ValueKind::Int(*number)),
            ("bool", ValueKind::Bool(value)) => return Some(ValueKind::Bool(*value)),
            _ => value.elements()?.to_vec(),
        },
        _ => return None,
    };
    match name {
        "list" => Some(ValueKind::List(items)),
        "tuple" => Some(ValueKind::Tuple(items)),
        "set" | "frozenset" => Some(ValueKind::Set(items)),
        "str" if arguments.is_empty() => Some(ValueKind::Str(crate::python::Text::default())),
        _ => None,
    }
}

fn dict(arguments: &[Argument]) -> Option<ValueKind> {
    let mut entries = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match (&argument.name, &argument.value.kind) {
            (Some(name), _) => {
                let key = ValueKind::Str(crate::python::Text::unmapped(name.clone()));
                entries.push((Value::new(key, argument.span), argument.value.clone()));
            }
            (None, ValueKind::Dict(given)) => entries.extend(given.iter().cloned()),
            (None, _) => {
                for pair in argument.value.elements()? {
                    let [key, value] = pair.elements()? else { return None };
                    entries.push((key.clone(), value.clone()));
                }
            }
        }
    }
    Some(ValueKind::Dict(entries))
}
