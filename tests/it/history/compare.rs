//! Values of a state against values that Django gave.

use serde_json::Value as Json;
use whimbrel::history::normal::{Deconstructed, deconstruct};
use whimbrel::migration::Field;
use whimbrel::python::{Argument, Call, Value, ValueKind};

/// How a value compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Right,
    /// Not known here: only running Python tells.
    Unknown,
    Wrong,
}

use Verdict::{Right, Unknown, Wrong};

fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Right)
}

fn is(right: bool) -> Verdict {
    if right { Right } else { Wrong }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The elements of a list, tuple or set.
fn elements(json: &Json) -> Option<&Vec<Json>> {
    json.as_array().or_else(|| json["$tuple"].as_array()).or_else(|| json["$set"].as_array())
}

/// A text, translated or from a setting.
fn text(json: &Json) -> Option<&str> {
    json.as_str()
        .or_else(|| json["$lazy"].as_str())
        .or_else(|| json["v"].as_str().filter(|_| json.get("$setting").is_some()))
}

/// A value; `user_model` is what `AUTH_USER_MODEL` is.
pub(super) fn value(ours: &Value, json: &Json, user_model: &str) -> Verdict {
    match &ours.kind {
        ValueKind::Unknown(_) => Unknown,
        ValueKind::None => is(json.is_null()),
        ValueKind::Bool(value) => is(json.as_bool() == Some(*value)),
        ValueKind::Int(value) => is(json.as_i64() == Some(*value) || json["v"].as_i64() == Some(*value)),
        ValueKind::BigInt(value) => is(json.as_u64().is_some_and(|number| value.parse() == Ok(number))),
        ValueKind::Float(value) => is(json["$float"].as_str().and_then(|text| text.parse().ok()) == Some(*value)),
        ValueKind::Str(value) => is(text(json) == Some(&value.value)),
        ValueKind::Bytes(value) => is(json["$bytes"].as_str() == Some(&python_bytes(value))),
        ValueKind::List(items) | ValueKind::Tuple(items) => sequence(items, json, user_model),
        ValueKind::Set(items) => unordered(items, json, user_model),
        ValueKind::Dict(entries) => dictionary(entries, json, user_model),
        ValueKind::Reference(path) => reference(path, json, user_model),
        ValueKind::Definition(definition) => match json["$ref"].as_str() {
            Some(path) => is(last(path) == definition.name || definition.name == "<lambda>"),
            None => Unknown,
        },
        ValueKind::Call(call) => self::call(ours, call, json, user_model),
    }
}

fn python_bytes(bytes: &[u8]) -> String {
    let escaped: String = bytes.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect();
    format!("b'{escaped}'")
}

fn sequence(items: &[Value], json: &Json, user_model: &str) -> Verdict {
    let Some(theirs) = elements(json) else { return Wrong };
    if items.len() != theirs.len() {
        // An unknown element stands for any number of them.
        return if items.iter().any(|item| item.unknown().is_some()) { Unknown } else { Wrong };
    }
    all(items.iter().zip(theirs).map(|(ours, theirs)| value(ours, theirs, user_model)))
}

fn unordered(items: &[Value], json: &Json, user_model: &str) -> Verdict {
    let Some(theirs) = elements(json) else { return Wrong };
    if items.len() != theirs.len() {
        return Wrong;
    }
    all(items.iter().map(|ours| theirs.iter().map(|theirs| value(ours, theirs, user_model)).min().unwrap_or(Wrong)))
}

fn dictionary(entries: &[(Value, Value)], json: &Json, user_model: &str) -> Verdict {
    let Some(theirs) = json["$dict"].as_array() else { return Wrong };
    if entries.len() != theirs.len() {
        return Wrong;
    }
    all(entries.iter().map(|(key, ours)| {
        let pair = |pair: &Json| all([value(key, &pair[0], user_model), value(ours, &pair[1], user_model)]);
        theirs.iter().map(pair).min().unwrap_or(Wrong)
    }))
}

fn reference(path: &str, json: &Json, user_model: &str) -> Verdict {
    if let Some(setting) = path.strip_prefix("django.conf.settings.") {
        return match (setting, text(json)) {
            ("AUTH_USER_MODEL", Some(text)) => is(text.to_lowercase() == user_model),
            _ => Unknown,
        };
    }
    match json["$ref"].as_str().or_else(|| json["$enum"].as_str()) {
        Some(theirs) if last(theirs) == last(path) => Right,
        // Another module may give a thing another name.
        Some(_) if path.starts_with("django.db.") => Wrong,
        _ => Unknown,
    }
}

fn is_translation(path: &str) -> bool {
    matches!(last(path), "gettext" | "gettext_lazy" | "ugettext" | "ugettext_lazy" | "pgettext_lazy" | "_")
}

fn call(ours: &Value, call: &Call, json: &Json, user_model: &str) -> Verdict {
    let Some(path) = call.callee.as_deref() else { return Unknown };
    if is_translation(path) {
        return call.arguments.last().map_or(Unknown, |argument| value(&argument.value, json, user_model));
    }
    if let Some(repr) = json["$repr"].as_str() {
        let [Argument { value, .. }] = &call.arguments[..] else { return Unknown };
        let written = value.as_str().is_some_and(|text| repr == format!("{}('{text}')", last(path)));
        return if written { Right } else { Unknown };
    }
    let Some(theirs) = json["$obj"].as_str() else { return Unknown };
    let field = Field::of(ours);
    if field.entry.is_some() {
        return self::field(&deconstruct(&field), json, user_model)
            .into_iter()
            .map(|(_, verdict)| verdict)
            .max()
            .unwrap_or(Right);
    }
    if last(theirs) != last(path) {
        return Unknown;
    }
    if last(path) == "Q" {
        return query(call, json, user_model);
    }
    let positional: Vec<&Value> =
        call.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect();
    let args = json["args"].as_array().map_or(&[][..], Vec::as_slice);
    let mut verdicts = vec![];
    if positional.len() == args.len() {
        verdicts.extend(positional.iter().zip(args).map(|(ours, theirs)| {
            // Names stand for columns.
            match (ours.as_str(), theirs["$obj"].as_str()) {
                (Some(name), Some("django.db.models.F")) => is(theirs["args"][0].as_str() == Some(name)),
                _ => value(ours, theirs, user_model),
            }
        }));
    } else {
        verdicts.push(Unknown);
    }
    let ours = call.arguments.iter().filter_map(|argument| Some((argument.name.as_deref()?, &argument.value)));
    let ours: Vec<(&str, &Value)> = ours.collect();
    let empty = serde_json::Map::new();
    let kw = json["kw"].as_object().unwrap_or(&empty);
    for (name, ours) in &ours {
        let name = if *name == "check" { "condition" } else { name };
        verdicts.push(if let Some(theirs) = kw.get(name).or_else(|| kw.get("check").filter(|_| name == "condition")) {
            value(ours, theirs, user_model)
        } else {
            let empty = ours.is_none() || ours.elements().is_some_and(<[Value]>::is_empty);
            if empty || ours.unknown().is_some() { Right } else { Unknown }
        });
    }
    for name in kw.keys().filter(|name| *name != "condition") {
        if !ours.iter().any(|(own, _)| own == name) {
            verdicts.push(if call.open.is_some() { Unknown } else { Wrong });
        }
    }
    all(verdicts)
}

/// A `Q`: its children are what matters, however they were given.
fn query(call: &Call, json: &Json, user_model: &str) -> Verdict {
    let mut ours: Vec<(Option<&str>, &Value)> = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none())
        .map(|argument| (None, &argument.value))
        .collect();
    let mut named: Vec<(Option<&str>, &Value)> = call
        .arguments
        .iter()
        .filter_map(|argument| Some((Some(argument.name.as_deref()?), &argument.value)))
        .filter(|(name, _)| !name.is_some_and(|name| name.starts_with('_')))
        .collect();
    named.sort_by_key(|(name, _)| *name);
    ours.extend(named);
    let mut theirs: Vec<Json> = json["args"].as_array().cloned().unwrap_or_default();
    for (name, value) in json["kw"].as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with('_')) {
        theirs.push(serde_json::json!({"$tuple": [name, value]}));
    }
    if ours.len() != theirs.len() {
        return Unknown;
    }
    all(ours.iter().zip(&theirs).map(|((name, ours), theirs)| match name {
        None => value(ours, theirs, user_model),
        Some(name) => match elements(theirs).map(Vec::as_slice) {
            Some([key, theirs]) => all([is(key.as_str() == Some(name)), value(ours, theirs, user_model)]),
            _ => Wrong,
        },
    }))
}

/// A field: its class, then each argument, with what it is about.
pub(super) fn field(ours: &Deconstructed<'_>, json: &Json, user_model: &str) -> Vec<(String, Verdict)> {
    let mut verdicts = vec![];
    let theirs = json["$obj"].as_str().unwrap_or_default();
    let class = match &ours.class {
        Ok(class) if class == theirs => Right,
        Ok(_) if ours.as_written => Unknown,
        Ok(_) => Wrong,
        Err(_) => Unknown,
    };
    verdicts.push(("class".to_owned(), class));
    if ours.class.is_err() {
        return verdicts;
    }
    // What another class makes of its arguments only running it can tell.
    let otherwise = if ours.as_written || ours.open.is_some() { Unknown } else { Wrong };
    let args = json["args"].as_array().map_or(&[][..], Vec::as_slice);
    if ours.args.len() == args.len() {
        let each = ours.args.iter().zip(args).map(|(ours, theirs)| value(ours, theirs, user_model));
        verdicts.push(("args".to_owned(), all(each).min(if ours.as_written { Unknown } else { Wrong })));
    } else {
        verdicts.push(("args".to_owned(), otherwise));
    }
    let empty = serde_json::Map::new();
    let kw = json["kw"].as_object().unwrap_or(&empty);
    for (name, theirs) in kw {
        let verdict = match ours.kwarg(name) {
            // Before 4.0, a ManyToManyField's target was kept as written.
            Some(value) if name == "to" && value.as_str().is_some() => {
                is(value.as_str().map(str::to_lowercase) == text(theirs).map(str::to_lowercase))
            }
            Some(value) => match self::value(value, theirs, user_model) {
                Wrong => {
                    if ours.as_written {
                        Unknown
                    } else {
                        Wrong
                    }
                }
                verdict => verdict,
            },
            None => otherwise,
        };
        verdicts.push((name.clone(), verdict));
    }
    for (name, value) in &ours.kwargs {
        if !kw.contains_key(&**name) {
            verdicts.push((name.to_string(), if value.unknown().is_some() { Unknown } else { otherwise }));
        }
    }
    verdicts
}

/// Labels of models in lower case: whoever measured wrote them so.
pub(super) fn lower_labels(value: &Value) -> Value {
    let mut value = value.clone();
    if let ValueKind::Tuple(items) | ValueKind::List(items) = &mut value.kind {
        for item in items {
            if let ValueKind::Str(text) = &mut item.kind {
                text.value = text.value.to_lowercase();
            }
        }
    }
    value
}
