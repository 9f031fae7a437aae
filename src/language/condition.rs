//! The expressions of a checked rule: its conditions, and the values in them.

use std::sync::Arc;

use crate::language::{CompareOp, syntax};
use crate::source::{SourceFile, Span};

/// A checked expression. Every leaf of a condition has a number of its own in the rule set, so that a test can ask
/// what would change if that leaf were always true or always false.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it is written.
    pub span: Span,
    /// Its number, when it is a leaf of a condition.
    pub leaf: Option<Leaf>,
    /// What it is.
    pub kind: NodeKind,
}

impl Node {
    /// The expressions that it consists of; of a definition that it uses, what that stands for.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Or(nodes) | NodeKind::And(nodes) => nodes.iter().collect(),
            NodeKind::Not(node)
            | NodeKind::IsSet { value: node, .. }
            | NodeKind::IsKnown { value: node, .. }
            | NodeKind::IsKind { value: node, .. }
            | NodeKind::Attribute(node, _) => vec![node],
            NodeKind::Equal { left, right, .. }
            | NodeKind::Order { left, right, .. }
            | NodeKind::In { left, right, .. }
            | NodeKind::Matches { left, right, .. } => vec![left, right],
            NodeKind::Quantifier { body, collection, condition, .. } => {
                [Some(body), Some(collection), condition.as_ref()].into_iter().flatten().map(AsRef::as_ref).collect()
            }
            NodeKind::Let { definition, arguments } => {
                std::iter::once(&definition.body).chain(arguments.iter()).collect()
            }
            NodeKind::Name(_) | NodeKind::Local(_) | NodeKind::Setting(_) | NodeKind::Literal(_) => Vec::new(),
        }
    }
}

/// A leaf of a condition.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    /// Its number.
    pub id: u32,
    /// Whether it is there only because something may be unset; no example need notice it.
    pub guard: bool,
}

/// What a checked expression is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Some must hold.
    Or(Vec<Node>),
    /// All must hold.
    And(Vec<Node>),
    /// Must not hold.
    Not(Box<Node>),
    /// `==` and `!=`
    Equal {
        /// Left side.
        left: Box<Node>,
        /// Right side.
        right: Box<Node>,
        /// Whether it is `!=`.
        negated: bool,
    },
    /// `<`, `<=`, `>`, `>=`
    Order {
        /// Left side.
        left: Box<Node>,
        /// The operator.
        op: CompareOp,
        /// Right side.
        right: Box<Node>,
    },
    /// `in`, `not in`
    In {
        /// The element.
        left: Box<Node>,
        /// The container.
        right: Box<Node>,
        /// Whether it is `not in`.
        negated: bool,
    },
    /// `matches`, `not matches`
    Matches {
        /// The text.
        left: Box<Node>,
        /// The glob, or a list of globs.
        right: Box<Node>,
        /// Whether it is `not matches`.
        negated: bool,
    },
    /// `is set`, `is not set`
    IsSet {
        /// The value.
        value: Box<Node>,
        /// Whether it is `is not set`.
        negated: bool,
    },
    /// `is known`, `is not known`
    IsKnown {
        /// The value.
        value: Box<Node>,
        /// Whether it is `is not known`.
        negated: bool,
    },
    /// `is CharField`, `is not (A, B)`
    IsKind {
        /// The entity.
        value: Box<Node>,
        /// The kinds.
        kinds: Vec<String>,
        /// Whether it is `is not`.
        negated: bool,
    },
    /// `any(…)`, `all(…)`, `count(…)`, `first(…)`
    Quantifier {
        /// Which.
        kind: syntax::Quantifier,
        /// The condition, or for `count` and `first` the element itself.
        body: Box<Node>,
        /// The collection.
        collection: Box<Node>,
        /// Elements that count.
        condition: Option<Box<Node>>,
    },
    /// A name of the head.
    Name(String),
    /// A variable of a quantifier or a parameter, by its place in the frame.
    Local(usize),
    /// `value.attribute`
    Attribute(Box<Node>, String),
    /// A definition applied to arguments.
    Let {
        /// The definition.
        definition: Arc<Definition>,
        /// Its arguments.
        arguments: Vec<Node>,
    },
    /// The value of a setting, by its id.
    Setting(String),
    /// A constant.
    Literal(syntax::Literal),
}

/// A checked `let`.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The rule file that it stands in, and with it the places in its body.
    pub source: Arc<SourceFile>,
    /// What it stands for; its parameters are the first locals.
    pub body: Node,
    /// How many leaves it has, with those of the definitions that it uses.
    pub size: usize,
}
