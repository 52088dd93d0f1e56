"""What is said of guards that refuse, and of boards that did not do what they were asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.errors import LeaseHeldError, LinkError, ModeRefusedError
from harness.records.board import BoardEntry
from harness.records.modes import InForce, PowerMode
from harness.session.deploy import Deployed
from harness.session.order import legs
from harness.session.ready import Ready
from harness.session.tuning import hold
from harness.transport.base import Completed
from harness.transport.frames import encode
from tests.helpers.sessions import facts, gemm, work
from tests.session.test_rules import codes, judged, three

KNOB = "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor"
FAST = PowerMode(name="performance", sets={KNOB: "performance"})
DEPLOYED = Deployed(directory="/d", runner="/d/r/runner", sha256="ab", lease="/l", hello={})


class Answers:
    """A link whose guard ends as told; every command is kept."""

    def __init__(self, status: int | None, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self._done = Completed(argv=(), status=status, stdout=stdout, stderr=stderr)
        self.asked: list[list[str]] = []

    @property
    def current(self) -> Any:
        return self

    def run(self, argv: list[str], **_: object) -> Completed:
        self.asked.append(list(argv))
        if "guard" in argv:
            return self._done
        return replace(self._done, status=0, stdout=b"", stderr=b"")


def ready(link: Any, **keys: Any) -> Ready:
    board = facts(entry=BoardEntry(name="b1", tune=True, **keys))
    return Ready(facts=board, deployed=DEPLOYED, link=link, again=lambda: ready(link))


def report(*changes: list[str], mode: int = -1, said: str = "") -> bytes:
    payload = {"kind": "guard", "mode_before": 0, "mode_after": mode, "said": said}
    return encode(0, {**payload, "changes": list(changes)})


def refused(link: Answers, mode: PowerMode = FAST, **keys: Any) -> ModeRefusedError:
    with pytest.raises(ModeRefusedError) as error:
        hold(ready(link, **keys), mode, 600)
    return error.value


def test_a_guard_is_started_with_the_rights_that_the_inventory_gives() -> None:
    done = report([KNOB, "schedutil", "performance", "performance"])
    link = Answers(0, done)
    assert hold(ready(link), FAST, 600).name == "performance"
    words = ["/d/r/runner", "guard", "/d", "/", "/l", "900", "120"]
    assert link.asked == [words]
    link = Answers(0, done)
    hold(ready(link, become="sudo-n"), FAST, 600)
    assert link.asked == [["sudo", "-n", *words]]


def test_refusals_have_words_and_a_fix() -> None:
    denied = refused(Answers(1, b"", b"sudo: a password is required\n"), become="sudo-n")
    assert "a password is required" in denied.what
    assert "harness doctor b1" in denied.do
    missing = refused(Answers(127, b"", b"sh: sudo: not found\n"), become="sudo-n")
    assert "harness doctor b1" in missing.do
    root = refused(Answers(2, b"", f"runner: {KNOB}: Permission denied\n".encode()))
    assert "`become: sudo-n`" in root.do
    with pytest.raises(LeaseHeldError, match="another guard"):
        hold(ready(Answers(75, b"", b"runner: another guard: it holds this board")), FAST, 600)


@pytest.mark.parametrize("out", [b"", b"noise\n", encode(0, {"kind": "guard", "changes": [[1]]})])
def test_a_report_that_is_not_whole_leaves_the_outcome_unknown(out: bytes) -> None:
    with pytest.raises(LinkError):
        hold(ready(Answers(0, out)), FAST, 600)


def test_what_was_not_taken_is_given_back_and_refused() -> None:
    link = Answers(0, report([KNOB, "schedutil", "performance", "powersave"]))
    assert "reads powersave" in refused(link).what
    assert link.asked[-1][:2] == ["sh", "-c"]
    mode = PowerMode(name="MAXN", id=0)
    assert (
        "needs a reboot" in refused(Answers(0, report(mode=2, said="Reboot required")), mode).what
    )
    assert "says that 2 is in force" in refused(Answers(0, report(mode=2)), mode).what
    # a driver may round
    cap = PowerMode(name="1200MHz", sets={"/f": "1200000"})
    hold(ready(Answers(0, report(["/f", "9", "1200000", "1199000"]))), cap, 600)


def test_works_of_one_mode_are_one_leg_in_the_plans_order() -> None:
    items = [gemm(s, mode=m) for m, s in (("a", "w1a1"), ("b", "w1a1"), ("a", "w8a8"))]
    found = legs([work(item) for item in items])
    assert [[w.item.scheme for w in leg] for leg in found] == [["w1a1", "w8a8"], ["w1a1"]]
    assert legs([]) == []


@pytest.mark.parametrize(
    ("clocks", "mask", "emulated", "rule"),
    [
        ({0: (3_000_000, 3_000_000)}, "0x1", "", ""),
        ({0: (3_200_000, 3_200_000)}, "0x1", "", "V09"),
        ({0: (2_000_000, 2_800_000)}, "0x1", "", "V10"),
        ({0: (None, None)}, "0x1", "", ""),
        ({0: (9_000_000, None)}, "0x1", "qemu", ""),
        # of the cores that were used; of several the slowest and the fastest
        ({0: (1_000_000, 9_000_000), 1: (9_000_000, 9_000_000)}, "0x1", "", ""),
        ({0: (1_000_000, 1_000_000), 1: (9_000_000, 9_000_000)}, "0x3", "", ""),
        ({0: (9_000_000, 9_000_000), 1: (None, None)}, "0x3", "", ""),
        ({0: (9_000_000, 9_000_000)}, "0x10", "", "V09"),
        ({}, "0x1", "", ""),
    ],
)
def test_the_clock_is_held_against_the_mode(
    clocks: dict[int, tuple[int | None, int | None]], mask: str, emulated: str, rule: str
) -> None:
    mode = InForce(name="m", clocks_khz=clocks)
    found = codes(judged(*three(cpu_mask=mask), board=facts(in_force=mode, emulated=emulated)))
    assert found & {"V09", "V10"} == ({rule} if rule else set())
