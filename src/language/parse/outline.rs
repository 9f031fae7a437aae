//! The first pass over a file: where declarations start, the comments, and brackets that nest too deeply.
//!
//! Splitting at declarations is what keeps a mistake in one rule from reaching the next: each section is parsed alone.

use std::borrow::Cow;
use std::ops::Range;

use pest::Parser;

use super::grammar::{Grammar, Rule};
use crate::source::Span;

/// How deep brackets, braces and chains of `not` may nest.
pub(super) const DEPTH_LIMIT: usize = 64;

/// What the first pass finds.
pub(super) struct Outline {
    /// The sections of the file: each starts with a declaration, except perhaps the first.
    pub(super) sections: Vec<Range<usize>>,
    /// Where each line starts.
    pub(super) lines: Vec<usize>,
    /// The comments, without their line ends.
    pub(super) comments: Vec<Span>,
    /// Brackets that hold too many levels, from the outermost one that lies inside the innermost brace.
    pub(super) too_deep: Vec<Span>,
}

/// Reads the outline of a file.
pub(super) fn outline(text: &str) -> Outline {
    let mut starts = vec![0];
    let mut comments = Vec::new();
    let mut too_deep = Vec::new();
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut depth = 0_usize;
    let mut overflow: Option<(usize, usize)> = None;
    let tokens = Grammar::parse(Rule::outline, text).into_iter().flatten().flat_map(pest::iterators::Pair::into_inner);
    for token in tokens {
        let span = token.as_span();
        let starts_section = match token.as_rule() {
            Rule::declaration_line => true,
            Rule::let_line => depth == 0,
            _ => false,
        };
        if starts_section {
            too_deep.extend(overflow.take().map(|(_, start)| Span::new(start, text[..span.start()].trim_end().len())));
            depth = 0;
            open.clear();
            starts.push(span.start());
        }
        match token.as_rule() {
            Rule::comment => comments.push(Span::new(span.start(), span.end())),
            Rule::opening => {
                depth += 1;
                if depth <= DEPTH_LIMIT {
                    open.push((span.start(), token.as_str() == "{"));
                } else if overflow.is_none() {
                    let level = open.iter().rposition(|(_, brace)| *brace).map_or(0, |brace| brace + 1);
                    overflow = Some(open.get(level).map_or((depth, span.start()), |(start, _)| (level + 1, *start)));
                }
            }
            Rule::closing => {
                if let Some((_, start)) = overflow.take_if(|(level, _)| *level == depth) {
                    too_deep.push(Span::new(start, span.end()));
                }
                depth = depth.saturating_sub(1);
                open.truncate(depth);
            }
            _ => {}
        }
    }
    too_deep.extend(overflow.map(|(_, start)| Span::new(start, text.trim_end().len())));
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let sections = starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect();
    Outline { sections, lines: line_starts(text), comments, too_deep }
}

/// Where each line starts; a line ends at `\n`, `\r\n` or a lone `\r`.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends_line = |at: usize| bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain((0..bytes.len()).filter(|at| ends_line(*at)).map(|at| at + 1)).collect()
}

/// The text with everything that nests too deeply replaced by one long name, so that the grammar's recursion is
/// bounded and every offset stays.
pub(super) fn masked<'t>(text: &'t str, too_deep: &[Span]) -> Cow<'t, str> {
    if too_deep.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    for span in too_deep {
        masked.push_str(text.get(masked.len()..span.start).unwrap_or_default());
        masked.extend(std::iter::repeat_n('_', span.end - masked.len()));
    }
    masked.push_str(text.get(masked.len()..).unwrap_or_default());
    Cow::Owned(masked)
}
