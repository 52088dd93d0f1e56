"""The wire form of a suite file: keys and types only; `suite` turns it into its own nouns."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from harness.config.schema import Strict
from harness.config.words import NAME, CoreChoice, Name, Network, Scheme, Shape

T = TypeVar("T")


def _some(value: tuple[T, ...]) -> tuple[T, ...]:
    # after the members: a list whose members are all wrong is not "empty"
    if not value:
        raise ValueError("the list is empty")
    if len(set(map(repr, value))) < len(value):
        raise ValueError("the list names a value twice")
    return value


Many = Annotated[tuple[T, ...], AfterValidator(_some)]


def _selector(value: str) -> str:
    if not NAME.fullmatch(value.removeprefix("tag:")):
        raise ValueError(f"{value[:80]!r} selects no board: write a name or tag:NAME, never a host")
    return value


def _implementations(value: object) -> tuple[str, ...]:
    words = (value,) if isinstance(value, str) else value
    if not isinstance(words, tuple) or not words:
        raise ValueError("wants best, all, or a list such as [ref, avx2]")
    for word in words:
        if not isinstance(word, str) or not NAME.fullmatch(word):
            raise ValueError(f"{word!r} is no implementation: write best, all, or [ref, avx2]")
    if isinstance(value, str) and value not in {"best", "all"}:
        raise ValueError(f"{value!r} is not known: write best, all, or a list such as [{value}]")
    return words


Selector = Annotated[str, AfterValidator(_selector)]


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


class KernelBlockModel(Strict):
    """A block of kernel cells: ops x schemes x shapes x cores."""

    ops: Many[Name]
    schemes: Many[Scheme]
    shapes: Many[Shape]
    on: Many[CoreChoice] = ("1",)
    implementations: Annotated[tuple[str, ...], BeforeValidator(_implementations)] = ("best",)


class NetworkBlockModel(Strict):
    """A block of network cells: networks x schemes x runtimes x devices x batch x scenario."""

    networks: Many[Network]
    schemes: Many[Scheme]
    runtimes: Many[Name] = ("native",)
    devices: Many[Name] = ("cpu",)
    batch: Many[Annotated[int, Field(ge=1, le=1024)]] = (1,)
    scenario: Many[Literal["latency", "throughput"]] = ("latency",)
    on: Many[CoreChoice] = ("1",)


def _kind(value: object) -> str:
    return "<network>" if isinstance(value, dict) and "networks" in value else "<kernel>"


Block = Annotated[
    Annotated[KernelBlockModel, Tag("<kernel>")] | Annotated[NetworkBlockModel, Tag("<network>")],
    Discriminator(_kind),
]


class SuiteModel(Strict):
    """A suite: which boards, how carefully, and the matrix of what is measured."""

    suite: Name
    boards: Many[Selector]
    profile: Literal["quick", "standard", "publish"] = "quick"
    modes: Many[Name] = ("default",)
    matrix: Many[Block]
    energy: Literal["networks", "all", "none"] = "networks"
    protocol: ProtocolModel = ProtocolModel()
