"""Measures and verifies what goes over an X server, under an Xvfb of its own, which ends with this test.

usage: test_x11.py PROGRAM      exit code 77, and why, where there is no Xvfb
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scratch import scratch_folder

MECHANISMS = {"x11_clipboard", "x11_property"}
SIZES = ["64", "4096", "1048576"]  # the last one goes by INCR


@contextmanager
def display(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a client of a new Xvfb, which lets nobody in but who has the cookie."""
    cookie = folder / "authority"
    parts = [b"", b"", b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16)]  # for any host and display
    cookie.write_bytes(struct.pack(">H", 0xFFFF) + b"".join(struct.pack(">H", len(p)) + p for p in parts))
    cookie.chmod(0o600)
    number, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-noreset",
                               "-auth", str(cookie)], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(number) as line:
            yield {"DISPLAY": ":" + line.readline().strip(), "XAUTHORITY": str(cookie)}
    finally:
        server.terminate()
        server.wait()


class Test:
    def __init__(self, program: str, folder: Path, environment: dict[str, str]) -> None:
        self.program, self.folder = program, folder
        self.environment = os.environ | environment | {"IPCMARK_HOST_LOCK": str(folder)}
        self.problems: list[str] = []

    def expect(self, true: bool, what: str) -> None:
        if not true:
            self.problems.append(what)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([self.program, *words], env=self.environment, text=True,
                              capture_output=True)
        self.expect(done.returncode == 0,
                    f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def read(self, path: str) -> Any:
        return json.loads((self.folder / path).read_text("utf-8"))

    def listed(self, *words: str) -> dict[str, str]:
        """Why each of them is not here; nothing where it is."""
        rows = json.loads(self.run("list", "--json", *words).stdout)
        return {row["name"]: row["reason"] or "" for row in rows if row["name"] in MECHANISMS}


def without_a_display(test: Test) -> None:
    for name, reason in test.listed("--touch-clipboard").items():
        test.expect("DISPLAY" in reason and "Xvfb" in reason, f"{name} without a display says: {reason!r}")


def with_a_display(test: Test) -> None:
    reasons = test.listed()
    test.expect("--touch-clipboard" in reasons["x11_clipboard"], f"nobody was asked: {reasons}")
    test.expect(reasons["x11_property"] == "", f"the property is not here: {reasons}")
    test.expect(not any(test.listed("--touch-clipboard").values()), "one is not here")


def measure(test: Test) -> None:
    test.run("run", "-m", "x11_*", "-s", ",".join(SIZES), "-w", "ping_pong,stream", "-p", "unpinned",
             "-n", "1", "-d", "20ms", "--touch-clipboard", "--quiet", "--out", str(test.folder / "run"))
    result = test.read("run/result.json")
    measured = {(trial["mechanism"], trial["workload"], trial["wait"], trial["size"])
                for trial in result["trials"] if trial["launches"] and trial["launches"][0]["messages"] > 0}
    missing = {(name, workload, "block", int(size)) for name in MECHANISMS
               for workload in ["ping_pong", "stream"] for size in SIZES} - measured
    test.expect(not missing, f"not measured: {missing}")
    test.expect(result["run"]["touch_clipboard"], "the result does not say that the clipboard was touched")
    for trial in result["trials"]:
        if trial["workload"] == "ping_pong" and trial["launches"]:
            median = trial["launches"][0]["latency_ns"]["p50"] / 1000
            print(f"{trial['mechanism']} {trial['wait']} {trial['size']} B: {median:.0f} us there and back")


def verify(test: Test, *selection: str) -> None:
    name = "-".join(selection).strip("-").replace("*", "all")
    done = test.run("verify", "--quick", "--watchdog", "90s", *selection, "--touch-clipboard",
                    "--out", str(test.folder / name))
    written = test.read(name + "/verify.json")
    cases = [case for kind in ["clauses", "contention", "faults", "guarantees"] for case in written[kind]]
    test.expect(bool(cases), f"{selection}: no case was run")
    print(" ".join(selection), dict(Counter(case["outcome"] for case in cases)))
    print("\n".join(line for line in done.stdout.splitlines() if line.startswith("unsupported")))


def put_back(test: Test) -> None:
    """What somebody has copied survives a run, and whoever offers it then is an owner as ICCCM wants it."""
    content = secrets.token_hex(8)
    subprocess.run(["xsel", "-ib"], env=test.environment, input=content, text=True, check=True)
    test.run("run", "-m", "x11_clipboard", "-w", "ping_pong", "-n", "1", "-d", "10ms", "--touch-clipboard",
             "--quiet", "--out", str(test.folder / "put-back"))
    pasted = subprocess.run(["xsel", "-ob"], env=test.environment, text=True, capture_output=True, check=True)
    test.expect(pasted.stdout == content, f"in the clipboard was {content} and then {pasted.stdout!r}")
    test.run("verify", "-c", "X11-10", "--touch-clipboard", "--watchdog", "90s", "--quiet",
             "--out", str(test.folder / "owner"))
    case = test.read("owner/verify.json")["clauses"][0]
    test.expect(case["outcome"] == "pass", f"X11-10 of what offers it again: {case}")


def main(program: str) -> int:
    if shutil.which("Xvfb") is None:
        print("skipped: there is no Xvfb here; scripts/setup --tests installs it")
        return 77
    with scratch_folder() as folder:
        alone = Test(program, folder, {"DISPLAY": ""})
        without_a_display(alone)
        with display(folder) as environment:
            test = Test(program, folder, environment)
            with_a_display(test)
            measure(test)
            put_back(test)
            verify(test, "-c", "X11-*")
            verify(test, "-m", "x11_*")
    problems = alone.problems + test.problems
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
