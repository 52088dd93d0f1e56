"""Sets a power mode on a board for one leg of a session, by a guard there that gives it back.

The guard ends by itself when the worker's lease is free, at its deadline, or when told here. What a
guard that was killed left is restored when the board is next made ready. Decides nothing else.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from harness.boards.modes import in_force
from harness.errors import EXIT_LEASED, BoardError, LeaseHeldError, LinkError, ModeRefusedError
from harness.session.guarding import call, fix, restore, words_of
from harness.transport.frames import FrameReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardEntry
    from harness.records.modes import InForce, PowerMode
    from harness.session.ready import Ready
    from harness.transport.base import Completed

WAIT_S = 120  # how long a guard waits for the worker it was started for
OVERTIME_S = 300  # a guard outlives its worker's deadline by so much
_CLOSE = 0.03  # a driver may round a frequency to one it has

# the guard looks several times a second; a busy board may need a moment more
_RELEASE = """
[ -e "$1/guard.saved" ] || exit 0
: >"$1/guard.end" || exit 1
n=0
while [ -e "$1/guard.saved" ] && [ "$n" -lt 60 ]; do
  sleep 0.1 2>/dev/null || sleep 1
  n=$((n + 1))
done
[ ! -e "$1/guard.saved" ] || { rm -f "$1/guard.end"; exit 1; }
"""


def hold(ready: Ready, mode: PowerMode, deadline_s: int) -> InForce:
    """Start a guard that sets `mode`; return what was read back.

    Raises ModeRefusedError when it cannot be had (nothing is changed then), LeaseHeldError when
    the board or its guard is somebody else's, LinkError when the outcome is unknown.
    """
    entry, deployed = ready.facts.entry, ready.deployed
    ends = (deployed.lease, str(deadline_s + OVERTIME_S), str(WAIT_S))
    done = call(ready.transport, entry, deployed, *ends, stdin=order(mode))
    if done.status != 0:
        raise _refusal(entry, mode, done)
    report = _report(done, entry)
    wrong = _wrong(mode, report)
    if wrong:
        left = release(ready)
        raise ModeRefusedError(
            ", ".join([wrong, *([left] if left else [])]),
            where=entry.name,
            do="set it by hand once, then ask for `modes: [default]`",
        )
    return in_force(mode, ready.facts.policies, {c[0]: c[3] for c in report["changes"]})


def release(ready: Ready) -> str:
    """End the guard and wait until all is given back; return what did not come back, in words."""
    entry, deployed = ready.facts.entry, ready.deployed
    argv = ["sh", "-c", _RELEASE, "sh", deployed.directory]
    if ready.transport.run(argv, timeout_s=120).status == 0:
        return ""
    return restore(ready.transport, entry, deployed)[1]


def order(mode: PowerMode) -> bytes:
    """Return the text that a guard reads; strings carry their length."""
    lines = ["guard 1"]
    if mode.id is not None:
        lines.append(f"mode {mode.id}")
    kept = {path: "" for path in mode.keeps if path not in mode.sets}
    for path, value in {**mode.sets, **kept}.items():
        lines.append(f"set {len(path.encode())}:{path} {len(value.encode())}:{value}")
    return "\n".join([*lines, "end", ""]).encode()


def _refusal(entry: BoardEntry, mode: PowerMode, done: Completed) -> LeaseHeldError | BoardError:
    words = words_of(done)
    if done.status == EXIT_LEASED:
        return LeaseHeldError(words, where=entry.name, do="wait for it: --wait 30m")
    return ModeRefusedError(
        f"power mode {mode.name} cannot be set: {words}",
        where=entry.name,
        do=fix(entry, done) or "see docs/SECURITY.md",
    )


def _report(done: Completed, entry: BoardEntry) -> Mapping[str, Any]:
    reader = FrameReader(where=entry.name)
    for raw in io.BytesIO(done.stdout):
        frame = reader.feed(raw)
        payload = frame.payload if frame is not None else {}
        if payload.get("kind") == "guard" and _is_whole(payload):
            return payload
    raise LinkError("the guard's report did not come whole", where=entry.name)


def _is_whole(payload: Mapping[str, Any]) -> bool:
    changes = payload.get("changes")
    rows = changes if isinstance(changes, list) else [None]
    return isinstance(payload.get("mode_after"), int) and all(
        isinstance(row, list) and len(row) == 4 and all(isinstance(w, str) for w in row)
        for row in rows
    )


def _wrong(mode: PowerMode, report: Mapping[str, Any]) -> str:
    """Words when the board did not do what it was asked for, though nothing failed."""
    said = str(report.get("said", ""))
    if mode.id is not None and report["mode_after"] != mode.id:
        if "reboot" in said.lower():
            return f"power mode {mode.name} needs a reboot, and no board is rebooted here"
        now = report["mode_after"]
        return f"power mode {mode.name} was asked for, nvpmodel says that {now} is in force"
    for path, _, asked, after in report["changes"]:
        if asked and not _agree(asked, after):
            return f"{path} was set to {asked} and reads {after}"
    return ""


def _agree(asked: str, after: str) -> bool:
    if asked == after:
        return True
    both = asked.isdigit() and after.isdigit()
    return both and abs(int(asked) - int(after)) <= _CLOSE * int(asked)
