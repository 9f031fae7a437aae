//! Models and fields as Django's schema editor sees them: with the tables, columns and types that their state stands
//! for (`StateApps.render_multiple` in `django.db.migrations.state`, `Options`, and `Field` on a connection).

mod expression;
mod field;
mod key;
mod model;
mod part;
mod through;
mod trace;
mod value;

use std::sync::Arc;

use crate::history::{Doubt, Known, ModelState, ProjectState, Reference, Settings};
use crate::python::Unknown;
use crate::schema::Target;
use crate::source::Span;

pub(super) use field::{Field, Fill, Kind, Remote};
pub(super) use key::Key;
pub(super) use model::Model;
pub(super) use part::{Made, Part};
pub(super) use trace::Trace;
pub(super) use value::{same, text};

/// A project at one moment, on its way to a database.
#[derive(Clone, Copy)]
pub(super) struct Project<'s> {
    /// Its models.
    pub(super) state: &'s ProjectState,
    /// What its settings say.
    pub(super) settings: &'s Settings,
    /// The database and Django.
    pub(super) target: Target,
    /// Where the models that are looked at are noted.
    pub(super) trace: Option<&'s Trace>,
}

impl<'s> Project<'s> {
    /// The model of that app and name.
    pub(super) fn look_up(self, app: &str, name: &str) -> Known<&'s Arc<ModelState>> {
        let found = self.state.model(app, name);
        if let Some(trace) = self.trace {
            trace.note(app, name, &found);
        }
        found
    }

    /// The (app, lower-case name) that a relation points to.
    pub(super) fn resolve(
        self,
        reference: Result<(String, String), Reference>,
        place: Span,
    ) -> Result<(String, String), Unknown> {
        match reference {
            Ok(model) => Ok(model),
            Err(Reference::Setting(path)) => self.settings.model(&path).ok_or_else(|| Unknown {
                text: path,
                span: place,
                reason: "is a setting that is not configured".to_owned(),
            }),
            Err(Reference::Unknown) => Err(Unknown {
                text: "the model that is referred to".to_owned(),
                span: place,
                reason: "is not a literal".to_owned(),
            }),
        }
    }
}

/// The reason that a doubt holds.
pub(super) fn reason(doubt: &Doubt) -> Unknown {
    doubt.unknown.clone()
}
