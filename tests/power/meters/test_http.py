"""Requests to a plug that answers well, nonsense, half, slowly, forever or not at all."""

from __future__ import annotations

import itertools
import socket
import time
from typing import TYPE_CHECKING

import pytest

from harness.errors import MeterError
from harness.power.meters.http import MAX_BYTES, NotThereError, get_json
from tests.power.meters.servers import http_reply, plug, serving

if TYPE_CHECKING:
    import socketserver


def test_an_object_comes_back_and_the_path_went_out() -> None:
    seen = []

    def answer(path: str) -> bytes:
        seen.append(path)
        return http_reply({"a": 1})

    with plug(answer) as url:
        assert get_json(url, "/cm?cmnd=Status%208") == {"a": 1}
        assert get_json(f"{url}/plug/", "/x") == {"a": 1}
    assert seen == ["/cm?cmnd=Status%208", "/plug/x"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"", "ended without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "broke off after 1 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "no JSON"),
        (http_reply(b"<html>"), "no JSON"),
        (http_reply(b"\xff\xfe"), "no JSON"),
        (http_reply(b"[" * 60_000), "no JSON"),
        (http_reply([1]), "no JSON object"),
        (http_reply(b"x" * (MAX_BYTES + 1)), "more than"),
        (http_reply({}, "401 Unauthorized"), "password"),
        (http_reply({}, "302 Found"), "status 302"),
        (http_reply({}, "500 Oops"), "status 500"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n{}", "no HTTP"),
    ],
)
def test_nonsense_is_an_error_in_words(reply: bytes, words: str) -> None:
    with plug(lambda _: reply) as url, pytest.raises(MeterError) as caught:
        get_json(url, "/status")
    assert words in caught.value.what
    assert caught.value.where == f"{url}/status"


def test_a_page_that_is_not_there_is_told_apart() -> None:
    with plug(lambda _: http_reply({}, "404 Not Found")) as url, pytest.raises(NotThereError):
        get_json(url, "/rpc")


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(MeterError, match="no connection: Connection refused"):
            get_json(f"http://127.0.0.1:{port}", "/")


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{"])
def test_a_byte_now_and_then_does_not_keep_the_deadline_at_bay(start: bytes) -> None:
    def drip(request: socketserver.StreamRequestHandler) -> None:
        request.rfile.readline()
        request.wfile.write(start)
        for _ in itertools.repeat(None, 500):
            request.wfile.write(b" ")
            time.sleep(0.02)

    with serving(drip) as port, pytest.raises(MeterError, match=r"no whole answer within 0\.3 s"):
        get_json(f"http://127.0.0.1:{port}", "/", timeout_s=0.3)


def test_never() -> None:
    def silent(request: socketserver.StreamRequestHandler) -> None:
        request.rfile.read()

    with serving(silent) as port, pytest.raises(MeterError, match=r"no whole answer within 0\.2 s"):
        get_json(f"http://127.0.0.1:{port}", "/", timeout_s=0.2)
