#!/usr/bin/env python3
"""Holds the C++ of this tree against the table of layers: who may include what, `#if` only in harness/os, a
mechanism's file, symbol, name and family in agreement, and no mechanism's name in suites/ or harness/.

usage: check_layers.py [TREE]      exit code 1 when a rule is broken; long files are only mentioned

Tests (*_test.cpp), and headers which only tests include, may include anything and name any mechanism.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

FOLDERS = ["harness", "mechanisms", "suites", "reports", "scripts", "ci"]
LONG = 300
BROKEN = "suites/conformance/broken/"  # mechanisms as well, and wrong on purpose
# They set single mechanisms beside bare loops, and beside those of others, and so have to name them.
MAY_NAME = {"suites/benchmark/against_bare.hpp", "suites/benchmark/against_bare_linux.cpp",
            "suites/benchmark/against_bare_win32.cpp", "suites/benchmark/rings/rings.cpp"}

LIBRARIES = {"fmt/": "fmt", "nlohmann/": "json", "CLI/": "CLI11", "toml++/": "toml++", "gtest/": "gtest",
             "gmock/": "gtest", "benchmark/": "benchmark", "hwloc": "hwloc"}


class Layer(NamedTuple):
    number: int
    libraries: frozenset[str] = frozenset()  # of LIBRARIES; a mechanism may have others, which it is about


# The longest prefix that fits decides. errors.hpp is the ground on which harness/os stands too.
LAYERS: list[tuple[str, Layer]] = [
    ("harness/os/linux/", Layer(0, frozenset({"hwloc"}))),
    ("harness/os/", Layer(0)),
    ("harness/errors.hpp", Layer(0)),
    ("harness/run/control.", Layer(3, frozenset({"fmt", "json"}))),
    ("harness/run/", Layer(3, frozenset({"fmt"}))),
    ("harness/measure/", Layer(3, frozenset({"fmt"}))),
    ("harness/results/", Layer(3, frozenset({"fmt", "json"}))),
    ("harness/", Layer(1)),
    ("mechanisms/", Layer(2)),
    (BROKEN, Layer(2)),
    ("suites/workloads/", Layer(4, frozenset({"fmt"}))),
    ("suites/", Layer(5, frozenset({"fmt", "json", "CLI11", "toml++", "gtest", "benchmark"}))),
]

TOKEN = re.compile(r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | R"(?P<mark>[^\s()\\]{0,16})\((?P<raw>.*?)\)(?P=mark)"
  | "(?P<text>(?:\\.|[^"\\\n])*)"
  | '(?:\\.|[^'\\\n])+'
  | \b\d(?:'?\w|\.)*
""", re.S | re.X)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else)\b", re.M)
TABLE = re.compile(r"\bconst\s+Mechanism\s+(\w+)\s*[{=]")
REGISTERED = re.compile(r"^[ \t]*ipcmark_mechanism\(\s*(\w+)\s+(\w+)[^()]*\)", re.M)


class Problem(NamedTuple):
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass
class Source:
    """One C++ file, with what the rules look at."""

    path: str
    text: str
    includes: list[tuple[int, str, str]] = field(default_factory=list)  # line, quote, what
    conditions: list[tuple[int, str]] = field(default_factory=list)     # line, directive
    literals: list[tuple[int, str]] = field(default_factory=list)       # line, what stands in the quotes

    def __post_init__(self) -> None:
        code = TOKEN.sub(self._keep_literal, self.text)
        self.includes = [(self._line(m), m[1], m[2]) for m in INCLUDE.finditer(code)]
        self.conditions = [(self._line(m), m[1]) for m in CONDITION.finditer(code)]

    def _keep_literal(self, token: re.Match[str]) -> str:
        """Notes a literal, and blanks what is no code, so that places stay the same."""
        literal = token["raw"] if token["raw"] is not None else token["text"]
        if literal is not None:
            self.literals.append((self._line(token), literal))
        blank = token["comment"] is not None or token["raw"] is not None
        return re.sub(r"[^\n]", " ", token[0]) if blank else token[0]

    def _line(self, match: re.Match[str]) -> int:
        return self.text.count("\n", 0, match.end()) + 1


class Tree:
    def __init__(self, root: Path) -> None:
        self.root = root
        files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*"))
                 if path.suffix in {".cpp", ".hpp", ".py"} and "/." not in str(path.relative_to(root))]
        self.files = {path.relative_to(root).as_posix(): path for path in files}
        self.sources = {name: Source(name, path.read_text("utf-8")) for name, path in self.files.items()
                        if path.suffix != ".py"}
        lists = root / "mechanisms/CMakeLists.txt"
        lines = lists.read_text("utf-8") if lists.exists() else ""
        self.registered = [(match[1], match[2]) for match in REGISTERED.finditer(lines)]
        self.tests = self._tests()

    def resolve(self, source: Source, what: str) -> str | None:
        """The file of this tree that an include means, or None."""
        beside = (PurePosixPath(source.path).parent / what).as_posix()
        by_host = re.compile(rf"harness/os/(arch|system)/\w+/{re.escape(what)}")
        any_of_them = filter(by_host.fullmatch, self.sources)
        return next((name for name in [what, beside, *any_of_them] if name in self.sources), None)

    def _tests(self) -> set[str]:
        tests = {name for name in self.sources if name.endswith("_test.cpp")}
        tests |= {"suites/conformance/test_main.cpp"}
        includers: dict[str, set[str]] = {}
        for source in self.sources.values():
            for _, _, what in source.includes:
                if (header := self.resolve(source, what)) is not None:
                    includers.setdefault(header, set()).add(source.path)
        while more := {header for header, by in includers.items() if by <= tests and header not in tests}:
            tests |= more
        return tests


def layer_of(path: str) -> Layer | None:
    candidates = [(len(prefix), layer) for prefix, layer in LAYERS if path.startswith(prefix)]
    return max(candidates, key=lambda found: found[0])[1] if candidates else None


def is_mechanism(path: str) -> bool:
    return path.endswith(".cpp") and (path.startswith(BROKEN) or len(PurePosixPath(path).parts) == 3
                                      and path.startswith("mechanisms/"))


def check_includes(tree: Tree) -> Iterator[Problem]:
    for source in tree.sources.values():
        own = layer_of(source.path)
        if own is None:
            if not source.path.startswith("ci/out_of_tree/"):
                yield Problem(source.path, 1, "C++ in a folder that has no layer")
            continue
        if source.path in tree.tests:
            continue
        for line, quote, what in source.includes:
            target = tree.resolve(source, what)
            if target is not None:
                reason = why_not(source.path, own, target)
            elif quote == '"':
                reason = "is no file of this tree; other headers are included with <>"
            else:
                library = next((name for prefix, name in LIBRARIES.items() if what.startswith(prefix)), None)
                reason = f"belongs to {library}, which this layer does without" \
                    if library is not None and library not in own.libraries else ""
            if reason:
                yield Problem(source.path, line, f"includes {what}, which {reason}")


def why_not(path: str, own: Layer, target: str) -> str:
    """What forbids that `path` of layer `own` includes `target`, or nothing."""
    other = layer_of(target)
    if other is None:
        return "has no layer"
    if other.number > own.number:
        return f"is of layer {other.number}, above {own.number}"
    if target.startswith("mechanisms/"):
        same_family = PurePosixPath(path).parts[:2] == PurePosixPath(target).parts[:2]
        if own.number != 2:
            return "is part of a mechanism"
        if not same_family and not path.startswith(BROKEN):
            return "is of another family"
    return ""


def check_conditions(tree: Tree) -> Iterator[Problem]:
    for source in tree.sources.values():
        if source.path.startswith("harness/os/"):
            continue
        for line, directive in source.conditions:
            yield Problem(source.path, line, f"#{directive} outside harness/os")


def check_mechanisms(tree: Tree) -> Iterator[Problem]:
    for family, name in tree.registered:
        path = f"mechanisms/{family}/{name}.cpp"
        if path not in tree.sources or not TABLE.search(tree.sources[path].text):
            yield Problem("mechanisms/CMakeLists.txt", 1, f"{path} has no mechanism {name}")
    for source in tree.sources.values():
        table = TABLE.search(source.text)
        if not is_mechanism(source.path) or source.path in tree.tests or table is None:
            continue
        own, line = PurePosixPath(source.path), source.text.count("\n", 0, table.start()) + 1
        if table[1] != own.stem:
            yield Problem(source.path, line, f"the symbol {table[1]} is not the file's name")
        if source.path.startswith(BROKEN):  # they share a table, and give it their name
            if own.stem not in {literal for _, literal in source.literals}:
                yield Problem(source.path, line, f'the name is not stated as "{own.stem}"')
            continue
        for member, expected in [("name", own.stem), ("family", own.parent.name)]:
            stated = re.compile(rf'\.{member}\s*=\s*"([^"]*)"').search(source.text, table.start())
            if stated is None or stated[1] != expected:
                yield Problem(source.path, line, f'.{member} is not stated as "{expected}"')
        if (own.parent.name, own.stem) not in tree.registered:
            yield Problem(source.path, line, "has no line in mechanisms/CMakeLists.txt")


def check_names(tree: Tree) -> Iterator[Problem]:
    """A literal that is just a mechanism's name, unless its line has such a member: {"fifo", traits.fifo}."""
    names = {name for _, name in tree.registered}
    for source in tree.sources.values():
        if not source.path.startswith(("harness/", "suites/")) or source.path in tree.tests | MAY_NAME:
            continue
        lines = source.text.split("\n")
        for line, literal in source.literals:
            if literal in names and not re.search(rf"[.>]{literal}\b", lines[line - 1]):
                yield Problem(source.path, line, f'names the mechanism "{literal}"; choose by traits instead')


def long_files(tree: Tree) -> Iterator[str]:
    for name, path in tree.files.items():
        count = path.read_text("utf-8").count("\n")
        if count > LONG:
            yield f"{name}: {count} lines; more than {LONG} ask for another file"


def check(root: Path) -> list[Problem]:
    tree = Tree(root)
    rules = [check_includes, check_conditions, check_mechanisms, check_names]
    return sorted(problem for rule in rules for problem in rule(tree))


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1]
    tree = Tree(root)
    if not tree.sources:
        print(f"check_layers: no C++ under {root.resolve()}", file=sys.stderr)
        return 2
    for mention in long_files(tree):
        print(f"warning: {mention}")
    problems = check(root)
    for problem in problems:
        print(problem)
    print(f"{len(tree.sources)} C++ files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
