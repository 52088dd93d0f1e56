"""Real programs that print readings, garbage, nothing; that hang, fork, end, or are not there."""

from __future__ import annotations

import shlex
import sys
import time
from typing import TYPE_CHECKING

import pytest

from harness.errors import MeterError, MeterGoneError
from harness.power.meters import command
from harness.records.meter import MeterEntry

if TYPE_CHECKING:
    from pathlib import Path

    from harness.power.meters.meter import Sample


def started(code: str) -> command.Command:
    words = shlex.join([sys.executable, "-u", "-c", f"import sys, time\n{code}"])
    return command.open_meter(MeterEntry(kind="command", target=words))


def readings(meter: command.Command, count: int) -> list[Sample]:
    found: list[Sample] = []
    while len(found) < count:
        sample = meter.read()
        if sample is not None:
            found.append(sample)
    return found


def test_one_number_a_line() -> None:
    before = time.monotonic_ns()
    meter = started("for i in range(3):\n print(i + 0.5); time.sleep(0.05)\ntime.sleep(60)")
    found = readings(meter, 3)
    meter.close()
    assert [sample.watts for sample in found] == [0.5, 1.5, 2.5]
    assert before < found[0].begin_ns < found[1].begin_ns < time.monotonic_ns()
    meter.close()


def test_times_of_its_own_clock() -> None:
    # the clock of the program is a day ahead; two lines leave in one piece
    meter = started(
        "t = time.monotonic() + 86400\nsys.stdout.write('%.6f 1\\n%.6f 2\\n' % (t - 0.25, t))\n"
        "time.sleep(60)"
    )
    first, second = readings(meter, 2)
    meter.close()
    assert second.begin_ns - first.begin_ns == pytest.approx(250_000_000, abs=2_000)


def test_garbage_costs_its_line_only() -> None:
    meter = started("print('starting'); print(4); print('5 W'); print(6); time.sleep(60)")
    said: list[str] = []
    watts: list[float] = []
    while len(watts) < 1 or len(said) < 2:
        try:
            sample = meter.read()
        except MeterError as error:
            said.append(error.what)
        else:
            watts += [sample.watts] if sample else []
    meter.close()
    assert said == [f"printed {w!r}, which is no reading" for w in ("starting", "5 W")]


def test_an_endless_line() -> None:
    meter = started("sys.stdout.write('1' * 5000); time.sleep(60)")
    with pytest.raises(MeterError, match="without an end of line"):
        readings(meter, 1)
    meter.close()


def test_the_end_of_the_program_is_the_end_of_the_meter() -> None:
    meter = started("print(1); time.sleep(0.1); sys.exit('cable \\x1b[31mpulled')")
    assert readings(meter, 1)[0].watts == 1.0
    with pytest.raises(MeterGoneError, match=r"ended with status 1, saying 'cable \[31mpulled'"):
        readings(meter, 1)
    with pytest.raises(MeterGoneError):
        meter.read()
    meter.close()


def test_silence_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.Command.__init__, "__kwdefaults__", {"silent_s": 0.2})
    meter = started("time.sleep(60)")
    with pytest.raises(MeterError, match=r"printed nothing for 0\.2 s") as caught:
        readings(meter, 1)
    assert not isinstance(caught.value, MeterGoneError)
    meter.close()


def test_a_program_that_will_not_end_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "_END_S", 0.2)
    alive = tmp_path / "alive"
    child = f"import time\nwhile 1: open({str(alive)!r}, 'w').close(); time.sleep(0.02)"
    meter = started(
        "import signal, subprocess\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\nprint(1)\ntime.sleep(60)"
    )
    readings(meter, 1)
    while not alive.exists():
        time.sleep(0.02)
    meter.close()
    alive.unlink(missing_ok=True)
    time.sleep(0.2)
    assert not alive.exists()


@pytest.mark.parametrize("line", ["/no/such/program", "/etc/passwd"])
def test_a_program_that_cannot_be_started(line: str) -> None:
    with pytest.raises(MeterError, match="cannot be started"):
        command.open_meter(MeterEntry(kind="command", target=line))


def test_no_shell_ever(tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    meter = command.open_meter(MeterEntry(kind="command", target=f"echo 1; touch {mark}"))
    with pytest.raises(MeterError, match="no reading"):
        readings(meter, 1)
    meter.close()
    assert not mark.exists()
