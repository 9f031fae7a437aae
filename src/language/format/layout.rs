//! One run of tokens on as few lines as it needs.

use super::tokens::{Kind, Token};
use super::{INDENT, WIDTH};
use crate::language::format::blocks::fence_lines;

/// Words behind which a parenthesis is no call.
const APART: &[&str] =
    &["and", "or", "not", "in", "is", "if", "for", "matches", "when", "require", "unless", "because", "label", "with"];

/// Words in front of a list of heads.
const HEAD_WORDS: &[&str] = &["forbid", "on"];

/// Lays out tokens that start at `column`; what does not fit goes on below, at `indent`.
pub(super) fn layout(tokens: &[Token<'_>], column: usize, indent: usize) -> String {
    if let Some(flat) = flat(tokens)
        && (column + width_of(&flat) <= WIDTH || !can_break(tokens))
    {
        return flat;
    }
    if let Some(fence) = tokens.last().filter(|token| token.kind == Kind::Fence) {
        let before = tokens.get(..tokens.len() - 1).unwrap_or_default();
        let head = layout(before, column, indent);
        let gap = if head.is_empty() { "" } else { " " };
        // Steps stand out from the clauses around them.
        let deeper = if tokens.first().is_some_and(|first| first.is("fix")) { INDENT } else { 0 };
        return format!("{head}{gap}{}", fence_lines(fence, indent.saturating_sub(INDENT), deeper));
    }
    if let Some(lines) = filled(tokens, column, indent) {
        return lines;
    }
    let parts = split(tokens);
    if parts.len() > 1 {
        let mut lines: Vec<String> = Vec::with_capacity(parts.len());
        for (number, part) in parts.iter().enumerate() {
            let column = if number == 0 { column } else { indent };
            lines.push(element(part, column, indent, Comma::Kept(number + 1 < parts.len())));
        }
        return lines.join(&line_break(indent));
    }
    if let Some(open) = widest_bracket(tokens) {
        return bracket(tokens, open, indent);
    }
    comments(tokens, indent)
}

/// The tokens on one line; `None` where a comment or a fence does not let them.
fn flat(tokens: &[Token<'_>]) -> Option<String> {
    let (last, before) = tokens.split_last()?;
    if before.iter().any(|token| token.is_comment() || token.kind == Kind::Fence)
        || matches!(last.kind, Kind::Fence | Kind::Comment)
    {
        return None;
    }
    let mut text = String::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        // The comma in front of a closing bracket belongs to a list with a line for each element.
        let next = tokens.get(index + 1);
        if token.is(",") && next.is_none_or(Token::closes) && index > 0 && !before.is_some_and(Token::opens) {
            continue;
        }
        if let Some(before) = before {
            text.push_str(gap(before, token));
        }
        text.push_str(token.text);
    }
    Some(text)
}

/// What stands between two tokens of a line.
fn gap(before: &Token<'_>, token: &Token<'_>) -> &'static str {
    if token.kind == Kind::Trailing {
        return "  ";
    }
    let tight = before.opens() || token.closes() || token.is(",") || token.is(":") || token.is("?");
    if tight || calls(before, token) { "" } else { " " }
}

/// Whether a bracket belongs to the word before it.
fn calls(before: &Token<'_>, bracket: &Token<'_>) -> bool {
    bracket.opens() && before.kind == Kind::Word && !APART.contains(&before.text)
}

fn width_of(text: &str) -> usize {
    text.chars().count()
}

fn line_break(indent: usize) -> String {
    format!("\n{:indent$}", "")
}

/// Whether there is a place to break a line.
fn can_break(tokens: &[Token<'_>]) -> bool {
    split(tokens).len() > 1 || widest_bracket(tokens).is_some()
}

/// Names with commas between them, as many on a line as fit; `None` where there is anything else.
fn filled(tokens: &[Token<'_>], column: usize, indent: usize) -> Option<String> {
    const FEWEST: usize = 4;
    let is_name = |token: &Token<'_>| token.kind == Kind::Word || token.is(".");
    let names: Vec<&[Token<'_>]> = tokens.split(|token| token.is(",")).filter(|name| !name.is_empty()).collect();
    let (first, others) = names.split_first()?;
    // In front of the first head stands what is done with them.
    let first_name = match first.split_first() {
        Some((verb, head)) if HEAD_WORDS.contains(&verb.text) => head,
        _ => first,
    };
    let all_names = std::iter::once(first_name).chain(others.iter().copied());
    if names.len() < FEWEST || !all_names.flatten().all(is_name) {
        return None;
    }
    let last = names.len() - 1;
    let mut text = String::new();
    let mut at = column;
    for (number, name) in names.iter().enumerate() {
        let name = format!("{}{}", flat(name)?, if number < last { "," } else { "" });
        let width = width_of(&name);
        if number > 0 {
            if at + 1 + width > WIDTH {
                text.push_str(&line_break(indent));
                at = indent;
            } else {
                text.push(' ');
                at += 1;
            }
        }
        text.push_str(&name);
        at += width;
    }
    Some(text)
}

/// Where a quantifier is cut: in front of `if`, and of `for` too where what stands before `if` is too long.
fn quantifier_cuts(tokens: &[Token<'_>]) -> Option<Vec<usize>> {
    let mut depth = 0_usize;
    let mut found: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && index > 0 && (token.is("for") || token.is("if") && !found.is_empty()) {
            found.push(index);
        }
    }
    match found.as_slice() {
        [_, condition] if tokens.get(..*condition).and_then(flat).is_some_and(|head| width_of(&head) < WIDTH / 2) => {
            Some(vec![*condition])
        }
        [] => None,
        _ => Some(found),
    }
}

/// The tokens cut at the weakest joint that stands in no bracket; a comment stays behind what it follows.
fn split<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    if let Some(cuts) = quantifier_cuts(tokens).filter(|_| !tokens.iter().any(Token::is_comment)) {
        let ends: Vec<usize> = std::iter::once(0).chain(cuts).chain([tokens.len()]).collect();
        return ends.windows(2).filter_map(|pair| tokens.get(pair[0]..pair[1])).collect();
    }
    for (joint, before) in [("because", true), ("or", true), ("and", true), (",", false)] {
        let mut cuts = vec![0];
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            if token.opens() {
                depth += 1;
            } else if token.closes() {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.is(joint) {
                let mut cut = if before { index } else { index + 1 };
                while !before && tokens.get(cut).is_some_and(|next| next.kind == Kind::Trailing) {
                    cut += 1;
                }
                // Comments above an operator belong to what it brings.
                while before && cut > 1 && tokens.get(cut - 1).is_some_and(|last| last.kind == Kind::Comment) {
                    cut -= 1;
                }
                if cut > 0 && cut < tokens.len() {
                    cuts.push(cut);
                }
            }
        }
        if cuts.len() > 1 {
            cuts.push(tokens.len());
            return cuts.windows(2).filter_map(|pair| tokens.get(pair[0]..pair[1])).collect();
        }
    }
    vec![tokens]
}

/// The bracket in no other bracket that holds most.
fn widest_bracket(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut open = 0;
    let mut widest: Option<(usize, usize)> = None;
    for (index, token) in tokens.iter().enumerate() {
        if token.opens() {
            if depth == 0 {
                open = index;
            }
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
            let held = index - open;
            if depth == 0 && held > 1 && widest.is_none_or(|(_, most)| held > most) {
                widest = Some((open, held));
            }
        }
    }
    widest.map(|(open, _)| open)
}

/// A bracket with a line for each element.
fn bracket(tokens: &[Token<'_>], open: usize, indent: usize) -> String {
    let (head, rest) = tokens.split_at(open + 1);
    let mut depth = 1_usize;
    let close = rest.iter().position(|token| {
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth -= 1;
        }
        depth == 0
    });
    let (inner, tail) = rest.split_at(close.unwrap_or(rest.len()));
    let (behind, inner) = match inner.split_first() {
        Some((first, others)) if first.kind == Kind::Trailing => (format!("  {}", first.text), others),
        _ => (String::new(), inner),
    };
    let mut text = flat(head).unwrap_or_else(|| comments(head, indent));
    text.push_str(&behind);
    let listed = match head {
        // `list[str]` is a type.
        [.., before, bracket] => bracket.is("[") && !calls(before, bracket),
        _ => true,
    };
    let parts = split(inner);
    let elements = parts.len();
    for (number, part) in parts.into_iter().enumerate() {
        text.push_str(&line_break(indent));
        let last = number + 1 == elements;
        text.push_str(&element(part, indent, indent, if last && listed { Comma::Added } else { Comma::Kept(!last) }));
    }
    let below = indent.saturating_sub(INDENT);
    text.push_str(&line_break(below));
    text.push_str(&layout(tail, below, indent));
    text
}

/// What happens to the comma at the end of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comma {
    /// It stays, if there is one and the flag says so.
    Kept(bool),
    /// There is one, whatever was written.
    Added,
}

/// One element of a list, or one operand of a condition, with the comments behind it.
fn element(tokens: &[Token<'_>], column: usize, indent: usize, comma: Comma) -> String {
    let comments_behind = tokens.iter().rev().take_while(|token| token.is_comment()).count();
    let (value, behind) = tokens.split_at(tokens.len() - comments_behind);
    let written = value.last().is_some_and(|token| token.is(","));
    let own = if written { value.get(..value.len() - 1).unwrap_or_default() } else { value };
    // A comma behind a comment would be part of it.
    let before_comma = own.iter().rev().take_while(|token| token.is_comment()).count();
    let (own, before_comma) = own.split_at(own.len() - before_comma);
    let leading = own.iter().take_while(|token| token.is_comment()).count();
    let (above, own) = own.split_at(if leading < own.len() { leading } else { 0 });
    let mut text = String::new();
    for comment in above {
        text.push_str(comment.text);
        text.push_str(&line_break(indent));
    }
    text.push_str(&layout(own, column, indent + INDENT));
    if !own.is_empty() && (comma == Comma::Added || written && comma == Comma::Kept(true)) {
        text.push(',');
    }
    for token in before_comma.iter().chain(behind) {
        match token.kind {
            Kind::Trailing if !text.is_empty() => text.push_str("  "),
            _ if text.is_empty() => {}
            _ => text.push_str(&line_break(indent)),
        }
        text.push_str(token.text);
    }
    text
}

/// Tokens that nothing but their comments break.
fn comments(tokens: &[Token<'_>], indent: usize) -> String {
    let mut text = String::new();
    for run in tokens.split_inclusive(Token::is_comment) {
        let (words, comment) = match run.split_last() {
            Some((last, words)) if last.is_comment() => (words, Some(last)),
            _ => (run, None),
        };
        if !words.is_empty() {
            if !text.is_empty() {
                text.push_str(&line_break(indent));
            }
            text.push_str(&flat(words).unwrap_or_default());
        }
        if let Some(comment) = comment {
            match comment.kind {
                _ if text.is_empty() => {}
                Kind::Trailing => text.push_str("  "),
                _ => text.push_str(&line_break(indent)),
            }
            text.push_str(comment.text);
        }
    }
    text
}
