"""The wire form of a board's `meter:` in boards.yaml, and what it becomes."""

from __future__ import annotations

import re
import shlex
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from harness.config.schema import Strict
from harness.config.words import Name, check
from harness.records.meter import MeterEntry

KINDS = ("shelly", "tasmota", "scpi", "command", "joulescope", "board", "tegrastats")
# which keys belong to one kind only
_OF = {"channel": "shelly", "element": "scpi", "query": "scpi", "hwmon": "board"}

_MOST = 8  # meters of one board

_URL = re.compile(
    r"http://(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9._/-]{0,200})?",
    re.ASCII,
)
_RESOURCE = re.compile(r"[A-Za-z][\x21-\x7e]{2,200}", re.ASCII)
# a query and nothing else: a line with `;` could switch a supply off
_QUERY = re.compile(r"[:*A-Za-z][A-Za-z0-9:*_]{0,60}\?(?: [A-Za-z0-9@(),.: ]{1,40})?", re.ASCII)
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]{0,63}", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:+/-]{0,63}", re.ASCII)
_PROGRAM = re.compile(r"(?:/[A-Za-z0-9._+-]{1,64}){1,8}|tegrastats", re.ASCII)
_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")


def _url(value: str) -> str:
    check(_URL, "address of a plug: write http://192.168.7.30 (no user, no ?)")(value)
    port = re.search(r":([0-9]+)(?:/|$)", value.removeprefix("http://").rpartition("]")[2])
    if port and int(port.group(1)) > 65535:
        raise ValueError(f"{value!r:.82}: a port is at most 65535")
    return value


def _command(value: str) -> str:
    check(_LINE, "command of one line")(value)
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise ValueError(f"{value!r:.82} is no command: {error}") from None
    if not words or words[0].startswith("-"):
        raise ValueError(f"{value!r:.82} names no program")
    return value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_float(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_one_or_more(value: object) -> object:
    """`meter:` holds one meter or a list of them; nothing is one that says nothing."""
    if value is None or not isinstance(value, tuple):
        return value if value is None else (value,)
    if not 1 <= len(value) <= _MOST:
        raise ValueError(f"one meter, or a list of 1 to {_MOST}")
    return value


_Url = Annotated[str, AfterValidator(_url)]
_Query = Annotated[
    str, AfterValidator(check(_QUERY, "query: write what ends in ?, such as MEAS:POW?"))
]


class MeterModel(Strict):
    """One of `shelly: URL`, `tasmota: URL`, `scpi: RESOURCE`, `command: LINE` and so on."""

    shelly: _Url | None = None
    tasmota: _Url | None = None
    scpi: Annotated[str, AfterValidator(check(_RESOURCE, "VISA resource"))] | None = None
    command: Annotated[str, AfterValidator(_command)] | None = None
    joulescope: (
        Annotated[
            str, BeforeValidator(_as_text), AfterValidator(check(_SERIAL, "serial number or auto"))
        ]
        | None
    ) = None
    board: Name | None = None
    # the program on the board itself: what a word or path of its own names
    tegrastats: Annotated[str, AfterValidator(check(_PROGRAM, "path of tegrastats"))] | None = None
    hwmon: Annotated[str, AfterValidator(check(_LABEL, "label of a hwmon sensor"))] | None = None
    channel: Annotated[int, Field(ge=0, le=15)] | None = None
    element: Annotated[int, Field(ge=1, le=6)] | None = None
    query: (
        Annotated[tuple[_Query, ...], Field(min_length=1, max_length=2), BeforeValidator(_as_list)]
        | None
    ) = None
    scope: Literal["wall", "board", "module", "accelerator"] | None = None
    gain: Annotated[float, Field(gt=0, le=0.5), BeforeValidator(_as_float)] | None = None
    quantum_w: Annotated[float, Field(ge=0, le=100), BeforeValidator(_as_float)] | None = None
    period_ms: Annotated[int, Field(ge=1, le=60_000)] | None = None
    window_s: Annotated[float, Field(ge=1, le=3600), BeforeValidator(_as_float)] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a meter is one of {', '.join(KINDS)}; here: {', '.join(given) or 'none'}"
            )
        for key, kind in _OF.items():
            if getattr(self, key) is not None and kind != given[0]:
                raise ValueError(f"`{key}` belongs to `{kind}`, not to `{given[0]}`")
        if self.element is not None and self.query is not None:
            raise ValueError("`element` and `query` both say what to ask: write one of them")
        if self.board is not None and self.hwmon is None:
            raise ValueError("a meter on another board wants the label of its sensor: `hwmon: ...`")
        return self


Meters = Annotated[tuple[MeterModel, ...], BeforeValidator(_as_one_or_more)]


def meter_entry(model: MeterModel) -> MeterEntry:
    """Return the checked meter as plain data."""
    kind = next(kind for kind in KINDS if getattr(model, kind) is not None)
    return MeterEntry(
        kind=kind,
        target=getattr(model, kind),
        element=model.element,
        queries=model.query or (),
        channel=model.channel or 0,
        hwmon=model.hwmon or "",
        scope=model.scope,
        gain=model.gain,
        quantum_w=model.quantum_w,
        period_ms=model.period_ms,
        window_s=model.window_s,
    )
