"""One GET of a small JSON reply within a deadline; no proxy, redirect, cookie or password."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT_S = 3.0
MAX_BYTES = 65_536
_OK, _UNAUTHORISED, _NOT_FOUND = 200, 401, 404


class NotThereError(MeterError):
    """The plug answered that it has no such page: another generation of it."""


def get_json(base: str, path: str, *, timeout_s: float = TIMEOUT_S) -> Mapping[str, object]:
    """Return the object at `base` + `path`; raises MeterError for anything else, in words.

    A plug that sends a byte now and then would keep every time-out of a socket at bay: when the
    time is up the connection is cut from outside.
    """
    url = urlsplit(base)
    where = f"{base.rstrip('/')}{path}"
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=timeout_s)
    late = threading.Event()
    try:
        connection.connect()
        with _cut_after(timeout_s, connection.sock, late):
            status, body = _ask(connection, url.path.rstrip("/") + path)
    except (OSError, http.client.HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise MeterError(f"no whole answer within {timeout_s:g} s", where=where) from None
        words = _plainly(error)
        raise MeterError(words, where=where, do="is it on, and its address right?") from None
    finally:
        connection.close()
    if late.is_set():
        raise MeterError(f"no whole answer within {timeout_s:g} s", where=where)
    return _object(status, body, where)


@contextlib.contextmanager
def _cut_after(seconds: float, sock: socket.socket, late: threading.Event) -> Iterator[None]:
    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path, headers={"Connection": "close"})
    answer = connection.getresponse()
    body = answer.read(MAX_BYTES + 1)
    if len(body) <= MAX_BYTES and answer.length:
        raise http.client.IncompleteRead(body)
    return answer.status, body


def _plainly(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return f"the answer broke off after {len(error.partial)} bytes"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection ended without an answer"
    if isinstance(error, http.client.HTTPException):
        return f"what came is no HTTP ({type(error).__name__})"
    return f"no connection: {getattr(error, 'strerror', None) or error}"


def _object(status: int, body: bytes, where: str) -> Mapping[str, object]:
    if status == _NOT_FOUND:
        raise NotThereError("answers 404: there is no such page", where=where)
    if status == _UNAUTHORISED:
        raise MeterError(
            "asks for a password",
            where=where,
            do="switch that off for this plug, or read it by a program of yours (`command:`)",
        )
    if status != _OK:
        raise MeterError(f"answers with status {status}", where=where)
    if len(body) > MAX_BYTES:
        raise MeterError(f"answers with more than {MAX_BYTES} bytes", where=where)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        words = f"the answer is no JSON: {body[:40]!r}"
        raise MeterError(words, where=where) from None
    if not isinstance(data, dict):
        raise MeterError(f"the answer is no JSON object: {body[:40]!r}", where=where)
    return data
