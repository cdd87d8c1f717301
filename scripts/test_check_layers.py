"""Each rule of check_layers.py fires on a tree that breaks it, and on no other."""

from __future__ import annotations

from pathlib import Path

import pytest

import check_layers

TABLE = """
extern constinit const Mechanism {symbol}{{
    .traits = {{.name = "{name}", .family = "{family}"}},
}};
"""
GOOD = {
    "harness/errors.hpp": "#include <string>\n",
    "harness/mechanism.hpp": '#pragma once\n#include "harness/os/wait.hpp"\n',
    "harness/os/wait.hpp": '#include "cycles.hpp"\n',
    "harness/os/arch/x86_64/cycles.hpp": "#pragma once\n",
    "harness/os/linux/cpu.cpp": '#include <hwloc.h>\n#include "harness/errors.hpp"\n#if 0\n#endif\n',
    "harness/run/cast.hpp": '#include <fmt/format.h>\n#include "harness/mechanism.hpp"\n',
    "harness/run/cast_test.cpp": '#include <gtest/gtest.h>\n#include "suites/cli/list.hpp"\n'
                                 '#include "made_up.hpp"\nauto one = "shm_ring";\n',
    "harness/run/made_up.hpp": "#include <gtest/gtest.h>\n",
    "harness/results/json.hpp": '#include <nlohmann/json.hpp>\n#include "harness/run/cast.hpp"\n',
    "mechanisms/CMakeLists.txt": "ipcmark_mechanism(shm  shm_ring LIBRARIES openssl liburing)\n"
                                 "ipcmark_mechanism(pipe fifo)\n",
    "mechanisms/shm/segment.hpp": '#include "harness/mechanism.hpp"\n',
    "mechanisms/shm/shm_ring.cpp": '#include <openssl/ssl.h>\n#include "mechanisms/shm/segment.hpp"\n'
                                   + TABLE.format(symbol="shm_ring", name="shm_ring", family="shm"),
    "mechanisms/pipe/fifo.cpp": TABLE.format(symbol="fifo", name="fifo", family="pipe"),
    "suites/workloads/stream.cpp": '#include "harness/run/cast.hpp"\n',
    "suites/conformance/broken/torn.cpp": '#include "mechanisms/shm/segment.hpp"\n'
                                          'const Mechanism torn = broken::mechanism<Torn>("torn");\n',
    "suites/cli/list.hpp": "#include <CLI/CLI.hpp>\n",
    "suites/cli/list.cpp": '#include "suites/cli/list.hpp"\n'
                           'auto row = Json{{"fifo", traits.fifo}};\nauto help = "shm_ring,fifo";\n'
                           '// "shm_ring"\n',
}


def problems(root: Path, changes: dict[str, str] | None = None) -> list[str]:
    """What is said of the good tree with some files added or replaced."""
    for name, text in (GOOD | (changes or {})).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [str(problem) for problem in check_layers.check(root)]


def test_the_good_tree_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


INCLUDES = [
    ("harness/os/wait.hpp", '#include "harness/mechanism.hpp"', "is of layer 1, above 0"),
    ("harness/mechanism.hpp", '#include "harness/run/cast.hpp"', "is of layer 3, above 1"),
    ("harness/mechanism.hpp", "#include <fmt/format.h>", "belongs to fmt"),
    ("harness/mechanism.hpp", "#include <hwloc.h>", "belongs to hwloc"),
    ("harness/run/cast.hpp", "#include <nlohmann/json.hpp>", "belongs to json"),
    ("harness/run/cast.hpp", '#include "mechanisms/shm/segment.hpp"', "is part of a mechanism"),
    ("harness/run/cast.hpp", '#include "suites/cli/list.hpp"', "is of layer 5, above 3"),
    ("harness/run/cast.hpp", '#include "nowhere.hpp"', "is no file of this tree"),
    ("mechanisms/pipe/fifo.cpp", '#include "mechanisms/shm/segment.hpp"', "is of another family"),
    ("mechanisms/pipe/fifo.cpp", '#include "harness/run/cast.hpp"', "is of layer 3, above 2"),
    ("mechanisms/pipe/fifo.cpp", "#include <fmt/format.h>", "belongs to fmt"),
    ("suites/workloads/stream.cpp", '#include "suites/cli/list.hpp"', "is of layer 5, above 4"),
    ("suites/workloads/stream.cpp", "#  include <benchmark/benchmark.h>", "belongs to benchmark"),
    ("suites/workloads/stream.cpp", '#include "mechanisms/shm/segment.hpp"', "is part of a mechanism"),
    ("suites/cli/list.cpp", '#include "mechanisms/shm/segment.hpp"', "is part of a mechanism"),
]


@pytest.mark.parametrize("file, line, said", INCLUDES)
def test_an_include_against_the_layers(tmp_path: Path, file: str, line: str, said: str) -> None:
    found = problems(tmp_path, {file: GOOD[file] + line + "\n"})
    assert found and said in " ".join(found)
    assert f"{file}:{GOOD[file].count(chr(10)) + 1}: " in " ".join(found)


def test_a_header_of_tests_is_held_to_its_layer_once_something_else_includes_it(tmp_path: Path) -> None:
    found = problems(tmp_path, {"harness/run/cast.hpp": '#include "harness/run/made_up.hpp"\n'})
    assert len(found) == 1 and found[0].startswith("harness/run/made_up.hpp:1: includes gtest/gtest.h")


def test_an_include_in_a_comment_or_a_raw_literal_is_none(tmp_path: Path) -> None:
    text = '// #include <fmt/format.h>\n/*\n#include "nowhere.hpp"\n#if 1\n*/\nauto a = R"(\n#if 0\n" )";\n'
    assert problems(tmp_path, {"harness/mechanism.hpp": text}) == []


@pytest.mark.parametrize("directive", ["#if 1", "#ifdef X", " # ifndef X", "#elif X"])
@pytest.mark.parametrize("file", ["suites/workloads/stream.cpp", "harness/run/cast_test.cpp"])
def test_a_condition_outside_os(tmp_path: Path, file: str, directive: str) -> None:
    assert "outside harness/os" in problems(tmp_path, {file: directive + "\n"})[0]


@pytest.mark.parametrize("symbol, name, family, said", [
    ("other", "fifo", "pipe", "the symbol other is not the file's name"),
    ("fifo", "other", "pipe", '.name is not stated as "fifo"'),
    ("fifo", "fifo", "shm", '.family is not stated as "pipe"'),
])
def test_a_mechanism_under_another_name(
        tmp_path: Path, symbol: str, name: str, family: str, said: str) -> None:
    text = TABLE.format(symbol=symbol, name=name, family=family)
    found = problems(tmp_path, {"mechanisms/pipe/fifo.cpp": text})
    assert len(found) == 1 and said in found[0]


@pytest.mark.parametrize("symbol, name, said", [
    ("late", "torn", "the symbol late is not the file's name"), ("torn", "late", 'not stated as "torn"')])
def test_the_broken_are_held_to_their_names_too(tmp_path: Path, symbol: str, name: str, said: str) -> None:
    text = f'const Mechanism {symbol} = broken::mechanism<Torn>("{name}");\n'
    found = problems(tmp_path, {"suites/conformance/broken/torn.cpp": text})
    assert len(found) == 1 and said in found[0]


def test_a_mechanism_without_its_line(tmp_path: Path) -> None:
    text = TABLE.format(symbol="extra", name="extra", family="pipe")
    found = problems(tmp_path, {"mechanisms/pipe/extra.cpp": text})
    assert len(found) == 1 and "no line in mechanisms/CMakeLists.txt" in found[0]


def test_a_line_without_its_mechanism(tmp_path: Path) -> None:
    lines = "ipcmark_mechanism(pipe ghost)\n# ipcmark_mechanism(pipe none)\n"
    file = "mechanisms/CMakeLists.txt"
    found = problems(tmp_path, {file: GOOD[file] + lines})
    assert len(found) == 1 and "pipe/ghost.cpp has no mechanism ghost" in found[0]


@pytest.mark.parametrize("file", ["harness/run/cast.hpp", "suites/cli/list.cpp"])
@pytest.mark.parametrize("literal", ['"shm_ring"', 'R"(shm_ring)"', '"fifo"'])
def test_a_mechanism_by_name(tmp_path: Path, file: str, literal: str) -> None:
    found = problems(tmp_path, {file: f"int big = 1'000;\nbool chosen = name == {literal};\n"})
    assert len(found) == 1 and found[0].startswith(f"{file}:2: names the mechanism")


def test_cpp_where_there_is_no_layer(tmp_path: Path) -> None:
    assert "no layer" in problems(tmp_path, {"scripts/tool.cpp": "int main() {}\n"})[0]


def test_a_long_file_is_only_mentioned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems(tmp_path, {"suites/workloads/stream.cpp": "\n" * 301})
    assert check_layers.main([str(tmp_path)]) == 0
    assert "warning: suites/workloads/stream.cpp: 301 lines" in capsys.readouterr().out


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_layers.main([str(tmp_path)]) == 2  # nothing there is not the same as nothing wrong
    problems(tmp_path, {"suites/workloads/stream.cpp": "#if 1\n"})
    assert check_layers.main([str(tmp_path)]) == 1
    assert "1 problems" in capsys.readouterr().out
