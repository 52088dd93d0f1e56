"""`runner exec`, `tail`, `cancel`: a worker that outlives everybody and loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import LONG, Rig, kernel, native, wait_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def worker_pid(rig: Rig) -> int:
    return int((rig.folder / "harness.lock").read_text().split("\n")[2])


def test_two_kernels_end_with_verified_closes(rig: Rig) -> None:
    job = rig.job("r1", [kernel("a"), kernel("b", "w8a8")], peaks=1)
    done = rig.execute(job)
    assert (done.status, done.stderr) == (0, "")
    assert [f.kind for f in done.frames][0::1][-1] == "end"
    hello = done.of("hello")[0]
    assert (hello["run"], hello["seed"]) == ("r1", 42)
    assert {p["unit"] for p in done.of("peak")} == {"w1a1", "w8a8", "fp32", "fp16", "bf16"}
    assert {p["level"] for p in done.of("read")} >= {"l1", "l2", "dram"}
    for item in ("a", "b"):
        close = done.final(item)
        assert (close["status"], close["stop"]) == ("done", "max")
        assert close["count"] == len(done.of("sample", item)) == 2
        assert close["sha256"] == done.digest(item)
        assert close["boot_id_start"] == close["boot_id_end"] == hello["boot_id"]
    end = done.of("end")[0]
    assert (end["run"], end["stop"], end["frames"]) == ("r1", "done", len(done.frames))
    assert not list((rig.folder / "runs").glob("*.ref.*"))


def test_a_sample_carries_what_the_rules_need(rig: Rig) -> None:
    watch = b"watch 4:load 13:/proc/loadavg\nwatch 3:pid 11:/no/such/me\n"
    sample = rig.execute(rig.job("r1", [kernel("a")], watch)).of("sample")[0]
    assert len(sample["wall_ns"]) == len(sample["cpu_ns"]) == 8
    assert min(sample["wall_ns"]) >= 100_000
    assert sample["check_before"] is sample["check_after"] is True
    assert "check_detail" not in sample
    assert sample["iterations"] >= 1
    assert sample["cpu_clock"] == "thread"
    assert int(sample["cpu_mask"], 16).bit_count() == 1
    assert sample["variant"].startswith("xnor_gemm_w1a1__")
    assert sample["watch_before"]["load"].count(" ") == 4
    assert sample["watch_before"]["pid"] is None
    assert len(sample["digest"]) == 64


def test_integers_of_watched_files_are_numbers(rig: Rig, tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    values = {"n": "-42\n", "z": "007", "t": 'say "hi"\n\x01\xe9', "e": ""}
    for name, text in values.items():
        (fake / name).write_bytes(text.encode("latin-1"))
    watch = b"".join(b"watch 1:%s 2:/%s\n" % (n.encode(), n.encode()) for n in values)
    sample = rig.execute(rig.job("r1", [kernel("a")], watch, root=str(fake))).of("sample")[0]
    assert sample["watch_after"] == {"n": -42, "z": "007", "t": 'say "hi"\n??', "e": ""}


def test_a_line_of_a_long_file_is_picked_and_a_star_is_the_work_s_core(
    rig: Rig, tmp_path: Path
) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "long").write_text("x 1\n" * 2000 + "pswpin_more 3\npswpin 7\nsome avg10=0.5 total=9\n")
    last = max(os.sched_getaffinity(0))
    (fake / "stat").write_text(f"cpu  9 9\ncpu{last} 4 5\n")
    (fake / f"core{last}").write_text("12\n")
    lines = {
        "swap": ("/long", "pswpin"),
        "text": ("/long", "some"),
        "gone": ("/long", "pswpout"),
        "all": ("/stat", "cpu"),
        "core": ("/stat", "cpu*"),
        "file": ("/core*", ""),
    }
    watch = b"".join(
        f"pick {len(n)}:{n} {len(p)}:{p} {len(w)}:{w}\n".encode() for n, (p, w) in lines.items()
    )
    done = rig.execute(rig.job("r1", [kernel("a")], watch, root=str(fake)))
    (state,) = done.of("state")
    for seen in (done.of("sample")[0]["watch_after"], state["watch_before"]):
        assert seen == {
            "swap": 7,
            "text": "avg10=0.5 total=9",
            "gone": None,
            "all": "9 9",
            "core": "4 5",
            "file": 12,
        }


def test_clocks_of_a_repetition_agree_with_each_other(rig: Rig) -> None:
    sample = rig.execute(rig.job("r1", [kernel("a")])).of("sample")[0]
    mono, raw, real_us, own_us = (
        after - before
        for before, after in zip(sample["clocks_before"], sample["clocks_after"], strict=True)
    )
    assert sum(sample["wall_ns"]) < mono
    assert abs(raw - mono) < mono / 100
    assert abs(real_us * 1000 - mono) < mono / 100
    # the repetition's own process is counted, on one core
    assert sum(sample["cpu_ns"]) / 1000 < own_us < 2 * mono / 1000


def test_a_doubled_loop_takes_twice_as_long_and_fresh_inputs_as_long_as_ever(rig: Rig) -> None:
    sizes = {"sample_min_ns": 2_000_000, "repetitions_max": 4}
    samples = rig.execute(rig.job("r1", [kernel("a")], **sizes)).of("sample")
    alone = [sorted(s["cpu_ns"])[len(s["cpu_ns"]) // 2] for s in samples]
    assert any(1.8 < s["double_ns"] / one < 2.2 for s, one in zip(samples, alone, strict=True))
    assert any(0.8 < s["fresh_ns"] / one < 1.2 for s, one in zip(samples, alone, strict=True))


def test_the_worker_survives_its_foreground(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a")], repetitions_min=20, repetitions_max=20))
    wait_for(rig.folder / "runs" / "r1.spool", '"sample"')
    started.kill()
    started.communicate()
    done = rig.tail("r1")
    assert done.status == 0
    assert done.final("a")["count"] == 20
    assert done.final("a")["sha256"] == done.digest("a")
    later = rig.tail("r1", 5)
    assert [f.raw for f in later.frames] == [f.raw for f in done.frames[5:]]


def test_a_hangup_does_not_reach_the_worker(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a")], repetitions_min=10, repetitions_max=10))
    wait_for(rig.folder / "runs" / "r1.spool", '"sample"')
    assert os.getsid(worker_pid(rig)) == worker_pid(rig)
    os.kill(worker_pid(rig), signal.SIGHUP)
    started.communicate()
    assert started.returncode == 0


def test_a_killed_worker_is_noticed_and_leaves_nobody(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a")], **LONG))
    wait_for(rig.folder / "runs" / "r1.spool", '"sample"')
    os.kill(worker_pid(rig), signal.SIGKILL)
    _, words = started.communicate(timeout=30)
    assert started.returncode == 3
    assert b"gone" in words
    left = rig.tail("r1")
    assert left.status == 3
    assert left.of("item_end", "a")[-1]["final"] is False
    assert rig.execute(rig.job("r2", [kernel("a")])).status == 0  # lease and lock died with it


def test_a_second_holder_is_told_who_and_how_long(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a")], holder="alice@laptop", **LONG))
    wait_for(rig.folder / "runs" / "r1.spool", '"sample"')
    second = rig.execute(rig.job("r2", [kernel("a")]))
    assert second.status == 75
    assert second.stderr.startswith("runner: leased by alice@laptop, 1")
    assert second.stderr.endswith(" s left\n")
    assert not (rig.folder / "runs" / "r2.spool").exists()
    assert rig.call("cancel", "r1", "--dir", str(rig.folder)).returncode == 0
    started.communicate(timeout=60)


def test_cancel_closes_every_item(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("a"), kernel("b", "fp32")], **LONG))
    wait_for(rig.folder / "runs" / "r1.spool", '"item_end"')
    assert rig.call("cancel", "r1", "--dir", str(rig.folder)).returncode == 0
    started.communicate(timeout=60)
    assert started.returncode == 0
    done = rig.tail("r1")
    assert {done.final(i)["stop"] for i in "ab"} == {"cancelled"}
    assert {done.final(i)["status"] for i in "ab"} == {"done"}
    assert done.of("end")[0]["stop"] == "cancelled"


def test_the_deadline_ends_a_worker_in_the_middle(rig: Rig) -> None:
    slow = kernel("slow", "fp32", 512, variant="float_gemm_fp32__ref")
    done = rig.execute(rig.job("r1", [slow], samples=200, deadline_s=3))
    assert done.status == 0
    close = done.final("slow")
    assert (close["status"], close["stop"], close["count"]) == ("timeout", "deadline", 0)
    assert done.of("end")[0]["stop"] == "deadline"


def test_a_spent_budget_still_completes_round_one(rig: Rig) -> None:
    items = [kernel("a"), kernel("b", "w8a8")]
    done = rig.execute(rig.job("r1", items, budget_s=0, repetitions_min=9, repetitions_max=9))
    assert [done.final(i)["count"] for i in "ab"] == [1, 1]
    assert {done.final(i)["stop"] for i in "ab"} == {"budget"}
    assert done.of("end")[0]["stop"] == "budget"


def test_a_narrow_interval_stops_an_item(rig: Rig) -> None:
    done = rig.execute(rig.job("r1", [kernel("a")], precision_ppm=1_000_000, repetitions_max=50))
    # two as a rule; a few more on a machine busy enough to double a time
    assert done.final("a")["stop"] == "precision"
    assert 2 <= done.final("a")["count"] < 50


def test_the_same_seed_gives_the_same_order_and_output(rig: Rig) -> None:
    items = [kernel(f"i{n}", size=16 + n) for n in range(4)]
    first, second = (rig.execute(rig.job(run, items)) for run in ("r1", "r2"))
    assert [s["item"] for s in first.of("sample")] == [s["item"] for s in second.of("sample")]
    digests = [{s["item"]: s["digest"] for s in d.of("sample")} for d in (first, second)]
    assert digests[0] == digests[1]


def test_a_run_is_never_written_twice(rig: Rig) -> None:
    assert rig.execute(rig.job("r1", [kernel("a")])).status == 0
    again = rig.execute(rig.job("r1", [kernel("a")]))
    assert again.status == 2
    assert "spool already" in again.stderr


def test_a_torn_tail_is_not_shown(rig: Rig) -> None:
    whole = rig.execute(rig.job("r1", [kernel("a")]))
    spool = rig.folder / "runs" / "r1.spool"
    spool.write_bytes(spool.read_bytes()[:-20])
    torn = rig.tail("r1")
    assert torn.status == 3
    assert len(torn.frames) == len(whole.frames) - 1


def test_a_full_spool_ends_the_worker_with_its_own_code(tmp_path: Path) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("no prlimit here")
    rig = Rig(tmp_path, native(), prefix=("prlimit", "--fsize=40000"))
    full = rig.execute(rig.job("r1", [kernel("a", size=16)], **LONG))
    assert full.status == 74
    assert len(full.frames) >= 2
    assert "cannot write the spool" in (rig.folder / "runs" / "r1.log").read_text()


def test_tail_and_cancel_know_no_other_run(rig: Rig) -> None:
    folder = str(rig.folder)
    for run in ("none", "../x", "-x"):
        assert rig.call("tail", run, "--dir", folder, "--from", "0").returncode == 2
        assert rig.call("cancel", run, "--dir", folder).returncode == 2
    assert rig.call("tail", "none", "--dir", folder, "--from", "-1").returncode == 2


def test_the_kept_job_is_the_job(rig: Rig) -> None:
    job = rig.job("r1", [kernel("a")])
    rig.execute(job)
    assert (rig.folder / "runs" / "r1.job").read_bytes() == job


def test_non_final_closes_follow_every_round(rig: Rig) -> None:
    done = rig.execute(rig.job("r1", [kernel("a")], repetitions_min=3, repetitions_max=3))
    closes = done.of("item_end", "a")
    assert [c["count"] for c in closes] == [1, 2, 3]
    assert [c["final"] for c in closes] == [False, False, True]
    assert [c["stop"] for c in closes] == ["open", "open", "max"]
    assert json.dumps(closes)
