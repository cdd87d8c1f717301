"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import whole_file


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for data in (b"first", b"second"):
        whole_file.write(out, data)
        assert out.read_bytes() == data
    assert list(tmp_path.iterdir()) == [out]


def test_others_may_read_it_as_far_as_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        whole_file.write(tmp_path / "out", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o644


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"before")

    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError):
        whole_file.write(out, b"after")
    assert out.read_bytes() == b"before" and list(tmp_path.iterdir()) == [out]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"before")
    link.symlink_to(target)
    whole_file.write(link, b"after")
    assert link.is_symlink() and target.read_bytes() == b"after"


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for out in (pipe, tmp_path):
        with pytest.raises(OSError, match="it is not a file"):
            whole_file.write(out, b"")
    assert pipe.is_fifo()
