//! What the release under check adds to the deployed state, as seen from one migration.
//!
//! A migration that is deployed already is judged alone, so only its own operations count; one that is not is judged
//! together with the other migrations of its app that are not deployed either.

use std::collections::HashSet;

use crate::migration::{Migration, Operation, OperationKind, Reach};

/// Models and fields that the release creates.
#[derive(Clone, Debug, Default)]
pub struct Release {
    deployed: bool,
    models: HashSet<(String, String)>,
    fields: HashSet<(String, String, String)>,
}

impl Release {
    /// The release as seen from `migration`. `others` are the migrations that are not deployed, of any app.
    #[must_use]
    pub fn seen_from(migration: &Migration, deployed: bool, others: &[&Migration]) -> Self {
        let mut release = Release { deployed, ..Release::default() };
        let mut together: Vec<&Migration> = vec![migration];
        if !deployed {
            let same_app = |other: &&&Migration| other.app == migration.app && other.name != migration.name;
            together.extend(others.iter().filter(same_app).copied());
            // Django's names start with a number, so this is the order in which they were made.
            together.sort_by(|a, b| a.name.cmp(&b.name));
        }
        for migration in together {
            for operation in &migration.operations {
                release.apply(&migration.app, operation);
            }
        }
        release
    }

    /// Whether the migration itself is deployed.
    pub(super) fn migration_is_deployed(&self) -> bool {
        self.deployed
    }

    /// Whether the release creates the model's table.
    pub(super) fn creates_model(&self, app: &str, model: &str) -> bool {
        self.models.contains(&(app.to_owned(), model.to_lowercase()))
    }

    /// Whether the release creates the field, alone or with its model.
    pub(super) fn creates_field(&self, app: &str, model: &str, field: &str) -> bool {
        let model = model.to_lowercase();
        self.creates_model(app, &model) || self.fields.contains(&(app.to_owned(), model, field.to_owned()))
    }

    fn apply(&mut self, app: &str, operation: &Operation) {
        for child in &operation.children {
            self.apply(app, child);
        }
        // What is only in the state creates nothing: the table exists already.
        let OperationKind::Django(entry) = operation.kind else { return };
        if operation.reach == Reach::State {
            return;
        }
        let text = |name: &str| operation.text(name).map(str::to_owned);
        match entry.name {
            "CreateModel" => {
                let Some(name) = text("name") else { return };
                self.models.insert((app.to_owned(), name.to_lowercase()));
            }
            "RenameModel" => {
                let (Some(old), Some(new)) = (text("old_name"), text("new_name")) else { return };
                // The old name stays: the operations in front of this one, and this one itself, use it.
                if self.models.contains(&(app.to_owned(), old.to_lowercase())) {
                    self.models.insert((app.to_owned(), new.to_lowercase()));
                }
            }
            "AddField" => {
                let (Some(model), Some(name)) = (text("model_name"), text("name")) else { return };
                self.fields.insert((app.to_owned(), model.to_lowercase(), name));
            }
            "RenameField" => {
                let (Some(model), Some(old), Some(new)) = (text("model_name"), text("old_name"), text("new_name"))
                else {
                    return;
                };
                let model = model.to_lowercase();
                if self.fields.contains(&(app.to_owned(), model.clone(), old)) {
                    self.fields.insert((app.to_owned(), model, new));
                }
            }
            _ => {}
        }
    }
}
