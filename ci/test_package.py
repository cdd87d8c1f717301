"""Installs a build into a temporary prefix and lives from that alone: builds the project ci/out_of_tree, and
a mechanism just as scripts/new-mechanism writes it; lists, measures and draws with the program.

usage: test_package.py BUILD [--cmake CMAKE] [--configure ARGUMENT]...
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scratch import scratch_folder

SOURCE = Path(__file__).resolve().parents[1]
TEXTS = {".cmake", ".hpp", ".cpp", ".in", ".py", ".css", ".json"}


class Failure(Exception):
    """What was expected, and what was there instead."""


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Failure(what)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, capture_output=True)
    expect(done.returncode == 0,
           f"{' '.join(map(str, command))}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_installed(prefix: Path) -> None:
    for file in ["bin/ipcmark", "include/ipcmark/harness/mechanism.hpp", "share/ipcmark/reports/report.py",
                 "share/ipcmark/reports/schema.json", "share/ipcmark/reports/history/history.py",
                 "share/ipcmark/reports/exchange/exchange.py", "share/ipcmark/reports/advice/advise.py",
                 "share/ipcmark/reports/pages/page.py", "share/ipcmark/reports/drawing/figures.py"]:
        expect((prefix / file).is_file(), f"{file} is not installed")
    for path in sorted(prefix.rglob("*")):
        expect(not path.name.startswith(("test", ".", "__pycache__")), f"{path} is installed")
        expect(not path.is_dir() or any(path.iterdir()), f"{path} is an empty folder")
        if path.suffix in TEXTS:
            expect(str(SOURCE) not in path.read_text("utf-8"), f"{path} names the source tree {SOURCE}")


def project_with_skeleton(folder: Path) -> Path:
    """A copy of ci/out_of_tree whose program also has a mechanism that scripts/new-mechanism wrote."""
    project = folder / "project"
    shutil.copytree(SOURCE / "ci/out_of_tree", project)
    tree = folder / "tree"
    for part in ["scripts/new-mechanism", "mechanisms/CMakeLists.txt"]:
        (tree / part).parent.mkdir(parents=True)
        shutil.copy(SOURCE / part, tree / part)
    run(tree / "scripts/new-mechanism", "pipe", "fresh_mechanism")
    shutil.copy(tree / "mechanisms/pipe/fresh_mechanism.cpp", project)
    lists = project / "CMakeLists.txt"
    own = "mapped_mailbox.cpp"
    lists.write_text(lists.read_text("utf-8").replace(own, f"{own} fresh_mechanism.cpp"))
    return project


def check_program(program: Path, folder: Path, prefix: Path) -> None:
    names = {entry["name"]: entry for entry in json.loads(run(program, "list", "--json"))}
    built_in = {entry["name"] for entry in json.loads(run(prefix / "bin/ipcmark", "list", "--json"))}
    mine = {"mapped_mailbox", "fresh_mechanism"}
    expect(names.keys() - built_in == mine, f"{program} lists {sorted(names)}")
    for name in mine:
        expect(names[name]["available"], f"{name} is not available: {names[name]['reason']}")
    expect("mapped_mailbox" in run(program, "list"), "list does not show the mechanism")

    result = folder / "result"
    run(program, "run", "-m", ",".join(mine), "-s", "64,64KiB", "-n", "1", "-d", "20ms", "--out", result)
    trials = json.loads((result / "result.json").read_text("utf-8"))["trials"]
    expect({trial["mechanism"] for trial in trials} == mine, f"measured {[t['mechanism'] for t in trials]}")
    expect({trial["wait"] for trial in trials if trial["mechanism"] == "mapped_mailbox"}
           == {"spin", "block", "adaptive"}, "a wait of mapped_mailbox was not measured")
    for each in [program, prefix / "bin/ipcmark"]:
        page = folder / f"report of {each.name}" / "index.html"
        run(each, "report", result, "--out", page.parent)
        expect("mapped_mailbox" in page.read_text("utf-8"), f"{page} does not show the mechanism")
        table = run(each, "export", result, "--format", "csv")
        expect("mapped_mailbox" in table, f"export does not have the mechanism:\n{table}")
        advice = json.loads(run(each, "advise", result, "--format", "json"))
        expect(advice["pick"]["mechanism"] in mine, f"the advice is {advice['pick']}")
    store = folder / "history.sqlite"
    run(prefix / "bin/ipcmark", "history", "add", result, "--store", store)
    shown = run(prefix / "bin/ipcmark", "history", "show", "*mapped_mailbox*", "--store", store)
    expect("mapped_mailbox" in shown, f"history does not have the mechanism:\n{shown}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--configure", action="append", default=[], help="an argument for the project")
    options = parser.parse_args()
    with scratch_folder() as folder:
        os.environ |= {"IPCMARK_HOST_LOCK": folder.name, "PYTHONDONTWRITEBYTECODE": "1"}
        prefix, build = folder / "prefix", folder / "build"
        try:
            run(options.cmake, "--install", options.build, "--prefix", prefix)
            check_installed(prefix)
            project = project_with_skeleton(folder)
            place = f"-DCMAKE_PREFIX_PATH={prefix}"
            run(options.cmake, "-S", project, "-B", build, place, *options.configure)
            run(options.cmake, "--build", build)
            check_program(build / "my_ipcmark", folder, prefix)
        except Failure as failure:
            print(failure)
            return 1
    print("the installed package works without the source tree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
