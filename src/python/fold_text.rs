//! Folding of texts: f-strings, `%`, `.format`, `.join`, and what trims them.

use rustpython_parser::ast::{self, Constant, ConversionFlag, Expr};

use crate::python::fold::Evaluator;
use crate::python::text::{Run, follow, runs};
use crate::python::{Argument, Text, Unknown, Value, ValueKind};
use crate::source::Span;

/// Longest text that folding makes.
const LONGEST: usize = 4_000_000;

/// An f-string whose replacement fields are constants.
pub(super) fn joined(evaluator: &mut Evaluator<'_>, joined: &ast::ExprJoinedStr, span: Span) -> ValueKind {
    let inside = evaluator.place;
    evaluator.place = Some(span);
    let mut parts: Vec<Result<&str, Text>> = Vec::with_capacity(joined.values.len());
    let mut failed = None;
    for value in &joined.values {
        match value {
            Expr::Constant(ast::ExprConstant { value: Constant::Str(text), .. }) => parts.push(Ok(text)),
            Expr::FormattedValue(hole) => match hole_text(evaluator, hole) {
                Ok(text) => parts.push(Err(text)),
                Err(unknown) => failed = Some(unknown),
            },
            _ => failed = Some(evaluator.why(span, "is computed")),
        }
        if failed.is_some() {
            break;
        }
    }
    evaluator.place = inside;
    if let Some(unknown) = failed {
        return ValueKind::Unknown(unknown);
    }
    if inside.is_none()
        && let Some(text) = mapped(evaluator.source.text(), span, &parts)
    {
        return ValueKind::Str(text);
    }
    let mut text = Text::default();
    for part in &parts {
        match part {
            Ok(literal) => text.value.push_str(literal),
            Err(hole) => text.value.push_str(&hole.value),
        }
    }
    ValueKind::Str(text)
}

fn hole_text(evaluator: &mut Evaluator<'_>, hole: &ast::ExprFormattedValue) -> Result<Text, Unknown> {
    let value = evaluator.value(&hole.value);
    let plain = hole.format_spec.is_none() && matches!(hole.conversion, ConversionFlag::None | ConversionFlag::Str);
    match value.kind {
        ValueKind::Unknown(unknown) => Err(unknown),
        ValueKind::Reference(path) => Err(Unknown { text: path, span: value.span, reason: "is imported".to_owned() }),
        _ if !plain => Err(evaluator.why(value.span, "is formatted")),
        _ => {
            text_of(&value).ok_or_else(|| evaluator.why(value.span, "is formatted from a value that is not a constant"))
        }
    }
}

/// `str(value)` of a text or an integer.
fn text_of(value: &Value) -> Option<Text> {
    match &value.kind {
        ValueKind::Str(text) => Some(text.clone()),
        ValueKind::Int(number) => Some(Text::unmapped(number.to_string())),
        ValueKind::BigInt(digits) => Some(Text::unmapped(digits.clone())),
        _ => None,
    }
}

/// The parts of an f-string with their places, when they fit its source.
fn mapped(source: &str, span: Span, parts: &[Result<&str, Text>]) -> Option<Text> {
    let mut text = Text::default();
    let mut parts = parts.iter().peekable();
    let mut literal: Option<(&str, &str)> = None;
    for run in runs(source, span) {
        if run == Run::Hole {
            if literal.take().is_some_and(|(_, rest)| !rest.is_empty()) {
                return None;
            }
            let Some(Err(hole)) = parts.next() else { return None };
            text.push(hole);
            continue;
        }
        if literal.is_none() {
            // An escaped line end stands for nothing, so there may be no literal part here.
            let Some(Ok(part)) = parts.next_if(|part| part.is_ok()) else {
                if run == (Run::Escape { characters: 0 }) {
                    continue;
                }
                return None;
            };
            literal = Some((part, part));
        }
        let (part, mut rest) = literal?;
        let mut pieces = Vec::new();
        if !follow(source, part, &mut rest, run, &mut pieces) {
            return None;
        }
        let before = literal.map_or(0, |(part, rest)| part.len() - rest.len());
        let after = part.len() - rest.len();
        for piece in &mut pieces {
            piece.at = piece.at - before + text.value.len();
        }
        text.value.push_str(&part[before..after]);
        text.pieces.extend(pieces);
        literal = Some((part, rest));
    }
    let used = literal.is_none_or(|(_, rest)| rest.is_empty()) && parts.next().is_none();
    used.then_some(text)
}

/// `format % right`.
pub(super) fn percent(evaluator: &Evaluator<'_>, format: &Text, right: &Value, span: Span) -> ValueKind {
    let given: Vec<&Value> = match &right.kind {
        ValueKind::Tuple(items) => items.iter().collect(),
        ValueKind::Unknown(unknown) => return ValueKind::Unknown(unknown.clone()),
        _ => vec![right],
    };
    let mut given = given.into_iter();
    let mut text = Text::default();
    let value = &format.value;
    let mut at = 0;
    while let Some(offset) = value[at..].find('%') {
        text.push(&format.part(at, at + offset));
        let rest = &value[at + offset + 1..];
        let (name, conversion) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((name, rest)) => (Some(name), rest),
            None => (None, rest),
        };
        let letter = conversion.chars().next();
        at += offset + 1 + (rest.len() - conversion.len()) + letter.map_or(0, char::len_utf8);
        let hole = match (letter, name) {
            (Some('%'), None) => {
                text.push(&format.part(at - 1, at));
                continue;
            }
            (Some('s' | 'd'), Some(name)) => entry(right, name),
            (Some('s' | 'd'), None) => given.next(),
            _ => None,
        };
        match filled(evaluator, hole, span) {
            Ok(hole) => text.push(&hole),
            Err(kind) => return kind,
        }
        if text.value.len() > LONGEST {
            return ValueKind::Unknown(evaluator.why(span, "is too large to follow"));
        }
    }
    text.push(&format.part(at, value.len()));
    ValueKind::Str(text)
}

fn entry<'v>(dict: &'v Value, name: &str) -> Option<&'v Value> {
    match &dict.kind {
        ValueKind::Dict(entries) => {
            entries.iter().rev().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// The text for a hole, or why there is none.
fn filled(evaluator: &Evaluator<'_>, hole: Option<&Value>, span: Span) -> Result<Text, ValueKind> {
    let Some(hole) = hole else {
        return Err(ValueKind::Unknown(evaluator.why(span, "is formatted")));
    };
    match &hole.kind {
        ValueKind::Unknown(unknown) => Err(ValueKind::Unknown(unknown.clone())),
        ValueKind::Reference(_) => Err(ValueKind::Unknown(evaluator.why(hole.span, "is imported"))),
        _ => text_of(hole).ok_or_else(|| {
            ValueKind::Unknown(evaluator.why(hole.span, "is formatted from a value that is not a constant"))
        }),
    }
}

/// `format.format(…)` with plain `{}`, `{0}` and `{name}`.
pub(super) fn format(evaluator: &Evaluator<'_>, format: &Text, arguments: &[Argument], span: Span) -> ValueKind {
    let positional: Vec<&Value> =
        arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect();
    let mut text = Text::default();
    let (mut at, mut next) = (0, 0);
    let value = &format.value;
    while let Some(offset) = value[at..].find(['{', '}']) {
        text.push(&format.part(at, at + offset));
        at += offset;
        if value[at..].starts_with("{{") || value[at..].starts_with("}}") {
            text.push(&format.part(at, at + 1));
            at += 2;
            continue;
        }
        let Some(close) = value[at..].find('}').filter(|close| *close > 0) else {
            return ValueKind::Unknown(evaluator.why(span, "is formatted"));
        };
        let name = &value[at + 1..at + close];
        let hole = if name.is_empty() {
            next += 1;
            positional.get(next - 1).copied()
        } else if let Ok(index) = name.parse::<usize>() {
            positional.get(index).copied()
        } else {
            arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
        };
        match filled(evaluator, hole, span) {
            Ok(hole) => text.push(&hole),
            Err(kind) => return kind,
        }
        if text.value.len() > LONGEST {
            return ValueKind::Unknown(evaluator.why(span, "is too large to follow"));
        }
        at += close + 1;
    }
    text.push(&format.part(at, value.len()));
    ValueKind::Str(text)
}

/// `separator.join(parts)`.
pub(super) fn join(evaluator: &Evaluator<'_>, separator: &Text, parts: &[Value], span: Span) -> ValueKind {
    let mut text = Text::default();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            text.push(separator);
        }
        match &part.kind {
            ValueKind::Str(part) => text.push(part),
            ValueKind::Unknown(unknown) => return ValueKind::Unknown(unknown.clone()),
            _ => return ValueKind::Unknown(evaluator.why(part.span, "is not a text")),
        }
        if text.value.len() > LONGEST {
            return ValueKind::Unknown(evaluator.why(span, "is too large to follow"));
        }
    }
    ValueKind::Str(text)
}

/// The text without white space at its ends.
pub(super) fn strip(text: &Text, left: bool, right: bool) -> Text {
    let value = text.value.as_str();
    let kept = if left { value.trim_start() } else { value };
    let start = value.len() - kept.len();
    let kept = if right { kept.trim_end() } else { kept };
    text.part(start, start + kept.len())
}

/// `textwrap.dedent(text)`.
pub(super) fn dedent(text: &Text) -> Text {
    let blank = |line: &str| line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> = text.value.split_inclusive('\n').collect();
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !blank(line)) {
        let own = &line[..indent(line)];
        margin = Some(margin.map_or(own, |margin| {
            let common = margin.bytes().zip(own.bytes()).take_while(|(one, other)| one == other).count();
            &margin[..common]
        }));
    }
    let margin = margin.map_or(0, str::len);
    let mut result = Text::default();
    let mut at = 0;
    for line in lines {
        let from = if blank(line) { at + line.len() - usize::from(line.ends_with('\n')) } else { at + margin };
        result.push(&text.part(from, at + line.len()));
        at += line.len();
    }
    result
}
