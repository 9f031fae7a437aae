//! What is different between two tables, as changes: what a copy of a table on SQLite amounts to.

use crate::schema::Table;
use crate::sql::{ChangeKind, Column, Index};

/// The changes that make `after` of `before`. Columns go by their names: renamed ones are renamed before.
pub(super) fn changes(before: &Table, after: &Table) -> Vec<ChangeKind> {
    let mut changes = Vec::new();
    let (dropped, added) = difference(&before.constraints, &after.constraints, PartialEq::eq);
    changes.extend(dropped.into_iter().map(|constraint| ChangeKind::DropConstraint {
        name: constraint.name.clone(),
        constraint: Some(constraint.clone()),
    }));
    // One condition may be written in SQL here and in Python there.
    let bare = |index: &Index| Index { condition: index.condition.as_ref().map(|_| String::new()), ..index.clone() };
    let (gone, new) = difference(&before.indexes, &after.indexes, |one, other| bare(one) == bare(other));
    changes.extend(gone.into_iter().map(|index| ChangeKind::DropIndex {
        name: index.name.clone(),
        index: Some(index.clone()),
        concurrently: false,
    }));
    for column in before.columns.iter().filter(|column| after.column(&column.name).is_none()) {
        changes.push(ChangeKind::DropColumn { column: column.name.clone(), cascade: false });
    }
    for column in &after.columns {
        match before.column(&column.name) {
            Some(old) => changes.extend(of_column(old, column)),
            None => changes.push(ChangeKind::AddColumn {
                column: column.clone(),
                transient_default: false,
                if_not_exists: false,
            }),
        }
    }
    changes.extend(added.into_iter().map(|constraint| ChangeKind::AddConstraint {
        constraint: constraint.clone(),
        not_valid: false,
        using_index: None,
    }));
    changes.extend(new.into_iter().map(|index| ChangeKind::CreateIndex {
        index: index.clone(),
        concurrently: false,
        if_not_exists: false,
    }));
    changes
}

/// What is only in the first, and what is only in the second; what is in one of them twice counts twice.
fn difference<'t, T>(before: &'t [T], after: &'t [T], same: impl Fn(&T, &T) -> bool) -> (Vec<&'t T>, Vec<&'t T>) {
    let mut gone: Vec<&T> = before.iter().collect();
    let mut new = Vec::new();
    for item in after {
        match gone.iter().position(|other| same(other, item)) {
            Some(place) => {
                gone.remove(place);
            }
            None => new.push(item),
        }
    }
    (gone, new)
}

fn of_column(old: &Column, new: &Column) -> Vec<ChangeKind> {
    let column = || new.name.clone();
    let mut changes = Vec::new();
    if !same_type(old, new) || old.collation != new.collation {
        changes.push(match &new.column_type {
            Ok(to) => ChangeKind::AlterColumnType {
                column: column(),
                from: old.column_type.clone().ok(),
                to: to.clone(),
                collation: new.collation.clone(),
                using: None,
                drops_expression: new.generated.is_none(),
            },
            Err(_) => ChangeKind::Unknown,
        });
    }
    match (&old.default, &new.default) {
        (old, Some(default)) if old.as_ref() != Some(default) => {
            changes.push(ChangeKind::SetDefault { column: column(), default: default.clone() });
        }
        (Some(_), None) => changes.push(ChangeKind::DropDefault { column: column() }),
        _ => {}
    }
    match (old.null, new.null) {
        (true, false) => changes.push(ChangeKind::SetNotNull { column: column() }),
        (false, true) => changes.push(ChangeKind::DropNotNull { column: column() }),
        _ => {}
    }
    if old.auto != new.auto {
        let verb = if new.auto { "ADD" } else { "DROP" };
        let words = format!("ALTER COLUMN {verb} IDENTITY");
        changes.push(ChangeKind::Other { words, object: Some(column()) });
    }
    changes
}

/// Whether two columns have one type; two that are not known do when they are of one class.
fn same_type(old: &Column, new: &Column) -> bool {
    match (&old.column_type, &new.column_type) {
        (Ok(old), Ok(new)) => old == new,
        (Err(old), Err(new)) => old.text == new.text,
        _ => false,
    }
}
