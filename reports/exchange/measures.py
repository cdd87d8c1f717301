"""The statistics that can be exported: units, which way is better, and what a launch says of them."""

from __future__ import annotations

from typing import Any, NamedTuple

SMALLER, BIGGER, NEITHER = "smaller", "bigger", "neither"


class Measure(NamedTuple):
    """What a statistic is: its unit, which values of it are better, and one sentence."""

    unit: str
    better: str
    meaning: str


MEASURES = {
    "p50": Measure("ns", SMALLER, "latency that half of the messages stay within"),
    "p90": Measure("ns", SMALLER, "latency that 90 % of the messages stay within"),
    "p99": Measure("ns", SMALLER, "latency that 99 % of the messages stay within"),
    "p999": Measure("ns", SMALLER, "latency that 99.9 % of the messages stay within"),
    "max": Measure("ns", SMALLER, "longest latency"),
    "mean": Measure("ns", SMALLER, "mean latency"),
    "messages_per_s": Measure("messages/s", BIGGER, "messages received in a second"),
    "bytes_per_s": Measure("bytes/s", BIGGER, "bytes of payload received in a second"),
    "cpu_ns_per_message": Measure(
        "ns/message", SMALLER, "user and system time of both sides for one message"),
    "peak_rss_bytes": Measure("bytes", SMALLER, "peak resident memory of the largest process"),
    "producer_fairness": Measure("ratio", BIGGER, "Jain's index of the producers' rates; 1: all alike"),
    "consumer_fairness": Measure("ratio", BIGGER, "Jain's index of the consumers' shares; 1: all alike"),
    "overtaken_messages": Measure(
        "messages", NEITHER, "ordinary messages that an urgent one overtook, on average"),
}
LATENCIES = ("p50", "p90", "p99", "p999", "max", "mean")


def chosen(asked: tuple[str, ...]) -> tuple[str, ...]:
    """The statistics of an export: those asked for, or all when none was."""
    return asked or tuple(MEASURES)


def values_of(launch: dict[str, Any]) -> dict[str, float]:
    """What the launch of a result file says for each statistic; one that it does not know is left out."""
    values: dict[str, float] = {}
    latency = launch["latency_ns"]
    if latency and latency["count"]:
        values.update((name, latency[name]) for name in LATENCIES)
    values |= {name: launch[name] for name in ("messages_per_s", "bytes_per_s")}
    sides = launch["resources"]["producer"], launch["resources"]["consumer"]
    if launch["messages"]:
        busy = sum(side["user_ns"] + side["system_ns"] for side in sides)
        values["cpu_ns_per_message"] = busy / launch["messages"]
    values["peak_rss_bytes"] = max(side["peak_rss_bytes"] for side in sides)
    if "fairness" in launch:
        values["producer_fairness"] = launch["fairness"]["producers"]
        values["consumer_fairness"] = launch["fairness"]["consumers"]
    if "overtaken_messages" in launch:
        values["overtaken_messages"] = launch["overtaken_messages"]
    return values
