//! What Django's class is given in the end: the `__init__` of each class in line, followed with the arguments of one
//! field.
//!
//! A branch that can't be decided is followed on both sides; what the sides disagree on is not known.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use crate::migration::catalogue::packages::Taken;
use crate::migration::field_class::lineage::{Class, Node, method};
use crate::migration::field_class::{bound_again, place, unknown};
use crate::migration::{BoundArgument, Field, catalogue};
use crate::python::{
    Computed, Entry, Method, MethodStep, MethodStepKind, SuperCall, Text, Unknown, Value, ValueKind, words,
};
use crate::source::{SourceFile, Span};

/// Steps of all methods together, on all ways through them, that are followed.
const MOST_STEPS: usize = 1_000;

/// Follows the arguments of a field through the classes in line.
pub(super) struct Initialiser<'c> {
    class: &'c Class,
    field: &'c Field,
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
struct Dict {
    entries: BTreeMap<String, Value>,
    open: Option<Unknown>,
}

/// A name of a method.
#[derive(Clone)]
enum Local {
    One(Value),
    Many(Vec<Value>),
    Dict(Dict),
}

/// What is so at one moment, on one way through the method.
#[derive(Clone, Default)]
struct Way {
    locals: HashMap<String, Local>,
    /// What Django's class was given, once it was called.
    made: Option<Given>,
    /// Attributes that were set behind that.
    attributes: BTreeMap<String, Value>,
    left: bool,
}

/// A method at work.
struct Frame<'c> {
    file: &'c SourceFile,
    method: &'c Method,
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
    fn unsure(&self, at: Option<&str>) -> Value {
        let at = at.map_or_else(String::new, |at| format!(" ({at})"));
        let reason = format!("is a field class that decides itself what it takes here{at}");
        Value::new(ValueKind::Unknown(unknown(self.field, &reason)), self.field.class_span)
    }

    /// A value of the class's own file, at the place of the class's name in the migration.
    fn brought(&self, frame: &Frame<'_>, value: &Value) -> Value {
        let span = self.field.class_span;
        let all = |items: &[Value]| items.iter().map(|item| self.brought(frame, item)).collect();
        let kind = match &value.kind {
            ValueKind::Unknown(_) => return self.unsure(Some(&place(frame.file, value.span))),
            ValueKind::Str(text) => ValueKind::Str(Text::unmapped(text.value.clone())),
            ValueKind::List(items) => ValueKind::List(all(items)),
            ValueKind::Tuple(items) => ValueKind::Tuple(all(items)),
            ValueKind::Set(items) => ValueKind::Set(all(items)),
            ValueKind::Dict(entries) => {
                let entries = entries.iter().map(|(key, value)| (self.brought(frame, key), self.brought(frame, value)));
                ValueKind::Dict(entries.collect())
            }
            ValueKind::Definition(definition) => ValueKind::Reference(definition.name.clone()),
            ValueKind::Reference(path) => ValueKind::Reference(path.trim_start_matches('.').to_owned()),
            ValueKind::Call(call) => {
                let mut call = call.clone();
                call.callee_span = span;
                for argument in &mut call.arguments {
                    argument.span = span;
                    argument.value = self.brought(frame, &argument.value);
                }
                ValueKind::Call(call)
            }
            other => other.clone(),
        };
        Value::new(kind, span)
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

    fn dict(&self, frame: &Frame<'_>, way: &mut Way, entries: &[Entry]) -> Dict {
        let mut dict = Dict::default();
        for entry in entries {
            match entry {
                Entry::Pair(key, value) => {
                    let value = self.value(frame, way, value);
                    dict.entries.insert(key.clone(), value);
                }
                Entry::Spread(name) => match way.locals.get(name) {
                    Some(Local::Dict(other)) => dict.update(other.clone()),
                    _ => dict.forget(&self.unsure(Some(&place(frame.file, frame.method.name_span)))),
                },
                Entry::Other(span) => dict.forget(&self.unsure(Some(&place(frame.file, *span)))),
            }
        }
        dict
    }

    fn local(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Local {
        match value {
            Computed::Dict(entries) => Local::Dict(self.dict(frame, way, entries)),
            Computed::Name(name) => match way.locals.get(name) {
                // Two names of one dict: what is done to the one is done to the other.
                Some(Local::Dict(_)) => {
                    if let Some(Local::Dict(dict)) = way.locals.get_mut(name) {
                        dict.forget(&self.unsure(Some(&place(frame.file, frame.method.name_span))));
                    }
                    Local::One(self.unsure(Some(&place(frame.file, frame.method.name_span))))
                }
                Some(local) => local.clone(),
                None => Local::One(self.unsure(Some(&place(frame.file, frame.method.name_span)))),
            },
            value => Local::One(self.value(frame, way, value)),
        }
    }

    fn value(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Value {
        let unsure = |span: Span| self.unsure(Some(&place(frame.file, span)));
        let anything = || unsure(frame.method.name_span);
        match value {
            Computed::Value(value) => self.brought(frame, value),
            Computed::Name(name) => match way.locals.get(name) {
                Some(Local::One(value)) => value.clone(),
                _ => anything(),
            },
            Computed::Item { container, key, default, removed } => {
                let default = default.as_ref().map(|default| self.value(frame, way, default));
                let Some(Local::Dict(dict)) = way.locals.get_mut(container) else { return anything() };
                let found = if *removed { dict.entries.remove(key) } else { dict.entries.get(key).cloned() };
                match (found, &dict.open, default) {
                    (Some(value), ..) => value,
                    (None, None, Some(default)) => default,
                    _ => anything(),
                }
            }
            Computed::Choice(parts) => {
                let [test, then, otherwise] = &**parts;
                match self.truth(frame, way, test) {
                    Some(true) => self.value(frame, way, then),
                    Some(false) => self.value(frame, way, otherwise),
                    None => {
                        let (then, otherwise) = (self.value(frame, way, then), self.value(frame, way, otherwise));
                        if same(&then, &otherwise) { then } else { anything() }
                    }
                }
            }
            Computed::Any(values) | Computed::All(values) => {
                let stops = matches!(value, Computed::Any(_));
                let mut last = None;
                for part in values {
                    let own = self.value(frame, way, part);
                    match truth(&own) {
                        Some(own_truth) if own_truth == stops => return own,
                        Some(_) => last = Some(own),
                        None if std::ptr::eq(part, &raw const values[values.len() - 1]) => return own,
                        None => return anything(),
                    }
                }
                last.unwrap_or_else(anything)
            }
            Computed::Has(..) | Computed::Same(..) | Computed::Not(_) => match self.truth(frame, way, value) {
                Some(value) => Value::new(ValueKind::Bool(value), self.field.class_span),
                None => anything(),
            },
            Computed::Dict(_) => anything(),
            Computed::Other(span) => {
                self.disturb(frame, way, *span, false);
                unsure(*span)
            }
        }
    }

    fn truth(&self, frame: &Frame<'_>, way: &mut Way, value: &Computed) -> Option<bool> {
        match value {
            Computed::Has(container, key) => match way.locals.get(container)? {
                Local::Dict(dict) if dict.entries.contains_key(key) => Some(true),
                Local::Dict(dict) => dict.open.is_none().then_some(false),
                _ => None,
            },
            Computed::Not(inner) => self.truth(frame, way, inner).map(|truth| !truth),
            Computed::Same(left, right) => {
                let (left, right) = (self.value(frame, way, left), self.value(frame, way, right));
                equal(&left, &right)
            }
            Computed::All(values) | Computed::Any(values) => {
                let decisive = matches!(value, Computed::Any(_));
                let mut open = false;
                for part in values {
                    match self.truth(frame, way, part) {
                        Some(truth) if truth == decisive => return Some(decisive),
                        Some(_) => {}
                        None => open = true,
                    }
                }
                (!open).then_some(!decisive)
            }
            Computed::Name(name) => match way.locals.get(name)? {
                Local::One(value) => truth(value),
                Local::Many(values) => Some(!values.is_empty()),
                Local::Dict(dict) if dict.entries.is_empty() => dict.open.is_none().then_some(false),
                Local::Dict(_) => Some(true),
            },
            value => truth(&self.value(frame, way, value)),
        }
    }

    /// Forgets what a statement that is not followed may change.
    fn disturb(&self, frame: &Frame<'_>, way: &mut Way, span: Span, binds: bool) {
        let text = frame.file.slice(span);
        let unsure = self.unsure(Some(&place(frame.file, span)));
        for (name, local) in &mut way.locals {
            if !words(text).any(|word| word == name) {
                continue;
            }
            match local {
                Local::Dict(dict) if !only_reads(text, name, binds) => dict.forget(&unsure),
                Local::One(value) if binds => *value = unsure.clone(),
                Local::Many(_) if binds => *local = Local::One(unsure.clone()),
                _ => {}
            }
        }
    }
}

impl Dict {
    fn update(&mut self, other: Dict) {
        if let Some(open) = other.open {
            self.forget(&Value::new(ValueKind::Unknown(open), Span::default()));
        }
        self.entries.extend(other.entries);
    }

    /// Anything may be in it from here on.
    fn forget(&mut self, unsure: &Value) {
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

/// Whether every place of a text that names a dict only reads it.
fn only_reads(text: &str, name: &str, binds: bool) -> bool {
    text.match_indices(name).all(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        if before.ends_with(in_word) || after.starts_with(in_word) {
            return true;
        }
        let reading = [".get(", ".keys(", ".items(", ".values(", ".copy("];
        reading.iter().any(|method| after.starts_with(method))
            || (!binds && after.starts_with('['))
            || ["in ", "**", "len(", "bool(", "not "].iter().any(|word| before.ends_with(word))
    })
}

/// Whether a value is true, as far as that can be told.
fn truth(value: &Value) -> Option<bool> {
    match &value.kind {
        ValueKind::None => Some(false),
        ValueKind::Bool(value) => Some(*value),
        ValueKind::Int(value) => Some(*value != 0),
        ValueKind::Str(text) => Some(!text.value.is_empty()),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => Some(!items.is_empty()),
        ValueKind::Dict(entries) => Some(!entries.is_empty()),
        ValueKind::Definition(_) => Some(true),
        _ => None,
    }
}

/// Whether two values are equal, as far as that can be told.
fn equal(one: &Value, other: &Value) -> Option<bool> {
    match (&one.kind, &other.kind) {
        (ValueKind::Unknown(_) | ValueKind::Reference(_) | ValueKind::Call(_), _)
        | (_, ValueKind::Unknown(_) | ValueKind::Reference(_) | ValueKind::Call(_)) => None,
        (ValueKind::None, ValueKind::None) => Some(true),
        (ValueKind::Bool(one), ValueKind::Bool(other)) => Some(one == other),
        (ValueKind::Int(one), ValueKind::Int(other)) => Some(one == other),
        (ValueKind::Str(one), ValueKind::Str(other)) => Some(one.value == other.value),
        (ValueKind::None, _) | (_, ValueKind::None) => Some(false),
        _ => None,
    }
}

/// Whether two values are certainly the same.
fn same(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (ValueKind::Reference(one), ValueKind::Reference(other)) => one == other,
        (ValueKind::Unknown(_), _) | (_, ValueKind::Unknown(_)) => false,
        _ => {
            let written = std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind);
            equal(one, other).unwrap_or(written && one.span == other.span && !one.span.is_empty())
        }
    }
}
