//! Where the tables and columns that carry a name now come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::Code;
use crate::effects::compat::failure::{Action, Cause, Certainty, Failure, Outcome};
use crate::effects::compat::watch::At;
use crate::schema::Schema;
use crate::sql::{ChangeKind, Rows, SchemaChange};

/// What a migration has made and renamed so far.
#[derive(Debug, Default)]
pub(in crate::effects) struct Origins {
    /// Tables that the migration made, and since when.
    tables: BTreeMap<String, At>,
    /// Tables that were there before, and were dropped or have got another name.
    gone: BTreeSet<String>,
    /// Tables of the migration that have got rows: those of the table whose name they take, as far as one can tell.
    filled: BTreeSet<String>,
    /// By table and column: the column's name before, `None` for one that was not there; and since when.
    columns: BTreeMap<(String, String), (Option<String>, At)>,
}

impl Origins {
    /// Notes a change of `schema`.
    pub(super) fn follow(&mut self, change: &SchemaChange, schema: &Schema, at: At) {
        let Some(table) = &change.table else { return };
        let is_there = |column: &str| schema.table(table).is_some_and(|own| own.column(column).is_some());
        let key = |column: &str| (table.clone(), column.to_owned());
        match &change.kind {
            ChangeKind::CreateTable { .. } => {
                self.tables.insert(table.clone(), at);
            }
            ChangeKind::DropTable { .. } => {
                if self.tables.remove(table).is_none() {
                    self.gone.insert(table.clone());
                }
                self.columns.retain(|(own, _), _| own != table);
            }
            ChangeKind::RenameTable { to } => {
                if self.tables.remove(table).is_some() {
                    self.tables.insert(to.clone(), at);
                    if self.filled.remove(table) {
                        self.filled.insert(to.clone());
                    }
                } else {
                    self.gone.insert(table.clone());
                }
                for ((own, column), origin) in std::mem::take(&mut self.columns) {
                    let own = if own == *table { to.clone() } else { own };
                    self.columns.insert((own, column), origin);
                }
            }
            ChangeKind::RenameColumn { column, to } => {
                let known = self.columns.remove(&key(column));
                let origin = known.map_or_else(|| Some(column.clone()), |(origin, _)| origin);
                self.columns.insert(key(to), (origin, at));
            }
            ChangeKind::AddColumn { column, if_not_exists: true, .. } if is_there(&column.name) => {}
            ChangeKind::AddColumn { column, .. } => {
                self.columns.insert(key(&column.name), (None, at));
            }
            ChangeKind::ChangeRows { rows: Rows::Insert, .. } => {
                self.filled.insert(table.clone());
            }
            ChangeKind::DropColumn { column, .. } => {
                self.columns.remove(&key(column));
            }
            _ => {}
        }
    }

    /// Whether the migration made the table.
    pub(in crate::effects) fn made_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Whether the migration made the column.
    pub(in crate::effects) fn made_column(&self, table: &str, column: &str) -> bool {
        let origin = self.columns.get(&(table.to_owned(), column.to_owned()));
        self.made_table(table) || matches!(origin, Some((None, _)))
    }

    /// Tables and columns that the code knows, and that are other ones now.
    pub(super) fn replaced(&self, code: &Code, schema: &Schema) -> Vec<(Failure, At)> {
        let mut replaced = Vec::new();
        for (table, at) in &self.tables {
            if !self.gone.contains(table) || self.filled.contains(table) {
                continue;
            }
            for (model, action) in code.users_of(table) {
                let failure = Failure {
                    model,
                    action,
                    certainty: Certainty::Certain,
                    outcome: Outcome::Silent,
                    table: table.clone(),
                    column: None,
                    cause: Cause::Replaced,
                };
                replaced.push((failure, *at));
            }
        }
        for ((table, column), (origin, at)) in &self.columns {
            let same = origin.as_deref() == Some(column);
            let there = schema.table(table).is_some_and(|own| own.column(column).is_some());
            if same || !there {
                continue;
            }
            for model in code.reading(table, column) {
                let failure = Failure {
                    model,
                    action: Action::Select,
                    certainty: Certainty::Certain,
                    outcome: Outcome::Silent,
                    table: table.clone(),
                    column: Some(column.clone()),
                    cause: Cause::Replaced,
                };
                replaced.push((failure, *at));
            }
        }
        replaced
    }
}
