//! What refers to a field that changes: columns whose types follow it.

use crate::schema::editor::Editor;
use crate::schema::editor::operations::Ends;
use crate::schema::render::{Field, Kind, Model};

/// A column that refers to one that changes, before and after.
pub(super) struct Referring {
    pub(super) table: String,
    pub(super) old: Field,
    pub(super) new: Field,
}

/// No table has more columns that refer to it, and circles of relations end.
const MAX_REFERRING: usize = 10_000;

impl Editor<'_> {
    /// The columns that refer to a field, directly or by way of others (`_related_non_m2m_objects`), the ends of
    /// `ManyToManyField`s among them.
    pub(super) fn referring(&mut self, ends: Ends<'_>, from: &Model, old: &Field) -> Vec<Referring> {
        let mut found: Vec<Referring> = Vec::new();
        let mut open = vec![((from.app.clone(), from.name.clone()), old.name.clone(), old.column.primary_key)];
        while let Some((target, field, primary)) = open.pop() {
            if found.len() > MAX_REFERRING {
                break;
            }
            for (before, after) in all_models(ends) {
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
                    open.push(((before.app.clone(), before.name.clone()), old.name.clone(), old.column.primary_key));
                    found.push(Referring { table: after.table.clone(), old: old.clone(), new: new.clone() });
                }
            }
        }
        found
    }
}

/// All models with a table, those that Django makes for `ManyToManyField`s included, before and after.
pub(super) fn all_models(ends: Ends<'_>) -> Vec<(Model, Model)> {
    let mut models = Vec::new();
    for (app, name, _) in ends.before.state.models() {
        let pair = (ends.before.model_named(app, name), ends.after.model_named(app, name));
        let (Some(Ok(before)), Some(Ok(after))) = pair else { continue };
        for field in before.fields.iter().filter(|field| field.kind == Kind::ManyToMany { auto: true }) {
            let Some(new) = after.field(&field.name) else { continue };
            let through = (ends.before.through_of(&before, field), ends.after.through_of(&after, new));
            if let (Some(Ok(old)), Some(Ok(new))) = through {
                models.push((old, new));
            }
        }
        if after.has_table {
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
