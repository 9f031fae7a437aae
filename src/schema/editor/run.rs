//! The operations of a migration, one by one.

use std::sync::Arc;

use crate::history::Around;
use crate::migration::queries::{Edit, EditKind, Sending, Sent, data_code};
use crate::migration::{Code, Migration, Operation, OperationKind, Reach, SentPart};
use crate::python::{Definition, DefinitionKind, Unknown};
use crate::schema::Statement;
use crate::schema::editor::operations::{Call, without};
use crate::schema::editor::{Editor, Place};
use crate::source::Span;
use crate::sql::{run_sql, statements};

impl Editor<'_> {
    /// Runs all operations of a migration.
    pub(super) fn run(&mut self, migration: &Migration, states: &[Around]) {
        let mut order = 0;
        for operation in &migration.operations {
            self.operation(migration, operation, None, states, &mut order);
        }
    }

    /// Runs an operation, then those inside it.
    fn operation(
        &mut self,
        migration: &Migration,
        operation: &Operation,
        outer: Option<&Unknown>,
        states: &[Around],
        order: &mut usize,
    ) {
        let doubt = outer.or(operation.condition.as_ref()).cloned();
        let index = *order;
        self.place = Place { operation: index, span: operation.span, doubt: doubt.clone() };
        self.renamed.clear();
        *order += 1;
        if operation.reach != Reach::State {
            match states.get(index) {
                Some(Around { before, after }) => {
                    let (before, after) = (self.project(before), self.project(after));
                    let call = Call { app: &migration.app, operation, before, after };
                    self.send_for(&call, &migration.definitions);
                }
                None => self.unknown(None, not_replayed(operation)),
            }
        }
        for child in &operation.children {
            self.operation(migration, child, doubt.as_ref(), states, order);
        }
    }

    fn send_for(&mut self, call: &Call<'_, '_>, definitions: &[Arc<Definition>]) {
        let operation = call.operation;
        match &operation.kind {
            OperationKind::Unknown(unknown) => self.unknown(None, unknown.clone()),
            // An operation that holds others does what they do.
            OperationKind::Custom { .. } if !operation.children.is_empty() => {}
            OperationKind::Custom { declared: Some(declared), .. } if declared.sends.is_some() => {
                self.send_declared(call, declared.sends.as_deref().unwrap_or_default());
            }
            OperationKind::Custom { .. } => {
                if let Some(operation) = &operation.as_djangos() {
                    return self.send_for(&Call { operation, ..*call }, definitions);
                }
                if let Some(unknown) = operation.unknown_class() {
                    self.unknown(None, unknown);
                }
            }
            OperationKind::Django(entry) if entry.name == "RunSQL" => self.run_sql(call),
            OperationKind::Django(entry) if entry.name == "RunPython" => self.run_python(call, definitions),
            OperationKind::Django(entry) => {
                if self.place.doubt.is_none() {
                    self.place.doubt = call.doubt();
                }
                if let Err(doubt) = self.django(call, entry.name) {
                    self.unknown(None, doubt);
                }
            }
        }
    }

    /// What can be seen of a function that sends SQL itself, or lets the schema editor do so: the statements as they stand
    /// in its calls, those of other databases left out. What it does with rows of models is not the schema's.
    fn run_python(&mut self, call: &Call<'_, '_>, definitions: &[Arc<Definition>]) {
        let Some(Code::Local(definition, bound)) = call.operation.code() else { return };
        let DefinitionKind::Function(function) = &definition.kind else { return };
        let vendor = self.target.database.vendor;
        // A doubt is the same wherever it comes up, and is said once, of the first place.
        let mut doubtful: Option<Span> = None;
        let mut unread = false;
        for Sent { what, when, span } in data_code(function, &bound, definitions).sent {
            let runs = when.on(vendor);
            if runs == Some(false) {
                continue;
            }
            let mut doubt = |reason: &str| {
                let span = *doubtful.get_or_insert(span);
                Unknown { text: definition.name.clone(), span, reason: reason.to_owned() }
            };
            let perhaps = runs.is_none().then(|| doubt("is a function, which may send this or not"));
            self.place.span = span;
            let sql = match what {
                Sending::Sql(sql) => sql,
                Sending::Edit(edit) => {
                    let outer = self.place.doubt.clone();
                    self.place.doubt = perhaps.or(outer.clone());
                    if let Err(unknown) = self.edit(call, &edit) {
                        self.unknown(None, unknown);
                    }
                    self.place.doubt = outer;
                    continue;
                }
                Sending::Unknown => {
                    if !std::mem::replace(&mut unread, true) {
                        let unreadable = || doubt("is a function, of which it can't be read what it sends here");
                        let cause = perhaps.unwrap_or_else(unreadable);
                        self.unknown(None, cause);
                    }
                    continue;
                }
            };
            self.send_sql(&sql, perhaps.as_ref());
        }
    }

    /// The SQL that a rule file says an operation sends.
    fn send_declared(&mut self, call: &Call<'_, '_>, parts: &[SentPart]) {
        let sql: Result<String, Unknown> = parts.iter().map(|part| call.sent(part)).collect();
        match sql {
            Ok(sql) => self.send_sql(&sql, None),
            Err(unknown) => self.unknown(None, unknown),
        }
    }

    /// The statements of a text that is sent from the present place, unless there is a doubt.
    fn send_sql(&mut self, sql: &str, doubt: Option<&Unknown>) {
        for mut found in statements(sql, self.target.database.vendor) {
            for change in &mut found.changes {
                change.span = self.place.span;
            }
            let text = sql[found.span.range()].to_owned();
            let statement = self.statement(found.changes);
            let doubt = doubt.cloned().or_else(|| statement.doubt.clone());
            self.send(Statement { sql: Some(text), doubt, ..statement });
        }
    }

    /// What the schema editor sends for a model that a function hands to it: the function gets the models as they are
    /// before the operation (`RunPython.database_forwards`).
    fn edit(&mut self, call: &Call<'_, '_>, edit: &Edit) -> Result<(), Unknown> {
        let label = || format!("{}.{}", edit.model.app, edit.model.name);
        let found = call.before.model_named(&edit.model.app, &edit.model.name);
        let missing = || call.missing(&label(), "is created by none of the migrations before this one");
        let model = found.unwrap_or_else(|| Err(missing()))?;
        match &edit.kind {
            EditKind::Create => self.create_model(call.before, &model),
            EditKind::Delete => self.delete_model(call.before, &model),
            EditKind::AddField(name) | EditKind::RemoveField(name) => {
                let missing = || call.missing(name, "is not a field of the model at this point");
                let field = model.field(name).cloned().ok_or_else(missing)?;
                let rest = without(&model, name);
                if matches!(edit.kind, EditKind::AddField(_)) {
                    self.add_field(call.ends(), (&rest, &model), &field);
                } else {
                    self.remove_field(call.ends(), (&model, &rest), &field);
                }
            }
        }
        Ok(())
    }

    /// The statements that a RunSQL holds.
    fn run_sql(&mut self, call: &Call<'_, '_>) {
        let Some(sql) = call.operation.sql() else { return };
        for written in run_sql(&sql, self.target.database.vendor) {
            let doubt = written.unknown.or_else(|| self.place.doubt.clone());
            self.send(Statement {
                span: written.statement.span,
                sql: written.sql,
                joined: written.joined,
                doubt,
                ..self.statement(written.statement.changes)
            });
        }
    }
}

fn not_replayed(operation: &Operation) -> Unknown {
    let text = operation.kind_name().unwrap_or("the operation").to_owned();
    Unknown { text, span: operation.span, reason: "is in no history that is known".to_owned() }
}
