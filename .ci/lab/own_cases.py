"""The cases themselves. Each varies what the shown ones measured once: another field, another option, another order."""

from own import ALL, CASCADE, MARIADB, PG, add, alter, case, python, remove, rename, sql

# AddField: fields of every class, nullable, with a default in Python, with one in the database.
for name, field in {
    "slug": "models.SlugField({})",
    "smallint": "models.SmallIntegerField({})",
    "bigint": "models.BigIntegerField({})",
    "positive_small": "models.PositiveSmallIntegerField({})",
    "positive_big": "models.PositiveBigIntegerField({})",
    "filepath": 'models.FilePathField(path="/f", {})',
    "url": "models.URLField({})",
    "ip": 'models.GenericIPAddressField(protocol="IPv4", {})',
    "duration": "models.DurationField({})",
    "file": 'models.FileField(upload_to="f", {})',
}.items():
    if name not in ("ip", "file"):
        add(f"{name}_nullable", field.format("null=True"))
    value = {
        "slug": '"a"',
        "filepath": '"a"',
        "url": '"a"',
        "ip": '"10.0.0.1"',
        "file": '"a"',
        "duration": "datetime.timedelta(days=1)",
    }.get(name, "1")
    if name not in ("smallint", "bigint", "url", "ip", "duration"):
        add(f"{name}_python_default", field.format(f"default={value}"))
    add(f"{name}_database_default", field.format(f"db_default={value}"))

add("char_default", 'models.CharField(max_length=20, default="x")')
add("char_null", "models.CharField(max_length=20, null=True)")
add("char_null_db_index", "models.CharField(max_length=20, null=True, db_index=True)")
add("char_null_unique", "models.CharField(max_length=20, null=True, unique=True)")
add("char_db_default_db_index", 'models.CharField(max_length=20, db_default="x", db_index=True)')
add("char_null_choices", 'models.CharField(max_length=1, null=True, choices=[("a", "A")])')
add("char_default_db_column", 'models.CharField(max_length=20, default="x", db_column="Other Name")')
add("char_db_default_expression", 'models.CharField(max_length=20, db_default=Upper(Value("x")))')
add("text_db_default", 'models.TextField(db_default="long")', dbs=("sqlite", "postgresql", "mariadb"))
add("text_null_db_index", "models.TextField(null=True, db_index=True)", dbs=PG)
add("slug_null_unique", "models.SlugField(null=True, unique=True)")
add("int_default", "models.IntegerField(default=0)")
add("int_one_off_default", "models.IntegerField(default=0)", one_off=True)
add("int_null_db_index", "models.IntegerField(null=True, db_index=True)")
add("int_db_default_db_index", "models.IntegerField(db_default=0, db_index=True)")
add("int_default_db_index", "models.IntegerField(default=0, db_index=True)")
add("int_db_default_unique", "models.IntegerField(db_default=0, unique=True)")
add("int_default_and_db_default", "models.IntegerField(default=1, db_default=2)")
add("int_null_db_default", "models.IntegerField(null=True, db_default=7)")
add("int_default_db_comment", 'models.IntegerField(default=0, db_comment="how many")')
add("positiveint_default", "models.PositiveIntegerField(default=0)")
add("positiveint_null_db_default", "models.PositiveIntegerField(null=True, db_default=0)")
add("float_default", "models.FloatField(default=0.0)")
add("float_db_default", "models.FloatField(db_default=0.5)")
add("decimal_db_default", 'models.DecimalField(max_digits=6, decimal_places=2, db_default=Decimal("1.50"))')
add("bool_db_default_and_default", "models.BooleanField(default=True, db_default=True)")
add("bool_one_off", "models.BooleanField(default=False)", one_off=True)
add("bool_null_default", "models.BooleanField(null=True, default=False)")
add("date_no_default", "models.DateField()", dbs=("sqlite", "postgresql"))
add("date_db_default_constant", "models.DateField(db_default=datetime.date(2020, 1, 1))")
add("date_auto_now_add_null", "models.DateField(auto_now_add=True, null=True)")
add("datetime_auto_now_add_default", "models.DateTimeField(auto_now_add=True, default=timezone.now)", one_off=True)
add("datetime_auto_now_db_default_now", "models.DateTimeField(auto_now=True, db_default=Now())")
add("datetime_default_now", "models.DateTimeField(default=timezone.now)")
add("datetime_null_db_index", "models.DateTimeField(null=True, db_index=True)")
add("time_db_default", "models.TimeField(db_default=datetime.time(9, 0))")
add("binary_db_default", 'models.BinaryField(db_default=b"")', dbs=PG)
add("uuid_null_default_uuid4", "models.UUIDField(null=True, default=uuid.uuid4)")
add("uuid_db_default_constant", 'models.UUIDField(db_default=uuid.UUID("00000000-0000-4000-8000-000000000001"))')
add("json_null", "models.JSONField(null=True)")
add("json_default_dict", "models.JSONField(default=dict)")
add("json_null_default_list", "models.JSONField(null=True, default=list)")
add("email_default", 'models.EmailField(default="a@b.io")')
add("image_null", 'models.FileField(upload_to="i", null=True, blank=True)')

# AddField of relations.
for name, options in {
    "set_default": "on_delete=models.SET_DEFAULT, null=True, default=None",
    "restrict": "on_delete=models.RESTRICT, null=True",
    "set_value": "on_delete=models.SET(1), null=True",
    "db_index_off": "on_delete=models.CASCADE, null=True, db_index=False",
    "no_constraint_no_index": "on_delete=models.CASCADE, null=True, db_index=False, db_constraint=False",
    "db_column": 'on_delete=models.CASCADE, null=True, db_column="cat"',
    "related_name_off": 'on_delete=models.CASCADE, null=True, related_name="+"',
    "unique": "on_delete=models.CASCADE, null=True, unique=True",
    "default_none_blank": "on_delete=models.SET_NULL, null=True, blank=True, default=None",
}.items():
    add(f"fk_{name}", f'models.ForeignKey("shop.category", {options})')
add("fk_default", f'models.ForeignKey("shop.category", {CASCADE}, default=1)')
add("fk_default_no_constraint", f'models.ForeignKey("shop.category", {CASCADE}, default=1, db_constraint=False)')
add("fk_db_default_not_null", f'models.ForeignKey("shop.category", {CASCADE}, db_default=1)')
add("fk_null_to_field", f'models.ForeignKey("shop.code", {CASCADE}, null=True, to_field="number")')
add("fk_self_no_constraint", f'models.ForeignKey("shop.item", {CASCADE}, null=True, db_constraint=False)')
add("o2o_null_no_constraint", f'models.OneToOneField("shop.category", {CASCADE}, null=True, db_constraint=False)')
add("o2o_self_null", f'models.OneToOneField("self", {CASCADE}, null=True)')
add("m2m_related_name", 'models.ManyToManyField("shop.tag", related_name="things", blank=True)')
add("m2m_db_table", 'models.ManyToManyField("shop.tag", db_table="links")')
add("m2m_self_asymmetrical", 'models.ManyToManyField("self", symmetrical=False)')
THROUGH = f"""
class Item(models.Model):
    name = models.CharField(max_length=50)
    qty = models.IntegerField(default=1)


class ItemTag(models.Model):
    item = models.ForeignKey(Item, {CASCADE})
    tag = models.ForeignKey("shop.Tag", {CASCADE})
"""
add("m2m_through_that_exists", 'models.ManyToManyField("shop.tag", through="shop.ItemTag")', models=THROUGH)

# AddField: computed columns and those of PostgreSQL.
GENERATED = "models.GeneratedField(expression={}, output_field={}, db_persist={})"
add(
    "generated_text_virtual",
    GENERATED.format('Lower("name")', "models.CharField(max_length=50)", False),
    dbs=("sqlite", "mariadb"),
)
add("generated_text_stored", GENERATED.format('Upper("name")', "models.CharField(max_length=50)", True))
add("generated_too_short", GENERATED.format('Upper("name")', "models.CharField(max_length=20)", True))
add("generated_small", GENERATED.format('F("qty")', "models.SmallIntegerField()", True))
add("generated_unique", GENERATED.format('F("qty") + 1', "models.BigIntegerField()", True)[:-1] + ", unique=True)")
add("generated_from_cast", GENERATED.format('Abs(F("qty"))', "models.BigIntegerField()", True))
for name, field in {
    "array_char_null": "pgf.ArrayField(models.CharField(max_length=9), null=True)",
    "array_nested_default": "pgf.ArrayField(pgf.ArrayField(models.IntegerField()), default=list)",
    "array_blank_list": "pgf.ArrayField(models.TextField(), blank=True, default=list)",
    "bigint_range_null": "pgf.BigIntegerRangeField(null=True)",
    "date_range_null": "pgf.DateRangeField(null=True)",
    "datetime_range_null": "pgf.DateTimeRangeField(null=True)",
    "decimal_range_no_default": "pgf.DecimalRangeField()",
    "json_default_index": "models.JSONField(default=dict, db_index=True)",
    "search_vector_generated": GENERATED.format(
        'pgs.SearchVector("name", config="simple")', "pgs.SearchVectorField()", True
    ),
    "datetime_db_default_transaction_now": "models.DateTimeField(db_default=pgfn.TransactionNow())",
    "char_collation_default": 'models.CharField(max_length=20, default="x", db_collation="C")',
}.items():
    add(name, field, dbs=PG)
case(
    "add_field__hstore_null",
    'migrations.AddField("item", "extra", pgf.HStoreField(null=True))',
    setup=["pgo.HStoreExtension()"],
    dbs=PG,
)
case(
    "add_field__to_child",
    'migrations.AddField("special", "extra", models.IntegerField(default=0))',
    models="class Item(models.Model):\n    name = models.CharField(max_length=50)\n    qty = models.IntegerField(default=1)\n\n\nclass Special(Item):\n    text = models.CharField(max_length=9)",
)
case(
    "add_field__to_parent",
    'migrations.AddField("item", "extra", models.IntegerField(default=0))',
    models="class Item(models.Model):\n    name = models.CharField(max_length=50)\n    qty = models.IntegerField(default=1)\n\n\nclass Special(Item):\n    text = models.CharField(max_length=9)",
)
case(
    "add_field__to_unmanaged",
    'migrations.AddField("item", "extra", models.IntegerField(default=0))',
    meta=["managed = False"],
)

# RemoveField.
for name, field in {
    "text_default": 'models.TextField(default="x")',
    "bool_default": "models.BooleanField(default=False)",
    "bool_null": "models.BooleanField(null=True)",
    "date_auto_now": "models.DateField(auto_now=True)",
    "decimal_db_default": "models.DecimalField(max_digits=6, decimal_places=2, db_default=0)",
    "json_default": "models.JSONField(default=dict)",
    "json_null": "models.JSONField(null=True)",
    "uuid_default": "models.UUIDField(default=uuid.uuid4)",
    "slug_blank": "models.SlugField(blank=True)",
    "file_null": 'models.FileField(upload_to="f", null=True)',
    "unique": "models.IntegerField(unique=True)",
    "unique_null": "models.IntegerField(unique=True, null=True)",
    "db_index": "models.IntegerField(db_index=True)",
    "db_column": 'models.IntegerField(db_column="other")',
    "generated": GENERATED.format('F("qty") * 2', "models.IntegerField()", True),
    "fk_null": f'models.ForeignKey("shop.Category", {CASCADE}, null=True)',
    "fk_not_null": f'models.ForeignKey("shop.Category", {CASCADE})',
    "fk_to_field": f'models.ForeignKey("shop.Code", {CASCADE}, to_field="number")',
    "o2o_not_null": f'models.OneToOneField("shop.Category", {CASCADE})',
    "m2m_db_table": 'models.ManyToManyField("shop.Tag", db_table="links")',
    "m2m_self": 'models.ManyToManyField("self")',
    "m2m_no_constraint": 'models.ManyToManyField("shop.Tag", db_constraint=False)',
}.items():
    remove(name, field)
remove("array", "pgf.ArrayField(models.IntegerField(), default=list)", dbs=PG)
remove(
    "in_unique_constraint",
    "models.IntegerField(default=0)",
    first=['migrations.RemoveConstraint("item", "ne_uq")'],
    meta=['constraints = [models.UniqueConstraint(fields=["name", "extra"], name="ne_uq")]'],
)
remove(
    "in_unique_together",
    "models.IntegerField(default=0)",
    first=['migrations.AlterUniqueTogether("item", set())'],
    meta=['unique_together = {("name", "extra")}'],
)
remove(
    "in_index_not_dropped_first",
    "models.IntegerField(null=True)",
    dbs=PG,
    meta=['indexes = [models.Index(fields=["extra"], name="e_idx")]'],
)
remove(
    "in_ordering",
    "models.IntegerField(null=True)",
    first=['migrations.AlterModelOptions("item", options={"ordering": ["name"]})'],
    meta=['ordering = ["extra"]'],
)
case(
    "remove_field__two",
    'migrations.RemoveField("item", "a")',
    'migrations.RemoveField("item", "b")',
    fields=["a = models.IntegerField(null=True)", "b = models.IntegerField(null=True)"],
)
case(
    "remove_field__two_non_atomic",
    'migrations.RemoveField("item", "a")',
    'migrations.RemoveField("item", "b")',
    fields=["a = models.IntegerField(null=True)", "b = models.IntegerField(null=True)"],
    atomic=False,
)

# RenameField.
rename("int", "models.IntegerField()")
rename("char_null", "models.CharField(max_length=20, null=True)")
rename("fk", f'models.ForeignKey("shop.Category", {CASCADE})')
rename("fk_db_column", f'models.ForeignKey("shop.Category", {CASCADE}, db_column="cat")')
rename("o2o_null", f'models.OneToOneField("shop.Category", {CASCADE}, null=True)')
rename(
    "in_check",
    "models.IntegerField()",
    meta=['constraints = [models.CheckConstraint(condition=Q(extra__gte=-5), name="e_ck")]'],
    dbs=("sqlite", "postgresql"),
)
rename(
    "in_unique_constraint",
    "models.IntegerField()",
    meta=['constraints = [models.UniqueConstraint(fields=["name", "extra"], name="ne_uq")]'],
)
rename("in_index", "models.IntegerField()", meta=['indexes = [models.Index(fields=["extra"], name="e_idx")]'])
rename(
    "then_column_fixed",
    "models.IntegerField()",
    then=['migrations.AlterField("item", "fresh", models.IntegerField(db_column="extra"))'],
)
rename("generated", GENERATED.format('F("qty") * 2', "models.IntegerField()", True))
case(
    "rename_field__column_fixed_first",
    'migrations.AlterField("item", "extra", models.IntegerField(db_column="extra"))',
    'migrations.RenameField("item", "extra", "fresh")',
    fields=["extra = models.IntegerField()"],
)
case(
    "rename_field__fk_column_fixed_first",
    f'migrations.AlterField("item", "extra", models.ForeignKey("shop.category", {CASCADE}, db_column="extra_id"))',
    'migrations.RenameField("item", "extra", "fresh")',
    fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'],
)
case(
    "rename_field__chain",
    'migrations.RenameField("item", "extra", "tmp")',
    'migrations.RenameField("item", "tmp", "fresh")',
    fields=["extra = models.IntegerField()"],
)
case(
    "rename_field__there_and_back",
    'migrations.RenameField("item", "extra", "tmp")',
    'migrations.RenameField("item", "tmp", "extra")',
    fields=["extra = models.IntegerField()"],
)
case(
    "rename_field__and_old_name_added",
    'migrations.RenameField("item", "extra", "fresh")',
    'migrations.AddField("item", "extra", models.IntegerField(null=True))',
    fields=["extra = models.IntegerField(null=True)"],
)

# AlterField: types.
INT, BIG, SMALL = "models.IntegerField()", "models.BigIntegerField()", "models.SmallIntegerField()"
alter("int_to_bigint", INT, BIG)
alter("bigint_to_smallint", BIG, SMALL)
alter("smallint_to_bigint", SMALL, BIG)
alter("int_to_positive", INT, "models.PositiveIntegerField()")
alter("positive_to_int", "models.PositiveIntegerField()", INT)
alter("positive_small_to_positive", "models.PositiveSmallIntegerField()", "models.PositiveIntegerField()")
alter("positive_small_to_small", "models.PositiveSmallIntegerField()", SMALL)
alter("positive_big_to_bigint", "models.PositiveBigIntegerField()", BIG)
alter("int_to_char", INT, "models.CharField(max_length=20)")
alter("bool_to_int", "models.BooleanField()", INT)
alter("float_to_decimal", "models.FloatField()", "models.DecimalField(max_digits=12, decimal_places=4)")
alter("decimal_to_float", "models.DecimalField(max_digits=8, decimal_places=2)", "models.FloatField()")
alter(
    "decimal_digits_shrink",
    "models.DecimalField(max_digits=8, decimal_places=2)",
    "models.DecimalField(max_digits=6, decimal_places=2)",
)
alter(
    "decimal_places_grow_only",
    "models.DecimalField(max_digits=8, decimal_places=2)",
    "models.DecimalField(max_digits=8, decimal_places=3)",
)
alter("date_to_char", "models.DateField()", "models.CharField(max_length=30)")
alter("time_to_char", "models.TimeField()", "models.CharField(max_length=30)")
alter("text_to_slug", "models.TextField()", "models.SlugField(max_length=100)", dbs=("sqlite", "postgresql"))
alter("email_to_char_longer", "models.EmailField()", "models.CharField(max_length=300)")
alter("email_max_length_shrink", "models.EmailField()", "models.EmailField(max_length=100)")
alter("url_max_length_grow", "models.URLField()", "models.URLField(max_length=500)")
alter("slug_max_length_grow", "models.SlugField()", "models.SlugField(max_length=100)")
alter("slug_to_text", "models.SlugField()", "models.TextField()", dbs=("sqlite", "postgresql"))
alter("char_to_url", "models.CharField(max_length=200)", "models.URLField()")
alter("char_to_text_null", "models.CharField(max_length=20)", "models.TextField(null=True)")
alter(
    "char_unique_to_text_unique",
    "models.CharField(max_length=20, unique=True)",
    "models.TextField(unique=True)",
    dbs=("sqlite", "postgresql"),
)
alter("char_max_length_grow_short", "models.CharField(max_length=20)", "models.CharField(max_length=60)")
alter(
    "char_max_length_shrink_unique",
    "models.CharField(max_length=50, unique=True)",
    "models.CharField(max_length=20, unique=True)",
)
alter(
    "char_max_length_grow_and_default",
    "models.CharField(max_length=20)",
    'models.CharField(max_length=30, default="x")',
)
alter(
    "char_max_length_grow_and_index",
    "models.CharField(max_length=20)",
    "models.CharField(max_length=30, db_index=True)",
)
alter("uuid_to_text", "models.UUIDField()", "models.TextField()", dbs=("sqlite", "postgresql"))
alter("file_to_char", 'models.FileField(upload_to="f")', "models.CharField(max_length=100)")
alter("file_max_length_grow", 'models.FileField(upload_to="f")', 'models.FileField(upload_to="f", max_length=255)')
alter("datetime_to_time", "models.DateTimeField()", "models.TimeField()", dbs=("sqlite", "mariadb"))
alter("array_size", "pgf.ArrayField(models.IntegerField())", "pgf.ArrayField(models.IntegerField(), size=3)", dbs=PG)
alter(
    "array_of_bigger_ints", "pgf.ArrayField(models.IntegerField())", "pgf.ArrayField(models.BigIntegerField())", dbs=PG
)
alter("json_to_json_with_encoder", "models.JSONField()", "models.JSONField(default=dict)")
alter("int_range_to_bigint_range", "pgf.IntegerRangeField()", "pgf.BigIntegerRangeField()", dbs=PG)
alter(
    "generated_other_type",
    GENERATED.format('F("qty") * 2', "models.IntegerField()", True),
    GENERATED.format('F("qty") * 2', "models.BigIntegerField()", True),
)

# AlterField: NULL, defaults, indexes, uniqueness.
for name, field in {
    "char": 'models.CharField(max_length=20, {})|default="x"',
    "text": 'models.TextField({})|default="x"',
    "bool": "models.BooleanField({})|default=False",
    "date": "models.DateField({})|default=datetime.date(2020, 1, 1)",
    "json": "models.JSONField({})|default=dict",
    "uuid": "models.UUIDField({})|default=uuid.uuid4",
    "fk": f'models.ForeignKey("shop.category", {CASCADE}, {{}})|default=1',
}.items():
    field, default = field.split("|")
    alter(f"{name}_made_not_null", field.format("null=True"), field.format(default))
    if name not in ("bool", "json", "uuid"):
        alter(f"{name}_made_null", field.format(""), field.format("null=True"))
alter("int_made_not_null_db_default", "models.IntegerField(null=True)", "models.IntegerField(db_default=0)")
alter("int_unique_made_null", "models.IntegerField(unique=True)", "models.IntegerField(unique=True, null=True)")
alter(
    "o2o_made_null",
    f'models.OneToOneField("shop.Category", {CASCADE})',
    f'models.OneToOneField("shop.category", {CASCADE}, null=True)',
)
alter("int_made_null_and_bigint", INT, "models.BigIntegerField(null=True)")
alter("default_removed", "models.IntegerField(default=3)", INT)
alter("default_added", INT, "models.IntegerField(default=3)")
alter("default_added_callable", "models.DateTimeField()", "models.DateTimeField(default=timezone.now)")
alter("db_default_remove", "models.IntegerField(db_default=5)", INT)
alter("db_default_add_nullable", "models.IntegerField(null=True)", "models.IntegerField(null=True, db_default=1)")
alter(
    "db_default_of_text_changed",
    'models.CharField(max_length=9, db_default="a")',
    'models.CharField(max_length=9, db_default="b")',
)
alter("db_default_and_null", "models.IntegerField(db_default=5)", "models.IntegerField(db_default=5, null=True)")
alter("db_index_on", INT, "models.IntegerField(db_index=True)")
alter("db_index_off", "models.IntegerField(db_index=True)", INT)
alter("char_db_index_on", "models.CharField(max_length=20)", "models.CharField(max_length=20, db_index=True)")
alter("slug_db_index_off", "models.SlugField()", "models.SlugField(db_index=False)")
alter("int_unique_on", INT, "models.IntegerField(unique=True)")
alter("unique_to_db_index", "models.IntegerField(unique=True)", "models.IntegerField(db_index=True)")
alter("db_index_to_unique", "models.IntegerField(db_index=True)", "models.IntegerField(unique=True)")
alter("char_unique_on", "models.CharField(max_length=20)", "models.CharField(max_length=20, unique=True)")
alter("char_unique_off", "models.CharField(max_length=20, unique=True)", "models.CharField(max_length=20)")
for name, option in {
    "help_text": 'help_text="x"',
    "validators": "validators=[django.core.validators.MinValueValidator(1)]",
    "db_tablespace": 'db_tablespace=""',
    "serialize_off": "serialize=False",
    "unique_for_date": "error_messages={}",
}.items():
    text = f"models.IntegerField({option})"
    alter(f"only_{name}", INT, text.replace("django.core.validators.", "models.fields.validators."))
alter("only_choices_on_text", "models.CharField(max_length=9)", 'models.CharField(max_length=9, choices=[("a", "A")])')
alter("db_comment_added", INT, 'models.IntegerField(db_comment="x")')
alter("db_comment_changed", 'models.IntegerField(db_comment="x")', 'models.IntegerField(db_comment="y")')
alter("db_comment_removed", 'models.IntegerField(db_comment="x")', INT)
alter("auto_now_removed", "models.DateTimeField(auto_now=True)", "models.DateTimeField()")
alter("auto_now_add_added", "models.DateTimeField()", "models.DateTimeField(auto_now_add=True)")
alter("blank_off", "models.CharField(max_length=9, blank=True)", "models.CharField(max_length=9)")
alter(
    "collation_change",
    'models.CharField(max_length=20, db_collation="C")',
    'models.CharField(max_length=20, db_collation="en-US-x-icu")',
    dbs=PG,
)
alter(
    "collation_bin_mariadb",
    "models.CharField(max_length=20)",
    'models.CharField(max_length=20, db_collation="utf8mb4_bin")',
    dbs=MARIADB,
)
alter(
    "collation_on_indexed",
    "models.CharField(max_length=20, db_index=True)",
    'models.CharField(max_length=20, db_index=True, db_collation="C")',
    dbs=PG,
)
alter("db_column_written_out", INT, 'models.IntegerField(db_column="extra")')
alter("db_column_and_type", INT, 'models.BigIntegerField(db_column="other")')

# AlterField: relations and keys.
FK = 'models.ForeignKey("shop.category", {})'
alter("fk_db_constraint_off", FK.format(CASCADE), FK.format(f"{CASCADE}, db_constraint=False"))
alter("fk_db_index_on", FK.format(f"{CASCADE}, db_index=False"), FK.format(CASCADE))
alter("fk_related_name", FK.format(CASCADE), FK.format(f'{CASCADE}, related_name="things"'))
alter("fk_protect_to_cascade", FK.format("on_delete=models.PROTECT"), FK.format(CASCADE))
alter("fk_cascade_to_protect", FK.format(CASCADE), FK.format("on_delete=models.PROTECT"))
alter("fk_set_null_and_null", FK.format(CASCADE), FK.format("on_delete=models.SET_NULL, null=True"))
alter(
    "fk_to_other_model",
    FK.format(f"{CASCADE}, null=True"),
    f'models.ForeignKey("shop.tag", {CASCADE}, null=True)',
    models="class Tag(models.Model):\n    label = models.CharField(max_length=30)\n",
)
alter("fk_to_bigint_same_column", FK.format(CASCADE), 'models.BigIntegerField(db_column="extra_id")')
alter("fk_unique_on", FK.format(CASCADE), FK.format(f"{CASCADE}, unique=True"))
alter("fk_limit_choices", FK.format(CASCADE), FK.format(f'{CASCADE}, limit_choices_to={{"title": "a"}}'))
alter("fk_db_column_changed", FK.format(CASCADE), FK.format(f'{CASCADE}, db_column="cat"'))
alter("fk_default_only", FK.format(CASCADE), FK.format(f"{CASCADE}, default=1"))
alter("m2m_db_table", 'models.ManyToManyField("shop.tag")', 'models.ManyToManyField("shop.tag", db_table="links")')
alter(
    "m2m_limit_choices",
    'models.ManyToManyField("shop.tag")',
    'models.ManyToManyField("shop.tag", limit_choices_to={"label": "a"})',
)
alter(
    "m2m_db_constraint_on",
    'models.ManyToManyField("shop.tag", db_constraint=False)',
    'models.ManyToManyField("shop.tag")',
)
PK = "class Item(models.Model):\n    id = {}\n    name = models.CharField(max_length=50)\n"
PART = f"\n\nclass Part(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})\n"
MANY = '    tags = models.ManyToManyField("shop.Tag")\n'
for name, old, new, more in [
    ("auto_to_bigauto_with_fk", "models.AutoField(primary_key=True)", "models.BigAutoField(primary_key=True)", PART),
    ("auto_to_bigauto_with_m2m", "models.AutoField(primary_key=True)", "models.BigAutoField(primary_key=True)", MANY),
    ("smallauto_to_bigauto", "models.SmallAutoField(primary_key=True)", "models.BigAutoField(primary_key=True)", ""),
    ("bigauto_to_smallauto", "models.BigAutoField(primary_key=True)", "models.SmallAutoField(primary_key=True)", ""),
    ("int_pk_to_bigint_pk", "models.IntegerField(primary_key=True)", "models.BigIntegerField(primary_key=True)", PART),
    (
        "char_pk_grow",
        "models.CharField(max_length=10, primary_key=True)",
        "models.CharField(max_length=20, primary_key=True)",
        "",
    ),
    (
        "uuid_pk_to_char_pk",
        "models.UUIDField(primary_key=True)",
        "models.CharField(max_length=36, primary_key=True)",
        "",
    ),
    ("bigauto_to_bigint_pk", "models.BigAutoField(primary_key=True)", "models.BigIntegerField(primary_key=True)", ""),
    (
        "pk_verbose_name",
        "models.BigAutoField(primary_key=True)",
        'models.BigAutoField(primary_key=True, verbose_name="key")',
        PART,
    ),
]:
    case(f"alter_field__{name}", f'migrations.AlterField("item", "id", {new})', models=PK.format(old) + more)
