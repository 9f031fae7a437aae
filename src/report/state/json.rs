//! The state as JSON: a public contract, with the names that Django's own deconstruction gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::history::normal::deconstruct_for;
use crate::history::{self, Doubt, ModelState, Part, Sourced};
use crate::migration::Field;
use crate::python::{Argument, Value, ValueKind};
use crate::report::state::AppState;
use crate::source::SourceFile;
use crate::target::Version;

/// The state as JSON, with a line end behind it. What is not a literal is `{"unknown": "source text"}`; what is only
/// likely has a `doubt`.
pub(crate) fn json(state: &AppState<'_>) -> String {
    let migration = match state.after.as_slice() {
        [] => Json::Null,
        [one] => json!(one.name),
        several => several.iter().map(|key| key.name.as_str()).collect(),
    };
    let models = state.state.models_of(state.app).map(|(name, found)| (&**name, model(state, found))).collect();
    let doubt = state.state.doubt(state.app).map(|doubt| self::doubt(doubt));
    let wire = Wire { app: state.app, migration, models, doubt };
    // Only a map with keys that are no texts, or a value that refuses, could fail: there is neither.
    let mut text = serde_json::to_string_pretty(&wire).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Wire<'s> {
    app: &'s str,
    migration: Json,
    models: BTreeMap<&'s str, Model<'s>>,
    /// Why there may be other models.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<Json>,
}

#[derive(Serialize)]
struct Model<'s> {
    name: &'s str,
    table: Json,
    options: Map<String, Json>,
    bases: Json,
    managers: Json,
    fields: Map<String, Json>,
    /// Why it may not be there, or have more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<Json>,
}

fn model<'s>(state: &AppState<'_>, model: &'s ModelState) -> Model<'s> {
    let table = match history::table(state.state, model) {
        Ok(table) => json!(table),
        Err(doubt) => unknown(&doubt.unknown.text),
    };
    let mut options: Map<String, Json> =
        model.options.iter().map(|(name, option)| (name.to_string(), sourced(option))).collect();
    options.insert("indexes".to_owned(), model.indexes.iter().map(|part| self::part(part)).collect());
    options.insert("constraints".to_owned(), model.constraints.iter().map(|part| self::part(part)).collect());
    let fields = model.fields.iter().map(|(name, found)| {
        let mut json = field(&found.source, &found.field, state.django);
        add_doubt(&mut json, found.doubt.as_ref());
        (name.to_string(), json)
    });
    Model {
        name: &model.name,
        table,
        options,
        bases: bases(model.bases.as_ref()),
        managers: model.managers.as_ref().map_or_else(|| json!([]), sourced),
        fields: fields.collect(),
        doubt: model.doubt().map(|doubt| self::doubt(doubt)),
    }
}

/// Classes by their paths, models by their labels.
fn bases(bases: Option<&Sourced>) -> Json {
    let Some(bases) = bases else { return json!(["django.db.models.Model"]) };
    let base = |base: &Value| match &base.kind {
        ValueKind::Reference(path) => json!(path),
        _ => value(&bases.source, base),
    };
    match bases.value.elements() {
        Some(items) => items.iter().map(base).collect(),
        None => sourced(bases),
    }
}

fn part(part: &Part) -> Json {
    let mut json = match &part.value.kind {
        ValueKind::Call(call) => object(&part.source, call.callee.as_deref(), &call.arguments),
        _ => value(&part.source, &part.value),
    };
    add_doubt(&mut json, part.doubt.as_ref());
    json
}

fn object(source: &SourceFile, class: Option<&str>, arguments: &[Argument]) -> Json {
    let args: Vec<Json> = arguments
        .iter()
        .filter(|argument| argument.name.is_none())
        .map(|argument| value(source, &argument.value))
        .collect();
    let named = arguments.iter().filter_map(|argument| Some((argument.name.clone()?, value(source, &argument.value))));
    json!({"class": class, "args": args, "kwargs": named.collect::<Map<String, Json>>()})
}

fn field(source: &SourceFile, field: &Field, django: Version) -> Json {
    let stated = deconstruct_for(field, django);
    let class = match &stated.class {
        Ok(class) => json!(class),
        Err(why) => unknown(&why.text),
    };
    let args: Vec<Json> = stated.args.iter().map(|given| value(source, given)).collect();
    let kwargs: Map<String, Json> =
        stated.kwargs.iter().map(|(name, given)| (name.to_string(), value(source, given))).collect();
    let mut json = json!({"class": class, "args": args, "kwargs": kwargs});
    if let (Some(open), Some(object)) = (stated.open, json.as_object_mut()) {
        object.insert("open".to_owned(), unknown(&open.text));
    }
    json
}

fn sourced(sourced: &Sourced) -> Json {
    let mut json = value(&sourced.source, &sourced.value);
    if let Some(doubt) = &sourced.doubt {
        json = json!({"likely": json, "doubt": self::doubt(doubt)});
    }
    json
}

/// A field within a field is no relation: there, versions don't differ.
const NESTED: Version = Version::new(6, 1);

fn value(source: &SourceFile, given: &Value) -> Json {
    match &given.kind {
        ValueKind::None => Json::Null,
        ValueKind::Bool(value) => json!(value),
        ValueKind::Int(value) => json!(value),
        ValueKind::BigInt(digits) => digits.parse::<u64>().map_or_else(|_| unknown(digits), |value| json!(value)),
        ValueKind::Float(value) => json!(value),
        ValueKind::Str(text) => json!(text.value),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => {
            items.iter().map(|item| value(source, item)).collect()
        }
        ValueKind::Dict(entries) if entries.iter().all(|(key, _)| key.as_str().is_some()) => {
            let entry =
                |(key, given): &(Value, Value)| (key.as_str().unwrap_or_default().to_owned(), value(source, given));
            Json::Object(entries.iter().map(entry).collect())
        }
        ValueKind::Reference(path) => json!({"unknown": text(source, given), "reference": path}),
        ValueKind::Call(_) if Field::of(given).entry.is_some() => field(source, &Field::of(given), NESTED),
        ValueKind::Unknown(why) => json!({"unknown": text(source, given), "reason": why.reason}),
        ValueKind::Bytes(_) | ValueKind::Dict(_) | ValueKind::Call(_) | ValueKind::Definition(_) => {
            unknown(text(source, given))
        }
    }
}

fn text<'s>(source: &'s SourceFile, given: &Value) -> &'s str {
    source.slice(given.span)
}

fn unknown(text: &str) -> Json {
    json!({"unknown": text})
}

fn add_doubt(json: &mut Json, doubt: Option<&Arc<Doubt>>) {
    if let (Some(doubt), Some(object)) = (doubt, json.as_object_mut()) {
        object.insert("doubt".to_owned(), self::doubt(doubt));
    }
}

fn doubt(doubt: &Doubt) -> Json {
    json!({
        "unknown": doubt.unknown.text,
        "reason": doubt.unknown.reason,
        "path": doubt.source.path(),
        "line": doubt.source.position(doubt.unknown.span.start).line,
    })
}
