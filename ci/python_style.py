"""mypy and flake8, by the settings of reports/setup.cfg, over every folder with Python.

usage: python_style.py CACHE      where mypy keeps what it knows
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = "reports/setup.cfg"
WITHOUT_SUFFIX = {"scripts": ["scripts/new-mechanism"]}


def main(cache: str) -> int:
    codes = []
    for folder in ["reports", "reports/drawing", "reports/pages", "reports/history", "reports/exchange",
                   "reports/advice", "reports/browser", "scripts", "ci"]:
        files = [str(path.relative_to(ROOT)) for path in sorted((ROOT / folder).glob("*.py"))]
        files += WITHOUT_SUFFIX.get(folder, [])
        for tool in [["mypy", "--config-file", SETTINGS, "--cache-dir", cache, "--no-error-summary"],
                     ["flake8", "--config", SETTINGS]]:
            codes.append(subprocess.run([sys.executable, "-m", *tool, *files], cwd=ROOT).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
