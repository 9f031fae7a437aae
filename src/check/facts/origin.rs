//! Where a value was written: in the migration under check, or in an earlier one.

use std::rc::Rc;

use crate::language::{Cause, Fact};
use crate::python::Unknown;
use crate::source::{SourceFile, Span};

/// The file that states a value, and how to point at it from the migration under check.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    source: &'a SourceFile,
    /// The app that an unqualified model name belongs to.
    pub(super) app: &'a str,
    /// The place in the migration under check to point at, when the value stands in another file.
    anchor: Option<Span>,
}

impl<'a> Origin<'a> {
    /// Values of the migration under check.
    pub(super) fn here(source: &'a SourceFile, app: &'a str) -> Self {
        Self { source, app, anchor: None }
    }

    /// Values of another migration, pointed at by what refers to them here.
    pub(super) fn elsewhere(source: &'a SourceFile, app: &'a str, anchor: Span) -> Self {
        Self { source, app, anchor: Some(anchor) }
    }

    /// Whether values stand in the migration under check, so that their places can be shown.
    pub(super) fn is_here(self) -> bool {
        self.anchor.is_none()
    }

    /// The source text at a place, on one line and not too long for a message.
    pub(super) fn text(self, span: Span) -> String {
        const LONGEST: usize = 60;
        let mut text = self.source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(cut);
            text.push('…');
        }
        text
    }

    /// Why a value is not known.
    pub(super) fn cause(self, span: Span, reason: &str) -> Rc<Cause> {
        self.cause_of(&Unknown { text: self.text(span), reason: reason.to_owned(), span })
    }

    /// What the reader could not know, as a cause.
    pub(super) fn cause_of(self, unknown: &Unknown) -> Rc<Cause> {
        let reason = if self.anchor.is_none() {
            unknown.reason.clone()
        } else {
            let line = self.source.position(unknown.span.start).line;
            format!("{} ({}:{line})", unknown.reason, self.source.path())
        };
        Rc::new(Cause { text: unknown.text.clone(), reason, span: self.anchor.unwrap_or(unknown.span) })
    }

    /// The fact of a value that is written and that the reader could not know.
    pub(super) fn given(self, unknown: &Unknown) -> Fact<'a> {
        Fact::Given(self.cause_of(unknown))
    }

    /// A fact that the reader could not know.
    pub(super) fn not_known(self, unknown: &Unknown) -> Fact<'a> {
        Fact::Unknown(self.cause_of(unknown))
    }
}
