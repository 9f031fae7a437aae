"""Forms that the other cases leave out, written without a look at the rules: rare fields, options and ways around."""

from own import ALL, CASCADE, MARIADB, PG, case

FIRST = ("sqlite", "postgresql")
NULL_INT = ["extra = models.IntegerField(null=True)"]
EXTRA_INT = ["extra = models.IntegerField()"]
EXTRA_CHAR = ["extra = models.CharField(max_length=20)"]
ITEM = "class Item(models.Model):\n    name = models.CharField(max_length=50)\n    qty = models.IntegerField(default=1)\n"
CHILD = f"{ITEM}\n\nclass Special(Item):\n    text = models.CharField(max_length=9)"
FK = 'models.ForeignKey("shop.category", {})'
NOOP = "migrations.RunSQL.noop"


def added(name, field, last="", **options):
    case(f"rare_add__{name}", f'migrations.AddField("item", "extra", {field}{last})', **options)


def changed(name, old, new, last="", **options):
    case(
        f"rare_alter__{name}",
        f'migrations.AlterField("item", "extra", {new}{last})',
        fields=[f"extra = {old}", *options.pop("fields", ())],
        **options,
    )


def removed(name, field, **options):
    fields = [f"extra = {field}", *options.pop("fields", ())]
    case(f"rare_remove__{name}", 'migrations.RemoveField("item", "extra")', fields=fields, **options)


def sent(name, *statements, **options):
    """RunSQL, an operation for each statement."""
    case(
        f"rare_sql__{name}",
        *(text if text.startswith("migrations.") else f'migrations.RunSQL("""{text}""", {NOOP})' for text in statements),
        dbs=options.pop("dbs", PG),
        **options,
    )


def called(name, body, *more, first=(), helper="", **options):
    """RunPython."""
    code = f"{helper}def forwards(apps, schema_editor):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    run = "migrations.RunPython(forwards, migrations.RunPython.noop)"
    case(f"rare_python__{name}", *first, run, *more, code=code.rstrip(), **options)


ONE_OFF = ", preserve_default=False"

# A. Columns that come.
added("ip_both_default", 'models.GenericIPAddressField(default="::1", unpack_ipv4=True)')
added("ip_null_unique", "models.GenericIPAddressField(null=True, unique=True)")
added("duration_one_off", "models.DurationField(default=datetime.timedelta(hours=1))", ONE_OFF)
added("uuid_unique_one_off", "models.UUIDField(default=uuid.uuid4, unique=True)", ONE_OFF)
added("uuid_editable_default", "models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)")
added("binary_max_length_default", 'models.BinaryField(max_length=20, default=b"x")')
added("json_db_default_value", "models.JSONField(db_default=Value({}, models.JSONField()))", dbs=FIRST)
added("json_blank_no_default", "models.JSONField(blank=True)", dbs=FIRST)
added("file_blank_no_default", 'models.FileField(upload_to="f", blank=True)')
added("slug_blank_unique", "models.SlugField(blank=True, unique=True)")
added("citext_null", "pgf.CITextField(null=True)", setup=["pgo.CITextExtension()"], dbs=PG)
added("hstore_default_dict", "pgf.HStoreField(default=dict)", setup=["pgo.HStoreExtension()"], dbs=PG)
added("range_not_null_no_default", "pgf.DateTimeRangeField()", dbs=PG)
added("range_db_index", "pgf.IntegerRangeField(null=True, db_index=True)", dbs=PG)
added("array_of_fixed_size_db_index", "pgf.ArrayField(models.IntegerField(), size=2, null=True, db_index=True)", dbs=PG)
added("search_vector_not_null_blank", 'pgs.SearchVectorField(blank=True, default="")', dbs=PG)
added(
    "generated_json_key",
    'models.GeneratedField(expression=models.fields.json.KT("data__a"), output_field=models.CharField(max_length=20), db_persist=True)',
    fields=["data = models.JSONField(default=dict)"],
    dbs=FIRST,
)
added(
    "generated_case_when",
    'models.GeneratedField(expression=models.Case(models.When(qty__gt=5, then=Value("many")), default=Value("few")), output_field=models.CharField(max_length=9), db_persist=True)',
)
added(
    "generated_of_nullable_fk",
    'models.GeneratedField(expression=F("category_id"), output_field=models.BigIntegerField(null=True), db_persist=True)',
    fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'],
    dbs=FIRST,
)
added(
    "generated_stored_db_index",
    'models.GeneratedField(expression=Length("name"), output_field=models.IntegerField(), db_persist=True, db_index=True)',
)
added(
    "generated_divides",
    'models.GeneratedField(expression=Value(100) / F("qty"), output_field=models.IntegerField(), db_persist=True)',
    dbs=PG,
)
added(
    "generated_virtual_on_postgresql",
    'models.GeneratedField(expression=F("qty") + 1, output_field=models.IntegerField(), db_persist=False)',
    dbs=PG,
)
added("db_default_now_plus", "models.DateTimeField(db_default=Now() + datetime.timedelta(days=1))", dbs=PG)
added("db_default_trunc_date", "models.DateField(db_default=TruncDate(Now()))", dbs=PG)
added("db_default_random", "models.FloatField(db_default=models.functions.Random())", dbs=PG)
added("db_default_concat", 'models.CharField(max_length=9, db_default=Concat(Value("a"), Value("b")))')
added("db_default_coalesce_null", "models.IntegerField(null=True, db_default=Coalesce(Value(None), Value(3)))", dbs=FIRST)
added("db_default_pi_decimal", 'models.DecimalField(max_digits=6, decimal_places=2, db_default=Decimal("9999.99"))')
added("db_default_false_null", "models.BooleanField(null=True, db_default=False)")
added("db_default_choices", 'models.CharField(max_length=1, db_default="a", choices=[("a", "A"), ("b", "B")])')
added("default_from_function", "models.CharField(max_length=9, default=made)", code='def made():\n    return "x"')
added("default_empty_string_null_blank", 'models.CharField(max_length=9, default="", null=True, blank=True)')
added("positive_small_unique", "models.PositiveSmallIntegerField(null=True, unique=True)")
added("positive_db_default_indexed", "models.PositiveIntegerField(db_default=1, db_index=True)")
added("date_auto_now_add_one_off_tz", "models.DateTimeField(auto_now_add=True, default=timezone.now)", ONE_OFF)
added("time_auto_now", "models.TimeField(auto_now=True)", dbs=FIRST)
added("tablespace_indexed", 'models.IntegerField(null=True, db_index=True, db_tablespace="pg_default")', dbs=PG)
added("comment_null_indexed", 'models.CharField(max_length=5, null=True, db_index=True, db_comment="it\'s")')
added("collation_ci_unique", 'models.CharField(max_length=9, null=True, unique=True, db_collation="nocase")', dbs=("sqlite",))
added("unlimited_char_default", 'models.CharField(default="x")', dbs=FIRST)
added("big_decimal_null", "models.DecimalField(max_digits=30, decimal_places=10, null=True)")
KEYED = "class Country(models.Model):\n    code = models.CharField(max_length=2, primary_key=True)"
added("fk_to_char_key", f'models.ForeignKey("shop.country", {CASCADE}, null=True)', models=KEYED)
added(
    "fk_to_uuid_key_not_null",
    f'models.ForeignKey("shop.thing", {CASCADE}, default="00000000-0000-0000-0000-000000000001")',
    models="class Thing(models.Model):\n    id = models.UUIDField(primary_key=True, default=uuid.uuid4)",
    dbs=FIRST,
)
added("fk_to_child", f'models.ForeignKey("shop.special", {CASCADE}, null=True)', models="class Other(models.Model):\n    title = models.CharField(max_length=9)\n\n\nclass Special(Other):\n    text = models.CharField(max_length=9)")
added(
    "fk_to_proxy",
    f'models.ForeignKey("shop.tagproxy", {CASCADE}, null=True)',
    models="class Tag(models.Model):\n    label = models.CharField(max_length=30)\n\n\nclass TagProxy(Tag):\n    class Meta:\n        proxy = True",
)
added("fk_self_not_null", f'models.ForeignKey("self", {CASCADE})', dbs=FIRST)
added("fk_unique_constraintless", f'models.OneToOneField("shop.category", {CASCADE}, null=True, db_constraint=False, db_column="cat")')
added("fk_callable_default_null", FK.format(f"{CASCADE}, null=True, default=first"), code="def first():\n    return 1")
added(
    "m2m_through_fields",
    'models.ManyToManyField("shop.tag", through="shop.link", through_fields=("item", "tag"))',
    models=f'{ITEM}\n\nclass Link(models.Model):\n    item = models.ForeignKey(Item, {CASCADE}, related_name="+")\n    tag = models.ForeignKey("shop.Tag", {CASCADE})\n    by = models.ForeignKey(Item, {CASCADE}, related_name="+", null=True)',
)
added("m2m_to_child", 'models.ManyToManyField("shop.special")', models="class Other(models.Model):\n    title = models.CharField(max_length=9)\n\n\nclass Special(Other):\n    text = models.CharField(max_length=9)")
added("m2m_self_db_table", 'models.ManyToManyField("self", db_table="friends", symmetrical=False, related_name="fans")')
case("rare_add__to_child_null_unique", 'migrations.AddField("special", "extra", models.IntegerField(null=True, unique=True))', models=CHILD)
case("rare_add__to_child_fk", f'migrations.AddField("special", "extra", {FK.format(CASCADE + ", null=True")})', models="class Category(models.Model):\n    title = models.CharField(max_length=40)\n\n\n" + CHILD)
case("rare_add__to_parent_no_default", 'migrations.AddField("item", "extra", models.IntegerField())', models=CHILD, dbs=FIRST)
GRAND = f"{CHILD}\n\n\nclass Rare(Special):\n    more = models.IntegerField(default=0)"
case("rare_add__to_middle_of_three", 'migrations.AddField("special", "extra", models.CharField(max_length=9, default=""))', models=GRAND)
COMPOSITE = 'class Pair(models.Model):\n    pk = models.CompositePrimaryKey("a", "b")\n    a = models.IntegerField()\n    b = models.IntegerField()\n    note = models.CharField(max_length=9, default="x")'
case("rare_composite__create", 'migrations.CreateModel("Pair", [("pk", models.CompositePrimaryKey("a", "b", primary_key=True, serialize=False)), ("a", models.IntegerField()), ("b", models.IntegerField())])')
case("rare_composite__add_field", 'migrations.AddField("pair", "extra", models.IntegerField(default=0))', models=COMPOSITE)
case("rare_composite__add_nullable", 'migrations.AddField("pair", "extra", models.IntegerField(null=True))', models=COMPOSITE)
case("rare_composite__alter_part", 'migrations.AlterField("pair", "a", models.BigIntegerField())', models=COMPOSITE)
case("rare_composite__rename_other", 'migrations.RenameField("pair", "note", "text")', models=COMPOSITE)
case("rare_composite__remove_other", 'migrations.RemoveField("pair", "note")', models=COMPOSITE)
case("rare_composite__added_to_model", 'migrations.AddField("item", "pk", models.CompositePrimaryKey("name", "qty", primary_key=True, serialize=False))', note="Django says that this is not supported")

# B. What goes, and what is renamed.
removed("ip", "models.GenericIPAddressField(null=True)")
removed("binary_null", "models.BinaryField(null=True)")
removed("json_db_default", "models.JSONField(db_default=Value({}, models.JSONField()))", dbs=FIRST)
removed("range", "pgf.DateRangeField(null=True)", dbs=PG)
removed("positive_db_default", "models.PositiveIntegerField(db_default=0)")
removed("datetime_db_default_now", "models.DateTimeField(db_default=Now())")
removed("commented", 'models.IntegerField(db_comment="x", default=0)')
removed("in_index_condition", "models.BooleanField(default=True)", meta=['indexes = [models.Index(fields=["name"], condition=Q(extra=True), name="c_idx")]'], dbs=PG)
removed("in_include", "models.IntegerField(default=0)", meta=['indexes = [models.Index(fields=["name"], include=["extra"], name="i_idx")]'], dbs=PG)
removed("in_expression_index", "models.CharField(max_length=9, default='')", meta=['indexes = [models.Index(Lower("extra"), name="l_idx")]'], dbs=PG)
removed("in_conditional_unique", "models.BooleanField(default=True)", meta=['constraints = [models.UniqueConstraint(fields=["name"], condition=Q(extra=True), name="c_uq")]'], dbs=PG)
removed("in_view", "models.IntegerField(null=True)", setup=['migrations.RunSQL("CREATE VIEW names AS SELECT name, extra FROM shop_item", "DROP VIEW names")'], dbs=PG)
removed("m2m_self_db_table", 'models.ManyToManyField("self", symmetrical=False, db_table="friends")')
removed("m2m_to_other_with_fk_back", 'models.ManyToManyField("shop.Tag", related_name="+")')
THROUGH = f'{ITEM}    tags = models.ManyToManyField("shop.Tag", through="shop.Link")\n\n\nclass Link(models.Model):\n    item = models.ForeignKey(Item, {CASCADE})\n    tag = models.ForeignKey("shop.Tag", {CASCADE})\n    weight = models.IntegerField(default=0)'
case("rare_remove__m2m_through_and_its_model", 'migrations.RemoveField("item", "tags")', 'migrations.DeleteModel("Link")', models=THROUGH)
case("rare_remove__from_parent", 'migrations.RemoveField("item", "qty")', models=CHILD)
case("rare_remove__from_child", 'migrations.RemoveField("special", "text")', models=CHILD)
case("rare_remove__fk_and_index_over_it", 'migrations.RemoveIndex("item", "fq_idx")', 'migrations.RemoveField("item", "extra")', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'], meta=['indexes = [models.Index(fields=["extra", "qty"], name="fq_idx")]'])
case("rare_remove__and_add_other_type", 'migrations.RemoveField("item", "extra")', 'migrations.AddField("item", "extra", models.JSONField(default=dict))', fields=EXTRA_CHAR)
case("rare_remove__and_column_taken_over", 'migrations.RemoveField("item", "extra")', 'migrations.AddField("item", "fresh", models.IntegerField(null=True, db_column="extra"))', fields=NULL_INT)
case("rare_remove__fk_column_kept_as_int", f'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("item", "extra"), migrations.AddField("item", "extra_ref", models.BigIntegerField(null=True, db_column="extra_id"))])', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True, db_constraint=False)'])
case("rare_remove__after_null_in_earlier_file", 'migrations.RemoveField("item", "extra")', fields=EXTRA_INT, setup=['migrations.AlterField("item", "extra", models.IntegerField(null=True))'])
case("rare_remove__drop_after_wrong_state_removal", 'migrations.RunSQL("ALTER TABLE shop_item DROP COLUMN extra", migrations.RunSQL.noop)', fields=EXTRA_INT, setup=['migrations.SeparateDatabaseAndState(database_operations=[migrations.AlterField("item", "extra", models.IntegerField(null=True))], state_operations=[migrations.RemoveField("item", "extra")])'])
case("rare_remove__null_and_state_removal_at_once", 'migrations.SeparateDatabaseAndState(database_operations=[migrations.AlterField("item", "extra", models.IntegerField(null=True))], state_operations=[migrations.RemoveField("item", "extra")])', fields=EXTRA_INT)
case("rare_remove__db_default_and_state_removal_at_once", 'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("ALTER TABLE shop_item ALTER COLUMN extra SET DEFAULT 0", migrations.RunSQL.noop)], state_operations=[migrations.RemoveField("item", "extra")])', fields=EXTRA_INT, dbs=("postgresql", "mariadb"))
case("rare_remove__ordered_by_it", 'migrations.AlterOrderWithRespectTo("item", None)', 'migrations.RemoveField("item", "category")', fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'], meta=['order_with_respect_to = "category"'])
case("rare_rename__in_expression_index", 'migrations.RenameField("item", "extra", "fresh")', fields=EXTRA_CHAR, meta=['indexes = [models.Index(Upper("extra"), name="u_idx")]'], dbs=FIRST)
case("rare_rename__of_parent", 'migrations.RenameField("item", "qty", "amount")', models=CHILD)
case("rare_rename__of_child", 'migrations.RenameField("special", "text", "body")', models=CHILD)
case("rare_rename__in_unmanaged", 'migrations.RenameField("item", "extra", "fresh")', fields=EXTRA_INT, meta=["managed = False"])
case("rare_rename__target_of_to_field", 'migrations.RenameField("code", "number", "value")', fields=[f'code = models.ForeignKey("shop.Code", {CASCADE}, to_field="number")'])
case("rare_rename__m2m_with_db_table", 'migrations.RenameField("item", "extra", "fresh")', fields=['extra = models.ManyToManyField("shop.Tag", db_table="links")'])
case("rare_rename__and_type", 'migrations.RenameField("item", "extra", "fresh")', 'migrations.AlterField("item", "fresh", models.BigIntegerField())', fields=EXTRA_INT)
case("rare_rename__state_only_then_column_fixed", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RenameField("item", "extra", "fresh"), migrations.AlterField("item", "fresh", models.IntegerField(db_column="extra"))])', fields=EXTRA_INT)
case("rare_rename__state_only_fk_fixed", f'migrations.SeparateDatabaseAndState(state_operations=[migrations.RenameField("item", "extra", "fresh"), migrations.AlterField("item", "fresh", models.ForeignKey("shop.category", {CASCADE}, db_column="extra_id"))])', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'])
case("rare_rename__state_only_fk_fixed_wrongly", f'migrations.SeparateDatabaseAndState(state_operations=[migrations.RenameField("item", "extra", "fresh"), migrations.AlterField("item", "fresh", models.ForeignKey("shop.category", {CASCADE}, db_column="extra"))])', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'])
case("rare_rename__two_in_a_ring_of_three", 'migrations.RenameField("item", "a", "t")', 'migrations.RenameField("item", "b", "a")', 'migrations.RenameField("item", "t", "b")', fields=["a = models.IntegerField()", 'b = models.CharField(max_length=9)'])
case("rare_rename__of_through", 'migrations.RenameField("link", "weight", "rank")', models=THROUGH)
case("rare_rename__ordered_by_it", 'migrations.RenameField("item", "category", "kind")', fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'], meta=['order_with_respect_to = "category"'])
case("rare_rename__in_conditional_unique", 'migrations.RenameField("item", "extra", "fresh")', fields=["extra = models.BooleanField(default=True)"], meta=['constraints = [models.UniqueConstraint(fields=["name"], condition=Q(extra=True), name="c_uq")]'], dbs=FIRST)
case("rare_rename_model__with_child", 'migrations.RenameModel("Item", "Thing")', models=CHILD)
case("rare_rename_model__child_renamed", 'migrations.RenameModel("Special", "Odd")', models=CHILD)
case("rare_rename_model__through", 'migrations.RenameModel("Link", "Tie")', models=THROUGH)
case("rare_rename_model__with_through", 'migrations.RenameModel("Item", "Thing")', models=THROUGH)
case("rare_rename_model__self_m2m", 'migrations.RenameModel("Item", "Thing")', fields=['friends = models.ManyToManyField("self")'])
case("rare_rename_model__self_m2m_table_fixed", 'migrations.RenameModel("Item", "Thing")', fields=['friends = models.ManyToManyField("self", db_table="friends")'], meta=['db_table = "shop_item"'])
case("rare_rename_model__unmanaged", 'migrations.RenameModel("Item", "Thing")', meta=["managed = False"])
case("rare_rename_model__state_only_table_fixed", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.AlterModelTable("item", "shop_item"), migrations.RenameModel("Item", "Thing")])')
case("rare_rename_model__state_only_table_fixed_fk_in", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RenameModel("Category", "Kind"), migrations.AlterModelTable("kind", "shop_category")])', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'])
case("rare_rename_model__view_left_with_old_name", 'migrations.RenameModel("Item", "Thing")', 'migrations.RunSQL("CREATE VIEW shop_item AS SELECT * FROM shop_thing", "DROP VIEW shop_item")', dbs=PG)
case("rare_table__self_fk", 'migrations.AlterModelTable("item", "things")', fields=[f'parent = models.ForeignKey("self", {CASCADE}, null=True)'])
case("rare_table__none_of_fixed", 'migrations.AlterModelTable("item", None)', meta=['db_table = "things"'], fields=['tags = models.ManyToManyField("shop.Tag", db_table="links")'])
case("rare_table__state_only_then_right", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.AlterModelTable("item", "things")], database_operations=[migrations.RunSQL("ALTER TABLE shop_item RENAME TO things", "ALTER TABLE things RENAME TO shop_item")])')
case("rare_delete__child_keeps_parent", 'migrations.DeleteModel("Special")', models=CHILD)
case("rare_delete__unmanaged_with_fk", 'migrations.DeleteModel("Item")', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE})'], meta=["managed = False"])
case("rare_delete__state_only_of_m2m_owner", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Item")])', fields=['tags = models.ManyToManyField("shop.Tag")'])
case("rare_delete__and_replaced_by_proxy", 'migrations.DeleteModel("Tag")', 'migrations.CreateModel("Tag", [], options={"proxy": True, "indexes": [], "constraints": []}, bases=("shop.item",))', models=f"{ITEM}\n\nclass Tag(models.Model):\n    label = models.CharField(max_length=30)")
case("rare_options__managed_off_then_delete", 'migrations.AlterModelOptions("item", {"managed": False})', 'migrations.DeleteModel("Item")')
case("rare_options__default_related_name_and_ordering", 'migrations.AlterModelOptions("item", {"ordering": [F("qty").desc(nulls_last=True)], "default_related_name": "things", "indexes": []})')
case("rare_options__comment_with_quote", 'migrations.AlterModelTableComment("item", "it\'s %d")')
case("rare_options__order_moved", 'migrations.AlterOrderWithRespectTo("item", "tag")', fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})', f'tag = models.ForeignKey("shop.Tag", {CASCADE})'], meta=['order_with_respect_to = "category"'])
case("rare_create__ordered", f'migrations.CreateModel("Page", [("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE}))], options={{"order_with_respect_to": "item"}})')
case("rare_create__with_mixin", 'migrations.CreateModel("Page", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())], bases=(Mixin, models.Model))', code='class Mixin:\n    def __str__(self):\n        return "x"')
case("rare_create__explicit_parent_link", f'migrations.CreateModel("Page", [("base", models.OneToOneField({CASCADE}, parent_link=True, primary_key=True, serialize=False, to="shop.item")), ("text", models.TextField(default=""))], bases=("shop.item",))')
case("rare_create__commented_with_everything", f'migrations.CreateModel("Page", [("id", models.UUIDField(primary_key=True, default=uuid.uuid4)), ("item", models.OneToOneField("shop.item", {CASCADE}, null=True)), ("tags", models.ManyToManyField("shop.tag"))], options={{"db_table_comment": "pages", "db_table": "Page Table"}})', fields=[f'tag = models.ForeignKey("shop.Tag", {CASCADE}, null=True)'])
case("rare_create__on_table_of_unmanaged", 'migrations.CreateModel("Mirror", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50))], options={"managed": False, "db_table": "shop_item"})')

# C. Columns that change.
changed("null_off_and_type", "models.IntegerField(null=True)", "models.BigIntegerField(default=0)")
changed("null_on_and_shorter", "models.CharField(max_length=40)", "models.CharField(max_length=20, null=True)")
changed("unique_and_longer", "models.CharField(max_length=20)", "models.CharField(max_length=40, unique=True)")
changed("unique_off_and_longer", "models.CharField(max_length=20, unique=True)", "models.CharField(max_length=40)")
changed("column_and_null", "models.IntegerField()", 'models.IntegerField(null=True, db_column="other")')
changed("column_and_unique", "models.IntegerField()", 'models.IntegerField(unique=True, db_column="other")')
changed("column_back_to_name", 'models.IntegerField(db_column="other")', "models.IntegerField()")
changed("ip_v4_to_both", 'models.GenericIPAddressField(protocol="IPv4")', "models.GenericIPAddressField()")
changed("ip_to_text", "models.GenericIPAddressField()", "models.TextField()", dbs=FIRST)
changed("char_to_ip", "models.CharField(max_length=39)", "models.GenericIPAddressField()", dbs=PG)
changed("duration_to_float", "models.DurationField()", "models.FloatField()", dbs=FIRST)
changed("int_to_duration", "models.BigIntegerField()", "models.DurationField()", dbs=MARIADB)
changed("binary_to_text", "models.BinaryField()", "models.TextField()")
changed("json_null_off", "models.JSONField(null=True)", "models.JSONField(default=dict)", ONE_OFF, dbs=FIRST)
changed("text_to_json_null", "models.TextField()", "models.JSONField(null=True)", dbs=FIRST)
changed("array_longer_base", "pgf.ArrayField(models.CharField(max_length=5))", "pgf.ArrayField(models.CharField(max_length=50))", dbs=PG)
changed("array_shorter_base", "pgf.ArrayField(models.CharField(max_length=50))", "pgf.ArrayField(models.CharField(max_length=20))", dbs=PG)
changed("array_to_json", "pgf.ArrayField(models.IntegerField())", "models.JSONField()", dbs=PG)
changed("array_null_off", "pgf.ArrayField(models.IntegerField(), null=True)", "pgf.ArrayField(models.IntegerField(), default=list)", dbs=PG)
changed("date_range_to_datetime_range", "pgf.DateRangeField()", "pgf.DateTimeRangeField()", dbs=PG)
changed("text_to_citext", "models.TextField()", "pgf.CITextField()", setup=["pgo.CITextExtension()"], dbs=PG)
changed("datetime_to_time", "models.DateTimeField()", "models.TimeField()", dbs=FIRST)
changed("datetime_auto_now_add_off", "models.DateTimeField(auto_now_add=True)", "models.DateTimeField(null=True)")
changed("slug_unique", "models.SlugField()", "models.SlugField(unique=True)")
changed("slug_longer_than_255", "models.SlugField()", "models.SlugField(max_length=300)")
changed("url_to_text", "models.URLField()", "models.TextField()")
changed("fk_to_int", f'models.ForeignKey("shop.Category", {CASCADE})', "models.IntegerField()")
changed("fk_to_bigint_column_kept", f'models.ForeignKey("shop.Category", {CASCADE}, db_constraint=False)', 'models.BigIntegerField(db_column="extra_id")')
changed("fk_target_of_other_key", f'models.ForeignKey("shop.Category", {CASCADE})', f'models.ForeignKey("shop.country", {CASCADE}, null=True)', models=KEYED, dbs=FIRST)
changed("fk_to_self", f'models.ForeignKey("shop.Category", {CASCADE}, null=True)', f'models.ForeignKey("shop.item", {CASCADE}, null=True)')
changed("fk_constraint_off_null_on", f'models.ForeignKey("shop.Category", {CASCADE})', f'models.ForeignKey("shop.category", {CASCADE}, null=True, db_constraint=False)')
changed("fk_db_default_added", f'models.ForeignKey("shop.Category", {CASCADE})', f'models.ForeignKey("shop.category", {CASCADE}, db_default=1)')
changed("o2o_to_fk_null", f'models.OneToOneField("shop.Category", {CASCADE})', f'models.ForeignKey("shop.category", {CASCADE}, null=True)')
changed("fk_to_o2o_constraintless", f'models.ForeignKey("shop.Category", {CASCADE}, db_constraint=False, null=True)', f'models.OneToOneField("shop.category", {CASCADE}, db_constraint=False, null=True)')
changed("m2m_through_added", 'models.ManyToManyField("shop.Tag")', 'models.ManyToManyField("shop.tag", through="shop.link")', models=f'class Link(models.Model):\n    item = models.ForeignKey("shop.Item", {CASCADE})\n    tag = models.ForeignKey("shop.Tag", {CASCADE})')
changed("m2m_symmetry", 'models.ManyToManyField("self")', 'models.ManyToManyField("self", symmetrical=False, related_name="fans")')
changed("decimal_wider_and_null", "models.DecimalField(max_digits=6, decimal_places=2)", "models.DecimalField(max_digits=9, decimal_places=2, null=True)")
changed("decimal_unlimited_places", "models.DecimalField(max_digits=9, decimal_places=4)", "models.DecimalField(max_digits=9, decimal_places=0)")
changed("positive_and_default", "models.IntegerField(default=0)", "models.PositiveIntegerField(default=0)")
changed("positive_to_positive_null", "models.PositiveIntegerField()", "models.PositiveIntegerField(null=True)")
changed("positive_small_to_big", "models.PositiveSmallIntegerField()", "models.PositiveBigIntegerField()")
changed("collation_and_longer", "models.CharField(max_length=20)", 'models.CharField(max_length=30, db_collation="C")', dbs=PG)
changed("collation_off_text", 'models.TextField(db_collation="C")', "models.TextField()", dbs=PG)
changed("collation_text_mariadb", "models.TextField()", 'models.TextField(db_collation="utf8mb4_unicode_ci")', dbs=MARIADB)
changed("collation_indexed_mariadb", "models.CharField(max_length=20, db_index=True)", 'models.CharField(max_length=20, db_index=True, db_collation="utf8mb4_bin")', dbs=MARIADB)
changed("comment_and_help", 'models.IntegerField()', 'models.IntegerField(db_comment="x", help_text="y")')
changed("comment_and_null", "models.IntegerField()", 'models.IntegerField(db_comment="x", null=True)')
changed("db_default_and_not_null", "models.CharField(max_length=9, null=True)", 'models.CharField(max_length=9, db_default="")')
changed("db_default_and_longer", "models.CharField(max_length=9)", 'models.CharField(max_length=19, db_default="x")')
changed("db_default_from_now_to_none", "models.DateTimeField(db_default=Now())", "models.DateTimeField(default=timezone.now)")
changed("db_default_to_auto_now_add", "models.DateTimeField(db_default=Now())", "models.DateTimeField(auto_now_add=True)")
changed("default_callable_to_db_default", "models.UUIDField(default=uuid.uuid4)", "models.UUIDField(db_default=pgfn.RandomUUID())", dbs=PG)
changed("unique_and_indexed_to_unique", "models.CharField(max_length=9, unique=True, db_index=True)", "models.CharField(max_length=9, unique=True)")
changed("indexed_null_off", "models.CharField(max_length=9, null=True, db_index=True)", 'models.CharField(max_length=9, default="", db_index=True)')
changed("bool_to_null_bool", "models.BooleanField(default=False)", "models.BooleanField(null=True)")
changed("bool_to_char_choices", "models.BooleanField()", 'models.CharField(max_length=5, choices=[("true", "T"), ("false", "F")])', dbs=FIRST)
changed("filepath_to_char", 'models.FilePathField(path="/f")', "models.CharField(max_length=100)")
changed("file_to_url", 'models.FileField(upload_to="f")', "models.URLField()")
changed("type_of_indexed_expression", "models.IntegerField()", "models.BigIntegerField()", meta=['indexes = [models.Index(Abs("extra"), name="a_idx")]'], dbs=PG)
changed("longer_in_conditional_unique", "models.CharField(max_length=9)", "models.CharField(max_length=19)", meta=['constraints = [models.UniqueConstraint(fields=["extra"], condition=Q(qty__gt=0), name="c_uq")]'], dbs=FIRST)
changed("longer_in_expression_index", "models.CharField(max_length=9)", "models.CharField(max_length=19)", meta=['indexes = [models.Index(Upper("extra"), name="u_idx")]'], dbs=FIRST)
changed("longer_in_condition_only", "models.CharField(max_length=9)", "models.CharField(max_length=19)", meta=['indexes = [models.Index(fields=["qty"], condition=Q(extra="a"), name="c_idx")]'], dbs=FIRST)
changed("longer_in_include", "models.CharField(max_length=9)", "models.CharField(max_length=19)", meta=['indexes = [models.Index(fields=["qty"], include=["extra"], name="i_idx")]'], dbs=PG)
changed("comment_in_conditional_unique", "models.CharField(max_length=9)", 'models.CharField(max_length=9, db_comment="x")', meta=['constraints = [models.UniqueConstraint(fields=["extra"], condition=Q(qty__gt=0), name="c_uq")]'], dbs=PG)
changed("type_in_check", "models.IntegerField()", "models.BigIntegerField()", meta=['constraints = [models.CheckConstraint(condition=Q(extra__gte=-5), name="e_ck")]'])
changed("same_again", "models.CharField(max_length=9)", "models.CharField(max_length=9, validators=[], error_messages={}, db_column='extra')")
changed("type_in_view", "models.CharField(max_length=9)", "models.CharField(max_length=19)", setup=['migrations.RunSQL("CREATE VIEW names AS SELECT extra FROM shop_item", "DROP VIEW names")'], dbs=PG)
changed("stored_source_longer", "models.CharField(max_length=9)", "models.CharField(max_length=19)", fields=['upper = models.GeneratedField(expression=Upper("extra"), output_field=models.CharField(max_length=50), db_persist=True)'])
case("rare_alter__key_to_uuid_by_hand", 'migrations.RemoveField("tag", "id")', 'migrations.AddField("tag", "id", models.UUIDField(primary_key=True, default=uuid.uuid4))', models="class Tag(models.Model):\n    label = models.CharField(max_length=30)", dbs=FIRST)
case("rare_alter__parent_key_with_child", 'migrations.AlterField("item", "id", models.BigAutoField(primary_key=True))', models=CHILD.replace("    name =", "    id = models.AutoField(primary_key=True)\n    name =", 1))
case("rare_alter__key_of_generic_target", 'migrations.AlterField("item", "id", models.BigAutoField(primary_key=True))', models=f'class Item(models.Model):\n    id = models.AutoField(primary_key=True)\n    parent = models.ForeignKey("self", {CASCADE}, null=True)\n    tags = models.ManyToManyField("shop.Tag")')

# D. Indexes and constraints.


def with_index(name, index, **options):
    case(f"rare_index__{name}", f'migrations.AddIndex("item", {index})', **options)


with_index("include", 'models.Index(fields=["qty"], include=["name"], name="ix")', dbs=PG)
with_index("opclass_expression", 'models.Index(pgi.OpClass(Lower("name"), name="varchar_pattern_ops"), name="ix")', dbs=PG)
with_index("nulls_last", 'models.Index(F("qty").desc(nulls_last=True), "name", name="ix")', dbs=FIRST)
with_index("condition_in", 'models.Index(fields=["name"], condition=Q(qty__in=[1, 2]), name="ix")', dbs=ALL)
with_index("trigram", 'pgi.GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], fastupdate=False, name="ix")', setup=["pgo.TrigramExtension()"], dbs=PG)
with_index("bloom", 'pgi.BloomIndex(fields=["qty"], name="ix")', setup=["pgo.BloomExtension()"], dbs=PG)
with_index("json_key", 'models.Index(models.fields.json.KT("data__a"), name="ix")', fields=["data = models.JSONField(default=dict)"], dbs=PG)
with_index("search_vector", 'pgi.GinIndex(pgs.SearchVector("name", config="english"), name="ix")', dbs=PG)
with_index("on_child", 'models.Index(fields=["text"], name="ix")', models=CHILD.replace("Item", "Base").replace("Special(Base)", "Item(Base)").replace("    name", "    label"))
with_index("of_long_text_on_mariadb", 'models.Index(fields=["extra"], name="ix")', fields=["extra = models.CharField(max_length=1000)"], dbs=MARIADB)
with_index("tablespace", 'models.Index(fields=["qty"], name="ix", db_tablespace="pg_default")', dbs=PG)
with_index("on_new_table_column", 'models.Index(fields=["fresh"], name="ix")', setup=['migrations.AddField("item", "fresh", models.IntegerField(null=True))'])
case("rare_index__in_concurrent_pair", 'pgo.RemoveIndexConcurrently("item", "ix")', 'pgo.AddIndexConcurrently("item", models.Index(fields=["qty", "name"], name="ix"))', meta=['indexes = [models.Index(fields=["qty"], name="ix")]'], atomic=False, dbs=PG)
case("rare_index__concurrently_and_field", 'migrations.AddField("item", "extra", models.IntegerField(null=True))', 'pgo.AddIndexConcurrently("item", models.Index(fields=["extra"], name="ix"))', atomic=False, dbs=PG)
case("rare_index__concurrently_include_opclass", 'pgo.AddIndexConcurrently("item", models.Index(fields=["name"], include=["qty"], opclasses=["varchar_pattern_ops"], name="ix"))', atomic=False, dbs=PG)
case("rare_index__renamed_from_together", 'migrations.RenameIndex("item", new_name="nq_idx", old_fields=("name", "qty"))', setup=['migrations.AlterIndexTogether("item", {("name", "qty")})'])
case("rare_index__together_other_columns", 'migrations.AlterIndexTogether("item", {("name", "extra")})', fields=EXTRA_INT, setup=['migrations.AlterIndexTogether("item", {("name", "qty")})'])
case("rare_index__renamed_and_removed", 'migrations.RenameIndex("item", new_name="iy", old_name="ix")', 'migrations.RemoveIndex("item", "iy")', meta=['indexes = [models.Index(fields=["qty"], name="ix")]'])
case("rare_index__added_and_removed", 'migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))', 'migrations.RemoveIndex("item", "ix")')


def constrained(name, *constraints, **options):
    case(f"rare_constraint__{name}", *(f'migrations.AddConstraint("item", {one})' for one in constraints), **options)


constrained("unique_message", 'models.UniqueConstraint(fields=["name"], name="uq", violation_error_message="no", violation_error_code="x")')
constrained("unique_lower_and_field", 'models.UniqueConstraint(Lower("name"), "qty", name="uq")', dbs=FIRST)
constrained("unique_case_when", 'models.UniqueConstraint(models.Case(models.When(qty__gt=99, then=F("name"))), name="uq")', dbs=FIRST)
constrained("unique_nulls_not_distinct_two", 'models.UniqueConstraint(fields=["name", "extra"], nulls_distinct=False, name="uq")', fields=NULL_INT, dbs=PG)
constrained("unique_of_json", 'models.UniqueConstraint(fields=["data"], name="uq")', fields=["data = models.JSONField(default=dict)"], dbs=PG)
constrained("check_json_key", 'models.CheckConstraint(condition=Q(data__a__gte=0), name="ck")', fields=["data = models.JSONField(default=dict)"], dbs=FIRST)
constrained("check_regex", 'models.CheckConstraint(condition=Q(name__regex="^[a-z]+$"), name="ck")', dbs=PG)
constrained("check_function", 'models.CheckConstraint(condition=models.lookups.GreaterThan(Length("name"), 0), name="ck", violation_error_code="x")')
constrained("check_arithmetic", 'models.CheckConstraint(condition=Q(extra__lte=F("qty") * 2), name="ck")', fields=EXTRA_INT)
constrained("check_in_range", 'models.CheckConstraint(condition=Q(qty__range=(-10**6, 10**6)), name="ck")')
constrained("check_only_one_set", 'models.CheckConstraint(condition=Q(a__isnull=True) | Q(b__isnull=True), name="ck")', fields=["a = models.IntegerField(null=True)", "b = models.IntegerField(null=True)"])
constrained("check_old_keyword", 'models.CheckConstraint(check=Q(qty__gte=0), name="ck")')
constrained("exclusion_circle", 'pgc.ExclusionConstraint(name="ex", expressions=[("span", "&&")], condition=Q(qty__gt=0), deferrable=models.Deferrable.DEFERRED)', fields=["span = pgf.IntegerRangeField(null=True)"], dbs=PG)
constrained("check_and_unique", 'models.CheckConstraint(condition=Q(qty__gt=-100), name="ck")', 'models.UniqueConstraint(fields=["name", "qty"], name="uq")')
constrained("unique_conditional_on_mariadb", 'models.UniqueConstraint(fields=["name"], condition=Q(qty__gt=0), name="uq")', dbs=MARIADB)
constrained("on_field_of_earlier_file", 'models.CheckConstraint(condition=Q(fresh__gte=0), name="ck")', setup=['migrations.AddField("item", "fresh", models.IntegerField(default=1))'])
case("rare_constraint__not_valid_then_validate_atomic", 'pgo.AddConstraintNotValid("item", models.CheckConstraint(condition=Q(extra__isnull=False), name="ck"))', 'pgo.ValidateConstraint("item", "ck")', 'migrations.AlterField("item", "extra", models.IntegerField())', fields=NULL_INT, dbs=PG)
case("rare_constraint__removed_and_column_changed", 'migrations.RemoveConstraint("item", "ck")', 'migrations.AlterField("item", "extra", models.BigIntegerField())', fields=EXTRA_INT, meta=['constraints = [models.CheckConstraint(condition=Q(extra__gte=-5), name="ck")]'])
case("rare_constraint__exclusion_removed", 'migrations.RemoveConstraint("item", "ex")', fields=["span = pgf.IntegerRangeField(null=True)"], meta=['constraints = [pgc.ExclusionConstraint(name="ex", expressions=[("span", "&&")])]'], dbs=PG)
case("rare_constraint__expression_unique_removed", 'migrations.RemoveConstraint("item", "uq")', meta=['constraints = [models.UniqueConstraint(Lower("name"), name="uq")]'], dbs=FIRST)
case("rare_constraint__together_of_fk_to_none", 'migrations.AlterUniqueTogether("item", None)', fields=[f'category = models.ForeignKey("shop.Category", {CASCADE})'], meta=['unique_together = [["category", "name"]]'], dbs=FIRST)
case("rare_constraint__together_list_of_one", 'migrations.AlterUniqueTogether("item", {("name",)})')
case("rare_constraint__together_on_child", 'migrations.AlterUniqueTogether("special", {("text", "more")})', models=CHILD + "\n    more = models.IntegerField(null=True)")

# E. State and database apart.
APART = "migrations.SeparateDatabaseAndState({}database_operations=[{}], state_operations=[{}])"
case("rare_apart__swapped_halves", APART.format("", 'migrations.AddField("item", "a", models.IntegerField(null=True))', 'migrations.AddField("item", "b", models.IntegerField(null=True))'))
case("rare_apart__nested", APART.format("", APART.format("", 'migrations.AddField("item", "extra", models.IntegerField(null=True))', ""), 'migrations.AddField("item", "extra", models.IntegerField(null=True))'))
case("rare_apart__empty", "migrations.SeparateDatabaseAndState()")
case("rare_apart__sql_with_state_inside", APART.format("", 'migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra integer NULL", migrations.RunSQL.noop, state_operations=[migrations.AddField("item", "extra", models.IntegerField(null=True))])', ""), note="state operations of the database half are not used")
case("rare_apart__sql_not_null_without_default", 'migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra integer NOT NULL DEFAULT 0", migrations.RunSQL.noop, state_operations=[migrations.AddField("item", "extra", models.IntegerField(db_default=0))])')
case("rare_apart__type_of_column_differs", 'migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra varchar(5) NULL", migrations.RunSQL.noop, state_operations=[migrations.AddField("item", "extra", models.CharField(max_length=50, null=True))])', dbs=("postgresql", "mariadb"))
case("rare_apart__m2m_to_through_properly", APART.format("", 'migrations.RunSQL("ALTER TABLE shop_item_tags RENAME TO shop_link", migrations.RunSQL.noop)', f'migrations.CreateModel("Link", [("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE})), ("tag", models.ForeignKey("shop.tag", {CASCADE}))]), migrations.AlterField("item", "tags", models.ManyToManyField("shop.tag", through="shop.link"))'), fields=['tags = models.ManyToManyField("shop.Tag")'])
case("rare_apart__m2m_to_through_table_kept", APART.format("", "", f'migrations.CreateModel("Link", [("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE})), ("tag", models.ForeignKey("shop.tag", {CASCADE}))], options={{"db_table": "shop_item_tags"}}), migrations.AlterField("item", "tags", models.ManyToManyField("shop.tag", through="shop.link"))'), fields=['tags = models.ManyToManyField("shop.Tag")'])
case("rare_apart__through_then_field_added", 'migrations.AddField("link", "rank", models.IntegerField(default=0))', fields=['tags = models.ManyToManyField("shop.Tag")'], setup=[APART.format("", "", f'migrations.CreateModel("Link", [("id", models.BigAutoField(primary_key=True)), ("item", models.ForeignKey("shop.item", {CASCADE})), ("tag", models.ForeignKey("shop.tag", {CASCADE}))], options={{"db_table": "shop_item_tags"}}), migrations.AlterField("item", "tags", models.ManyToManyField("shop.tag", through="shop.link"))')])
case("rare_apart__unique_concurrently_conditional", 'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY uq ON shop_item (name) WHERE qty > 0", "DROP INDEX CONCURRENTLY uq")], state_operations=[migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], condition=Q(qty__gt=0), name="uq"))])', atomic=False, dbs=PG)
case("rare_apart__state_only_fk_to_int", APART.format("", "", 'migrations.AlterField("item", "extra", models.BigIntegerField(db_column="extra_id"))'), fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True)'])
case("rare_apart__state_only_null_then_database", 'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("ALTER TABLE shop_item ALTER COLUMN extra DROP NOT NULL", migrations.RunSQL.noop)], state_operations=[migrations.AlterField("item", "extra", models.IntegerField(null=True))])', fields=EXTRA_INT, dbs=PG)
case("rare_apart__index_dropped_in_state_before", 'migrations.RunSQL("DROP INDEX ix", migrations.RunSQL.noop)', meta=['indexes = [models.Index(fields=["qty"], name="ix")]'], setup=[APART.format("", "", 'migrations.RemoveIndex("item", "ix")')], dbs=FIRST)

# F. SQL.
sent("list_of_strings", """migrations.RunSQL(["ALTER TABLE shop_item ADD COLUMN a integer", "ALTER TABLE shop_item ADD COLUMN b integer NOT NULL DEFAULT 1"], migrations.RunSQL.noop)""", dbs=ALL)
sent("tuple_with_params", """migrations.RunSQL([("UPDATE shop_item SET name = %s WHERE qty = %s", ["x", 77])], migrations.RunSQL.noop)""", dbs=ALL)
sent("percent_escaped", """migrations.RunSQL([("ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (name NOT LIKE 'a%%')", None)], migrations.RunSQL.noop)""", dbs=("postgresql", "mariadb"))
sent("percent_plain", "ALTER TABLE shop_item ADD CONSTRAINT ck CHECK (name NOT LIKE 'a%')", dbs=("postgresql", "mariadb"))
sent("semicolon_in_text", "UPDATE shop_item SET name = 'DROP TABLE shop_item; --' WHERE qty < -5", dbs=ALL)
sent("nested_comment", "/* ALTER TABLE shop_item DROP COLUMN name; /* inner */ */ SELECT 1")
sent("comment_hides_statement", "-- ALTER TABLE shop_item DROP COLUMN name;\nCOMMENT ON TABLE shop_item IS 'DROP'")
sent("dollar_quoted_function", "CREATE FUNCTION gone() RETURNS void AS $body$ BEGIN DROP TABLE shop_item; END $body$ LANGUAGE plpgsql")
sent("do_block_adds_column", "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'shop_item' AND column_name = 'extra') THEN ALTER TABLE shop_item ADD COLUMN extra integer NOT NULL DEFAULT 0; ALTER TABLE shop_item ALTER COLUMN extra DROP DEFAULT; END IF; END $$")
sent("do_block_drops_constraint", "DO $do$ BEGIN ALTER TABLE shop_item DROP CONSTRAINT IF EXISTS nothing; EXCEPTION WHEN others THEN NULL; END $do$")
sent("do_block_execute_format", "DO $$ DECLARE t text := 'shop_item'; BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN extra', t); END $$", fields=EXTRA_INT)
sent("enum_column", "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE shop_item ADD COLUMN mood mood NOT NULL DEFAULT 'ok'")
sent("enum_value_renamed", "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", fields=EXTRA_CHAR, setup=["migrations.RunSQL(\"CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE shop_item ADD COLUMN mood mood NOT NULL DEFAULT 'ok'\")"])
sent("enum_type_of_column", "CREATE TYPE size AS ENUM ('1', '2'); ALTER TABLE shop_item ALTER COLUMN extra TYPE size USING 'a'::text::size", fields=EXTRA_CHAR)
sent("domain_with_check_on_column", "CREATE DOMAIN positive AS integer CHECK (VALUE > -1000); ALTER TABLE shop_item ALTER COLUMN qty TYPE positive")
sent("domain_check_added", "ALTER DOMAIN short ADD CONSTRAINT s CHECK (length(VALUE) < 100)", setup=['migrations.RunSQL("CREATE DOMAIN short AS varchar(50); ALTER TABLE shop_item ALTER COLUMN name TYPE short")'])
sent("partition_attached", "CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at)", "CREATE TABLE log_1 (at date NOT NULL)", "ALTER TABLE log ATTACH PARTITION log_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')")
sent("sequence_dropped_default", "ALTER TABLE shop_item ALTER COLUMN id DROP IDENTITY IF EXISTS; CREATE SEQUENCE items START 1000 OWNED BY shop_item.id; ALTER TABLE shop_item ALTER COLUMN id SET DEFAULT nextval('items')")
sent("sequence_used_by_new_column", "CREATE SEQUENCE numbers; ALTER TABLE shop_item ADD COLUMN number bigint NOT NULL DEFAULT nextval('numbers')")
sent("identity_set_always", "ALTER TABLE shop_item ALTER COLUMN id SET GENERATED ALWAYS")
sent("revoke", "REVOKE INSERT ON shop_item FROM PUBLIC")
sent("trigger_of_updated_at", "CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.qty := NEW.qty; RETURN NEW; END $$ LANGUAGE plpgsql; CREATE TRIGGER touch BEFORE UPDATE ON shop_item FOR EACH ROW EXECUTE FUNCTION touch()")
sent("trigger_dropped", "DROP TRIGGER touch ON shop_item", setup=['migrations.RunSQL("CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.qty := 5; RETURN NEW; END $$ LANGUAGE plpgsql; CREATE TRIGGER touch BEFORE INSERT ON shop_item FOR EACH ROW EXECUTE FUNCTION touch()")'])
sent("view_replaced", "CREATE OR REPLACE VIEW names AS SELECT name, qty FROM shop_item", setup=['migrations.RunSQL("CREATE VIEW names AS SELECT name FROM shop_item")'])
sent("view_of_unmanaged_dropped", "DROP VIEW shop_name", models='class Name(models.Model):\n    name = models.CharField(max_length=50)\n\n    class Meta:\n        managed = False\n        db_table = "shop_name"', setup=['migrations.RunSQL("CREATE VIEW shop_name AS SELECT id, name FROM shop_item")'])
sent("materialized_view_index", "CREATE MATERIALIZED VIEW names AS SELECT id, name FROM shop_item", "CREATE UNIQUE INDEX names_ix ON names (id)")
sent("alter_several_actions", "ALTER TABLE IF EXISTS ONLY public.shop_item ALTER extra DROP NOT NULL, ALTER COLUMN extra SET DEFAULT 3, ADD more text", fields=EXTRA_INT)
sent("set_not_null_quoted", 'ALTER TABLE "shop_item" ALTER "extra" SET NOT NULL', fields=NULL_INT)
sent("default_now_function", "ALTER TABLE shop_item ADD made timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL")
sent("default_subexpression", "ALTER TABLE shop_item ADD COLUMN code text NOT NULL DEFAULT md5(random()::text)")
sent("create_unique_index_lower", "CREATE UNIQUE INDEX ix ON shop_item (lower(name))", dbs=FIRST)
sent("create_index_several_columns", "CREATE INDEX IF NOT EXISTS ix ON public.shop_item USING btree (name DESC NULLS LAST, qty) INCLUDE (id) WITH (fillfactor = 80)")
sent("drop_index_two", "DROP INDEX ix, iy", meta=['indexes = [models.Index(fields=["qty"], name="ix"), models.Index(fields=["name"], name="iy")]'])
sent("drop_not_null_and_state_missing", "ALTER TABLE shop_item ALTER COLUMN extra DROP NOT NULL", fields=EXTRA_CHAR)
sent("insert_on_conflict", "INSERT INTO shop_item (name, qty) VALUES ('a', 1) ON CONFLICT DO NOTHING", dbs=FIRST)
sent("with_update", "WITH old AS (SELECT id FROM shop_item WHERE qty < -99) UPDATE shop_item SET qty = 0 FROM old WHERE shop_item.id = old.id")
sent("delete_using", "DELETE FROM shop_item USING shop_category WHERE shop_category.id = -1")
sent("delete_where_false", "DELETE FROM shop_item WHERE id < 0", dbs=ALL)
sent("update_all_to_same", "UPDATE shop_item SET qty = qty", dbs=ALL)
sent("set_local_timeouts", "SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout = '2s'; SELECT pg_advisory_xact_lock(1)")
sent("rename_constraint_and_index", "ALTER TABLE shop_item RENAME CONSTRAINT uq TO uq2; ALTER INDEX IF EXISTS ix RENAME TO ix2", meta=['constraints = [models.UniqueConstraint(fields=["name"], name="uq")]'])
sent("rename_table_back", "ALTER TABLE shop_item RENAME TO tmp; ALTER TABLE tmp RENAME TO shop_item")
sent("drop_and_create_table", "DROP TABLE IF EXISTS shop_note; CREATE TABLE shop_note (id serial PRIMARY KEY, item_id bigint NOT NULL)")
sent("foreign_key_columns_not_valid", "ALTER TABLE shop_item ADD COLUMN ref bigint; ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (ref) REFERENCES shop_category NOT VALID", fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'])
sent("inline_reference_on_delete", "ALTER TABLE shop_item ADD COLUMN ref bigint REFERENCES shop_category ON DELETE CASCADE DEFERRABLE", fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, null=True)'])
sent("check_dropped_if_exists", "ALTER TABLE shop_item DROP CONSTRAINT IF EXISTS ck CASCADE", meta=['constraints = [models.CheckConstraint(condition=Q(qty__gte=-9), name="ck")]'])
sent("type_text_to_varchar_check", "ALTER TABLE shop_item ALTER COLUMN extra SET DATA TYPE varchar(200) COLLATE \"C\" USING extra", fields=["extra = models.TextField()"])
sent("type_timestamp_using", "ALTER TABLE shop_item ALTER COLUMN extra TYPE timestamptz USING extra AT TIME ZONE 'UTC'", fields=["extra = models.DateTimeField(null=True)"])
sent("logged_and_storage", "ALTER TABLE shop_item SET LOGGED, SET (autovacuum_enabled = false)")
sent("policy", "CREATE POLICY own ON shop_item USING (true)")
sent("force_row_security", "ALTER TABLE shop_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
sent("publication", "CREATE PUBLICATION items FOR TABLE shop_item")
sent("extension_and_index", "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX ix ON shop_item USING gin (name gin_trgm_ops)")
sent("concurrently_pair", "DROP INDEX CONCURRENTLY IF EXISTS ix", "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON shop_item (name, qty)", meta=['indexes = [models.Index(fields=["qty"], name="ix")]'], atomic=False)
sent("begin_and_commit", "BEGIN; ALTER TABLE shop_item ADD COLUMN more integer; COMMIT", atomic=False)
sent("unlock_by_copy", "CREATE TABLE shop_copy (LIKE shop_item INCLUDING ALL)", "INSERT INTO shop_copy SELECT * FROM shop_item")
sent("table_swapped", "CREATE TABLE shop_new (LIKE shop_item INCLUDING ALL)", "INSERT INTO shop_new SELECT * FROM shop_item", "ALTER TABLE shop_item RENAME TO shop_old", "ALTER TABLE shop_new RENAME TO shop_item")
MY = MARIADB
sent("my_change_type_and_name", "ALTER TABLE shop_item CHANGE COLUMN extra fresh bigint NOT NULL", fields=EXTRA_INT, dbs=MY)
sent("my_modify_drops_default", "ALTER TABLE shop_item MODIFY COLUMN extra int NOT NULL", fields=["extra = models.IntegerField(db_default=5)"], dbs=MY)
sent("my_add_not_null_without_default", "ALTER TABLE shop_item ADD COLUMN extra int NOT NULL AFTER name", dbs=MY)
sent("my_add_enum", "ALTER TABLE shop_item ADD COLUMN mood ENUM('sad', 'ok') NOT NULL DEFAULT 'ok', ALGORITHM=INSTANT", dbs=MY)
sent("my_drop_key", "ALTER TABLE `shop_item` DROP KEY `ix`", meta=['indexes = [models.Index(fields=["qty"], name="ix")]'], dbs=MY)
sent("my_drop_foreign_key", "ALTER TABLE shop_item DROP FOREIGN KEY fk", fields=[f'category = models.ForeignKey("shop.Category", {CASCADE}, db_constraint=False)'], setup=['migrations.RunSQL("ALTER TABLE shop_item ADD CONSTRAINT fk FOREIGN KEY (category_id) REFERENCES shop_category (id)")'], dbs=MY)
sent("my_fulltext", "CREATE FULLTEXT INDEX ix ON shop_item (name)", dbs=MY)
sent("my_rename_column", "ALTER TABLE shop_item RENAME COLUMN extra TO fresh, ADD INDEX ix (fresh)", fields=EXTRA_INT, dbs=MY)
sent("my_charset_of_column", "ALTER TABLE shop_item MODIFY extra varchar(20) CHARACTER SET latin1 NOT NULL", fields=EXTRA_CHAR, dbs=MY)
sent("my_alter_default", "ALTER TABLE shop_item ALTER COLUMN extra DROP DEFAULT", fields=["extra = models.IntegerField(db_default=5)"], dbs=MY)
sent("my_several_statements", "UPDATE shop_item SET qty = 0 WHERE qty < -99", "ALTER TABLE shop_item ADD UNIQUE KEY uq (name, qty)", dbs=MY)
sent("my_online_ddl", "ALTER ONLINE TABLE shop_item ADD COLUMN more int", dbs=MY)
sent("my_generated", "ALTER TABLE shop_item ADD COLUMN twice int AS (qty * 2) VIRTUAL", dbs=MY)
sent("my_insert_ignore", "INSERT IGNORE INTO shop_item (id, name, qty) VALUES (1, 'a', 1)", dbs=MY)
sent("my_update_join", "UPDATE shop_item i JOIN shop_item j ON i.id = j.id SET i.qty = j.qty", dbs=MY)
sent("lite_drop_column", "ALTER TABLE shop_item DROP COLUMN extra", fields=EXTRA_INT, dbs=("sqlite",))
sent("lite_pragma", "PRAGMA foreign_keys = ON", dbs=("sqlite",))
sent("lite_table_remade", "CREATE TABLE new_item (id integer PRIMARY KEY AUTOINCREMENT, name varchar(50) NOT NULL, qty integer NOT NULL)", "INSERT INTO new_item SELECT id, name, qty FROM shop_item", "DROP TABLE shop_item", "ALTER TABLE new_item RENAME TO shop_item", dbs=("sqlite",))
sent("lite_trigger", "CREATE TRIGGER t AFTER INSERT ON shop_item BEGIN UPDATE shop_item SET qty = NEW.qty WHERE id = NEW.id; END", dbs=("sqlite",))

# G. Functions.
called("raw_cursor_drop", 'with schema_editor.connection.cursor() as cursor:\n    cursor.execute("ALTER TABLE shop_item DROP COLUMN extra")', fields=EXTRA_INT)
called("raw_cursor_table_name", 'table = apps.get_model("shop", "Item")._meta.db_table\nwith schema_editor.connection.cursor() as cursor:\n    cursor.execute(f"UPDATE {table} SET qty = 1 WHERE qty IS NULL")')
called("raw_cursor_params", 'with schema_editor.connection.cursor() as cursor:\n    cursor.execute("UPDATE shop_item SET name = %s WHERE qty = %s", ["a", 99])')
called("vendor_only", 'if schema_editor.connection.vendor != "postgresql":\n    return\nschema_editor.execute("CREATE INDEX ix ON shop_item (qty)")')
called("editor_add_index", 'Item = apps.get_model("shop", "Item")\nschema_editor.add_index(Item, models.Index(fields=["qty"], name="ix"))')
called("editor_alter_unique", 'Item = apps.get_model("shop", "Item")\nschema_editor.alter_unique_together(Item, set(), {("name", "qty")})')
called("bulk_create", 'Item = apps.get_model("shop", "Item")\nItem.objects.bulk_create([Item(name=str(n), qty=n) for n in range(3)])')
called("update_all", 'apps.get_model("shop", "Item").objects.update(qty=F("qty") + 0)')
called("update_or_create", 'apps.get_model("shop", "Item").objects.update_or_create(name="x", defaults={"qty": 3})')
called("delete_all", 'apps.get_model("shop", "Item").objects.all().delete()')
called("delete_by_alias", 'alias = schema_editor.connection.alias\napps.get_model("shop", "Item").objects.using(alias).filter(qty__lt=-99).delete()')
called("queryset_iterates_values", 'Item = apps.get_model("shop", "Item")\nfor pk, name in Item.objects.values_list("pk", "name").iterator(chunk_size=100):\n    Item.objects.filter(pk=pk).update(name=name.strip())')
called("non_atomic_batches_with_transaction", 'from django.db import transaction\n\nItem = apps.get_model("shop", "Item")\nwhile True:\n    with transaction.atomic():\n        keys = list(Item.objects.filter(qty=None).values_list("pk", flat=True)[:100])\n        if not keys:\n            break\n        Item.objects.filter(pk__in=keys).update(qty=0)', atomic=False)
called("reads_renamed_field", 'Item = apps.get_model("shop", "Item")\nfor item in Item.objects.all():\n    item.fresh = item.fresh or 0\n    item.save(update_fields=["fresh"])', first=['migrations.RenameField("item", "extra", "fresh")'], fields=NULL_INT)
called("fills_between", 'apps.get_model("shop", "Item").objects.update(fresh=F("qty"))', 'migrations.AlterField("item", "fresh", models.IntegerField())', first=['migrations.AddField("item", "fresh", models.IntegerField(null=True))'])
called("fills_of_earlier_file", 'apps.get_model("shop", "Item").objects.filter(fresh=None).update(fresh=0)', setup=['migrations.AddField("item", "fresh", models.IntegerField(null=True))'])
called("moves_to_m2m", 'for item in apps.get_model("shop", "Item").objects.exclude(tag=None):\n    item.tags.add(item.tag)', 'migrations.RemoveField("item", "tag")', first=['migrations.AddField("item", "tags", models.ManyToManyField("shop.tag", related_name="+"))'], fields=[f'tag = models.ForeignKey("shop.Tag", {CASCADE}, null=True)'])
called("raises_nothing_without_rows", 'if apps.get_model("shop", "Item").objects.filter(qty=-12345).exists():\n    raise RuntimeError("no")')
called("calls_helper", 'fill(apps.get_model("shop", "Item"))', fields=NULL_INT, helper="def fill(model):\n    model.objects.filter(extra=None).update(extra=0)\n\n\n")
called("saves_json", 'for item in apps.get_model("shop", "Item").objects.all():\n    item.data["b"] = 1\n    item.save(update_fields=["data"])', fields=["data = models.JSONField(default=dict)"])
called("swaps_value_of_choice", 'apps.get_model("shop", "Item").objects.filter(kind="a").update(kind="b")', 'migrations.AlterField("item", "kind", models.CharField(max_length=1, choices=[("b", "B")]))', fields=['kind = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")])'])

# H. Several operations that complete or undo each other, in one file or over several.
ADD = 'migrations.AddField("item", "fresh", models.IntegerField(null=True))'
case("rare_multi__add_null_fill_sql_not_null", ADD, 'migrations.RunSQL("UPDATE shop_item SET fresh = 0", migrations.RunSQL.noop)', 'migrations.AlterField("item", "fresh", models.IntegerField())')
case("rare_multi__third_of_three_files", 'migrations.AlterField("item", "fresh", models.IntegerField())', setup=[ADD, 'migrations.RunSQL("UPDATE shop_item SET fresh = 0", migrations.RunSQL.noop)'])
case("rare_multi__third_of_three_files_default", 'migrations.AlterField("item", "fresh", models.IntegerField(default=0))', setup=[ADD, 'migrations.RunSQL("UPDATE shop_item SET fresh = 0", migrations.RunSQL.noop)'])
case("rare_multi__not_null_with_db_default_there", 'migrations.AlterField("item", "fresh", models.IntegerField(db_default=0))', setup=['migrations.AddField("item", "fresh", models.IntegerField(null=True, db_default=0))', 'migrations.RunSQL("UPDATE shop_item SET fresh = 0 WHERE fresh IS NULL", migrations.RunSQL.noop)'])
case("rare_multi__add_then_alter_to_db_default", 'migrations.AddField("item", "fresh", models.IntegerField(default=0))', 'migrations.AlterField("item", "fresh", models.IntegerField(default=0, db_default=0))')
case("rare_multi__add_default_then_sql_default", 'migrations.AddField("item", "fresh", models.IntegerField(default=0))', 'migrations.RunSQL("ALTER TABLE shop_item ALTER COLUMN fresh SET DEFAULT 0", "ALTER TABLE shop_item ALTER COLUMN fresh DROP DEFAULT")', dbs=("postgresql", "mariadb"))
case("rare_multi__add_default_then_sql_default_non_atomic", 'migrations.AddField("item", "fresh", models.IntegerField(default=0))', 'migrations.RunSQL("ALTER TABLE shop_item ALTER COLUMN fresh SET DEFAULT 0", "ALTER TABLE shop_item ALTER COLUMN fresh DROP DEFAULT")', atomic=False, dbs=PG)
case("rare_multi__removed_again", ADD, 'migrations.RemoveField("item", "fresh")')
case("rare_multi__null_on_and_off", 'migrations.AlterField("item", "extra", models.IntegerField(null=True))', 'migrations.AlterField("item", "extra", models.IntegerField())', fields=EXTRA_INT)
case("rare_multi__unique_off_and_on", 'migrations.AlterField("item", "extra", models.IntegerField())', 'migrations.AlterField("item", "extra", models.IntegerField(unique=True))', fields=["extra = models.IntegerField(unique=True)"])
case("rare_multi__unique_to_constraint", 'migrations.AlterField("item", "extra", models.IntegerField())', 'migrations.AddConstraint("item", models.UniqueConstraint(fields=["extra"], name="uq"))', fields=["extra = models.IntegerField(unique=True)"])
case("rare_multi__constraint_before_unique_off", 'migrations.AddConstraint("item", models.UniqueConstraint(fields=["extra"], name="uq"))', 'migrations.AlterField("item", "extra", models.IntegerField())', fields=["extra = models.IntegerField(unique=True)"])
case("rare_multi__db_index_to_meta_index", 'migrations.AlterField("item", "extra", models.IntegerField())', 'migrations.AddIndex("item", models.Index(fields=["extra"], name="ix"))', fields=["extra = models.IntegerField(db_index=True)"])
case("rare_multi__check_removed_and_positive", 'migrations.RemoveConstraint("item", "ck")', 'migrations.AlterField("item", "qty", models.PositiveIntegerField(default=1))', meta=['constraints = [models.CheckConstraint(condition=Q(qty__gte=0), name="ck")]'])
case("rare_multi__new_column_copied_old_removed", 'migrations.AddField("item", "fresh", models.BigIntegerField(null=True))', 'migrations.RunSQL("UPDATE shop_item SET fresh = extra", migrations.RunSQL.noop)', 'migrations.RemoveField("item", "extra")', 'migrations.RenameField("item", "fresh", "extra")', fields=NULL_INT)
case("rare_multi__model_made_and_filled_by_sql", 'migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())])', 'migrations.RunSQL("INSERT INTO shop_note (text) SELECT name FROM shop_item", migrations.RunSQL.noop)')
case("rare_multi__model_made_renamed_and_linked", 'migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])', 'migrations.RenameModel("Note", "Memo")', f'migrations.AddField("item", "memo", models.ForeignKey("shop.memo", {CASCADE}, null=True))')
case("rare_multi__fk_target_copied", f'migrations.AddField("item", "fresh", models.ForeignKey("shop.tag", {CASCADE}, null=True))', 'migrations.RemoveField("item", "extra")', fields=[f'extra = models.ForeignKey("shop.Category", {CASCADE}, null=True)', f'tag = models.ForeignKey("shop.Tag", {CASCADE}, null=True, related_name="+")'])
case("rare_multi__m2m_made_and_removed", 'migrations.AddField("item", "tags", models.ManyToManyField("shop.tag", related_name="+"))', 'migrations.RemoveField("item", "tags")', fields=[f'tag = models.ForeignKey("shop.Tag", {CASCADE}, null=True)'])
case("rare_multi__parent_taken_away", 'migrations.DeleteModel("Special")', 'migrations.CreateModel("Special", [("id", models.BigAutoField(primary_key=True)), ("text", models.CharField(max_length=9))])', models=CHILD)
case("rare_multi__unmanaged_then_field_then_managed", 'migrations.AlterModelOptions("item", {"managed": False})', 'migrations.AddField("item", "fresh", models.IntegerField(null=True))', 'migrations.AlterModelOptions("item", {"managed": True})')
case("rare_multi__timeout_and_unique", 'migrations.RunSQL("SET LOCAL lock_timeout = 1000", migrations.RunSQL.noop)', 'migrations.AddConstraint("item", models.UniqueConstraint(fields=["name", "qty"], name="uq"))', dbs=PG)
case("rare_multi__non_atomic_half_breaks", 'migrations.RemoveField("item", "extra")', 'migrations.AddField("item", "extra", models.IntegerField(null=True))', fields=NULL_INT, atomic=False)
case("rare_multi__same_field_altered_twice", 'migrations.AlterField("item", "extra", models.BigIntegerField())', 'migrations.AlterField("item", "extra", models.BigIntegerField(null=True))', 'migrations.AlterField("item", "extra", models.BigIntegerField(null=True, db_index=True))', fields=EXTRA_INT)
case("rare_multi__validated_in_next_file", 'pgo.ValidateConstraint("item", "ck")', setup=['pgo.AddConstraintNotValid("item", models.CheckConstraint(condition=Q(qty__gt=-100), name="ck"))'], dbs=PG)
case("rare_multi__fk_in_parts", 'migrations.AlterField("item", "extra", models.ForeignKey("shop.category", on_delete=models.CASCADE, null=True))', setup=['migrations.AddField("item", "extra", models.ForeignKey("shop.category", on_delete=models.CASCADE, null=True, db_constraint=False))'], fields=[f'tag = models.ForeignKey("shop.Category", {CASCADE}, null=True, related_name="+")'])
case("rare_multi__index_in_sql_then_state", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.AddIndex("item", models.Index(fields=["qty"], name="ix"))])', setup=['migrations.RunSQL("CREATE INDEX ix ON shop_item (qty)", "DROP INDEX ix")'], dbs=FIRST)
case("rare_multi__column_in_sql_then_state", 'migrations.SeparateDatabaseAndState(state_operations=[migrations.AddField("item", "extra", models.IntegerField(null=True))])', setup=['migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra integer NULL", migrations.RunSQL.noop)'])
case("rare_multi__column_in_sql_then_really_added", ADD, setup=['migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN fresh integer NULL", migrations.RunSQL.noop)'])
