//! Operations to [`Step`]s: every argument is looked at once, however often the migration is replayed.

pub(super) mod custom;
mod indexes;
mod models;

use std::sync::Arc;

use crate::history::Side;
use crate::history::model::{Creation, FieldState, Sourced};
use crate::history::problem::MigrationKey;
use crate::history::state::{Doubt, lower};
use crate::history::step::{Change, Scope, Step};
use crate::migration::catalogue::OperationEntry;
use crate::migration::{BoundArgument, DeclaredOperation, Field, Migration, Operation, OperationKind, Reach};
use crate::python::{Value, ValueKind};
use crate::source::{SourceFile, Span};

/// The steps of each operation of a migration, in order, nested operations behind the one they stand in.
pub(super) fn steps(migration: &Migration, side: Side) -> Vec<Vec<Step>> {
    let mut lowering = Lowering { migration, side, steps: Vec::new() };
    for operation in &migration.operations {
        lowering.operation(operation, None);
    }
    let mut steps = lowering.steps;
    if let Some(doubt) = custom::overridden(migration) {
        let source = Arc::clone(&migration.source);
        let span = doubt.unknown.span;
        let forget = Step { change: Change::Forget(Scope::App, doubt), doubt: None, source, span };
        match steps.last_mut() {
            Some(last) => last.push(forget),
            None => steps.push(vec![forget]),
        }
    }
    steps
}

struct Lowering<'m> {
    migration: &'m Migration,
    side: Side,
    steps: Vec<Vec<Step>>,
}

impl Lowering<'_> {
    /// The steps of an operation that happens unless there is a doubt about one that it stands in, then those of the
    /// operations inside it.
    fn operation(&mut self, operation: &Operation, outer: Option<&Arc<Doubt>>) {
        let source = &self.migration.source;
        let own = operation.condition.as_ref().map(|unknown| Doubt::of(source, unknown));
        let doubt = outer.cloned().or(own);
        let step = |change| Step { change, doubt: doubt.clone(), source: Arc::clone(source), span: operation.span };
        let steps = self.changes(operation).into_iter().map(step).collect();
        self.steps.push(steps);
        for child in &operation.children {
            self.operation(child, doubt.as_ref());
        }
    }

    /// What the operation itself does, without those inside it.
    fn changes(&self, operation: &Operation) -> Vec<Change> {
        let skipped = match self.side {
            Side::State => Reach::Database,
            Side::Database => Reach::State,
        };
        if operation.reach == skipped {
            return Vec::new();
        }
        match &operation.kind {
            OperationKind::Unknown(unknown) => {
                vec![Change::Forget(Scope::App, Doubt::of(&self.migration.source, unknown))]
            }
            OperationKind::Django(entry) => self.known(operation, entry),
            OperationKind::Custom { .. } if !operation.children.is_empty() => Vec::new(),
            OperationKind::Custom { declared, state, .. } => {
                let behaviour = match declared.as_deref() {
                    Some(DeclaredOperation { like: Some(entry), .. }) => custom::Behaviour::Like(entry),
                    // It says that it sends SQL, and nothing of the state.
                    Some(DeclaredOperation { sends: Some(_), .. }) => custom::Behaviour::Nothing,
                    _ => custom::behaviour(self.migration, operation, *state),
                };
                match behaviour {
                    custom::Behaviour::Like(entry) => self.known(operation, entry),
                    custom::Behaviour::Nothing => Vec::new(),
                    custom::Behaviour::Unknown(scopes, doubt) => {
                        scopes.into_iter().map(|scope| Change::Forget(scope, Arc::clone(&doubt))).collect()
                    }
                }
            }
        }
    }

    /// What one of Django's operations does, or one that behaves like it.
    fn known(&self, operation: &Operation, entry: &'static OperationEntry) -> Vec<Change> {
        let call = Call {
            source: &self.migration.source,
            app: &self.migration.app,
            migration: &self.migration.name,
            place: self.steps.len(),
            operation,
            entry,
        };
        let changes = match entry.name {
            "CreateModel" => call.create_model(),
            "DeleteModel" => call.delete_model(),
            "RenameModel" => call.rename_model(),
            "AddField" | "AlterField" => call.set_field(),
            "RemoveField" => call.remove_field(),
            "RenameField" => call.rename_field(),
            "AlterModelTable" => call.set_option("table", "db_table"),
            "AlterModelTableComment" => call.set_option("table_comment", "db_table_comment"),
            "AlterOrderWithRespectTo" => call.set_option("order_with_respect_to", "order_with_respect_to"),
            "AlterUniqueTogether" => call.set_together("unique_together"),
            "AlterIndexTogether" => call.set_together("index_together"),
            "AlterModelOptions" => call.alter_options(),
            "AlterModelManagers" => call.alter_managers(),
            "AddIndex" | "AddIndexConcurrently" => call.add_index(),
            "RemoveIndex" | "RemoveIndexConcurrently" => call.remove_index(),
            "RenameIndex" => call.rename_index(),
            "AddConstraint" | "AddConstraintNotValid" => call.add_constraint(),
            "RemoveConstraint" => call.remove_constraint(),
            "AlterConstraint" => call.alter_constraint(),
            // ValidateConstraint, extensions and collations, RunPython, and what only holds other operations.
            _ => return Vec::new(),
        };
        changes.unwrap_or_else(|(scope, doubt)| vec![Change::Forget(scope, doubt)])
    }
}

/// What an operation does, or what its unknown arguments leave open.
type Changes = Result<Vec<Change>, (Scope, Arc<Doubt>)>;

/// An operation with the entry whose parameters its arguments are for.
struct Call<'o> {
    source: &'o Arc<SourceFile>,
    app: &'o str,
    migration: &'o str,
    /// Place of the operation among all of the migration.
    place: usize,
    operation: &'o Operation,
    entry: &'static OperationEntry,
}

impl<'o> Call<'o> {
    /// The argument, which an operation that only behaves like this one may have been given by position.
    fn argument(&self, name: &str) -> Option<&'o BoundArgument> {
        self.operation.argument(name).or_else(|| {
            let position = self.entry.parameters.iter().position(|parameter| parameter.name == name)?;
            self.operation.argument(&format!("*{}", position + 1))
        })
    }

    /// Why an argument is not known.
    fn doubt(&self, name: &str) -> Arc<Doubt> {
        match (self.argument(name), &self.operation.open) {
            (Some(argument), _) => match &argument.value.kind {
                ValueKind::Unknown(unknown) => Doubt::of(self.source, unknown),
                _ => Doubt::new(
                    self.source,
                    argument.value.span,
                    self.source.slice(argument.value.span),
                    "is not a literal",
                ),
            },
            (None, Some(unknown)) => Doubt::of(self.source, unknown),
            (None, None) => Doubt::new(self.source, self.operation.span, name, "is not given"),
        }
    }

    fn text(&self, name: &str, scope: impl FnOnce() -> Scope) -> Result<Arc<str>, (Scope, Arc<Doubt>)> {
        match self.argument(name).and_then(|argument| argument.value.as_str()) {
            Some(text) => Ok(Arc::from(text)),
            None => Err((scope(), self.doubt(name))),
        }
    }

    /// The lower-case name of the model that the operation is about.
    fn model(&self, parameter: &str) -> Result<Arc<str>, (Scope, Arc<Doubt>)> {
        let name = self.text(parameter, || Scope::App)?;
        Ok(match lower(&name) {
            std::borrow::Cow::Borrowed(_) => name,
            std::borrow::Cow::Owned(lower) => Arc::from(lower),
        })
    }

    fn sourced(&self, value: &Value) -> Sourced {
        Sourced { source: Arc::clone(self.source), value: value.clone(), doubt: None }
    }

    fn value(&self, kind: ValueKind, span: Span) -> Sourced {
        Sourced { source: Arc::clone(self.source), value: Value::new(kind, span), doubt: None }
    }

    fn field_state(&self, field: Field, created: Option<Arc<Creation>>) -> Arc<FieldState> {
        Arc::new(FieldState { source: Arc::clone(self.source), field, created, doubt: None })
    }

    /// The creation of something of that name by this operation.
    fn creation(&self, name: &Arc<str>) -> Arc<Creation> {
        let migration = MigrationKey { app: self.app.to_owned(), name: self.migration.to_owned() };
        let state_only = self.operation.reach == Reach::State;
        Arc::new(Creation { migration, place: self.place, name: Arc::clone(name), state_only })
    }

    /// `AddField` and `AlterField` (`django.db.migrations.operations.fields`): without `preserve_default` the default
    /// serves the operation only, and the state has none.
    fn set_field(&self) -> Changes {
        let model = self.model("model_name")?;
        let name = self.text("name", || Scope::Model(Arc::clone(&model)))?;
        let mut field = match (&self.operation.field, self.argument("field")) {
            (Some(field), _) => field.clone(),
            (None, Some(argument)) => Field::of(&argument.value),
            (None, None) => return Err((Scope::Model(model), self.doubt("field"))),
        };
        if let Some(preserve) = self.argument("preserve_default") {
            match &preserve.value.kind {
                ValueKind::Bool(true) => {}
                ValueKind::Bool(false) | ValueKind::None | ValueKind::Int(0) => {
                    for arguments in field.arguments_mut() {
                        arguments.retain(|argument| argument.name != "default");
                    }
                }
                _ => {
                    let unknown = self.doubt("preserve_default").unknown.clone();
                    for argument in field.arguments_mut().flatten().filter(|argument| argument.name == "default") {
                        argument.value.kind = ValueKind::Unknown(unknown.clone());
                    }
                }
            }
        }
        // What an AlterField alters comes from elsewhere.
        let created = (self.entry.name == "AddField").then(|| self.creation(&name));
        Ok(vec![Change::SetField { model, name, field: self.field_state(field, created) }])
    }

    fn remove_field(&self) -> Changes {
        let model = self.model("model_name")?;
        let name = self.text("name", || Scope::Model(Arc::clone(&model)))?;
        Ok(vec![Change::RemoveField { model, name }])
    }

    fn rename_field(&self) -> Changes {
        let model = self.model("model_name")?;
        let old = self.text("old_name", || Scope::Model(Arc::clone(&model)))?;
        let new = self.text("new_name", || Scope::Model(Arc::clone(&model)))?;
        Ok(vec![Change::RenameField { model, old, new }])
    }
}
