//! The ways out of a finding: a rule's fixes, with the user's own names and, where they are edits, as such.

use crate::check::edit::{self, Call, TextEdit};
use crate::language::{Edit, Evaluator, Fact, FixBody, Node, NodeKind, Rule};
use crate::migration::Migration;
use crate::source::Span;

/// A way out of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Its place among those of the rule.
    pub number: usize,
    /// What it does.
    pub title: String,
    /// Whether it may be applied without a look.
    pub safe: bool,
    /// How.
    pub how: FixHow,
}

/// How a fix is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixHow {
    /// The title says it all.
    Title,
    /// Steps for a person.
    Steps(String),
    /// Edits of the migration.
    Edits {
        /// What is done, for people.
        described: Vec<String>,
        /// The same as changes of the file; `None` where a value, or the place for it, is not known.
        edits: Option<Vec<TextEdit>>,
    },
}

/// The ways out that a rule offers for the subject at `span`.
pub(super) fn fixes<'r: 'a, 'a>(
    evaluator: &Evaluator<'r, '_, 'a>,
    rule: &'r Rule,
    migration: &Migration,
    span: Span,
) -> Vec<Fix> {
    let subject = Subject { evaluator, migration, span };
    let offered = |(_, fix): &(usize, &'r crate::language::Fix)| {
        fix.condition.as_ref().is_none_or(|condition| evaluator.holds(condition))
    };
    let one = |(number, fix): (usize, &'r crate::language::Fix)| Fix {
        number,
        title: evaluator.render(&fix.title),
        safe: fix.safe,
        how: match &fix.body {
            FixBody::None => FixHow::Title,
            FixBody::Steps(steps) => FixHow::Steps(evaluator.render(steps)),
            FixBody::Edits(edits) => FixHow::Edits {
                described: edits.iter().map(|edit| subject.described(edit)).collect(),
                edits: edits
                    .iter()
                    .map(|edit| subject.edits(edit))
                    .collect::<Option<Vec<_>>>()
                    .map(|each| each.concat()),
            },
        },
    };
    rule.fixes.iter().enumerate().filter(offered).map(one).collect()
}

/// The help of a finding; `None` where there are no fixes.
pub(super) fn help(fixes: &[Fix]) -> Option<String> {
    let one = |fix: &Fix| match &fix.how {
        FixHow::Title => fix.title.clone(),
        FixHow::Steps(steps) => format!("{}\n{steps}", fix.title),
        FixHow::Edits { described, .. } => format!("{}: {}", fix.title, described.join(", ")),
    };
    (!fixes.is_empty()).then(|| fixes.iter().map(one).collect::<Vec<_>>().join("\nor: "))
}

/// What a rule is matched against, in its migration.
struct Subject<'e, 'r, 's, 'a> {
    evaluator: &'e Evaluator<'r, 's, 'a>,
    migration: &'e Migration,
    span: Span,
}

impl<'r: 'a, 'a> Subject<'_, 'r, '_, 'a> {
    fn described(&self, edit: &'r Edit) -> String {
        match edit {
            Edit::Set { argument, value, .. } => {
                let value = self.value(value);
                format!("`{argument}={}`", value.as_deref().unwrap_or("…"))
            }
            Edit::Remove { argument, .. } => format!("remove `{argument}=`"),
            Edit::Rename { to, module: Some(module) } => format!("use `{to}` from `{module}`"),
            Edit::Rename { to, module: None } => format!("use `{to}`"),
        }
    }

    fn edits(&self, edit: &'r Edit) -> Option<Vec<TextEdit>> {
        match edit {
            Edit::Set { owner, argument, value } => {
                let value = self.value(value)?;
                Some(vec![self.call(owner.as_ref())?.set(argument, &value)?])
            }
            Edit::Remove { owner, argument } => Some(vec![self.call(owner.as_ref())?.remove(argument)?]),
            Edit::Rename { to, module } => Some(self.call(None)?.rename(to, module.as_deref())),
        }
    }

    /// The call that an edit is about.
    fn call(&self, owner: Option<&'r Node>) -> Option<Call<'_>> {
        let place = match owner {
            None => self.span,
            Some(owner) => match self.evaluator.fact(owner) {
                Fact::Entity(entity) => entity.place(None)?,
                _ => return None,
            },
        };
        Call::at(self.migration, place)
    }

    /// A value as Python source: as the migration writes it, where it does.
    fn value(&self, node: &'r Node) -> Option<String> {
        let place = match &node.kind {
            NodeKind::Attribute(owner, name) => match self.evaluator.fact(owner) {
                Fact::Entity(entity) => entity.place(Some(name)),
                _ => None,
            },
            _ => self.evaluator.place(node),
        };
        let literal = python(&self.evaluator.fact(node));
        let written = place.and_then(|place| edit::value_at(self.migration, place));
        let is_value = |text: &&str| literal.is_some() || !is_name(text);
        written.filter(is_value).map(str::to_owned).or(literal)
    }
}

/// Whether a text is a dotted name, `None` among them.
fn is_name(text: &str) -> bool {
    text.split('.').all(|part| {
        let part = part.trim();
        !part.is_empty()
            && !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// A fact as Python source; `None` where there is none.
fn python(fact: &Fact<'_>) -> Option<String> {
    Some(match fact {
        Fact::Str(text) => text_literal(text),
        // A name may be that of a function, which is no value of another argument.
        Fact::Unset | Fact::Unknown(_) | Fact::Given(_) | Fact::Opaque(_) => return None,
        Fact::List(items) => format!("[{}]", items.iter().map(python).collect::<Option<Vec<_>>>()?.join(", ")),
        other => other.print().into_owned(),
    })
}

/// A text as a Python literal.
fn text_literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if c.is_control() => literal.extend(format!("\\x{:02x}", u32::from(c)).chars()),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}
