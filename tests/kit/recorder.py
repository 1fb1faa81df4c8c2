"""A server on 127.0.0.1 that records every request. It answers as much of AWS as a plan needs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{account}:root</Arn><UserId>AKIAI</UserId><Account>{account}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
NO_KEY = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"
NO_TAGS = "<Error><Code>NoSuchTagSet</Code><Message>none</Message></Error>"
EMPTY = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyCount>0</KeyCount></ListBucketResult>'


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def by(self) -> str:
        """Returns `boto3` or `terraform`, by the user agent."""
        agent = self.headers.get("user-agent", "").lower()
        return "boto3" if "boto3" in agent else "terraform" if "terraform" in agent or "aws-sdk-go" in agent else agent

    @property
    def scope(self) -> str:
        """Returns the access key, date, region and service of the request's signature."""
        return self.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]


class Recorder:
    def __init__(self, account: str = "000000000000") -> None:
        self.requests: list[Request] = []
        self.account = account
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            # The connection stays open and the answer leaves in one piece: Go's client sometimes fails to read an
            # answer whose connection closes at once. So pytest-httpserver does not serve here; it closes each one.
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.requests.append(Request(self.command, self.path, headers, body))
                status, text = recorder.answer(recorder.requests[-1])
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(text.encode())))
                self.send_header("ETag", '"0"')
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = answer

            def log_message(self, format: str, *args: object) -> None:
                """Prints nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: Request) -> tuple[int, str]:
        if request.method == "CONNECT":
            return 502, ""
        if b"Action=GetCallerIdentity" in request.body:
            return 200, IDENTITY.format(account=self.account)
        if request.method == "GET":
            if "list-type=2" in request.target:
                return 200, EMPTY
            return (404, NO_TAGS) if "tagging" in request.target else (404, NO_KEY)
        return 200, ""

    @contextmanager
    def running(self) -> Iterator[Recorder]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
