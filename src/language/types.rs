//! The types of the rule language.

use std::fmt;

/// A type. Whether a value may be unset is kept beside it, in [`Slot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `str`
    Str,
    /// `version`
    Version,
    /// A word out of a closed set, such as a database's name.
    Word(&'static [&'static str]),
    /// A word out of a closed set that has an order, the least first, such as the modes of locks.
    Scale(&'static [&'static str]),
    /// Any Python value: it can be compared with literals and printed, nothing else.
    Value,
    /// A field, model, operation, …, by the name of its type.
    Entity(&'static str),
    /// `list[…]`
    List(Box<Type>),
    /// The type of `[]`: a list of anything.
    EmptyList,
    /// The type of what was already reported: agrees with everything.
    Poisoned,
}

impl Type {
    /// `list[element]`
    #[must_use]
    pub fn list(element: Type) -> Self {
        Type::List(Box::new(element))
    }

    /// Whether two values of these types can ever be equal.
    #[must_use]
    pub fn comparable(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Poisoned | Type::Value, _)
            | (_, Type::Poisoned | Type::Value)
            | (Type::Word(_) | Type::Scale(_), Type::Str)
            | (Type::Str, Type::Word(_) | Type::Scale(_))
            // `5` and `5.2` are both versions when the other side is one.
            | (Type::Version, Type::Int)
            | (Type::Int, Type::Version)
            | (Type::EmptyList, Type::List(_) | Type::EmptyList)
            | (Type::List(_), Type::EmptyList) => true,
            (Type::List(a), Type::List(b)) => a.comparable(b),
            _ => self == other,
        }
    }

    /// The words that it can be, when those are a closed set.
    #[must_use]
    pub fn words(&self) -> Option<&'static [&'static str]> {
        match self {
            Type::Word(words) | Type::Scale(words) => Some(words),
            _ => None,
        }
    }

    /// Whether values of these types have an order.
    #[must_use]
    pub fn ordered(&self) -> bool {
        matches!(self, Type::Int | Type::Version | Type::Scale(_) | Type::Poisoned)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Str => f.write_str("str"),
            Type::Version => f.write_str("version"),
            Type::Word(words) => f.write_str(&words.join(" | ")),
            Type::Scale(words) => f.write_str(&words.join(" < ")),
            Type::Value | Type::Poisoned => f.write_str("value"),
            Type::Entity(name) => f.write_str(name),
            Type::List(element) => write!(f, "list[{element}]"),
            Type::EmptyList => f.write_str("list"),
        }
    }
}

/// A type and whether the value may be unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The type of the value where there is one.
    pub ty: Type,
    /// Whether there may be none.
    pub optional: bool,
}

impl Slot {
    /// A value that is always set.
    #[must_use]
    pub fn set(ty: Type) -> Self {
        Self { ty, optional: false }
    }

    /// A value that may be unset.
    #[must_use]
    pub fn maybe(ty: Type) -> Self {
        Self { ty, optional: true }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty, if self.optional { "?" } else { "" })
    }
}
