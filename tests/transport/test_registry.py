from __future__ import annotations

from harness.records.board import BoardEntry
from harness.transport.local import LocalTransport
from harness.transport.registry import TRANSPORTS, open_transport


def test_a_board_without_a_host_is_this_machine() -> None:
    assert isinstance(open_transport(BoardEntry(name="local")), LocalTransport)


def test_the_table_names_every_way() -> None:
    assert sorted(TRANSPORTS) == ["local", "replay", "ssh"]
