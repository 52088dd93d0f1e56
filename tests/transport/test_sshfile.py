from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.records.board import BoardEntry
from harness.transport import sshfile
from harness.transport.base import LinkSettings
from harness.transport.sshconfig import resolve

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
# a comment
Host nick other-*
  HostName 10.0.0.7
  Port=2201
  User "bench"
  ProxyJump gate:7
  IdentityFile HERE/key
Host !bad *
  User everybody
  CanonicalizeHostname no
"""


@pytest.fixture(autouse=True)
def no_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


def _hops(tmp_path: Path, text: str, **entry: object) -> list[str]:
    (tmp_path / "key").write_text("")
    (tmp_path / "config").write_text(text.replace("HERE", str(tmp_path)))
    board = BoardEntry(name="board", **entry)  # type: ignore[arg-type]
    settings = LinkSettings(ssh_config=str(tmp_path / "config"))
    return [hop.where for hop in resolve(board, settings)]


def test_host_blocks_mean_what_they_mean_to_ssh(tmp_path: Path) -> None:
    assert _hops(tmp_path, PLAIN, host="nick") == ["everybody@gate:7", "bench@10.0.0.7:2201"]
    assert _hops(tmp_path, PLAIN, host="other-1")[-1] == "bench@10.0.0.7:2201"
    assert _hops(tmp_path, PLAIN, host="third") == ["everybody@third:22"]
    assert _hops(tmp_path, PLAIN, host="nick", port=5, jump="none") == ["bench@10.0.0.7:5"]


def test_no_jump_is_no_host_called_none(tmp_path: Path) -> None:
    text = "Host near\n  ProxyJump none\nHost *\n  ProxyJump gate\n  User u\n"
    assert _hops(tmp_path, text, host="near") == ["u@near:22"]


@pytest.mark.parametrize(
    "line",
    [
        "Include other",
        "include no",
        '"Include" other',
        "  INCLUDE=other",
        "Match all",
        "Match host x exec true",
        "CanonicalizeHostname yes",
        "CanonicalizeHostname  =  always",
    ],
)
def test_what_only_ssh_understands_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(LinkError, match="understood by ssh only") as caught:
        _hops(tmp_path, f"Host a\n  Port 1\n{line}\n", host="a")
    assert caught.value.where.endswith("config:3")
    assert "install ssh" in caught.value.do


@pytest.mark.parametrize(
    "text", ["Host", "Host a\n  Port x", "Host a\n  Port 22 # x", "Host a\n  HostName a b"]
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LinkError):
        _hops(tmp_path, text, host="a")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="No such file"):
        sshfile.lookup("a", str(tmp_path / "absent"))


def test_the_files_of_user_and_system_are_read_in_that_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host a\n  Port 1\n  IdentityFile one\n")
    system = tmp_path / "system"
    system.write_text("Host a\n  Port 2\n  User u\n  IdentityFile two\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sshfile, "SYSTEM", system)
    found = sshfile.lookup("a", None)
    assert (found["port"], found["user"]) == (["1"], ["u"])
    assert found["identityfile"] == ["one", "two"]


def test_a_proxy_command_is_refused_and_none_is_none(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="ProxyCommand"):
        _hops(tmp_path, "Host a\n  ProxyCommand nc %h %p\n", host="a")
    assert _hops(tmp_path, "Host a\n  User u\n  ProxyCommand none\n", host="a") == ["u@a:22"]
