//! The leaves of a rule's conditions: what an example can notice.

use std::sync::Arc;

use crate::language::syntax::Quantifier;
use crate::language::{Definition, Node, NodeKind, Rule};
use crate::source::{SourceFile, Span};

/// A leaf of a condition.
#[derive(Clone)]
pub(super) struct Leaf<'r> {
    /// Its number in the rule set.
    pub(super) id: u32,
    /// Whether no example need notice it.
    pub(super) guard: bool,
    /// The rule file it stands in.
    pub(super) source: &'r Arc<SourceFile>,
    /// Where.
    pub(super) span: Span,
    /// Whether the rule reports more when the leaf is true, or less; `None` where that depends.
    pub(super) towards_finding: Option<bool>,
    /// Whether it stands in a definition, which several rules may use.
    pub(super) shared: bool,
    /// The leaves that this one stands in.
    pub(super) inside: Vec<u32>,
}

/// The leaves of a rule, those of the definitions that it uses included, each once and outer ones first.
pub(super) fn leaves(rule: &Rule) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let narrowing = rule.heads.iter().flat_map(|head| &head.pattern).chain(&rule.when).map(|node| (node, true));
    let excusing = rule.require.iter().chain(&rule.unless).map(|node| (node, false));
    for (node, towards) in narrowing.chain(excusing) {
        let walk = Walk { source: &rule.source, towards: Some(towards), shared: false, inside: Vec::new() };
        walk.node(node, &mut found);
    }
    found
}

/// The surroundings of a node.
#[derive(Clone)]
struct Walk<'r> {
    source: &'r Arc<SourceFile>,
    towards: Option<bool>,
    shared: bool,
    inside: Vec<u32>,
}

impl<'r> Walk<'r> {
    fn node(mut self, node: &'r Node, found: &mut Vec<Leaf<'r>>) {
        if let Some(leaf) = node.leaf {
            if found.iter().any(|known| known.id == leaf.id) {
                return;
            }
            found.push(Leaf {
                id: leaf.id,
                guard: leaf.guard,
                source: self.source,
                span: node.span,
                towards_finding: self.towards,
                shared: self.shared,
                inside: self.inside.clone(),
            });
            self.inside.push(leaf.id);
        }
        match &node.kind {
            NodeKind::And(parts) | NodeKind::Or(parts) => self.each(parts, found),
            NodeKind::Not(inner) => self.turned().node(inner, found),
            NodeKind::Quantifier { kind, body, collection, condition } => {
                let any = Self { towards: self.towards.filter(|_| *kind == Quantifier::Any), ..self.clone() };
                let (of_body, of_condition) = match kind {
                    Quantifier::Any => (any.clone(), any),
                    Quantifier::All => (self.clone(), self.clone().turned()),
                    Quantifier::Count | Quantifier::First | Quantifier::Sum => {
                        (self.clone().either(), self.clone().either())
                    }
                };
                of_body.node(body, found);
                self.either().node(collection, found);
                if let Some(condition) = condition {
                    of_condition.node(condition, found);
                }
            }
            NodeKind::Let { definition, arguments } => {
                self.clone().either().each(arguments, found);
                self.definition(definition, found);
            }
            NodeKind::Equal { left, right, .. }
            | NodeKind::Order { left, right, .. }
            | NodeKind::In { left, right, .. }
            | NodeKind::Matches { left, right, .. } => {
                self.clone().either().node(left, found);
                self.either().node(right, found);
            }
            NodeKind::IsSet { value, .. } | NodeKind::IsKnown { value, .. } | NodeKind::IsKind { value, .. } => {
                self.either().node(value, found);
            }
            NodeKind::Attribute(owner, _) => self.either().node(owner, found),
            NodeKind::Name(_) | NodeKind::Local(_) | NodeKind::Setting(_) | NodeKind::Literal(_) => {}
        }
    }

    fn each(self, nodes: &'r [Node], found: &mut Vec<Leaf<'r>>) {
        for node in nodes {
            self.clone().node(node, found);
        }
    }

    fn definition(self, definition: &'r Definition, found: &mut Vec<Leaf<'r>>) {
        Self { source: &definition.source, shared: true, ..self }.node(&definition.body, found);
    }

    fn turned(self) -> Self {
        Self { towards: self.towards.map(|towards| !towards), ..self }
    }

    fn either(self) -> Self {
        Self { towards: None, ..self }
    }
}
