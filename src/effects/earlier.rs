//! What earlier migrations have made by SQL and no model tells: columns, checks, indexes, and which constraints are not
//! validated.

use std::collections::BTreeSet;

use crate::history::{History, NodeId};
use crate::migration::{Operation, Reach};
use crate::python::ValueKind;
use crate::schema::Schema;
use crate::sql::{ChangeKind, ConstraintKind, SchemaChange, run_sql};
use crate::target::Vendor;

/// The operations of earlier migrations that the models do not follow, in order.
pub(super) struct Earlier<'h> {
    operations: Vec<&'h Operation>,
}

impl<'h> Earlier<'h> {
    /// Those of all migrations that lead to one.
    pub(super) fn of(history: &'h History, node: NodeId) -> Self {
        let graph = history.graph();
        let mut operations = Vec::new();
        let leading = graph.with_ancestors(node);
        for earlier in graph.plan().filter(|earlier| *earlier != node && leading.contains(earlier)) {
            for operation in &graph.migration(earlier).operations {
                gather(operation, &mut operations);
            }
        }
        Self { operations }
    }

    /// Adds it to what the models make.
    ///
    /// Operations on models that follow may have renamed or dropped some of it: the schema is good for finding what a
    /// change names, not for telling what is there.
    pub(super) fn enter(&self, schema: &mut Schema, vendor: Vendor) {
        let mut own = BTreeSet::new();
        for operation in &self.operations {
            match operation.kind_name() {
                Some("AddConstraintNotValid") => schema.not_valid.extend(constraint_name(operation)),
                Some("ValidateConstraint") => {
                    if let Some(name) = operation.text("name") {
                        schema.not_valid.remove(name);
                    }
                }
                _ => {
                    let followed = !operation.children.is_empty();
                    let written = operation.sql().map(|sql| run_sql(&sql, vendor)).unwrap_or_default();
                    for change in written.iter().flat_map(|written| &written.statement.changes) {
                        enter(change, followed, schema, &mut own);
                    }
                }
            }
        }
    }
}

/// Whether what a change does may rest on what earlier SQL has made.
pub(super) fn rests_on(change: &SchemaChange) -> bool {
    match &change.kind {
        ChangeKind::SetNotNull { .. }
        | ChangeKind::ValidateConstraint { .. }
        | ChangeKind::AlterColumnType { from: None, .. } => true,
        ChangeKind::AddConstraint { using_index, .. } => using_index.is_some(),
        // The function of a trigger, or the triggers that call a function.
        _ => index_without_table(change).is_some() || change.routine.is_some(),
    }
}

/// The index of a change that does not name its table, as PostgreSQL has it.
pub(super) fn index_without_table(change: &SchemaChange) -> Option<&str> {
    if change.table.is_some() {
        return None;
    }
    match &change.kind {
        ChangeKind::DropIndex { name: Some(name), .. } | ChangeKind::RenameIndex { name, .. } => Some(name),
        ChangeKind::Other { words, object: Some(index) } if words == "REINDEX INDEX" => Some(index),
        _ => None,
    }
}

fn gather<'h>(operation: &'h Operation, operations: &mut Vec<&'h Operation>) {
    if operation.reach == Reach::State || operation.condition.is_some() {
        return;
    }
    if matches!(operation.kind_name(), Some("RunSQL" | "AddConstraintNotValid" | "ValidateConstraint")) {
        operations.push(operation);
    }
    for child in &operation.children {
        gather(child, operations);
    }
}

/// The name that the constraint of an operation is given.
fn constraint_name(operation: &Operation) -> Option<String> {
    let ValueKind::Call(call) = &operation.argument("constraint")?.value.kind else { return None };
    let named = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("name"))?;
    named.value.as_str().map(str::to_owned)
}

/// Adds a change of SQL; of one that the state of the models follows, only what these can't say. `own` are the names of
/// what was added.
fn enter(change: &SchemaChange, followed: bool, schema: &mut Schema, own: &mut BTreeSet<String>) {
    let named = |name: &Option<String>| name.clone().filter(|_| !followed);
    match &change.kind {
        ChangeKind::AddConstraint { constraint, not_valid, using_index: None } => {
            let holds_rows = matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_));
            let table = change.table.as_deref().and_then(|table| schema.table(table));
            let is_new = |name: &String| table.is_some_and(|table| table.constraint(name).is_none());
            if let Some(name) = named(&constraint.name).filter(is_new).filter(|_| holds_rows) {
                own.insert(name);
                schema.apply(change);
            } else if *not_valid {
                schema.not_valid.extend(constraint.name.clone());
            }
        }
        ChangeKind::CreateIndex { index, .. } => {
            let is_new = |name: &String| schema.table_of_index(name).is_none();
            if let Some(name) = named(&index.name).filter(is_new) {
                own.insert(name);
                schema.apply(change);
            }
        }
        ChangeKind::AddColumn { column, .. } if !followed => {
            let table = change.table.as_deref().and_then(|table| schema.table(table));
            if table.is_some_and(|table| table.column(&column.name).is_none()) {
                schema.apply(change);
            }
        }
        ChangeKind::ValidateConstraint { .. } => schema.apply(change),
        ChangeKind::Other { words, .. }
            if change.routine.is_some() || matches!(words.as_str(), "DROP TRIGGER" | "DROP RULE") =>
        {
            schema.apply(change);
        }
        ChangeKind::DropConstraint { name: Some(name), .. } | ChangeKind::DropIndex { name: Some(name), .. }
            if own.remove(name) =>
        {
            schema.apply(change);
        }
        ChangeKind::RenameConstraint { name, to } | ChangeKind::RenameIndex { name, to } if own.remove(name) => {
            own.insert(to.clone());
            schema.apply(change);
        }
        _ => {}
    }
}
