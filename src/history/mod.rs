//! The graph of migrations and the project's state at each of them, replayed without running anything.
//!
//! [`Graph`] puts migrations into an order as `MigrationLoader` and `MigrationGraph` (`django.db.migrations.loader`,
//! `graph`) do; [`ProjectState`] holds the models as Django's class of that name does; [`History`] replays, lazily, what
//! leads to a migration. Values in, values and problems out; no file system.
//!
//! The state before a migration comes from its ancestors alone, so it does not depend on what else is in the project; a
//! model that another app renames before it is the exception, for those who ask ([`History::renamed_before`]).
//! What can't be told without running Python leaves a [`Doubt`] on what it touches, and on nothing else.

mod apply;
mod contrib;
mod graph;
mod lower;
mod model;
mod names;
pub mod normal;
mod order;
mod problem;
mod replay;
mod state;
mod step;
mod together;
mod view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use contrib::{ContribModel, contrib_model};
pub use graph::{Graph, NodeId};
pub use model::{Creation, FieldState, ModelState, Part, Reference, Sourced, resolve_relation};
pub use names::{TableName, column, key_origin, likely_table, primary_key, proxied, table, through_table};
pub use problem::{GraphProblem, GraphProblemKind, MigrationKey};
pub use replay::{Around, History};
pub use state::{Doubt, Known, ProjectState};

/// Which of the two effects of a migration is followed: `SeparateDatabaseAndState` lets them differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The models as code sees them: Django's project state.
    State,
    /// The models that would make Django produce what the migrations do to the database.
    Database,
}

/// What the project's settings say, as far as it is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    models: BTreeMap<String, (String, String)>,
    default_auto_field: Option<String>,
}

impl Settings {
    /// Says which model, `app.Model`, a setting such as `AUTH_USER_MODEL` names. Anything else is ignored.
    #[must_use]
    pub fn with_model(mut self, setting: &str, model: &str) -> Self {
        if let Some((app, name)) = model.split_once('.') {
            self.models.insert(setting.to_owned(), (app.to_owned(), name.to_lowercase()));
        }
        self
    }

    /// Says what `DEFAULT_AUTO_FIELD` is: the dotted path of a field class.
    #[must_use]
    pub fn with_default_auto_field(mut self, path: &str) -> Self {
        self.default_auto_field = Some(path.to_owned());
        self
    }

    /// `DEFAULT_AUTO_FIELD`, when it is configured.
    #[must_use]
    pub fn default_auto_field(&self) -> Option<&str> {
        self.default_auto_field.as_deref()
    }

    /// The (app, lower-case name) that a setting names; the setting with or without `django.conf.settings`.
    #[must_use]
    pub fn model(&self, setting: &str) -> Option<(String, String)> {
        let name = setting.rsplit('.').next().unwrap_or(setting);
        self.models.get(name).cloned()
    }
}
