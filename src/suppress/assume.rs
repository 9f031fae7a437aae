//! `assume` comments: what they are about, and whether the value has the type of the fact.

use crate::check::Assumption;
use crate::language::syntax::Literal;
use crate::language::vocabulary::Head;
use crate::language::{Slot, Type, Vocabulary};
use crate::migration::{Migration, Operation, OperationKind, Reach};
use crate::source::{Span, Spanned};
use crate::suppress::comment::{Assume, Mistake};
use crate::suppress::file::reaches;

/// A subject that a comment may be about: its place and its head.
struct Candidate<'v> {
    span: Span,
    head: &'v Head,
}

/// The assumption that a comment about `line` states.
pub(super) fn assumption(
    migration: &Migration,
    line: usize,
    said: &Assume,
    vocabulary: &Vocabulary,
    comment: Span,
) -> Result<Assumption, Mistake> {
    let mistake = |span: Span, message: String, help: String| Mistake { span, message, help };
    if said.reason.is_none() {
        let help = format!("write `assume {} = {} because …`", said.path.value, said.value.value);
        return Err(mistake(comment, "an assumption needs a reason".to_owned(), help));
    }
    let mut candidates = Vec::new();
    let mut spans = Vec::new();
    for operation in &migration.operations {
        collect(operation, vocabulary, &mut candidates, &mut spans);
    }
    candidates.retain(|candidate| reaches(line, &migration.source, candidate.span, &spans));
    if candidates.is_empty() {
        let message = "this assumption stands at no operation that rules know".to_owned();
        let help = "write it on the line of an operation, or on the line above".to_owned();
        return Err(mistake(comment, message, help));
    }
    let path: Vec<String> = said.path.value.split('.').map(|part| part.trim().to_owned()).collect();
    let mut slots = Vec::new();
    let mut unknown = None;
    for candidate in &candidates {
        match slot(vocabulary, candidate.head, &path) {
            Ok(slot) => slots.push((candidate.span, slot)),
            Err(wrong) => unknown = Some(wrong),
        }
    }
    let Some((_, slot)) = slots.first() else {
        let (message, help) = unknown.unwrap_or_default();
        return Err(mistake(said.path.span, message, help));
    };
    let value = value(&said.value, slot)?;
    Ok(Assumption { subjects: slots.into_iter().map(|(span, _)| span).collect(), path, value })
}

fn collect<'v>(
    operation: &Operation,
    vocabulary: &'v Vocabulary,
    candidates: &mut Vec<Candidate<'v>>,
    spans: &mut Vec<Span>,
) {
    spans.push(operation.span);
    let namespace = if operation.reach == Reach::State { Some("state") } else { None };
    let kind = match &operation.kind {
        OperationKind::Django(entry) => Some(entry.name),
        OperationKind::Custom { path, .. } => path.rsplit('.').next(),
        OperationKind::Unknown(_) => None,
    };
    if let Some(kind) = kind {
        if let Some(head) = vocabulary.head(namespace, kind, None) {
            candidates.push(Candidate { span: operation.span, head });
        }
        if let Some(head) = vocabulary.head(namespace, kind, Some("fields")) {
            candidates.extend(operation.fields.iter().map(|(_, field)| Candidate { span: field.span, head }));
        }
    }
    for child in &operation.children {
        collect(child, vocabulary, candidates, spans);
    }
}

/// What is behind a path of names, or what to say of the first that is none.
fn slot(vocabulary: &Vocabulary, head: &Head, path: &[String]) -> Result<Slot, (String, String)> {
    let suggestion = |name: &str, known: &[&str]| match vocabulary.suggestion(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`whimbrel explain --names {}` lists what there is", head.written()),
    };
    let Some((first, rest)) = path.split_first() else { return Err((String::new(), String::new())) };
    let Some(name) = vocabulary.name_in(head, first) else {
        let known: Vec<&str> = vocabulary.everywhere.iter().chain(&head.names).map(|name| name.name.as_ref()).collect();
        return Err((format!("`{}` has no `{first}`", head.written()), suggestion(first, &known)));
    };
    let mut slot = name.slot.clone();
    for part in rest {
        let Some(attribute) = vocabulary.attribute(&slot.ty, part) else {
            let attributes = match &slot.ty {
                Type::Entity(entity) => vocabulary.entity(entity).map_or(&[][..], |entity| &entity.attributes),
                _ => &[],
            };
            let known: Vec<&str> = attributes.iter().map(|name| name.name.as_ref()).collect();
            return Err((format!("a {} has no `{part}`", slot.ty), suggestion(part, &known)));
        };
        slot = attribute.slot.clone();
    }
    Ok(slot)
}

/// The value as that type.
fn value(text: &Spanned<String>, slot: &Slot) -> Result<Literal, Mistake> {
    let wrong = |message: String| Mistake {
        span: text.span,
        message,
        help: match &slot.ty {
            Type::Bool => "write `True` or `False`".to_owned(),
            Type::Int => "write a whole number".to_owned(),
            Type::Version => "write a version such as `16` or `5.2`".to_owned(),
            Type::Word(words) => format!("write one of {}", words.join(", ")),
            Type::List(_) => "write a list of texts: `[\"a\", \"b\"]`".to_owned(),
            Type::Entity(_) => "assume something of one of its attributes, such as `field.null`".to_owned(),
            _ => "write a text in quotes".to_owned(),
        },
    };
    let Some(literal) = literal(&text.value, text.span) else {
        return Err(wrong(format!("`{}` is no value", text.value)));
    };
    let fits = match (&slot.ty, &literal) {
        (_, Literal::None) => slot.optional,
        (Type::Word(words), Literal::Str(word)) => words.contains(&word.as_str()),
        (Type::Bool, Literal::Bool(_))
        | (Type::Int, Literal::Int(_))
        | (Type::Str, Literal::Str(_))
        | (Type::Version, Literal::Version(_) | Literal::Int(_))
        | (Type::Value, _) => true,
        (Type::List(element), Literal::List(_)) => **element == Type::Str,
        _ => false,
    };
    match (fits, &slot.ty, literal) {
        (true, Type::Version, Literal::Int(number)) => Ok(Literal::Version(number.to_string())),
        (true, _, literal) => Ok(literal),
        (false, ..) => Err(wrong(format!("this fact is of the type `{slot}`"))),
    }
}

fn literal(text: &str, span: Span) -> Option<Literal> {
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let items = inside.split(',').map(str::trim).filter(|item| !item.is_empty());
        let items: Option<Vec<_>> = items.map(|item| Some(Spanned::new(Literal::Str(quoted(item)?), span))).collect();
        return items.map(Literal::List);
    }
    match text {
        "True" | "true" => Some(Literal::Bool(true)),
        "False" | "false" => Some(Literal::Bool(false)),
        "None" | "unset" => Some(Literal::None),
        _ => {
            if let Ok(number) = text.parse::<i64>() {
                return Some(Literal::Int(number));
            }
            let version =
                text.parse::<crate::target::Version>().ok().map(|version| Literal::Version(version.to_string()));
            version.or_else(|| quoted(text).map(Literal::Str))
        }
    }
}

/// The text between quotes of either kind.
fn quoted(text: &str) -> Option<String> {
    let inside = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inside.contains(['"', '\'', '\\'])).then(|| inside.to_owned())
}
