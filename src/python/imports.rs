//! Import statements: the names they bind and the full dotted paths behind them.

use rustpython_parser::ast::{self, Stmt};

use crate::python::Exports;

/// What stands in front of the path of a relative import: `from .fields import A` gives `<rel>.fields.A`,
/// `from ..fields import A` gives `<rel>..fields.A`.
pub const RELATIVE: &str = "<rel>";

/// The module that a `from … import` names.
pub(super) fn module_path(import: &ast::StmtImportFrom) -> String {
    let level = import.level.map_or(0, |level| level.to_usize());
    let module = import.module.as_ref().map_or("", |module| module.as_str());
    if level == 0 {
        return module.to_owned();
    }
    // No package is this deep; the number is cut so that it can't grow with the file.
    let dots = ".".repeat(level.min(50));
    format!("{RELATIVE}{dots}{module}")
}

/// Whether the statement is `from … import *`.
pub(super) fn is_star(import: &ast::StmtImportFrom) -> bool {
    import.names.iter().any(|alias| alias.name.as_str() == "*")
}

/// Knows no module.
pub(super) fn no_exports(_module: &str) -> Vec<&'static str> {
    Vec::new()
}

/// Names that an import statement binds, with the paths they stand for; a star binds those that `exports` tells of.
pub(super) fn import_bindings(statement: &Stmt, exports: Exports) -> Vec<(String, String)> {
    match statement {
        Stmt::Import(import) => {
            let bindings = import.names.iter().map(|alias| {
                let path = alias.name.as_str();
                if let Some(name) = &alias.asname {
                    return (name.as_str().to_owned(), path.to_owned());
                }
                let first = path.split('.').next().unwrap_or(path);
                (first.to_owned(), first.to_owned())
            });
            bindings.collect()
        }
        Stmt::ImportFrom(import) => {
            let module = module_path(import);
            if is_star(import) {
                let names = exports(&module).into_iter();
                return names.map(|name| (name.to_owned(), member(&module, name))).collect();
            }
            let names = import.names.iter();
            let bindings = names.map(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                (name.as_str().to_owned(), member(&module, alias.name.as_str()))
            });
            bindings.collect()
        }
        _ => Vec::new(),
    }
}

/// Full dotted paths of everything an import statement imports.
pub(super) fn imported_paths(statement: &Stmt) -> Vec<String> {
    match statement {
        Stmt::Import(import) => import.names.iter().map(|alias| alias.name.as_str().to_owned()).collect(),
        Stmt::ImportFrom(import) => {
            let module = module_path(import);
            import.names.iter().map(|alias| member(&module, alias.name.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

fn member(module: &str, name: &str) -> String {
    if module.ends_with('.') { format!("{module}{name}") } else { format!("{module}.{name}") }
}
