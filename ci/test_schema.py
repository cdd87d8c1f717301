"""Measures a little with the built program and holds its result.json against the published schema.

usage: test_schema.py PROGRAM
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema

from scratch import scratch_folder

SCHEMA = Path(__file__).parents[1] / "reports" / "schema.json"
# On most hosts the second mechanism has a limit far below the second size: a skipped trial is seen as well.
SELECTION = ["-m", "anonymous_pipe,posix_mq", "-s", "64,16MiB", "-w", "ping_pong"]


def main(program: str) -> int:
    with scratch_folder() as folder:
        out = folder / "result"
        run = subprocess.run(
            [program, "run", *SELECTION, "-n", "1", "-d", "20ms", "--quiet", "--out", str(out)],
            env=os.environ | {"IPCMARK_HOST_LOCK": folder.name}, text=True, capture_output=True)
        if run.returncode != 0:
            print(f"{' '.join(run.args)}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
            return 1
        result = json.loads((out / "result.json").read_text("utf-8"))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    errors = validator(schema).iter_errors(result)
    problems = [f"{error.json_path}: {error.message[:300]}" for error in errors]
    if not result["trials"]:
        problems.append("$.trials: nothing was measured")
    counts = f"{len(result['trials'])} trials and {len(result['skipped'])} skipped"
    print("\n".join(problems) or f"{counts}: as published")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
