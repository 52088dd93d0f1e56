"""A runner that lies, as it is pushed to a board: the real one does the work, this one talks.

    fake_runner_program.py hello | exec --dir DIR | tail RUN ... | cancel RUN ...

Standard library only. Its last line is a comment with its settings as JSON: `real`, the runner
that does the work, and `lies`, what is said on the board whose directory has that name. Sequence
numbers, checksums and the digests of items are made anew, for a liar knows the protocol.

A lie: `{"kind": "sample", "set": {"iterations": "1e999"}}` puts raw JSON in the place of a value,
`drop` leaves keys out, `add` puts raw JSON after the first of the others, `from` spares so many
frames of the kind; with `in` "exec" the verb `hello` stays honest. `peaks` are told after the
hello. `flood` names one of the floods below; it comes before anything else, or, with `alone`, in
its place. `pipes` are files in whose place named pipes lie when the work begins.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ME = Path(sys.argv[0]).resolve()
MIB = 1 << 20
_HOLE = re.compile(r'"@(\d+)@"')


def _table() -> list[int]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return rows


_TABLE = _table()


def crc32c(data: bytes) -> int:
    """CRC-32C, once more and apart from the harness."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


class Teller:
    """Writes frames as a sound runner would, whatever they say."""

    def __init__(self, lies: list[dict[str, Any]], first: int) -> None:
        self._lies = [{"spared": 0, **lie} for lie in lies]
        self._first = first
        self._seq = 0
        self._digests: dict[str, Any] = defaultdict(hashlib.sha256)

    def tell(self, payload: dict[str, Any]) -> None:
        """Distort one frame, close items over what was really said, write it."""
        kind, item = payload["kind"], str(payload.get("item"))
        if kind == "hello":
            payload["runner_sha256"] = hashlib.sha256(ME.read_bytes()).hexdigest()
        if kind == "item_end":
            payload["sha256"] = self._digests[item].copy().hexdigest()
        raw = self._distorted(payload)
        if kind in {"sample", "energy"}:
            self._digests[item].update(raw + b"\n")
        if self._seq >= self._first:
            head = b"HB1 %d %d %08x " % (self._seq, len(raw), crc32c(raw))
            sys.stdout.buffer.write(head + raw + b"\n")
            sys.stdout.buffer.flush()
        self._seq += 1

    def _distorted(self, payload: dict[str, Any]) -> bytes:
        holes: list[str] = []
        added = ""
        for lie in self._lies:
            if lie.get("kind") != payload["kind"]:
                continue
            lie["spared"] += 1
            if lie["spared"] <= lie.get("from", 0):
                continue
            for key in lie.get("drop", ()):
                payload.pop(key, None)
            for key, raw in lie.get("set", {}).items():
                holes.append(raw)
                payload[key] = f"@{len(holes) - 1}@"
            added += lie.get("add", "")
        text = json.dumps(payload, separators=(",", ":"))
        text = _HOLE.sub(lambda hole: holes[int(hole[1])], text)
        return text.replace(",", f",{added}," if added else ",", 1).encode()


def frames(pipe: Any) -> Iterator[dict[str, Any]]:
    """What the real runner says."""
    for line in pipe:
        if line.startswith(b"HB1 "):
            yield json.loads(line.split(b" ", 4)[4])


def _stderr() -> None:
    for _ in range(50):
        sys.stderr.buffer.write(b"x" * (MIB - 1) + b"\n")


def _endless() -> None:
    for _ in range(200):
        sys.stdout.buffer.write(b"x" * MIB)
    sys.stdout.buffer.write(b"and what comes next is of the same line: ")


def _junk() -> None:
    for number in range(1000):
        sys.stdout.buffer.write(b"".join(b"junk %d %d\n" % (number, n) for n in range(1000)))


FLOODS: dict[str, Callable[[], None]] = {
    "stderr": _stderr,
    "endless": _endless,
    "junk": _junk,
}


def _flood(lies: list[dict[str, Any]], verb: str) -> bool:
    """Whether nothing is to follow."""
    mine = [lie for lie in lies if lie.get("flood") and lie.get("in", "exec") == verb]
    for lie in mine:
        FLOODS[lie["flood"]]()
        sys.stdout.flush()
    return any(lie.get("alone") for lie in mine)


def hello(settings: dict[str, Any], lies: list[dict[str, Any]], argv: list[str]) -> int:
    """The real hello, in our own name."""
    done = subprocess.run([settings["real"], *argv], stdout=subprocess.PIPE, check=False)
    (payload,) = frames(done.stdout.splitlines())
    if not _flood(lies, "hello"):
        Teller([lie for lie in lies if lie.get("in") != "exec"], 0).tell(payload)
    return done.returncode


def work(settings: dict[str, Any], lies: list[dict[str, Any]], argv: list[str]) -> int:
    """`exec` and `tail`: the real stream, distorted the same way each time."""
    stdin, first = b"", 0
    if argv[0] == "exec":
        sha256 = hashlib.sha256(Path(settings["real"]).read_bytes()).hexdigest().encode()
        stdin = sys.stdin.buffer.read()
        stdin = re.sub(rb"(?m)^runner 64:.*$", b"runner 64:" + sha256, stdin)
        stdin = re.sub(rb"(?m)^peaks 1$", b"peaks 0", stdin)
    else:
        first, argv = int(argv[-1]), [*argv[:-1], "0"]
    for path in (p for lie in lies for p in lie.get("pipes", ())):
        Path(path).unlink()
        os.mkfifo(path)
    if _flood(lies, argv[0]):
        return 0
    with subprocess.Popen(
        [settings["real"], *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as real:
        assert real.stdin is not None
        real.stdin.write(stdin)
        real.stdin.close()
        teller = Teller(lies, first)
        for payload in frames(real.stdout):
            teller.tell(payload)
            if payload["kind"] == "hello":
                for peak in (p for lie in lies for p in lie.get("peaks", ())):
                    teller.tell({"kind": "peak", **peak})
        return real.wait()


def main() -> int:
    """Find out on which board this is, and lie as it was told to."""
    settings = json.loads(ME.read_text().rstrip().rpartition("\n# ")[2])
    board = ME.parents[2].name  # <board>/harness/<sha256>/runner
    lies = settings["lies"].get(board, [])
    argv = sys.argv[1:]
    if argv[0] == "hello":
        return hello(settings, lies, argv)
    if argv[0] in {"exec", "tail"}:
        return work(settings, lies, argv)
    return subprocess.run([settings["real"], *argv], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
