"""A real HTTP server on the loopback interface that answers each request with what a test has laid ready."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self

TICKET = "x-answer"
PIECE = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def streamed(self) -> bool:
        return self.content_type.startswith("text/event-stream")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: dict[str, Answer]
    keep: bool

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has seen enough hangs up: that is no fault of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        ticket = self.headers[TICKET]
        answer = self.server.answers[ticket] if self.server.keep else self.server.answers.pop(ticket)
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.streamed:
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for at in range(0, len(answer.body), PIECE):
                piece = answer.body[at : at + PIECE]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Tests read the SDKs, not a log."""


class Loopback:
    """`with Loopback() as server: headers = server.ready(Answer(...))`, then a request with these headers.

    keep: whether an answer may be asked for again.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answers = {}
        self._server.keep = keep
        self._tickets = itertools.count()
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def ready(self, answer: Answer) -> dict[str, str]:
        ticket = str(next(self._tickets))
        self._server.answers[ticket] = answer
        return {TICKET: ticket}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
