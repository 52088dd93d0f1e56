"""Every error of the harness, each with its exit code; text is what, where and what to do.

Rooms raise these and nothing else on purpose; `cli` prints them on stderr without a traceback.
The class decides the exit code and, in `session` only, whether a retry makes sense.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FINDING = 1
EXIT_USAGE = 2
EXIT_CANNOT_TELL = 3
EXIT_ITEMS = 4
EXIT_INFRA = 5
EXIT_BUG = 70
EXIT_STORE = 74
EXIT_LEASED = 75
EXIT_INTERRUPTED = 130

# Several things can go wrong in one run: the first of these that happened is the exit code.
PRECEDENCE = (
    EXIT_BUG,
    EXIT_STORE,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    EXIT_ITEMS,
    EXIT_INFRA,
    EXIT_CANNOT_TELL,
    EXIT_FINDING,
)


class HarnessError(Exception):
    """Base of all declared errors: `what` went wrong, `where`, and what to `do` about it."""

    exit_code = EXIT_BUG

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.do = do

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.do}" if self.do else head


class ConfigError(HarnessError):
    """A suite, an inventory or an option is wrong; `where` is file:line:column when known."""

    exit_code = EXIT_USAGE


class UnknownBoardError(ConfigError):
    """A suite selects boards that no inventory holds."""


class ToolchainError(HarnessError):
    """The runner cannot be built or found."""

    exit_code = EXIT_USAGE


class NetworkError(HarnessError):
    """A network file cannot be fetched, read or built."""

    exit_code = EXIT_USAGE


class CannotTellError(HarnessError):
    """A comparison without an answer: noise, a missing baseline, too few pairs."""

    exit_code = EXIT_CANNOT_TELL


class StoreError(HarnessError):
    """Results cannot be written or read; nothing already stored is touched."""

    exit_code = EXIT_STORE


class BoardError(HarnessError):
    """A board cannot do what was asked (no usable directory, unknown target, ...)."""

    exit_code = EXIT_INFRA


class UnknownTargetError(BoardError):
    """A board no runner exists for: its items are skipped before any push."""

    exit_code = EXIT_OK


class LinkError(BoardError):
    """The way to the board failed: refused, timed out, cut. Worth a retry with back-off."""


class HostKeyError(BoardError):
    """The board's host key is unknown or has changed. Never retried."""


class PushError(BoardError):
    """Bytes could not be brought onto the board intact."""


class ProtocolError(BoardError):
    """The runner answered something that is not the protocol."""


class WorkerLostError(BoardError):
    """The worker on the board is gone, or its spool: what it had not closed may be tried again."""


class QuarantinedError(BoardError):
    """A board that failed again and again: nothing more is asked of it in this run."""


class ModeRefusedError(BoardError):
    """A power mode cannot be had on a board: its items are skipped with these words."""


class MeterError(HarnessError):
    """An external meter gave no reading this time; the next one may come."""

    exit_code = EXIT_INFRA


class MeterGoneError(MeterError):
    """An external meter that will give no more readings: its program ended, it cannot be opened."""


class LeaseHeldError(HarnessError):
    """Another run holds the board; the text names the holder and the time left."""

    exit_code = EXIT_LEASED


class RunInterruptedError(HarnessError):
    """The user stopped it; what was finished is kept."""

    exit_code = EXIT_INTERRUPTED


def worst(codes: set[int]) -> int:
    """Return the exit code that wins when all of `codes` happened (0 when none did)."""
    for code in PRECEDENCE:
        if code in codes:
            return code
    return next(iter(codes - {EXIT_OK}), EXIT_OK)
