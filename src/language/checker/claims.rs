//! What a condition settles when it is known to hold or not to hold: which values are set, and which claims can't
//! hold together.

use crate::language::condition::{Node, NodeKind};
use crate::language::syntax::{CompareOp, Expr, ExprKind, IsWhat, Literal, Path};

/// The dotted text of a path.
fn path_text(path: &Path) -> String {
    path.segments.iter().map(|segment| segment.value.as_str()).collect::<Vec<_>>().join(".")
}

/// The dotted text of an expression that is nothing but a path.
pub(super) fn path_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Path(path) => Some(path_text(path)),
        _ => None,
    }
}

/// The paths that are certainly set when `expr` is `truth`.
pub(super) fn settled_when(expr: &Expr, truth: bool) -> Vec<String> {
    match &expr.kind {
        ExprKind::Not(inner) => settled_when(inner, !truth),
        ExprKind::And(parts) if truth => parts.iter().flat_map(|part| settled_when(part, true)).collect(),
        ExprKind::Or(parts) if !truth => parts.iter().flat_map(|part| settled_when(part, false)).collect(),
        ExprKind::Is { left, negated, what: IsWhat::Set(_) } if truth != *negated => {
            path_of(left).into_iter().collect()
        }
        ExprKind::Compare { left, op, right } => {
            // A comparison with something that is set can hold only for something that is set.
            let holds = match op.value {
                CompareOp::Equal => truth,
                CompareOp::NotEqual => !truth,
                _ => false,
            };
            let literal = |side: &Expr| matches!(&side.kind, ExprKind::Literal(literal) if *literal != Literal::None);
            match (holds, path_of(left), path_of(right)) {
                (true, Some(path), None) if literal(right) => vec![path],
                (true, None, Some(path)) if literal(left) => vec![path],
                _ => Vec::new(),
            }
        }
        ExprKind::In { left, negated, right } if truth != *negated => match &right.kind {
            ExprKind::Literal(Literal::List(_)) => path_of(left).into_iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A claim about one path, as one conjunct of a rule makes it.
#[derive(Clone, Debug)]
pub(super) enum Claim<'n> {
    /// It is one of these kinds.
    Kinds(&'n [String]),
    /// It equals this literal.
    Equals(&'n Literal),
    /// It is set, or not.
    Set(bool),
    /// It is true, or not.
    Is(bool),
}

/// The claims of conditions that must all hold, with their paths and nodes, in order.
pub(super) fn claims<'n>(conditions: impl IntoIterator<Item = &'n Node>) -> Vec<(String, Claim<'n>, &'n Node)> {
    let mut found = Vec::new();
    for node in conditions {
        collect(node, true, &mut found);
    }
    found
}

fn collect<'n>(node: &'n Node, truth: bool, found: &mut Vec<(String, Claim<'n>, &'n Node)>) {
    match &node.kind {
        NodeKind::And(parts) if truth => parts.iter().for_each(|part| collect(part, true, found)),
        NodeKind::Or(parts) if !truth => parts.iter().for_each(|part| collect(part, false, found)),
        NodeKind::Not(inner) => collect(inner, !truth, found),
        NodeKind::IsKind { value, kinds, negated } if truth != *negated => {
            if let Some(path) = node_path(value) {
                found.push((path, Claim::Kinds(kinds), node));
            }
        }
        NodeKind::IsSet { value, negated } => {
            if let Some(path) = node_path(value) {
                found.push((path, Claim::Set(truth != *negated), node));
            }
        }
        NodeKind::Equal { left, right, negated } if truth != *negated => {
            if let (Some(path), NodeKind::Literal(literal)) = (node_path(left), &right.kind) {
                found.push((path, Claim::Equals(literal), node));
            }
        }
        NodeKind::Name(_) | NodeKind::Attribute(..) => {
            if let Some(path) = node_path(node) {
                found.push((path, Claim::Is(truth), node));
            }
        }
        _ => {}
    }
}

/// The dotted text of a node that is a path from a name of the head.
pub(super) fn node_path(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Name(name) => Some(name.clone()),
        NodeKind::Attribute(owner, name) => Some(format!("{}.{name}", node_path(owner)?)),
        _ => None,
    }
}

/// Whether two claims about one path exclude each other. `related` tells whether something can be of both kinds.
pub(super) fn exclude(first: &Claim<'_>, second: &Claim<'_>, related: impl Fn(&str, &str) -> bool) -> bool {
    match (first, second) {
        (Claim::Kinds(a), Claim::Kinds(b)) => !a.iter().any(|a| b.iter().any(|b| related(a, b))),
        (Claim::Equals(a), Claim::Equals(b)) => a != b,
        (Claim::Set(a), Claim::Set(b)) | (Claim::Is(a), Claim::Is(b)) => a != b,
        (Claim::Set(false), Claim::Equals(_) | Claim::Kinds(_) | Claim::Is(true))
        | (Claim::Equals(_) | Claim::Kinds(_) | Claim::Is(true), Claim::Set(false)) => true,
        (Claim::Is(is), Claim::Equals(Literal::Bool(value))) | (Claim::Equals(Literal::Bool(value)), Claim::Is(is)) => {
            is != value
        }
        _ => false,
    }
}
