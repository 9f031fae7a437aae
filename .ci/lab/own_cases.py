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

# Constraints.
CHECK = 'models.CheckConstraint(condition={}, name="ck")'
UNIQUE = 'models.UniqueConstraint({}, name="uq")'
NOTE = "note = models.CharField(max_length=20, null=True)"


def constraint(name, text, fields=(), **options):
    case(f"add_constraint__{name}", f'migrations.AddConstraint("item", {text})', fields=fields, **options)


constraint("check_always_true", CHECK.format("Q(pk__gte=0) | Q(pk__lt=0)"), dbs=("sqlite", "postgresql"))
constraint("check_implied_by_type", CHECK.format("Q(small__gte=0)"), ["small = models.PositiveIntegerField()"])
constraint("check_not_null", CHECK.format("Q(note__isnull=False)"), [NOTE])
constraint(
    "check_length",
    CHECK.format("Q(name__length__lte=30)").replace("Q(name__length__lte=30)", 'Q(name__regex="^.{1,30}$")'),
    dbs=PG,
)
constraint("check_two_fields", CHECK.format('Q(qty__lte=F("most"))'), ["most = models.IntegerField()"])
constraint(
    "check_xor",
    CHECK.format("Q(a__isnull=True) ^ Q(b__isnull=True)"),
    ["a = models.IntegerField(null=True)", "b = models.IntegerField(null=True)"],
)
constraint("check_or", CHECK.format('Q(qty__gt=0) | Q(name="")'))
constraint("check_not_empty", CHECK.format('~Q(name="")'))
constraint(
    "check_of_choices",
    CHECK.format('Q(s__in=["a", "b", "c"])'),
    ['s = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")])'],
)
constraint(
    "unique_conditional_include", UNIQUE.format('fields=["name"], condition=Q(qty__gt=0), include=["qty"]'), dbs=PG
)
constraint("unique_expressions", UNIQUE.format('Lower("name"), "qty"'))
constraint("unique_expression_desc", UNIQUE.format('Lower("name").desc()'), dbs=("sqlite", "postgresql"))
constraint("unique_opclasses", UNIQUE.format('fields=["name"], opclasses=["varchar_pattern_ops"]'), dbs=PG)
constraint(
    "unique_deferrable_immediate", UNIQUE.format('fields=["name"], deferrable=models.Deferrable.IMMEDIATE'), dbs=PG
)
constraint(
    "unique_of_fk",
    UNIQUE.format('fields=["category", "name"]'),
    [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
)
constraint("unique_of_nullable", UNIQUE.format('fields=["note"]'), [NOTE])
constraint("unique_nulls_distinct", UNIQUE.format('fields=["note"], nulls_distinct=True'), [NOTE], dbs=PG)
constraint(
    "unique_conditional_null",
    UNIQUE.format('fields=["name"], condition=Q(note__isnull=True)'),
    [NOTE],
    dbs=("sqlite", "postgresql"),
)
constraint("unique_of_pk_and_field", UNIQUE.format('fields=["id", "name"]'))
constraint(
    "exclusion_conditional",
    'pgc.ExclusionConstraint(name="ex", expressions=[("span", "&&")], condition=Q(qty__gt=0))',
    ["span = pgf.DateRangeField()"],
    dbs=PG,
)
constraint(
    "exclusion_with_fk",
    'pgc.ExclusionConstraint(name="ex", expressions=[("span", "&&"), ("category", "=")])',
    ["span = pgf.DateRangeField()", f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    setup=["pgo.BtreeGistExtension()"],
    dbs=PG,
)
constraint("not_valid", CHECK.format("Q(qty__gte=0)"), dbs=("sqlite",))
case(
    "add_constraint__check_not_valid_pg",
    'pgo.AddConstraintNotValid("item", models.CheckConstraint(condition=Q(qty__gte=0), name="ck"))',
    dbs=PG,
)
case(
    "add_constraint__two",
    'migrations.AddConstraint("item", models.CheckConstraint(condition=Q(qty__gte=0), name="ck"))',
    'migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq"))',
)
for name, text in {
    "check": CHECK.format("Q(qty__gte=-9)"),
    "unique_two": UNIQUE.format('fields=["name", "qty"]'),
    "unique_include": UNIQUE.format('fields=["name"], include=["qty"]'),
    "unique_deferrable": UNIQUE.format('fields=["name"], deferrable=models.Deferrable.DEFERRED'),
    "unique_nulls_distinct": UNIQUE.format('fields=["note"], nulls_distinct=False'),
}.items():
    option = f"constraints = [{text}]"
    label = "ck" if name == "check" else "uq"
    dbs = ALL if name in ("check", "unique_two") else PG
    case(
        f"remove_constraint__own_{name}",
        f'migrations.RemoveConstraint("item", "{label}")',
        fields=[NOTE],
        meta=[option],
        dbs=dbs,
    )


def swapped(name, old, new, **options):
    label = "ck" if "Check" in old else "uq"
    swap = [f'migrations.RemoveConstraint("item", "{label}")', f'migrations.AddConstraint("item", {new})']
    case(f"alter_constraint__{name}", *swap, meta=[f"constraints = [{old}]"], **options)


swapped("check_loosened", CHECK.format("Q(qty__gte=-9)"), CHECK.format("Q(qty__gte=-99)"))
swapped("check_tightened", CHECK.format("Q(qty__gte=-9)"), CHECK.format("Q(qty__gte=0)"))
swapped("unique_widened", UNIQUE.format('fields=["name"]'), UNIQUE.format('fields=["name", "qty"]'))
swapped("unique_narrowed", UNIQUE.format('fields=["name", "qty"]'), UNIQUE.format('fields=["name"]'))
swapped(
    "unique_made_conditional",
    UNIQUE.format('fields=["name"]'),
    UNIQUE.format('fields=["name"], condition=Q(qty__gt=0)'),
)
swapped("unique_same_again", UNIQUE.format('fields=["name"]'), UNIQUE.format('fields=["name"]'))
case(
    "alter_constraint__unique_added_before_removed",
    'migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq2"))',
    'migrations.RemoveConstraint("item", "uq")',
    meta=['constraints = [models.UniqueConstraint(fields=["name"], name="uq")]'],
)
case(
    "unique_together__narrow",
    'migrations.AlterUniqueTogether("item", {("name",)})',
    meta=['unique_together = {("name", "qty")}'],
    dbs=("sqlite", "postgresql"),
)
case(
    "unique_together__second_added",
    'migrations.AlterUniqueTogether("item", {("name", "qty"), ("name", "a")})',
    fields=["a = models.IntegerField()"],
    meta=['unique_together = {("name", "qty")}'],
)
case(
    "unique_together__one_of_two_removed",
    'migrations.AlterUniqueTogether("item", {("name", "qty")})',
    fields=["a = models.IntegerField()"],
    meta=['unique_together = {("name", "qty"), ("name", "a")}'],
)
case(
    "unique_together__same",
    'migrations.AlterUniqueTogether("item", {("name", "qty")})',
    meta=['unique_together = {("name", "qty")}'],
)


# Indexes.
def index(name, text, fields=(), **options):
    case(f"add_index__{name}", f'migrations.AddIndex("item", {text})', fields=fields, **options)


index("descending", 'models.Index(fields=["-qty", "name"], name="ix")')
index("partial", 'models.Index(fields=["qty"], condition=Q(qty__gt=0), name="ix")')
index("of_expression_on_json", 'models.Index(F("data__a"), name="ix")', ["data = models.JSONField()"], dbs=PG)
index(
    "gin_on_array", 'pgi.GinIndex(fields=["tags"], name="ix")', ["tags = pgf.ArrayField(models.IntegerField())"], dbs=PG
)
index("gin_on_json", 'pgi.GinIndex(fields=["data"], name="ix")', ["data = models.JSONField()"], dbs=PG)
index("gin_on_text", 'pgi.GinIndex(pgs.SearchVector("name", config="simple"), name="ix")', dbs=PG)
index("brin", 'pgi.BrinIndex(fields=["qty"], name="ix")', dbs=PG)
index("btree_fillfactor", 'pgi.BTreeIndex(fields=["qty"], fillfactor=50, name="ix")', dbs=PG)
index("spgist", 'pgi.SpGistIndex(fields=["name"], name="ix")', dbs=PG)
index("opclass", 'models.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="ix")', dbs=PG)
index(
    "on_fk",
    'models.Index(fields=["category"], name="ix")',
    [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
)
index("cast_that_fails", 'models.Index(100 / (F("qty") - 3), name="ix")', dbs=PG)
index("of_lower_and_upper", 'models.Index(Lower("name"), Upper("name"), name="ix")', dbs=("sqlite", "postgresql"))
case(
    "add_index__two",
    'migrations.AddIndex("item", models.Index(fields=["qty"], name="a_ix"))',
    'migrations.AddIndex("item", models.Index(fields=["name"], name="b_ix"))',
)
case(
    "add_index__concurrently",
    'pgo.AddIndexConcurrently("item", models.Index(fields=["qty"], name="ix"))',
    atomic=False,
    dbs=PG,
)
case(
    "add_index__concurrently_partial",
    'pgo.AddIndexConcurrently("item", models.Index(fields=["qty"], condition=Q(qty__gt=0), name="ix"))',
    atomic=False,
    dbs=PG,
)
case(
    "add_index__two_concurrently",
    'pgo.AddIndexConcurrently("item", models.Index(fields=["qty"], name="a_ix"))',
    'pgo.AddIndexConcurrently("item", models.Index(fields=["name"], name="b_ix"))',
    atomic=False,
    dbs=PG,
)
INDEX = ['indexes = [models.Index(fields=["qty"], name="ix")]']
case("remove_index__concurrently", 'pgo.RemoveIndexConcurrently("item", "ix")', meta=INDEX, atomic=False, dbs=PG)
case("remove_index__non_atomic", 'migrations.RemoveIndex("item", "ix")', meta=INDEX, atomic=False)
case(
    "remove_index__partial",
    'migrations.RemoveIndex("item", "ix")',
    meta=['indexes = [models.Index(fields=["qty"], condition=Q(qty__gt=0), name="ix")]'],
    dbs=("sqlite", "postgresql"),
)
case(
    "remove_index__replaced_by_unique",
    'migrations.RemoveIndex("item", "ix")',
    'migrations.AddConstraint("item", models.UniqueConstraint(fields=["qty"], name="uq"))',
    meta=INDEX,
)
case(
    "rename_index__twice",
    'migrations.RenameIndex("item", new_name="b_ix", old_name="ix")',
    'migrations.RenameIndex("item", new_name="c_ix", old_name="b_ix")',
    meta=INDEX,
)


# Models.
def create(name, fields, *more, bases="", options="", **others):
    text = ", ".join(
        f'("{field}", {value})'
        for field, value in {"id": "models.BigAutoField(primary_key=True)", **fields}.items()
        if value
    )
    extra = (f", options={options}" if options else "") + (f", bases={bases}" if bases else "")
    case(f"create_model__{name}", f'migrations.CreateModel("Extra", fields=[{text}]{extra})', *more, **others)


TO_ITEM = f'models.ForeignKey("shop.item", {CASCADE}{{}})'
create("with_o2o", {"item": f'models.OneToOneField("shop.item", {CASCADE})'})
create("with_fk_no_constraint", {"item": TO_ITEM.format(", db_constraint=False")})
create("with_fk_do_nothing", {"item": 'models.ForeignKey("shop.item", on_delete=models.DO_NOTHING)'})
create("with_fk_protect", {"item": 'models.ForeignKey("shop.item", on_delete=models.PROTECT)'})
create("with_two_fks", {"item": TO_ITEM.format(""), "tag": f'models.ForeignKey("shop.tag", {CASCADE})'})
create("with_fk_to_field", {"code": f'models.ForeignKey("shop.code", {CASCADE}, to_field="number")'})
create("with_o2o_as_key", {"id": "", "item": f'models.OneToOneField("shop.item", {CASCADE}, primary_key=True)'})
create("with_m2m_no_constraint", {"items": 'models.ManyToManyField("shop.item", db_constraint=False)'})
create("with_db_table", {"text": "models.TextField()"}, options='{"db_table": "other"}')
create("unmanaged", {"item": TO_ITEM.format("")}, options='{"managed": False}')
create("abstractly_ordered", {"text": "models.TextField()"}, options='{"ordering": ["text"], "verbose_name": "x"}')
create(
    "then_index_and_constraint",
    {"number": "models.IntegerField()"},
    'migrations.AddIndex("extra", models.Index(fields=["number"], name="ix"))',
    'migrations.AddConstraint("extra", models.UniqueConstraint(fields=["number"], name="uq"))',
)
create(
    "then_rows",
    {"number": "models.IntegerField()"},
    "migrations.RunPython(forwards, migrations.RunPython.noop)",
    code='def forwards(apps, schema_editor):\n    apps.get_model("shop", "Extra").objects.create(number=1)',
)
create(
    "then_m2m_through_it",
    {"item": TO_ITEM.format(""), "tag": f'models.ForeignKey("shop.tag", {CASCADE})'},
    'migrations.AddField("item", "tags", models.ManyToManyField("shop.tag", through="shop.Extra"))',
)
create("proxy_of_item", {"id": ""}, bases='("shop.item",)', options='{"proxy": True}')
create(
    "child_with_field",
    {
        "id": "",
        "item_ptr": f'models.OneToOneField("shop.item", {CASCADE}, auto_created=True, parent_link=True, primary_key=True, serialize=False)',
        "more": "models.IntegerField()",
    },
    bases='("shop.item",)',
)
TWO = [
    "class Item(models.Model):\n    name = models.CharField(max_length=50)\n    qty = models.IntegerField(default=1)\n\n\n",
    "",
]
for name, child in {
    "mti_child": "class Special(Item):\n    text = models.CharField(max_length=9)",
    "proxy": "class Special(Item):\n    class Meta:\n        proxy = True",
    "with_fk_out": f"class Special(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})",
    "with_o2o_out": f"class Special(models.Model):\n    item = models.OneToOneField(Item, {CASCADE})",
    "with_fk_out_no_constraint": f"class Special(models.Model):\n    item = models.ForeignKey(Item, {CASCADE}, db_constraint=False)",
    "with_m2m_out": "class Special(models.Model):\n    items = models.ManyToManyField(Item)",
    "with_self_fk": f'class Special(models.Model):\n    up = models.ForeignKey("self", {CASCADE}, null=True)',
    "with_db_table": 'class Special(models.Model):\n    text = models.CharField(max_length=9)\n\n    class Meta:\n        db_table = "other"',
}.items():
    case(f"delete_model__own_{name}", 'migrations.DeleteModel("Special")', models=TWO[0] + child)
    case(f"rename_model__own_{name}", 'migrations.RenameModel("Special", "Other")', models=TWO[0] + child)
case(
    "delete_model__state_only_with_fk_out",
    'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Part")])',
    models=TWO[0] + f"class Part(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})",
)
case(
    "delete_model__two",
    'migrations.DeleteModel("Part")',
    'migrations.DeleteModel("Item")',
    models=TWO[0] + f"class Part(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})",
)
case("rename_model__plain", 'migrations.RenameModel("Item", "Thing")')
case(
    "rename_model__with_fk_out",
    'migrations.RenameModel("Item", "Thing")',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'],
)
case(
    "rename_model__with_unique_together",
    'migrations.RenameModel("Item", "Thing")',
    meta=['unique_together = {("name", "qty")}', 'db_table = "shop_item"'],
)
case("rename_model__twice", 'migrations.RenameModel("Item", "Tmp")', 'migrations.RenameModel("Tmp", "Thing")')
case("rename_model__there_and_back", 'migrations.RenameModel("Item", "Tmp")', 'migrations.RenameModel("Tmp", "Item")')
case(
    "rename_model__and_field_added",
    'migrations.AlterModelTable("item", "shop_item")',
    'migrations.RenameModel("Item", "Thing")',
    'migrations.AddField("thing", "extra", models.IntegerField(null=True))',
)
case("alter_model_table__to_default", 'migrations.AlterModelTable("item", None)', meta=['db_table = "stuff"'])
case("alter_model_table__written_out", 'migrations.AlterModelTable("item", "shop_item")')
case(
    "alter_model_table__mti_child",
    'migrations.AlterModelTable("special", "other")',
    models=TWO[0] + "class Special(Item):\n    text = models.CharField(max_length=9)",
)
case(
    "alter_model_table__there_and_back",
    'migrations.AlterModelTable("item", "tmp")',
    'migrations.AlterModelTable("item", "shop_item")',
)
case("alter_model_table__unmanaged", 'migrations.AlterModelTable("item", "other")', meta=["managed = False"])
for name, options in {
    "permissions": '{"permissions": [("a", "A")], "default_permissions": ("add",)}',
    "managed_off": '{"managed": False}',
    "base_manager": '{"base_manager_name": "objects", "default_related_name": "things"}',
    "nothing": "{}",
}.items():
    case(f"options__own_{name}", f'migrations.AlterModelOptions("item", options={options})')
case("options__managed_on", 'migrations.AlterModelOptions("item", options={"managed": True})', meta=["managed = False"])
case(
    "options__order_with_respect_to_remove",
    'migrations.AlterOrderWithRespectTo("item", None)',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    meta=['order_with_respect_to = "category"'],
)
case(
    "options__table_comment_changed", 'migrations.AlterModelTableComment("item", "y")', meta=['db_table_comment = "x"']
)


# SeparateDatabaseAndState.
def halves(name, database=(), state=(), *more, **options):
    text = f"migrations.SeparateDatabaseAndState(database_operations=[{', '.join(database)}], state_operations=[{', '.join(state)}])"
    case(f"separate__{name}", text, *more, **options)


EXTRA = ["extra = models.IntegerField()"]
REMOVE = 'migrations.RemoveField("item", "extra")'
halves(
    "state_remove_fk_null", state=[REMOVE], fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True)']
)
halves(
    "state_remove_fk_no_constraint",
    state=[REMOVE],
    fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True, db_constraint=False)'],
)
halves(
    "state_remove_generated",
    state=[REMOVE],
    fields=["extra = " + GENERATED.format('F("qty") * 2', "models.IntegerField()", True)],
)
halves(
    "state_alter_null", state=['migrations.AlterField("item", "extra", models.IntegerField(null=True))'], fields=EXTRA
)
halves(
    "state_alter_not_null",
    state=['migrations.AlterField("item", "extra", models.IntegerField())'],
    fields=["extra = models.IntegerField(null=True)"],
)
halves("state_alter_type", state=['migrations.AlterField("item", "extra", models.BigIntegerField())'], fields=EXTRA)
halves(
    "state_alter_longer",
    state=['migrations.AlterField("item", "extra", models.CharField(max_length=50))'],
    fields=["extra = models.CharField(max_length=20)"],
)
halves("state_add_index", state=['migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))'])
halves(
    "state_add_unique", state=['migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq"))']
)
halves(
    "state_remove_unique",
    state=['migrations.RemoveConstraint("item", "uq")'],
    meta=['constraints = [models.UniqueConstraint(fields=["name"], name="uq")]'],
)
halves(
    "state_add_model", state=['migrations.CreateModel("Extra", fields=[("id", models.BigAutoField(primary_key=True))])']
)
halves(
    "state_rename_with_table",
    state=['migrations.RenameModel("Item", "Thing")', 'migrations.AlterModelTable("thing", "shop_item")'],
)
halves("state_rename_field_no_column", state=['migrations.RenameField("item", "extra", "fresh")'], fields=EXTRA)
halves("database_add_null", database=['migrations.AddField("item", "extra", models.IntegerField(null=True))'])
halves("database_add_not_null", database=['migrations.AddField("item", "extra", models.IntegerField(default=0))'])
halves("database_add_index", database=['migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))'])
halves(
    "database_drop_unique",
    database=['migrations.RemoveConstraint("item", "uq")'],
    meta=['constraints = [models.UniqueConstraint(fields=["name"], name="uq")]'],
)
halves(
    "add_field_both",
    ['migrations.AddField("item", "extra", models.IntegerField(null=True))'],
    ['migrations.AddField("item", "extra", models.IntegerField(null=True))'],
)
halves(
    "index_concurrently",
    ['migrations.RunSQL("CREATE INDEX CONCURRENTLY ix ON shop_item (qty)", "DROP INDEX CONCURRENTLY ix")'],
    ['migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))'],
    atomic=False,
    dbs=PG,
)
halves(
    "unique_using_index",
    ['migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT uq UNIQUE USING INDEX uq_ix", migrations.RunSQL.noop)'],
    ['migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq"))'],
    setup=['migrations.RunSQL("CREATE UNIQUE INDEX uq_ix ON shop_item (name)", migrations.RunSQL.noop)'],
    dbs=PG,
)
halves(
    "not_null_after_check",
    ['migrations.RunSQL("ALTER TABLE shop_item ALTER COLUMN extra SET NOT NULL", migrations.RunSQL.noop)'],
    ['migrations.AlterField("item", "extra", models.IntegerField())'],
    fields=["extra = models.IntegerField(null=True)"],
    setup=[
        'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (extra IS NOT NULL)", migrations.RunSQL.noop)'
    ],
    dbs=PG,
)
halves(
    "fk_not_valid",
    [
        'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (extra_id) REFERENCES shop_category (id) DEFERRABLE INITIALLY DEFERRED NOT VALID", migrations.RunSQL.noop)'
    ],
    [f'migrations.AlterField("item", "extra", models.ForeignKey("shop.category", {CASCADE}, null=True))'],
    fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True, db_constraint=False)'],
    dbs=PG,
)

# RunSQL on PostgreSQL: a statement of each kind.
NULLABLE = ["extra = models.IntegerField(null=True)"]
CHARS = ["extra = models.CharField(max_length=20)"]
BY_ID = [f'category = models.ForeignKey("shop.Category", {CASCADE}, db_constraint=False)']
UNIQUE_NAME = ['constraints = [models.UniqueConstraint(fields=["name"], name="uq")]']
for name, statement, fields in [
    ("drop_not_null", "ALTER TABLE shop_item ALTER COLUMN extra DROP NOT NULL", EXTRA),
    ("set_default_text", "ALTER TABLE shop_item ALTER COLUMN extra SET DEFAULT 'x'", CHARS),
    ("type_int_to_bigint", "ALTER TABLE shop_item ALTER COLUMN extra TYPE bigint", EXTRA),
    ("type_int_to_smallint", "ALTER TABLE shop_item ALTER COLUMN extra TYPE smallint", EXTRA),
    ("type_varchar_grow", "ALTER TABLE shop_item ALTER COLUMN extra TYPE varchar(50)", CHARS),
    ("type_varchar_shrink", "ALTER TABLE shop_item ALTER COLUMN extra TYPE varchar(10)", CHARS),
    ("type_varchar_to_text", "ALTER TABLE shop_item ALTER COLUMN extra TYPE text", CHARS),
    ("type_using", "ALTER TABLE shop_item ALTER COLUMN extra TYPE text USING extra::text", EXTRA),
    ("column_identity", "ALTER TABLE shop_item ADD COLUMN number bigint GENERATED BY DEFAULT AS IDENTITY", ()),
    ("column_serial", "ALTER TABLE shop_item ADD COLUMN number bigserial", ()),
    (
        "column_generated",
        "ALTER TABLE shop_item ADD COLUMN number bigint GENERATED ALWAYS AS (qty::bigint * 2) STORED",
        (),
    ),
    ("column_with_check", "ALTER TABLE shop_item ADD COLUMN number integer CHECK (number > 0)", ()),
    ("column_unique", "ALTER TABLE shop_item ADD COLUMN number integer UNIQUE", ()),
    ("column_default_now", "ALTER TABLE shop_item ADD COLUMN made timestamptz NOT NULL DEFAULT now()", ()),
    (
        "column_default_clock",
        "ALTER TABLE shop_item ADD COLUMN made timestamptz NOT NULL DEFAULT clock_timestamp()",
        (),
    ),
    ("column_default_uuid", "ALTER TABLE shop_item ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid()", ()),
    ("column_if_not_exists", "ALTER TABLE shop_item ADD COLUMN IF NOT EXISTS name varchar(50)", ()),
    ("two_columns_at_once", "ALTER TABLE shop_item ADD COLUMN a integer, ADD COLUMN b integer NOT NULL DEFAULT 0", ()),
    ("drop_two_columns", "ALTER TABLE shop_item DROP COLUMN extra, DROP COLUMN qty", EXTRA),
    (
        "rename_two_columns",
        "ALTER TABLE shop_item RENAME COLUMN extra TO tmp; ALTER TABLE shop_item RENAME COLUMN tmp TO extra",
        EXTRA,
    ),
    ("check_not_valid", "ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (qty > 0) NOT VALID", ()),
    (
        "check_not_valid_validated",
        "ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (qty > -9) NOT VALID; ALTER TABLE shop_item VALIDATE CONSTRAINT ck",
        (),
    ),
    (
        "foreign_key_and_validate",
        "ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (category_id) REFERENCES shop_category (id) NOT VALID; ALTER TABLE shop_item VALIDATE CONSTRAINT fk",
        BY_ID,
    ),
    (
        "foreign_key_on_delete_cascade",
        "ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (category_id) REFERENCES shop_category (id) ON DELETE CASCADE",
        BY_ID,
    ),
    ("unique_index", "CREATE UNIQUE INDEX ix ON shop_item (name)", ()),
    ("unique_index_partial", "CREATE UNIQUE INDEX ix ON shop_item (name) WHERE qty > 0", ()),
    ("index_if_not_exists", "CREATE INDEX IF NOT EXISTS ix ON shop_item (qty)", ()),
    ("exclusion", "ALTER TABLE shop_item ADD CONSTRAINT ex EXCLUDE USING btree (name WITH =)", ()),
    ("comment_on_column", "COMMENT ON COLUMN shop_item.name IS 'x'", ()),
    ("comment_on_table", "COMMENT ON TABLE shop_item IS 'x'", ()),
    ("analyze", "ANALYZE shop_item", ()),
    ("set_statistics", "ALTER TABLE shop_item ALTER COLUMN name SET STATISTICS 500", ()),
    ("set_fillfactor", "ALTER TABLE shop_item SET (fillfactor = 70)", ()),
    ("set_unlogged", "ALTER TABLE shop_item SET UNLOGGED", ()),
    ("row_security", "ALTER TABLE shop_item ENABLE ROW LEVEL SECURITY", ()),
    ("create_view", "CREATE VIEW names AS SELECT name FROM shop_item", ()),
    ("create_materialized_view", "CREATE MATERIALIZED VIEW names AS SELECT name FROM shop_item", ()),
    ("create_table_as", "CREATE TABLE copy AS SELECT * FROM shop_item", ()),
    (
        "create_table_with_fk",
        "CREATE TABLE extra (id bigint PRIMARY KEY, item_id bigint REFERENCES shop_item (id))",
        (),
    ),
    ("create_function", "CREATE FUNCTION one() RETURNS integer AS 'SELECT 1' LANGUAGE sql", ()),
    (
        "trigger_that_refuses",
        "CREATE FUNCTION no() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''no''; END' LANGUAGE plpgsql; CREATE TRIGGER no BEFORE INSERT ON shop_item FOR EACH ROW EXECUTE FUNCTION no()",
        (),
    ),
    ("insert_row", "INSERT INTO shop_item (name, qty) VALUES ('new', 1)", ()),
    ("insert_row_with_key", "INSERT INTO shop_item (id, name, qty) VALUES (1000, 'new', 1)", ()),
    ("delete_all", "DELETE FROM shop_item", ()),
    ("truncate", "TRUNCATE shop_item", ()),
    ("update_some", "UPDATE shop_item SET qty = 0 WHERE qty < 0", ()),
    ("update_by_do_block", "DO $$ BEGIN UPDATE shop_item SET qty = qty + 1; END $$", ()),
    ("set_constraints", "SET CONSTRAINTS ALL IMMEDIATE", ()),
    ("statement_timeout", "SET statement_timeout = '5s'", ()),
    ("sequence_restart", "ALTER SEQUENCE shop_item_id_seq RESTART WITH 100000", ()),
    ("grant", "GRANT SELECT ON shop_item TO PUBLIC", ()),
    ("lock_share", "LOCK TABLE shop_item IN SHARE MODE", ()),
    ("drop_primary_key", "ALTER TABLE shop_item DROP CONSTRAINT shop_item_pkey", ()),
    ("rename_constraint", "ALTER TABLE shop_item RENAME CONSTRAINT shop_item_pkey TO item_pk", ()),
    ("drop_table", "DROP TABLE shop_item", ()),
    (
        "drop_table_cascade",
        "DROP TABLE shop_category CASCADE",
        [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    ),
    ("replica_identity", "ALTER TABLE shop_item REPLICA IDENTITY FULL", ()),
    ("set_not_null_text", "ALTER TABLE shop_item ALTER COLUMN note SET NOT NULL", [NOTE]),
    ("inherit_schema", "CREATE SCHEMA archive", ()),
]:
    sql(name, statement, "noop", fields=fields)
for name, statement in {
    "vacuum": "VACUUM shop_item",
    "vacuum_full": "VACUUM FULL shop_item",
    "index_concurrently_partial": "CREATE INDEX CONCURRENTLY ix ON shop_item (qty) WHERE qty > 0",
    "unique_index_concurrently_two": "CREATE UNIQUE INDEX CONCURRENTLY ix ON shop_item (name, qty)",
}.items():
    sql(name, statement, "noop", atomic=False)
sql(
    "drop_check",
    "ALTER TABLE shop_item DROP CONSTRAINT ck",
    "noop",
    meta=['constraints = [models.CheckConstraint(condition=Q(qty__gte=-9), name="ck")]'],
)
sql("drop_unique", "ALTER TABLE shop_item DROP CONSTRAINT uq", "noop", meta=UNIQUE_NAME)
sql("drop_index", "DROP INDEX ix", "noop", meta=INDEX)
sql("drop_index_if_exists_concurrently", "DROP INDEX CONCURRENTLY IF EXISTS ix", "noop", meta=INDEX, atomic=False)
sql("rename_index", "ALTER INDEX ix RENAME TO other_ix", "noop", meta=INDEX)
sql("reindex_index", "REINDEX INDEX ix", "noop", meta=INDEX)
sql(
    "validate_foreign_key",
    "ALTER TABLE shop_item VALIDATE CONSTRAINT fk",
    "noop",
    fields=BY_ID,
    setup=[
        'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (category_id) REFERENCES shop_category (id) NOT VALID")'
    ],
)
sql(
    "refresh_materialized_view",
    "REFRESH MATERIALIZED VIEW names",
    "noop",
    setup=['migrations.RunSQL("CREATE MATERIALIZED VIEW names AS SELECT name FROM shop_item")'],
)
sql(
    "drop_view",
    "DROP VIEW names",
    "noop",
    setup=['migrations.RunSQL("CREATE VIEW names AS SELECT name FROM shop_item")'],
)
sql(
    "type_of_column_in_view",
    "ALTER TABLE shop_item ALTER COLUMN qty TYPE bigint",
    "noop",
    setup=['migrations.RunSQL("CREATE VIEW names AS SELECT qty FROM shop_item")'],
)
sql(
    "primary_key_using_index",
    "ALTER TABLE shop_item DROP CONSTRAINT shop_item_pkey, ADD PRIMARY KEY USING INDEX ix",
    "noop",
    setup=['migrations.RunSQL("CREATE UNIQUE INDEX ix ON shop_item (id)")'],
)
sql(
    "add_not_null_with_state",
    "ALTER TABLE shop_item ADD COLUMN extra integer NOT NULL DEFAULT 0; ALTER TABLE shop_item ALTER COLUMN extra DROP DEFAULT",
    "noop",
    state='migrations.AddField("item", "extra", models.IntegerField(default=0))',
)
sql(
    "type_with_state",
    "ALTER TABLE shop_item ALTER COLUMN extra TYPE bigint",
    "noop",
    state='migrations.AlterField("item", "extra", models.BigIntegerField())',
    fields=EXTRA,
)
sql(
    "rename_column_with_state",
    "ALTER TABLE shop_item RENAME COLUMN extra TO fresh",
    "noop",
    state='migrations.RenameField("item", "extra", "fresh")',
    fields=EXTRA,
)
sql(
    "rename_table_and_view",
    "ALTER TABLE shop_item RENAME TO shop_thing; CREATE VIEW shop_item AS SELECT * FROM shop_thing",
    "noop",
)
sql(
    "drop_column_state_removed_fk",
    "ALTER TABLE shop_item DROP COLUMN extra_id",
    "noop",
    fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
    setup=[f"migrations.SeparateDatabaseAndState(state_operations=[{REMOVE}])"],
)

# RunSQL on MariaDB, and on all.
for name, statement, fields in [
    ("modify_same", "ALTER TABLE shop_item MODIFY extra integer NOT NULL", EXTRA),
    ("modify_bigint", "ALTER TABLE shop_item MODIFY extra bigint NOT NULL", EXTRA),
    ("modify_null", "ALTER TABLE shop_item MODIFY extra integer NULL", EXTRA),
    ("modify_varchar_grow", "ALTER TABLE shop_item MODIFY extra varchar(60) NOT NULL", CHARS),
    ("change_column", "ALTER TABLE shop_item CHANGE extra fresh integer NOT NULL", EXTRA),
    ("add_index", "ALTER TABLE shop_item ADD INDEX ix (qty)", ()),
    ("add_unique_index", "ALTER TABLE shop_item ADD UNIQUE INDEX ix (name)", ()),
    ("add_column_first", "ALTER TABLE shop_item ADD COLUMN more integer NULL FIRST", ()),
    ("add_column_and_index", "ALTER TABLE shop_item ADD COLUMN more integer NULL, ADD INDEX ix (more)", ()),
    ("drop_column_mariadb", "ALTER TABLE shop_item DROP COLUMN extra", EXTRA),
    ("add_check_mariadb", "ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (qty > -99)", ()),
    ("optimize", "OPTIMIZE TABLE shop_item", ()),
    ("analyze_mariadb", "ANALYZE TABLE shop_item", ()),
    ("comment_mariadb", "ALTER TABLE shop_item COMMENT = 'x'", ()),
    ("auto_increment", "ALTER TABLE shop_item AUTO_INCREMENT = 1000", ()),
    ("rename_table_mariadb", "RENAME TABLE shop_item TO shop_thing", ()),
]:
    sql(name, statement, "noop", fields=fields, dbs=MARIADB)
for name, statement, fields in [
    ("update_where", "UPDATE shop_item SET qty = 0 WHERE qty < 0", ()),
    ("create_table", "CREATE TABLE leftovers (id integer PRIMARY KEY)", ()),
    ("drop_column_everywhere", "ALTER TABLE shop_item DROP COLUMN extra", EXTRA),
    ("rename_column_everywhere", "ALTER TABLE shop_item RENAME COLUMN extra TO fresh", EXTRA),
    ("add_column_everywhere", "ALTER TABLE shop_item ADD COLUMN more integer NULL", ()),
    ("add_column_with_default_everywhere", "ALTER TABLE shop_item ADD COLUMN more integer NOT NULL DEFAULT 0", ()),
    ("index_everywhere", "CREATE INDEX ix ON shop_item (qty)", ()),
    ("unique_index_everywhere", "CREATE UNIQUE INDEX ix ON shop_item (name)", ()),
]:
    sql(name, statement, "noop", fields=fields, dbs=ALL)

# RunPython.
python(
    "backfill_filter",
    'Item = apps.get_model("shop", "Item")\nItem.objects.filter(extra=None).update(extra=0)',
    first=['migrations.AddField("item", "extra", models.IntegerField(null=True))'],
)
python(
    "loop_saves",
    'for item in apps.get_model("shop", "Item").objects.all():\n    item.qty = abs(item.qty)\n    item.save()',
)
python("creates_rows", 'apps.get_model("shop", "Item").objects.create(name="new", qty=1)')
python("does_nothing", "pass")
python("raw_update", 'schema_editor.execute("UPDATE shop_item SET qty = 0 WHERE qty < 0")')
python(
    "fills_then_not_null",
    'apps.get_model("shop", "Item").objects.filter(extra=None).update(extra=0)',
    'migrations.AlterField("item", "extra", models.IntegerField())',
    fields=["extra = models.IntegerField(null=True)"],
)
python(
    "fills_then_default",
    'apps.get_model("shop", "Item").objects.filter(extra=None).update(extra=0)',
    'migrations.AlterField("item", "extra", models.IntegerField(default=0))',
    fields=["extra = models.IntegerField(null=True)"],
)
python(
    "copies_then_removes",
    'Item = apps.get_model("shop", "Item")\nfor item in Item.objects.all():\n    item.fresh = item.extra\n    item.save()',
    REMOVE,
    first=['migrations.AddField("item", "fresh", models.IntegerField(null=True))'],
    fields=EXTRA,
)
python(
    "links_then_constraint",
    'Category = apps.get_model("shop", "Category")\nItem = apps.get_model("shop", "Item")\nItem.objects.update(category=Category.objects.create(title="all"))',
    'migrations.AddConstraint("item", models.CheckConstraint(condition=Q(qty__gte=-99), name="ck"))',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
)
python(
    "non_atomic_batches",
    'Item = apps.get_model("shop", "Item")\nfor item in Item.objects.filter(qty__lt=0).iterator():\n    Item.objects.filter(pk=item.pk).update(qty=0)',
    atomic=False,
)

# Several operations.
ADD_NULL = 'migrations.AddField("item", "fresh", models.IntegerField(null=True))'
case("multi__add_and_remove_others", ADD_NULL, REMOVE, fields=EXTRA)
case("multi__add_and_remove_others_non_atomic", ADD_NULL, REMOVE, fields=EXTRA, atomic=False)
case(
    "multi__add_default_then_default_removed",
    'migrations.AddField("item", "fresh", models.IntegerField(default=0))',
    'migrations.AlterField("item", "fresh", models.IntegerField())',
)
case(
    "multi__add_null_then_not_null", ADD_NULL, 'migrations.AlterField("item", "fresh", models.IntegerField(default=0))'
)
case("multi__add_null_then_index", ADD_NULL, 'migrations.AddIndex("item", models.Index(fields=["fresh"], name="ix"))')
case(
    "multi__add_default_then_null",
    'migrations.AddField("item", "fresh", models.IntegerField(default=0))',
    'migrations.AlterField("item", "fresh", models.IntegerField(null=True))',
)
case(
    "multi__add_default_then_db_default",
    'migrations.AddField("item", "fresh", models.IntegerField(default=0))',
    'migrations.AlterField("item", "fresh", models.IntegerField(db_default=0))',
)
case("multi__add_then_rename", ADD_NULL, 'migrations.RenameField("item", "fresh", "newer")')
case(
    "multi__null_then_removed",
    'migrations.AlterField("item", "extra", models.IntegerField(null=True))',
    REMOVE,
    fields=EXTRA,
)
case(
    "multi__null_then_state_removed",
    'migrations.AlterField("item", "extra", models.IntegerField(null=True))',
    f"migrations.SeparateDatabaseAndState(state_operations=[{REMOVE}])",
    fields=EXTRA,
)
case(
    "multi__longer_and_back",
    'migrations.AlterField("item", "extra", models.CharField(max_length=50))',
    'migrations.AlterField("item", "extra", models.CharField(max_length=20))',
    fields=CHARS,
)
case(
    "multi__create_and_m2m",
    'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True))])',
    'migrations.AddField("item", "labels", models.ManyToManyField("shop.label"))',
)
case(
    "multi__create_and_fk_null",
    'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True))])',
    f'migrations.AddField("item", "label", models.ForeignKey("shop.label", {CASCADE}, null=True))',
)
case(
    "multi__create_and_fk_not_null",
    'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True))])',
    f'migrations.AddField("item", "label", models.ForeignKey("shop.label", {CASCADE}, default=1))',
)
case(
    "multi__create_and_rename",
    'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True))])',
    'migrations.RenameModel("Label", "Sticker")',
)
case(
    "multi__create_and_delete",
    'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True))])',
    'migrations.DeleteModel("Label")',
)
case(
    "multi__two_models_altered",
    ADD_NULL,
    'migrations.AddField("category", "rank", models.IntegerField(null=True))',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'],
)
case(
    "multi__fk_swapped",
    f'migrations.AddField("item", "tag", models.ForeignKey("shop.tag", {CASCADE}, null=True))',
    'migrations.RemoveField("item", "category")',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
)
case(
    "multi__fk_to_m2m",
    'migrations.RemoveField("item", "extra")',
    'migrations.AddField("item", "extra", models.ManyToManyField("shop.category"))',
    fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
)
case(
    "multi__sql_default_put_back",
    'migrations.AddField("item", "fresh", models.CharField(max_length=9, default="x"))',
    "migrations.RunSQL(\"ALTER TABLE shop_item ALTER COLUMN fresh SET DEFAULT 'x'\", migrations.RunSQL.noop)",
    dbs=PG,
)
case(
    "multi__renamed_and_generated_under_old_name",
    'migrations.RenameField("item", "extra", "fresh")',
    'migrations.AddField("item", "extra", models.GeneratedField(expression=F("fresh"), output_field=models.IntegerField(), db_persist=True))',
    fields=EXTRA,
)
case(
    "multi__lock_timeout_and_index",
    "migrations.RunSQL(\"SET LOCAL lock_timeout = '1s'\", migrations.RunSQL.noop)",
    'migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))',
    dbs=PG,
)
case(
    "multi__unique_by_concurrent_index",
    'migrations.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY uq ON shop_item (name)", migrations.RunSQL.noop)',
    'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT uq UNIQUE USING INDEX uq", migrations.RunSQL.noop)], state_operations=[migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq"))])',
    atomic=False,
    dbs=PG,
)
case(
    "multi__not_null_in_four_steps",
    'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT nn CHECK (extra IS NOT NULL) NOT VALID", migrations.RunSQL.noop)',
    'migrations.RunSQL("ALTER TABLE shop_item VALIDATE CONSTRAINT nn", migrations.RunSQL.noop)',
    'migrations.AlterField("item", "extra", models.IntegerField())',
    'migrations.RunSQL("ALTER TABLE shop_item DROP CONSTRAINT nn", migrations.RunSQL.noop)',
    fields=NULLABLE,
    dbs=PG,
)
case(
    "multi__not_null_in_four_steps_non_atomic",
    'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT nn CHECK (extra IS NOT NULL) NOT VALID", migrations.RunSQL.noop)',
    'migrations.RunSQL("ALTER TABLE shop_item VALIDATE CONSTRAINT nn", migrations.RunSQL.noop)',
    'migrations.AlterField("item", "extra", models.IntegerField())',
    'migrations.RunSQL("ALTER TABLE shop_item DROP CONSTRAINT nn", migrations.RunSQL.noop)',
    fields=NULLABLE,
    dbs=PG,
    atomic=False,
)

# RunSQL in other words: quoted, with a schema, in lower case, as a list, with parameters, several tables at once.
for name, statement, fields in [
    ("quoted_drop_column", 'ALTER TABLE "public"."shop_item" DROP COLUMN "extra";', EXTRA),
    ("lower_case_drop_column", "alter table only shop_item drop column if exists extra restrict;", EXTRA),
    ("commented", "-- one\nALTER TABLE shop_item /* two */ ADD COLUMN more integer NOT NULL; -- three", ()),
    (
        "several_clauses",
        "ALTER TABLE shop_item ALTER COLUMN extra DROP NOT NULL, ALTER COLUMN extra TYPE bigint",
        EXTRA,
    ),
    (
        "drop_two_tables",
        "DROP TABLE shop_item, shop_category",
        [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    ),
    ("rename_column_short", "ALTER TABLE shop_item RENAME extra TO fresh", EXTRA),
    ("set_schema", "CREATE SCHEMA attic; ALTER TABLE shop_item SET SCHEMA attic", ()),
    ("index_with_method", "CREATE INDEX ON shop_item USING hash (qty)", ()),
    ("unique_nulls_not_distinct", "CREATE UNIQUE INDEX ix ON shop_item (note) NULLS NOT DISTINCT", [NOTE]),
    ("unique_deferrable", "ALTER TABLE shop_item ADD CONSTRAINT uq UNIQUE (name) DEFERRABLE INITIALLY DEFERRED", ()),
    (
        "unique_using_index",
        "CREATE UNIQUE INDEX ix ON shop_item (name); ALTER TABLE shop_item ADD CONSTRAINT uq UNIQUE USING INDEX ix",
        (),
    ),
    ("add_generated_always", "ALTER TABLE shop_item ADD COLUMN more integer GENERATED ALWAYS AS IDENTITY", ()),
    ("drop_identity", "ALTER TABLE shop_item ALTER COLUMN id DROP IDENTITY", ()),
    (
        "drop_expression",
        "ALTER TABLE shop_item ALTER COLUMN extra DROP EXPRESSION",
        ["extra = " + GENERATED.format('F("qty") * 2', "models.IntegerField()", True)],
    ),
    (
        "domain_column",
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0); ALTER TABLE shop_item ADD COLUMN more positive",
        (),
    ),
    (
        "enum_column",
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE shop_item ADD COLUMN mood mood NOT NULL DEFAULT 'ok'",
        (),
    ),
    ("rule_do_nothing", "CREATE RULE none AS ON DELETE TO shop_item DO INSTEAD NOTHING", ()),
    ("disable_triggers", "ALTER TABLE shop_item DISABLE TRIGGER ALL", ()),
    ("insert_select", "INSERT INTO shop_item (name, qty) SELECT name, qty FROM shop_item", ()),
    (
        "update_from",
        "UPDATE shop_item SET qty = category.id FROM shop_category category WHERE category.id = shop_item.category_id",
        [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    ),
    ("create_statistics", "CREATE STATISTICS st ON name, qty FROM shop_item", ()),
    ("column_storage_and_compression", "ALTER TABLE shop_item ALTER COLUMN name SET COMPRESSION pglz", ()),
    ("set_access_method", "ALTER TABLE shop_item SET ACCESS METHOD heap", ()),
    (
        "check_on_new_column",
        "ALTER TABLE shop_item ADD COLUMN more integer; ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (more > 0) NOT VALID",
        (),
    ),
    (
        "not_null_on_filled_column",
        "UPDATE shop_item SET note = '' WHERE note IS NULL; ALTER TABLE shop_item ALTER COLUMN note SET NOT NULL",
        [NOTE],
    ),
    (
        "default_then_not_null",
        "ALTER TABLE shop_item ALTER COLUMN note SET DEFAULT ''; ALTER TABLE shop_item ALTER COLUMN note SET NOT NULL",
        [NOTE],
    ),
    (
        "trigger_fills_null",
        "CREATE FUNCTION fill() RETURNS trigger AS 'BEGIN NEW.note := COALESCE(NEW.note, ''''); RETURN NEW; END' LANGUAGE plpgsql; CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON shop_item FOR EACH ROW EXECUTE FUNCTION fill()",
        [NOTE],
    ),
    (
        "rename_with_view_left",
        "ALTER TABLE shop_category RENAME TO shop_kind; CREATE VIEW shop_category AS SELECT * FROM shop_kind",
        [f'category = models.ForeignKey("shop.Category", {CASCADE})'],
    ),
    (
        "foreign_key_set_null",
        "ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (category_id) REFERENCES shop_category (id) ON DELETE SET NULL NOT VALID",
        [f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True, db_constraint=False)'],
    ),
]:
    sql(f"words_{name}", statement, "noop", fields=fields)
case(
    "run_sql__words_list",
    'migrations.RunSQL(["ALTER TABLE shop_item ADD COLUMN more integer NULL", ("UPDATE shop_item SET more = %s", [5])], migrations.RunSQL.noop)',
)
case(
    "run_sql__words_list_drop",
    'migrations.RunSQL(["SELECT 1", "ALTER TABLE shop_item DROP COLUMN extra"], migrations.RunSQL.noop)',
    fields=EXTRA,
)

# RunPython that changes the schema, and other ways to write rows.
EDITOR = 'Item = apps.get_model("shop", "Item")\n'
python(
    "editor_remove_field",
    EDITOR + 'schema_editor.remove_field(Item, Item._meta.get_field("extra"))',
    fields=EXTRA,
    dbs=PG,
)
python("editor_execute_drop", 'schema_editor.execute("ALTER TABLE shop_item DROP COLUMN extra")', fields=EXTRA, dbs=PG)
python("editor_execute_index", 'schema_editor.execute("CREATE INDEX ix ON shop_item (qty)")', dbs=PG)
python(
    "cursor_alter",
    'with schema_editor.connection.cursor() as cursor:\n    cursor.execute("ALTER TABLE shop_item ADD COLUMN more integer NOT NULL")',
    dbs=PG,
)
python(
    "cursor_update",
    'with schema_editor.connection.cursor() as cursor:\n    cursor.execute("UPDATE shop_item SET qty = qty + 1")',
    dbs=PG,
)
python(
    "bulk_update",
    EDITOR
    + 'items = list(Item.objects.all())\nfor item in items:\n    item.qty = 0\nItem.objects.bulk_update(items, ["qty"])',
)
python("deletes_some", EDITOR + "Item.objects.filter(qty__lt=-1000).delete()")
python(
    "truncates_text",
    EDITOR + 'for item in Item.objects.all():\n    item.name = item.name[:3]\n    item.save(update_fields=["name"])',
)
python(
    "dedupes_then_unique",
    EDITOR
    + 'seen = set()\nfor item in Item.objects.order_by("pk"):\n    if item.name in seen:\n        item.delete()\n    seen.add(item.name)',
    'migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="uq"))',
)
python(
    "sets_fk_then_not_null",
    EDITOR
    + 'Category = apps.get_model("shop", "Category")\nItem.objects.filter(category=None).update(category=Category.objects.first())',
    f'migrations.AlterField("item", "category", models.ForeignKey("shop.category", {CASCADE}))',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
)
python(
    "create_and_fill_other_model",
    'Label = apps.get_model("shop", "Label")\nfor item in apps.get_model("shop", "Item").objects.all():\n    Label.objects.create(item=item)',
    first=[
        f'migrations.CreateModel("Label", fields=[("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE}))])'
    ],
)

# More than one field over a column, moves between models, through models.
case(
    "multi__field_moved_to_parent",
    'migrations.AddField("item", "more", models.IntegerField(null=True))',
    'migrations.RemoveField("special", "text")',
    models=TWO[0] + "class Special(Item):\n    text = models.CharField(max_length=9)",
)
case(
    "multi__through_gets_field",
    'migrations.AddField("itemtag", "rank", models.IntegerField(default=0))',
    models=THROUGH.replace(
        "    qty = models.IntegerField(default=1)\n",
        '    qty = models.IntegerField(default=1)\n    tags = models.ManyToManyField("shop.Tag", through="shop.ItemTag")\n',
    ),
)
case(
    "multi__through_gets_null_field",
    'migrations.AddField("itemtag", "rank", models.IntegerField(null=True))',
    models=THROUGH.replace(
        "    qty = models.IntegerField(default=1)\n",
        '    qty = models.IntegerField(default=1)\n    tags = models.ManyToManyField("shop.Tag", through="shop.ItemTag")\n',
    ),
)
case(
    "multi__through_renamed",
    'migrations.RenameModel("ItemTag", "Tagging")',
    models=THROUGH.replace(
        "    qty = models.IntegerField(default=1)\n",
        '    qty = models.IntegerField(default=1)\n    tags = models.ManyToManyField("shop.Tag", through="shop.ItemTag")\n',
    ),
)
case(
    "multi__through_unique",
    'migrations.AddConstraint("itemtag", models.UniqueConstraint(fields=["item", "tag"], name="uq"))',
    models=THROUGH.replace(
        "    qty = models.IntegerField(default=1)\n",
        '    qty = models.IntegerField(default=1)\n    tags = models.ManyToManyField("shop.Tag", through="shop.ItemTag")\n',
    ),
)
case(
    "multi__m2m_replaced_by_through",
    'migrations.RemoveField("item", "extra")',
    f'migrations.CreateModel("ItemTag", fields=[("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE})), ("tag", models.ForeignKey("shop.tag", {CASCADE}))])',
    'migrations.AddField("item", "extra", models.ManyToManyField("shop.tag", through="shop.ItemTag"))',
    fields=['extra = models.ManyToManyField("shop.Tag")'],
)
case(
    "multi__target_of_fk_renamed_and_field",
    'migrations.RenameModel("Category", "Kind")',
    'migrations.RenameField("item", "category", "kind")',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'],
)
case(
    "multi__state_removed_then_sql_drop",
    f"migrations.SeparateDatabaseAndState(state_operations=[{REMOVE}])",
    'migrations.RunSQL("ALTER TABLE shop_item DROP COLUMN extra", migrations.RunSQL.noop)',
    fields=EXTRA,
)
case(
    "multi__unique_removed_and_field",
    'migrations.AlterField("item", "extra", models.IntegerField())',
    REMOVE,
    fields=["extra = models.IntegerField(unique=True)"],
)
case(
    "multi__index_then_unique_over_it",
    'migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))',
    'migrations.AlterField("item", "qty", models.IntegerField(default=1, unique=True))',
)
case(
    "multi__not_null_and_default_in_sql",
    'migrations.AlterField("item", "extra", models.IntegerField(db_default=0, null=True))',
    'migrations.AlterField("item", "extra", models.IntegerField(db_default=0))',
    fields=NULLABLE,
)
case(
    "multi__check_replaced_in_one_go",
    'migrations.RemoveConstraint("item", "ck")',
    'migrations.RemoveField("item", "extra")',
    meta=['constraints = [models.CheckConstraint(condition=Q(extra__gte=-5), name="ck")]'],
    fields=EXTRA,
)

# What ends a recipe, and what stands for it in one step.
case(
    "recipe__fk_in_steps_index",
    'pgo.AddIndexConcurrently("item", models.Index(fields=["category"], name="ix"))',
    fields=[
        f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True, db_constraint=False, db_index=False)'
    ],
    atomic=False,
    dbs=PG,
)
case(
    "recipe__not_null_check_not_valid",
    'pgo.AddConstraintNotValid("item", models.CheckConstraint(condition=Q(extra__isnull=False), name="nn"))',
    fields=NULLABLE,
    dbs=PG,
)
case(
    "recipe__not_null_check_validated",
    'pgo.ValidateConstraint("item", "nn")',
    fields=NULLABLE,
    setup=['pgo.AddConstraintNotValid("item", models.CheckConstraint(condition=Q(extra__isnull=False), name="nn"))'],
    dbs=PG,
)
case(
    "recipe__not_null_after_check",
    'migrations.AlterField("item", "extra", models.IntegerField())',
    fields=NULLABLE,
    setup=['migrations.AddConstraint("item", models.CheckConstraint(condition=Q(extra__isnull=False), name="nn"))'],
    dbs=PG,
)
case(
    "recipe__not_null_check_dropped",
    'migrations.RemoveConstraint("item", "nn")',
    fields=EXTRA,
    setup=['migrations.AddConstraint("item", models.CheckConstraint(condition=Q(extra__isnull=False), name="nn"))'],
    dbs=PG,
)
case(
    "recipe__positive_in_steps_state",
    'migrations.SeparateDatabaseAndState(state_operations=[migrations.AlterField("item", "extra", models.PositiveIntegerField())])',
    fields=EXTRA,
    setup=[
        'migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT shop_item_extra_check CHECK (extra >= 0)", migrations.RunSQL.noop)'
    ],
    dbs=PG,
)
case(
    "recipe__positive_after_check",
    'migrations.AlterField("item", "extra", models.PositiveIntegerField())',
    fields=EXTRA,
    setup=['migrations.AddConstraint("item", models.CheckConstraint(condition=Q(extra__gte=0), name="ck"))'],
    dbs=PG,
)
case(
    "recipe__drop_table_after_state",
    'migrations.RunSQL("DROP TABLE shop_part", migrations.RunSQL.noop)',
    models=TWO[0] + f"class Part(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})",
    setup=['migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Part")])'],
)
case(
    "recipe__drop_constraint_before_state_removal",
    'migrations.AlterField("item", "category", models.ForeignKey("shop.category", on_delete=models.DO_NOTHING, null=True, db_constraint=False))',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
)
case(
    "recipe__bigint_new_column_and_trigger",
    "migrations.RunSQL(\"ALTER TABLE shop_item ADD COLUMN extra_new bigint; CREATE FUNCTION sync() RETURNS trigger AS 'BEGIN NEW.extra_new := NEW.extra; RETURN NEW; END' LANGUAGE plpgsql; CREATE TRIGGER sync BEFORE INSERT OR UPDATE ON shop_item FOR EACH ROW EXECUTE FUNCTION sync()\", migrations.RunSQL.noop)",
    fields=EXTRA,
    dbs=PG,
)
case(
    "recipe__bigint_columns_swapped",
    'migrations.RunSQL("ALTER TABLE shop_item RENAME COLUMN extra TO extra_old; ALTER TABLE shop_item RENAME COLUMN extra_new TO extra", migrations.RunSQL.noop, state_operations=[migrations.AlterField("item", "extra", models.BigIntegerField())])',
    fields=EXTRA,
    setup=[
        'migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra_new bigint NOT NULL DEFAULT 0", migrations.RunSQL.noop)'
    ],
    dbs=PG,
)
