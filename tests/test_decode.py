import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.base.errors import PictureError
from helpers.images import decode, rgb, signatures


def smooth(height, width, seed=0):
    small = np.random.default_rng(seed).integers(40, 220, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def encoded(pixels, kind="JPEG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def test_pixels_are_writable_rgb_and_the_same_from_file_and_memory(tmp_path):
    pixels = smooth(20, 30)
    (tmp_path / "x").write_bytes(encoded(pixels, "PNG"))
    found = decode.decode(tmp_path / "x")
    np.testing.assert_array_equal(found, pixels)
    assert found.flags.writeable and found.flags.c_contiguous
    np.testing.assert_array_equal(found, decode.decode((tmp_path / "x").read_bytes()))


@pytest.mark.parametrize("at_least_px, scale", [(24, 8), (25, 4), (48, 4), (97, 1)])
def test_reduced_jpeg_keeps_its_shorter_side_and_its_looks(at_least_px, scale):
    content = encoded(smooth(192, 320), quality=95, subsampling=0)
    found = decode.decode(content, at_least_px=at_least_px)
    assert found.shape == (192 // scale, 320 // scale, 3)
    whole = decode.decode(content).reshape(192 // scale, scale, 320 // scale, scale, 3)
    assert np.abs(found - whole.mean(axis=(1, 3))).mean() < 1


def test_only_jpegs_are_reduced():
    content = encoded(smooth(192, 320), "PNG")
    assert decode.decode(content, at_least_px=24).shape == (192, 320, 3)


def test_reduced_jpeg_is_turned_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(smooth(192, 320), quality=95, exif=exif)
    assert decode.decode(content, at_least_px=96).shape == (160, 96, 3)


@pytest.mark.parametrize(
    "pixels, kind, mode",
    [
        (np.zeros((3, 5, 3), np.uint8), "JPEG", "RGB"),
        (np.zeros((3, 5), np.uint8), "JPEG", "L"),
        (np.zeros((3, 5), np.uint16), "PNG", "I;16"),
        (np.zeros((3, 5, 4), np.uint8), "WEBP", "RGBA"),
        (np.zeros((3, 5), bool), "TIFF", "1"),
        (np.zeros((3, 5, 3), np.uint8), "BMP", "RGB"),
        (np.zeros((3, 5), np.uint8), "GIF", "P"),
    ],
)
def test_measure_reads_size_format_and_mode(tmp_path, pixels, kind, mode):
    (tmp_path / "x").write_bytes(encoded(pixels, kind))
    assert decode.measure(tmp_path / "x") == (5, 3, kind, mode)


def test_measure_decodes_nothing(monkeypatch):
    content = encoded(smooth(192, 320), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")

    def decoded(self):
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr(decode.JpegImagePlugin.JpegImageFile, "load", decoded)
    monkeypatch.setattr(decode.PngImagePlugin.PngImageFile, "load", decoded)
    assert decode.measure(content)[:2] == (320, 192)
    assert decode.measure(encoded(smooth(9, 7), "PNG"))[:2] == (7, 9)


def test_damaged_metadata_does_not_lose_the_picture(capfd, recwarn):
    content = encoded(smooth(16, 16), exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert decode.decode(content).shape == (16, 16, 3)
    assert decode.measure(content).width_px == 16
    assert capfd.readouterr() == ("", "") and not recwarn.list


def test_error_names_the_file_and_a_way_out(tmp_path):
    (tmp_path / "cut.jpg").write_bytes(encoded(smooth(64, 64))[:700])
    with pytest.raises(PictureError) as caught:
        decode.decode(tmp_path / "cut.jpg")
    assert caught.value.where.endswith("cut.jpg")
    assert caught.value.way_out == decode.KINDS["truncated"]
    assert isinstance(caught.value.__cause__, OSError)


def test_damaged_but_complete_file_is_called_damaged():
    content = bytearray(encoded(smooth(64, 64), "PNG"))
    place = content.index(b"IDAT") + 30
    content[place : place + 40] = b"\xff" * 40
    with pytest.raises(PictureError) as caught:
        decode.decode(bytes(content))
    assert caught.value.kind == "damaged"


def test_an_error_of_the_disk_is_not_blamed_on_the_picture(monkeypatch):
    def broken(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(decode.PngImagePlugin.PngImageFile, "load", broken)
    with pytest.raises(PictureError, match="unreadable: Input/output error"):
        decode.decode(encoded(smooth(8, 8), "PNG"))


def test_too_little_memory_is_said(monkeypatch):
    def full(self):
        raise MemoryError

    monkeypatch.setattr(decode.PngImagePlugin.PngImageFile, "load", full)
    with pytest.raises(PictureError, match="not enough memory"):
        decode.decode(encoded(smooth(8, 8), "PNG"))


WHOLE = [
    encoded(smooth(24, 32)),
    encoded(smooth(24, 32), progressive=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
    *(encoded(smooth(24, 32), kind) for kind in ("PNG", "GIF", "WEBP", "BMP", "TIFF")),
    encoded(smooth(24, 32), "TIFF", compression="tiff_lzw"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    whole=st.sampled_from(WHOLE),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8
    ),
    end=st.floats(0.02, 1),
)
def test_whatever_the_bytes_the_answer_is_a_picture_or_a_picture_error(
    whole, changes, end
):
    content = bytearray(whole)
    for place, value in changes:
        content[int(place * len(content))] = value
    content = bytes(content[: int(end * len(content))])
    for read in (decode.measure, lambda c: decode.decode(c, max_pixels=10_000)):
        try:
            read(content)
        except PictureError as error:
            assert error.kind in decode.KINDS


def test_threads_decode_the_same_pictures():
    contents = [encoded(smooth(40, 50, seed)) for seed in range(24)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(decode.decode, contents))
    for content, picture in zip(contents, found, strict=True):
        np.testing.assert_array_equal(picture, decode.decode(content))


def test_warning_filters_are_left_as_they_were():
    import warnings

    before = list(warnings.filters)
    decode.decode(WHOLE[1])
    assert warnings.filters == before


def test_libraries_say_nothing_on_any_stream(tmp_path):
    for number, content in enumerate(WHOLE):
        for cut in (len(content), len(content) // 2, 40):
            (tmp_path / f"{number}-{cut}").write_bytes(content[:cut])
        if b"II*" in content[:4]:  # libtiff itself writes a line on damaged ones
            continue
        flipped = bytearray(content)
        flipped[len(content) // 2 : len(content) // 2 + 8] = b"\xff\x00" * 4
        (tmp_path / f"{number}-flipped").write_bytes(flipped)
    code = (
        "import sys; from pathlib import Path; from helpers.images import decode\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try: decode.decode(path)\n"
        "    except decode.PictureError: pass"
    )
    command = [sys.executable, "-W", "always", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_mode_without_a_stated_range_is_named():
    with pytest.raises(rgb.NoRangeError, match="'F'"):
        rgb.from_pillow(Image.new("F", (2, 2)))
    assert rgb.from_pillow(Image.new("YCbCr", (2, 2))).mode == "RGB"


@pytest.mark.parametrize(
    "head, expected",
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"II*\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"BM", "BMP"),
        (b"", None),
        (b"\xff\xd8", None),
    ],
)
def test_formats_are_told_by_their_first_bytes(head, expected):
    assert signatures.picture_format(head) == expected


def test_end_marks():
    for content in WHOLE[:6]:
        kind = signatures.picture_format(content)
        assert not signatures.is_cut(io.BytesIO(content), kind)
        assert signatures.is_cut(io.BytesIO(content[: len(content) // 2]), kind)


def test_big_tiff_is_read():
    pixels = smooth(16, 16)
    content = encoded(pixels, "TIFF", big_tiff=True)
    assert content[:4] == b"II+\0"
    np.testing.assert_array_equal(decode.decode(content), pixels)
    with pytest.raises(PictureError):
        decode.decode(content[:-100])


def test_refusing_a_bomb_takes_no_time():
    content = encoded(np.zeros((2, 2, 3), np.uint8), "BMP")
    content = content[:18] + (40_000).to_bytes(4, "little") * 2 + content[26:]
    start = time.perf_counter()
    with pytest.raises(PictureError, match="40,000 x 40,000"):
        decode.decode(content)
    assert time.perf_counter() - start < 1
