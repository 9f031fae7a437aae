"""One case on one database: the old code before and after the migration, the new code after and before it."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import django
import samples
import watch
from battery import Code, ordered
from django.db import connection, connections, transaction
from django.db.migrations.state import ProjectState

# Operations that make types which tables may need.
PREPARING = ("Extension", "CreateCollation")


class Case:
    """A folder with `case.json` and the migrations of the app `shop`."""

    def __init__(self, folder: Path):
        told = json.loads((folder / "case.json").read_text())
        self.name, self.note, self.databases = folder.name, told.get("note", ""), told["dbs"]
        self.folder, self.change = folder / "shop" / "migrations", told["change"]

    def migrations(self):
        """Those that are deployed, and the one that is judged."""
        names = sorted(path.stem for path in self.folder.glob("0*.py"))
        loaded = {name: self.load(name) for name in names}
        change = loaded.pop(self.change)
        return list(loaded.values()), change

    def load(self, name):
        spec = importlib.util.spec_from_file_location(f"lab_{self.name}.{name}", self.folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module.Migration(name, "shop")


def code_of(state, final=None) -> Code:
    """The code of a state, in models of its own: those that a replay leaves know what was deleted on the way."""

    def apps(known):
        return ProjectState({key: model.clone() for key, model in known.models.items()}).apps

    return Code(apps(state), apps(final) if final else None)


def is_made(model) -> bool:
    """Whether Django makes a table for a model."""
    return model._meta.managed and not model._meta.proxy


def names(state) -> set:
    """The models of a state, and their fields."""
    fields = {(model, field) for model, one in state.models.items() for field in one.fields}
    return fields | {(model, None) for model in state.models}


def reset() -> None:
    """An empty database, and a new connection to it: an error may leave the old one inside a transaction."""
    connections["default"].close()
    del connections["default"]
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
            for (schema,) in cursor.fetchall():
                cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
            cursor.execute("SELECT pubname FROM pg_publication")
            for (publication,) in cursor.fetchall():
                cursor.execute(f'DROP PUBLICATION "{publication}"')
            cursor.execute("CREATE SCHEMA public")
        else:
            cursor.execute("DROP DATABASE lab")
            cursor.execute("CREATE DATABASE lab")
    connection.close()


def run_migration(migration, state, between=None):
    """What Django's executor does for a migration, with a look between its operations; the state afterwards."""
    state = state.clone()
    # Operations want the models of the state before them.
    _ = state.apps
    with connection.schema_editor(atomic=migration.atomic) as editor:
        for number, operation in enumerate(migration.operations):
            before = state.clone()
            operation.state_forwards("shop", state)
            alone = operation.atomic or (migration.atomic and operation.atomic is not False)
            if not editor.atomic_migration and alone:
                with transaction.atomic():
                    operation.database_forwards("shop", editor, before, state)
            else:
                operation.database_forwards("shop", editor, before, state)
            if between and number + 1 < len(migration.operations):
                between(operation.describe())
    return state


class Experiment:
    """A case on the database that Django is connected to."""

    def __init__(self, case: Case):
        self.case = case
        self.deployed, self.change = case.migrations()
        # One transaction holds all operations, so nobody sees what is between them.
        self.whole = self.change.atomic and connection.vendor in ("postgresql", "sqlite")
        self.final = ProjectState()
        # Read again: to rename a field, Django changes those of the operations that refer to it.
        deployed, change = case.migrations()
        for migration in [*deployed, change]:
            try:
                final = migration.mutate_state(self.final)
                # Models are rendered where they are asked for.
                _ = final.apps
                self.final = final
            except Exception:
                # A state that can't be is measured as a migration that does not run.
                break

    def prepare(self, rows=True):
        """A new database with the old schema and its rows; the state, and the old code."""
        reset()
        state = run_migration(self.deployed[0], ProjectState())
        later = state.clone()
        for migration in self.deployed[1:]:
            later = migration.mutate_state(later)
        # Where something left the code on the way, rows are older than that.
        older = rows and not names(state) <= names(later)
        if older:
            code_of(state, self.final).fill()
        for migration in self.deployed[1:]:
            state = run_migration(migration, state)
        code = code_of(state, self.final)
        if rows and not older:
            code.fill()
        return state, code

    def record(self) -> dict:
        """Everything that is measured, by the keys of tests/truth/README.md."""
        record = {
            "case": self.case.name,
            "group": self.case.name.split("__")[0],
            "db": {"mysql": "mariadb"}.get(connection.vendor, connection.vendor),
            "db_version": server_version(),
            "django": django.get_version(),
            "atomic": self.change.atomic,
        }
        if self.case.note:
            record["note"] = self.case.note
        outcomes = {"empty": self.outcome(rows=False), "clean": self.outcome()}
        outcomes["dirty"] = self.outcome(dirty=True)
        record["migration"] = outcomes
        rows = outcomes["clean"] == "ok"
        if rows or outcomes["empty"] == "ok":
            record |= self.compare(rows)
        else:
            record["verdicts"] = {"verdict": "does not run"}
        return record

    def outcome(self, rows=True, dirty=False) -> str:
        """Whether the migration runs: `ok`, or the error."""
        state, code = self.prepare(rows)
        if dirty:
            soil(code)
        return attempt_migration(lambda: run_migration(self.change, state))

    def compare(self, rows) -> dict:
        state, old = self.prepare(rows)
        held = old.snapshot()
        before = old.run()
        prepared = prepare_statements(old)
        watcher, between = watch.watcher(), {}

        def look(operation):
            results = None
            # What the lab does is not what the migration does.
            wrappers, connection.execute_wrappers[:] = list(connection.execute_wrappers), []
            try:
                results = old.run()
            finally:
                connection.execute_wrappers[:] = wrappers
            for name in failing(before, results):
                between.setdefault(name, f"{': '.join(results[name][1:])} (after {operation})")

        with connection.execute_wrapper(watcher):
            new_state = run_migration(self.change, state, None if self.whole else look)
        done = {key: value for key, value in watcher.record().items() if value not in ({}, [])}
        if watcher.sql:
            done["sql"] = watcher.sql

        after = old.run()
        fails = failing(before, after)
        verdicts = verdict(before, after, fails, held != old.snapshot())
        broken = broken_statements(prepared)
        if broken:
            verdicts["prepared_statements_broken"] = broken
        between = {name: said for name, said in sorted(between.items()) if name not in fails}
        if between:
            verdicts["between_operations_failing"] = between

        new = code_of(new_state)
        new_rows, new_after = new.snapshot(), new.run()
        write_as_new(new, old)
        mixed = failing(after, old.run())
        if mixed:
            # What new code can't do either is no matter of the old code.
            new_later = new.run()
            mixed = [name for name in mixed if new_later.get(name, ("ok",))[0] == "ok"]
        if mixed:
            verdicts["mixed_failing_actions"] = kinds(mixed)
        failures = failing(self.ideal(new_state, state), new_after)
        if failures:
            verdicts["new_code_failures"] = messages(failures, new_after)
            verdicts["new_code_failing_actions"] = kinds(failures)
        self.forward(rows, new_state, new_rows, new_after, verdicts)
        done |= self.reverse(rows)
        done["verdicts"] = verdicts
        return done

    def ideal(self, new_state, state) -> dict:
        """What new code can do on tables that are made for it."""
        reset()
        operations = [*(o for migration in self.deployed for o in migration.operations), *self.change.operations]
        try:
            with connection.schema_editor() as editor:
                for operation in operations:
                    if type(operation).__name__.endswith(PREPARING):
                        operation.database_forwards("shop", editor, state, state)
                for model in ordered([m for m in new_state.apps.get_models() if is_made(m)]):
                    editor.create_model(model)
            code = code_of(new_state)
            code.fill()
            return code.run()
        except Exception as error:
            print(f"{self.case.name}: no tables for the new models: {error}", file=sys.stderr)
            return {}

    def forward(self, rows, new_state, new_rows, new_after, verdicts) -> None:
        """New code on the old schema."""
        self.prepare(rows)
        new = code_of(new_state)
        same_rows, results = new_rows == new.snapshot(), new.run()
        fails = failing(new_after, results)
        differs = any(results[name] != result for name, result in new_after.items() if result[0] == "ok")
        verdicts["forward_compatible"] = not fails and not (differs and same_rows)
        if fails:
            verdicts["forward_failing_actions"] = kinds(fails)

    def reverse(self, rows) -> dict:
        """The way back, and whether the rows are the same afterwards."""
        state, old = self.prepare(rows)
        held = old.snapshot()
        run_migration(self.change, state)

        def back():
            with connection.schema_editor(atomic=self.change.atomic) as editor:
                self.change.unapply(state.clone(), editor)

        said = attempt_migration(back)
        error = {} if said == "ok" else {"reverse_error": said}
        return {"reversible": said == "ok", "data_loss": loses(held, old.snapshot())} | error


def attempt_migration(run) -> str:
    try:
        run()
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return "ok"


def loses(held: dict, now: dict) -> bool:
    """Whether rows are gone, or hold something else."""
    return any(row not in (now[name] or []) for name, rows in held.items() for row in rows or [])


def server_version() -> str:
    if connection.vendor == "sqlite":
        return ".".join(map(str, connection.get_database_version()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if connection.vendor == "mysql" else "SHOW server_version")
        return cursor.fetchone()[0].split(" ")[0]


def soil(code: Code) -> None:
    """Adds every row that the fields of the old code allow."""
    for _, action in [entry for model in code.models for entry in code.inserts(model)]:
        quietly(action)


def write_as_new(new: Code, old: Code) -> None:
    """What new code writes that old code could not: its new fields, its new models, values at their limits."""
    known = {(model._meta.model_name, field.name) for model in old.models for field in model._meta.get_fields()}
    for model in new.models:
        if not is_made(model):
            continue
        written = [field for field in model._meta.concrete_fields if samples.is_written(field)]
        for field in written:
            if (model._meta.model_name, field.name) not in known and not field.primary_key:
                for number in range(3):
                    quietly(set_in_row, model, number, {field.attname: new.value(field, number)})
        for number in range(3):
            # New rows refer to the rows that old code knows.
            keys = {field.attname: new.value(field, number) for field in written if field.remote_field}
            quietly(model._base_manager.create, **new.values(model, 30 + number) | keys)
        at_limits = [(field, value) for field in written for value in samples.limits(field).values()]
        for number, (field, value) in enumerate(at_limits, 40):
            quietly(model._base_manager.create, **new.values(model, number) | {field.attname: value})
    for model, field in new.links():
        quietly(link_all, model, field)


def set_in_row(model, number: int, values: dict) -> None:
    keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
    model._base_manager.filter(pk=keys[number]).update(**values)


def link_all(model, field) -> None:
    for row in model._base_manager.all():
        getattr(row, field.name).add(*field.remote_field.model._base_manager.all())


def quietly(write, *arguments, **options) -> None:
    """Writes what can be written."""
    try:
        with transaction.atomic():
            write(*arguments, **options)
    except Exception:
        return


def failing(before, after):
    """Actions that worked before, and fail after."""
    return [name for name, result in before.items() if result[0] == "ok" and after.get(name, result)[0] == "error"]


def kinds(names):
    """Actions without what they were done to."""
    return sorted({":".join(name.split(":")[:1]) for name in names})


def messages(names, results):
    """The different errors of some actions."""
    found = []
    for name in names:
        said = {"error": results[name][1], "message": results[name][2][:200]}
        if re.sub(r"\d+", "", said["message"]) not in {re.sub(r"\d+", "", other["message"]) for other in found}:
            found.append(said)
    return found[:6]


def verdict(before, after, fails, rows_differ) -> dict:
    if fails:
        return {"verdict": "breaks", "failing_actions": kinds(fails), "failures": messages(fails, after)}
    differs = [name for name, result in before.items() if result[0] == "ok" and after[name] != result]
    if differs:
        kind = "rows" if rows_differ else "behaviour"
        return {"verdict": "silent", "silent_kind": kind, "silent_actions": kinds(differs)}
    return {"verdict": "compatible"}


def prepare_statements(code: Code):
    """Server-side prepared statements of the old code, on a connection of their own."""
    if connection.vendor != "postgresql":
        return None
    other = connection.copy()
    other.connect()
    other.connection.autocommit = True
    names = {}
    for model in code.models:
        if model._meta.managed and not model._meta.proxy:
            columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields)
            name = f"lab_{model._meta.model_name}"
            try:
                other.connection.execute(f'PREPARE {name} AS SELECT {columns} FROM "{model._meta.db_table}"')
                other.connection.execute(f"EXECUTE {name}")
                names[model._meta.model_name] = name
            except Exception:
                continue
    return other, names


def broken_statements(prepared) -> dict:
    """Prepared statements that can be planned, and yet not be executed any more."""
    if prepared is None:
        return {}
    other, names = prepared
    broken = {}
    for model, name in names.items():
        try:
            other.connection.execute(f"EXECUTE {name}")
        except Exception as error:
            if "cached plan" in str(error):
                broken[model] = str(error)
    other.close()
    return broken
