//! What a migration does to the state, in terms that need no look at the file any more.

use std::sync::Arc;

use crate::history::model::{FieldState, ModelState, Part, Sourced};
use crate::history::state::Doubt;
use crate::source::{SourceFile, Span, Spanned};

/// A step, and why it may not happen.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) change: Change,
    /// The operation stands under a condition, say.
    pub(super) doubt: Option<Arc<Doubt>>,
    /// The migration's file.
    pub(super) source: Arc<SourceFile>,
    /// The operation.
    pub(super) span: Span,
}

/// One change. Models go by their lower-case names.
#[derive(Clone, Debug)]
pub(super) enum Change {
    CreateModel(Arc<ModelState>),
    DeleteModel {
        model: Arc<str>,
    },
    RenameModel {
        old: Arc<str>,
        /// As it is written.
        new: Arc<str>,
    },
    /// AddField and AlterField.
    SetField {
        model: Arc<str>,
        name: Arc<str>,
        field: Arc<FieldState>,
    },
    RemoveField {
        model: Arc<str>,
        name: Arc<str>,
    },
    RenameField {
        model: Arc<str>,
        old: Arc<str>,
        new: Arc<str>,
    },
    SetOptions {
        model: Arc<str>,
        options: Vec<(Arc<str>, Sourced)>,
        /// Options that go away unless `options` has them.
        reset: &'static [&'static str],
    },
    SetManagers {
        model: Arc<str>,
        managers: Option<Sourced>,
    },
    AddPart {
        model: Arc<str>,
        list: List,
        part: Arc<Part>,
    },
    RemovePart {
        model: Arc<str>,
        list: List,
        name: Arc<str>,
    },
    ReplacePart {
        model: Arc<str>,
        list: List,
        name: Arc<str>,
        part: Arc<Part>,
    },
    RenameIndex {
        model: Arc<str>,
        old: Arc<str>,
        new: Spanned<String>,
    },
    /// `RenameIndex` with `old_fields`: an entry of `index_together` becomes an index.
    NameIndex {
        model: Arc<str>,
        fields: Vec<String>,
        index: Arc<Part>,
    },
    /// Something happens that can't be told.
    Forget(Scope, Arc<Doubt>),
}

/// The lists of parts that a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Indexes,
    Constraints,
}

/// What may be different after a step that can't be told.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    /// Any model of the app.
    App,
    /// Anything about the model.
    Model(Arc<str>),
    /// Its options, indexes and constraints.
    Options(Arc<str>),
}
