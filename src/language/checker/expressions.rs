//! Names and types of expressions.

use crate::language::checker::scope::{LetInfo, Scope};
use crate::language::checker::{Checker, claims};
use crate::language::rule::{Leaf, Node, NodeKind};
use crate::language::syntax::{Expr, ExprKind, IsWhat, Literal, Path, Quantifier};
use crate::language::{CompareOp, Slot, Type, did_you_mean};
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

    /// `and` and `or`. What the parts on the left settle about unset values is used by those on their right.
    fn connective(&mut self, expr: &Expr, parts: &[Expr], scope: &mut Scope<'_>, all: bool) -> Node {
        let known = scope.settled.len();
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.push(self.condition(part, scope));
            scope.settled.extend(claims::settled_when(part, all));
        }
        for node in &mut nodes {
            mark_guards(node, &scope.used_settled);
        }
        scope.settled.truncate(known);
        let kind = if all { NodeKind::And(nodes) } else { NodeKind::Or(nodes) };
        Node { span: expr.span, leaf: None, kind }
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

    fn comparison(
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
        .help(format!("say what an unset value means: `{path} is set and {whole}` or `{path} is not set or {whole}`"));
    }

    fn membership(
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

    fn glob(&mut self, left: &Expr, negated: bool, right: &Expr, scope: &mut Scope<'_>) -> (NodeKind, Slot) {
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

    fn is(
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

    fn call(&mut self, expr: &Expr, callee: &Path, arguments: &[Expr], scope: &mut Scope<'_>) -> (NodeKind, Slot) {
        let Some(info) = self.definition(callee, scope) else {
            for argument in arguments {
                self.expression(argument, scope);
            }
            return poisoned();
        };
        let name = self.text(callee.span).to_owned();
        if arguments.len() != info.parameters.len() {
            let wanted =
                info.parameters.iter().map(|(name, slot)| format!("{name}: {slot}")).collect::<Vec<_>>().join(", ");
            let count = info.parameters.len();
            let plural = if count == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {count} argument{plural}, not {}", arguments.len());
            self.report("type::arguments", message, expr.span, "wrong number of arguments")
                .help(format!("it is defined as `{name}({wanted})`"));
            return poisoned();
        }
        let mut nodes = Vec::with_capacity(arguments.len());
        for (argument, (parameter, wanted)) in arguments.iter().zip(&info.parameters) {
            let (node, slot) = self.expression(argument, scope);
            if !wanted.ty.comparable(&slot.ty) {
                let text = self.text(argument.span).to_owned();
                let message = format!("`{name}` wants a `{}` for `{parameter}`, `{text}` is `{}`", wanted.ty, slot.ty);
                let suggestion = self.name_of_type(&wanted.ty, scope).map(|name| format!("did you mean `{name}`?"));
                let report = self.report("type::mismatch", message, argument.span, slot.ty.to_string());
                if let Some(suggestion) = suggestion {
                    report.help(suggestion);
                }
                return poisoned();
            }
            if slot.optional
                && !wanted.optional
                && claims::path_of(argument).is_none_or(|path| !scope.settled.contains(&path))
            {
                let text = self.text(argument.span).to_owned();
                let message = format!("`{text}` may be unset, and `{name}` wants a value for `{parameter}`");
                self.report("type::maybe-unset", message, argument.span, "may be unset").help(format!(
                    "write `{parameter}: {}?` in the definition, or `{text} is set and …` before it",
                    wanted.ty
                ));
                return poisoned();
            }
            nodes.push(node);
        }
        (NodeKind::Let { definition: info.definition, arguments: nodes }, info.result)
    }

    fn definition(&mut self, callee: &Path, scope: &mut Scope<'_>) -> Option<LetInfo> {
        let name = self.text(callee.span).to_owned();
        let found = match callee.segments.as_slice() {
            [name] => self.find_let(&name.value, name.span, scope),
            [alias, name] => self.find_let_of_pack(alias, name, scope),
            _ => None,
        };
        if found.is_none() && !scope.failed_lets.contains(&name) {
            let known = self.let_names(scope);
            let help = did_you_mean(&name, known.iter().map(String::as_str)).map_or_else(
                || format!("define it: `let {name}(m: Model) = …`"),
                |right| format!("did you mean `{right}`?"),
            );
            self.report(
                "names::unknown-definition",
                format!("nothing called `{name}` can be applied"),
                callee.span,
                "not defined",
            )
            .help(help);
        }
        found
    }

    /// A dotted name.
    pub(super) fn path(&mut self, path: &Path, scope: &mut Scope<'_>) -> (Node, Slot) {
        let Some((first, rest)) = path.segments.split_first() else {
            return (Node { span: path.span, leaf: None, kind: poisoned().0 }, poisoned().1);
        };
        let Some((mut kind, mut slot)) = self.root(first, rest, scope) else {
            return (Node { span: path.span, leaf: None, kind: poisoned().0 }, poisoned().1);
        };
        let mut span = first.span;
        for segment in rest {
            if slot.ty == Type::Poisoned {
                break;
            }
            let Some(attribute) = self.vocabulary.attribute(&slot.ty, &segment.value) else {
                self.unknown_attribute(&slot.ty, span, segment);
                return (Node { span: path.span, leaf: None, kind: poisoned().0 }, poisoned().1);
            };
            let owner = Node { span, leaf: None, kind };
            // An attribute of what may be unset may be unset itself.
            slot = Slot { ty: attribute.slot.ty.clone(), optional: attribute.slot.optional || slot.optional };
            kind = NodeKind::Attribute(Box::new(owner), segment.value.clone());
            span = span.to(segment.span);
        }
        (Node { span: path.span, leaf: None, kind }, slot)
    }

    /// What the first part of a dotted name stands for.
    fn root(
        &mut self,
        first: &Spanned<String>,
        rest: &[Spanned<String>],
        scope: &mut Scope<'_>,
    ) -> Option<(NodeKind, Slot)> {
        let name = first.value.as_str();
        if let Some(index) = scope.locals.iter().rposition(|(local, _)| local == name) {
            return Some((NodeKind::Local(index), scope.locals[index].1.clone()));
        }
        if let Some(info) = self.find_let(name, first.span, scope) {
            if !info.parameters.is_empty() {
                let wanted = info.parameters.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(", ");
                self.report(
                    "type::arguments",
                    format!("`{name}` needs its arguments"),
                    first.span,
                    "a definition with parameters",
                )
                .help(format!("write `{name}({wanted})`"));
                return None;
            }
            return Some((NodeKind::Let { definition: info.definition, arguments: Vec::new() }, info.result));
        }
        if scope.failed_lets.iter().any(|failed| failed == name) {
            return None;
        }
        match self.head_name(first, scope) {
            HeadName::Known(slot) => return Some((NodeKind::Name(name.to_owned()), slot)),
            HeadName::Reported => return None,
            HeadName::None => {}
        }
        if let Some((id, slot)) = self.find_setting(name, scope) {
            return Some((NodeKind::Setting(id), slot));
        }
        self.unknown_name(first, rest, scope);
        None
    }

    /// What the heads know of a name.
    fn head_name(&mut self, name: &Spanned<String>, scope: &Scope<'_>) -> HeadName {
        let vocabulary = self.vocabulary;
        if let Some(known) = vocabulary.everywhere.iter().find(|known| known.name == name.value) {
            return HeadName::Known(known.slot.clone());
        }
        let mut slot: Option<Slot> = None;
        let mut lacking = None;
        for head in &scope.heads {
            match head.names.iter().find(|known| known.name == name.value) {
                None => lacking = Some(head.written()),
                Some(known) => match &mut slot {
                    None => slot = Some(known.slot.clone()),
                    Some(slot) if slot.ty == known.slot.ty => slot.optional |= known.slot.optional,
                    Some(_) => {
                        let message = format!("`{}` is not of one type in all the heads of this rule", name.value);
                        self.report("names::not-in-all", message, name.span, "differs between the heads")
                            .help("split the rule in two");
                        return HeadName::Reported;
                    }
                },
            }
        }
        match (slot, lacking) {
            (Some(_), Some(head)) => {
                let message = format!("`{}` does not exist for everything that this rule matches", name.value);
                self.report("names::not-in-all", message, name.span, format!("`{head}` has no `{}`", name.value))
                    .help(format!("split the rule in two, or drop `{head}`"));
                HeadName::Reported
            }
            (slot, _) => slot.map_or(HeadName::None, HeadName::Known),
        }
    }
}

/// What the heads of a rule know of a name.
enum HeadName {
    /// All of them have it.
    Known(Slot),
    /// Some lack it, which was reported.
    Reported,
    /// None has it.
    None,
}

/// The type of what was reported already.
fn poisoned() -> (NodeKind, Slot) {
    (NodeKind::Literal(Literal::Bool(false)), Slot::set(Type::Poisoned))
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

/// Marks `x is set` leaves whose answer another leaf of the same connective rests on.
fn mark_guards(node: &mut Node, used: &[String]) {
    if let NodeKind::IsSet { value, .. } = &node.kind
        && let Some(leaf) = &mut node.leaf
        && let Some(path) = node_path(value)
        && used.contains(&path)
    {
        leaf.guard = true;
    }
}

fn node_path(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Name(name) => Some(name.clone()),
        NodeKind::Attribute(owner, name) => Some(format!("{}.{name}", node_path(owner)?)),
        _ => None,
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
