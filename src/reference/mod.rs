//! What rules say of themselves and what they may say: the pages of `whimbrel explain` and `whimbrel rules`.
//!
//! Pure functions of the loaded rules and the vocabulary, for people at 80 columns and, for the list, for programs.

mod json;
mod markdown;
mod names;
mod own;
mod page;
mod rule;
mod table;

use std::sync::Arc;

use crate::language::Override;
use crate::rules;
use crate::source::{SourceFile, Span};

pub use json::rules_json;
pub use markdown::{rule_markdown, rules_markdown};
pub use names::{head_page, heads_page};
pub use own::own_page;
pub use rule::rule_page;
pub use table::rules_table;

/// `path:line` of a place.
fn place(source: &SourceFile, span: Span) -> String {
    format!("{}:{}", source.path(), source.position(span.start).line)
}

/// Where a rule comes from, in words.
fn origin(source: &Arc<SourceFile>, span: Span) -> String {
    if rules::is_built_in(source) { "built in".to_owned() } else { place(source, span) }
}

/// The reason and the place of a change.
fn because(change: &Override) -> String {
    match &change.because {
        Some(reason) => format!("because {reason} ({})", change.place),
        None => format!("in {}", change.place),
    }
}

/// An expression as it is written, on one line.
fn written(source: &SourceFile, span: Span) -> String {
    source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
