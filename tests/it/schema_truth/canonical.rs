//! Changes as text, in which two that are the same are the same: what only a running database can tell is left out.

use whimbrel::schema::Schema;
use whimbrel::sql::{
    ChangeKind, Column, ColumnType, Constraint, ConstraintKind, ForeignKey, Index, SchemaChange, Statement,
};
use whimbrel::target::Vendor;

/// The changes of statements that were sent, without transactions and what else changes nothing.
///
/// A copy of a table on SQLite is one change. MODIFY of MySQL states all of a column again: what of that is as it was
/// before is no change.
pub(super) fn sent(statements: &[Statement], mut schema: Schema, vendor: Vendor) -> Vec<String> {
    let mut lines = Vec::new();
    let mut copied: Option<String> = None;
    for statement in statements {
        let mut changes = statement.changes.clone();
        if matches!(statement.words.as_str(), "BEGIN" | "COMMIT" | "SAVEPOINT" | "RELEASE" | "PRAGMA" | "SELECT") {
            continue;
        }
        if vendor == Vendor::Sqlite {
            let new = changes.iter().find_map(|change| change.table.as_deref()?.strip_prefix("new__"));
            if let Some(table) = new {
                let table = table.to_owned();
                if matches!(changes[0].kind, ChangeKind::CreateTable { .. }) {
                    lines.push(format!("{table}: remake"));
                }
                copied = Some(table);
                continue;
            }
            if let Some(table) = &copied {
                let on_it = changes[0].table.as_ref() == Some(table);
                let kind = &changes[0].kind;
                if on_it && matches!(kind, ChangeKind::DropTable { .. } | ChangeKind::CreateIndex { .. }) {
                    continue;
                }
            }
        }
        copied = None;
        if is_modify(&changes, vendor) {
            reduce(&mut changes, &schema, vendor);
        }
        for change in changes.iter().filter(|change| !reads(change)) {
            schema.apply(change);
            if is_numbering(change, vendor) {
                continue;
            }
            lines.push(line(change, vendor));
        }
    }
    lines
}

/// The changes of statements that were computed.
pub(super) fn computed(statements: &[whimbrel::schema::Statement], mut schema: Schema, vendor: Vendor) -> Vec<String> {
    let mut lines = Vec::new();
    for statement in statements {
        let mut changes = statement.changes.clone();
        if statement.sql.is_some() && is_modify(&changes, vendor) {
            reduce(&mut changes, &schema, vendor);
        }
        for change in &changes {
            schema.apply(change);
        }
        if let Some(first) = statement.changes.first()
            && first.kind == ChangeKind::RemakeTable
        {
            lines.push(line(first, vendor));
            continue;
        }
        for change in changes.iter().filter(|change| !reads(change)) {
            if !is_numbering(change, vendor) {
                lines.push(line(change, vendor));
            }
        }
    }
    lines
}

/// `AUTO_INCREMENT` of MySQL, which MODIFY states with the type.
fn is_numbering(change: &SchemaChange, vendor: Vendor) -> bool {
    let numbering = matches!(&change.kind, ChangeKind::Other { words, .. } if words.ends_with("IDENTITY"));
    numbering && matches!(vendor, Vendor::MySql | Vendor::MariaDb)
}

fn reads(change: &SchemaChange) -> bool {
    matches!(&change.kind, ChangeKind::Other { words, .. } if words == "SELECT")
}

fn is_modify(changes: &[SchemaChange], vendor: Vendor) -> bool {
    let mysql = matches!(vendor, Vendor::MySql | Vendor::MariaDb);
    mysql && matches!(changes.first().map(|change| &change.kind), Some(ChangeKind::AlterColumnType { .. }))
}

/// Takes out what a MODIFY leaves as it is, but for one change at least.
fn reduce(changes: &mut Vec<SchemaChange>, schema: &Schema, vendor: Vendor) {
    let table = changes[0].table.as_ref().and_then(|table| schema.tables.get(table));
    let column = |name: &String| table.and_then(|table| table.column(name));
    let first = changes[0].clone();
    let numbered = changes.iter().any(|change| is_numbering(change, vendor));
    changes.retain(|change| match &change.kind {
        ChangeKind::AlterColumnType { column: name, to, collation, .. } => column(name).is_none_or(|column| {
            column.column_type.as_ref() != Ok(to) || column.collation != *collation || column.auto != numbered
        }),
        ChangeKind::SetNotNull { column: name } => column(name).is_none_or(|column| column.null),
        ChangeKind::DropNotNull { column: name } => column(name).is_none_or(|column| !column.null),
        ChangeKind::DropDefault { column: name } => column(name).is_none_or(|column| column.default.is_some()),
        ChangeKind::SetDefault { column: name, .. } => column(name).is_none_or(|column| column.default.is_none()),
        // What is computed says AUTO_INCREMENT with the type.
        ChangeKind::Other { words, .. } => words != "ALTER COLUMN ADD IDENTITY",
        _ => true,
    });
    if changes.is_empty() {
        changes.push(first);
    }
}

fn line(change: &SchemaChange, vendor: Vendor) -> String {
    let table = change.table.as_deref().unwrap_or("-");
    let mysql = matches!(vendor, Vendor::MySql | Vendor::MariaDb);
    let text = match &change.kind {
        ChangeKind::CreateTable { columns, constraints, .. } => {
            let mut parts: Vec<String> = columns.iter().map(|column| self::column(column, true)).collect();
            let mut constraints: Vec<String> = constraints.iter().map(constraint).collect();
            parts.sort();
            constraints.sort();
            parts.extend(constraints);
            format!("create table ({})", parts.join("; "))
        }
        ChangeKind::DropTable { cascade } => format!("drop table cascade={cascade}"),
        ChangeKind::RenameTable { to } => format!("rename table {to}"),
        ChangeKind::AddColumn { column, .. } => format!("add column {}", self::column(column, true)),
        ChangeKind::DropColumn { column, cascade } => format!("drop column {column} cascade={cascade}"),
        ChangeKind::RenameColumn { column, to } => format!("rename column {column} {to}"),
        ChangeKind::AlterColumnType { column, to, collation, using, .. } => {
            let cast = if using.is_some() { " cast" } else { "" };
            format!("alter column {column} {} {}{cast}", column_type(to), collation.as_deref().unwrap_or(""))
        }
        ChangeKind::SetNotNull { column } => format!("set not null {column}"),
        ChangeKind::DropNotNull { column } => format!("drop not null {column}"),
        ChangeKind::SetDefault { column, .. } => format!("set default {column}"),
        ChangeKind::DropDefault { column } => format!("drop default {column}"),
        ChangeKind::AddConstraint { constraint, not_valid, using_index } => {
            format!("add {} not_valid={not_valid} {using_index:?}", self::constraint(constraint))
        }
        ChangeKind::ValidateConstraint { name } => format!("validate {name}"),
        // MySQL drops a unique constraint as an index.
        ChangeKind::DropConstraint { .. } | ChangeKind::DropIndex { concurrently: false, .. } if mysql => {
            "drop index or constraint".to_owned()
        }
        ChangeKind::DropConstraint { .. } => "drop constraint".to_owned(),
        // PostgreSQL and SQLite name no table.
        ChangeKind::DropIndex { concurrently, .. } => return format!("drop index concurrently={concurrently}"),
        ChangeKind::RenameIndex { to, .. } => return format!("rename index {to}"),
        ChangeKind::Other { words, .. } if words.contains("SEQUENCE") => return format!("other {words}"),
        ChangeKind::RenameConstraint { to, .. } => format!("rename constraint {to}"),
        ChangeKind::CreateIndex { index, concurrently, .. } => {
            format!("create index {} concurrently={concurrently}", self::index(index))
        }
        ChangeKind::Comment { column } => format!("comment {column:?}"),
        ChangeKind::RemakeTable => "remake".to_owned(),
        ChangeKind::Other { words, .. } => format!("other {words}"),
        ChangeKind::ChangeRows { rows, filtered } => format!("rows {rows:?} filtered={filtered}"),
        ChangeKind::Unknown => "unknown".to_owned(),
    };
    format!("{table}: {text}")
}

fn column_type(own: &ColumnType) -> String {
    // MySQL's AUTO_INCREMENT is read as a part of the type where MODIFY has it.
    let name = match own.name.as_str() {
        // An integer that the database numbers, as an identity is.
        "smallserial" => "smallint".to_owned(),
        "serial" => "integer".to_owned(),
        "bigserial" => "bigint".to_owned(),
        name => name.replace(" auto_increment", ""),
    };
    format!("{name}{:?}{}", own.arguments, "[]".repeat(own.dimensions))
}

pub(super) fn column(column: &Column, inline: bool) -> String {
    let mut words = vec![column.name.clone()];
    words.push(column.column_type.as_ref().map_or_else(|unknown| unknown.text.clone(), column_type));
    let flags = [
        (column.null, "null"),
        (column.default.is_some(), "default"),
        (column.auto, "auto"),
        (inline && column.primary_key, "primary"),
        (inline && column.unique, "unique"),
        (inline && column.check.is_some(), "check"),
        (column.comment.is_some() && !inline, "comment"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, word)| (*word).to_owned()));
    words.extend(column.generated.as_ref().map(|generated| format!("stored={}", generated.stored)));
    words.extend(column.collation.clone());
    words.extend(column.references.as_ref().map(key));
    words.join(" ")
}

fn key(key: &ForeignKey) -> String {
    format!("-> {}{:?} deferrable={} {:?}", key.table, key.columns, key.deferrable, key.on_delete)
}

pub(super) fn constraint(constraint: &Constraint) -> String {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(columns) => format!("primary {columns:?}"),
        ConstraintKind::Unique { columns, deferrable } => format!("unique {columns:?} deferrable={deferrable}"),
        ConstraintKind::Check(_) => "check".to_owned(),
        ConstraintKind::ForeignKey { columns, references } => format!("foreign {columns:?} {}", key(references)),
        ConstraintKind::Exclude => "exclude".to_owned(),
        ConstraintKind::NotNull(column) => format!("not null {column}"),
    }
}

pub(super) fn index(index: &Index) -> String {
    let columns =
        if index.expressions { format!("{} expressions", index.columns.len()) } else { format!("{:?}", index.columns) };
    let method = index.method.as_deref().filter(|method| *method != "btree").unwrap_or("");
    format!("{columns} unique={} {method} partial={} {:?}", index.unique, index.condition.is_some(), index.include)
}
