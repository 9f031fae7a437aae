//! A page of text: sections with a heading, wrapped and indented.

use std::fmt::Write as _;

use crate::report::{harmless, wrap};

/// Lines longer than this are hard to read.
const WIDEST: usize = 80;

/// A page while it is written.
pub(super) struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// A page for `width` columns.
    pub(super) fn new(width: usize) -> Self {
        Self { text: String::new(), width: width.clamp(40, WIDEST) }
    }

    /// A heading, with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(0, text);
    }

    /// A line as it is.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let line = format!("{:indent$}{text}", "");
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Several lines as they are.
    pub(super) fn code(&mut self, indent: usize, text: &str) {
        text.lines().for_each(|line| self.line(indent, line));
    }

    /// Text for reading: paragraphs are joined and wrapped, indented lines stay.
    pub(super) fn prose(&mut self, indent: usize, text: &str) {
        let mut paragraph = String::new();
        for line in text.lines().chain(std::iter::once("")) {
            if line.is_empty() || line.starts_with([' ', '\t', '-']) {
                self.wrapped(indent, &std::mem::take(&mut paragraph));
            }
            if line.starts_with([' ', '\t', '-']) {
                self.wrapped(indent, line);
            } else if line.is_empty() {
                self.line(0, "");
            } else {
                paragraph.push_str(line);
                paragraph.push(' ');
            }
        }
        // Every text ends with the empty line that was put behind it.
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        if !text.trim().is_empty() {
            self.code(indent, &wrap(text, self.width.saturating_sub(indent)));
        }
    }

    /// Rows of two columns: the right one is wrapped beside the left one, or below it where the left one is too wide.
    pub(super) fn rows<'t>(&mut self, indent: usize, rows: impl IntoIterator<Item = (&'t str, &'t str)>) {
        const WIDEST_LEFT: usize = 30;
        let rows: Vec<(&str, &str)> = rows.into_iter().collect();
        let length = |text: &str| text.chars().count();
        let left = rows.iter().map(|(left, _)| length(left)).filter(|left| *left <= WIDEST_LEFT).max().unwrap_or(0);
        let column = indent + left + 2;
        for (name, text) in rows {
            let lines = wrap(text, self.width.saturating_sub(column));
            let mut lines = lines.lines();
            if length(name) <= left {
                let padding = left + 2 - length(name);
                self.line(indent, &format!("{name}{:padding$}{}", "", lines.next().unwrap_or_default()));
            } else {
                self.line(indent, name);
            }
            lines.for_each(|line| self.line(column, line));
        }
    }

    /// Columns, each as wide as its widest cell; the last may run over.
    pub(super) fn columns<const N: usize>(&mut self, rows: &[([String; N], Option<String>)]) {
        let mut widths = [0; N];
        for (cells, _) in rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.chars().count().max(*width);
            }
        }
        for (cells, remark) in rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(cells) {
                let padding = width - cell.chars().count() + 2;
                let _ = write!(line, "{cell}{:padding$}", "");
            }
            self.line(0, &line);
            if let Some(remark) = remark {
                self.code(4, &wrap(remark, self.width.saturating_sub(4)));
            }
        }
    }

    /// The page, with nothing in it that a terminal would obey.
    pub(super) fn finish(self) -> String {
        harmless(&self.text).into_owned()
    }
}
