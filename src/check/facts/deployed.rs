//! `deployed`: what the code that may still be running knows.

use std::borrow::Cow;

use crate::check::facts::Context;
use crate::language::{Entity, Fact, Truth};
use crate::source::Span;

/// The deployed code, as seen from the migration under check.
#[derive(Clone, Copy)]
pub(super) struct DeployedView<'a>(pub(super) &'a Context<'a>);

impl<'a> Entity<'a> for DeployedView<'a> {
    fn type_name(&self) -> &'static str {
        "Deployed"
    }

    fn attribute(&self, _name: &str) -> Fact<'a> {
        Fact::Unset
    }

    fn class(&self) -> Fact<'a> {
        Fact::Unset
    }

    fn contains(&self, member: &Fact<'a>) -> Truth {
        let Fact::Entity(member) = member else { return Truth::False };
        let release = self.0.release;
        let named = |attribute: &str| match member.attribute(attribute) {
            Fact::Str(name) => Ok(name),
            Fact::Unknown(cause) | Fact::Given(cause) => Err(Truth::unknown(cause)),
            _ => Err(Truth::False),
        };
        match member.type_name() {
            "Migration" => Truth::from(release.migration_is_deployed()),
            "Model" => match (named("app"), named("name")) {
                (Ok(app), Ok(model)) => Truth::from(!release.creates_model(&app, &model)),
                (Err(truth), _) | (_, Err(truth)) => truth,
            },
            "Field" => {
                let model = match member.attribute("model") {
                    Fact::Entity(model) => model.attribute("name"),
                    other => other,
                };
                match (model, named("name")) {
                    (Fact::Str(model), Ok(field)) => {
                        Truth::from(!release.creates_field(&self.0.migration.app, &model, &field))
                    }
                    (Fact::Unknown(cause) | Fact::Given(cause), _) => Truth::unknown(cause),
                    (_, Err(truth)) => truth,
                    _ => Truth::False,
                }
            }
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
