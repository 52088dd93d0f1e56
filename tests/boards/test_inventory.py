"""Where boards.yaml is found, and what its entries become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.boards.inventory import load_inventory, places, user_file
from harness.errors import ConfigError
from harness.records.board import BoardEntry
from harness.records.meter import MeterEntry

TEXT = "boards:\n  pi: {host: pi.lan, tags: [arm], power: {sensor: none}}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("HARNESS_CONFIG", str(tmp_path / "config"))


def test_local_always_exists(tmp_path: Path) -> None:
    inventory = load_inventory(None)
    assert inventory.entries == {"local": BoardEntry(name="local")}
    assert inventory.path is None
    assert "boards.yaml" in inventory.looked_in
    assert str(tmp_path / "config") in inventory.looked_in


def test_order_suite_then_here_then_configuration(tmp_path: Path) -> None:
    suite = tmp_path / "suites" / "x.yaml"
    for folder in (tmp_path / "config", tmp_path / "cwd", suite.parent):
        folder.mkdir(exist_ok=True)
        (folder / "boards.yaml").write_text(TEXT.replace("pi:", f"{folder.name}:"))
        assert folder.name in load_inventory(suite).entries
    assert "cwd" in load_inventory(None).entries
    assert places(suite.parent)[0] == suite.parent / "boards.yaml"


def test_entries() -> None:
    Path("boards.yaml").write_text(TEXT + "  local: {tags: [fast], dir: /data}\n")
    entries = load_inventory().entries
    assert entries["pi"] == BoardEntry(name="pi", host="pi.lan", tags=("arm",), sensor="none")
    assert entries["local"].tags == ("fast",)


def test_faults_have_positions() -> None:
    Path("boards.yaml").write_text("boards:\n  pi: {hots: x}\n")
    with pytest.raises(ConfigError, match="did you mean 'host'") as caught:
        load_inventory()
    assert caught.value.where == "boards.yaml:2:8"


def test_a_meter() -> None:
    Path("boards.yaml").write_text(
        "boards:\n  pi: {meter: {shelly: http://plug.lan}}\n"
        "  vf2: {meter: {board: pi, hwmon: ina226}}\n  k1: {meter: {board: local, hwmon: a}}\n"
    )
    entries = load_inventory().entries
    assert entries["pi"].meters == (MeterEntry(kind="shelly", target="http://plug.lan"),)
    assert entries["vf2"].meters == (MeterEntry(kind="board", target="pi", hwmon="ina226"),)
    assert entries["vf2"].meters[0].at == replace(entries["pi"], meters=())
    assert entries["k1"].meters[0].at == BoardEntry(name="local")
    assert entries["local"].meters == ()


def test_a_list_of_meters() -> None:
    Path("boards.yaml").write_text(
        "boards:\n  pi:\n    meter:\n      - {shelly: http://plug.lan, window_s: 20}\n"
        "      - {command: watts}\n"
    )
    (plug, other) = load_inventory().entries["pi"].meters
    assert plug == MeterEntry(kind="shelly", target="http://plug.lan", window_s=20.0)
    assert other == MeterEntry(kind="command", target="watts")


@pytest.mark.parametrize(
    ("meter", "words", "where"),
    [
        (
            "{shely: http://a}",
            "boards.pi.meter.shely: unknown key 'shely'; did you mean 'shelly'?",
            13,
        ),
        ("[{command: a}, {shely: http://a}]", "boards.pi.meter.1.shely: unknown key", 28),
        ("{command: a, gain: 0}", "boards.pi.meter.gain", 31),
        ("[{command: a, gain: 0}]", "boards.pi.meter.0.gain", 32),
        ("[]", "boards.pi.meter", 12),
        ("3", "boards.pi.meter", 12),
    ],
)
def test_a_wrong_meter_is_named_where_it_stands(meter: str, words: str, where: int) -> None:
    Path("boards.yaml").write_text(f"boards:\n  pi:\n    meter: {meter}\n")
    with pytest.raises(ConfigError) as caught:
        load_inventory()
    assert words in caught.value.what
    assert caught.value.where == f"boards.yaml:3:{where}"


@pytest.mark.parametrize(
    ("other", "words"),
    [("pi-1", "which is no board here; did you mean 'pi'"), ("vf2", "cannot be its own meter")],
)
def test_a_meter_on_another_board_wants_that_board(other: str, words: str) -> None:
    Path("boards.yaml").write_text(
        f"boards:\n  pi: {{}}\n  vf2:\n    meter: {{board: {other}, hwmon: ina226}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_inventory()
    assert words in caught.value.what
    assert caught.value.where == "boards.yaml:4:20"


def test_user_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CONFIG", "/x/my.yaml")
    assert user_file() == Path("/x/my.yaml")
    monkeypatch.delenv("HARNESS_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/y")
    assert user_file() == Path("/y/harness/boards.yaml")
