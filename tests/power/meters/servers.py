"""Real servers on 127.0.0.1 for the tests of meters: a plug over HTTP, an instrument over TCP."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Handler = Callable[[socketserver.StreamRequestHandler], None]


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


@contextlib.contextmanager
def serving(handle: Handler) -> Iterator[int]:
    """Serve every connection by `handle`; the port."""

    class _Request(socketserver.StreamRequestHandler):
        timeout: ClassVar[float] = 20.0

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                handle(self)

    with _Threads(("127.0.0.1", 0), _Request) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def http_reply(body: object, status: str = "200 OK") -> bytes:
    """A whole HTTP answer; text stands for itself, all else becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


@contextlib.contextmanager
def plug(answer: Callable[[str], bytes]) -> Iterator[str]:
    """An HTTP server that sends what `answer(path)` returns; its URL."""

    def handle(request: socketserver.StreamRequestHandler) -> None:
        words = request.rfile.readline(2000).split()
        while request.rfile.readline(2000).strip():
            pass
        request.wfile.write(answer(words[1].decode()))

    with serving(handle) as port:
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def instrument(answer: Callable[[str], str | None]) -> Iterator[str]:
    """A SCPI instrument on a raw socket: a line in, a line out (None: no answer); its resource."""

    def handle(request: socketserver.StreamRequestHandler) -> None:
        while line := request.rfile.readline(2000):
            reply = answer(line.decode().strip())
            if reply is not None:
                request.wfile.write(reply.encode() + b"\n")

    with serving(handle) as port:
        yield f"TCPIP::127.0.0.1::{port}::SOCKET"
