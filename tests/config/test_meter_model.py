"""The key `meter:` of a board: what it takes, what it becomes, and where its faults stand."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.config.document import load
from harness.config.meter_model import KINDS, MeterModel, meter_entry
from harness.config.schema import validate
from harness.errors import ConfigError
from harness.records.meter import MeterEntry


def entry(text: str) -> MeterEntry:
    return meter_entry(validate(load(text, name="m.yaml"), MeterModel))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shelly: http://plug-1.lan", MeterEntry(kind="shelly", target="http://plug-1.lan")),
        (
            "{shelly: 'http://[fe80::1]:8080', channel: 1, gain: 0.01}",
            MeterEntry(kind="shelly", target="http://[fe80::1]:8080", channel=1, gain=0.01),
        ),
        (
            "{tasmota: http://192.168.7.31, quantum_w: 1, period_ms: 2000, scope: accelerator}",
            MeterEntry(
                kind="tasmota",
                target="http://192.168.7.31",
                quantum_w=1.0,
                period_ms=2000,
                scope="accelerator",
            ),
        ),
        (
            "{scpi: 'TCPIP::wt310.lan::inst0::INSTR', element: 2}",
            MeterEntry(kind="scpi", target="TCPIP::wt310.lan::inst0::INSTR", element=2),
        ),
        (
            "{scpi: 'ASRL/dev/ttyUSB0::INSTR', query: ['MEAS:VOLT?', 'MEAS:CURR? (@1)']}",
            MeterEntry(
                kind="scpi",
                target="ASRL/dev/ttyUSB0::INSTR",
                queries=("MEAS:VOLT?", "MEAS:CURR? (@1)"),
            ),
        ),
        (
            "{scpi: 'TCPIP::10.0.0.2::5025::SOCKET', query: 'MEAS:POW?'}",
            MeterEntry(kind="scpi", target="TCPIP::10.0.0.2::5025::SOCKET", queries=("MEAS:POW?",)),
        ),
        (
            "command: ppk-print --rate '10 Hz'",
            MeterEntry(kind="command", target="ppk-print --rate '10 Hz'"),
        ),
        ("joulescope: 1234", MeterEntry(kind="joulescope", target="1234")),
        (
            "{board: pi-meter, hwmon: ina226}",
            MeterEntry(kind="board", target="pi-meter", hwmon="ina226"),
        ),
    ],
)
def test_what_is_taken(text: str, expected: MeterEntry) -> None:
    assert entry(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "where"),
    [
        ("{}", "here: none", "1:1"),
        ("{shelly: http://a, tasmota: http://b}", "here: shelly, tasmota", "1:1"),
        ("{tasmota: http://a, channel: 1}", "`channel` belongs to `shelly`", "1:1"),
        ("{shelly: http://a, hwmon: x}", "`hwmon` belongs to `board`", "1:1"),
        ("{board: b}", "hwmon", "1:1"),
        ("{scpi: 'GPIB0::1::INSTR', element: 1, query: 'A?'}", "write one of them", "1:1"),
        ("{scpi: 'GPIB0::1::INSTR', element: 7}", "less than or equal to 6", "1:36"),
        ("scpi: T CPIP", "no VISA resource", "1:7"),
        ("{scpi: 'GPIB0::1::INSTR', query: 'OUTP OFF'}", "no query", "1:34"),
        ("{scpi: 'GPIB0::1::INSTR', query: 'OUTP OFF;MEAS:POW?'}", "no query", "1:34"),
        ("{scpi: 'GPIB0::1::INSTR', query: ['A?', 'B?', 'C?']}", "at most 2", "1:34"),
        ("shelly: 192.168.7.3", "write http://", "1:9"),
        ("shelly: http://me:secret@plug", "write http://", "1:9"),
        ("shelly: http://plug/?a=b", "write http://", "1:9"),
        ("shelly: http://plug:99999", "at most 65535", "1:9"),
        ("shelly: file:///etc/passwd", "write http://", "1:9"),
        ('command: "a \'b"', "No closing quotation", "1:10"),
        ("command: --version", "names no program", "1:10"),
        ('command: "a\\nb"', "command of one line", "1:10"),
        ("command: ' '", "names no program", "1:10"),
        ("{command: a, scope: package}", "is not known", "1:21"),
        ("{command: a, gain: 0}", "greater than 0", "1:20"),
        ("{command: a, gain: true}", "wants a number", "1:20"),
        ("{command: a, gain: wide}", "wants a number", "1:20"),
        ("{command: a, perod_ms: 5}", "did you mean 'period_ms'", "1:14"),
        ("joulescope: true", "wants text", "1:13"),
    ],
)
def test_what_is_refused_and_where(text: str, words: str, where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        entry(text)
    assert words in caught.value.what
    assert caught.value.where == f"m.yaml:{where}"


_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("aT1:/. ?;\x00'\u00e4", max_size=12)
)
_KEYS = st.sampled_from([*KINDS, "element", "query", "hwmon", "scope", "gain", "x"])


@settings(max_examples=200)
@given(st.dictionaries(_KEYS, _VALUES | st.lists(_VALUES, max_size=3), max_size=4))
def test_whatever_stands_there_is_data_or_a_complaint(data: dict[str, object]) -> None:
    with contextlib.suppress(ConfigError):
        assert entry(json.dumps(data)).kind in KINDS
