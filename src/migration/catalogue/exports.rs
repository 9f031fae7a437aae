//! What `from … import *` takes from Django's modules.

use super::{FIELDS, OPERATIONS};

/// Names of `django.db.models.__all__` that are no field classes, Django 4.2 to 6.1.
const MODELS: &[&str] = &[
    "Aggregate",
    "AnyValue",
    "Avg",
    "BaseConstraint",
    "CASCADE",
    "Case",
    "CheckConstraint",
    "Choices",
    "Count",
    "DB_CASCADE",
    "DB_SET_DEFAULT",
    "DB_SET_NULL",
    "DEFERRED",
    "DO_NOTHING",
    "Deferrable",
    "Exists",
    "Expression",
    "ExpressionList",
    "ExpressionWrapper",
    "F",
    "FilteredRelation",
    "ForeignObject",
    "ForeignObjectRel",
    "Func",
    "Index",
    "IntegerChoices",
    "Lookup",
    "Manager",
    "ManyToManyRel",
    "ManyToOneRel",
    "Max",
    "Min",
    "Model",
    "NOT_PROVIDED",
    "ObjectDoesNotExist",
    "OneToOneRel",
    "OrderBy",
    "OrderWrt",
    "OuterRef",
    "PROTECT",
    "Prefetch",
    "ProtectedError",
    "Q",
    "QuerySet",
    "RESTRICT",
    "RestrictedError",
    "RowRange",
    "SET",
    "SET_DEFAULT",
    "SET_NULL",
    "StdDev",
    "StringAgg",
    "Subquery",
    "Sum",
    "TextChoices",
    "Transform",
    "UniqueConstraint",
    "Value",
    "ValueRange",
    "Variance",
    "When",
    "Window",
    "WindowFrame",
    "WindowFrameExclusion",
    "prefetch_related_objects",
    "signals",
];

/// `django.contrib.postgres.indexes.__all__`
const POSTGRES_INDEXES: &[&str] =
    &["BTreeIndex", "BloomIndex", "BrinIndex", "GinIndex", "GistIndex", "HashIndex", "SpGistIndex"];

/// The names that `from module import *` binds, each to the `module.name` of it, for a module of Django; empty for any
/// other. Those that migrations use; a module has more.
#[must_use]
pub fn exports(module: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = match module {
        "django.db.models" | "django.contrib.gis.db.models" => MODELS.to_vec(),
        "django.contrib.postgres.indexes" => POSTGRES_INDEXES.to_vec(),
        "django.contrib.postgres.constraints" => vec!["ExclusionConstraint"],
        "django.db.migrations" => vec!["Migration", "swappable_dependency"],
        _ => Vec::new(),
    };
    let package = module.strip_suffix(".operations").filter(|package| *package == "django.db.migrations");
    let operations = OPERATIONS.iter().filter(|entry| entry.module == module || Some(entry.module) == package);
    names.extend(operations.map(|entry| entry.name));
    let inherited = (module == "django.contrib.gis.db.models").then_some("django.db.models");
    let fields = FIELDS.iter().filter(|entry| entry.module == module || Some(entry.module) == inherited);
    names.extend(fields.map(|entry| entry.name));
    names
}
