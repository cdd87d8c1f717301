"""The sample in the repository: its data still make a page that works, and its page is of its data."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

import parent_folder  # noqa: F401
import advising
import figures
import page
import results
import verification
from chrome import Chrome
from results import Result

SAMPLE = Path(__file__).resolve().parents[1] / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The sample's result with its verification."""
    folder = tmp_path_factory.mktemp("sample")
    for name in ("result.json", "verify.json"):
        (folder / name).write_bytes(lzma.decompress((SAMPLE / f"{name}.xz").read_bytes()))
    return verification.doubted(results.load(folder / "result.json"),
                                verification.load(folder / "verify.json"))


def test_the_page_of_the_sample_works_and_asks_for_nothing(
        browser: Chrome, sample: Result, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(page.html(sample, figures.charts(sample)), "utf-8")
    browser.open(file)
    browser.one("#chooser-form input[value=pass_fd]").click()
    assert "unix" in browser.one("#chooser-answer").text
    assert browser.complaints() == []
    assert browser.requests() == [file.as_uri()]


def test_the_kept_page_works_and_asks_for_nothing(browser: Chrome) -> None:
    browser.open(SAMPLE / "index.html")
    assert browser.complaints() == []
    assert browser.requests() == [(SAMPLE / "index.html").as_uri()]


def test_the_kept_page_is_of_the_kept_data(sample: Result) -> None:
    kept = (SAMPLE / "index.html").read_text("utf-8")
    assert sample.run["id"] in kept
    assert sample.run["command"] in kept


def test_every_profile_has_an_answer_on_the_sample(sample: Result) -> None:
    known = advising.facts(sample)
    assert known is not None
    for advice in advising.advices(known):
        assert advice.answer["pick"] or advice.answer["relax"], advice.name
    assert any(advice.answer["pick"] for advice in advising.advices(known))
