"""Copies differ as they say, and the mask goes with the picture."""

import cv2
import numpy as np
import pytest

from helpers.data.sample.planting import alterations, files


@pytest.fixture
def picture():
    rng = np.random.default_rng(0)
    rgb = cv2.GaussianBlur(rng.integers(0, 255, (240, 320, 3), np.uint8), (0, 0), 8)
    mask = np.zeros((240, 320), bool)
    cv2.ellipse(canvas := mask.astype(np.uint8), (140, 100), (60, 40), 0, 0, 360, 1, -1)
    return cv2.normalize(rgb, None, 0, 255, cv2.NORM_MINMAX), canvas > 0


def altered(picture, alteration, seed=1):
    return alterations.alter(np.random.default_rng(seed), *picture, alteration)


@pytest.mark.parametrize("alteration", alterations.ALTERATIONS)
def test_same_seed_same_copy_and_mask_of_its_size(picture, alteration):
    rgb, mask = altered(picture, alteration)
    again, _ = altered(picture, alteration)
    assert np.array_equal(rgb, again) and rgb.dtype == np.uint8
    assert mask.shape == rgb.shape[:2] and mask.dtype == bool
    assert abs(mask.mean() - picture[1].mean()) < 0.06


def test_reencoded_leaves_the_pixels_to_the_encoder(picture):
    assert np.array_equal(altered(picture, "reencoded")[0], picture[0])


def test_resized_keeps_the_aspect(picture):
    height_px, width_px = altered(picture, "resized")[0].shape[:2]
    assert 0.55 * 320 - 1 <= width_px <= 0.85 * 320 + 1
    assert abs(width_px / height_px - 4 / 3) < 0.03


@pytest.mark.parametrize("seed", range(8))
def test_cropped_takes_5_to_15_percent_of_each_side(picture, seed):
    height_px, width_px = altered(picture, "cropped", seed)[0].shape[:2]
    assert 0.85 * 240 - 1 <= height_px <= 0.95 * 240 + 1
    assert 0.85 * 320 - 1 <= width_px <= 0.95 * 320 + 1


@pytest.mark.parametrize("alteration", ["resized", "cropped"])
def test_no_copy_gets_a_side_below_120_px(alteration):
    small = np.zeros((120, 160, 3), np.uint8), np.zeros((120, 160), bool)
    for seed in range(8):
        assert min(altered(small, alteration, seed)[0].shape[:2]) >= 120


def test_cropped_is_a_part_of_the_original(picture):
    rgb, _ = altered(picture, "cropped")
    found = cv2.matchTemplate(picture[0], rgb, cv2.TM_SQDIFF)
    assert found.min() < 1


@pytest.mark.parametrize("seed", range(8))
def test_brightness_changes_by_8_to_22_percent(picture, seed):
    rgb, mask = altered(picture, "brightness", seed)
    change = abs(rgb.mean() / picture[0].mean() - 1)
    assert 0.01 < change < 0.3
    assert np.array_equal(mask, picture[1])


def test_mirrored_is_a_mirror_image_with_its_mask(picture):
    rgb, mask = altered(picture, "mirrored")
    flips = [axis for axis in (0, 1) if np.array_equal(np.flip(rgb, axis), picture[0])]
    assert len(flips) == 1
    assert np.array_equal(np.flip(mask, flips[0]), picture[1])


def test_rotated_turns_about_the_centre_by_a_little(picture):
    rgb, mask = altered(picture, "rotated")
    assert rgb.shape == picture[0].shape
    overlap = (mask & picture[1]).sum() / (mask | picture[1]).sum()
    assert 0.5 < overlap < 0.99


def test_comment_changes_bytes_but_no_pixel(picture):
    jpeg = files.encode_jpeg(picture[0], 90)
    commented = files.add_comment(jpeg, "copy 1")
    assert commented != jpeg and b"copy 1" in commented
    assert np.array_equal(files.decode_rgb(commented), files.decode_rgb(jpeg))


def test_odd_files_show_the_same_picture(picture):
    plain = files.decode_rgb(files.make_odd(picture[0], "", 95)).astype(int)
    turned = files.decode_rgb(files.make_odd(picture[0], "exif_rotated", 95))
    assert turned.shape == picture[0].shape  # OpenCV obeys the orientation
    assert abs(turned.astype(int) - plain).mean() < 3
    png = files.make_odd(picture[0], "png_named_jpg", 95)
    assert png.startswith(b"\x89PNG")
    assert np.array_equal(files.decode_rgb(png), picture[0])
    gray = files.decode_rgb(files.make_odd(picture[0], "gray", 95))
    assert (gray[..., 0] == gray[..., 1]).all() and (gray[..., 1] == gray[..., 2]).all()


def test_mask_png_holds_0_and_255_only(picture):
    content = files.encode_png(picture[1].astype(np.uint8) * 255)
    values = np.unique(cv2.imdecode(np.frombuffer(content, np.uint8), -1))
    assert list(values) == [0, 255]
