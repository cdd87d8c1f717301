"""A PostgreSQL server for the length of a test: in a folder of its own, reached by a socket in it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

INSTALLED = Path("/usr/lib/postgresql")
READY = "database system is ready to accept connections"
ROLE = "tester"
UNPRIVILEGED = ("postgres", "nobody")  # As root a server refuses to run.
DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG.


def what_is_missing() -> str:
    """Why no server can be started here, or nothing."""
    if importlib.util.find_spec("psycopg2") is None:
        return "no module psycopg2: apt install python3-psycopg2"
    if not sys.platform.startswith("linux"):
        return "a server of its own is started on Linux only"
    if _programs() is None:
        return f"no PostgreSQL server in {INSTALLED}: apt install postgresql"
    return ""


def _programs() -> Path | None:
    """The folder of the newest server's programs."""
    found = [file.parent for file in INSTALLED.glob("*/bin/initdb") if (file.parent / "postgres").exists()]
    return max(found, key=lambda folder: float(folder.parent.name)) if found else None


@contextmanager
def running() -> Iterator[Callable[[], str]]:
    """A server; calling what this gives makes an empty database and gives its URL. When it ends, nothing of
    the server is left. It dies as well when the test is killed."""
    programs = _programs()
    assert programs is not None
    # Not in pytest's folder: that is root's alone, and too deep for the name of a socket.
    folder = Path(tempfile.mkdtemp(prefix="ipcmark-pg-"))
    user = _unprivileged()
    if user:
        os.chown(folder, user["user"], user["group"])
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", ROLE, "-A", "trust", "--no-sync", "-E", "UTF8",
             "--locale=C"], check=True, capture_output=True, env=_environment(), cwd=folder, **user)
        with _server(programs, folder, user):
            yield lambda: _new_database(folder)
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> dict[str, Any]:
    """As whom to start programs."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in UNPRIVILEGED if name in known)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C"}


@contextmanager
def _server(programs: Path, folder: Path, user: dict[str, Any]) -> Iterator[None]:
    server = subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=",
         "-c", "fsync=off", "-c", "unix_socket_permissions=0700"],
        stderr=subprocess.PIPE, text=True, env=_environment(), cwd=folder,
        preexec_fn=_die_with_parent, **user)
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        if READY in line:
            break
    reader = threading.Thread(target=_drain, args=[server.stderr], daemon=True)
    reader.start()
    try:
        assert server.poll() is None and READY in said[-1], "".join(said)
        yield
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        reader.join()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGQUIT)


def _drain(lines: IO[str]) -> None:
    """So that the server never waits for a reader of what it says."""
    for _ in lines:
        pass


def _new_database(folder: Path) -> str:
    from sqlalchemy import create_engine, text

    def url(database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={folder}"

    engine = create_engine(url("postgres"), future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM pg_database")).scalar()
        connection.execute(text(f"CREATE DATABASE history_{count}"))
    engine.dispose()
    return url(f"history_{count}")
