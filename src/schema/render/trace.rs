//! What a table was made of.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::history::{Known, ModelState};

/// A model with its app and lower-case name.
type Seen = ((String, String), Arc<ModelState>);

/// The models that were looked at while a table was made.
#[derive(Debug, Default)]
pub(in crate::schema) struct Trace {
    seen: RefCell<Vec<Seen>>,
    /// Whether something was looked at that is not a model of its own.
    is_open: Cell<bool>,
}

impl Trace {
    /// Notes what was found under a name.
    pub(super) fn note(&self, app: &str, name: &str, found: &Known<&Arc<ModelState>>) {
        match found {
            // The table of a proxy is that of another model.
            Known::Yes(model) | Known::Maybe(Some(model), _) if model.flag("proxy") == Some(false) => {
                let key = (app.to_owned(), name.to_lowercase());
                let mut seen = self.seen.borrow_mut();
                if !seen.iter().any(|(other, _)| *other == key) {
                    seen.push((key, Arc::clone(model)));
                }
            }
            _ => {
                self.is_open.set(true);
            }
        }
    }

    /// The models that were found, and whether nothing but these was looked at.
    pub(in crate::schema) fn finish(self) -> (Vec<Seen>, bool) {
        (self.seen.into_inner(), !self.is_open.into_inner())
    }
}
