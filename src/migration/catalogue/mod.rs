//! Django's operations and field classes, as data: one entry for each, in one place.
//!
//! The reader binds arguments with it, the rule language checks names and types with it, and the reference
//! documentation prints it. Adding an operation or a field class is one new entry.

pub mod api;
use std::sync::LazyLock;

use crate::python::{Text, ValueKind};

mod exports;
mod fields;
mod operations;
pub mod packages;

pub use exports::exports;
pub use fields::FIELDS;
pub use operations::{IGNORE_MIGRATION, OPERATIONS};

/// A version such as `5.2`, of Django or of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DjangoVersion(pub u16, pub u16);

/// A class of operations.
#[derive(Debug, PartialEq, Eq)]
pub struct OperationEntry {
    /// Class name.
    pub name: &'static str,
    /// Module it is imported from, as Django's documentation gives it.
    pub module: &'static str,
    /// The groups it belongs to.
    pub groups: &'static [Group],
    /// Its parameters, in Django's order (which is the order of positional arguments).
    pub parameters: &'static [Parameter],
    /// First version of Django that has it, `3.2` for all that are older.
    pub since: DjangoVersion,
    /// First version of Django that no longer has it.
    pub until: Option<DjangoVersion>,
    /// One sentence for the reference.
    pub doc: &'static str,
}

/// A group of operations, which a rule can name in place of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Changes the schema.
    SchemaOperation,
    /// Changes rows or runs code: RunPython, RunSQL.
    DataOperation,
    /// Adds, alters, renames or removes a field.
    FieldOperation,
    /// Creates, deletes, renames or alters a model.
    ModelOperation,
    /// Adds, renames or removes an index.
    IndexOperation,
    /// Adds, alters, validates or removes a constraint.
    ConstraintOperation,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 6] = [
        Group::SchemaOperation,
        Group::DataOperation,
        Group::FieldOperation,
        Group::ModelOperation,
        Group::IndexOperation,
        Group::ConstraintOperation,
    ];

    /// The name that rules use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Group::SchemaOperation => "SchemaOperation",
            Group::DataOperation => "DataOperation",
            Group::FieldOperation => "FieldOperation",
            Group::ModelOperation => "ModelOperation",
            Group::IndexOperation => "IndexOperation",
            Group::ConstraintOperation => "ConstraintOperation",
        }
    }
}

/// A parameter of an operation or of a field class.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Django's name for it.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// Its value when it is not given.
    pub default: Default,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text: a name, a comment, a path.
    Str,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A field instance.
    Field,
    /// An index instance.
    Index,
    /// A constraint instance.
    Constraint,
    /// A list, tuple or set of names.
    Names,
    /// A callable that takes `(apps, schema_editor)`.
    Code,
    /// SQL: a text, or a list of texts and of (text, parameters).
    Sql,
    /// A list of operations.
    Operations,
    /// The `fields` of a CreateModel.
    Fields,
    /// A dictionary of options.
    Options,
    /// Any Python value.
    Any,
}

/// The value of a parameter that is not given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// It must be given.
    Required,
    /// Django treats it as not given.
    Unset,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Str(&'static str),
}

impl Eq for Default {}

impl Default {
    /// The value, as a file would state it.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        match self {
            Default::Required | Default::Unset => ValueKind::None,
            Default::Bool(value) => ValueKind::Bool(*value),
            Default::Int(value) => ValueKind::Int(*value),
            Default::Str(value) => ValueKind::Str(Text::unmapped(*value)),
        }
    }
}

/// A field class.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldEntry {
    /// Class name.
    pub name: &'static str,
    /// The module of its short import path: `django.db.models`.
    pub module: &'static str,
    /// Name of the class that it derives from; empty for `Field`.
    pub parent: &'static str,
    /// Parameters that it has beyond its parent's, or whose default differs.
    pub parameters: &'static [Parameter],
    /// Names of the parameters that may be given by position, in order; empty: as the parent; a lone `*`: positions
    /// have no parameter name.
    pub positional: &'static [&'static str],
    /// Whether it has a column of its own in the model's table.
    pub has_column: bool,
    /// First version of Django that has it, `3.2` for all that are older.
    pub since: DjangoVersion,
    /// First version of Django that no longer has it.
    pub until: Option<DjangoVersion>,
}

/// The operation whose class is imported as `path` (its documented module or one it is defined in).
#[must_use]
pub fn operation(path: &str) -> Option<&'static OperationEntry> {
    let (module, name) = path.rsplit_once('.')?;
    let entry = operation_named(name)?;
    let documented = module == entry.module;
    let defined = module.strip_prefix(entry.module).is_some_and(|rest| rest.starts_with(".operations"))
        || module == "django.db.migrations.migration";
    (documented || defined).then_some(entry)
}

/// The operation of that class name.
#[must_use]
pub fn operation_named(name: &str) -> Option<&'static OperationEntry> {
    OPERATIONS.iter().find(|entry| entry.name == name)
}

/// The field class of that class name; of two that share it, the one of `django.db.models`.
#[must_use]
pub fn field_named(name: &str) -> Option<&'static FieldEntry> {
    FIELDS.iter().find(|entry| entry.name == name)
}

/// The field class that is imported as `path`: from its documented module, the module it is defined in, or one that
/// re-exports it.
#[must_use]
pub fn field(path: &str) -> Option<&'static FieldEntry> {
    let (module, name) = path.rsplit_once('.')?;
    FIELDS.iter().filter(|entry| entry.name == name).find(|entry| {
        let inside =
            |outer: &str| module.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        match entry.module {
            "django.db.models" => {
                module == "django.db.models"
                    || module == "django.contrib.gis.db.models"
                    || inside("django.db.models.fields")
            }
            "django.contrib.contenttypes.fields" => {
                module == entry.module || module == "django.contrib.contenttypes.generic"
            }
            documented => inside(documented),
        }
    })
}

impl OperationEntry {
    /// Full dotted path, as documented: `django.db.migrations.AddField`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// The parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// The class that each of [`FIELDS`] derives from: it is asked for more often than anything else.
static PARENTS: LazyLock<Vec<Option<&'static FieldEntry>>> = LazyLock::new(|| {
    // Two classes share a name where one derives from the other (`JSONField`).
    let parent = |own: &FieldEntry| FIELDS.iter().find(|entry| entry.name == own.parent && !std::ptr::eq(*entry, own));
    FIELDS.iter().map(parent).collect()
});

impl FieldEntry {
    /// Full dotted path, as documented: `django.db.models.CharField`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// This class and those it derives from, up to `Field`.
    pub fn lineage(&'static self) -> impl Iterator<Item = &'static FieldEntry> {
        std::iter::successors(Some(self), |entry| entry.parent())
    }

    /// The class that it derives from.
    #[must_use]
    pub fn parent(&'static self) -> Option<&'static FieldEntry> {
        let place = std::ptr::from_ref(self).addr().wrapping_sub(FIELDS.as_ptr().addr()) / size_of::<FieldEntry>();
        PARENTS.get(place).copied().flatten()
    }

    /// Whether it is the class of that name or derives from it.
    #[must_use]
    pub fn derives_from(&'static self, name: &str) -> bool {
        self.lineage().any(|entry| entry.name == name)
    }

    /// The parameter of that name, of the class or of one that it derives from.
    #[must_use]
    pub fn parameter(&'static self, name: &str) -> Option<&'static Parameter> {
        self.lineage().find_map(|entry| entry.parameters.iter().find(|parameter| parameter.name == name))
    }

    /// Names of the parameters that may be given by position, in order.
    #[must_use]
    pub fn positions(&'static self) -> &'static [&'static str] {
        let positions = self.lineage().map(|entry| entry.positional).find(|positional| !positional.is_empty());
        match positions {
            Some(["*"]) | None => &[],
            Some(positions) => positions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_class_reaches_field_through_its_parents() {
        for entry in FIELDS {
            assert!(entry.lineage().count() < 10, "{} goes in circles", entry.name);
            assert!(entry.derives_from("Field"), "{} does not reach Field", entry.name);
        }
    }

    #[test]
    fn defaults_come_from_the_nearest_class() {
        let default = |class: &str, name: &str| field_named(class).unwrap().parameter(name).unwrap().default;
        assert_eq!(default("SlugField", "max_length"), Default::Int(50));
        assert_eq!(default("SlugField", "db_index"), Default::Bool(true));
        assert_eq!(default("OneToOneField", "db_index"), Default::Bool(true));
        assert_eq!(default("OneToOneField", "unique"), Default::Bool(true));
        assert_eq!(default("ImageField", "max_length"), Default::Int(100));
        assert_eq!(default("BigAutoField", "null"), Default::Bool(false));
        assert_eq!(default("CharField", "max_length"), Default::Unset);
    }

    #[test]
    fn paths_of_definition_and_of_re_export_find_the_class() {
        for (path, documented) in [
            ("django.db.models.fields.CharField", "django.db.models.CharField"),
            ("django.db.models.fields.related.ForeignKey", "django.db.models.ForeignKey"),
            ("django.contrib.gis.db.models.CharField", "django.db.models.CharField"),
            ("django.contrib.gis.db.models.fields.PointField", "django.contrib.gis.db.models.PointField"),
            ("django.contrib.postgres.fields.jsonb.JSONField", "django.contrib.postgres.fields.JSONField"),
        ] {
            assert_eq!(field(path).map(FieldEntry::path).as_deref(), Some(documented));
        }
        assert_eq!(field("jsonfield.JSONField"), None);
        assert_eq!(field("django.db.models.PointField"), None);
    }

    #[test]
    fn operations_are_found_by_documented_and_defining_module_only() {
        assert!(operation("django.db.migrations.AddField").is_some());
        assert!(operation("django.db.migrations.operations.fields.AddField").is_some());
        assert!(operation("django.contrib.postgres.operations.AddIndexConcurrently").is_some());
        assert!(operation("awx.main.migrations.dbawaremigrations.RunSQL").is_none());
        assert!(operation(".RunSQL").is_none());
    }

    #[test]
    fn names_of_operations_are_unique() {
        for (index, entry) in OPERATIONS.iter().enumerate() {
            assert!(OPERATIONS[..index].iter().all(|other| other.name != entry.name), "{} twice", entry.name);
        }
    }
}
