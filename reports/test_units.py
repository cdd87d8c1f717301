"""Numbers as people read them."""

from __future__ import annotations

import pytest

from units import (BYTES_PER_S, MESSAGES_PER_S, TIME, Interval, message_size, percent, percentile, quantity,
                   short, spread)


@pytest.mark.parametrize("value, shown", [
    (0, "0 ns"), (0.25, "0.250 ns"), (7, "7.00 ns"), (99.95, "100 ns"), (999.4, "999 ns"), (999.7, "1.00 µs"),
    (1234, "1.23 µs"), (5_104_000, "5.10 ms"), (2.5e9, "2.50 s"), (7.2e12, "7200 s"),
])
def test_times_have_three_digits_and_a_unit(value: float, shown: str) -> None:
    assert quantity(value, TIME).replace("\u00a0", " ") == shown


def test_ticks_have_no_needless_digits() -> None:
    shown = [short(value, TIME).replace("\u00a0", " ") for value in (0, 5, 10_000, 2.5e6)]
    assert shown == ["0", "5 ns", "10 µs", "2.5 ms"]


def test_rates_are_decimal() -> None:
    assert quantity(18_500_000_000, BYTES_PER_S) == "18.5\u00a0GB/s"
    assert quantity(1_010_000, MESSAGES_PER_S) == "1.01\u00a0M msg/s"


def test_an_interval_is_written_in_the_unit_of_its_median() -> None:
    shown = spread(Interval(1010.0, 993.0, 1041.0), TIME).replace("\u00a0", " ")
    assert shown == "1.01 µs [0.993, 1.04]"


def test_nothing_breaks_a_line_inside_a_figure() -> None:
    assert " " not in spread(Interval(5100.0, 4900.0, 5300.0), TIME)


@pytest.mark.parametrize("size, shown", [
    (0, "0 B"), (64, "64 B"), (1000, "1000 B"), (1024, "1 KiB"), (65536, "64 KiB"), (2**21, "2 MiB"),
    (4097, "4097 B"),
])
def test_message_sizes_are_exact(size: int, shown: str) -> None:
    assert message_size(size).replace("\u00a0", " ") == shown


def test_percentiles_keep_their_nines() -> None:
    shown = [percentile(p) for p in (0.5, 0.9, 0.99, 0.999, 0.9999)]
    assert shown == ["50%", "90%", "99%", "99.9%", "99.99%"]


def test_a_share_below_one_is_never_rounded_up_to_certainty() -> None:
    assert percent(0.99999).startswith("99.9")
    assert percent(0.96875).startswith("96.9")
