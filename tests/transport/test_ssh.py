"""Links that break, hang, lie or refuse: real servers, no mocks."""

from __future__ import annotations

import signal
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.transport.base import LinkSettings
from harness.transport.registry import open_transport
from tests.helpers import sshd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

QUICK = {"ping_interval_s": 0.5, "ping_timeout_s": 1.5}
SERVERS = pytest.mark.parametrize("serve", [sshd.openssh, sshd.dropbear])


def test_by_default_a_dead_board_is_noticed_within_15_seconds() -> None:
    limits = LinkSettings()
    assert limits.ping_interval_s + limits.ping_timeout_s < 15


@SERVERS
def test_a_server_killed_mid_stream_is_a_lost_link(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as server:
        transport = open_transport(server.entry(), server.settings(**QUICK))
        lines = transport.stream(["sh", "-c", "echo one; sleep 60"]).lines()
        assert next(lines) == b"one\n"
        server.signal_children(signal.SIGKILL)
        with pytest.raises(LinkError, match="lost") as caught:
            list(lines)
        assert "is the board on" in caught.value.do
        with pytest.raises(LinkError):
            transport.run(["true"])
        with pytest.raises(LinkError):
            transport.put(b"x", "/tmp/x")
        transport.close()


@SERVERS
def test_a_hung_server_is_noticed_by_all_that_wait(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as server:
        transport = open_transport(server.entry(), server.settings(**QUICK))
        lines = transport.stream(["sh", "-c", "echo one; sleep 60"]).lines()
        next(lines)
        errors: list[LinkError] = []

        def expect_loss(act: Callable[[], object]) -> None:
            try:
                act()
            except LinkError as error:
                errors.append(error)

        acts: list[Callable[[], object]] = [
            lambda: list(lines),
            lambda: transport.run(["sleep", "60"], timeout_s=50),
            lambda: transport.put(b"x" * (8 << 20), str(server.folder / "big")),
        ]
        server.signal_children(signal.SIGSTOP)
        threads = [threading.Thread(target=expect_loss, args=(act,), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
        assert [thread.is_alive() for thread in threads] == [False] * 3
        assert len(errors) == 3
        assert any("no answer for" in error.what for error in errors)
        transport.close()


def test_other_links_live_on_when_one_hangs(openssh_server: Server) -> None:
    with sshd.openssh() as hung:
        good = open_transport(openssh_server.entry(), openssh_server.settings(**QUICK))
        bad = open_transport(hung.entry(), hung.settings(**QUICK))
        hung.signal_children(signal.SIGSTOP)
        with pytest.raises(LinkError):
            bad.run(["true"], timeout_s=50)
        assert good.run(["echo", "ok"]).stdout == b"ok\n"
        good.close()
        bad.close()


def test_a_silent_command_is_no_dead_board(openssh_server: Server) -> None:
    settings = openssh_server.settings(ping_interval_s=0.3, ping_timeout_s=1.0)
    transport = open_transport(openssh_server.entry(), settings)
    assert transport.run(["sleep", "3"]).status == 0
    transport.close()


def test_a_refused_port(openssh_server: Server) -> None:
    entry = openssh_server.entry(port=sshd.free_port())
    with pytest.raises(LinkError, match="refused"):
        open_transport(entry, openssh_server.settings())


@pytest.fixture
def talker() -> Iterator[Callable[[bytes, bool], int]]:
    """Return `listen(says, hang_up)`: a port where something says what no SSH server says."""
    sockets: list[socket.socket] = []

    def listen(says: bytes, hang_up: bool) -> int:  # noqa: FBT001
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                    peer.sendall(says)
                except OSError:
                    return
                if hang_up:
                    peer.close()
                else:
                    sockets.append(peer)

        threading.Thread(target=serve, daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield listen
    for opened in sockets:
        opened.close()


@pytest.mark.parametrize("hang_up", [True, False])
@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 100_000])
def test_something_that_is_no_ssh_server(
    talker: Callable[[bytes, bool], int], openssh_server: Server, says: bytes, *, hang_up: bool
) -> None:
    entry = openssh_server.entry(port=talker(says, hang_up))
    settings = openssh_server.settings(connect_timeout_s=1.0, connect_attempts=2)
    with pytest.raises(LinkError, match="SSH greeting"):
        open_transport(entry, settings)


@SERVERS
def test_a_wrong_user_key_is_refused_with_what_to_do(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as server:
        sshd.make_key(server.folder / "stranger")
        entry = server.entry(identity=str(server.folder / "stranger"))
        with pytest.raises(LinkError, match="login refused") as caught:
            open_transport(entry, server.settings())
        assert "ssh-copy-id" in caught.value.do


def test_a_key_that_cannot_be_used_is_named(openssh_server: Server) -> None:
    (openssh_server.folder / "odd").write_text("no key")
    for name, words in (("odd", "no private key"), ("absent", "No such file")):
        entry = openssh_server.entry(identity=str(openssh_server.folder / name))
        with pytest.raises(LinkError, match=words):
            open_transport(entry, openssh_server.settings())


def test_a_dead_agent_is_not_asked(openssh_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/no/such/socket")
    open_transport(openssh_server.entry(), openssh_server.settings()).close()


@pytest.mark.parametrize(
    "says", [b"Exceeded MaxStartups\r\n", b"Not allowed at this time\r\n", b""]
)
def test_a_server_that_turns_logins_away_is_tried_again(
    openssh_server: Server, says: bytes
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    entry = openssh_server.entry(port=listener.getsockname()[1])
    turned_away = 0

    def serve() -> None:
        nonlocal turned_away
        for _ in range(2):
            peer, _ = listener.accept()
            peer.sendall(says)
            peer.close()
            turned_away += 1

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(LinkError, match="closed before the SSH greeting"):
        open_transport(entry, openssh_server.settings(connect_attempts=2))
    thread.join(20)
    listener.close()
    assert turned_away == 2


def test_a_silent_listener_is_no_busy_server_and_not_tried_again(openssh_server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        entry = openssh_server.entry(port=listener.getsockname()[1])
        settings = openssh_server.settings(connect_timeout_s=1.0, connect_attempts=100)
        with pytest.raises(LinkError, match="no SSH greeting within 1 s"):
            open_transport(entry, settings)


def test_one_session_for_a_connection_makes_a_second_connection() -> None:
    with sshd.openssh("MaxSessions 1") as server:
        transport = open_transport(server.entry(), server.settings())
        stream = transport.stream(["sh", "-c", "echo one; sleep 60"])
        lines = stream.lines()
        next(lines)
        assert transport.run(["echo", "ok"]).stdout == b"ok\n"
        transport.put(b"data", str(server.folder / "file"))
        assert (server.folder / "file").read_bytes() == b"data"
        logins = (server.folder / "log").read_text().count("Accepted publickey")
        assert logins == 2
        stream.close()
        transport.close()
        with pytest.raises(LinkError):
            transport.run(["true"])


def test_a_shell_that_talks_at_login_harms_nothing() -> None:
    with sshd.openssh('ForceCommand printf "welcome "; sh -c "$SSH_ORIGINAL_COMMAND"') as server:
        transport = open_transport(server.entry(), server.settings(command_timeout_s=3.0))
        transport.put(b"data", str(server.folder / "file"), mode=0o600)
        assert (server.folder / "file").read_bytes() == b"data"
        assert transport.run(["echo", "ok"]).stdout == b"ok\n"
        transport.close()


def test_a_server_that_runs_something_else_is_heard() -> None:
    with sshd.openssh("ForceCommand echo this account is closed; exit 3") as server:
        transport = open_transport(server.entry(), server.settings())
        done = transport.run(["echo", "ok"])
        assert (done.status, done.stdout) == (3, b"this account is closed\n")
        stream = transport.stream(["echo", "ok"])
        assert list(stream.lines()) == [b"this account is closed\n"]
        transport.close()


def test_a_board_behind_a_jump_host(openssh_server: Server) -> None:
    with sshd.openssh() as jump:
        known = openssh_server.folder / "both"
        known.write_text(
            "".join(f"[{s.host}]:{s.port} {s.host_key}\n" for s in (jump, openssh_server))
        )
        config = openssh_server.folder / "config"
        config.write_text(f"Host *\n  IdentityFile {jump.identity}\n")
        settings = openssh_server.settings(known_hosts=known, ssh_config=str(config), **QUICK)
        entry = openssh_server.entry(jump=f"{jump.user}@{jump.host}:{jump.port}")
        transport = open_transport(entry, settings)
        data = b"x" * 300_000
        assert transport.run(["cat"], stdin=data).stdout == data
        lines = transport.stream(["sh", "-c", "echo one; sleep 60"]).lines()
        next(lines)
        jump.signal_children(signal.SIGKILL)
        with pytest.raises(LinkError):
            list(lines)
        transport.close()
