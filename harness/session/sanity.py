"""Can the values of a frame be at all? It arrived whole; whether it makes sense is asked here.

Whatever passes is finite, of the type its name says, and within bounds no board can leave; so no
other value can enter a Measurement. Whether a possible value is believed is for the rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.records.layers import LAYERS_LIMIT

LIMIT_NS = 86_400 * 10**9  # a day: the longest a JOB lets one repetition last
SAMPLES_LIMIT = 1_000  # as the runner has it
READINGS_LIMIT = 20_000
WATCHED_LIMIT = 64
CLOCKS = 4
WORDS_LIMIT = 320
MAX_CLOCK_HZ = 2e10  # the fastest cores do 6 GHz; an overclocked one is not three times as fast
MIN_C, MAX_C = -60.0, 200.0
_REGISTER = 1 << 63
_BYTES = 1 << 50

# Operations a core could do in one cycle (a multiply-accumulate is two): outer products of the
# widest matrix units there are, of 512 bits, with room to spare.
OPS_PER_CYCLE: Mapping[str, int] = {
    "w1a1": 16_384,
    "w8a8": 4_096,
    "fp16": 2_048,
    "bf16": 2_048,
    "fp32": 1_024,
}
# bytes of its nearest cache that a core could read in one cycle
_READ_BYTES_PER_CYCLE = 1_024
_CORE_HZ = 1e10

# bounds of whole numbers, in whatever frame they stand
WHOLE: Mapping[str, tuple[int, int]] = {
    "rep": (0, 10**6),
    "window": (0, 10**6),
    "iterations": (0, 10**12),  # as the runner sizes its loops
    "warmup": (0, 10**15),
    "inferences": (0, 10**15),
    "begin_ns": (0, _REGISTER),
    "end_ns": (0, _REGISTER),
    "load_ns": (0, LIMIT_NS),
    "first_ns": (0, LIMIT_NS),
    "inv_switches": (0, 10**12),
    "double_ns": (0, LIMIT_NS * 4096),
    "fresh_ns": (0, LIMIT_NS * 4096),
    "minor_faults": (0, 10**12),
    "major_faults": (0, 10**12),
    "weights_bytes": (0, _BYTES),
    "arena_bytes": (0, _BYTES),
    "peak_rss_bytes": (0, _BYTES),
    "count": (0, 10**9),
    "cache_bytes": (0, _BYTES),
    "readings": (0, 10**9),
    "fast_readings": (0, 10**9),
    "reader_cpu_ns": (0, LIMIT_NS),
    "off_core_ns": (1, LIMIT_NS * 4096),
    "releases": (1, 10**9),
    "missed": (0, 10**9),
    "busy_ns": (0, LIMIT_NS),
    "marks_ns": (0, _REGISTER),
    "hot_mc": (0, 200_000),
}
REAL: Mapping[str, tuple[float, float]] = {
    "clock_hz": (0.0, MAX_CLOCK_HZ),
    "bytes_per_s": (1.0, _READ_BYTES_PER_CYCLE * _CORE_HZ),
}
FLAGS = ("check", "check_before", "check_after", "steady", "final", "spare")
# of one fixed piece of work: while no sensor is read, while they are, and while they are more often
COST_LISTS = tuple(
    f"{way}_{clock}_ns" for way in ("off", "on", "fast") for clock in ("wall", "cpu")
)
# lists of whole numbers: bounds of each, and of their count; a time <= 0 is for rule V22 to name
LISTS: Mapping[str, tuple[int, int, int]] = {
    "wall_ns": (-LIMIT_NS, LIMIT_NS, SAMPLES_LIMIT),
    "cpu_ns": (0, LIMIT_NS * 4096, SAMPLES_LIMIT),  # of all threads together
    "layer_ns": (0, LIMIT_NS, LAYERS_LIMIT),
    "t_ns": (0, _REGISTER, READINGS_LIMIT),
    "raw": (-_REGISTER, _REGISTER, READINGS_LIMIT),
    "raw2": (-_REGISTER, _REGISTER, READINGS_LIMIT),
    **dict.fromkeys(COST_LISTS, (1, LIMIT_NS, SAMPLES_LIMIT)),
    "clocks_before": (0, _REGISTER, CLOCKS),
    "clocks_after": (0, _REGISTER, CLOCKS),
    "bucket_n": (1, 10**15, SAMPLES_LIMIT),
    "bucket_hz": (0, int(MAX_CLOCK_HZ), SAMPLES_LIMIT),
    "response_ns": (0, LIMIT_NS, 5),
    "mark_ms": (0, LIMIT_NS, SAMPLES_LIMIT),
    # what could not be read is a number that no board has
    "mark_mc": (-(10**18), 10**18, SAMPLES_LIMIT),
}
WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "item": r"[!-~]{1,128}",
        "unit": r"[a-z0-9]{1,32}",
        "level": r"l[1-4]|dram",
        "sensor": r"[!-~]{0,128}",  # "": a window for the meters beside the board
        "variant": r"[A-Za-z0-9_,]{0,256}",
        "cpu_mask": r"(?:0x[0-9a-f]{1,260})?",
        "cpu_clock": r"thread|process",
        "boot_id": r"[ -~]{1,64}",
        "boot_id_start": r"[ -~]{1,64}",
        "boot_id_end": r"[ -~]{1,64}",
        "check_detail": rf"[^\x00]{{0,{WORDS_LIMIT}}}",
        "runtime_version": r"[ -~]{0,256}",
        "choice": r"[ -~]{0,320}",
        "executed": r"[!-~]{0,256}",
        "sha256": r"[0-9a-f]{64}",
        "status": r"done|failed|timeout",
        "stop": r"[a-z]{1,32}",
    }.items()
}
_VARIANT = re.compile(r"[A-Za-z0-9_]{0,96}", re.ASCII)
NEEDED: Mapping[str, tuple[str, ...]] = {
    "sample": (
        *("item", "rep", "iterations", "wall_ns", "cpu_ns", "check_before", "check_after"),
        *("variant", "cpu_mask", "boot_id"),
    ),
    "long": (
        *("item", "rep", "iterations", "wall_ns", "cpu_ns", "check_before", "check_after"),
        *("variant", "cpu_mask", "boot_id"),
    ),
    "energy": ("item", "sensor", "begin_ns", "end_ns", "t_ns", "raw", "inferences", "check"),
    "idle": ("sensor", "begin_ns", "end_ns", "t_ns", "raw"),
    "step": ("sensor", "begin_ns", "end_ns", "t_ns", "raw"),
    "sampling_cost": (
        *("cpu_mask", "spare", "readings", "fast_readings", "reader_cpu_ns", "off_core_ns"),
        *COST_LISTS,
    ),
    "peak": ("unit", "ops_per_s"),
    "read": ("level", "bytes_per_s", "cache_bytes"),
    "item_end": ("item", "final", "count", "sha256", "status", "stop"),
}


def fault(payload: Mapping[str, Any]) -> str:
    """Return what is wrong with a frame's values in words, or nothing."""
    kind = str(payload.get("kind"))
    for key in NEEDED.get(kind, ()):
        if key not in payload:
            return f"{kind} frame without {key}"
    for key, value in payload.items():
        words = _wrong(key, value)
        if words:
            return f"{kind} frame: {key} {words}"
    if kind == "peak":
        return _peak_fault(payload)
    if kind in {"sample", "long"}:
        return _sample_fault(payload) or (_long_fault(payload) if kind == "long" else "")
    if kind == "sampling_cost":
        return _cost_fault(payload)
    return _window_fault(kind, payload) if kind in {"energy", "idle", "step"} else ""


def most_ops_per_s(precision: str) -> float:
    """Return operations/s that no core of today reaches, whatever a board says of itself."""
    return OPS_PER_CYCLE.get(precision, max(OPS_PER_CYCLE.values())) * _CORE_HZ


def words_of(payload: Mapping[str, Any], key: str) -> str:
    """Return a board's own words for people: printable and short; nothing when there are none."""
    value = payload.get(key)
    text = value if isinstance(value, str) else ""
    return "".join(c if c.isprintable() else "?" for c in text[:WORDS_LIMIT])


def celsius(millidegrees: object) -> float | None:
    """Return a temperature file's content in degrees; None for what no board survives."""
    if not isinstance(millidegrees, int) or isinstance(millidegrees, bool):
        return None
    # compared as whole numbers: a file may hold any
    inside = MIN_C * 1000 <= millidegrees <= MAX_C * 1000
    return millidegrees / 1000 if inside else None


def _wrong(key: str, value: object) -> str:
    if key in WHOLE:
        return "" if _is_whole(value, *WHOLE[key]) else "is no number that can be"
    if key in REAL:
        return "" if _is_real(value, *REAL[key]) else "is no number that can be"
    if key in FLAGS:
        return "" if isinstance(value, bool) else "is neither true nor false"
    if key in LISTS:
        return _list_fault(value, *LISTS[key])
    if key in WORDS:
        good = isinstance(value, str) and WORDS[key].fullmatch(value)
        return "" if good else "is no text that can be"
    if key == "layer_variants":
        return "" if _are_variants(value) else "holds what is no kernel's name"
    if key in {"watch_before", "watch_after"}:
        return "" if _is_watch(value) else "holds what no file can"
    return ""


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_real(value: object, low: float, high: float) -> bool:
    # NaN compares false
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _list_fault(value: object, low: int, high: int, most: int) -> str:
    if not isinstance(value, list):
        return "is no list"
    if len(value) > most:
        return f"holds {len(value)} values, at most {most} can be"
    return "" if all(_is_whole(v, low, high) for v in value) else "holds a value that cannot be"


def _are_variants(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= LAYERS_LIMIT
        and all(isinstance(v, str) and _VARIANT.fullmatch(v) for v in value)
    )


def _is_watch(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= WATCHED_LIMIT
        and all(
            v is None or _is_whole(v, -(10**18), 10**18) or (isinstance(v, str) and len(v) <= 256)
            for v in value.values()
        )
    )


def _peak_fault(payload: Mapping[str, Any]) -> str:
    limit = most_ops_per_s(payload["unit"])
    value = payload["ops_per_s"]
    if _is_real(value, 1.0, limit):
        return ""
    return f"peak frame: no core does that ({payload['unit']}, at most {limit:g} ops/s)"


def _sample_fault(payload: Mapping[str, Any]) -> str:
    wall, cpu = payload["wall_ns"], payload["cpu_ns"]
    if payload["iterations"] < (1 if wall else 0):
        return "sample frame: no iterations"
    # the runner measures both clocks of every sample
    if len(cpu) != len(wall):
        return "sample frame: wall and CPU times do not pair"
    layers, variants = payload.get("layer_ns", ()), payload.get("layer_variants", ())
    return "" if len(layers) == len(variants) else "sample frame: layers and kernels do not pair"


def _cost_fault(payload: Mapping[str, Any]) -> str:
    counts = {len(payload[key]) for key in COST_LISTS}
    return "" if len(counts) == 1 and 0 not in counts else "sampling_cost frame: times do not pair"


def _long_fault(payload: Mapping[str, Any]) -> str:
    if not payload["wall_ns"]:
        return ""  # a wrong output has no numbers
    if not payload.keys() >= {"begin_ns", "end_ns", "inferences"}:
        return "long frame without its window"
    if not 0 < payload["end_ns"] - payload["begin_ns"] <= LIMIT_NS or not payload["inferences"]:
        return "long frame: a window that cannot be"
    if "releases" in payload:
        quantiles = payload.get("response_ns", ())
        good = len(quantiles) == 5 and quantiles == sorted(quantiles) and quantiles[0] > 0
        served = payload["inferences"] <= payload["releases"]
        possible = payload.get("missed", -1) <= payload["releases"] and "missed" in payload
        if not (good and served and possible and "busy_ns" in payload):
            return "long frame: a pace that cannot be"
    elif len(payload.get("bucket_n", ())) != len(payload["wall_ns"]):
        return "long frame: buckets and their times do not pair"
    return ""


def _window_fault(kind: str, payload: Mapping[str, Any]) -> str:
    begin, end = payload["begin_ns"], payload["end_ns"]
    if not payload["sensor"] and (payload["t_ns"] or payload["raw"] or payload.get("raw2")):
        return f"{kind} frame: readings of no sensor"
    # differences of this size are exact in the arithmetic that follows
    if end - begin > LIMIT_NS or any(abs(t - begin) > LIMIT_NS for t in payload["t_ns"]):
        return f"{kind} frame: readings of another time than the window's"
    return ""
