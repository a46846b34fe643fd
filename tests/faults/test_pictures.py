"""Rows 5, 6, 7, 8 and 10 of the list of faults: pictures that are not what they say."""

import io
import os
import struct
import sys
import tracemalloc
import unicodedata
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from helpers.base.errors import PictureError
from helpers.images import batches, decode

RED, GREEN, BLUE, GRAY = (200, 30, 40), (20, 160, 60), (40, 50, 190), (128, 128, 128)
HEIGHT, WIDTH = 32, 48


def four_colours():
    rgb = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rgb[: HEIGHT // 2, : WIDTH // 2], rgb[: HEIGHT // 2, WIDTH // 2 :] = RED, GREEN
    rgb[HEIGHT // 2 :, : WIDTH // 2], rgb[HEIGHT // 2 :, WIDTH // 2 :] = BLUE, GRAY
    return rgb


def encoded(image, kind, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(image=None, **options):
    image = four_colours() if image is None else image
    return encoded(image, "JPEG", quality=95, subsampling=0, **options)


def assert_near(found, expected, tolerance=0):
    assert found.dtype == np.uint8 and found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= tolerance


def kind_of(content):
    with pytest.raises(PictureError) as caught:
        decode.decode(content)
    assert caught.value.way_out
    return caught.value.kind


NOISE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
ALL_KINDS = {
    "jpeg": lambda rgb: jpeg(rgb),
    "progressive": lambda rgb: jpeg(rgb, progressive=True),
    "png": lambda rgb: encoded(rgb, "PNG"),
    "gif": lambda rgb: encoded(rgb, "GIF"),
    "webp": lambda rgb: encoded(rgb, "WEBP", quality=95),
    "webp lossless": lambda rgb: encoded(rgb, "WEBP", lossless=True),
    "bmp": lambda rgb: encoded(rgb, "BMP"),
    "tiff": lambda rgb: encoded(rgb, "TIFF"),
    "tiff lzw": lambda rgb: encoded(rgb, "TIFF", compression="tiff_lzw"),
    "tiff jpeg": lambda rgb: encoded(rgb, "TIFF", compression="jpeg", quality=95),
}


# Row 5


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_05_truncated_picture_is_refused_wherever_it_is_cut(kind, capfd):
    content = ALL_KINDS[kind](NOISE)
    whole = decode.decode(content)
    step = max(1, len(content) // 60)
    for n_bytes in [*range(16, len(content), step), len(content) - 25]:
        try:
            rgb = decode.decode(content[:n_bytes])
        except PictureError as error:
            assert error.kind == "truncated", (n_bytes, str(error))
        else:  # only the end mark is gone: all pixels are there
            np.testing.assert_array_equal(rgb, whole)
            assert n_bytes > len(content) - 32
    assert capfd.readouterr() == ("", "")


def test_05_zero_bytes():
    assert kind_of(b"") == "empty"


@pytest.mark.parametrize(
    "content, seems",
    [
        (b"\n<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        (b"\xef\xbb\xbf<HTML>", "an HTML page"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04\x00\x00", "a zip archive"),
        (b"<svg xmlns='x'/>", "an SVG drawing"),
        (b"\x00\x00\x00\x18ftypheic", "'heic'"),
        (b"\x00" * 128 + b"DICM", "a DICOM file"),
        (b"\x00" * 600, "nothing but zero bytes"),
        (b"Not found", "a text file"),
        (b"\x01\x02\x03\xff", "a file of an unknown kind"),
    ],
)
def test_05_html_or_pdf_named_jpg_is_called_what_it_is(tmp_path, content, seems):
    path = tmp_path / "x.jpg"
    path.write_bytes(content)
    for read in (decode.decode, decode.measure):
        with pytest.raises(PictureError, match=seems) as caught:
            read(path)
        assert caught.value.kind == "not a picture"
        assert caught.value.where.endswith("x.jpg")


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "tiff lzw", "webp lossless"])
def test_05_png_named_jpg_is_decoded_by_content(tmp_path, kind):
    path = tmp_path / "x.jpg"
    path.write_bytes(ALL_KINDS[kind](four_colours()))
    assert_near(decode.decode(path), four_colours())


def test_05_undecodable_pictures_are_recorded_and_the_rest_goes_on(tmp_path):
    contents = [jpeg(), b"", jpeg()[:400], b"<html>", encoded(four_colours(), "PNG")]
    paths = [tmp_path / f"{i}.jpg" for i in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    pictures, problems, kept = batches.decode_all(paths, size_px=16)
    assert kept.tolist() == [0, 4] and pictures.shape == (2, 16, 16, 3)
    assert problems["kind"].to_dict() == {
        1: "empty",
        2: "truncated",
        3: "not a picture",
    }
    assert all(map(str.endswith, problems["path"], ["1.jpg", "2.jpg", "3.jpg"]))


# Row 6


def test_06_cmyk_jpeg_as_adobe_inverts_it():
    cmyk = Image.merge("CMYK", [Image.new("L", (16, 16), v) for v in (0, 128, 255, 51)])
    content = encoded(cmyk, "JPEG", quality=95)
    assert b"Adobe" in content
    # No cyan: all of red that the 20 % black leaves; half magenta; all yellow.
    expected = np.tile(np.uint8([204, 102, 0]), (16, 16, 1))
    assert_near(decode.decode(content), expected, 3)


def test_06_cmyk_tiff_is_not_inverted():
    cmyk = Image.merge("CMYK", [Image.new("L", (16, 16), v) for v in (0, 128, 255, 51)])
    expected = np.tile(np.uint8([204, 102, 0]), (16, 16, 1))
    assert_near(decode.decode(encoded(cmyk, "TIFF")), expected, 1)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_06_16_bit_gray_is_scaled_to_the_whole_range(kind):
    values = np.uint16([[0, 128, 129, 257], [32768, 65280, 65406, 65535]])
    found = decode.decode(encoded(values, kind))
    assert found[..., 0].tolist() == [[0, 0, 1, 1], [128, 254, 254, 255]]
    assert (found == found[..., :1]).all()


def png_chunk(name, content):
    checked = name + content
    return (
        struct.pack(">I", len(content))
        + checked
        + struct.pack(">I", zlib.crc32(checked))
    )


def png(width, height, depth, colour, rows, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + extra
    body += png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_06_16_bit_colour_keeps_its_range():
    row = b"\0" + struct.pack(">9H", 65535, 0, 32896, 0, 65535, 257, 25700, 514, 65535)
    found = decode.decode(png(3, 1, 16, 2, row))
    assert found.tolist() == [[[255, 0, 128], [0, 255, 1], [100, 2, 255]]]


def test_06_palette():
    image = Image.fromarray(four_colours()).quantize(4)
    assert image.mode == "P"
    assert_near(decode.decode(encoded(image, "PNG")), four_colours(), 2)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_06_palette_with_transparency_is_laid_on_white(kind):
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.paste(0, (0, 0, 2, 2))
    found = decode.decode(encoded(image, kind, transparency=0))
    assert found[0].tolist() == [[255, 255, 255]] * 2 + [[10, 20, 30]] * 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_06_grayscale(kind):
    gray = np.full((8, 8), 77, np.uint8)
    assert_near(decode.decode(encoded(gray, kind)), np.full((8, 8, 3), 77, np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_06_rgba_is_laid_on_white(kind):
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0] = [[200, 100, 0, 255], [200, 100, 0, 51], [200, 100, 0, 0]]
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    found = decode.decode(encoded(rgba, kind, **options))
    assert found.tolist() == [[[200, 100, 0], [244, 224, 204], [255, 255, 255]]]


def test_06_gray_with_alpha_and_colour_key():
    gray = Image.merge("LA", [Image.new("L", (1, 1), 100), Image.new("L", (1, 1), 51)])
    assert decode.decode(encoded(gray, "PNG")).tolist() == [[[224, 224, 224]]]
    keyed = encoded(np.uint8([[[9, 8, 7], [1, 2, 3]]]), "PNG", transparency=(9, 8, 7))
    assert decode.decode(keyed).tolist() == [[[255, 255, 255], [1, 2, 3]]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_06_first_frame_of_an_animation(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in (RED, GREEN, BLUE)]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], **options
    )
    assert_near(decode.decode(content), np.full((6, 8, 3), RED, np.uint8))


UPRIGHT = {  # EXIF 2.3, 4.6.4 A: where row 0 and column 0 of the stored pixels belong
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [*UPRIGHT, 0, 9])
def test_06_exif_orientation(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    quality = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
    content = encoded(four_colours(), kind, exif=exif, **quality)
    expected = UPRIGHT.get(orientation, UPRIGHT[1])(four_colours())
    found = decode.decode(content)
    assert found.shape == expected.shape
    # The corners: subsampled colour bleeds where the quarters meet.
    for corner in (np.s_[:10, :10], np.s_[:10, -10:], np.s_[-10:, :10]):
        assert_near(found[corner], expected[corner], 4 if kind == "JPEG" else 0)
    measured = decode.measure(content)
    assert (measured.height_px, measured.width_px) == found.shape[:2]


def profile_bytes(name):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped_profile():
    """Return an sRGB profile whose red and blue primaries are exchanged."""
    content = bytearray(profile_bytes("sRGB"))
    content = content.replace(b"s\0R\0G\0B", b"X\0X\0X\0X")
    red, blue = content.index(b"rXYZ"), content.index(b"bXYZ")
    place = np.s_[red + 4 : red + 12], np.s_[blue + 4 : blue + 12]
    content[place[0]], content[place[1]] = content[place[1]], content[place[0]]
    return bytes(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_06_icc_profile_is_converted_to_srgb(kind):
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
    rgb = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    content = encoded(rgb, kind, icc_profile=swapped_profile(), **options)
    assert_near(decode.decode(content), rgb[..., ::-1], 4)


def test_06_alpha_survives_the_profile():
    rgba = np.uint8([[[200, 100, 50, 255], [200, 100, 50, 0]]])
    found = decode.decode(encoded(rgba, "PNG", icc_profile=swapped_profile()))
    assert_near(found, np.uint8([[[50, 100, 200], [255, 255, 255]]]), 1)


@pytest.mark.parametrize("profile", ["srgb", "damaged", "for other pictures"])
def test_06_colours_stay_where_the_profile_says_nothing_new(profile):
    icc = {
        "srgb": profile_bytes("sRGB"),
        "damaged": swapped_profile()[:300],
        "for other pictures": profile_bytes("LAB"),
    }[profile]
    content = encoded(four_colours(), "PNG", icc_profile=icc)
    assert_near(decode.decode(content), four_colours())


def test_06_progressive_jpeg():
    content = jpeg(progressive=True)
    assert b"\xff\xc2" in content
    assert_near(decode.decode(content), decode.decode(jpeg()), 0)


def test_06_pixels_without_a_range_are_refused():
    for dtype in (np.float32, np.int32):
        assert kind_of(encoded(np.ones((4, 4), dtype), "TIFF")) == "unsupported"


# Row 7


def bomb():
    row = b"\0" + b"\0" * (30_000 // 8)
    compressor = zlib.compressobj(9)
    body = compressor.compress(row) + compressor.flush()
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body)
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def gif_bomb():
    return b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + b"\0" * 3 + b";"


def webp_bomb():
    size = (16_383).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4 + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("read", [decode.decode, decode.measure])
@pytest.mark.parametrize("make", [bomb, gif_bomb, webp_bomb])
def test_07_decompression_bomb_is_refused_from_its_header(make, read, recwarn):
    content = make()
    assert len(content) < 1_100
    tracemalloc.start()
    with pytest.raises(PictureError):
        read(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000 and not recwarn.list


def test_07_bomb_names_its_size():
    with pytest.raises(PictureError, match="30,000 x 30,000 px") as caught:
        decode.decode(bomb())
    assert caught.value.kind == "too large"


def test_07_limit_is_exact():
    content = encoded(np.zeros((10, 10, 3), np.uint8), "PNG")
    assert decode.decode(content, max_pixels=100).shape == (10, 10, 3)
    with pytest.raises(PictureError, match="more than 99"):
        decode.decode(content, max_pixels=99)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_07_tiny_and_thin_pictures(tmp_path, size, kind):
    rgb = np.full((*size, 3), (90, 120, 60), np.uint8)
    path = tmp_path / "x"
    path.write_bytes(encoded(rgb, kind, **({"quality": 95} if kind == "JPEG" else {})))
    assert_near(decode.decode(path), rgb, 3)
    for fit in ("squash", "pad", "crop"):
        pictures = batches.decode_all([path], 64, fit).pictures
        assert_near(pictures[0], np.full((64, 64, 3), rgb[0, 0], np.uint8), 3)


# Rows 8 and 10

COMPOSED = unicodedata.normalize("NFC", "é.jpg")
NAMES = [
    *("a b.jpg", "it's.jpg", COMPOSED, "-rf.jpg", "皮膚🙂.jpg", "x" * 200 + ".jpg"),
    *("no ending", ".hidden.jpg", "x.jpg.html"),
]
if sys.platform != "win32":
    NAMES += ['"quoted".jpg', "new\nline.jpg", "<script>.jpg", "?*|:.jpg"]


@pytest.mark.parametrize("name", NAMES)
def test_08_names_do_not_matter(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(ALL_KINDS["png"](four_colours()))
    assert_near(decode.decode(path), four_colours())
    assert decode.measure(path).width_px == WIDTH
    assert batches.decode_all([path], 8).kept.tolist() == [0]


def test_08_two_normal_forms_are_two_files_where_the_disk_says_so(tmp_path):
    other = unicodedata.normalize("NFD", COMPOSED)
    (tmp_path / COMPOSED).write_bytes(encoded(np.uint8([[[1, 2, 3]]]), "PNG"))
    (tmp_path / other).write_bytes(encoded(np.uint8([[[4, 5, 6]]]), "PNG"))
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this disk keeps one file for both forms")
    assert decode.decode(tmp_path / COMPOSED).tolist() == [[[1, 2, 3]]]
    assert decode.decode(tmp_path / other).tolist() == [[[4, 5, 6]]]


def test_10_loop_of_links_is_recorded_and_does_not_hang(tmp_path):
    path = tmp_path / "loop.jpg"
    try:
        path.symlink_to(path)
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    problems = batches.decode_all([path], 8).problems
    assert problems["kind"].tolist() == ["unreadable"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_10_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.jpg")
    with pytest.raises(PictureError, match="unreadable: it is not a file"):
        decode.decode(tmp_path / "x.jpg")


def test_10_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "nowhere.jpg", tmp_path):
        with pytest.raises(PictureError) as caught:
            decode.decode(path)
        assert caught.value.kind == "unreadable"
