"""The wire form of a suite file: keys and types only; `suite` turns it into its own nouns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from harness.config.lengths import Duration, Rate
from harness.config.schema import Strict
from harness.config.words import NAME, CoreChoice, Name, Network, Scheme, Shape, check
from harness.records.external import PREFIX

T = TypeVar("T")

HOSTS = "hosts, keys and jumps belong into boards.yaml, the user's own file; a suite names boards"
COMMANDS = "a suite starts no command; what may run on a board belongs into boards.yaml"
RIGHTS = "what may be changed on a board belongs into boards.yaml, the user's own file"

# What a person may look for here, and a stranger may hope for
_WORDS = {
    HOSTS: "host hosts hostname address port user username login identity identity_file"
    " identityfile key keys key_file password passphrase jump proxyjump proxy_jump proxycommand"
    " proxy_command ssh ssh_config ssh_options known_hosts forward dir root",
    COMMANDS: "command commands cmd exec run shell script scripts hook hooks pre post before after"
    " setup teardown prepare restore recover env environment interpreter python plugin plugins"
    " include extends protocol golden",
    RIGHTS: "become sudo tune meter power group tags emulated",
}
_ELSEWHERE = {word: place for place, words in _WORDS.items() for word in words.split()}


def _some(value: tuple[T, ...]) -> tuple[T, ...]:
    # after the members: a list whose members are all wrong is not "empty"
    if not value:
        raise ValueError("the list is empty")
    if len(set(map(repr, value))) < len(value):
        raise ValueError("the list names a value twice")
    return value


Many = Annotated[tuple[T, ...], AfterValidator(_some)]

_PROGRAM = re.compile(rf"{re.escape(PREFIX)}{NAME.pattern}", re.ASCII)
_RUNTIME_WANTS = "runtime: write its name, or external:NAME for a program of your own"


def _runtime(value: str) -> str:
    if not _PROGRAM.fullmatch(value):
        check(NAME, _RUNTIME_WANTS)(value)
    return value


def _programs_only(value: object) -> object:
    if isinstance(value, dict):
        raise ValueError(f"wants a list of names, has keys with values: {COMMANDS}")  # noqa: TRY004
    return value


def _selector(value: object) -> str:
    if isinstance(value, dict):
        raise ValueError(f"wants names, has keys with values: {HOSTS}")  # noqa: TRY004 - pydantic's
    if not isinstance(value, str) or not NAME.fullmatch(value.removeprefix("tag:")):
        raise ValueError(f"{value!r:.82} selects no board: write a name or tag:NAME; {HOSTS}")
    return value


def _names_only(value: object) -> object:
    if isinstance(value, dict):
        raise ValueError(f"wants a list of names, has keys with values: {HOSTS}")  # noqa: TRY004
    return value


def _implementations(value: object) -> tuple[str, ...]:
    words = (value,) if isinstance(value, str) else value
    if not isinstance(words, tuple) or not words:
        raise ValueError("wants best, all, or a list such as [ref, avx2]")
    for word in words:
        if not isinstance(word, str) or not (NAME.fullmatch(word) or _PROGRAM.fullmatch(word)):
            raise ValueError(f"{word!r:.82} is no implementation: write best, all, or [ref, avx2]")
    if isinstance(value, str) and value not in {"best", "all"}:
        raise ValueError(f"{value!r:.82} is not known: write best, all, or a list such as [ref]")
    return words


Selector = Annotated[str, BeforeValidator(_selector)]


class ProtocolModel(Strict):
    """Single values that replace those of the profile."""

    repetitions_min: int | None = Field(default=None, ge=1, le=1000)
    repetitions_max: int | None = Field(default=None, ge=1, le=1000)
    samples: int | None = Field(default=None, ge=2, le=10_000)
    sample_min_ms: float | None = Field(default=None, ge=0.1, le=60_000)
    warmup_ms: float | None = Field(default=None, ge=0, le=600_000)
    precision: float | None = Field(default=None, ge=0.0001, le=1)
    budget_s: float | None = Field(default=None, ge=1, le=86_400)
    energy_windows: int | None = Field(default=None, ge=1, le=100)
    energy_window_s: float | None = Field(default=None, ge=0.5, le=3600)
    idle_s: float | None = Field(default=None, ge=0, le=3600)
    periodic_s: float | None = Field(default=None, ge=1, le=3600)
    cool_margin_c: float | None = Field(default=None, ge=0, le=100)
    cool_cap_s: float | None = Field(default=None, ge=0, le=3600)


class KernelBlockModel(Strict):
    """A block of kernel cells: ops x schemes x shapes x cores."""

    ops: Many[Name]
    schemes: Many[Scheme]
    shapes: Many[Shape]
    on: Many[CoreChoice] = ("1",)
    implementations: Annotated[tuple[str, ...], BeforeValidator(_implementations)] = ("best",)
    sustained: Duration | None = None
    periodic: Rate | None = None


class NetworkBlockModel(Strict):
    """A block of network cells: networks x schemes x runtimes x devices x batch ..."""

    networks: Many[Network]
    schemes: Many[Scheme]
    runtimes: Many[Annotated[str, AfterValidator(_runtime)]] = ("native",)
    devices: Many[Name] = ("cpu",)
    batch: Many[Annotated[int, Field(ge=1, le=1024)]] = (1,)
    inflight: Many[Annotated[int, Field(ge=1, le=64)]] = (1,)
    scenario: Many[Literal["latency", "throughput"]] = ("latency",)
    on: Many[CoreChoice] = ("1",)
    sustained: Duration | None = None
    periodic: Rate | None = None


class ExternalBlockModel(Strict):
    """A block of the user's own programs: each at all schemes and shapes it was declared with."""

    externals: Annotated[Many[Name], BeforeValidator(_programs_only)]
    on: Many[CoreChoice] = ("1",)


def _kind(value: object) -> str:
    tags = {"networks": "<network>", "externals": "<external>"}
    keys = value if isinstance(value, dict) else {}
    return next((tag for key, tag in tags.items() if key in keys), "<kernel>")


Block = Annotated[
    Annotated[KernelBlockModel, Tag("<kernel>")]
    | Annotated[NetworkBlockModel, Tag("<network>")]
    | Annotated[ExternalBlockModel, Tag("<external>")],
    Discriminator(_kind),
]


class SuiteModel(Strict):
    """A suite: which boards, how carefully, and the matrix of what is measured."""

    elsewhere: ClassVar[Mapping[str, str]] = _ELSEWHERE

    suite: Name
    boards: Annotated[Many[Selector], BeforeValidator(_names_only)]
    profile: Literal["quick", "standard", "publish"] = "quick"
    modes: Many[Name] = ("default",)
    matrix: Many[Block]
    energy: Literal["networks", "all", "none"] = "networks"
    protocol: ProtocolModel = ProtocolModel()
