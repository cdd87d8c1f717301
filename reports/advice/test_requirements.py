"""Requirements from options and profiles: what is understood, and what is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import profiles
import requirements
from quantities import duration_of, rate_of, size_of
from requirements import Requirements, checked
from results import Refused


@pytest.mark.parametrize("text, size", [("0", 0), ("64", 64), ("64B", 64), ("4KiB", 4096), ("4 kib", 4096),
                                        ("1MiB", 2**20), ("0.5KiB", 512), (256, 256)])
def test_a_size_is_bytes(text: str | int, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text, rate", [
    ("20000", 20e3), ("20k", 20e3), ("1M", 1e6), ("2.5k/s", 2500), (7, 7)])
def test_a_rate_is_messages_per_second(text: str | float, rate: float) -> None:
    assert rate_of(text) == rate


@pytest.mark.parametrize("text, ns", [
    ("800ns", 800), ("50us", 50e3), ("50 µs", 50e3), ("2ms", 2e6), ("1s", 1e9)])
def test_a_duration_has_a_unit(text: str, ns: float) -> None:
    assert duration_of(text) == ns


@pytest.mark.parametrize("call, text", [
    (size_of, "4kB"), (size_of, "-1"), (size_of, "0.3"), (size_of, ""), (rate_of, "fast"), (rate_of, "1e3"),
    (duration_of, "50"), (duration_of, "50 min")])
def test_what_is_no_quantity_is_refused_with_an_example(call: Any, text: str) -> None:
    with pytest.raises(Refused, match="give "):
        call(text)


@pytest.mark.parametrize("key, value", [
    ("size", -1), ("size", 1.5), ("size", True), ("producers", 0), ("consumers", "2"), ("no_loss", 1),
    ("no_loss", "yes"), ("p99_ns", 0), ("p99_ns", float("inf")), ("rate", -1), ("cores_to_burn", -1),
    ("platforms", ["mars"]), ("platforms", "linux"), ("prefer", ["p99", "p99"]), ("prefer", ["beauty"]),
    ("prefer", [["p99"]]), ("placement", "moon")])
def test_a_value_that_cannot_be_meant_is_refused(key: str, value: object) -> None:
    with pytest.raises(Refused, match=f"{key} cannot be .*; give "):
        checked({key: value})


def test_an_unknown_requirement_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="no requirement is called colour; known are size, rate"):
        checked({"colour": "red"})


def test_preferences_that_are_not_named_follow_those_that_are() -> None:
    assert checked({"prefer": ["throughput"]}).prefer == ["throughput", "p99", "cpu", "simple"]
    assert checked({}).prefer == list(requirements.STATISTICS)


@pytest.mark.parametrize("name", profiles.NAMES)
def test_every_named_profile_says_for_whom_it_is_and_can_be_asked(name: str) -> None:
    known = profiles.profile(name)
    assert known.requirements != Requirements()
    assert re.fullmatch(r"[A-Z].*\.", known.for_whom)


def test_every_file_among_the_profiles_has_its_name_in_the_list() -> None:
    assert {file.stem for file in profiles.FOLDER.glob("*.toml")} == set(profiles.NAMES)
    for file in profiles.FOLDER.glob("*.toml"):
        assert tomllib.loads(file.read_text("utf-8"))["for_whom"]


def written(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_profile_of_ones_own_is_written_as_people_write_quantities(tmp_path: Path) -> None:
    mine = profiles.profile(written(tmp_path, 'size = "4KiB"\np99 = "50us"\nrate = "20k"\nno_loss = true\n'))
    wanted = mine.requirements
    assert (wanted.size, wanted.p99_ns, wanted.rate, wanted.no_loss) == (4096, 50e3, 20e3, True)
    assert mine.name == "mine"


@pytest.mark.parametrize("text, told", [
    ("colour = 1", "no requirement is called colour; known are for_whom, size, rate, p99, producers"),
    ("p99_ns = 1", "no requirement is called p99_ns"),
    ("size =", "is not valid TOML"), ("p99 = 50", "p99 cannot be '50'; give a duration with its unit"),
    ("producers = 0", "producers cannot be 0")])
def test_a_profile_that_cannot_be_meant_is_refused_with_its_file(
        text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"mine.toml: {re.escape(told)}"):
        profiles.profile(written(tmp_path, text))


def test_an_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no profile is called grpc; known are rpc, bulk"):
        profiles.profile("grpc")
    with pytest.raises(Refused, match="gone.toml: cannot be read"):
        profiles.profile(str(tmp_path / "gone.toml"))
