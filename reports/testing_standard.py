"""A synthetic result with the size of a real run of the suite standard: about 1400 trials of 40 mechanisms.

`python3 testing_standard.py DIR` writes it to DIR/result.json. Nothing here was ever measured.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from testing import Json, Model, result, skip, summary_of, trial, write

# Mechanisms by family, and what one crossing of a message costs there, in ns, and each of its bytes.
FAMILIES: dict[str, tuple[str, float, float]] = {
    "null": ("null", 14, 0.0),
    "pipe": ("anonymous_pipe fifo packet_pipe vmsplice_pipe pty", 1150, 0.19),
    "socket": ("unix_stream unix_stream_named unix_abstract unix_seqpacket unix_dgram tcp_loopback "
               "tls_loopback udp_loopback vsock uring_unix uring_unix_sqpoll uring_tcp uring_tcp_sqpoll",
               1900, 0.26),
    "queue": ("posix_mq sysv_msg", 1400, 0.27),
    "shm": ("shm_spsc shm_mpmc shm_broadcast shm_mutex shm_semaphore shm_seqlock shm_triple_buffer "
            "shm_spinlock shm_sysv_semaphore", 70, 0.06),
    "notify": ("futex posix_sem_named eventfd sysv_sem realtime_signal file_lock inotify", 300, 0.0),
    "copy": ("process_vm fd_passing file_exchange", 2500, 0.15),
    "desktop": ("dbus x11_clipboard x11_property", 60_000, 1.1),
}
ADAPTIVE = FAMILIES["shm"][0].split()[:7] + ["futex", "posix_sem_named"]
SHARED = ("packet_pipe", "unix_dgram", "posix_mq", "sysv_msg", "shm_mpmc", "shm_mutex", "fd_passing")
NEEDY = {
    "x11_clipboard": "there is no X display (DISPLAY is not set)",
    "x11_property": "there is no X display (DISPLAY is not set)",
    "vsock": "this kernel has no loopback for AF_VSOCK (CONFIG_VSOCKETS_LOOPBACK)",
}
SIZES = (8, 64, 1024, 4096, 65536, 1048576)
LAUNCHES = 8


def models() -> Iterator[Model]:
    """The mechanisms, each a little slower than the one before it in its family."""
    for family, (names, fixed, byte) in FAMILIES.items():
        for place, name in enumerate(names.split()):
            waits = ("block",) if family == "null" else ("spin",) if name == "shm_spinlock" else (
                "spin", "block", "adaptive") if name in ADAPTIVE else ("spin", "block")
            yield Model(name, family, waits, fixed * (1 + 0.17 * place), byte * (1 + 0.06 * place))


def plan() -> Iterator[tuple[Model, str, str, int, str]]:
    """Every trial of the suite: model, workload, placement, size in bytes, wait. Nobody spins on one core."""
    for model in models():
        sizes = SIZES if model.family != "notify" else (0,)
        for wait in model.waits:
            for placement in ("two_cores",) if wait == "spin" else ("two_cores", "same_core"):
                for size in sizes:
                    yield model, "ping_pong", placement, size, wait
                    yield model, "stream", placement, size, wait
            yield model, "idle", "two_cores", min(64, sizes[-1]), wait
            if wait == "block" and model.name in SHARED:
                yield model, "crowd", "two_cores", 64, wait


def typical(model: Model, workload: str, placement: str, size: int, wait: str) -> float:
    """The made-up ns of a message, or of a round trip."""
    asleep = 900.0 if wait != "spin" and model.fixed_ns < 1000 else 0.0
    crossing = model.fixed_ns + asleep + size * model.byte_ns
    apart = {"spin": 110.0, "adaptive": 9000.0}.get(wait, 26_000.0) if placement == "two_cores" else 0.0
    return crossing + apart / 40 if workload in ("stream", "crowd") else 2 * crossing + apart


def coarser(made: Json) -> Json:
    """The trial with pairs of bins made one: a real launch fills some 150 of them, a synthetic one 300."""
    for launch in made["launches"]:
        if launch["latency_ns"]:
            histogram = launch["latency_ns"]["histogram"]
            bins = histogram["bins"] if len(histogram["bins"]) % 2 == 0 else [[1, 0], *histogram["bins"]]
            pairs = zip(bins[::2], bins[1::2])
            histogram["bins"] = [[edge, lower + upper] for (_, lower), (edge, upper) in pairs]
    return made


def complete(made: Json) -> Json:
    """The trial with what launches have had since results hold mechanisms: set-up, handles, fairness."""
    for place, launch in enumerate(made["launches"]):
        launch["set_up_ns"] = 5e6 + 1e5 * place + 2e5 * len(made["mechanism"])
        for side in launch["resources"].values():
            side["open_handles"] = len(made["family"])
        if made["workload"] == "crowd":
            launch["fairness"] = {"producers": 0.99 - 0.01 * place, "consumers": 0.98 - 0.02 * place}
    if made["workload"] == "crowd":
        for side in ("producer", "consumer"):
            found, _ = summary_of(launch["fairness"][f"{side}s"] for launch in made["launches"])
            made["summary"][f"{side}_fairness"] = found
    return made


def floors() -> Json:
    """Floors of this synthetic machine that testing.result has not: wake-ups, and memcpy of big blocks."""
    sizes = (8, 64, 512, 4096, 32768, 262144, 2097152, 4194304)
    return {"wake_up_round_trip_ns": {"same_core": 1900.0, "two_cores": 25_000.0},
            "memcpy": [{"size": size, "bytes_per_s": 2.4e10 * size / (size + 64.0)} for size in sizes]}


def standard() -> Json:
    """The whole document, with skips; what needs a display or a module of the kernel has nothing else."""
    trials, skipped = [], []
    for number, (model, workload, placement, size, wait) in enumerate(plan()):
        where: Json = {"workload": workload, "placement": placement, "size": size, "wait": wait}
        if model.name in NEEDY:
            skipped.append(skip(model.name, NEEDY[model.name], **where))
        else:
            trials.append(complete(coarser(trial(
                model.name, model.family, typical_ns=typical(model, **where), launches=LAUNCHES, seed=number,
                **where))))
    made = result(trials, skipped)
    made["floors"] |= floors()
    return made


if __name__ == "__main__":
    print(write(standard(), Path(sys.argv[1])))
