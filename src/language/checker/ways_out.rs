//! What a finding shows besides its message: labels at other places, and fixes.

use crate::language::checker::Checker;
use crate::language::checker::claims;
use crate::language::checker::scope::Scope;
use crate::language::condition::Node;
use crate::language::rule::{Edit, Fix, FixBody};
use crate::language::syntax::{self, EditKind, ExprKind, Path};
use crate::source::Spanned;

impl Checker<'_> {
    pub(super) fn label_place(&mut self, place: &syntax::Expr, scope: &mut Scope<'_>) -> Option<Node> {
        let ExprKind::Path(path) = &place.kind else {
            if !matches!(place.kind, ExprKind::Poisoned) {
                let text = self.text(place.span).to_owned();
                self.report("rule::label-place", format!("`{text}` is not a place"), place.span, "not a place")
                    .help("a label stands at a name: `label field \"…\"`, `label field.null \"…\"`");
            }
            return None;
        };
        Some(self.path(path, scope).0)
    }

    pub(super) fn fix(
        &mut self,
        title: &syntax::Text,
        level: Option<&Spanned<String>>,
        condition: Option<&syntax::Expr>,
        body: &syntax::FixBody,
        scope: &mut Scope<'_>,
    ) -> Fix {
        let span = title.span;
        let title = self.template(title, scope);
        let safe = level.is_some_and(|level| self.word(level, &["safe", "unsafe"], "fix level") == Some("safe"));
        let known = scope.settled.len();
        scope.settled.extend(condition.iter().flat_map(|condition| claims::settled_when(condition, true)));
        let condition = condition.map(|condition| self.condition(condition, scope));
        let body = match body {
            syntax::FixBody::None => FixBody::None,
            syntax::FixBody::Steps(text) => FixBody::Steps(self.template(text, scope)),
            syntax::FixBody::Edits(edits) => {
                FixBody::Edits(edits.iter().filter_map(|edit| self.edit(edit, scope)).collect())
            }
        };
        scope.settled.truncate(known);
        Fix { span, title, safe, condition, body }
    }

    fn edit(&mut self, edit: &syntax::Edit, scope: &mut Scope<'_>) -> Option<Edit> {
        match &edit.kind {
            EditKind::Set { place, value } => {
                let (owner, argument) = self.argument(place, scope)?;
                let (value, _) = self.expression(value, scope);
                Some(Edit::Set { owner, argument, value })
            }
            EditKind::Remove { place } => {
                let (owner, argument) = self.argument(place, scope)?;
                Some(Edit::Remove { owner, argument })
            }
            EditKind::Rename { place, to, from } => {
                if place.segments.len() != 1 || place.segments[0].value != "op" {
                    let text = self.text(place.span).to_owned();
                    self.report("fix::rename", format!("`{text}` can't be renamed"), place.span, "not an operation")
                        .help("only the operation has a class to rename: `rename op to …`");
                    return None;
                }
                let known = self
                    .vocabulary
                    .entity("Operation")
                    .is_some_and(|entity| entity.kinds.iter().any(|kind| kind.name == to.value));
                if !known && from.is_none() {
                    self.report(
                        "names::unknown-operation",
                        format!("there is no operation `{}`", to.value),
                        to.span,
                        "unknown operation",
                    )
                    .help("say which module it is imported from: `rename op to … from \"my.module\"`");
                    return None;
                }
                Some(Edit::Rename { to: to.value.clone(), module: from.as_ref().map(|text| text.value.clone()) })
            }
        }
    }

    /// The argument that an edit speaks of: `field.db_default`, or an argument of the operation by its name.
    fn argument(&mut self, path: &Path, scope: &mut Scope<'_>) -> Option<(Option<Node>, String)> {
        self.path(path, scope);
        let (last, owner) = path.segments.split_last()?;
        let owner = match owner {
            [] => None,
            [first, .., end] => {
                Some(self.path(&Path { span: first.span.to(end.span), segments: owner.to_vec() }, scope).0)
            }
            [only] => Some(self.path(&Path { span: only.span, segments: owner.to_vec() }, scope).0),
        };
        Some((owner, last.value.clone()))
    }
}
