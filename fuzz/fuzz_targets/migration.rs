//! Any text is a Python file: it is read as a migration, refused, or no migration, and every place lies in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use whimbrel::migration::{Operation, ReadError, read_migration};
use whimbrel::python;
use whimbrel::source::{SourceFile, Span};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = python::decode(bytes) else { return };
    let source = SourceFile::new("shop/migrations/0001_initial.py", text.into_owned());
    let lies_inside = |span: Span| assert!(source.text().get(span.range()).is_some(), "{span:?}");
    match read_migration(&source, "shop", "0001_initial") {
        Ok(Some(migration)) => every(&migration.operations, &mut |operation| {
            lies_inside(operation.span);
            operation.arguments.iter().for_each(|argument| lies_inside(argument.span));
        }),
        Ok(None) => {}
        Err(ReadError::Syntax(error)) => lies_inside(error.span),
    }
});

fn every(operations: &[Operation], visit: &mut dyn FnMut(&Operation)) {
    for operation in operations {
        visit(operation);
        every(&operation.children, visit);
    }
}
