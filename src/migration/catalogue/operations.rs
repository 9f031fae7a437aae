//! Django's operations: `django/db/migrations/operations/{fields,models,special}.py` and
//! `django/contrib/postgres/operations.py`, as of Django 6.1; nothing but what `since` and `until` say differs from
//! 3.2 on, except that `hints` of the extension operations came with 6.0.

use super::Default::{Bool, Required, Str, Unset};
use super::Group::{
    ConstraintOperation, DataOperation, FieldOperation, IndexOperation, ModelOperation, SchemaOperation,
};
use super::{Default, DjangoVersion, Group, OperationEntry, Parameter, ParameterKind as Kind};

const DJANGO: &str = "django.db.migrations";
const POSTGRES: &str = "django.contrib.postgres.operations";
/// The operation of django-migration-linter that asks to ignore a migration.
pub const IGNORE_MIGRATION: &str = "IgnoreMigration";
/// Everything supported has it.
const ALWAYS: DjangoVersion = DjangoVersion(3, 2);

const FIELD: &[Group] = &[SchemaOperation, FieldOperation];
const MODEL: &[Group] = &[SchemaOperation, ModelOperation];
const INDEX: &[Group] = &[SchemaOperation, IndexOperation];
const CONSTRAINT: &[Group] = &[SchemaOperation, ConstraintOperation];
const DATA: &[Group] = &[DataOperation];
const SCHEMA: &[Group] = &[SchemaOperation];

const fn parameter(name: &'static str, kind: Kind, default: Default) -> Parameter {
    Parameter { name, kind, default }
}

const fn entry(
    name: &'static str,
    groups: &'static [Group],
    parameters: &'static [Parameter],
    doc: &'static str,
) -> OperationEntry {
    OperationEntry { name, module: DJANGO, groups, parameters, since: ALWAYS, until: None, doc }
}

const fn postgres(
    name: &'static str,
    groups: &'static [Group],
    parameters: &'static [Parameter],
    doc: &'static str,
) -> OperationEntry {
    OperationEntry { name, module: POSTGRES, groups, parameters, since: ALWAYS, until: None, doc }
}

const MODEL_NAME: Parameter = parameter("model_name", Kind::Str, Required);
const NAME: Parameter = parameter("name", Kind::Str, Required);
const OLD_NAME: Parameter = parameter("old_name", Kind::Str, Required);
const NEW_NAME: Parameter = parameter("new_name", Kind::Str, Required);
const HINTS: Parameter = parameter("hints", Kind::Any, Unset);
const ELIDABLE: Parameter = parameter("elidable", Kind::Bool, Bool(false));

const WITH_FIELD: &[Parameter] = &[
    MODEL_NAME,
    NAME,
    parameter("field", Kind::Field, Required),
    parameter("preserve_default", Kind::Bool, Bool(true)),
];
const MODEL_AND_NAME: &[Parameter] = &[MODEL_NAME, NAME];
const WITH_INDEX: &[Parameter] = &[MODEL_NAME, parameter("index", Kind::Index, Required)];
const WITH_CONSTRAINT: &[Parameter] = &[MODEL_NAME, parameter("constraint", Kind::Constraint, Required)];
const ONLY_HINTS: &[Parameter] = &[HINTS];
const COLLATION: &[Parameter] = &[
    NAME,
    parameter("locale", Kind::Str, Required),
    parameter("provider", Kind::Str, Str("libc")),
    parameter("deterministic", Kind::Bool, Bool(true)),
];

/// Every operation that Django has or had.
pub const OPERATIONS: &[OperationEntry] = &[
    // operations/models.py
    entry(
        "CreateModel",
        MODEL,
        &[
            NAME,
            parameter("fields", Kind::Fields, Required),
            parameter("options", Kind::Options, Unset),
            parameter("bases", Kind::Any, Unset),
            parameter("managers", Kind::Any, Unset),
        ],
        "Creates a model and its table.",
    ),
    entry("DeleteModel", MODEL, &[NAME], "Deletes a model and drops its table."),
    entry("RenameModel", MODEL, &[OLD_NAME, NEW_NAME], "Renames a model, its table and what refers to it."),
    entry(
        "AlterModelTable",
        MODEL,
        &[NAME, parameter("table", Kind::Str, Required)],
        "Renames the table of a model; `None` gives it the default name.",
    ),
    OperationEntry {
        since: DjangoVersion(4, 2),
        ..entry(
            "AlterModelTableComment",
            MODEL,
            &[NAME, parameter("table_comment", Kind::Str, Required)],
            "Changes the comment of a model's table.",
        )
    },
    entry(
        "AlterUniqueTogether",
        CONSTRAINT_OF_MODEL,
        &[NAME, parameter("unique_together", Kind::Names, Required)],
        "Changes which fields of a model are unique together.",
    ),
    OperationEntry {
        until: Some(DjangoVersion(5, 1)),
        ..entry(
            "AlterIndexTogether",
            INDEX_OF_MODEL,
            &[NAME, parameter("index_together", Kind::Names, Required)],
            "Changes which fields of a model are indexed together; since 5.1 only old migrations may use it.",
        )
    },
    entry(
        "AlterOrderWithRespectTo",
        MODEL,
        &[NAME, parameter("order_with_respect_to", Kind::Str, Required)],
        "Adds or removes the `_order` column of a model.",
    ),
    entry(
        "AlterModelOptions",
        MODEL,
        &[NAME, parameter("options", Kind::Options, Required)],
        "Changes options of a model that the database knows nothing of.",
    ),
    entry(
        "AlterModelManagers",
        MODEL,
        &[NAME, parameter("managers", Kind::Any, Required)],
        "Changes the managers that migrations see.",
    ),
    entry("AddIndex", INDEX, WITH_INDEX, "Creates an index."),
    entry("RemoveIndex", INDEX, MODEL_AND_NAME, "Drops an index."),
    OperationEntry {
        since: DjangoVersion(4, 1),
        ..entry(
            "RenameIndex",
            INDEX,
            &[
                MODEL_NAME,
                NEW_NAME,
                parameter("old_name", Kind::Str, Unset),
                parameter("old_fields", Kind::Names, Unset),
            ],
            "Renames an index, by its old name or by the fields that `index_together` gave it.",
        )
    },
    entry("AddConstraint", CONSTRAINT, WITH_CONSTRAINT, "Adds a constraint."),
    entry("RemoveConstraint", CONSTRAINT, MODEL_AND_NAME, "Drops a constraint."),
    OperationEntry {
        since: DjangoVersion(5, 2),
        ..entry(
            "AlterConstraint",
            CONSTRAINT,
            &[MODEL_NAME, NAME, parameter("constraint", Kind::Constraint, Required)],
            "Changes a constraint in the state without touching the database.",
        )
    },
    // operations/fields.py
    entry("AddField", FIELD, WITH_FIELD, "Adds a field and its column."),
    entry("RemoveField", FIELD, MODEL_AND_NAME, "Removes a field and drops its column."),
    entry("AlterField", FIELD, WITH_FIELD, "Changes a field and, where it matters to the database, its column."),
    entry("RenameField", FIELD, &[MODEL_NAME, OLD_NAME, NEW_NAME], "Renames a field and its column."),
    // operations/special.py
    entry(
        "SeparateDatabaseAndState",
        &[],
        &[
            parameter("database_operations", Kind::Operations, Unset),
            parameter("state_operations", Kind::Operations, Unset),
        ],
        "Does one thing to the database and another to the state.",
    ),
    entry(
        "RunSQL",
        DATA,
        &[
            parameter("sql", Kind::Sql, Required),
            parameter("reverse_sql", Kind::Sql, Unset),
            parameter("state_operations", Kind::Operations, Unset),
            HINTS,
            ELIDABLE,
        ],
        "Runs SQL statements.",
    ),
    entry(
        "RunPython",
        DATA,
        &[
            parameter("code", Kind::Code, Required),
            parameter("reverse_code", Kind::Code, Unset),
            parameter("atomic", Kind::Bool, Unset),
            HINTS,
            ELIDABLE,
        ],
        "Calls a Python function.",
    ),
    // contrib/postgres/operations.py
    postgres("AddIndexConcurrently", INDEX, WITH_INDEX, "Creates an index without blocking writes (PostgreSQL)."),
    postgres("RemoveIndexConcurrently", INDEX, MODEL_AND_NAME, "Drops an index without blocking writes (PostgreSQL)."),
    OperationEntry {
        since: DjangoVersion(4, 0),
        ..postgres(
            "AddConstraintNotValid",
            CONSTRAINT,
            WITH_CONSTRAINT,
            "Adds a check constraint that existing rows are not checked against (PostgreSQL).",
        )
    },
    OperationEntry {
        since: DjangoVersion(4, 0),
        ..postgres(
            "ValidateConstraint",
            CONSTRAINT,
            MODEL_AND_NAME,
            "Checks existing rows against a constraint that was added as not valid (PostgreSQL).",
        )
    },
    postgres("CreateExtension", SCHEMA, &[NAME, HINTS], "Installs an extension (PostgreSQL)."),
    postgres("BloomExtension", SCHEMA, ONLY_HINTS, "Installs `bloom` (PostgreSQL)."),
    postgres("BtreeGinExtension", SCHEMA, ONLY_HINTS, "Installs `btree_gin` (PostgreSQL)."),
    postgres("BtreeGistExtension", SCHEMA, ONLY_HINTS, "Installs `btree_gist` (PostgreSQL)."),
    postgres("CITextExtension", SCHEMA, ONLY_HINTS, "Installs `citext` (PostgreSQL)."),
    postgres("CryptoExtension", SCHEMA, ONLY_HINTS, "Installs `pgcrypto` (PostgreSQL)."),
    postgres("HStoreExtension", SCHEMA, ONLY_HINTS, "Installs `hstore` (PostgreSQL)."),
    postgres("TrigramExtension", SCHEMA, ONLY_HINTS, "Installs `pg_trgm` (PostgreSQL)."),
    postgres("UnaccentExtension", SCHEMA, ONLY_HINTS, "Installs `unaccent` (PostgreSQL)."),
    postgres("CreateCollation", SCHEMA, COLLATION, "Creates a collation (PostgreSQL)."),
    postgres("RemoveCollation", SCHEMA, COLLATION, "Drops a collation (PostgreSQL)."),
    // django-migration-linter's mark, an operation that does nothing: `django_migration_linter/operations.py`.
    OperationEntry {
        name: IGNORE_MIGRATION,
        module: "django_migration_linter",
        groups: &[],
        parameters: &[],
        since: ALWAYS,
        until: None,
        doc: "Does nothing; tells django-migration-linter to ignore the migration.",
    },
];

/// `AlterUniqueTogether` alters a model and adds or drops constraints.
const CONSTRAINT_OF_MODEL: &[Group] = &[SchemaOperation, ModelOperation, ConstraintOperation];
/// `AlterIndexTogether` alters a model and adds or drops indexes.
const INDEX_OF_MODEL: &[Group] = &[SchemaOperation, ModelOperation, IndexOperation];
