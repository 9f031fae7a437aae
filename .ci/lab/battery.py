"""What code does through the ORM, one action after the other, each taken back: reads, writes, values at the limits."""

import datetime
import decimal
import uuid
from functools import partial

import samples
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import connection, models, transaction

TEXTS = (models.CharField, models.TextField)
NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)
# Rows of the lab lie before; what is later is the clock.
CLOCK = 2024


class Undo(Exception):
    """Takes an action back."""


def observed(value):
    """A value as it is compared: the clock and random identifiers look alike in each run."""
    if isinstance(value, (datetime.datetime, datetime.date)) and CLOCK <= value.year < 2100:
        return f"<{type(value).__name__}>"
    if isinstance(value, uuid.UUID) and value.version == 4:
        return "<UUID>"
    if isinstance(value, decimal.Decimal):
        return f"Decimal({value.normalize():f})"
    if isinstance(value, memoryview):
        return repr(bytes(value))
    if isinstance(value, dict):
        return repr(sorted(value.items()))
    return repr(value)


class Code:
    """The code that belongs to a state of the models: the models as migrations describe them."""

    def __init__(self, apps, later=None):
        self.models = ordered([m for m in apps.get_models() if m._meta.app_label == "shop"])
        self.keys, self.found = {}, {}
        self.later, self.made = later, 0

    def keys_of(self, field) -> list:
        """The keys that a foreign key may refer to, as they were when the rows were made."""
        target = field.remote_field.model
        name = field.target_field.attname
        asked = (target._meta.label_lower, name)
        if asked not in self.keys and asked not in self.found:
            try:
                with transaction.atomic():
                    rows = target._base_manager.order_by("pk").values_list(name, flat=True)
                    self.found[asked] = list(rows)
            except Exception:
                self.found[asked] = [1, 2, 3]
        known = self.keys.get(asked) or self.found.get(asked)
        if known or target is field.model:
            return known
        # Tables are empty where the migration does not run on rows: code makes what it refers to as well.
        self.made += 1
        return [getattr(target._base_manager.create(**self.values(target, 60 + self.made)), name)]

    def values(self, model, number: int, fields=None) -> dict:
        """Arguments that make row `number` of a model."""
        fields = model._meta.concrete_fields if fields is None else fields
        return {field.attname: self.value(field, number) for field in fields if samples.is_written(field)}

    def value(self, field, number: int):
        return samples.value(field, number, self.keys_of, self.becomes(field))

    def becomes(self, field):
        """The field that takes a field's place, where the migration makes another of it."""
        try:
            return self.later.get_model("shop", field.model._meta.model_name)._meta.get_field(field.name)
        except (AttributeError, LookupError, FieldDoesNotExist):
            return None

    def required(self, model, number: int) -> dict:
        """Arguments for the fields that must be given."""

        def is_optional(field):
            # Defaults of the database came with Django 5.0.
            db_default = hasattr(field, "has_db_default") and field.has_db_default()
            if field.has_default() or field.null or db_default:
                return True
            return field.blank and field.empty_strings_allowed

        return self.values(model, number, [f for f in model._meta.concrete_fields if not is_optional(f)])

    def fill(self) -> None:
        """Makes the rows that every action finds, and remembers their keys."""
        for model in self.models:
            if model._meta.proxy or not model._meta.managed:
                continue
            for number in range(5):
                model._base_manager.create(**self.values(model, number))
            for field in model._meta.concrete_fields:
                if field.primary_key or field.unique:
                    rows = model._base_manager.order_by("pk").values_list(field.attname, flat=True)
                    self.keys[(model._meta.label_lower, field.attname)] = list(rows)
        for model, field in self.links():
            targets = field.remote_field.model._base_manager.order_by("pk")
            for row, target in zip(model._base_manager.order_by("pk")[:2], targets[:2], strict=False):
                getattr(row, field.name).add(target)

    def links(self):
        """Many-to-many fields whose links can be made without more ado."""
        for model in self.models:
            if model._meta.managed and not model._meta.proxy:
                for field in model._meta.local_many_to_many:
                    if field.remote_field.through._meta.auto_created:
                        yield model, field

    def snapshot(self):
        """All rows of all models, or nothing where they can't be read."""
        rows = {}
        for model in self.models:
            names = [field.attname for field in model._meta.concrete_fields]
            try:
                with transaction.atomic():
                    found = model._base_manager.order_by("pk").values_list(*names)
                    rows[model._meta.model_name] = [[observed(value) for value in row] for row in found]
            except Exception:
                rows[model._meta.model_name] = None
        for _, field in self.links():
            through = field.remote_field.through
            try:
                with transaction.atomic():
                    rows[through._meta.model_name] = sorted(map(repr, through._base_manager.values_list()))
            except Exception:
                rows[through._meta.model_name] = None
        return rows

    def run(self) -> dict:
        """What became of each action: ("ok", what was seen) or ("error", class, message)."""
        results, self.found, self.made = {}, {}, 0
        with transaction.atomic():
            for name, action, writes in self.actions():
                results[name] = attempt(action, writes)
            transaction.set_rollback(True)
        return results

    def actions(self):
        """All actions, as (name, function, whether it writes)."""
        for model in self.models:
            name = model._meta.model_name
            for kind, action in self.reads(model):
                yield f"{name}.{kind}", action, False
            for kind, action in [*self.inserts(model), *self.changes(model)]:
                yield f"{name}.{kind}", action, True

    def reads(self, model):
        rows, found = model._base_manager, []
        texts = [f for f in model._meta.concrete_fields if isinstance(f, TEXTS) and not f.choices]
        found.append(("select", lambda: seen(rows.order_by("pk"))))
        found.append(("count", rows.count))
        for field in model._meta.concrete_fields:
            name = field.name
            found.append((f"order:{name}", lambda name=name: pks(rows.order_by(name, "pk"))))
            if field.null:
                found.append(
                    (f"isnull:{name}", lambda name=name: pks(rows.filter(**{f"{name}__isnull": True}).order_by("pk")))
                )
            if samples.is_written(field):
                found.append(
                    (f"filter:{name}", lambda f=field: pks(rows.filter(**{f.attname: self.value(f, 0)}).order_by("pk")))
                )
            if isinstance(field, NUMBERS) and not isinstance(field, models.AutoField):
                found.append((f"sum:{name}", lambda n=name: number(rows.aggregate(sum=models.Sum(n))["sum"])))
            if isinstance(field, models.DateField):
                found.append((f"year:{name}", lambda n=name: pks(rows.filter(**{f"{n}__year": 2001}).order_by("pk"))))
            if isinstance(field, models.JSONField):
                found.append((f"jsonkey:{name}", lambda n=name: pks(rows.filter(**{f"{n}__a": 1}).order_by("pk"))))
            if samples.is_generated(field):
                found.append(
                    (f"gen:{name}", lambda n=name: [observed(v) for v in rows.order_by("pk").values_list(n, flat=True)])
                )
            if field.remote_field and field.remote_field.model in self.models:
                found += self.joins(model, field)
        for field in texts:
            sample = str(self.value(field, 0) or "")
            for kind, asked in (
                ("case_filter", {field.name: sample.swapcase()}),
                ("contains", {f"{field.name}__icontains": sample[:4].upper()}),
            ):
                found.append((f"{kind}:{field.name}", lambda asked=asked: pks(rows.filter(**asked).order_by("pk"))))
        for relation in model._meta.related_objects:
            accessor = relation.get_accessor_name()
            known = relation.related_model in self.models and not relation.many_to_many
            if accessor and known and not relation.hidden:
                found.append((f"reverse:{accessor}", partial(reverse, rows, relation)))
        return found

    def joins(self, model, field):
        rows, name = model._base_manager, field.name
        target = field.remote_field.model._meta
        other = next((f.name for f in target.concrete_fields if isinstance(f, TEXTS)), target.pk.name)
        first = lambda: getattr(rows.order_by("pk").exclude(**{name: None})[:1].get(), name)  # noqa: E731
        return [
            (f"fk:{name}", lambda: first() and first().pk),
            (
                f"select_related:{name}",
                lambda: [getattr(r, name) and getattr(r, name).pk for r in rows.select_related(name).order_by("pk")],
            ),
            (f"join_filter:{name}", lambda: pks(rows.filter(**{f"{name}__{other}__isnull": False}).order_by("pk"))),
        ]

    def inserts(self, model):
        rows, found = model._base_manager, []
        if model._meta.proxy:
            return [("insert_full", lambda: self.insert(model, self.values(model, 7)))]
        found.append(("insert_full", lambda: self.insert(model, self.values(model, 7))))
        found.append(("insert_min", lambda: self.insert(model, self.required(model, 7))))
        found.append(("bulk_create", lambda: self.bulk(model)))
        found.append(("get_or_create", lambda: self.get_or(rows.get_or_create, model)))
        found.append(("update_or_create", lambda: self.get_or(rows.update_or_create, model)))
        written = [field for field in model._meta.concrete_fields if samples.is_written(field)]
        for field in written:
            for limit, value in samples.limits(field).items():
                found.append(
                    (
                        f"limit:{field.name}:{limit}",
                        lambda f=field, v=value: self.insert(model, self.values(model, 8) | {f.attname: v}),
                    )
                )
            if field.primary_key:
                continue
            found.append(
                (f"dup:{field.name}", lambda f=field: self.insert(model, self.values(model, 9) | copied(rows, [f])))
            )
            rest = [other for other in written if other is not field and not other.primary_key]
            if rest:
                found.append(
                    (
                        f"dup_but:{field.name}",
                        lambda rest=rest: self.insert(model, self.values(model, 9) | copied(rows, rest)),
                    )
                )
            if isinstance(field, TEXTS) and not field.choices:
                found.append(
                    (
                        f"dup_other_case:{field.name}",
                        lambda f=field: self.insert(model, self.values(model, 9) | other_case(rows, f)),
                    )
                )
        plain = [field for field in written if not field.primary_key]
        for number in (0, 1):
            found.append(
                (
                    f"dup_row:{number}",
                    lambda n=number: self.insert(
                        model, self.values(model, 9, [f for f in written if f.primary_key]) | copied(rows, plain, n)
                    ),
                )
            )
        for names in unique_sets(model):
            if {field.name for field in plain} <= set(names):
                continue
            found.append((f"upsert:{','.join(names)}", partial(self.upsert, model, names)))
        return found

    def changes(self, model):
        rows, found = model._base_manager, []
        row = lambda number=0: rows.order_by("pk")[number : number + 1].get()  # noqa: E731
        written = [f for f in model._meta.concrete_fields if samples.is_written(f) and not f.primary_key]
        found.append(("save", lambda: saved(row())))
        for field in written:
            name = field.name
            found.append((f"update:{name}", lambda f=field: self.update(row(), f)))
            found.append((f"update_fields:{name}", lambda f=field: self.update(row(), f, update_fields=[f.name])))
            found.append((f"qs_update:{name}", lambda f=field: self.update_rows(rows, f)))
        if written and not model._meta.proxy:
            found.append(
                ("bulk_update", lambda: rows.bulk_update(list(rows.order_by("pk")), [f.name for f in written]))
            )
        for number in range(3):
            found.append((f"delete:{number}", lambda n=number: self.deleted(row(n).delete)))
        first = self.keys.get((model._meta.label_lower, model._meta.pk.attname), [1])[:1]
        found.append(("qs_delete", lambda: self.deleted(rows.filter(pk__in=first).delete)))
        for field in model._meta.many_to_many:
            if field.remote_field.through._meta.auto_created or model._meta.managed:
                found += self.link_actions(row, field)
        if model._meta.order_with_respect_to:
            found += self.order_actions(model)
        return found

    def link_actions(self, row, field):
        name = field.name
        target = field.remote_field.model._base_manager
        links = lambda number=0: getattr(row(number), name)  # noqa: E731
        listed = lambda number=0: sorted(repr(o.pk) for o in links(number).all())  # noqa: E731

        def then(change):
            change()
            return listed()

        last = lambda: target.order_by("-pk")[:1].get()  # noqa: E731
        return [
            (f"m2m_add:{name}", lambda: then(lambda: links().add(last()))),
            (f"m2m_list:{name}", listed),
            (f"m2m_filter:{name}", lambda: pks(type(row())._base_manager.filter(**{name: last()}))),
            (
                f"m2m_prefetch:{name}",
                lambda: [
                    len(getattr(r, name).all()) for r in type(row())._base_manager.prefetch_related(name).order_by("pk")
                ],
            ),
            (f"m2m_remove:{name}", lambda: then(lambda: links().remove(*target.order_by("pk")[:1]))),
            (f"m2m_set:{name}", lambda: then(lambda: links().set([last()]))),
            (f"m2m_clear:{name}", lambda: then(lambda: links().clear())),
        ]

    def order_actions(self, model):
        field = model._meta.order_with_respect_to
        parent = lambda: model._base_manager.order_by("pk")[:1].get()  # noqa: E731
        name = model._meta.model_name
        return [
            ("get_item_order", lambda: repr(list(getattr(getattr(parent(), field.name), f"get_{name}_order")()))),
            ("set_item_order", lambda: getattr(getattr(parent(), field.name), f"set_{name}_order")([parent().pk])),
        ]

    def insert(self, model, values):
        made = model(**values)
        made.save(force_insert=True)
        return stored(model, made.pk)

    def bulk(self, model):
        model._base_manager.bulk_create([model(**self.values(model, number)) for number in (7, 8)])
        return model._base_manager.count()

    def get_or(self, method, model):
        values = self.values(model, 7)
        asked = next(
            (f.attname for f in model._meta.concrete_fields if f.attname in values and not f.remote_field), None
        )
        if asked is None:
            return None
        given = {asked: values.pop(asked)}
        made, new = method(**given, defaults=values)
        return [new, stored(model, made.pk)]

    def upsert(self, model, names):
        first = model._base_manager.order_by("pk")[:1].get()
        unique = [model._meta.get_field(name) for name in names]
        values = self.values(model, 9) | {field.attname: getattr(first, field.attname) for field in unique}
        rest = [
            f for f in model._meta.concrete_fields if samples.is_written(f) and f not in unique and not f.primary_key
        ]
        conflict = {} if connection.vendor == "mysql" else {"unique_fields": names}
        update = [field.name for field in rest]
        model._base_manager.bulk_create([model(**values)], update_conflicts=True, update_fields=update, **conflict)
        return model._base_manager.count()

    def update(self, row, field, **options):
        setattr(row, field.attname, self.value(field, 21))
        row.save(**options)
        return stored(type(row), row.pk)

    def update_rows(self, rows, field):
        first = self.keys.get((rows.model._meta.label_lower, rows.model._meta.pk.attname), [1])[:1]
        return rows.filter(pk__in=first).update(**{field.attname: self.value(field, 21)})

    def deleted(self, delete):
        delete()
        return [count(model) for model in self.models]


def attempt(action, writes):
    """Runs an action, checks what a COMMIT would check, and takes it back."""
    seen = None
    try:
        with transaction.atomic():
            seen = action()
            if writes:
                check_deferred()
            raise Undo
    except Undo:
        return ("ok", repr(seen))
    except (ObjectDoesNotExist, IndexError):
        return ("ok", "<gone>")
    except decimal.InvalidOperation as error:
        return ("error", "InvalidOperation", str(error))
    except Exception as error:
        return ("error", type(error).__name__, " ".join(str(error).split()))


def check_deferred():
    """What a COMMIT would check."""
    if connection.vendor == "postgresql":
        # Taken back with the action.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    elif connection.vendor == "sqlite":
        connection.check_constraints()


def ordered(found):
    """Models, those that others refer to first."""
    done, rest = [], sorted(found, key=lambda model: model._meta.label_lower)
    while rest:
        free = [model for model in rest if not parents(model) & {*rest} - {model}] or rest[:1]
        done += free
        rest = [model for model in rest if model not in free]
    return done


def parents(model) -> set:
    return {field.remote_field.model for field in model._meta.concrete_fields if field.remote_field}


def number(value):
    """A number without the type that the database has for sums."""
    return value if value is None else f"{decimal.Decimal(str(value)).normalize():f}"


def pks(rows):
    return [repr(pk) for pk in rows.values_list("pk", flat=True)]


def seen(rows):
    names = [field.attname for field in rows.model._meta.concrete_fields]
    return [[observed(getattr(row, name)) for name in names] for row in rows]


def stored(model, pk):
    """A row as it is read again, without a key that was counted up."""
    row = model._base_manager.get(pk=pk)
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key and not samples.is_written(f))]
    return [observed(getattr(row, field.attname)) for field in fields]


def saved(row):
    row.save()
    return stored(type(row), row.pk)


def reverse(rows, relation):
    row = rows.order_by("pk")[:1].get()
    found = getattr(row, relation.get_accessor_name())
    return found.pk if relation.one_to_one else sorted(repr(other.pk) for other in found.all())


def copied(rows, fields, number=0):
    row = rows.order_by("pk")[number : number + 1].get()
    return {field.attname: getattr(row, field.attname) for field in fields}


def other_case(rows, field):
    text = copied(rows, [field])[field.attname]
    return {field.attname: text and str(text).swapcase()}


def count(model):
    try:
        with transaction.atomic():
            return model._base_manager.count()
    except Exception:
        return None


def unique_sets(model):
    """The names of fields over which a row is unique, so that an upsert may name them."""
    found = [[field.name] for field in model._meta.local_concrete_fields if field.unique and not field.primary_key]
    found += [list(names) for names in model._meta.unique_together]
    for constraint in model._meta.constraints:
        is_unique = isinstance(constraint, models.UniqueConstraint) and constraint.fields
        if is_unique and constraint.condition is None and constraint.deferrable is None:
            found.append(list(constraint.fields))
    return found
