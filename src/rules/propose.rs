//! A rule out of one migration that somebody did not like: its head, conditions that hold for the operation, and
//! examples that notice each of them.

use std::fmt::Write as _;

use crate::migration::catalogue::Group;
use crate::migration::{Migration, Operation, OperationKind, Reach};
use crate::python::ValueKind;
use crate::source::SourceFile;

/// A rule that reports the operation, as the text of a rule file. It passes `whimbrel test`.
#[must_use]
pub fn propose(migration: &Migration, operation: &Operation, id: Option<&str>) -> Option<String> {
    let kind = operation.kind_name()?;
    let draft = Draft { migration, operation, kind, source: &migration.source };
    let conditions = draft.conditions();
    let id = id.map_or_else(|| format!("no-{}", kebab(kind)), str::to_owned);
    let mut text = String::new();
    if let OperationKind::Custom { .. } = operation.kind {
        let _ = writeln!(text, "operation {kind}({}) like SchemaOperation\n", draft.parameters());
    }
    let title = format!("{kind} that we do not want");
    let _ = writeln!(text, "rule {id} \"{title}\" {{\n  forbid {}{kind}", draft.namespace());
    let together: Vec<&str> = conditions.iter().map(|condition| condition.text.as_str()).collect();
    let _ = writeln!(text, "  when   {}", together.join(" and "));
    let message = if draft.model().is_some() {
        "say here what goes wrong with `{model.name}`"
    } else {
        "say here what goes wrong in `{migration.name}`"
    };
    let _ = write!(
        text,
        "\n  severity error\n  message  \"{message}\"\n\n  why ```\n  Say here why, for whoever meets this rule in two \
         years.\n  ```\n  fix \"say here what to write instead\"\n"
    );
    if let Some(given) = draft.given() {
        let _ = write!(text, "\n  given ```\n{}  ```\n", indented(&given));
    }
    let in_app = if conditions.iter().any(|condition| condition.about_app) {
        format!(" with app = \"{}\"", migration.app)
    } else {
        String::new()
    };
    let _ = write!(text, "  bad{in_app} ```\n{}  ```\n", indented(&draft.wrapped(&draft.written())));
    for condition in &conditions {
        let _ = write!(
            text,
            "  good \"{}\"{} ```\n{}  ```\n",
            condition.otherwise,
            condition.with,
            indented(&condition.good)
        );
    }
    text.push_str("}\n");
    Some(text)
}

/// A condition that holds for the operation, and an example for which it does not.
struct Condition {
    text: String,
    otherwise: &'static str,
    good: String,
    with: String,
    about_app: bool,
}

impl Condition {
    fn new(text: impl Into<String>, otherwise: &'static str, good: String) -> Self {
        Self { text: text.into(), otherwise, good, with: String::new(), about_app: false }
    }
}

struct Draft<'m> {
    migration: &'m Migration,
    operation: &'m Operation,
    kind: &'m str,
    source: &'m SourceFile,
}

impl Draft<'_> {
    fn namespace(&self) -> &'static str {
        match self.operation.reach {
            Reach::Both => "",
            Reach::State => "state.",
            Reach::Database => "database.",
        }
    }

    /// The operation as it is written, its lines moved to the left, with names that examples know.
    fn written(&self) -> String {
        let text = self.dedented(self.operation.span);
        let callee = self.source.slice(self.operation.callee_span);
        text.strip_prefix(callee).map_or_else(|| text.clone(), |rest| format!("{}{rest}", self.callee()))
    }

    /// The name by which examples call the operation, whatever the migration imports it as.
    fn callee(&self) -> String {
        let module = self.operation.entry().map_or("", |entry| entry.module);
        if module == "django.db.migrations" { format!("migrations.{}", self.kind) } else { self.kind.to_owned() }
    }

    fn dedented(&self, span: crate::source::Span) -> String {
        let text = self.source.slice(span);
        let rest = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
        let common = rest().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
        let mut lines = text.lines();
        let mut dedented = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            dedented.push('\n');
            dedented.push_str(line.get(common.min(line.len() - line.trim_start().len())..).unwrap_or_default());
        }
        dedented
    }

    /// The operation where it stands: inside a SeparateDatabaseAndState, perhaps.
    fn wrapped(&self, operation: &str) -> String {
        let list = match self.operation.reach {
            Reach::Both => return operation.to_owned(),
            Reach::State => "state_operations",
            Reach::Database => "database_operations",
        };
        let inner = operation.replace('\n', "\n    ");
        format!("migrations.SeparateDatabaseAndState({list}=[\n    {inner},\n])")
    }

    /// The model that the operation is about, when its name is known.
    fn model(&self) -> Option<&str> {
        let entry = self.operation.entry()?;
        let parameter = if entry.parameters.iter().any(|parameter| parameter.name == "model_name") {
            "model_name"
        } else if !entry.groups.contains(&Group::ModelOperation) {
            return None;
        } else if entry.name == "RenameModel" {
            "old_name"
        } else {
            "name"
        };
        self.operation.text(parameter).filter(|name| is_identifier(name))
    }

    /// The name of the field that must be there before.
    fn field_before(&self) -> Option<&str> {
        let parameter = match self.kind {
            "RenameField" => "old_name",
            "RemoveField" | "AlterField" => "name",
            _ => return None,
        };
        self.operation.text(parameter).filter(|name| is_identifier(name))
    }

    /// The fields that an index, a constraint or an option names, and the one that is altered.
    fn models(&self, indent: usize) -> Vec<String> {
        let mut fields = vec![format!("{:indent$}other = models.IntegerField()", "")];
        if let Some(name) = self.field_before() {
            let field = self.operation.field.as_ref().map_or_else(
                || "models.TextField()".to_owned(),
                |field| self.source.slice(field.span).split_whitespace().collect::<Vec<_>>().join(" "),
            );
            fields.push(format!("{:indent$}{name} = {field}", ""));
        }
        fields
    }

    fn given(&self) -> Option<String> {
        if self.kind == "CreateModel" {
            return None;
        }
        let model = capitalised(self.model()?);
        Some(format!("class {model}(models.Model):\n{}\n", self.models(4).join("\n")))
    }

    /// Whether the migration itself creates the model.
    fn on_new_model(&self) -> bool {
        let created = |operation: &Operation| {
            operation.kind_name() == Some("CreateModel")
                && operation.text("name").zip(self.model()).is_some_and(|(new, own)| new.eq_ignore_ascii_case(own))
        };
        self.migration.operations.iter().any(created)
    }

    fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(model) = self.model().filter(|_| self.kind != "CreateModel" && !self.on_new_model()) {
            let model = capitalised(model);
            let fields: Vec<String> = self
                .models(0)
                .iter()
                .filter_map(|field| field.split_once(" = "))
                .map(|(name, field)| format!("(\"{name}\", {field})"))
                .collect();
            let create = format!("migrations.CreateModel(\"{model}\", fields=[{}])", fields.join(", "));
            let operation = self.wrapped(&self.written()).replace('\n', "\n        ");
            let good = format!(
                "class Migration(migrations.Migration):\n    operations = [\n        {create},\n        {operation},\n    ]"
            );
            // A table of the same name is only new where the models before have none.
            let renamed = good.replace(&format!("\"{model}\""), "\"Brandnew\"");
            let renamed = self.renamed(&renamed);
            conditions.push(Condition::new("model in deployed", "nobody uses the table yet", renamed));
        }
        conditions.extend(self.field_conditions());
        if conditions.is_empty() {
            conditions.extend(self.reverse_condition());
        }
        if conditions.is_empty() {
            let mut other = Condition::new(
                format!("app == \"{}\"", self.migration.app),
                "in another app",
                self.wrapped(&self.written()),
            );
            other.about_app = true;
            other.with = format!(" with app = \"{}_too\"", self.migration.app);
            conditions.push(other);
        }
        conditions
    }

    /// The text with the operation's model replaced by one that is new.
    fn renamed(&self, text: &str) -> String {
        let parameter = ["model_name", "old_name", "name"].iter().find_map(|name| {
            let argument = self.operation.argument(name)?;
            (argument.value.as_str() == self.model()).then_some(argument)
        });
        let Some(argument) = parameter else { return text.to_owned() };
        let written = self.source.slice(argument.span);
        let value = self.source.slice(argument.value.span);
        text.replacen(written, &written.replace(value, "\"Brandnew\""), 1)
    }

    /// What is said of the field, with a field of another class.
    fn field_conditions(&self) -> Vec<Condition> {
        let Some(field) = &self.operation.field else { return Vec::new() };
        let (Some(entry), Some(class)) = (field.entry, field.class_name()) else { return Vec::new() };
        let other = if class == "JSONField" { "TextField" } else { "JSONField" };
        let null = if field.argument("null").is_some_and(|null| matches!(null.value.kind, ValueKind::Bool(true))) {
            "null=True"
        } else {
            "default=0"
        };
        let written = self.source.slice(field.span);
        let _ = entry;
        let good =
            self.wrapped(&self.written().replacen(&self.dedented(field.span), &format!("models.{other}({null})"), 1));
        if good.contains(written) {
            return Vec::new();
        }
        vec![Condition::new(format!("field is {class}"), "another class", good)]
    }

    fn reverse_condition(&self) -> Option<Condition> {
        let (forward, reverse) = match self.kind {
            "RunPython" => ("code", "reverse_code"),
            "RunSQL" => ("sql", "reverse_sql"),
            _ => return None,
        };
        if self.operation.argument(reverse).is_some() || self.operation.open.is_some() {
            return None;
        }
        let argument = self.operation.argument(forward)?;
        let value = self.dedented(argument.value.span);
        let callee = self.callee();
        let good = self.wrapped(&format!("{callee}({value}, {reverse}={callee}.noop)"));
        Some(Condition::new(format!("{reverse} is not set"), "there is a way back", good))
    }

    /// The parameters of an operation of the project, with the types of what it is given.
    fn parameters(&self) -> String {
        let parameters: Vec<String> = self
            .operation
            .arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                let name = argument
                    .name
                    .strip_prefix('*')
                    .map_or_else(|| argument.name.clone(), |_| format!("argument_{}", index + 1));
                let ty = match &argument.value.kind {
                    ValueKind::Bool(_) => "bool",
                    ValueKind::Int(_) => "int",
                    _ => "str",
                };
                format!("{name}: {ty}?")
            })
            .collect();
        parameters.join(", ")
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") })
        .collect::<Vec<_>>()
        .concat()
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') && !text.is_empty()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `AddField` → `add-field`, `RunSQL` → `run-sql`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    let mut small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && small {
            text.push('-');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        text.extend(letter.to_lowercase());
    }
    text
}
