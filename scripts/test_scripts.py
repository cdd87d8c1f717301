"""What the scripts say and refuse, and what new-mechanism writes. ci/test_package.py compiles it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
LISTS = """function(ipcmark_mechanism family name)
endfunction()

ipcmark_mechanism(pipe   anonymous_pipe)
ipcmark_mechanism(pipe   fifo)
ipcmark_mechanism(socket unix_stream)
ipcmark_mechanism(socket ring LIBRARIES liburing)
"""


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], env=os.environ | environment, text=True,
                          capture_output=True)


@pytest.mark.parametrize("script", ["setup", "build", "bench", "test", "new-mechanism", "check_layers.py"])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_script_has_help(script: str, flag: str) -> None:
    done = run(SCRIPTS / script, flag)
    assert done.returncode == 0 and "usage: " in done.stdout and done.stderr == ""


@pytest.mark.parametrize("script", ["setup", "build", "bench", "new-mechanism"])
def test_an_unknown_option_is_refused(script: str) -> None:
    done = run(SCRIPTS / script, "--sweet")
    assert done.returncode == 2 and done.stdout == "" and done.stderr != ""


def test_bench_asks_for_missing_values() -> None:
    done = run(SCRIPTS / "bench", "--out")
    assert (done.returncode, done.stderr) == (2, "bench: --out needs a value\n")


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with what setup uses itself, and nothing to install with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ["bash", "env", "cat", "grep", "mktemp", "rm"]:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def pretend(folder: Path, tool: str, does: str) -> None:
    (folder / tool).write_text(f"#!/bin/bash\n{does}\n")
    (folder / tool).chmod(0o755)


def test_setup_without_apt_says_what_is_needed(bare_path: Path) -> None:
    done = run(SCRIPTS / "setup", PATH=str(bare_path))
    assert done.returncode == 2 and "no apt-get" in done.stderr and "libfmt-dev" in done.stderr


def test_setup_installs_what_is_missing_and_updates_only_when_that_fails(bare_path: Path) -> None:
    calls = bare_path / "calls"
    pretend(bare_path, "dpkg-query", 'printf "installed %s\\n" "${@:4}" | grep -v -e ninja -e libfmt-dev')
    pretend(bare_path, "apt-get", f'echo "$@" >>{calls}\n[[ $* != *install* || -e {calls}.new ]] && exit\n'
                                  f': >{calls}.new; exit 100')
    pretend(bare_path, "sudo", '"$@"')
    done = run(SCRIPTS / "setup", PATH=str(bare_path))
    assert done.returncode == 0, done.stderr
    assert "installing ninja-build libfmt-dev\n" in done.stdout
    assert [next(word for word in line.split() if word in {"install", "update"})
            for line in calls.read_text().splitlines()] == ["install", "update", "install"]


def test_setup_shows_why_apt_failed(bare_path: Path) -> None:
    pretend(bare_path, "dpkg-query", "exit 1")
    pretend(bare_path, "apt-get", 'echo "E: no network"; exit 100')
    pretend(bare_path, "sudo", '"$@"')
    done = run(SCRIPTS / "setup", PATH=str(bare_path), TMPDIR=str(bare_path))
    assert done.returncode == 1 and "E: no network" in done.stderr and "apt-get failed" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root needs no sudo")
def test_setup_without_sudo_says_what_to_type(bare_path: Path) -> None:
    for tool in ["dpkg-query", "apt-get"]:
        pretend(bare_path, tool, "exit 1")
    done = run(SCRIPTS / "setup", PATH=str(bare_path))
    assert done.returncode == 2 and "no sudo" in done.stderr and "apt-get install g++" in done.stderr


def test_a_python_without_the_modules_is_a_skip() -> None:
    done = run(ROOT / "ci/with_python", "json,no_such_module", "-c", "print('ran')")
    assert done.returncode == 77 and "skipped: no python3 here has json, no_such_module" in done.stdout
    assert run(ROOT / "ci/with_python", "json", "-c", "print('ran')").stdout == "ran\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ["scripts", "mechanisms/pipe"]:
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(SCRIPTS / "new-mechanism", tmp_path / "scripts")
    (tmp_path / "mechanisms/CMakeLists.txt").write_text(LISTS)
    return tmp_path


def test_a_new_mechanism_has_its_file_and_its_line(tree: Path) -> None:
    done = run(tree / "scripts/new-mechanism", "pipe", "packet_pipe")
    assert done.returncode == 0 and "mechanisms/pipe/packet_pipe.cpp" in done.stdout
    text = (tree / "mechanisms/pipe/packet_pipe.cpp").read_text()
    for part in ['class PacketPipeLink final', 'const Mechanism packet_pipe{', '.name = "packet_pipe"',
                 '.family = "pipe"']:
        assert part in text
    assert "@" not in text
    lines = (tree / "mechanisms/CMakeLists.txt").read_text().splitlines()
    assert lines[5] == "ipcmark_mechanism(pipe   packet_pipe)"  # behind its family
    assert [line for line in lines if "packet_pipe" not in line] == LISTS.splitlines()


def test_a_line_with_libraries_is_a_line_like_any_other(tree: Path) -> None:
    assert run(tree / "scripts/new-mechanism", "socket", "packets").returncode == 0
    lines = (tree / "mechanisms/CMakeLists.txt").read_text()
    assert lines == LISTS + "ipcmark_mechanism(socket packets)\n"
    assert "there is such a mechanism" in run(tree / "scripts/new-mechanism", "socket", "ring").stderr


def test_a_new_family_gets_its_folder(tree: Path) -> None:
    assert run(tree / "scripts/new-mechanism", "middleware", "bus").returncode == 0
    assert (tree / "mechanisms/middleware/bus.cpp").is_file()
    assert (tree / "mechanisms/CMakeLists.txt").read_text() == LISTS + "ipcmark_mechanism(middleware bus)\n"


@pytest.mark.parametrize("family, name, said", [
    ("pipe", "fifo", "there is such a mechanism"), ("shm", "fifo", "there is such a mechanism"),
    ("pipe", "forgotten", "there is such a file"), ("shm", "forgotten", "there is such a file"),
    ("pipe", "BigPipe", "snake_case"), ("pipe", "../pipe", "snake_case"), ("Pipe", "thin", "snake_case"),
    ("pipe", "register", "means something else"),
])
def test_a_name_that_cannot_be(tree: Path, family: str, name: str, said: str) -> None:
    (tree / "mechanisms/pipe/forgotten.cpp").write_text("")
    done = run(tree / "scripts/new-mechanism", family, name)
    assert done.returncode == 2 and said in done.stderr
    assert (tree / "mechanisms/CMakeLists.txt").read_text() == LISTS


def test_the_same_name_twice_is_refused(tree: Path) -> None:
    assert run(tree / "scripts/new-mechanism", "pipe", "packet_pipe").returncode == 0
    lists = (tree / "mechanisms/CMakeLists.txt").read_text()
    assert run(tree / "scripts/new-mechanism", "pipe", "packet_pipe").returncode == 2
    assert (tree / "mechanisms/CMakeLists.txt").read_text() == lists
