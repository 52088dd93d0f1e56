"""Host keys over real connections: unknown, trusted, changed, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import HostKeyError, LinkError
from harness.transport import trust
from harness.transport.hostkeys import Verdict
from harness.transport.registry import open_transport
from tests.helpers import sshd

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd


def _other_key(tmp_path: Path) -> str:
    return " ".join(sshd.make_key(tmp_path / "other").split()[:2])


@pytest.mark.parametrize("kind", ["openssh", "dropbear"])
def test_an_unknown_board_is_refused_until_it_is_trusted(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    settings = server.settings(known_hosts=tmp_path / "new" / "known_hosts")
    with pytest.raises(HostKeyError, match="not known") as caught:
        open_transport(server.entry("pi5-a"), settings)
    assert "harness boards trust pi5-a" in caught.value.do

    presented = trust.look(server.entry("pi5-a"), settings)
    assert presented.verdict is Verdict.UNKNOWN
    assert presented.key.fingerprint in caught.value.what
    trust.accept(presented, settings)
    assert trust.look(server.entry("pi5-a"), settings).verdict is Verdict.KNOWN
    open_transport(server.entry("pi5-a"), settings).close()


def test_a_changed_key_is_refused_and_shows_both(openssh_server: Server, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{openssh_server.port} {_other_key(tmp_path)}\n")
    settings = openssh_server.settings(known_hosts=known)
    with pytest.raises(HostKeyError, match="CHANGED") as caught:
        open_transport(openssh_server.entry("pi5-a"), settings)
    assert caught.value.what.count("SHA256:") == 2
    presented = trust.look(openssh_server.entry("pi5-a"), settings)
    assert presented.verdict is Verdict.CHANGED
    assert len(presented.known) == 1
    trust.accept(presented, settings)
    open_transport(openssh_server.entry("pi5-a"), settings).close()


def test_a_revoked_key_is_never_trusted(openssh_server: Server, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"@revoked * {openssh_server.host_key}\n")
    settings = openssh_server.settings(known_hosts=known)
    with pytest.raises(HostKeyError, match="revoked"):
        open_transport(openssh_server.entry(), settings)
    with pytest.raises(HostKeyError, match="revoked"):
        trust.accept(trust.look(openssh_server.entry(), settings), settings)


def test_the_users_own_file_is_believed_and_not_written(
    openssh_server: Server, tmp_path: Path
) -> None:
    users = tmp_path / "users"
    users.write_text(f"garbage\n[127.0.0.1]:{openssh_server.port} {openssh_server.host_key}\n")
    before = users.read_bytes()
    settings = openssh_server.settings(known_hosts=tmp_path / "own", believed_hosts=(users,))
    open_transport(openssh_server.entry(), settings).close()
    assert users.read_bytes() == before
    assert not (tmp_path / "own").exists()


def test_the_key_that_is_known_is_asked_for(tmp_path: Path) -> None:
    argv = tmp_path / "rsa"
    public = sshd.make_key(argv, kind="rsa")
    with sshd.openssh(f"HostKey {argv}") as server:
        known = tmp_path / "known_hosts"
        known.write_text(f"[127.0.0.1]:{server.port} {' '.join(public.split()[:2])}\n")
        open_transport(server.entry(), server.settings(known_hosts=known)).close()
        open_transport(server.entry(), server.settings()).close()


def test_looking_at_a_board_that_is_off_is_a_link_error(openssh_server: Server) -> None:
    entry = openssh_server.entry(port=sshd.free_port())
    with pytest.raises(LinkError):
        trust.look(entry, openssh_server.settings())
