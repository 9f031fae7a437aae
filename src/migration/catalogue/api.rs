//! What Django's models, managers and querysets can do without any code of a project: what a historical model has.

/// Methods of `QuerySet` and `Manager` (django.db.models.query, django.db.models.manager), Django 4.2 to 6.1. Those
/// with an `a` in front (asynchronous ones) are not listed.
const QUERYSET: &[&str] = &[
    "aggregate",
    "alias",
    "all",
    "annotate",
    "as_manager",
    "bulk_create",
    "bulk_update",
    "check",
    "complex_filter",
    "contains",
    "contribute_to_class",
    "count",
    "create",
    "dates",
    "datetimes",
    "db_manager",
    "deconstruct",
    "defer",
    "delete",
    "difference",
    "distinct",
    "earliest",
    "exclude",
    "exists",
    "explain",
    "extra",
    "fetch_mode",
    "filter",
    "first",
    "get",
    "get_or_create",
    "get_queryset",
    "in_bulk",
    "intersection",
    "iterator",
    "last",
    "latest",
    "none",
    "only",
    "order_by",
    "prefetch_related",
    "raw",
    "resolve_expression",
    "reverse",
    "select_for_update",
    "select_related",
    "union",
    "update",
    "update_or_create",
    "using",
    "values",
    "values_list",
];

/// Methods of `Model` (django.db.models.base), Django 4.2 to 6.1, and the exceptions of its class.
const MODEL: &[&str] = &[
    "DoesNotExist",
    "MultipleObjectsReturned",
    "NotUpdated",
    "add_to_class",
    "check",
    "clean",
    "clean_fields",
    "date_error_message",
    "delete",
    "from_db",
    "full_clean",
    "get_constraints",
    "get_deferred_fields",
    "mro",
    "objects",
    "pk",
    "prepare_database_save",
    "refresh_from_db",
    "save",
    "save_base",
    "serializable_value",
    "unique_error_message",
    "validate_constraints",
    "validate_unique",
];

/// Whether a queryset or a plain manager has that method.
#[must_use]
pub fn queryset_has(method: &str) -> bool {
    has(QUERYSET, method)
}

/// Whether every model has that method, or gets it from its fields: `get_…_display` and its likes
/// (`Field.contribute_to_class`).
#[must_use]
pub fn model_has(method: &str) -> bool {
    let of_field = |prefix: &str, suffix: &str| method.starts_with(prefix) && method.ends_with(suffix);
    has(MODEL, method)
        || of_field("get_", "_display")
        || of_field("get_next_by_", "")
        || of_field("get_previous_by_", "")
        || of_field("get_", "_order")
        || of_field("set_", "_order")
}

fn has(known: &[&str], method: &str) -> bool {
    let plain = method.strip_prefix('a').is_some_and(|plain| known.contains(&plain));
    method.starts_with('_') || plain || known.contains(&method)
}
