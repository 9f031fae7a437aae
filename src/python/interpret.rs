//! Statements of a module and of its class bodies: who binds which name to what, under which condition.
//!
//! Branches are all followed. What they agree on is certain; lists keep what is common and mark the rest as
//! conditional; any other difference makes the name unknown.

use std::collections::HashMap;
use std::sync::Arc;

use rustpython_parser::ast::{self, Expr, Operator, Stmt};

use crate::python::comprehension::{elements, truth};
use crate::python::fold::{Evaluator, cost};
use crate::python::function::function_facts;
use crate::python::imports::{import_bindings, is_star, module_path};
use crate::python::method::methods;
use crate::python::scope::{Bound, Layer, merge};
use crate::python::tokens::span_of;
use crate::python::{Attribute, Class, Definition, DefinitionKind, Exports, Unknown, Value, ValueKind};
use crate::source::Span;

/// What the interpretation of a module finds beside its names.
#[derive(Default)]
pub(super) struct Found {
    /// Class statements, in order.
    pub(super) classes: Vec<Class>,
    /// Modules of which everything is imported, in order.
    pub(super) stars: Vec<String>,
    /// Why the statements at hand may not run, the outermost first.
    conditions: Vec<Unknown>,
}

/// Names that the module's statements import, those in branches included.
pub(super) fn module_imports(body: &[Stmt], exports: Exports) -> HashMap<String, String> {
    let mut imports = HashMap::new();
    let mut stack: Vec<&Stmt> = body.iter().rev().collect();
    while let Some(statement) = stack.pop() {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => imports.extend(import_bindings(statement, exports)),
            Stmt::If(inner) => stack.extend(inner.orelse.iter().rev().chain(inner.body.iter().rev())),
            Stmt::Try(inner) => {
                let handlers = inner.handlers.iter().rev().flat_map(|handler| {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    handler.body.iter().rev()
                });
                // The body is taken last: where it and a handler import the same name, the body's import wins.
                stack.extend(inner.body.iter().rev());
                stack.extend(handlers);
            }
            _ => {}
        }
    }
    imports
}

/// Runs statements in order.
pub(super) fn run(evaluator: &mut Evaluator<'_>, found: &mut Found, body: &[Stmt]) {
    for statement in body {
        match statement {
            Stmt::Import(_) => import(evaluator, statement),
            Stmt::ImportFrom(from) => {
                if is_star(from) {
                    evaluator.star_import = true;
                    found.stars.push(module_path(from));
                }
                import(evaluator, statement);
            }
            Stmt::Assign(assign) => {
                let bound = evaluator.bound(&assign.value);
                let shares = matches!(bound.value.kind, ValueKind::List(_) | ValueKind::Dict(_))
                    && (assign.targets.len() > 1 || matches!(&*assign.value, Expr::Name(_) | Expr::Attribute(_)));
                if shares && let Some(key) = key(evaluator, &assign.value) {
                    evaluator.scope.share(&key);
                }
                for target in &assign.targets {
                    self::assign(evaluator, target, Bound { shared: shares, ..bound.clone() });
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let bound = evaluator.bound(value);
                    self::assign(evaluator, &assign.target, bound);
                }
            }
            Stmt::AugAssign(change) => augment(evaluator, change),
            Stmt::Expr(expr) => expression(evaluator, &expr.value),
            Stmt::FunctionDef(ast::StmtFunctionDef { range, name, args, body, decorator_list, .. })
            | Stmt::AsyncFunctionDef(ast::StmtAsyncFunctionDef { range, name, args, body, decorator_list, .. }) => {
                let span = span_of(*range);
                let name_span = name_span(evaluator, span, decorator_list, name.as_str());
                let facts = function_facts(args, body, !decorator_list.is_empty(), &evaluator.imports);
                let kind = DefinitionKind::Function(facts);
                let definition = Arc::new(Definition { name: name.as_str().to_owned(), span, name_span, kind });
                define(evaluator, definition);
            }
            Stmt::ClassDef(statement) => class(evaluator, found, statement),
            Stmt::If(_) => branches(evaluator, found, statement),
            Stmt::Try(ast::StmtTry { body, handlers, orelse, finalbody, .. })
            | Stmt::TryStar(ast::StmtTryStar { body, handlers, orelse, finalbody, .. }) => {
                attempt(evaluator, found, (body, orelse), handlers);
                run(evaluator, found, finalbody);
            }
            Stmt::For(ast::StmtFor { target, iter, body, orelse, .. })
            | Stmt::AsyncFor(ast::StmtAsyncFor { target, iter, body, orelse, .. }) => {
                let span = evaluator.span(&**iter);
                let why = evaluator.why(span, "is looped over");
                if !unroll(evaluator, found, target, iter, body) {
                    repeat(evaluator, found, &why, Some(target), body);
                }
                run(evaluator, found, orelse);
            }
            Stmt::While(repeated) => {
                let why = evaluator.condition(&repeated.test);
                repeat(evaluator, found, &why, None, &repeated.body);
                run(evaluator, found, &repeated.orelse);
            }
            Stmt::With(ast::StmtWith { items, body, .. }) | Stmt::AsyncWith(ast::StmtAsyncWith { items, body, .. }) => {
                for target in items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    forget(evaluator, target, "is bound by `with`");
                }
                run(evaluator, found, body);
            }
            Stmt::Match(matched) => {
                let why = evaluator.condition(&matched.subject);
                let arms: Vec<&[Stmt]> = matched.cases.iter().map(|case| &case.body[..]).collect();
                fork(evaluator, found, &why, &arms, false);
            }
            Stmt::Delete(deleted) => {
                for target in &deleted.targets {
                    forget(evaluator, target, "is deleted");
                }
            }
            _ => {}
        }
    }
}

fn import(evaluator: &mut Evaluator<'_>, statement: &Stmt) {
    let span = evaluator.span(statement);
    for (name, path) in import_bindings(statement, evaluator.exports) {
        evaluator.scope.bind(&name, Bound::new(Value::new(ValueKind::Reference(path), span)));
    }
}

fn define(evaluator: &mut Evaluator<'_>, definition: Arc<Definition>) {
    let name_span = definition.name_span;
    evaluator.definitions.push(Arc::clone(&definition));
    let name = definition.name.clone();
    let value = Value::new(ValueKind::Definition(definition), name_span);
    evaluator.scope.bind(&name, Bound { name_span, ..Bound::new(value) });
}

/// Where the name of a `def` or `class` stands.
pub(super) fn name_span(evaluator: &Evaluator<'_>, span: Span, decorators: &[Expr], name: &str) -> Span {
    let mut from = decorators.last().map_or(span.start, |last| span_of(ast::Ranged::range(last)).end);
    let text = evaluator.source.text();
    for word in ["async", "def", "class"] {
        let Some(rest) = text.get(from..span.end) else { return Span::at(span.start) };
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix(word)
            && after.starts_with([' ', '\t', '\\', '\x0c'])
        {
            from = span.end - after.len();
        }
    }
    let found = text.get(from..span.end).and_then(|rest| rest.find(name));
    found.map_or(Span::at(span.start), |at| Span::new(from + at, from + at + name.len()))
}

/// The key of a name or of an attribute of a class of this file.
fn key(evaluator: &Evaluator<'_>, target: &Expr) -> Option<String> {
    match target {
        Expr::Name(name) => Some(name.id.as_str().to_owned()),
        Expr::Attribute(attribute) => {
            let Expr::Name(owner) = &*attribute.value else { return None };
            match &evaluator.scope.get(owner.id.as_str())?.value.kind {
                ValueKind::Definition(class) => Some(format!("{}.{}", class.name, attribute.attr.as_str())),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Binds what `target` names.
pub(super) fn assign(evaluator: &mut Evaluator<'_>, target: &Expr, bound: Bound) {
    match target {
        Expr::Name(_) | Expr::Attribute(_) => {
            let name_span = evaluator.span(target);
            if let Some(key) = key(evaluator, target) {
                evaluator.scope.bind(&key, Bound { name_span, ..bound });
            }
        }
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            let value = bound.into_value();
            match value.elements() {
                Some(items) if items.len() == elts.len() => {
                    for (target, item) in elts.iter().zip(items) {
                        assign(evaluator, target, Bound::new(item.clone()));
                    }
                }
                _ => elts.iter().for_each(|target| forget(evaluator, target, "is unpacked")),
            }
        }
        other => forget(evaluator, other, "is changed in place"),
    }
}

/// Makes what `target` names unknown.
fn forget(evaluator: &mut Evaluator<'_>, target: &Expr, reason: &str) {
    let mut stack = vec![target];
    while let Some(target) = stack.pop() {
        let name = match target {
            Expr::Name(_) | Expr::Attribute(_) => target,
            Expr::Subscript(subscript) => &subscript.value,
            Expr::Starred(starred) => {
                stack.push(&starred.value);
                continue;
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                stack.extend(elts);
                continue;
            }
            _ => continue,
        };
        if let Some(key) = key(evaluator, name) {
            forget_name(evaluator, &key, target, reason);
        }
    }
}

fn forget_name(evaluator: &mut Evaluator<'_>, key: &str, at: &Expr, reason: &str) {
    let span = evaluator.span(at);
    let value = evaluator.unknown(span, reason);
    evaluator.scope.bind(key, Bound { name_span: span, ..Bound::new(value) });
}

/// `name += value`
fn augment(evaluator: &mut Evaluator<'_>, change: &ast::StmtAugAssign) {
    let added = evaluator.bound(&change.value);
    let Some(key) = key(evaluator, &change.target) else {
        forget(evaluator, &change.target, "is changed in place");
        return;
    };
    let Some(bound) = evaluator.scope.get(&key) else {
        forget(evaluator, &change.target, "is not defined in this file");
        return;
    };
    if change.op != Operator::Add {
        forget(evaluator, &change.target, "is computed");
        return;
    }
    if bound.shared {
        forget_shared(evaluator, &change.target);
        return;
    }
    let Some(len) = bound.len() else {
        let current = bound.clone();
        let span = evaluator.span(change);
        let name_span = current.name_span;
        let sum = evaluator.add(current, added, span);
        evaluator.scope.bind(&key, Bound { name_span, ..sum });
        return;
    };
    extend(evaluator, &key, len, added);
}

/// Adds the elements of `added` to the list that `key` names.
fn extend(evaluator: &mut Evaluator<'_>, key: &str, at: usize, added: Bound) {
    let place = added.value.span;
    let added = match added.elements() {
        Ok(elements) => elements,
        Err(value) => {
            let why = value.unknown().map_or("spreads a value that is not known", |unknown| &unknown.reason);
            vec![(evaluator.unknown(place, why), None)]
        }
    };
    // In a branch the first change of a list copies it.
    if !evaluator.scope.is_top(key) {
        let copy = evaluator.scope.get(key).map_or(0, cost);
        if !evaluator.charge(copy) {
            let unknown = evaluator.unknown(place, "is too large to follow");
            evaluator.scope.bind(key, Bound { name_span: place, ..Bound::new(unknown) });
            return;
        }
    }
    if let Some(bound) = evaluator.scope.get_mut(key) {
        bound.insert(at, added);
    }
}

/// Changing one of several names of an object changes what the others stand for: none of them is followed further.
fn forget_shared(evaluator: &mut Evaluator<'_>, at: &Expr) {
    for name in evaluator.scope.take_shared() {
        forget_name(evaluator, &name, at, "is changed through another name");
    }
}

/// An expression statement: a change of a list in place, or a call that may change what it is given.
fn expression(evaluator: &mut Evaluator<'_>, expr: &Expr) {
    let Expr::Call(call) = expr else { return };
    if let Expr::Attribute(method) = &*call.func
        && let Some(key) = key(evaluator, &method.value)
        && let Some(bound) = evaluator.scope.get(&key)
        && matches!(bound.value.kind, ValueKind::List(_) | ValueKind::Dict(_) | ValueKind::Set(_))
    {
        if bound.shared {
            forget_shared(evaluator, expr);
            return;
        }
        let len = bound.len();
        match (method.attr.as_str(), &call.args[..], len) {
            ("append", [added], Some(len)) => {
                let value = evaluator.value(added);
                let list = Bound::new(Value::new(ValueKind::List(vec![value]), Span::default()));
                extend(evaluator, &key, len, list);
            }
            ("extend", [added], Some(len)) => {
                let added = evaluator.bound(added);
                extend(evaluator, &key, len, added);
            }
            ("insert", [index, added], Some(len)) => {
                let value = evaluator.value(added);
                let list = Bound::new(Value::new(ValueKind::List(vec![value]), Span::default()));
                match evaluator.value(index).kind {
                    ValueKind::Int(index) => {
                        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
                        let at = if index < 0 { len.saturating_sub(back) } else { back };
                        extend(evaluator, &key, at, list);
                    }
                    _ => forget_name(evaluator, &key, expr, "is changed at a place that is not known"),
                }
            }
            ("copy" | "index" | "count" | "get" | "items" | "keys" | "values", ..) => {}
            _ => forget_name(evaluator, &key, expr, "is changed in place"),
        }
        return;
    }
    for argument in call.args.iter().chain(call.keywords.iter().map(|keyword| &keyword.value)) {
        if let Some(key) = key(evaluator, argument)
            && evaluator.scope.get(&key).is_some_and(|bound| bound.len().is_some())
        {
            forget_name(evaluator, &key, argument, "is handed to a call, which may change it");
        }
    }
}

fn class(evaluator: &mut Evaluator<'_>, found: &mut Found, statement: &ast::StmtClassDef) {
    let span = span_of(statement.range);
    let name = statement.name.as_str();
    let name_span = name_span(evaluator, span, &statement.decorator_list, name);
    let bases: Vec<Option<String>> = statement
        .bases
        .iter()
        .map(|base| match evaluator.value(base).kind {
            ValueKind::Reference(path) => Some(path),
            ValueKind::Definition(definition) => Some(format!(".{}", definition.name)),
            _ => None,
        })
        .collect();
    evaluator.scope.push();
    run(evaluator, found, &statement.body);
    let Layer { mut names, order } = evaluator.scope.pop();
    let kind = DefinitionKind::Class { bases: bases.clone() };
    let definition = Arc::new(Definition { name: name.to_owned(), span, name_span, kind });
    let mut attributes = Vec::with_capacity(order.len());
    for attribute in order {
        if let Some(bound) = names.remove(&attribute) {
            evaluator.scope.bind(&format!("{name}.{attribute}"), bound);
            attributes.push(attribute);
        }
    }
    define(evaluator, Arc::clone(&definition));
    let header = Span::new(header_start(evaluator, name_span), header_end(evaluator, statement, name_span));
    let condition = found.conditions.first().cloned();
    let methods = methods(evaluator, &statement.body);
    let plain = statement.keywords.is_empty() && statement.decorator_list.iter().all(|own| is_harmless(evaluator, own));
    found.classes.push(Class { definition, header, bases, attributes: Vec::new(), methods, plain, condition });
}

/// Whether a decorator leaves a class as it is, but for what migrations don't ask (`django.utils.deconstruct`).
fn is_harmless(evaluator: &mut Evaluator<'_>, decorator: &Expr) -> bool {
    let path = match evaluator.value(decorator).kind {
        ValueKind::Reference(path) => path,
        ValueKind::Call(call) => call.callee.unwrap_or_default(),
        _ => return false,
    };
    path == "django.utils.deconstruct.deconstructible"
}

/// Where the word `class` stands in front of the name.
fn header_start(evaluator: &Evaluator<'_>, name: Span) -> usize {
    let before = evaluator.source.text().get(..name.start).unwrap_or_default();
    before.trim_end_matches([' ', '\t', '\\', '\n', '\r', '\x0c']).strip_suffix("class").map_or(name.start, str::len)
}

/// Where the header ends: behind the last base, keyword and parenthesis, in front of the colon.
fn header_end(evaluator: &Evaluator<'_>, class: &ast::StmtClassDef, name: Span) -> usize {
    let bases = class.bases.iter().map(|base| span_of(ast::Ranged::range(base)).end);
    let keywords = class.keywords.iter().map(|keyword| span_of(keyword.range).end);
    let from = bases.chain(keywords).fold(name.end, usize::max);
    let body = class.body.first().map_or(from, |first| span_of(ast::Ranged::range(first)).start);
    let text = evaluator.source.text().get(from..body).unwrap_or_default();
    let colon = text.find(':').unwrap_or(0);
    from + text[..colon].rfind(')').map_or(0, |close| close + 1)
}

/// An `if` with all its branches.
fn branches(evaluator: &mut Evaluator<'_>, found: &mut Found, statement: &Stmt) {
    let Stmt::If(first) = statement else { return };
    // In a branch or a loop of unknown length, a name may stand for something else the next time.
    let decided = if found.conditions.is_empty() { truth(evaluator, &first.test) } else { None };
    if let Some(holds) = decided {
        run(evaluator, found, if holds { &first.body } else { &first.orelse });
        return;
    }
    let why = evaluator.condition(&first.test);
    let mut arms: Vec<&[Stmt]> = vec![&first.body];
    let mut orelse = &first.orelse[..];
    while let [Stmt::If(next)] = orelse {
        arms.push(&next.body);
        orelse = &next.orelse;
    }
    let exhaustive = !orelse.is_empty();
    if exhaustive {
        arms.push(orelse);
    }
    fork(evaluator, found, &why, &arms, exhaustive);
}

/// `try` with its handlers.
fn attempt(
    evaluator: &mut Evaluator<'_>,
    found: &mut Found,
    (body, orelse): (&[Stmt], &[Stmt]),
    handlers: &[ast::ExceptHandler],
) {
    let Some(ast::ExceptHandler::ExceptHandler(first)) = handlers.first() else {
        run(evaluator, found, body);
        run(evaluator, found, orelse);
        return;
    };
    let span = first.type_.as_ref().map_or_else(|| span_of(first.range), |class| evaluator.span(&**class));
    let why = evaluator.why(span, "may be raised");
    let mut arms = vec![arm(evaluator, found, &why, &[body, orelse])];
    for ast::ExceptHandler::ExceptHandler(handler) in handlers {
        if !leaves(&handler.body) {
            arms.push(arm(evaluator, found, &why, &[&handler.body]));
        }
    }
    join(evaluator, arms, &why);
}

/// Runs the body of a loop for each element of what it runs over, when all of them are known and nothing leaves it
/// early.
fn unroll(evaluator: &mut Evaluator<'_>, found: &mut Found, target: &Expr, iterable: &Expr, body: &[Stmt]) -> bool {
    if !is_straight(body) {
        return false;
    }
    let Some(items) = elements(evaluator, iterable) else { return false };
    let round = body.iter().map(|statement| evaluator.span(statement).len()).sum();
    if !items.iter().all(|_| evaluator.charge_round(round)) {
        return false;
    }
    for item in items {
        assign(evaluator, target, Bound::new(item));
        run(evaluator, found, body);
    }
    true
}

/// Whether no statement jumps or defines a class.
fn is_straight(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Expr(_) | Stmt::Pass(_) => true,
        Stmt::For(inner) => is_straight(&inner.body) && is_straight(&inner.orelse),
        Stmt::If(inner) => is_straight(&inner.body) && is_straight(&inner.orelse),
        _ => false,
    })
}

/// A loop: its body may run any number of times.
fn repeat(evaluator: &mut Evaluator<'_>, found: &mut Found, why: &Unknown, target: Option<&Expr>, body: &[Stmt]) {
    if let Some(target) = target {
        forget(evaluator, target, "changes in a loop");
    }
    let arms = vec![arm(evaluator, found, why, &[body]), Layer::default()];
    join(evaluator, arms, why);
}

/// Runs each branch on its own and joins what they bind. A branch that raises is left out.
fn fork(evaluator: &mut Evaluator<'_>, found: &mut Found, why: &Unknown, bodies: &[&[Stmt]], exhaustive: bool) {
    let mut arms: Vec<Layer> = Vec::with_capacity(bodies.len() + 1);
    for body in bodies.iter().filter(|body| !leaves(body)) {
        arms.push(arm(evaluator, found, why, &[body]));
    }
    if !exhaustive {
        arms.push(Layer::default());
    }
    join(evaluator, arms, why);
}

fn leaves(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Raise(_)))
}

fn arm(evaluator: &mut Evaluator<'_>, found: &mut Found, why: &Unknown, bodies: &[&[Stmt]]) -> Layer {
    evaluator.scope.push();
    found.conditions.push(why.clone());
    for body in bodies {
        run(evaluator, found, body);
    }
    found.conditions.pop();
    evaluator.scope.pop()
}

fn join(evaluator: &mut Evaluator<'_>, mut arms: Vec<Layer>, why: &Unknown) {
    let mut order: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for arm in &arms {
        order.extend(arm.order.iter().filter(|name| seen.insert((*name).clone())).cloned());
    }
    for name in order {
        // Each branch works on a copy; a file full of branches must not make that quadratic.
        let copies = evaluator.scope.get(&name).map_or(0, cost) * (arms.len() + 1);
        if !evaluator.charge(copies) {
            let value = evaluator.unknown(why.span, "is too large to follow");
            evaluator.scope.bind(&name, Bound { name_span: why.span, ..Bound::new(value) });
            continue;
        }
        let outer = evaluator.scope.get(&name).cloned();
        let bounds = arms.iter_mut().map(|arm| arm.names.remove(&name).or_else(|| outer.clone())).collect();
        let merged = merge(bounds, why);
        evaluator.scope.bind(&name, merged);
    }
}

/// Gives each class the attributes that the module leaves it with.
pub(super) fn attributes(classes: &mut [Class], module: &Layer) {
    let mut of_class: HashMap<&str, Vec<Attribute>> = HashMap::new();
    for key in &module.order {
        let (Some((class, name)), Some(bound)) = (key.split_once('.'), module.names.get(key)) else { continue };
        of_class.entry(class).or_default().push(Attribute {
            name: name.to_owned(),
            name_span: bound.name_span,
            value: bound.value.clone(),
            conditions: bound.conditions.clone(),
        });
    }
    // Of several classes of one name the last one counts.
    for class in classes.iter_mut().rev() {
        if let Some(attributes) = of_class.remove(class.definition.name.as_str()) {
            class.attributes = attributes;
        }
    }
}
