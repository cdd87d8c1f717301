"""Colours that stay apart for every eye, and helpers of axes and labels."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

import style
import testing

Colour = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1, in linear RGB.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Colour:
    """A hex colour in linear RGB."""
    part = np.array([int(colour[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    found: Colour = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return found


def lab(colour: Colour) -> Colour:
    """Linear RGB in CIE L*a*b*."""
    ratio = TO_XYZ @ np.clip(colour, 0, 1) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (a, b))
    return (light + 0.05) / (dark + 0.05)


def series(scheme: int) -> list[str]:
    return [colours[scheme] for role, colours in style.COLOURS.items() if role.startswith("series")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_curves_stay_apart_for_every_eye(scheme: int, eye: str) -> None:
    seen = [lab(EYES[eye] @ linear(colour)) for colour in series(scheme)]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) > 20


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_curves_and_text_stand_out_from_the_page(scheme: int) -> None:
    surface = style.COLOURS["surface"][scheme]
    assert min(contrast(colour, surface) for colour in series(scheme)) >= 3
    assert min(contrast(style.COLOURS[role][scheme], surface) for role in ("ink", "muted")) >= 4.5


def test_no_two_roles_share_a_light_colour() -> None:
    lights = [light for light, _ in style.COLOURS.values()]
    assert len(set(lights)) == len(lights)


def test_each_of_many_mechanisms_has_a_look_of_its_own() -> None:
    trials = testing.loaded(testing.result([testing.trial(f"m{i}", launches=1) for i in range(40)])).trials
    looks = style.looks(trials)
    assert len(set(map(str, looks.values()))) == 40


def test_a_look_does_not_depend_on_the_order_of_trials() -> None:
    trials = testing.loaded(testing.result()).trials
    assert style.looks(trials) == style.looks(trials[::-1])


@pytest.mark.parametrize("low, high, ticks", [
    (90, 1.1e6, [100, 1e3, 1e4, 1e5, 1e6]),
    (1.8e3, 1.1e4, [2e3, 5e3, 1e4]),
])
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert style.log_ticks(low, high) == pytest.approx(ticks)


def test_limits_hold_all_values_and_ignore_what_no_log_axis_can_show() -> None:
    low, high = style.log_limits([0.0, 5.0, 6.0, float("inf"), float("nan")])
    assert low < 5 < 6 < high
    assert high / low == pytest.approx(4)
    assert len(style.log_ticks(low, high)) >= 2


def test_limits_exist_even_without_values() -> None:
    low, high = style.log_limits([])
    assert 0 < low < high


@pytest.mark.parametrize("seed", range(20))
def test_labels_keep_their_order_their_distance_and_their_frame(seed: int) -> None:
    wanted = np.random.default_rng(seed).uniform(0, 1, 14).tolist()
    places = style.spread_out(wanted, 0.05, 0.0, 1.0)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(np.array(places)[order]) >= 0.05 - 1e-9).all()
    assert min(places) >= -1e-9
    assert max(places) <= 1 + 1e-9


def test_labels_with_room_stay_where_they_are_wanted() -> None:
    assert style.spread_out([0.9, 0.1, 0.5], 0.05, 0, 1) == pytest.approx([0.9, 0.1, 0.5])
