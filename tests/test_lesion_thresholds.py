"""Lesions without learning: drawn ones are found, what is no lesion is not."""

import numpy as np
import pytest

from helpers.evaluate.segmentation import dice
from helpers.images import lesion_thresholds as thresholds

SKIN, LESION = (214, 160, 140), (120, 70, 60)
BOTH = (thresholds.gray_mask, thresholds.colour_mask)


def disc(y=48, x=64, radius=22, height=96, width=128):
    rows, columns = np.ogrid[:height, :width]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def picture(mask, skin=SKIN, lesion=LESION, noise=4.0):
    rng = np.random.default_rng(0)
    rgb = np.where(mask[..., None], lesion, skin) + rng.normal(
        0, noise, (*mask.shape, 3)
    )
    return rgb.round().clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("find", BOTH)
@pytest.mark.parametrize("radius", [9, 22, 34])
def test_a_lesion_is_found(find, radius):
    mask = disc(radius=radius)
    assert dice(mask, find(picture(mask))) > 0.94


@pytest.mark.parametrize("find", BOTH)
def test_dark_skin_with_a_darker_lesion(find):
    mask = disc()
    assert dice(mask, find(picture(mask, (110, 80, 65), (55, 38, 32)))) > 0.94


def test_a_red_lesion_as_light_as_its_skin_is_found_by_colour_alone():
    mask = disc()
    rgb = picture(mask, (190, 150, 135), (226, 134, 132), noise=3)
    assert dice(mask, thresholds.colour_mask(rgb)) > 0.94
    assert dice(mask, thresholds.gray_mask(rgb)) < 0.6


def test_shade_at_one_side_hides_the_lesion_from_gray_alone():
    mask = disc(radius=12)
    shade = np.linspace(1, 0.55, 128)[:, None]
    rgb = (picture(mask, lesion=(150, 95, 110)) * shade).astype(np.uint8)
    assert dice(mask, thresholds.colour_mask(rgb)) > 0.85
    assert dice(mask, thresholds.gray_mask(rgb)) < 0.3


@pytest.mark.parametrize("find", BOTH)
def test_the_rim_of_the_dermatoscope_is_no_lesion(find):
    mask, rim = disc(radius=16), ~disc(radius=60)
    rgb = picture(mask)
    rgb[rim] = 5
    found = find(rgb)
    assert dice(mask, found) > 0.9 and not (found & rim).any()


@pytest.mark.parametrize("find", BOTH)
def test_a_lesion_that_meets_the_rim_ends_there(find):
    rim, mask = ~disc(radius=44), disc(y=70, radius=20)
    rgb = picture(mask, lesion=(170, 115, 100))
    rgb[rim] = 5
    assert dice(mask & ~rim, find(rgb)) > 0.85 and not (find(rgb) & rim).any()


def test_the_rim_does_not_darken_the_skin_beside_it():
    rim, mask = ~disc(radius=44), disc(y=70, x=85, radius=7)
    rgb = picture(mask, lesion=(196, 138, 122), noise=1)
    rgb[rim] = 5
    assert dice(mask, thresholds.colour_mask(rgb)) > 0.8


def test_glare_is_no_lesion_even_where_it_is_in_the_middle():
    mask = disc(y=70, x=95, radius=12)
    rgb = picture(mask)
    rgb[disc(40, 60, 18)] = 255
    assert dice(mask, thresholds.colour_mask(rgb)) > 0.9


@pytest.mark.parametrize("find", BOTH)
def test_of_two_spots_the_one_in_the_middle_is_kept(find):
    middle, corner = disc(radius=14), disc(14, 16, 14)
    assert dice(middle, find(picture(middle | corner))) > 0.93


@pytest.mark.parametrize("find", BOTH)
def test_a_picture_of_one_colour_has_no_lesion(find):
    for colour in ((0, 0, 0), SKIN, (255, 255, 255)):
        rgb = np.full((2, 24, 32, 3), colour, np.uint8)
        assert find(rgb).shape == (2, 24, 32) and not find(rgb).any()


@pytest.mark.parametrize("find", BOTH)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (5, 3), (12, 40)])
def test_small_pictures_give_masks_of_their_size(find, shape):
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    found = find(rgb)
    assert found.shape == shape and found.dtype == bool


@pytest.mark.parametrize("find", BOTH)
def test_a_batch_is_its_pictures_and_is_left_as_it_was(find):
    batch = np.stack([picture(disc(radius=r)) for r in (10, 20)])
    before = batch.copy()
    found = find(batch)
    np.testing.assert_array_equal(batch, before)
    for one, rgb in zip(found, batch, strict=True):
        np.testing.assert_array_equal(one, find(rgb))
    with pytest.raises(ValueError, match="uint8"):
        find(batch / 255)


def test_of_a_mask_one_spot_is_kept_with_its_holes_filled():
    ring = disc(radius=20) & ~disc(radius=6)
    hair = np.zeros_like(ring)
    hair[80, :] = True
    kept = thresholds.keep_lesion(ring | hair | disc(5, 5, 8))
    assert dice(disc(radius=20), kept) > 0.99


def test_what_is_thin_is_kept_where_there_is_nothing_else():
    line = np.zeros((40, 40), bool)
    line[20, 5:35] = True
    np.testing.assert_array_equal(thresholds.keep_lesion(line), line)


def test_an_empty_mask_stays_empty_and_other_arrays_are_refused():
    assert not thresholds.keep_lesion(np.zeros((8, 9), bool)).any()
    assert thresholds.keep_lesion(np.ones((8, 9), bool)).all()
    for bad in (np.zeros((8, 9)), np.zeros((2, 8, 9), bool), np.zeros((0, 9), bool)):
        with pytest.raises(ValueError, match="need bool"):
            thresholds.keep_lesion(bad)
