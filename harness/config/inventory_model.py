"""The wire form of boards.yaml, the user's own file; the only place where hosts and keys stand."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from harness.config.external_model import Externals
from harness.config.meter_model import Meters
from harness.config.schema import Strict
from harness.config.words import NAME, Name, check

# None of these may begin with "-": they end up as arguments of programs.
_HOST = re.compile(r"[A-Za-z0-9\[_][A-Za-z0-9._:%\]-]{0,252}", re.ASCII)
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,31}", re.ASCII)
_JUMP = re.compile(
    r"(?:[A-Za-z_][A-Za-z0-9._-]{0,31}@)?[A-Za-z0-9\[][A-Za-z0-9._:%\],@-]{0,500}", re.ASCII
)
_PATH = re.compile(r"(?:/|~/)[^\x00-\x1f\x7f]{0,1000}|/")
_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
_SENSOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}", re.ASCII)

Path = Annotated[str, AfterValidator(check(_PATH, "absolute path"))]


class PowerModel(Strict):
    """Which sensor stands for the board: auto, none, or the id of one that `boards probe` lists."""

    sensor: Annotated[str, AfterValidator(check(_SENSOR, "sensor: write auto, none or an id"))] = (
        "auto"
    )


class BoardModel(Strict):
    """One board. Without `host` it is the machine at hand."""

    host: Annotated[str, AfterValidator(check(_HOST, "host name or address"))] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    user: Annotated[str, AfterValidator(check(_USER, "user name"))] | None = None
    identity: Path | None = None
    jump: Annotated[str, AfterValidator(check(_JUMP, "jump host"))] | None = None
    dir: Path | None = None
    tags: tuple[Name, ...] = ()
    group: Name | None = None
    become: Literal["none", "sudo-n"] = "none"
    tune: bool = False
    power: PowerModel = PowerModel()
    meter: Meters | None = None
    runtimes: dict[str, Path] = Field(default_factory=dict)
    recover: Annotated[str, AfterValidator(check(_LINE, "command of one line"))] | None = None
    root: Path = "/"
    emulated: bool = False
    externals: Externals = Field(default_factory=dict)  # this board's own, before the common ones

    @field_validator("runtimes")
    @classmethod
    def _names(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            check(NAME, "name of a runtime")(name)
        return value


class InventoryModel(Strict):
    """boards.yaml: one mapping from name to board, and the user's own programs."""

    boards: dict[str, BoardModel]
    externals: Externals = Field(default_factory=dict)

    @field_validator("boards")
    @classmethod
    def _board_names(cls, value: dict[str, BoardModel]) -> dict[str, BoardModel]:
        for name in value:
            check(NAME, "name of a board: letters, digits, . _ - (at most 64)")(name)
        return value
