"""What a file is, told from its first bytes and never from its name."""

import os
import struct
from typing import BinaryIO

HEAD_BYTES = 512
"""How much of a file's start is looked at."""

PICTURES = {
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
"""Format -> how its files begin. WebP is not here: its name comes at byte 8."""

_OTHERS = {
    "a PDF document": (b"%PDF",),
    "a zip archive": (b"PK\x03\x04",),
    "a gzip archive": (b"\x1f\x8b",),
    "a Photoshop document": (b"8BPS",),
    "a JPEG 2000 picture": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
}
_TEXTS = {
    "an HTML page": (b"<!doctype html", b"<html", b"<head", b"<body", b"<script"),
    "an SVG drawing": (b"<svg",),
    "an XML document": (b"<?xml",),
}
_END_MARKS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_TAIL_BYTES = 1024  # cameras write a little behind the end mark
_TIFF_VALUE_BYTES = (1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8)  # TIFF 6.0, section 2


def picture_format(head: bytes) -> str | None:
    """Return the picture format that `head` begins.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of a file, or all of a shorter one.

    Returns
    -------
    str or None
        A key of `PICTURES`, ``"WEBP"``, or None for anything else.

    Examples
    --------
    >>> picture_format(b"GIF89a...")
    'GIF'
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next(
        (name for name, starts in PICTURES.items() if _starts(head, starts)), None
    )


def describe(head: bytes) -> str:
    """Say in words what a file that is no picture seems to be.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of a file, or all of a shorter one.

    Returns
    -------
    str
        For example ``"an HTML page"``.

    Examples
    --------
    >>> describe(b"%PDF-1.7")
    'a PDF document'
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for table, start in ((_OTHERS, head), (_TEXTS, text)):
        for name, starts in table.items():
            if _starts(start, starts):
                return name
    if head[4:8] == b"ftyp":
        return f"a video or picture of the kind {head[8:12].decode('latin-1')!r}"
    if head[128:132] == b"DICM":
        return "a DICOM file"
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "a text file"
    return "a file of an unknown kind"


def is_cut(stream: BinaryIO, kind: str) -> bool:
    """Tell whether a picture that could not be read ends too early.

    Parameters
    ----------
    stream : binary file
        The picture; may be left at any position.
    kind : str
        Its format, as `picture_format` names it.

    Returns
    -------
    bool
        True where the file lacks its end mark or is shorter than it says.
    """
    n_bytes = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, n_bytes - _TAIL_BYTES))
    tail = stream.read()
    if kind in _END_MARKS:
        return _END_MARKS[kind] not in tail
    if kind == "GIF":
        return not tail.rstrip(b"\0").endswith(b";")
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if kind == "WEBP":
        return n_bytes < 8 + _number(head, 4, "<I")
    if kind == "BMP":
        return n_bytes < _number(head, 2, "<I")
    return _tiff_is_cut(stream, head, n_bytes)


def _tiff_is_cut(stream: BinaryIO, head: bytes, n_bytes: int) -> bool:
    """Tell whether the table of tags, or a value it points to, is not there."""
    if b"+" in head[:4]:  # BigTIFF keeps its table elsewhere; libtiff looks after it
        return False
    order = "<" if head[:2] == b"II" else ">"
    start = _number(head, 4, order + "I")
    if start + 2 > n_bytes:
        return True
    stream.seek(start)
    table = stream.read(2 + 12 * 4096)
    end = 2 + 12 * _number(table, 0, order + "H")
    for entry in range(2, min(end, len(table) - 11), 12):
        _, code, count, place = struct.unpack_from(order + "HHII", table, entry)
        size = count * (_TIFF_VALUE_BYTES[code] if code <= 12 else 1)
        if size > 4 and place + size > n_bytes:
            return True
    return end > len(table)


def _starts(head: bytes, starts: tuple[bytes, ...]) -> bool:
    return head.startswith(starts)


def _number(head: bytes, offset: int, code: str) -> int:
    """Return the number at `offset`; one beyond the end counts as huge."""
    if len(head) < offset + struct.calcsize(code):
        return 2**63
    return struct.unpack_from(code, head, offset)[0]
