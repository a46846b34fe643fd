"""Any picture file as RGB pixels: read by its content, whole or not at all.

Pillow alone decodes. OpenCV is up to twice as fast on small JPEGs, but fills a cut JPEG
with gray without a word, writes to standard error, and knows neither profiles nor CMYK.
"""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from helpers.base.errors import PictureError
from helpers.base.paths import shown
from helpers.images import rgb, signatures

MAX_PIXELS = 50_000_000
"""A 50-megapixel camera: 150 MB as RGB, and 200 MB in Pillow while it decodes."""

KINDS = {
    "empty": "get the file again",
    "truncated": "get the file again",
    "damaged": "get the file again",
    "not a picture": "remove the file, or get the picture itself",
    "unsupported": "save the picture with 8 bits per channel as PNG or JPEG",
    "too large": "make the picture smaller, or leave it out",
    "unreadable": "check the path and its permissions",
}
"""What a PictureError begins with -> the way out."""

# The classes themselves: `Image.open` would try other formats, and warn of size.
_READERS = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_CUT = ("truncated", "the file ends before its picture")
_warnings_lock = threading.Lock()


class Measured(NamedTuple):
    """What a picture's header says, after its orientation is applied."""

    width_px: int
    height_px: int
    format: str
    mode: str


def decode(
    source: Path | bytes, max_pixels: int = MAX_PIXELS, at_least_px: int | None = None
) -> np.ndarray:
    """Decode a JPEG, PNG, GIF, WebP (first frame), BMP or TIFF into RGB.

    The EXIF orientation is applied; `rgb.from_pillow` tells how colours, depth and
    transparency become 8-bit sRGB.

    Parameters
    ----------
    source : Path or bytes
        The file, whatever it is called, or its content.
    max_pixels : int, optional
        Larger pictures are refused from their header, before anything is decoded.
    at_least_px : int, optional
        A JPEG may then come at 1/2, 1/4 or 1/8 of its size, averaged, as long as its
        shorter side keeps this length.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB.

    Raises
    ------
    PictureError
        Beginning with one of `KINDS`. A picture that ends early is never returned.
    """
    with _opened(source, max_pixels) as image:
        orientation = _orientation(image)
        if at_least_px is not None:
            image.draft(None, (max(1, at_least_px),) * 2)
        image.load()
        picture = rgb.from_pillow(image)
        if orientation in _UPRIGHT:
            picture = picture.transpose(_UPRIGHT[orientation])
        return np.array(picture)


def measure(source: Path | bytes) -> Measured:
    """Read size, format and mode of a picture from its header; nothing is decoded.

    Parameters
    ----------
    source : Path or bytes
        The file, whatever it is called, or its content.

    Returns
    -------
    Measured
        width_px and height_px of the upright picture, format (``"JPEG"``, ...) and mode
        (Pillow's: ``"RGB"``, ``"L"``, ``"P"``, ``"CMYK"``, ``"I;16"``, ...).

    Raises
    ------
    PictureError
        As `decode`, as far as the header shows it.
    """
    with _opened(source, MAX_PIXELS) as image:
        width, height = image.size
        if _orientation(image) in _SIDEWAYS:
            width, height = height, width
        return Measured(width, height, image.format, image.mode)


@contextmanager
def _opened(source: Path | bytes, max_pixels: int) -> Iterator[Image.Image]:
    where = "bytes in memory" if isinstance(source, bytes) else shown(source)
    try:
        with _stream(source) as stream:
            yield from _header(stream, max_pixels)
    except PictureError as error:
        raise PictureError(error.what, where, error.way_out) from error.__cause__
    except OSError as error:
        why = error.strerror or str(error)
        raise PictureError(f"unreadable: {why}", where, KINDS["unreadable"]) from error
    except MemoryError as error:
        what = "too large: there is not enough memory for it"
        raise PictureError(what, where, KINDS["too large"]) from error


def _stream(source: Path | bytes) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if source.exists() and not source.is_file():  # a pipe would wait for ever
        raise _refused("unreadable", "it is not a file")
    return source.open("rb")


def _header(stream: BinaryIO, max_pixels: int) -> Iterator[Image.Image]:
    head = stream.read(signatures.HEAD_BYTES)
    if not head:
        raise _refused("empty", "the file has zero bytes")
    kind = signatures.picture_format(head)
    if kind is None:
        raise _refused("not a picture", f"it is {signatures.describe(head)}")
    if kind == "TIFF" and signatures.is_cut(stream, kind):
        raise _refused(*_CUT)  # libtiff would complain on standard error
    stream.seek(0)
    try:
        # Pillow warns of odd metadata on standard error; filters belong to the process.
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _READERS[kind](stream)
        _check_size(image.size, max_pixels)
        if kind == "TIFF":
            _check_strips(image, stream)
        yield image
    except (PictureError, MemoryError):
        raise
    except rgb.NoRangeError as error:
        raise _refused("unsupported", str(error)) from error
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        if getattr(error, "errno", None):
            raise  # the disk, not the picture
        if "truncated" in str(error).lower() or signatures.is_cut(stream, kind):
            raise _refused(*_CUT) from error
        raise _refused("damaged", f"the {kind} does not decode ({error})") from error


def _refused(kind: str, detail: str) -> PictureError:
    return PictureError(f"{kind}: {detail}", way_out=KINDS[kind])


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        text = f"{size[0]:,} x {size[1]:,} px, more than {max_pixels:,} pixels in all"
        raise _refused("too large", text)


def _check_strips(image: Image.Image, stream: BinaryIO) -> None:
    """Find the TIFF whose pixels are cut."""
    position = stream.tell()
    n_bytes = stream.seek(0, io.SEEK_END)
    stream.seek(position)
    for offsets, sizes in ((273, 279), (324, 325)):  # strips, tiles
        starts, lengths = image.tag_v2.get(offsets, ()), image.tag_v2.get(sizes, ())
        if any(map(n_bytes.__lt__, map(int.__add__, starts, lengths))):
            raise _refused(*_CUT)


def _orientation(image: Image.Image) -> int:
    # Pillow turns TIFFs itself. A PNG tells it before its pixels or not at all.
    if image.format == "TIFF" or "exif" not in image.info:
        return 1
    try:
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # damaged metadata is no reason to lose the picture
        return 1
