"""Puts the folders of the report on the path of modules: drawing/ (figures) and pages/ (HTML)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.extend(str(HERE / name) for name in ("drawing", "pages"))
