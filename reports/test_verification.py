"""What a verification does to a report: there is a matrix; what failed keeps its row and leads nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import figures
import page
import results
import tables
import testing
import verification
from stats import standing
from test_page import read, words
from test_report import assert_one_line, run


def case(id: str = "GEN-01", mechanism: str | None = "pipe", outcome: str = "pass") -> testing.Json:
    return {"id": id, "mechanism": mechanism, "outcome": outcome, "title": f"TitleOf{id}",
            "detail": "" if outcome == "pass" else "seen <b>here</b>", "seconds": 0.1, "facts": {}}


def document(*clauses: testing.Json, **more: object) -> testing.Json:
    return {"schema": 1, "run": {"command": "ipcmark verify", "partial": False}, "seed": 7,
            "clauses": list(clauses), "contention": [], "faults": [], "guarantees": [],
            "environment": {}} | more


def write(made: testing.Json, folder: Path) -> Path:
    file = folder / "verify.json"
    file.write_text(json.dumps(made), "utf-8")
    return file


def doubted(made: testing.Json, folder: Path) -> results.Result:
    return verification.doubted(testing.loaded(testing.medium()), verification.load(write(made, folder)))


def rendered(result: results.Result) -> str:
    return page.html(result, figures.charts(result))


def test_what_failed_leads_no_ranking_and_keeps_its_row(tmp_path: Path) -> None:
    sound = testing.loaded(testing.medium())
    result = doubted(document(case("GEN-05", "pipe", "fail")), tmp_path)

    def ranked(given: results.Result) -> set[str]:
        return {t.mechanism for t in standing(given.having("p50", wait="block"), "p50", least=True).ranked}

    assert "pipe" in ranked(sound)
    assert ranked(result) == ranked(sound) - {"pipe"}
    rows = [row for group in tables.groups(result, "stream") for row in group.rows
            if row.label.startswith("pipe")]
    assert rows
    assert all("not to be chosen: it fails GEN-05" in row.notes and not row.place for row in rows)


@pytest.mark.parametrize("outcome", sorted(set(verification.SYMBOLS) - set(verification.BAD)))
def test_what_did_not_fail_ranks_as_before(tmp_path: Path, outcome: str) -> None:
    result = doubted(document(case("GEN-05", "pipe", outcome)), tmp_path)
    assert all(trial.ranks or trial.is_floor for trial in result.trials)


def test_a_page_on_which_everything_failed_is_still_a_page(tmp_path: Path) -> None:
    failed = [case("GEN-01", model, "hang") for model in ("pipe", "fifo", "ring", "loan")]
    html = rendered(doubted(document(*failed), tmp_path))
    assert read(html).open == []
    assert "nobody to choose" in words(html)


def test_the_matrix_has_a_cell_for_each_case_with_its_clause_and_what_was_seen(tmp_path: Path) -> None:
    made = document(case("GEN-01", "pipe"), case("GEN-02", "pipe", "fail"), case("PIPE-01", None),
                    case("GEN-01", "fifo", "unsupported"), contention=[case("CON-4x4", "pipe")])
    html = rendered(doubted(made, tmp_path))
    said = words(html)
    assert "3 of 5 cases pass" in said
    assert "Not to be chosen, since they broke a promise: pipe." in said
    seen = "fail; seen &lt;b&gt;here&lt;/b&gt;"
    assert re.search(rf'<td class="bad"><abbr title="GEN-02 TitleOfGEN-02: {seen}">F<', html)
    assert "PIPE" in said and "Contention" in said


def test_what_was_measured_of_guarantees_and_faults_is_a_table_with_a_row_for_each_mechanism(
        tmp_path: Path) -> None:
    measured = case("GUA-02", "pipe") | {"facts": {
        "atomic_bytes": 4096, "atomic_more": False, "largest_bytes": 65536, "largest_more": True,
        "capacity": {"64": {"messages": 1024, "bytes": 65536, "more": True}},
        "order": "fifo", "delivery": "every", "slow_consumer": "block"}}
    killed = case("FLT-01", "pipe") | {"facts": {"noticed_ns": 52_000}}
    swept = [case(id, "pipe") | {"facts": {"killed_at": 30, "points_that_harmed": harmed}}
             for id, harmed in (("FLT-05", 2), ("FLT-08", 0))]
    made = document(case("GEN-01", "fifo"), guarantees=[measured], faults=[killed, *swept])
    html = rendered(doubted(made, tmp_path))
    row = re.search(r'id="guarantees".*?<tbody>(.*?)</tbody>', html, re.S)
    assert row
    cells = [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row[1])]
    assert cells == ["pipe", "4 KiB", "≥ 1,024", "≥ 64 KiB", "fifo", "every", "block", "52.0 µs", "–",
                     "2 of 60"]


def test_without_a_verification_the_page_says_nothing_of_one() -> None:
    assert "Promises, kept or not" not in rendered(testing.loaded(testing.medium()))


def test_the_program_takes_a_directory_or_a_file(tmp_path: Path) -> None:
    testing.write(testing.result([testing.trial(workload="stream", launches=1)]), tmp_path / "result")
    file = write(document(case()), tmp_path)
    for given in (file, tmp_path):
        assert run(tmp_path / "result", "--verify", given).returncode == 0
    assert "Promises, kept or not" in (tmp_path / "result/report/index.html").read_text("utf-8")


@pytest.mark.parametrize("text, said", [
    ("", "is not a sound verification"), ("[]", "is no verification"), ('{"schema": 99}', "reads schema 1"),
    ('{"schema": 1, "clauses": 5}', "is not a sound verification"),
    (json.dumps(document(case(outcome="great"))), "great"),
])
def test_what_is_no_verification_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    testing.write(testing.result([]), tmp_path / "result")
    (tmp_path / "verify.json").write_text(text, "utf-8")
    assert_one_line(run(tmp_path / "result", "--verify", tmp_path), said)
    assert_one_line(run(tmp_path / "result", "--verify", tmp_path / "nowhere"), "cannot be read")
