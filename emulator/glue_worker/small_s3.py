"""As much of S3 as Spark needs to read and write a few files: the small job's own, in memory and on loopback.

Much of what a run spends on S3 is code that runs for the first time. The small job must not reach the environment's S3:
it has no keys, and Hadoop keeps its clients. None of Glue's Python packages serves S3.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "small-job"
LONG_AGO = "2000-01-01T00:00:00.000Z"


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """Yields Hadoop's settings by which `s3a://small-job/` is here. Everything in it is gone at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Requests) as server:
        server.objects = {}  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            settings = {
                "endpoint": f"http://127.0.0.1:{server.server_port}",
                "endpoint.region": "us-east-1",
                "path.style.access": "true",
                "connection.ssl.enabled": "false",
                "access.key": "none",
                "secret.key": "none",
                "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
            }
            yield {f"fs.s3a.bucket.{BUCKET}.{name}": value for name, value in settings.items()}
        finally:
            server.shutdown()


class _Requests(BaseHTTPRequestHandler):
    """The objects' contents by key, in `server.objects`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        server: Any = self.server
        self.objects: dict[str, bytes] = server.objects

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_expect_100(self) -> bool:
        """Tells the client at once to send the body: it would wait for seconds."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query, True).items()}

    def do_HEAD(self) -> None:
        if not self.key:
            self._answer()
        elif self.key in self.objects:
            self._answer(self.objects[self.key], self._of_object(self.key))
        else:
            self._answer(status=404)

    def do_GET(self) -> None:
        if not self.key:
            self._answer(self._listing().encode(), {"Content-Type": "application/xml"})
            return
        content = self.objects.get(self.key)
        if content is None:
            self._answer(b"<Error><Code>NoSuchKey</Code></Error>", {"Content-Type": "application/xml"}, 404)
        elif wanted := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
            span = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
            self._answer(content[first : last + 1], self._of_object(self.key) | span, 206)
        else:
            self._answer(content, self._of_object(self.key))

    def do_PUT(self) -> None:
        body = self._body()
        source = unquote(self.headers.get("x-amz-copy-source", ""))
        self.objects[self.key] = self.objects[source.strip("/").partition("/")[2]] if source else body
        etag = self._of_object(self.key)["ETag"]
        copied = f"<LastModified>{LONG_AGO}</LastModified><ETag>{etag}</ETag>"
        done = f"<CopyObjectResult>{copied}</CopyObjectResult>" if source else ""
        self._answer(done.encode(), {"ETag": etag, "Content-Type": "application/xml"})

    def do_POST(self) -> None:
        for key in re.findall(r"<Key>(.*?)</Key>", self._body().decode()):
            self.objects.pop(key, None)
        self._answer(b"<DeleteResult/>", {"Content-Type": "application/xml"})

    def do_DELETE(self) -> None:
        self.objects.pop(self.key, None)
        self._answer(status=204)

    def _answer(self, content: bytes = b"", headers: dict[str, str] | None = None, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
            return body
        content = b""
        while body:  # size in hexadecimal;chunk-signature=…, the chunk
            head, _, rest = body.partition(b"\r\n")
            size = int(head.partition(b";")[0], 16)
            if not size:
                break
            content, body = content + rest[:size], rest[size + 2 :]
        return content

    def _of_object(self, key: str) -> dict[str, str]:
        etag = hashlib.md5(self.objects[key], usedforsecurity=False).hexdigest()
        return {"ETag": f'"{etag}"', "Last-Modified": formatdate(usegmt=True), "Accept-Ranges": "bytes"}

    def _listing(self) -> str:
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter", "")
        found, folders = [], set()
        for key in sorted(self.objects):
            if not key.startswith(prefix):
                continue
            behind = key[len(prefix) :]
            if delimiter and delimiter in behind:
                folders.add(prefix + behind.partition(delimiter)[0] + delimiter)
            else:
                found.append(key)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{LONG_AGO}</LastModified>"
            f"<ETag>{self._of_object(key)['ETag']}</ETag><Size>{len(self.objects[key])}</Size></Contents>"
            for key in found
        )
        common = "".join(
            f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(folders)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><Delimiter>{delimiter}</Delimiter>"
            f"<KeyCount>{len(found) + len(folders)}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
            f"{contents}{common}</ListBucketResult>"
        )
