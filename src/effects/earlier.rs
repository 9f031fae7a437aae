//! What earlier migrations have made by SQL and no model tells: columns, checks, indexes, and which constraints are not
//! validated. And what they have dropped: views, functions, types.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::history::{History, NodeId};
use crate::migration::queries::{Sending, Sent, data_code};
use crate::migration::{Code, Operation, Reach};
use crate::python::{Definition, DefinitionKind, ValueKind};
use crate::schema::Schema;
use crate::sql::{ChangeKind, ConstraintKind, SchemaChange, run_sql, statements};
use crate::target::Vendor;

/// The operations of earlier migrations that the models do not follow, in order.
pub(super) struct Earlier<'h> {
    operations: Vec<&'h Operation>,
    /// Those that run code, and whose SQL is not followed but for what it drops, among the others in their order.
    sending: Vec<(&'h Operation, &'h [Arc<Definition>])>,
}

/// Views, functions and other objects beside tables that are dropped, by what they are, the table that they belong to,
/// and their name.
pub(super) type Dropped = BTreeSet<(String, Option<String>, String)>;

impl<'h> Earlier<'h> {
    /// Those of all migrations that lead to one.
    pub(super) fn of(history: &'h History, node: NodeId) -> Self {
        let graph = history.graph();
        let (mut operations, mut sending) = (Vec::new(), Vec::new());
        let leading = graph.with_ancestors(node);
        for earlier in graph.plan().filter(|earlier| *earlier != node && leading.contains(earlier)) {
            let migration = graph.migration(earlier);
            for operation in &migration.operations {
                gather(operation, &mut |operation| match operation.kind_name() {
                    Some("RunSQL") => {
                        operations.push(operation);
                        sending.push((operation, &*migration.definitions));
                    }
                    Some("AddConstraintNotValid" | "ValidateConstraint") => operations.push(operation),
                    Some("RunPython") => sending.push((operation, &*migration.definitions)),
                    _ => {}
                });
            }
        }
        Self { operations, sending }
    }

    /// What they have dropped and not made again, as far as it is certain.
    pub(super) fn dropped(&self, vendor: Vendor) -> Dropped {
        let mut dropped = Dropped::new();
        for (operation, definitions) in &self.sending {
            for (sql, certain) in sent_by(operation, definitions, vendor) {
                for change in statements(&sql, vendor).iter().flat_map(|statement| &statement.changes) {
                    match (&change.kind, object_of(change)) {
                        (ChangeKind::Other { words, .. }, Some(object)) if certain && takes_away(words) => {
                            dropped.insert(object);
                        }
                        (ChangeKind::Other { words, .. }, Some(object)) if words.starts_with("CREATE ") => {
                            dropped.remove(&object);
                        }
                        // DO and its likes may make what they name.
                        (ChangeKind::Unknown, _) => dropped.retain(|(_, _, name)| !sql.contains(name.as_str())),
                        _ => {}
                    }
                }
            }
        }
        dropped
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

/// Whether a change may rest on what earlier SQL has dropped.
pub(super) fn asks_for_dropped(change: &SchemaChange) -> bool {
    matches!(&change.kind, ChangeKind::Other { words, .. } if takes_away(words))
}

/// A view, function or other object beside tables that a change makes or drops, as [`Dropped`] has it.
pub(super) fn object_of(change: &SchemaChange) -> Option<(String, Option<String>, String)> {
    let ChangeKind::Other { words, object: Some(object) } = &change.kind else { return None };
    let kind = words.split_once(' ')?.1;
    let kind = kind.strip_suffix(" RENAME TO").unwrap_or(kind);
    let kind = match kind {
        "PROCEDURE" | "ROUTINE" | "AGGREGATE" => "FUNCTION",
        kind => kind,
    };
    // The table that CREATE OR REPLACE VIEW names is the view.
    let table = change.table.clone().filter(|table| table != object);
    Some((kind.to_owned(), table, object.clone()))
}

fn takes_away(words: &str) -> bool {
    words.starts_with("DROP ") || words.starts_with("ALTER ") && words.ends_with(" RENAME TO")
}

/// The SQL that an operation sends, as far as it is written there, and whether it certainly does.
fn sent_by(operation: &Operation, definitions: &[Arc<Definition>], vendor: Vendor) -> Vec<(String, bool)> {
    if let Some(sql) = operation.sql() {
        let known = run_sql(&sql, vendor).into_iter().filter(|written| written.unknown.is_none());
        return known.filter_map(|written| Some((written.sql?, true))).collect();
    }
    let Some(Code::Local(definition, bound)) = operation.code() else { return Vec::new() };
    let DefinitionKind::Function(function) = &definition.kind else { return Vec::new() };
    let sent = data_code(function, &bound, definitions).sent.into_iter();
    let runs = sent.filter(|sent| sent.when.on(vendor) != Some(false));
    let text = |sent: Sent| match sent.what {
        Sending::Sql(sql) => Some((sql, sent.when.on(vendor) == Some(true))),
        Sending::Edit(_) | Sending::Unknown => None,
    };
    runs.filter_map(text).collect()
}

/// Hands on an operation and those inside it that certainly reach the database.
fn gather<'h>(operation: &'h Operation, take: &mut impl FnMut(&'h Operation)) {
    if operation.reach == Reach::State || operation.condition.is_some() {
        return;
    }
    take(operation);
    for child in &operation.children {
        gather(child, take);
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
