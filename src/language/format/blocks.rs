//! Declarations and their blocks: which clause stands on which line, and the comments between them.

use super::layout::layout;
use super::tokens::{Kind, Token, within};
use super::{INDENT, WIDTH};
use crate::language::syntax::{Clause, ClauseKind, DeclarationKind, FixBody, RuleFile};
use crate::source::Span;

/// Clauses whose operands are aligned with those of their neighbours.
const ALIGNED: &[&str] = &[
    "when", "require", "unless", "let", "severity", "hazard", "unknown", "database", "django", "message", "label",
    "was",
];
/// Clauses that the others are aligned with, and that keep their one space.
const HEADS: &[&str] = &["on", "forbid"];

/// Something that stands on lines of its own.
struct Item<'s, 't> {
    kind: ItemKind<'s, 't>,
    span: Span,
}

enum ItemKind<'s, 't> {
    Comment(&'t str),
    /// A declaration, clause or edit: what stands before its block, and the block.
    Code {
        head: &'s [Token<'t>],
        block: Option<Vec<Item<'s, 't>>>,
        one_line: bool,
    },
}

/// The whole file.
pub(super) fn file(file: &RuleFile, tokens: &[Token<'_>]) -> String {
    let declarations = file.declarations.iter().map(|declaration| match &declaration.kind {
        DeclarationKind::Rule(rule) => (declaration.span, Some(Inner::Clauses(&rule.clauses))),
        DeclarationKind::Extend { clauses, .. } => (declaration.span, Some(Inner::Clauses(clauses))),
        _ => (declaration.span, None),
    });
    let items = items(declarations.collect(), tokens, file.source.text());
    let mut writer = Writer { text: String::new(), source: file.source.text() };
    writer.declarations(&items);
    if !writer.text.is_empty() {
        writer.text.push('\n');
    }
    writer.text
}

/// What a block holds.
#[derive(Clone, Copy)]
enum Inner<'a> {
    Clauses(&'a [Clause]),
    Edits(&'a [crate::language::syntax::Edit]),
}

/// The items at these places, and the comments between them.
fn items<'s, 't>(places: Vec<(Span, Option<Inner<'_>>)>, tokens: &'s [Token<'t>], source: &str) -> Vec<Item<'s, 't>> {
    let mut items: Vec<Item<'s, 't>> = Vec::new();
    let mut rest = tokens;
    for (span, inner) in places {
        let start = rest.partition_point(|token| token.span.start < span.start);
        let (before, from) = rest.split_at(start);
        items.extend(comments(before));
        let own = within(from, span);
        rest = from.get(own.len()..).unwrap_or_default();
        let brace = inner.and_then(|inner| {
            let first = match inner {
                Inner::Clauses(clauses) => clauses.first().map(|clause| clause.span.start),
                Inner::Edits(edits) => edits.first().map(|edit| edit.span.start),
            };
            let end = first.map_or(own.len(), |first| own.partition_point(|token| token.span.start < first));
            own.get(..end)?.iter().rposition(|token| token.is("{")).map(|at| (at, inner))
        });
        let kind = match brace {
            Some((brace, inner)) => {
                let inside = own.get(brace + 1..own.len().saturating_sub(1)).unwrap_or_default();
                let block = match inner {
                    Inner::Clauses(clauses) => self::items(clauses.iter().map(clause).collect(), inside, source),
                    Inner::Edits(edits) => {
                        self::items(edits.iter().map(|edit| (edit.span, None)).collect(), inside, source)
                    }
                };
                let head = own.get(..brace).unwrap_or_default();
                let written = source.get(span.range()).unwrap_or_default();
                ItemKind::Code { head, block: Some(block), one_line: !written.contains(['\n', '\r']) }
            }
            None => ItemKind::Code { head: own, block: None, one_line: false },
        };
        items.push(Item { kind, span });
    }
    items.extend(comments(rest));
    items
}

fn clause(clause: &Clause) -> (Span, Option<Inner<'_>>) {
    match &clause.kind {
        ClauseKind::Fix { body: FixBody::Edits(edits), .. } => (clause.span, Some(Inner::Edits(edits))),
        _ => (clause.span, None),
    }
}

fn comments<'s, 't>(tokens: &'s [Token<'t>]) -> impl Iterator<Item = Item<'s, 't>> {
    let comments = tokens.iter().filter(|token| token.is_comment());
    comments.map(|token| Item { kind: ItemKind::Comment(token.text), span: token.span })
}

struct Writer<'a> {
    text: String,
    source: &'a str,
}

impl Writer<'_> {
    fn declarations(&mut self, items: &[Item<'_, '_>]) {
        let written: Vec<String> = items.iter().map(|item| self.written(item)).collect();
        // A block of several lines stands apart, with the comments above it.
        let is_tall = |index: usize| {
            matches!(items.get(index), Some(Item { kind: ItemKind::Code { block: Some(_), .. }, .. }))
                && written.get(index).is_some_and(|text| text.contains('\n'))
        };
        let code_from = |index: usize| {
            let found = items.get(index..)?.iter().position(|item| !matches!(item.kind, ItemKind::Comment(_)))?;
            Some(index + found)
        };
        for (index, item) in items.iter().enumerate() {
            if let Some(before) = index.checked_sub(1).and_then(|index| items.get(index)) {
                if self.behind(before, item) {
                    continue;
                }
                // Where the line before this one ends: with code, or with a comment behind it.
                let last = if self.is_behind(items, index - 1) { index.saturating_sub(2) } else { index - 1 };
                let after_code = code_from(last) == Some(last);
                let apart = after_code && (is_tall(last) || code_from(index).is_some_and(is_tall));
                let blank = self.blank_between(before.span, item.span) || apart;
                self.text.push_str(if blank { "\n\n" } else { "\n" });
            }
            if let Some(text) = written.get(index) {
                self.text.push_str(text);
            }
        }
    }

    /// The item alone, at the start of a line.
    fn written(&self, item: &Item<'_, '_>) -> String {
        let mut alone = Writer { text: String::new(), source: self.source };
        alone.item(item, 0, 0);
        alone.text
    }

    /// Whether the item is a comment on the line of the one before it.
    fn is_behind(&self, items: &[Item<'_, '_>], index: usize) -> bool {
        let Some(before) = index.checked_sub(1).and_then(|index| items.get(index)) else { return false };
        let Some(item) = items.get(index) else { return false };
        matches!(item.kind, ItemKind::Comment(_)) && self.same_line(before.span.end, item.span.start)
    }

    /// Writes the item behind the one before it, when it is a comment on the same line.
    fn behind(&mut self, before: &Item<'_, '_>, item: &Item<'_, '_>) -> bool {
        let ItemKind::Comment(text) = item.kind else { return false };
        if !self.same_line(before.span.end, item.span.start) {
            return false;
        }
        self.text.push_str("  ");
        self.text.push_str(text);
        true
    }

    /// Whether an empty line was written between the two places.
    fn blank_between(&self, before: Span, after: Span) -> bool {
        let gap = self.source.get(before.end..after.start).unwrap_or_default();
        gap.replace("\r\n", "\n").matches(['\n', '\r']).count() > 1
    }

    fn item(&mut self, item: &Item<'_, '_>, indent: usize, operands: usize) {
        match &item.kind {
            ItemKind::Comment(text) => self.text.push_str(text),
            ItemKind::Code { head, block: None, .. } => self.text.push_str(&aligned(head, indent, operands)),
            ItemKind::Code { head, block: Some(block), one_line } => {
                if let Some(line) = one_line.then(|| on_one_line(head, block)).flatten()
                    && indent + line.chars().count() <= WIDTH
                {
                    self.text.push_str(&line);
                    return;
                }
                self.text.push_str(&layout(head, indent, indent + INDENT));
                let broken = head.last().is_some_and(Token::is_comment);
                if broken {
                    self.line(indent);
                } else {
                    self.text.push(' ');
                }
                self.text.push('{');
                self.block(item.span, head, block, indent + INDENT);
                self.line(indent);
                self.text.push('}');
            }
        }
    }

    fn block(&mut self, whole: Span, head: &[Token<'_>], items: &[Item<'_, '_>], indent: usize) {
        let head_end = head.last().map_or(whole.start, |last| last.span.end);
        for (index, item) in items.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| items.get(index));
            match before {
                Some(before) => {
                    if self.behind(before, item) {
                        continue;
                    }
                    let blank = self.blank_between(before.span, item.span);
                    self.text.push_str(if blank { "\n\n" } else { "\n" });
                }
                // A comment behind the opening brace.
                None if matches!(item.kind, ItemKind::Comment(_)) && self.same_line(head_end, item.span.start) => {
                    if let ItemKind::Comment(text) = item.kind {
                        self.text.push_str("  ");
                        self.text.push_str(text);
                    }
                    continue;
                }
                None => self.text.push('\n'),
            }
            self.text.extend(std::iter::repeat_n(' ', indent));
            let operands = self.operand_column(items, index);
            self.item(item, indent, operands);
        }
    }

    /// Starts a line.
    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    fn same_line(&self, from: usize, to: usize) -> bool {
        !self.source.get(from..to).unwrap_or_default().contains(['\n', '\r'])
    }

    /// How far the operands of the clause stand from its start, so that neighbours are aligned; 0: one space.
    fn operand_column(&self, items: &[Item<'_, '_>], index: usize) -> usize {
        let Some(item) = items.get(index).filter(|item| keyword(item).is_some_and(|word| ALIGNED.contains(&word)))
        else {
            return 0;
        };
        let joined = |left: &Item<'_, '_>, right: &Item<'_, '_>| !self.blank_between(left.span, right.span);
        let in_group = |item: &Item<'_, '_>| match &item.kind {
            ItemKind::Comment(_) => true,
            ItemKind::Code { .. } => keyword(item).is_some_and(|word| HEADS.contains(&word) || ALIGNED.contains(&word)),
        };
        let mut widest = keyword(item).map_or(0, str::len);
        let mut near = item;
        for other in items.get(..index).unwrap_or_default().iter().rev() {
            if !in_group(other) || !joined(other, near) {
                break;
            }
            widest = widest.max(width(other));
            near = other;
        }
        near = item;
        for other in items.get(index + 1..).unwrap_or_default() {
            if !in_group(other) || !joined(near, other) {
                break;
            }
            widest = widest.max(width(other));
            near = other;
        }
        widest + 1
    }
}

fn width(item: &Item<'_, '_>) -> usize {
    keyword(item).map_or(0, str::len)
}

fn keyword<'t>(item: &Item<'_, 't>) -> Option<&'t str> {
    match &item.kind {
        ItemKind::Code { head, .. } => head.first().map(|first| first.text),
        ItemKind::Comment(_) => None,
    }
}

/// A clause with its operands `operands` columns behind its start.
fn aligned(tokens: &[Token<'_>], indent: usize, operands: usize) -> String {
    let continued = indent + INDENT;
    match tokens.split_first() {
        Some((first, rest)) if operands > 0 && !rest.is_empty() && first.kind == Kind::Word => {
            let text = layout(rest, indent + operands, continued);
            format!("{:operands$}{text}", first.text)
        }
        _ => layout(tokens, indent, continued),
    }
}

/// The declaration on one line, where nothing in it needs more.
fn on_one_line(head: &[Token<'_>], block: &[Item<'_, '_>]) -> Option<String> {
    let mut clauses = Vec::with_capacity(block.len());
    for item in block {
        match &item.kind {
            ItemKind::Comment(_) => return None,
            ItemKind::Code { head, block: None, .. } => clauses.push(layout(head, 0, INDENT)),
            ItemKind::Code { head, block: Some(block), .. } => clauses.push(on_one_line(head, block)?),
        }
    }
    let inner = clauses.join("  ");
    let line = format!("{} {{ {inner} }}", layout(head, 0, INDENT)).replace("{  }", "{ }");
    (!line.contains('\n')).then_some(line)
}

/// A fence whose lines stand at `indent`.
pub(super) fn fence_lines(fence: &Token<'_>, indent: usize, deeper: usize) -> String {
    let text = fence.text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    let opening = lines.first().map_or("```", |first| first.trim_end());
    let body = lines.split_off(1);
    let body = body.get(..body.len().saturating_sub(1)).unwrap_or_default();
    let blank = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common = body.iter().filter(|line| !line.trim().is_empty()).map(|line| blank(line)).min().unwrap_or_default();
    let mut written = opening.to_owned();
    for line in body {
        written.push('\n');
        let line = line.get(common.min(blank(line))..).unwrap_or_default();
        if !line.is_empty() {
            written.extend(std::iter::repeat_n(' ', indent + deeper));
            written.push_str(line);
        }
    }
    written.push('\n');
    written.extend(std::iter::repeat_n(' ', indent));
    written.push_str("```");
    written
}
