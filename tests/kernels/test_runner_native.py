"""Kernel and network items: forced variants, wrong answers, threads, cores, energy windows."""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING

import pytest

from harness.networks.lowering.lower import lower
from harness.networks.plans.plan import read_plan, write_plan
from harness.networks.plans.reference import check_input, run_reference
from harness.networks.zoo.birealnet import build
from harness.records.shape import parse, splits
from tests.kernels.runner_rig import Rig, Value, block, kernel, native

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 32


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


@pytest.fixture(scope="module")
def network() -> tuple[bytes, bytes, bytes]:
    """Plan, input and true output of a small binarized network."""
    small = lower(build(seed=1, side=SIDE, width=16, classes=10)).network
    data = check_input(bytes(range(256)) * (SIDE * SIDE * 3 // 256))
    return write_plan(small), data, run_reference(small, data)


def network_item(rig: Rig, parts: tuple[bytes, bytes, bytes], **more: Value) -> dict[str, Value]:
    plan, data, expected = (rig.blob(part) for part in parts)
    blobs = {"plan": plan, "input": data, "expected": expected}
    return {"id": "n", "kind": "network", **blobs, "tolerance_ppm": 0, **more}


def test_a_network_matches_the_reference_bit_by_bit(
    rig: Rig, network: tuple[bytes, bytes, bytes]
) -> None:
    done = rig.execute(rig.job("r1", [network_item(rig, network)]))
    assert done.final("n")["status"] == "done", done.final("n")
    sample = done.of("sample", "n")[0]
    assert sample["check_after"] is True
    assert sample["weights_bytes"] > 0
    assert sample["arena_bytes"] > 0
    assert "xnor" in sample["variant"]


def test_layers_are_timed_when_they_are_asked_for(
    rig: Rig, network: tuple[bytes, bytes, bytes]
) -> None:
    layers = len(read_plan(network[0]).layers)
    items = [network_item(rig, network), network_item(rig, network, id="l", layers=1)]
    done = rig.execute(rig.job("r1", items))
    (usual,), (sample,) = done.of("sample", "n")[:1], done.of("sample", "l")[:1]
    assert "layer_ns" not in usual
    assert len(sample["layer_ns"]) == len(sample["layer_variants"]) == layers
    assert min(sample["layer_ns"]) > 0
    # pools are nobody's variant
    named = {name for name in sample["layer_variants"] if name}
    assert named == set(sample["variant"].split(","))
    assert "" in sample["layer_variants"]


def test_two_threads_share_a_network(rig: Rig, network: tuple[bytes, bytes, bytes]) -> None:
    item = network_item(rig, network, threads=2, cores="all", layers=1)
    done = rig.execute(rig.job("r1", [item]))
    assert done.final("n")["status"] == "done", done.final("n")
    assert done.of("sample", "n")[0]["check_after"] is True


def test_one_wrong_byte_in_the_expected_output_gives_no_number(
    rig: Rig, network: tuple[bytes, bytes, bytes]
) -> None:
    plan, data, truth = network
    planted = bytes([truth[0] ^ 1]) + truth[1:]
    done = rig.execute(rig.job("r1", [network_item(rig, (plan, data, planted))]))
    close, (sample,) = done.final("n"), done.of("sample", "n")
    assert close["status"] == "failed"
    assert "wrong output before timing: byte 0 of the output" in close["words"]
    assert sample["wall_ns"] == []
    assert sample["check_before"] is False


def test_a_broken_plan_or_input_fails_in_words(
    rig: Rig, network: tuple[bytes, bytes, bytes]
) -> None:
    plan, data, truth = network
    items = [
        network_item(rig, (plan[:-64], data, truth), id="cut"),
        network_item(rig, (b"x" * 500, data, truth), id="alien"),
        network_item(rig, (plan, data[:-1], truth), id="short"),
    ]
    done = rig.execute(rig.job("r1", items))
    for item in ("cut", "alien", "short"):
        assert done.final(item)["status"] == "failed"
        assert done.final(item)["words"]
        assert not done.of("sample", item)


def test_every_listed_variant_can_be_forced(rig: Rig) -> None:
    hello = rig.execute(rig.job("r0", [kernel("a")])).of("hello")[0]
    names = hello["variants"]["gemm_w1a1"]
    items = [kernel(f"v{i}", variant=name) for i, name in enumerate(names)]
    done = rig.execute(rig.job("r1", items))
    ran = {s["item"]: s["variant"] for s in done.of("sample")}
    assert ran == {f"v{i}": name for i, name in enumerate(names)}
    assert len({s["digest"] for s in done.of("sample")}) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variant": "xnor_gemm_w1a1__nope"}, "named xnor_gemm_w1a1__nope"),
        ({"variant": "int8_gemm_w8a8__ref"}, "is not gemm w1a1"),
        ({"scheme": "w7a3"}, "no kernel gemm w7a3"),
        ({"threads": 2, "cores": "all", "m": 8}, "gemm of this shape has no parts for 2 threads"),
        ({"threads": 4096, "cores": "all"}, "no parts for 4096 threads"),
        ({"cores": "0-5000"}, "is not 1, all or a list"),
        ({"cores": "1000"}, "core 1000 is not there"),
    ],
)
def test_what_cannot_be_done_fails_in_words(rig: Rig, change: dict[str, Value], words: str) -> None:
    done = rig.execute(rig.job("r1", [{**kernel("a"), **change}]))
    assert done.final("a")["status"] == "failed"
    assert words in done.final("a")["words"]


def test_a_masked_feature_is_not_used(rig: Rig) -> None:
    hello = rig.execute(rig.job("r1", [kernel("a")], isa_mask="none")).of("hello")[0]
    assert hello["features"] == []
    done = rig.execute(rig.job("r2", [kernel("a")], isa_mask="none"))
    assert done.of("sample")[0]["variant"] in hello["variants"]["gemm_w1a1"]


def test_a_variant_whose_instructions_are_missing_is_never_started(rig: Rig) -> None:
    full = rig.execute(rig.job("r0", [kernel("a")])).of("hello")[0]["variants"]["gemm_w1a1"]
    bare = rig.execute(rig.job("r1", [kernel("a")], isa_mask="none"))
    hidden = set(full) - set(bare.of("hello")[0]["variants"]["gemm_w1a1"])
    items = [kernel(f"v{i}", variant=name) for i, name in enumerate(sorted(hidden))]
    if items:
        done = rig.execute(rig.job("r2", items, isa_mask="none"))
        words = [done.final(str(item["id"]))["words"] for item in items]
        assert all("lacks or the mask hides" in text for text in words)


def test_cores_are_what_was_asked_for(rig: Rig) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    first = f"{allowed[0]}-{allowed[0]}"
    items = [kernel("one"), kernel("all", cores="all"), kernel("first", cores=first)]
    done = rig.execute(rig.job("r1", items))
    masks = {s["item"]: int(s["cpu_mask"], 16) for s in done.of("sample")}
    assert masks["one"] == 1 << allowed[-1]
    assert masks["all"] == sum(1 << cpu for cpu in allowed)
    assert masks["first"] == 1 << allowed[0]


def test_threads_split_rows_columns_and_say_whose_time_it_was(rig: Rig) -> None:
    def crew(name: str, scheme: str, m: int, n: int, k: int) -> dict[str, Value]:
        return {**kernel(name, scheme), "m": m, "n": n, "k": k, "threads": 2, "cores": "all"}

    items = [
        crew("rows", "w1a1", 500, 70, 100),
        crew("columns", "w8a8", 13, 200, 77),
        crew("few-rows", "fp32", 30, 30, 30),
        kernel("alone"),
    ]
    done = rig.execute(rig.job("r1", items))
    for item in ("rows", "columns", "few-rows"):
        assert done.final(item)["status"] == "done", done.final(item)
        sample = done.of("sample", item)[0]
        assert sample["check_before"]
        assert sample["check_after"]
        assert sample["cpu_clock"] == "process"
    assert done.of("sample", "alone")[0]["cpu_clock"] == "thread"


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize(
    ("op", "scheme", "shape"),
    [
        ("gemm", "w1a1", "24x64x64"),
        ("gemm", "w1a1", "25x70x64"),
        ("gemm", "w8a8", "1x129x64"),
        ("gemv", "w1a1", "128x64"),
        ("conv", "w1a1", "5x4x64x64k3"),
        ("conv", "w1a1", "5x4x64x64k3s2"),
        ("conv", "w8a8", "2x9x16x192k1"),
        ("conv", "fp32", "3x3x8x16k3g2"),
        ("conv", "w2a2", "1x1x64x64k1"),
        ("dwconv", "w1a1", "4x4x70k3s2"),
        ("popcount", "bits", "2x100"),
        ("maxpool", "bits", "8x8x64"),
    ],
)
def test_a_call_has_parts_just_where_the_plan_says_so(
    rig: Rig, op: str, scheme: str, shape: str, threads: int
) -> None:
    keys = parse(op, shape).keys
    item = {**kernel("a", scheme), **keys, "op": op, "threads": threads, "cores": "all"}
    done = rig.execute(rig.job("r1", [item], samples=1))
    ended = done.final("a")
    if splits(op, shape, threads):
        assert ended["status"] == "done", ended
        assert all(s["check_before"] and s["check_after"] for s in done.of("sample"))
    else:
        assert f"has no parts for {threads} threads" in ended["words"]


def test_a_slow_kernel_times_out(rig: Rig) -> None:
    slow = kernel("slow", "fp32", 700, variant="float_gemm_fp32__ref", timeout_s=1)
    done = rig.execute(rig.job("r1", [slow], samples=100))
    assert done.final("slow")["status"] == "timeout"
    assert "not done after 1 s: float_gemm_fp32__ref" in done.final("slow")["words"]


def sensor(name: str, form: str, **more: Value) -> bytes:
    keys: dict[str, Value] = {"id": name, "form": form, "path": "/a", **more}
    return block("sensor", {**keys, "period_ns": 5_000_000})


def test_energy_windows_and_idle_carry_guarded_readings(rig: Rig, tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "a").write_text("5000\n")
    (fake / "b").write_text("321\n")
    sensors = sensor("v:i", "product", path2="/b") + sensor("w", "power")
    sensors += block("sensor", {"id": "gone", "form": "energy", "path": "/c", "period_ns": 10**7})
    item = kernel("a", energy_windows=2, energy_window_ns=100_000_000)
    job = rig.job("r1", [item, kernel("b")], sensors, root=str(fake), idle_ns=50_000_000)
    done = rig.execute(job)
    assert done.status == 0
    assert [(e["window"], e["sensor"]) for e in done.of("energy", "a")] == [
        (window, name) for window in (0, 1) for name in ("v:i", "w")
    ]
    assert not done.of("energy", "b")
    assert [i["sensor"] for i in done.of("idle")] == ["v:i", "w", "v:i", "w"]
    for frame in done.of("energy") + done.of("idle"):
        t, begin, end = frame["t_ns"], frame["begin_ns"], frame["end_ns"]
        assert sum(x < begin for x in t) >= 2
        assert sum(x > end for x in t) >= 2
        assert t == sorted(t)
        assert set(frame["raw"]) == {5000}
        assert ("raw2" in frame) is (frame["sensor"] == "v:i")
    for frame in done.of("energy"):
        assert frame["end_ns"] - frame["begin_ns"] >= 100_000_000
        assert frame["inferences"] > 0
        assert frame["check"] is True
    assert done.final("a")["count"] == 2 + 4
    assert done.final("a")["sha256"] == done.digest("a")


def test_without_a_readable_sensor_there_are_no_windows(rig: Rig, tmp_path: Path) -> None:
    item = kernel("a", energy_windows=2, energy_window_ns=10**9)
    job = rig.job("r1", [item], sensor("w", "power"), root=str(tmp_path), idle_ns=10**9)
    done = rig.execute(job)
    assert not done.of("energy")
    assert not done.of("idle")
    assert done.final("a")["stop"] == "max"


@pytest.mark.parametrize("own", [(), ("w",)])
def test_meters_beside_the_board_get_windows_without_readings(
    rig: Rig, tmp_path: Path, own: tuple[str, ...]
) -> None:
    (tmp_path / "a").write_text("5\n")
    item = kernel("a", energy_windows=1, energy_window_ns=50_000_000)
    extra = sensor("w", "power") if own else b""
    job = rig.job("r1", [item], extra, root=str(tmp_path), idle_ns=30_000_000, meters=1)
    done = rig.execute(job)
    names = [*own, ""]
    assert [e["sensor"] for e in done.of("energy", "a")] == names
    assert [i["sensor"] for i in done.of("idle")] == names * 2
    window, (before, after) = done.of("energy")[-1], done.of("idle")[len(names) - 1 :: len(names)]
    assert before["end_ns"] <= window["begin_ns"] < window["end_ns"] <= after["begin_ns"]
    assert window["end_ns"] - window["begin_ns"] >= 50_000_000
    assert window["inferences"] > 0
    assert window["check"] is True
    assert all(f["t_ns"] == f["raw"] == [] for f in (before, window, after))
    assert done.final("a")["count"] == 2 + len(names)
    assert done.final("a")["sha256"] == done.digest("a")


def test_a_long_window_is_thinned_out_to_fit_a_frame(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("9000000000000000000\n")
    keys: dict[str, Value] = {"id": "w", "form": "energy", "path": "/a", "period_ns": 1_000_000}
    item = kernel("a", energy_windows=1, energy_window_ns=5_000_000_000)
    done = rig.execute(rig.job("r1", [item], block("sensor", keys), root=str(tmp_path)))
    (frame,) = done.of("energy")
    steps = [b - a for a, b in zip(frame["t_ns"], frame["t_ns"][1:], strict=False)]
    assert len(frame["t_ns"]) > 500
    assert statistics.median(steps) > 1_500_000  # every second of 1 ms, at most
