//! What rule files declare beside rules: kinds of their own, settings, definitions, other packs.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::language::checker::scope::{LetState, PackScope, Scope, SettingInfo};
use crate::language::checker::template::{Piece, pieces};
use crate::language::checker::{Checker, PackFile};
use crate::language::rule::Setting;
use crate::language::syntax::{DeclarationKind, Expr, ExprKind, Literal, Parameter, Path, Text, TypeName};
use crate::language::vocabulary::{Head, Kind, KindDeclaration, Name, SENT_COLUMN, SENT_TABLE, SendsPart, Vocabulary};
use crate::language::{Slot, Type, did_you_mean};
use crate::source::Spanned;

/// The editions of the language that this version reads.
const EDITIONS: [u32; 1] = [1];

/// The vocabulary with the kinds that the files declare. What they stand `like` is looked up when they are checked.
pub(super) fn extend_vocabulary(
    files: &[PackFile],
    vocabulary: &Vocabulary,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vocabulary {
    let mut extended = vocabulary.clone();
    for PackFile { file, .. } in files {
        for declaration in &file.declarations {
            let (entity, name, parameters, like, sends) = match &declaration.kind {
                DeclarationKind::Operation { name, parameters, like, sends } => {
                    ("Operation", name, parameters, like, sends.as_ref())
                }
                DeclarationKind::FieldClass { name, parameters, like } => ("Field", name, parameters, like, None),
                _ => continue,
            };
            let Some(kinds) =
                extended.entities.iter_mut().find(|known| known.name == entity).map(|known| &mut known.kinds)
            else {
                continue;
            };
            if let Some(known) = kinds.iter().find(|kind| kind.name == name.value) {
                let whose = if known.declaration.is_some() { "by a rule file" } else { "by Django" };
                diagnostics.push(
                    Diagnostic::error(
                        &file.source,
                        "names::declared-twice",
                        format!("`{}` is declared already", name.value),
                        name.span,
                        format!("declared {whose}"),
                    )
                    .with_help("remove this declaration"),
                );
                continue;
            }
            if !kinds.iter().any(|kind| kind.name == like.value) {
                let near = did_you_mean(&like.value, kinds.iter().map(|kind| kind.name.as_ref()));
                let help = near.map_or_else(
                    || {
                        if entity == "Field" {
                            "name one of Django's field classes, such as `TextField`"
                        } else {
                            "name an operation or a group, such as `SchemaOperation`"
                        }
                        .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                diagnostics.push(
                    Diagnostic::error(
                        &file.source,
                        "names::unknown-kind",
                        format!("there is no `{}` that `{}` could be like", like.value, name.value),
                        like.span,
                        "unknown",
                    )
                    .with_help(help),
                );
                // Its name is declared all the same, so that its uses are not reported too.
            }
            kinds.push(Kind {
                name: Cow::Owned(name.value.clone()),
                parents: vec![Cow::Owned(like.value.clone())],
                declaration: Some(KindDeclaration {
                    parameters: parameters.iter().map(default_of).collect(),
                    sends: sends.map(sent),
                }),
            });
            if entity == "Operation" {
                declare_heads(&mut extended, &name.value, parameters, &like.value);
            }
        }
    }
    extended
}

/// What an operation sends, by the text of its `sends`.
fn sent(text: &Text) -> Vec<SendsPart> {
    let part = |piece| match piece {
        Piece::Plain(plain) => SendsPart::Text(plain),
        Piece::Hole(path) => SendsPart::Name(dotted(&path)),
    };
    pieces(text).into_iter().map(part).collect()
}

fn dotted(path: &Path) -> String {
    path.segments.iter().map(|segment| segment.value.as_str()).collect::<Vec<_>>().join(".")
}

/// A parameter's name and its default.
fn default_of(parameter: &Parameter) -> (String, Option<Literal>) {
    let default = parameter.default.as_ref().and_then(|default| match &default.kind {
        ExprKind::Literal(literal) => Some(literal.clone()),
        _ => None,
    });
    // A parameter that may be left out and says no more is unset then.
    let optional = parameter.ty.as_ref().is_some_and(|ty| ty.optional);
    (parameter.name.value.clone(), default.or(optional.then_some(Literal::None)))
}

/// A declared operation is a head, with the names of what it is like and its own parameters.
fn declare_heads(vocabulary: &mut Vocabulary, name: &str, parameters: &[Parameter], like: &str) {
    let like_heads: Vec<Head> =
        vocabulary.heads.iter().filter(|head| head.kind == like && head.part.is_none()).cloned().collect();
    if like_heads.is_empty() {
        let doc = Cow::Borrowed("");
        vocabulary.heads.push(Head {
            namespace: None,
            kind: Cow::Owned(name.to_owned()),
            part: None,
            names: Vec::new(),
            doc,
        });
    }
    for mut head in like_heads {
        head.kind = Cow::Owned(name.to_owned());
        head.doc = Cow::Owned(format!("An operation like {like}, declared in a rule file."));
        for parameter in parameters {
            let ty = parameter
                .ty
                .as_ref()
                .and_then(|ty| type_named(&ty.name.value, ty.element.as_ref().map(|e| e.value.as_str()), vocabulary));
            let slot = Slot {
                ty: ty.unwrap_or(Type::Value),
                optional: parameter.ty.as_ref().is_some_and(|ty| ty.optional) && parameter.default.is_none(),
            };
            head.names.retain(|known| known.name != parameter.name.value);
            head.names.push(Name {
                name: Cow::Owned(parameter.name.value.clone()),
                slot,
                doc: Cow::Borrowed("Declared in a rule file."),
            });
        }
        vocabulary.heads.push(head);
    }
}

fn type_named(name: &str, element: Option<&str>, vocabulary: &Vocabulary) -> Option<Type> {
    match (name, element) {
        ("list", Some(element)) => type_named(element, None, vocabulary).map(Type::list),
        (_, Some(_)) => None,
        ("bool", None) => Some(Type::Bool),
        ("int", None) => Some(Type::Int),
        ("str", None) => Some(Type::Str),
        ("version", None) => Some(Type::Version),
        (entity, None) => vocabulary.entity(entity).map(|entity| Type::Entity(entity.name)),
    }
}

impl Checker<'_> {
    /// The type that a rule file names.
    pub(super) fn type_of(&mut self, ty: &TypeName) -> Option<Slot> {
        let element = ty.element.as_ref().map(|element| element.value.as_str());
        if let Some(found) = type_named(&ty.name.value, element, self.vocabulary) {
            return Some(Slot { ty: found, optional: ty.optional });
        }
        let unknown: &Spanned<String> = match &ty.element {
            Some(element) if ty.name.value == "list" => element,
            _ => &ty.name,
        };
        let names: Vec<&str> = ["bool", "int", "str", "version", "list"]
            .into_iter()
            .chain(self.vocabulary.entities.iter().map(|entity| entity.name))
            .collect();
        let help = match unknown.value.as_str() {
            "list" => "write what it is a list of: `list[str]`".to_owned(),
            "string" | "text" => "did you mean `str`?".to_owned(),
            "boolean" => "did you mean `bool`?".to_owned(),
            other => did_you_mean(other, names.iter().copied())
                .map_or_else(|| format!("it is one of {}", names.join(", ")), |near| format!("did you mean `{near}`?")),
        };
        let message = format!("there is no type `{}`", unknown.value);
        self.report("names::unknown-type", message, unknown.span, "unknown type").help(help);
        None
    }

    /// Collects what the files declare, and checks the settings.
    pub(super) fn declarations(&mut self, files: &[PackFile]) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for PackFile { pack, file, .. } in files {
            self.source = Arc::clone(&file.source);
            self.packs.entry(pack.clone()).or_default();
            for declaration in &file.declarations {
                match &declaration.kind {
                    DeclarationKind::Edition(edition) if !EDITIONS.contains(&edition.value) => {
                        let message =
                            format!("this version does not read edition {} of the rule language", edition.value);
                        self.report("names::edition", message, edition.span, "unknown edition")
                            .help("the newest edition that it reads is 1: write `edition 1`, or update whimbrel");
                    }
                    DeclarationKind::Setting { parameter, description } => {
                        let description = description.as_ref().map(|text| text.value.clone());
                        settings.extend(self.setting(pack, parameter, description, &settings));
                    }
                    DeclarationKind::Let(definition) => {
                        let name = &definition.name;
                        let state = LetState::Waiting(definition.clone(), Arc::clone(&file.source));
                        if self.pack(pack).lets.insert(name.value.clone(), state).is_some() {
                            self.declared_twice(name);
                        }
                    }
                    DeclarationKind::Use { pack: used, alias } => {
                        let last = used.value.rsplit('/').next().unwrap_or_default().to_owned();
                        if !files.iter().any(|other| other.pack == used.value || other.pack == last) {
                            self.unknown_pack(used, files);
                            continue;
                        }
                        let name = alias.as_ref().map_or(last.clone(), |alias| alias.value.clone());
                        self.pack(pack).aliases.insert(name, last);
                    }
                    DeclarationKind::Operation { parameters, sends, .. } => {
                        self.parameters(parameters);
                        if let Some(sends) = sends {
                            self.sends(sends, parameters);
                        }
                    }
                    DeclarationKind::FieldClass { parameters, .. } => self.parameters(parameters),
                    _ => {}
                }
            }
        }
        settings
    }

    /// Checks the names in the SQL that an operation sends.
    fn sends(&mut self, text: &Text, parameters: &[Parameter]) {
        for piece in pieces(text) {
            let Piece::Hole(path) = piece else { continue };
            let name = dotted(&path);
            let own = parameters.iter().map(|parameter| parameter.name.value.as_str());
            let known: Vec<&str> = own.chain([SENT_TABLE, SENT_COLUMN]).collect();
            if !known.contains(&name.as_str()) {
                let help = did_you_mean(&name, known.iter().copied()).map_or_else(
                    || format!("it may name {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.report("names::unknown", format!("`sends` knows no `{name}`"), path.span, "unknown").help(help);
                continue;
            }
            for needed in [(SENT_TABLE, "model_name"), (SENT_COLUMN, "model_name"), (SENT_COLUMN, "name")] {
                if name == needed.0 && !known.contains(&needed.1) {
                    let message = format!("`{name}` needs a parameter `{}`", needed.1);
                    let help = format!("declare it: `{}: str`", needed.1);
                    self.report("names::unknown", message, path.span, "of what?").help(help);
                }
            }
        }
    }

    fn pack(&mut self, pack: &str) -> &mut PackScope {
        self.packs.entry(pack.to_owned()).or_default()
    }

    fn declared_twice(&mut self, name: &Spanned<String>) {
        self.report(
            "names::declared-twice",
            format!("`{}` is declared already", name.value),
            name.span,
            "declared again",
        )
        .help("rename one of them");
    }

    fn unknown_pack(&mut self, used: &Spanned<String>, files: &[PackFile]) {
        let known: Vec<&str> = files.iter().map(|file| file.pack.as_str()).collect();
        let help = did_you_mean(&used.value, known.iter().copied()).map_or_else(
            || "name its files under `rules` in the configuration".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.report(
            "names::unknown-pack",
            format!("no loaded pack is called `{}`", used.value),
            used.span,
            "not loaded",
        )
        .help(help);
    }

    fn setting(
        &mut self,
        pack: &str,
        parameter: &Parameter,
        description: Option<String>,
        known: &[Setting],
    ) -> Option<Setting> {
        let name = &parameter.name;
        let Some(ty) = &parameter.ty else {
            self.report(
                "setting::no-type",
                format!("the setting `{}` has no type", name.value),
                name.span,
                "which type?",
            )
            .help(format!("write it as `setting {}: list[str] = []`", name.value));
            return None;
        };
        let slot = self.type_of(ty)?;
        let value = match &parameter.default {
            None if slot.optional => Literal::None,
            None => {
                self.report(
                    "setting::no-default",
                    format!("the setting `{}` has no default", name.value),
                    name.span,
                    "no default",
                )
                .help("add `= …` with the value for projects that do not configure it, or a `?` behind its type");
                return None;
            }
            Some(default) => self.literal_of(default, &slot)?,
        };
        let id = format!("{pack}/{}", name.value);
        if known.iter().any(|setting| setting.id == id) {
            self.declared_twice(name);
            return None;
        }
        let ty = slot.ty.clone();
        self.pack(pack).settings.insert(name.value.clone(), SettingInfo { slot });
        Some(Setting {
            id,
            name: name.value.clone(),
            ty,
            value,
            set_by: None,
            description,
            source: Arc::clone(&self.source),
            span: name.span,
        })
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            let Some(ty) = &parameter.ty else {
                let name = &parameter.name;
                self.report("names::no-type", format!("`{}` has no type", name.value), name.span, "which type?")
                    .help(format!("write it as `{}: str`", name.value));
                continue;
            };
            if let (Some(slot), Some(default)) = (self.type_of(ty), &parameter.default) {
                self.literal_of(default, &slot);
            }
        }
    }

    /// The literal that an expression is, checked against the type it must have.
    pub(super) fn literal_of(&mut self, expr: &Expr, slot: &Slot) -> Option<Literal> {
        let ExprKind::Literal(literal) = &expr.kind else {
            let text = self.text(expr.span).to_owned();
            self.report("type::not-a-literal", format!("`{text}` is not a literal"), expr.span, "not a literal")
                .help("write a number, a text, `True`, `False`, or a list of these");
            return None;
        };
        if *literal == Literal::None && slot.optional {
            return Some(Literal::None);
        }
        let ty = self.literal_type(literal);
        let fits = match (&slot.ty, &ty) {
            (Type::Value, _) | (Type::Version, Type::Int) => true,
            (wanted, given) => wanted.comparable(given) && !matches!((wanted, given), (Type::Int, Type::Version)),
        };
        if !fits || *literal == Literal::None {
            let text = self.text(expr.span).to_owned();
            self.report(
                "type::mismatch",
                format!("`{text}` is not of the type {}", slot.ty),
                expr.span,
                ty.to_string(),
            )
            .help(format!("its type is `{slot}`"));
            return None;
        }
        Some(literal.clone())
    }

    /// Checks the definitions that no rule uses.
    pub(super) fn unused_definitions(&mut self, files: &[PackFile]) {
        for PackFile { pack, file, .. } in files {
            self.source = Arc::clone(&file.source);
            for declaration in &file.declarations {
                if let DeclarationKind::Let(definition) = &declaration.kind {
                    let mut scope = Scope::new(pack, Vec::new());
                    let name = &definition.name;
                    self.find_let(&name.value, name.span, &mut scope);
                }
            }
        }
    }
}
