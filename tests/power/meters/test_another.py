"""Lines of another board's sensor to watts on that board's clock; whatever the lines are."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import LinkError, MeterError, MeterGoneError
from harness.power.meters import listening
from harness.power.meters.another import Another, open_meter, traits_of_sensor
from harness.power.meters.meter import Sample
from harness.records.board import SensorFile
from harness.records.meter import MeterEntry
from tests.power.meters.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

POWER = SensorFile(
    id="ina226:VIN", kind="power", path="/p", scale=1e-6, scope="rails", label="VIN", period_ms=40
)
PRODUCT = SensorFile(
    id="x", kind="product", path="/u", path2="/i", scale=1e-6, scope="rails", label="X"
)
COUNTER = SensorFile(
    id="x", kind="energy", path="/e", scale=1e-6, scope="rails", label="X", wrap_raw=999_999
)


def read_all(sensor: SensorFile, *lines: bytes) -> list[Sample | str]:
    """Every reading or complaint until the meter is gone."""
    meter = Another(Told(*lines), sensor, where="pi")
    found: list[Sample | str] = []
    while True:
        try:
            sample = meter.read()
            found += [sample] if sample is not None else []
        except MeterGoneError:
            return found
        except MeterError as error:
            found.append(error.what)


def test_power_and_volts_times_amperes() -> None:
    assert read_all(POWER, b"5 2500000 0\n", b"9 -1000 0\n") == [
        Sample(5, 5, 2.5),
        Sample(9, 9, -0.001),
    ]
    assert read_all(PRODUCT, b"5 5000 400\n") == [Sample(5, 5, 2.0)]


def test_a_counter_is_the_mean_since_the_reading_before_and_wraps() -> None:
    second = 10**9
    lines = [b"%d %d 0\n" % (n * second, raw) for n, raw in enumerate((100_000, 600_000, 100_000))]
    found = [one for one in read_all(COUNTER, *lines) if isinstance(one, Sample)]
    assert [one[:2] for one in found] == [(0, second), (second, 2 * second)]
    assert [one.watts for one in found] == pytest.approx([0.5, 0.5])
    assert read_all(COUNTER, b"7 1 0\n", b"7 2 0\n") == []


def test_failed_readings_and_nonsense_are_complaints() -> None:
    found = read_all(
        POWER, b"!\n", b"watts\n", b"5 1000000 0\n", b"5 1 0", b"6 9999999999999999 0\n"
    )
    assert found[0] == "the sensor could not be read"
    assert found[1] == "sent b'watts\\n'"
    assert found[2] == Sample(5, 5, 1.0)
    assert "sent b'5 1 0'" in str(found[3])
    assert "the meter has no value" in str(found[4])


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_comes_is_a_reading_or_a_complaint(lines: list[bytes]) -> None:
    for one in read_all(POWER, *lines):
        assert isinstance(one, Sample | str)


def test_a_lost_link_is_the_end_in_its_words() -> None:
    meter = Another(Told(error=LinkError("the link is lost")), POWER, where="pi VIN")
    with pytest.raises(MeterGoneError, match="pi VIN: the link is lost"):
        list(iter(meter.read, 0))


def test_silence_is_waited_for_and_then_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    class Silent(Told):
        def lines(self) -> Iterator[bytes]:
            yield waiting.get()

    told = Silent()
    meter = Another(told, POWER, where="pi")
    assert meter.read() is None
    monkeypatch.setattr(listening, "SILENT_S", 0.0)
    with pytest.raises(MeterError, match="sent nothing"):
        meter.read()
    meter.close()
    assert told.closed.is_set()
    waiting.put(b"")


def test_traits_follow_the_sensor() -> None:
    found = traits_of_sensor(POWER)
    assert (found.scope, found.gain, found.period_ms, found.pushes) == ("board", 0.02, 40, True)


def test_the_way_to_a_board_is_nobodys_here() -> None:
    with pytest.raises(MeterError, match="not read by the controller"):
        open_meter(MeterEntry(kind="board", target="pi", hwmon="x"))
