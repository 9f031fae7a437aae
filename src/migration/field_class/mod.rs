//! Field classes that are not Django's: what they make of their arguments and of their columns.
//!
//! A rule file may declare such a class. Else it is read from the module that defines it, where that is at hand, and
//! never run: its bases up to a class of Django, its `__init__`, and which of Django's answers it takes over. What can't
//! be told stays unknown, with the place that decides it. Of classes of widely used packages that are not at hand,
//! [`catalogue::packages`] knows what matters.

mod computed;
mod initialise;
pub(super) mod lineage;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::migration::catalogue::packages;
use crate::migration::catalogue::{self, FieldEntry};
use crate::migration::{BoundArgument, Field, Migration, Operation};
use crate::python::{self, Module, Unknown, Value, ValueKind};
use crate::source::{SourceFile, Span};
use crate::target::Vendor;

use initialise::Initialiser;
use lineage::Class;

/// Where the modules of the project and of its packages are read.
pub trait Modules: Sync + std::fmt::Debug {
    /// The source of the module that a file at the path `from` imports: a dotted path, or one that begins with
    /// [`python::RELATIVE`]. `None` when it is not at hand.
    fn find(&self, module: &str, from: &str) -> Option<Arc<SourceFile>>;
}

/// Nothing is at hand.
#[derive(Clone, Copy, Debug)]
pub struct NoModules;

impl Modules for NoModules {
    fn find(&self, _module: &str, _from: &str) -> Option<Arc<SourceFile>> {
        None
    }
}

/// What a rule file says of a field class.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The class of Django that it is like.
    pub like: &'static FieldEntry,
    /// What it takes for arguments that are not written.
    pub defaults: Vec<(String, ValueKind)>,
}

/// What rule files say of the class of that path.
pub type Declarations = dyn Fn(&str) -> Option<Declared> + Send + Sync;

/// What is known of a field's class that is not Django's, beyond what it makes of its arguments.
#[derive(Clone, Debug, Default)]
pub struct OwnClass {
    /// Why the class as a whole is not known.
    pub unknown: Option<Unknown>,
    /// Why the name of its column is not known.
    pub column: Option<Unknown>,
    /// Who says the type of its column, where it is not the class of Django that it derives from.
    pub column_type: Option<OwnType>,
    /// Why the type of a column that refers to its column is not known.
    pub referring: Option<Unknown>,
    /// `empty_strings_allowed`
    pub empty_strings: Option<bool>,
}

/// What a class says of the type of its column.
#[derive(Clone, Debug)]
pub enum OwnType {
    /// That of the class of Django of that name (`get_internal_type`).
    Of(&'static FieldEntry),
    /// This one (`db_type`).
    Text(String),
    /// Another one on each database (`db_type`).
    On(Vec<(Vendor, OwnType)>),
    /// Something that only running it can tell.
    Unknown(Unknown),
}

/// A module that was read.
#[derive(Debug)]
pub(super) struct Source {
    file: Arc<SourceFile>,
    module: Module,
}

/// Things by two texts that name them.
type ByNames<T> = Mutex<HashMap<(String, String), T>>;

/// The field classes of a project.
pub(super) struct FieldClasses<'m> {
    declared: Box<Declarations>,
    modules: &'m dyn Modules,
    /// Modules by the folder that they are imported from and their path there.
    sources: ByNames<Option<Arc<Source>>>,
    /// Classes by the file that names them and their path there.
    classes: ByNames<Arc<Result<Class, String>>>,
}

impl std::fmt::Debug for FieldClasses<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldClasses").finish_non_exhaustive()
    }
}

/// A lock of which nothing is lost when a thread panics: what it guards only ever grows.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'m> FieldClasses<'m> {
    /// The classes that rule files declare, and those that the modules define.
    pub(super) fn new(declared: Box<Declarations>, modules: &'m dyn Modules) -> Self {
        Self { declared, modules, sources: Mutex::default(), classes: Mutex::default() }
    }

    /// Whether a migration has fields of other classes than Django's.
    pub(super) fn concern(migration: &Migration) -> bool {
        migration.operations.iter().any(has_other_classes)
    }

    /// Gives the fields of a migration what is known of their classes.
    pub(super) fn apply(&self, migration: &mut Migration) {
        for operation in &mut migration.operations {
            self.apply_to_operation(operation, &migration.source);
        }
    }

    fn apply_to_operation(&self, operation: &mut Operation, file: &Arc<SourceFile>) {
        let fields = operation.fields.iter_mut().map(|(_, field)| field);
        for field in fields.chain(&mut operation.field).filter(|field| is_other(field)) {
            self.apply_to(field, file);
        }
        for child in &mut operation.children {
            self.apply_to_operation(child, file);
        }
    }

    fn apply_to(&self, field: &mut Field, file: &Arc<SourceFile>) {
        let Ok(path) = field.class_path.clone() else { return };
        if let Some(declared) = (self.declared)(&path) {
            let positions = declared.like.positions();
            let mut arguments = bound_again(&field.arguments, positions);
            for (name, kind) in declared.defaults {
                if arguments.iter().all(|argument| argument.name != name) && field.open.is_none() {
                    let value = Value::new(kind, field.class_span);
                    arguments.push(BoundArgument { name, span: field.class_span, value });
                }
            }
            field.become_like(declared.like, arguments, OwnClass::default());
            return;
        }
        if let Some(package) = packages::class(&path) {
            let class = Class::of_package(package);
            if let Ok((arguments, open)) = Initialiser::of(&class, field).arguments() {
                field.open = open;
                field.become_like(class.entry, arguments, class.own(field));
                return;
            }
        }
        match self.class(&path, file).as_ref() {
            Ok(class) => match Initialiser::of(class, field).arguments() {
                Ok((arguments, open)) => {
                    field.open = open;
                    field.become_like(class.entry, arguments, class.own(field));
                }
                Err(reason) => field.stay_unknown(&reason),
            },
            Err(reason) => field.stay_unknown(reason),
        }
    }

    /// The class of a path, as the file at hand names it.
    fn class(&self, path: &str, file: &Arc<SourceFile>) -> Arc<Result<Class, String>> {
        // `.Name` and relative paths mean another class in each file.
        let key = (file.path().to_owned(), path.to_owned());
        if let Some(known) = lock(&self.classes).get(&key) {
            return Arc::clone(known);
        }
        let class = Arc::new(Class::read(self, path, file));
        lock(&self.classes).insert(key, Arc::clone(&class));
        class
    }

    /// A module that a file imports, read.
    fn source(&self, module: &str, from: &str) -> Option<Arc<Source>> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (folder.to_owned(), module.to_owned());
        if let Some(known) = lock(&self.sources).get(&key) {
            return known.clone();
        }
        let source = self.modules.find(module, from).and_then(|file| parsed(&file));
        lock(&self.sources).insert(key, source.clone());
        source
    }
}

fn parsed(file: &Arc<SourceFile>) -> Option<Arc<Source>> {
    let module = python::parse_with(file, catalogue::exports).ok()?;
    Some(Arc::new(Source { file: Arc::clone(file), module }))
}

/// Whether a field's class is named, and not Django's.
fn is_other(field: &Field) -> bool {
    field.entry.is_none() && field.class_path.is_ok()
}

fn has_other_classes(operation: &Operation) -> bool {
    operation.field.iter().chain(operation.fields.iter().map(|(_, field)| field)).any(is_other)
        || operation.children.iter().any(has_other_classes)
}

/// Arguments of which those without a keyword get the names of these positions.
fn bound_again(arguments: &[BoundArgument], positions: &[&str]) -> Vec<BoundArgument> {
    let mut positions = positions.iter();
    let named = arguments.iter().map(|argument| {
        let position = argument.name.starts_with('*').then(|| positions.next()).flatten();
        BoundArgument {
            name: position.map_or_else(|| argument.name.clone(), |name| (*name).to_owned()),
            ..argument.clone()
        }
    });
    named.collect()
}

/// Why something of a field's class is not known.
fn unknown(field: &Field, reason: &str) -> Unknown {
    let text = field.class_path.as_deref().unwrap_or_default().trim_start_matches('.').to_owned();
    Unknown { text, span: field.class_span, reason: reason.to_owned() }
}

/// A place as reasons name it: `shop/fields.py:12`.
fn place(file: &SourceFile, span: Span) -> String {
    format!("{}:{}", file.path(), file.position(span.start).line)
}
