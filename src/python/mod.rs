//! Python files as values: the only module that names the Python parser.
//!
//! [`parse`] reads a file into a [`Module`]: the values that its names and the attributes of its classes have when the
//! file has run, as far as that is certain without running it, and the facts of its functions. The syntax tree is gone
//! by then.
//!
//! Nothing here recurses deeper than the limits of `tokens`, so a stack of two megabytes is enough; time and memory
//! stay proportional to the file.

mod builtins;
mod chain;
mod comprehension;
mod decode;
mod fold;
mod fold_call;
mod fold_text;
mod function;
mod imports;
mod interpret;
mod method;
mod newer;
mod outline;
mod scope;
mod syntax_error;
mod text;
mod tokens;
mod value;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use rustpython_parser::lexer::lex;
use rustpython_parser::{Mode, Parse, ast};

use crate::python::fold::Evaluator;
use crate::python::interpret::Found;
use crate::python::scope::Scope;
use crate::python::tokens::Tokens;
use crate::source::{SourceFile, Span};

pub use decode::{DecodeError, decode};
pub use imports::RELATIVE;
pub use method::{Computed, Entry, Method, MethodParameter, MethodStep, MethodStepKind, SuperCall, words};
pub use outline::{Statement, StatementKind, statements};
pub use syntax_error::{Construct, SyntaxError};
pub use value::{
    Argument, Binding, Call, Chain, Definition, DefinitionKind, Function, FunctionCall, FunctionStep, Given, Link,
    Loop, Text, TextPiece, Unknown, Value, ValueKind,
};

/// Largest file that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Digits in a row that a file may hold; Python has the same limit for a number. More of them would take quadratic
/// time to read.
const MAX_DIGITS: usize = 4_300;

/// A Python file as values.
#[derive(Clone, Debug)]
pub struct Module {
    /// Comments (`# …`), in order.
    pub comments: Vec<Span>,
    /// Functions, lambdas and classes, in the order in which they are met; not those inside functions.
    pub definitions: Vec<Arc<Definition>>,
    /// Class statements, in order.
    pub classes: Vec<Class>,
    /// Names of the module with their values, in the order in which they were first bound.
    pub names: Vec<(String, Value)>,
    /// Modules of which everything is imported, in order.
    pub stars: Vec<String>,
    /// Where each class stands in `classes`, the last one of a name.
    class_index: HashMap<String, usize>,
}

/// A class statement.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name and places.
    pub definition: Arc<Definition>,
    /// `class Name(bases)`, without the colon.
    pub header: Span,
    /// Full dotted paths of the bases; `.Name` for a class of the file, `None` where a base is not a name.
    pub bases: Vec<Option<String>>,
    /// What its attributes are when the module has run, functions included.
    pub attributes: Vec<Attribute>,
    /// Its methods that are looked into.
    pub methods: Vec<Method>,
    /// Whether it has no metaclass of its own, and no decorator that may change it.
    pub plain: bool,
    /// Why it may not exist: it stands under an `if`, say.
    pub condition: Option<Unknown>,
}

/// An attribute of a class.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Where the name was bound.
    pub name_span: Span,
    /// Its value.
    pub value: Value,
    /// For a list: why each element may be missing. Empty when none may.
    pub conditions: Vec<Option<Unknown>>,
}

impl Module {
    /// What a name of the module stands for.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&Value> {
        self.names.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The last class of that name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.class_index.get(name).and_then(|index| self.classes.get(*index))
    }
}

impl Class {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// The names that a star import takes from the module of that path, as far as they are known.
pub type Exports = fn(&str) -> Vec<&'static str>;

/// Reads a Python file; nothing is known of the modules that it imports.
///
/// # Errors
///
/// When the file is not Python that the parser knows, or nests deeper than anything written by hand.
pub fn parse(source: &Arc<SourceFile>) -> Result<Module, SyntaxError> {
    parse_with(source, imports::no_exports)
}

/// Reads a Python file whose star imports bind the names that `exports` tells of.
///
/// # Errors
///
/// When the file is not Python that the parser knows, or nests deeper than anything written by hand.
pub fn parse_with(source: &Arc<SourceFile>, exports: Exports) -> Result<Module, SyntaxError> {
    let text = source.text();
    let (body, comments) = syntax(text)?;
    let mut evaluator = Evaluator {
        source,
        scope: Scope::new(),
        imports: interpret::module_imports(&body, exports),
        exports,
        definitions: Vec::new(),
        star_import: false,
        budget: 8 * text.len() + 32_000_000,
        rounds: 20_000,
        place: None,
        depth: 0,
    };
    let mut found = Found::default();
    interpret::run(&mut evaluator, &mut found, &body);
    let module = evaluator.scope.into_module();
    let mut classes = found.classes;
    interpret::attributes(&mut classes, &module);
    let mut names = module.names;
    let names = module
        .order
        .into_iter()
        .filter(|name| !name.contains('.'))
        .filter_map(|name| names.remove(&name).map(|bound| (name, bound.into_value())))
        .collect();
    let class_index = classes.iter().enumerate().map(|(index, class)| (class.definition.name.clone(), index)).collect();
    let stars = found.stars;
    Ok(Module { comments, definitions: evaluator.definitions, classes, names, stars, class_index })
}

/// The statements of a file and its comments. What is newer than the parser is read in older words.
fn syntax(text: &str) -> Result<(Vec<ast::Stmt>, Vec<Span>), SyntaxError> {
    /// Constructs that are reworded one by one: each costs a parse.
    const MOST: usize = 50;
    check_form(text)?;
    let first = match older_syntax(text) {
        Err(error) => error,
        read => return read,
    };
    let strings = newer::with_older_strings(text);
    let mut error = match strings.as_deref().map(older_syntax) {
        Some(Err(error)) => error,
        Some(read) => return read,
        None => first,
    };
    let mut reworded = strings.unwrap_or_else(|| text.to_owned());
    for _ in 0..MOST {
        if !newer::reword(&mut reworded, &error) {
            break;
        }
        match older_syntax(&reworded) {
            // Other words did not help here.
            Err(next) if next.span.start <= error.span.start => break,
            Err(next) => error = next,
            read => return read,
        }
    }
    Err(error.in_text(text))
}

/// The statements of a file and its comments, as far as the parser knows its syntax.
fn older_syntax(text: &str) -> Result<(Vec<ast::Stmt>, Vec<Span>), SyntaxError> {
    let mut tokens = Tokens::new(lex(text, Mode::Module));
    let parsed = ast::ModModule::parse_tokens(tokens.by_ref(), "");
    match (parsed, tokens.too_deep) {
        (Ok(module), None) => Ok((module.body, tokens.comments)),
        (Ok(_), Some(limit)) => Err(SyntaxError::plain(text, 0, limit)),
        (Err(error), Some(limit)) => Err(SyntaxError::plain(text, u32::from(error.offset) as usize, limit)),
        (Err(error), None) => Err(SyntaxError::of_parser(text, &error)),
    }
}

/// What the lexer would not survive, or not in time.
fn check_form(text: &str) -> Result<(), SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError::plain(text, 0, "the file is larger than 64 MB"));
    }
    let mut run = 0;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            0 => return Err(SyntaxError::plain(text, offset, "the file contains a NUL byte")),
            b'0'..=b'9' | b'_' => {
                run += 1;
                if run > MAX_DIGITS {
                    return Err(SyntaxError::plain(text, offset + 1 - run, "a number has more than 4,300 digits"));
                }
            }
            _ => run = 0,
        }
    }
    Ok(())
}
