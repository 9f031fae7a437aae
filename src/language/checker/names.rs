//! What names stand for: those of heads, their attributes, definitions and settings.

use crate::language::checker::expressions::poisoned;
use crate::language::checker::scope::{LetInfo, Scope};
use crate::language::checker::{Checker, claims};
use crate::language::condition::{Node, NodeKind};
use crate::language::syntax::{Expr, Path};
use crate::language::{Slot, Type, did_you_mean};
use crate::source::Spanned;

impl Checker<'_> {
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

    pub(super) fn call(
        &mut self,
        expr: &Expr,
        callee: &Path,
        arguments: &[Expr],
        scope: &mut Scope<'_>,
    ) -> (NodeKind, Slot) {
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
            let message = format!("nothing called `{name}` can be applied");
            self.report_once("names::unknown-definition", message, callee.span, "not defined").help(help);
        }
        found
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
