//! Drawing diagnostics into the lines of their files. The only module that names miette's handler.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

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
    for of_one_file in diagnostics.chunk_by(|left, right| Arc::ptr_eq(&left.source, &right.source)) {
        let text = of_one_file.first().map_or(Cow::default(), |diagnostic| harmless(diagnostic.source.text()));
        for diagnostic in of_one_file {
            let drawing = Drawing::new(diagnostic, &text, options);
            let mut block = String::new();
            if handler.render_report(&mut block, &drawing).is_err() {
                block = drawing.place();
            }
            let lines: Vec<&str> = block.lines().map(str::trim_end).collect();
            blocks.push(format!("{}\n", lines.join("\n").trim_matches('\n')));
        }
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
    /// `text` is the file's, harmless.
    fn new(diagnostic: &'a Diagnostic, text: &'a str, options: &RenderOptions) -> Self {
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
        let excerpt = Excerpt { file, text };
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

/// Whether `span` lies in the file, and the lines that would be drawn for it are of a length that people write.
fn is_showable(file: &SourceFile, span: Span) -> bool {
    let text = file.text();
    if !text.is_char_boundary(span.start) || !text.is_char_boundary(span.end) {
        return false;
    }
    let line = file.line_span(span.start);
    let before = file.line_span(line.start.saturating_sub(1));
    let after = file.line_span((line.end + 1).min(text.len()));
    [before, line, after].iter().all(|line| line.len() <= LONGEST_LINE)
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn code<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        Some(Box::new(harmless(&self.diagnostic.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        miette::Diagnostic::severity(self.diagnostic)
    }

    fn help<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.diagnostic.url.as_ref().map(|url| Box::new(harmless(url)) as Box<dyn fmt::Display>)
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
    text: &'a str,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::FailOn;

    const OPTIONS: RenderOptions = RenderOptions {
        color: false,
        width: 60,
        unicode: true,
        quiet: false,
        hyperlinks: false,
        fail_on: FailOn::Never,
    };

    fn draw(text: &str, spans: &[Span]) -> String {
        let source = SourceFile::new("a.py", text);
        let labels = spans.iter().map(|span| Label { span: *span, text: "here".to_owned() }).collect();
        let mut diagnostic = Diagnostic::error(&source, "a/b", "wrong", Span::at(0), "");
        diagnostic.labels = labels;
        render_diagnostics(&[diagnostic], &OPTIONS)
    }

    #[test]
    fn a_long_line_is_named_and_not_drawn() {
        let text = format!("x = 1\ny = \"{}\"\n", "a".repeat(10_000));
        assert_eq!(draw(&text, &[Span::new(10, 12)]), "a/b\n\n  × wrong\n  │ in a.py:2:5\n");
        assert_eq!(draw("x", &[]), "a/b\n\n  × wrong\n  │ in a.py\n");
    }

    #[test]
    fn source_lines_can_t_steer_the_terminal() {
        let drawn = draw("x = '\u{1b}[2J'\n", &[Span::new(0, 1)]);
        assert!(drawn.contains("x = '?[2J'") && !drawn.contains('\u{1b}'), "{drawn}");
    }

    #[test]
    fn every_kind_of_line_end_counts() {
        let drawn = draw("a\r\nb\rc\nd\n", &[Span::new(5, 6)]);
        assert!(drawn.contains("[a.py:3:1]") && drawn.contains(" 3 │ c\n"), "{drawn}");
    }

    #[test]
    fn links_and_colours_come_only_when_asked_for() {
        let source = SourceFile::new("a.py", "x\n");
        let mut diagnostic = Diagnostic::error(&source, "a/b", "wrong", Span::new(0, 1), "");
        diagnostic.url = Some("https://example.org".to_owned());
        let plain = render_diagnostics(&[diagnostic.clone()], &OPTIONS);
        assert!(plain.contains("(https://example.org)") && !plain.contains('\u{1b}'), "{plain}");
        let options = RenderOptions { color: true, hyperlinks: true, ..OPTIONS };
        let rich = render_diagnostics(&[diagnostic], &options);
        assert!(rich.contains("\u{1b}]8;;https://example.org\u{1b}\\") && rich.contains("\u{1b}[31m"), "{rich}");
    }

    proptest! {
        #[test]
        fn nothing_makes_the_drawing_fail(
            text in "[ a(é\t\r\n\u{1b}\u{9b}\u{200b}漢]{0,60}",
            places in prop::collection::vec((0_usize..80, 0_usize..40), 0..4),
        ) {
            let source = SourceFile::new("a.py", text);
            let labels: Vec<Label> = places
                .iter()
                .map(|(start, length)| Label { span: Span::new(*start, start + length), text: "here".to_owned() })
                .collect();
            let mut diagnostic = Diagnostic::error(&source, "a/b", "wrong", Span::at(0), "");
            diagnostic.labels = labels;
            for width in [0, 5, 80] {
                for color in [false, true] {
                    let options = RenderOptions { color, width, ..OPTIONS };
                    let drawn = render_diagnostics(&[diagnostic.clone()], &options);
                    prop_assert!(drawn.contains("a/b"), "{}", drawn);
                    prop_assert!(!drawn.contains("Failed to read"), "{}", drawn);
                }
            }
        }
    }
}
