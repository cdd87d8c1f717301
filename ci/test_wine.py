"""Runs the program for Windows under Wine: every mechanism moves some messages between real processes, the
result is as published and never calls Wine Windows, the promises of its mechanisms and of Win32 are kept but
for the deviations that are known of Wine 8.0, and nothing outlives a run that is killed.

What Wine 8.0 has not is in the list with its reason, and what is asked for first is left alone until then.

usage: test_wine.py WINE PROGRAM      exit code 77 when there is no Wine
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema

from scratch import scratch_folder

SCHEMA = Path(__file__).parents[1] / "reports" / "schema.json"


class Program:
    def __init__(self, wine: str, program: str, folder: str) -> None:
        self.command = [wine, program]
        self.own_name = program.replace("/", "\\")  # as its children are called
        self.environment = os.environ | {"IPCMARK_HOST_LOCK": Path(folder).name}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*self.command, *words], env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run([*self.command, *words], env=self.environment, text=True, capture_output=True)
        if done.returncode != code:
            sys.exit(done.returncode if done.returncode == 77 else
                     f"{' '.join(words)}: exit code {done.returncode} and not {code}\n"
                     f"{done.stderr}{done.stdout}")  # what failed, then everything
        return done.stdout


def processes_with(word: str) -> list[str]:
    """Command lines that hold a word, of processes that have not ended."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line and str(os.getpid()) != file.parent.name:
            found.append(line)
    return found


def check_list(listed: list[dict[str, Any]]) -> list[str]:
    """The names of all mechanisms that run here once they are asked for."""
    refused = {entry["name"]: entry["reason"] for entry in listed if not entry["available"]}
    assert set(refused) == {"win_unix", "win_clipboard"}, refused
    assert "AF_UNIX" in refused["win_unix"] and "--touch-clipboard" in refused["win_clipboard"], refused
    return [entry["name"] for entry in listed if entry["name"] != "win_unix"]


def check_result(result: dict[str, Any], names: list[str]) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.validate(result, schema)
    system = result["environment"]["kernel"]["name"]
    assert "(wine " in system, system
    assert {trial["mechanism"] for trial in result["trials"]} == set(names), result["skipped"]
    for trial in result["trials"]:
        assert len(trial["launches"]) == 1, trial
        assert trial["launches"][0]["resources"]["producer"]["voluntary_switches"] == "unknown"
    waits = {(trial["mechanism"], trial["wait"]) for trial in result["trials"]}
    assert {("shm_spsc", wait) for wait in ("spin", "block", "adaptive")} <= waits, waits


def check_promises(program: Program, folder: str, names: list[str]) -> str:
    """What came of the cases, in numbers."""
    program.run("verify", "--quick", "--seed", "1", "--watchdog", "90s", "--touch-clipboard",
                "--out", f"{folder}/verified")
    verified = json.loads(Path(folder, "verified/verify.json").read_text("utf-8"))
    cases = [case for part in ("clauses", "contention", "faults", "guarantees") for case in verified[part]]
    counts = Counter(case["outcome"] for case in cases)
    passed = {case["mechanism"] for case in cases if case["outcome"] == "pass" and case["mechanism"]}
    assert passed >= set(names) and counts["pass"] > counts["unsupported"], counts
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())


def check_kill(program: Program, folder: str) -> None:
    """Children and janitor go soon after a parent that had no time to say so."""
    parent = program.start("run", "-m", "win_event", "-n", "1", "-d", "60s", "--out", f"{folder}/killed")
    deadline = time.monotonic() + 60
    while not any(" --child" in line for line in processes_with(program.own_name)):
        assert parent.poll() is None and time.monotonic() < deadline, "no children were started"
        time.sleep(0.05)
    parent.kill()
    parent.communicate()
    while left := processes_with(program.own_name):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def main(wine: str, executable: str) -> int:
    with scratch_folder() as place:
        folder = str(place)
        program = Program(wine, executable, folder)
        names = check_list(json.loads(program.run("list", "--json")))
        program.run("run", "-m", "nothing_of_this_name", code=2)
        program.run("run", "-m", "*", "-s", "64,4KiB", "-w", "ping_pong,stream,crowd", "-n", "1",
                    "-d", "20ms", "--watchdog", "60s", "--touch-clipboard", "--out", f"{folder}/result")
        check_result(json.loads(Path(folder, "result/result.json").read_text("utf-8")), names)
        promises = check_promises(program, folder, names)
        check_kill(program, folder)
        print(f"{len(names)} mechanisms ran under Wine; of the clauses: {promises}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
