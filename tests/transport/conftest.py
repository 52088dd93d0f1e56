"""Transports to try the same promises on: this machine, OpenSSH with and without SFTP, dropbear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.records.board import BoardEntry
from harness.transport.registry import open_transport
from tests.helpers import sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.transport.base import Transport

KINDS = ("local", "openssh", "openssh-without-sftp", "dropbear")


@pytest.fixture(scope="module", params=KINDS)
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A way to a board of each kind."""
    kind = request.param
    if kind == "local":
        yield open_transport(BoardEntry(name="local"))
        return
    if kind == "openssh-without-sftp":
        with sshd.openssh(sftp=False) as server:
            opened = open_transport(server.entry(), server.settings())
            yield opened
            opened.close()
        return
    server = request.getfixturevalue(f"{kind}_server")
    opened = open_transport(server.entry(), server.settings())
    yield opened
    opened.close()
