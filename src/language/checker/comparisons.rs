//! What compares: `==`, `<`, `in`, `matches` and `is`, with the types of both sides.

use crate::language::checker::expressions::poisoned;
use crate::language::checker::scope::Scope;
use crate::language::checker::{Checker, claims};
use crate::language::condition::{Node, NodeKind};
use crate::language::syntax::{Expr, ExprKind, IsWhat, Literal};
use crate::language::{CompareOp, Slot, Type, did_you_mean};
use crate::source::{Span, Spanned};

impl Checker<'_> {
    pub(super) fn comparison(
        &mut self,
        expr: &Expr,
        left: &Expr,
        op: Spanned<CompareOp>,
        right: &Expr,
        scope: &mut Scope<'_>,
    ) -> (NodeKind, Slot) {
        for (kind_side, other) in [(left, right), (right, left)] {
            if let ExprKind::Kind(kind) = &kind_side.kind {
                let (other, kind) = (self.text(other.span).to_owned(), kind.value.clone());
                let not = if op.value == CompareOp::NotEqual { "is not" } else { "is" };
                self.report(
                    "type::kind-as-value",
                    format!("`{kind}` is a kind, not a value"),
                    kind_side.span,
                    "a kind",
                )
                .help(format!("write `{other} {not} {kind}`"));
                return poisoned();
            }
        }
        let (left_node, left_slot) = self.expression(left, scope);
        let (right_node, right_slot) = self.expression(right, scope);
        if !left_slot.ty.comparable(&right_slot.ty) {
            self.never_equal(left, &left_slot, op, right, &right_slot);
            return poisoned();
        }
        for (side, slot, other) in [(left, &left_slot, right), (right, &right_slot, left)] {
            if let Some(words) = slot.ty.words() {
                self.check_word(side, words, other);
            }
        }
        if !op.value.orders() {
            let kind = NodeKind::Equal {
                left: Box::new(left_node),
                right: Box::new(right_node),
                negated: op.value == CompareOp::NotEqual,
            };
            return (kind, Slot::set(Type::Bool));
        }
        let on_a_scale = |slot: &Slot, other: &Slot| slot.ty == Type::Str && matches!(other.ty, Type::Scale(_));
        for (side, slot, other) in [(left, &left_slot, &right_slot), (right, &right_slot, &left_slot)] {
            if !slot.ty.ordered() && !on_a_scale(slot, other) {
                let text = self.text(side.span).to_owned();
                self.report("type::not-ordered", format!("`{text}` has no order"), side.span, slot.ty.to_string())
                    .help(
                        "only numbers, versions and the words of a scale can be compared with `<`, `<=`, `>` and `>=`",
                    );
                return poisoned();
            }
        }
        for (side, slot) in [(left, &left_slot), (right, &right_slot)] {
            self.demand_set(expr, side, slot, scope);
        }
        let versions = left_slot.ty == Type::Version || right_slot.ty == Type::Version;
        let kind = NodeKind::Order {
            left: Box::new(as_version(left_node, versions)),
            op: op.value,
            right: Box::new(as_version(right_node, versions)),
        };
        (kind, Slot::set(Type::Bool))
    }

    fn check_word(&mut self, word: &Expr, words: &'static [&'static str], other: &Expr) {
        let ExprKind::Literal(Literal::Str(text)) = &other.kind else { return };
        if !words.contains(&text.as_str()) {
            let of = self.text(word.span).to_owned();
            let known = words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
            let suggestion =
                did_you_mean(text, words.iter().copied()).map(|word| format!("did you mean `\"{word}\"`? "));
            self.report(
                "type::unknown-word",
                format!("`{of}` is never `\"{text}\"`"),
                other.span,
                "not one of its words",
            )
            .help(format!("{}it is one of {known}", suggestion.unwrap_or_default()));
        }
    }

    fn never_equal(&mut self, left: &Expr, left_slot: &Slot, op: Spanned<CompareOp>, right: &Expr, right_slot: &Slot) {
        let (left_text, right_text) = (self.text(left.span).to_owned(), self.text(right.span).to_owned());
        let message = if op.value.orders() {
            format!("`{left_text}` and `{right_text}` can't be compared: {} and {}", left_slot.ty, right_slot.ty)
        } else {
            format!("`{left_text}` and `{right_text}` can never be equal: {} and {}", left_slot.ty, right_slot.ty)
        };
        let help = match (&left_slot.ty, &right.kind) {
            (Type::Bool, _) => {
                let says_false = right_text.to_lowercase().contains("false") || right_text == "0";
                let negate = says_false == (op.value == CompareOp::Equal);
                let not = if negate { "not " } else { "" };
                Some(format!("`{left_text}` is already true or false: write `{not}{left_text}`"))
            }
            (Type::Int, ExprKind::Literal(Literal::Str(text))) if text.parse::<i64>().is_ok() => {
                Some(format!("write the number without quotes: `{text}`"))
            }
            (Type::Str, ExprKind::Literal(Literal::Int(_) | Literal::Bool(_))) => {
                Some(format!("write it as a text: `\"{right_text}\"`"))
            }
            (Type::List(_), _) => Some(format!("ask whether it holds the value: `{right_text} in {left_text}`")),
            (Type::Entity("Model" | "Field" | "Operation"), ExprKind::Literal(Literal::Str(_))) => {
                Some(format!("compare its name: `{left_text}.name == {right_text}`"))
            }
            _ => None,
        };
        let report = self.report("type::mismatch", message, left.span, left_slot.ty.to_string());
        let report = report.label(op.span, "different types").label(right.span, right_slot.ty.to_string());
        if let Some(help) = help {
            report.help(help);
        }
    }

    /// An operand of an order must be set: its author has to say what an unset value means.
    fn demand_set(&mut self, whole: &Expr, side: &Expr, slot: &Slot, scope: &mut Scope<'_>) {
        if !slot.optional {
            return;
        }
        let Some(path) = claims::path_of(side) else {
            let text = self.text(side.span).to_owned();
            self.report(
                "type::maybe-unset",
                format!("`{text}` may be unset, so it can't be ordered"),
                side.span,
                "may be unset",
            );
            return;
        };
        if scope.settled.contains(&path) {
            scope.used_settled.push(path);
            return;
        }
        let whole = self.text(whole.span).to_owned();
        self.report(
            "type::maybe-unset",
            format!("`{path}` may be unset, so it can't be ordered yet"),
            side.span,
            "may be unset",
        )
        .help(format!(
            "say what an unset value means: `{path} is set and {whole}` or `{path} is not set or {whole}`; a `when` of its \
             own will do, too"
        ));
    }

    pub(super) fn membership(
        &mut self,
        expr: &Expr,
        left: &Expr,
        negated: bool,
        right: &Expr,
        scope: &mut Scope<'_>,
    ) -> (NodeKind, Slot) {
        let (left_node, left_slot) = self.expression(left, scope);
        let (right_node, right_slot) = self.expression(right, scope);
        let (left_text, right_text) = (self.text(left.span).to_owned(), self.text(right.span).to_owned());
        match &right_slot.ty {
            Type::Poisoned | Type::EmptyList | Type::Value => {}
            _ if left_slot.ty == Type::Poisoned => {}
            Type::List(element) if element.comparable(&left_slot.ty) => {
                if let (Some(words), ExprKind::Literal(Literal::List(items))) = (left_slot.ty.words(), &right.kind) {
                    for item in items {
                        let item = Expr { span: item.span, kind: ExprKind::Literal(item.value.clone()) };
                        self.check_word(left, words, &item);
                    }
                }
            }
            Type::List(element) => {
                let message =
                    format!("`{left_text}` can never be in `{right_text}`: {} and list[{element}]", left_slot.ty);
                let names = matches!(left_slot.ty, Type::Entity(_)) && **element == Type::Str;
                let report = self.report("type::mismatch", message, expr.span, "always false");
                if names {
                    report.help(format!("write `{left_text}.name in {right_text}`"));
                }
                return poisoned();
            }
            Type::Entity(container) => {
                let Type::Entity(member) = left_slot.ty else {
                    let message = format!("`{left_text}` can never be in `{right_text}`: it is {}", left_slot.ty);
                    let help = self.contained(container);
                    self.report("type::mismatch", message, left.span, left_slot.ty.to_string()).help(help);
                    return poisoned();
                };
                let allowed = self.vocabulary.entity(container).is_some_and(|entity| entity.contains.contains(&member));
                if !allowed {
                    let help = self.contained(container);
                    let message = format!("a {member} can't be in `{right_text}`");
                    self.report("type::mismatch", message, left.span, member.to_owned()).help(help);
                    return poisoned();
                }
            }
            other => {
                let message = format!("nothing can be in `{right_text}`: it is {other}");
                let help = if *other == Type::Str {
                    format!(
                        "write `{left_text} == {right_text}`, or `{left_text} matches \"*…*\"` to look inside a text"
                    )
                } else {
                    "`in` wants a list, or `deployed`".to_owned()
                };
                self.report("type::mismatch", message, right.span, other.to_string()).help(help);
                return poisoned();
            }
        }
        (NodeKind::In { left: Box::new(left_node), right: Box::new(right_node), negated }, Slot::set(Type::Bool))
    }

    fn contained(&self, container: &str) -> String {
        let members = self.vocabulary.entity(container).map_or(&[][..], |entity| entity.contains);
        if members.is_empty() {
            return format!("a {container} holds nothing that `in` could ask for");
        }
        let members = members.iter().map(|member| format!("`{}`", member.to_lowercase())).collect::<Vec<_>>();
        format!("{} can be in it", members.join(", "))
    }

    pub(super) fn glob(&mut self, left: &Expr, negated: bool, right: &Expr, scope: &mut Scope<'_>) -> (NodeKind, Slot) {
        let (left_node, left_slot) = self.expression(left, scope);
        let (right_node, right_slot) = self.expression(right, scope);
        if !matches!(left_slot.ty, Type::Str | Type::Word(_) | Type::Scale(_) | Type::Value | Type::Poisoned) {
            let text = self.text(left.span).to_owned();
            let help = match left_slot.ty {
                Type::Entity(_) => format!("write `{text}.name matches …`"),
                _ => "`matches` compares a text with a glob".to_owned(),
            };
            self.report("type::mismatch", format!("`{text}` is not a text"), left.span, left_slot.ty.to_string())
                .help(help);
        }
        let globs = matches!(&right_slot.ty, Type::Str | Type::Poisoned | Type::EmptyList)
            || matches!(&right_slot.ty, Type::List(element) if **element == Type::Str);
        if !globs {
            self.report(
                "type::mismatch",
                "`matches` wants a glob, or a list of globs",
                right.span,
                right_slot.ty.to_string(),
            )
            .help("write a text such as `\"tmp_*\"`");
        }
        if let ExprKind::Literal(literal) = &right.kind {
            self.check_globs(literal, right.span);
        }
        (NodeKind::Matches { left: Box::new(left_node), right: Box::new(right_node), negated }, Slot::set(Type::Bool))
    }

    fn check_globs(&mut self, literal: &Literal, span: Span) {
        match literal {
            Literal::Str(glob) => {
                if let Err(error) = globset::Glob::new(glob) {
                    let message = format!("`{glob}` is not a glob: {}", error.kind());
                    self.report("type::glob", message, span, "not a glob")
                        .help("`*` stands for any text, `?` for one character, `{a,b}` for one of several");
                }
            }
            Literal::List(items) => items.iter().for_each(|item| self.check_globs(&item.value, item.span)),
            _ => {}
        }
    }

    pub(super) fn is(
        &mut self,
        expr: &Expr,
        left: &Expr,
        negated: bool,
        what: &IsWhat,
        scope: &mut Scope<'_>,
    ) -> (NodeKind, Slot) {
        let (node, slot) = self.expression(left, scope);
        let text = self.text(left.span).to_owned();
        let value = Box::new(node);
        let kind = match what {
            IsWhat::Set(_) => {
                if !slot.optional && slot.ty != Type::Poisoned {
                    let answer = if negated { "false" } else { "true" };
                    let help = match slot.ty {
                        Type::Bool => format!(
                            "when it is not written, Django's default is used; write `{}{text}`",
                            if negated { "not " } else { "" }
                        ),
                        _ => "compare its value instead".to_owned(),
                    };
                    let message = format!("`{text}` is always set, so this is always {answer}");
                    self.report("rule::constant", message, expr.span, "always the same").help(help);
                }
                NodeKind::IsSet { value, negated }
            }
            IsWhat::Known(_) => NodeKind::IsKnown { value, negated },
            IsWhat::Kinds(kinds) => {
                let checked = self.kinds(left, &slot, kinds);
                if checked.len() < kinds.len() {
                    return poisoned();
                }
                NodeKind::IsKind { value, kinds: checked, negated }
            }
        };
        (kind, Slot::set(Type::Bool))
    }

    fn kinds(&mut self, left: &Expr, slot: &Slot, kinds: &[Spanned<String>]) -> Vec<String> {
        let text = self.text(left.span).to_owned();
        let entity = match slot.ty {
            Type::Entity(name) => self.vocabulary.entity(name),
            Type::Poisoned => return Vec::new(),
            _ => None,
        };
        let Some(entity) = entity.filter(|entity| !entity.kinds.is_empty()) else {
            self.report("type::no-kinds", format!("`{text}` has no kinds"), left.span, slot.ty.to_string())
                .help("`is` with a kind works on fields, operations, indexes and constraints");
            return Vec::new();
        };
        let names: Vec<String> = entity.kinds.iter().map(|kind| kind.name.to_string()).collect();
        let mut known = Vec::new();
        for kind in kinds {
            if names.contains(&kind.value) {
                known.push(kind.value.clone());
                continue;
            }
            let what = match entity.name {
                "Field" => "field class",
                "Operation" => "operation",
                "Index" => "index class",
                _ => "kind",
            };
            let known_names: Vec<&str> = names.iter().map(String::as_str).collect();
            let suggestion = self.vocabulary.suggestion(&kind.value, &known_names);
            let help = match suggestion {
                Some(right) => format!("did you mean `{right}`?"),
                None if entity.name == "Field" => {
                    format!("a class of your own must be declared: `fieldclass {} like TextField`", kind.value)
                }
                None => {
                    format!("a class of your own must be declared: `operation {}(…) like SchemaOperation`", kind.value)
                }
            };
            let message = format!("there is no {what} `{}`", kind.value);
            self.report("names::unknown-kind", message, kind.span, format!("unknown {what}")).help(help);
        }
        known
    }
}

/// `5` beside a version is the version 5.
fn as_version(node: Node, versions: bool) -> Node {
    match node.kind {
        NodeKind::Literal(Literal::Int(value)) if versions => {
            Node { kind: NodeKind::Literal(Literal::Version(value.to_string())), ..node }
        }
        _ => node,
    }
}
