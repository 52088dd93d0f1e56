"""The journal: its chain, torn tails at every byte, damage anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store.journal import Event, JournalWriter, encode, read_journal


def written(path: Path, count: int = 4) -> bytes:
    path.unlink(missing_ok=True)
    journal = JournalWriter(path)
    for i in range(count):
        journal.append("note", {"words": f"event {i} é\n"}, at_ns=1000 + i)
    journal.close()
    return path.read_bytes()


def test_round_trip(tmp_path: Path) -> None:
    written(tmp_path / "j")
    found = read_journal(tmp_path / "j")
    assert [e.seq for e in found.events] == [0, 1, 2, 3]
    assert found.events[2] == Event(seq=2, at_ns=1002, kind="note", data={"words": "event 2 é\n"})
    assert found.torn == 0


def test_killed_at_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "j"
    data = written(path, 3)
    ends = [i + 1 for i, byte in enumerate(data) if byte == 0x0A]
    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        found = read_journal(path)
        assert len(found.events) == sum(end <= cut for end in ends)
        assert found.torn == cut - found.end


def test_going_on_continues_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "j"
    written(path, 2)
    journal = JournalWriter(path)
    journal.append("note", {}, at_ns=9)
    journal.close()
    assert [e.seq for e in read_journal(path).events] == [0, 1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(position=st.integers(0, 10**6), change=st.integers(1, 255))
def test_any_changed_byte_is_found(tmp_path: Path, position: int, change: int) -> None:
    path = tmp_path / "j"
    data = bytearray(written(path, 3))
    index = position % len(data)
    data[index] ^= change
    path.write_bytes(data)
    if index == len(data) - 1:  # the last newline: the last line counts as torn
        assert len(read_journal(path).events) == 2
        return
    with pytest.raises(StoreError, match=r"j:\d"):
        read_journal(path)


def test_a_missing_or_swapped_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "j"
    first, second, third = written(path, 3).splitlines(keepends=True)
    for lines in ([first, third], [second, third], [second, first, third]):
        path.write_bytes(b"".join(lines))
        with pytest.raises(StoreError, match="changed or is missing"):
            read_journal(path)


def test_a_right_crc_is_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(encode(Event(seq=5, at_ns=0, kind="x"), "0" * 64) + b"\n")
    with pytest.raises(StoreError, match="wants seq 0"):
        read_journal(path)
