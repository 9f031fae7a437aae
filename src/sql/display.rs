//! Changes in SQL's words, short enough for a line of a report: a change says what it does, not every clause of it.

use std::fmt;

use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, Index, Rows, SchemaChange};

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.as_deref().unwrap_or("?");
        let alter = |f: &mut fmt::Formatter<'_>, rest: fmt::Arguments<'_>| write!(f, "ALTER TABLE {table} {rest}");
        let of_table = |table: &Option<String>| table.as_ref().map_or_else(String::new, |table| format!(" ON {table}"));
        match &self.kind {
            ChangeKind::CreateTable { columns, .. } => {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                write!(f, "CREATE TABLE {table} ({})", names.join(", "))
            }
            ChangeKind::DropTable { .. } => write!(f, "DROP TABLE {table}"),
            ChangeKind::RenameTable { to } => alter(f, format_args!("RENAME TO {to}")),
            ChangeKind::AddColumn { column, .. } => alter(f, format_args!("ADD COLUMN {column}")),
            ChangeKind::DropColumn { column, .. } => alter(f, format_args!("DROP COLUMN {column}")),
            ChangeKind::RenameColumn { column, to } => alter(f, format_args!("RENAME COLUMN {column} TO {to}")),
            ChangeKind::AlterColumnType { column, to, .. } => alter(f, format_args!("ALTER COLUMN {column} TYPE {to}")),
            ChangeKind::SetNotNull { column } => alter(f, format_args!("ALTER COLUMN {column} SET NOT NULL")),
            ChangeKind::DropNotNull { column } => alter(f, format_args!("ALTER COLUMN {column} DROP NOT NULL")),
            ChangeKind::SetDefault { column, default } => {
                alter(f, format_args!("ALTER COLUMN {column} SET DEFAULT {}", default.expression))
            }
            ChangeKind::DropDefault { column } => alter(f, format_args!("ALTER COLUMN {column} DROP DEFAULT")),
            ChangeKind::AddConstraint { constraint, not_valid, using_index } => {
                alter(f, format_args!("ADD {constraint}"))?;
                if let Some(index) = using_index {
                    write!(f, " USING INDEX {index}")?;
                }
                if *not_valid { f.write_str(" NOT VALID") } else { Ok(()) }
            }
            ChangeKind::ValidateConstraint { name } => alter(f, format_args!("VALIDATE CONSTRAINT {name}")),
            ChangeKind::DropConstraint { name: Some(name), .. } => alter(f, format_args!("DROP CONSTRAINT {name}")),
            ChangeKind::DropConstraint { name: None, constraint: Some(constraint) } => {
                alter(f, format_args!("DROP {constraint}"))
            }
            ChangeKind::DropConstraint { name: None, constraint: None } => alter(f, format_args!("DROP CONSTRAINT")),
            ChangeKind::RenameConstraint { name, to } => alter(f, format_args!("RENAME CONSTRAINT {name} TO {to}")),
            ChangeKind::CreateIndex { index, concurrently, .. } => {
                let unique = if index.unique { "UNIQUE " } else { "" };
                let concurrently = if *concurrently { " CONCURRENTLY" } else { "" };
                write!(f, "CREATE {unique}INDEX{concurrently} {index}")
                    .and_then(|()| f.write_str(&of_table(&self.table)))
            }
            ChangeKind::DropIndex { name, concurrently, .. } => {
                let concurrently = if *concurrently { " CONCURRENTLY" } else { "" };
                write!(f, "DROP INDEX{concurrently}")?;
                match name {
                    Some(name) => write!(f, " {name}"),
                    None => f.write_str(&of_table(&self.table)),
                }
            }
            ChangeKind::RenameIndex { name, to } => write!(f, "ALTER INDEX {name} RENAME TO {to}"),
            ChangeKind::Comment { column: Some(column) } => write!(f, "COMMENT ON COLUMN {table}.{column}"),
            ChangeKind::Comment { column: None } => write!(f, "COMMENT ON TABLE {table}"),
            ChangeKind::RemakeTable => write!(f, "copy {table} and put the copy in its place"),
            ChangeKind::Other { words, object } => {
                f.write_str(words)?;
                for name in self.table.iter().chain(object) {
                    write!(f, " {name}")?;
                }
                Ok(())
            }
            ChangeKind::ChangeRows { rows, filtered } => {
                let verb = match rows {
                    Rows::Insert => "INSERT INTO",
                    Rows::Update => "UPDATE",
                    Rows::Delete => "DELETE FROM",
                    Rows::Truncate => "TRUNCATE",
                };
                write!(f, "{verb} {table}{}", if *filtered { " WHERE …" } else { "" })
            }
            ChangeKind::Unknown => f.write_str("not recognised"),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.column_type {
            Ok(known) => write!(f, " {known}")?,
            Err(_) => f.write_str(" ?")?,
        }
        if !self.null {
            f.write_str(" NOT NULL")?;
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {}", default.expression)?;
        }
        if let Some(generated) = &self.generated {
            f.write_str(if generated.stored { " GENERATED STORED" } else { " GENERATED VIRTUAL" })?;
        }
        if self.unique {
            f.write_str(" UNIQUE")?;
        }
        if self.check.is_some() {
            f.write_str(" CHECK (…)")?;
        }
        match &self.references {
            Some(references) => write!(f, " REFERENCES {}", references.table),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "CONSTRAINT {name} ")?;
        }
        match &self.kind {
            ConstraintKind::PrimaryKey(columns) => write!(f, "PRIMARY KEY ({})", columns.join(", ")),
            ConstraintKind::Unique { columns, .. } => write!(f, "UNIQUE ({})", columns.join(", ")),
            ConstraintKind::Check(_) => f.write_str("CHECK (…)"),
            ConstraintKind::ForeignKey { columns, references } => {
                write!(f, "FOREIGN KEY ({}) REFERENCES {}", columns.join(", "), references.table)
            }
            ConstraintKind::Exclude => f.write_str("EXCLUDE (…)"),
            ConstraintKind::NotNull(column) => write!(f, "NOT NULL {column}"),
        }
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "({})", self.columns.join(", ")),
        }
    }
}
