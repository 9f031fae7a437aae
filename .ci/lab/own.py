"""Our own cases, and how they become folders: what the shown ones leave out."""

import importlib
import json
import re
import textwrap
from pathlib import Path

ALL = ("sqlite", "postgresql", "mariadb")
PG = ("postgresql",)
MARIADB = ("mariadb",)
ITEM = ["name = models.CharField(max_length=50)", "qty = models.IntegerField(default=1)"]
OTHER = {
    "Category": "class Category(models.Model):\n    title = models.CharField(max_length=40)",
    "Code": "class Code(models.Model):\n    number = models.IntegerField(unique=True)",
    "Tag": "class Tag(models.Model):\n    label = models.CharField(max_length=30)",
}
CONTRIB = {
    "pgf": "import django.contrib.postgres.fields as pgf",
    "pgi": "import django.contrib.postgres.indexes as pgi",
    "pgc": "import django.contrib.postgres.constraints as pgc",
    "pgs": "import django.contrib.postgres.search as pgs",
    "pgo": "import django.contrib.postgres.operations as pgo",
    "pgfn": "import django.contrib.postgres.functions as pgfn",
}
IMPORTS = """\
import datetime
import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Abs, Coalesce, Concat, Length, Lower, Now, TruncDate, Upper
from django.utils import timezone
"""
CASCADE = "on_delete=models.CASCADE"

CASES = {}


def case(name, *operations, fields=(), meta=(), models="", setup=(), code="", atomic=True, dbs=ALL, note=""):
    """A case: `Item` with some more fields and options beside `models`, and the operations of the judged migration.

    What stands in `setup` is deployed, behind the migration that makes the models.
    """
    if name in CASES:
        raise ValueError(f"{name} is there twice")
    text = ["class Item(models.Model):", *(f"    {field}" for field in [*ITEM, *fields])]
    if meta:
        text += ["", "    class Meta:", *(f"        {option}" for option in meta)]
    shown = " ".join([*fields, *meta, models, *operations, *setup])
    before = [
        OTHER[other]
        for other in OTHER
        if re.search(rf"\b{other}\b|shop\.{other.lower()}\b", shown) and f"class {other}(" not in models
    ]
    item = "" if "class Item(" in models else "\n".join(text)
    old = "\n\n\n".join(part for part in [*before, item, textwrap.dedent(models).strip()] if part)
    CASES[name] = {
        "old": old,
        "operations": operations,
        "setup": setup,
        "code": code,
        "atomic": atomic,
        "dbs": dbs,
        "note": note,
    }


def add(name, field, **options):
    """AddField of `extra`."""
    last = ", preserve_default=False" if options.pop("one_off", False) else ""
    case(f"add_field__{name}", f'migrations.AddField("item", "extra", {field}{last})', **options)


def alter(name, old, new, **options):
    """AlterField of `extra`."""
    last = ", preserve_default=False" if options.pop("one_off", False) else ""
    fields = [f"extra = {old}", *options.pop("fields", ())]
    case(f"alter_field__{name}", f'migrations.AlterField("item", "extra", {new}{last})', fields=fields, **options)


def remove(name, field, **options):
    """RemoveField of `extra`."""
    fields = [f"extra = {field}", *options.pop("fields", ())]
    case(
        f"remove_field__{name}",
        *options.pop("first", ()),
        'migrations.RemoveField("item", "extra")',
        fields=fields,
        **options,
    )


def rename(name, field, **options):
    """RenameField of `extra` to `fresh`."""
    fields = [f"extra = {field}", *options.pop("fields", ())]
    then = options.pop("then", ())
    case(f"rename_field__{name}", 'migrations.RenameField("item", "extra", "fresh")', *then, fields=fields, **options)


def sql(name, text, reverse=None, **options):
    """RunSQL."""
    state = options.pop("state", None)
    arguments = [f'"""{text}"""']
    if reverse is not None:
        arguments.append("migrations.RunSQL.noop" if reverse == "noop" else f'"""{reverse}"""')
    if state:
        arguments.append(f"state_operations=[{state}]")
    case(f"run_sql__{name}", f"migrations.RunSQL({', '.join(arguments)})", dbs=options.pop("dbs", PG), **options)


def python(name, body, *more, reverse="migrations.RunPython.noop", **options):
    """RunPython of a function `forwards`."""
    code = "def forwards(apps, schema_editor):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")
    run = f"migrations.RunPython(forwards, {reverse})" if reverse else "migrations.RunPython(forwards)"
    case(f"run_python__{name}", *options.pop("first", ()), run, *more, code=code, **options)


def imports(text) -> str:
    return IMPORTS + "".join(f"{line}\n" for short, line in CONTRIB.items() if re.search(rf"\b{short}\.", text))


def migration(told, operations, previous, atomic=True) -> str:
    """The text of a migration."""
    body = "".join(f"{textwrap.indent(operation.strip(), '        ')},\n" for operation in operations)
    code = f"\n\n{told['code']}\n" if told["code"] else ""
    attributes = [] if atomic else ["    atomic = False\n"]
    text = imports(body + code) + code
    text += "\n\nclass Migration(migrations.Migration):\n" + "".join(attributes)
    return text + f'    dependencies = [("shop", "{previous}")]\n\n    operations = [\n{body}    ]\n'


def initial(old: str) -> str:
    """The migration that makes the models, as `makemigrations` writes it."""
    from django.db.migrations import Migration
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.state import ProjectState
    from django.db.migrations.writer import MigrationWriter
    from django.test.utils import isolate_apps

    with isolate_apps("shop") as apps:
        exec(imports(old) + old, {"__name__": "shop.models"})
        state = ProjectState.from_apps(apps)
    detected = MigrationAutodetector(ProjectState(), state)._detect_changes().get("shop", [])
    first = Migration("0001_initial", "shop")
    first.initial = True
    first.operations = [operation for part in detected for operation in part.operations]
    # Without the line that says when and by which version.
    return re.sub(r"^#.*\n\n?", "", MigrationWriter(first).as_string())


def write(folder: Path) -> None:
    """Writes a folder for each case."""
    # They fill CASES.
    for module in ("own_cases", "rare_cases"):
        importlib.import_module(module)
    for name, told in CASES.items():
        shop = folder / name / "shop"
        (shop / "migrations").mkdir(parents=True, exist_ok=True)
        (shop / "models.py").write_text(f"{imports(told['old'])}\n\n{told['old']}\n")
        texts = {"0001_initial": initial(told["old"])}
        if told["setup"]:
            texts["0002_setup"] = migration(
                told | {"code": ""},
                told["setup"],
                "0001_initial",
                atomic=not re.search("CONCURRENTLY|Concurrently", str(told["setup"])),
            )
        change = f"{len(texts) + 1:04}_change"
        texts[change] = migration(told, told["operations"], list(texts)[-1], told["atomic"])
        for stem, text in texts.items():
            (shop / "migrations" / f"{stem}.py").write_text(text)
        about = {"case": name, "dbs": told["dbs"], "note": told["note"], "change": change}
        (folder / name / "case.json").write_text(json.dumps(about, indent=1) + "\n")
    print(f"{len(CASES)} cases")
