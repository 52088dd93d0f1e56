"""Every captured file that concerns power, through discovery, to the sensors it must give."""

from __future__ import annotations

import pytest

from harness.config.tree import parse_tree
from harness.power.discover import discover
from harness.power.hwmon import find
from tests.power.fixtures import CORPUS, Seen
from tests.power.lm_sensors import tree_of

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured boards beside the checkout"),
]
# file: compatible, the sensors, watts at the time of capture
PRINTS = {
    "4Ebd": ("nvidia,p3767-0005", ["ina3221:VDD_IN module"], 5.05 * 0.96),
    "8PA8": ("eswin,eic7700", ["ina226:power1 board"], 7.12),
    "3YWp": ("nvidia,p3668-0000", [], 0.0),
    "4xOY": ("starfive,jh7110", [], 0.0),
    "8-NK": ("raspberrypi,5-model-b", [], 0.0),
    "fUCnrY": ("thead,light-lpi4a", [], 0.0),
}
TREES = {
    "orin_nano_hwmon_derived": ("nvidia,p3767-0003", ["ina3221:VDD_IN module"]),
    "agx_orin_ina3221_0041": ("nvidia,p3701-0000", []),
    "hwmon_coretemp_nct6775": ("", []),
    "rapl_intel_package_core": ("", ["rapl:package-0 package"]),
    "orin_soctherm_oc_a": ("nvidia,p3701-0000", []),
    "thermal_zones_procfs": ("", []),
    "xavier_nx_paths": ("nvidia,p3668-0000", []),
}


def sensors_of(files: dict[str, str], compatible: str) -> list[str]:
    sensors, absent = discover(Seen(files=files, compatible=(compatible,)))
    assert bool(sensors) != absent.startswith("no power sensor: looked at hwmon (")
    return [f"{sensor.id} {sensor.scope}" for sensor in sensors]


def test_no_file_was_left_out() -> None:
    """A new capture has to be given its expected values."""
    for folder, expected in (("sensors", set(PRINTS)), ("sysfs", set(TREES))):
        assert {path.stem for path in (CORPUS / folder).glob("*.txt")} == expected


@pytest.mark.parametrize("name", TREES)
def test_trees(name: str) -> None:
    compatible, expected = TREES[name]
    files = parse_tree((CORPUS / "sysfs" / f"{name}.txt").read_text(encoding="utf-8"))
    assert sensors_of(files, compatible) == expected


@pytest.mark.parametrize("name", PRINTS)
def test_prints_of_lm_sensors(name: str) -> None:
    compatible, expected, watts = PRINTS[name]
    files = tree_of((CORPUS / "sensors" / f"{name}.txt").read_text(encoding="utf-8"))
    assert sensors_of(files, compatible) == expected
    for sensor in discover(Seen(files=files, compatible=(compatible,)))[0]:
        raw = int(files[sensor.path]) * int(files.get(sensor.path2, 1))
        assert raw * sensor.scale == pytest.approx(watts, rel=0.01)


def test_rails_of_the_p550() -> None:
    """Counters of its pac1934 are rails of their own; one that never counted gives watts."""
    files = tree_of((CORPUS / "sensors" / "8PA8.txt").read_text(encoding="utf-8"))
    assert [rail.sensor.id for rail in find(files).rails] == [
        "ina226:power1",
        "pac1934:energy1",
        "pac1934:energy2",
        "pac1934:energy3",
        "pac1934:power4",
    ]
