"""Outlines: launches are cut out before they are parsed, and nothing else ever is."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

import outlines
import reading
import testing
from reading import Refused

DOCUMENT = testing.result(
    [testing.trial(launches=2), testing.trial("fifo", workload="stream", launches=1), testing.failed()],
    [testing.skip()])
DOCUMENT["trials"][0]["launches"][0]["noise"]["reasons"] = ['],"mechanism": ', "[", '"launches":[']
HISTOGRAM = b'"bins"'


def as_written(document: testing.Json) -> bytes:
    """The bytes that the program would write: names in order, no white space."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def bare(document: testing.Json) -> testing.Json:
    """The document with lists of launches empty."""
    made = copy.deepcopy(document)
    for trial in made["trials"]:
        trial["launches"] = []
    return made


def test_the_launches_of_what_the_program_wrote_are_cut_before_they_are_parsed() -> None:
    cut = reading.without_launches(as_written(DOCUMENT))
    assert cut is not None
    assert HISTOGRAM not in cut
    assert json.loads(cut) == bare(DOCUMENT)


@pytest.mark.parametrize("text", [
    json.dumps(DOCUMENT), json.dumps(DOCUMENT, indent=1), json.dumps(DOCUMENT, sort_keys=True),
    json.dumps(dict(reversed(DOCUMENT.items())), separators=(",", ":")),
])
def test_a_file_in_another_order_gives_the_same_outline(text: str) -> None:
    assert reading.outlined(text.encode()) == reading.outlined(as_written(DOCUMENT)) == bare(DOCUMENT)


def test_a_cut_never_reaches_into_the_next_trial() -> None:
    first = {"launches": [1], "notes": []}
    second = {"launches": [2], "mechanism": "pipe"}
    data = json.dumps({"trials": [first, second]}, separators=(",", ":")).encode()
    assert reading.without_launches(data) is None


def test_a_file_that_ends_anywhere_has_no_outline() -> None:
    data = as_written(DOCUMENT)
    for end in range(0, len(data) - 1, len(data) // 61):
        assert reading.outlined(data[:end]) is None


def test_an_outline_has_the_summaries_that_are_compared(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(as_written(DOCUMENT))
    outline = outlines.load(file)
    ping_pong, stream = outline.figures
    assert (ping_pong.workload, stream.workload) == ("ping_pong", "stream")
    assert list(outline.figures[ping_pong]) == ["p50", "p99", "cpu_ns_per_message"]
    assert list(outline.figures[stream]) == ["messages_per_s", "cpu_ns_per_message"]
    given = DOCUMENT["trials"][0]["summary"]["p50"]
    assert outline.figures[ping_pong]["p50"] == (given["median"], given["low"], given["high"])
    assert [key.mechanism for key in outline.without] == ["udp_loopback"]
    assert outline.source is not None and outline.source.size == file.stat().st_size


def test_many_files_are_read_by_other_processes_and_each_keeps_its_place(tmp_path: Path) -> None:
    files = []
    for number in range(5):
        document = DOCUMENT | {"run": DOCUMENT["run"] | {"id": f"run-{number}"}}
        folder = tmp_path / str(number)
        folder.mkdir()
        files.append(folder / "result.json")
        files[-1].write_bytes(as_written(document) if number != 3 else b'{"schema": 9}')
    with outlines.loading(files) as reads:
        found = reads.done()
    assert [file for file, _ in found] == files
    assert [one.id if isinstance(one, outlines.Outline) else one.what for _, one in found] == [
        "run-0", "run-1", "run-2", "has schema 9 and this report reads schema 1", "run-4"]


def test_files_of_a_process_that_was_killed_are_read_all_the_same(tmp_path: Path) -> None:
    files = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        files.append(tmp_path / str(number) / "result.json")
        files[-1].write_bytes(as_written(DOCUMENT))
    with outlines.loading(files) as reads:
        reads.end()
        found = reads.done()
    assert [file for file, one in found if isinstance(one, outlines.Outline)] == files


def test_what_has_no_outline_is_refused_for_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text('{"schema": 1}', "utf-8")
    with pytest.raises(Refused) as caught:
        outlines.load(file)
    assert 'has no "run"' in caught.value.what
