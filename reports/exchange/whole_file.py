"""Writes a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write(out: Path, data: bytes) -> None:
    """Replaces `out` by a file of `data`, which lies beside it under a temporary name until it is whole.

    A link stays, and what it points to is replaced. Throws OSError, and then leaves `out` as it was; so it
    does where `out` is no file, but /dev/null, say.
    """
    target = Path(os.path.realpath(out))
    if target.exists() and not target.is_file():
        raise OSError(None, "it is not a file", str(out))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
