"""What was recorded comes back, from this machine and from a real SSH server; nothing else does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigError, LinkError, PushError
from harness.records.board import BoardEntry
from harness.transport import replay
from harness.transport.record import RecordingTransport
from harness.transport.registry import open_transport
from harness.transport.replay import Answer, ReplayTransport, line_of

if TYPE_CHECKING:
    from pathlib import Path

    from harness.transport.base import Transport

SH = ("sh", "-c")


@pytest.mark.sshd
def test_a_replay_answers_as_the_board_did(transport: Transport, tmp_path: Path) -> None:
    recording = RecordingTransport(transport, tmp_path)
    script = "cat; echo err >&2; exit 3"
    first = recording.run([*SH, script], stdin=b"\x00\xff in")
    lines = list(recording.stream([*SH, "printf 'a\\nb'"]).lines())
    recording.put(b"data", str(tmp_path / "file"))
    again = ReplayTransport(tmp_path)
    assert again.run([*SH, script], stdin=b"\x00\xff in") == first
    stream = again.stream([*SH, "printf 'a\\nb'"])
    assert stream.status() is None
    assert list(stream.lines()) == lines == [b"a\n", b"b"]
    assert (stream.status(), stream.stderr()) == (0, b"")
    again.put(b"data", str(tmp_path / "file"))
    again.close()


def test_what_was_not_recorded_is_named(tmp_path: Path) -> None:
    (tmp_path / replay.FILE).write_text(line_of(Answer(argv=("uname", "-m"), status=0)))
    again = ReplayTransport(tmp_path)
    with pytest.raises(LinkError, match="not in the recording: uname -r"):
        again.run(["uname", "-r"])
    with pytest.raises(LinkError, match="uname -m"):
        again.run(["uname", "-m"], stdin=b"other input")
    with pytest.raises(LinkError, match="putting /tmp/x"):
        again.put(b"", "/tmp/x")


def test_equal_questions_are_answered_in_order_and_the_last_for_good(tmp_path: Path) -> None:
    answers = [Answer(argv=("cat", "f"), status=0, stdout=b"%d" % n) for n in range(3)]
    (tmp_path / replay.FILE).write_text("".join(line_of(answer) for answer in answers))
    again = ReplayTransport(tmp_path)
    assert [again.run(["cat", "f"]).stdout for _ in range(5)] == [b"0", b"1", b"2", b"2", b"2"]


def test_failures_are_recorded_too(tmp_path: Path) -> None:
    recording = RecordingTransport(open_transport(BoardEntry(name="local")), tmp_path)
    with pytest.raises(LinkError):
        recording.run(["sleep", "30"], timeout_s=0.1)
    with pytest.raises(PushError):
        recording.put(b"x", "/proc/of-mine")
    with pytest.raises(LinkError):
        list(recording.stream([*SH, "echo a; kill -9 $$"]).lines())
    again = open_transport(BoardEntry(name="b", host=f"replay:{tmp_path}"))
    with pytest.raises(LinkError, match="did not end within"):
        again.run(["sleep", "30"])
    with pytest.raises(LinkError, match="/proc/of-mine"):
        again.put(b"x", "/proc/of-mine")
    lines = again.stream([*SH, "echo a; kill -9 $$"]).lines()
    assert next(lines) == b"a\n"
    with pytest.raises(LinkError, match="without an exit status"):
        next(lines)


def test_a_closed_stream_says_no_more(tmp_path: Path) -> None:
    (tmp_path / replay.FILE).write_text(line_of(Answer(argv=("x",), stdout=b"a\nb\n", status=0)))
    stream = ReplayTransport(tmp_path).stream(["x"])
    lines = stream.lines()
    next(lines)
    stream.close()
    assert list(lines) == []


def test_a_recording_outlives_changes_of_our_scripts(tmp_path: Path) -> None:
    recording = RecordingTransport(open_transport(BoardEntry(name="local")), tmp_path)
    recording.run([*SH, "# harness: demo\necho one", "sh", "arg"])
    assert "echo one" not in (tmp_path / replay.FILE).read_text()
    again = ReplayTransport(tmp_path)
    assert again.run([*SH, "# harness: demo\necho two", "sh", "arg"]).stdout == b"one\n"
    with pytest.raises(LinkError):
        again.run([*SH, "# harness: other\necho one", "sh", "arg"])


def test_a_script_that_looks_for_more_is_answered_as_far_as_it_asked_then(tmp_path: Path) -> None:
    script = f"{replay.SCRIPT_MARK}probe\nold"
    asked = replay.short_argv(["sh", "-c", script, "sh", "/", "a", "x"])
    line = line_of(Answer(argv=asked, status=0, stdout=b"o"))
    (tmp_path / replay.FILE).write_text(line, encoding="utf-8")
    board = ReplayTransport(tmp_path)
    assert board.run(["sh", "-c", script, "sh", "/", "a", "x", "b", "y"]).stdout == b"o"
    with pytest.raises(LinkError, match="not in the recording"):
        board.run(["sh", "-c", script, "sh", "/", "a", "other"])
    with pytest.raises(LinkError, match="not in the recording"):
        board.run(["sh", "-c", "plain", "sh", "/", "a", "x", "b"])


def test_no_recording_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"replay\.jsonl"):
        ReplayTransport(tmp_path)


@given(
    st.text(max_size=80).map(lambda text: text.replace("\n", " "))
    | st.dictionaries(
        st.sampled_from(["argv", "stdin_sha256", "status", "stdout", "stderr", "put", "error"]),
        st.none() | st.booleans() | st.text(max_size=6) | st.lists(st.integers(), max_size=2),
    ).map(json.dumps)
)
def test_damaged_lines_are_named_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, line: str
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    (folder / replay.FILE).write_text(line, encoding="utf-8", errors="replace")
    try:
        replay.read_recording(folder)
    except ConfigError as error:
        assert error.where  # noqa: PT017


@given(
    st.builds(
        Answer,
        argv=st.lists(st.text(max_size=9).filter(lambda s: s.isprintable())).map(tuple),
        status=st.none() | st.integers(0, 255),
        stdout=st.binary(max_size=40),
        stderr=st.binary(max_size=40),
    )
)
def test_every_answer_comes_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, answer: Answer
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    (folder / replay.FILE).write_text(line_of(answer), encoding="utf-8")
    assert replay.read_recording(folder) == [answer]
