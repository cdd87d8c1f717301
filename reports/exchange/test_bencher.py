"""Bencher's metric format against the schema that Bencher publishes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bencher
import exchange_testing as made
import testing
from measures import MEASURES

MEMBERS = {"value", "lower_value", "upper_value"}


def document_of(folder: Path, result: made.Json, *options: str) -> Any:
    return json.loads(made.exported(folder, "bencher", result, options=options))


def test_every_metric_is_the_interval_of_its_statistic(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    (metrics,) = document_of(tmp_path, testing.result([source])).values()
    for name, interval in source["summary"].items():
        assert metrics[bencher.SLUGS[name]] == {
            "value": interval["median"], "lower_value": interval["low"], "upper_value": interval["high"]}


def test_measures_have_slugs_of_bencher_s_form(tmp_path: Path) -> None:
    assert bencher.SLUGS.keys() == MEASURES.keys()
    assert len(set(bencher.SLUGS.values())) == len(MEASURES)
    assert (bencher.SLUGS["p50"], bencher.SLUGS["messages_per_s"]) == ("latency", "throughput")
    for slug in bencher.SLUGS.values():
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= 64


def test_one_launch_has_no_bounds(tmp_path: Path) -> None:
    source: made.Json = testing.trial(launches=1) | {"confidence": 0}
    assert document_of(tmp_path, testing.result([source]), "--statistic", "p50") == {
        "pipe/ping_pong/64/block/two_cores": {"latency": {"value": source["summary"]["p50"]["median"]}}}


def test_a_trial_without_the_statistic_is_not_there(tmp_path: Path) -> None:
    assert list(document_of(tmp_path, made.medium(), "--statistic", "overtaken_messages")) == [
        "pipe/urgent/64/block/two_cores"]


def test_hostile_names_are_json_and_short_enough(tmp_path: Path) -> None:
    document = document_of(tmp_path, made.hostile())
    assert len(document) == len(document_of(tmp_path, made.medium()))
    for name, metrics in document.items():
        assert 0 < len(name) <= 1024 and name.isprintable()
        for metric in metrics.values():
            assert "value" in metric and set(metric) <= MEMBERS
            assert all(isinstance(value, (int, float)) for value in metric.values())
