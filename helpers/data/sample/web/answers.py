"""How the sample's web server answers: well, or with a fault that real hosts have."""

import gzip
import re
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.data.sample.web.server import Web

_ALWAYS = {"403", "404", "410", "500", "503", "429_always"}
_ONCE = {"500_once", "503_once", "429"}
_CUT_SHORT = {"short_body", "no_range", "changed"}
_REDIRECTS = {
    "redirect": "?moved=1",
    "redirect_loop": "",
    "redirect_private": "http://10.0.0.1/x.jpg",
    "redirect_loopback": "http://127.0.0.1:{port}/x.jpg",
    "redirect_file": "file:///etc/hosts",
}
_BAD_BODIES = {"html", "truncated", "zero", "too_large", "endless", "gzip_bomb"}
_SLOW = {"timeout", "stall", "slow"}

FAULTS = frozenset(
    _ALWAYS | _ONCE | _CUT_SHORT | _REDIRECTS.keys() | _BAD_BODIES | _SLOW
)
"""Every fault that web.json may name."""

_PAGE = b"<!doctype html><title>Moved</title><p>This picture is not here any more."
_MOVED = re.compile(r"[?&]moved=1$")


@cache
def _gzip_bomb() -> bytes:
    return gzip.compress(bytes(2**20)) * 1024  # 1 MB; members add up to 1 GiB


class Handler(BaseHTTPRequestHandler):
    """Answers GET for the addresses of a `server.Web`, by Host header and path."""

    web: "Web"
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True  # or each body waits 40 ms for its headers' receipt

    def log_message(self, *args: object) -> None:
        """Write no log: the notebook's output is the table of fates."""

    def do_GET(self) -> None:  # noqa: N802 - the standard library's name
        """Answer one request, as well or as badly as the web says."""
        asked = f"http://{self.headers.get('Host', '')}{self.path}"
        address = _MOVED.sub("", asked)
        path = self.web.pictures.get(address)
        fault = self.web.faults.get(address, "") if asked == address else ""
        earlier = self.web.count(asked, self.headers.get("Range", ""))
        if fault in _ALWAYS or (fault in _ONCE and not earlier):
            self._refuse(fault)
        elif fault in _REDIRECTS:
            self._redirect(_REDIRECTS[fault])
        elif fault == "timeout":
            self._fall_silent()
        elif path is None or not path.is_file():
            self._refuse("404")
        elif fault in _BAD_BODIES:
            getattr(self, f"_{fault}")(path.read_bytes())
        elif fault in _SLOW:
            self._trickle(path.read_bytes(), drip=fault == "slow")
        elif fault in _CUT_SHORT:
            self._cut_short(path.read_bytes(), fault, earlier)
        else:
            self._send(path.read_bytes())

    def _refuse(self, fault: str) -> None:
        status = int(fault[:3])
        self.send_response(status)
        if status in (429, 503) and fault in _ONCE:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self, target: str) -> None:
        if target == "?moved=1" and "?" in self.path:
            target = f"{self.path}&moved=1"
        own_port = str(self.server.server_address[1])
        self.send_response(302)
        self.send_header("Location", target.replace("{port}", own_port) or self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _fall_silent(self) -> None:
        self.close_connection = True
        self.web.stopping.wait(self.web.hang_s)

    def _begin(self, content: bytes, n_bytes: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        length = len(content) if n_bytes is None else n_bytes
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", _etag(content))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()

    def _send(self, content: bytes, ranges: bool = True) -> None:
        """Send `content`, or the part of it that is asked for and still the same."""
        span = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(span[1]) if span else 0
        same = self.headers.get("If-Range", _etag(content)) == _etag(content)
        if not (ranges and span and same):
            self._begin(content)
            self.wfile.write(content)
            return
        if start >= len(content):
            self._refuse("416")
            return
        self.send_response(206)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(content) - start))
        last = len(content) - 1
        self.send_header("Content-Range", f"bytes {start}-{last}/{len(content)}")
        self.send_header("ETag", _etag(content))
        self.end_headers()
        self.wfile.write(content[start:])

    def _cut_short(self, content: bytes, fault: str, earlier: int) -> None:
        if not earlier:
            self._begin(content)
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif fault == "changed":
            self._send(with_comment(content, b"another version"))
        else:
            self._send(content, ranges=fault != "no_range")

    def _trickle(self, content: bytes, drip: bool) -> None:
        self._begin(content, n_bytes=2 * len(content) if drip else None)
        if drip:
            for start in range(len(content)):
                self.wfile.write(content[start : start + 1])
                if self.web.stopping.wait(0.05):
                    break
        else:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
        self._fall_silent()

    def _html(self, content: bytes) -> None:
        self._begin(_PAGE)
        self.wfile.write(_PAGE)

    def _truncated(self, content: bytes) -> None:
        self._send(content[: len(content) * 6 // 10])

    def _zero(self, content: bytes) -> None:
        self._begin(b"")

    def _too_large(self, content: bytes) -> None:
        self._begin(content, n_bytes=10**9)
        self.wfile.write(content)
        self.close_connection = True

    def _endless(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        block = bytes(1 << 16)
        while not self.web.stopping.is_set():  # until the client hangs up
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))

    def _gzip_bomb(self, content: bytes) -> None:
        bomb = _gzip_bomb()
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(bomb)))
        self.end_headers()
        self.wfile.write(bomb)


def _etag(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:16]}"'


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    r"""Return the same picture in other bytes: a JPEG with a comment put in.

    Parameters
    ----------
    jpeg : bytes
        Begins with the marker SOI.
    comment : bytes
        At most 65,533 bytes.

    Returns
    -------
    bytes
        A valid JPEG of the same pixels.

    Examples
    --------
    >>> with_comment(b"\xff\xd8\xff\xd9", b"hi").hex()
    'ffd8fffe00046869ffd9'
    """
    length = (len(comment) + 2).to_bytes(2, "big")
    return jpeg[:2] + b"\xff\xfe" + length + comment + jpeg[2:]
