"""What the browser tests share: one browser, and one page that is drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import parent_folder  # noqa: F401
import chrome
import figures
import page
import testing_traits
from results import Result


@pytest.fixture(scope="session")
def result() -> Result:
    """What the page is of."""
    return testing_traits.result()


@pytest.fixture(scope="session")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page."""
    made = tmp_path_factory.mktemp("page") / "index.html"
    made.write_text(page.html(result, figures.charts(result)), "utf-8")
    return made


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chrome.Chrome]:
    """The browser, started once."""
    if missing := chrome.what_is_missing():
        pytest.skip(missing)
    running = chrome.Chrome(tmp_path_factory.mktemp("profile"))
    yield running
    running.driver.quit()


@pytest.fixture
def browser(started: chrome.Chrome) -> chrome.Chrome:
    """The browser as it is usually."""
    started.usual()
    return started
