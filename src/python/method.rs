//! What a method does with what it is given, as far as that can be told: the steps that put arguments together and hand
//! them on to the class it derives from.

use std::collections::HashSet;

use rustpython_parser::ast::{self, CmpOp, Constant, Expr, Ranged, Stmt, UnaryOp};

use crate::python::fold::Evaluator;
use crate::python::interpret;
use crate::python::tokens::span_of;
use crate::python::{Value, ValueKind};
use crate::source::Span;

/// Methods that are looked into; of the others it is enough to know that they are there.
const FOLLOWED: [&str; 4] = ["__init__", "deconstruct", "db_type", "get_internal_type"];
/// Branches in branches, and expressions in expressions, that are followed.
const DEEPEST: usize = 12;

/// A method of a class.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub name_span: Span,
    /// Its parameters behind the first one, with their defaults.
    pub parameters: Vec<MethodParameter>,
    /// The name that takes other arguments without a keyword.
    pub rest: Option<String>,
    /// The name that takes other arguments with a keyword.
    pub keywords: Option<String>,
    /// What it does, in order.
    pub steps: Vec<MethodStep>,
}

/// A parameter of a method.
#[derive(Clone, Debug)]
pub struct MethodParameter {
    /// Its name.
    pub name: String,
    /// Its value when it is not given.
    pub default: Option<Value>,
    /// Whether it can only be given by name.
    pub keyword_only: bool,
}

/// A statement of a method.
#[derive(Clone, Debug)]
pub struct MethodStep {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: MethodStepKind,
}

/// What a statement of a method does.
#[derive(Clone, Debug)]
pub enum MethodStepKind {
    /// `name = value`
    Bind(String, Computed),
    /// `self.name = value`
    SetAttribute(String, Computed),
    /// `container["key"] = value`
    SetItem(String, String, Computed),
    /// `container.setdefault("key", value)`
    SetDefault(String, String, Computed),
    /// `del container["key"]`, `container.pop("key", …)`
    RemoveItem(String, String),
    /// `container.update(…)`
    Update(String, Vec<Entry>),
    /// `super().method(…)`
    Super(SuperCall),
    /// `return value`
    Return(Computed),
    /// `raise`
    Raise,
    /// `if` with its two branches.
    Branch(Computed, Vec<MethodStep>, Vec<MethodStep>),
    /// Something else: what it may change stands in its text. Whether it may bind names.
    Other(bool),
}

/// A call of the method that the next class in line has.
#[derive(Clone, Debug)]
pub struct SuperCall {
    /// The method.
    pub method: String,
    /// The class, where it is named: `models.CharField.__init__(self)`.
    pub class: Option<String>,
    /// Arguments without a keyword: values, and names whose elements are spread.
    pub positional: Vec<Result<Computed, String>>,
    /// Arguments with a keyword.
    pub keywords: Vec<Entry>,
}

/// An entry of a dict, or of what is given by keyword.
#[derive(Clone, Debug)]
pub enum Entry {
    /// `key=value`, `"key": value`
    Pair(String, Computed),
    /// `**name`
    Spread(String),
    /// Any number of entries that can't be told.
    Other(Span),
}

/// A value inside a method.
#[derive(Clone, Debug)]
pub enum Computed {
    /// One that rests on nothing that the method is given.
    Value(Value),
    /// A name of the method.
    Name(String),
    /// A dict.
    Dict(Vec<Entry>),
    /// `container["key"]`, `container.get("key", default)`, `container.pop("key", default)`
    Item {
        /// The name of the dict.
        container: String,
        /// The key.
        key: String,
        /// What stands for it where the key is missing.
        default: Option<Box<Computed>>,
        /// Whether the key is gone then.
        removed: bool,
    },
    /// `"key" in container`
    Has(String, String),
    /// `left is right`, `left == right`
    Same(Box<Computed>, Box<Computed>),
    /// `name.attribute`
    Attribute {
        /// The name of the method.
        of: String,
        /// The attribute.
        name: String,
        /// Where it stands.
        span: Span,
    },
    /// `not value`
    Not(Box<Computed>),
    /// `a and b`
    All(Vec<Computed>),
    /// `a or b`
    Any(Vec<Computed>),
    /// `a if test else b`
    Choice(Box<[Computed; 3]>),
    /// Something else, which stands there.
    Other(Span),
}

/// Reads the methods of a class that are looked into. Those in branches are not.
pub(super) fn methods(evaluator: &mut Evaluator<'_>, body: &[Stmt]) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    for statement in body {
        let Stmt::FunctionDef(function) = statement else { continue };
        let name = function.name.as_str();
        methods.retain(|method| method.name != name);
        if FOLLOWED.contains(&name) && function.decorator_list.is_empty() {
            methods.extend(method(evaluator, function));
        }
    }
    methods
}

fn method(evaluator: &mut Evaluator<'_>, function: &ast::StmtFunctionDef) -> Option<Method> {
    let arguments = &*function.args;
    let mut given = arguments.posonlyargs.iter().chain(&arguments.args);
    let own = given.next()?.def.arg.as_str().to_owned();
    let mut parameters = Vec::new();
    for (parameter, keyword_only) in
        given.map(|given| (given, false)).chain(arguments.kwonlyargs.iter().map(|given| (given, true)))
    {
        let default = parameter.default.as_ref().map(|default| evaluator.value(default));
        parameters.push(MethodParameter { name: parameter.def.arg.as_str().to_owned(), default, keyword_only });
    }
    let name_of = |argument: &Option<Box<ast::Arg>>| argument.as_ref().map(|argument| argument.arg.as_str().to_owned());
    let (rest, keywords) = (name_of(&arguments.vararg), name_of(&arguments.kwarg));
    let names = parameters.iter().map(|parameter| parameter.name.clone()).chain(rest.clone()).chain(keywords.clone());
    let mut reader = Reader { evaluator, names: names.chain([own.clone()]).collect(), own };
    let steps = reader.steps(&function.body, 0);
    let name = function.name.as_str().to_owned();
    let name_span = interpret::name_span(reader.evaluator, span_of(function.range), &[], &name);
    Some(Method { name, name_span, parameters, rest, keywords, steps })
}

/// Words of a text that may be names.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).filter(|word| !word.is_empty())
}

struct Reader<'r, 's> {
    evaluator: &'r mut Evaluator<'s>,
    /// Names of the method.
    names: HashSet<String>,
    /// The name of its first parameter.
    own: String,
}

impl Reader<'_, '_> {
    fn steps(&mut self, body: &[Stmt], depth: usize) -> Vec<MethodStep> {
        let mut steps = Vec::new();
        for statement in body {
            let span = span_of(statement.range());
            let mut push = |kind| steps.push(MethodStep { span, kind });
            match statement {
                Stmt::AnnAssign(ast::StmtAnnAssign { value: None, .. })
                | Stmt::Pass(_)
                | Stmt::Import(_)
                | Stmt::ImportFrom(_)
                | Stmt::Global(_)
                | Stmt::Nonlocal(_) => {}
                Stmt::Expr(expr) if matches!(&*expr.value, Expr::Constant(_)) => {}
                Stmt::Raise(_) => push(MethodStepKind::Raise),
                Stmt::Return(returned) => match returned.value.as_deref() {
                    Some(Expr::Call(call)) if self.super_call(call).is_some() => {
                        if let Some(call) = self.super_call(call) {
                            push(MethodStepKind::Super(call));
                        }
                        push(MethodStepKind::Return(Computed::Other(span)));
                    }
                    Some(value) => push(MethodStepKind::Return(self.computed(value, 0))),
                    None => push(MethodStepKind::Return(Computed::Value(Value::new(ValueKind::None, span)))),
                },
                Stmt::If(branch) if depth < DEEPEST => {
                    let test = self.computed(&branch.test, 0);
                    let (then, otherwise) =
                        (self.steps(&branch.body, depth + 1), self.steps(&branch.orelse, depth + 1));
                    push(MethodStepKind::Branch(test, then, otherwise));
                }
                Stmt::Assign(ast::StmtAssign { targets, value, .. }) => {
                    for target in targets {
                        push(self.assigned(target, value, span));
                    }
                }
                Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
                    push(self.assigned(target, value, span));
                }
                Stmt::Delete(deleted) => {
                    for target in &deleted.targets {
                        push(match item(target) {
                            Some((container, key)) => MethodStepKind::RemoveItem(container, key),
                            None => self.other(span),
                        });
                    }
                }
                Stmt::Expr(expr) => push(self.expression(&expr.value)),
                Stmt::Assert(_) => push(MethodStepKind::Other(false)),
                _ => push(self.other(span)),
            }
        }
        steps
    }

    /// A statement that is not followed; what it names is the method's own from here on.
    fn other(&mut self, span: Span) -> MethodStepKind {
        let text = self.evaluator.source.slice(span);
        self.names.extend(words(text).map(str::to_owned));
        MethodStepKind::Other(true)
    }

    fn assigned(&mut self, target: &Expr, value: &Expr, span: Span) -> MethodStepKind {
        if let Expr::Call(call) = value
            && let Some(call) = self.super_call(call)
            && call.method != "__init__"
        {
            // Whatever it gives stands in the names from here on.
            self.other(span);
            return MethodStepKind::Super(call);
        }
        match target {
            Expr::Name(name) => {
                let value = self.computed(value, 0);
                self.names.insert(name.id.as_str().to_owned());
                MethodStepKind::Bind(name.id.as_str().to_owned(), value)
            }
            Expr::Attribute(attribute) if self.is_own(&attribute.value) => {
                MethodStepKind::SetAttribute(attribute.attr.as_str().to_owned(), self.computed(value, 0))
            }
            _ => match item(target) {
                Some((container, key)) => MethodStepKind::SetItem(container, key, self.computed(value, 0)),
                None => self.other(span),
            },
        }
    }

    /// An expression that stands alone.
    fn expression(&mut self, expr: &Expr) -> MethodStepKind {
        let Expr::Call(call) = expr else { return MethodStepKind::Other(false) };
        if let Some(call) = self.super_call(call) {
            return MethodStepKind::Super(call);
        }
        let Expr::Attribute(method) = &*call.func else { return MethodStepKind::Other(false) };
        let Expr::Name(container) = &*method.value else { return MethodStepKind::Other(false) };
        let container = container.id.as_str().to_owned();
        match (method.attr.as_str(), &call.args[..], call.keywords.is_empty()) {
            ("setdefault", [key, value], true) if text(key).is_some() => {
                let value = self.computed(value, 0);
                MethodStepKind::SetDefault(container, text(key).unwrap_or_default(), value)
            }
            ("pop", [key] | [key, _], true) if text(key).is_some() => {
                MethodStepKind::RemoveItem(container, text(key).unwrap_or_default())
            }
            ("update", [], _) => MethodStepKind::Update(container, self.keywords(&call.keywords, 0)),
            ("update", [entries], true) => match self.computed(entries, 0) {
                Computed::Dict(entries) => MethodStepKind::Update(container, entries),
                Computed::Name(name) => MethodStepKind::Update(container, vec![Entry::Spread(name)]),
                _ => MethodStepKind::Update(container, vec![Entry::Other(span_of(call.range))]),
            },
            _ => MethodStepKind::Other(false),
        }
    }

    /// `super().method(…)`, `super(Class, self).method(…)`, `Class.method(self, …)`
    fn super_call(&mut self, call: &ast::ExprCall) -> Option<SuperCall> {
        let Expr::Attribute(method) = &*call.func else { return None };
        let mut arguments = &call.args[..];
        let class = match &*method.value {
            Expr::Call(inner) if matches!(&*inner.func, Expr::Name(name) if name.id.as_str() == "super") => {
                // `super(Other, self)` would leave classes out.
                match &inner.args[..] {
                    [] => None,
                    [Expr::Name(class), _] => Some(format!("super.{}", class.id.as_str())),
                    _ => return None,
                }
            }
            owner => {
                if !arguments.first().is_some_and(|first| self.is_own(first)) {
                    return None;
                }
                arguments = &arguments[1..];
                match self.evaluator.value(owner).kind {
                    ValueKind::Reference(path) => Some(path),
                    ValueKind::Definition(definition) => Some(format!(".{}", definition.name)),
                    _ => return None,
                }
            }
        };
        let mut positional = Vec::new();
        for argument in arguments {
            positional.push(match argument {
                Expr::Starred(starred) => match &*starred.value {
                    Expr::Name(name) => Err(name.id.as_str().to_owned()),
                    _ => return None,
                },
                value => Ok(self.computed(value, 0)),
            });
        }
        let keywords = self.keywords(&call.keywords, 0);
        Some(SuperCall { method: method.attr.as_str().to_owned(), class, positional, keywords })
    }

    fn keywords(&mut self, keywords: &[ast::Keyword], depth: usize) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(keywords.len());
        for keyword in keywords {
            entries.extend(match (&keyword.arg, &keyword.value) {
                (Some(name), value) => vec![Entry::Pair(name.as_str().to_owned(), self.computed(value, depth))],
                (None, value) => self.spread(value, depth),
            });
        }
        entries
    }

    /// `**value`
    fn spread(&mut self, value: &Expr, depth: usize) -> Vec<Entry> {
        match self.computed(value, depth) {
            Computed::Name(name) => vec![Entry::Spread(name)],
            Computed::Dict(entries) => entries,
            _ => vec![Entry::Other(span_of(value.range()))],
        }
    }

    fn is_own(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id.as_str() == self.own)
    }

    fn computed(&mut self, expr: &Expr, depth: usize) -> Computed {
        let span = span_of(expr.range());
        if depth > DEEPEST {
            return Computed::Other(span);
        }
        let fixed = !words(self.evaluator.source.slice(span)).any(|word| self.names.contains(word));
        match expr {
            Expr::Dict(dict) => {
                let mut entries = Vec::with_capacity(dict.values.len());
                for (key, value) in dict.keys.iter().zip(&dict.values) {
                    match key.as_ref().map(text) {
                        Some(Some(key)) => entries.push(Entry::Pair(key, self.computed(value, depth + 1))),
                        Some(None) => entries.push(Entry::Other(span)),
                        None => entries.extend(self.spread(value, depth + 1)),
                    }
                }
                Computed::Dict(entries)
            }
            Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "dict") => {
                let mut entries = Vec::new();
                for argument in &call.args {
                    entries.extend(self.spread(argument, depth + 1));
                }
                entries.extend(self.keywords(&call.keywords, depth + 1));
                Computed::Dict(entries)
            }
            Expr::Compare(compared) => self.compared(compared, depth),
            Expr::BoolOp(operation) => {
                let values = operation.values.iter().map(|value| self.computed(value, depth + 1)).collect();
                if operation.op == ast::BoolOp::And { Computed::All(values) } else { Computed::Any(values) }
            }
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                Computed::Not(Box::new(self.computed(&operation.operand, depth + 1)))
            }
            _ if fixed => Computed::Value(self.evaluator.value(expr)),
            Expr::Name(name) => Computed::Name(name.id.as_str().to_owned()),
            Expr::Attribute(attribute) => match &*attribute.value {
                Expr::Name(of) => Computed::Attribute {
                    of: of.id.as_str().to_owned(),
                    name: attribute.attr.as_str().to_owned(),
                    span,
                },
                _ => Computed::Other(span),
            },
            Expr::IfExp(choice) => {
                let parts = [&*choice.test, &*choice.body, &*choice.orelse];
                Computed::Choice(Box::new(parts.map(|part| self.computed(part, depth + 1))))
            }
            Expr::Subscript(_) => match item(expr) {
                Some((container, key)) => Computed::Item { container, key, default: None, removed: false },
                None => Computed::Other(span),
            },
            Expr::Call(call) => self.lookup(call, depth).unwrap_or(Computed::Other(span)),
            _ => Computed::Other(span),
        }
    }

    /// `container.get("key", default)`, `container.pop("key", default)`
    fn lookup(&mut self, call: &ast::ExprCall, depth: usize) -> Option<Computed> {
        let Expr::Attribute(method) = &*call.func else { return None };
        let Expr::Name(container) = &*method.value else { return None };
        let removed = match method.attr.as_str() {
            "get" => false,
            "pop" => true,
            _ => return None,
        };
        let (key, default) = match &call.args[..] {
            [key] => (text(key)?, None),
            [key, default] => (text(key)?, Some(self.computed(default, depth + 1))),
            _ => return None,
        };
        let none = Computed::Value(Value::new(ValueKind::None, span_of(call.range)));
        let default = default.or((!removed).then_some(none)).map(Box::new);
        call.keywords.is_empty().then(|| Computed::Item {
            container: container.id.as_str().to_owned(),
            key,
            default,
            removed,
        })
    }

    fn compared(&mut self, compared: &ast::ExprCompare, depth: usize) -> Computed {
        let span = span_of(compared.range);
        let ([operator], [right]) = (&compared.ops[..], &compared.comparators[..]) else {
            return Computed::Other(span);
        };
        let result = match operator {
            CmpOp::In | CmpOp::NotIn => match (text(&compared.left), right) {
                (Some(key), Expr::Name(container)) => Computed::Has(container.id.as_str().to_owned(), key),
                _ => return Computed::Other(span),
            },
            CmpOp::Is | CmpOp::IsNot | CmpOp::Eq | CmpOp::NotEq => {
                let (left, right) = (self.computed(&compared.left, depth + 1), self.computed(right, depth + 1));
                Computed::Same(Box::new(left), Box::new(right))
            }
            _ => return Computed::Other(span),
        };
        match operator {
            CmpOp::NotIn | CmpOp::IsNot | CmpOp::NotEq => Computed::Not(Box::new(result)),
            _ => result,
        }
    }
}

/// `container["key"]`
fn item(expr: &Expr) -> Option<(String, String)> {
    let Expr::Subscript(subscript) = expr else { return None };
    let Expr::Name(container) = &*subscript.value else { return None };
    Some((container.id.as_str().to_owned(), text(&subscript.slice)?))
}

fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Constant(ast::ExprConstant { value: Constant::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}
