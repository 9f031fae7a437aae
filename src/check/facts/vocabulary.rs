//! The vocabulary of rules, out of the tables of facts and the catalogue of Django's operations and fields.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::check::facts::operation::{HEAD_NAMES, slot_of};
use crate::check::facts::reached::REACHED;
use crate::check::facts::{change, failure, lock, part, statement};
use crate::check::facts::{code, database, field, index, migration, model, operation, query, subject};
use crate::language::vocabulary::{EntityType, Head, Kind, Name};
use crate::language::{Slot, Type, Vocabulary};
use crate::migration::catalogue::{FIELDS, Group, OPERATIONS, OperationEntry};

/// What a finding can warn of, each with a sentence.
pub static HAZARDS: [(&str, &str); 13] = [
    ("breaks-old-code", "code from before the release fails on the new schema"),
    ("breaks-new-code", "code of the release fails on the old schema, or on the new one"),
    ("blocks-reads", "requests that read the table wait"),
    ("blocks-writes", "requests that write the table wait"),
    ("rewrites-table", "every row is written anew, and every index"),
    ("scans-table", "every row is read under the lock"),
    ("may-fail", "the migration itself can fail, on some data or in some place"),
    ("loses-data", "rows or values are gone"),
    ("irreversible", "going back is not possible, or does not bring back what was there"),
    ("deadlock", "several tables are locked, in an order that requests may not follow"),
    ("drift", "what the migrations say and what the database has are no longer the same"),
    ("retry", "after a failure, running it again fails as well"),
    ("policy", "a house rule"),
];

static HAZARD_WORDS: [&str; HAZARDS.len()] = {
    let mut words = [""; HAZARDS.len()];
    let mut index = 0;
    while index < words.len() {
        words[index] = HAZARDS[index].0;
        index += 1;
    }
    words
};

/// What people write who come from SQL, from other frameworks or from other tools.
const SYNONYMS: &[(&str, &str)] = &[
    ("AddColumn", "AddField"),
    ("AlterColumn", "AlterField"),
    ("ChangeField", "AlterField"),
    ("CreateIndex", "AddIndex"),
    ("CreateTable", "CreateModel"),
    ("DropColumn", "RemoveField"),
    ("DropConstraint", "RemoveConstraint"),
    ("DropField", "RemoveField"),
    ("DropIndex", "RemoveIndex"),
    ("DropModel", "DeleteModel"),
    ("DropTable", "DeleteModel"),
    ("RemoveColumn", "RemoveField"),
    ("RemoveModel", "DeleteModel"),
    ("RenameColumn", "RenameField"),
    ("RenameTable", "RenameModel"),
    ("RunSql", "RunSQL"),
    ("Index", "AddIndex"),
    ("String", "CharField"),
    ("StringField", "CharField"),
    ("VarcharField", "CharField"),
    ("ForeignKeyField", "ForeignKey"),
    ("OneToOne", "OneToOneField"),
    ("ManyToMany", "ManyToManyField"),
    ("baseline", "deployed"),
    ("comment", "db_comment"),
    ("constraint_name", "name"),
    ("indexed", "db_index"),
    ("index_name", "name"),
    ("length", "max_length"),
    ("nullable", "null"),
    ("optional", "null"),
    ("pk", "primary_key"),
    ("references", "to"),
    ("server_default", "db_default"),
    ("size", "max_length"),
    ("target", "to"),
    ("type", "class"),
    ("database", "db"),
];

/// The head for migrations that running code has and whose files are gone.
pub(crate) const DELETED: &str = "DeletedMigration";

/// Where an operation stands that is in only one of the two halves of a SeparateDatabaseAndState.
const HALVES: [Option<&str>; 3] = [None, Some("state"), Some("database")];

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(build);

/// Everything that rules may name.
#[must_use]
pub fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

fn build() -> Vocabulary {
    let mut heads = Vec::new();
    for half in HALVES {
        for entry in OPERATIONS {
            heads.push(Head {
                namespace: half,
                kind: Cow::Borrowed(entry.name),
                part: None,
                names: operation_names(entry),
                doc: Cow::Borrowed(entry.doc),
            });
        }
        for group in Group::ALL {
            heads.push(Head {
                namespace: half,
                kind: Cow::Borrowed(group.name()),
                part: None,
                names: group_names(group),
                doc: Cow::Owned(format!(
                    "Any of {}.",
                    members(group).map(|entry| entry.name).collect::<Vec<_>>().join(", ")
                )),
            });
        }
    }
    if let Some(create) = OPERATIONS.iter().find(|entry| entry.name == "CreateModel") {
        let mut names = operation_names(create);
        names.push(Name { name: "field".into(), slot: Slot::set(Type::Entity("Field")), doc: "The field.".into() });
        heads.push(Head {
            namespace: None,
            kind: "CreateModel".into(),
            part: Some("fields"),
            names,
            doc: "Each field of a CreateModel, reported at the field.".into(),
        });
    }
    let kinds = change::KINDS.iter().map(|(kind, sql)| (*kind, Cow::Owned(format!("{sql}."))));
    let any = (change::ANY, Cow::Borrowed("Any change of the schema or of rows, from an operation or from SQL."));
    for (kind, doc) in kinds.chain([any]) {
        heads.push(Head {
            namespace: Some("schema"),
            kind: kind.into(),
            part: None,
            names: change::names_of(kind),
            doc,
        });
    }
    heads.push(Head {
        namespace: Some("sql"),
        kind: "Statement".into(),
        part: None,
        names: statement::FACTS.names(),
        doc: "Each statement inside a RunSQL, recognised or not.".into(),
    });
    heads.push(Head {
        namespace: None,
        kind: "Migration".into(),
        part: None,
        names: Vec::new(),
        doc: "The migration file.".into(),
    });
    heads.push(Head {
        namespace: None,
        kind: DELETED.into(),
        part: None,
        names: Vec::new(),
        doc: "A migration that running code has and whose file is gone; it has no operations.".into(),
    });
    Vocabulary {
        everywhere: subject::everywhere(),
        heads,
        entities: entities(),
        databases: &database::VENDORS,
        hazards: &HAZARD_WORDS,
        synonyms: SYNONYMS,
    }
}

fn members(group: Group) -> impl Iterator<Item = &'static OperationEntry> {
    OPERATIONS.iter().filter(move |entry| entry.groups.contains(&group))
}

fn op() -> Name {
    Name { name: "op".into(), slot: Slot::set(Type::Entity("Operation")), doc: "The operation.".into() }
}

/// The names of an operation: those of the table, and its arguments.
fn operation_names(entry: &OperationEntry) -> Vec<Name> {
    let mut names = vec![op()];
    names.extend(REACHED.iter().map(|known| known.name.clone()));
    names.extend(HEAD_NAMES.iter().filter(|known| (known.has)(entry)).map(|known| known.attribute.name.clone()));
    for parameter in entry.parameters {
        if !names.iter().any(|known| known.name == parameter.name) {
            names.push(Name {
                name: parameter.name.into(),
                slot: slot_of(parameter),
                doc: Cow::Owned(format!("The `{}` argument.", parameter.name)),
            });
        }
    }
    names
}

/// The names that all members of a group have, with one type.
fn group_names(group: Group) -> Vec<Name> {
    let mut members = members(group);
    let Some(first) = members.next() else { return vec![op()] };
    let mut common = operation_names(first);
    for entry in members {
        let names = operation_names(entry);
        common.retain_mut(|name| {
            let other = names.iter().find(|other| other.name == name.name && other.slot.ty == name.slot.ty);
            if let Some(other) = other {
                name.slot.optional |= other.slot.optional;
            }
            other.is_some()
        });
    }
    common
}

fn kind(name: &'static str, parents: &[&'static str]) -> Kind {
    Kind {
        name: name.into(),
        parents: parents.iter().map(|parent| Cow::Borrowed(*parent)).collect(),
        declaration: None,
    }
}

fn entities() -> Vec<EntityType> {
    let entity = |name, attributes, kinds, contains, doc| EntityType { name, attributes, kinds, contains, doc };
    let operation_kinds = OPERATIONS
        .iter()
        .map(|entry| kind(entry.name, &entry.groups.iter().map(|group| group.name()).collect::<Vec<_>>()))
        .chain(Group::ALL.iter().map(|group| kind(group.name(), &[])))
        .collect();
    let change_kinds = change::KINDS.iter().map(|(name, _)| kind(name, &[])).collect();
    let field_kinds = FIELDS
        .iter()
        .map(|entry| kind(entry.name, if entry.parent.is_empty() { &[] } else { std::slice::from_ref(&entry.parent) }))
        .collect();
    // django.db.models.indexes and django.contrib.postgres.indexes
    let postgres_indexes =
        ["BloomIndex", "BrinIndex", "BTreeIndex", "GinIndex", "GistIndex", "HashIndex", "SpGistIndex"];
    let mut index_kinds = vec![kind("Index", &[]), kind("PostgresIndex", &["Index"])];
    index_kinds.extend(postgres_indexes.iter().map(|name| kind(name, &["PostgresIndex"])));
    // django.db.models.constraints and django.contrib.postgres.constraints
    let constraint_kinds = vec![
        kind("BaseConstraint", &[]),
        kind("CheckConstraint", &["BaseConstraint"]),
        kind("UniqueConstraint", &["BaseConstraint"]),
        kind("ExclusionConstraint", &["BaseConstraint"]),
    ];
    vec![
        entity("Operation", operation::attributes(), operation_kinds, &[], "An operation of a migration."),
        EntityType { kinds: field_kinds, ..field::FACTS.entity_type("A field of a model.") },
        model::FACTS.entity_type("A model."),
        migration::FACTS.entity_type("A migration."),
        EntityType { kinds: index_kinds, ..index::INDEX.entity_type("An index.") },
        EntityType { kinds: constraint_kinds, ..index::CONSTRAINT.entity_type("A constraint.") },
        entity("Change", change::attributes(), change_kinds, &[], "A change that reaches the database."),
        statement::FACTS.entity_type("A statement inside a RunSQL."),
        part::COLUMN.entity_type("A column of a table."),
        part::CONSTRAINT.entity_type("A constraint of a table."),
        part::INDEX.entity_type("An index of a table."),
        lock::FACTS.entity_type("A lock on a table that running code uses."),
        failure::FACTS.entity_type("Something that code can't do."),
        code::FACTS.entity_type("The code of a RunPython."),
        query::FACTS.entity_type("A query in the code of a RunPython."),
        database::FACTS.entity_type("A database."),
        entity("Deployed", Vec::new(), Vec::new(), &["Model", "Field", "Migration"], "What deployed code knows."),
    ]
}
