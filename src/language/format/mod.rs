//! The formatter: one way to write a rule file.
//!
//! It moves words and never changes them: what a file means, its comments, and which clause stands before which, stay.
//! A clause stands on its own line, unless a whole declaration was written on one; the operands of neighbouring clauses
//! are aligned; a condition that is too long breaks at its weakest operator.

mod blocks;
mod layout;
mod tokens;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::language::parse::parse;
use crate::source::SourceFile;

/// Lines are broken to stay within this many characters, where they can be.
const WIDTH: usize = 120;
/// What each level is indented by.
const INDENT: usize = 2;

/// A rule file in the one way to write it. Formatting what this gives changes nothing.
///
/// # Errors
/// When the file has mistakes of syntax: all of them.
pub fn format(source: &Arc<SourceFile>) -> Result<String, Vec<Diagnostic>> {
    let (file, mistakes) = parse(source);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let tokens = tokens::read(source.text());
    let text = blocks::file(&file, &tokens);
    Ok(if uses_crlf(source.text()) { text.replace('\n', "\r\n") } else { text })
}

/// Whether the first line ends as on Windows.
fn uses_crlf(text: &str) -> bool {
    text.find('\n').is_some_and(|end| text.get(..end).is_some_and(|line| line.ends_with('\r')))
}
