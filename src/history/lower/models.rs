//! Operations on models and their options: `django.db.migrations.operations.models`.

use std::sync::Arc;

use crate::history::lower::{Call, Changes};
use crate::history::model::{ModelState, Part, Sourced};
use crate::history::state::Doubt;
use crate::history::step::{Change, Scope};
use crate::history::together;
use crate::migration::Field;
use crate::python::{Value, ValueKind};

/// `AlterModelOptions.ALTER_OPTION_KEYS`: those that are reset when the operation does not name them.
const ALTER_OPTION_KEYS: &[&str] = &[
    "base_manager_name",
    "default_manager_name",
    "default_related_name",
    "get_latest_by",
    "managed",
    "ordering",
    "permissions",
    "default_permissions",
    "select_on_save",
    "verbose_name",
    "verbose_name_plural",
];

impl Call<'_> {
    pub(super) fn create_model(&self) -> Changes {
        let name = self.text("name", || Scope::App)?;
        let mut model = ModelState {
            app: Arc::from(self.app),
            created: self.creation(&name),
            name,
            source: Arc::clone(self.source),
            span: self.operation.span,
            fields: Vec::with_capacity(self.operation.fields.len()),
            options: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            bases: self.argument("bases").map(|given| self.sourced(&given.value)),
            managers: self.managers("managers"),
            existence: None,
            more: self.operation.open.as_ref().map(|unknown| Doubt::of(self.source, unknown)),
            more_fields: self.operation.open.as_ref().map(|unknown| Doubt::of(self.source, unknown)),
        };
        self.fields_of(&mut model);
        if let Some(given) = self.argument("options") {
            match &given.value.kind {
                ValueKind::None => {}
                ValueKind::Dict(entries) => self.options_of(&mut model, entries),
                _ => model.more = model.more.or_else(|| Some(self.doubt("options"))),
            }
        }
        Ok(vec![Change::CreateModel(Arc::new(model))])
    }

    fn fields_of(&self, model: &mut ModelState) {
        if self.operation.fields.is_empty() && self.operation.fields_open.is_none() {
            // An operation that only behaves like CreateModel: the reader has not looked at its fields.
            let pairs = self.argument("fields").and_then(|given| given.value.elements()).unwrap_or_default();
            for pair in pairs {
                match pair.elements() {
                    Some([name, field]) if name.as_str().is_some() => {
                        let name = Arc::from(name.as_str().unwrap_or_default());
                        let created = self.creation(&name);
                        model.set_field(&name, self.field_state(Field::of(field), Some(created)));
                    }
                    _ => model.more_fields = Some(self.doubt("fields")),
                }
            }
            return;
        }
        for (name, field) in &self.operation.fields {
            let name = Arc::from(name.as_str());
            model.set_field(&name, self.field_state(field.clone(), Some(self.creation(&name))));
        }
        if let Some(unknown) = &self.operation.fields_open {
            model.more_fields = Some(Doubt::of(self.source, unknown));
        }
    }

    fn options_of(&self, model: &mut ModelState, entries: &[(Value, Value)]) {
        for (key, value) in entries {
            let Some(name) = key.as_str() else {
                model.more = Some(Doubt::new(self.source, key.span, self.source.slice(key.span), "is not a text"));
                continue;
            };
            let list = match name {
                "indexes" => &mut model.indexes,
                "constraints" => &mut model.constraints,
                _ => {
                    model.set_option(name, self.sourced(value));
                    continue;
                }
            };
            if let Some(items) = value.elements() {
                *list = items.iter().map(|item| self.part(item)).collect();
            } else {
                let text = self.source.slice(value.span);
                model.more = Some(match value.unknown() {
                    Some(unknown) => Doubt::of(self.source, unknown),
                    None => Doubt::new(self.source, value.span, text, "is not a list"),
                });
            }
        }
    }

    /// The index or constraint that `value` makes.
    pub(super) fn part(&self, value: &Value) -> Arc<Part> {
        Arc::new(Part {
            source: Arc::clone(self.source),
            value: value.clone(),
            name: Part::name_of(value),
            doubt: None,
        })
    }

    fn managers(&self, parameter: &str) -> Option<Sourced> {
        let given = self.argument(parameter)?;
        let empty = given.value.is_none() || given.value.elements().is_some_and(<[Value]>::is_empty);
        (!empty).then(|| self.sourced(&given.value))
    }

    pub(super) fn delete_model(&self) -> Changes {
        Ok(vec![Change::DeleteModel { model: self.model("name")? }])
    }

    pub(super) fn rename_model(&self) -> Changes {
        let old = self.model("old_name")?;
        Ok(vec![Change::RenameModel { old, new: self.text("new_name", || Scope::App)? }])
    }

    pub(super) fn set_option(&self, parameter: &str, option: &str) -> Changes {
        let model = self.model("name")?;
        let Some(given) = self.argument(parameter) else {
            return Err((Scope::Options(model), self.doubt(parameter)));
        };
        let options = vec![(Arc::from(option), self.sourced(&given.value))];
        Ok(vec![Change::SetOptions { model, options, reset: &[] }])
    }

    /// `AlterTogetherOptionOperation.__init__`: a value that is not empty becomes a set of tuples.
    pub(super) fn set_together(&self, option: &str) -> Changes {
        let model = self.model("name")?;
        let Some(given) = self.argument(option) else {
            return Err((Scope::Options(model), self.doubt(option)));
        };
        let value = match together::normalized(&given.value) {
            Some(sets) => self.value(together::value(&sets, given.value.span), given.value.span),
            None => self.sourced(&given.value),
        };
        Ok(vec![Change::SetOptions { model, options: vec![(Arc::from(option), value)], reset: &[] }])
    }

    /// `AlterModelOptions` sets its options and resets those of [`ALTER_OPTION_KEYS`] that it does not name.
    pub(super) fn alter_options(&self) -> Changes {
        let model = self.model("name")?;
        let Some(ValueKind::Dict(entries)) = self.argument("options").map(|given| &given.value.kind) else {
            return Err((Scope::Options(model), self.doubt("options")));
        };
        let mut options = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match key.as_str() {
                Some(name) if name != "indexes" && name != "constraints" => {
                    options.push((Arc::from(name), self.sourced(value)));
                }
                _ => return Err((Scope::Options(model), self.doubt("options"))),
            }
        }
        Ok(vec![Change::SetOptions { model, options, reset: ALTER_OPTION_KEYS }])
    }

    pub(super) fn alter_managers(&self) -> Changes {
        let model = self.model("name")?;
        if self.argument("managers").is_none() {
            return Err((Scope::Options(model), self.doubt("managers")));
        }
        Ok(vec![Change::SetManagers { model, managers: self.managers("managers") }])
    }
}
