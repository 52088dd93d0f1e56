"""Takes out of a recording what tells whose board it is and where it stands; pure.

Hosts, user names, home folders, serial numbers, machine and boot ids, MAC and IP addresses become
fixed words of the same form, so that everything still parses. Models, versions and sensors stay.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import ProtocolError
from harness.transport.frames import FrameReader, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.transport.replay import Answer

HOME = "/home/user"
WORD = "redacted"
# Names of accounts and images that thousands share; some are also parts of models and compatibles.
_PUBLIC = re.compile(
    "aarch64|admin|arduino|arm|armbian|beagle|bench|board|debian|dietpi|friendly|home|jetson|linaro"
    "|linux|local|localhost|nvidia|odroid|orangepi|pi|radxa|raspberry|raspberrypi|riscv|rock|root"
    "|starfive|tegra|ubuntu|user|usr|x86",
    re.IGNORECASE,
)
_LEAST, _LEAST_DIGITS = 3, 6  # shorter ones are found everywhere
_HOMES = re.compile(r"/(?:home|Users)/[^/\s:;,'\"|]+|/root(?![\w.-])")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_ID = re.compile(r"\b[0-9a-f]{32}\b", re.IGNORECASE)
_MAC = re.compile(
    r"(?<!\w)(?<![0-9a-f][:-])[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?!\w|[:-][0-9a-f])",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f:.]{3,60}(?![\w:])", re.IGNORECASE)
_SERIAL = re.compile(
    r"^(\|?[ \t]*(?:serial|uuid|uid)[^:=\n]*[:=][ \t]*)(\S.*)$", re.IGNORECASE | re.MULTILINE
)
_SECTION = re.compile(r"(^== (?:machine_id|serial)\n)((?:\|.*(?:\n|\Z))*)", re.MULTILINE)
_FRAME = re.compile(r"(^HB1 [^\n]*\n?)", re.MULTILINE)


def secrets_of(words: Iterable[str | None]) -> tuple[str, ...]:
    """Return the words worth taking out wherever they stand, longest first."""
    pieces = {piece.strip() for word in words if word for piece in re.split("[@,]", word)}
    hosts = {piece.partition(":")[0] for piece in pieces if not _is_address(piece)}
    wanted = pieces | hosts | {host.partition(".")[0] for host in hosts}
    kept = {word for word in wanted if _telling(word)}
    return tuple(sorted(kept, key=lambda word: (-len(word), word)))


def _telling(word: str) -> bool:
    if word.isdigit():
        return len(word) >= _LEAST_DIGITS
    return len(word) >= _LEAST and not _PUBLIC.fullmatch(word)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without anything private; frames of the runner get a new checksum."""
    known = tuple(secrets)
    parts = _FRAME.split(text)
    # every other part is a frame
    return "".join(_frame(p, known) if n % 2 else _plain(p, known) for n, p in enumerate(parts))


def redact_answer(answer: Answer, secrets: Iterable[str] = ()) -> Answer:
    """Return a recorded answer without anything private, in its question too."""
    known = tuple(secrets)
    return replace(
        answer,
        argv=tuple(redact(word, known) for word in answer.argv),
        stdout=_bytes(answer.stdout, known),
        stderr=_bytes(answer.stderr, known),
        put=redact(answer.put, known),
        error=redact(answer.error, known),
    )


def _bytes(data: bytes, secrets: tuple[str, ...]) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    return redact(text, secrets).encode("utf-8", "surrogateescape")


def _plain(text: str, secrets: Iterable[str]) -> str:
    text = _SECTION.sub(lambda m: f"{m[1]}|{WORD}\n" if m[2].strip("|\n") else m[0], text)
    text = _SERIAL.sub(rf"\g<1>{WORD}", text)
    text = _HOMES.sub(HOME, text)
    for secret in secrets:
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])", WORD, text)
    text = _UUID.sub("00000000-0000-4000-8000-000000000000", text)
    text = _ID.sub("0" * 32, text)
    text = _MAC.sub(r"02\g<1>00\g<1>00\g<1>00\g<1>00\g<1>00", text)
    text = _IPV4.sub(lambda m: "192.0.2.1" if _is_address(m[0]) else m[0], text)
    return _IPV6.sub(_ipv6, text)


def _ipv6(match: re.Match[str]) -> str:
    # a colon or a full stop may follow an address that stands in a sentence
    for cut in (0, 1):
        word = match[0][: len(match[0]) - cut]
        if ":" in word and _is_address(word):
            return "2001:db8::1" + match[0][len(word) :]
    return match[0]


def _frame(line: str, secrets: Iterable[str]) -> str:
    """Redact the values in a frame and frame it anew; a damaged frame is text like any other."""
    sequence = re.match(r"HB1 ([0-9]{1,18}) ", line, re.ASCII)
    try:
        reader = FrameReader(int(sequence[1]) if sequence else 0)
        frame = reader.feed(line.encode("utf-8", "surrogateescape"))
    except ProtocolError:
        frame = None
    if frame is None:
        return _plain(line, secrets)
    payload = {key: _value(value, secrets) for key, value in frame.payload.items()}
    return encode(frame.seq, payload).decode("ascii")


def _value(value: object, secrets: Iterable[str]) -> object:
    if isinstance(value, str):
        return _plain(value, secrets)
    if isinstance(value, list):
        return [_value(item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: _value(item, secrets) for key, item in value.items()}
    return value


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
