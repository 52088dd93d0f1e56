"""Whose host key is believed: the harness's own file, and ssh's files, which are only read.

The reader is its own because one odd line must not hide all boards: what cannot be read is passed
over. Certificates are not known here; a server with one offers its plain key too.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HostKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILE_CAP_BYTES = 16 << 20


@dataclass(frozen=True)
class HostKey:
    """A server's public key: its type, and its bytes as they go over the wire."""

    key_type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """What `ssh-keygen -l` shows: `SHA256:...`."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Entry:
    """One line of a known_hosts file."""

    hosts: str
    key: HostKey
    revoked: bool

    def matches(self, name: str) -> bool:
        """Say whether the line speaks of the server kept under `name`."""
        if self.hosts.startswith("|1|"):
            return _hashed_match(self.hosts, name)
        found = False
        for pattern in self.hosts.lower().split(","):
            if pattern.startswith("!") and _wild(pattern[1:], name):
                return False
            found = found or (not pattern.startswith("!") and _wild(pattern, name))
        return found


class Verdict(Enum):
    """What the files say of a key that a server shows."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


def parse(text: str) -> Iterator[Entry]:
    """Yield the readable lines of a known_hosts file; all others are passed over."""
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        marker = words.pop(0) if words[0].startswith("@") else ""
        if marker not in ("", "@revoked") or len(words) < 3:
            continue
        hosts, key_type, encoded = words[:3]
        try:
            blob = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if blob[4 : 4 + int.from_bytes(blob[:4], "big")] == key_type.encode():
            yield Entry(hosts, HostKey(key_type, blob), marker == "@revoked")


def read(files: Sequence[Path]) -> tuple[Entry, ...]:
    """Return the entries of all `files` that exist and can be read."""
    entries: list[Entry] = []
    for file in files:
        try:
            with file.open("rb") as opened:
                text = opened.read(_FILE_CAP_BYTES).decode(errors="replace")
        except OSError:
            continue
        entries += parse(text)
    return tuple(entries)


def judge(entries: Sequence[Entry], name: str, key: HostKey) -> Verdict:
    """Say what `entries` think of `key` shown by the server kept under `name`."""
    about = [entry for entry in entries if entry.matches(name)]
    if any(entry.revoked and entry.key == key for entry in about):
        return Verdict.REVOKED
    believed = [entry.key for entry in about if not entry.revoked]
    if key in believed:
        return Verdict.KNOWN
    return Verdict.CHANGED if believed else Verdict.UNKNOWN


def known(entries: Sequence[Entry], name: str) -> tuple[HostKey, ...]:
    """Return the keys that are believed of a server, best known first."""
    return tuple(e.key for e in entries if not e.revoked and e.matches(name))


def require_known(
    entries: Sequence[Entry], name: str, key: HostKey, *, board: str, where: str
) -> None:
    """Raise HostKeyError unless `key` is the one that is known of the server."""
    verdict = judge(entries, name, key)
    if verdict is Verdict.KNOWN:
        return
    shown = f"{key.key_type} {key.fingerprint}"
    trust = f"harness boards trust {board}"
    if verdict is Verdict.UNKNOWN:
        raise HostKeyError(
            f"its host key is not known: {shown}",
            where=where,
            do=f"compare it with the board's own (ssh-keygen -l), then type: {trust}",
        )
    if verdict is Verdict.REVOKED:
        raise HostKeyError(
            f"its host key is marked @revoked: {shown}",
            where=where,
            do="make a new host key on the board, or remove the line from known_hosts",
        )
    old = ", ".join(k.fingerprint for k in known(entries, name))
    raise HostKeyError(
        f"its host key has CHANGED: known {old}, shown {shown}",
        where=where,
        do=f"someone may be in between; if the board was flashed anew, type: {trust}",
    )


def trust(file: Path, name: str, key: HostKey) -> None:
    """Believe `key` of the server kept under `name` from now on; older keys of it are dropped.

    The file is replaced whole under a lock, so that boards added at once do not lose each other;
    lines about other servers stay as they are. Raises HostKeyError when it cannot be written.
    """
    if not re.fullmatch(r"[^\s,|!*?#@]+", name):
        raise HostKeyError(f"{name!r} cannot stand in a known_hosts file", do="check `host:`")
    encoded = base64.b64encode(key.blob).decode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            old = file.read_text(errors="surrogateescape") if file.exists() else ""
            kept = [line for line in old.splitlines() if not _is_only_about(line, name)]
            _replace(file, "\n".join([*kept, f"{name} {key.key_type} {encoded}", ""]))
    except OSError as error:
        raise HostKeyError(
            f"cannot write {file}: {error.strerror}", do="set HARNESS_CONFIG to a folder of yours"
        ) from None


def _is_only_about(line: str, name: str) -> bool:
    entries = list(parse(line))
    return bool(entries) and not entries[0].revoked and entries[0].hosts.lower() == name.lower()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    # a file of its own: the lock on a file that is replaced would be a lock on the old one
    descriptor = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(file: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", errors="surrogateescape") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _hashed_match(hosts: str, name: str) -> bool:
    parts = hosts.split("|")
    if len(parts) != 4:
        return False
    try:
        salt = base64.b64decode(parts[2], validate=True)
        wanted = base64.b64decode(parts[3], validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), wanted)


def _wild(pattern: str, name: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == name.lower()
    # not fnmatch: [host]:port is no character class; many stars must not backtrack
    text = re.sub(r"\*+", "*", pattern)
    rule = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return text.count("*") <= 8 and re.fullmatch(rule, name.lower()) is not None
