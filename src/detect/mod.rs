//! What a project's own files say of its databases and its Django: settings modules, lock files, requirements.
//!
//! Pure: texts in, facts out. Nothing is run, so a value that only the environment knows stays unknown, unless a default
//! is written beside it.

mod django;
mod settings;

pub use django::{LOCK_FILES, django_version};
pub use settings::{SettingsFacts, settings_facts, settings_module};
