"""F21: results that are old, torn, edited or doubled: refused by path and line, or noted; the other
runs of the same folder are there all the same.

The damage is done to a run that is sealed again afterwards, so that it is the reader that must
notice, and to runs that were never closed. What is seen here is what a user sees.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.store import layout
from harness.store.reader import read_run, read_samples
from harness.store.writer import write_manifest
from tests.faults.ledger import witness
from tests.helpers import stores
from tests.helpers.cli import User

if TYPE_CHECKING:
    from collections.abc import Callable

    Damage = Callable[[Path], object]

ROWS, PLAN, RUN = layout.MEASUREMENTS, layout.PLAN, layout.RUN


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def row(number: int, change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change one line of measurements.jsonl, counted from 1."""

    def act(folder: Path) -> None:
        rows = [json.loads(line) for line in (folder / ROWS).read_text().splitlines()]
        change(rows[number - 1])
        (folder / ROWS).write_text("".join(json.dumps(r) + "\n" for r in rows))

    return act


def whole(name: str, change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change a file that is one JSON object."""

    def act(folder: Path) -> None:
        data = json.loads((folder / name).read_text())
        change(data)
        (folder / name).write_text(json.dumps(data) + "\n")

    return act


def raw(name: str, change: Callable[[bytes], bytes]) -> Damage:
    """Change the bytes of a file."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


# what was done -> the damage, where it is found, and words of the answer
REFUSED: dict[str, tuple[Damage, str, str]] = {
    "rows of a newer schema": (row(2, lambda d: d.update(schema=9)), f"{ROWS}:2", "newer harness"),
    "a row without schema": (row(2, lambda d: d.pop("schema")), f"{ROWS}:2", "no schema number"),
    "plan of a newer schema": (whole(PLAN, lambda d: d.update(schema=9)), PLAN, "newer harness"),
    "run.json of a newer schema": (whole(RUN, lambda d: d.update(schema=9)), RUN, "newer harness"),
    "plan without schema": (whole(PLAN, lambda d: d.pop("schema")), PLAN, "no schema number"),
    "a row without a key": (row(3, lambda d: d.pop("threads")), f"{ROWS}:3", "'threads'"),
    "a row without status": (row(1, lambda d: d.pop("status")), f"{ROWS}:1", "'status'"),
    "a status of another tool": (row(1, lambda d: d.update(status="PASS")), f"{ROWS}:1", "'PASS'"),
    "a number with its unit": (
        row(1, lambda d: d["latency_ns"].update(p25="7.62 ms")),
        f"{ROWS}:1",
        "latency_ns.p25: wants float, has str",
    ),
    "a number where a record was": (
        row(1, lambda d: d.update(latency_ns=7.62e6)),
        f"{ROWS}:1",
        "latency_ns: wants dict",
    ),
    "a fraction of threads": (row(1, lambda d: d.update(threads=1.5)), f"{ROWS}:1", "wants int"),
    "true for a number": (row(1, lambda d: d.update(batch=True)), f"{ROWS}:1", "has bool"),
    "no board in a row": (row(2, lambda d: d.update(board=None)), f"{ROWS}:2", "board: wants str"),
    "NaN": (raw(ROWS, lambda b: b.replace(b"7620000.0", b"NaN", 1)), f"{ROWS}:1", "NaN"),
    "10^400": (row(1, lambda d: d.update(clock_hz=10**400)), f"{ROWS}:1", "too large"),
    "a key twice": (
        raw(ROWS, lambda b: b.replace(b'"batch"', b'"board":"x","batch"', 1)),
        f"{ROWS}:1",
        "twice",
    ),
    "a line of zeros": (raw(ROWS, lambda b: b + bytes(64) + b"\n"), f"{ROWS}:4", "not a record"),
    "an empty line": (raw(ROWS, lambda b: b.replace(b"\n", b"\n\n", 1)), f"{ROWS}:2", "not a rec"),
    "half a line in a closed run": (raw(ROWS, lambda b: b[:-9]), f"{ROWS}:3", "torn"),
    "another encoding": (
        raw(ROWS, lambda b: b.decode().encode("utf-16")),
        ROWS,
        "",
    ),
    "invalid UTF-8": (raw(ROWS, lambda b: b.replace(b"pi5", b"p\xff5", 1)), f"{ROWS}:1", "utf-8"),
    "10,000 levels": (raw(ROWS, lambda b: b + b"[" * 10_000 + b"\n"), f"{ROWS}:4", "not a record"),
    "an empty plan": (raw(PLAN, lambda _: b""), PLAN, "not a record"),
    "a plan that is a list": (raw(PLAN, lambda _: b"[]"), PLAN, "wants an object"),
    "a plan without items": (whole(PLAN, lambda d: d.update(items=7)), PLAN, "items: wants list"),
    "no time at all": (
        row(1, lambda d: d["latency_ns"].update(p25=0)),
        f"{ROWS}:1",
        "latency_ns.p25 is 0",
    ),
    "an interval below zero": (
        row(1, lambda d: d["latency_ns"]["ci95"].update(low=-1)),
        f"{ROWS}:1",
        "ci95.low is -1",
    ),
    "no inference in a second": (
        row(1, lambda d: d.update(inferences_per_s=0)),
        f"{ROWS}:1",
        "inferences_per_s is 0",
    ),
    "environments in a list": (whole(RUN, lambda d: d.update(environments=[1])), RUN, "environm"),
    "an exit code in words": (whole(RUN, lambda d: d.update(exit_code="0")), RUN, "exit_code"),
}


def damaged(user: User, damage: Damage) -> tuple[Path, Path]:
    """Store a good run and one that is damaged and sealed again; return their folders."""
    good, bad = stores.closed(user.results), stores.closed(user.results)
    damage(bad)
    write_manifest(bad)
    return good, bad


@pytest.mark.parametrize("name", REFUSED)
def test_damage_is_refused_by_path_and_line(user: User, name: str) -> None:
    damage, where, words = REFUSED[name]
    good, bad = damaged(user, damage)
    shown = user.harness("show", bad.name)
    assert shown.code == 74, shown
    assert shown.out == ""
    assert f"{bad / where}: " in shown.err or f"{bad / where}:" in shown.err
    assert words in shown.err
    listed = user.harness("runs")
    assert listed.code == 74
    assert f"{bad / where}" in listed.err
    assert good.name in listed.out
    assert bad.name not in listed.out
    for ended in (shown, listed):
        assert "Traceback" not in ended.err
        assert "bug" not in ended.err
    witness("F21", on=name, saw=f"exit 74 with {where}; the other run is listed")


@pytest.mark.parametrize("name", ["a row without a key", "plan of a newer schema", "NaN"])
def test_every_command_refuses_it_and_the_index_goes_on(user: User, name: str) -> None:
    damage, where, _ = REFUSED[name]
    good, bad = damaged(user, damage)
    for words in (
        ("report", bad.name),
        ("report", good.name, bad.name),
        ("compare", good.name, bad.name),
        ("compare", bad.name, good.name),
        ("export", bad.name, "--format", "csv"),
    ):
        ended = user.harness(*words)
        assert ended.code == 74, (words, ended)
        assert f"{bad / where}" in ended.err
    assert not list(user.results.rglob("report.html*"))
    indexed = user.harness("reindex")
    assert indexed.code == 0
    assert "1 runs indexed" in indexed.out
    assert f"{bad / where}" in indexed.err
    witness("F21", on=f"{name}, five commands", saw="exit 74; reindex notes it and takes the rest")


def test_a_file_changed_after_the_end_is_named(user: User) -> None:
    good, bad = stores.closed(user.results), stores.closed(user.results)
    for name in (PLAN, ROWS, RUN, layout.JOURNAL, layout.SAMPLES):
        kept = (bad / name).read_bytes()
        (bad / name).write_bytes(kept[:-30] + bytes([kept[-30] ^ 1]) + kept[-29:])
        ended = user.harness("show", bad.name)
        assert ended.code == 74
        assert f"{bad / name}: this file was changed after the run was closed" in ended.err
        (bad / name).unlink()
        ended = user.harness("show", bad.name)
        assert ended.code == 74
        assert str(bad / name) in ended.err
        (bad / name).write_bytes(kept)
    assert user.harness("show", bad.name).code == 0
    assert good.name in user.harness("runs").out
    (bad / PLAN).unlink()
    listed = user.harness("runs")
    assert good.name in listed.out
    assert str(bad / PLAN) in listed.err
    witness("F21", on="a closed run, one bit of each file", saw="exit 74, the file is named")


def test_two_folders_with_one_id_are_both_named(user: User) -> None:
    run = stores.closed(user.results)
    copy = user.results / "2001" / "01" / run.name
    shutil.copytree(run, copy)
    for words in (("show", run.name), ("report", run.name[:12]), ("compare", run.name, run.name)):
        ended = user.harness(*words)
        assert ended.code == 2
        assert str(run) in ended.err
        assert str(copy) in ended.err
    assert user.harness("show", str(copy)).code == 0
    witness("F21", on="one run in two folders", saw="exit 2 with both paths; a path decides")


def test_rows_that_no_plan_knows_are_shown_with_the_rest(user: User) -> None:
    """A board silently dropped would be worse than one too many."""
    run = stores.closed(user.results)
    row(1, lambda d: d.update(board="stranger"))(run)
    write_manifest(run)
    shown = user.harness("show")
    assert shown.code == 0
    assert "stranger" in shown.out
    assert len(shown.out.splitlines()) == 3
    assert user.harness("report").code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "stranger" in page
    assert "1 planned items have no row" in page
    assert "1 missing" in user.harness("runs").out
    witness("F21", on="a row of a board that is not in the plan", saw="shown; its item is missing")


def test_old_schemas_are_still_read(user: User) -> None:
    golden = Path(__file__).parents[1] / "golden" / "store" / "schema1"
    shutil.copytree(golden, user.results / "2026" / "11" / "019aa5f0c8e67b3e8f1a2b3c4d5e6f70")
    assert user.harness("show").code == 0
    assert "(" not in user.harness("runs").out
    witness("F21", on="a run of schema 1", saw="read as ever")


@pytest.mark.parametrize("name", [layout.JOURNAL, ROWS, layout.SAMPLES])
def test_killed_at_any_byte(tmp_path: Path, name: str) -> None:
    """An open run, one file of it cut at every byte: rows are whole or not there."""
    writer = stores.begun(tmp_path, 3)
    writer.leave()
    path = writer.folder / name
    data = path.read_bytes()
    known = stores.rows()
    noted = 0
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        run = read_run(writer.folder)
        assert [m for m in known if m in run.measurements] == list(run.measurements)
        assert not run.closed
        list(read_samples(run))
        noted += any("torn" in note for note in run.notes)
    lines = data.count(b"\n") if name != layout.SAMPLES else len(data)
    assert noted == len(data) - lines
    witness("F21", on=f"{name} cut at each of {len(data)} bytes", saw="whole rows only, and a note")


_KINDS = ["xor", "cut", "insert"]
_CHANGES = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(_KINDS), st.integers(1, 255)),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from([layout.JOURNAL, ROWS, PLAN, layout.SAMPLES]), changes=_CHANGES)
def test_any_damage_is_a_declared_error_or_none(
    tmp_path: Path, name: str, changes: list[tuple[int, str, int]]
) -> None:
    if not (kept := tmp_path / "kept").exists():
        writer = stores.begun(tmp_path / "results", 3)
        writer.leave()
        shutil.copytree(writer.folder, kept)
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)
    data = bytearray((folder / name).read_bytes())
    for place, kind, value in changes:
        at = place % max(1, len(data))
        if kind == "xor" and data:
            data[at] ^= value
        elif kind == "cut":
            del data[at : at + value]
        else:
            data[at:at] = bytes([value]) * (1 + value % 7)
    (folder / name).write_bytes(data)
    with contextlib.suppress(StoreError):
        list(read_samples(read_run(folder)))


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_torn_samples_spoil_only_what_needs_them(user: User, cut: int) -> None:
    run = stores.closed(user.results)
    raw(layout.SAMPLES, lambda b: b[:-cut])(run)
    write_manifest(run)
    assert user.harness("show").code == 0
    assert user.harness("export", "--format", "csv").code == 0
    ended = user.harness("export", "--format", "gbench")
    assert ended.code == 74
    assert str(run / layout.SAMPLES) in ended.err
    witness("F21", on=f"samples without their last {cut} bytes", saw="exit 74 for samples only")


def test_words_of_a_results_folder_do_not_steer_the_terminal(user: User) -> None:
    run = stores.closed(user.results)
    (run / layout.MANIFEST).write_text("0" * 64 + "  a\x1b[2Jb\n")
    for words in (("show",), ("runs",), ("report",), ("export",)):
        ended = user.harness(*words)
        assert ended.code == 74
        assert all(line.isprintable() for line in ended.err.splitlines())
    witness(
        "F21", on="escapes in a manifest", saw="exit 74; nothing reaches the terminal but words"
    )


def test_two_folders_with_one_id_are_indexed_once_and_noted(user: User) -> None:
    run = stores.closed(user.results)
    copy = user.results / "2001" / "01" / run.name
    shutil.copytree(run, copy)
    ended = user.harness("reindex")
    assert ended.code == 0
    assert "1 runs indexed" in ended.out
    assert str(copy) in ended.err
    assert str(run) in ended.err
    witness("F21", on="one run in two folders, reindex", saw="indexed once, both paths noted")


def test_lone_surrogates_are_indexed_too(user: User) -> None:
    run = stores.closed(user.results)
    raw(ROWS, lambda b: b.replace(b"pi5-a", b"pi\\ud800"))(run)
    write_manifest(run)
    assert user.harness("reindex").code == 0
    witness("F21", on="a board named by half a character", saw="indexed")


def test_samples_that_unpack_to_a_gigabyte(user: User) -> None:
    run = stores.closed(user.results)
    with gzip.open(run / layout.SAMPLES, "wb", compresslevel=1) as samples:
        for _ in range(1024):
            samples.write(b" " * (1 << 20))
    write_manifest(run)
    ended = user.harness("export", "--format", "gbench")
    assert ended.code == 74
    assert f"{run / layout.SAMPLES}" in ended.err
    assert "damaged" in ended.err
    witness("F21", on="5 MB of samples that unpack to 1 GB", saw="exit 74 after 64 MB")
