//! The names that rules may use: heads, entities with their attributes, kinds. The language knows that there are
//! such names; which there are is told to it, by one table.

use std::borrow::Cow;

use crate::language::syntax::Literal;
use crate::language::{Slot, Type, did_you_mean};

/// A name with its type and a sentence for the reference.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub name: Cow<'static, str>,
    /// What is behind it.
    pub slot: Slot,
    /// One sentence for `explain --names` and the reference.
    pub doc: Cow<'static, str>,
}

/// Something a rule can be about.
#[derive(Clone, Debug)]
pub struct Head {
    /// `state`, `database`, … before the first dot.
    pub namespace: Option<&'static str>,
    /// The kind or group.
    pub kind: Cow<'static, str>,
    /// The part behind the kind: `fields` of `CreateModel.fields`.
    pub part: Option<&'static str>,
    /// Names that it has beyond those that every head has.
    pub names: Vec<Name>,
    /// One sentence for the reference.
    pub doc: Cow<'static, str>,
}

impl Head {
    /// The head as a rule writes it.
    #[must_use]
    pub fn written(&self) -> String {
        let mut text = String::new();
        if let Some(namespace) = self.namespace {
            text.push_str(namespace);
            text.push('.');
        }
        text.push_str(&self.kind);
        if let Some(part) = self.part {
            text.push('.');
            text.push_str(part);
        }
        text
    }
}

/// A type of entities.
#[derive(Clone, Debug)]
pub struct EntityType {
    /// Its name: `Field`.
    pub name: &'static str,
    /// Its attributes.
    pub attributes: Vec<Name>,
    /// What `is` may ask of it.
    pub kinds: Vec<Kind>,
    /// The types of what may be `in` it.
    pub contains: &'static [&'static str],
    /// One sentence for the reference.
    pub doc: &'static str,
}

/// A kind of entity, with the kinds it also is.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name: `URLField`, `AddField`, `SchemaOperation`.
    pub name: Cow<'static, str>,
    /// Its direct parents.
    pub parents: Vec<Cow<'static, str>>,
    /// What a rule file says when it declares the kind; `None` for a kind that is built in.
    pub declaration: Option<KindDeclaration>,
}

/// How a rule file declares a kind.
#[derive(Clone, Debug)]
pub struct KindDeclaration {
    /// Its parameters, in the order of positional arguments, with their defaults.
    pub parameters: Vec<(String, Option<Literal>)>,
    /// The SQL that an operation sends, where the declaration says it.
    pub sends: Option<Vec<SendsPart>>,
}

/// A part of the SQL that a declared operation sends.
#[derive(Clone, Debug)]
pub enum SendsPart {
    /// As it is written.
    Text(String),
    /// A name in braces: a parameter, [`SENT_TABLE`] or [`SENT_COLUMN`].
    Name(String),
}

/// The name that stands for the table of the operation's model.
pub const SENT_TABLE: &str = "model.table";
/// The name that stands for the column of the operation's field.
pub const SENT_COLUMN: &str = "field.column";

/// Everything that rules may name.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Names that every head has.
    pub everywhere: Vec<Name>,
    /// The heads.
    pub heads: Vec<Head>,
    /// The types of entities.
    pub entities: Vec<EntityType>,
    /// The databases that a rule may be limited to.
    pub databases: &'static [&'static str],
    /// The words for `hazard`.
    pub hazards: &'static [&'static str],
    /// What people write, and what it is called here.
    pub synonyms: &'static [(&'static str, &'static str)],
}

/// The severities, as words.
pub const SEVERITIES: &[&str] = &["error", "warning", "info"];

impl Vocabulary {
    /// The type of that name.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&EntityType> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// The attribute of a type.
    #[must_use]
    pub fn attribute(&self, ty: &Type, name: &str) -> Option<&Name> {
        let Type::Entity(entity) = ty else { return None };
        self.entity(entity)?.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The head as written.
    #[must_use]
    pub fn head(&self, namespace: Option<&str>, kind: &str, part: Option<&str>) -> Option<&Head> {
        self.heads.iter().find(|head| head.namespace == namespace && head.kind == kind && head.part == part)
    }

    /// The name in a head.
    #[must_use]
    pub fn name_in<'v>(&'v self, head: &'v Head, name: &str) -> Option<&'v Name> {
        self.everywhere.iter().chain(&head.names).find(|known| known.name == name)
    }

    /// Whether `class` (a kind's name, or the full path of a class that a rule file may have declared by its last
    /// part) is `kind` or derives from it; `None` when the class is not known.
    #[must_use]
    pub fn is_kind(&self, entity: &str, class: &str, kind: &str) -> Option<bool> {
        let kinds = &self.entity(entity)?.kinds;
        let found = if class.contains('.') {
            self.declared(entity, class)
        } else {
            kinds.iter().find(|known| known.name == class)
        };
        Some(derives(kinds, found?, kind, 0))
    }

    /// The kind that a rule file declared for the class of that path, by the path's last part.
    #[must_use]
    pub fn declared(&self, entity: &str, path: &str) -> Option<&Kind> {
        let last = path.rsplit('.').next()?;
        self.entity(entity)?.kinds.iter().find(|known| known.declaration.is_some() && known.name == last)
    }

    /// The name that a synonym stands for, whatever case it is written in.
    #[must_use]
    pub fn synonym(&self, word: &str) -> Option<&'static str> {
        self.synonyms.iter().find(|(wrong, _)| wrong.eq_ignore_ascii_case(word)).map(|(_, right)| *right)
    }

    /// What somebody who wrote `word` may have meant: one of `known`, or what a near synonym stands for.
    #[must_use]
    pub fn suggestion<'k>(&self, word: &str, known: &[&'k str]) -> Option<&'k str> {
        let of_synonym = |word: &str| {
            let right = self.synonym(word)?;
            known.iter().copied().find(|known| *known == right)
        };
        of_synonym(word)
            .or_else(|| did_you_mean(word, known.iter().copied()))
            .or_else(|| of_synonym(did_you_mean(word, self.synonyms.iter().map(|(wrong, _)| *wrong))?))
    }
}

/// No class of Django's, and none that a rule file may sensibly declare, stands deeper below its root.
const DEEPEST_KIND: usize = 32;

fn derives(kinds: &[Kind], found: &Kind, wanted: &str, depth: usize) -> bool {
    found.name == wanted
        || (depth < DEEPEST_KIND
            && found.parents.iter().any(|parent| {
                kinds
                    .iter()
                    .find(|kind| kind.name == *parent)
                    .is_some_and(|kind| derives(kinds, kind, wanted, depth + 1))
            }))
}
