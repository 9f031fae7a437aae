//! A field that changes: `alter_field` and `_alter_field`, as the difference of two columns.

use crate::schema::build::plain_index;
use crate::schema::editor::altered::should_be_altered;
use crate::schema::editor::operations::Ends;
use crate::schema::editor::referring::Referring;
use crate::schema::editor::remake::fill;
use crate::schema::editor::{Editor, add_constraint, create_index, drop_constraint, drop_index};
use crate::schema::render::{Field, Kind, Model};
use crate::sql::{ChangeKind, Column, Constraint, ConstraintKind, Index, Rows, SchemaChange};

impl Editor<'_> {
    /// Lets the database follow a field. The table is that of `to`: who gives it another name does so before.
    pub(super) fn alter_field(&mut self, ends: Ends<'_>, (from, to): (&Model, &Model), (old, new): (&Field, &Field)) {
        // A relation to `self` refers to another model when its own gets another name.
        let renamed = from.name != to.name && old.refers_to_self() && new.refers_to_self();
        if !renamed && !should_be_altered(old, new, self.target, &[]) {
            return;
        }
        match (old.kind, new.kind) {
            (Kind::Column, Kind::Column) => {}
            (Kind::ManyToMany { auto: true }, Kind::ManyToMany { auto: true }) => {
                self.alter_many_to_many(ends, (from, to), (old, new));
                return;
            }
            // Nothing, or what Django refuses: to or from a ManyToManyField.
            _ => return,
        }
        if old.is_generated() != new.is_generated() {
            // Django refuses that.
            return;
        }
        self.live(ends.before, from);
        // What a class that is not known has in the database is not known: nor is what changes about it.
        if let Err(unknown) = &old.column.column_type
            && self.place.doubt.is_none()
            && new.column.column_type.as_ref().err().is_none_or(|other| other.text != unknown.text)
        {
            self.place.doubt = Some(unknown.clone());
        }
        if self.target.is_sqlite() {
            self.alter_field_of_sqlite(ends, (from, to), (old, new));
        } else {
            self.alter_column(ends, (from, to), (old, new));
        }
    }

    fn alter_column(&mut self, ends: Ends<'_>, (from, to): (&Model, &Model), (old, new): (&Field, &Field)) {
        let table = &to.table;
        if self.target.is_postgresql() && !self.target.since(4, 2) && changes_text(old, new) {
            self.execute(table, drop_index(plain_index(vec![old.column.name.clone()])));
        }
        let touches_key = !self.target.since(4, 2) || should_be_altered(old, new, self.target, &["db_comment"]);
        let keyed = |field: &Field| field.remote.as_ref().is_some_and(|remote| remote.constraint);
        let dropped_key = keyed(old) && touches_key && self.drop_foreign_keys(table, &old.column.name);
        let became_key = !old.column.primary_key && new.column.primary_key;
        if old.unique && (!new.unique || became_key) {
            self.drop_uniques(from, table, &old.column.name);
        }
        let retyped = old.column.column_type.clone().ok() != new.column.column_type.clone().ok()
            || old.column.column_type.is_err() != new.column.column_type.is_err()
            || self.target.serial() && old.column.auto != new.column.auto;
        let recollated = old.column.collation != new.column.collation;
        let both_keys = old.column.primary_key && new.column.primary_key || old.unique && new.unique;
        // Collations of keys are followed since 4.1.
        let drop_referring = both_keys && (retyped || recollated && self.target.since(4, 1));
        let mut referring = if drop_referring { self.referring(ends, from, old) } else { Vec::new() };
        for column in &referring {
            self.drop_foreign_keys(&column.table, &column.old.column.name);
        }
        if old.index && !old.unique && (!new.index || new.unique) {
            self.drop_indexes(from, table, old);
        }
        let (old_check, new_check) = (self.check(old), self.check(new));
        if let Some(check) = old_check.as_ref().filter(|_| old_check != new_check) {
            let kind = ConstraintKind::Check(check.replace(MOCKED, &old.column.name));
            self.execute(table, drop_constraint(Constraint { name: None, kind }));
        }
        if old.column.name != new.column.name {
            let (column, to) = (old.column.name.clone(), new.column.name.clone());
            let change = self.change(table, ChangeKind::RenameColumn { column, to });
            self.execute_all(vec![change.clone()]);
            self.rename_deferred(&change);
        }
        self.alter_definition(table, old, new);
        if old.column.primary_key && !new.column.primary_key {
            let kind = ConstraintKind::PrimaryKey(vec![new.column.name.clone()]);
            self.execute(table, drop_constraint(Constraint { name: None, kind }));
        }
        if new.unique && !new.column.primary_key && (!old.unique || old.column.primary_key) {
            let kind = ConstraintKind::Unique { columns: vec![new.column.name.clone()], deferrable: false };
            self.execute(table, add_constraint(Constraint { name: None, kind }));
        }
        if (!old.index || old.unique) && new.index && !new.unique {
            self.execute(table, create_index(ends.after.index_of(new)));
        }
        if became_key {
            let kind = ConstraintKind::PrimaryKey(vec![new.column.name.clone()]);
            self.execute(table, add_constraint(Constraint { name: None, kind }));
            referring.extend(self.referring(ends, from, old));
        }
        for column in &referring {
            let actions = self.type_actions(&column.table, &column.old, &column.new);
            self.send_actions(&column.table, actions, true);
        }
        if keyed(new)
            && (dropped_key || !keyed(old))
            && let Some(references) = new.foreign_key(ends.after)
        {
            self.create_key(table, new, references);
        }
        if drop_referring {
            // Until 3.2 those that the related model has no way back from were forgotten.
            let made_anew = |column: &&Referring| self.target.since(4, 0) || !column.is_hidden();
            let made_anew: Vec<&Referring> = referring.iter().filter(made_anew).collect();
            for column in made_anew {
                if let Some(references) = column.new.foreign_key(ends.after) {
                    self.create_key(&column.table, &column.new, references);
                }
            }
        }
        if let Some(check) = new_check.as_ref().filter(|_| old_check != new_check) {
            let kind = ConstraintKind::Check(check.replace(MOCKED, &new.column.name));
            self.execute(table, add_constraint(Constraint { name: None, kind }));
        }
        if self.needs_default(old, new) {
            self.drop_default(table, new);
        }
        if self.target.is_postgresql() {
            self.follow_with_pattern_index(ends, table, (old, new));
        }
    }

    fn create_key(&mut self, table: &str, field: &Field, references: crate::sql::ForeignKey) {
        let kind = ConstraintKind::ForeignKey { columns: vec![field.column.name.clone()], references };
        self.execute(table, add_constraint(Constraint { name: None, kind }));
    }

    /// Type, default and NULL: one ALTER TABLE on PostgreSQL, one for each on MySQL (`supports_combined_alters`).
    fn alter_definition(&mut self, table: &str, old: &Field, new: &Field) {
        let mut actions = self.type_actions_if_needed(table, old, new);
        let column = || new.column.name.clone();
        match (&old.column.default, &new.column.default) {
            (old, Some(default)) if old.as_ref() != Some(default) => {
                actions.own.push(ChangeKind::SetDefault { column: column(), default: default.clone() });
            }
            (Some(_), None) => actions.own.push(ChangeKind::DropDefault { column: column() }),
            _ => {}
        }
        if self.needs_default(old, new)
            && let Some(default) = fill(&new.fill)
        {
            actions.own.push(ChangeKind::SetDefault { column: column(), default });
        }
        let nullness = match (nullable(old), nullable(new)) {
            (true, false) => Some(ChangeKind::SetNotNull { column: column() }),
            (false, true) => Some(ChangeKind::DropNotNull { column: column() }),
            _ => None,
        };
        let tightened = matches!(nullness, Some(ChangeKind::SetNotNull { .. }));
        let keeps_default = new.column.default.is_some();
        // The rows that are there get the default before the column is tightened.
        let four_steps = tightened && (new.default.is_some() || new.column.default.is_some());
        if four_steps {
            let after = std::mem::take(&mut actions.after);
            self.send_actions(table, actions, keeps_default);
            let mut changes = vec![self.change(table, ChangeKind::ChangeRows { rows: Rows::Update, filtered: true })];
            if self.target.is_postgresql() && self.target.since(4, 1) {
                changes.push(self.immediate());
            }
            self.execute_all(changes);
            let own = nullness.into_iter().collect();
            self.send_actions(table, Actions { own, after, ..Actions::default() }, keeps_default);
        } else {
            actions.own.extend(nullness);
            self.send_actions(table, actions, keeps_default);
        }
    }

    /// Sends what goes before, the parts of ALTER TABLE, and what follows.
    fn send_actions(&mut self, table: &str, actions: Actions, keeps_default: bool) {
        let Actions { before, own, with_type, after } = actions;
        for kind in before {
            self.execute(table, kind);
        }
        if self.target.is_postgresql() {
            let changes: Vec<SchemaChange> = own.into_iter().map(|kind| self.change(table, kind)).collect();
            self.execute_all(changes);
        } else {
            let mut with_type = Some(with_type);
            for kind in own {
                let more = with_type.take_if(|_| matches!(kind, ChangeKind::AlterColumnType { .. }));
                self.modify(table, kind, more.unwrap_or_default(), keeps_default);
            }
        }
        for kind in after {
            self.execute(table, kind);
        }
    }

    /// Sends a part of ALTER TABLE to MySQL. MODIFY states all of a column again: a collation or a DEFAULT that it does
    /// not name is gone (`_alter_column_null_sql` names only a `db_default`).
    fn modify(&mut self, table: &str, kind: ChangeKind, more: Vec<ChangeKind>, keeps_default: bool) {
        let mut kinds = vec![kind];
        kinds.extend(more);
        if let ChangeKind::SetNotNull { column } | ChangeKind::DropNotNull { column } = &kinds[0] {
            let name = column.clone();
            let known = self.schema.table(table).and_then(|table| table.column(&name));
            if let Some(Column { default: Some(_), .. }) = known
                && !keeps_default
            {
                kinds.push(ChangeKind::DropDefault { column: name.clone() });
            }
            if let Some(Column { column_type: Ok(own), collation: Some(_), .. }) = known {
                let retyped = ChangeKind::AlterColumnType {
                    column: name,
                    from: Some(own.clone()),
                    to: own.clone(),
                    collation: None,
                    using: None,
                    drops_expression: true,
                };
                kinds.insert(0, retyped);
            }
        }
        let changes = kinds.into_iter().map(|kind| self.change(table, kind)).collect();
        self.execute_all(changes);
    }

    /// Whether NULLs are filled by way of a DEFAULT that goes again afterwards.
    fn needs_default(&self, old: &Field, new: &Field) -> bool {
        nullable(old)
            && !nullable(new)
            && new.column.default.is_none()
            && !self.skips_default_on_alter(new)
            && fill(&new.fill).is_some()
            && (old.fill != new.fill || new.fill.differs_each_time())
    }

    /// `_field_db_check`: the CHECK of a field's class, without the name of its column, so that a renaming alone does not
    /// make it another one. MySQL has to state it again then.
    fn check(&self, field: &Field) -> Option<String> {
        let by_name = self.target.is_mysql() && !self.target.is_mariadb() || !self.target.since(5, 0);
        let name = if by_name { field.column.name.as_str() } else { MOCKED };
        // A relation has none (`ForeignKey.db_check`).
        let entry = field.internal.filter(|_| !field.is_relation() && field.column.check.is_some())?;
        entry.check(self.target, name)
    }

    /// Unique constraints and indexes over a column alone that no `Meta` names.
    fn drop_uniques(&mut self, from: &Model, table: &str, column: &str) {
        let alone = |columns: &[String]| columns == [column.to_owned()];
        let by_meta = |name: &Option<String>| name.is_some() && from.constraints.iter().any(|part| part.name == *name);
        let Some(known) = self.schema.table(table) else { return };
        let constraints: Vec<Constraint> = known
            .constraints
            .iter()
            .filter(|own| matches!(&own.kind, ConstraintKind::Unique { columns, .. } if alone(columns)))
            .filter(|own| !by_meta(&own.name))
            .cloned()
            .collect();
        for constraint in constraints {
            self.execute(table, drop_constraint(constraint));
        }
    }

    /// Plain indexes over a column alone that no `Meta` names: on PostgreSQL the one for LIKE among them.
    fn drop_indexes(&mut self, from: &Model, table: &str, old: &Field) {
        let by_meta = |name: &Option<String>| name.is_some() && from.indexes.iter().any(|part| part.name == *name);
        let Some(known) = self.schema.table(table) else { return };
        let columns_of_key = [old.column.name.clone()];
        let is_it = |index: &&Index| {
            index.columns == columns_of_key && !index.unique && index.method.is_none() && !by_meta(&index.name)
        };
        let indexes: Vec<Index> = known.indexes.iter().filter(is_it).cloned().collect();
        if indexes.is_empty() && self.target.is_mysql() && old.remote.as_ref().is_some_and(|remote| remote.constraint) {
            // The one that the database made for the foreign key, where no other begins with its column.
            let begins = |columns: &[String]| columns.first() == columns_of_key.first();
            let covered = known.indexes.iter().any(|index| begins(&index.columns))
                || known.constraints.iter().any(|own| match &own.kind {
                    ConstraintKind::PrimaryKey(columns) | ConstraintKind::Unique { columns, .. } => begins(columns),
                    _ => false,
                });
            if !covered {
                self.execute(table, drop_index(plain_index(columns_of_key.to_vec())));
            }
        }
        for index in indexes {
            self.execute(table, drop_index(index));
        }
    }

    /// The part of `_alter_field` that PostgreSQL adds: the index for LIKE comes and goes with the others.
    fn follow_with_pattern_index(&mut self, ends: Ends<'_>, table: &str, (old, new): (&Field, &Field)) {
        let indexed = |field: &Field| field.index || field.unique;
        let appears = !indexed(old) && new.index
            || !old.unique && new.unique
            || self.target.since(4, 1) && changes_text(old, new);
        if appears && new.pattern_class(ends.after).is_some() {
            self.execute(table, create_index(plain_index(vec![new.column.name.clone()])));
        }
        if old.unique && !indexed(new) {
            // DROP INDEX IF EXISTS: Django does not look whether there was one.
            self.execute(table, drop_index(plain_index(vec![old.column.name.clone()])));
        }
    }
}

/// `_is_changing_type_of_indexed_text_column`: the index for LIKE goes when the type's family changes, before 4.2 ahead
/// of all else; since 4.1 it is made anew where the new type has one.
pub(super) fn changes_text(old: &Field, new: &Field) -> bool {
    let begins = |field: &Field, word: &str| field.type_name().is_some_and(|name| name.starts_with(word));
    let leaves = |word: &str| begins(old, word) && !begins(new, word);
    let array = |field: &Field| field.column.column_type.as_ref().is_ok_and(|own| own.dimensions > 0);
    (old.index || old.unique) && !array(old) && (leaves("varchar") || leaves("text") || leaves("citext"))
}

/// The name that `_field_db_check` puts in the place of a column's.
pub(super) const MOCKED: &str = "__column_name__";

/// What ALTER TABLE does to a column, with what goes before and after it.
#[derive(Default)]
pub(super) struct Actions {
    pub(super) before: Vec<ChangeKind>,
    pub(super) own: Vec<ChangeKind>,
    /// What MySQL's statement for the type does besides.
    pub(super) with_type: Vec<ChangeKind>,
    pub(super) after: Vec<ChangeKind>,
}

/// `null`, as Django compares it: a generated column says what the field says.
fn nullable(field: &Field) -> bool {
    field.column.null && !field.is_generated()
}
