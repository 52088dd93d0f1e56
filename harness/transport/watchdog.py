"""One thread that watches every link: silent ones are pinged, and closed when no answer comes.

A hung board acknowledges packets for ever, so only an answer of its SSH server counts as life.
Asking for it has no time-out in paramiko; closing the link is what ends the wait.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

_TICK_S = 0.25
# A tick never counts for more: a laptop that slept has not waited.
_TICK_CAP_S = 1.0


class Watched(Protocol):
    """A link that can be watched."""

    def received_bytes(self) -> int:
        """Return how many bytes came so far: any new one is life."""
        ...

    def ping(self) -> None:
        """Ask the board for an answer and wait for it, without limit; must not raise."""
        ...

    def is_active(self) -> bool:
        """Say whether the link is still open."""
        ...

    def kill(self, why: str) -> None:
        """Close the link at once."""
        ...


class _Watch:
    def __init__(self, link: Watched, interval_s: float, timeout_s: float) -> None:
        self.link = link
        self.interval_s = interval_s
        self.timeout_s = timeout_s
        self.seen_bytes = -1
        self.silent_s = 0.0
        self.asked = threading.Event()

    def tick(self, elapsed_s: float) -> None:
        received = self.link.received_bytes()
        if received != self.seen_bytes:
            self.seen_bytes = received
            self.silent_s = 0.0
            return
        self.silent_s += elapsed_s
        if self.silent_s >= self.interval_s + self.timeout_s:
            self.link.kill(f"no answer for {self.silent_s:.0f} s")
        elif self.silent_s >= self.interval_s:
            self.asked.set()

    def ask_for_ever(self) -> None:
        # a thread of its own: a ping of one board may block and must not delay the others'
        while self.asked.wait() and self.link.is_active():
            self.link.ping()
            self.asked.clear()


class Watchdog:
    """Watches any number of links until they are closed; use the one of `watch`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: list[_Watch] = []
        self._thread: threading.Thread | None = None

    def add(self, link: Watched, *, interval_s: float, timeout_s: float) -> None:
        """Watch `link`: ping after `interval_s` of silence, kill `timeout_s` later."""
        watch = _Watch(link, interval_s, timeout_s)
        threading.Thread(target=watch.ask_for_ever, name="link-ping", daemon=True).start()
        with self._lock:
            self._watches.append(watch)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="link-watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        last_s = time.monotonic()
        while True:
            pause.wait(_TICK_S)
            now_s = time.monotonic()
            elapsed_s, last_s = min(now_s - last_s, _TICK_CAP_S), now_s
            watches = self._living()
            if not watches:
                return
            for watch in watches:
                watch.tick(elapsed_s)

    def _living(self) -> list[_Watch]:
        with self._lock:
            for watch in self._watches:
                if not watch.link.is_active():
                    watch.asked.set()  # lets its ping thread end
            self._watches = [w for w in self._watches if w.link.is_active()]
            if not self._watches:
                self._thread = None
            return list(self._watches)


_WATCHDOG = Watchdog()


def watch(link: Watched, *, interval_s: float, timeout_s: float) -> None:
    """Hand `link` to the process's one watchdog."""
    _WATCHDOG.add(link, interval_s=interval_s, timeout_s=timeout_s)
