//! The parser that pest generates from `grammar/rules.pest`.

#![allow(missing_docs, clippy::pedantic, reason = "pest generates this code")]

/// The generated parser.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/rules.pest"]
pub(crate) struct Grammar;
