//! What refers to a field that changes: columns whose types follow it.

use crate::history::FieldState;
use crate::schema::editor::Editor;
use crate::schema::editor::operations::Ends;
use crate::schema::render::{Field, Kind, Model};

/// A column that refers to one that changes, before and after.
pub(super) struct Referring {
    pub(super) table: String,
    pub(super) old: Field,
    pub(super) new: Field,
}

impl Referring {
    /// Whether there is no way back from what it refers to: the end of a ManyToManyField, or `related_name` ends with
    /// `+`.
    pub(super) fn is_hidden(&self) -> bool {
        let Some(stated) = &self.new.stated else { return true };
        let name = stated.field.argument("related_name").and_then(|argument| argument.value.as_str());
        name.is_some_and(|name| name.ends_with('+'))
    }
}

/// No table has more columns that refer to it, and circles of relations end.
const MAX_REFERRING: usize = 10_000;

impl Editor<'_> {
    /// The columns that refer to a field, directly or, since 4.0, by way of others (`_related_non_m2m_objects`), the ends
    /// of `ManyToManyField`s among them.
    pub(super) fn referring(&mut self, ends: Ends<'_>, from: &Model, old: &Field) -> Vec<Referring> {
        let mut found: Vec<Referring> = Vec::new();
        let mut open = vec![((from.app.clone(), from.name.clone()), old.name.clone(), old.column.primary_key)];
        while let Some((target, field, primary)) = open.pop() {
            if found.len() > MAX_REFERRING {
                break;
            }
            for (before, after) in pointing_to(ends, &target) {
                for (old, new) in before.fields.iter().zip_by_name(&after.fields) {
                    let Some(Ok(key)) = old.remote.as_ref().map(|remote| &remote.key) else { continue };
                    let is_it = key.model == target && (key.field == field || primary && key.primary);
                    let seen = found
                        .iter()
                        .any(|other| other.table == after.table && other.old.column.name == old.column.name);
                    if !is_it || seen {
                        continue;
                    }
                    self.live(ends.before, &before);
                    if self.target.since(4, 0) {
                        let next = (before.app.clone(), before.name.clone());
                        open.push((next, old.name.clone(), old.column.primary_key));
                    }
                    found.push(Referring { table: after.table.clone(), old: old.clone(), new: new.clone() });
                }
            }
        }
        self.refer_unseen(ends, from, old, &mut found);
        found
    }

    /// Columns of tables that the database is known to have, though the states around the operation don't: those of apps
    /// that do not lead to the migration, but which Django loads all the same.
    fn refer_unseen(&self, ends: Ends<'_>, from: &Model, old: &Field, found: &mut Vec<Referring>) {
        let Ok(key) = ends.after.key((&from.app, &from.name), None, 0) else { return };
        if !old.column.primary_key || !key.primary {
            return;
        }
        for (name, table) in &self.schema.tables {
            for (columns, references) in table.foreign_keys() {
                let [column] = columns else { continue };
                let seen = found.iter().any(|other| other.table == *name && other.old.column.name == *column);
                let is_it = references.table == from.table && references.columns[..] == [old.column.name.clone()];
                let Some(known) = table.column(column).filter(|_| is_it && !seen) else { continue };
                let before = Field::referring(known.clone(), key.clone(), references.on_delete.clone());
                let mut after = before.clone();
                after.column.column_type.clone_from(&key.column_type);
                found.push(Referring { table: name.clone(), old: before, new: after });
            }
        }
    }
}

/// The models with a table that may refer to a model, those that Django makes for `ManyToManyField`s included, before and
/// after.
pub(super) fn pointing_to(ends: Ends<'_>, target: &(String, String)) -> Vec<(Model, Model)> {
    let mut models = Vec::new();
    for (app, name, state) in ends.before.state.models() {
        let own = (&**app, &**name) == (target.0.as_str(), target.1.as_str());
        let points = |field: &FieldState| {
            let resolved = field.target(app, name).map(|found| ends.before.resolve(found, field.field.span));
            matches!(resolved, Some(Ok(found)) if found == *target)
        };
        let pointing: Vec<&str> =
            state.fields.iter().filter(|(_, field)| points(field)).map(|(name, _)| &**name).collect();
        // The table of a ManyToManyField refers to both of its ends.
        if pointing.is_empty() && !own {
            continue;
        }
        let pair = (ends.before.model_named(app, name), ends.after.model_named(app, name));
        let (Some(Ok(before)), Some(Ok(after))) = pair else { continue };
        let many = before.fields.iter().filter(|field| field.kind == Kind::ManyToMany { auto: true });
        for field in many.filter(|field| own || pointing.contains(&field.name.as_str())) {
            let Some(new) = after.field(&field.name) else { continue };
            let through = (ends.before.through_of(&before, field), ends.after.through_of(&after, new));
            if let (Some(Ok(old)), Some(Ok(new))) = through {
                models.push((old, new));
            }
        }
        if after.has_table && !pointing.is_empty() {
            models.push((before, after));
        }
    }
    models
}

trait ZipByName<'f> {
    /// Pairs of fields that have one name.
    fn zip_by_name(self, others: &'f [Field]) -> impl Iterator<Item = (&'f Field, &'f Field)>;
}

impl<'f, I: Iterator<Item = &'f Field>> ZipByName<'f> for I {
    fn zip_by_name(self, others: &'f [Field]) -> impl Iterator<Item = (&'f Field, &'f Field)> {
        self.filter_map(|field| Some((field, others.iter().find(|other| other.name == field.name)?)))
    }
}
