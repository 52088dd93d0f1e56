from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.records.board import SensorFile
from harness.records.item import Protocol
from harness.session.job import Job, line, render, text
from harness.session.order import protocol_on
from tests.helpers.sessions import facts, gemm, work


def job(**changes: object) -> Job:
    base = Job(
        run="r1",
        holder="a@b",
        runner_sha256="ab" * 32,
        lease="/run/lock/harness.lock",
        seed=7,
        protocol=Protocol(),
        works=[work()],
        deadline_s=600,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_job_begins_with_its_version_and_holds_every_item() -> None:
    rendered = render(job()).decode()
    assert rendered.startswith("job 1\nrun 2:r1\nholder 3:a@b\n")
    assert f"item\nid 24:{gemm().item_id}\nkind 6:kernel\nop 4:gemm\n" in rendered
    assert rendered.endswith("end\n")


def test_sensors_make_idle_and_energy_windows() -> None:
    sensor = SensorFile(
        id="s", kind="product", path="/a", path2="/b", scale=1e-6, scope="module", label="VDD"
    )
    with_energy = replace(work(), item=gemm(energy=True))
    rendered = render(job(sensors=[sensor], works=[with_energy])).decode()
    assert "sensor\nid 1:s\nform 7:product\npath 2:/a\npath2 2:/b\nperiod_ns 100000000\nend\n" in (
        rendered
    )
    assert "idle_ns 3000000000\n" in rendered
    assert "energy_windows 1\n" in rendered
    without = render(job(works=[with_energy])).decode()
    assert "idle_ns 0\n" in without
    assert "energy_windows 0\n" in without


def test_meters_beside_the_board_make_idle_and_energy_windows() -> None:
    works = [replace(work(), item=gemm(energy=True))]
    rendered = render(job(meters=True, works=works)).decode()
    for one in ("\nmeters 1\n", "idle_ns 3000000000\n", "energy_windows 1\n"):
        assert one in rendered
    assert "meters" not in render(job(works=works)).decode()


def test_the_trial_of_the_sensors_is_asked_for_where_there_are_any() -> None:
    sensor = SensorFile(id="s", kind="power", path="/a", scale=1e-6, scope="module", label="VDD")
    rendered = render(job(sensors=[sensor], step_s=3.5, cost_pairs=9)).decode()
    assert "step_ns 3500000000\n" in rendered
    assert "cost_pairs 9\n" in rendered
    # a meter beside the board has no cost of sampling there
    metered = render(job(meters=True, step_s=60.0, cost_pairs=9)).decode()
    assert "step_ns 60000000000\n" in metered
    assert "cost_pairs" not in metered
    assert "step_ns" not in render(job(cost_pairs=9)).decode()


def test_idle_windows_are_as_long_as_the_slowest_sensor_needs() -> None:
    slow = SensorFile(
        id="b", kind="power", path="/a", scale=1e-6, scope="board", label="BAT", period_ms=5000
    )
    protocol, board = Protocol(idle_s=3.0, energy_window_s=3.0), facts(sensors=(slow,))
    assert protocol_on(protocol, board, 0.0).idle_s >= 50.0
    assert protocol_on(protocol, facts(), 0.0) == protocol
    assert protocol_on(protocol, facts(), 60.0).idle_s == 60.0
    # who asks for no idle window gets none
    assert protocol_on(replace(protocol, idle_s=0.0), board, 0.0).idle_s == 0.0


def test_a_tuple_repeats_its_key() -> None:
    program = replace(work(), keys={"kind": "program", "arg": ("/usr/bin/python3", "blob:x")})
    assert "arg 16:/usr/bin/python3\narg 6:blob:x\n" in render(job(works=[program])).decode()


@given(st.text())
def test_a_string_cannot_leave_its_value(value: str) -> None:
    """The length counts bytes, so whatever a string holds, the reader knows where it ends."""
    encoded = text(value).encode("utf-8", "surrogatepass") if value.isprintable() else b""
    if not encoded:
        return
    length, _, rest = encoded.partition(b":")
    assert int(length) == len(rest)
    assert line("key", value) == b"key " + encoded + b"\n"
