"""Picture files: encoding, and the small oddities that real archives are full of."""

import cv2
import numpy as np

ODDITIES = ("gray", "png_named_jpg", "exif_rotated")
"""Harmless ones: every decoder that goes by content shows the same picture."""

_EXIF_ORIENTATION = (  # one little-endian IFD with one entry: tag 0x0112, SHORT
    b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"
    b"%c\x00\x00\x00\x00\x00\x00\x00"
)
_TURN_RIGHT = 6  # EXIF: to be turned by 90 degrees clockwise when shown


def encode_jpeg(rgb: np.ndarray, quality: int) -> bytes:
    """Encode a picture as JPEG.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3) or (H, W)
        The picture; two axes make a gray JPEG.
    quality : int
        1 to 100.

    Returns
    -------
    bytes
        The file.
    """
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return cv2.imencode(".jpg", _to_bgr(rgb), settings)[1].tobytes()


def encode_png(rgb: np.ndarray) -> bytes:
    """Encode a picture or a mask as PNG.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3) or (H, W)
        The picture.

    Returns
    -------
    bytes
        The file.
    """
    return cv2.imencode(".png", _to_bgr(rgb))[1].tobytes()


def decode_rgb(content: bytes) -> np.ndarray:
    """Decode a file of this package's own making.

    Parameters
    ----------
    content : bytes
        JPEG or PNG.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        The picture in RGB.
    """
    raw = np.frombuffer(content, np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_COLOR)[..., ::-1]


def add_comment(jpeg: bytes, text: str) -> bytes:
    """Return the same JPEG with a comment: other bytes, the very same pixels.

    Parameters
    ----------
    jpeg : bytes
        The file.
    text : str
        The comment, at most 65,000 characters.

    Returns
    -------
    bytes
        The file with a COM segment behind its first marker.
    """
    return _insert(jpeg, 0xFE, text.encode("ascii"))


def make_odd(rgb: np.ndarray, oddity: str, quality: int) -> bytes:
    """Encode a picture in one of the harmless odd ways.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        The picture.
    oddity : str
        One of `ODDITIES`, or ``""`` for a plain JPEG.
    quality : int
        1 to 100.

    Returns
    -------
    bytes
        The file.
    """
    if oddity == "gray":
        return encode_jpeg(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), quality)
    if oddity == "png_named_jpg":
        return encode_png(rgb)
    if oddity == "exif_rotated":
        lying = np.ascontiguousarray(np.rot90(rgb))  # turned to the left as stored
        return _insert(
            encode_jpeg(lying, quality), 0xE1, _EXIF_ORIENTATION % _TURN_RIGHT
        )
    return encode_jpeg(rgb, quality)


def _to_bgr(rgb: np.ndarray) -> np.ndarray:
    return rgb if rgb.ndim == 2 else np.ascontiguousarray(rgb[..., ::-1])


def _insert(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    segment = (
        b"\xff" + bytes([marker]) + (len(payload) + 2).to_bytes(2, "big") + payload
    )
    return jpeg[:2] + segment + jpeg[2:]
