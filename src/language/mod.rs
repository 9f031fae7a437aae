//! The rule language: text → syntax tree → checked rules → verdicts.
//!
//! It knows names and types, but nothing of Django or of databases: the [`Vocabulary`] is told to it, and so are the
//! facts, through [`Subject`] and [`Entity`].

mod checker;
mod condition;
mod evaluate;
mod fact;
mod format;
mod load;
mod parse;
mod rule;
mod suggest;
pub mod syntax;
mod types;
pub mod vocabulary;

pub use condition::{Definition, Leaf, Node, NodeKind};
pub use evaluate::Evaluator;
pub use fact::{Cause, Entity, Fact, Subject, Truth};
pub use format::format;
pub use load::{PackSource, load, load_as_written};
pub use rule::{
    DatabaseScope, Edit, Example, Fix, FixBody, Override, Rule, RuleHead, RuleLabel, RuleSet, Setting, Template,
    TemplatePart, UnknownPolicy, VersionRange,
};
pub use suggest::did_you_mean;
pub use syntax::CompareOp;
pub use types::{Slot, Type};
pub use vocabulary::Vocabulary;
