//! Django's field classes, as of Django 6.1: parents, parameters and the defaults that a class changes.
//!
//! The defaults are effective ones: what `__init__` sets with `setdefault` or by force counts as well.

use super::Default::{Bool, Int, Required, Str, Unset};
use super::{DjangoVersion, FieldEntry, Parameter, ParameterKind as Kind};

const MODELS: &str = "django.db.models";
const POSTGRES: &str = "django.contrib.postgres.fields";
const SEARCH: &str = "django.contrib.postgres.search";
const GIS: &str = "django.contrib.gis.db.models";
const CONTENT_TYPES: &str = "django.contrib.contenttypes.fields";
/// Everything supported has it.
const ALWAYS: DjangoVersion = DjangoVersion(3, 2);

const fn parameter(name: &'static str, kind: Kind, default: super::Default) -> Parameter {
    Parameter { name, kind, default }
}

const fn field(
    name: &'static str,
    module: &'static str,
    parent: &'static str,
    parameters: &'static [Parameter],
    positional: &'static [&'static str],
) -> FieldEntry {
    FieldEntry { name, module, parent, parameters, positional, has_column: true, since: ALWAYS, until: None }
}

/// Every field class that migrations can hold. `CommaSeparatedIntegerField`, `IPAddressField`, `NullBooleanField`, the
/// `CI…` fields and the JSON field for PostgreSQL remain for old migrations only.
pub static FIELDS: &[FieldEntry] = &[
    // db/models/fields/__init__.py
    field(
        "Field",
        MODELS,
        "",
        &[
            parameter("verbose_name", Kind::Str, Unset),
            parameter("name", Kind::Str, Unset),
            parameter("primary_key", Kind::Bool, Bool(false)),
            parameter("max_length", Kind::Int, Unset),
            parameter("unique", Kind::Bool, Bool(false)),
            parameter("blank", Kind::Bool, Bool(false)),
            parameter("null", Kind::Bool, Bool(false)),
            parameter("db_index", Kind::Bool, Bool(false)),
            parameter("rel", Kind::Any, Unset),
            parameter("default", Kind::Any, Unset),
            parameter("editable", Kind::Bool, Bool(true)),
            parameter("serialize", Kind::Bool, Bool(true)),
            parameter("unique_for_date", Kind::Str, Unset),
            parameter("unique_for_month", Kind::Str, Unset),
            parameter("unique_for_year", Kind::Str, Unset),
            parameter("choices", Kind::Any, Unset),
            parameter("help_text", Kind::Str, Str("")),
            parameter("db_column", Kind::Str, Unset),
            parameter("db_tablespace", Kind::Str, Unset),
            parameter("auto_created", Kind::Bool, Bool(false)),
            parameter("validators", Kind::Any, Unset),
            parameter("error_messages", Kind::Any, Unset),
            parameter("db_comment", Kind::Str, Unset),
            parameter("db_default", Kind::Any, Unset),
        ],
        &[
            "verbose_name",
            "name",
            "primary_key",
            "max_length",
            "unique",
            "blank",
            "null",
            "db_index",
            "rel",
            "default",
            "editable",
            "serialize",
            "unique_for_date",
            "unique_for_month",
            "unique_for_year",
            "choices",
            "help_text",
            "db_column",
            "db_tablespace",
            "auto_created",
            "validators",
            "error_messages",
            "db_comment",
            "db_default",
        ],
    ),
    field("BooleanField", MODELS, "Field", &[], &[]),
    field(
        "NullBooleanField",
        MODELS,
        "BooleanField",
        &[parameter("null", Kind::Bool, Bool(true)), parameter("blank", Kind::Bool, Bool(true))],
        &[],
    ),
    field("CharField", MODELS, "Field", &[parameter("db_collation", Kind::Str, Unset)], &[]),
    field("CommaSeparatedIntegerField", MODELS, "CharField", &[], &[]),
    field(
        "DateField",
        MODELS,
        "Field",
        &[parameter("auto_now", Kind::Bool, Bool(false)), parameter("auto_now_add", Kind::Bool, Bool(false))],
        &["verbose_name", "name", "auto_now", "auto_now_add"],
    ),
    field("DateTimeField", MODELS, "DateField", &[], &[]),
    field(
        "TimeField",
        MODELS,
        "Field",
        &[parameter("auto_now", Kind::Bool, Bool(false)), parameter("auto_now_add", Kind::Bool, Bool(false))],
        &["verbose_name", "name", "auto_now", "auto_now_add"],
    ),
    field(
        "DecimalField",
        MODELS,
        "Field",
        &[parameter("max_digits", Kind::Int, Unset), parameter("decimal_places", Kind::Int, Unset)],
        &["verbose_name", "name", "max_digits", "decimal_places"],
    ),
    field("DurationField", MODELS, "Field", &[], &[]),
    field("EmailField", MODELS, "CharField", &[parameter("max_length", Kind::Int, Int(254))], &[]),
    field(
        "FilePathField",
        MODELS,
        "Field",
        &[
            parameter("path", Kind::Any, Str("")),
            parameter("match", Kind::Str, Unset),
            parameter("recursive", Kind::Bool, Bool(false)),
            parameter("allow_files", Kind::Bool, Bool(true)),
            parameter("allow_folders", Kind::Bool, Bool(false)),
            parameter("max_length", Kind::Int, Int(100)),
        ],
        &["verbose_name", "name", "path", "match", "recursive", "allow_files", "allow_folders"],
    ),
    field("FloatField", MODELS, "Field", &[], &[]),
    field("IntegerField", MODELS, "Field", &[], &[]),
    field("BigIntegerField", MODELS, "IntegerField", &[], &[]),
    field("SmallIntegerField", MODELS, "IntegerField", &[], &[]),
    field("PositiveIntegerField", MODELS, "IntegerField", &[], &[]),
    field("PositiveBigIntegerField", MODELS, "BigIntegerField", &[], &[]),
    field("PositiveSmallIntegerField", MODELS, "SmallIntegerField", &[], &[]),
    field("AutoField", MODELS, "IntegerField", &[parameter("blank", Kind::Bool, Bool(true))], &[]),
    field("BigAutoField", MODELS, "BigIntegerField", &[parameter("blank", Kind::Bool, Bool(true))], &[]),
    field("SmallAutoField", MODELS, "SmallIntegerField", &[parameter("blank", Kind::Bool, Bool(true))], &[]),
    field("IPAddressField", MODELS, "Field", &[parameter("max_length", Kind::Int, Int(15))], &[]),
    field(
        "GenericIPAddressField",
        MODELS,
        "Field",
        &[
            parameter("protocol", Kind::Str, Str("both")),
            parameter("unpack_ipv4", Kind::Bool, Bool(false)),
            parameter("max_length", Kind::Int, Int(39)),
        ],
        &["verbose_name", "name", "protocol", "unpack_ipv4"],
    ),
    field(
        "SlugField",
        MODELS,
        "CharField",
        &[
            parameter("max_length", Kind::Int, Int(50)),
            parameter("db_index", Kind::Bool, Bool(true)),
            parameter("allow_unicode", Kind::Bool, Bool(false)),
        ],
        &[],
    ),
    field("TextField", MODELS, "Field", &[parameter("db_collation", Kind::Str, Unset)], &[]),
    field("URLField", MODELS, "CharField", &[parameter("max_length", Kind::Int, Int(200))], &["verbose_name", "name"]),
    field("BinaryField", MODELS, "Field", &[parameter("editable", Kind::Bool, Bool(false))], &[]),
    field("UUIDField", MODELS, "Field", &[parameter("max_length", Kind::Int, Int(32))], &["verbose_name"]),
    // db/models/fields/files.py
    field(
        "FileField",
        MODELS,
        "Field",
        &[
            parameter("upload_to", Kind::Any, Str("")),
            parameter("storage", Kind::Any, Unset),
            parameter("max_length", Kind::Int, Int(100)),
        ],
        &["verbose_name", "name", "upload_to", "storage"],
    ),
    field(
        "ImageField",
        MODELS,
        "FileField",
        &[parameter("width_field", Kind::Str, Unset), parameter("height_field", Kind::Str, Unset)],
        &["verbose_name", "name", "width_field", "height_field"],
    ),
    // db/models/fields/json.py
    field(
        "JSONField",
        MODELS,
        "Field",
        &[parameter("encoder", Kind::Any, Unset), parameter("decoder", Kind::Any, Unset)],
        &["verbose_name", "name", "encoder", "decoder"],
    ),
    // db/models/fields/generated.py: keywords only
    FieldEntry {
        since: DjangoVersion(5, 0),
        ..field(
            "GeneratedField",
            MODELS,
            "Field",
            &[
                parameter("expression", Kind::Any, Required),
                parameter("output_field", Kind::Field, Required),
                parameter("db_persist", Kind::Bool, Required),
                parameter("editable", Kind::Bool, Bool(false)),
                parameter("blank", Kind::Bool, Bool(true)),
            ],
            &["*"],
        )
    },
    // db/models/fields/composite.py: the positional arguments are names of fields
    FieldEntry {
        has_column: false,
        since: DjangoVersion(5, 2),
        ..field(
            "CompositePrimaryKey",
            MODELS,
            "Field",
            &[
                parameter("primary_key", Kind::Bool, Bool(true)),
                parameter("editable", Kind::Bool, Bool(false)),
                parameter("blank", Kind::Bool, Bool(true)),
            ],
            &["*"],
        )
    },
    // db/models/fields/proxy.py
    field(
        "OrderWrt",
        MODELS,
        "IntegerField",
        &[parameter("name", Kind::Str, Str("_order")), parameter("editable", Kind::Bool, Bool(false))],
        &[],
    ),
    // db/models/fields/related.py
    FieldEntry {
        has_column: false,
        ..field(
            "RelatedField",
            MODELS,
            "Field",
            &[
                parameter("related_name", Kind::Str, Unset),
                parameter("related_query_name", Kind::Str, Unset),
                parameter("limit_choices_to", Kind::Any, Unset),
            ],
            &[],
        )
    },
    FieldEntry {
        has_column: false,
        ..field(
            "ForeignObject",
            MODELS,
            "RelatedField",
            &[
                parameter("to", Kind::Str, Required),
                parameter("on_delete", Kind::Any, Required),
                parameter("from_fields", Kind::Names, Required),
                parameter("to_fields", Kind::Names, Required),
                parameter("rel", Kind::Any, Unset),
                parameter("parent_link", Kind::Bool, Bool(false)),
                parameter("swappable", Kind::Bool, Bool(true)),
            ],
            &[
                "to",
                "on_delete",
                "from_fields",
                "to_fields",
                "rel",
                "related_name",
                "related_query_name",
                "limit_choices_to",
                "parent_link",
                "swappable",
            ],
        )
    },
    field(
        "ForeignKey",
        MODELS,
        "ForeignObject",
        &[
            parameter("from_fields", Kind::Names, Unset),
            parameter("to_fields", Kind::Names, Unset),
            parameter("to_field", Kind::Str, Unset),
            parameter("db_constraint", Kind::Bool, Bool(true)),
            parameter("db_index", Kind::Bool, Bool(true)),
        ],
        &[
            "to",
            "on_delete",
            "related_name",
            "related_query_name",
            "limit_choices_to",
            "parent_link",
            "to_field",
            "db_constraint",
        ],
    ),
    field(
        "OneToOneField",
        MODELS,
        "ForeignKey",
        &[parameter("unique", Kind::Bool, Bool(true))],
        &["to", "on_delete", "to_field"],
    ),
    FieldEntry {
        has_column: false,
        ..field(
            "ManyToManyField",
            MODELS,
            "RelatedField",
            &[
                parameter("to", Kind::Str, Required),
                parameter("symmetrical", Kind::Bool, Unset),
                parameter("through", Kind::Str, Unset),
                parameter("through_fields", Kind::Names, Unset),
                parameter("db_constraint", Kind::Bool, Bool(true)),
                parameter("db_table", Kind::Str, Unset),
                parameter("swappable", Kind::Bool, Bool(true)),
            ],
            &[
                "to",
                "related_name",
                "related_query_name",
                "limit_choices_to",
                "symmetrical",
                "through",
                "through_fields",
                "db_constraint",
                "db_table",
                "swappable",
            ],
        )
    },
    // contrib/contenttypes/fields.py
    FieldEntry {
        has_column: false,
        ..field(
            "GenericForeignKey",
            CONTENT_TYPES,
            "Field",
            &[
                parameter("ct_field", Kind::Str, Str("content_type")),
                parameter("fk_field", Kind::Str, Str("object_id")),
                parameter("for_concrete_model", Kind::Bool, Bool(true)),
            ],
            &["ct_field", "fk_field", "for_concrete_model"],
        )
    },
    FieldEntry {
        has_column: false,
        ..field(
            "GenericRelation",
            CONTENT_TYPES,
            "ForeignObject",
            &[
                parameter("on_delete", Kind::Any, Unset),
                parameter("from_fields", Kind::Names, Unset),
                parameter("to_fields", Kind::Names, Unset),
                parameter("object_id_field", Kind::Str, Str("object_id")),
                parameter("content_type_field", Kind::Str, Str("content_type")),
                parameter("for_concrete_model", Kind::Bool, Bool(true)),
                parameter("null", Kind::Bool, Bool(true)),
                parameter("blank", Kind::Bool, Bool(true)),
                parameter("editable", Kind::Bool, Bool(false)),
                parameter("serialize", Kind::Bool, Bool(false)),
            ],
            &[
                "to",
                "object_id_field",
                "content_type_field",
                "for_concrete_model",
                "related_query_name",
                "limit_choices_to",
            ],
        )
    },
    // contrib/postgres/fields/
    field(
        "ArrayField",
        POSTGRES,
        "Field",
        &[parameter("base_field", Kind::Field, Required), parameter("size", Kind::Int, Unset)],
        &["base_field", "size"],
    ),
    field("CICharField", POSTGRES, "CharField", &[], &[]),
    field("CIEmailField", POSTGRES, "EmailField", &[], &[]),
    field("CITextField", POSTGRES, "TextField", &[], &[]),
    field("HStoreField", POSTGRES, "Field", &[], &[]),
    field("JSONField", POSTGRES, "JSONField", &[], &[]),
    field("RangeField", POSTGRES, "Field", &[], &[]),
    FieldEntry {
        since: DjangoVersion(4, 1),
        ..field(
            "ContinuousRangeField",
            POSTGRES,
            "RangeField",
            &[parameter("default_bounds", Kind::Str, Str("[)"))],
            &[],
        )
    },
    field("IntegerRangeField", POSTGRES, "RangeField", &[], &[]),
    field("BigIntegerRangeField", POSTGRES, "RangeField", &[], &[]),
    field("DecimalRangeField", POSTGRES, "ContinuousRangeField", &[], &[]),
    field("DateTimeRangeField", POSTGRES, "ContinuousRangeField", &[], &[]),
    field("DateRangeField", POSTGRES, "RangeField", &[], &[]),
    // contrib/postgres/search.py
    field("SearchVectorField", SEARCH, "Field", &[], &[]),
    field("SearchQueryField", SEARCH, "Field", &[], &[]),
    // contrib/gis/db/models/fields.py
    field(
        "BaseSpatialField",
        GIS,
        "Field",
        &[parameter("srid", Kind::Int, Int(4326)), parameter("spatial_index", Kind::Bool, Bool(true))],
        &["verbose_name", "srid", "spatial_index"],
    ),
    field(
        "GeometryField",
        GIS,
        "BaseSpatialField",
        &[
            parameter("dim", Kind::Int, Int(2)),
            parameter("geography", Kind::Bool, Bool(false)),
            parameter("extent", Kind::Any, Unset),
            parameter("tolerance", Kind::Any, Unset),
            parameter("max_geom_collections", Kind::Int, Unset),
        ],
        &["verbose_name", "dim", "geography"],
    ),
    field("PointField", GIS, "GeometryField", &[], &[]),
    field("LineStringField", GIS, "GeometryField", &[], &[]),
    field("PolygonField", GIS, "GeometryField", &[], &[]),
    field("MultiPointField", GIS, "GeometryField", &[], &[]),
    field("MultiLineStringField", GIS, "GeometryField", &[], &[]),
    field("MultiPolygonField", GIS, "GeometryField", &[], &[]),
    field("GeometryCollectionField", GIS, "GeometryField", &[], &[]),
    field("RasterField", GIS, "BaseSpatialField", &[], &[]),
];
