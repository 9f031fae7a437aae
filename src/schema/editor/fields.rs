//! Columns that come and go: `add_field`, `remove_field`.

use crate::schema::editor::operations::Ends;
use crate::schema::editor::remake::{Changed, fill};
use crate::schema::editor::{Editor, add_constraint, drop_constraint};
use crate::schema::render::{Field, Fill, Kind, Model};
use crate::schema::types::LIMITED;
use crate::sql::{ChangeKind, Constraint, ConstraintKind, DatabaseDefault, Rows, SchemaChange, Volatility};

impl Editor<'_> {
    /// Adds a field to `from`, which `to` has.
    pub(super) fn add_field(&mut self, ends: Ends<'_>, (from, to): (&Model, &Model), field: &Field) {
        if field.kind == (Kind::ManyToMany { auto: true }) {
            match ends.after.through_of(to, field) {
                Some(Ok(through)) => self.create_model(ends.after, &through),
                Some(Err(unknown)) => self.unknown(None, unknown),
                None => {}
            }
            return;
        }
        // A class that is not known, and may be a relation with a table of its own.
        if let Some(stated) = field.stated.as_ref().map(|stated| &stated.field)
            && (&field.kind, stated.entry) == (&Kind::Nothing, None)
            && stated.argument("through").is_none()
        {
            self.unknown(Some(format!("{}_{}", from.table, field.name)), stated.class_unknown());
            return;
        }
        // SQLite's `add_field` takes a ManyToManyField with a model between for a column that is not NULL.
        let copies = self.target.is_sqlite() && matches!(field.kind, Kind::ManyToMany { .. });
        if !field.has_column() && !copies {
            return;
        }
        self.live(ends.before, from);
        if copies || self.target.is_sqlite() && self.copies_to_add(field) {
            let mut to = to.clone();
            to.fields.retain(|other| other.name != field.name);
            to.fields.push(field.clone());
            self.remake(ends, (from, &to), Changed::Added(field));
            return;
        }
        self.add_column(ends, &from.table, field);
        for index in ends.after.indexes_of(field) {
            self.defer_index(&from.table, index);
        }
    }

    /// The conditions of SQLite's `add_field`; up to 4.0 there are none.
    fn copies_to_add(&self, field: &Field) -> bool {
        let by_function = field.column.default.is_some() && !is_value(field);
        !self.target.since(4, 1)
            || field.unique
            // A generated column is never `null`, whatever the database thinks.
            || !field.column.null
            || field.is_generated() && !stated_null(field)
            || fill(&field.fill).is_some()
            || by_function
    }

    fn add_column(&mut self, ends: Ends<'_>, table: &str, field: &Field) {
        let name = &field.column.name;
        let key = field.foreign_key(ends.after);
        let mut column = self.created_column(ends.after, field, !self.target.is_mysql());
        let default = fill(&field.fill).filter(|_| column.default.is_none() && !field.is_generated());
        let inline = default
            .clone()
            .filter(|_| !(self.skips_default(field) || field.column.null && self.skips_default_on_alter(field)));
        // Without an inline default nothing is dropped, but for types whose default can't be dropped.
        let dropped = default.is_some() && !self.skips_default_on_alter(field);
        let transient = inline.is_some();
        if let Some(inline) = inline {
            column.default = Some(inline);
        }
        let transient_default = transient && dropped;
        let added = ChangeKind::AddColumn { column, transient_default, if_not_exists: false };
        let mut changes: Vec<SchemaChange> = vec![self.change(table, added)];
        if let Some(references) = key {
            if self.target.is_mysql() {
                let kind = ConstraintKind::ForeignKey { columns: vec![name.clone()], references };
                changes.push(self.change(table, add_constraint(Constraint { name: None, kind })));
            } else if self.target.is_postgresql() {
                changes.push(self.immediate());
            }
        }
        self.execute_all(changes);
        if dropped {
            self.drop_default(table, field);
        }
        if field.column.comment.is_some() && !self.target.inline_comments() {
            self.execute(table, ChangeKind::Comment { column: Some(name.clone()) });
        }
        // `DatabaseSchemaEditor.add_field` of MySQL: what has no DEFAULT is written.
        let given = field.default.as_ref().is_some_and(|default| !default.is_none());
        if self.skips_default(field) && given {
            self.execute(table, ChangeKind::ChangeRows { rows: Rows::Update, filtered: false });
        }
    }

    /// DROP DEFAULT; of a column that may be NULL, MySQL gets SET DEFAULT NULL (`sql_alter_column_no_default_null`).
    pub(super) fn drop_default(&mut self, table: &str, field: &Field) {
        let column = field.column.name.clone();
        let kind = if self.target.is_mysql() && field.column.null {
            let default = DatabaseDefault { expression: "NULL".to_owned(), volatility: Volatility::Stable };
            ChangeKind::SetDefault { column, default }
        } else {
            ChangeKind::DropDefault { column }
        };
        self.execute(table, kind);
    }

    /// SET CONSTRAINTS … IMMEDIATE, which PostgreSQL gets with a foreign key: checks what is put off until the commit.
    pub(super) fn immediate(&self) -> SchemaChange {
        self.bare(ChangeKind::Other { words: "SET CONSTRAINTS".to_owned(), object: None })
    }

    /// `skip_default` of MySQL: since 5.1 a text or blob gets no empty DEFAULT.
    pub(super) fn skips_default(&self, field: &Field) -> bool {
        let empty = match &field.fill {
            Fill::Empty => true,
            Fill::Default(text) => text == "''" || text == "b''",
            _ => false,
        };
        let long = field.type_name().is_some_and(|name| name.ends_with("blob") || name.ends_with("text"));
        self.target.is_mysql() && self.target.since(5, 1) && empty && long
    }

    /// `skip_default_on_alter`: MySQL has no DEFAULT for long types in ALTER COLUMN; MariaDB has.
    pub(super) fn skips_default_on_alter(&self, field: &Field) -> bool {
        let limited = field.type_name().is_some_and(|name| LIMITED.contains(&name));
        self.skips_default(field) || limited && self.target.is_mysql() && !self.target.is_mariadb()
    }

    /// Removes a field of `from`, which `to` no longer has.
    pub(super) fn remove_field(&mut self, ends: Ends<'_>, (from, to): (&Model, &Model), field: &Field) {
        if field.kind == (Kind::ManyToMany { auto: true }) {
            match ends.before.through_of(from, field) {
                Some(Ok(through)) => self.delete_model(ends.before, &through),
                Some(Err(unknown)) => self.unknown(None, unknown),
                None => {}
            }
            return;
        }
        if !field.has_column() {
            return;
        }
        self.live(ends.before, from);
        let keyed = field.remote.as_ref().is_some_and(|remote| remote.constraint);
        // `remove_field` of SQLite; up to 4.0 it always copies.
        if self.target.is_sqlite() && (!self.target.since(4, 1) || field.unique || field.index || keyed) {
            self.remake(Ends { after: ends.before, ..ends }, (from, to), Changed::Nothing);
            return;
        }
        if field.is_relation() {
            self.drop_foreign_keys(&from.table, &field.column.name);
        }
        // `sql_delete_column` had CASCADE until 6.0; MySQL and SQLite never had it.
        let cascade = self.target.is_postgresql() && !self.target.since(6, 0);
        self.execute(&from.table, ChangeKind::DropColumn { column: field.column.name.clone(), cascade });
        self.forget_column(&from.table, &field.column.name);
    }

    /// Drops the foreign keys of a column that the database has by now, and says whether there were any.
    pub(super) fn drop_foreign_keys(&mut self, table: &str, column: &str) -> bool {
        let is_it = |constraint: &&Constraint| matches!(&constraint.kind, ConstraintKind::ForeignKey { columns, .. } if columns[..] == [column.to_owned()]);
        let known = self.schema.table(table);
        let found: Vec<Constraint> =
            known.into_iter().flat_map(|table| &table.constraints).filter(is_it).cloned().collect();
        for constraint in &found {
            let mut changes = Vec::new();
            if self.target.is_postgresql() {
                changes.push(self.immediate());
            }
            changes.push(self.change(table, drop_constraint(constraint.clone())));
            self.execute_all(changes);
        }
        !found.is_empty()
    }
}

/// Whether the `db_default` is written as a `Value`: a bare literal is none to SQLite's `add_field`.
fn is_value(field: &Field) -> bool {
    let stated = field.stated.as_ref().and_then(|stated| stated.field.argument("db_default"));
    stated.is_some_and(|argument| match &argument.value.kind {
        crate::python::ValueKind::Call(call) => {
            call.callee.as_deref().is_some_and(|path| path.rsplit('.').next() == Some("Value"))
        }
        _ => false,
    })
}

fn stated_null(field: &Field) -> bool {
    field.stated.as_ref().is_some_and(|stated| matches!(stated.field.flag("null"), Ok(Some(true))))
}
