//! The help of a finding: a rule's fixes, with the user's own names.

use crate::language::{Edit, Evaluator, Fact, Fix, FixBody, Rule};

/// The ways out that a rule offers; `None` when it offers none.
pub(super) fn help<'r: 'a, 'a>(evaluator: &Evaluator<'r, '_, 'a>, rule: &'r Rule) -> Option<String> {
    let fixes: Vec<String> = rule.fixes.iter().map(|fix| one(evaluator, fix)).collect();
    (!fixes.is_empty()).then(|| fixes.join("\nor: "))
}

fn one<'r: 'a, 'a>(evaluator: &Evaluator<'r, '_, 'a>, fix: &'r Fix) -> String {
    let title = evaluator.render(&fix.title);
    match &fix.body {
        FixBody::None => title,
        FixBody::Steps(steps) => format!("{title}\n{}", evaluator.render(steps)),
        FixBody::Edits(edits) => {
            let edits: Vec<String> = edits.iter().map(|edit| describe(evaluator, edit)).collect();
            format!("{title}: {}", edits.join(", "))
        }
    }
}

fn describe<'r: 'a, 'a>(evaluator: &Evaluator<'r, '_, 'a>, edit: &'r Edit) -> String {
    match edit {
        Edit::Set { argument, value, .. } => format!("`{argument}={}`", python(&evaluator.fact(value))),
        Edit::Remove { argument, .. } => format!("remove `{argument}=`"),
        Edit::Rename { to, module: Some(module) } => format!("use `{to}` from `{module}`"),
        Edit::Rename { to, module: None } => format!("use `{to}`"),
    }
}

/// A fact as Python source.
fn python(fact: &Fact<'_>) -> String {
    match fact {
        Fact::Str(text) => format!("{text:?}"),
        Fact::Unset | Fact::Unknown(_) | Fact::Given(_) => "…".to_owned(),
        Fact::List(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        other => other.print().into_owned(),
    }
}
