"""Which boards a suite means; knows names and tags, never hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import UnknownBoardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.records.board import BoardEntry


def select(
    selectors: Sequence[str], entries: Mapping[str, BoardEntry], *, looked_in: str = ""
) -> tuple[BoardEntry, ...]:
    """Return the boards that names and `tag:x` select, each once, in the order of the suite.

    Raises UnknownBoardError when a selector finds none: a hole in a comparison is never silent.
    """
    found: dict[str, BoardEntry] = {}
    for selector in selectors:
        tag = selector.removeprefix("tag:")
        if selector.startswith("tag:"):
            chosen = [entry for entry in entries.values() if tag in entry.tags]
        else:
            chosen = [entries[selector]] if selector in entries else []
        if not chosen:
            raise _unknown(selector, looked_in)
        found.update({entry.name: entry for entry in chosen})
    return tuple(found.values())


def _unknown(selector: str, looked_in: str) -> UnknownBoardError:
    tag = selector.removeprefix("tag:")
    looked = f" (looked in {looked_in})" if looked_in else ""
    if selector.startswith("tag:"):
        return UnknownBoardError(
            f"no board tagged {tag!r} in boards.yaml{looked}",
            do=f"add one: harness boards add NAME user@host --tag {tag}",
        )
    return UnknownBoardError(
        f"no board named {selector!r} in boards.yaml{looked}",
        do=f"add it: harness boards add {selector} user@host",
    )
