"""Puts the folder above on the path of modules: results.py, units.py, words.py, and testing.py for tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

import folders  # noqa: E402, F401
