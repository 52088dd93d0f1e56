"""The page as one HTML file: no request, no script, every foreign string escaped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import StoreError
from harness.records.bridge import Bridge
from harness.report.context import Page
from harness.report.page import build
from harness.store.files import room_left
from harness.store.reader import StoredRun
from harness.units import harmless

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def render(runs: Sequence[StoredRun], command: str, bridges: Sequence[Bridge] = ()) -> str:
    """Return the HTML of one or several runs; `command` is what the user typed for this page.

    `bridges` carry joules into scopes that were not measured: labelled, and nowhere stored.
    """
    return render_page(build(runs, command, bridges))


def render_page(page: Page) -> str:
    """Return the HTML of a page; equal pages give equal bytes."""
    from markupsafe import Markup

    from harness.report.figures import draw
    from harness.report.scatter import draw_scatter
    from harness.report.traces import draw_trace

    # the drawing escapes its own texts, the style is ours; the templates escape everything else
    drawings = {chart.id: Markup(draw(chart)) for chart in page.charts}  # noqa: S704 - see above
    drawings |= {plot.id: Markup(draw_scatter(plot)) for plot in page.tradeoffs}  # noqa: S704 - see above
    if page.traces:
        drawings[page.traces.id] = Markup(draw_trace(page.traces))  # noqa: S704 - see above
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - see above
    return (
        _templates().get_template("page.html.j2").render(page=page, drawings=drawings, style=style)
    )


def write(path: Path, html: str) -> None:
    """Put the page at `path` at once, by rename; raises StoreError when it cannot be written."""
    try:
        # a name of its own length: the one asked for may be as long as names can be
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".report-")
    except OSError as error:
        raise _refused(error, path) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise _refused(error, path) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _refused(error: OSError, path: Path) -> StoreError:
    what = f"cannot write the report: {error.strerror}{room_left(error, path)}"
    return StoreError(what, where=str(path), do="choose another -o FILE")


def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    # type and not isinstance: Markup is a str, and ours
    return harmless(value) if type(value) is str else value
