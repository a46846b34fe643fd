"""What Pillow has opened, in any of its modes, as 8-bit sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms


class NoRangeError(ValueError):
    """Pixels that are whole or floating-point numbers without a stated range."""


def from_pillow(image: Image.Image) -> Image.Image:
    """Convert a picture of any mode to RGB.

    - 16-bit values are scaled so that 65535 becomes 255. Pillow keeps the upper byte
      of 16-bit colour, which is at most one level off.
    - Colours are converted to sRGB where another profile is embedded. A profile that
      is damaged, or meant for another kind of picture, is passed over, as viewers do.
    - CMYK counts as inverted in a JPEG, as Adobe writes it, and as it is in a TIFF.
    - Transparent pixels are laid on white, the ground of the pages these pictures come
      from; black would look like the vignette of a dermatoscope.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, the same size.

    Raises
    ------
    NoRangeError
        If the pixels are 32-bit whole or floating-point numbers.
    """
    profile = image.info.get("icc_profile")
    image = _in_srgb(_with_8_bits(image), profile)
    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _with_8_bits(image: Image.Image) -> Image.Image:
    """Return the picture as L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise NoRangeError(f"pixels of mode {image.mode!r} have no stated range")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as RGB, or RGBA where it was, in sRGB."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(own):
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(image, own, srgb, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert(mode)
