//! From the text of a rule file to its syntax tree, with every syntax error of the file.
//!
//! Parsing is total. An outline splits the file into sections, one per declaration; the grammar accepts any section and
//! leaves what fits no shape as a stray; the lowering takes the operands of each clause by the table of clauses and
//! explains what is left over. Nothing here decides what names mean.

mod clauses;
mod cursor;
mod declarations;
mod definitions;
mod examples;
mod explain;
mod expressions;
mod grammar;
mod literals;
mod lowering;
mod outline;
mod table;
mod texts;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use pest::Parser;
use rayon::prelude::*;

pub(super) use self::grammar::{Grammar, Rule};
use self::lowering::Lowering;
pub(crate) use self::table::CLAUSE_WORDS;
use super::syntax::RuleFile;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// Parses a rule file. The tree is always complete: what could not be parsed is poisoned and has a diagnostic. The
/// diagnostics are sorted by place.
pub(crate) fn parse(source: &Arc<SourceFile>) -> (RuleFile, Vec<Diagnostic>) {
    let outline = outline::outline(source.text());
    let text = outline::masked(source.text(), &outline.too_deep);
    let read = |section: &Range<usize>| {
        let Ok(pairs) = Grammar::parse(Rule::section, text.get(section.clone()).unwrap_or_default()) else {
            // The rule accepts everything; only a limit of pest's own can end up here.
            return (Vec::new(), vec![explain::unreadable(source, Span::new(section.start, section.end))]);
        };
        let items = pairs.flat_map(pest::iterators::Pair::into_inner);
        let mut lowering = Lowering::new(source, &text, section.start, &outline);
        let declarations = lowering.section(items);
        (declarations, lowering.into_diagnostics())
    };
    let mut declarations = Vec::new();
    let mut diagnostics: Vec<Diagnostic> =
        outline.too_deep.iter().map(|span| explain::too_deep(source, *span)).collect();
    // Reading the built-in rules is most of what a check of one file has to wait for.
    let sections: Vec<_> = outline.sections.par_iter().map(read).collect();
    for (own, mistakes) in sections {
        declarations.extend(own);
        diagnostics.extend(mistakes);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span.start));
    (RuleFile { source: Arc::clone(source), declarations, comments: outline.comments }, diagnostics)
}
