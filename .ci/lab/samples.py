"""Values for fields: what rows hold, and what lies at the limits of what a field allows."""

import datetime
import json
import random
import uuid
from decimal import Decimal

from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

UTC = datetime.UTC


def is_generated(field) -> bool:
    """Whether the database computes the field, of which Django knows since 5.0."""
    return getattr(field, "generated", False)


def is_written(field) -> bool:
    """Whether code gives the field a value: not where the database computes it, counts it up or links a parent."""
    parent = field.remote_field and getattr(field.remote_field, "parent_link", False)
    return not (is_generated(field) or isinstance(field, models.AutoField) or parent)


def value(field, number: int, keys, later=None):
    """The value of a field in row `number`; `keys` tells the keys that rows of a model have. It is one that the field
    `later`, which takes its place, can hold as well."""
    if field.remote_field:
        known = keys(field)
        # Rows refer to the first three; the others are left for rows that come later and may be unique.
        place = number if number < 3 else 3 + number % 2
        return known[place % len(known)] if known else None
    if field.choices:
        chosen = [key for key, _ in field.flatchoices]
        return chosen[number % len(chosen)]
    own = plain(field, number)
    if later is None or later.get_internal_type() == field.get_internal_type():
        return own
    return fitting(field, own, later, number)


def fitting(field, own, later, number: int):
    """A value of a field that another kind of field can hold."""
    if later.remote_field:
        return number % 3 + 1
    is_text = isinstance(field, (models.CharField, models.TextField)) and not isinstance(
        later, (models.CharField, models.TextField)
    )
    if is_text and later.get_internal_type() != "BinaryField":
        other = plain(later, number)
        text = json.dumps(other) if isinstance(other, dict) else str(other)
        return text if not isinstance(other, list) and len(text) <= (field.max_length or len(text)) else own
    if isinstance(later, models.BooleanField) and isinstance(own, int):
        return number % 2
    return own


def plain(field, number: int):
    """A value by the class of the field."""
    kind = field.get_internal_type()
    # Fields of different names hold different values, so that one in the other's place shows.
    other = sum(map(ord, field.name or "")) % 50
    if kind in (
        "CharField",
        "TextField",
        "SlugField",
        "URLField",
        "FilePathField",
        "EmailField",
        "CITextField",
        "CICharField",
    ):
        longest = field.max_length or 100
        # One of them in another case, so that an order by case shows.
        text = f"{field.name.capitalize() if number == 1 else field.name}{number}"
        text = {"EmailField": f"a{number}@b.io", "URLField": f"http://b.io/{number}"}.get(kind, text)
        return text if len(text) <= longest else f"{number}"[-longest:]
    if kind in ("FileField", "ImageField"):
        return f"f/{number}.txt"
    if kind.endswith("IntegerField"):
        return 10 + number + other
    if kind == "FloatField":
        return 1.5 + number + other
    if kind == "DecimalField":
        most = 10 ** ((field.max_digits or 9) - (field.decimal_places or 0))
        return Decimal((number + other) % min(most, 1000)) + Decimal(5).scaleb(-(field.decimal_places or 0))
    if kind == "BooleanField":
        return number % 2 == 0
    if kind == "DateTimeField":
        return datetime.datetime(2001 + number, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
    if kind == "DateField":
        return datetime.date(2001 + number, 2, 3)
    if kind == "TimeField":
        return datetime.time(number % 24, 5, 6, 789012)
    if kind == "DurationField":
        return datetime.timedelta(days=number, microseconds=5)
    if kind == "UUIDField":
        return uuid.UUID(int=number + 1)
    if kind == "JSONField":
        return {"a": number}
    if kind == "BinaryField":
        return b"\x00\xff" + bytes([number])
    if kind == "GenericIPAddressField":
        return f"10.0.0.{number}"
    return postgresql(field, number)


def postgresql(field, number: int):
    """A value for a field of django.contrib.postgres; nothing for a class that is not known."""
    kind = type(field).__name__
    if kind == "ArrayField":
        return [plain(field.base_field, number), plain(field.base_field, number + 1)]
    if kind == "HStoreField":
        return {"a": str(number)}
    if kind == "SearchVectorField":
        return f"'a{number}':1"
    if kind.endswith("RangeField"):
        from django.db.backends.postgresql import psycopg_any

        if kind in ("IntegerRangeField", "BigIntegerRangeField"):
            return psycopg_any.NumericRange(10 * number, 10 * number + 5)
        if kind == "DecimalRangeField":
            return psycopg_any.NumericRange(Decimal(10 * number), Decimal(10 * number + 5))
        if kind == "DateRangeField":
            return psycopg_any.DateRange(datetime.date(2001 + number, 1, 1), datetime.date(2001 + number, 2, 1))
        first = datetime.datetime(2001 + number, 1, 1, tzinfo=UTC)
        return psycopg_any.DateTimeTZRange(first, first.replace(month=2))
    return None


def limits(field) -> dict:
    """What lies at the limits of the field, by name."""
    found = {}
    kind = field.get_internal_type()
    if field.remote_field:
        if not getattr(field, "db_constraint", True):
            found["dangling"] = 999_999
    elif field.choices:
        found |= {f"choice {key}": key for key, _ in field.flatchoices}
    elif isinstance(field, (models.CharField, models.TextField, models.FileField)):
        longest = field.max_length
        noise = random.Random(1)
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        wide = [chr(noise.randrange(0x4E00, 0x9FA5)) for _ in range(longest or 4000)]
        found["max_length"] = "".join(noise.choice(letters) for _ in range(longest or 9000))
        found["mixed_case"] = "MiXeD"[: longest or 5]
        found["unicode"] = "".join(wide)
        found["empty"] = ""
    elif kind in BaseDatabaseOperations.integer_field_ranges and not field.primary_key:
        # The greatest key would leave no number for the next row.
        least, most = BaseDatabaseOperations.integer_field_ranges[kind]
        found |= {"min": least, "max": most, "zero": 0}
    elif kind == "FloatField":
        found |= {"min": -1e300, "max": 1e300, "fraction": 0.125}
    elif kind == "DecimalField" and field.max_digits:
        most = Decimal(10**field.max_digits - 1).scaleb(-(field.decimal_places or 0))
        found |= {"min": -most, "max": most}
    elif kind == "DateTimeField":
        found["min"] = datetime.datetime(1900, 1, 1, tzinfo=UTC)
        found["max"] = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    elif kind == "DateField":
        found |= {"min": datetime.date(1900, 1, 1), "max": datetime.date(9999, 12, 31)}
    elif kind == "TimeField":
        found |= {"min": datetime.time(0), "max": datetime.time(23, 59, 59, 999999)}
    elif kind == "DurationField":
        found |= {"min": datetime.timedelta(days=-100_000), "max": datetime.timedelta(days=100_000)}
    elif kind == "JSONField":
        found |= {"list": [1, 2], "text": "x", "number": 1.5}
    elif kind == "BinaryField":
        found |= {"empty": b"", "long": bytes(range(256)) * 4}
    elif kind == "BooleanField":
        found |= {"true": True, "false": False}
    elif kind == "GenericIPAddressField":
        found["v6"] = "2001:db8::1"
    elif type(field).__name__ == "ArrayField":
        found |= {"empty": []} | {name: [one] for name, one in limits(field.base_field).items() if one is not None}
    if field.null:
        found["null"] = None
    return found
