//! The state of turning one section's pairs into the tree, and the measures every builder needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use pest::iterators::Pair;

use super::grammar::Rule;
use super::outline::Outline;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};

/// Lowers one section.
pub(super) struct Lowering<'t> {
    /// The file, for diagnostics.
    source: &'t Arc<SourceFile>,
    /// The text that the grammar read: the file's, with what nests too deeply masked.
    pub(super) text: &'t str,
    /// Where the section starts in the file.
    base: usize,
    too_deep: &'t [Span],
    /// Where the lines of the file start.
    lines: &'t [usize],
    diagnostics: Vec<Diagnostic>,
    /// How many things failed so far. Who wants to know whether a part failed compares before and after.
    failures: usize,
    /// The lines that were reported already: one mistake must not be reported word by word.
    reported_lines: BTreeSet<usize>,
    /// Whether a `fix` that is not closed took the closing brace of its rule.
    pub(super) open_fix: bool,
    /// Whether the section holds something reported that makes further errors of structure worthless.
    muted: bool,
}

impl<'t> Lowering<'t> {
    pub(super) fn new(source: &'t Arc<SourceFile>, text: &'t str, base: usize, outline: &'t Outline) -> Self {
        Self {
            source,
            text,
            base,
            too_deep: &outline.too_deep,
            lines: &outline.lines,
            diagnostics: Vec::new(),
            failures: 0,
            reported_lines: BTreeSet::new(),
            open_fix: false,
            muted: false,
        }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// How many things failed so far.
    pub(super) fn failures(&self) -> usize {
        self.failures
    }

    /// Where a pair lies in the file, without the space that pest counts in behind it.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = pair.as_span().start();
        let mut last = pair.clone();
        while let Some(inner) = last.clone().into_inner().next_back() {
            last = inner;
        }
        let end = last.as_span().end().max(start);
        Span::new(self.base + start, self.base + end)
    }

    /// The place behind a pair's start, in the file.
    pub(super) fn offset(&self, in_section: usize) -> usize {
        self.base + in_section
    }

    /// A pair's text with its place.
    pub(super) fn spanned(&self, pair: &Pair<'_, Rule>) -> Spanned<String> {
        let span = self.span(pair);
        Spanned::new(self.slice(span).to_owned(), span)
    }

    /// The text at a place.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Whether the place was replaced because it nests too deeply.
    pub(super) fn is_masked(&self, span: Span) -> bool {
        self.too_deep.iter().any(|masked| masked.start < span.end && span.start < masked.end)
    }

    /// Where the line that holds `offset` starts.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        let after = self.lines.partition_point(|start| *start <= offset);
        self.lines.get(after.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Whether only blanks stand between the start of the line and `offset`.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        self.text.get(self.line_start(offset)..offset).is_some_and(|before| before.trim().is_empty())
    }

    /// Whether a line ends between the two places.
    pub(super) fn line_between(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| between.contains(['\n', '\r']))
    }

    /// Marks what is being built as failed without saying more: the reason was reported already.
    pub(super) fn poison(&mut self) {
        self.failures += 1;
    }

    /// Silences further errors of structure in this section, after one that explains them all.
    pub(super) fn mute(&mut self) {
        self.muted = true;
    }

    /// Reports that something could not be understood; only the first of a line is shown.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) {
        self.failures += 1;
        let start = diagnostic.labels.first().map_or(0, |label| label.span.start);
        let end = diagnostic.labels.first().map_or(0, |label| label.span.end);
        let line = self.line_start(start);
        let masked = self.too_deep.iter().any(|deep| line <= deep.end && deep.start <= end);
        if self.muted || masked || !self.reported_lines.insert(line) {
            return;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Reports a spelling that is understood but not the language's. What it means stays in the tree.
    pub(super) fn correct(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = self.error("syntax::operator", message, span, "").with_help(help);
        self.diagnostics.push(diagnostic);
    }

    /// An error in this file.
    pub(super) fn error(
        &self,
        code: &str,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(self.source, code, message, span, label)
    }
}
