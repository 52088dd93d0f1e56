"""Networks, energy by scope, share of peak."""

from __future__ import annotations

import pytest

from harness.records.item import Item
from harness.records.measurement import Accuracy, Energy, Measurement, Startup, Status
from harness.report import tables
from harness.report.context import Cell
from harness.report.rows import Shown, shown
from tests.helpers import measurements as made

NET = Item(kind="network", workload="squeezenet1_1", scheme="w8a8", shape="s", weights="trained")


def rows(*measurements: Measurement, items: tuple[Item, ...] = (NET,)) -> tuple[Shown, ...]:
    return shown([made.a_run(measurements, items)])


def test_speed_stands_beside_worth() -> None:
    accuracy = Accuracy(metric="top1_agreement", value=0.94, n=8)
    table = tables.networks(rows(made.a_measurement(NET, accuracy=accuracy)))
    assert table is not None
    values = dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))
    assert values["latency"].value == "7.62 ms"
    assert values["output"].value == "top-1 94% of fp32"
    assert values["weights"].value == "trained"


def test_a_start_is_load_and_first_inference_or_nothing() -> None:
    def start(**known: int) -> Cell:
        row = made.a_measurement(NET, startup_ns=Startup(**known))
        table = tables.networks(rows(row))
        assert table is not None
        return dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))["start"]

    whole = start(load=30_000_000, first=3_000_000)
    assert (whole.value, whole.hint) == ("33.0 ms", "load 30.0 ms, first inference 3.00 ms")
    alone = start(first=3_000_000)
    assert (alone.value, alone.hint) == ("", "load not told, first inference 3.00 ms")


def test_no_networks_no_table() -> None:
    assert tables.networks(rows(made.a_measurement(), items=(made.an_item(),))) is None


def test_an_invalid_network_shows_no_number() -> None:
    table = tables.networks(rows(made.a_measurement(NET, status=Status.INVALID)))
    assert table is not None
    values = dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))
    assert values["verdict"].value == "INVALID"
    assert values["latency"].value == values["inf/s"].value == ""


def test_scopes_never_share_a_table() -> None:
    wall = made.an_energy(source="meter", scope="wall")
    found = tables.energy(rows(made.a_measurement(NET, energy=(made.an_energy(), wall))))
    assert [t.title.split(":")[0] for t in found] == ["Rails", "Wall"]
    assert all(len(t.blocks[0].rows) == 1 for t in found)


@pytest.mark.parametrize(
    ("energy", "gross", "net"),
    [
        (made.an_energy(2.1e-3), "2.10 mJ", "1.26 mJ"),
        (made.an_energy(energy_net_j=None, energy_net_upper_j=0.5), "2.10 mJ", "< 500 uJ"),
        (made.an_energy(energy_net_j=None), "2.10 mJ", ""),
        (made.an_energy(status=Status.INVALID), "", ""),
    ],
)
def test_net_gross_and_not_resolved(energy: Energy, gross: str, net: str) -> None:
    (table,) = tables.energy(rows(made.a_measurement(NET, energy=(energy,))))
    values = dict(zip(table.columns, table.blocks[0].rows[0].cells, strict=True))
    assert (values["gross J/inf"].value, values["net J/inf"].value) == (gross, net)


def test_boards_without_joules_say_why() -> None:
    (fact,) = tables.energy_absent(rows(made.a_measurement(NET, energy_absent="no sensor")))
    assert (fact.name, fact.value, fact.known) == ("pi5-a", "no sensor", False)


def test_share_of_peak() -> None:
    table = tables.peaks(rows(made.a_measurement(NET, peak_share=0.6)))
    assert table is not None
    assert table.blocks[0].rows[0].cells == (
        Cell(value="60%", meter=60.0, note="weak", hint="dotprod"),
    )
    assert tables.peaks(rows(made.a_measurement(NET))) is None
    emulated = made.a_measurement(NET, peak_share=0.9, emulated=True)
    assert tables.peaks(rows(emulated)) is None
