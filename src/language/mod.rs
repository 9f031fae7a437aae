//! The rule language: its syntax tree, its parser, and suggestions for misspelt words.

mod parse;
mod suggest;
pub mod syntax;

pub use parse::{CLAUSE_WORDS, parse};
pub use suggest::did_you_mean;
