//! The values that a migration file states: literals, references, calls, and what can't be known without running it.

use std::sync::Arc;

use crate::source::Span;

/// A value and where it was written. A folded value (a constant used elsewhere) keeps the place of its *use*.
#[derive(Clone, Debug)]
pub struct Value {
    /// Where the expression stands.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer that does not fit, in decimal digits.
    BigInt(String),
    /// A floating-point number.
    Float(f64),
    /// A text, with the places of its pieces.
    Str(Text),
    /// A bytes literal.
    Bytes(Vec<u8>),
    /// `[…]`, `list(…)`
    List(Vec<Value>),
    /// `(…)`, `tuple(…)`
    Tuple(Vec<Value>),
    /// `{…}`, `set(…)`
    Set(Vec<Value>),
    /// `{…: …}`, `dict(…)`
    Dict(Vec<(Value, Value)>),
    /// A name that imports or builtins resolve, as a full dotted path: `django.db.models.CASCADE`,
    /// `django.conf.settings.AUTH_USER_MODEL`, `uuid.uuid4`.
    Reference(String),
    /// A call of something that is not folded: `models.CharField(max_length=3)`, `Now()`.
    Call(Box<Call>),
    /// A function or class that this file defines.
    Definition(Arc<Definition>),
    /// Something that only running the file can tell.
    Unknown(Unknown),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The full dotted path of what is called; a local class or function is `.Name`; `None` when it is not a name.
    pub callee: Option<String>,
    /// Where the callee stands.
    pub callee_span: Span,
    /// The arguments, in the order in which they were written.
    pub arguments: Vec<Argument>,
    /// `*args` or `**kwargs` whose content is not known: any parameter that is not in `arguments` may be given.
    pub open: Option<Unknown>,
}

/// An argument as it was written. `*[…]` and `**{…}` with literal content are spread into several.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The keyword, `None` for a positional argument.
    pub name: Option<String>,
    /// The whole argument, its keyword included.
    pub span: Span,
    /// Its value.
    pub value: Value,
}

/// A text and the source it came from, so that offsets inside it (in SQL, say) lead back to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text Python would have.
    pub value: String,
    /// Pieces of `value` that stand in the source, in the order of `value`. Empty when nothing maps (a folded call).
    pub pieces: Vec<TextPiece>,
}

/// A run of a text that stands verbatim in the source file: byte for byte from both starts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPiece {
    /// Offset in the text.
    pub at: usize,
    /// Offset in the source file.
    pub source: usize,
    /// Length in bytes, the same on both sides.
    pub len: usize,
}

/// A function, lambda or class of the file.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name; `<lambda>` for a lambda.
    pub name: String,
    /// All of it.
    pub span: Span,
    /// Its name alone (the whole of a lambda).
    pub name_span: Span,
    /// What it is.
    pub kind: DefinitionKind,
}

/// Functions and classes.
#[derive(Clone, Debug)]
pub enum DefinitionKind {
    /// A function or lambda.
    Function(Function),
    /// A class, with its bases' full dotted paths where they are names.
    Class {
        /// Full dotted paths; `.Name` for a class of the file, `None` where a base is not a name.
        bases: Vec<Option<String>>,
    },
}

/// What a rule may want to know of a function without running it.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// Modules and names imported anywhere inside it, as full dotted paths with their places.
    pub imports: Vec<(String, Span)>,
    /// Full dotted paths of the names it uses and does not define, with their places (module-level imports resolved).
    pub references: Vec<(String, Span)>,
    /// Calls in its body, in order: the dotted text of the callee (`apps.get_model`, `Order.objects.all`, with `()`
    /// for calls in between) and, for each positional argument that is a string literal, its text.
    pub calls: Vec<FunctionCall>,
    /// Its loops (`for`, `while`, comprehensions), outer ones first.
    pub loops: Vec<Loop>,
    /// Its branches, outer ones first: parts that don't run whenever it does.
    pub branches: Vec<Branch>,
    /// Its calls, branches and what its names are bound to, in the order in which they stand.
    pub steps: Vec<FunctionStep>,
    /// Whether its body is nothing but a docstring, `pass` or `return`.
    pub empty: bool,
}

/// A call inside a function.
#[derive(Clone, Debug)]
pub struct FunctionCall {
    /// The callee as dotted text: `apps.get_model`, `Order.objects.filter().update`.
    pub callee: String,
    /// The whole call.
    pub span: Span,
    /// Its positional arguments that are string literals, `None` for the others.
    pub strings: Vec<Option<String>>,
    /// How many loops (`for`, `while`, comprehensions) it stands in.
    pub loop_depth: usize,
    /// The innermost of these, by its place in [`Function::loops`].
    pub in_loop: Option<usize>,
    /// The innermost branch around it, by its place in [`Function::branches`]; `None` when it runs whenever the function
    /// does.
    pub in_branch: Option<usize>,
    /// The call from its first name on; `None` where it starts with something else than a name, or is too long.
    pub chain: Option<Chain>,
}

/// A loop inside a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The loop around it.
    pub outer: Option<usize>,
    /// How many loops it stands in, itself included.
    pub depth: usize,
    /// Where it says what it goes over, or for a `while` its condition.
    pub span: Span,
    /// The branch that its body is, by its place in [`Function::branches`]; `None` in a comprehension.
    pub body: Option<usize>,
    /// Whether `continue` or `break` may leave out a part of it.
    pub skips: bool,
}

/// A part of a function that does not run whenever the function does. That a call fails is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The branch that it narrows.
    pub outer: Option<usize>,
    /// When it runs.
    pub test: Test,
}

/// A condition inside a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `what == "a"`, `what in ("a", "b")`
    Is {
        /// What is compared.
        what: Chain,
        /// With what.
        texts: Vec<String>,
    },
    /// `"a" in what`
    Contains {
        /// What is looked into.
        what: Chain,
        /// What for.
        text: String,
    },
    /// Something is true.
    Holds(Chain),
    /// `not`
    Not(Box<Test>),
    /// `and`
    All(Vec<Test>),
    /// `or`
    Any(Vec<Test>),
    /// One of two branches runs, by their places.
    Either(usize, usize),
    /// A branch, by its place, does not run: it ends with a `raise`.
    Passes(usize),
    /// The body of a loop: nobody can say whether there is anything to go over.
    Repeated,
    /// Never: a `return` stands before it.
    Returned,
    /// Never: a `raise` stands before it.
    Raised,
    /// Nobody can say.
    Unknown,
}

/// A step of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionStep {
    /// A call, by its place in [`Function::calls`]. The calls in its arguments come behind it.
    Call(usize),
    /// A branch, by its place in [`Function::branches`], where its condition is looked at.
    Branch(usize),
    /// Names get a value.
    Bind(Binding),
    /// Attributes of a name are read or written, those that are called included: `Order.objects.filter`.
    Use {
        /// The name.
        root: String,
        /// The attributes, in order.
        attributes: Vec<String>,
        /// Whether the last of them gets a value.
        written: bool,
        /// Where.
        span: Span,
    },
}

/// Names that get a value, or its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The names in order, `None` for what is not a plain name; one, unless the value is taken apart.
    pub names: Vec<Option<String>>,
    /// Whether the value is taken apart: `a, b = …`.
    pub unpacked: bool,
    /// The value, where it starts with a name.
    pub value: Option<Chain>,
    /// What makes the value true, where it is a comparison.
    pub truth: Option<Test>,
    /// The loop, by its place in [`Function::loops`], in which the names stand for each element of the value in turn.
    pub each: Option<usize>,
}

/// A name and what follows it: `Order.objects.filter(paid=True)[:100]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The name.
    pub root: String,
    /// What follows, in order.
    pub links: Vec<Link>,
}

/// A part of a [`Chain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// `.name`
    Attribute(String),
    /// `(…)`, its arguments with their keywords; `*args` and `**kwargs` have none and are [`Given::Other`].
    Call(Vec<(Option<String>, Given)>),
    /// `[…]`
    Index {
        /// Whether it has a colon.
        slice: bool,
    },
}

/// An argument inside a function, as far as it can be told without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Str(String),
    /// `[…]`, `(…)`, `{…}` of such arguments.
    List(Vec<Given>),
    /// What starts with a name.
    Chain(Chain),
    /// Anything else.
    Other,
}

/// Why something is not known, in words that fit behind "because" in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The expression's source text, shortened.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// What kind of thing it is: "is imported", "is a call", "is given under a condition".
    pub reason: String,
}

impl Value {
    /// `value` at `span`.
    #[must_use]
    pub fn new(kind: ValueKind, span: Span) -> Self {
        Self { span, kind }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Str(text) => Some(&text.value),
            _ => None,
        }
    }

    /// The truth value, when it is literally one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            ValueKind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements of a list, tuple or set.
    #[must_use]
    pub fn elements(&self) -> Option<&[Value]> {
        match &self.kind {
            ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it is literally `None`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self.kind, ValueKind::None)
    }

    /// Why it is not known, when it is not.
    #[must_use]
    pub fn unknown(&self) -> Option<&Unknown> {
        match &self.kind {
            ValueKind::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }
}

impl Text {
    /// The place in the source of the bytes `start..end` of the text, where it is exact.
    #[must_use]
    pub fn source_span(&self, start: usize, end: usize) -> Option<Span> {
        // Pieces stand in the order of the text: the last one that begins at or before `at`, or before it.
        let offset = |at: usize, closing: bool| {
            let behind = self.pieces.partition_point(|piece| if closing { piece.at < at } else { piece.at <= at });
            let piece = self.pieces.get(behind.checked_sub(1)?)?;
            let inside = if closing { at <= piece.at + piece.len } else { at < piece.at + piece.len };
            inside.then(|| piece.source + (at - piece.at))
        };
        let first = offset(start, false)?;
        let last = if end > start { offset(end, true)? } else { first };
        (first <= last).then(|| Span::new(first, last))
    }
}
