"""Folders of tests that were killed go, and those of tests that run stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scratch import PREFIX, remove_abandoned, scratch_folder

HOLD = "import scratch, sys; c = scratch.scratch_folder(); print(c.__enter__(), flush=True); sys.stdin.read()"


def age(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_the_folder_of_a_killed_test_is_removed_and_that_of_a_running_one_stays(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    holder = subprocess.Popen([sys.executable, "-c", HOLD], cwd=Path(__file__).parent, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    folder = Path(holder.stdout.readline().strip())
    (folder / "file").write_text("something")
    age(folder)
    remove_abandoned(tmp_path)
    assert (folder / "file").exists()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    remove_abandoned(tmp_path)
    assert not folder.exists()


def test_a_folder_that_is_new_stays_even_if_nobody_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / f"{PREFIX}new"
    folder.mkdir()
    remove_abandoned(tmp_path)
    assert folder.exists()


def test_a_folder_goes_with_its_test() -> None:
    with scratch_folder() as folder:
        assert folder.is_dir()
    assert not folder.exists()
