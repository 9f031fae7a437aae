//! Expressions inside functions as chains: a name and what follows it.

use rustpython_parser::ast::{self, Constant, Expr};

use crate::python::{Chain, Given, Link};

/// Longest chain; a query that is written by hand is shorter.
const LONGEST: usize = 32;
/// How deep arguments are looked into.
const DEEPEST: usize = 3;

/// The chain that an expression is, `None` for one that does not start with a name.
pub(super) fn chain(expr: &Expr) -> Option<Chain> {
    chain_to(expr, DEEPEST)
}

fn chain_to(expr: &Expr, depth: usize) -> Option<Chain> {
    let mut links = Vec::new();
    let mut base = expr;
    let root = loop {
        base = match base {
            Expr::Name(name) => break name.id.as_str(),
            Expr::Attribute(attribute) => {
                links.push(Link::Attribute(attribute.attr.as_str().to_owned()));
                &attribute.value
            }
            Expr::Call(call) => {
                links.push(Link::Call(arguments(call, depth)));
                &call.func
            }
            Expr::Subscript(subscript) => {
                links.push(Link::Index { slice: matches!(&*subscript.slice, Expr::Slice(_)) });
                &subscript.value
            }
            Expr::Await(inner) => &inner.value,
            _ => return None,
        };
        if links.len() > LONGEST {
            return None;
        }
    };
    links.reverse();
    Some(Chain { root: root.to_owned(), links })
}

fn arguments(call: &ast::ExprCall, depth: usize) -> Vec<(Option<String>, Given)> {
    let positional = call.args.iter().map(|argument| (None, given(argument, depth)));
    let keywords = call.keywords.iter().map(|keyword| {
        let name = keyword.arg.as_ref().map(|name| name.as_str().to_owned());
        // `**kwargs` may be anything.
        let value = if name.is_some() { given(&keyword.value, depth) } else { Given::Other };
        (name, value)
    });
    positional.chain(keywords).collect()
}

fn given(expr: &Expr, depth: usize) -> Given {
    match expr {
        Expr::Constant(constant) => match &constant.value {
            Constant::None => Given::None,
            Constant::Bool(value) => Given::Bool(*value),
            Constant::Str(text) => Given::Str(text.clone()),
            Constant::Int(number) => i64::try_from(number).map_or(Given::Other, Given::Int),
            _ => Given::Other,
        },
        _ if depth == 0 => Given::Other,
        Expr::List(ast::ExprList { elts, .. })
        | Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => {
            Given::List(elts.iter().map(|element| given(element, depth - 1)).collect())
        }
        Expr::UnaryOp(ast::ExprUnaryOp { op: ast::UnaryOp::USub, operand, .. }) => match given(operand, depth - 1) {
            Given::Int(number) => number.checked_neg().map_or(Given::Other, Given::Int),
            _ => Given::Other,
        },
        _ => chain_to(expr, depth - 1).map_or(Given::Other, Given::Chain),
    }
}
