//! Values that one version of the code writes and another can't take, where the schema does not say it.

use crate::effects::compat::Code;
use crate::effects::compat::code::Model;
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::migration::Rollout;
use crate::effects::compat::watch::At;
use crate::schema::{Schema, Statement};
use crate::sql::{ChangeKind, SchemaChange, character_set};
use crate::target::Vendor;

/// What the old code can't read once the new code has written, on databases that take any value: see
/// [`Kind::stumbles_over`](crate::effects::compat::kind::Kind::stumbles_over).
pub(super) fn stumbles(rollout: &Rollout<'_>) -> Vec<(Failure, At)> {
    let mut found = Vec::new();
    for (old, new, (before, after)) in rollout.old.shared_columns(rollout.new) {
        let actions = before.kind.stumbles_over(after.kind, rollout.old.vendor());
        let Some(at) = retyped(rollout.statements, &old.table, &before.name).filter(|_| !actions.is_empty()) else {
            continue;
        };
        let cause = Cause::Unreadable(new.label.clone());
        found.extend(actions.iter().map(|action| (failure(old, &before.name, *action, Certainty::Later, &cause), at)));
    }
    found
}

/// What code with the models after the migration can't do with the rows from before it, by operation.
pub(super) fn chokes(start: &Code, end: &Code, statements: &[Statement]) -> Vec<(Failure, usize)> {
    let mut found = Vec::new();
    for (old, new, (before, after)) in start.shared_columns(end) {
        let actions = after.kind.chokes_on_rows_of(before.kind, end.vendor());
        let Some(at) = retyped(statements, &old.table, &before.name).filter(|_| !actions.is_empty()) else { continue };
        let cause = Cause::Unreadable(old.label.clone());
        found.extend(
            actions
                .iter()
                .map(|action| (failure(new, &after.name, *action, Certainty::Possible, &cause), at.operation)),
        );
    }
    found
}

/// Texts that another character set may not hold: MySQL refuses them (measured: `run_sql__convert_charset`).
pub(super) fn recoded(rollout: &Rollout<'_>) -> Vec<(Failure, At)> {
    let mut found = Vec::new();
    for (number, statement) in rollout.statements.iter().enumerate() {
        for (index, change) in statement.changes.iter().enumerate() {
            let Some(table) = &change.table else { continue };
            let at = At { statement: number, change: index, operation: statement.operation };
            let is_recoded = |name: &str| match &change.kind {
                ChangeKind::Other { words, .. } => words.contains("CONVERT TO CHARACTER SET"),
                ChangeKind::AlterColumnType { column, collation: Some(collation), .. } if column == name => {
                    let before = rollout.before.table(table).and_then(|own| own.column(name));
                    let old = before.and_then(|own| own.collation.as_deref());
                    let (old, new) = (character_set(old), character_set(Some(collation)));
                    matches!(rollout.old.vendor(), Vendor::MySql | Vendor::MariaDb) && old != new && new != "utf8mb4"
                }
                _ => false,
            };
            for (model, column) in rollout.old.texts(table).filter(|(_, column)| is_recoded(column)) {
                found.extend(
                    [Action::Insert, Action::Update]
                        .map(|action| (failure(model, column, action, Certainty::Possible, &Cause::CharacterSet), at)),
                );
            }
        }
    }
    found
}

fn failure(model: &Model, column: &str, action: Action, certainty: Certainty, cause: &Cause) -> Failure {
    Failure {
        model: model.label.clone(),
        action,
        certainty,
        outcome: Outcome::Error,
        table: model.table.clone(),
        column: Some(column.to_owned()),
        cause: cause.clone(),
    }
}

/// Whether a plan of the old code gets a result of another type: PostgreSQL refuses to run it.
pub(super) fn changes_result(change: &SchemaChange, schema: &Schema, old: &Code) -> bool {
    let (ChangeKind::AlterColumnType { column, to, collation, .. }, Some(name)) = (&change.kind, &change.table) else {
        return false;
    };
    let own = schema.table(name).and_then(|own| own.columns.iter().find(|own| own.name == *column));
    let differs = own.is_none_or(|own| own.column_type.as_ref() != Ok(to) || own.collation != *collation);
    old.vendor() == Vendor::PostgreSql && differs && old.reading(name, column).next().is_some()
}

/// The last change of a column's type, or copy of its table.
fn retyped(statements: &[Statement], table: &str, column: &str) -> Option<At> {
    last_change(statements, &|change: &SchemaChange| {
        let is_it = match &change.kind {
            ChangeKind::AlterColumnType { column: own, .. } => own == column,
            ChangeKind::RemakeTable => true,
            _ => false,
        };
        is_it && change.table.as_deref() == Some(table)
    })
}

fn last_change(statements: &[Statement], is_it: &dyn Fn(&SchemaChange) -> bool) -> Option<At> {
    statements.iter().enumerate().rev().find_map(|(number, statement)| {
        let change = statement.changes.iter().rposition(is_it)?;
        Some(At { statement: number, change, operation: statement.operation })
    })
}
