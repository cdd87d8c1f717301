"""The matrix of guarantees: promises in words, verdicts from clauses, failing mechanisms kept in sight."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

import matrix
import matrix_section
import results
import testing
import testing_traits
import verification
from matrix import GUARANTEES, Cell, Row
from test_page import read, words
from test_verification import case, document, write


def mechanism(name: str = "pipe", **traits: Any) -> testing.Json:
    """What a result says of a mechanism."""
    usual = testing_traits.PLAIN | {"framing": "message", "waits": ["spin", "block"]}
    return {"name": name, "family": "pipe", "summary": "", "traits": usual | traits, "systems": ["linux"],
            "counterpart": None, "lines": 40, "libraries": []}


def result(folder: Path, mechanisms: list[testing.Json], *clauses: testing.Json,
           **more: object) -> results.Result:
    """A result with these mechanisms, verified when there are clauses."""
    made = testing.loaded(testing.medium() | {"mechanisms": mechanisms})
    if not clauses and not more:
        return made
    return verification.doubted(made, verification.load(write(document(*clauses, **more), folder)))


def cell(row: Row, name: str) -> Cell:
    return row.cells[[guarantee.name for guarantee in GUARANTEES].index(name)]


def test_promises_are_told_in_words(tmp_path: Path) -> None:
    plain, odd = matrix.rows(result(tmp_path, [
        mechanism(), mechanism("udp", framing="bytes", delivery="lossy", fifo=False, priorities=32,
                               needs="a daemon")]))
    told = {guarantee.name: of.promised for guarantee, of in zip(GUARANTEES, plain.cells)}
    assert (told["Whole messages"], told["None lost"], told["In order"]) == ("yes", "yes", "yes")
    assert (told["Both ways"], told["Waits"], told["Priorities"]) == ("no", "spin, block", "no")
    assert cell(odd, "Whole messages").promised == "a stream of bytes"
    assert cell(odd, "None lost").promised == "may lose"
    assert cell(odd, "Priorities").promised == "32 levels"
    assert odd.needs == "a daemon"


@pytest.mark.parametrize("outcomes, said", [
    (["pass", "pass"], matrix.KEPT), (["pass", "fail"], matrix.BROKEN), (["hang"], matrix.BROKEN),
    (["unsupported"], matrix.NOT_HERE), (["pass", "inconclusive"], matrix.UNDECIDED),
    (["pass", "expected_deviation"], matrix.DEVIATES), ([], matrix.UNCHECKED),
])
def test_the_worst_outcome_decides(outcomes: list[str], said: str) -> None:
    cases = [verification.Case("GEN-01", "pipe", "clauses", outcome, "", "") for outcome in outcomes]
    assert matrix.verdict(cases) == said


def test_a_clause_counts_for_the_guarantee_that_it_looks_at(tmp_path: Path) -> None:
    (row,) = matrix.rows(result(
        tmp_path, [mechanism()], case("GEN-06", outcome="fail"), case("GEN-01"), case("GEN-05"),
        contention=[case("CON-1x1"), case("CON-4x1"), case("CON-1x2", outcome="fail")]))
    assert cell(row, "In order").verdict == matrix.BROKEN
    assert cell(row, "In order").ids == ["GEN-06"]
    assert cell(row, "None lost").verdict == matrix.KEPT
    assert cell(row, "None lost").ids == ["GEN-01", "CON-1x1"]
    assert cell(row, "Many producers").ids == ["CON-4x1"]
    assert cell(row, "Many consumers, one gets each").ids == ["CON-1x2"]
    assert row.broken == ["GEN-06", "CON-1x2"]


def test_what_was_measured_stands_beside_the_promise(tmp_path: Path) -> None:
    killed = case("FLT-05") | {"facts": {"killed_at": 30, "points_that_harmed": 2}}
    noticed = case("FLT-01") | {"facts": {"noticed_ns": 52_000}}
    slow = case("GUA-05") | {"facts": {"slow_consumer": "drop"}}
    (row,) = matrix.rows(result(tmp_path, [mechanism()], guarantees=[slow], faults=[killed, noticed]))
    assert cell(row, "Survives a kill").measured == "2 of 30 kills harmed others"
    assert cell(row, "Sees a peer's death").measured.replace("\u00a0", " ") == "noticed after 52.0 µs"
    assert cell(row, "None lost").measured == "slow consumer: messages are lost"


def test_a_mechanism_that_fails_stays_and_is_marked_in_words(tmp_path: Path) -> None:
    made = result(tmp_path, [mechanism("pipe"), mechanism("fifo")], case("GEN-05", "fifo", "fail"))
    ((_, _, _, finding, body),) = matrix_section.parts(made)
    assert "Broken by fifo, not to be chosen." in finding
    said = words(body)
    assert "fifo pipe Not to be chosen: fails GEN-05" in said
    assert "BROKEN : GEN\u201105" in said
    assert read(body).open == []


def test_without_a_verification_the_promises_stand_alone_and_that_is_said(tmp_path: Path) -> None:
    ((_, _, _, finding, body),) = matrix_section.parts(result(tmp_path, [mechanism()]))
    assert "Nobody checked them for this page" in finding
    assert "kept" not in words(body)


def test_a_result_that_says_nothing_of_promises_has_the_verdicts_alone(tmp_path: Path) -> None:
    ((_, _, _, finding, body),) = matrix_section.parts(result(tmp_path, [], case("GEN-01"), case("GEN-04")))
    assert "the result does not say what they promise" in finding
    assert "kept" in words(body)
    assert list(matrix_section.parts(testing.loaded(testing.medium()))) == []


def test_the_null_mechanism_promises_nothing(tmp_path: Path) -> None:
    null = mechanism("null") | {"family": "null"}
    made = result(tmp_path, [null, mechanism()], case("GEN-01", "null"))
    assert [row.mechanism for row in matrix.rows(made)] == ["pipe"]


def test_a_clauses_title_becomes_a_sentence() -> None:
    assert matrix_section.sentence("OneReceiveReturnsExactlyOneMessage") == \
        "One receive returns exactly one message."
    assert matrix_section.sentence("AFullFIFOWaits") == "A full FIFO waits."


def test_the_files_say_the_same_in_words(tmp_path: Path) -> None:
    found = matrix.rows(result(tmp_path, [mechanism()], case("GEN-06", outcome="fail")))
    rows = list(csv.DictReader(io.StringIO(matrix.csv_text(found))))
    assert len(rows) == len(GUARANTEES)
    (order,) = [row for row in rows if row["guarantee"] == "In order"]
    assert (order["promised"], order["verdict"], order["clauses"]) == ("yes", "broken", "GEN-06")
    lines = [line for line in matrix.markdown(found, verified=True) if line.startswith("|")]
    assert {line.count("|") for line in lines} == {len(GUARANTEES) + 2}
    assert "pipe (not to be chosen)" in lines[-1] and "yes: broken (GEN-06)" in lines[-1]


def test_text_of_a_verification_can_be_no_markup(tmp_path: Path) -> None:
    bad = case("GEN-05", outcome="fail") | {"title": "<b>"}
    ((_, _, _, _, body),) = matrix_section.parts(result(tmp_path, [mechanism(needs="<i>")], bad))
    assert "<b>" not in body and "<i>" not in body
