//! The syntax tree of a rule file: what the author wrote, with places and nothing decided.
//!
//! Words (clause names, severities, kinds, field classes, settings) are kept as text; the checker decides what they
//! mean. Comments are kept beside the tree so that the formatter can put them back.

use std::fmt;
use std::sync::Arc;

use crate::source::{SourceFile, Span, Spanned};

/// One rule file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// The text it was read from.
    pub source: Arc<SourceFile>,
    /// Its declarations, in order.
    pub declarations: Vec<Declaration>,
    /// Its comments (`# …` to the end of the line), in order.
    pub comments: Vec<Span>,
}

/// A declaration at the top of a file.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// All of it, from its keyword to its last character.
    pub span: Span,
    /// What it declares.
    pub kind: DeclarationKind,
}

/// What a declaration declares.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the example beside each variant shows what its fields are")]
pub enum DeclarationKind {
    /// `edition 1`
    Edition(Spanned<u32>),
    /// `use acme/zero-downtime as zd`
    Use { pack: Spanned<String>, alias: Option<Spanned<String>> },
    /// `setting big_tables: list[str] = [] "Tables on which …"`
    Setting { parameter: Parameter, description: Option<Text> },
    /// `let live(m: Model) = m in deployed`
    Let(Definition),
    /// `operation CreatePartition(model_name: str, months: int = 12) like SchemaOperation [sends "…"]`
    Operation { name: Spanned<String>, parameters: Vec<Parameter>, like: Spanned<String>, sends: Option<Text> },
    /// `fieldclass EncryptedTextField(key_id: str?) like TextField`
    FieldClass { name: Spanned<String>, parameters: Vec<Parameter>, like: Spanned<String> },
    /// `rule id "title" { … }`
    Rule(Rule),
    /// `extend zd/column-renamed { … }`
    Extend { rule: Spanned<String>, clauses: Vec<Clause>, poisoned: bool },
    /// `disable zd/column-renamed because "…"`
    Disable { rule: Spanned<String>, because: Option<Text> },
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule's own id, without its pack.
    pub id: Spanned<String>,
    /// The one-line title behind the id.
    pub title: Option<Text>,
    /// The clauses, in order.
    pub clauses: Vec<Clause>,
    /// Whether a clause of it could not be parsed. Such a rule raises no errors about what it lacks.
    pub poisoned: bool,
}

/// A clause of a rule or of an `extend`.
#[derive(Clone, Debug)]
pub struct Clause {
    /// All of it.
    pub span: Span,
    /// The word it starts with.
    pub keyword: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// What a clause says.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the example beside each variant shows what its fields are")]
pub enum ClauseKind {
    /// `forbid A, B(…)`
    Forbid(Vec<Subject>),
    /// `on A, B(…)`
    On(Vec<Subject>),
    /// `when expr`
    When(Expr),
    /// `require expr`
    Require(Expr),
    /// `unless expr because "…"`
    Unless { condition: Expr, because: Option<Text> },
    /// `let name = expr`, `let name(p: T) = expr`
    Let(Definition),
    /// `severity error`
    Severity(Spanned<String>),
    /// `hazard breaks-old-code, loses-data`
    Hazard(Vec<Spanned<String>>),
    /// `unknown warn`
    Unknown(Spanned<String>),
    /// `database postgresql >= 12, mysql`
    Database(Vec<Target>),
    /// `django >= 5.0`
    Django(Vec<Requirement>),
    /// `message "…"`
    Message(Text),
    /// `label field "…"`
    Label { place: Expr, text: Text },
    /// `why …`
    Why(Text),
    /// `see "https://…"`
    See(Text),
    /// `was old-id`
    Was(Spanned<String>),
    /// `fix "title" [safe|unsafe] [if condition] ( { edits } | fence )?`
    Fix { title: Text, level: Option<Spanned<String>>, condition: Option<Expr>, body: FixBody },
    /// `given` with a fence of Python models.
    Given(Text),
    /// `deployed` with a fence of Python models.
    Deployed(Text),
    /// `bad "title" on postgresql 14 with a = [] possible` with a fence
    Bad(Example),
    /// `good …` with a fence
    Good(Example),
    /// `set name = literal` (in an `extend`)
    Set { name: Spanned<String>, value: Expr },
}

/// A one-line string or a fence.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says: escapes resolved, and for a fence the common indentation removed.
    pub value: String,
    /// Where it was written, quotes or fence lines included.
    pub span: Span,
    /// Whether it is a fence of three backticks.
    pub fenced: bool,
    /// For each line of `value`, the offset in the file at which that line's text starts. One entry for a string:
    /// the offset behind its quote (exact only while the string has no escape).
    pub line_offsets: Vec<usize>,
}

/// A head: `AddField`, `state.RemoveField`, `CreateModel.fields`, `schema.DropColumn`, with an argument pattern.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Everything, the pattern included.
    pub span: Span,
    /// `state`, `database`, `schema` or `sql`, when written.
    pub namespace: Option<Spanned<String>>,
    /// The kind or group.
    pub kind: Spanned<String>,
    /// The part behind a second dot: `fields` of `CreateModel.fields`.
    pub part: Option<Spanned<String>>,
    /// The conditions in parentheses, which count as `when` for this head alone.
    pub pattern: Vec<Expr>,
}

/// `name: type = default`
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type; a setting or parameter must have one.
    pub ty: Option<TypeName>,
    /// Its default value.
    pub default: Option<Expr>,
}

/// `list[str]?`
#[derive(Clone, Debug)]
pub struct TypeName {
    /// All of it.
    pub span: Span,
    /// `list` of `list[str]`, or the whole name.
    pub name: Spanned<String>,
    /// `str` of `list[str]`.
    pub element: Option<Spanned<String>>,
    /// Whether a `?` follows: the value may be unset.
    pub optional: bool,
}

/// `let name(parameters) = body`
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name it defines.
    pub name: Spanned<String>,
    /// Its parameters; none for a plain value.
    pub parameters: Vec<Parameter>,
    /// What it stands for.
    pub body: Expr,
}

/// `postgresql >= 12`
#[derive(Clone, Debug)]
pub struct Target {
    /// All of it.
    pub span: Span,
    /// The database's name.
    pub name: Spanned<String>,
    /// The version it must have.
    pub requirement: Option<Requirement>,
}

/// `>= 12`
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The operator.
    pub op: Spanned<CompareOp>,
    /// The version, as written.
    pub version: Spanned<String>,
}

/// What a `fix` offers.
#[derive(Clone, Debug)]
pub enum FixBody {
    /// The title says it all.
    None,
    /// Structural edits.
    Edits(Vec<Edit>),
    /// Advice in steps.
    Steps(Text),
}

/// One structural edit.
#[derive(Clone, Debug)]
pub struct Edit {
    /// All of it.
    pub span: Span,
    /// What it does.
    pub kind: EditKind,
}

/// What a structural edit does.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the example beside each variant shows what its fields are")]
pub enum EditKind {
    /// `set field.db_default = field.default`
    Set { place: Path, value: Expr },
    /// `remove field.default`
    Remove { place: Path },
    /// `rename op to AddIndexConcurrently from "django.contrib.postgres.operations"`
    Rename { place: Path, to: Spanned<String>, from: Option<Text> },
}

/// A `bad` or `good` example.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub title: Option<Text>,
    /// `on postgresql 14`
    pub on: Option<ExampleTarget>,
    /// `with big_tables = ["orders"]`
    pub with: Vec<(Spanned<String>, Expr)>,
    /// `possible`: nothing certain, but undecided.
    pub possible: Option<Span>,
    /// The Python.
    pub code: Text,
}

/// The database of an example.
#[derive(Clone, Debug)]
pub struct ExampleTarget {
    /// The database's name.
    pub name: Spanned<String>,
    /// Its version, as written.
    pub version: Option<Spanned<String>>,
}

/// A dotted name: `field.null`.
#[derive(Clone, Debug)]
pub struct Path {
    /// All of it.
    pub span: Span,
    /// Its parts, at least one.
    pub segments: Vec<Spanned<String>>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// All of it, its parentheses included.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the example beside each variant shows what its fields are")]
pub enum ExprKind {
    /// `a or b`
    Or(Vec<Expr>),
    /// `a and b`
    And(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a == b`
    Compare { left: Box<Expr>, op: Spanned<CompareOp>, right: Box<Expr> },
    /// `a in b`, `a not in b`
    In { left: Box<Expr>, negated: bool, right: Box<Expr> },
    /// `a matches "glob"`, `a not matches "glob"`
    Matches { left: Box<Expr>, negated: bool, right: Box<Expr> },
    /// `a is set`, `a is not CharField`, `a is (CharField, TextField)`
    Is { left: Box<Expr>, negated: bool, what: IsWhat },
    /// `any(body for variable in collection if condition)`
    Quantifier {
        kind: Spanned<Quantifier>,
        body: Box<Expr>,
        variable: Spanned<String>,
        collection: Box<Expr>,
        condition: Option<Box<Expr>>,
    },
    /// `live(model)`, `zd.live(model)`
    Call { callee: Path, arguments: Vec<Expr> },
    /// `field.null`
    Path(Path),
    /// `True`, `3`, `"x"`, `["a"]`
    Literal(Literal),
    /// A word or kind standing where a value is wanted: `AddField`.
    Kind(Spanned<String>),
    /// Something that did not parse and was reported already.
    Poisoned,
}

/// What stands behind `is`.
#[derive(Clone, Debug)]
pub enum IsWhat {
    /// `is set`
    Set(Span),
    /// `is known`
    Known(Span),
    /// `is CharField`, `is (A, B)`; dotted kinds (`schema.DropColumn`) are kept whole.
    Kinds(Vec<Spanned<String>>),
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl CompareOp {
    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
        }
    }

    /// Whether it asks for an order, not just for equality.
    #[must_use]
    pub fn orders(self) -> bool {
        !matches!(self, CompareOp::Equal | CompareOp::NotEqual)
    }
}

/// The quantifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Some element fits.
    Any,
    /// Every element fits.
    All,
    /// How many fit.
    Count,
    /// The first that fits.
    First,
    /// What a number of each that fits adds up to.
    Sum,
}

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `True`, `False`
    Bool(bool),
    /// `None`
    None,
    /// `12`, `-1`
    Int(i64),
    /// `5.2`: a version.
    Version(String),
    /// `"text"`
    Str(String),
    /// `["a", "b"]`: scalars only.
    List(Vec<Spanned<Literal>>),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(true) => f.write_str("True"),
            Literal::Bool(false) => f.write_str("False"),
            Literal::None => f.write_str("None"),
            Literal::Int(number) => write!(f, "{number}"),
            Literal::Version(version) => f.write_str(version),
            Literal::Str(text) => write!(f, "{text:?}"),
            Literal::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}
