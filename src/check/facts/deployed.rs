//! `deployed`: what the code that may still be running knows.

use std::borrow::Cow;

use crate::language::{Entity, Fact, Truth};
use crate::source::Span;

/// What a model, a field or a migration is asked for to tell whether it is deployed. No rule can write this name.
pub(super) const IN_DEPLOYED: &str = "in deployed";

/// The deployed code, as seen from the migration under check.
pub(super) struct DeployedView;

impl<'a> Entity<'a> for DeployedView {
    fn type_name(&self) -> &'static str {
        "Deployed"
    }

    fn attribute(&self, _name: &str) -> Fact<'a> {
        Fact::Unset
    }

    fn contains(&self, member: &Fact<'a>) -> Truth {
        match member {
            Fact::Entity(member) => member.attribute(IN_DEPLOYED).truth(),
            _ => Truth::False,
        }
    }

    fn place(&self, _attribute: Option<&str>) -> Option<Span> {
        None
    }

    fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed("the deployed code")
    }

    fn identity(&self) -> String {
        "deployed".to_owned()
    }
}
