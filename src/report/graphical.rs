//! Drawing diagnostics into the lines of their files. The only module that names miette's handler.

use std::borrow::Cow;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use super::RenderOptions;
use super::wrap::{harmless, wrap};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{SourceFile, Span};

/// Lines shown before and after one with a label.
const CONTEXT_LINES: usize = 1;

/// A line with more bytes is not written by people, and not shown.
const LONGEST_LINE: usize = 500;

/// The diagnostics as blocks of text with a line between them.
#[must_use]
pub fn render_diagnostics(diagnostics: &[Diagnostic], options: &RenderOptions) -> String {
    let handler = handler(options);
    let mut blocks = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let drawing = Drawing::new(diagnostic, options);
        let mut block = String::new();
        if handler.render_report(&mut block, &drawing).is_err() {
            block = drawing.place();
        }
        let lines: Vec<&str> = block.lines().map(str::trim_end).collect();
        blocks.push(format!("{}\n", lines.join("\n").trim_matches('\n')));
    }
    blocks.join("\n")
}

fn handler(options: &RenderOptions) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if options.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if options.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(options.hyperlinks)
        .with_width(options.width)
        .with_context_lines(CONTEXT_LINES)
        .tab_width(4)
        // The texts come wrapped: the handler's own wrapping would break code and rule ids.
        .with_wrap_lines(false)
        .without_cause_chain()
        .without_syntax_highlighting()
}

/// A diagnostic made ready to be drawn: texts wrapped, labels on one line each.
#[derive(Debug)]
struct Drawing<'a> {
    diagnostic: &'a Diagnostic,
    message: String,
    help: Option<String>,
    excerpt: Excerpt<'a>,
    labels: Vec<Label>,
}

impl<'a> Drawing<'a> {
    fn new(diagnostic: &'a Diagnostic, options: &RenderOptions) -> Self {
        let file = &*diagnostic.source;
        let labels: Vec<Label> = diagnostic
            .labels
            .iter()
            .filter(|label| is_showable(file, label.span))
            .map(|label| Label { span: first_line(file, label.span), text: harmless(&label.text).into_owned() })
            .collect();
        // The handler's indents: `  × ` and `  help: `.
        let mut message = wrap(&harmless(&diagnostic.message), options.width.saturating_sub(6));
        let help = diagnostic.help.as_ref().map(|help| wrap(&harmless(help), options.width.saturating_sub(10)));
        let excerpt = Excerpt { file, text: harmless(file.text()) };
        if labels.is_empty() {
            message.push_str("\nin ");
            message.push_str(&place(diagnostic));
        }
        Self { diagnostic, message, help, excerpt, labels }
    }

    /// What can be said without the lines of the file.
    fn place(&self) -> String {
        format!("{}: {}\n", place(self.diagnostic), self.message)
    }
}

/// `path:line:column` of the first label, or the path alone.
fn place(diagnostic: &Diagnostic) -> String {
    let path = harmless(diagnostic.source.path());
    match diagnostic.labels.first() {
        Some(label) => {
            let position = diagnostic.source.position(label.span.start);
            format!("{path}:{}:{}", position.line, position.column)
        }
        None => path.into_owned(),
    }
}

/// The part of `span` on its first line, without an opening bracket at the end: of `AddField(` and its arguments below,
/// the name.
fn first_line(file: &SourceFile, span: Span) -> Span {
    let line = file.line_span(span.start);
    if span.end <= line.end {
        return span;
    }
    let text = file.slice(Span::new(span.start.min(line.end), line.end)).trim_end();
    let text = text.strip_suffix(['(', '[', '{']).unwrap_or(text);
    Span::new(span.start, span.start + text.len())
}

/// Whether the lines that would be drawn for a label at `span` are of a length that people write.
fn is_showable(file: &SourceFile, span: Span) -> bool {
    let line = file.line_span(span.start);
    let before = file.line_span(line.start.saturating_sub(1));
    let after = file.line_span((line.end + 1).min(file.text().len()));
    span.end <= file.text().len() && [before, line, after].iter().all(|line| line.len() <= LONGEST_LINE)
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn code<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.diagnostic.code()
    }

    fn severity(&self) -> Option<miette::Severity> {
        miette::Diagnostic::severity(self.diagnostic)
    }

    fn help<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.diagnostic.url()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().enumerate().map(|(index, label)| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            // The place in the header is that of the most important label.
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, label.span)
            } else {
                LabeledSpan::new_with_span(text, label.span)
            }
        })))
    }
}

/// A file as the handler reads it: by the file's line index, with columns in characters (miette's own reader starts
/// at the first byte each time and counts bytes).
#[derive(Debug)]
struct Excerpt<'a> {
    file: &'a SourceFile,
    /// The file's text, harmless, with the same offsets.
    text: Cow<'a, str>,
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let end_of_span = span.offset() + span.len();
        let mut start = span.offset();
        let mut end = end_of_span;
        if lines_before > 0 || lines_after > 0 {
            start = self.file.line_span(start).start;
            end = self.file.line_span(end).end;
            for _ in 0..lines_before {
                start = self.file.line_span(start.saturating_sub(1)).start;
            }
            for _ in 0..lines_after {
                end = self.file.line_span(self.next_line(end)).end;
            }
        }
        let data = self.text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let position = self.file.position(start);
        let last = self.file.position(end);
        Ok(Box::new(MietteSpanContents::new_named(
            harmless(self.file.path()).into_owned(),
            data.as_bytes(),
            SourceSpan::new(start.into(), end - start),
            position.line - 1,
            position.column - 1,
            last.line - position.line + 1,
        )))
    }
}

impl Excerpt<'_> {
    /// The start of the line behind the one that ends at `end`.
    fn next_line(&self, end: usize) -> usize {
        let rest = self.text.get(end..).unwrap_or_default();
        let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        end + line_end
    }
}
