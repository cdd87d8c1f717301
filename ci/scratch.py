"""A folder for what a test writes. A test that is killed leaves its folder, and the next one removes it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "ipcmark-test-"
NEW = 60.0  # Seconds in which a folder may not be locked yet.


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder for this user alone; whoever has it holds a lock on it, which ends with its process."""
    remove_abandoned(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        held = os.open(name, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield Path(name).resolve()
        finally:
            os.close(held)


def remove_abandoned(parent: Path) -> None:
    """Removes this user's folders that nobody holds."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            about = folder.lstat()
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < NEW:
                continue
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # Its owner has just removed it.
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(held)
