"""`harness run` for real: this machine, real SSH servers, emulated boards."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from harness.store.reader import list_runs, read_traces
from tests.helpers.cli import User

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.sshd import Server
    from tests.helpers.virtual import VirtualBoard

GEMMS = "  - {ops: [gemm], schemes: [w1a1, w8a8, fp32], shapes: [64x64x64]}"
NETS = """\
  - {networks: [binarized_resnet18], schemes: [w1a1], runtimes: [native]}
  - {networks: [squeezenet1_1], schemes: [fp32, w8a8], runtimes: [onnxruntime]}"""
ARCHITECTURES = {"arm64": "aarch64", "armhf": "arm", "riscv64": "riscv64"}


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_this_machine_from_suite_to_report(user: User) -> None:
    user.suite("local", GEMMS)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 0, ended.err
    rows = user.rows()
    assert [r["scheme"] for r in rows]
    assert {r["status"] for r in rows} <= {"OK", "SUSPECT"}
    assert all(r["check"] == {"kind": "ref-on-board", "passed": True} for r in rows)
    assert all(r["peak_share"] > 0 and r["energy_absent"] for r in rows if not r["energy"])
    assert len([line for line in ended.out.splitlines() if " gemm " in line]) == 3
    report = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    HTMLParser().feed(report)
    assert "gemm" in report


def test_networks_on_this_machine_are_checked_against_the_truth(user: User) -> None:
    user.suite("local", NETS)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.err
    rows = {(r["workload"], r["scheme"]): r for r in user.rows()}
    assert all(r["check"]["passed"] for r in rows.values())
    photo = rows["squeezenet1_1", "fp32"]
    if photo["weights"] == "seeded":
        pytest.skip("the trained SqueezeNet weights cannot be fetched here")
    assert "967" in photo["check"]["detail"]
    assert rows["squeezenet1_1", "w8a8"]["accuracy"]["metric"] == "top1_agreement"
    assert rows["binarized_resnet18", "w1a1"]["weights"] == "seeded"


@pytest.mark.sshd
def test_a_board_over_ssh_runs_kernels_and_networks(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "remote", runtimes={"onnxruntime": sys.executable})
    user.suite("local, remote", GEMMS + "\n" + NETS)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.err
    rows = user.rows()
    assert len(rows) == 12
    assert {r["board"] for r in rows} == {"local", "remote"}
    assert {r["status"] for r in rows} <= {"OK", "SUSPECT"}
    ours = {r["item"] for r in rows if r["board"] == "local"}
    assert ours == {r["item"] for r in rows if r["board"] == "remote"}


@pytest.mark.qemu
def test_three_emulated_boards_side_by_side(
    user: User, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    for arch, target in ARCHITECTURES.items():
        user.know(virtual_board(arch).server, target, tags=["emulated"])
    net = "  - {networks: [binarized_resnet18], schemes: [w1a1], runtimes: [native]}"
    user.suite("tag:emulated", GEMMS + "\n" + net)
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 0, ended.out + ended.err
    rows = user.rows()
    assert {r["board"] for r in rows} == set(ARCHITECTURES.values())
    assert len(rows) == 12
    for row in rows:
        assert row["emulated"], row
        assert row["status"] in {"OK", "SUSPECT"}, row["reasons"]
        assert row["check"]["passed"]
    report = next(user.results.glob("*/*/*/report.html")).read_text(encoding="utf-8")
    assert "emulated" in report.lower()


@pytest.mark.qemu
def test_the_fake_jetson_gives_joules_with_a_name(
    user: User, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    user.know(virtual_board("arm64").server, "jetson")
    head = (
        "energy: all\n"
        "protocol: {repetitions_min: 1, repetitions_max: 1, samples: 3, sample_min_ms: 1.0,\n"
        "  warmup_ms: 1.0, precision: 1.0, energy_windows: 1, energy_window_s: 1.0, idle_s: 1.0}\n"
    )
    user.suite("jetson", "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}", head)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.out + ended.err
    (row,) = user.rows()
    energy = row["energy"][0]
    assert "VDD_IN" in energy["source"]
    assert energy["scope"] == "module"
    # the fake tree holds 5 V and 1 A for ever: five watts, and no net power to resolve
    assert energy["active_w"] == pytest.approx(5.0, rel=1e-3)
    assert "energy_net_j" not in energy
    # which is why they are not believed: nothing moved when its cores were put to work
    assert energy["status"] == "INVALID"
    assert "did not move under load" in energy["reasons"][-1]["words"]
    assert energy["energy_j"] == pytest.approx(
        5.0 * sum(b - a for a, b in energy["windows_ns"]) / 1e9, rel=0.01
    )

    (run,) = list_runs(user.results)
    traces = list(read_traces(run))
    assert {t.item for t in traces} == {"", row["item"]}
    assert all(len(t.t_ns) == len(t.raw) == len(t.raw2) > 5 for t in traces)


def test_dry_run_prints_the_plan_and_stores_nothing(user: User) -> None:
    user.suite("local", GEMMS)
    ended = user.harness("run", "suite.yaml", "--dry-run", "-k", "w1a1")
    assert ended.code == 0
    assert "gemm w1a1 64x64x64" in ended.out
    assert "fp32" not in ended.out
    assert "about" in ended.out
    assert not user.results.exists()


def test_print_job_shows_what_would_be_sent(user: User) -> None:
    user.suite("local", GEMMS)
    ended = user.harness("run", "suite.yaml", "--print-job")
    assert ended.out.startswith("job 1\n")
    assert ended.out.count("\nitem\n") == 3
