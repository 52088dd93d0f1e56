from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import ConfigError, LinkError
from harness.records.board import BoardEntry
from harness.transport.base import LinkSettings
from harness.transport.sshconfig import key_name, resolve


def _settings(tmp_path: Path, text: str) -> LinkSettings:
    (tmp_path / "key").write_text("")
    (tmp_path / "included").write_text("Host nick\n  Port 2201\n")
    (tmp_path / "config").write_text(text.replace("HERE", str(tmp_path)))
    return LinkSettings(ssh_config=str(tmp_path / "config"))


def _hops(settings: LinkSettings, **entry: object) -> list[str]:
    board = BoardEntry(name="board", **entry)  # type: ignore[arg-type]
    return [hop.where for hop in resolve(board, settings)]


def test_a_nickname_means_what_it_means_to_ssh(tmp_path: Path) -> None:
    text = "Include HERE/included\nHost nick\n  HostName 10.0.0.7\n  User bench\n"
    text += "  IdentityFile HERE/key\n  HostKeyAlias pi-alias\n"
    (hop,) = resolve(BoardEntry(name="b", host="nick"), _settings(tmp_path, text))
    assert (hop.host, hop.port, hop.user, hop.key_name) == ("10.0.0.7", 2201, "bench", "pi-alias")
    assert hop.identities == (tmp_path / "key",)


def test_the_inventory_wins_over_the_configuration(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "Host *\n  User other\n  Port 1\n  IdentityFile HERE/key\n")
    entry = BoardEntry(name="b", host="pi", user="me", port=2222, identity="/some/key")
    (hop,) = resolve(entry, settings)
    assert (hop.where, hop.key_name) == ("me@pi:2222", "[pi]:2222")
    assert hop.identities == (Path("/some/key"),)


def test_jumps_are_followed_as_ssh_follows_them(tmp_path: Path) -> None:
    text = (
        "Host far\n  ProxyJump a:1,bob@b:2\nHost a\n  ProxyJump gate\nHost b\n  ProxyJump wrong\n"
    )
    settings = _settings(tmp_path, text + "Host *\n  User me\n")
    assert _hops(settings, host="far") == ["me@gate:22", "me@a:1", "bob@b:2", "me@far:22"]
    assert _hops(settings, host="far", jump="none") == ["me@far:22"]
    assert _hops(settings, host="x", jump="ssh://eve@gate:7") == ["eve@gate:7", "me@x:22"]


def test_jumps_in_a_circle_are_an_error(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")
    with pytest.raises(LinkError):
        _hops(settings, host="a")


def test_a_proxy_command_is_refused_and_not_run(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "Host a\n  ProxyCommand touch HERE/pwn\n")
    with pytest.raises(LinkError, match="ProxyCommand"):
        _hops(settings, host="a")
    assert not (tmp_path / "pwn").exists()


@pytest.mark.parametrize("host", ["-oProxyCommand=touch pwn", "a b", "a;b", "$(x)", "", "a\nb"])
def test_names_that_are_no_hosts_are_refused(host: str) -> None:
    with pytest.raises(ConfigError):
        _hops(LinkSettings(), host=host)
    with pytest.raises(ConfigError):
        _hops(LinkSettings(ssh_config="none"), host="ok", jump=host)


def test_a_broken_configuration_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"(?i)bad configuration"):
        _hops(_settings(tmp_path, "NoSuchOption yes\n"), host="a")


def test_without_a_configuration_names_stay_as_they_are() -> None:
    (hop,) = resolve(BoardEntry(name="b", host="pi", user="u"), LinkSettings(ssh_config="none"))
    assert (hop.where, hop.key_name) == ("u@pi:22", "pi")


def test_key_names_carry_other_ports() -> None:
    assert key_name("Pi", 22) == "pi"
    assert key_name("fe80::1", 2222) == "[fe80::1]:2222"
