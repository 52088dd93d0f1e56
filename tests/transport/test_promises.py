"""What every way to a board promises, tried on all of them."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError, PushError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.transport.base import Transport

pytestmark = pytest.mark.sshd

SH = ("sh", "-c")


def test_argv_arrives_as_it_is(transport: Transport) -> None:
    words = ["a b", "", "'", '"', "$HOME", "`id`", "*", "\\", "x\ny", "; echo no", "é"]
    done = transport.run(["printf", "%s|", *words])
    assert done.stdout.decode() == "".join(f"{word}|" for word in words)
    assert done.status == 0
    assert done.stderr == b""


@pytest.mark.parametrize("status", [0, 1, 75, 255])
def test_the_exit_status_comes_back(transport: Transport, status: int) -> None:
    done = transport.run([*SH, f"echo out; echo err >&2; exit {status}"])
    assert (done.status, done.stdout, done.stderr) == (status, b"out\n", b"err\n")


def test_a_missing_program_is_127(transport: Transport) -> None:
    assert transport.run(["/no/such/program"]).status == 127


def test_stdin_arrives_whole_while_output_comes_back(transport: Transport) -> None:
    data = bytes(range(256)) * 12000
    assert transport.run(["cat"], stdin=data).stdout == data


def test_a_command_may_leave_its_stdin_unread(transport: Transport) -> None:
    assert transport.run(["true"], stdin=b"x" * 3_000_000).status == 0


def test_a_flood_on_stderr_blocks_nothing_and_is_capped(transport: Transport) -> None:
    script = "head -c 5000000 /dev/zero >&2; echo done"
    done = transport.run([*SH, script])
    assert done.stdout == b"done\n"
    assert len(done.stderr) == 1 << 20


def test_large_output_comes_back_whole(transport: Transport) -> None:
    done = transport.run([*SH, "head -c 20000000 /dev/zero; head -c 100 /dev/zero >&2"])
    assert (len(done.stdout), len(done.stderr), done.status) == (20_000_000, 100, 0)


def test_a_killed_command_has_no_status(transport: Transport) -> None:
    # some login shells report 128 + 9 instead of dying of the signal themselves
    assert transport.run([*SH, "kill -9 $$"]).status in (None, 137)


def test_a_command_past_its_time_is_an_error_and_the_link_lives_on(transport: Transport) -> None:
    with pytest.raises(LinkError, match=r"did not end within 0\.3 s"):
        transport.run(["sleep", "30"], timeout_s=0.3)
    assert transport.run(["echo", "ok"]).stdout == b"ok\n"


def test_lines_come_while_the_command_runs(transport: Transport, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = 'echo first; until [ -e "$1" ]; do sleep 0.05; done; echo warn >&2; printf last'
    stream = transport.stream([*SH, script, "sh", str(gate)])
    lines = stream.lines()
    assert next(lines) == b"first\n"
    assert stream.status() is None
    gate.touch()
    assert list(lines) == [b"last"]
    assert stream.status() == 0
    assert stream.stderr() == b"warn\n"
    stream.close()


def test_a_stream_gets_its_stdin_to_the_end(transport: Transport) -> None:
    text = b"".join(b"line %d\n" % n for n in range(100_000))
    assert b"".join(transport.stream(["cat"], stdin=text).lines()) == text


def test_a_stream_that_is_killed_is_an_error(transport: Transport) -> None:
    stream = transport.stream([*SH, 'echo "$$"; exec sleep 60'])
    lines = stream.lines()
    pid = int(next(lines))
    transport.run(["kill", "-9", str(pid)])
    try:
        rest = list(lines)
    except LinkError:
        return
    assert rest == []
    assert stream.status() == 137  # the login shell lived and said so


def test_a_stream_can_be_closed_by_another_thread(transport: Transport) -> None:
    stream = transport.stream([*SH, "echo begin; sleep 60"])
    lines = stream.lines()
    next(lines)
    threading.Timer(0.2, stream.close).start()
    assert list(lines) == []
    assert transport.run(["echo", "ok"]).stdout == b"ok\n"


def test_a_missing_program_ends_a_stream_with_its_words(transport: Transport) -> None:
    stream = transport.stream(["/no/such/program"])
    assert list(stream.lines()) == []
    assert stream.status() == 127
    assert b"/no/such/program" in stream.stderr()


@pytest.mark.parametrize("size", [0, 1, 1 << 20])
def test_put_brings_bytes_and_mode(transport: Transport, tmp_path: Path, size: int) -> None:
    target = tmp_path / "a name with 'quotes' $x"
    target.write_text("old")
    data = bytes(n * 7 % 251 for n in range(size))
    transport.put(data, str(target), mode=0o750)
    assert target.read_bytes() == data
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_put_replaces_a_running_program(transport: Transport, tmp_path: Path) -> None:
    target = tmp_path / "program"
    with open("/bin/sleep", "rb") as sleep:  # noqa: PTH123
        target.write_bytes(sleep.read())
    target.chmod(0o755)
    running = subprocess.Popen([target, "60"])
    try:
        transport.put(b"#!/bin/sh\necho new\n", str(target), mode=0o755)
        assert transport.run([str(target)]).stdout == b"new\n"
        assert running.poll() is None
    finally:
        running.kill()
        running.wait()


def test_put_into_a_missing_folder_names_it(transport: Transport, tmp_path: Path) -> None:
    with pytest.raises(PushError, match="no-such-folder") as caught:
        transport.put(b"x", str(tmp_path / "no-such-folder" / "file"))
    assert caught.value.do


def test_put_where_nothing_can_be_written_leaves_nothing(transport: Transport) -> None:
    with pytest.raises(PushError, match="/proc/version-of-mine"):
        transport.put(b"x", "/proc/version-of-mine")


def test_put_onto_a_folder_does_not_go_into_it(transport: Transport, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(PushError):
        transport.put(b"x", str(folder))
    assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == [folder]


def test_many_commands_from_many_threads(transport: Transport) -> None:
    answers: dict[int, bytes] = {}

    def ask(number: int) -> None:
        for turn in range(3):
            answers[number * 10 + turn] = transport.run(["echo", f"{number * 10 + turn}"]).stdout

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert all(text == f"{number}\n".encode() for number, text in answers.items())


def test_nothing_is_said_on_our_stderr(
    transport: Transport, capfd: pytest.CaptureFixture[str]
) -> None:
    transport.run(["true"])
    sys.stderr.flush()
    assert capfd.readouterr() == ("", "")


def test_a_live_command_is_spoken_to_line_by_line_until_it_is_closed(transport: Transport) -> None:
    stream = transport.stream(["cat"], stdin=b"first\n", live=True)
    lines = stream.lines()
    said = [next(lines)]
    for word in (b"one\n", b"two\n"):
        stream.write(word)
        said.append(next(lines))
    stream.close()
    assert said == [b"first\n", b"one\n", b"two\n"]
    with pytest.raises(LinkError):
        stream.write(b"three\n")


def test_a_live_command_ends_with_its_stream(transport: Transport, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    pid.touch()
    pid.chmod(0o666)
    stream = transport.stream([*SH, 'echo $$ > "$1"; exec cat', "sh", str(pid)], live=True)
    lines = stream.lines()
    stream.write(b"x\n")
    assert next(lines) == b"x\n"
    stream.close()
    waiting = 'while kill -0 "$1" 2>/dev/null; do sleep 0.02; done'
    transport.run([*SH, waiting, "sh", pid.read_text().strip()], timeout_s=10)
