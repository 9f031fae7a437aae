//! What Django's class is given in the end: the `__init__` of each class in line, followed with the arguments of one
//! field.
//!
//! A branch that can't be decided is followed on both sides; what the sides disagree on is not known.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use crate::migration::catalogue::packages::Taken;
use crate::migration::field_class::computed::same;
use crate::migration::field_class::lineage::{Class, Node, method};
use crate::migration::field_class::{bound_again, place, unknown};
use crate::migration::{BoundArgument, Field, catalogue};
use crate::python::{Computed, Method, MethodStep, MethodStepKind, SuperCall, Unknown, Value, ValueKind, words};
use crate::source::{SourceFile, Span};

/// Steps of all methods together, on all ways through them, that are followed.
const MOST_STEPS: usize = 1_000;

/// Follows the arguments of a field through the classes in line.
pub(super) struct Initialiser<'c> {
    class: &'c Class,
    pub(super) field: &'c Field,
    steps: Cell<usize>,
}

/// What a class is given.
#[derive(Clone, Default)]
struct Given {
    positional: Vec<Value>,
    keywords: Dict,
}

/// Values by key; `open` where there may be others.
#[derive(Clone, Default)]
pub(super) struct Dict {
    pub(super) entries: BTreeMap<String, Value>,
    pub(super) open: Option<Unknown>,
}

/// A name of a method.
#[derive(Clone)]
pub(super) enum Local {
    One(Value),
    Many(Vec<Value>),
    Dict(Dict),
}

/// What is so at one moment, on one way through the method.
#[derive(Clone, Default)]
pub(super) struct Way {
    pub(super) locals: HashMap<String, Local>,
    /// What Django's class was given, once it was called.
    made: Option<Given>,
    /// Attributes that were set behind that.
    attributes: BTreeMap<String, Value>,
    left: bool,
}

/// A method at work.
pub(super) struct Frame<'c> {
    pub(super) file: &'c SourceFile,
    pub(super) method: &'c Method,
    /// Where its class stands in the line.
    at: usize,
}

type Result<T> = std::result::Result<T, String>;

impl<'c> Initialiser<'c> {
    pub(super) fn of(class: &'c Class, field: &'c Field) -> Self {
        Self { class, field, steps: Cell::new(0) }
    }

    /// The arguments of Django's class, and why there may be others.
    pub(super) fn arguments(&self) -> Result<(Vec<BoundArgument>, Option<Unknown>)> {
        // Django makes a field anew out of what its `deconstruct` gives (`Field.clone`).
        let (gone, doubtful) = self.left_out();
        let mut written = self.written();
        for name in &gone {
            written.keywords.entries.remove(name);
        }
        let mut ways = self.enter(0, written.clone())?;
        let doubtful: Vec<&String> =
            doubtful.iter().filter(|name| written.keywords.entries.contains_key(*name)).collect();
        if !doubtful.is_empty() {
            for name in doubtful {
                written.keywords.entries.remove(name);
            }
            ways.extend(self.enter(0, written)?);
        }
        self.joined(ways)
    }

    /// The arguments as they are written.
    fn written(&self) -> Given {
        let mut given = Given::default();
        for argument in &self.field.arguments {
            if argument.name.starts_with('*') {
                given.positional.push(argument.value.clone());
            } else {
                given.keywords.entries.insert(argument.name.clone(), argument.value.clone());
            }
        }
        given.keywords.open.clone_from(&self.field.open);
        given
    }

    /// Arguments that a `deconstruct` takes out, and those that it may take out.
    fn left_out(&self) -> (Vec<String>, Vec<String>) {
        let (mut gone, mut doubtful) = (Vec::new(), Vec::new());
        for (_, class) in self.class.line.iter().filter_map(Node::class) {
            if let Some(method) = method(class, "deconstruct") {
                removed(&method.steps, None, &mut gone, &mut doubtful);
            }
        }
        (gone, doubtful)
    }

    /// What is the same on all ways; what is not is unknown.
    fn joined(&self, ways: Vec<Way>) -> Result<(Vec<BoundArgument>, Option<Unknown>)> {
        let mut open = None;
        let mut each: Vec<Vec<BoundArgument>> = Vec::new();
        for way in ways {
            let Some(made) = way.made else { return Err("does not always initialise the class of Django".to_owned()) };
            open = open.or_else(|| made.keywords.open.clone());
            let mut arguments = self.bound(made);
            for (name, value) in way.attributes {
                arguments.retain(|argument| argument.name != name);
                arguments.push(self.argument(name, value));
            }
            each.push(arguments);
        }
        let mut each = each.into_iter();
        let Some(mut joined) = each.next() else { return Err("refuses these arguments".to_owned()) };
        for arguments in each {
            let differs = |own: &BoundArgument, others: &[BoundArgument]| {
                !others.iter().any(|other| other.name == own.name && same(&other.value, &own.value))
            };
            let more: Vec<BoundArgument> =
                arguments.iter().filter(|own| !joined.iter().any(|other| other.name == own.name)).cloned().collect();
            let either = |argument: &mut BoundArgument| {
                if argument.value.unknown().is_none() {
                    argument.value = self.unsure(None);
                }
                argument.span = self.field.class_span;
            };
            joined.iter_mut().filter(|own| differs(own, &arguments)).for_each(either);
            joined.extend(more.into_iter().map(|mut argument| {
                either(&mut argument);
                argument
            }));
        }
        for (name, at) in &self.class.decided {
            joined.retain(|argument| argument.name != *name);
            joined.push(self.argument(name.clone(), self.unsure(Some(at))));
        }
        Ok((joined, open))
    }

    /// What Django's class is given, by the names of its parameters.
    fn bound(&self, given: Given) -> Vec<BoundArgument> {
        let positional = given.positional.into_iter().enumerate();
        let positional = positional.map(|(place, value)| self.argument(format!("*{}", place + 1), value));
        let arguments: Vec<BoundArgument> = positional
            .chain(given.keywords.entries.into_iter().map(|(name, value)| self.argument(name, value)))
            .collect();
        bound_again(&arguments, self.class.entry.positions())
    }

    /// An argument at the place where it is written, or at the class that brings it along.
    fn argument(&self, name: String, value: Value) -> BoundArgument {
        let written = self.field.arguments.iter().find(|argument| argument.value.span == value.span);
        BoundArgument { name, span: written.map_or(self.field.class_span, |argument| argument.span), value }
    }

    /// A value that rests on what only running the class can tell.
    pub(super) fn unsure(&self, at: Option<&str>) -> Value {
        let at = at.map_or_else(String::new, |at| format!(" ({at})"));
        let reason = format!("is a field class that decides itself what it takes here{at}");
        Value::new(ValueKind::Unknown(unknown(self.field, &reason)), self.field.class_span)
    }

    /// The ways through the `__init__` of the class at a place of the line, or of the next one that has one.
    fn enter(&self, at: usize, given: Given) -> Result<Vec<Way>> {
        for (index, node) in self.class.line.iter().enumerate().skip(at) {
            match node {
                Node::Package(package) => {
                    let mut given = given;
                    for (name, taken) in package.takes {
                        let value = match taken {
                            Taken::Unless(default) => Value::new(default.kind(), self.field.class_span),
                            Taken::UnlessPath(path) => {
                                Value::new(ValueKind::Reference((*path).to_owned()), self.field.class_span)
                            }
                            Taken::Unsure => self.unsure(None),
                        };
                        let place = package.like().positions().iter().position(|position| position == name);
                        let is_given = given.keywords.entries.contains_key(*name)
                            || place.is_some_and(|place| place < given.positional.len());
                        if !is_given {
                            given.keywords.entries.insert((*name).to_owned(), value);
                        }
                    }
                    return Ok(vec![Way { made: Some(given), ..Way::default() }]);
                }
                node => {
                    let Some((file, class)) = node.class() else { continue };
                    if let Some(method) = method(class, "__init__") {
                        return self.follow(&Frame { file, method, at: index }, given);
                    }
                }
            }
        }
        Ok(vec![Way { made: Some(given), ..Way::default() }])
    }

    fn follow(&self, frame: &Frame<'_>, given: Given) -> Result<Vec<Way>> {
        let mut way = Way::default();
        self.take(frame, given, &mut way);
        self.run(frame, &frame.method.steps, vec![way])
    }

    /// Binds the parameters of a method.
    fn take(&self, frame: &Frame<'_>, given: Given, way: &mut Way) {
        let Given { positional, mut keywords } = given;
        let mut positional = positional.into_iter();
        for parameter in &frame.method.parameters {
            let by_place = if parameter.keyword_only { None } else { positional.next() };
            let value = by_place.or_else(|| keywords.entries.remove(&parameter.name));
            let value = value.unwrap_or_else(|| match (&keywords.open, &parameter.default) {
                (Some(open), _) => Value::new(ValueKind::Unknown(open.clone()), self.field.class_span),
                (None, Some(default)) => self.brought(frame, default),
                (None, None) => self.unsure(Some(&place(frame.file, frame.method.name_span))),
            });
            way.locals.insert(parameter.name.clone(), Local::One(value));
        }
        if let Some(rest) = &frame.method.rest {
            way.locals.insert(rest.clone(), Local::Many(positional.collect()));
        }
        if let Some(name) = &frame.method.keywords {
            way.locals.insert(name.clone(), Local::Dict(keywords));
        }
    }

    fn run(&self, frame: &Frame<'_>, steps: &[MethodStep], mut ways: Vec<Way>) -> Result<Vec<Way>> {
        for step in steps {
            let mut next = Vec::new();
            for way in ways {
                if way.left {
                    next.push(way);
                    continue;
                }
                self.steps.set(self.steps.get() + 1);
                if self.steps.get() > MOST_STEPS {
                    return Err(format!("does too much to follow ({})", place(frame.file, step.span)));
                }
                next.extend(self.step(frame, step, way)?);
            }
            ways = next;
        }
        Ok(ways)
    }

    fn step(&self, frame: &Frame<'_>, step: &MethodStep, mut way: Way) -> Result<Vec<Way>> {
        match &step.kind {
            MethodStepKind::Bind(name, value) => {
                let local = self.local(frame, &mut way, value);
                way.locals.insert(name.clone(), local);
            }
            MethodStepKind::SetAttribute(name, value) => {
                let value = self.value(frame, &mut way, value);
                let name = if name == "_unique" { "unique" } else { name };
                match name {
                    "column" | "attname" | "concrete" | "remote_field" if way.made.is_some() => {
                        return Err(format!("changes `{name}` in `__init__` ({})", place(frame.file, step.span)));
                    }
                    _ if way.made.is_some() && name != "name" && self.class.entry.parameter(name).is_some() => {
                        way.attributes.insert(name.to_owned(), value);
                    }
                    _ => {}
                }
            }
            MethodStepKind::SetItem(container, key, value) => {
                let value = self.value(frame, &mut way, value);
                if let Some(Local::Dict(dict)) = way.locals.get_mut(container) {
                    dict.entries.insert(key.clone(), value);
                }
            }
            MethodStepKind::SetDefault(container, key, value) => {
                let value = self.value(frame, &mut way, value);
                if let Some(Local::Dict(dict)) = way.locals.get_mut(container)
                    && !dict.entries.contains_key(key)
                {
                    let value = dict
                        .open
                        .clone()
                        .map_or(value, |open| Value::new(ValueKind::Unknown(open), self.field.class_span));
                    dict.entries.insert(key.clone(), value);
                }
            }
            MethodStepKind::RemoveItem(container, key) => {
                if let Some(Local::Dict(dict)) = way.locals.get_mut(container) {
                    dict.entries.remove(key);
                }
            }
            MethodStepKind::Update(container, entries) => {
                let more = self.dict(frame, &mut way, entries);
                if let Some(Local::Dict(dict)) = way.locals.get_mut(container) {
                    dict.update(more);
                }
            }
            MethodStepKind::Super(call) if call.method == "__init__" => return self.super_init(frame, step, call, way),
            MethodStepKind::Super(_) => {}
            MethodStepKind::Return(_) => way.left = true,
            MethodStepKind::Raise => return Ok(Vec::new()),
            MethodStepKind::Branch(test, then, otherwise) => {
                return match self.truth(frame, &mut way, test) {
                    Some(true) => self.run(frame, then, vec![way]),
                    Some(false) => self.run(frame, otherwise, vec![way]),
                    None => {
                        let mut ways = self.run(frame, then, vec![way.clone()])?;
                        ways.extend(self.run(frame, otherwise, vec![way])?);
                        Ok(ways)
                    }
                };
            }
            MethodStepKind::Other(binds) => {
                let text = frame.file.slice(step.span);
                if words(text).any(|word| matches!(word, "setattr" | "__dict__" | "vars")) {
                    return Err(format!("does more than can be followed ({})", place(frame.file, step.span)));
                }
                self.disturb(frame, &mut way, step.span, *binds);
            }
        }
        Ok(vec![way])
    }

    /// `super().__init__(…)`
    fn super_init(&self, frame: &Frame<'_>, step: &MethodStep, call: &SuperCall, mut way: Way) -> Result<Vec<Way>> {
        let at = || place(frame.file, step.span);
        let next = match call.class.as_deref() {
            None => frame.at + 1,
            Some(class) => self.behind(frame.at, class).ok_or_else(|| {
                format!(
                    "initialises `{}` by name ({})",
                    class.trim_start_matches("super.").trim_start_matches('.'),
                    at()
                )
            })?,
        };
        if way.made.is_some() {
            return Err(format!("initialises the class of Django twice ({})", at()));
        }
        let mut given = Given::default();
        for argument in &call.positional {
            match argument {
                Ok(value) => given.positional.push(self.value(frame, &mut way, value)),
                Err(name) => match way.locals.get(name) {
                    Some(Local::Many(values)) => given.positional.extend(values.iter().cloned()),
                    _ => return Err(format!("hands on what can't be told ({})", at())),
                },
            }
        }
        given.keywords = self.dict(frame, &mut way, &call.keywords);
        let made = self.enter(next, given)?;
        Ok(made
            .into_iter()
            .map(|inner| Way {
                locals: way.locals.clone(),
                made: inner.made,
                attributes: inner.attributes,
                left: false,
            })
            .collect())
    }

    /// Where the line goes on for a call that names a class: the class itself, or the one behind it where `super` does.
    fn behind(&self, at: usize, class: &str) -> Option<usize> {
        let (name, behind) = match class.strip_prefix("super.") {
            Some(name) => (name, 1),
            None => (class.trim_start_matches('.'), 0),
        };
        let line = self.class.line.iter().enumerate().skip(at);
        let named = |node: &Node| node.class().is_some_and(|(_, class)| class.definition.name == name);
        let place = line.into_iter().find(|(_, node)| named(node)).map(|(place, _)| place + behind);
        let django = || {
            let entry = catalogue::field(class).filter(|_| behind == 0)?;
            std::ptr::eq(entry, self.class.entry).then_some(self.class.line.len())
        };
        // A class that calls itself would never end.
        place.filter(|place| *place > at).or_else(django)
    }
}

impl Dict {
    pub(super) fn update(&mut self, other: Dict) {
        if let Some(open) = other.open {
            self.forget(&Value::new(ValueKind::Unknown(open), Span::default()));
        }
        self.entries.extend(other.entries);
    }

    /// Anything may be in it from here on.
    pub(super) fn forget(&mut self, unsure: &Value) {
        for value in self.entries.values_mut() {
            *value = unsure.clone();
        }
        if self.open.is_none() {
            self.open = unsure.unknown().cloned();
        }
    }
}

/// The arguments that a `deconstruct` takes out of what it gives: always, or under a condition other than their being
/// there.
fn removed(steps: &[MethodStep], test: Option<&Computed>, gone: &mut Vec<String>, doubtful: &mut Vec<String>) {
    for step in steps {
        let key = match &step.kind {
            MethodStepKind::RemoveItem(_, key) | MethodStepKind::Bind(_, Computed::Item { key, removed: true, .. }) => {
                key
            }
            MethodStepKind::Branch(test, then, otherwise) => {
                removed(then, Some(test), gone, doubtful);
                removed(otherwise, Some(test), gone, doubtful);
                continue;
            }
            _ => continue,
        };
        let always = match test {
            None => true,
            Some(Computed::Has(_, tested)) => tested == key,
            Some(_) => false,
        };
        if always { gone.push(key.clone()) } else { doubtful.push(key.clone()) }
    }
}
