//! What rules can ask of a schema change: what reaches the database, from an operation or from SQL, and what it does
//! there.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::check::facts::failure::FailureView;
use crate::check::facts::lock::{self, LockView};
use crate::check::facts::model::ModelView;
use crate::check::facts::operation::OperationView;
use crate::check::facts::part::{ColumnView, ConstraintView, TableIndexView};
use crate::check::facts::{Attribute, Context, Placed, attribute, list_of_text};
use crate::effects::compat::{Certainty, ChangeEffects, Failure};
use crate::effects::{Effects, locks};
use crate::history;
use crate::language::vocabulary::Name;
use crate::language::{Cause, Entity, Fact, Slot, Type};
use crate::python::Unknown;
use crate::schema::Statement;
use crate::source::Span;
use crate::sql::{ChangeKind, Column, Constraint, Index, Rows, SchemaChange};

/// A change of the migration under check: one of one of its statements.
#[derive(Clone, Copy)]
pub(crate) struct ChangeView<'a> {
    pub(super) context: &'a Context<'a>,
    effects: &'a Effects,
    /// Place of its statement among all that are sent.
    statement: usize,
    /// Its place in the statement.
    change: usize,
}

type Getter = for<'a> fn(&ChangeView<'a>) -> Fact<'a>;

/// Which changes have a name: all of them, those where it may be unset, or those where it is always set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    No,
    Maybe,
    Always,
}

/// A name with the kinds of changes that have it.
pub(super) struct ChangeName {
    pub(super) attribute: Attribute<Getter>,
    pub(super) has: fn(&str) -> Has,
}

/// The kinds of changes, as heads name them, with what they are in SQL.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("CreateTable", "CREATE TABLE"),
    ("DropTable", "DROP TABLE"),
    ("RenameTable", "ALTER TABLE … RENAME TO"),
    ("AddColumn", "ALTER TABLE … ADD COLUMN"),
    ("DropColumn", "ALTER TABLE … DROP COLUMN"),
    ("RenameColumn", "ALTER TABLE … RENAME COLUMN"),
    ("AlterColumnType", "ALTER TABLE … ALTER COLUMN … TYPE"),
    ("SetNotNull", "ALTER TABLE … ALTER COLUMN … SET NOT NULL"),
    ("DropNotNull", "ALTER TABLE … ALTER COLUMN … DROP NOT NULL"),
    ("SetDefault", "ALTER TABLE … ALTER COLUMN … SET DEFAULT"),
    ("DropDefault", "ALTER TABLE … ALTER COLUMN … DROP DEFAULT"),
    ("AddConstraint", "ALTER TABLE … ADD CONSTRAINT"),
    ("ValidateConstraint", "ALTER TABLE … VALIDATE CONSTRAINT"),
    ("DropConstraint", "ALTER TABLE … DROP CONSTRAINT"),
    ("RenameConstraint", "ALTER TABLE … RENAME CONSTRAINT"),
    ("CreateIndex", "CREATE INDEX"),
    ("DropIndex", "DROP INDEX"),
    ("RenameIndex", "ALTER INDEX … RENAME TO"),
    ("Comment", "COMMENT ON"),
    ("RemakeTable", "a copy of the whole table in its place (SQLite)"),
    ("Insert", "INSERT"),
    ("Update", "UPDATE"),
    ("Delete", "DELETE"),
    ("Truncate", "TRUNCATE"),
    ("Other", "any other statement that is recognised"),
    ("Unknown", "a statement that is not recognised, or opaque: DO, CALL"),
];

/// The group of all of them.
pub(super) const ANY: &str = "Change";

/// The name of a change's kind.
pub(crate) fn kind_name(kind: &ChangeKind) -> &'static str {
    match kind {
        ChangeKind::CreateTable { .. } => "CreateTable",
        ChangeKind::DropTable { .. } => "DropTable",
        ChangeKind::RenameTable { .. } => "RenameTable",
        ChangeKind::AddColumn { .. } => "AddColumn",
        ChangeKind::DropColumn { .. } => "DropColumn",
        ChangeKind::RenameColumn { .. } => "RenameColumn",
        ChangeKind::AlterColumnType { .. } => "AlterColumnType",
        ChangeKind::SetNotNull { .. } => "SetNotNull",
        ChangeKind::DropNotNull { .. } => "DropNotNull",
        ChangeKind::SetDefault { .. } => "SetDefault",
        ChangeKind::DropDefault { .. } => "DropDefault",
        ChangeKind::AddConstraint { .. } => "AddConstraint",
        ChangeKind::ValidateConstraint { .. } => "ValidateConstraint",
        ChangeKind::DropConstraint { .. } => "DropConstraint",
        ChangeKind::RenameConstraint { .. } => "RenameConstraint",
        ChangeKind::CreateIndex { .. } => "CreateIndex",
        ChangeKind::DropIndex { .. } => "DropIndex",
        ChangeKind::RenameIndex { .. } => "RenameIndex",
        ChangeKind::Comment { .. } => "Comment",
        ChangeKind::RemakeTable => "RemakeTable",
        ChangeKind::ChangeRows { rows: Rows::Insert, .. } => "Insert",
        ChangeKind::ChangeRows { rows: Rows::Update, .. } => "Update",
        ChangeKind::ChangeRows { rows: Rows::Delete, .. } => "Delete",
        ChangeKind::ChangeRows { rows: Rows::Truncate, .. } => "Truncate",
        ChangeKind::Other { .. } => "Other",
        ChangeKind::Unknown => "Unknown",
    }
}

fn always(_: &str) -> Has {
    Has::Always
}

fn maybe(_: &str) -> Has {
    Has::Maybe
}

/// Set for these kinds, and perhaps for any change.
fn set_for(kind: &str, kinds: &[&str]) -> Has {
    match kind {
        ANY => Has::Maybe,
        kind if kinds.contains(&kind) => Has::Always,
        _ => Has::No,
    }
}

fn of_table(kind: &str) -> Has {
    match kind {
        ANY | "Other" | "Unknown" | "DropIndex" | "RenameIndex" => Has::Maybe,
        _ => Has::Always,
    }
}

fn of_column(kind: &str) -> Has {
    match kind {
        "Comment" => Has::Maybe,
        _ => set_for(
            kind,
            &[
                "AddColumn",
                "DropColumn",
                "RenameColumn",
                "AlterColumnType",
                "SetNotNull",
                "DropNotNull",
                "SetDefault",
                "DropDefault",
            ],
        ),
    }
}

static NAMES: LazyLock<Vec<ChangeName>> = LazyLock::new(|| {
    let name = |name, slot, doc, get: Getter, has| ChangeName { attribute: attribute(name, slot, doc, get), has };
    let text = || Slot::set(Type::Str);
    let flag = || Slot::set(Type::Bool);
    let failures = || Slot::set(Type::list(Type::Entity("Failure")));
    vec![
        name("change", Slot::set(Type::Entity("Change")), "The change itself.", |c| c.as_entity(), always),
        name("kind", text(), "What it is in SQL: `ADD COLUMN`.", |c| c.kind_in_sql(), always),
        name("table", text(), "Its table.", |c| c.table(), of_table),
        name(
            "model",
            Slot::set(Type::Entity("Model")),
            "The model whose table it is; tables of many-to-many relations have none.",
            |c| c.model(),
            maybe,
        ),
        name("column", text(), "Its column.", |c| c.column(), of_column),
        name(
            "to",
            text(),
            "The new name.",
            |c| c.new_name(),
            |kind| set_for(kind, &["RenameTable", "RenameColumn", "RenameConstraint", "RenameIndex"]),
        ),
        name("op", Slot::set(Type::Entity("Operation")), "The operation that sends it.", |c| c.operation(), always),
        name(
            "in_sql",
            flag(),
            "Whether it is written as SQL, in a RunSQL.",
            |c| Fact::Bool(c.sent().sql.is_some()),
            always,
        ),
        name(
            "live",
            flag(),
            "Whether the table was there before this release, so that running code may use it.",
            |c| c.live(),
            of_table,
        ),
        name(
            "old_code_failures",
            failures(),
            "What running code can no longer do after it, certain or not.",
            |c| c.failures(|effects| &effects.breaks_old_code, |_| true),
            always,
        ),
        name(
            "breaks_old_code",
            list_of_text(),
            "What running code certainly can't do any more: `select`, `insert`, ….",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Certain),
            always,
        ),
        name(
            "may_break_old_code",
            list_of_text(),
            "What running code can't do with some values.",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Possible),
            always,
        ),
        name(
            "breaks_old_code_later",
            list_of_text(),
            "What running code can't do once new code has written.",
            |c| c.actions(|effects| &effects.breaks_old_code, Certainty::Later),
            always,
        ),
        name(
            "breaks_in_between",
            list_of_text(),
            "What running code can't do until a later operation of this migration.",
            |c| c.actions(|effects| &effects.breaks_in_between, Certainty::Certain),
            always,
        ),
        name(
            "new_code_failures",
            failures(),
            "What the code of this release can't do before it, certain or not.",
            |c| c.failures(|effects| &effects.breaks_new_code, |_| true),
            always,
        ),
        name(
            "breaks_new_code",
            list_of_text(),
            "What the code of this release certainly can't do before it.",
            |c| c.actions(|effects| &effects.breaks_new_code, Certainty::Certain),
            always,
        ),
        name(
            "breaks_prepared_statements",
            flag(),
            "Whether statements that are prepared on the server fail afterwards.",
            |c| Fact::Bool(c.effects().is_some_and(|effects| effects.breaks_prepared_statements)),
            always,
        ),
        name(
            "loses_data",
            flag(),
            "Whether data is gone that going back does not bring back.",
            |c| Fact::Bool(c.effects().is_some_and(|effects| !effects.loses_data.is_empty())),
            always,
        ),
        name(
            "locks",
            lock::slot(),
            "The locks that its statement takes on tables that running code uses.",
            |c| c.taken(),
            always,
        ),
        name(
            "holds",
            lock::slot(),
            "The locks that the transaction holds while its statement works, its own included.",
            |c| c.held(),
            always,
        ),
        name(
            "lock",
            Slot::set(Type::Scale(lock::MODES)),
            "The strongest lock that its statement takes, on PostgreSQL.",
            |c| c.lock(),
            maybe,
        ),
        name(
            "blocks",
            Slot::set(Type::Scale(lock::BLOCKS)),
            "Who waits for the locks that its statement takes.",
            |c| c.blocks(),
            always,
        ),
        name(
            "rewrites",
            flag(),
            "Whether all rows of a table that running code uses are written again.",
            |c| c.works(|e| &e.rewrites),
            always,
        ),
        name(
            "scans",
            flag(),
            "Whether a table that running code uses is read in full, for a check or an index.",
            |c| c.works(|e| &e.scans),
            always,
        ),
        name(
            "builds_index",
            flag(),
            "Whether an index is built on a table that running code uses.",
            |c| c.works(|e| &e.builds_index),
            always,
        ),
        name(
            "rewritten_tables",
            list_of_text(),
            "The tables of which all rows are written again.",
            |c| c.worked_on(|e| &e.rewrites),
            always,
        ),
        name(
            "scanned_tables",
            list_of_text(),
            "The tables that are read in full.",
            |c| c.worked_on(|e| &e.scans),
            always,
        ),
        name(
            "validates",
            flag(),
            "Whether it validates a constraint that was NOT VALID.",
            |c| Fact::Bool(c.locks().is_some_and(|locks| locks.validates)),
            always,
        ),
        name(
            "transactional",
            flag(),
            "Whether it can run in a transaction.",
            |c| Fact::Bool(c.locks().is_none_or(|locks| locks.transactional)),
            always,
        ),
        name(
            "algorithm",
            Slot::set(Type::Scale(lock::ALGORITHMS)),
            "How MySQL and MariaDB do it.",
            |c| c.algorithm(),
            maybe,
        ),
        name(
            "definition",
            Slot::set(Type::Entity("Column")),
            "The column as it becomes, or as it was if it goes.",
            |c| c.definition(),
            of_column_maybe,
        ),
        name(
            "old_type",
            text(),
            "The type that the column has.",
            |c| c.old_type(),
            |kind| {
                if kind == "AlterColumnType" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name(
            "new_type",
            text(),
            "The type that the column gets.",
            |c| c.new_type(),
            |kind| set_for(kind, &["AlterColumnType"]),
        ),
        name(
            "constraint",
            Slot::set(Type::Entity("TableConstraint")),
            "The constraint.",
            |c| c.constraint(),
            |kind| match kind {
                "DropConstraint" => Has::Maybe,
                _ => set_for(kind, &["AddConstraint"]),
            },
        ),
        name(
            "index",
            Slot::set(Type::Entity("TableIndex")),
            "The index.",
            |c| c.index(),
            |kind| set_for(kind, &["CreateIndex"]),
        ),
        name(
            "name",
            text(),
            "Name of the constraint or index, when it is known.",
            |c| c.name(),
            |kind| match kind {
                ANY | "AddConstraint" | "DropConstraint" | "CreateIndex" | "DropIndex" => Has::Maybe,
                _ => set_for(kind, &["ValidateConstraint", "RenameConstraint", "RenameIndex"]),
            },
        ),
        name("concurrently", flag(), "Whether it says CONCURRENTLY.", |c| c.concurrently(), always),
        name(
            "not_valid",
            flag(),
            "Whether rows that are there are not looked at: NOT VALID.",
            |c| c.not_valid(),
            |kind| set_for(kind, &["AddConstraint"]),
        ),
        name(
            "using_index",
            text(),
            "The index that becomes the constraint: USING INDEX.",
            |c| c.using_index(),
            |kind| {
                if kind == "AddConstraint" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name(
            "cascade",
            flag(),
            "Whether it says CASCADE.",
            |c| c.cascade(),
            |kind| set_for(kind, &["DropTable", "DropColumn"]),
        ),
        name(
            "if_not_exists",
            flag(),
            "Whether it says IF NOT EXISTS.",
            |c| c.if_not_exists(),
            |kind| set_for(kind, &["CreateTable", "CreateIndex"]),
        ),
        name(
            "filtered",
            flag(),
            "Whether a WHERE limits it.",
            |c| c.filtered(),
            |kind| set_for(kind, &["Insert", "Update", "Delete", "Truncate"]),
        ),
        name(
            "words",
            text(),
            "Its words, in upper case and without names.",
            |c| c.words(),
            |kind| set_for(kind, &["Other"]),
        ),
        name(
            "object",
            text(),
            "What it names beside the table: a type, a view, a parameter.",
            |c| c.object(),
            |kind| {
                if kind == "Other" || kind == ANY { Has::Maybe } else { Has::No }
            },
        ),
        name("sql", text(), "The SQL, when it is written in the migration.", |c| c.sql(), maybe),
    ]
});

fn of_column_maybe(kind: &str) -> Has {
    match of_column(kind) {
        Has::Always if kind == "AddColumn" => Has::Always,
        Has::Always | Has::Maybe => Has::Maybe,
        Has::No => Has::No,
    }
}

/// The names of a kind of change, or of all of them.
pub(super) fn names_of(kind: &str) -> Vec<Name> {
    let own = NAMES.iter().filter_map(|known| {
        let optional = match (known.has)(kind) {
            Has::No => return None,
            Has::Maybe => true,
            Has::Always => false,
        };
        let mut name = known.attribute.name.clone();
        name.slot.optional |= optional;
        Some(name)
    });
    own.collect()
}

impl<'a> ChangeView<'a> {
    /// All changes of the migration, in the order in which they are sent.
    pub(crate) fn all(context: &'a Context<'a>) -> impl Iterator<Item = Self> {
        let effects = context.effects.into_iter();
        effects.flat_map(move |effects| {
            (0..effects.statements.len()).flat_map(move |statement| Self::of_statement(context, effects, statement))
        })
    }

    /// The changes of one statement.
    pub(super) fn of_statement(
        context: &'a Context<'a>,
        effects: &'a Effects,
        statement: usize,
    ) -> impl Iterator<Item = Self> {
        let changes = effects.statements.get(statement).map_or(0, |statement| statement.changes.len());
        (0..changes).map(move |change| Self { context, effects, statement, change })
    }

    /// The statement that it is part of.
    pub(crate) fn sent(&self) -> &'a Statement {
        &self.effects.statements[self.statement]
    }

    /// The change itself.
    pub(crate) fn own(&self) -> &'a SchemaChange {
        &self.sent().changes[self.change]
    }

    /// What it does to those who run.
    fn effects(&self) -> Option<&'a ChangeEffects> {
        self.effects.compatibility.changes.get(self.statement)?.get(self.change)
    }

    /// The locks that its statement takes, and the work that it does under them.
    pub(super) fn locks(&self) -> Option<&'a locks::Effect> {
        self.effects.locks.get(self.statement)
    }

    pub(super) fn as_entity(self) -> Fact<'a> {
        Fact::Entity(Rc::new(self))
    }

    /// The same as an element of a list; unknown when it is not certain that it is sent.
    pub(super) fn as_element(self) -> Fact<'a> {
        match &self.sent().doubt {
            Some(unknown) => Fact::Unknown(self.because(unknown)),
            None => self.as_entity(),
        }
    }

    /// A cause at the change: what the cause is about may stand in another file.
    pub(super) fn because(&self, unknown: &Unknown) -> Rc<Cause> {
        Rc::new(Cause { text: unknown.text.clone(), reason: unknown.reason.clone(), span: self.own().span })
    }

    fn kind_in_sql(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::Other { words, .. } => Fact::Str(Cow::Borrowed(words)),
            kind => {
                let name = kind_name(kind);
                let known = KINDS.iter().find(|(known, _)| *known == name);
                Fact::Str(Cow::Borrowed(known.map_or(name, |(_, sql)| sql)))
            }
        }
    }

    fn table_name(&self) -> Option<&'a str> {
        self.own().table.as_deref()
    }

    fn table(&self) -> Fact<'a> {
        Fact::optional(self.table_name().map(|table| Fact::Str(Cow::Borrowed(table))))
    }

    /// The operation that sends it.
    pub(super) fn placed(&self) -> Option<Placed<'a>> {
        self.context.operations.get(self.sent().operation).copied()
    }

    fn operation(&self) -> Fact<'a> {
        let view = self.placed().map(|placed| OperationView { context: self.context, placed });
        view.map_or(Fact::Unset, |view| Fact::Entity(Rc::new(view)))
    }

    /// The model whose table it is, as the state before the operation has it, or else the one after.
    fn model(&self) -> Fact<'a> {
        let Some(table) = self.table_name() else { return Fact::Unset };
        let order = self.sent().operation;
        let states = self.context.states;
        for state in [states.before(order), states.after(order)].into_iter().flatten() {
            let found = state.models().find(|(_, _, model)| history::table(state, model).is_ok_and(|own| own == table));
            if let Some((_, name, model)) = found {
                return Fact::Entity(Rc::new(ModelView {
                    context: self.context,
                    app: Cow::Borrowed(&model.app),
                    written: Fact::Str(Cow::Borrowed(name)),
                    span: self.own().span,
                    state: Some(state),
                }));
            }
        }
        Fact::Unset
    }

    fn column(&self) -> Fact<'a> {
        Fact::optional(column_name(&self.own().kind).map(|column| Fact::Str(Cow::Borrowed(column))))
    }

    fn new_name(&self) -> Fact<'a> {
        let to = match &self.own().kind {
            ChangeKind::RenameTable { to }
            | ChangeKind::RenameColumn { to, .. }
            | ChangeKind::RenameConstraint { to, .. }
            | ChangeKind::RenameIndex { to, .. } => Some(to),
            _ => None,
        };
        Fact::optional(to.map(|to| Fact::Str(Cow::Borrowed(to.as_str()))))
    }

    fn live(&self) -> Fact<'a> {
        let Some(table) = self.table_name() else { return Fact::Unset };
        Fact::Bool(self.effects.is_live(table))
    }

    /// Failures of one kind of code, and what can't be told of them.
    fn failures(&self, of: fn(&ChangeEffects) -> &Vec<Failure>, wanted: impl Fn(&Failure) -> bool) -> Fact<'a> {
        let Some(effects) = self.effects() else { return Fact::List(Vec::new()) };
        let own = of(effects).iter().filter(|failure| wanted(failure));
        let known = own.map(|failure| {
            Fact::Entity(Rc::new(FailureView { failure, span: self.own().span }) as Rc<dyn Entity<'a> + 'a>)
        });
        let unknown = effects.unknown.iter().map(|unknown| Fact::Unknown(self.because(unknown)));
        Fact::List(known.chain(unknown).collect())
    }

    /// The words for what fails, each once.
    fn actions(&self, of: fn(&ChangeEffects) -> &Vec<Failure>, certainty: Certainty) -> Fact<'a> {
        let Some(effects) = self.effects() else { return Fact::List(Vec::new()) };
        let mut actions: Vec<&'static str> = Vec::new();
        for failure in of(effects).iter().filter(|failure| failure.certainty == certainty) {
            if !actions.contains(&failure.action.word()) {
                actions.push(failure.action.word());
            }
        }
        let known = actions.into_iter().map(|action| Fact::Str(Cow::Borrowed(action)));
        let unknown = effects.unknown.iter().map(|unknown| Fact::Unknown(self.because(unknown)));
        Fact::List(known.chain(unknown).collect())
    }

    fn lock_list(&self, locks: &'a [locks::TableLock]) -> Fact<'a> {
        let span = self.own().span;
        let known = locks.iter().map(|lock| Fact::Entity(Rc::new(LockView { lock, span }) as Rc<dyn Entity<'a> + 'a>));
        let unknown = self.locks().into_iter().flat_map(|locks| &locks.unknown).map(|what| self.not_known(what));
        Fact::List(known.chain(unknown).collect())
    }

    /// A fact about the locks that the tables of facts leave open.
    fn not_known(&self, what: &str) -> Fact<'a> {
        let text = self.kind_in_sql().print().into_owned();
        let reason = format!("does not tell {what}");
        Fact::Unknown(Rc::new(Cause { text, reason, span: self.own().span }))
    }

    fn taken(&self) -> Fact<'a> {
        self.lock_list(self.locks().map_or(&[][..], |locks| &locks.locks))
    }

    fn held(&self) -> Fact<'a> {
        self.lock_list(self.locks().map_or(&[][..], |locks| &locks.holds))
    }

    fn lock(&self) -> Fact<'a> {
        let Some(locks) = self.locks() else { return Fact::Unset };
        let strongest = locks.locks.iter().filter_map(|lock| lock.mode).max();
        match (strongest, locks.unknown.first()) {
            (_, Some(what)) => self.not_known(what),
            (Some(mode), None) => lock::mode(mode),
            (None, None) => Fact::Unset,
        }
    }

    fn blocks(&self) -> Fact<'a> {
        let Some(locks) = self.locks() else { return lock::blocks(locks::Blocks::default()) };
        match locks.unknown.first() {
            Some(what) => self.not_known(what),
            None => lock::blocks(locks.locks.iter().map(|lock| lock.blocks).max().unwrap_or_default()),
        }
    }

    fn works(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        match self.locks() {
            Some(locks) if on(locks).is_empty() => match locks.unknown.first() {
                Some(what) => self.not_known(what),
                None => Fact::Bool(false),
            },
            Some(_) => Fact::Bool(true),
            None => Fact::Bool(false),
        }
    }

    fn worked_on(&self, on: fn(&locks::Effect) -> &Vec<String>) -> Fact<'a> {
        let tables = self.locks().map_or(&[][..], |locks| on(locks));
        Fact::List(tables.iter().map(|table| Fact::Str(Cow::Borrowed(table.as_str()))).collect())
    }

    fn algorithm(&self) -> Fact<'a> {
        Fact::optional(self.locks().and_then(|locks| locks.algorithm).map(lock::algorithm))
    }

    fn column_before(&self) -> Option<&'a Column> {
        self.effects.before.tables.get(self.table_name()?)?.column(column_name(&self.own().kind)?)
    }

    fn definition(&self) -> Fact<'a> {
        let column = match &self.own().kind {
            ChangeKind::AddColumn { column, .. } => Some(column),
            _ => self.column_before(),
        };
        column.map_or(Fact::Unset, |column| Fact::Entity(Rc::new(ColumnView { change: *self, column })))
    }

    fn old_type(&self) -> Fact<'a> {
        let ChangeKind::AlterColumnType { from, .. } = &self.own().kind else { return Fact::Unset };
        match (from, self.column_before().map(|column| &column.column_type)) {
            (Some(known), _) | (None, Some(Ok(known))) => Fact::Str(Cow::Owned(known.to_string())),
            (None, Some(Err(unknown))) => Fact::Unknown(self.because(unknown)),
            (None, None) => Fact::Unset,
        }
    }

    fn new_type(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::AlterColumnType { to, .. } => Fact::Str(Cow::Owned(to.to_string())),
            _ => Fact::Unset,
        }
    }

    fn constraint(&self) -> Fact<'a> {
        let constraint: Option<&'a Constraint> = match &self.own().kind {
            ChangeKind::AddConstraint { constraint, .. } => Some(constraint),
            ChangeKind::DropConstraint { constraint, .. } => constraint.as_ref(),
            _ => None,
        };
        constraint.map_or(Fact::Unset, |constraint| Fact::Entity(Rc::new(ConstraintView { change: *self, constraint })))
    }

    fn index(&self) -> Fact<'a> {
        let index: Option<&'a Index> = match &self.own().kind {
            ChangeKind::CreateIndex { index, .. } => Some(index),
            _ => None,
        };
        index.map_or(Fact::Unset, |index| Fact::Entity(Rc::new(TableIndexView { change: *self, index })))
    }

    fn name(&self) -> Fact<'a> {
        let name = match &self.own().kind {
            ChangeKind::AddConstraint { constraint, .. } => constraint.name.as_ref(),
            ChangeKind::DropConstraint { name, .. } | ChangeKind::DropIndex { name, .. } => name.as_ref(),
            ChangeKind::CreateIndex { index, .. } => index.name.as_ref(),
            ChangeKind::ValidateConstraint { name }
            | ChangeKind::RenameConstraint { name, .. }
            | ChangeKind::RenameIndex { name, .. } => Some(name),
            _ => None,
        };
        Fact::optional(name.map(|name| Fact::Str(Cow::Borrowed(name.as_str()))))
    }

    fn concurrently(&self) -> Fact<'a> {
        Fact::Bool(match &self.own().kind {
            ChangeKind::CreateIndex { concurrently, .. } | ChangeKind::DropIndex { concurrently, .. } => *concurrently,
            ChangeKind::Other { words, .. } => words.split(' ').any(|word| word == "CONCURRENTLY"),
            _ => false,
        })
    }

    fn not_valid(&self) -> Fact<'a> {
        Fact::Bool(matches!(&self.own().kind, ChangeKind::AddConstraint { not_valid: true, .. }))
    }

    fn using_index(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::AddConstraint { using_index: Some(index), .. } => Fact::Str(Cow::Borrowed(index)),
            _ => Fact::Unset,
        }
    }

    fn cascade(&self) -> Fact<'a> {
        let kind = &self.own().kind;
        Fact::Bool(matches!(
            kind,
            ChangeKind::DropTable { cascade: true } | ChangeKind::DropColumn { cascade: true, .. }
        ))
    }

    fn if_not_exists(&self) -> Fact<'a> {
        let kind = &self.own().kind;
        Fact::Bool(matches!(
            kind,
            ChangeKind::CreateTable { if_not_exists: true, .. } | ChangeKind::CreateIndex { if_not_exists: true, .. }
        ))
    }

    fn filtered(&self) -> Fact<'a> {
        Fact::Bool(matches!(&self.own().kind, ChangeKind::ChangeRows { filtered: true, .. }))
    }

    fn words(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::Other { words, .. } => Fact::Str(Cow::Borrowed(words)),
            _ => Fact::Unset,
        }
    }

    fn object(&self) -> Fact<'a> {
        match &self.own().kind {
            ChangeKind::Other { object: Some(object), .. } => Fact::Str(Cow::Borrowed(object)),
            _ => Fact::Unset,
        }
    }

    fn sql(&self) -> Fact<'a> {
        Fact::optional(self.sent().sql.as_deref().map(|sql| Fact::Str(Cow::Borrowed(sql))))
    }
}

/// The column that a change is about.
fn column_name(kind: &ChangeKind) -> Option<&str> {
    match kind {
        ChangeKind::AddColumn { column, .. } => Some(&column.name),
        ChangeKind::DropColumn { column, .. }
        | ChangeKind::RenameColumn { column, .. }
        | ChangeKind::AlterColumnType { column, .. }
        | ChangeKind::SetNotNull { column }
        | ChangeKind::DropNotNull { column }
        | ChangeKind::SetDefault { column, .. }
        | ChangeKind::DropDefault { column } => Some(column),
        ChangeKind::Comment { column } => column.as_deref(),
        _ => None,
    }
}

/// The function behind a name of a change.
pub(super) fn getter_of(name: &str) -> Option<&'static Getter> {
    NAMES.iter().find(|known| known.attribute.name.name == name).map(|known| &known.attribute.get)
}

impl<'a> Entity<'a> for ChangeView<'a> {
    fn type_name(&self) -> &'static str {
        "Change"
    }

    fn attribute(&self, name: &str) -> Fact<'a> {
        getter_of(name).map_or(Fact::Unset, |get| get(self))
    }

    fn class(&self) -> Fact<'a> {
        Fact::Str(Cow::Borrowed(kind_name(&self.own().kind)))
    }

    /// Django's own argument for what the change is about, where there is one.
    fn place(&self, attribute: Option<&str>) -> Option<Span> {
        if self.sent().sql.is_some() {
            return Some(self.own().span);
        }
        let view = OperationView { context: self.context, placed: self.placed()? };
        let named = |names: &[&str]| names.iter().find_map(|name| view.place(Some(name)));
        match attribute {
            Some("table" | "model") => named(&["model"]),
            Some("column" | "definition" | "old_type" | "new_type") => named(&["field", "name"]),
            Some("constraint") => named(&["constraint", "field", "name"]),
            Some("index") => named(&["index", "field", "name"]),
            Some("name" | "to") => named(&["name", "new_name"]),
            _ => None,
        }
        .or_else(|| view.place(None))
    }

    fn text(&self) -> Cow<'a, str> {
        self.kind_in_sql().print()
    }

    fn identity(&self) -> String {
        format!("{}.{}", self.statement, self.change)
    }
}

/// The names of a change, for the vocabulary: all that some kind has.
pub(super) fn attributes() -> Vec<Name> {
    names_of(ANY)
}
