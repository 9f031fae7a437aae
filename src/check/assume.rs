//! Facts that a comment states where the migration leaves them unknown.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::language::syntax::Literal;
use crate::language::{Entity, Fact, Subject, Truth};
use crate::source::Span;

/// What a comment says of a fact: it counts where the fact is not known, and nowhere else.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// The subjects it is about: operations, or fields of a CreateModel, by the span of each.
    pub subjects: Vec<Span>,
    /// The name in the head, and attributes behind it: `field`, `null`.
    pub path: Vec<String>,
    /// What is assumed. The type has been checked.
    pub value: Literal,
}

/// The assumptions of a file while it is judged.
#[derive(Clone)]
pub(super) struct Assumed<'a> {
    all: &'a [Assumption],
    settled: Rc<RefCell<BTreeSet<usize>>>,
}

impl<'a> Assumed<'a> {
    pub(super) fn new(all: &'a [Assumption]) -> Self {
        Self { all, settled: Rc::default() }
    }

    /// The assumptions that settled something, by their place in the list.
    pub(super) fn settled(&self) -> Vec<usize> {
        self.settled.borrow().iter().copied().collect()
    }

    /// Those about a subject.
    fn about(&self, subject: Span) -> Vec<Step<'a>> {
        let all = self.all.iter().enumerate();
        let about = all.filter(|(_, assumption)| assumption.subjects.contains(&subject));
        about.map(|(index, assumption)| Step { index, path: &assumption.path, value: &assumption.value }).collect()
    }
}

/// An assumption on the way from a name to the fact that it is about.
#[derive(Clone)]
struct Step<'a> {
    index: usize,
    path: &'a [String],
    value: &'a Literal,
}

/// A subject, or a part of one, with what is assumed of it.
struct Seen<'a> {
    assumed: Assumed<'a>,
    steps: Vec<Step<'a>>,
}

impl<'a> Seen<'a> {
    /// The fact behind a name: assumed where it is not known.
    fn fact(&self, name: &str, fact: Fact<'a>) -> Fact<'a> {
        let mut deeper = Vec::new();
        for step in &self.steps {
            match step.path.split_first() {
                Some((first, [])) if first == name && fact.unknown().is_some() => {
                    self.assumed.settled.borrow_mut().insert(step.index);
                    return Fact::literal(step.value);
                }
                Some((first, rest)) if first == name && !rest.is_empty() => {
                    deeper.push(Step { path: rest, ..step.clone() });
                }
                _ => {}
            }
        }
        match fact {
            Fact::Entity(inner) if !deeper.is_empty() => Fact::Entity(Rc::new(AssumedEntity {
                inner,
                seen: Seen { assumed: self.assumed.clone(), steps: deeper },
            })),
            fact => fact,
        }
    }
}

/// A subject that a comment assumes something of.
pub(super) struct AssumedSubject<'s, 'a> {
    inner: &'s dyn Subject<'a>,
    seen: Seen<'a>,
}

impl<'s, 'a> AssumedSubject<'s, 'a> {
    /// `None` when nothing is assumed of it.
    pub(super) fn new(inner: &'s dyn Subject<'a>, span: Span, assumed: &Assumed<'a>) -> Option<Self> {
        let steps = assumed.about(span);
        (!steps.is_empty()).then(|| Self { inner, seen: Seen { assumed: assumed.clone(), steps } })
    }
}

impl<'a> Subject<'a> for AssumedSubject<'_, 'a> {
    fn name(&self, name: &str) -> Fact<'a> {
        self.seen.fact(name, self.inner.name(name))
    }

    fn place(&self, name: &str) -> Option<Span> {
        self.inner.place(name)
    }
}

struct AssumedEntity<'a> {
    inner: Rc<dyn Entity<'a> + 'a>,
    seen: Seen<'a>,
}

impl<'a> Entity<'a> for AssumedEntity<'a> {
    fn type_name(&self) -> &'static str {
        self.inner.type_name()
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        self.seen.fact(name, self.inner.attribute(name))
    }

    fn class(&self) -> Fact<'a> {
        self.inner.class()
    }

    fn contains(&self, member: &Fact<'a>) -> Truth {
        self.inner.contains(member)
    }

    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        self.inner.place(attribute)
    }

    fn text(&self) -> Cow<'a, str> {
        self.inner.text()
    }

    fn identity(&self) -> String {
        self.inner.identity()
    }
}
