//! What code needs of a database, table by table: what a change touches is looked at again, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::effects::compat::code::Code;
use crate::effects::compat::table;
use crate::schema::{Schema, Table};
use crate::sql::{ChangeKind, ForeignKey, SchemaChange};

/// Something that actions of the code rest on. Models stand as their places in [`Code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Need {
    /// Rows in a model's own table.
    Rows(usize),
    /// The table of a ManyToManyField: the model with it, and its number among the model's links.
    Link(usize, usize),
    /// The table that a relation points at, for joins: the model with the relation, and the other one.
    Target(usize, usize),
    /// What goes along with a row: the row's model, and the number of the relation among those that point at it.
    Dependents(usize, usize),
    /// That nothing holds a row of the model back when it is deleted.
    Freedom(usize),
}

/// The needs of a code, by the tables that they are about.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// Those that read what is in the table.
    content: BTreeMap<String, Vec<Need>>,
    /// Those that ask whether the table, and what foreign keys name of it, is there.
    presence: BTreeMap<String, Vec<Need>>,
    /// Those that ask which foreign keys refer to the table.
    references: BTreeMap<String, Vec<Need>>,
}

/// What a change has touched.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    /// The tables that the change is about.
    pub(super) about: BTreeSet<String>,
    /// These, and those that it changes along with them.
    tables: BTreeSet<String>,
    /// Tables to which other foreign keys refer now, or to which rows refer in another way.
    parents: BTreeSet<String>,
}

impl Needs {
    /// The needs of a code with these models.
    pub(super) fn of(code: &Code) -> Self {
        let mut needs = Self::default();
        for (place, model) in code.models.iter().enumerate() {
            if code.inheriting(place).is_empty() {
                continue;
            }
            let own = |need: Need, tables: &mut BTreeMap<String, Vec<Need>>| {
                tables.entry(model.table.clone()).or_default().push(need);
            };
            own(Need::Rows(place), &mut needs.content);
            own(Need::Freedom(place), &mut needs.references);
            for parent in code.referred_by(&model.table) {
                needs.presence.entry(parent.to_owned()).or_default().push(Need::Rows(place));
            }
            for target in &model.outgoing {
                let table = code.models[*target].table.clone();
                needs.presence.entry(table).or_default().push(Need::Target(place, *target));
            }
            for (number, link) in model.links.iter().enumerate() {
                let need = Need::Link(place, number);
                needs.content.entry(link.table.clone()).or_default().push(need);
                for parent in code.referred_by(&link.table) {
                    needs.presence.entry(parent.to_owned()).or_default().push(need);
                }
            }
        }
        for (place, model) in code.models.iter().enumerate() {
            for (number, incoming) in model.incoming.iter().enumerate() {
                let table = code.models[incoming.model].table.clone();
                needs.content.entry(table).or_default().push(Need::Dependents(place, number));
            }
        }
        needs
    }

    /// All of them.
    pub(super) fn all(&self) -> BTreeSet<Need> {
        [&self.content, &self.presence, &self.references]
            .into_iter()
            .flat_map(BTreeMap::values)
            .flatten()
            .copied()
            .collect()
    }

    /// That nothing holds rows back.
    pub(super) fn freedoms(&self) -> BTreeSet<Need> {
        self.references.values().flatten().copied().collect()
    }

    /// Those that a change has touched.
    pub(super) fn touched(&self, touched: &Touched) -> BTreeSet<Need> {
        let about = |needs: &BTreeMap<String, Vec<Need>>, tables: &BTreeSet<String>| -> Vec<Need> {
            tables.iter().filter_map(|table| needs.get(table)).flatten().copied().collect()
        };
        let mut found: BTreeSet<Need> = BTreeSet::new();
        found.extend(about(&self.content, &touched.tables));
        found.extend(about(&self.presence, &touched.parents));
        found.extend(about(&self.references, &touched.parents));
        found
    }
}

impl Touched {
    /// What a change is about, and in what the schema that it has made differs from the one before.
    pub(super) fn by(change: &SchemaChange, before: &Schema, after: &Schema) -> Self {
        let mut touched = Self::default();
        touched.about.extend(change.table.clone());
        if let ChangeKind::Other { object: Some(name), .. } | ChangeKind::RenameTable { to: name } = &change.kind {
            touched.about.insert(name.clone());
        }
        touched.tables.clone_from(&touched.about);
        for name in after.changed_since(before) {
            let (old, new) = (before.table(name), after.table(name));
            let (was, is) = (old.map(referring).unwrap_or_default(), new.map(referring).unwrap_or_default());
            let others = |all: &[Referring<'_>], own: &Referring<'_>| !all.contains(own);
            let gone = was.iter().filter(|own| others(&is, own));
            let come = is.iter().filter(|own| others(&was, own));
            touched.parents.extend(gone.chain(come).map(|(references, ..)| references.table.clone()));
            if old.is_some() != new.is_some() {
                touched.parents.insert(name.to_owned());
            }
            if change.table.is_none() {
                touched.about.insert(name.to_owned());
            }
            touched.tables.insert(name.to_owned());
        }
        touched
    }
}

/// A foreign key, the columns that refer, and whether a row always refers to another.
type Referring<'t> = (&'t ForeignKey, Vec<&'t str>, bool);

fn referring(own: &Table) -> Vec<Referring<'_>> {
    let is_filled = |name: &&str| own.column(name).is_some_and(|column| column.default.is_some() || !column.null);
    let keys = table::foreign_keys(own).into_iter();
    keys.map(|(columns, references)| (references, columns.clone(), columns.iter().any(is_filled))).collect()
}
