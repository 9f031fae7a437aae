//! Tables that come and go: `create_model`, `table_sql`, `delete_model`.

use crate::python::{Value, ValueKind};
use crate::schema::build::plain_index;
use crate::schema::editor::{Editor, add_constraint};
use crate::schema::render::{Field, Kind, Made, Model, Project};
use crate::sql::{ChangeKind, Column, ConstraintKind, Index};

impl Editor<'_> {
    /// Creates a model's table, then those of its `ManyToManyField`s.
    pub(super) fn create_model(&mut self, project: Project<'_>, model: &Model) {
        let table = &model.table;
        for fields in &model.unique_together {
            self.defer_unique(table, model.columns(fields));
        }
        let columns: Vec<&Field> = model.fields.iter().filter(|field| field.has_column()).collect();
        if !self.target.is_sqlite() {
            for field in &columns {
                if let Some(references) = field.foreign_key(project) {
                    let columns = vec![field.column.name.clone()];
                    self.defer_constraint(table, ConstraintKind::ForeignKey { columns, references });
                }
            }
        }
        // With parameters in the statement, constraints follow later (5.0).
        let parameters = !self.target.is_sqlite() && columns.iter().any(|field| has_parameters(field));
        let mut constraints = Vec::new();
        for part in &model.constraints {
            match &part.made {
                Made::Constraint(constraint) if parameters => self.defer(table, add_constraint(constraint.clone())),
                Made::Constraint(constraint) => constraints.push(constraint.clone()),
                Made::Index(index) => self.defer_index(table, index.clone()),
                Made::Unknown(unknown) => self.unknown(Some(table.clone()), unknown.clone()),
                Made::Nothing => {}
            }
        }
        constraints.extend(model.key_constraint());
        let inline = self.target.is_sqlite();
        let created = columns.iter().map(|field| self.created_column(project, field, inline)).collect();
        self.execute(table, ChangeKind::CreateTable { columns: created, constraints, if_not_exists: false });
        self.comment(model, &columns);
        for field in &columns {
            for index in project.indexes_of(field) {
                self.defer_index(table, index);
            }
        }
        if !self.target.since(5, 1) {
            for fields in &model.index_together {
                self.defer_index(table, plain_index(model.columns(fields)));
            }
        }
        for part in &model.indexes {
            match &part.made {
                Made::Index(index) => self.defer_index(table, index.clone()),
                Made::Unknown(unknown) => self.unknown(Some(table.clone()), unknown.clone()),
                Made::Constraint(_) | Made::Nothing => {}
            }
        }
        for field in model.fields.iter().filter(|field| field.kind == Kind::ManyToMany { auto: true }) {
            match project.through_of(model, field) {
                Some(Ok(through)) => self.create_model(project, &through),
                Some(Err(unknown)) => self.unknown(None, unknown),
                None => {}
            }
        }
    }

    /// The column of a field. What refers to a column that the database is known to have gets that column's type: the
    /// states around the operation may not know of a later change of it.
    pub(super) fn created_column(&self, project: Project<'_>, field: &Field, with_key: bool) -> Column {
        let mut column = project.created_column(field, with_key);
        let key = field.remote.as_ref().and_then(|remote| remote.key.as_ref().ok());
        let known = key.and_then(|key| self.schema.table(&key.table)?.column(&key.column));
        if let Some(known) = known.filter(|known| known.column_type.is_ok() && !self.target.is_sqlite()) {
            column.column_type.clone_from(&known.column_type);
        }
        column
    }

    /// Comments on the table and, where they are no part of the columns, on those.
    fn comment(&mut self, model: &Model, columns: &[&Field]) {
        if model.comment.is_some() {
            self.execute(&model.table, ChangeKind::Comment { column: None });
        }
        if !self.target.inline_comments() {
            for field in columns.iter().filter(|field| field.column.comment.is_some()) {
                self.execute(&model.table, ChangeKind::Comment { column: Some(field.column.name.clone()) });
            }
        }
    }

    /// `_create_unique_sql` without a name: on SQLite an index (`sql_create_unique`).
    fn defer_unique(&mut self, table: &str, columns: Vec<String>) {
        if self.target.is_sqlite() {
            self.defer_index(table, Index { unique: true, ..plain_index(columns) });
        } else {
            self.defer_constraint(table, ConstraintKind::Unique { columns, deferrable: false });
        }
    }

    /// Drops the tables of a model's `ManyToManyField`s, then its own.
    pub(super) fn delete_model(&mut self, project: Project<'_>, model: &Model) {
        for field in model.fields.iter().filter(|field| field.kind == Kind::ManyToMany { auto: true }) {
            match project.through_of(model, field) {
                Some(Ok(through)) => self.delete_model(project, &through),
                Some(Err(unknown)) => self.unknown(None, unknown),
                None => {}
            }
        }
        // `sql_delete_table`
        self.execute(&model.table, ChangeKind::DropTable { cascade: !self.target.is_sqlite() });
        self.forget_table(&model.table);
    }
}

/// Whether the definition of a column holds values that Django hands over beside the SQL: a literal in a `db_default` or
/// in a generated column's expression.
fn has_parameters(field: &Field) -> bool {
    let stated = field.stated.as_ref().map(|stated| &stated.field);
    let given = |name: &str| stated.and_then(|stated| stated.argument(name));
    let generated = given("expression").filter(|_| field.is_generated());
    given("db_default").is_some_and(|argument| is_parameter(&argument.value, true))
        || generated.is_some_and(|argument| is_parameter(&argument.value, false))
}

/// Whether an expression holds a literal. A text among the arguments of a function names a field.
fn is_parameter(value: &Value, literal: bool) -> bool {
    match &value.kind {
        ValueKind::Call(call) => match call.callee.as_deref().and_then(|path| path.rsplit('.').next()) {
            Some("Value") => true,
            Some("F") => false,
            _ => call.arguments.iter().any(|argument| is_parameter(&argument.value, false)),
        },
        ValueKind::Reference(_) => false,
        _ => literal,
    }
}
