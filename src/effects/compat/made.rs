//! Views and triggers, of which nothing but their names is known.

use crate::effects::compat::failure::{Cause, Failure};
use crate::python::Unknown;
use crate::schema::Statement;
use crate::sql::{ChangeKind, SchemaChange};

/// Views and triggers that the migration makes: they may let work what would fail on the tables alone.
pub(super) struct Made<'a> {
    views: Vec<(&'a str, &'a SchemaChange)>,
    triggers: Vec<(&'a str, &'a SchemaChange)>,
}

impl<'a> Made<'a> {
    /// What these statements make.
    pub(super) fn by(statements: &'a [Statement]) -> Self {
        let mut made = Self { views: Vec::new(), triggers: Vec::new() };
        for change in statements.iter().flat_map(|statement| &statement.changes) {
            let ChangeKind::Other { words, object } = &change.kind else { continue };
            let is = |what: &str| words.starts_with("CREATE") && words.split(' ').any(|word| word == what);
            let name = object.as_deref().or(change.table.as_deref());
            if let (true, Some(name)) = (is("VIEW"), name) {
                made.views.push((name, change));
            }
            if let (true, Some(table)) = (is("TRIGGER"), change.table.as_deref().or(name)) {
                made.triggers.push((table, change));
            }
        }
        made
    }

    /// Why the failure may be none.
    pub(super) fn covers(&self, failure: &Failure) -> Option<Unknown> {
        let (made, what) = match failure.cause {
            Cause::NoTable => (&self.views, "view"),
            Cause::Unnamed | Cause::NotNull => (&self.triggers, "trigger"),
            _ => return None,
        };
        let (name, change) = made.iter().find(|(name, _)| *name == failure.table)?;
        Some(Unknown {
            text: (*name).to_owned(),
            span: change.span,
            reason: format!("has a {what} that may stand in for what is missing"),
        })
    }
}
