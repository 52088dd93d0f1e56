"""Only values of the right type, finite and within bounds, enter a Measurement."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.records.codec import to_json
from harness.records.measurement import Measurement, Status
from harness.session import sanity
from harness.session.judge import judge
from harness.toolchain.build import KERNELS
from tests.helpers.sessions import Spool, context, gemm, item_end, sample, work

RUNNER = KERNELS / "runner"
FRAMES = ("repetition.c", "energy.c", "sensors.c", "ledger.c", "step.c")
NO_NUMBERS: tuple[object, ...] = (None, True, "7", "", [], {}, math.nan, math.inf, -math.inf, 1e308)
WINDOW: dict[str, Any] = {
    "kind": "energy",
    "item": "i",
    "window": 0,
    "sensor": "s",
    "begin_ns": 10,
    "end_ns": 10**9,
    "inferences": 5,
    "check": True,
    "t_ns": [0, 10**9],
    "raw": [1, 1],
}

COST: dict[str, Any] = {
    "kind": "sampling_cost",
    "cpu_mask": "0x3",
    "spare": False,
    **{key: [50_000_000, 51_000_000] for key in sanity.COST_LISTS},
    "readings": 3,
    "fast_readings": 9,
    "reader_cpu_ns": 90_000,
    "off_core_ns": 110_000_000,
}


def test_the_runner_sends_no_number_without_a_bound() -> None:
    """Read from the C code that writes samples, windows and closes."""
    text = "".join((KERNELS / "runner" / name).read_text(encoding="utf-8") for name in FRAMES)
    sent = set(re.findall(r'json_(?:int|num|ints)\(&?\w+, "(\w+)"', text))
    assert {"iterations", "wall_ns", "clock_hz", "raw2", "count", "peak_rss_bytes"} <= sent
    assert sent <= {*sanity.WHOLE, *sanity.REAL, *sanity.LISTS}
    said = set(re.findall(r'json_bool\(&?\w+, "(\w+)"', text))
    assert said <= {*sanity.FLAGS}


@pytest.mark.parametrize("key", sanity.WHOLE)
def test_whole_numbers_have_bounds(key: str) -> None:
    low, high = sanity.WHOLE[key]
    assert 0 <= low < high <= 1 << 63
    for value in (low, high):
        assert not sanity.fault({"kind": "other", key: value})
    for wrong in (low - 1, high + 1, low + 0.5, *NO_NUMBERS):
        assert key in sanity.fault({"kind": "other", key: wrong}), wrong


@pytest.mark.parametrize("key", sanity.REAL)
def test_real_numbers_have_bounds(key: str) -> None:
    low, high = sanity.REAL[key]
    assert not sanity.fault({"kind": "other", key: high})
    for wrong in (low - 1, high * 1.01, *NO_NUMBERS):
        assert key in sanity.fault({"kind": "other", key: wrong}), wrong


@pytest.mark.parametrize("key", sanity.LISTS)
def test_lists_have_bounds_for_each_and_for_all(key: str) -> None:
    low, high, most = sanity.LISTS[key]
    assert not sanity.fault({"kind": "other", key: [low, high]})
    for wrong in (low - 1, high + 1, 1.5, *NO_NUMBERS):
        assert key in sanity.fault({"kind": "other", key: [wrong]}), wrong
    assert key in sanity.fault({"kind": "other", key: [1] * (most + 1)})
    assert key in sanity.fault({"kind": "other", key: {"0": 1}})


@pytest.mark.parametrize("key", sanity.FLAGS)
def test_flags_are_flags(key: str) -> None:
    assert not sanity.fault({"kind": "other", key: False})
    for wrong in (0, 1, "yes", None):
        assert key in sanity.fault({"kind": "other", key: wrong})


@pytest.mark.parametrize("kind", sanity.NEEDED)
def test_what_a_frame_needs_is_needed(kind: str) -> None:
    item = gemm()
    whole: dict[str, dict[str, Any]] = {
        "sample": sample(item),
        "long": sample(item, kind="long", wall_ns=[], cpu_ns=[]),
        "energy": WINDOW,
        "idle": {**WINDOW, "kind": "idle"},
        "step": {**WINDOW, "kind": "step"},
        "sampling_cost": COST,
        "peak": {"kind": "peak", "unit": "w1a1", "ops_per_s": 1e12},
        "read": {"kind": "read", "level": "l2", "bytes_per_s": 1e11, "cache_bytes": 0},
        "item_end": item_end(item, []),
    }
    assert not sanity.fault(whole[kind])
    for key in sanity.NEEDED[kind]:
        assert key in sanity.fault({k: v for k, v in whole[kind].items() if k != key})


@pytest.mark.parametrize("ops_per_s", [0, -1, 1e30, 1e308, "1e12", None, [], True])
def test_a_peak_that_no_core_has_is_none(ops_per_s: object) -> None:
    assert sanity.fault({"kind": "peak", "unit": "w1a1", "ops_per_s": ops_per_s})
    spool = Spool()
    spool.add({"kind": "peak", "unit": "w1a1", "ops_per_s": ops_per_s})
    assert spool.collected().peaks == {}


def test_times_of_the_sampling_cost_come_in_pairs() -> None:
    assert sanity.fault({**COST, "off_wall_ns": [1]})
    assert sanity.fault({**COST, **{key: [] for key in sanity.COST_LISTS}})
    names = set(
        re.findall(r'"((?:off|on|fast)_(?:wall|cpu)_ns)"', (RUNNER / "step.c").read_text("utf-8"))
    )
    assert names == set(sanity.COST_LISTS)


def test_readings_lie_around_their_window() -> None:
    far = 3 * sanity.LIMIT_NS
    assert not sanity.fault(WINDOW)
    assert sanity.fault({**WINDOW, "t_ns": [0, far]})
    assert sanity.fault({**WINDOW, "end_ns": far})


@pytest.mark.parametrize(
    ("content", "degrees"),
    [
        (45_000, 45.0),
        (-40_000, -40.0),
        (10**9, None),
        (-274_000, None),
        ("hot", None),
        (True, None),
    ],
)
def test_temperatures_are_those_a_board_survives(content: object, degrees: float | None) -> None:
    assert sanity.celsius(content) == degrees


def test_words_of_a_board_are_short_and_printable() -> None:
    assert sanity.words_of({"words": "a\x1b[2J\nb\u202e"}, "words") == "a?[2J?b?"
    assert len(sanity.words_of({"words": "x" * 5000}, "words")) == sanity.WORDS_LIMIT
    assert sanity.words_of({"words": [1]}, "words") == ""


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)  # what is larger is no frame at all
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("0x<7f\x00\u202e", max_size=6)
    | st.sampled_from([1, 1000, 10**12, 10**15, 86_400 * 10**9])
)
ANY = VALUES | st.lists(VALUES, max_size=21) | st.dictionaries(st.text(max_size=3), VALUES)
KEYS = sorted(
    {*sample(gemm()), *sanity.WHOLE, *sanity.REAL, *sanity.LISTS, *sanity.WORDS} - {"kind"}
)


def measured(changes: dict[str, Any], close: dict[str, Any], peak: object) -> Measurement:
    """Judge three repetitions, the second of them changed, beside a peak that may be one."""
    the_work, spool = work(), Spool()
    spool.add({"kind": "peak", "unit": "w1a1", "ops_per_s": peak})
    middle = {**sample(the_work.item, 1), **changes}
    spool.item(the_work.item, sample(the_work.item), middle, sample(the_work.item, 2), **close)
    return judge(context(None, the_work), the_work, spool.collected())[0]


@settings(deadline=None, max_examples=400)  # scipy is loaded by the first that is measured
@given(
    st.dictionaries(st.sampled_from(KEYS), ANY, max_size=3),
    st.dictionaries(st.sampled_from(["status", "stop", "words", "boot_id_end"]), ANY, max_size=1),
    VALUES,
)
def test_whatever_is_sent_a_measurement_holds_what_can_be(
    changes: dict[str, Any], close: dict[str, Any], peak: object
) -> None:
    row = measured(changes, close, peak)
    json.dumps(to_json(row), allow_nan=False)
    if row.status in {Status.OK, Status.SUSPECT}:
        assert row.latency_ns is not None
        assert 0 < row.latency_ns.p25 <= sanity.LIMIT_NS
        assert 0 < row.latency_ns.p50 <= sanity.LIMIT_NS
        assert row.clock_hz is None or 0 < row.clock_hz <= sanity.MAX_CLOCK_HZ
        assert row.peak_share is None or 0 < row.peak_share <= 1.05
        assert row.inferences_per_s
        assert math.isfinite(row.inferences_per_s)
    assert all(len(reason.words) <= 1000 for reason in row.reasons)
    assert row.variant is None or re.fullmatch(r"[A-Za-z0-9+]*", row.variant)


def test_a_window_for_meters_beside_the_board_holds_no_readings() -> None:
    empty: dict[str, Any] = {"sensor": "", "t_ns": [], "raw": []}
    for kind in ("energy", "idle"):
        assert not sanity.fault({**WINDOW, **empty, "kind": kind})
        for key in ("t_ns", "raw", "raw2"):
            words = sanity.fault({**WINDOW, **empty, "kind": kind, key: [5]})
            assert words == f"{kind} frame: readings of no sensor"
