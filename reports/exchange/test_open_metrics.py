"""OpenMetrics text, by the rules of its specification and by Prometheus' own readers where there are any."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import exchange_testing as made
import open_metrics
import testing
from measures import MEASURES

LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} ([0-9.]+(?:e[+-]?[0-9]+)?)")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def text_of(folder: Path, *documents: made.Json, options: tuple[str, ...] = ()) -> str:
    return made.exported(folder, "openmetrics", *documents, options=options).decode()


def samples_of(text: str) -> Samples:
    """Reads the text by the grammar of https://prometheus.io/docs/specs/om/open_metrics_spec/#abnf."""
    *lines, end, nothing = text.split("\n")
    assert (end, nothing) == ("# EOF", "")
    found: Samples = {}
    seen: list[str] = []
    for line in lines:
        if line.startswith("# "):
            kind, name, rest = line[2:].split(" ", 2)
            if kind == "TYPE":
                assert rest == "gauge" and name not in seen, line
                seen.append(name)
            assert name == seen[-1] and kind in ("TYPE", "UNIT", "HELP"), line
            assert kind != "UNIT" or name.endswith(f"_{rest}"), line
            continue
        match = SAMPLE.fullmatch(line)
        assert match and match[1] == seen[-1], line
        labels = LABEL.findall(match[2])
        assert ",".join(f'{name}="{value}"' for name, value in labels) == match[2], line
        key = match[1], frozenset((name, unescaped(value)) for name, value in labels)
        assert key not in found and len(dict(labels)) == len(labels), line
        found[key] = float(match[3])
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def values(samples: Samples, family: str, **labels: str) -> dict[str, float]:
    """The values of a family by their bound, where labels are as given."""
    return {dict(have).get("bound", ""): value for (name, have), value in samples.items()
            if name == family and labels.items() <= set(have)}


def test_a_latency_is_its_interval_in_seconds(tmp_path: Path) -> None:
    source = testing.trial(launches=6)
    samples = samples_of(text_of(tmp_path, testing.result([source])))
    for statistic in ("p50", "max"):
        expected = {bound: value / 1e9 for bound, value in source["summary"][statistic].items()}
        assert values(samples, "ipcmark_latency_seconds", statistic=statistic) == expected
    assert values(samples, "ipcmark_peak_memory_bytes") == source["summary"]["peak_rss_bytes"]
    assert values(samples, "ipcmark_launches") == {"": 6}
    assert values(samples, "ipcmark_interval_coverage_ratio") == {"": source["confidence"]}


def test_every_statistic_has_a_family(tmp_path: Path) -> None:
    assert open_metrics.FAMILIES.keys() == MEASURES.keys()
    names = {name for name, _ in samples_of(text_of(tmp_path, made.medium()))}
    assert {family.name for family in open_metrics.FAMILIES.values()} <= names


def test_a_run_says_when_and_where_it_was(tmp_path: Path) -> None:
    samples = samples_of(text_of(tmp_path, made.medium()))
    assert values(samples, "ipcmark_run_started_timestamp_seconds", run="first", revision="0123abc",
                  kernel="Linux") == {"": 1769862896.0}


def test_what_has_no_figures_is_counted(tmp_path: Path) -> None:
    samples = samples_of(text_of(tmp_path, made.medium()))
    found = {dict(labels)["reason"]: value for (name, labels), value in samples.items()
             if name == "ipcmark_trials_without_figures"}
    assert found == {"failed: 214 of 200000 messages never arrived (verification)": 1,
                     "skipped: message longer than msgsize_max (8192)": 1}


def test_several_runs_are_told_apart_by_a_label(tmp_path: Path) -> None:
    samples = samples_of(text_of(tmp_path, made.medium("first"), made.medium("second")))
    counts = [sum(("run", run) in labels for _, labels in samples) for run in ("first", "second")]
    assert counts[0] == counts[1] == len(samples) / 2


def test_one_launch_has_no_bounds(tmp_path: Path) -> None:
    source = testing.trial(launches=1) | {"confidence": 0}
    samples = samples_of(text_of(tmp_path, testing.result([source]), options=("--statistic", "p50")))
    assert values(samples, "ipcmark_latency_seconds").keys() == {"median"}


def test_hostile_labels_come_back_but_for_characters_that_end_lines(tmp_path: Path) -> None:
    text = text_of(tmp_path, made.hostile())
    assert len(text.splitlines()) == text.count("\n")
    (labels,) = (dict(labels) for name, labels in samples_of(text) if "started" in name)
    assert labels["suite"] == 'a,"b"\nc\\d\\n é 管 # {x="y"} %s'


def test_prometheus_python_client_reads_the_same_samples(tmp_path: Path) -> None:
    """Its reader of OpenMetrics, and that of the older format, for which the textfile collector stands."""
    for name in ("openmetrics.parser", "parser"):
        try:
            parser: Any = importlib.import_module(f"prometheus_client.{name}")
        except ImportError:
            pytest.skip("prometheus_client is missing; install python3-prometheus-client")
        for document in (made.medium(), made.hostile()):
            text = text_of(tmp_path, document)
            read = {(sample.name, frozenset(sample.labels.items())): sample.value
                    for family in parser.text_string_to_metric_families(text) for sample in family.samples}
            assert read == samples_of(text)


def test_promtool_finds_nothing_wrong(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is missing; it comes with the package prometheus")
    done = subprocess.run([promtool, "check", "metrics"], input=text_of(tmp_path, made.hostile()).encode(),
                          capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
