"""`harness gate` with real builds: the same twice, a slow one, a crashing one; and all its ends."""

from __future__ import annotations

import fcntl
import json
import math
import shutil
import signal
import socket
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.commands import builds
from harness.commands import gate as gating
from harness.commands.reaching import this_target
from harness.commands.verdicts import Answer, exit_code, line, write
from harness.errors import CannotTellError
from harness.records.item import Protocol
from harness.session import arms
from harness.session.arms import Duel, ItemSlots
from harness.stats.compare import RULES, Verdict, screen
from harness.toolchain import build
from tests.helpers import planted
from tests.helpers.cli import User
from tests.helpers.sessions import facts, gemm, sample, work

if TYPE_CHECKING:
    from pathlib import Path

    from harness.session.link import Control, Say
    from harness.session.ready import Ready
    from tests.helpers.sshd import Server

GEMM = "  - {ops: [gemm], schemes: [w1a1], shapes: [128x128x128]}"
# a slot takes a tenth of a second; the margins below leave room for whoever else is busy here
SHORT = "protocol: {samples: 10, sample_min_ms: 1.0, warmup_ms: 20.0}\n"
LONG = "protocol: {samples: 200, sample_min_ms: 10.0, warmup_ms: 20.0}\n"
WIDE = ("--margin", "0.25", "--pairs", "6")


@pytest.fixture
def user(tmp_path: Path) -> User:
    """A person whose machine has a folder and a lease of its own."""
    user = User(tmp_path)
    user.write("boards.yaml", f"boards:\n  local: {{dir: {tmp_path / 'board'}}}\n")
    user.suite("local", GEMM, SHORT)
    return user


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(planted.plant(tmp_path_factory.mktemp("slow"), "w1a1", planted.SLOW).path)


def gate(user: User, *words: str) -> tuple[int, str, list[dict[str, Any]]]:
    """Run a gate whose verdicts are wanted: exit code, stdout, JSON rows."""
    ended = user.harness("gate", "suite.yaml", *WIDE, "--json", "verdicts.json", *words)
    assert "Traceback" not in ended.err
    rows = json.loads((user.folder / "verdicts.json").read_text(encoding="utf-8"))
    assert len(rows) == len(ended.out.splitlines()), ended.out + ended.err
    return ended.code, ended.out, rows


def decided(user: User, *words: str) -> tuple[int, str, list[dict[str, Any]]]:
    """Run a gate up to five times: on a busy machine `cannot tell` is a right answer too."""
    answer = gate(user, *words)
    for _ in range(4):
        if answer[0] != 3:
            break
        answer = gate(user, *words)
    return answer


def test_the_same_build_twice_is_never_a_regression(user: User) -> None:
    code, out, (row,) = gate(user, "--base", str(planted.good().path))
    assert code in {0, 3}
    assert out.startswith(("equivalent", "inconclusive"))
    assert row["base_sha256"] == row["head_sha256"] == planted.good().sha256
    assert row["label"] == "gemm w1a1 128x128x128"
    assert row["pairs"] == 6
    assert row["low"] < row["ratio"] < row["high"]


@pytest.mark.sshd
def test_a_board_over_ssh_gives_verdicts_too(user: User, openssh_server: Server) -> None:
    user.know(openssh_server, "remote", dir=str(user.folder / "board"))
    code, _, (row,) = gate(user, "--base", str(planted.good().path), "-b", "remote")
    assert code in {0, 3}
    assert row["pairs"] == 6


def test_a_slower_head_is_found_and_confirmed(user: User, slow: str) -> None:
    code, out, (row,) = decided(user, "--base", str(planted.good().path), "--head", slow)
    assert code == 1, out
    assert out.startswith("regressed")
    assert row["words"] == "significant in both sessions"
    assert row["pairs"] == 20  # the confirm session's
    assert row["ratio"] > 1.25


def test_a_faster_head_is_no_finding(user: User, slow: str) -> None:
    code, out, (row,) = decided(user, "--base", slow)
    assert code == 0, out
    assert row["verdict"] == "improved"
    assert row["ratio"] < 0.8


def test_a_head_that_crashes_in_one_item_proves_nothing_there(user: User, tmp_path: Path) -> None:
    crash = planted.plant(tmp_path, "w1a1", planted.CRASH)
    user.suite("local", GEMM.replace("[w1a1]", "[w1a1, w8a8]"), SHORT)
    words = ("--base", str(planted.good().path), "--head", str(crash.path))
    code, out, rows = gate(user, *words, "--on-unknown", "pass")
    assert code == 4, out  # a build that crashes is no noise: nothing makes that green
    (bad,) = [r for r in rows if "w1a1" in r["label"]]
    assert bad["verdict"] == "inconclusive"
    assert "head: " in bad["words"]
    assert "SIGSEGV" in bad["words"]
    assert bad["pairs"] == 0
    assert bad["ratio"] is None
    (other,) = [r for r in rows if "w8a8" in r["label"]]
    assert other["pairs"] == 6
    assert "SIGSEGV" not in other["words"]


def test_a_head_that_computes_wrongly_is_not_called_faster(user: User, tmp_path: Path) -> None:
    wrong = planted.plant(tmp_path, "w1a1", planted.WRONG)
    code, _, (row,) = gate(user, "--base", str(planted.good().path), "--head", str(wrong.path))
    assert code == 4
    assert row["verdict"] == "inconclusive"
    assert row["words"].startswith("head: ")
    assert row["pairs"] == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 3, "no baseline"),
        (["--base", "no-such-revision"], 3, "no runner build 'no-such-revision'"),
        (["--base", "--all"], 3, "is no revision"),
        (["--base", "HEAD", "-b", "nobody"], 2, "no board named 'nobody'"),
        (["--base", "HEAD", "-b", "tag:two"], 2, "selects several boards: a, b"),
        (["--base", "HEAD", "-b", "a"], 5, "refused"),
        (["--base", "HEAD", "-b", "fake"], 3, "fake is emulated"),
        (["--base", "HEAD", "--on-unknown", "maybe"], 2, "--on-unknown"),
        (["--base", "HEAD", "--json", "no/such/folder.json"], 2, "no such folder"),
    ],
)
def test_without_two_builds_on_one_real_board_there_is_no_answer(
    user: User, words: list[str], code: int, says: str
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening: refused at once
        away = f"{{host: 127.0.0.1, port: {closed.getsockname()[1]}, tags: [two]}}"
        folder = user.folder / "board"
        user.write(
            "boards.yaml",
            f"boards:\n  a: {away}\n  b: {away}\n  fake: {{dir: {folder}, emulated: true}}\n"
            f"  local: {{dir: {folder}}}\n",
        )
        # where no git checkout is at hand the build at hand is as good
        words = [str(planted.good().path) if w == "HEAD" else w for w in words]
        ended = user.harness("gate", "suite.yaml", *words)
    assert ended.code == code, ended.err
    assert says in ended.err
    assert not ended.out


def test_a_leased_board_is_not_shared(user: User) -> None:
    lease = user.folder / "board" / "harness.lock"
    lease.parent.mkdir()
    with lease.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ended = user.harness("gate", "suite.yaml", "--base", str(planted.good().path))
    assert ended.code == 75, ended.err
    assert "try again later" in ended.err


def test_ctrl_c_says_nothing_and_leaves_the_board_free(user: User) -> None:
    base = str(planted.good().path)
    user.suite("local", GEMM, LONG)
    process = user.start("gate", "suite.yaml", "--base", base)
    assert process.stderr is not None
    for text in process.stderr:
        if "slot 2 " in text:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not out
    assert "stopped" in err
    with (user.folder / "board" / "harness.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_revision_is_built_from_the_checkout_of_the_harness(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = planted.good()
    shutil.copytree(build.KERNELS, tmp_path / "kernels")
    monkeypatch.setattr(build, "KERNELS", tmp_path / "kernels")
    author = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "kernels"], [*author, "commit", "-q", "-m", "t"]):
        argv = ["git", "-C", str(tmp_path), *words]
        subprocess.run(argv, check=True)
    # what is changed since does not count
    (tmp_path / "kernels" / "isa" / "isa.def").write_text("")
    assert builds.runner_build("HEAD", this_target()).sha256 == here.sha256
    with pytest.raises(CannotTellError, match="no runner build 'HEAD~9'"):
        builds.runner_build("HEAD~9", this_target())


def slot(ns: float) -> dict[str, Any]:
    return sample(gemm(), wall_ns=[int(ns)] * 5, cpu_ns=[int(ns)] * 5, iterations=1)


@pytest.mark.parametrize(
    ("screened", "confirmed", "fault", "verdict"),
    [
        (1.00, None, "", "equivalent"),
        (1.10, 1.10, "", "regressed"),
        (1.10, 1.00, "", "equivalent"),
        (0.90, 0.90, "", "improved"),
        (1.10, 0.90, "", "inconclusive"),
        (1.10, 1.10, "head: signal 11", "inconclusive"),
    ],
)
def test_only_what_a_fresh_session_confirms_turns_red(
    monkeypatch: pytest.MonkeyPatch,
    screened: float,
    confirmed: float | None,
    fault: str,
    verdict: str,
) -> None:
    ready = cast("Ready", SimpleNamespace(facts=facts()))
    duel = Duel(
        run="r", holder="h", base=ready, head=ready, works=[work()], protocol=Protocol(), seed=7
    )
    stages: list[tuple[str, int, int]] = []

    def interleave(
        duel: Duel, pairs: int, _control: Control, _say: Say, *, stage: str
    ) -> dict[str, ItemSlots]:
        stages.append((stage, pairs, duel.seed))
        ratio = screened if stage == "screen" else confirmed or 0
        base = [2_000_000 + 100 * i for i in range(pairs)]
        slots = ItemSlots(samples=([slot(b) for b in base], [slot(b * ratio) for b in base]))
        slots.faults += [fault] if fault and stage == "confirm" else []
        return {gemm().item_id: slots}

    monkeypatch.setattr(arms, "interleave", interleave)
    monkeypatch.setattr(gating, "PAUSE_S", 0)
    (found,) = gating._judge(duel, RULES["latency"])
    assert found.verdict == verdict, found
    assert stages == [("screen", 10, 7), ("confirm", 20, 8)][: 1 + (confirmed is not None)]


def answer(head: float, *objections: str, pairs: int = 10) -> Answer:
    measured = [(100.0, head + 0.001 * i) for i in range(pairs)]
    comparison = screen(measured, margin=0.02)
    return Answer(item="i", label="gemm", comparison=comparison, objections=objections)


def test_objections_spoil_any_verdict() -> None:
    fine = answer(100.0)
    assert fine.verdict is Verdict.EQUIVALENT
    assert exit_code([fine], None) == 0
    spoiled = answer(100.0, "base: no steady state (no_steady_state)", "head: more")
    assert spoiled.verdict is Verdict.INCONCLUSIVE
    assert "no steady state" in line(spoiled)
    assert "and 1 more" in line(spoiled)


@pytest.mark.parametrize(("on_unknown", "code"), [(None, 3), ("fail", 1), ("warn", 0), ("pass", 0)])
def test_what_cannot_be_told_ends_as_asked(on_unknown: str | None, code: int) -> None:
    assert exit_code([answer(100.0), answer(100.0, "noise")], on_unknown) == code


def test_no_number_is_printed_or_written_where_there_is_none(tmp_path: Path) -> None:
    empty = answer(100.0, "head: crashed", pairs=0)
    assert math.isnan(empty.comparison.ratio)
    assert "nan" not in line(empty)
    write(tmp_path / "v.json", ("a", "b"), [empty])
    (row,) = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert row["ratio"] is None
    assert row["detectable"] is None
