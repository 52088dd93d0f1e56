"""The start-temperature gate: waits while the board is warm, up to its cap, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import Outcome, Rig, Value, kernel, native, text_watch, wait_for

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 10**9
LONG: dict[str, Value] = kernel("s", sustain_ns=200_000_000)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def watch(folder: Path, millidegrees: str) -> bytes:
    (folder / "temp").write_text(f"{millidegrees}\n")
    return text_watch("temperature", folder / "temp")


def notes(done: Outcome) -> list[str]:
    return [n["words"] for n in done.of("note") if "one run of" not in n["words"]]


def test_a_warm_board_is_waited_for_until_the_cap_and_marked_hot(rig: Rig, tmp_path: Path) -> None:
    job = rig.job(
        "r1",
        [LONG],
        watch(tmp_path, "71000"),
        cool_mc=58_000,
        cool_cap_ns=SECOND,
    )
    done = rig.execute(job)
    assert notes(done) == [
        "cooling: 71 C, waiting for 58 C",
        "still 71 C after cooling for 1 s: it goes on, marked hot",
    ]
    (frame,) = done.of("long", "s")
    assert frame["hot_mc"] == 71_000


def test_the_wait_ends_when_the_board_is_cool_again(rig: Rig, tmp_path: Path) -> None:
    extra = watch(tmp_path, "71000")
    job = rig.job("r1", [LONG], extra, cool_mc=58_000, cool_cap_ns=100 * SECOND)
    started = rig.start(job)
    wait_for(rig.folder / "runs" / "r1.spool", "cooling: 71 C")
    (tmp_path / "temp").write_text("57000\n")
    started.communicate(timeout=60)
    done = rig.tail("r1")
    assert notes(done) == ["cooling: 71 C, waiting for 58 C"]
    assert "hot_mc" not in done.of("long", "s")[0]


@pytest.mark.parametrize(
    ("temperature", "head"),
    [
        ("58000", {}),  # as cool as it should be
        ("71000", {"cool_mc": 0}),  # nobody knows how cool that is
        ("71000", {"cool_cap_ns": 0}),  # nobody wants to wait
        ("broken", {}),  # unknown: nothing to wait for
    ],
)
def test_nobody_waits_without_a_reason(
    rig: Rig, tmp_path: Path, temperature: str, head: dict[str, int]
) -> None:
    keys = {"cool_mc": 58_000, "cool_cap_ns": SECOND, **head}
    done = rig.execute(rig.job("r1", [LONG], watch(tmp_path, temperature), **keys))
    assert notes(done) == []
    assert "hot_mc" not in done.of("long", "s")[0]


def test_without_a_temperature_nothing_is_waited_for(rig: Rig) -> None:
    done = rig.execute(rig.job("r1", [LONG], cool_cap_ns=SECOND, cool_mc=20_000))
    assert notes(done) == []
    assert done.final("s")["status"] == "done"


@pytest.mark.parametrize(("limit_mc", "marked"), [(65_000, 71_000), (80_000, None), (0, None)])
def test_rounds_have_a_limit_of_their_own(
    rig: Rig, tmp_path: Path, limit_mc: int, marked: int | None
) -> None:
    keys = {"cool_mc": 58_000, "cool_cap_ns": SECOND, "cool_round_mc": limit_mc}
    extra = watch(tmp_path, "71000")
    done = rig.execute(rig.job("r1", [kernel("k")], extra, **keys))
    samples = done.of("sample", "k")
    assert [s.get("hot_mc") for s in samples] == [marked] * 2
    # the cap holds for all rounds together, so only the first one is talked about
    assert len(notes(done)) == (2 if marked else 0)
