"""Database servers that live as long as a run, in a folder of their own, and listen on a socket only."""

import getpass
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")


class Server:
    """A server that is stopped when the `with` block ends."""

    stop = signal.SIGTERM

    def __init__(self, folder: Path):
        self.folder = folder
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.send_signal(self.stop)
            self.process.wait(30)

    def settings(self) -> dict:
        """An entry of Django's DATABASES."""
        raise NotImplementedError

    def start(self) -> None:
        """Starts it, and returns when it answers."""


class Sqlite(Server):
    """No server: a file."""

    def settings(self) -> dict:
        options = {"init_command": "PRAGMA synchronous=OFF"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.folder / "lab.sqlite3"), "OPTIONS": options}


class PostgreSql(Server):
    """PostgreSQL does not run as root: root starts it as the user `postgres`."""

    # Does not wait for clients.
    stop = signal.SIGINT

    def settings(self) -> dict:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "lab", "HOST": str(self.folder)}

    def start(self) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(self.folder, user)
        data = self.folder / "data"
        # A locale that sorts as people do, so that a change of the collation shows.
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        initdb = [POSTGRESQL / "initdb", "--pgdata", data, "--username=lab", "--auth=trust", "--encoding=UTF8", *locale]
        subprocess.run(initdb, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)
        options = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off"}
        options |= {"full_page_writes": "off", "max_connections": 20, "autovacuum": "off", "timezone": "UTC"}
        command = [POSTGRESQL / "postgres", "-D", data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(command, user=user, cwd="/", stdout=log, stderr=log)
        ready = [POSTGRESQL / "pg_isready", "--host", self.folder, "--quiet"]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0)


class MariaDb(Server):
    """MariaDB with the character set that its Debian package has."""

    def settings(self) -> dict:
        options = {"unix_socket": str(self.folder / "socket"), "charset": "utf8mb4"}
        return {"ENGINE": "django.db.backends.mysql", "NAME": "lab", "USER": "root", "OPTIONS": options}

    def start(self) -> None:
        own = [f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder}", f"--user={getpass.getuser()}"]
        install = ["mariadb-install-db", "--no-defaults", *own, "--auth-root-authentication-method=normal"]
        subprocess.run([*install, "--skip-test-db"], check=True, stdout=subprocess.DEVNULL)
        command = ["mariadbd", "--no-defaults", *own, f"--socket={self.folder / 'socket'}", "--skip-networking"]
        command += ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"]
        command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"]
        command += [f"--pid-file={self.folder / 'pid'}", "--skip-log-bin"]
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        sql = [
            "mariadb",
            "--no-defaults",
            f"--socket={self.folder / 'socket'}",
            "--user=root",
            "--execute=CREATE DATABASE lab",
        ]
        wait_for(lambda: subprocess.run(sql, check=False, stderr=subprocess.DEVNULL).returncode == 0)


def wait_for(ready) -> None:
    """Returns when `ready` says so, and fails after a minute."""
    for _ in range(120):
        if ready():
            return
        time.sleep(0.5)
    raise TimeoutError("the server does not answer")


SERVERS = {"sqlite": Sqlite, "postgresql": PostgreSql, "mariadb": MariaDb}
