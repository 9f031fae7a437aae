//! What a name can stand for at a place of a rule file, and what to suggest when it stands for nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::language::checker::Checker;
use crate::language::checker::expressions::size_of;
use crate::language::condition::Definition;
use crate::language::parse::CLAUSE_WORDS;
use crate::language::syntax;
use crate::language::vocabulary::Head;
use crate::language::{Slot, Type, did_you_mean};
use crate::source::{SourceFile, Span, Spanned};

/// A definition may not unfold to more leaves than this; it bounds the cost of a rule.
const LARGEST_DEFINITION: usize = 2_000;
/// Definitions may not use each other through more steps than this.
const DEEPEST_DEFINITION: usize = 32;

/// What is known at a place of a rule file.
pub(super) struct Scope<'v> {
    /// The pack the file belongs to.
    pub(super) pack: String,
    /// The heads of the rule; none for a definition at the top of a file.
    pub(super) heads: Vec<&'v Head>,
    /// Variables of quantifiers and parameters, the innermost last.
    pub(super) locals: Vec<(String, Slot)>,
    /// The rule's own definitions.
    pub(super) lets: BTreeMap<String, LetState>,
    /// Definitions that were reported already; their uses are not.
    pub(super) failed_lets: Vec<String>,
    /// Paths that are certainly set here.
    pub(super) settled: Vec<String>,
    /// Settled paths that something rested on.
    pub(super) used_settled: Vec<String>,
    /// How many quantifiers this place stands in.
    pub(super) quantifiers: usize,
}

impl<'v> Scope<'v> {
    /// The scope of a file of `pack`, for a rule about `heads`.
    pub(super) fn new(pack: &str, heads: Vec<&'v Head>) -> Self {
        Self {
            pack: pack.to_owned(),
            heads,
            locals: Vec::new(),
            lets: BTreeMap::new(),
            failed_lets: Vec::new(),
            settled: Vec::new(),
            used_settled: Vec::new(),
            quantifiers: 0,
        }
    }
}

/// A definition on its way from text to node.
#[derive(Clone)]
pub(super) enum LetState {
    /// Not looked at yet.
    Waiting(syntax::Definition, Arc<SourceFile>),
    /// Being checked: a use of it now is a cycle.
    Open(Span),
    /// Checked.
    Done(LetInfo),
    /// Reported.
    Failed,
}

/// A checked definition.
#[derive(Clone)]
pub(super) struct LetInfo {
    pub(super) definition: Arc<Definition>,
    pub(super) parameters: Vec<(String, Slot)>,
    pub(super) result: Slot,
}

/// A setting as the checker knows it.
#[derive(Clone)]
pub(super) struct SettingInfo {
    pub(super) slot: Slot,
}

/// What the files of one pack declare together.
#[derive(Clone, Default)]
pub(super) struct PackScope {
    pub(super) lets: BTreeMap<String, LetState>,
    pub(super) settings: BTreeMap<String, SettingInfo>,
    pub(super) aliases: BTreeMap<String, String>,
}

impl Checker<'_> {
    /// The definition of that name, the rule's own before the pack's.
    pub(super) fn find_let(&mut self, name: &str, span: Span, scope: &mut Scope<'_>) -> Option<LetInfo> {
        if let Some(state) = scope.lets.get(name).cloned() {
            return self.rule_let(name, span, state, scope);
        }
        let pack = scope.pack.clone();
        self.pack_let(&pack, name, span, scope)
    }

    /// `alias.name`: a definition of another pack.
    pub(super) fn find_let_of_pack(
        &mut self,
        alias: &Spanned<String>,
        name: &Spanned<String>,
        scope: &mut Scope<'_>,
    ) -> Option<LetInfo> {
        let pack = self.packs.get(&scope.pack)?.aliases.get(&alias.value)?.clone();
        self.pack_let(&pack, &name.value, name.span, scope)
    }

    fn rule_let(&mut self, name: &str, span: Span, state: LetState, scope: &mut Scope<'_>) -> Option<LetInfo> {
        match state {
            LetState::Done(info) => Some(info),
            LetState::Failed => {
                scope.failed_lets.push(name.to_owned());
                None
            }
            LetState::Open(defined) => {
                self.cycle(name, defined, span);
                scope.failed_lets.push(name.to_owned());
                None
            }
            LetState::Waiting(definition, _) => {
                scope.lets.insert(name.to_owned(), LetState::Open(definition.name.span));
                let outer = (
                    std::mem::take(&mut scope.locals),
                    std::mem::take(&mut scope.settled),
                    std::mem::take(&mut scope.quantifiers),
                );
                let info = self.define(&definition, scope);
                (scope.locals, scope.settled, scope.quantifiers) = outer;
                self.close(name, info, &mut scope.lets, &mut scope.failed_lets)
            }
        }
    }

    fn pack_let(&mut self, pack: &str, name: &str, span: Span, scope: &mut Scope<'_>) -> Option<LetInfo> {
        let state = self.packs.get(pack)?.lets.get(name)?.clone();
        match state {
            LetState::Done(info) => Some(info),
            LetState::Failed => {
                scope.failed_lets.push(name.to_owned());
                None
            }
            LetState::Open(defined) => {
                self.cycle(name, defined, span);
                scope.failed_lets.push(name.to_owned());
                None
            }
            LetState::Waiting(definition, source) => {
                if let Some(own) = self.packs.get_mut(pack) {
                    own.lets.insert(name.to_owned(), LetState::Open(definition.name.span));
                }
                let outer = std::mem::replace(&mut self.source, source);
                let mut own_scope = Scope::new(pack, Vec::new());
                let info = self.define(&definition, &mut own_scope);
                self.source = outer;
                let mut lets = std::mem::take(&mut self.packs.entry(pack.to_owned()).or_default().lets);
                let info = self.close(name, info, &mut lets, &mut scope.failed_lets);
                self.packs.entry(pack.to_owned()).or_default().lets = lets;
                info
            }
        }
    }

    fn close(
        &mut self,
        name: &str,
        info: Option<LetInfo>,
        lets: &mut BTreeMap<String, LetState>,
        failed: &mut Vec<String>,
    ) -> Option<LetInfo> {
        // A cycle through this definition has been reported while it was open.
        let info = info.filter(|_| !self.cyclic.contains(name));
        let state = info.clone().map_or(LetState::Failed, LetState::Done);
        lets.insert(name.to_owned(), state);
        if info.is_none() {
            failed.push(name.to_owned());
        }
        info
    }

    fn cycle(&mut self, name: &str, defined: Span, used: Span) {
        if self.cyclic.insert(name.to_owned()) {
            self.report("let::cycle", format!("`{name}` is defined in terms of itself"), defined, "needs itself")
                .label(used, "through this")
                .help("definitions can't be recursive: every rule must come to an end");
        }
    }

    fn define(&mut self, definition: &syntax::Definition, scope: &mut Scope<'_>) -> Option<LetInfo> {
        let name = definition.name.value.clone();
        if self.open_definitions == DEEPEST_DEFINITION {
            self.report(
                "let::too-deep",
                format!("`{name}` is used through too many definitions"),
                definition.name.span,
                "too deep",
            )
            .help(format!("definitions may use each other through {DEEPEST_DEFINITION} steps"));
            return None;
        }
        let mut parameters = Vec::new();
        for parameter in &definition.parameters {
            let Some(ty) = &parameter.ty else {
                let parameter = &parameter.name;
                self.report(
                    "let::no-type",
                    format!("`{}` has no type", parameter.value),
                    parameter.span,
                    "which type?",
                )
                .help(format!("write it as `{}: Model`", parameter.value));
                return None;
            };
            let slot = self.type_of(ty)?;
            parameters.push((parameter.name.value.clone(), slot));
        }
        scope.locals.clone_from(&parameters);
        self.open_definitions += 1;
        let errors = self.errors();
        let (mut body, result) = self.expression(&definition.body, scope);
        self.open_definitions -= 1;
        if self.errors() > errors || result.ty == Type::Poisoned {
            return None;
        }
        if body.leaf.is_none() && result.ty == Type::Bool {
            // A body that is one leaf is numbered like any other, so that a test can ask about it.
            body = self.numbered(body);
        }
        let size = size_of(&body);
        if size > LARGEST_DEFINITION {
            self.report(
                "let::too-large",
                format!("`{name}` unfolds to {size} conditions"),
                definition.name.span,
                "too large",
            )
            .help(format!("a definition may unfold to {LARGEST_DEFINITION}"));
            return None;
        }
        let source = Arc::clone(&self.source);
        Some(LetInfo { definition: Arc::new(Definition { name, source, body, size }), parameters, result })
    }

    /// The setting of that name in the scope's pack: its id and slot.
    pub(super) fn find_setting(&self, name: &str, scope: &Scope<'_>) -> Option<(String, Slot)> {
        let info = self.packs.get(&scope.pack)?.settings.get(name)?;
        Some((format!("{}/{name}", scope.pack), info.slot.clone()))
    }

    /// The names of all definitions that the scope can see.
    pub(super) fn let_names(&self, scope: &Scope<'_>) -> Vec<String> {
        let pack = self.packs.get(&scope.pack).into_iter().flat_map(|pack| pack.lets.keys());
        scope.lets.keys().chain(pack).cloned().collect()
    }

    /// A name of the heads that has this type, for a suggestion.
    pub(super) fn name_of_type(&self, ty: &Type, scope: &Scope<'_>) -> Option<String> {
        let heads = scope.heads.iter().flat_map(|head| &head.names);
        heads.chain(&self.vocabulary.everywhere).find(|name| name.slot.ty == *ty).map(|name| name.name.to_string())
    }

    /// Every name that can stand first in a path here.
    fn visible_names(&self, scope: &Scope<'_>) -> Vec<String> {
        let mut names: Vec<String> = scope.locals.iter().map(|(name, _)| name.clone()).collect();
        names.extend(scope.heads.iter().flat_map(|head| &head.names).map(|name| name.name.to_string()));
        names.extend(self.vocabulary.everywhere.iter().map(|name| name.name.to_string()));
        names.extend(self.let_names(scope));
        if let Some(pack) = self.packs.get(&scope.pack) {
            names.extend(pack.settings.keys().cloned());
        }
        names
    }

    pub(super) fn unknown_name(&mut self, first: &Spanned<String>, rest: &[Spanned<String>], scope: &Scope<'_>) {
        let name = first.value.as_str();
        let owner = match scope.heads.as_slice() {
            [] => "not a name that every head has".to_owned(),
            [head] => format!("not a name of {}", head.written()),
            _ => "not a name of these heads".to_owned(),
        };
        let help = self.name_suggestion(first, rest, scope);
        let report = self.report("names::unknown", format!("`{name}` is not known here"), first.span, owner);
        if let Some(help) = help {
            report.help(help);
        }
    }

    fn name_suggestion(&self, first: &Spanned<String>, rest: &[Spanned<String>], scope: &Scope<'_>) -> Option<String> {
        let name = first.value.as_str();
        if rest.is_empty()
            && self.begins_line(first.span)
            && let Some(word) = did_you_mean(name, CLAUSE_WORDS.iter().copied())
        {
            return Some(format!("did you mean the clause `{word}`? The condition above it is not finished"));
        }
        let visible = self.visible_names(scope);
        let wanted = self.vocabulary.synonym(name).unwrap_or(name);
        if wanted != name && visible.iter().any(|known| known == wanted) {
            return Some(format!("did you mean `{wanted}`?"));
        }
        // `null` alone is an attribute of something that has a name here: `field.null`.
        let slots = scope.heads.iter().flat_map(|head| &head.names).chain(&self.vocabulary.everywhere);
        let owners = || slots.clone().filter(|owner| matches!(owner.slot.ty, Type::Entity(_)));
        for owner in owners() {
            if self.vocabulary.attribute(&owner.slot.ty, wanted).is_some() {
                return Some(format!("did you mean `{}.{wanted}`?", owner.name));
            }
        }
        if let Some(near) = did_you_mean(name, visible.iter().map(String::as_str)) {
            return Some(format!("did you mean `{near}`?"));
        }
        for owner in owners() {
            let Type::Entity(entity) = owner.slot.ty else { continue };
            let attributes = self.vocabulary.entity(entity).into_iter().flat_map(|entity| &entity.attributes);
            if let Some(near) = did_you_mean(name, attributes.map(|attribute| attribute.name.as_ref())) {
                return Some(format!("did you mean `{}.{near}`?", owner.name));
            }
        }
        match scope.heads.as_slice() {
            [head] => Some(format!("`whimbrel explain --names {}` lists what can be said about it", head.written())),
            _ => None,
        }
    }

    pub(super) fn unknown_attribute(&mut self, ty: &Type, owner: Span, segment: &Spanned<String>) {
        let name = segment.value.as_str();
        let owner_text = self.text(owner).to_owned();
        let Type::Entity(entity_name) = ty else {
            self.report(
                "names::unknown-attribute",
                format!("`{owner_text}` has no attributes"),
                segment.span,
                format!("it is {ty}"),
            )
            .help(format!("write `{owner_text}` alone"));
            return;
        };
        let attributes: Vec<&str> = self
            .vocabulary
            .entity(entity_name)
            .into_iter()
            .flat_map(|entity| &entity.attributes)
            .map(|attribute| attribute.name.as_ref())
            .collect();
        let near = self.vocabulary.suggestion(name, &attributes);
        let help = near.map_or_else(
            || format!("it has {}", attributes.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{owner_text}.{near}`?"),
        );
        let article = if entity_name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
        let message = format!("{article} {entity_name} has no `{name}`");
        self.report("names::unknown-attribute", message, segment.span, "unknown attribute").help(help);
    }

    /// Whether nothing but white space stands before `span` on its line.
    fn begins_line(&self, span: Span) -> bool {
        let line = self.source.line_span(span.start);
        self.source.slice(Span::new(line.start, span.start.max(line.start))).trim().is_empty()
    }
}
