//! What is known about a value: set, unset or unknown, and the three truth values that follow from it.

use std::borrow::Cow;
use std::rc::Rc;

use crate::language::CompareOp;
use crate::language::syntax::Literal;
use crate::source::Span;
use crate::target::Version;

/// Why something is not known: the text that would have to be run, and where it stands in the migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The source text, or the name of what is missing.
    pub text: String,
    /// What is the matter with it, as it reads behind the text: "is imported".
    pub reason: String,
    /// Where it stands in the migration under check.
    pub span: Span,
}

/// At most this many causes travel with one unknown; more would not help the reader.
const KEPT_CAUSES: usize = 3;

/// The third truth value keeps why it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Certainly true.
    True,
    /// Certainly false.
    False,
    /// Can't be decided, for these reasons.
    Unknown(Vec<Rc<Cause>>),
}

impl Truth {
    /// Unknown for one reason.
    #[must_use]
    pub fn unknown(cause: Rc<Cause>) -> Self {
        Truth::Unknown(vec![cause])
    }

    /// Kleene's negation. (Not `std::ops::Not`: `!truth` would read like a two-valued one.)
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }

    /// Negated when `negated` says so.
    #[must_use]
    pub fn negate_if(self, negated: bool) -> Self {
        if negated { self.negate() } else { self }
    }

    /// Kleene's conjunction; `other` is asked only when it can matter.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Truth) -> Self {
        match self {
            Truth::False => Truth::False,
            Truth::True => other(),
            Truth::Unknown(causes) => match other() {
                Truth::False => Truth::False,
                Truth::True => Truth::Unknown(causes),
                Truth::Unknown(more) => Truth::Unknown(merge(causes, more)),
            },
        }
    }

    /// Kleene's disjunction; `other` is asked only when it can matter.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Truth) -> Self {
        self.negate().and(|| other().negate()).negate()
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

fn merge(mut causes: Vec<Rc<Cause>>, more: Vec<Rc<Cause>>) -> Vec<Rc<Cause>> {
    for cause in more {
        if causes.len() < KEPT_CAUSES && !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

/// What is known about a value.
#[derive(Clone)]
pub enum Fact<'a> {
    /// Certainly not given.
    Unset,
    /// Given perhaps, but not to be known.
    Unknown(Rc<Cause>),
    /// Certainly given, but the value is not to be known.
    Given(Rc<Cause>),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, or a word of a closed set.
    Str(Cow<'a, str>),
    /// A word of a scale: all its words, the least first, and the place of this one.
    Step(&'static [&'static str], usize),
    /// A version.
    Version(Version),
    /// A Python value that is neither of these; its source text.
    Opaque(Cow<'a, str>),
    /// Several values. An unknown among them stands for any number of them.
    List(Vec<Fact<'a>>),
    /// A field, a model, an operation, …
    Entity(Rc<dyn Entity<'a> + 'a>),
}

/// A thing with attributes that rules can speak of.
pub trait Entity<'a> {
    /// Its type's name in the vocabulary: `Field`.
    fn type_name(&self) -> &'static str;

    /// The fact of that attribute. The checker has made sure that the type has it.
    fn attribute(&self, name: &str) -> Fact<'a>;

    /// Its class for `is`: a kind of the vocabulary, a full dotted path, or unknown; unset for what has none.
    fn class(&self) -> Fact<'a> {
        Fact::Unset
    }

    /// Whether `member` is one of what it holds (`model in deployed`); what holds nothing has no members.
    fn contains(&self, _member: &Fact<'a>) -> Truth {
        Truth::False
    }

    /// Where it, or that attribute of it, is written.
    fn place(&self, attribute: Option<&str>) -> Option<Span>;

    /// How a message names it.
    fn text(&self) -> Cow<'a, str>;

    /// Equal for two views of the same thing.
    fn identity(&self) -> String;
}

/// What a rule is matched against: the names of its head, with their facts.
pub trait Subject<'a> {
    /// The fact behind a name of the head. The checker has made sure that the head has it.
    fn name(&self, name: &str) -> Fact<'a>;

    /// Where that name is written in the migration.
    fn place(&self, name: &str) -> Option<Span>;
}

impl<'a> Fact<'a> {
    /// The fact of a constant of a rule file.
    #[must_use]
    pub fn literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Bool(value) => Fact::Bool(*value),
            Literal::None => Fact::Unset,
            Literal::Int(value) => Fact::Int(*value),
            Literal::Version(text) => text.parse::<Version>().map_or(Fact::Unset, Fact::Version),
            Literal::Str(text) => Fact::Str(Cow::Borrowed(text)),
            Literal::List(items) => Fact::List(items.iter().map(|item| Fact::literal(&item.value)).collect()),
        }
    }

    /// A text.
    pub fn text(value: impl Into<Cow<'a, str>>) -> Self {
        Fact::Str(value.into())
    }

    /// The fact, or unset where there is none.
    #[must_use]
    pub fn optional(value: Option<Fact<'a>>) -> Self {
        value.unwrap_or(Fact::Unset)
    }

    /// Why the value is not known, when it is not.
    #[must_use]
    pub fn unknown(&self) -> Option<&Rc<Cause>> {
        match self {
            Fact::Unknown(cause) | Fact::Given(cause) => Some(cause),
            _ => None,
        }
    }

    /// `is set`
    #[must_use]
    pub fn is_set(&self) -> Truth {
        match self {
            Fact::Unset => Truth::False,
            Fact::Unknown(cause) => Truth::unknown(Rc::clone(cause)),
            _ => Truth::True,
        }
    }

    /// Read as a condition. Only truth values get here; what is unset is not true.
    #[must_use]
    pub fn truth(&self) -> Truth {
        match self {
            Fact::Bool(value) => Truth::from(*value),
            Fact::Unknown(cause) | Fact::Given(cause) => Truth::unknown(Rc::clone(cause)),
            _ => Truth::False,
        }
    }

    /// `==`. Unset equals only unset.
    #[must_use]
    pub fn equals(&self, other: &Fact<'a>) -> Truth {
        if matches!((self, other), (Fact::Unset, Fact::Given(_)) | (Fact::Given(_), Fact::Unset)) {
            return Truth::False;
        }
        if let Some(cause) = self.unknown().or(other.unknown()) {
            return Truth::unknown(Rc::clone(cause));
        }
        match (self, other) {
            (Fact::Unset, Fact::Unset) => Truth::True,
            (Fact::Bool(a), Fact::Bool(b)) => Truth::from(a == b),
            (Fact::Int(a), Fact::Int(b)) => Truth::from(a == b),
            (Fact::Str(a), Fact::Str(b)) | (Fact::Opaque(a), Fact::Opaque(b)) => Truth::from(a == b),
            (Fact::Version(a), Fact::Version(b)) => Truth::from(a == b),
            (Fact::Step(..), _) | (_, Fact::Step(..)) => Truth::from(steps(self, other).is_some_and(|(a, b)| a == b)),
            (Fact::Entity(a), Fact::Entity(b)) => {
                Truth::from(a.type_name() == b.type_name() && a.identity() == b.identity())
            }
            (Fact::List(a), Fact::List(b)) => list_equals(a, b),
            _ => Truth::False,
        }
    }

    /// `<`, `<=`, `>`, `>=`. The checker has made sure that both are set and of one type.
    #[must_use]
    pub fn order(&self, op: CompareOp, other: &Fact<'a>) -> Truth {
        if let Some(cause) = self.unknown().or(other.unknown()) {
            return Truth::unknown(Rc::clone(cause));
        }
        let ordering = match (self, other) {
            (Fact::Int(a), Fact::Int(b)) => a.cmp(b),
            (Fact::Version(a), Fact::Version(b)) => a.cmp(b),
            _ => match steps(self, other) {
                Some((a, b)) => a.cmp(&b),
                None => return Truth::False,
            },
        };
        Truth::from(match op {
            CompareOp::Less => ordering.is_lt(),
            CompareOp::LessOrEqual => ordering.is_le(),
            CompareOp::Greater => ordering.is_gt(),
            CompareOp::GreaterOrEqual => ordering.is_ge(),
            CompareOp::Equal => ordering.is_eq(),
            CompareOp::NotEqual => ordering.is_ne(),
        })
    }

    /// `self in container`
    #[must_use]
    pub fn is_in(&self, container: &Fact<'a>) -> Truth {
        match container {
            Fact::Unknown(cause) | Fact::Given(cause) => Truth::unknown(Rc::clone(cause)),
            Fact::List(items) => items.iter().fold(Truth::False, |found, item| found.or(|| self.equals(item))),
            Fact::Entity(entity) => match self.unknown() {
                Some(cause) => Truth::unknown(Rc::clone(cause)),
                None => entity.contains(self),
            },
            _ => Truth::False,
        }
    }

    /// How a message prints it. What is not known stands in `⟨…⟩`.
    #[must_use]
    pub fn print(&self) -> Cow<'a, str> {
        self.print_with(", ")
    }

    /// How a message prints it, with this between the elements of a list.
    #[must_use]
    pub fn print_with(&self, between: &str) -> Cow<'a, str> {
        match self {
            Fact::Unset => Cow::Borrowed("⟨unset⟩"),
            Fact::Unknown(cause) | Fact::Given(cause) => Cow::Owned(format!("⟨{}⟩", cause.text)),
            Fact::Bool(true) => Cow::Borrowed("True"),
            Fact::Bool(false) => Cow::Borrowed("False"),
            Fact::Int(value) => Cow::Owned(value.to_string()),
            Fact::Str(text) | Fact::Opaque(text) => text.clone(),
            Fact::Version(version) => Cow::Owned(version.to_string()),
            Fact::Step(words, at) => Cow::Borrowed(words.get(*at).copied().unwrap_or_default()),
            Fact::List(items) => {
                // An unknown element stands for any number of others: its text is no element.
                let unknown = items.iter().any(|item| matches!(item, Fact::Unknown(_)));
                let known = items.iter().filter(|item| !matches!(item, Fact::Unknown(_))).map(Fact::print);
                let more = unknown.then_some(Cow::Borrowed("⟨not known⟩"));
                Cow::Owned(known.chain(more).collect::<Vec<_>>().join(between))
            }
            Fact::Entity(entity) => entity.text(),
        }
    }
}

/// The places of two words on the scale that one of them belongs to.
fn steps(a: &Fact<'_>, b: &Fact<'_>) -> Option<(usize, usize)> {
    let ((Fact::Step(words, _), _) | (_, Fact::Step(words, _))) = (a, b) else { return None };
    let place = |fact: &Fact<'_>| match fact {
        Fact::Step(_, at) => Some(*at),
        Fact::Str(word) => words.iter().position(|known| known == word),
        _ => None,
    };
    Some((place(a)?, place(b)?))
}

/// An element that is unknown may be none.
fn list_equals<'a>(a: &[Fact<'a>], b: &[Fact<'a>]) -> Truth {
    // An element that is unknown stands for any number of them.
    let known = |list: &[Fact<'a>]| list.iter().filter(|fact| fact.unknown().is_none()).count();
    let longer = |list: &[Fact<'a>], other: &[Fact<'a>]| known(other) == other.len() && known(list) > other.len();
    if longer(a, b) || longer(b, a) {
        return Truth::False;
    }
    if let Some(cause) = a.iter().chain(b).find_map(Fact::unknown) {
        let lacks = |other: &[Fact<'a>], own: &Fact<'a>| {
            own.unknown().is_none() && other.iter().all(|element| own.equals(element) == Truth::False)
        };
        let differ = a.iter().any(|own| lacks(b, own)) || b.iter().any(|own| lacks(a, own));
        return if differ { Truth::False } else { Truth::unknown(Rc::clone(cause)) };
    }
    a.iter().zip(b).fold(Truth::True, |equal, (x, y)| equal.and(|| x.equals(y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(text: &str) -> Truth {
        Truth::unknown(Rc::new(Cause { text: text.into(), reason: "is imported".into(), span: Span::at(0) }))
    }

    #[test]
    fn kleene_tables_hold() {
        assert_eq!(unknown("a").and(|| Truth::False), Truth::False);
        assert_eq!(unknown("a").and(|| Truth::True), unknown("a"));
        assert_eq!(unknown("a").or(|| Truth::True), Truth::True);
        assert_eq!(unknown("a").or(|| Truth::False), unknown("a"));
        assert_eq!(unknown("a").negate(), unknown("a"));
        assert_eq!(Truth::False.or(|| unknown("a")), unknown("a"));
    }

    #[test]
    fn at_most_three_causes_are_kept_and_none_twice() {
        let all = unknown("a").and(|| unknown("b")).and(|| unknown("a")).and(|| unknown("c")).and(|| unknown("d"));
        let Truth::Unknown(causes) = all else { panic!("{all:?}") };
        assert_eq!(causes.iter().map(|cause| cause.text.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn words_of_a_scale_are_ordered_by_their_place_on_it() {
        const LOCKS: &[&str] = &["share", "exclusive"];
        let share = Fact::Step(LOCKS, 0);
        assert_eq!(share.order(CompareOp::Less, &Fact::text("exclusive")), Truth::True);
        assert_eq!(Fact::text("exclusive").order(CompareOp::LessOrEqual, &share), Truth::False);
        assert_eq!(share.order(CompareOp::GreaterOrEqual, &Fact::Step(LOCKS, 0)), Truth::True);
        assert_eq!(
            (share.equals(&Fact::text("share")), share.equals(&Fact::text("exclusive"))),
            (Truth::True, Truth::False)
        );
        assert_eq!(share.print(), "share");
    }

    #[test]
    fn unset_equals_only_unset() {
        assert_eq!(Fact::Unset.equals(&Fact::Unset), Truth::True);
        assert_eq!(Fact::Unset.equals(&Fact::Int(1)), Truth::False);
        assert_eq!(Fact::Unset.is_set(), Truth::False);
    }

    #[test]
    fn a_list_with_an_unknown_element_is_not_certainly_equal_to_any() {
        let cause = Rc::new(Cause { text: "X".into(), reason: "is imported".into(), span: Span::at(0) });
        let open = Fact::List(vec![Fact::Int(1), Fact::Unknown(Rc::clone(&cause))]);
        assert_eq!(open.equals(&Fact::List(vec![Fact::Int(1)])), Truth::unknown(Rc::clone(&cause)));
        assert_eq!(open.equals(&Fact::List(Vec::new())), Truth::False);
        assert_eq!(Fact::Int(1).is_in(&open), Truth::True);
        assert_eq!(Fact::Int(2).is_in(&open), Truth::unknown(Rc::clone(&cause)));
        // It is certainly not one that lacks what it certainly has.
        assert_eq!(open.equals(&Fact::List(Vec::new())), Truth::False);
        assert_eq!(Fact::List(vec![Fact::Int(2)]).equals(&open), Truth::False);
        let nothing_certain = Fact::List(vec![Fact::Unknown(Rc::clone(&cause))]);
        assert_eq!(nothing_certain.equals(&Fact::List(Vec::new())), Truth::unknown(cause));
    }
}
