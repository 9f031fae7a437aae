//! The models of `given` and `deployed`, as the migrations that would have created them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::examples::snippet::Places;
use crate::language::syntax::Text;
use crate::migration::{Migration, read_migration};
use crate::python::{self, Statement, StatementKind};
use crate::source::{SourceFile, Span};

/// The name of the migrations that create what running code knows.
const NAME: &str = "0001_initial";
/// The name of the migrations of the release that an example belongs to.
const RELEASE: &str = "0001_release";

/// Models as a rule file writes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Models {
    /// What stands beside them: imports, constants, functions.
    beside: String,
    models: Vec<Model>,
}

#[derive(Clone, Debug)]
struct Model {
    name: String,
    /// The app that its `Meta` names.
    app: Option<String>,
    /// Names and calls.
    fields: Vec<(String, String)>,
    /// Options of its `Meta`, with their values.
    options: Vec<(String, String)>,
    /// The models that it extends, with tables of their own.
    parents: Vec<String>,
    is_abstract: bool,
}

/// Reads models. Where they are none, that is put to `failures`, with the place in the rule file.
pub(super) fn models(text: &Text, rule_file: &Arc<SourceFile>, failures: &mut Vec<Diagnostic>) -> Option<Models> {
    const HELP: &str = "write models as in `models.py`: `class Order(models.Model): …`";
    let places = Places::new(text);
    let source = SourceFile::new("shop/models.py", text.value.as_str());
    let statements = match python::statements(&source) {
        Ok(statements) => statements,
        Err(error) => {
            let span = places.span_in_file(error.span);
            let diagnostic = Diagnostic::error(rule_file, "example::syntax", &error.message, span, "here");
            failures.push(diagnostic.with_help(HELP));
            return None;
        }
    };
    let mut models = Models::default();
    for statement in &statements {
        match &statement.kind {
            StatementKind::Class { name, bases, body } => match models.class(&source, name, bases, body) {
                Some(model) => models.models.push(model),
                None => models.keep(&source, statement.span),
            },
            _ => models.keep(&source, statement.span),
        }
    }
    if models.models.is_empty() {
        let message = "there is no model here";
        let diagnostic = Diagnostic::error(rule_file, "example::models", message, text.span, "no class");
        failures.push(diagnostic.with_help(HELP));
        return None;
    }
    Some(models)
}

impl Models {
    fn keep(&mut self, source: &SourceFile, span: Span) {
        self.beside.push_str(source.slice(span));
        self.beside.push('\n');
    }

    /// The model that a class is, `None` for another class.
    fn class(&self, source: &SourceFile, name: &str, bases: &[Span], body: &[Statement]) -> Option<Model> {
        let mut model = Model {
            name: name.to_owned(),
            app: None,
            fields: Vec::new(),
            options: Vec::new(),
            parents: Vec::new(),
            is_abstract: false,
        };
        let mut is_model = false;
        for base in bases.iter().map(|base| source.slice(*base)) {
            match self.models.iter().find(|known| known.name == base) {
                Some(known) if known.is_abstract => model.fields.extend(known.fields.iter().cloned()),
                Some(known) => model.parents.push(known.name.clone()),
                None if base.ends_with("Model") => {}
                None => continue,
            }
            is_model = true;
        }
        if !is_model {
            return None;
        }
        for statement in body {
            match &statement.kind {
                StatementKind::Class { name, body, .. } if name == "Meta" => model.meta(source, body),
                StatementKind::Assignment { name, value } => {
                    let value = source.slice(*value);
                    if is_field(value) {
                        model.fields.retain(|(other, _)| other != name);
                        model.fields.push((name.clone(), value.to_owned()));
                    }
                }
                _ => {}
            }
        }
        Some(model)
    }

    /// The migrations that create the models, one for each app; `app` is that of models that name none.
    pub(super) fn migrations(&self, app: &str, prelude: &str) -> Vec<Migration> {
        let operation = |model: &Model| self.create(model, app);
        self.per_app(app, prelude, NAME, &operation)
    }

    /// The migrations that lead from `deployed` to what is here.
    pub(super) fn since(&self, deployed: &Models, app: &str, prelude: &str) -> Vec<Migration> {
        let same = |one: &Model, other: &Model| one.name == other.name && one.app == other.app;
        let operation = |model: &Model| {
            let Some(old) = deployed.models.iter().find(|old| same(old, model)) else {
                return self.create(model, app);
            };
            let name = &model.name;
            let mut text = String::new();
            for (field, value) in &model.fields {
                let operation = match old.fields.iter().find(|(old, _)| old == field) {
                    None => "AddField",
                    Some((_, old)) if old != value => "AlterField",
                    Some(_) => continue,
                };
                let _ = writeln!(text, "migrations.{operation}({name:?}, {field:?}, {value}),");
            }
            for (field, _) in old.fields.iter().filter(|(old, _)| model.fields.iter().all(|(field, _)| field != old)) {
                let _ = writeln!(text, "migrations.RemoveField({name:?}, {field:?}),");
            }
            text
        };
        let gone =
            deployed.models.iter().filter(|old| !old.is_abstract && !self.models.iter().any(|new| same(old, new)));
        let gone: Vec<&Model> = gone.collect();
        let mut all = self.clone();
        all.models.extend(gone.iter().map(|model| (*model).clone()));
        all.per_app(app, prelude, RELEASE, &|model: &Model| {
            if gone.iter().any(|old| same(old, model)) {
                return format!("migrations.DeleteModel({:?}),\n", model.name);
            }
            operation(model)
        })
    }

    fn per_app(&self, app: &str, prelude: &str, name: &str, operation: &dyn Fn(&Model) -> String) -> Vec<Migration> {
        let mut apps: Vec<&str> = self.models.iter().map(|model| model.app.as_deref().unwrap_or(app)).collect();
        apps.sort_unstable();
        apps.dedup();
        let mut migrations = Vec::new();
        for own in apps {
            let mut text = format!("{prelude}{}", self.beside);
            // A relation may name its model by the class.
            for model in &self.models {
                let _ = writeln!(text, "{} = {:?}", model.name, label(model, app));
            }
            text.push_str("class Migration(migrations.Migration):\n    operations = [\n");
            let models = self.models.iter().filter(|model| !model.is_abstract);
            for model in models.filter(|model| model.app.as_deref().unwrap_or(app) == own) {
                text.push_str(&operation(model));
            }
            text.push_str("]\n");
            let source = SourceFile::new(format!("{own}/migrations/{name}.py"), text);
            // The parts were read before, one by one.
            if let Ok(Some(migration)) = read_migration(&source, own, name) {
                migrations.push(migration);
            }
        }
        migrations
    }

    /// A CreateModel, with what Django's autodetector adds: the primary key, the links to parents.
    fn create(&self, model: &Model, app: &str) -> String {
        let mut fields = String::new();
        let mut bases = String::new();
        for parent in model.parents.iter().filter_map(|parent| self.models.iter().find(|model| model.name == *parent)) {
            let label = label(parent, app);
            let pointer = format!("{}_ptr", parent.name.to_lowercase());
            if !model.is_proxy() && !model.fields.iter().any(|(name, _)| *name == pointer) {
                let _ = writeln!(
                    fields,
                    "({pointer:?}, models.OneToOneField(auto_created=True, on_delete=models.CASCADE, parent_link=True, \
                     primary_key=True, serialize=False, to={label:?})),"
                );
            }
            let _ = write!(bases, "{label:?}, ");
        }
        let has_key = model.fields.iter().any(|(_, field)| {
            let class = field.split('(').next().unwrap_or_default();
            field.contains("primary_key") || class.ends_with("AutoField") || class.ends_with("CompositePrimaryKey")
        });
        if !has_key && model.parents.is_empty() {
            fields.push_str(
                "(\"id\", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name=\"ID\")),\n",
            );
        }
        for (name, field) in &model.fields {
            let _ = writeln!(fields, "({name:?}, {field}),");
        }
        let mut options = String::new();
        for (name, value) in &model.options {
            let _ = write!(options, "{name:?}: {value}, ");
        }
        let bases = if bases.is_empty() { String::new() } else { format!(", bases=({bases})") };
        format!("migrations.CreateModel({:?}, fields=[\n{fields}], options={{{options}}}{bases}),\n", model.name)
    }
}

fn label(model: &Model, app: &str) -> String {
    format!("{}.{}", model.app.as_deref().unwrap_or(app), model.name)
}

impl Model {
    fn meta(&mut self, source: &SourceFile, body: &[Statement]) {
        for statement in body {
            let StatementKind::Assignment { name, value } = &statement.kind else { continue };
            let value = source.slice(*value);
            match name.as_str() {
                "abstract" => self.is_abstract = value == "True",
                "app_label" => self.app = Some(value.trim_matches(['"', '\'']).to_owned()),
                _ => self.options.push((name.clone(), value.to_owned())),
            }
        }
    }

    fn is_proxy(&self) -> bool {
        self.options.iter().any(|(name, value)| name == "proxy" && value == "True")
    }
}

/// Whether the value of an attribute is a field: a call of something that is not a manager.
fn is_field(value: &str) -> bool {
    let callee = value.split('(').next().unwrap_or_default().trim_end();
    value.ends_with(')') && !callee.ends_with("Manager") && !callee.ends_with(".as_manager") && !callee.is_empty()
}
