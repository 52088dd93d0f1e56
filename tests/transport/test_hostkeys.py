from __future__ import annotations

import base64
import hmac
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HostKeyError
from harness.transport.hostkeys import (
    Entry,
    HostKey,
    Verdict,
    judge,
    known,
    parse,
    read,
    require_known,
    trust,
)
from tests.helpers.sshd import make_key

if TYPE_CHECKING:
    from pathlib import Path


def _key(seed: int, key_type: str = "ssh-ed25519") -> HostKey:
    name = key_type.encode()
    body = bytes([seed]) * 32
    parts = (name, body)
    return HostKey(key_type, b"".join(len(p).to_bytes(4, "big") + p for p in parts))


def _line(hosts: str, key: HostKey, marker: str = "") -> str:
    return (
        f"{marker} {hosts} {key.key_type} {base64.b64encode(key.blob).decode()} a comment".strip()
    )


def _hashed(name: str, salt: bytes = b"s" * 20) -> str:
    digest = hmac.digest(salt, name.encode(), "sha1")
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


GOOD, OTHER = _key(1), _key(2)


@pytest.mark.parametrize(
    ("hosts", "name", "matches"),
    [
        ("pi5.lan", "pi5.lan", True),
        ("PI5.lan", "pi5.lan", True),
        ("a,pi5.lan,b", "pi5.lan", True),
        ("pi5.lan", "[pi5.lan]:2222", False),
        ("[pi5.lan]:2222", "[pi5.lan]:2222", True),
        ("[127.0.0.1]:2222", "[127.0.0.1]:2223", False),
        ("*.lan", "pi5.lan", True),
        ("pi?.lan", "pi5.lan", True),
        ("*.lan,!pi5.lan", "pi5.lan", False),
        (_hashed("pi5.lan"), "pi5.lan", True),
        (_hashed("[pi5.lan]:2222"), "[pi5.lan]:2222", True),
        (_hashed("pi5.lan"), "pi4.lan", False),
        ("|1|damaged", "pi5.lan", False),
        ("|1|%%%|%%%", "pi5.lan", False),
    ],
)
def test_which_lines_speak_of_a_server(hosts: str, name: str, *, matches: bool) -> None:
    assert Entry(hosts, GOOD, revoked=False).matches(name) is matches


def test_odd_lines_hide_nobody() -> None:
    text = "\n".join(
        [
            "# a comment",
            "",
            "garbage",
            "host ssh-ed25519 !!!notbase64",
            "host ssh-ed25519 AAAA",
            "@cert-authority *.lan " + _line("", GOOD),
            "@unknown-marker " + _line("pi5.lan", GOOD),
            _line("pi5.lan", GOOD),
            "pi5.lan ecdsa-sha2-nistp256 " + base64.b64encode(GOOD.blob).decode(),
        ]
    )
    assert [(e.hosts, e.key) for e in parse(text)] == [("pi5.lan", GOOD)]


@given(st.text(max_size=300))
def test_any_text_can_be_parsed(text: str) -> None:
    for entry in parse(text):
        entry.matches("pi5.lan")


@given(st.text(alphabet="*?!|1,[]:.ap", max_size=60))
def test_any_pattern_can_be_matched(hosts: str) -> None:
    Entry(hosts, GOOD, revoked=False).matches("[pi5.lan]:2222")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([], Verdict.UNKNOWN),
        ([_line("other", GOOD)], Verdict.UNKNOWN),
        ([_line("pi5", GOOD)], Verdict.KNOWN),
        ([_line("pi5", OTHER)], Verdict.CHANGED),
        ([_line("pi5", OTHER), _line("pi5", GOOD)], Verdict.KNOWN),
        ([_line("pi5", _key(3, "ssh-rsa"))], Verdict.CHANGED),
        ([_line("*", GOOD, "@revoked"), _line("pi5", GOOD)], Verdict.REVOKED),
        ([_line("*", OTHER, "@revoked"), _line("pi5", GOOD)], Verdict.KNOWN),
    ],
)
def test_verdicts(lines: list[str], verdict: Verdict) -> None:
    entries = tuple(parse("\n".join(lines)))
    assert judge(entries, "pi5", GOOD) is verdict
    if verdict is Verdict.KNOWN:
        require_known(entries, "pi5", GOOD, board="pi5-a", where="pi5")
        return
    with pytest.raises(HostKeyError) as caught:
        require_known(entries, "pi5", GOOD, board="pi5-a", where="pi5")
    assert GOOD.fingerprint in caught.value.what
    if verdict is not Verdict.REVOKED:
        assert "harness boards trust pi5-a" in caught.value.do


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    public = make_key(tmp_path / "key")
    argv = ["ssh-keygen", "-l", "-f", str(tmp_path / "key.pub")]
    shown = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    (entry,) = parse(f"pi5 {public}")
    assert entry.key.fingerprint == shown.split()[1]


def test_what_ssh_keygen_hashed_is_found(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"[pi5.lan]:2222 {make_key(tmp_path / 'key')}\n")
    argv = ["ssh-keygen", "-H", "-f", str(file)]
    subprocess.run(argv, check=True, capture_output=True)
    assert "pi5" not in file.read_text()
    assert len(known(read([file]), "[pi5.lan]:2222")) == 1


def test_trust_replaces_one_server_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "new" / "known_hosts"
    trust(file, "pi5", OTHER)
    revoked = _line("pi5", _key(9), "@revoked")
    file.write_text(f"# mine\ngarbage\n{revoked}\n" + file.read_text() + _line("pi4", OTHER) + "\n")
    trust(file, "pi5", GOOD)
    entries = read([file])
    assert known(entries, "pi5") == (GOOD,)
    assert known(entries, "pi4") == (OTHER,)
    assert file.read_text().startswith(f"# mine\ngarbage\n{revoked}\n")


def test_boards_trusted_at_once_do_not_lose_each_other(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    threads = [
        threading.Thread(target=trust, args=(file, f"board-{n}", _key(n))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(known(read([file]), f"board-{n}") == (_key(n),) for n in range(20))


def test_names_that_would_break_the_file_are_refused(tmp_path: Path) -> None:
    for name in ("a b", "a\nb", "*", "a,b", "|1|x", "", "@revoked"):
        with pytest.raises(HostKeyError):
            trust(tmp_path / "known_hosts", name, GOOD)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HostKeyError, match="known_hosts"):
        trust(tmp_path / "file" / "known_hosts", "pi5", GOOD)
