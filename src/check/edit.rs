//! Structural edits as changes of text: an argument is written, changed or removed, a class is renamed.

use crate::migration::{BoundArgument, Field, Migration, Operation};
use crate::source::{SourceFile, Span};

/// A part of a file and what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    /// The bytes that go; empty for an insertion.
    pub span: Span,
    /// The text that comes.
    pub text: String,
}

/// The text with the edits in it; `None` when two of them touch the same place.
#[must_use]
pub fn edited(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort();
    // Two findings at one operation ask for the same edit.
    edits.dedup();
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        result.push_str(text.get(from..edit.span.start)?);
        result.push_str(&edit.text);
        from = edit.span.end;
    }
    result.push_str(text.get(from..)?);
    Some(result)
}

/// A call that is written in the migration.
#[derive(Clone, Copy)]
pub(super) struct Call<'m> {
    source: &'m SourceFile,
    span: Span,
    callee: Span,
    arguments: &'m [BoundArgument],
}

impl<'m> Call<'m> {
    /// The operation or field that stands at `place`: all of its call, or the name that is called.
    pub(super) fn at(migration: &'m Migration, place: Span) -> Option<Self> {
        let source = &*migration.source;
        every_operation(&migration.operations).into_iter().find_map(|operation| {
            if operation.span == place || operation.callee_span == place {
                let (span, callee, arguments) = (operation.span, operation.callee_span, &operation.arguments);
                return Some(Self { source, span, callee, arguments });
            }
            let fields = operation.field.iter().chain(operation.fields.iter().map(|(_, field)| field));
            let field = fields.into_iter().find(|field| field.span == place)?;
            Some(Self { source, span: field.span, callee: field.class_span, arguments: field.written() })
        })
    }

    /// Gives an argument another value, or writes it behind the others.
    pub(super) fn set(self, argument: &str, value: &str) -> Option<TextEdit> {
        if let Some(written) = self.written(argument) {
            let text = if is_keyword(written) { format!("{argument}={value}") } else { value.to_owned() };
            return Some(TextEdit { span: written.span, text });
        }
        let text = self.source.text();
        let Some(last) = self.own().max_by_key(|argument| argument.span.end) else {
            let inner = text.get(self.callee.end..self.span.end)?;
            let at = self.span.end.checked_sub(1)?;
            // `Now` without brackets is no call, and a comment may hold anything.
            let empty = inner.trim_start().starts_with('(') && inner.ends_with(')');
            return empty.then(|| TextEdit { span: Span::at(at), text: format!("{argument}={value}") });
        };
        // Below the last argument where that has a line of its own, else beside it.
        let line = self.source.line_span(last.span.start);
        let indent = text.get(line.start..last.span.start)?;
        let separator =
            if indent.chars().all(|c| c == ' ' || c == '\t') { format!(",\n{indent}") } else { ", ".to_owned() };
        Some(TextEdit { span: Span::at(last.span.end), text: format!("{separator}{argument}={value}") })
    }

    /// Removes an argument, with the comma that separates it.
    pub(super) fn remove(self, argument: &str) -> Option<TextEdit> {
        let written = self.written(argument)?;
        // Without one in front, positional arguments would mean something else.
        let behind = self.own().any(|other| other.span.start > written.span.end && !is_keyword(other));
        if behind {
            return None;
        }
        let text = self.source.text();
        let (before, after) = (text.get(..written.span.start)?, text.get(written.span.end..)?);
        let blank = |text: &str| text.len() - text.trim_start().len();
        let (start, end) = if let Some(rest) = after.trim_start().strip_prefix(',') {
            let comma = written.span.end + blank(after) + 1;
            (written.span.start, comma + blank(rest))
        } else {
            (before.trim_end().strip_suffix(',').map_or(written.span.start, str::len), written.span.end)
        };
        Some(TextEdit { span: Span::new(start, end), text: String::new() })
    }

    /// Calls another class, which may have to be imported.
    pub(super) fn rename(self, to: &str, module: Option<&str>) -> Vec<TextEdit> {
        let name = TextEdit { span: self.callee, text: to.to_owned() };
        let Some(module) = module else {
            // Django's own operations are taken from `migrations`, as the one that is replaced is.
            let written = self.source.slice(self.callee);
            let prefix = written.rfind('.').map_or("", |dot| &written[..=dot]);
            return vec![TextEdit { text: format!("{prefix}{to}"), ..name }];
        };
        let line = format!("from {module} import {to}\n");
        if self.source.text().contains(&line) {
            return vec![name];
        }
        let text = self.source.text();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.starts_with("from ") || line.starts_with("import ") {
                break;
            }
            at += line.len();
        }
        let import = TextEdit { span: Span::at(if at == text.len() { 0 } else { at }), text: line };
        vec![import, name]
    }

    /// The arguments that stand in the call itself, and not in a list or dict that it spreads.
    fn own(self) -> impl Iterator<Item = &'m BoundArgument> {
        self.arguments.iter().filter(move |argument| self.span.contains(argument.span))
    }

    fn written(self, name: &str) -> Option<&'m BoundArgument> {
        self.own().find(|argument| argument.name == name)
    }
}

/// Whether an argument is written with its name.
fn is_keyword(argument: &BoundArgument) -> bool {
    argument.span.start < argument.value.span.start
}

/// The source text of the value of the argument that stands at `place`.
pub(super) fn value_at(migration: &Migration, place: Span) -> Option<&str> {
    every_operation(&migration.operations).into_iter().find_map(|operation| {
        let fields = operation.field.iter().chain(operation.fields.iter().map(|(_, field)| field));
        let arguments = operation.arguments.iter().chain(fields.flat_map(Field::written));
        let argument = arguments.into_iter().find(|argument| argument.span == place)?;
        Some(migration.source.slice(argument.value.span))
    })
}

/// The operations with those inside of them.
fn every_operation(operations: &[Operation]) -> Vec<&Operation> {
    operations.iter().flat_map(|one| std::iter::once(one).chain(every_operation(&one.children))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::migration::read_migration;

    /// The migration with one operation, and the call at `place` in it.
    fn changed(operation: &str, place: &str, edits: impl Fn(Call<'_>) -> Vec<TextEdit>) -> String {
        let text = format!(
            "# a\nfrom django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [{operation}]\n"
        );
        let source = SourceFile::new("shop/migrations/0002_a.py", text.as_str());
        let migration = Arc::new(read_migration(&source, "shop", "0002_a").ok().flatten().expect("a migration"));
        let start = text.find(place).expect("the place");
        let call = Call::at(&migration, Span::new(start, start + place.len())).expect("a call");
        edited(&text, &edits(call)).expect("edits that do not overlap")
    }

    fn operation(text: &str) -> &str {
        text.split_once("operations = [").and_then(|(_, rest)| rest.rsplit_once(']')).map_or(text, |(inner, _)| inner)
    }

    #[test]
    fn arguments_are_written_changed_and_removed() {
        let add = |field: &str| format!("migrations.AddField('order', 'a', {field})");
        let set = |field: &str| changed(&add(field), field, |call| call.set("null", "True").into_iter().collect());
        for (field, after) in [
            ("models.TextField()", "models.TextField(null=True)"),
            ("models.TextField(null=False)", "models.TextField(null=True)"),
            ("models.CharField(max_length=9,)", "models.CharField(max_length=9, null=True,)"),
            (
                "models.CharField(\n    max_length=9,  # why\n)",
                "models.CharField(\n    max_length=9,\n    null=True,  # why\n)",
            ),
            ("models.ForeignKey('a.b', models.CASCADE)", "models.ForeignKey('a.b', models.CASCADE, null=True)"),
        ] {
            assert_eq!(operation(&set(field)), add(after), "{field}");
        }
        let remove = |field: &str| changed(&add(field), field, |call| call.remove("default").into_iter().collect());
        for (field, after) in [
            ("models.TextField(default='x')", "models.TextField()"),
            ("models.TextField(default='x', null=True)", "models.TextField(null=True)"),
            ("models.TextField(null=True, default='x')", "models.TextField(null=True)"),
            ("models.TextField(\n    default='x',\n    null=True,\n)", "models.TextField(\n    null=True,\n)"),
        ] {
            assert_eq!(operation(&remove(field)), add(after), "{field}");
        }
        let positional =
            changed("migrations.AddField('order', 'a', models.TextField())", "migrations.AddField", |call| {
                assert_eq!(call.remove("model_name"), None);
                call.set("name", "'b'").into_iter().collect()
            });
        assert_eq!(operation(&positional), "migrations.AddField('order', 'b', models.TextField())");
    }

    #[test]
    fn a_renamed_operation_is_imported_once() {
        let add = "migrations.AddIndex('order', models.Index(fields=['a'], name='a'))";
        let module = "django.contrib.postgres.operations";
        let renamed = changed(add, "migrations.AddIndex", |call| call.rename("AddIndexConcurrently", Some(module)));
        assert!(renamed.starts_with(&format!("# a\nfrom {module} import AddIndexConcurrently\n")), "{renamed}");
        assert!(operation(&renamed).starts_with("AddIndexConcurrently('order'"), "{renamed}");
        let own = changed(add, "migrations.AddIndex", |call| call.rename("RemoveIndex", None));
        assert!(operation(&own).starts_with("migrations.RemoveIndex("), "{own}");
    }

    #[test]
    fn edits_that_overlap_are_none() {
        let edit = |start: usize, end: usize| TextEdit { span: Span::new(start, end), text: "x".to_owned() };
        assert_eq!(edited("abcd", &[edit(2, 3), edit(0, 1), edit(2, 3)]).as_deref(), Some("xbxd"));
        assert_eq!(edited("abcd", &[edit(0, 3), edit(2, 4)]), None);
    }
}
