//! Models and tables that get another name.

use crate::python::Unknown;
use crate::schema::editor::Editor;
use crate::schema::editor::operations::{Call, Ends};
use crate::schema::render::{Field, Kind, Model};

impl Editor<'_> {
    /// `RenameModel.database_forwards`
    pub(super) fn rename_model(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let from = call.model(call.before, "old_name")?;
        let to = call.model(call.after, "new_name")?;
        if !to.has_table {
            return Ok(());
        }
        self.live(call.before, &from);
        self.rename_table(&from.table, &to.table);
        self.alter_what_points_to(call.ends(), &from, &to);
        for old in many(&from) {
            let Some(new) = to.field(&old.name) else { continue };
            // Those that point to the model itself are among what points to it.
            let own = target(call.ends(), &to, new) == Some((to.app.clone(), to.name.clone()));
            if own {
                continue;
            }
            // Until 4.1 the table got its name and the own end followed; since then both ends do.
            if self.target.since(4, 2) {
                self.alter_many_to_many(call.ends(), (&from, &to), (old, new));
            } else {
                self.rename_many_to_many(call.ends(), (&from, &to), (old, new));
            }
        }
        Ok(())
    }

    /// Alters the fields of all models that refer to a renamed one, but for hidden foreign keys
    /// (`Options.related_objects`).
    fn alter_what_points_to(&mut self, ends: Ends<'_>, from: &Model, to: &Model) {
        let found: Vec<(String, String, String)> = ends
            .before
            .state
            .models()
            .flat_map(|(app, name, model)| {
                let points = model.fields.iter().filter(|(_, field)| {
                    let target = field.target(app, name).map(|target| ends.before.resolve(target, field.field.span));
                    matches!(target, Some(Ok((app, name))) if app == from.app && name == from.name) && !is_hidden(field)
                });
                points.map(|(field, _)| (app.to_string(), name.to_string(), field.to_string())).collect::<Vec<_>>()
            })
            .collect();
        for (app, name, field) in found {
            let Some(Ok(before)) = ends.before.model_named(&app, &name) else { continue };
            let own = (app.as_str(), name.as_str()) == (from.app.as_str(), from.name.as_str());
            let after = if own { Some(Ok(to.clone())) } else { ends.after.model_named(&app, &name) };
            let Some(Ok(after)) = after else { continue };
            if let (Some(old), Some(new)) = (before.field(&field), after.field(&field)) {
                // Django alters fields of unmanaged models as well, but they have no table that we know.
                if after.has_table {
                    self.alter_field(ends, (&before, &after), (old, new));
                }
            }
        }
    }

    /// `AlterModelTable.database_forwards`: the tables of `ManyToManyField`s move along.
    pub(super) fn alter_model_table(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let (from, to) = (call.model(call.before, "name")?, call.model(call.after, "name")?);
        if !to.has_table {
            return Ok(());
        }
        self.live(call.before, &from);
        self.rename_table(&from.table, &to.table);
        for old in many(&from) {
            let Some(new) = to.field(&old.name) else { continue };
            match (call.before.through_of(&from, old), call.after.through_of(&to, new)) {
                (Some(Ok(old)), Some(Ok(new))) => {
                    self.live(call.before, &old);
                    self.rename_table(&old.table, &new.table);
                }
                (Some(Err(unknown)), _) | (_, Some(Err(unknown))) => self.unknown(None, unknown),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The `ManyToManyField`s of a model for which Django makes a table.
fn many(model: &Model) -> impl Iterator<Item = &Field> {
    model.fields.iter().filter(|field| field.kind == Kind::ManyToMany { auto: true })
}

/// The model that a ManyToManyField points to.
fn target(ends: Ends<'_>, model: &Model, field: &Field) -> Option<(String, String)> {
    let stated = field.stated.as_ref()?;
    let target = stated.target(&model.app, &model.name)?;
    ends.after.resolve(target, stated.field.span).ok()
}

/// Whether there is no way back: `related_name` ends with `+`. A ManyToManyField is among the related objects anyway.
fn is_hidden(field: &crate::history::FieldState) -> bool {
    let stated = &field.field;
    let name = stated.argument("related_name").and_then(|argument| argument.value.as_str());
    let many = stated.entry.is_some_and(|entry| entry.derives_from("ManyToManyField"));
    !many && name.is_some_and(|name| name.ends_with('+'))
}
