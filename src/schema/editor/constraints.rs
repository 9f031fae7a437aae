//! Indexes and constraints that change, go or get another name.

use crate::python::Unknown;
use crate::schema::Table;
use crate::schema::build::plain_index;
use crate::schema::editor::operations::{Call, model_before};
use crate::schema::editor::remake::Changed;
use crate::schema::editor::{Editor, add_constraint, create_index, drop_constraint, drop_index};
use crate::schema::render::{Made, Model, Part};
use crate::sql::{ChangeKind, Constraint, ConstraintKind, Index};

impl Editor<'_> {
    pub(super) fn remove_index(&mut self, call: &Call<'_, '_>, concurrently: bool) -> Result<(), Unknown> {
        let model = model_before(call, "model_name")?;
        if !model.has_table {
            return Ok(());
        }
        let part = named(call, &model.indexes, call.text("name")?)?;
        self.live(call.before, &model);
        match &part.made {
            Made::Index(index) => {
                self.keep_key_index(&model, &part.fields);
                let (name, index) = (index.name.clone(), Some(index.clone()));
                self.execute(&model.table, ChangeKind::DropIndex { name, index, concurrently });
            }
            Made::Unknown(unknown) => self.unknown(Some(model.table.clone()), unknown.clone()),
            Made::Constraint(_) | Made::Nothing => {}
        }
        Ok(())
    }

    pub(super) fn rename_index(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let from = model_before(call, "model_name")?;
        let to = call.model(call.after, "model_name")?;
        if !to.has_table {
            return Ok(());
        }
        self.live(call.before, &from);
        let new_name = call.text("new_name")?;
        let new = named(call, &to.indexes, new_name)?;
        let fields = call.operation.argument("old_fields").filter(|given| !given.value.is_none());
        let old = if let Some(given) = fields {
            let names = given.value.elements().unwrap_or_default().iter().filter_map(|name| name.as_str());
            let columns = from.columns(&names.map(str::to_owned).collect::<Vec<_>>());
            // Django looks for the index of these columns that the database has.
            let known = self.schema.table(&from.table);
            let is_it = |index: &&Index| index.columns == columns && !index.unique;
            let found = known.and_then(|table| table.indexes.iter().find(is_it)).cloned();
            found.unwrap_or_else(|| plain_index(columns))
        } else {
            match named(call, &from.indexes, call.text("old_name")?)?.made.clone() {
                Made::Index(index) => index,
                Made::Unknown(unknown) => {
                    self.unknown(Some(from.table), unknown);
                    return Ok(());
                }
                Made::Constraint(_) | Made::Nothing => return Ok(()),
            }
        };
        if old.name.as_deref() == Some(new_name) {
            return Ok(());
        }
        if self.target.renames_indexes() {
            let name = old.name.clone().unwrap_or_else(|| generated_name(&from.table, &old.columns));
            self.execute(&to.table, ChangeKind::RenameIndex { name, to: new_name.to_owned() });
            if old.name.is_none() {
                self.name_index(&to.table, &old, new_name);
            }
        } else {
            self.execute(&to.table, drop_index(old));
            if let Made::Index(index) = &new.made {
                self.execute(&to.table, create_index(index.clone()));
            }
        }
        Ok(())
    }

    /// An index whose generated name is not known gets a name.
    fn name_index(&mut self, table: &str, old: &Index, new: &str) {
        let known = self.schema.table_mut(table);
        if let Some(index) = known.and_then(|table| table.indexes.iter_mut().find(|index| *index == old)) {
            index.name = Some(new.to_owned());
        }
    }

    pub(super) fn remove_constraint(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let from = model_before(call, "model_name")?;
        let to = call.model(call.after, "model_name")?;
        if !to.has_table {
            return Ok(());
        }
        let part = named(call, &from.constraints, call.text("name")?)?;
        if self.target.is_sqlite() && !self.is_index_of_its_own(part) {
            self.remake(call.ends(), (&from, &to), Changed::Nothing);
            return Ok(());
        }
        self.live(call.before, &from);
        if part.unique && !matches!(part.made, Made::Nothing) {
            self.keep_key_index(&from, &part.fields);
        }
        match &part.made {
            Made::Index(index) => self.execute(&from.table, drop_index(index.clone())),
            Made::Constraint(constraint) => self.execute(&from.table, drop_constraint(constraint.clone())),
            Made::Unknown(unknown) => self.unknown(Some(from.table.clone()), unknown.clone()),
            Made::Nothing => {}
        }
        Ok(())
    }

    /// `alter_unique_together` and `alter_index_together`: what is no longer there goes, then what is new comes.
    pub(super) fn alter_together(&mut self, call: &Call<'_, '_>, unique: bool) -> Result<(), Unknown> {
        let (from, to) = (call.model(call.before, "name")?, call.model(call.after, "name")?);
        if !to.has_table {
            return Ok(());
        }
        self.live(call.before, &from);
        let sets = |model: &Model| if unique { model.unique_together.clone() } else { model.index_together.clone() };
        let (old, new) = (sets(&from), sets(&to));
        for fields in old.iter().filter(|fields| !new.contains(fields)) {
            self.drop_together(&to, fields, unique);
        }
        for fields in new.iter().filter(|fields| !old.contains(fields)) {
            let columns = to.columns(fields);
            self.execute(&to.table, self.together(columns, unique));
        }
        Ok(())
    }

    fn together(&self, columns: Vec<String>, unique: bool) -> ChangeKind {
        if unique && !self.target.is_sqlite() {
            let kind = ConstraintKind::Unique { columns, deferrable: false };
            add_constraint(Constraint { name: None, kind })
        } else {
            create_index(Index { unique, ..plain_index(columns) })
        }
    }

    /// `_delete_composed_index`; one that is only put off yet never comes (Django 6.1).
    fn drop_together(&mut self, model: &Model, fields: &[String], unique: bool) {
        self.keep_key_index(model, fields);
        let created = self.together(model.columns(fields), unique);
        let table = Some(&model.table);
        let is_it = |statement: &crate::schema::Statement| {
            statement.changes.iter().any(|change| change.table.as_ref() == table && change.kind == created)
        };
        if let Some(place) = self.deferred.iter().position(is_it) {
            self.deferred.remove(place);
            return;
        }
        match created {
            ChangeKind::AddConstraint { constraint, .. } => self.execute(&model.table, drop_constraint(constraint)),
            ChangeKind::CreateIndex { index, .. } => self.execute(&model.table, drop_index(index)),
            _ => {}
        }
    }

    /// `_create_missing_fk_index`: MySQL drops the index of a foreign key when another begins with its column, and can't
    /// do without when that one goes.
    fn keep_key_index(&mut self, model: &Model, fields: &[String]) {
        let first = fields.first().and_then(|name| model.field(name));
        // OneToOneField has an index of its own.
        let Some(first) = first.filter(|field| self.target.is_mysql() && field.is_relation() && !field.unique) else {
            return;
        };
        let column = first.column.name.clone();
        let others = self.schema.table(&model.table).map_or(0, |table| beginning_with(table, &column));
        if others == 1 {
            self.execute(&model.table, create_index(plain_index(vec![column])));
        }
    }
}

/// How many indexes of a table begin with a column, those of constraints included.
fn beginning_with(table: &Table, column: &str) -> usize {
    let begins = |columns: &[String]| columns.first().is_some_and(|first| first == column);
    let by_constraint = table.constraints.iter().filter(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. } => begins(columns),
        _ => false,
    });
    by_constraint.count() + table.indexes.iter().filter(|index| begins(&index.columns)).count()
}

/// The name that Django gives an index, but for the digits that it computes (`_create_index_name`).
fn generated_name(table: &str, columns: &[String]) -> String {
    format!("{table}_{}_…_idx", columns.join("_"))
}

/// The index or constraint of that name.
fn named<'m>(call: &Call<'_, '_>, parts: &'m [Part], name: &str) -> Result<&'m Part, Unknown> {
    let found = parts.iter().find(|part| part.name.as_deref() == Some(name));
    found.ok_or_else(|| call.missing(name, "is not an index or constraint of the model at this point"))
}
