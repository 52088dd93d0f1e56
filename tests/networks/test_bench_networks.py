"""What puts our networks beside other runtimes: goals, judgements, rows, both sides for real."""

from __future__ import annotations

import platform
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.ladder.data import FOLDER as FASHION
from harness.networks.models.model import Conv, MaxPool
from harness.networks.preparing.export_onnx import export_onnx
from harness.networks.zoo import birealnet
from harness.networks.zoo.registry import NETWORKS
from harness.transport.frames import Frame
from tests.bench_common import environments, page
from tests.bench_common.crews import ROUNDS, undisturbed
from tests.bench_common.environments import Environment, Made, made
from tests.bench_networks import larq, ours
from tests.bench_networks.asking import Theirs, ask
from tests.bench_networks.goals import BINARIZED_SAME, GOALS, Goal
from tests.bench_networks.judge import Judgement, judge
from tests.bench_networks.ladder import GOAL, Ladder
from tests.bench_networks.ladder_files import LadderFiles
from tests.bench_networks.ours import Timed
from tests.bench_networks.peers import PEERS
from tests.bench_networks.points import Points
from tests.bench_networks.rounds import Bench
from tests.bench_networks.rows import rows_of, table
from tests.kernels.runner_rig import Outcome
from tests.networks.conftest import case, small
from tests.networks.small_models import Net

if TYPE_CHECKING:
    from collections.abc import Mapping

native_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="runs an x86_64 program")

FAST = Goal(name="g", network="resnet18", scheme="w8a8", peer="ORT int8", target=2.0)
SHOWN = Goal(name="g", network="resnet18", scheme="w8a8", peer="OpenVINO int8")


def a_bench(theirs: Mapping[str, list[Theirs]], *goals: Goal) -> Bench:
    """Three rounds of ours at 2 ms."""
    bench = Bench(goals, Points(FASHION))
    for goal in goals:
        bench.seen.ours[goal.mine] = [Timed(ns=2e6, variants="a,b", weights_bytes=7)] * 3
        bench.seen.theirs[goal.network, goal.scheme, goal.peer] = theirs[goal.peer]
    bench.points.judged["resnet18", "w8a8"] = Judgement(words="seeded, 30 dB")
    return bench


def test_every_goal_speaks_of_what_there_is() -> None:
    for goal in GOALS:
        assert goal.peer in PEERS
        for network in (goal.network, goal.against):
            assert network == BINARIZED_SAME or network in NETWORKS
        if goal.network in NETWORKS:
            assert "plan" in NETWORKS[goal.network].schemes[goal.scheme]


def test_a_ratio_is_the_median_of_rounds_and_decides() -> None:
    theirs = {
        "ORT int8": [Theirs(ns=ns, name="p 1") for ns in (3e6, 5e6, 9e6)],
        "OpenVINO int8": [Theirs(ns=8e6, name="o 1")] * 3,
    }
    rows = rows_of(a_bench(theirs, FAST, SHOWN))
    assert [(row.ratio, row.ratio_range, row.met) for row in rows] == [
        (2.5, (1.5, 4.5), True),
        (4.0, (4.0, 4.0), None),
    ]
    assert (rows[0].ours, rows[0].peers, rows[0].unit) == (2.0, 5.0, "ms")
    text = table(rows, rounds=3, machine="m", when="w")
    assert "| seeded, 30 dB |" in text
    assert "1 of 1 met, 0 without a verdict" in text


def test_a_peer_that_cannot_be_had_is_said() -> None:
    theirs = {"ORT int8": [Theirs(unavailable="no wheel")]}
    (row,) = rows_of(a_bench(theirs, FAST))
    assert (row.peer, row.ratio, row.met) == ("unavailable: no wheel: ORT int8", 0.0, None)
    text = table([row], rounds=3, machine="m", when="w")
    assert "0 of 0 met, 1 without a verdict" in text


def test_wrong_outputs_give_no_number() -> None:
    truth = np.random.default_rng(1).normal(0, 1, (4, 10)).astype(np.float32)
    turned = truth[:, ::-1]
    assert "wrong outputs" in judge(truth, turned, "w8a8", trained=True).fault
    assert "shape" in judge(truth, truth[:, :9], "fp32", trained=True).fault
    assert "wrong outputs" in judge(truth, truth * np.float32(1.01), "fp32", trained=True).fault
    assert "no numbers" in judge(truth, truth * np.float32("nan"), "w8a8", trained=True).fault
    assert judge(truth, truth, "fp32", trained=False).words == "seeded, exact"
    near = judge(truth, truth * np.float32(1.01), "w8a8", trained=True)
    assert near == Judgement(words="top-1 as fp32 100.0 % of 4, 40 dB")


def test_a_part_of_the_page_is_replaced_alone(tmp_path: Path) -> None:
    path = tmp_path / "PAGE.md"
    for part in ("# One\n\n## x\n1\n", "# Two\n\n2\n", "# One\n\n## x\n3\n"):
        page.put(path, part)
    assert path.read_text(encoding="utf-8") == "# One\n\n## x\n3\n\n# Two\n\n2\n"


def test_an_environment_says_why_it_is_none(empty_cache: Path) -> None:
    lost = made(Environment(name="old", requirements=("old==1",), python="2.0"))
    assert lost == Made(why="old has wheels for Python 2.0 only: none here")
    words = "import sys; sys.exit('ERROR: look at https://index/\\nERROR: no such thing')"
    assert environments._run(sys.executable, "-c", words) == "no such thing"
    assert environments._run(sys.executable, "-c", "raise SystemExit(3)") == "status 3"


def a_sample(threads: int, rep: int, wall: int, cpu: int) -> Frame:
    own = {"item": f"by{threads}", "rep": rep, "variant": "v", "iterations": 2}
    times = {"wall_ns": [wall] * 8, "cpu_ns": [cpu] * 8}
    return Frame(seq=0, payload={"kind": "sample", **own, **times}, raw=b"")


def test_only_rounds_without_others_count_for_two_threads() -> None:
    frames = [a_sample(1, rep, 200, 200) for rep in range(12)]
    frames += [a_sample(2, rep, 110, 218 if rep else 150) for rep in range(12)]
    pair = undisturbed(Outcome(status=0, frames=frames, stderr=""))
    assert len(pair.one_ns) == 11
    assert pair.lows_ns == (100.0, 55.0)
    assert pair.ratio == pytest.approx(100 / 55)
    assert pair.against == f"one thread, 11 of {ROUNDS} rounds undisturbed"
    few = undisturbed(Outcome(status=0, frames=frames[:3], stderr=""))
    assert (few.ratio, few.is_known) == (0.0, False)
    assert "not measurable" in few.against


def test_the_ladder_takes_the_fastest_that_are_as_accurate() -> None:
    points = Points(FASHION)
    shares = {("ladder_1", "w2a2"): 0.9, ("ladder_1", "w1a1"): 0.88, ("ladder_0.5", "w4a4"): 0.91}
    shares |= {("ladder_1", "ORT int8"): 0.95, ("ladder_0.5", "ORT int8"): 0.89}
    for key, share in shares.items():
        points.judged[key] = Judgement(words=f"{share}", accuracy=share)
    rungs = Ladder(points)
    for key, ns in zip(list(shares)[:3], (4e5, 1e5, 3e5), strict=True):
        rungs.ours[key] = [Timed(ns=ns, variants="v")] * 2
    for key, ns in zip(list(shares)[3:], (9e5, 5e5), strict=True):
        rungs.theirs[key] = [Theirs(ns=ns, name="p 1")] * 2
    found = {
        row.workload.split()[2]: (row.scheme, row.peers, row.ratio, row.met)
        for row in rungs.rows()
        if row.goal == GOAL and row.peers
    }
    assert found == {
        "91.00": ("w4a4", 0.9, 3.0, None),
        "90.00": ("w4a4", 0.9, 3.0, True),
        "88.00": ("w1a1", 0.5, 5.0, None),
    }
    lost = [row.peer for row in rungs.rows() if not row.peers]
    assert lost == ["unavailable: no int8 net of OpenVINO int8 is that accurate"] * 3


def test_a_net_of_the_ladder_is_judged_by_labels(tmp_path: Path) -> None:
    files = LadderFiles("ladder_1", tmp_path)  # no data set there: the sample
    labels = files._labelled[1]
    right = np.eye(10, dtype=np.float32)[labels]
    assert files.judge(right, "w8a8") == Judgement(words="top-1 100.00 % of 256", accuracy=1.0)
    assert "wrong outputs" in files.judge(right[::-1], "w8a8").fault


def test_windows_get_the_padding_that_tensorflow_means() -> None:
    model = birealnet.build(seed=1, side=32, width=32, classes=10)
    padded = larq._padded(model)
    pads = {
        (node.window.kernel, node.window.stride): node.window.pads
        for node in padded.nodes
        if isinstance(node, Conv | MaxPool) and any(node.window.pads)
    }
    assert pads == {
        ((7, 7), (2, 2)): (2, 2, 3, 3),
        ((3, 3), (2, 2)): (0, 0, 1, 1),
        ((3, 3), (1, 1)): (1, 1, 1, 1),
    }
    described = larq._described(larq._real(padded))
    assert {name for name in described if name.startswith("stem/")} == {"stem/kernel", "stem/bias"}
    assert described["stem/kernel"].shape == (7, 7, 3, 32)


@native_only
def test_ours_is_timed_and_answers_every_image(tmp_path: Path) -> None:
    (plan, images, outputs), answer = case(tmp_path, small(), seed=1)
    images.write_bytes(images.read_bytes() * 3)
    timed = ours.measure(plan, images, outputs)
    assert timed.ns > 0
    assert timed.variants
    assert outputs.read_bytes() == answer * 3
    assert "amx" not in ours.measure(plan, images, vectors=True).variants
    images.write_bytes(b"12")
    assert "images of another size" in ours.measure(plan, images).unavailable


def test_a_peer_is_asked_for_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # onnxruntime is here anyway, so its own environment is not needed
    here = partial(Made, python=Path(sys.executable))
    monkeypatch.setattr(environments, "made", lambda _: here())
    model, images, outputs = (tmp_path / name for name in ("m.onnx", "i.npy", "o.npy"))
    net = Net(shape=(6, 5, 3))
    network = net.model(net.relu(net.conv("input", 4, bits=32)))
    model.write_bytes(export_onnx(network))
    h, w, c = network.shapes[network.input]
    np.save(images, np.random.default_rng(1).normal(0, 1, (3, c, h, w)).astype(np.float32))
    timed = ask(PEERS["ORT fp32"], model, images, outputs)
    assert timed.unavailable == ""
    assert timed.ns > 0
    assert timed.name.startswith("onnxruntime ")
    assert len(np.load(outputs)) == 3
    model.write_bytes(b"no model")
    assert "its process ended with 1" in ask(PEERS["ORT fp32"], model, images, None).unavailable
