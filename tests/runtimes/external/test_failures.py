"""Programs that do not do what they should: each ends in a row with its status and words."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.helpers.cli import User
from tests.runtimes.external.kit import SIZES, bench, declare, gemm, measure, script

LIES = "c[i] += a=>c[i] += 2 * a"


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def foreign(path: Path, to: Path) -> None:
    """Copy an ELF file as one of another machine."""
    data = bytearray(path.read_bytes())
    # e_machine: 243 is RISC-V, 62 x86-64
    data[18:20] = (62 if platform.machine() == "riscv64" else 243).to_bytes(2, "little")
    to.write_bytes(data)


def test_every_failure_has_its_status_and_words(user: User) -> None:
    gemm_of = f"{SIZES}], protocol: worker, workload: gemm, schemes: [w8a8], shapes: [8x8x16]"
    foreign(gemm(), user.folder / "foreign")
    script(user, "one.sh", "echo why >&2; exit 1")
    script(user, "rubbish.sh", "echo rubbish >&3")
    script(user, "silent.sh", "exit 0")
    script(user, "hang.sh", "sleep 100")
    user.write("golden.bin", "right\n")
    plain = "protocol: plain, check: unchecked"
    declare(
        user,
        f"lies: {{command: [{gemm(LIES)}, {gemm_of}, check: reference}}",
        "other: {command: [/bin/echo, wrong], protocol: plain, check: {golden: golden.bin}}",
        f"nowhere: {{command: [/nowhere/program], {plain}}}",
        "nowhere-too: {command: [/nowhere/program], protocol: worker, check: unchecked}",
        "no-program: {command: [/etc/passwd], protocol: worker, check: unchecked}",
        "foreign: {command: [./foreign], protocol: worker, check: unchecked}",
        f"foreign-too: {{command: [./foreign], {plain}}}",
        f"one: {{command: [./one.sh], {plain}}}",
        "one-too: {command: [./one.sh], protocol: worker, check: unchecked}",
        "rubbish: {command: [./rubbish.sh], protocol: worker, check: unchecked}",
        "silent: {command: [./silent.sh], protocol: worker, check: unchecked}",
        f"hangs: {{command: [./hang.sh], timeout_s: 2, {plain}}}",
        "no-json: {command: [/bin/echo, hi], protocol: google-benchmark, check: unchecked}",
        f"two: {{command: [{bench()}], protocol: google-benchmark, check: unchecked}}",
    )
    wanted = {
        "lies": ("INVALID", "wrong output before timing"),
        "other": ("INVALID", "byte 0 of the output: want 114 got 119"),
        "nowhere": ("FAILED", "cannot start /nowhere/program: No such file"),
        "nowhere-too": ("FAILED", "cannot start /nowhere/program: No such file"),
        "no-program": ("FAILED", "cannot start /etc/passwd: Permission denied"),
        "foreign": ("FAILED", "Exec format error"),
        "foreign-too": ("FAILED", "Exec format error"),
        "one": ("FAILED", "status 1 of the command"),
        "one-too": ("FAILED", "exit status 1 of program (pushed): why"),
        "rubbish": ("FAILED", "not what a worker script may write"),
        "silent": ("FAILED", "nothing came on fd 3"),
        "hangs": ("TIMEOUT", "not done after 2 s"),
        "no-json": ("FAILED", "not what Google Benchmark writes"),
        "two": ("FAILED", "choose one with --benchmark_filter"),
    }
    rows = measure(user, *wanted)
    seen = {name: (r["status"], r["reasons"][0]["words"]) for name, r in rows.items()}
    assert seen.keys() == wanted.keys()
    for name, (status, words) in wanted.items():
        assert seen[name][0] == status, (name, seen[name])
        assert words in seen[name][1], (name, seen[name])
    assert all("latency_ns" not in row for row in rows.values())


def test_a_plain_command_is_a_whole_process_held_against_a_golden_file(user: User) -> None:
    user.write("golden.bin", "a line\n")
    declare(user, "cat: {command: [cat, ./golden.bin], protocol: plain,"
            " check: {golden: golden.bin}}")  # fmt: skip
    row = measure(user, "cat")["cat"]
    assert row["status"] in {"OK", "SUSPECT"}, row["reasons"]
    assert row["check"] == {"kind": "golden", "passed": True}
    assert row["timed_by"] == "whole process, start-up included"
    assert (row["kind"], row["workload"], row["scheme"]) == ("program", "cat", "own")
    # no process starts in 20 us, and its CPU time is not more than all of it
    assert row["latency_ns"]["p25"] > 20_000


def test_what_a_suite_cannot_name_is_an_error_with_its_position(user: User) -> None:
    declare(user, "mine: {command: [./prog], protocol: plain, check: unchecked}")
    user.write("prog", "x")
    user.suite("local", "  - {externals: [mnie]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "suite.yaml:6:18: no program 'mnie' is declared" in ended.err
    assert "did you mean 'mine'?" in ended.err
    user.suite("local", "  - {externals: [{command: rm}]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "wants text" in ended.err
    user.suite("local", "  - {externals: {mine: {command: [rm]}}}")
    assert "a suite starts no command" in user.harness("run", "suite.yaml").err
    kernels = (
        "  - {ops: [gemm], schemes: [w1a1], shapes: [8x8x8], implementations: ['external:%s']}"
    )
    user.suite("local", kernels % "mien")
    assert "did you mean 'mine'?" in user.harness("run", "suite.yaml").err
    user.suite("local", kernels % "mine")
    assert "'external:mine' ends in no cell" in user.harness("run", "suite.yaml").err
    nets = "  - {networks: [squeezenet1_1], schemes: [fp32], runtimes: ['external:mnie']}"
    user.suite("local", nets)
    assert "has no runtime 'external:mnie'" in user.harness("run", "suite.yaml").err


def test_a_missing_file_is_found_before_any_board_is_asked(user: User) -> None:
    declare(user, "mine: {command: [./gone], protocol: plain, check: unchecked}")
    user.suite("local", "  - {externals: [mine]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "harness.yaml:2:" in ended.err
    assert "No such file" in ended.err
    assert "reaching" not in ended.err
    assert not user.results.exists()
