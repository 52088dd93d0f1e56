"""`runner clean` and `runner cancel`: what they touch, and above all what they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import LONG, Rig, kernel, native, wait_for

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "0123456789abcdef" * 4


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def plant(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def foreign(rig: Rig) -> list[Path]:
    """Files that other programs may keep in the same folder."""
    folder = rig.folder
    elsewhere = plant(folder.parent / "elsewhere" / "runner")
    (folder / ("a" * 64)).symlink_to(elsewhere.parent)
    return [
        elsewhere,
        plant(folder / "notes.txt"),
        plant(folder / "models" / "runner"),
        plant(folder / "runs" / "mine.txt"),
        plant(folder / "blobs" / "readme"),
        plant(folder / ("b" * 64) / "runner"),
        plant(folder / ("b" * 64) / "data"),
        plant(folder / ("c" * 64) / "deep" / "runner"),
        plant(folder / ("d" * 64)),
        plant(folder / ("E" * 64) / "runner"),
        plant(folder / ("f" * 63) / "runner"),
    ]


def test_clean_removes_what_is_ours_and_nothing_else(rig: Rig) -> None:
    rig.execute(rig.job("old", [kernel("a")]))
    blob = rig.folder / "blobs" / rig.blob(b"data")
    other = plant(rig.folder / OTHER / "runner")
    plant(rig.folder / OTHER / "runner.12ab34cd.tmp")
    theirs = foreign(rig)
    done = rig.call("clean", "--dir", str(rig.folder))
    assert (done.returncode, done.stderr) == (0, b"")
    assert [p.name for p in (rig.folder / "runs").iterdir()] == ["mine.txt"]
    assert not blob.exists()
    assert not other.parent.exists()
    assert rig.runner.exists()
    assert all(path.exists() for path in theirs)
    assert (rig.folder / ("a" * 64)).is_symlink()


def test_clean_all_takes_the_running_runner_too(rig: Rig) -> None:
    rig.execute(rig.job("old", [kernel("a")]))
    assert rig.call("clean", "--dir", str(rig.folder), "--all").returncode == 0
    assert [p.name for p in rig.folder.iterdir()] == ["harness.lock"]


def test_clean_all_leaves_what_is_not_ours(rig: Rig) -> None:
    theirs = foreign(rig)
    assert rig.call("clean", "--dir", str(rig.folder), "--all").returncode == 0
    assert not rig.runner.parent.exists()
    assert all(path.exists() for path in theirs)


def test_a_runner_in_a_folder_of_another_name_keeps_itself(rig: Rig) -> None:
    moved = rig.runner.parent.rename(rig.folder / OTHER)
    rig.runner = moved / "runner"
    assert rig.call("clean", "--dir", str(rig.folder)).returncode == 0
    assert rig.runner.exists()


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_clean_spares_the_living(rig: Rig, more: tuple[str, ...]) -> None:
    rig.execute(rig.job("old", [kernel("a")]))
    blob = rig.folder / "blobs" / rig.blob(b"data")
    other = plant(rig.folder / OTHER / "runner")
    started = rig.start(rig.job("new", [kernel("a")], **LONG))
    wait_for(rig.folder / "runs" / "new.spool", '"sample"')
    busy = rig.call("clean", "--dir", str(rig.folder), *more)
    assert (busy.returncode, busy.stderr) == (75, b"runner: 1 run is alive here\n")
    assert {p.name.split(".")[0] for p in (rig.folder / "runs").iterdir()} == {"new"}
    assert blob.exists()
    assert other.exists()
    assert rig.runner.exists()
    rig.call("cancel", "new", "--dir", str(rig.folder))
    started.communicate(timeout=60)
    assert rig.call("clean", "--dir", str(rig.folder), *more).returncode == 0
    assert not blob.exists()


def test_clean_refuses_words_it_does_not_know(rig: Rig) -> None:
    for words in ((), ("--all",), ("--dir", str(rig.folder), "--everything")):
        assert rig.call("clean", *words).returncode == 2
    assert rig.runner.exists()


def test_a_run_that_has_only_its_job_can_be_cancelled(rig: Rig) -> None:
    folder = str(rig.folder)
    assert b"no run r1 here" in rig.call("cancel", "r1", "--dir", folder).stderr
    plant(rig.folder / "runs" / "r1.job")
    assert rig.call("cancel", "r1", "--dir", folder).returncode == 0
    assert (rig.folder / "runs" / "r1.cancel").exists()


def test_a_cancel_from_before_the_spool_is_honoured(rig: Rig) -> None:
    plant(rig.folder / "runs" / "r1.cancel")
    done = rig.execute(rig.job("r1", [kernel("a")], peaks=1))
    assert done.status == 0
    assert [f.kind for f in done.frames] == ["hello", "item_end", "end"]
    assert (done.final("a")["stop"], done.final("a")["count"]) == ("cancelled", 0)
    assert done.of("end")[0]["stop"] == "cancelled"
    assert not list((rig.folder / "runs").glob("*.ref.*"))
