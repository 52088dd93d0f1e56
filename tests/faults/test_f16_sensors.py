"""F16: clocks that fall, counters that rise, and files of /sys that are absent, wrong or stuck."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.faults import fake_runner
from tests.faults.ledger import witness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.fake_runner import Told

CPU = "sys/devices/system/cpu/cpu0"
THROTTLE = f"{CPU}/thermal_throttle/core_throttle_count"
GOVERNOR = f"{CPU}/cpufreq/scaling_governor"
FREQUENCY = f"{CPU}/cpufreq/scaling_cur_freq"
ZONE = "sys/class/thermal/thermal_zone0"
SENSOR = "sys/class/hwmon/hwmon0"
SOUND = {
    THROTTLE: "3",
    GOVERNOR: "performance",
    FREQUENCY: "1800000",
    f"{ZONE}/type": "cpu-thermal",
    f"{ZONE}/temp": "45000",
    f"{SENSOR}/name": "ina226",
    f"{SENSOR}/power1_input": "5000000",
}
# long enough to be meddled with
LONG = """\
protocol: {repetitions_min: 12, repetitions_max: 12, samples: 10, sample_min_ms: 10.0,
  warmup_ms: 50.0, precision: 0.0001}
"""
JOULES = """\
energy: all
protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0, warmup_ms: 1.0,
  precision: 1.0, energy_windows: 1, energy_window_s: 1.0, idle_s: 0.5}
"""
LIMIT_S = 120.0


def tree(folder: Path, **changes: str | None) -> Path:
    """Make a root with the files of SOUND; `changes` by the file's last word, None = absent."""
    for path, sound in SOUND.items():
        text = changes.get(path.rpartition("/")[2], sound)
        if text is not None:
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text + "\n", encoding="latin-1")
    return folder


def meddled(folder: Path, root: Path, meddle: Callable[[], object]) -> Told:
    """Run on one board, and do something to its files when the first sample has come."""

    def wait() -> None:
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            spools = list((folder / "boards").glob("*/harness/runs/*.spool"))
            if any(b'"sample"' in spool.read_bytes() for spool in spools):
                meddle()
                return
            time.sleep(0.01)

    watcher = threading.Thread(target=wait)
    watcher.start()
    told = fake_runner.run(folder, {"board": []}, head=LONG, roots={"board": root})
    watcher.join()
    return told


def test_a_throttle_counter_that_rises_is_seen(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    told = meddled(tmp_path, root, lambda: (root / THROTTLE).write_text("5\n"))
    assert told.rows["board"]["status"] == "SUSPECT"
    assert "throttle_core_throttle_count rose" in told.words("board")
    assert told.rows["board"]["temperature_c"] == 45.0
    assert 'throttled</dt><dd class="warn">' in told.report
    witness(
        "F16",
        on="this machine, a /sys of the test's own",
        saw="throttle counter rose in the middle of the item: SUSPECT by V09",
    )


def test_a_clock_that_falls_is_seen(tmp_path: Path) -> None:
    falling: list[fake_runner.Lie] = [
        {"kind": "sample", "set": {"clock_hz": "1.8e9"}},
        {"kind": "sample", "from": 6, "set": {"clock_hz": "1.2e9"}},
    ]
    told = fake_runner.run(tmp_path, {"falling": falling}, head=LONG)
    assert told.rows["falling"]["status"] == "SUSPECT"
    assert "V09" in told.codes("falling")
    assert "clock was low" in told.words("falling")
    witness(
        "F16",
        on="this machine, a runner that lies",
        saw="the measured clock fell by a third in the middle of the item: SUSPECT by V09",
    )


def test_what_is_absent_is_called_unknown(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    told = fake_runner.run(tmp_path, {"bare": []}, roots={"bare": tmp_path / "root"})
    row = told.rows["bare"]
    assert row["status"] in {"OK", "SUSPECT"}
    assert "temperature_c" not in row
    assert "V09" not in told.codes("bare")
    assert "no power sensor" in row["energy_absent"]
    assert "unknown: no counter here" in told.report
    assert "not readable" in told.report  # the governor
    assert "no sensor" in told.report  # the temperature
    assert "not seen" not in told.report
    witness(
        "F16",
        on="this machine, an empty /sys",
        saw="throttling, governor, temperature and watts are all called unknown",
    )


GARBAGE = {
    "empty": dict.fromkeys(("scaling_governor", "scaling_cur_freq", "temp", "power1_input"), ""),
    "binary": dict.fromkeys(
        ("scaling_governor", "scaling_cur_freq", "temp", "power1_input", "type"),
        "".join(chr(n) for n in (*range(1, 10), *range(11, 256))),
    ),
    "huge": dict.fromkeys(
        ("scaling_governor", "scaling_cur_freq", "temp", "power1_input"), "9" * 200_000
    ),
    "negative": {"temp": "-300000", "scaling_cur_freq": "-1", "power1_input": "-5"},
    "absurd": {"temp": str(10**17), "power1_input": str(10**30), "core_throttle_count": "-1"},
}


def test_garbage_in_the_files_changes_no_number_and_ends_no_run(tmp_path: Path) -> None:
    roots = {name: tree(tmp_path / name, **changes) for name, changes in GARBAGE.items()}
    roots["folders"] = tmp_path / "folders"
    for path in SOUND:
        (roots["folders"] / path).mkdir(parents=True)
    told = fake_runner.run(tmp_path, {n: [] for n in roots}, head=JOULES, roots=roots)
    for name, row in told.rows.items():
        assert row["status"] in {"OK", "SUSPECT"}, (name, row)
        assert row["inferences_per_s"] > 0
        assert "temperature_c" not in row, name
        believed = [e for e in row.get("energy", ()) if e["status"] == "OK"]
        assert not believed, name
    witness(
        "F16",
        on="this machine, a /sys of the test's own",
        saw=f"files that are {', '.join(roots)}: the times stand, temperature and joules are"
        " unknown or INVALID",
    )


def test_files_that_vanish_while_it_runs_are_unknown_from_then_on(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    told = meddled(tmp_path, root, lambda: (root / "sys").rename(root / "gone"))
    row = told.rows["board"]
    assert row["inferences_per_s"] > 0
    assert "temperature_c" not in row
    assert "whether the board throttled is unknown" in told.words("board")
    witness(
        "F16",
        on="this machine, a /sys of the test's own",
        saw="the whole /sys vanished in the middle of the item: SUSPECT, throttling unknown",
    )


@pytest.mark.parametrize("has_writer", [False, True])
def test_a_pipe_in_the_place_of_a_file_stops_nothing(tmp_path: Path, *, has_writer: bool) -> None:
    root = tree(tmp_path / "root")
    pipes = [GOVERNOR, FREQUENCY, THROTTLE, f"{ZONE}/temp", f"{SENSOR}/power1_input"]
    began = time.monotonic()
    stop = threading.Event()

    def hold() -> None:
        held: list[IO[bytes]] = []
        while has_writer and not stop.wait(0.01):
            found = [root / p for p in pipes if (root / p).is_fifo()]
            held += [path.open("rb+", buffering=0) for path in found[len(held) :]]
        for file in held:
            file.close()

    writer = threading.Thread(target=hold)
    writer.start()
    lies = {"stuck": [{"pipes": [str(root / path) for path in pipes]}]}
    try:
        told = fake_runner.run(tmp_path, lies, head=JOULES, roots={"stuck": root})
    finally:
        stop.set()
        writer.join()
    row = told.rows["stuck"]
    assert row["status"] in {"OK", "SUSPECT"}
    assert row["inferences_per_s"] > 0
    assert "temperature_c" not in row
    assert not row.get("energy")
    assert time.monotonic() - began < LIMIT_S
    witness(
        "F16",
        on="this machine, a /sys of the test's own",
        saw=f"named pipes {'with a silent writer' if has_writer else 'without a writer'} in the"
        " place of governor, counter, temperature and power sensor: the run ends as ever, without"
        " joules",
    )
