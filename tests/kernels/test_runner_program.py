"""Program items: a runtime's script on fd 3, believed only as far as our own clocks go."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import Outcome, Rig, Value, block, kernel, native

if TYPE_CHECKING:
    from pathlib import Path

# what a worker script does, and all the ways in which one can lie; argv: mode, output in hex
SCRIPT = """
import os, sys, time
mode, data = sys.argv[1], bytes.fromhex(sys.argv[2])
env = {k[8:]: int(v) for k, v in os.environ.items() if k.startswith("HARNESS_")}
out = os.fdopen(3, "wb")
if mode == "hang": time.sleep(600)
if mode == "fork" and os.fork() == 0: time.sleep(600)
if mode == "exit": sys.exit(3)
if mode == "crash": os.kill(os.getpid(), 11)
if mode == "cancelled":
    open(sys.argv[3], "w").close()
    os.kill(os.getpid(), 11)
if mode == "flood": out.write(b"x" * (1 << 24))
if mode == "noise": out.write(bytes(range(256)) * 3)
rows, mono, cpu = [], time.monotonic_ns, time.process_time_ns
window = env["WINDOW_NS"]
for _ in range(1 if window else env["SAMPLES"]):
    c, b = cpu(), mono()
    while mono() - b < max(env["SAMPLE_MIN_NS"], window): pass
    e = mono()
    rows.append([b, e, cpu() - c])
if mode == "early": rows[0][0] -= 10**12
if mode == "late": rows[-1][1] += 10**12
if mode == "swap": rows[0], rows[1] = rows[1], rows[0]
if mode == "cpu": rows[0][2] += 10**11
if mode == "many": rows *= 2
text = "runtime 1.0 test\\nexecuted cpu/int8\\niterations 4 warmup 2\\n"
text += "load_ns 5 first_ns 6 weights_bytes 7\\n"
text += "inferences 99\\n" if window else ""
text += "".join("sample %d %d %d\\n" % tuple(r) for r in rows)
wrong = mode == "after" or (mode == "window" and window)
after = bytes([data[0] ^ 1]) + data[1:] if wrong else data
out.write(text.encode() + b"output before %d\\n" % len(data) + data)
out.write(b"\\noutput after %d\\n" % len(after) + after + (b"" if mode == "cut" else b"\\ndone\\n"))
"""
TRUTH = struct.pack("<4f", 1.0, -2.0, 0.5, 4.0)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def run(rig: Rig, mode: str, *, output: bytes = TRUTH, ppm: int = 1000, **more: Value) -> Outcome:
    script = rig.blob(SCRIPT.encode())
    args = (sys.executable, f"blob:{script}", mode, output.hex())
    expected = rig.blob(TRUTH)
    item: dict[str, Value] = {"id": "p", "kind": "program", "arg": args, "expected": expected}
    done = rig.execute(rig.job("r1", [{**item, "tolerance_ppm": ppm, "timeout_s": 5, **more}]))
    assert done.status == 0, done.stderr
    assert done.final("p")["sha256"] == done.digest("p")
    return done


def test_a_true_program_is_measured(rig: Rig) -> None:
    done = run(rig, "good")
    assert done.final("p")["status"] == "done"
    sample = done.of("sample", "p")[0]
    assert len(sample["wall_ns"]) == 8
    assert min(sample["wall_ns"]) >= 100_000
    assert (sample["iterations"], sample["warmup"], sample["cpu_clock"]) == (4, 2, "process")
    assert (sample["load_ns"], sample["first_ns"], sample["weights_bytes"]) == (5, 6, 7)
    assert (sample["runtime_version"], sample["executed"]) == ("1.0 test", "cpu/int8")
    assert sample["check_before"] is sample["check_after"] is True
    assert sample["peak_rss_bytes"] > 1 << 20
    assert "major_faults" not in sample


def test_outputs_within_tolerance_pass_and_beyond_fail(rig: Rig) -> None:
    near = struct.pack("<4f", 1.003, -2.0, 0.5, 4.0)  # 1000 ppm of the largest, 4.0, is 0.004
    assert run(rig, "good", output=near).final("p")["status"] == "done"


@pytest.mark.parametrize("ppm", [0, 1000])
@pytest.mark.parametrize(
    "output",
    [
        struct.pack("<4f", 1.005, -2.0, 0.5, 4.0),
        struct.pack("<4f", float("nan"), -2.0, 0.5, 4.0),
        TRUTH + b"\0\0\0\0",
        TRUTH[:4],
    ],
)
def test_a_wrong_output_gets_no_number(rig: Rig, output: bytes, ppm: int) -> None:
    done = run(rig, "good", output=output, ppm=ppm)
    close, sample = done.final("p"), done.of("sample", "p")[0]
    assert close["status"] == "failed"
    assert close["words"].startswith("wrong output before timing: ")
    assert sample["wall_ns"] == sample["cpu_ns"] == []
    assert sample["check_before"] is False
    assert sample["check_detail"]


def test_an_output_that_goes_wrong_while_timing_gets_no_number(rig: Rig) -> None:
    done = run(rig, "after", ppm=0)
    sample = done.of("sample", "p")[0]
    assert (sample["check_before"], sample["check_after"]) == (True, False)
    assert sample["wall_ns"] == []
    assert "after timing: byte 0" in done.final("p")["words"]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("exit", "exit status 3"),
        ("crash", "signal 11 (SIGSEGV)"),
        ("flood", "more bytes than"),
        ("noise", "not what a worker script may write"),
        ("cut", "not what a worker script may write"),
        ("early", "own life"),
        ("late", "own life"),
        ("swap", "own life"),
        ("cpu", "of CPU time"),
        ("many", "samples came"),
    ],
)
def test_a_lying_or_dying_program_fails_in_words(rig: Rig, mode: str, words: str) -> None:
    done = run(rig, mode)
    close = done.final("p")
    assert (close["status"], close["count"]) == ("failed", 0)
    assert words in close["words"]


@pytest.mark.parametrize("mode", ["hang", "fork"])
def test_a_program_that_does_not_end_is_killed_with_its_children(rig: Rig, mode: str) -> None:
    done = run(rig, mode, timeout_s=1)
    assert done.final("p")["status"] == "timeout"


def test_a_program_works_through_an_energy_window(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("700\n")
    keys: dict[str, Value] = {"id": "w", "form": "power", "path": "/a", "period_ns": 5_000_000}
    script, expected = rig.blob(SCRIPT.encode()), rig.blob(TRUTH)
    args = (sys.executable, f"blob:{script}", "good", TRUTH.hex())
    item: dict[str, Value] = {"id": "p", "kind": "program", "arg": args, "expected": expected}
    window: dict[str, Value] = {"energy_windows": 1, "energy_window_ns": 50_000_000}
    job = rig.job(
        "r1", [{**item, "tolerance_ppm": 0, **window}], block("sensor", keys), root=str(tmp_path)
    )
    (frame,) = rig.execute(job).of("energy", "p")
    assert (frame["inferences"], frame["check"]) == (99, True)
    assert frame["end_ns"] - frame["begin_ns"] >= 50_000_000


def test_a_wrong_output_in_an_energy_window_fails_the_item(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("700\n")
    keys: dict[str, Value] = {"id": "w", "form": "power", "path": "/a", "period_ns": 5_000_000}
    script, expected = rig.blob(SCRIPT.encode()), rig.blob(TRUTH)
    args = (sys.executable, f"blob:{script}", "window", TRUTH.hex())
    item: dict[str, Value] = {"id": "p", "kind": "program", "arg": args, "expected": expected}
    window: dict[str, Value] = {"energy_windows": 3, "energy_window_ns": 20_000_000}
    items = [{**item, "tolerance_ppm": 0, **window}, kernel("good")]
    done = rig.execute(rig.job("r1", items, block("sensor", keys), root=str(tmp_path)))
    close, (frame,) = done.final("p"), done.of("energy", "p")  # no second window
    assert frame["check"] is False
    assert (close["status"], close["stop"]) == ("failed", "error")
    assert close["words"].startswith("wrong output in an energy window: number 0, byte 0")
    assert close["count"] == len(done.of("sample", "p")) + 1
    assert close["sha256"] == done.digest("p")
    assert done.of("item_end", "p")[-1] == close
    assert done.final("good")["status"] == "done"


def test_a_crash_while_a_cancel_comes_is_still_a_crash(rig: Rig) -> None:
    script, expected = rig.blob(SCRIPT.encode()), rig.blob(TRUTH)
    cancel = rig.folder / "runs" / "r1.cancel"
    args = (sys.executable, f"blob:{script}", "cancelled", TRUTH.hex(), str(cancel))
    item: dict[str, Value] = {"id": "p", "kind": "program", "arg": args, "expected": expected}
    done = rig.execute(rig.job("r1", [{**item, "tolerance_ppm": 0}]))
    assert done.of("end")[0]["stop"] == "cancelled"
    close = done.final("p")
    assert (close["status"], close["stop"]) == ("failed", "error")
    assert "signal 11 (SIGSEGV)" in close["words"]


def test_a_program_that_is_not_there_fails(rig: Rig) -> None:
    done = run(rig, "good", arg=("/no/such/python",))
    assert "exit status 127 of program /no/such/python" in done.final("p")["words"]


def test_one_failed_item_leaves_the_others_alone(rig: Rig) -> None:
    bad: dict[str, Value] = {"id": "bad", "kind": "program", "arg": ("/bin/false",)}
    tail: dict[str, Value] = {"expected": rig.blob(TRUTH), "tolerance_ppm": 0}
    done = rig.execute(rig.job("r1", [{**bad, **tail}, kernel("good")]))
    assert done.final("bad")["status"] == "failed"
    assert (done.final("good")["status"], done.final("good")["count"]) == ("done", 2)
