"""Serves the agent's HTTP interface (CONTRACT.md, "HTTP between plugin and worker")."""

from __future__ import annotations

import hmac
import json
import logging
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from glue_worker.config import Config
from glue_worker.errors import RequestError
from glue_worker.registry import END_SECONDS, Registry
from glue_worker.request import RunRequest
from glue_worker.versions import Versions

log = logging.getLogger(__name__)

LARGEST_BODY = 4 * 1024 * 1024
LONGEST_WAIT_SECONDS = 60.0
RUN = re.compile(r"/runs/([A-Za-z0-9_-]+)")
STOP = re.compile(r"/runs/([A-Za-z0-9_-]+)/stop")


class UnauthorizedError(RequestError):
    status = 401


class NotFoundError(RequestError):
    status = 404


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, config: Config, registry: Registry, versions: Versions) -> None:
        self.token = config.token
        self.registry = registry
        self.versions = versions
        super().__init__((config.host, config.port), Handler)

    def server_bind(self) -> None:
        # HTTPServer's own method looks up the address's name, which nothing here uses and which may take long.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("connection of %s lost", client_address, exc_info=True)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 120

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def do_DELETE(self) -> None:
        self._serve(self._delete)

    def _get(self, path: str) -> tuple[int, Any]:
        if path == "/health":
            return HTTPStatus.OK, {
                "status": "ok",
                **self.server.versions.as_json(),
                "warm": self.server.registry.keeper.state,
            }
        run = self.server.registry.get(_match(RUN, path))
        after = int(self._number("after", 0))
        return HTTPStatus.OK, run.state.poll(after, self._wait_seconds(0))

    def _post(self, path: str) -> tuple[int, Any]:
        if path == "/runs":
            return HTTPStatus.CREATED, self.server.registry.create(RunRequest.parse(self._body())).state.snapshot()
        run = self.server.registry.get(_match(STOP, path))
        run.stop()
        return HTTPStatus.ACCEPTED, run.state.snapshot()

    def _delete(self, path: str) -> tuple[int, Any]:
        if path == "/runs":
            self.server.registry.delete_all(self._wait_seconds(END_SECONDS))
            return HTTPStatus.NO_CONTENT, None
        self.server.registry.delete(_match(RUN, path), self._wait_seconds(END_SECONDS))
        return HTTPStatus.NO_CONTENT, None

    def _serve(self, answer: Any) -> None:
        path = urlsplit(self.path).path
        try:
            if path != "/health":
                self._authorize()
            status, content = answer(path)
        except RequestError as error:
            self.close_connection = True  # The request's body may be unread.
            status, content = error.status, {"error": str(error)}
        except Exception:
            log.exception("%s %s failed", self.command, path)
            self.close_connection = True
            status, content = (
                HTTPStatus.INTERNAL_SERVER_ERROR,
                {"error": "the worker failed; its log has the reason"},
            )
        self._send(status, content)

    def _authorize(self) -> None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {self.server.token}".encode()):
            raise UnauthorizedError("the bearer token is missing or wrong")

    def _wait_seconds(self, default: float) -> float:
        return min(self._number("wait_seconds", default), LONGEST_WAIT_SECONDS)

    def _number(self, name: str, default: float) -> float:
        value = parse_qs(urlsplit(self.path).query).get(name, [f"{default:g}"])[-1]
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
            raise RequestError(f"{name} must be a number")
        return float(value)

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            raise RequestError(f"the body must have a Content-Length of at most {LARGEST_BODY} bytes")
        try:
            return json.loads(self.rfile.read(int(length)))
        except ValueError:
            raise RequestError("the body is not JSON") from None

    def _send(self, status: int, content: Any) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        if content is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def _match(pattern: re.Pattern[str], path: str) -> str:
    found = pattern.fullmatch(path)
    if not found:
        raise NotFoundError(f"no resource has the path {path}")
    return found[1]
