"""Google Benchmark's own compare.py reads what ipcmark_benchmark writes.

usage: test_compare.py IPCMARK_BENCHMARK
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from scratch import scratch_folder

COMPARE = Path("/usr/share/benchmark/compare.py")  # package libbenchmark-tools
CASE = "anonymous_pipe/ping_pong/64/block/same_core"


def measure(program: str, file: Path) -> None:
    subprocess.run(
        [program, f"--benchmark_filter=^{CASE}/", "--benchmark_repetitions=2", f"--benchmark_out={file}"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "IPCMARK_HOST_LOCK": f"compare-{os.getpid()}"},
    )


def expect(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"test_compare: {what}")


def main() -> None:
    if not COMPARE.exists():
        print(f"skipped: {COMPARE} is missing; install libbenchmark-tools")
        sys.exit(77)
    with scratch_folder() as folder:
        files = [folder / name for name in ("before.json", "after.json")]
        for file in files:
            measure(sys.argv[1], file)
        runs = json.loads(files[0].read_text())["benchmarks"]
        expect(runs[0]["name"] == CASE, f"the case is named {runs[0]['name']} and not {CASE}")
        for counter in ("p50_ns", "p99_ns", "messages_per_s", "cpu_ns_per_message"):
            expect(runs[0].get(counter, 0) > 0, f"the counter {counter} is missing")
        compared = subprocess.run(
            [sys.executable, str(COMPARE), "--no-color", "benchmarks", *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )
        expect(compared.returncode == 0, f"compare.py failed:\n{compared.stderr}")
        expect(CASE in compared.stdout, f"compare.py does not show the case:\n{compared.stdout}")
        print(compared.stdout)


if __name__ == "__main__":
    main()
