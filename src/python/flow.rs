//! Which parts of a function run whenever it does, and under which conditions the others do.
//!
//! The walk over a function tells where branches begin and end; what is kept is the branch in which it stands. A
//! `return` narrows all that follows. That something fails on the way is not looked at, but for what `except` says.

use rustpython_parser::ast::{self, CmpOp, Constant, Expr, UnaryOp};

use crate::python::chain::chain;
use crate::python::{Branch, Test};

/// How deep a condition is looked into.
const DEEPEST: usize = 8;

/// A branch, by its place in `Function::branches`; `None` for what always runs.
pub(super) type InBranch = Option<usize>;

/// Where a walk stands.
#[derive(Default)]
pub(super) struct Flow {
    /// All branches that were met, outer ones first.
    pub(super) branches: Vec<Branch>,
    now: InBranch,
    open: Vec<Open>,
    /// How many bodies of `try` are open whose failures are caught.
    caught: usize,
}

/// How the end of a block is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// As its beginning.
    Plain,
    /// Not always.
    Narrowed,
    /// Never: it returns.
    Returns,
    /// Never: it raises.
    Raises,
}

/// A statement of several blocks that is open.
struct Open {
    before: InBranch,
    /// Where the first block begins.
    first: InBranch,
    /// Where the present block begins.
    start: InBranch,
    /// Where the other one begins: `else`.
    other: InBranch,
    /// Where the first block ended, and how.
    ended: Option<(InBranch, End)>,
    /// For a `try`: how its handlers end.
    handlers: Vec<End>,
}

impl Flow {
    /// The branch at this point.
    pub(super) const fn now(&self) -> InBranch {
        self.now
    }

    /// A block that runs when a condition holds.
    pub(super) fn enter(&mut self, test: Test) {
        let before = self.now;
        let start = self.narrowed(before, test.clone());
        let other = if matches!(test, Test::Unknown | Test::Repeated) {
            start
        } else {
            self.narrowed(before, Test::Not(Box::new(test)))
        };
        self.open.push(Open { before, first: start, start, other, ended: None, handlers: Vec::new() });
        self.now = start;
    }

    /// The block that runs otherwise.
    pub(super) fn otherwise(&mut self) {
        let end = self.end();
        let now = self.now;
        if let Some(open) = self.open.last_mut() {
            open.ended = Some((now, end));
            open.start = open.other;
            self.now = open.other;
        }
    }

    /// The end of the block, or of both.
    pub(super) fn join(&mut self) {
        if self.open.last().is_some_and(|open| open.ended.is_none()) {
            self.otherwise();
        }
        let (other, other_end) = (self.now, self.end());
        let Some(Open { before, first: start, start: other_start, ended, .. }) = self.open.pop() else { return };
        let Some((first, first_end)) = ended else { return };
        self.now = match (first_end, other_end, start, other_start) {
            (End::Plain, End::Plain, ..) => before,
            (End::Raises, End::Plain, Some(raises), _) | (End::Plain, End::Raises, _, Some(raises)) => {
                self.narrowed(before, Test::Passes(raises))
            }
            (End::Returns | End::Raises, ..) => other,
            (_, End::Returns | End::Raises, ..) => first,
            _ => match (first, other) {
                (Some(first), Some(other)) => self.narrowed(before, Test::Either(first, other)),
                _ => before,
            },
        };
    }

    /// The end of a block whose `return` is not the function's.
    pub(super) fn leave(&mut self) {
        if let Some(open) = self.open.pop() {
            self.now = open.before;
        }
    }

    /// The body of a `try`.
    pub(super) fn attempt(&mut self, caught: bool) {
        self.caught += usize::from(caught);
        let before = self.now;
        self.open.push(Open { before, first: before, start: before, other: before, ended: None, handlers: Vec::new() });
    }

    /// The end of that body.
    pub(super) fn attempted(&mut self, caught: bool) {
        self.caught -= usize::from(caught);
        let (now, end) = (self.now, self.end());
        if let Some(open) = self.open.last_mut() {
            open.ended = Some((now, end));
        }
    }

    /// An `except`.
    pub(super) fn handle(&mut self) {
        let before = self.open.last().and_then(|open| open.before);
        let start = self.narrowed(before, Test::Unknown);
        self.now = start;
        if let Some(open) = self.open.last_mut() {
            open.start = start;
        }
    }

    /// The end of an `except`.
    pub(super) fn handled(&mut self) {
        let end = self.end();
        if let Some(open) = self.open.last_mut() {
            open.handlers.push(end);
        }
    }

    /// The `else` of a `try`, behind its handlers.
    pub(super) fn no_failure(&mut self) {
        if let Some(open) = self.open.last_mut()
            && let Some((now, _)) = open.ended
        {
            open.start = open.before;
            self.now = now;
        }
    }

    /// The `finally` of a `try`, behind its `else`.
    pub(super) fn finally(&mut self) {
        let (now, end) = (self.now, self.end());
        let Some(open) = self.open.last() else { return };
        let before = open.before;
        let returns = open.handlers.contains(&End::Returns);
        let goes_on = open.handlers.iter().any(|end| matches!(end, End::Plain | End::Narrowed));
        let after = match end {
            End::Returns | End::Raises if goes_on => self.narrowed(before, Test::Unknown),
            End::Plain | End::Narrowed if returns => self.narrowed(now, Test::Unknown),
            _ => now,
        };
        self.now = if after == before { before } else { self.narrowed(before, Test::Unknown) };
        if let Some(open) = self.open.last_mut() {
            open.other = after;
        }
    }

    /// The end of a `try`.
    pub(super) fn tried(&mut self) {
        if let Some(open) = self.open.pop() {
            self.now = open.other;
        }
    }

    /// A `return`.
    pub(super) fn returns(&mut self) {
        self.now = self.narrowed(self.now, Test::Returned);
    }

    /// A `raise`.
    pub(super) fn raises(&mut self) {
        let test = if self.caught == 0 { Test::Raised } else { Test::Returned };
        self.now = self.narrowed(self.now, test);
    }

    /// How the present block comes to this point.
    fn end(&self) -> End {
        let start = self.open.last().and_then(|open| open.start);
        match self.now.map(|branch| &self.branches[branch].test) {
            _ if self.now == start => End::Plain,
            Some(Test::Returned) => End::Returns,
            Some(Test::Raised) => End::Raises,
            _ => End::Narrowed,
        }
    }

    /// The branch inside `outer` in which a condition holds.
    fn narrowed(&mut self, outer: InBranch, test: Test) -> InBranch {
        let same = outer.is_some_and(|outer| match &self.branches[outer].test {
            Test::Returned | Test::Raised => true,
            Test::Unknown => test == Test::Unknown,
            _ => false,
        });
        if same {
            return outer;
        }
        self.branches.push(Branch { outer, test });
        Some(self.branches.len() - 1)
    }
}

/// What a condition asks, as far as it compares names with texts.
pub(super) fn test(expr: &Expr) -> Test {
    test_to(expr, DEEPEST)
}

fn test_to(expr: &Expr, depth: usize) -> Test {
    let Some(depth) = depth.checked_sub(1) else { return Test::Unknown };
    let all = |values: &[Expr]| values.iter().map(|value| test_to(value, depth)).collect();
    match expr {
        Expr::UnaryOp(ast::ExprUnaryOp { op: UnaryOp::Not, operand, .. }) => match test_to(operand, depth) {
            Test::Unknown => Test::Unknown,
            test => Test::Not(Box::new(test)),
        },
        Expr::BoolOp(ast::ExprBoolOp { op: ast::BoolOp::And, values, .. }) => Test::All(all(values)),
        Expr::BoolOp(ast::ExprBoolOp { op: ast::BoolOp::Or, values, .. }) => Test::Any(all(values)),
        Expr::Compare(ast::ExprCompare { left, ops, comparators, .. }) => match (&ops[..], &comparators[..]) {
            ([op], [right]) => comparison(left, *op, right),
            _ => Test::Unknown,
        },
        _ => chain(expr).map_or(Test::Unknown, Test::Holds),
    }
}

fn comparison(left: &Expr, op: CmpOp, right: &Expr) -> Test {
    let is = |what: &Expr, texts: Option<Vec<String>>| match (chain(what), texts) {
        (Some(what), Some(texts)) => Test::Is { what, texts },
        _ => Test::Unknown,
    };
    let one = |expr: &Expr| text(expr).map(|text| vec![text]);
    let found = match op {
        CmpOp::Eq | CmpOp::NotEq => match one(left) {
            Some(texts) => is(right, Some(texts)),
            None => is(left, one(right)),
        },
        CmpOp::In | CmpOp::NotIn => match (text(left), chain(right)) {
            (Some(text), Some(what)) => Test::Contains { what, text },
            _ => is(left, texts(right)),
        },
        _ => Test::Unknown,
    };
    match op {
        CmpOp::NotEq | CmpOp::NotIn if found != Test::Unknown => Test::Not(Box::new(found)),
        _ => found,
    }
}

fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Constant(ast::ExprConstant { value: Constant::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

fn texts(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::List(ast::ExprList { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => elts.iter().map(text).collect(),
        _ => None,
    }
}
