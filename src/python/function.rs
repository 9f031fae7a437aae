//! What a function imports, uses and calls, without running it.
//!
//! The walk keeps its own stack: the depth of a tree is bounded, but not so tightly that recursion with large frames
//! would fit the small stack of a worker thread.

use std::collections::{HashMap, HashSet};

use rustpython_parser::ast::{self, Constant, Expr, Ranged, Stmt};

use crate::python::chain::chain;
use crate::python::flow::{Flow, test};
use crate::python::imports::{import_bindings, imported_paths, no_exports};
use crate::python::tokens::span_of;
use crate::python::{Binding, Function, FunctionCall, FunctionStep, Loop, Test};
use crate::source::Span;

/// Longest text of a callee; behind it a chain of calls is cut.
const LONGEST_CALLEE: usize = 160;

/// The facts of a `def`. What decorates it may decide whether it runs.
pub(super) fn function_facts(
    arguments: &ast::Arguments,
    body: &[Stmt],
    decorated: bool,
    imports: &HashMap<String, String>,
) -> Function {
    let mut walk = Walk::new(arguments);
    if decorated {
        walk.control(Control::Enter(None));
    }
    walk.push_all(body.iter().map(Node::Stmt), None, None);
    walk.run();
    let empty = body.iter().all(does_nothing);
    walk.finish(imports, empty)
}

/// The facts of a lambda.
pub(super) fn lambda_facts(lambda: &ast::ExprLambda, imports: &HashMap<String, String>) -> Function {
    let mut walk = Walk::new(&lambda.args);
    walk.push_all([Node::Expr(&lambda.body)], None, None);
    walk.run();
    let empty = matches!(&*lambda.body, Expr::Constant(_));
    walk.finish(imports, empty)
}

fn does_nothing(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expr) => matches!(&*expr.value, Expr::Constant(_)),
        Stmt::Return(returned) => returned.value.as_deref().is_none_or(|value| matches!(value, Expr::Constant(_))),
        _ => false,
    }
}

#[derive(Clone, Copy)]
enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    /// A block begins or ends.
    Control(Control<'a>),
    /// A target gets a value (`None`: one that is not looked at), or each of its elements.
    Bind {
        target: &'a Expr,
        value: Option<&'a Expr>,
        each: InLoop,
    },
}

/// Where blocks begin and end, as [`Flow`] is told.
#[derive(Clone, Copy)]
enum Control<'a> {
    /// A block that runs when this holds, or when it can't be said (`None`).
    Enter(Option<&'a Expr>),
    /// The body of a loop, by its place.
    Repeat(usize),
    Otherwise,
    Join,
    Leave,
    Attempt {
        caught: bool,
    },
    Attempted {
        caught: bool,
    },
    Handle,
    Handled,
    NoFailure,
    Finally,
    Tried,
    Return,
    Raise,
}

/// A block that does not run for sure: what stands in front of it and behind it.
const PERHAPS: [Node<'static>; 2] = [Node::Control(Control::Enter(None)), Node::Control(Control::Join)];
/// One whose `return` is its own.
const APART: [Node<'static>; 2] = [Node::Control(Control::Enter(None)), Node::Control(Control::Leave)];

/// The innermost loop around a node, by its place in `Function::loops`.
type InLoop = Option<usize>;

struct Walk<'a> {
    function: Function,
    /// Nodes to visit, with the loops around them and the place that stands for their own.
    stack: Vec<(Node<'a>, InLoop, Option<Span>)>,
    flow: Flow,
    /// How many of its branches stand among the steps.
    told: usize,
    /// Names with attributes behind them, with their places.
    used: Vec<(&'a str, Vec<&'a str>, Span)>,
    /// Names that the function binds.
    bound: HashSet<&'a str>,
    /// Names that the function imports.
    imported: HashMap<String, String>,
}

impl<'a> Walk<'a> {
    fn new(arguments: &'a ast::Arguments) -> Self {
        let mut walk = Self {
            function: Function::default(),
            stack: Vec::new(),
            flow: Flow::default(),
            told: 0,
            used: Vec::new(),
            bound: HashSet::new(),
            imported: HashMap::new(),
        };
        walk.parameters(arguments, None, None, true);
        walk
    }

    fn parameters(&mut self, arguments: &'a ast::Arguments, loops: InLoop, place: Option<Span>, own: bool) {
        let plain = arguments.posonlyargs.iter().chain(&arguments.args).map(|argument| &argument.def);
        let keyword = arguments.kwonlyargs.iter().map(|argument| &argument.def);
        let rest = arguments.vararg.iter().map(|argument| &**argument);
        let keywords = arguments.kwarg.iter().map(|argument| &**argument);
        for argument in plain.chain(rest).chain(keyword).chain(keywords) {
            self.bound.insert(argument.arg.as_str());
            if own {
                self.function.parameters.push(argument.arg.as_str().to_owned());
            }
        }
        let all = arguments.posonlyargs.iter().chain(&arguments.args).chain(&arguments.kwonlyargs);
        let defaults = all.filter_map(|argument| argument.default.as_deref()).map(Node::Expr);
        self.push_all(defaults, loops, place);
    }

    /// Puts nodes on the stack so that the first comes off first.
    fn push_all<I>(&mut self, nodes: I, loops: InLoop, place: Option<Span>)
    where
        I: IntoIterator<Item = Node<'a>>,
    {
        let from = self.stack.len();
        self.stack.extend(nodes.into_iter().map(|node| (node, loops, place)));
        self.stack[from..].reverse();
    }

    fn run(&mut self) {
        while let Some((node, loops, place)) = self.stack.pop() {
            match node {
                Node::Stmt(statement) => self.statement(statement, loops),
                Node::Expr(expr) => self.expression(expr, loops, place),
                Node::Control(control) => self.control(control),
                Node::Bind { target, value, each } => self.bind(target, value, each),
            }
        }
    }

    fn control(&mut self, control: Control<'_>) {
        let flow = &mut self.flow;
        match control {
            Control::Enter(condition) => flow.enter(condition.map_or(Test::Unknown, test)),
            Control::Repeat(index) => {
                flow.enter(Test::Repeated);
                self.function.loops[index].body = flow.now();
            }
            Control::Otherwise => flow.otherwise(),
            Control::Join => flow.join(),
            Control::Leave => flow.leave(),
            Control::Attempt { caught } => flow.attempt(caught),
            Control::Attempted { caught } => flow.attempted(caught),
            Control::Handle => flow.handle(),
            Control::Handled => flow.handled(),
            Control::NoFailure => flow.no_failure(),
            Control::Finally => flow.finally(),
            Control::Tried => flow.tried(),
            Control::Return => flow.returns(),
            Control::Raise => flow.raises(),
        }
        let met = flow.branches.len();
        self.function.steps.extend((self.told..met).map(FunctionStep::Branch));
        self.told = met;
    }

    /// A loop inside `outer`.
    fn enter_loop(&mut self, over: &Expr, outer: InLoop) -> usize {
        let depth = 1 + outer.map_or(0, |outer| self.function.loops[outer].depth);
        self.function.loops.push(Loop { outer, depth, span: span_of(over.range()), body: None, skips: false });
        self.function.loops.len() - 1
    }

    fn bind(&mut self, target: &'a Expr, value: Option<&'a Expr>, each: InLoop) {
        let name = |target: &Expr| match target {
            Expr::Name(name) => Some(name.id.as_str().to_owned()),
            _ => None,
        };
        let (names, unpacked) = match target {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                (elts.iter().map(name).collect::<Vec<_>>(), true)
            }
            target => (vec![name(target)], false),
        };
        if names.iter().any(Option::is_some) {
            let compared = |value: &&Expr| matches!(value, Expr::Compare(_) | Expr::BoolOp(_) | Expr::UnaryOp(_));
            let truth = value.filter(compared).map(test).filter(|test| *test != Test::Unknown);
            let binding = Binding { names, unpacked, value: value.and_then(chain), truth, each };
            self.function.steps.push(FunctionStep::Bind(binding));
        }
    }

    fn statement(&mut self, statement: &'a Stmt, loops: InLoop) {
        let mut next: Vec<(Node<'a>, InLoop)> = Vec::new();
        let stmts = |next: &mut Vec<(Node<'a>, InLoop)>, body: &'a [Stmt], loops: InLoop| {
            next.extend(body.iter().map(|inner| (Node::Stmt(inner), loops)));
        };
        let perhaps = |next: &mut Vec<(Node<'a>, InLoop)>, body: &'a [Stmt], loops: InLoop| {
            next.push((PERHAPS[0], loops));
            stmts(next, body, loops);
            next.push((PERHAPS[1], loops));
        };
        let repeated = |next: &mut Vec<(Node<'a>, InLoop)>, body: &'a [Stmt], index: usize| {
            next.push((Node::Control(Control::Repeat(index)), Some(index)));
            stmts(next, body, Some(index));
            next.push((PERHAPS[1], Some(index)));
        };
        match statement {
            Stmt::FunctionDef(ast::StmtFunctionDef { name, args, body, decorator_list, .. })
            | Stmt::AsyncFunctionDef(ast::StmtAsyncFunctionDef { name, args, body, decorator_list, .. }) => {
                self.bound.insert(name.as_str());
                next.extend(decorator_list.iter().map(|inner| (Node::Expr(inner), loops)));
                next.push((APART[0], loops));
                stmts(&mut next, body, loops);
                next.push((APART[1], loops));
                self.parameters(args, loops, None, false);
            }
            Stmt::ClassDef(class) => {
                self.bound.insert(class.name.as_str());
                next.extend(class.bases.iter().map(|inner| (Node::Expr(inner), loops)));
                stmts(&mut next, &class.body, loops);
            }
            Stmt::Import(import) => {
                let span = span_of(import.range());
                for (name, path) in import_bindings(statement, no_exports) {
                    self.imported.insert(name, path);
                }
                self.function.imports.extend(imported_paths(statement).into_iter().map(|path| (path, span)));
            }
            Stmt::ImportFrom(import) => {
                let span = span_of(import.range());
                for (name, path) in import_bindings(statement, no_exports) {
                    self.imported.insert(name, path);
                }
                self.function.imports.extend(imported_paths(statement).into_iter().map(|path| (path, span)));
            }
            Stmt::Return(inner) => {
                next.extend(inner.value.iter().map(|value| (Node::Expr(value), loops)));
                next.push((Node::Control(Control::Return), loops));
            }
            Stmt::Delete(inner) => next.extend(inner.targets.iter().map(|target| (Node::Expr(target), loops))),
            Stmt::Assign(inner) => {
                next.push((Node::Expr(&inner.value), loops));
                next.extend(inner.targets.iter().map(|target| (Node::Expr(target), loops)));
                let bind = |target| Node::Bind { target, value: Some(&*inner.value), each: None };
                next.extend(inner.targets.iter().map(|target| (bind(target), loops)));
            }
            Stmt::AugAssign(inner) => {
                next.push((Node::Expr(&inner.target), loops));
                next.push((Node::Expr(&inner.value), loops));
                next.push((Node::Bind { target: &inner.target, value: None, each: None }, loops));
            }
            Stmt::AnnAssign(inner) => {
                next.push((Node::Expr(&inner.target), loops));
                next.extend(inner.value.iter().map(|value| (Node::Expr(value), loops)));
                let bind = |value| Node::Bind { target: &inner.target, value: Some(value), each: None };
                next.extend(inner.value.iter().map(|value| (bind(&**value), loops)));
            }
            Stmt::For(ast::StmtFor { target, iter, body, orelse, .. })
            | Stmt::AsyncFor(ast::StmtAsyncFor { target, iter, body, orelse, .. }) => {
                next.push((Node::Expr(iter), loops));
                next.push((Node::Expr(target), loops));
                let index = self.enter_loop(iter, loops);
                next.push((Node::Bind { target, value: Some(iter), each: Some(index) }, loops));
                repeated(&mut next, body, index);
                perhaps(&mut next, orelse, loops);
            }
            Stmt::While(inner) => {
                let index = self.enter_loop(&inner.test, loops);
                next.push((Node::Expr(&inner.test), Some(index)));
                repeated(&mut next, &inner.body, index);
                perhaps(&mut next, &inner.orelse, loops);
            }
            Stmt::If(inner) => {
                next.push((Node::Expr(&inner.test), loops));
                next.push((Node::Control(Control::Enter(Some(&inner.test))), loops));
                stmts(&mut next, &inner.body, loops);
                next.push((Node::Control(Control::Otherwise), loops));
                stmts(&mut next, &inner.orelse, loops);
                next.push((Node::Control(Control::Join), loops));
            }
            Stmt::With(ast::StmtWith { items, body, .. }) | Stmt::AsyncWith(ast::StmtAsyncWith { items, body, .. }) => {
                for item in items {
                    next.push((Node::Expr(&item.context_expr), loops));
                    next.extend(item.optional_vars.iter().map(|target| (Node::Expr(target), loops)));
                    let bind = |target| Node::Bind { target, value: None, each: None };
                    next.extend(item.optional_vars.iter().map(|target| (bind(&**target), loops)));
                }
                stmts(&mut next, body, loops);
            }
            Stmt::Match(inner) => {
                next.push((Node::Expr(&inner.subject), loops));
                for case in &inner.cases {
                    next.extend(case.guard.iter().map(|guard| (Node::Expr(guard), loops)));
                    perhaps(&mut next, &case.body, loops);
                }
            }
            Stmt::Raise(inner) => {
                next.extend(inner.exc.iter().chain(&inner.cause).map(|value| (Node::Expr(value), loops)));
                next.push((Node::Control(Control::Raise), loops));
            }
            Stmt::Try(ast::StmtTry { body, handlers, orelse, finalbody, .. })
            | Stmt::TryStar(ast::StmtTryStar { body, handlers, orelse, finalbody, .. }) => {
                let caught = !handlers.is_empty();
                next.push((Node::Control(Control::Attempt { caught }), loops));
                stmts(&mut next, body, loops);
                next.push((Node::Control(Control::Attempted { caught }), loops));
                for ast::ExceptHandler::ExceptHandler(handler) in handlers {
                    self.bound.extend(handler.name.as_ref().map(ast::Identifier::as_str));
                    next.push((Node::Control(Control::Handle), loops));
                    next.extend(handler.type_.iter().map(|class| (Node::Expr(class), loops)));
                    stmts(&mut next, &handler.body, loops);
                    next.push((Node::Control(Control::Handled), loops));
                }
                next.push((Node::Control(Control::NoFailure), loops));
                stmts(&mut next, orelse, loops);
                next.push((Node::Control(Control::Finally), loops));
                stmts(&mut next, finalbody, loops);
                next.push((Node::Control(Control::Tried), loops));
            }
            Stmt::Assert(inner) => {
                next.push((Node::Expr(&inner.test), loops));
                next.extend(inner.msg.iter().map(|value| (Node::Expr(value), loops)));
            }
            Stmt::Expr(inner) => next.push((Node::Expr(&inner.value), loops)),
            Stmt::TypeAlias(_) | Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) => {}
            Stmt::Break(_) | Stmt::Continue(_) => {
                if let Some(index) = loops {
                    self.function.loops[index].skips = true;
                }
            }
        }
        self.stack.extend(next.into_iter().rev().map(|(node, loops)| (node, loops, None)));
    }

    fn expression(&mut self, expr: &'a Expr, loops: InLoop, place: Option<Span>) {
        let span = place.unwrap_or_else(|| span_of(expr.range()));
        match expr {
            Expr::Name(name) => match name.ctx {
                ast::ExprContext::Load => self.used.push((name.id.as_str(), Vec::new(), span)),
                _ => {
                    self.bound.insert(name.id.as_str());
                }
            },
            Expr::Attribute(last) => {
                let mut attributes = Vec::new();
                let mut base = expr;
                while let Expr::Attribute(attribute) = base {
                    attributes.push(attribute.attr.as_str());
                    base = &attribute.value;
                }
                attributes.reverse();
                match base {
                    Expr::Name(name) => {
                        self.function.steps.push(FunctionStep::Use {
                            root: name.id.as_str().to_owned(),
                            attributes: attributes.iter().map(|attribute| (*attribute).to_owned()).collect(),
                            written: matches!(last.ctx, ast::ExprContext::Store),
                            span,
                        });
                        self.used.push((name.id.as_str(), attributes, span));
                    }
                    base => self.push_all([Node::Expr(base)], loops, place),
                }
            }
            Expr::Call(call) => {
                let strings = call.args.iter().map(|argument| match argument {
                    Expr::Constant(ast::ExprConstant { value: Constant::Str(text), .. }) => Some(text.clone()),
                    _ => None,
                });
                let callee = callee_text(&call.func);
                let loop_depth = loops.map_or(0, |inner| self.function.loops[inner].depth);
                let strings = strings.collect();
                let in_branch = self.flow.now();
                self.function.steps.push(FunctionStep::Call(self.function.calls.len()));
                let chain = chain(expr);
                self.function.calls.push(FunctionCall {
                    callee,
                    span,
                    strings,
                    loop_depth,
                    in_loop: loops,
                    in_branch,
                    chain,
                });
                let arguments = call.args.iter().chain(call.keywords.iter().map(|keyword| &keyword.value));
                self.push_all(std::iter::once(&*call.func).chain(arguments).map(Node::Expr), loops, place);
            }
            Expr::BoolOp(inner) => {
                let (first, rest) = inner.values.split_at(inner.values.len().min(1));
                let [enter, join] = PERHAPS;
                let rest = std::iter::once(enter).chain(rest.iter().map(Node::Expr)).chain([join]);
                self.push_all(first.iter().map(Node::Expr).chain(rest), loops, place);
            }
            Expr::NamedExpr(inner) => {
                let bind = Node::Bind { target: &inner.target, value: Some(&*inner.value), each: None };
                let both = [&*inner.target, &*inner.value].map(Node::Expr);
                self.push_all(both.into_iter().chain([bind]), loops, place);
            }
            Expr::BinOp(inner) => self.push_all([&*inner.left, &*inner.right].map(Node::Expr), loops, place),
            Expr::UnaryOp(inner) => self.push_all([Node::Expr(&inner.operand)], loops, place),
            Expr::Lambda(inner) => {
                self.push_all([APART[0], Node::Expr(&inner.body), APART[1]], loops, place);
                self.parameters(&inner.args, loops, place, false);
            }
            Expr::IfExp(inner) => {
                let [test, body, orelse] = [&*inner.test, &*inner.body, &*inner.orelse].map(Node::Expr);
                let [enter, otherwise, join] =
                    [Control::Enter(Some(&inner.test)), Control::Otherwise, Control::Join].map(Node::Control);
                self.push_all([test, enter, body, otherwise, orelse, join], loops, place);
            }
            Expr::Dict(inner) => {
                let both = inner.keys.iter().zip(&inner.values);
                self.push_all(both.flat_map(|(key, value)| key.iter().chain([value])).map(Node::Expr), loops, place);
            }
            Expr::Set(inner) => self.push_all(inner.elts.iter().map(Node::Expr), loops, place),
            Expr::List(inner) => self.push_all(inner.elts.iter().map(Node::Expr), loops, place),
            Expr::Tuple(inner) => self.push_all(inner.elts.iter().map(Node::Expr), loops, place),
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::GeneratorExp(ast::ExprGeneratorExp { elt, generators, .. }) => {
                self.comprehension(&[elt], generators, loops, place);
            }
            Expr::DictComp(inner) => self.comprehension(&[&inner.key, &inner.value], &inner.generators, loops, place),
            Expr::Await(inner) => self.push_all([Node::Expr(&inner.value)], loops, place),
            Expr::Yield(inner) => self.push_all(inner.value.iter().map(|value| Node::Expr(value)), loops, place),
            Expr::YieldFrom(inner) => self.push_all([Node::Expr(&inner.value)], loops, place),
            Expr::Compare(inner) => {
                let all = std::iter::once(&*inner.left).chain(&inner.comparators);
                self.push_all(all.map(Node::Expr), loops, place);
            }
            Expr::FormattedValue(inner) => {
                let spec = inner.format_spec.iter().map(|spec| &**spec);
                self.push_all(std::iter::once(&*inner.value).chain(spec).map(Node::Expr), loops, place);
            }
            // The parser's places inside an f-string are not exact: those of the whole stand for them.
            Expr::JoinedStr(inner) => self.push_all(inner.values.iter().map(Node::Expr), loops, Some(span)),
            Expr::Subscript(inner) => self.push_all([&*inner.value, &*inner.slice].map(Node::Expr), loops, place),
            Expr::Starred(inner) => self.push_all([Node::Expr(&inner.value)], loops, place),
            Expr::Slice(inner) => {
                let all = [&inner.lower, &inner.upper, &inner.step];
                self.push_all(all.into_iter().flatten().map(|value| Node::Expr(value)), loops, place);
            }
            Expr::Constant(_) => {}
        }
    }

    fn comprehension(
        &mut self,
        results: &[&'a Expr],
        generators: &'a [ast::Comprehension],
        loops: InLoop,
        place: Option<Span>,
    ) {
        let mut nodes: Vec<(Node<'a>, InLoop)> = Vec::new();
        let mut inside = loops;
        for (depth, generator) in generators.iter().enumerate() {
            nodes.push((Node::Expr(&generator.iter), inside));
            if depth == 0 {
                nodes.push((PERHAPS[0], inside));
            }
            nodes.push((Node::Expr(&generator.target), inside));
            inside = Some(self.enter_loop(&generator.iter, inside));
            nodes.push((Node::Bind { target: &generator.target, value: Some(&generator.iter), each: inside }, inside));
            nodes.extend(generator.ifs.iter().map(|condition| (Node::Expr(condition), inside)));
        }
        nodes.extend(results.iter().map(|result| (Node::Expr(result), inside)));
        nodes.push((PERHAPS[1], loops));
        self.stack.extend(nodes.into_iter().rev().map(|(node, loops)| (node, loops, place)));
    }

    fn finish(mut self, imports: &HashMap<String, String>, empty: bool) -> Function {
        let mut references = Vec::new();
        for (name, attributes, span) in self.used {
            let mut path = if let Some(path) = self.imported.get(name) {
                path.clone()
            } else if self.bound.contains(name) {
                continue;
            } else if let Some(path) = imports.get(name) {
                path.clone()
            } else if crate::python::builtins::is_builtin(name) {
                format!("builtins.{name}")
            } else {
                format!(".{name}")
            };
            for attribute in attributes {
                path.push('.');
                path.push_str(attribute);
            }
            references.push((path, span));
        }
        self.function.references = references;
        self.function.branches = self.flow.branches;
        self.function.empty = empty;
        self.function
    }
}

/// The dotted text of a callee, with `()` for calls and `[]` for subscripts in between.
fn callee_text(callee: &Expr) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut base = callee;
    let mut length = 0;
    loop {
        base = match base {
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                break;
            }
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                parts.push(".");
                &attribute.value
            }
            Expr::Call(call) => {
                parts.push("()");
                &call.func
            }
            Expr::Subscript(subscript) => {
                parts.push("[]");
                &subscript.value
            }
            _ => break,
        };
        length += parts.last().map_or(0, |part| part.len());
        if length > LONGEST_CALLEE {
            parts.push("…");
            break;
        }
    }
    parts.iter().rev().copied().collect()
}
