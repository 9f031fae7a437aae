//! The state as a page: one block for each model, one line for each field. What is not certain has a mark, and the reason
//! behind the last model: one operation that is not known leaves a doubt on much.

use std::fmt::Write as _;

use crate::history::normal::deconstruct_for;
use crate::history::{self, Doubt, FieldState, ModelState, Part, Sourced};
use crate::python::{Value, ValueKind};
use crate::report::harmless;
use crate::report::state::AppState;
use crate::source::SourceFile;
use crate::target::Version;

/// Longest argument that is written out.
const LONGEST: usize = 60;

/// The state for people, with a line end behind it.
pub(crate) fn table(state: &AppState<'_>) -> String {
    let (mut page, mut notes) = (String::new(), Notes::default());
    let after = match state.after.as_slice() {
        [] => "before its first migration".to_owned(),
        [one] => format!("after {}", one.name),
        several => {
            let names: Vec<&str> = several.iter().map(|key| key.name.as_str()).collect();
            format!("after {}, which are in conflict", names.join(" and "))
        }
    };
    let _ = writeln!(page, "{} {after}", state.app);
    if let Some(doubt) = state.state.doubt(state.app) {
        let _ = writeln!(page, "there may be other models {}", notes.mark(doubt));
    }
    let mut models = 0;
    for (_, model) in state.state.models_of(state.app) {
        models += 1;
        self::model(&mut page, &mut notes, state, model);
    }
    if models == 0 {
        page.push_str("\nno models\n");
    }
    for (number, reason) in notes.reasons.iter().enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        let _ = writeln!(page, "{gap}?{}  {reason}", number + 1);
    }
    page
}

/// Why something is not certain, each reason once.
#[derive(Default)]
struct Notes {
    reasons: Vec<String>,
}

impl Notes {
    /// The mark that stands for a doubt.
    fn mark(&mut self, doubt: &Doubt) -> String {
        let reason = because(doubt);
        let known = self.reasons.iter().position(|known| *known == reason);
        let number = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        format!("?{}", number + 1)
    }
}

fn model(page: &mut String, notes: &mut Notes, state: &AppState<'_>, model: &ModelState) {
    let table = match history::table(state.state, model) {
        Ok(table) => harmless(&table).into_owned(),
        Err(doubt) => notes.mark(&doubt),
    };
    let _ = writeln!(page, "\n{}  table {table}", model.name);
    if let Some(doubt) = &model.existence {
        let _ = writeln!(page, "  may not be there {}", notes.mark(doubt));
    }
    if let Some(doubt) = model.more_fields.as_ref().or(model.more.as_ref()) {
        let _ = writeln!(page, "  may have more than this {}", notes.mark(doubt));
    }
    let rows: Vec<[String; 3]> =
        model.fields.iter().map(|(name, field)| row(notes, name, field, state.django)).collect();
    let width = |cell: usize| rows.iter().map(|row| row[cell].chars().count()).max().unwrap_or_default();
    let (names, classes) = (width(0), width(1));
    for [name, class, arguments] in &rows {
        let line = format!("  {name:names$}  {class:classes$}  {arguments}");
        let _ = writeln!(page, "{}", line.trim_end());
    }
    if let Some(bases) = &model.bases {
        entry(page, notes, "bases", bases);
    }
    for (name, option) in &model.options {
        entry(page, notes, name, option);
    }
    for part in &model.indexes {
        self::part(page, notes, "index", part);
    }
    for part in &model.constraints {
        self::part(page, notes, "constraint", part);
    }
    if let Some(managers) = &model.managers {
        entry(page, notes, "managers", managers);
    }
}

fn row(notes: &mut Notes, name: &str, field: &FieldState, django: Version) -> [String; 3] {
    let stated = deconstruct_for(&field.field, django);
    let class = match &stated.class {
        Ok(class) => class.rsplit('.').next().unwrap_or(class).to_owned(),
        Err(unknown) => format!("? ({} {})", harmless(&unknown.text), unknown.reason),
    };
    let shown = |value: &Value| short(&field.source, value);
    let args = stated.args.iter().map(|value| shown(value));
    let kwargs = stated.kwargs.iter().map(|(name, value)| format!("{name}={}", given(&field.source, value)));
    let mut arguments: Vec<String> = args.chain(kwargs).collect();
    if let Some(open) = stated.open {
        arguments.push(format!("? ({} {})", harmless(&open.text), open.reason));
    }
    let mut arguments = arguments.join(", ");
    if let Some(doubt) = &field.doubt {
        let _ = write!(arguments, "  {}", notes.mark(doubt));
    }
    [harmless(name).into_owned(), class, arguments]
}

fn entry(page: &mut String, notes: &mut Notes, name: &str, sourced: &Sourced) {
    let doubt = sourced.doubt.as_ref().map_or_else(String::new, |doubt| format!("  {}", notes.mark(doubt)));
    let _ = writeln!(page, "  {name}: {}{doubt}", given(&sourced.source, &sourced.value));
}

fn part(page: &mut String, notes: &mut Notes, kind: &str, part: &Part) {
    let name = part.name.as_ref().map_or("?", |name| name.value.as_str());
    let doubt = part.doubt.as_ref().map_or_else(String::new, |doubt| format!("  {}", notes.mark(doubt)));
    let _ = writeln!(page, "  {kind} {}: {}{doubt}", harmless(name), short(&part.source, &part.value));
}

/// A value: as it is where it is short, else as the file writes it.
fn given(source: &SourceFile, value: &Value) -> String {
    match &value.kind {
        ValueKind::None => "None".to_owned(),
        ValueKind::Bool(true) => "True".to_owned(),
        ValueKind::Bool(false) => "False".to_owned(),
        ValueKind::Int(number) => number.to_string(),
        ValueKind::Str(text) => cut(&format!("{:?}", text.value)),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => {
            let items: Vec<String> = items.iter().map(|item| given(source, item)).collect();
            let joined = items.join(", ");
            cut(&match (&value.kind, items.len()) {
                (ValueKind::List(_), _) => format!("[{joined}]"),
                (ValueKind::Tuple(_), 1) => format!("({joined},)"),
                (ValueKind::Tuple(_), _) => format!("({joined})"),
                _ => format!("{{{joined}}}"),
            })
        }
        ValueKind::Reference(path) => path.rsplit('.').next().unwrap_or(path).to_owned(),
        ValueKind::Unknown(_) => format!("⟨{}⟩", short(source, value)),
        _ => short(source, value),
    }
}

fn short(source: &SourceFile, value: &Value) -> String {
    cut(&source.slice(value.span).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn cut(text: &str) -> String {
    let text = harmless(text);
    if text.chars().count() <= LONGEST {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

fn because(doubt: &Doubt) -> String {
    let line = doubt.source.position(doubt.unknown.span.start).line;
    format!("`{}` {} ({}:{line})", harmless(&doubt.unknown.text), doubt.unknown.reason, doubt.source.path())
}
