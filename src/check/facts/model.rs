//! What rules can ask of a model.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::{Attribute, Context, attribute, getter, names, not_known};
use crate::language::vocabulary::Name;
use crate::language::{Cause, Entity, Fact, Slot, Truth, Type};
use crate::source::Span;

/// A model, as one operation names it.
#[derive(Clone)]
pub(crate) struct ModelView<'a> {
    pub(super) context: &'a Context<'a>,
    /// Its name as the operation writes it, as far as it is known.
    pub(super) written: Fact<'a>,
    /// Where the operation names it.
    pub(super) span: Span,
}

type Getter = for<'a> fn(&ModelView<'a>) -> Fact<'a>;

static ATTRIBUTES: LazyLock<Vec<Attribute<Getter>>> = LazyLock::new(|| {
    vec![
        attribute("name", Slot::set(Type::Str), "Its name, in lower case.", (|m| m.name()) as Getter),
        attribute("app", Slot::set(Type::Str), "Label of its app.", |m| {
            Fact::Str(Cow::Borrowed(&m.context.migration.app))
        }),
        attribute("label", Slot::set(Type::Str), "`app.model`, in lower case.", |m| m.label()),
        attribute("table", Slot::set(Type::Str), "Its table: `db_table`, else `app_model`.", |m| m.table()),
    ]
});

/// The names of a model, for the vocabulary.
pub(super) fn attributes() -> Vec<Name> {
    names(&ATTRIBUTES)
}

impl<'a> ModelView<'a> {
    /// Its name in lower case: Django's key for it.
    pub(super) fn name(&self) -> Fact<'a> {
        match &self.written {
            Fact::Str(name) => Fact::Str(Cow::Owned(name.to_lowercase())),
            other => other.clone(),
        }
    }

    fn label(&self) -> Fact<'a> {
        match &self.written {
            Fact::Str(name) => Fact::Str(Cow::Owned(format!("{}.{}", self.context.migration.app, name.to_lowercase()))),
            other => other.clone(),
        }
    }

    /// `Options.db_table` (django.db.models.options). Known where the model is created in this release; an earlier
    /// migration may have given it any name.
    pub(super) fn table(&self) -> Fact<'a> {
        let Fact::Str(name) = &self.written else { return self.written.clone() };
        match self.context.release.table_of(&self.context.migration.app, name) {
            Some(Ok(table)) => Fact::Str(Cow::Owned(table)),
            Some(Err(unknown)) => not_known(&unknown),
            None => Fact::Unknown(Rc::new(Cause {
                text: format!("the table of {}", self.text()),
                reason: "is set in another migration".to_owned(),
                span: self.span,
            })),
        }
    }
}

impl<'a> Entity<'a> for ModelView<'a> {
    fn type_name(&self) -> &'static str {
        "Model"
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        getter(&ATTRIBUTES, name).map_or(Fact::Unset, |get| get(self))
    }

    fn class(&self) -> Fact<'a> {
        Fact::Unset
    }

    fn contains(&self, _member: &Fact<'a>) -> Truth {
        Truth::False
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        Some(self.span)
    }

    fn text(&self) -> Cow<'a, str> {
        self.label().print()
    }

    fn identity(&self) -> String {
        self.text().into_owned()
    }
}
