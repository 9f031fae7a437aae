//! Steps on a state: the rules of `ProjectState` (`django.db.migrations.state`), as of Django 6.1.
//!
//! What a step can't tell makes doubtful what it may have touched. What later steps set anew is certain again.

mod fields;
mod models;
mod options;

use std::sync::Arc;

use crate::history::Settings;
use crate::history::state::{Doubt, ProjectState};
use crate::history::step::{Change, Scope, Step};

/// Changes the state as a step of a migration of `app` does.
pub(super) fn apply(state: &mut ProjectState, app: &str, step: &Step, settings: &Settings) {
    let doubt = step.doubt.as_ref();
    let missing = match &step.change {
        Change::CreateModel(model) => {
            models::create(state, app, model, doubt);
            None
        }
        Change::DeleteModel { model } => models::delete(state, app, model, doubt).err().map(|Missing| model),
        Change::RenameModel { old, new } => models::rename(state, app, (old, new), doubt).err().map(|Missing| old),
        Change::SetField { model, name, field } => {
            fields::set(state, (app, model), name, field, doubt).err().map(|Missing| model)
        }
        Change::RemoveField { model, name } => {
            fields::remove(state, (app, model), name, doubt).err().map(|Missing| model)
        }
        Change::RenameField { model, old, new } => {
            fields::rename(state, (app, model), (old, new), step, settings).err().map(|Missing| model)
        }
        Change::SetOptions { model, .. }
        | Change::SetManagers { model, .. }
        | Change::AddPart { model, .. }
        | Change::RemovePart { model, .. }
        | Change::ReplacePart { model, .. }
        | Change::RenameIndex { model, .. }
        | Change::NameIndex { model, .. } => match state.model_mut(app, model) {
            Some(found) => {
                options::change(found, &step.change, doubt);
                None
            }
            None => Some(model),
        },
        Change::Forget(scope, doubt) => {
            forget(state, app, scope, doubt);
            None
        }
    };
    if let Some(model) = missing {
        let reason = "is not created by any migration before this one";
        let text = format!("{app}.{model}");
        state.app_mut(app).doubt.get_or_insert_with(|| Doubt::new(&step.source, step.span, &text, reason));
    }
}

/// The model of a step is not there.
struct Missing;

/// Makes doubtful whatever of the app, or of one of its models, may be different.
pub(super) fn forget(state: &mut ProjectState, app: &str, scope: &Scope, doubt: &Arc<Doubt>) {
    let app = state.app_mut(app);
    match scope {
        Scope::App => {
            for model in app.models.values_mut() {
                Arc::make_mut(model).make_doubtful(doubt);
            }
            app.doubt.get_or_insert_with(|| Arc::clone(doubt));
        }
        Scope::Model(name) => match app.models.get_mut(name) {
            Some(model) => Arc::make_mut(model).make_doubtful(doubt),
            None => {
                app.doubt.get_or_insert_with(|| Arc::clone(doubt));
            }
        },
        Scope::Options(name) => match app.models.get_mut(name) {
            Some(model) => options::make_doubtful(Arc::make_mut(model), doubt),
            None => {
                app.doubt.get_or_insert_with(|| Arc::clone(doubt));
            }
        },
    }
}

/// Puts the doubt where there is none yet.
fn cast(own: &mut Option<Arc<Doubt>>, doubt: Option<&Arc<Doubt>>) {
    if own.is_none() {
        *own = doubt.cloned();
    }
}
