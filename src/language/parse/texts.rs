//! Texts: strings between quotes and fences of three backticks.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::Lowering;
use crate::language::syntax::Text;

impl Lowering<'_> {
    /// A string between quotes, as a text.
    pub(super) fn string_text(&mut self, pair: &Pair<'_, Rule>) -> Text {
        let span = self.span(pair);
        let value = self.unescaped(pair);
        let line_offsets = vec![span.start + 1; value.split('\n').count()];
        Text { value, span, fenced: false, line_offsets }
    }

    /// A fence, closed or not: the common indentation and the last line end are removed.
    pub(super) fn fence_text(&mut self, pair: &Pair<'_, Rule>) -> Text {
        let mut span = self.span(pair);
        let Some(body) = pair.clone().into_inner().find(|part| part.as_rule() == Rule::fence_body) else {
            return Text { value: String::new(), span, fenced: true, line_offsets: vec![span.end] };
        };
        if pair.as_rule() == Rule::open_fence {
            span.end = span.start + pair.as_str().trim_end().len();
        }
        let lines = lines(body.as_str());
        let indentation = lines
            .iter()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t']).len())
            .min()
            .unwrap_or_default();
        let start = self.offset(body.as_span().start());
        let mut value = String::with_capacity(body.as_str().len());
        let mut line_offsets = Vec::with_capacity(lines.len());
        for (number, (offset, line)) in lines.iter().enumerate() {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            let removed = indentation.min(blank);
            if number > 0 {
                value.push('\n');
            }
            value.push_str(line.get(removed..).unwrap_or_default());
            line_offsets.push(start + offset + removed);
        }
        if line_offsets.is_empty() {
            line_offsets.push(start);
        }
        Text { value, span, fenced: true, line_offsets }
    }
}

/// The lines of a fence with their offsets, without line ends. A body that ends with a line end has no line behind it.
fn lines(body: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(rest) = body.get(start..).filter(|rest| !rest.is_empty()) {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        lines.push((start, rest.get(..length).unwrap_or_default()));
        let ending = rest.get(length..).unwrap_or_default();
        start += length + if ending.starts_with("\r\n") { 2 } else { 1 };
    }
    lines
}
