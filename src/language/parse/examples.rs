//! The clauses `bad`, `good` and `fix`.

use pest::iterators::Pair;

use super::cursor::Operands;
use super::grammar::Rule;
use super::lowering::Lowering;
use super::table::{self, Place};
use crate::language::syntax::{ClauseKind, Edit, EditKind, Example, ExampleTarget, FixBody, Path, Text};
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    /// What follows `bad` or `good`: a title and options in any order, then the code.
    pub(super) fn example(&mut self, operands: &mut Operands<'_>) -> Option<Example> {
        let mut title = None;
        let mut on = None;
        let mut with = Vec::new();
        let mut possible = None;
        loop {
            if let Some(span) = operands.take_word(self, "possible") {
                possible = Some(span);
            } else if let Some(option) = operands.take(self, Rule::option_on) {
                let mut parts = option.into_inner().filter(|part| part.as_rule() != Rule::on_word);
                let name = self.spanned(&parts.next()?);
                on = Some(ExampleTarget { name, version: parts.next().map(|version| self.spanned(&version)) });
            } else if let Some(option) = operands.take(self, Rule::option_with) {
                for definition in option.into_inner().filter(|part| part.as_rule() == Rule::definition) {
                    let parts = self.definition_parts(&definition)?;
                    let name = parts.name();
                    match parts.value {
                        Some(value) => with.push((name, value)),
                        None => self.poison(),
                    }
                }
            } else if title.is_none() && operands.peek().is_some_and(|next| next.as_rule() != Rule::fence) {
                title = Some(operands.take_text_if_next(self)).flatten();
                if title.is_none() {
                    break;
                }
            } else {
                break;
            }
        }
        let code = self.fence(operands)?;
        Some(Example { title, on, with, possible, code })
    }

    /// A fence of Python. A one-line text is taken too.
    pub(super) fn fence(&mut self, operands: &mut Operands<'_>) -> Option<Text> {
        let is_fence = operands.peek().is_some_and(|next| next.as_rule() == Rule::fence);
        let text = if is_fence { operands.take_text_if_next(self) } else { None };
        if text.is_none() {
            self.expected(operands, "a fence of three backticks");
        }
        text
    }

    /// What follows `fix`. Clauses of the rule that an unclosed brace swallowed are added to `lifted`.
    pub(super) fn fix<'i>(
        &mut self,
        operands: &mut Operands<'i>,
        lifted: &mut Vec<Pair<'i, Rule>>,
    ) -> Option<ClauseKind> {
        let title = operands.take_text(self)?;
        let level = match operands.peek_name() {
            Some("safe" | "unsafe") => operands.take_name(self, "`safe` or `unsafe`"),
            _ => None,
        };
        let condition = match operands.take(self, Rule::guard) {
            Some(guard) => {
                let terms: Vec<_> = guard.into_inner().filter(|part| part.as_rule() == Rule::expr).collect();
                Some(self.condition("if", &terms)?)
            }
            None => None,
        };
        let body = match operands.peek().map(Pair::as_rule) {
            Some(Rule::block) => FixBody::Edits(self.edits(operands, lifted)),
            Some(Rule::fence) => operands.take_text_if_next(self).map_or(FixBody::None, FixBody::Steps),
            _ => FixBody::None,
        };
        Some(ClauseKind::Fix { title, level, condition, body })
    }

    fn edits<'i>(&mut self, operands: &mut Operands<'i>, lifted: &mut Vec<Pair<'i, Rule>>) -> Vec<Edit> {
        let Some(block) = operands.take(self, Rule::block) else { return Vec::new() };
        let mut items: Vec<_> = block.clone().into_inner().collect();
        let foreign = items.iter().position(|item| {
            let word = item.clone().into_inner().next().map_or("", |word| word.as_str());
            table::clause(word).is_some_and(|entry| !entry.places.contains(&Place::Fix))
        });
        let open = self.span(&block).start;
        if let Some(foreign) = foreign {
            lifted.extend(items.split_off(foreign));
            let last = items.last().map_or(open + 1, |item| self.span(item).end);
            self.open_block("this `fix`", open, last);
            self.open_fix = true;
        } else if items.last().is_none_or(|last| last.as_rule() != Rule::closing_brace) {
            self.open_block("this `fix`", open, self.span(&block).end);
            self.open_fix = true;
        }
        operands.end = items.last().map_or(open + 1, |item| self.span(item).end);
        self.clauses(items, Place::Fix).1
    }

    /// One edit of a `fix`.
    pub(super) fn edit(&mut self, operands: &mut Operands<'_>) -> Option<EditKind> {
        match operands.word {
            "set" => {
                let (parts, value) = self.assignment(operands)?;
                Some(EditKind::Set { place: parts.place, value })
            }
            "remove" => Some(EditKind::Remove { place: self.edited_place(operands)? }),
            _ => {
                let place = self.edited_place(operands)?;
                if operands.take_word(self, "to").is_none() {
                    self.expected(operands, "`to` and a kind");
                    return None;
                }
                let to = operands.take_name(self, "a kind")?;
                let from = match operands.take_word(self, "from") {
                    Some(_) => Some(operands.take_text(self)?),
                    None => None,
                };
                Some(EditKind::Rename { place, to, from })
            }
        }
    }

    fn edited_place(&mut self, operands: &mut Operands<'_>) -> Option<Path> {
        let name = operands.take_name(self, "a name such as `field.default`")?;
        let mut start = name.span.start;
        let segments = name.value.split('.').map(|segment| {
            let span = Span::new(start, start + segment.len());
            start = span.end + 1;
            Spanned::new(segment.to_owned(), span)
        });
        Some(Path { segments: segments.collect(), span: name.span })
    }
}
