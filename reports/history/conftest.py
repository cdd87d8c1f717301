"""What several tests share: stores of both kinds, the PostgreSQL of them by a server of the tests' own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import history  # noqa: F401  It says where the modules of the folder above are.
import own_postgresql
import store


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Makes an empty PostgreSQL database and gives its URL."""
    missing = own_postgresql.what_is_missing()
    if missing:
        pytest.skip(missing)
    with own_postgresql.running() as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store may be, once of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "kept" / "history.sqlite")
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()


@pytest.fixture
def empty(place: str) -> Iterator[store.Store]:
    """A store of each kind that holds nothing."""
    made = store.Store(place)
    yield made
    made.close()
