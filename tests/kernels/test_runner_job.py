"""JOB text: refused with the line number, whatever it holds; never a crash."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import Rig, Value, block, kernel, native

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SENSOR: dict[str, Value] = {
    "id": "s:1",
    "form": "product",
    "path": "/a",
    "path2": "/b",
    "period_ns": 100_000_000,
}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def whole(rig: Rig) -> bytes:
    """A job that parses but is refused for its runner's hash: it never starts anything."""
    extra = block("sensor", SENSOR) + b"watch 1:g 2:/g\npick 1:h 2:/h 1:w\n"
    program: dict[str, Value] = {"id": "p", "kind": "program", "arg": ("/bin/sh", "-c\nexit")}
    items = [kernel("a"), {**program, "tolerance_ppm": 5, "expected": "0" * 64}]
    return rig.job("r1", items, extra, runner="0" * 64)


def refused(rig: Rig, job: bytes) -> str:
    done = rig.execute(job)
    assert done.status == 2, done.stderr
    assert done.frames == []
    return done.stderr


def test_the_job_of_these_tests_is_well_formed(rig: Rig) -> None:
    assert "the job wants 0000" in refused(rig, whole(rig))


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(job: bytes) -> bytes:
        assert old in job
        return job.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap(b"job 1\n", b"job 2\n"), "line 1: 2 is outside 1..1"),
        (swap(b"job 1\n", b""), "line 1: the first line must be 'job 1'"),
        (swap(b"budget_s 30", b"budget_z 30"), "line 4: unknown key 'budget_z'"),
        (swap(b"budget_s 30\n", b""), "missing key 'budget_s'"),
        (swap(b"budget_s 30\n", b"budget_s 30\nbudget_s 30\n"), "line 5: key 'budget_s' again"),
        (swap(b"budget_s 30", b"budget_s -1"), "line 4: -1 is outside"),
        (swap(b"budget_s 30", b"budget_s 3x"), "line 4: more than the value"),
        (swap(b"budget_s 30", b"budget_s 99999999999999999999"), "line 4: not a decimal"),
        (swap(b"budget_s 30", b"budget_s  30"), "line 4: not a decimal"),
        (swap(b"budget_s 30", b"budget_s"), "line 4: no space"),
        (swap(b"2:r1", b"3:r1\0"), "NUL"),
        (swap(b"2:r1", b"4:../r"), "'run' wants a run name"),
        (swap(b"2:r1", b"99999999:r1"), "at most 64"),
        (swap(b"2:r1", b"3:r1"), "not 3 bytes long"),
        (swap(b"id 1:a\n", b"id 2:a \n"), "'id' wants an id"),
        (swap(b"id 1:p\n", b"id 1:a\n"), "item 'a' twice"),
        (swap(b"6:kernel", b"6:kernal"), "kernel, network or program"),
        (swap(b"m 32\n", b""), "missing key 'm'"),
        (swap(b"m 32\n", b"m 0\n"), "0 is outside"),
        (swap(b"path2 2:/b\n", b""), "missing key 'path2'"),
        (swap(b"7:product", b"5:power"), "key 'path2' does not belong"),
        (swap(b"tolerance_ppm 5\n", b"tolerance_ppm 5\nh 3\n"), "key 'h' does not belong"),
        (swap(b"tolerance_ppm 5\n", b"tolerance_ppm 5\nunchecked 1\n"), "wants one of 'expected'"),
        (swap(b"expected 64:" + b"0" * 64 + b"\n", b""), "wants one of 'expected', 'op'"),
        (
            swap(b"expected 64:" + b"0" * 64, b"op 4:gemm"),
            "wants a scheme, and an oracle m, n and k",
        ),
        (swap(b"tolerance_ppm 5\n", b"tolerance_ppm 5\nwhole 1\n"), "wants a scheme"),
        (swap(b"arg 7:/bin/sh", b"arg 8:blob:xyz"), "without a sha256"),
        (swap(b"watch 1:g 2:/g", b"watch 1:g 1:g"), "absolute path"),
        (swap(b"pick 1:h 2:/h 1:w", b"pick 1:h 2:/h"), "not 2 bytes long"),
        (swap(b"pick 1:h", b"pick 1:g"), "watch 'g' again"),
        (swap(b"path 2:/a", b"path 1:a"), "'path' wants an absolute path"),
        (swap(b"repetitions_min 2", b"repetitions_min 3"), "above repetitions_max"),
        (lambda job: job[:-4], "the block has no 'end'"),
        (lambda job: job[:-1], "breaks off"),
        (lambda job: job + b"\n", "no key"),
        (lambda job: job.split(b"item\n")[0], "no item"),
        (swap(b"items 2\n", b"items 3\n"), "2 items came, 3 were announced"),
        (lambda _: b"", "empty"),
        (lambda job: job + b"x" * (1 << 20), "longer than 1 MiB"),
        (lambda job: job + b"Item\n", "not a key"),
    ],
)
def test_a_bad_job_is_refused_in_words(
    rig: Rig, change: Callable[[bytes], bytes], words: str
) -> None:
    assert words in refused(rig, change(whole(rig)))


def test_the_line_number_counts_newlines_inside_strings(rig: Rig) -> None:
    job = whole(rig) + b"itme\n"
    stderr = refused(rig, job)
    number = job.count(b"\n")
    assert f"runner: job line {number}: unknown key 'itme'" in stderr


def test_another_runner_or_blob_is_refused(rig: Rig) -> None:
    name = rig.blob(b"expected")
    item: dict[str, Value] = {
        "id": "p",
        "kind": "program",
        "arg": ("/bin/true",),
        "tolerance_ppm": 0,
    }
    job = rig.job("r1", [{**item, "expected": name}])
    (rig.folder / "blobs" / name).write_bytes(b"something else")
    assert "holds other bytes" in refused(rig, job)
    (rig.folder / "blobs" / name).unlink()
    assert "cannot be read" in refused(rig, job)
    assert not (rig.folder / "runs" / "r1.spool").exists()


def test_an_unknown_isa_mask_is_refused(rig: Rig) -> None:
    assert "no feature 'mmx9'" in refused(rig, rig.job("r1", [kernel("a")], isa_mask="mmx9"))


def mutate(job: bytes, dice: random.Random) -> bytes:
    data = bytearray(job)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data))
        what = dice.randrange(5)
        if what == 0:
            data[at] = dice.randrange(256)
        elif what == 1:
            del data[at : at + dice.randint(1, 40)]
        elif what == 2:
            data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 9)))
        elif what == 3:
            data[at:at] = data[at : at + dice.randint(1, 200)]
        else:
            data[at:at] = dice.choice((b"-", b"9" * 25, b"\0", b"\n", b":", b"end\n", b"item\n"))
        if not data:
            break
    return bytes(data)


def test_hostile_jobs_never_crash_the_parser(rig: Rig) -> None:
    job = whole(rig)
    dice = random.Random(20261121)
    for _ in range(300):
        bad = mutate(job, dice)
        done = rig.call("exec", "--dir", str(rig.folder), stdin=bad)
        assert done.returncode in (0, 2), (done.returncode, done.stderr, bad)
        assert done.stderr.startswith(b"runner: ")
