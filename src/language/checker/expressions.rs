//! Names and types of expressions.

use crate::language::checker::scope::Scope;
use crate::language::checker::{Checker, claims};
use crate::language::condition::{Leaf, Node, NodeKind};
use crate::language::syntax::{Expr, ExprKind, Literal, Quantifier};
use crate::language::{Slot, Type};
use crate::source::{Span, Spanned};

/// Quantifiers may stand inside each other, but only so deep.
const DEEPEST_QUANTIFIER: usize = 2;

impl Checker<'_> {
    /// Checks an expression that decides something: it must be true or false.
    pub(super) fn condition(&mut self, expr: &Expr, scope: &mut Scope<'_>) -> Node {
        match &expr.kind {
            ExprKind::And(parts) => self.connective(expr, parts, scope, true),
            ExprKind::Or(parts) => self.connective(expr, parts, scope, false),
            ExprKind::Not(inner) => {
                let node = self.condition(inner, scope);
                Node { span: expr.span, leaf: None, kind: NodeKind::Not(Box::new(node)) }
            }
            _ => {
                let (mut node, slot) = self.expression(expr, scope);
                if !matches!(slot.ty, Type::Bool | Type::Poisoned) {
                    self.not_a_condition(expr, &slot);
                }
                node.leaf = Some(Leaf { id: self.next_leaf, guard: false });
                self.next_leaf += 1;
                if let ExprKind::Literal(Literal::Bool(value)) = &expr.kind {
                    let answer = if *value { "true" } else { "false" };
                    self.report(
                        "rule::constant",
                        format!("this condition is always {answer}"),
                        expr.span,
                        "always the same",
                    )
                    .help("leave it out, or say what it should depend on");
                }
                node
            }
        }
    }

    /// `and` and `or`.
    fn connective(&mut self, expr: &Expr, parts: &[Expr], scope: &mut Scope<'_>, all: bool) -> Node {
        let mut nodes = self.together(parts, all, scope);
        mark_guards(&mut nodes, &scope.used_settled);
        let kind = if all { NodeKind::And(nodes) } else { NodeKind::Or(nodes) };
        Node { span: expr.span, leaf: None, kind }
    }

    /// Conditions that must all hold, or of which one must. Each may rest on what the others settle about unset values,
    /// in whatever order they stand: where a guard decides, what rests on it does not matter.
    pub(super) fn together<'e>(
        &mut self,
        parts: impl IntoIterator<Item = &'e Expr>,
        all: bool,
        scope: &mut Scope<'_>,
    ) -> Vec<Node> {
        let parts: Vec<(&Expr, Vec<String>)> =
            parts.into_iter().map(|part| (part, claims::settled_when(part, all))).collect();
        let known = scope.settled.len();
        let mut nodes = Vec::with_capacity(parts.len());
        for (index, (part, _)) in parts.iter().enumerate() {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != index);
            scope.settled.extend(others.flat_map(|(_, (_, settled))| settled.iter().cloned()));
            nodes.push(self.condition(part, scope));
            scope.settled.truncate(known);
        }
        nodes
    }

    fn not_a_condition(&mut self, expr: &Expr, slot: &Slot) {
        if self.poisoned_rule {
            // What is missing may be in the part that did not parse.
            return;
        }
        let text = self.text(expr.span).to_owned();
        let help = match (&expr.kind, &slot.ty) {
            (ExprKind::Kind(_), _) => format!("write `op is {text}`"),
            (_, Type::List(_)) => format!("ask something of its elements: `any(… for x in {text})`"),
            _ if slot.optional => format!("write `{text} is set`, or compare it with a value"),
            (_, Type::Entity("Field")) => format!("write an attribute of it, such as `{text}.null`"),
            _ => format!("compare it with a value: `{text} == …`"),
        };
        self.report("type::not-a-condition", format!("`{text}` is not true or false"), expr.span, slot.to_string())
            .help(help);
    }

    /// Checks an expression and gives its type.
    pub(super) fn expression(&mut self, expr: &Expr, scope: &mut Scope<'_>) -> (Node, Slot) {
        let (kind, slot) = match &expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => {
                let node = self.condition(expr, scope);
                return (node, Slot::set(Type::Bool));
            }
            ExprKind::Compare { left, op, right } => self.comparison(expr, left, *op, right, scope),
            ExprKind::In { left, negated, right } => self.membership(expr, left, *negated, right, scope),
            ExprKind::Matches { left, negated, right } => self.glob(left, *negated, right, scope),
            ExprKind::Is { left, negated, what } => self.is(expr, left, *negated, what, scope),
            ExprKind::Quantifier { kind, body, variable, collection, condition } => {
                self.quantifier(expr, *kind, body, variable, collection, condition.as_deref(), scope)
            }
            ExprKind::Call { callee, arguments } => self.call(expr, callee, arguments, scope),
            ExprKind::Path(path) => return self.path(path, scope),
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Kind(kind) => {
                let text = &kind.value;
                self.report("type::kind-as-value", format!("`{text}` is a kind, not a value"), kind.span, "a kind")
                    .help(format!("ask with `is`: `op is {text}`, `field is {text}`"));
                poisoned()
            }
            ExprKind::Poisoned => poisoned(),
        };
        (Node { span: expr.span, leaf: None, kind }, slot)
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> (NodeKind, Slot) {
        if *literal == Literal::None {
            self.report("type::none", "`None` is not a value here", span, "not a value")
                .help("write `is not set`, or `is set` for the opposite");
            return poisoned();
        }
        let ty = self.literal_type(literal);
        (NodeKind::Literal(literal.clone()), Slot::set(ty))
    }

    pub(super) fn literal_type(&mut self, literal: &Literal) -> Type {
        match literal {
            Literal::Bool(_) => Type::Bool,
            Literal::None => Type::Poisoned,
            Literal::Int(_) => Type::Int,
            Literal::Version(_) => Type::Version,
            Literal::Str(_) => Type::Str,
            Literal::List(items) => {
                let mut element: Option<Type> = None;
                for item in items {
                    let ty = self.literal_type(&item.value);
                    match &element {
                        None => element = Some(ty),
                        Some(first) if first.comparable(&ty) => {}
                        Some(first) => {
                            let message = format!("a list holds values of one type: this one starts with {first}");
                            self.report("type::mismatch", message, item.span, ty.to_string());
                        }
                    }
                }
                element.map_or(Type::EmptyList, Type::list)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one syntax node")]
    fn quantifier(
        &mut self,
        expr: &Expr,
        kind: Spanned<Quantifier>,
        body: &Expr,
        variable: &Spanned<String>,
        collection: &Expr,
        condition: Option<&Expr>,
        scope: &mut Scope<'_>,
    ) -> (NodeKind, Slot) {
        let (collection_node, collection_slot) = self.expression(collection, scope);
        let element = match collection_slot.ty {
            Type::List(element) => *element,
            Type::EmptyList | Type::Poisoned => Type::Poisoned,
            other => {
                let text = self.text(collection.span).to_owned();
                self.report("type::not-a-list", format!("`{text}` is not a list"), collection.span, other.to_string())
                    .help("a quantifier goes through a list, such as `siblings` or `migration.operations`");
                Type::Poisoned
            }
        };
        if scope.quantifiers == DEEPEST_QUANTIFIER {
            self.report("rule::too-deep", "quantifiers can't stand three deep", expr.span, "the third")
                .help("name the inner one with a `let`, or split the rule");
            return poisoned();
        }
        scope.locals.push((variable.value.clone(), Slot::set(element)));
        scope.quantifiers += 1;
        let known = scope.settled.len();
        let condition = condition.map(|condition| {
            let node = self.condition(condition, scope);
            scope.settled.extend(claims::settled_when(condition, true));
            Box::new(node)
        });
        let (body_node, body_slot) = match kind.value {
            Quantifier::Any | Quantifier::All => (self.condition(body, scope), Slot::set(Type::Bool)),
            Quantifier::Count | Quantifier::First | Quantifier::Sum => self.expression(body, scope),
        };
        if kind.value == Quantifier::Sum && !matches!(body_slot.ty, Type::Int | Type::Poisoned) {
            let text = self.text(body.span).to_owned();
            self.report("type::mismatch", format!("`{text}` can't be added up"), body.span, body_slot.ty.to_string())
                .help("`sum` takes a number of each element, such as `sum(f.max_length for f in fields)`");
        }
        scope.settled.truncate(known);
        scope.quantifiers -= 1;
        scope.locals.pop();
        let slot = match kind.value {
            Quantifier::Any | Quantifier::All => Slot::set(Type::Bool),
            Quantifier::Count | Quantifier::Sum => Slot::set(Type::Int),
            Quantifier::First => Slot::maybe(body_slot.ty),
        };
        let kind = NodeKind::Quantifier {
            kind: kind.value,
            body: Box::new(body_node),
            collection: Box::new(collection_node),
            condition,
        };
        (kind, slot)
    }
}

/// The type of what was reported already.
pub(super) fn poisoned() -> (NodeKind, Slot) {
    (NodeKind::Literal(Literal::Bool(false)), Slot::set(Type::Poisoned))
}

/// Marks `x is set` leaves whose answer something else of the same rule rests on.
pub(super) fn mark_guards(nodes: &mut [Node], used: &[String]) {
    for node in nodes {
        match &mut node.kind {
            NodeKind::And(parts) | NodeKind::Or(parts) => mark_guards(parts, used),
            NodeKind::IsSet { value, .. } => {
                if let Some(leaf) = &mut node.leaf
                    && claims::node_path(value).is_some_and(|path| used.contains(&path))
                {
                    leaf.guard = true;
                }
            }
            _ => {}
        }
    }
}

/// How many leaves a node has, with those of the definitions that it applies.
pub(super) fn size_of(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Or(parts) | NodeKind::And(parts) => parts.iter().map(size_of).fold(0, usize::saturating_add),
        NodeKind::Not(inner) | NodeKind::Attribute(inner, _) => size_of(inner),
        NodeKind::Equal { left, right, .. }
        | NodeKind::Order { left, right, .. }
        | NodeKind::In { left, right, .. }
        | NodeKind::Matches { left, right, .. } => size_of(left).saturating_add(size_of(right)),
        NodeKind::IsSet { value, .. } | NodeKind::IsKnown { value, .. } | NodeKind::IsKind { value, .. } => {
            size_of(value)
        }
        NodeKind::Quantifier { body, collection, condition, .. } => {
            size_of(body).saturating_add(size_of(collection)).saturating_add(condition.as_deref().map_or(0, size_of))
        }
        NodeKind::Let { definition, arguments } => {
            arguments.iter().map(size_of).fold(definition.size, usize::saturating_add)
        }
        NodeKind::Name(_) | NodeKind::Local(_) | NodeKind::Setting(_) | NodeKind::Literal(_) => 1,
    }
}
