//! The operations of a migration, one by one.

use crate::history::ProjectState;
use crate::migration::{Migration, Operation, OperationKind, Reach};
use crate::python::Unknown;
use crate::schema::Statement;
use crate::schema::editor::operations::Call;
use crate::schema::editor::{Editor, Place};
use crate::sql::run_sql;

impl Editor<'_> {
    /// Runs all operations of a migration.
    pub(super) fn run(&mut self, migration: &Migration, states: &[ProjectState]) {
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
        states: &[ProjectState],
        order: &mut usize,
    ) {
        let doubt = outer.or(operation.condition.as_ref()).cloned();
        let index = *order;
        self.place = Place { operation: index, span: operation.span, doubt: doubt.clone() };
        *order += 1;
        if operation.reach != Reach::State {
            match (states.get(index), states.get(index + 1)) {
                (Some(before), Some(after)) => {
                    let (before, after) = (self.project(before), self.project(after));
                    let call = Call { app: &migration.app, operation, before, after };
                    self.send_for(&call);
                }
                _ => self.unknown(None, not_replayed(operation)),
            }
        }
        for child in &operation.children {
            self.operation(migration, child, doubt.as_ref(), states, order);
        }
    }

    fn send_for(&mut self, call: &Call<'_, '_>) {
        let operation = call.operation;
        match &operation.kind {
            OperationKind::Unknown(unknown) => self.unknown(None, unknown.clone()),
            // An operation that holds others does what they do.
            OperationKind::Custom { .. } if !operation.children.is_empty() => {}
            OperationKind::Custom { path, .. } => {
                let text = path.trim_start_matches('.').to_owned();
                let reason = "is an operation that is not Django's own".to_owned();
                self.unknown(None, Unknown { text, span: operation.callee_span, reason });
            }
            OperationKind::Django(entry) if entry.name == "RunSQL" => self.run_sql(call),
            OperationKind::Django(entry) => {
                if let Err(doubt) = self.django(call, entry.name) {
                    self.unknown(None, doubt);
                }
            }
        }
    }

    /// The statements that a RunSQL holds.
    fn run_sql(&mut self, call: &Call<'_, '_>) {
        let Some(sql) = call.operation.sql() else { return };
        for written in run_sql(&sql, self.target.database.vendor) {
            let doubt = written.unknown.or_else(|| self.place.doubt.clone());
            self.send(Statement {
                span: written.statement.span,
                sql: written.sql,
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
