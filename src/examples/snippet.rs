//! The Python of an example as a migration, with every place leading back into the rule file.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::language::syntax::Text;
use crate::language::{Example, Vocabulary, did_you_mean};
use crate::migration::catalogue::OPERATIONS;
use crate::migration::{Migration, Operation, OperationKind, ReadError, read_migration};
use crate::python::{self, Statement, StatementKind, SyntaxError};
use crate::source::{SourceFile, Span};

/// The app of an example that does not name another.
const APP: &str = "shop";
/// The name of the migration that an example is, unless it says otherwise.
const NAME: &str = "0002_example";

/// An example, ready to be judged.
#[derive(Clone)]
pub(super) struct Snippet {
    pub(super) migration: Migration,
    /// Where it is.
    pub(super) age: Age,
    /// The other files of the example.
    pub(super) others: Vec<(Migration, Age)>,
    places: Places,
    /// The example as it is written.
    example: String,
}

impl Snippet {
    /// The same place, with another migration in it.
    pub(super) fn with_migration(&self, migration: Migration) -> Self {
        Self { migration, ..self.clone() }
    }

    /// The example as it is written.
    pub(super) fn example_text(&self) -> &str {
        &self.example
    }

    /// The place in the example of a place in the migration; its first statement where there is none.
    pub(super) fn place_in_example(&self, span: Span) -> Span {
        self.places.in_example(span).unwrap_or(self.places.first_in_example)
    }

    /// The place in the rule file of a place in the migration; for what the example does not spell out (its class,
    /// say), its first statement.
    pub(super) fn place(&self, span: Span) -> Span {
        self.places.of(span)
    }
}

/// Where a file of an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// In the release.
    New,
    /// In the release and where running code is.
    Deployed,
    /// Where running code is, and no longer in the release.
    Deleted,
}

/// Where the text of the migration comes from.
#[derive(Clone)]
pub(super) struct Places {
    /// Runs that the migration and the example have in common.
    runs: Vec<Run>,
    /// For each line of the example: its offset in the example and in the rule file.
    lines: Vec<(usize, usize)>,
    /// What stands for all that is not in a run.
    first: Span,
    /// The same in the example.
    first_in_example: Span,
}

#[derive(Clone, Copy)]
struct Run {
    /// Offset in the migration.
    at: usize,
    /// Offset in the example.
    from: usize,
    len: usize,
}

impl Places {
    pub(super) fn new(text: &Text) -> Self {
        let starts = std::iter::once(0).chain(text.value.match_indices('\n').map(|(offset, _)| offset + 1));
        let lines = starts.zip(text.line_offsets.iter().copied()).collect();
        Self { runs: Vec::new(), lines, first: text.span, first_in_example: Span::at(0) }
    }

    /// The offset in the rule file of an offset in the example.
    fn in_file(&self, offset: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        self.lines.get(line).map_or(self.first.start, |(start, file)| file + offset.saturating_sub(*start))
    }

    pub(super) fn span_in_file(&self, span: Span) -> Span {
        let start = self.in_file(span.start);
        // The end of a line is not the start of the next one, which is indented in the rule file.
        let end = if span.is_empty() { start } else { self.in_file(span.end - 1) + 1 };
        Span { start, end: end.max(start) }
    }

    fn of(&self, span: Span) -> Span {
        self.in_example(span).map_or(self.first, |span| self.span_in_file(span))
    }

    /// The place in the example, where the migration has it from there.
    fn in_example(&self, span: Span) -> Option<Span> {
        let run = |offset: usize| self.runs.iter().find(|run| run.at <= offset && offset < run.at + run.len);
        let last = if span.is_empty() { span.start } else { span.end - 1 };
        let (first, second) = (run(span.start)?, run(last)?);
        let start = span.start - first.at + first.from;
        let end = span.end.saturating_sub(second.at) + second.from;
        Some(Span { start, end: end.max(start) })
    }
}

/// The text of the migration while it is put together.
struct Draft<'t> {
    text: String,
    example: &'t str,
    places: Places,
}

impl Draft<'_> {
    fn copy(&mut self, span: Span) {
        let Some(part) = self.example.get(span.range()) else { return };
        self.places.runs.push(Run { at: self.text.len(), from: span.start, len: part.len() });
        self.text.push_str(part);
    }
}

/// Reads an example: one or more operations as statements of their own, with what they need in front of them, or a
/// whole `class Migration`. What is wrong with it is said at its place in the rule file.
///
/// An example may consist of several files, each below a comment with its name: the last one is judged, the others
/// stand beside it.
pub(super) fn snippet(
    example: &Example,
    rule_file: &Arc<SourceFile>,
    prelude: &str,
    vocabulary: &Vocabulary,
) -> Result<Snippet, Vec<Diagnostic>> {
    let app = example.app.as_deref().unwrap_or(APP);
    let name = example.migration.as_deref().unwrap_or(NAME);
    let mut files = files(&example.code, app);
    let Some(judged) = files.pop() else {
        let only = ExampleFile::of(&format!("{app}/migrations/{name}.py"), Age::New, example.code.clone());
        return file(&only, rule_file, prelude, vocabulary);
    };
    let mut others = Vec::new();
    for other in files {
        let read = file(&other, rule_file, prelude, vocabulary)?;
        others.push((read.migration, other.age));
    }
    Ok(Snippet { others, ..file(&judged, rule_file, prelude, vocabulary)? })
}

/// A file of an example.
struct ExampleFile {
    path: String,
    /// The first folder of the path.
    app: String,
    name: String,
    age: Age,
    /// The whole example, with blanks in the place of the other files.
    text: Text,
}

impl ExampleFile {
    fn of(path: &str, age: Age, text: Text) -> Self {
        let name = path.rsplit('/').next().and_then(|file| file.strip_suffix(".py")).unwrap_or(path);
        let app = path.split('/').next().unwrap_or(path);
        Self { path: path.to_owned(), app: app.to_owned(), name: name.to_owned(), age, text }
    }
}

/// The files of an example that names them: `# 0002_status.py`, `# billing/migrations/0001_initial.py`, each with
/// `(deployed)` behind it where running code has it already, or `(deleted)` where only running code has it.
fn files(text: &Text, app: &str) -> Vec<ExampleFile> {
    let mut starts: Vec<(usize, String, Age)> = Vec::new();
    let mut at = 0;
    for line in text.value.split_inclusive('\n') {
        if let Some((path, age)) = file_comment(line.trim_end()) {
            let in_folder = if path.contains('/') { path.to_owned() } else { format!("{app}/migrations/{path}") };
            starts.push((at, in_folder, age));
        }
        at += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, ..)| *start).chain([text.value.len()]).collect();
    let first = starts.first().map_or(0, |(start, ..)| *start);
    let each = starts.into_iter().zip(ends).map(|((start, path, age), end)| {
        let own = |at: usize| at < first || (start <= at && at < end);
        let mut value = String::with_capacity(text.value.len());
        for (at, c) in text.value.char_indices() {
            if own(at) || c == '\n' {
                value.push(c);
            } else {
                value.extend(std::iter::repeat_n(' ', c.len_utf8()));
            }
        }
        ExampleFile::of(&path, age, Text { value, ..text.clone() })
    });
    each.collect()
}

/// Path and state of the file that a comment begins.
fn file_comment(line: &str) -> Option<(&str, Age)> {
    let path = line.strip_prefix("# ")?;
    let marks = [(" (deployed)", Age::Deployed), (" (deleted)", Age::Deleted)];
    let marked = marks.into_iter().find_map(|(mark, age)| Some((path.strip_suffix(mark)?, age)));
    let (path, age) = marked.unwrap_or((path, Age::New));
    let is_python = path.strip_suffix(".py").is_some_and(|name| !name.is_empty());
    let is_path = is_python && !path.starts_with(['/', '.']) && !path.contains(char::is_whitespace);
    is_path.then_some((path, age))
}

/// Reads one file of an example.
fn file(
    ExampleFile { path, app, name, age, text }: &ExampleFile,
    rule_file: &Arc<SourceFile>,
    prelude: &str,
    vocabulary: &Vocabulary,
) -> Result<Snippet, Vec<Diagnostic>> {
    let places = Places::new(text);
    let syntax = |error: &SyntaxError, span: Span| {
        let diagnostic = Diagnostic::error(rule_file, "example::syntax", &error.message, span, "here");
        vec![diagnostic.with_help("an example is Python: operations, or a whole `class Migration`")]
    };
    let statements = python::statements(&SourceFile::new(path.as_str(), text.value.as_str()))
        .map_err(|error| syntax(&error, places.span_in_file(error.span)))?;
    let whole = statements.iter().any(|statement| statement.is_class("Migration"));
    let draft = draft(text, prelude, places, &statements, whole);
    let Some(Draft { text: migration, places, .. }) = draft else {
        let message = "this example has no operation";
        let diagnostic = Diagnostic::error(rule_file, "example::empty", message, text.span, "nothing to judge");
        return Err(vec![diagnostic.with_help("write an operation, `migrations.AddField(…)`, or a `class Migration`")]);
    };
    let source = SourceFile::new(path.as_str(), migration);
    let migration = match read_migration(&source, app, name) {
        Ok(Some(migration)) => migration,
        Ok(None) => {
            let message = "Django would not load this class as a migration";
            let diagnostic = Diagnostic::error(rule_file, "example::no-migration", message, places.first, "not one");
            return Err(vec![diagnostic.with_help("derive it from `migrations.Migration`")]);
        }
        Err(ReadError::Syntax(error)) => return Err(syntax(&error, places.of(error.span))),
    };
    let snippet = Snippet { migration, age: *age, others: Vec::new(), places, example: text.value.clone() };
    let wrong = unknown_operations(&snippet, rule_file, vocabulary, whole);
    if wrong.is_empty() { Ok(snippet) } else { Err(wrong) }
}

fn draft<'t>(
    text: &'t Text,
    prelude: &str,
    mut places: Places,
    statements: &[Statement],
    whole: bool,
) -> Option<Draft<'t>> {
    let shown = |statement: &&Statement| {
        if whole { statement.is_class("Migration") } else { statement.kind == StatementKind::Expression }
    };
    places.first_in_example = statements.iter().find(shown)?.span;
    places.first = places.span_in_file(places.first_in_example);
    let mut draft = Draft { text: prelude.to_owned(), example: &text.value, places };
    let end = text.value.len();
    if whole {
        draft.copy(Span::new(0, end));
        return Some(draft);
    }
    let operations: Vec<Span> = statements.iter().filter(shown).map(|statement| statement.span).collect();
    // What stands around the operations stays in place; the operations themselves move into the class.
    let mut from = 0;
    for operation in &operations {
        draft.copy(Span { start: from, end: operation.start });
        draft.text.push_str("...");
        from = operation.end;
    }
    draft.copy(Span { start: from, end });
    draft.text.push_str("\nclass Migration(migrations.Migration):\n    operations = [\n");
    for operation in operations {
        draft.copy(operation);
        let separated = draft.text.ends_with(',');
        draft.text.push_str(if separated { "\n" } else { ",\n" });
    }
    draft.text.push_str("]\n");
    Some(draft)
}

/// Operations that neither Django nor a rule file nor the example itself knows.
fn unknown_operations(
    snippet: &Snippet,
    rule_file: &Arc<SourceFile>,
    vocabulary: &Vocabulary,
    whole: bool,
) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut open: Vec<&Operation> = snippet.migration.operations.iter().rev().collect();
    while let Some(operation) = open.pop() {
        open.extend(operation.children.iter().rev());
        let span = snippet.place(operation.callee_span);
        match &operation.kind {
            // A migration may well be built from what only running it can tell; a bare statement is an operation.
            OperationKind::Unknown(_) if !whole => {}
            OperationKind::Custom { path, .. } if path.starts_with("django.") => {}
            _ => continue,
        }
        let name = rule_file.slice(span).split(['(', '\n']).next().unwrap_or_default().trim();
        let declared = vocabulary.entity("Operation").into_iter().flat_map(|entity| &entity.kinds);
        let known = OPERATIONS.iter().map(|entry| entry.name);
        let known = known.chain(declared.filter(|kind| kind.declaration.is_some()).map(|kind| kind.name.as_ref()));
        let last = name.rsplit('.').next().unwrap_or(name);
        let help = match vocabulary.synonym(last).or_else(|| did_you_mean(last, known)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if last.starts_with(char::is_uppercase) => {
                format!("import it in the example, or declare it: `operation {last}(…) like SchemaOperation`")
            }
            None => "each statement that is an expression is taken for an operation".to_owned(),
        };
        let message = format!("`{name}` is not an operation");
        let diagnostic = Diagnostic::error(rule_file, "example::unknown-operation", message, span, "not an operation");
        wrong.push(diagnostic.with_help(help));
    }
    wrong
}
