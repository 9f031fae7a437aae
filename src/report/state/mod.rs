//! The state of an app at a migration: for programs, and for people.

mod json;
mod table;

use crate::history::{MigrationKey, ProjectState};
use crate::target::Version;

pub(crate) use json::json;
pub(crate) use table::table;

/// The models of an app at one moment.
pub(crate) struct AppState<'s> {
    /// Label of the app.
    pub(crate) app: &'s str,
    /// The migrations that have run: one, unless the app's latest ones are in conflict.
    pub(crate) after: Vec<&'s MigrationKey>,
    /// The version of Django whose names are given.
    pub(crate) django: Version,
    /// The state.
    pub(crate) state: &'s ProjectState,
}
