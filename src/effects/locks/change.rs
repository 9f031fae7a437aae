//! What a change is in detail: the entries of the tables of facts that it stands under.

use crate::effects::bound::Bound;
use crate::effects::locks::Step;
use crate::effects::locks::step::{Context, Steps};
use crate::effects::locks::types::{TypeChange, is_of_postgresql, type_change};
use crate::schema::{Schema, Table};
use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, ForeignKey, Index, Rows, SchemaChange, Volatility};
use crate::target::Vendor;

/// The steps of a change. [`ChangeKind::Other`] is found in the tables of facts by its words.
pub(super) fn steps(change: &SchemaChange, context: &Context<'_>) -> Steps {
    let mut steps = Steps::default();
    let index_of = || match &change.kind {
        ChangeKind::DropIndex { name: Some(name), .. } => context.schema.table_of_index(name),
        _ => None,
    };
    let Some(name) = change.table.as_deref().or_else(index_of) else {
        match &change.kind {
            ChangeKind::DropIndex { name, .. } => {
                let name = name.as_deref().unwrap_or("that is dropped");
                steps.unknown.push(format!("which table the index `{name}` belongs to"));
            }
            ChangeKind::Unknown => steps.unknown.push("what the statement does".to_owned()),
            _ => {}
        }
        return steps;
    };
    let table = context.schema.table(name);
    match &change.kind {
        ChangeKind::CreateTable { columns, constraints, .. } => {
            steps.take(Step::CreateTable, name);
            let inline = columns.iter().filter_map(|column| column.references.as_ref());
            for references in inline.chain(constraints.iter().filter_map(referred)) {
                steps.take_both(Step::CreateTableWithForeignKey, name, &references.table);
            }
        }
        ChangeKind::DropTable { .. } => {
            steps.take(Step::DropTable, name);
            for other in table.into_iter().flat_map(Table::foreign_keys).map(|(_, references)| &references.table) {
                steps.take_both(Step::DropTableWithForeignKey, name, other);
            }
            for (other, _) in referring(context.schema, name).filter(|(other, _)| *other != name) {
                steps.take_both(Step::DropTableWithForeignKey, name, other);
            }
        }
        ChangeKind::RenameTable { .. } => steps.take(Step::RenameTable, name),
        ChangeKind::AddColumn { column, if_not_exists: true, .. }
            if table.is_some_and(|table| table.column(&column.name).is_some()) =>
        {
            steps.take(Step::AddColumn, name);
        }
        ChangeKind::AddColumn { column, .. } => add_column(column, name, context, &mut steps),
        ChangeKind::DropColumn { column, .. } => drop_column(column, name, table, &mut steps),
        ChangeKind::RenameColumn { .. } => steps.take(Step::RenameColumn, name),
        ChangeKind::AlterColumnType { column, from, to, collation, using, .. } => {
            let before = table.and_then(|table| table.column(column));
            let from = from.as_ref().or_else(|| before.and_then(|column| column.column_type.as_ref().ok()));
            let Some(from) = from else {
                steps.take(Step::TypeMetadata, name);
                steps.unknown.push(format!("which type `{column}` has"));
                return steps;
            };
            let collations = (before.and_then(|column| column.collation.as_deref()), collation.as_deref());
            let using = using.as_deref().filter(|using| !is_cast(using, column, to, context.target.database.vendor));
            let change = if using.is_some() {
                TypeChange::Rewrite
            } else {
                type_change(from, to, collations, context.target.database)
            };
            let indexed = table.is_some_and(|table| is_indexed(table, column));
            let on_postgresql = context.target.database.vendor == Vendor::PostgreSql;
            let rebuilt = on_postgresql && table.is_some_and(|table| is_rebuilt(table, column));
            steps.take(
                match change {
                    TypeChange::None if !on_postgresql => return steps,
                    TypeChange::Indexes if indexed => Step::TypeIndexes,
                    TypeChange::None | TypeChange::Metadata | TypeChange::Indexes if rebuilt => Step::TypeIndexes,
                    TypeChange::None | TypeChange::Metadata | TypeChange::Indexes => Step::TypeMetadata,
                    TypeChange::Rewrite => Step::TypeRewrite,
                },
                name,
            );
        }
        ChangeKind::SetNotNull { column } => {
            let before = table.and_then(|table| table.column(column));
            if before.is_some_and(|column| !column.null) {
                // PostgreSQL takes the lock all the same.
                if context.target.database.vendor == Vendor::PostgreSql {
                    steps.take(Step::SetNotNullProven, name);
                }
            } else if proves_not_null(table, column, context) {
                steps.take(Step::SetNotNullProven, name);
            } else {
                steps.take(Step::SetNotNull, name);
            }
        }
        ChangeKind::DropNotNull { column } => {
            let already = table.and_then(|table| table.column(column)).is_some_and(|column| column.null);
            if !(already && context.target.database.vendor != Vendor::PostgreSql) {
                steps.take(Step::DropNotNull, name);
            }
        }
        ChangeKind::SetDefault { .. } => steps.take(Step::SetDefault, name),
        ChangeKind::DropDefault { .. } => steps.take(Step::DropDefault, name),
        ChangeKind::AddConstraint { constraint, not_valid, using_index } => {
            add_constraint(constraint, *not_valid, using_index.as_deref(), name, table, &mut steps);
        }
        ChangeKind::ValidateConstraint { name: constraint } => {
            let other = table.and_then(|table| table.constraint(constraint)).and_then(referred);
            match other {
                Some(references) => steps.take_both(Step::ValidateForeignKey, name, &references.table),
                None => steps.take(Step::Validate, name),
            }
        }
        ChangeKind::DropConstraint { name: constraint, constraint: known } => {
            let found = known.as_ref().or_else(|| table?.constraint(constraint.as_deref()?));
            drop_constraint(found, constraint.as_deref(), name, context, &mut steps);
        }
        ChangeKind::RenameConstraint { .. } => steps.take(Step::RenameConstraint, name),
        ChangeKind::CreateIndex { index, concurrently, .. } => steps.take(
            match index.method.as_deref() {
                _ if *concurrently => Step::CreateIndexConcurrently,
                Some("fulltext" | "spatial") => Step::CreateIndexSpecial,
                _ => Step::CreateIndex,
            },
            name,
        ),
        ChangeKind::DropIndex { concurrently, .. } => {
            steps.take(if *concurrently { Step::DropIndexConcurrently } else { Step::DropIndex }, name);
        }
        ChangeKind::RenameIndex { .. } => steps.take(Step::RenameIndex, name),
        ChangeKind::Comment { .. } => steps.take(Step::Comment, name),
        ChangeKind::RemakeTable => steps.take(Step::Remake, name),
        ChangeKind::ChangeRows { rows, .. } => {
            steps.take(if *rows == Rows::Truncate { Step::Truncate } else { Step::ChangeRows }, name);
        }
        ChangeKind::Other { words, object } if words == "ALTER COLUMN ADD IDENTITY" => {
            let column = table.and_then(|table| table.column(object.as_deref()?));
            if !column.is_some_and(|column| column.auto) {
                steps.take(Step::AddIdentity, name);
            }
        }
        ChangeKind::Other { .. } => {}
        ChangeKind::Unknown => steps.unknown.push("what the statement does".to_owned()),
    }
    steps
}

fn referred(constraint: &Constraint) -> Option<&ForeignKey> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { references, .. } => Some(references),
        _ => None,
    }
}

/// The foreign keys of other tables that refer to `table`.
fn referring<'s>(schema: &'s Schema, table: &'s str) -> impl Iterator<Item = (&'s str, &'s ForeignKey)> {
    schema.tables.iter().flat_map(move |(other, content)| {
        let keys = content.foreign_keys().filter(move |(_, references)| references.table == table);
        keys.map(move |(_, references)| (other.as_str(), references))
    })
}

fn add_column(column: &Column, table: &str, context: &Context<'_>, steps: &mut Steps) {
    steps.take(Step::AddColumn, table);
    let volatility = column.default.as_ref().map(|default| default.volatility);
    match volatility {
        Some(Volatility::Volatile) => steps.take(Step::AddColumnVolatile, table),
        Some(Volatility::Unknown) => {
            steps.unknown.push(format!("whether the default of `{}` is the same for all rows", column.name));
        }
        Some(Volatility::Stable) | None => {}
    }
    if column.auto {
        steps.take(Step::AddColumnAuto, table);
    }
    if let (Vendor::PostgreSql, Ok(column_type)) = (context.target.database.vendor, &column.column_type)
        && !is_of_postgresql(column_type)
    {
        steps.unknown.push(format!("whether the type `{}` is a domain with constraints", column_type.name));
    }
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        steps.take(Step::AddColumnStored, table);
    }
    if column.unique || column.primary_key {
        steps.take(Step::AddColumnUnique, table);
    }
    if column.check.is_some() {
        steps.take(Step::AddColumnCheck, table);
    }
    if column.must_be_given() {
        if column.column_type.is_ok() {
            steps.take(Step::AddColumnNotNull, table);
        } else {
            // A class that is not known may have a default of its own.
            steps.unknown.push(format!("what `{}` is filled with", column.name));
        }
    }
    // MySQL before 9.0 reads an inline REFERENCES and ignores it ("FOREIGN KEY Constraints").
    let ignored = context.target.database.vendor == Vendor::MySql;
    if let Some(references) = column.references.as_ref().filter(|_| !ignored) {
        let filled = column.default.as_ref().is_some_and(|default| !default.is_null());
        let step = if filled { Step::AddColumnReferencesWithDefault } else { Step::AddColumnReferences };
        steps.take_both(step, table, &references.table);
    }
}

fn drop_column(column: &str, name: &str, table: Option<&Table>, steps: &mut Steps) {
    let indexed = table.is_some_and(|table| is_indexed(table, column));
    steps.take(if indexed { Step::DropColumnIndexed } else { Step::DropColumn }, name);
    let keys = table.into_iter().flat_map(Table::foreign_keys);
    for (_, references) in keys.filter(|(columns, _)| columns.iter().any(|own| own == column)) {
        steps.take_both(Step::DropColumnWithForeignKey, name, &references.table);
    }
}

/// Whether an index covers the column, that of a constraint included.
fn is_indexed(table: &Table, column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|own| own == column);
    table.indexes.iter().any(|index| has(&index.columns) || has(&index.include))
        || table.constraints.iter().any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. } => has(columns),
            _ => false,
        })
}

/// Whether PostgreSQL builds an index over the column anew with any ALTER COLUMN … TYPE, even to the same: it keeps none
/// that has a condition or an expression (measured: `rare_alter__longer_in_conditional_unique`,
/// `rare_alter__comment_in_conditional_unique`).
fn is_rebuilt(table: &Table, column: &str) -> bool {
    // In Python, a field with a lookup behind it, or a relation without `_id`.
    let is_it = |word: &str| {
        let field = word.split("__").next().unwrap_or(word);
        word == column || field == column || column.strip_suffix("_id") == Some(field)
    };
    let names = |text: &String| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(is_it);
    let is_over = |index: &Index| index.columns.iter().chain(&index.include).chain(&index.condition).any(names);
    table.indexes.iter().any(|index| (index.condition.is_some() || index.expressions) && is_over(index))
}

fn add_constraint(
    constraint: &Constraint,
    not_valid: bool,
    using_index: Option<&str>,
    name: &str,
    table: Option<&Table>,
    steps: &mut Steps,
) {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(columns) => {
            steps.take(if using_index.is_some() { Step::UseIndex } else { Step::AddPrimaryKey }, name);
            let covered = table.and_then(|table| {
                table.indexes.iter().find(|index| index.name.as_deref() == using_index).map(|index| &index.columns)
            });
            let columns = if using_index.is_some() { covered.unwrap_or(columns) } else { columns };
            // The columns of a primary key become NOT NULL.
            let null = |column: &String| table.and_then(|table| table.column(column)).is_none_or(|column| column.null);
            if columns.iter().any(null) || columns.is_empty() {
                steps.take(Step::SetNotNull, name);
            }
        }
        ConstraintKind::Unique { .. } => {
            steps.take(if using_index.is_some() { Step::UseIndex } else { Step::AddUnique }, name);
        }
        ConstraintKind::Check(_) => {
            steps.take(if not_valid { Step::AddCheckNotValid } else { Step::AddCheck }, name);
        }
        ConstraintKind::ForeignKey { references, .. } => {
            let step = if not_valid { Step::AddForeignKeyNotValid } else { Step::AddForeignKey };
            steps.take_both(step, name, &references.table);
        }
        ConstraintKind::Exclude => steps.take(Step::AddExclusion, name),
        ConstraintKind::NotNull(_) => {
            steps.take(if not_valid { Step::AddNotNullNotValid } else { Step::AddNotNull }, name);
        }
    }
}

fn drop_constraint(
    constraint: Option<&Constraint>,
    named: Option<&str>,
    table: &str,
    context: &Context<'_>,
    steps: &mut Steps,
) {
    match constraint.map(|constraint| &constraint.kind) {
        Some(ConstraintKind::ForeignKey { references, .. }) => {
            steps.take_both(Step::DropForeignKey, table, &references.table);
        }
        Some(ConstraintKind::PrimaryKey(columns)) => {
            steps.take(Step::DropPrimaryKey, table);
            drop_referring(table, columns, true, context, steps);
        }
        // MySQL and MariaDB keep a unique constraint as an index.
        Some(ConstraintKind::Unique { .. }) if context.target.database.vendor != Vendor::PostgreSql => {
            steps.take(Step::DropIndex, table);
        }
        Some(kind) => {
            steps.take(Step::DropConstraint, table);
            if let ConstraintKind::Unique { columns, .. } = kind {
                drop_referring(table, columns, false, context, steps);
            }
        }
        None => {
            steps.take(Step::DropConstraint, table);
            // One that does not look like a foreign key by its name, in a table that is known, is none.
            let known = context.schema.table(table).is_some_and(|table| table.foreign_keys().next().is_none());
            if !known {
                let named = named.unwrap_or("that is dropped");
                steps.unknown.push(format!("whether the constraint `{named}` is a foreign key"));
            }
        }
    }
}

/// CASCADE, without which a key that others refer to can't be dropped, drops their foreign keys.
fn drop_referring(table: &str, columns: &[String], primary: bool, context: &Context<'_>, steps: &mut Steps) {
    for (other, references) in referring(context.schema, table) {
        if references.columns == columns || primary && references.columns.is_empty() {
            steps.take_both(Step::DropForeignKey, table, other);
        }
    }
}

/// Whether USING is nothing but the cast that the change makes without it: `"a"::text`.
fn is_cast(using: &str, column: &str, to: &crate::sql::ColumnType, vendor: Vendor) -> bool {
    let bare = using.trim().trim_start_matches('(').trim_end_matches(')');
    let (expression, cast) = bare.split_once("::").map_or((bare, None), |(expression, cast)| (expression, Some(cast)));
    expression.trim().trim_matches('"').eq_ignore_ascii_case(column)
        && cast.is_none_or(|_| {
            let cast = using.split_once("::").map(|(_, cast)| cast).unwrap_or_default();
            crate::sql::column_type(cast, vendor).as_ref() == Some(to)
        })
}

/// Whether a constraint that all rows are known to fulfil says that the column is not NULL: PostgreSQL 12 looks for one
/// (`ConstraintImpliedByRelConstraint`; measured: "set not null (valid CHECK proof)").
fn proves_not_null(table: Option<&Table>, column: &str, context: &Context<'_>) -> bool {
    let database = context.target.database;
    if database.vendor != Vendor::PostgreSql || database.version.is_some_and(|version| version.major() < 12) {
        return false;
    }
    let valid = |constraint: &&Constraint| {
        !constraint.name.as_ref().is_some_and(|name| context.schema.not_valid.contains(name))
    };
    table.is_some_and(|table| {
        table.constraints.iter().filter(valid).any(|constraint| match &constraint.kind {
            // A condition of a model may name the field of a foreign key.
            ConstraintKind::Check(expression) => {
                Bound::excludes_null(expression, &[column, column.strip_suffix("_id").unwrap_or(column)])
            }
            // PostgreSQL 18: SET NOT NULL of a column with such a constraint changes nothing.
            ConstraintKind::NotNull(own) => own == column,
            _ => false,
        })
    })
}
