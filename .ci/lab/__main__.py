#!/usr/bin/env python3
"""Measures what migrations do to code that runs: the lab that tests/truth/cases is made with.

    python .ci/lab run CASES --out FILE     run each case on PostgreSQL 15, MariaDB and SQLite; a JSON line for a result
    python .ci/lab compare FILE FILE        where two files of results differ
    python .ci/lab write CASES              make the folders of our own cases (own.py)
    python .ci/lab pack CASES FILE…         put them and their results into tests/truth/cases

CASES is a folder with a folder for each case: `case.json` (`dbs`, `change`) and `shop/migrations`. Needs the servers of
both databases, which it starts itself, and a virtual environment:

    python3 -m venv target/lab && target/lab/bin/pip install Django==5.2.19 'psycopg[binary]' PyMySQL

Other environments have other versions of Django; each result says which. What a version can't load (a class, an
argument) is said, and left out. `write` takes the latest one.

Code is what the migrations say of the models, as Django renders them: old code is the state before the judged
migration, new code the state after it.
"""

import argparse
import datetime
import fnmatch
import gzip
import itertools
import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from servers import SERVERS

ROOT = Path(__file__).resolve().parent.parent.parent
TRUTH = ROOT / "tests" / "truth" / "cases"


def configure(settings: dict) -> None:
    """Django with one database and the app `shop`, of which there is nothing but migrations."""
    import django
    from django.conf import settings as django_settings

    if settings["ENGINE"].endswith("mysql"):
        import pymysql

        pymysql.version_info = (2, 2, 7, "final", 0)
        pymysql.install_as_MySQLdb()
    postgres = ["django.contrib.postgres"] if settings["ENGINE"].endswith("postgresql") else []
    sys.path.insert(0, str(Path(__file__).parent / "project"))
    django_settings.configure(
        DATABASES={"default": settings},
        INSTALLED_APPS=["shop", *postgres],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SILENCED_SYSTEM_CHECKS=["*"],
    )
    django.setup()


def stop_clock() -> None:
    """What is recorded is the same in each run: one time, and identifiers that are counted up."""
    import uuid

    from django.utils import timezone

    now = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)
    timezone.now = lambda: now
    numbers = itertools.count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers) << 64, version=4)


def selected(arguments):
    """The folders of the cases that were asked for."""
    for folder in sorted(arguments.cases.iterdir()):
        if (folder / "case.json").is_file() and fnmatch.fnmatch(folder.name, arguments.only):
            yield folder


def run(arguments) -> None:
    """Some processes for each database, each with a server of its own: Django's settings are global."""
    own = [sys.executable, str(Path(__file__).parent), "measure", str(arguments.cases), "--only", arguments.only]
    parts, processes = [], []
    for database in arguments.databases.split(","):
        for share in range(arguments.workers):
            part = arguments.out.with_suffix(f".{database}.{share}")
            command = [*own, "--database", database, "--share", str(share), str(arguments.workers), "--out", str(part)]
            parts.append(part)
            processes.append(subprocess.Popen(command))
    failed = sum(process.wait() != 0 for process in processes)
    lines = sorted(line for part in parts for line in part.read_text().splitlines())
    arguments.out.write_text("".join(f"{line}\n" for line in lines))
    for part in parts:
        part.unlink()
    sys.exit(failed)


def measure(arguments) -> None:
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, SERVERS[arguments.database](Path(folder)) as server:
        configure(server.settings())
        stop_clock()
        from experiment import Case, Experiment

        with open(arguments.out, "w") as out:
            share, workers = arguments.share
            for folder in list(selected(arguments))[share::workers]:
                case = Case(folder)
                if arguments.database not in case.databases:
                    continue
                try:
                    record = Experiment(case).record()
                except Exception as error:
                    print(f"{case.name} on {arguments.database}: {error}", file=sys.stderr)
                    traceback.print_exc()
                    continue
                print(json.dumps(record, sort_keys=True, default=str), file=out, flush=True)


def records(path: Path) -> dict:
    """Results by case, database and version of Django."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        found = map(json.loads, lines)
        return {(record["case"], record["db"], record["django"]): record for record in found}


def verdict(record: dict) -> str:
    """The verdict, and for a silent one of which kind it is."""
    found = record["verdicts"]
    return found["verdict"] + (f" ({found['silent_kind']})" if found["verdict"] == "silent" else "")


def compare(arguments) -> None:
    """Prints each difference, and how many results agree."""
    first, second = records(arguments.first), records(arguments.second)
    questions = {
        "verdict": verdict,
        "failing_actions": lambda r: r["verdicts"].get("failing_actions"),
        "forward": lambda r: r["verdicts"].get("forward_compatible"),
        "new code": lambda r: bool(r["verdicts"].get("new_code_failures")),
        "mixed": lambda r: r["verdicts"].get("mixed_failing_actions"),
        "between": lambda r: sorted(r["verdicts"].get("between_operations_failing", {})) != [],
        "prepared": lambda r: r["verdicts"].get("prepared_statements_broken"),
        "runs": lambda r: {rows: said == "ok" for rows, said in r["migration"].items()},
        "locks": lambda r: r.get("locks"),
        "blocks": lambda r: (r.get("blocks_reads"), r.get("blocks_writes")),
        "rewrite": lambda r: (bool(r.get("rewrite")), r.get("rewritten", [])),
        "scans": lambda r: r.get("scans"),
        "index_built": lambda r: r.get("index_built"),
        "algorithm": lambda r: r.get("mariadb"),
        "sql": lambda r: r.get("sql"),
        "back": lambda r: (r.get("reversible"), bool(r.get("data_loss"))),
    }
    for question, answer in questions.items():
        same = 0
        both = sorted(first.keys() & second.keys())
        for key in both:
            one, other = answer(first[key]), answer(second[key])
            same += one == other
            if one != other and (not arguments.about or arguments.about == question):
                print(f"{question} | {key[0]} | {key[1]} | {one} | {other}")
        print(f"{question}: {same} of {len(both)} agree")


def write(arguments) -> None:
    configure({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"})
    import own

    own.write(arguments.cases)


def pack(arguments) -> None:
    """Cases with their results, in the form that the tests read."""
    found = {}
    for path in arguments.results:
        found |= records(path)
    measured = sorted({case for case, _, _ in found})
    with gzip.GzipFile(TRUTH / "own-migrations.jsonl.gz", "w", mtime=0) as out:
        for case in measured:
            folder = arguments.cases / case
            texts = {path.stem: path.read_text() for path in sorted((folder / "shop" / "migrations").glob("0*.py"))}
            change = json.loads((folder / "case.json").read_text())["change"]
            line = {"case": case, "change": change, "migrations": texts}
            out.write(f"{json.dumps(line, sort_keys=True)}\n".encode())
    with gzip.GzipFile(TRUTH / "own-results.jsonl.gz", "w", mtime=0) as out:
        for _, record in sorted(found.items()):
            out.write(f"{json.dumps(record, sort_keys=True)}\n".encode())
    print(f"{len(measured)} cases, {len(found)} results")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, function in (("run", run), ("measure", measure), ("write", write), ("pack", pack)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("cases", type=Path)
        if name in ("run", "measure"):
            command.add_argument("--out", type=Path, required=True)
            command.add_argument("--only", default="*", help="a pattern for the names of cases")
    commands.choices["run"].add_argument("--databases", default=",".join(SERVERS))
    commands.choices["run"].add_argument("--workers", type=int, default=1, help="processes for each database")
    commands.choices["measure"].add_argument("--share", type=int, nargs=2, default=(0, 1))
    commands.choices["measure"].add_argument("--database", choices=list(SERVERS), required=True)
    commands.choices["pack"].add_argument("results", type=Path, nargs="+")
    command = commands.add_parser("compare")
    command.set_defaults(run=compare)
    command.add_argument("first", type=Path)
    command.add_argument("second", type=Path)
    command.add_argument("--about", default="", help="one question only")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
