//! The statements that Django's schema editor sends (`django/db/backends/base/schema.py` and those of the databases), in
//! order, with what it puts off until the end.

mod alter_field;
mod altered;
mod column_type;
mod constraints;
mod fields;
mod many_to_many;
mod models;
mod operations;
mod referring;
mod remake;
mod rename;
mod run;

use std::sync::Arc;

use crate::history::{Around, ProjectState, Settings};
use crate::migration::Migration;
use crate::python::Unknown;
use crate::schema::render::{Model, Project};
use crate::schema::{Schema, Statement, Target};
use crate::source::Span;
use crate::sql::{ChangeKind, Constraint, ConstraintKind, Index, SchemaChange};

impl Schema {
    /// Sends a migration to a database that has this schema, and leaves it as the database's is afterwards. Gives the
    /// statements in order.
    ///
    /// `states` are those around each operation, nested ones behind the one they stand in
    /// ([`History::states_sent`](crate::history::History::states_sent)); without them nothing can be told, and every
    /// operation is one statement that is unknown.
    ///
    /// What Django looks up in the database (constraints and indexes that it did not name) is looked up here. A table
    /// that the schema does not have is taken to be what the models say.
    pub fn send(
        &mut self,
        migration: &Migration,
        states: &[Around],
        settings: &Settings,
        target: Target,
    ) -> Vec<Statement> {
        let mut editor = Editor {
            target,
            settings,
            schema: std::mem::take(self),
            sent: Vec::new(),
            deferred: Vec::new(),
            place: Place { operation: 0, span: migration.class_span, doubt: None },
            renamed: Vec::new(),
        };
        editor.run(migration, states);
        editor.flush(true);
        *self = editor.schema;
        editor.sent
    }
}

/// The schema editor during a migration.
struct Editor<'s> {
    target: Target,
    settings: &'s Settings,
    /// The tables that the migration has touched, as they are in the database by now.
    schema: Schema,
    sent: Vec<Statement>,
    /// `deferred_sql`
    deferred: Vec<Statement>,
    place: Place,
    /// The tables that the present operation has renamed, by their old names: the states around it know one name only.
    renamed: Vec<(String, String)>,
}

/// What sends a statement.
#[derive(Clone)]
struct Place {
    operation: usize,
    span: Span,
    doubt: Option<Unknown>,
}

impl<'s> Editor<'s> {
    fn project<'p>(&self, state: &'p ProjectState) -> Project<'p>
    where
        's: 'p,
    {
        Project { state, settings: self.settings, target: self.target, trace: None }
    }

    fn statement(&self, changes: Vec<SchemaChange>) -> Statement {
        Statement {
            changes,
            operation: self.place.operation,
            span: self.place.span,
            deferred: false,
            sql: None,
            joined: false,
            doubt: self.place.doubt.clone(),
        }
    }

    fn change(&self, table: &str, kind: ChangeKind) -> SchemaChange {
        SchemaChange { table: Some(table.to_owned()), kind, span: self.place.span, routine: None }
    }

    /// A change that is about no table.
    fn bare(&self, kind: ChangeKind) -> SchemaChange {
        SchemaChange { table: None, kind, span: self.place.span, routine: None }
    }

    /// Sends a statement of one change.
    fn execute(&mut self, table: &str, kind: ChangeKind) {
        self.execute_all(vec![self.change(table, kind)]);
    }

    /// Sends a statement of several changes.
    fn execute_all(&mut self, changes: Vec<SchemaChange>) {
        if !changes.is_empty() {
            self.send(self.statement(changes));
        }
    }

    fn send(&mut self, statement: Statement) {
        for change in &statement.changes {
            self.schema.apply(change);
        }
        self.sent.push(statement);
    }

    /// Something happens that is not known.
    fn unknown(&mut self, table: Option<String>, doubt: Unknown) {
        let span = self.place.span;
        let change = SchemaChange { table, kind: ChangeKind::Unknown, span, routine: None };
        let statement = Statement { doubt: Some(doubt), ..self.statement(vec![change]) };
        self.sent.push(statement);
    }

    fn defer(&mut self, table: &str, kind: ChangeKind) {
        self.deferred.push(self.statement(vec![self.change(table, kind)]));
    }

    fn defer_index(&mut self, table: &str, index: Index) {
        self.defer(table, create_index(index));
    }

    fn defer_constraint(&mut self, table: &str, kind: ConstraintKind) {
        self.defer(table, add_constraint(Constraint { name: None, kind }));
    }

    /// Sends what was put off: behind all operations, or when SQLite copies a table.
    fn flush(&mut self, at_end: bool) {
        for mut statement in std::mem::take(&mut self.deferred) {
            statement.deferred = at_end;
            self.send(statement);
        }
    }

    /// `Statement.references_table`: takes out what is put off and speaks of a table.
    fn forget_table(&mut self, table: &str) {
        self.deferred.retain(|statement| !statement.changes.iter().any(|change| speaks_of_table(change, table)));
    }

    /// `Statement.references_column`
    fn forget_column(&mut self, table: &str, column: &str) {
        self.deferred
            .retain(|statement| !statement.changes.iter().any(|change| speaks_of_column(change, table, column)));
    }

    /// `Statement.rename_table_references` and `rename_column_references`: what is put off follows a renaming.
    fn rename_deferred(&mut self, change: &SchemaChange) {
        for own in self.deferred.iter_mut().flat_map(|statement| &mut statement.changes) {
            follow(own, change);
        }
    }

    /// Makes sure that the table of a model is among those that are followed. The first time it is touched, it is as the
    /// model says, with what this operation has renamed.
    fn live(&mut self, project: Project<'_>, model: &Model) {
        let mut name = model.table.clone();
        for (old, new) in &self.renamed {
            if name == *old {
                name.clone_from(new);
            }
        }
        if self.schema.tables.contains_key(&name) {
            return;
        }
        let mut table = project.table(model);
        for constraint in &mut table.constraints {
            if let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind {
                for (old, new) in &self.renamed {
                    if references.table == *old {
                        references.table.clone_from(new);
                    }
                }
            }
        }
        self.schema.tables.insert(name, Arc::new(table));
    }
}

fn create_index(index: Index) -> ChangeKind {
    ChangeKind::CreateIndex { index, concurrently: false, if_not_exists: false }
}

fn drop_index(index: Index) -> ChangeKind {
    ChangeKind::DropIndex { name: index.name.clone(), index: Some(index), concurrently: false }
}

fn add_constraint(constraint: Constraint) -> ChangeKind {
    ChangeKind::AddConstraint { constraint, not_valid: false, using_index: None }
}

fn drop_constraint(constraint: Constraint) -> ChangeKind {
    ChangeKind::DropConstraint { name: constraint.name.clone(), constraint: Some(constraint) }
}

/// The columns of its own table, and those of another, that a change names.
fn columns_of(kind: &ChangeKind) -> (&[String], Option<(&str, &[String])>) {
    match kind {
        ChangeKind::CreateIndex { index, .. } => (&index.columns, None),
        ChangeKind::AddConstraint { constraint, .. } => match &constraint.kind {
            ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. } => (columns, None),
            ConstraintKind::ForeignKey { columns, references } => {
                (columns, Some((&references.table, &references.columns)))
            }
            _ => (&[], None),
        },
        _ => (&[], None),
    }
}

fn speaks_of_table(change: &SchemaChange, table: &str) -> bool {
    let (_, other) = columns_of(&change.kind);
    change.table.as_deref() == Some(table) || other.is_some_and(|(other, _)| other == table)
}

fn speaks_of_column(change: &SchemaChange, table: &str, column: &str) -> bool {
    let (own, other) = columns_of(&change.kind);
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    change.table.as_deref() == Some(table) && has(own)
        || other.is_some_and(|(other, columns)| other == table && has(columns))
}

/// Lets a change that is put off follow the renaming of a table or a column.
fn follow(own: &mut SchemaChange, renaming: &SchemaChange) {
    let Some(table) = &renaming.table else { return };
    let is_own = own.table.as_ref() == Some(table);
    let swap = |columns: &mut Vec<String>, old: &str, new: &str| {
        for name in columns.iter_mut().filter(|name| *name == old) {
            new.clone_into(name);
        }
    };
    match &renaming.kind {
        ChangeKind::RenameTable { to } => {
            if is_own {
                own.table = Some(to.clone());
            }
            if let ChangeKind::AddConstraint { constraint, .. } = &mut own.kind
                && let ConstraintKind::ForeignKey { references, .. } = &mut constraint.kind
                && references.table == *table
            {
                references.table.clone_from(to);
            }
        }
        ChangeKind::RenameColumn { column, to } => match &mut own.kind {
            ChangeKind::CreateIndex { index, .. } if is_own => swap(&mut index.columns, column, to),
            ChangeKind::AddConstraint { constraint, .. } => match &mut constraint.kind {
                ConstraintKind::Unique { columns, .. } | ConstraintKind::PrimaryKey(columns) if is_own => {
                    swap(columns, column, to);
                }
                ConstraintKind::ForeignKey { columns, references } => {
                    if is_own {
                        swap(columns, column, to);
                    }
                    if references.table == *table {
                        swap(&mut references.columns, column, to);
                    }
                }
                _ => {}
            },
            _ => {}
        },
        _ => {}
    }
}
