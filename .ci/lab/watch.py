"""What a migration does while it runs: statements, locks, rewrites, scans, built indexes."""

import datetime
import re

from django.db import connection, transaction

LOCKS = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]
ALGORITHMS = ["INSTANT", "NOCOPY", "INPLACE", "COPY"]
# "ALGORITHM or LOCK is not supported for this operation", with and without a reason.
REFUSED = {1845, 1846}
READING = re.compile(r"\s*(SELECT|PRAGMA|SAVEPOINT|RELEASE|SHOW|EXPLAIN|WITH)\b", re.I)
ROWS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.I)
ALONE = re.compile(r"\b(CONCURRENTLY|VACUUM)\b", re.I)


def watcher():
    """The watcher for the database that Django is connected to."""
    return {"postgresql": PostgreSql, "mysql": MariaDb, "sqlite": Sqlite}[connection.vendor]()


class Watcher:
    """Wraps each statement; `record` is what the whole migration did, by the keys of tests/truth/README.md."""

    def __init__(self):
        self.sql = []

    def __call__(self, execute, sql, params, many, context):
        text = rendered(sql, params)
        if READING.match(text):
            return self.read(execute, sql, params, many, context)
        self.sql.append(text)

        def run(clause="", other=None):
            if other:
                return execute(f"{other}{clause}", None, many, context)
            return execute(f"{sql.rstrip().rstrip(';')}{clause}" if clause else sql, params, many, context)

        return self.watch(text, run)

    def read(self, execute, sql, params, many, context):
        return execute(sql, params, many, context)

    def watch(self, text, run):
        raise NotImplementedError

    def record(self) -> dict:
        raise NotImplementedError


def rendered(sql, params) -> str:
    """The text of a statement with its parameters in it, as far as that matters to a reader."""
    text = sql if isinstance(sql, str) else sql.as_string(connection.connection)
    if params:
        text = text % tuple(quote(value) for value in params)
    return text.replace(f"'{datetime.date.today()}'", "'<today>'")


def quote(value) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def renamed(text, tables) -> set:
    """The new name of a table that was there before."""
    found = re.match(r"""(?:ALTER|RENAME) TABLE [`"]?(\w+)[`"]? (?:RENAME )?TO [`"]?(\w+)""", text)
    return {found[2]} if found and found[1] in tables else set()


class PostgreSql(Watcher):
    """Looks after each statement, inside its transaction."""

    def __init__(self):
        super().__init__()
        rows = self.ask(
            "SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        self.tables = dict(rows)
        self.locks, self.rewritten, self.scans, self.index_built = {}, set(), set(), set()

    def ask(self, sql):
        # Not through Django's cursor: this is not what the migration does.
        with connection.cursor():
            pass
        with connection.connection.cursor() as cursor:
            return cursor.execute(sql).fetchall()

    def files(self):
        rows = self.ask("SELECT oid, relfilenode FROM pg_class WHERE relkind IN ('r', 'm')")
        return {self.tables[oid]: node for oid, node in rows if oid in self.tables}

    def indexes(self):
        # A change of type may make an index anew in the catalogue, and keep its file.
        sql = "SELECT c.relfilenode, i.indrelid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
        return {node: self.tables[table] for node, table in self.ask(sql) if table in self.tables}

    def scanned(self):
        rows = self.ask("SELECT relid, seq_scan FROM pg_stat_xact_user_tables")
        return {self.tables[oid]: number for oid, number in rows if oid in self.tables}

    def read(self, execute, sql, params, many, context):
        result = super().read(execute, sql, params, many, context)
        self.look()
        return result

    def look(self):
        sql = "SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND pid = pg_backend_pid()"
        for oid, mode in self.ask(sql):
            if oid in self.tables:
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()
                table = self.tables[oid]
                self.locks[table] = max(self.locks.get(table, words), words, key=LOCKS.index)

    def watch(self, text, run):
        if connection.in_atomic_block:
            return self.observe(text, run)
        if ALONE.search(text):
            return self.observe_alone(text, run)
        with transaction.atomic():
            return self.observe(text, run)

    def observe(self, text, run):
        files, indexes, scanned = self.files(), self.indexes(), self.scanned()
        result = run()
        after = self.files()
        self.rewritten |= {table for table in after if files.get(table) not in (None, after[table])}
        self.index_built |= {table for index, table in self.indexes().items() if index not in indexes}
        if not ROWS.match(text):
            self.scans |= {table for table, number in self.scanned().items() if number > scanned.get(table, 0)}
        self.look()
        return result

    def observe_alone(self, text, run):
        """A statement that refuses a transaction: its lock can't be looked at, and is always the same."""
        before = self.indexes()
        result = run()
        after = self.indexes()
        built = {table for index, table in after.items() if index not in before}
        gone = {table for index, table in before.items() if index not in after}
        self.index_built |= built
        for table in built | gone | {t for t in self.tables.values() if re.search(rf"\b{t}\b", text)}:
            words = "SHARE UPDATE EXCLUSIVE"
            if re.search(r"VACUUM\s*\(?\s*FULL", text, re.I):
                words = "ACCESS EXCLUSIVE"
                self.rewritten.add(table)
            self.locks[table] = max(self.locks.get(table, words), words, key=LOCKS.index)
        return result

    def record(self):
        def at_least(mode):
            return sorted(t for t, words in self.locks.items() if LOCKS.index(words) >= LOCKS.index(mode))

        return {
            "locks": dict(sorted(self.locks.items())),
            "blocks_reads": at_least("ACCESS EXCLUSIVE"),
            "blocks_writes": at_least("SHARE"),
            "rewrite": bool(self.rewritten),
            "rewritten": sorted(self.rewritten),
            "scans": sorted(self.scans),
            "index_built": sorted(self.index_built),
        }


class MariaDb(Watcher):
    """Tries the mildest ALGORITHM and LOCK that the server accepts for each ALTER."""

    ALTER = re.compile(
        r"\s*(ALTER TABLE|CREATE (?:(?:UNIQUE|FULLTEXT|SPATIAL) )?INDEX|DROP INDEX)\b(?!.*\bALGORITHM\b)", re.I | re.S
    )
    # With a clause beside it, what renames the table would copy it.
    RENAME = re.compile(r"\s*ALTER TABLE \S+ RENAME (?:TO |AS )?\S+\s*;?\s*$", re.I)

    def __init__(self):
        super().__init__()
        with connection.cursor() as cursor:
            self.tables = set(connection.introspection.table_names(cursor))
        self.algorithm, self.blocks = None, set()

    def watch(self, text, run):
        self.tables |= renamed(text, self.tables)
        kind = self.ALTER.match(text)
        found = re.search(r"(?:ALTER TABLE|\bON)\s+`?(\w+)", text, re.I)
        table = found and found[1]
        if not kind or self.RENAME.match(text) or table not in self.tables or ";" in text.rstrip().rstrip(";"):
            return run()
        # MariaDB's DROP INDEX takes no ALGORITHM.
        other = re.sub(r"\s*DROP INDEX (\S+) ON (\S+)", r"ALTER TABLE \2 DROP INDEX \1", text)
        comma = ", " if other.upper().lstrip().startswith("ALTER TABLE") else " "
        other = None if other == text else other
        for algorithm in ALGORITHMS:
            for lock in ("NONE", "SHARED"):
                try:
                    result = run(f"{comma}ALGORITHM={algorithm}{comma}LOCK={lock}", other)
                except Exception as error:
                    if error.args and error.args[0] in REFUSED:
                        continue
                    raise
                self.algorithm = max(self.algorithm or algorithm, algorithm, key=ALGORITHMS.index)
                if lock == "SHARED":
                    self.blocks.add(table)
                return result
        return run()

    def record(self):
        blocks = {"blocks_writes": sorted(self.blocks)} if self.blocks else {}
        return {"mariadb": {"algorithm": self.algorithm}, "rewrite": self.algorithm == "COPY"} | blocks


class Sqlite(Watcher):
    """Reads in the statements which tables are made anew."""

    def __init__(self):
        super().__init__()
        with connection.cursor() as cursor:
            self.tables = set(connection.introspection.table_names(cursor))

    def watch(self, text, run):
        self.tables |= renamed(text, self.tables)
        return run()

    def record(self):
        made = {m[1] for text in self.sql for m in re.finditer(r'CREATE TABLE "new__(\w+)"', text)}
        built = {m[1] for text in self.sql for m in re.finditer(r'CREATE (?:UNIQUE )?INDEX "\w+" ON "(\w+)"', text)}
        rewritten = sorted(made & self.tables)
        return {"rewrite": bool(rewritten), "rewritten": rewritten, "index_built": sorted(built & self.tables)}
