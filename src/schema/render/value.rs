//! Python values, compared and written down without regard to where and how they were written.

use crate::python::{Argument, Call, Value, ValueKind};

/// Whether two values are the same to `Field.deconstruct()`'s `==`. Two that are not known are the same when they are
/// written the same.
pub(in crate::schema) fn same(a: &Value, b: &Value) -> bool {
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (&a.kind, &b.kind) {
        (ValueKind::None, ValueKind::None) => true,
        (ValueKind::Bool(a), ValueKind::Bool(b)) => a == b,
        (ValueKind::Bool(a), ValueKind::Int(b)) | (ValueKind::Int(b), ValueKind::Bool(a)) => i64::from(*a) == *b,
        (ValueKind::Int(a), ValueKind::Int(b)) => a == b,
        #[expect(clippy::float_cmp, reason = "Python compares them the same way")]
        (ValueKind::Float(a), ValueKind::Float(b)) => a == b,
        #[expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "Python compares them the same way")]
        (ValueKind::Float(a), ValueKind::Int(b)) | (ValueKind::Int(b), ValueKind::Float(a)) => *a == *b as f64,
        (ValueKind::Str(a), ValueKind::Str(b)) => a.value == b.value,
        (ValueKind::Bytes(a), ValueKind::Bytes(b)) => a == b,
        (ValueKind::List(a), ValueKind::List(b)) | (ValueKind::Tuple(a), ValueKind::Tuple(b)) => all(a, b),
        (ValueKind::Set(a), ValueKind::Set(b)) => a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b))),
        (ValueKind::Dict(a), ValueKind::Dict(b)) => {
            let has = |key: &Value, value: &Value| b.iter().any(|(other, own)| same(key, other) && same(value, own));
            a.len() == b.len() && a.iter().all(|(key, value)| has(key, value))
        }
        (ValueKind::Reference(a), ValueKind::Reference(b)) | (ValueKind::BigInt(a), ValueKind::BigInt(b)) => a == b,
        (ValueKind::Call(a), ValueKind::Call(b)) => same_call(a, b),
        (ValueKind::Definition(a), ValueKind::Definition(b)) => a.name == b.name,
        (ValueKind::Unknown(a), ValueKind::Unknown(b)) => a.text == b.text,
        _ => false,
    }
}

fn same_call(a: &Call, b: &Call) -> bool {
    let has = |argument: &Argument, others: &[Argument]| {
        others.iter().any(|other| other.name == argument.name && same(&other.value, &argument.value))
    };
    let positional = |call: &Call| -> Vec<Value> {
        call.arguments
            .iter()
            .filter(|argument| argument.name.is_none())
            .map(|argument| argument.value.clone())
            .collect()
    };
    let (first, second) = (positional(a), positional(b));
    let class = |call: &Call| call.callee.as_deref().map(class_name).map(str::to_owned);
    class(a) == class(b)
        && a.open == b.open
        && a.arguments.len() == b.arguments.len()
        && first.len() == second.len()
        && first.iter().zip(&second).all(|(a, b)| same(a, b))
        && a.arguments.iter().filter(|argument| argument.name.is_some()).all(|argument| has(argument, &b.arguments))
}

/// The last part of a dotted path.
pub(in crate::schema) fn class_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The value in Python's words, without the modules of what it names.
pub(in crate::schema) fn text(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(text).collect::<Vec<_>>().join(", ");
    match &value.kind {
        ValueKind::None => "None".to_owned(),
        ValueKind::Bool(true) => "True".to_owned(),
        ValueKind::Bool(false) => "False".to_owned(),
        ValueKind::Int(value) => value.to_string(),
        ValueKind::BigInt(value) => value.clone(),
        ValueKind::Float(value) => value.to_string(),
        ValueKind::Str(text) => format!("'{}'", text.value),
        ValueKind::Bytes(bytes) => format!("b'{}'", String::from_utf8_lossy(bytes)),
        ValueKind::List(items) => format!("[{}]", list(items)),
        ValueKind::Tuple(items) => format!("({})", list(items)),
        ValueKind::Set(items) => format!("{{{}}}", list(items)),
        ValueKind::Dict(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", text(key), text(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        ValueKind::Reference(path) => class_name(path).to_owned(),
        ValueKind::Call(call) => call_text(call),
        ValueKind::Definition(definition) => definition.name.clone(),
        ValueKind::Unknown(unknown) => unknown.text.clone(),
    }
}

fn call_text(call: &Call) -> String {
    let arguments: Vec<String> = call
        .arguments
        .iter()
        .map(|argument| match &argument.name {
            Some(name) => format!("{name}={}", text(&argument.value)),
            None => text(&argument.value),
        })
        .collect();
    format!("{}({})", call.callee.as_deref().map_or("", class_name), arguments.join(", "))
}
