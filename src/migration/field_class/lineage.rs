//! The classes that a field class derives from, and which of Django's answers they take over.

use std::cell::Cell;
use std::sync::Arc;

use crate::migration::Field;
use crate::migration::catalogue::packages::{self, PackageClass};
use crate::migration::catalogue::{self, FieldEntry, OperationEntry};
use crate::migration::field_class::{FieldClasses, OwnClass, OwnType, Source, parsed, place, unknown};
use crate::python::{
    self, Computed, Definition, DefinitionKind, FunctionStep, Given, Link, Method, MethodStep, MethodStepKind, Unknown,
    ValueKind,
};
use crate::source::{SourceFile, Span};
use crate::target::Vendor;

/// Bases of bases, and imports of imports, that are followed.
const DEEPEST: usize = 16;
/// Classes and imports that are looked at for one class.
const MOST: usize = 1_000;

/// The class that all operations derive from (`django.db.migrations.operations.base`).
const OPERATION: [&str; 2] =
    ["django.db.migrations.operations.base.Operation", "django.db.migrations.operations.Operation"];

/// Classes in front of one of Django's: each is a level of calls when its `__init__` is followed.
const MOST_IN_LINE: usize = 24;

/// The reading of one class.
struct Reading<'c, 'm> {
    classes: &'c FieldClasses<'m>,
    /// How many more classes and imports may be looked at.
    left: Cell<usize>,
}

impl Reading<'_, '_> {
    fn go_on(&self, depth: usize) -> Result<(), String> {
        let left = self.left.get().checked_sub(1).filter(|_| depth <= DEEPEST);
        self.left.set(left.unwrap_or_default());
        left.map(drop).ok_or_else(|| "stands behind too many classes and imports".to_owned())
    }
}

/// A field class that was read.
#[derive(Debug)]
pub(super) struct Class {
    /// The classes in the order in which Python asks them, up to the one of Django.
    pub(super) line: Vec<Node>,
    /// The class of Django.
    pub(super) entry: &'static FieldEntry,
    /// Arguments that the class decides somewhere else than in `__init__`, with the place.
    pub(super) decided: Vec<(String, String)>,
    column: Option<String>,
    /// Who asks `db_type`, where that is not Django.
    type_asker: Option<Type>,
    /// What `db_type` says.
    column_type: Option<Type>,
    /// What `get_internal_type` says, which only Django's `db_type` asks.
    internal_type: Option<Type>,
    referring: Option<String>,
    empty_strings: Option<bool>,
}

#[derive(Clone, Debug)]
enum Type {
    Of(&'static FieldEntry),
    Text(String),
    Unknown(String),
    /// On each database; `None` for what the next class in line says.
    On(Vec<(Vendor, Option<Type>)>),
}

/// A class in the line of another one.
#[derive(Clone, Debug)]
pub(in crate::migration) enum Node {
    /// One that was read: its module, and its place there.
    Read(Arc<Source>, usize),
    /// One of a package.
    Package(&'static PackageClass),
    /// One of Django's.
    Django(&'static FieldEntry),
    /// One of Django's operations; `None` for the class that all of them derive from.
    Operation(Option<&'static OperationEntry>),
}

impl Node {
    /// A class that was read.
    pub(in crate::migration) fn class(&self) -> Option<(&Arc<SourceFile>, &python::Class)> {
        match self {
            Node::Read(source, index) => source.module.classes.get(*index).map(|class| (&source.file, class)),
            Node::Package(_) | Node::Django(_) | Node::Operation(_) => None,
        }
    }

    fn is(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Read(one, first), Node::Read(other, second)) => {
                one.file.path() == other.file.path() && first == second
            }
            (Node::Package(one), Node::Package(other)) => std::ptr::eq(*one, *other),
            (Node::Django(one), Node::Django(other)) => std::ptr::eq(*one, *other),
            (Node::Operation(one), Node::Operation(other)) => {
                one.map(|entry| entry.name) == other.map(|entry| entry.name)
            }
            _ => false,
        }
    }
}

/// The method of that name, when its steps are known.
pub(super) fn method<'c>(class: &'c python::Class, name: &str) -> Option<&'c Method> {
    class.methods.iter().find(|method| method.name == name)
}

impl Class {
    /// A class of a package.
    pub(super) fn of_package(package: &'static PackageClass) -> Self {
        Self::after(vec![Node::Package(package)], package.like())
    }

    /// The classes in front of one of Django's, none of which was looked at yet.
    fn after(line: Vec<Node>, entry: &'static FieldEntry) -> Self {
        Self {
            line,
            entry,
            decided: Vec::new(),
            column: None,
            type_asker: None,
            column_type: None,
            internal_type: None,
            referring: None,
            empty_strings: None,
        }
    }

    /// Reads the class of a path that a file names; or says why it is not known.
    pub(super) fn read(classes: &FieldClasses<'_>, path: &str, file: &Arc<SourceFile>) -> Result<Self, String> {
        let mut line = line(classes, path, file)?;
        let django = line.iter().position(|node| matches!(node, Node::Django(_)));
        let Some(at) = django else { return Err("derives from no field class of Django".to_owned()) };
        let Node::Django(entry) = line[at] else { return Err("derives from no field class of Django".to_owned()) };
        // Two classes of Django, of which none derives from the other, would share what a field is.
        let others =
            line[at..].iter().any(|node| matches!(node, Node::Django(other) if !entry.derives_from(other.name)));
        if others {
            return Err("derives from several field classes of Django".to_owned());
        }
        if at > MOST_IN_LINE {
            return Err("derives from too many classes".to_owned());
        }
        line.truncate(at);
        let mut class = Self::after(line, entry);
        // The first class in line has the last word.
        for node in class.line.clone().iter().rev() {
            if let Some((file, own)) = node.class() {
                class.look_at(file, own)?;
            }
        }
        Ok(class)
    }

    /// What is known of the class of a field, beyond what it makes of its arguments.
    pub(super) fn own(&self, field: &Field) -> OwnClass {
        let doubt = |reason: &String| unknown(field, reason);
        // Whoever asks decides, whatever the other says.
        let types = [&self.type_asker, &self.column_type, &self.internal_type];
        OwnClass {
            unknown: None,
            column: self.column.as_ref().map(doubt),
            column_type: types.into_iter().flatten().next().map(|own| self.own_type(own, &doubt)),
            referring: self.referring.as_ref().map(doubt),
            empty_strings: self.empty_strings,
        }
    }

    fn own_type(&self, own: &Type, doubt: &dyn Fn(&String) -> Unknown) -> OwnType {
        match own {
            Type::Of(entry) => OwnType::Of(entry),
            Type::Text(text) => OwnType::Text(text.clone()),
            Type::Unknown(reason) => OwnType::Unknown(doubt(reason)),
            Type::On(types) => {
                OwnType::On(types.iter().map(|(vendor, own)| (*vendor, self.next_type(own.as_ref(), doubt))).collect())
            }
        }
    }

    /// What a class says that leaves the type to the next one in line: in the end Django asks `get_internal_type`.
    fn next_type(&self, own: Option<&Type>, doubt: &dyn Fn(&String) -> Unknown) -> OwnType {
        match own.or(self.internal_type.as_ref()) {
            Some(own) => self.own_type(own, doubt),
            None => OwnType::Of(self.entry),
        }
    }

    /// Which of Django's answers (`django.db.models.fields.Field`, `fields.related`) a class takes over.
    fn look_at(&mut self, file: &SourceFile, class: &python::Class) -> Result<(), String> {
        if !class.plain {
            return Err(format!("has a metaclass or a decorator ({})", place(file, class.header)));
        }
        for attribute in &class.attributes {
            let name = attribute.name.as_str();
            let at = place(file, attribute.name_span);
            let says = |what: &str| format!("says in `{name}` {what} ({at})");
            let followed = method(class, name).filter(|method| method.name_span == attribute.name_span);
            match name {
                "__new__" | "__getattribute__" | "__setattr__" | "__init_subclass__" => {
                    return Err(says("what a field of it is"));
                }
                "__init__" | "deconstruct" if followed.is_none() => return Err(says("what a field of it is")),
                "column" | "concrete" | "get_attname_column" | "set_attributes_from_name" => {
                    return Err(says("whether it has a column"));
                }
                "many_to_many"
                | "many_to_one"
                | "one_to_many"
                | "one_to_one"
                | "is_relation"
                | "remote_field"
                | "foreign_related_fields"
                | "related_fields"
                | "resolve_related_fields"
                | "target_field"
                | "related_model" => return Err(says("what it refers to")),
                "contribute_to_class" if !adds_itself(&attribute.value.kind) => {
                    return Err(says("whether it has a column"));
                }
                "get_attname" | "attname" => self.column = Some(says("what its column is called")),
                "rel_db_type" => self.referring = Some(says("the type of what refers to it")),
                "db_parameters" | "db_type_parameters" | "db_type_suffix" | "db_check" | "geom_type" => {
                    self.type_asker = Some(Type::Unknown(says("the type of its column")));
                }
                "db_type" => {
                    let own = followed.and_then(by_database).map(|answers| {
                        let next = self.column_type.clone();
                        let own = |answer| match answer {
                            Answer::Text(text) => Some(Type::Text(text)),
                            Answer::Next | Answer::Later => next.clone(),
                        };
                        Type::On(answers.into_iter().map(|(vendor, answer)| (vendor, own(answer))).collect())
                    });
                    self.column_type = Some(own.unwrap_or_else(|| Type::Unknown(says("the type of its column"))));
                }
                "get_internal_type" => {
                    let own = returned(followed).and_then(catalogue::field_named).map(Type::Of);
                    self.internal_type = Some(own.unwrap_or_else(|| Type::Unknown(says("the type of its column"))));
                }
                "empty_strings_allowed" => self.empty_strings = attribute.value.as_bool(),
                "has_default" => self.decided.push(("default".to_owned(), at)),
                _ => {
                    let is_defined = matches!(attribute.value.kind, ValueKind::Definition(_) | ValueKind::Unknown(_));
                    if is_defined && self.entry.parameter(name).is_some() {
                        self.decided.push((name.to_owned(), at));
                    }
                }
            }
            if name != "__init__"
                && let ValueKind::Definition(definition) = &attribute.value.kind
            {
                self.look_for_changes(file, definition)?;
            }
        }
        Ok(())
    }

    /// Attributes that a method gives another value, whenever that is.
    fn look_for_changes(&mut self, file: &SourceFile, definition: &Definition) -> Result<(), String> {
        let DefinitionKind::Function(function) = &definition.kind else { return Ok(()) };
        let Some(own) = function.parameters.first() else { return Ok(()) };
        for step in &function.steps {
            let FunctionStep::Use { root, attributes, written: true, span } = step else { continue };
            let Some(first) = attributes.first().filter(|_| root == own) else { continue };
            let way_back = ["related_name", "related_query_name"];
            match first.as_str() {
                "remote_field" if attributes.len() == 2 && way_back.contains(&attributes[1].as_str()) => {}
                "column" | "attname" | "concrete" | "remote_field" => {
                    return Err(format!("changes `{first}` in `{}` ({})", definition.name, place(file, *span)));
                }
                "_unique" => self.decided.push(("unique".to_owned(), place(file, *span))),
                name if attributes.len() == 1 && name != "name" && self.entry.parameter(name).is_some() => {
                    self.decided.push((name.to_owned(), place(file, *span)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a `contribute_to_class` calls that of the next class in line, and for a field of the model's own.
fn adds_itself(value: &ValueKind) -> bool {
    let ValueKind::Definition(definition) = value else { return false };
    let DefinitionKind::Function(function) = &definition.kind else { return false };
    function.calls.iter().any(|call| {
        let private = call.chain.iter().flat_map(|chain| &chain.links).any(|link| match link {
            // What it was given itself is `False` for a field of the model's own.
            Link::Call(arguments) => arguments.iter().any(|(name, value)| {
                matches!(name.as_deref(), Some("private_only" | "virtual_only")) && *value == Given::Bool(true)
            }),
            _ => false,
        });
        call.callee.ends_with(".contribute_to_class") && call.callee.starts_with("super(") && !private
    })
}

/// What a `db_type` returns.
enum Answer {
    Text(String),
    /// What the next class in line does.
    Next,
    /// Nothing yet: that is for the steps behind.
    Later,
}

/// What a `db_type` returns on each database, when it asks for nothing but the connection's vendor.
fn by_database(method: &Method) -> Option<Vec<(Vendor, Answer)>> {
    let connection = &method.parameters.first()?.name;
    let says = |vendor| answer(&method.steps, connection, vendor).filter(|answer| !matches!(answer, Answer::Later));
    Vendor::ALL.into_iter().map(|vendor| Some((vendor, says(vendor)?))).collect()
}

/// What these steps return; `None` when that can't be told.
fn answer(steps: &[MethodStep], connection: &str, vendor: Vendor) -> Option<Answer> {
    for step in steps {
        match &step.kind {
            MethodStepKind::Branch(test, then, otherwise) => {
                let way = if holds(test, connection, vendor)? { then } else { otherwise };
                match answer(way, connection, vendor)? {
                    Answer::Later => {}
                    answer => return Some(answer),
                }
            }
            // What stands behind it is its `return`.
            MethodStepKind::Super(call) if call.method == "db_type" => return Some(Answer::Next),
            MethodStepKind::Return(value) => return chosen(value, connection, vendor),
            _ => return None,
        }
    }
    Some(Answer::Later)
}

fn chosen(value: &Computed, connection: &str, vendor: Vendor) -> Option<Answer> {
    match value {
        Computed::Value(value) => value.as_str().map(|text| Answer::Text(text.to_owned())),
        Computed::Choice(parts) => {
            let [test, then, otherwise] = &**parts;
            chosen(if holds(test, connection, vendor)? { then } else { otherwise }, connection, vendor)
        }
        _ => None,
    }
}

/// Whether a test holds that asks for the vendor of a connection (`DatabaseWrapper.vendor`).
fn holds(test: &Computed, connection: &str, vendor: Vendor) -> Option<bool> {
    match test {
        Computed::Same(left, right) => match (&**left, &**right) {
            (Computed::Attribute { of, name, .. }, Computed::Value(value))
            | (Computed::Value(value), Computed::Attribute { of, name, .. })
                if of == connection && name == "vendor" =>
            {
                value.as_str().map(|word| word == vendor.django_word())
            }
            _ => None,
        },
        Computed::Not(inner) => holds(inner, connection, vendor).map(|holds| !holds),
        _ => None,
    }
}

/// The text that a method returns, when it does nothing else.
fn returned(method: Option<&Method>) -> Option<&str> {
    match &method?.steps[..] {
        [only] => match &only.kind {
            MethodStepKind::Return(Computed::Value(value)) => value.as_str(),
            _ => None,
        },
        _ => None,
    }
}

/// The class of a path that a file names, and those that it derives from, in the order in which Python asks them; or why
/// they are not known.
pub(in crate::migration) fn line(
    classes: &FieldClasses<'_>,
    path: &str,
    file: &Arc<SourceFile>,
) -> Result<Vec<Node>, String> {
    let reading = Reading { classes, left: Cell::new(MOST) };
    let node = match path.strip_prefix('.') {
        Some(name) => {
            let source = parsed(file).ok_or("can't be read")?;
            named(&reading, &source, name, 0)?
        }
        None => imported(&reading, path, file, 0)?,
    };
    line_of(&reading, &node, 0)
}

/// The class that a file imports from that path.
fn imported(reading: &Reading<'_, '_>, path: &str, from: &SourceFile, depth: usize) -> Result<Node, String> {
    if let Some(entry) = catalogue::field(path) {
        return Ok(Node::Django(entry));
    }
    if let Some(class) = packages::class(path) {
        return Ok(Node::Package(class));
    }
    if let Some(entry) = catalogue::operation(path) {
        return Ok(Node::Operation(Some(entry)));
    }
    if OPERATION.contains(&path) {
        return Ok(Node::Operation(None));
    }
    let (module, name) = path.rsplit_once('.').ok_or_else(|| format!("derives from `{path}`, which is no class"))?;
    // `from . import fields` leaves the dots to the path.
    let module =
        if module.ends_with('.') || module == python::RELATIVE { format!("{module}.") } else { module.to_owned() };
    match reading.classes.source(&module, from.path()) {
        Some(source) => named(reading, &source, name, depth + 1),
        None if depth == 0 => Err("is defined in a module that is not here".to_owned()),
        None => Err(format!("derives from `{path}`, whose module is not here")),
    }
}

/// The class that a name of a module stands for.
fn named(reading: &Reading<'_, '_>, source: &Arc<Source>, name: &str, depth: usize) -> Result<Node, String> {
    reading.go_on(depth)?;
    let module = &source.module;
    let Some(value) = module.name(name) else {
        let found = module.stars.iter().rev().find_map(|star| {
            let other = reading.classes.source(star, source.file.path())?;
            named(reading, &other, name, depth + 1).ok()
        });
        return found.ok_or_else(|| format!("is not defined in {}", source.file.path()));
    };
    match &value.kind {
        ValueKind::Reference(path) => imported(reading, path, &source.file, depth + 1),
        ValueKind::Definition(definition) => {
            let index = module.classes.iter().position(|class| class.definition.span == definition.span);
            let index = index.ok_or_else(|| format!("is no class ({})", place(&source.file, value.span)))?;
            Ok(Node::Read(Arc::clone(source), index))
        }
        _ => Err(format!("is something that only running it can tell ({})", place(&source.file, value.span))),
    }
}

/// The classes that Python asks for an attribute, in order: the linearisation of "The Python 2.3 Method Resolution
/// Order" (Python documentation, HOWTOs).
fn line_of(reading: &Reading<'_, '_>, node: &Node, depth: usize) -> Result<Vec<Node>, String> {
    let (source, class) = match node {
        Node::Django(entry) => return Ok(entry.lineage().map(Node::Django).collect()),
        Node::Package(package) => {
            let own = std::iter::once(node.clone());
            return Ok(own.chain(package.like().lineage().map(Node::Django)).collect());
        }
        Node::Operation(_) => return Ok(vec![node.clone()]),
        Node::Read(source, index) => match source.module.classes.get(*index) {
            Some(class) => (source, class),
            None => return Err("is not there".to_owned()),
        },
    };
    let at = |span: Span| place(&source.file, span);
    reading.go_on(depth)?;
    let mut lines: Vec<Vec<Node>> = Vec::new();
    let mut bases: Vec<Node> = Vec::new();
    for base in &class.bases {
        let base = match base.as_deref() {
            Some("builtins.object" | "abc.ABC") => continue,
            Some(path) => match path.strip_prefix('.') {
                Some(name) => named(reading, source, name, depth + 1)?,
                None => imported(reading, path, &source.file, depth + 1)?,
            },
            None => return Err(format!("derives from something that is not a name ({})", at(class.header))),
        };
        lines.push(line_of(reading, &base, depth + 1)?);
        bases.push(base);
    }
    lines.push(bases);
    let mut line = vec![node.clone()];
    loop {
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() {
            return Ok(line);
        }
        let in_tail = |node: &Node| lines.iter().any(|line| line[1..].iter().any(|other| other.is(node)));
        let Some(next) = lines.iter().map(|line| &line[0]).find(|node| !in_tail(node)).cloned() else {
            return Err(format!("derives from classes that contradict each other ({})", at(class.header)));
        };
        for line in &mut lines {
            line.retain(|node| !node.is(&next));
        }
        line.push(next);
    }
}
