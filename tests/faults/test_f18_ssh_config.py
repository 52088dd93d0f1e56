"""F18: three servers, and ssh configurations that lead to them in every way; or a refusal.

Each server says its own name, so where a way ended is known from the board itself, and is compared
with where the real ssh ends with the same configuration.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.errors import HostKeyError, LinkError
from harness.records.board import BoardEntry
from harness.transport.registry import open_transport
from harness.transport.sshconfig import resolve
from tests.faults.ledger import witness
from tests.faults.rig_chain import CONFIGS, Net, three_servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.transport.base import LinkSettings
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

WHERE = ["printenv", "WHICH"]

# which servers a login must be seen on, in this order, and no other
WAYS = {
    "chain of two, in one line": ("gate", "middle", "far"),
    "chain of two, one behind the other": ("gate", "middle", "far"),
}


@pytest.fixture(scope="module")
def three() -> Iterator[dict[str, Server]]:
    with three_servers() as servers:
        yield servers


@pytest.fixture
def net(three: dict[str, Server], tmp_path: Path) -> Net:
    return Net(servers=three, folder=tmp_path)


def _ssh(config: str, *words: str) -> str:
    """Return what the real ssh prints with a configuration."""
    program = shutil.which("ssh")
    if program is None:
        pytest.skip("no ssh here: make test-deps")
    argv = [program, "-F", config, "-o", "BatchMode=yes", *words]
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip() or done.stderr.strip()


def _by_us(settings: LinkSettings, entry: BoardEntry) -> str:
    transport = open_transport(entry, settings)
    try:
        return transport.run(WHERE).stdout.decode().strip()
    finally:
        transport.close()


@pytest.mark.parametrize("case", CONFIGS)
def test_the_board_reached_is_the_one_that_ssh_reaches(net: Net, case: str) -> None:
    config = net.config(CONFIGS[case])
    settings = net.settings(config)
    entry = BoardEntry(name="board", host="nick")
    before = net.logins()
    assert _by_us(settings, entry) == "far"
    ours = net.logins()
    for name in before:
        ours.remove(name)
    assert tuple(ours) == WAYS.get(case, ("far",))
    assert _ssh(config, "nick", *WHERE) == "far"
    hop = resolve(entry, settings)[-1]
    shown = _ssh(config, "-G", "nick").splitlines()
    assert f"hostname {hop.host}" in shown
    assert f"port {hop.port}" in shown
    assert f"user {hop.user}" in shown
    witness("F18", on="OpenSSH", saw=f"{case}: reached {' > '.join(ours)}, as ssh did")


def test_the_inventory_can_take_a_jump_away_or_give_one(net: Net) -> None:
    config = net.config(CONFIGS["chain of two, in one line"])
    settings = net.settings(config)
    before = len(net.logins())
    assert _by_us(settings, BoardEntry(name="board", host="nick", jump="none")) == "far"
    assert len(net.logins()) == before + 1
    jump = f"127.0.0.1:{net.servers['middle'].port}"
    assert _by_us(settings, BoardEntry(name="board", host="nick", jump=jump)) == "far"
    assert len(net.logins()) == before + 3
    witness("F18", on="OpenSSH", saw="`jump:` of the inventory wins over ProxyJump, `none` too")


@pytest.mark.parametrize("case", ["Include", "Match", "Match final"])
def test_without_ssh_what_only_ssh_understands_is_refused(
    net: Net, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = net.config(CONFIGS[case])
    settings = net.settings(config)
    monkeypatch.setenv("PATH", "/nowhere")
    before = net.logins()
    with pytest.raises(LinkError, match="understood by ssh only"):
        open_transport(BoardEntry(name="board", host="nick"), settings)
    assert net.logins() == before
    witness("F18", on="OpenSSH", saw=f"{case}, and no ssh program: refused, nobody was called")


@pytest.mark.parametrize(
    "case", [name for name in CONFIGS if "Match" not in name and "Include" not in name]
)
def test_without_ssh_plain_files_lead_to_the_same_board(
    net: Net, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = net.config(CONFIGS[case])
    settings = net.settings(config)
    entry = BoardEntry(name="board", host="nick")
    by_ssh = resolve(entry, settings)
    monkeypatch.setenv("PATH", "/nowhere")
    assert resolve(entry, settings) == by_ssh
    assert _by_us(settings, entry) == "far"
    witness("F18", on="OpenSSH", saw=f"{case}, and no ssh program: the same way as ssh's")


def test_a_key_that_belongs_to_another_hop_is_refused(net: Net) -> None:
    config = net.config(CONFIGS["chain of two, in one line"])
    settings = net.settings(config)
    far, gate = net.servers["far"], net.servers["gate"]
    text = settings.known_hosts.read_text(encoding="utf-8")
    settings.known_hosts.write_text(text.replace(far.host_key, gate.host_key), encoding="utf-8")
    before = net.logins()
    with pytest.raises(HostKeyError):
        open_transport(BoardEntry(name="board", host="nick"), settings)
    seen = net.logins()
    for name in before:
        with contextlib.suppress(ValueError):
            seen.remove(name)
    assert "far" not in seen
    witness("F18", on="OpenSSH", saw="a hop that shows another hop's key: refused before the login")
