"""Shelly of both generations and Tasmota: real requests, replies without the field, captures."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeterError
from harness.power.meters import shelly, tasmota
from harness.power.meters.meter import Value
from harness.records.meter import MeterEntry
from tests.power.fixtures import CORPUS
from tests.power.meters.servers import http_reply, plug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GEN1 = {"meters": [{"power": 12.5, "is_valid": True}, {"power": 3}], "relays": []}
GEN2 = {"id": 0, "apower": 47.11, "aenergy": {"total": 5.125, "by_minute": [0.0]}}
TASMOTA = {"StatusSNS": {"Time": "T", "ENERGY": {"Power": 2, "Voltage": 230}}}
NOT_THERE = http_reply({}, "404 Not Found")


def serve(pages: Mapping[str, object]) -> Callable[[str], bytes]:
    return lambda path: http_reply(pages[path]) if path in pages else NOT_THERE


@pytest.mark.parametrize(
    ("pages", "channel", "watts", "counter_j"),
    [
        ({"/rpc/Switch.GetStatus?id=0": GEN2}, 0, 47.11, pytest.approx(18450.0)),
        ({"/rpc/PM1.GetStatus?id=2": {"apower": 3}}, 2, 3.0, None),
        ({"/status": GEN1}, 0, 12.5, None),
        ({"/status": GEN1}, 1, 3.0, None),
    ],
)
def test_shelly(
    pages: Mapping[str, object], channel: int, watts: float, counter_j: float | None
) -> None:
    with plug(serve(pages)) as url:
        meter = shelly.open_meter(MeterEntry(kind="shelly", target=url, channel=channel))
        before = time.monotonic_ns()
        sample = meter.read()
        after = time.monotonic_ns()
        meter.close()
    assert (sample.watts, sample.counter_j) == (watts, counter_j)
    assert before <= sample.begin_ns < sample.end_ns <= after


def test_tasmota() -> None:
    with plug(serve({"/cm?cmnd=Status%208": TASMOTA})) as url:
        assert tasmota.open_meter(MeterEntry(kind="tasmota", target=url)).read().watts == 2.0


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({}, "has none of /rpc/Switch"),
        ({"/rpc/Switch.GetStatus?id=0": {"output": True}}, "no `apower`"),
        ({"/rpc/Switch.GetStatus?id=0": {"apower": None}}, "no number"),
        ({"/rpc/Switch.GetStatus?id=0": {"apower": "3"}}, "no number"),
        ({"/rpc/Switch.GetStatus?id=0": {"apower": True}}, "no number"),
        ({"/rpc/Switch.GetStatus?id=0": {"apower": float("nan")}}, "has no value"),
        ({"/rpc/Switch.GetStatus?id=0": {"apower": 1, "aenergy": {"total": "x"}}}, "aenergy.total"),
        ({"/status": {}}, "no `meters[0].power`"),
        ({"/status": {"meters": []}}, "no `meters[0].power`"),
        ({"/status": {"meters": [{}]}}, "no `meters[0].power`"),
        ({"/status": {"meters": {"0": {"power": 3}}}}, "no `meters[0].power`"),
        ({"/status": {"meters": [{"power": 3.0, "is_valid": False}]}}, "not valid"),
    ],
)
def test_shelly_without_its_power_is_an_error_and_never_0_w(
    pages: Mapping[str, object], words: str
) -> None:
    with plug(serve(pages)) as url, pytest.raises(MeterError) as caught:
        shelly.open_meter(MeterEntry(kind="shelly", target=url))
    assert words in caught.value.what


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"WARNING": "Need user=<username>&password=<password>"},
        {"StatusSNS": {"Time": "T"}},
        {"StatusSNS": {"ENERGY": {"Voltage": 230}}},
        {"StatusSNS": []},
    ],
)
def test_tasmota_without_its_power_is_an_error_and_never_0_w(reply: object) -> None:
    with (
        plug(serve({"/cm?cmnd=Status%208": reply})) as url,
        pytest.raises(MeterError, match=r"no `StatusSNS\.ENERGY\.Power`"),
    ):
        tasmota.open_meter(MeterEntry(kind="tasmota", target=url))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "3", "nan"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["apower", "aenergy", "total", "meters", "power", "StatusSNS", "ENERGY", "Power"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["apower", "meters", "StatusSNS", "aenergy"]), _JSON))
def test_whatever_comes_is_a_finite_number_or_an_error(data: dict[str, object]) -> None:
    parsers: list[Callable[[], Value]] = [
        lambda: shelly.first_generation(data, 0, "w"),
        lambda: shelly.second_generation(data, 0, "w"),
        lambda: tasmota.parse(data, "w"),
    ]
    for parse in parsers:
        try:
            value = parse()
        except MeterError:
            continue
        assert abs(value.watts) < 1e9


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
def test_captured_replies() -> None:
    folder = CORPUS / "meters"
    reply = json.loads((folder / "shelly_gen2_switch_getstatus.json").read_text())
    assert shelly.second_generation(reply, 0, "w") == Value(47.11, 5.125 * 3600)
    reply = json.loads((folder / "tasmota_status8.json").read_text())
    assert tasmota.parse(reply, "w") == Value(2.0)
