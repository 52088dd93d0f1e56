"""The command line: words to commands. No logic; commands import heavy packages when used."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

import typer

from harness import __version__
from harness.commands import (
    boards,
    build,
    compare,
    doctor,
    export,
    gate,
    init,
    kernels,
    networks,
    power,
    reindex,
    report,
    rerun,
    resume,
    run,
    runs,
    show,
    stop,
)
from harness.commands.console import note
from harness.errors import EXIT_BUG, EXIT_INTERRUPTED, HarnessError

FIRST = "Everyday"
SECOND = "More"

app = typer.Typer(
    name="harness",
    help="Benchmark low-bit inference on edge boards: checked outputs, named watts, a verdict "
    "on every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and end."
    ),
) -> None:
    del version


app.command("run", rich_help_panel=FIRST)(run.run)
app.add_typer(boards.app, name="boards", rich_help_panel=FIRST)
app.command("show", rich_help_panel=FIRST)(show.show)
app.command("compare", rich_help_panel=FIRST)(compare.compare)
app.command("report", rich_help_panel=FIRST)(report.report)
app.command("gate", rich_help_panel=FIRST)(gate.gate)
app.command("init", rich_help_panel=SECOND)(init.init)
app.command("doctor", rich_help_panel=SECOND)(doctor.doctor)
app.command("runs", rich_help_panel=SECOND)(runs.runs)
app.command("resume", rich_help_panel=SECOND)(resume.resume)
app.command("stop", rich_help_panel=SECOND)(stop.stop)
app.command("rerun", rich_help_panel=SECOND)(rerun.rerun)
app.add_typer(kernels.app, name="kernels", rich_help_panel=SECOND)
app.add_typer(networks.app, name="networks", rich_help_panel=SECOND)
app.add_typer(power.app, name="power", rich_help_panel=SECOND)
app.command("build", rich_help_panel=SECOND)(build.build)
app.command("reindex", rich_help_panel=SECOND)(reindex.reindex)
app.command("export", rich_help_panel=SECOND)(export.export)


def main() -> None:
    """Entry point of the `harness` command; turns every error into words and an exit code."""
    try:
        app()
    except HarnessError as error:
        note(f"harness: {error}")
        _leave(error.exit_code)
    except KeyboardInterrupt:
        print("harness: interrupted", file=sys.stderr)
        _leave(EXIT_INTERRUPTED)
    except BrokenPipeError:
        _leave(0)
    except Exception:  # noqa: BLE001 - the last line of defence: a bug is reported, never a bare traceback
        _report_bug()
        _leave(EXIT_BUG)


def _report_bug() -> None:
    last = traceback.format_exc().strip().splitlines()[-1]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="harness-bug-", suffix=".log", delete=False
        ) as log:
            log.write(f"harness {__version__}, argv {sys.argv}\n")
            traceback.print_exc(file=log)
        where = log.name
    except OSError:  # the disk may be what is wrong
        traceback.print_exc()
        where = "the lines above"
    note(f"harness: this is a bug: {last}\n  please report it with {where}")


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # threads that wait for a dead board must not keep the command from ending
    os._exit(code)
