"""SCPI instruments: simulated ones of pyvisa-sim, and one on a real TCP socket."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import MeterError
from harness.power.meters import scpi
from harness.records.meter import MeterEntry
from tests.power.fixtures import CORPUS
from tests.power.meters.servers import instrument

if TYPE_CHECKING:
    from collections.abc import Iterator

SIM = f"{Path(__file__).with_name('wt310_sim.yaml')}@sim"
WT = "TCPIP::127.0.0.1::inst0::INSTR"
SUPPLY = "TCPIP::127.0.0.2::inst0::INSTR"


def wt(element: int) -> MeterEntry:
    return MeterEntry(kind="scpi", target=WT, element=element)


def supply(*queries: str) -> MeterEntry:
    return MeterEntry(kind="scpi", target=SUPPLY, queries=queries)


@contextlib.contextmanager
def opened(entry: MeterEntry, library: str = "@py") -> Iterator[scpi.Scpi]:
    meter = scpi.open_meter(entry, library=library)
    try:
        yield meter
    finally:
        meter.close()


@pytest.mark.parametrize(
    ("entry", "watts"),
    [(wt(1), 7.3812), (wt(2), -1.25e-3), (supply("MEAS:VOLT?", "MEAS:CURR?"), 2.51)],
)
def test_simulated(entry: MeterEntry, watts: float) -> None:
    with opened(entry, SIM) as meter:
        sample = meter.read()
        assert sample.watts == pytest.approx(watts)
        assert sample.begin_ns < sample.end_ns


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (wt(3), "'NAN', which is no number"),
        (wt(4), "'ERROR', which is no number"),
        (supply(), "the meter has no value"),
        (supply("READ?"), "'OVERLOAD'"),
        (MeterEntry(kind="scpi", target="nonsense"), "cannot be opened"),
    ],
)
def test_what_is_no_number_is_an_error(entry: MeterEntry, words: str) -> None:
    with pytest.raises(MeterError) as caught:
        scpi.open_meter(entry, library=SIM)
    assert words in caught.value.what


def test_over_a_real_socket() -> None:
    asked = []

    def answer(line: str) -> str:
        asked.append(line)
        return "+1.5E+01"

    with instrument(answer) as resource:
        entry = MeterEntry(kind="scpi", target=resource, element=2)
        with opened(entry) as meter:
            assert [meter.read().watts for _ in range(3)] == [15.0] * 3
    assert set(asked) == {":NUMERIC:NORMAL:VALUE? 13"}


def test_an_instrument_that_falls_silent_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scpi, "TIMEOUT_MS", 200)
    values = itertools.count(1)

    def answer(_: str) -> str | None:
        value = next(values)
        return None if value == 2 else str(value)

    with (
        instrument(answer) as resource,
        opened(MeterEntry(kind="scpi", target=resource)) as meter,
    ):
        with pytest.raises(MeterError, match=r"MEAS:POW\? was not answered"):
            meter.read()
        assert meter.read().watts == 3.0


def test_an_instrument_that_is_not_there() -> None:
    with instrument(str) as resource:
        pass
    with pytest.raises(MeterError) as caught:
        scpi.open_meter(MeterEntry(kind="scpi", target=resource))
    assert caught.value.where == resource


@given(st.floats(-1e6, 1e6))
def test_numbers_as_instruments_write_them(watts: float) -> None:
    for text in (f"{watts:+.6E}", f" {watts:.6f} W\r"):
        assert scpi.number(text, "Q?", "w") == pytest.approx(watts, rel=1e-5, abs=1e-6)


@given(st.text("0123456789+-.eEWVA nax,\x00", max_size=12))
def test_any_answer_is_a_number_or_an_error(text: str) -> None:
    with contextlib.suppress(MeterError):
        assert abs(scpi.number(text, "Q?", "w")) < 1e9


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout")
def test_the_corpus_instrument() -> None:
    library = f"{CORPUS / 'meters' / 'wt310_pyvisa_sim.yaml'}@sim"
    with opened(wt(1), library) as meter:
        assert meter.read().watts == 7.3812
