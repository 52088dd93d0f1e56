"""F17: servers that turn most logins away when many come, or that take one session at a time."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.helpers import sshd
from tests.helpers.cli import User
from tests.kernels import runner_rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

KERNEL = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
BOARDS = 8


@contextmanager
def _few_startups(value: str) -> Iterator[Server]:
    # of this option sshd takes the last line, which the helper has set
    with sshd.openssh() as server:
        file = server.folder / "sshd_config"
        text = file.read_text(encoding="utf-8")
        assert "MaxStartups 100" in text
        file.write_text(text.replace("MaxStartups 100", f"MaxStartups {value}"), encoding="utf-8")
        os.kill(server.pid, signal.SIGHUP)
        time.sleep(0.5)
        sshd.wait_for_banner(server.host, server.port)
        yield server


def _refusals(server: Server) -> int:
    log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
    return log.count("past MaxStartups") + log.count("beginning MaxStartups throttling")


@pytest.mark.slow
def test_eight_boards_behind_a_server_that_takes_few_logins(tmp_path: Path) -> None:
    user = User(tmp_path)
    names = [f"b{number}" for number in range(BOARDS)]
    with _few_startups("2:90:3") as server:
        for name in names:
            user.know(server, name, dir=str(tmp_path / name))
        user.suite(", ".join(names), KERNEL)
        ended = user.harness("run", "suite.yaml", "--no-report")
        turned_away = _refusals(server)
    assert ended.code == 0, ended.err
    rows = user.rows()
    assert sorted(row["board"] for row in rows) == names
    assert {row["status"] for row in rows} <= {"OK", "SUSPECT"}
    assert turned_away > 0, "no login was turned away: no test"
    saw = f"MaxStartups 2:90:3: {BOARDS} boards at once, all measured, by back-off"
    witness("F17", on="OpenSSH", saw=saw)


@pytest.mark.parametrize("options", [("MaxSessions 1",), ("MaxSessions 1", "MaxAuthTries 2")])
def test_a_whole_run_with_one_session_at_a_time(options: tuple[str, ...], tmp_path: Path) -> None:
    user = User(tmp_path)
    with sshd.openssh(*options) as server:
        user.know(server, "narrow", dir=str(tmp_path / "board"))
        user.suite("narrow", KERNEL)
        ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.err
    (row,) = user.rows()
    assert row["status"] in {"OK", "SUSPECT"}
    witness("F17", on="OpenSSH", saw=f"{', '.join(options)}: a whole run, measured")


def test_a_worker_can_be_cancelled_while_the_one_session_reads_its_stream(tmp_path: Path) -> None:
    rig = runner_rig.Rig(tmp_path, runner_rig.native())
    job = rig.job("long", [runner_rig.kernel("a")], **runner_rig.LONG)
    with sshd.openssh("MaxSessions 1") as server:
        transport = open_transport(server.entry(), server.settings())
        stream = transport.stream([str(rig.runner), "exec", "--dir", str(rig.folder)], stdin=job)
        lines = stream.lines()
        assert next(lines).startswith(b"HB1 0 ")
        argv = [str(rig.runner), "cancel", "long", "--dir", str(rig.folder)]
        assert transport.run(argv).status == 0
        assert b'"stop":"cancelled"' in list(lines)[-1]
        transport.close()
    saw = "MaxSessions 1: a worker was cancelled over a second connection while its stream ran"
    witness("F17", on="OpenSSH", saw=saw)
