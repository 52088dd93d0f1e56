from __future__ import annotations

import threading

from harness.transport.watchdog import Watchdog


class _Link:
    """A link that lives as long as told and answers or not."""

    def __init__(self, *, answers: bool, noisy: bool = False) -> None:
        self.answers = answers
        self.noisy = noisy
        self.pings = 0
        self.killed = threading.Event()
        self.pinged = threading.Event()
        self._bytes = 0

    def received_bytes(self) -> int:
        self._bytes += self.noisy
        return self._bytes

    def ping(self) -> None:
        self.pings += 1
        if self.answers:
            self._bytes += 1
        else:
            self.killed.wait()
        self.pinged.set()

    def is_active(self) -> bool:
        return not self.killed.is_set()

    def kill(self, why: str) -> None:
        assert "no answer" in why
        self.killed.set()


def test_a_silent_link_is_killed_and_the_others_are_not() -> None:
    dog = Watchdog()
    dead, living, noisy = (
        _Link(answers=False),
        _Link(answers=True),
        _Link(answers=False, noisy=True),
    )
    for link in (dead, living, noisy):
        dog.add(link, interval_s=0.5, timeout_s=1.0)
    assert dead.killed.wait(30)
    assert living.pinged.wait(30)
    assert not living.killed.is_set()
    assert not noisy.killed.is_set()
    assert noisy.pings == 0
    living.killed.set()
    noisy.killed.set()


def test_the_watchdog_starts_again_after_its_last_link() -> None:
    dog = Watchdog()
    for _ in range(2):
        link = _Link(answers=False)
        dog.add(link, interval_s=0.1, timeout_s=0.1)
        assert link.killed.wait(30)
