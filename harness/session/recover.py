"""The user's own command that brings a board back: from his inventory, never from a suite."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

from harness.records.board import BoardEntry

LIMIT_S = 180


def recover(entry: BoardEntry, say: Callable[[str], None]) -> bool:
    """Run `recover:` of `entry` to its end, without a shell; False when it failed."""
    try:
        argv = shlex.split(entry.recover or "")
    except ValueError as error:
        say(f"recover: cannot be read ({error})")
        return False
    if not argv:
        return False
    say(f"recovering: {shlex.join(argv)}")
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"recover: failed ({error})")
        return False
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()[-200:]
        say(f"recover: ended with {done.returncode} {words}")
    return done.returncode == 0
