//! A migration file to a [`Migration`].

use std::sync::Arc;

use crate::migration::attributes::{dependencies, flag, why};
use crate::migration::catalogue;
use crate::migration::field::{bind, names_a_class};
use crate::migration::{Dependency, Field, Half, Migration, Operation, OperationKind, Reach, Stated};
use crate::python::{self, Attribute, Call, Class, Module, SyntaxError, Unknown, Value, ValueKind};
use crate::source::{SourceFile, Span, Spanned};

/// Why a file could not be read as a migration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not Python that the parser knows.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

/// Operations in operations that are followed.
const MAX_NESTING: usize = 16;

/// Reads a migration file of the app labelled `app`; `name` is the file's name without `.py`.
///
/// `None` when the file holds nothing that Django would load as a migration: a helper module, say.
///
/// # Errors
///
/// When the file is not Python that the parser knows.
pub fn read_migration(source: &Arc<SourceFile>, app: &str, name: &str) -> Result<Option<Migration>, ReadError> {
    // Whatever Django loads binds this name, so the others need no parsing.
    if !source.text().contains("Migration") {
        return Ok(None);
    }
    let module = python::parse_with(source, catalogue::exports)?;
    let Some(value) = module.name("Migration") else { return Ok(None) };
    let migration = |class_span: Span| Migration {
        source: Arc::clone(source),
        app: app.to_owned(),
        name: name.to_owned(),
        class_span,
        atomic: Stated::default_of(true),
        initial: None,
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: Vec::new(),
        operations: Vec::new(),
        attributes: Vec::new(),
        comments: module.comments.clone(),
        definitions: module.definitions.clone(),
    };
    let class = match &value.kind {
        ValueKind::Definition(definition) => module.class(&definition.name),
        // A helper that merely imports Django's class.
        ValueKind::Reference(path) if is_django_base(path) || path.starts_with("south.") => None,
        ValueKind::Reference(_) | ValueKind::Call(_) | ValueKind::Unknown(_) => {
            // Django loads it, but what it holds is not in this file.
            let unknown = why(value, "");
            return Ok(Some(Migration {
                atomic: Stated { value: Err(unknown.clone()), span: Some(value.span) },
                operations: vec![Operation::unknown(unknown, value.span, Reach::Both)],
                ..migration(value.span)
            }));
        }
        _ => None,
    };
    let Some(class) = class else { return Ok(None) };
    let lineage = lineage(&module, class);
    let Some(base) = base(&lineage) else { return Ok(None) };
    let stated = |name: &str| lineage.iter().find_map(|class| class.attribute(name));
    let inherited = |name: &str| base.as_ref().err().filter(|_| stated(name).is_none());

    let mut read = migration(class.header);
    read.initial = flag(stated("initial"));
    read.atomic = match (flag(stated("atomic")), inherited("atomic")) {
        (Some(atomic), _) => atomic,
        (None, Some(unknown)) => Stated { value: Err(unknown.clone()), span: None },
        (None, None) => Stated::default_of(true),
    };
    read.dependencies = dependencies(stated("dependencies"));
    read.run_before = dependencies(stated("run_before"));
    read.replaces = dependencies(stated("replaces"));
    read.operations = match (stated("operations"), inherited("operations")) {
        (Some(attribute), _) => self::operations(&module, attribute),
        (None, Some(unknown)) => vec![Operation::unknown(unknown.clone(), class.header, Reach::Both)],
        (None, None) => Vec::new(),
    };
    for (attribute, unknown) in changed_by_methods(source, &lineage) {
        match attribute {
            "dependencies" => read.dependencies.push(Spanned::new(Dependency::Unknown(unknown.clone()), unknown.span)),
            _ => read.operations.push(Operation::unknown(unknown.clone(), unknown.span, Reach::Both)),
        }
    }
    if let Some(condition) = &class.condition {
        for operation in &mut read.operations {
            operation.condition.get_or_insert_with(|| condition.clone());
        }
    }
    let known = ["initial", "atomic", "dependencies", "run_before", "replaces", "operations"];
    let others = class.attributes.iter().filter(|attribute| !known.contains(&attribute.name.as_str()));
    read.attributes = others.map(|attribute| (attribute.name.clone(), attribute.value.clone())).collect();
    Ok(Some(read))
}

/// Lists that a method of the class changes when the migration is made or run, so that what the class states is not
/// all.
fn changed_by_methods(source: &SourceFile, lineage: &[&Class]) -> Vec<(&'static str, Unknown)> {
    let methods = lineage.iter().flat_map(|class| &class.attributes).filter_map(|attribute| {
        let ValueKind::Definition(definition) = &attribute.value.kind else { return None };
        Some((definition, source.slice(definition.span)))
    });
    let changed = methods.flat_map(|(definition, text)| {
        let lists = ["dependencies", "operations"].into_iter().filter(move |name| changes(text, name));
        lists.map(move |name| {
            let reason = format!("may change `{name}`");
            (name, Unknown { text: definition.name.clone(), span: definition.name_span, reason })
        })
    });
    changed.collect()
}

/// Whether a method's text assigns to `self.name` or changes it in place.
fn changes(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let behind = text[at + name.len()..].trim_start();
        let written = behind.starts_with(['.', '[']) || behind.starts_with("+=");
        let assigned = behind.starts_with('=') && !behind.starts_with("==");
        text[..at].ends_with("self.") && (written || assigned)
    })
}

/// The class and those of the file that it derives from, in the order in which attributes are looked up.
fn lineage<'m>(module: &'m Module, class: &'m Class) -> Vec<&'m Class> {
    const LONGEST: usize = 50;
    let mut lineage = vec![class];
    let mut next = 0;
    while let Some(class) = lineage.get(next)
        && lineage.len() < LONGEST
    {
        let local = class.bases.iter().flatten().filter_map(|base| base.strip_prefix('.'));
        let bases: Vec<&Class> = local.filter_map(|name| module.class(name)).collect();
        for base in bases {
            if !lineage.iter().any(|known| std::ptr::eq(*known, base)) {
                lineage.push(base);
            }
        }
        next += 1;
    }
    lineage
}

fn is_django_base(path: &str) -> bool {
    matches!(path, "django.db.migrations.Migration" | "django.db.migrations.migration.Migration")
}

/// Whether the class is a migration: `Ok` when everything it inherits is in the file or Django's, `Err` when some of
/// it stands in another module. `None` when it is no migration.
fn base(lineage: &[&Class]) -> Option<Result<(), Unknown>> {
    let bases = || lineage.iter().flat_map(|class| class.bases.iter().map(move |base| (class, base)));
    let elsewhere = bases().find(|(_, base)| match base {
        Some(path) => !path.starts_with('.') && !is_django_base(path) && path != "builtins.object",
        None => true,
    });
    if bases().any(|(_, base)| base.as_deref().is_some_and(|path| path.starts_with("south."))) {
        return None;
    }
    let django = bases().any(|(_, base)| base.as_deref().is_some_and(is_django_base));
    let Some((class, base)) = elsewhere else { return django.then_some(Ok(())) };
    let looks_like_one =
        ["operations", "dependencies"].iter().any(|name| lineage.iter().any(|class| class.attribute(name).is_some()));
    let named_like_one = base.as_deref().is_some_and(|path| path.ends_with("Migration"));
    (django || looks_like_one || named_like_one).then(|| {
        Err(Unknown {
            text: base.clone().unwrap_or_else(|| "a base class".to_owned()),
            span: class.header,
            reason: "is a base class from elsewhere".to_owned(),
        })
    })
}

/// The elements of `operations`.
fn operations(module: &Module, attribute: &Attribute) -> Vec<Operation> {
    let Some(items) = attribute.value.elements() else {
        return vec![Operation::unknown(why(&attribute.value, "is not a list"), attribute.value.span, Reach::Both)];
    };
    let conditions = attribute.conditions.iter().cloned().chain(std::iter::repeat(None));
    let each = items
        .iter()
        .zip(conditions)
        .map(|(item, condition)| Operation { condition, ..operation(module, item, Reach::Both, 0) });
    each.collect()
}

/// The operation that an element is.
fn operation(module: &Module, value: &Value, reach: Reach, depth: usize) -> Operation {
    let call = match &value.kind {
        ValueKind::Call(call) if depth <= MAX_NESTING => call,
        _ => return Operation::unknown(why(value, "is not an operation"), value.span, reach),
    };
    let (kind, positions) = match call.callee.as_deref() {
        Some(path) if names_a_class(path) => {
            let custom = || OperationKind::Custom { path: path.to_owned(), declared: None, state: Half::Unknown };
            let django = catalogue::operation(path);
            (django.map_or_else(custom, OperationKind::Django), django.map_or(&[][..], |entry| entry.parameters))
        }
        _ => return Operation::unknown(why(value, ""), value.span, reach),
    };
    let arguments = bind(&call.arguments, positions.iter().map(|parameter| parameter.name));
    let mut operation = Operation {
        kind,
        arguments,
        open: call.open.clone(),
        ..Operation::unknown(
            // Replaced by the kind.
            Unknown { text: String::new(), span: value.span, reason: String::new() },
            value.span,
            reach,
        )
    };
    operation.callee_span = call.callee_span;
    operation.field = operation.argument("field").filter(|_| carries_field(call)).map(|given| Field::of(&given.value));
    if operation.kind_name() == Some("CreateModel") {
        (operation.fields, operation.fields_open) = created_fields(&operation);
    }
    operation.children = children(module, &operation, depth);
    operation
}

/// Whether `field` is a field and not, as some custom operations have it, the name of one.
fn carries_field(call: &Call) -> bool {
    let field = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("field"));
    field.is_none_or(|argument| argument.value.as_str().is_none())
}

/// The fields of a CreateModel, and why some may be missing.
pub(super) fn created_fields(operation: &Operation) -> (Vec<(String, Field)>, Option<Unknown>) {
    let Some(given) = operation.argument("fields") else { return (Vec::new(), operation.open.clone()) };
    let pairs: Vec<(&Value, &Value)> = match &given.value.kind {
        ValueKind::Dict(entries) => entries.iter().map(|(name, field)| (name, field)).collect(),
        _ => match given.value.elements() {
            Some(items) => items
                .iter()
                .map(|item| match item.elements() {
                    Some([name, field]) => (name, field),
                    _ => (item, item),
                })
                .collect(),
            None => return (Vec::new(), Some(why(&given.value, "is not a list"))),
        },
    };
    let mut open = None;
    let mut fields = Vec::with_capacity(pairs.len());
    for (name, field) in pairs {
        match name.as_str() {
            Some(text) => fields.push((text.to_owned(), Field::of(field))),
            None => open = open.or_else(|| Some(why(name, "is not a pair of name and field"))),
        }
    }
    (fields, open)
}

/// Operations inside an operation. Those that Django would never run nor apply (`database_operations` within
/// `state_operations`) are left out.
fn children(module: &Module, operation: &Operation, depth: usize) -> Vec<Operation> {
    let (database, state) = match (operation.kind_name(), &operation.kind) {
        (Some("SeparateDatabaseAndState"), _) => (true, true),
        (_, OperationKind::Django(_)) => (false, operation.argument("state_operations").is_some()),
        // A custom operation with these arguments means the same by them.
        _ => (operation.argument("database_operations").is_some(), operation.argument("state_operations").is_some()),
    };
    let mut children = Vec::new();
    let lists = [("database_operations", Reach::Database, database), ("state_operations", Reach::State, state)];
    for (name, reach, _) in lists.into_iter().filter(|(.., wanted)| *wanted) {
        if operation.reach != Reach::Both && operation.reach != reach {
            continue;
        }
        let Some(given) = operation.argument(name) else {
            if let Some(open) = &operation.open {
                children.push(Operation::unknown(open.clone(), operation.span, reach));
            }
            continue;
        };
        match given.value.elements() {
            Some(items) => children.extend(items.iter().map(|item| self::operation(module, item, reach, depth + 1))),
            None if given.value.is_none() => {}
            None => children.push(Operation::unknown(why(&given.value, "is not a list"), given.value.span, reach)),
        }
    }
    children
}
