//! What triggers, the functions behind them and rules do to the statements of others.

use crate::sql::Rows;

/// What a statement sets up that acts on the statements of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routine {
    /// A function for triggers.
    Function(Body),
    /// A trigger, or a rule that takes the place of a statement.
    Guard(Guard),
}

/// A trigger or a rule on a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Its name.
    pub name: String,
    /// Whether it is a rule of PostgreSQL rather than a trigger.
    pub rule: bool,
    /// The statements that it acts on.
    pub events: Vec<Rows>,
    /// Whether it acts on all of them: no WHEN, WHERE or UPDATE OF limits it.
    pub always: bool,
    /// Whether a row goes no further when it gives none: a trigger BEFORE the rows.
    pub before_rows: bool,
    /// The function that it calls, on PostgreSQL.
    pub function: Option<String>,
    /// What it does, as far as that is known.
    pub body: Body,
}

/// What a body does to the statement that it is run for. The default does nothing to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Whether it raises an error.
    pub refuses: Reach,
    /// Whether it lets nothing happen, without an error: RETURN NULL, DO INSTEAD NOTHING.
    pub drops: Reach,
}

/// How much of what comes its way something reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing.
    #[default]
    None,
    /// What meets a condition.
    Some,
    /// All of it.
    All,
}

impl Reach {
    /// All of it, or what meets a condition.
    pub(super) const fn of(conditional: bool) -> Self {
        if conditional { Self::Some } else { Self::All }
    }
}
